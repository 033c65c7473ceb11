import type { FastifyRequest } from 'fastify';
import { HuntError } from '../errors.js';

/** How forgiving a path is about what its clients send. */
export interface BodyRules {
  /** Accepts raw line breaks and tabs inside strings, as the first documentation printed them. */
  readonly rawControls: boolean;
  /** What is said of a body that is no JSON; by default what the live hunting service says. */
  readonly unreadable?: string;
  /** Reads JSON; by default with JavaScript's numbers. */
  readonly read?: (text: string) => unknown;
}

/** A media type (RFC 9110), whatever its parameters are. */
const mediaType = /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+\s*(?:;|$)/;

/** Before a body is read whatever its type is: one that is none (`json`) would have the request refused. */
export async function forgetWrongType({ headers }: FastifyRequest): Promise<void> {
  if (!mediaType.test(headers['content-type'] ?? '')) delete headers['content-type'];
}

/**
 * The JSON object of a request body, whatever its Content-Type says it is.
 * @throws HuntError `request.body`
 */
export function readJsonBody(
  body: unknown,
  contentType: string | undefined,
  rules: BodyRules,
): Readonly<Record<string, unknown>> {
  const text = decode(body instanceof Buffer ? body : Buffer.alloc(0), contentType);
  const value = parse(text, rules);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new HuntError('request.body', { message: 'Request body is incorrect.' });
  }
  return value as Record<string, unknown>;
}

/** Arrays and objects within each other: as deep as .NET's readers go. */
const maxDepth = 64;

/**
 * The value of a JSON text that is not nested deeply: reading one that is takes seconds.
 * @throws HuntError `request.body`
 */
export function parseJson(text: string, read: (text: string) => unknown = JSON.parse): unknown {
  if (nestsDeeperThan(text, maxDepth)) {
    throw new HuntError('request.body', {
      message: `The request body is nested more deeply than ${maxDepth} levels.`,
    });
  }
  return read(text);
}

function nestsDeeperThan(text: string, most: number): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index++) {
    const mark = text.charCodeAt(index);
    if (mark === quote) inString = !inString;
    else if (inString) index += mark === backslash ? 1 : 0;
    else if (mark === openBracket || mark === openBrace) depth++;
    else if (mark === closeBracket || mark === closeBrace) depth--;
    if (depth > most) return true;
  }
  return false;
}

// Numbers, since a text has millions of characters: `[`, `{` and what ends them.
const [quote, backslash] = [0x22, 0x5c];
const [openBracket, openBrace, closeBracket, closeBrace] = [0x5b, 0x7b, 0x5d, 0x7d];

function parse(text: string, rules: BodyRules): unknown {
  try {
    return parseJson(text, rules.read);
  } catch (cause) {
    if (cause instanceof HuntError) throw cause;
    if (rules.rawControls) {
      try {
        return JSON.parse(escapeControls(text));
      } catch {
        // Not that either: the first failure is the one to report.
      }
    }
    throw new HuntError(
      'request.body',
      { message: rules.unreadable ?? 'Missing query.' },
      { cause },
    );
  }
}

const controlEscapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escapeControls(text: string): string {
  // What does not end is a string, too: else another one would be looked for at each quote in it.
  return text.replace(/"(?:[^"\\]|\\[\s\S])*(?:"|$)/g, (string) =>
    string.replace(/[\n\r\t]/g, (control) => controlEscapes[control] ?? control),
  );
}

/** Windows PowerShell 5 writes files so; the mark goes before what a header says. */
function byteOrderMark(body: Buffer): string | undefined {
  if (body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf) return 'utf-8';
  if (body[0] === 0xff && body[1] === 0xfe) return 'utf-16le';
  return body[0] === 0xfe && body[1] === 0xff ? 'utf-16be' : undefined;
}

function decode(body: Buffer, contentType: string | undefined): string {
  const charset =
    byteOrderMark(body) ?? /;\s*charset\s*=\s*"?([\w-]+)/i.exec(contentType ?? '')?.[1];
  try {
    return new TextDecoder(charset ?? 'utf-8', { fatal: true }).decode(body);
  } catch (cause) {
    // Windows PowerShell 5 writes a string body in Latin-1 and says nothing about it.
    if (charset === undefined) return new TextDecoder('windows-1252').decode(body);
    throw new HuntError(
      'request.body',
      { message: `Request body is not valid ${charset}.` },
      { cause },
    );
  }
}
