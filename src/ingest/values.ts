import type { Column, ScalarType } from '../catalog/types.js';
import { parseDatetime } from './datetime.js';
import {
  compactJson,
  compactJsonText,
  ExactNumber,
  isObject,
  type JsonValue,
  readableJson,
} from './json.js';

/**
 * A value as the JSON text that the engine reads into a column of one KQL type. `null`: the value is
 * KQL's null (or the empty string) and need not be written. `undefined`: it is no value of that type.
 */
export type Coerced = string | null | undefined;

/** A string as JSON text; unpaired surrogates, which UTF-8 cannot hold, become U+FFFD. */
export function quoted(text: string): string {
  return JSON.stringify(text.toWellFormed());
}

const truths: ReadonlyMap<string, string> = new Map([
  ['true', 'true'],
  ['1', 'true'],
  ['false', 'false'],
  ['0', 'false'],
]);

/** A number's text, or a string's without the space around it; undefined for the other kinds. */
function scalarText(value: JsonValue): string | undefined {
  switch (typeof value) {
    case 'string':
      return value.trim();
    case 'number':
      return String(value);
    default:
      return value instanceof ExactNumber ? value.digits : undefined;
  }
}

function toBool(value: JsonValue): Coerced {
  if (typeof value === 'boolean') {
    return String(value);
  }
  const text = scalarText(value);
  return text === '' ? null : text && truths.get(text.toLowerCase());
}

// As many digits as 64 bits can have, with room for leading zeros, so that BigInt's work is bounded.
const wholeNumber = /^[+-]?\d{1,40}(?:\.0{1,20})?$/;
/** Less than 2^31, and written as the engine's numbers are. */
const fewDigits = /^(?:0|[1-9]\d{0,8})$/;
const hexNumber = /^0[xX][\da-fA-F]{1,16}$/;

function wholeNumberOf(text: string): bigint | undefined {
  if (wholeNumber.test(text)) {
    return BigInt(text.replace(/\..*$/, '').replace('+', ''));
  }
  return hexNumber.test(text) ? BigInt.asIntN(64, BigInt(text)) : undefined;
}

function toInteger(bits: 32 | 64) {
  const [lowest, highest] = [-(2n ** BigInt(bits - 1)), 2n ** BigInt(bits - 1) - 1n];
  return (value: JsonValue): Coerced => {
    // Nearly every value takes this way, which needs no BigInt.
    if (typeof value === 'number' && Number.isSafeInteger(value)) {
      return bits === 64 || value === (value | 0) ? String(value) : undefined;
    }
    if (typeof value === 'boolean') {
      return value ? '1' : '0';
    }
    const text = scalarText(value);
    if (text === undefined || text === '') {
      return text === '' ? null : undefined;
    }
    if (fewDigits.test(text)) {
      return text;
    }
    const whole = wholeNumberOf(text);
    return whole !== undefined && whole >= lowest && whole <= highest ? String(whole) : undefined;
  };
}

const realNumber = /^[+-]?(?:\d{1,400}(?:\.\d{0,400})?|\.\d{1,400})(?:[eE][+-]?\d{1,4})?$/;
// The engine's spellings; JSON has none.
const notFinite: ReadonlyMap<string, string> = new Map([
  ['nan', '"nan"'],
  ['infinity', '"inf"'],
  ['inf', '"inf"'],
  ['+inf', '"inf"'],
  ['-infinity', '"-inf"'],
  ['-inf', '"-inf"'],
]);

function toReal(value: JsonValue): Coerced {
  const text = scalarText(value);
  if (text === undefined || text === '') {
    return text === '' ? null : undefined;
  }
  const number = realNumber.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(number) ? String(number) : notFinite.get(text.toLowerCase());
}

const decimalNumber = /^([+-]?)0{0,400}(\d{0,56})(?:\.(\d{0,60}))?$/;
const decimalPlaces = 20;

