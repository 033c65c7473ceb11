import { randomBytes } from 'node:crypto';

/** A number of JSON text whose digits a JavaScript number cannot hold. */
export class ExactNumber {
  readonly digits: string;

  constructor(digits: string) {
    this.digits = digits;
  }
}

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | ExactNumber
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

export type JsonObject = { readonly [key: string]: JsonValue };

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof ExactNumber)
  );
}

/** Sets a member of whatever name: `__proto__` is one like any other. */
export function setMember(
  members: Record<string, JsonValue | undefined>,
  name: string,
  value: JsonValue,
): void {
  if (name === '__proto__') {
    Object.defineProperty(members, name, {
      value,
      enumerable: true,
      writable: true,
      configurable: true,
    });
  } else {
    members[name] = value;
  }
}

/** Deepest nesting that is stored; deeper documents are refused before anything walks them. */
export const maxJsonDepth = 100;

/** What `parseJson` and `compactJson` throw for a value nested deeper than `maxJsonDepth`. */
export class JsonTooDeepError extends Error {
  constructor() {
    super(`nested deeper than ${maxJsonDepth} levels`);
    this.name = 'JsonTooDeepError';
  }
}

/** Numbers of fewer digits are safe integers. */
const longDigits = 16;
const beforeNumber = /[:,[\s]/;
const likelyLongNumbers = /(^|[:,[\s])(-?[1-9]\d{15,})(?=[\s,\]}]|$)/g;
const stringsAndLongNumbers =
  /"[^"\\]*(?:\\.[^"\\]*)*"|(?<=^|[:,[\s])-?[1-9]\d{15,}(?=[\s,\]}]|$)/g;

// Unguessable, so that no text from outside can pass for a number; a letter first (see `markNumbers`).
const mark = `n${randomBytes(12).toString('hex')}:`;

/**
 * JSON.parse that keeps the digits of long integers as `ExactNumber`.
 * @throws SyntaxError, JsonTooDeepError
 */
export function parseJson(text: string): JsonValue {
  return mayHaveNumberOf(longDigits, text) ? unmark(markNumbers(text), 0) : JSON.parse(text);
}

/** Long numbers are rare, and only every 16th character has to be looked at to find 16 digits. */
function mayHaveNumberOf(digits: number, text: string): boolean {
  for (let at = digits - 1; at < text.length; at += digits) {
    if (isDigit(text, at)) {
      let start = at;
      while (isDigit(text, start - 1)) start--;
      let end = at + 1;
      while (isDigit(text, end)) end++;
      if (end - start >= digits && startsNumber(text, start)) {
        return true;
      }
      at = end;
    }
  }
  return false;
}

function isDigit(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code >= 0x30 && code <= 0x39;
}

function startsNumber(text: string, digits: number): boolean {
  const before = text[digits - 1] === '-' ? digits - 2 : digits - 1;
  return before < 0 || beforeNumber.test(text[before] ?? '');
}

/**
 * The quick replacement does not look for strings. Inside one it ends the string with a quote that the
 * mark's letter follows, which no JSON text can, so it fails and the exact replacement is taken.
 */
function markNumbers(text: string): JsonValue {
  try {
    return JSON.parse(text.replace(likelyLongNumbers, `$1"${mark}$2"`));
  } catch {
    // What is no JSON says so in its own words, and takes no exact replacement: that would take its square in time.
    JSON.parse(text);
    return JSON.parse(
      text.replace(stringsAndLongNumbers, (token) =>
        token.startsWith('"') ? token : `"${mark}${token}"`,
      ),
    );
  }
}

function unmark(value: unknown, depth: number): JsonValue {
  if (typeof value === 'string') {
    return value.startsWith(mark) ? exactNumber(value.slice(mark.length)) : value;
  }
  if (typeof value === 'object' && value !== null) {
    if (depth >= maxJsonDepth) {
      throw new JsonTooDeepError();
    }
    const members = value as Record<string, JsonValue>;
    for (const key in members) {
      const member = members[key];
      if (typeof member === 'string' || typeof member === 'object') {
        members[key] = unmark(member, depth + 1);
      }
    }
  }
  return value as JsonValue;
}

function exactNumber(digits: string): number | ExactNumber {
  const value = Number(digits);
  return Number.isSafeInteger(value) ? value : new ExactNumber(digits);
}

/**
 * The value as JSON text without spaces.
 * @throws JsonTooDeepError
 */
export function compactJson(value: JsonValue): string {
  return wellFormedEscapes(isPlain(value, 0) ? JSON.stringify(value) : jsonText(value, 0));
}

/** Whether JSON.stringify, which knows no `ExactNumber`, may write the value. */
function isPlain(value: JsonValue, depth: number): boolean {
  if (typeof value !== 'object' || value === null) {
    return true;
  }
  if (value instanceof ExactNumber) {
    return false;
  }
  if (depth >= maxJsonDepth) {
    throw new JsonTooDeepError();
  }
  if (Array.isArray(value)) {
    return value.every((member) => isPlain(member, depth + 1));
  }
  const members = value as { readonly [key: string]: JsonValue };
  for (const key in members) {
    if (!isPlain(members[key] ?? null, depth + 1)) {
      return false;
    }
  }
  return true;
}

// Recursive on purpose: depth is checked on the way down, and JSON.stringify would overflow the stack.
function jsonText(value: JsonValue, depth: number): string {
  if (value instanceof ExactNumber) {
    return value.digits;
  }
  if (typeof value !== 'object' || value === null) {
    return JSON.stringify(value);
  }
  if (depth >= maxJsonDepth) {
    throw new JsonTooDeepError();
  }
  if (Array.isArray(value)) {
    return `[${value.map((member) => jsonText(member, depth + 1)).join(',')}]`;
  }
  const members = Object.entries(value).map(
    ([key, member]) => `${JSON.stringify(key)}:${jsonText(member, depth + 1)}`,
  );
  return `{${members.join(',')}}`;
}

const hasSurrogateEscape = /\\u[dD][89a-fA-F]/;
const escapes = /\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|\\u[\da-fA-F]{4}|\\./g;
const pairLength = '\\ud83d\\ude00'.length;

/** Valid JSON text whose unpaired surrogate escapes are U+FFFD: the engine's strings are UTF-8. */
function wellFormedEscapes(text: string): string {
  if (!text.includes('\\u') || !hasSurrogateEscape.test(text)) {
    return text;
  }
  return text.replace(escapes, (found) =>
    found.length < pairLength && hasSurrogateEscape.test(found) ? '\\ufffd' : found,
  );
}

const spaceOutsideWords = /\s/;
const stringsAndSpace = /("[^"\\]*(?:\\.[^"\\]*)*")|\s+/g;

/**
 * JSON text without spaces between its tokens, otherwise as written (digits, key order, escapes);
 * undefined where the text is no JSON.
 * @throws JsonTooDeepError
 */
export function compactJsonText(text: string): string | undefined {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  // A document of n levels has 2n brackets at least.
  if (text.length > 2 * maxJsonDepth && depthOf(text) > maxJsonDepth) {
    throw new JsonTooDeepError();
  }
  const compact = spaceOutsideWords.test(text) ? text.replace(stringsAndSpace, '$1') : text;
  return wellFormedEscapes(compact);
}

/** Integers of fewer digits have 64 bits at most. */
export const wideDigits = 19;
/** A real that may be beyond the largest. */
const hugeReal = /(?:^|[:,[\s])-?\d+(?:\.\d+)?[eE]\+?\d{3}/;
const stringsAndNumbers = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;
const wholeNumber = /^-?\d+$/;
const [lowest, highest] = [-(2n ** 63n), 2n ** 64n - 1n];
const mostDigits = String(highest).length;

/**
 * JSON text as the engine can read it, which gives up the whole document for one number that it cannot hold. Integers
 * of more than 64 bits become reals, as which JavaScript and Kusto read them, and what is more than the largest real
 * becomes a string; both with all of their digits. What is no JSON stays as it is.
 */
export function readableJson(text: string): string {
  const mayBeUnreadable = mayHaveNumberOf(wideDigits, text) || hugeReal.test(text);
  return mayBeUnreadable && isJson(text) ? text.replace(stringsAndNumbers, readable) : text;
}

function readable(token: string): string {
  if (token.startsWith('"')) {
    return token;
  }
  if (!Number.isFinite(Number(token))) {
    return `"${token}"`;
  }
  return wholeNumber.test(token) && isWide(token) ? `${token}.0` : token;
}

export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function isWide(digits: string): boolean {
  if (digits.length > mostDigits) {
    return true;
  }
  const value = BigInt(digits);
  return value < lowest || value > highest;
}

const quote = 0x22;
const backslash = 0x5c;

/** How deep arrays and objects nest in valid JSON text. */
export function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === quote) {
      index = endOfString(text, index);
    } else if (code === 0x7b || code === 0x5b) {
      depth++;
      deepest = Math.max(deepest, depth);
    } else if (code === 0x7d || code === 0x5d) {
      depth--;
    }
  }
  return deepest;
}

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end >= 0 && isEscaped(text, end)) {
    end = text.indexOf('"', end + 1);
  }
  return end < 0 ? text.length : end;
}

function isEscaped(text: string, index: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(index - 1 - backslashes) === backslash) {
    backslashes++;
  }
  return backslashes % 2 === 1;
}
