import type { TimeRange } from './time-range.js';

/** A query as a link carries it: behind the `#`, which browsers send to no server. */
export interface SharedQuery {
  readonly title: string;
  readonly text: string;
  readonly range: TimeRange;
}

/** Characters of a link's fragment that is looked at. */
const maxLength = 500_000;

export async function shareLink(shared: SharedQuery): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(shared));
  const packed = await through(bytes, new CompressionStream('deflate-raw'));
  return `${location.origin}/hunt#q=${base64url(packed)}`;
}

/** Whether the fragment is meant to carry a query, whole or broken. */
export function isSharedLink(fragment: string): boolean {
  return fragment.startsWith('#q=');
}

/** The query of a link's fragment; undefined where it is none, or broken. */
export async function sharedQuery(fragment: string): Promise<SharedQuery | undefined> {
  const packed = /^#q=([\w-]+)$/.exec(fragment)?.[1];
  if (!packed || packed.length > maxLength) return undefined;
  try {
    const bytes = await through(fromBase64url(packed), new DecompressionStream('deflate-raw'));
    const { title, text, range } = JSON.parse(new TextDecoder().decode(bytes)) as SharedQuery;
    if (typeof title !== 'string' || typeof text !== 'string') return undefined;
    return { title: title.slice(0, 100), text: text.slice(0, maxLength), range: checked(range) };
  } catch {
    return undefined;
  }
}

function checked(range: TimeRange | undefined): TimeRange {
  if (range?.kind === 'last' && /^P[\dTDHM]{1,10}$/.test(range.duration)) return range;
  const isInstant = (text: unknown) => typeof text === 'string' && !Number.isNaN(Date.parse(text));
  if (range?.kind === 'between' && isInstant(range.start) && isInstant(range.end)) return range;
  return { kind: 'all' };
}

async function through(
  bytes: Uint8Array<ArrayBuffer>,
  stream: CompressionStream | DecompressionStream,
): Promise<Uint8Array<ArrayBuffer>> {
  const piped = new Blob([bytes]).stream().pipeThrough(stream);
  return new Uint8Array(await new Response(piped).arrayBuffer());
}

function base64url(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function fromBase64url(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