function toDecimal(value: JsonValue): Coerced {
  const text = scalarText(value);
  if (text === undefined || text === '') {
    return text === '' ? null : undefined;
  }
  const [, sign, whole, fraction = ''] = decimalNumber.exec(text) ?? [];
  if (whole === undefined || (whole === '' && !/\d/.test(text))) {
    return undefined;
  }
  const places = fraction.slice(0, decimalPlaces);
  return `"${sign === '-' ? '-' : ''}${whole || '0'}${places && `.${places}`}"`;
}

function toText(value: JsonValue): Coerced {
  if (typeof value === 'string') {
    return value === '' ? null : quoted(value);
  }
  const text = compactJson(value);
  return quoted(isObject(value) || Array.isArray(value) ? readableJson(text) : text);
}

/** A text that may be JSON text: as it is written, but for what the engine cannot read. */
function toJsonText(value: JsonValue): Coerced {
  return toText(typeof value === 'string' ? readableJson(value) : value);
}

function toDatetime(value: JsonValue): Coerced {
  if (typeof value !== 'string') {
    return undefined;
  }
  const text = value.trim();
  if (text === '') {
    return null;
  }
  const moment = parseDatetime(text);
  return moment && `"${moment.text}"`;
}

const clock = /^(-?)(?:(\d{1,8})\.)?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,12}))?)?$/;
const ticksPerSecond = 10_000_000n;

/** KQL's `[-][days.]hours:minutes[:seconds[.fraction]]`, in ticks. */
function toTimespan(value: JsonValue): Coerced {
  if (typeof value !== 'string') {
    return undefined;
  }
  const text = value.trim();
  if (text === '') {
    return null;
  }
  const match = clock.exec(text);
  if (match === null) {
    return undefined;
  }
  const [, sign, days = '0', hours = '0', minutes = '0', seconds = '0', fraction = ''] = match;
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) {
    return undefined;
  }
  const wholeSeconds =
    BigInt(days) * 86_400n + BigInt(hours) * 3600n + BigInt(minutes) * 60n + BigInt(seconds);
  // Longest fraction first cut, then padded: ticks are seven digits.
  const ticks = wholeSeconds * ticksPerSecond + BigInt(fraction.slice(0, 7).padEnd(7, '0'));
  if (ticks >= 2n ** 63n) {
    return undefined;
  }
  return String(sign === '-' ? -ticks : ticks);
}

const guid = /^[{(]?([\da-f]{8})-?([\da-f]{4})-?([\da-f]{4})-?([\da-f]{4})-?([\da-f]{12})[)}]?$/i;

function toGuid(value: JsonValue): Coerced {
  if (typeof value !== 'string') {
    return undefined;
  }
  const text = value.trim();
  if (text === '') {
    return null;
  }
  const match = guid.exec(text);
  return match ? `"${match.slice(1).join('-').toLowerCase()}"` : undefined;
}

// The Streaming API writes dynamic columns as JSON text in a string, other sources as JSON.
function toDynamic(value: JsonValue): Coerced {
  if (typeof value !== 'string') {
    return quoted(readableJson(compactJson(value)));
  }
  if (value.trim() === '') {
    return null;
  }
  const text = compactJsonText(value) ?? compactJson(value);
  return text === 'null' ? null : quoted(readableJson(text));
}

/** How a value becomes one of a column; may throw JsonTooDeepError. */
export function coercionOf({ type, jsonText }: Pick<Column, 'type' | 'jsonText'>) {
  return jsonText ? toJsonText : coercions[type];
}

/**
 * How a value becomes one of each KQL type. Nulls do not get here.
 * Each may throw JsonTooDeepError.
 */
export const coercions: Readonly<Record<ScalarType, (value: JsonValue) => Coerced>> = {
  bool: toBool,
  int: toInteger(32),
  long: toInteger(64),
  real: toReal,
  decimal: toDecimal,
  string: toText,
  datetime: toDatetime,
  timespan: toTimespan,
  guid: toGuid,
  dynamic: toDynamic,
};
