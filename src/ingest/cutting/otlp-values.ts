import { compactJson, ExactNumber, JsonTooDeepError, type JsonValue } from '../json.js';

export type JsonObject = Readonly<Record<string, JsonValue>>;

const deepest = 100;

/** JSON in either form, whose members are what they are supposed to be, or not. */
export type Loose = Readonly<Record<string, unknown>>;

export const objectOf = (value: unknown): Loose =>
  typeof value === 'object' && value !== null ? (value as Loose) : {};
const listOf = (value: unknown): readonly Loose[] =>
  Array.isArray(value) ? value.map(objectOf) : [];

/** Bytes are the text that they are, as far as they are one. */
export function bodyOf(value: Loose): JsonValue {
  const { bytesValue } = value as { bytesValue?: unknown };
  if (bytesValue instanceof Uint8Array) return textOf(bytesValue);
  return typeof bytesValue === 'string'
    ? Buffer.from(bytesValue, 'base64').toString()
    : anyValueOf(value, 0);
}

/** In JSON a text, in protobuf its bytes. */
export function textOf(value: unknown): string {
  if (value instanceof Uint8Array) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString();
  }
  return typeof value === 'string' ? value : '';
}

export function attributesOf(list: unknown, depth = 0): JsonObject {
  const entries = listOf(list).map(({ key, value }) => [
    textOf(key),
    anyValueOf(objectOf(value), depth),
  ]);
  return Object.fromEntries(entries);
}

/** By the name of AnyValue's member. */
const readers: Readonly<Record<string, (value: unknown, depth: number) => JsonValue>> = {
  stringValue: (value) => (value instanceof Uint8Array ? textOf(value) : wordOf(value)),
  boolValue: (value) => value === true,
  intValue: integerOf,
  doubleValue: (value) =>
    typeof value === 'number' && Number.isFinite(value) ? value : wordOf(value),
  arrayValue: (value, depth) =>
    listOf(objectOf(value)['values']).map((each) => anyValueOf(each, depth + 1)),
  kvlistValue: (value, depth) => attributesOf(objectOf(value)['values'], depth + 1),
  bytesValue: (value) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('base64') : wordOf(value),
};

function anyValueOf(value: Loose, depth: number): JsonValue {
  if (depth > deepest) throw new JsonTooDeepError();
  for (const name in value) {
    const read = Object.hasOwn(readers, name) ? readers[name] : undefined;
    if (read) return read(value[name], depth);
  }
  return null;
}

/** JSON where a text should be is kept as it is written: a list's own text takes the square of its depth in time. */
function wordOf(value: unknown): string {
  return typeof value === 'object' ? compactJson(value as JsonValue) : String(value);
}

/** JSON has 64-bit integers as text. */
function integerOf(value: unknown): JsonValue {
  if (value instanceof ExactNumber) return value;
  const digits = wordOf(value);
  if (!/^-?(?:0|[1-9]\d{0,19})$/.test(digits)) return digits;
  const number = Number(digits);
  return Number.isSafeInteger(number) ? number : new ExactNumber(digits);
}
