import type { TimeRange } from './time-range.js';

/** A query as a link carries it: behind the `#`, which browsers send to no server. */
export interface SharedQuery {
  readonly title: string;
  readonly text: string;
  readonly range: TimeRange;
}

/** Characters of a link's fragment that is looked at. */
const maxLength = 500_000;
/** Bytes that may come out of it: what is packed well would be the whole memory. */
const maxBytes = 2_000_000;

export async function shareLink(origin: string, shared: SharedQuery): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(shared));
  const packed = await through(bytes, new CompressionStream('deflate-raw'));
  return `${origin}/hunt#q=${base64url(packed)}`;
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
    const unpacking = new DecompressionStream('deflate-raw');
    const bytes = await through(fromBase64url(packed), unpacking, maxBytes);
    const { title, text, range } = JSON.parse(new TextDecoder().decode(bytes)) as SharedQuery;
    if (typeof title !== 'string' || typeof text !== 'string') return undefined;
    return { title: title.slice(0, 100), text, range: checked(range) };
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
  most = Number.POSITIVE_INFINITY,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    length += part.value.length;
    if (length > most) throw new Error('A link holds no query of this size.');
    parts.push(part.value);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
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
