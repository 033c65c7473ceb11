import type { ScalarType } from '../catalog/types.js';
import { decimalNumber, guidText, type LiteralValue, realNumber, wholeNumber } from './literals.js';
import { isDatetime, parseDatetime, parseTimespan } from './times.js';

/** Ticks from year 1, where .NET counts from, to 1970. */
const ticksBefore1970 = 621_355_968_000_000_000n;

type Value = LiteralValue['value'];

/**
 * A literal as one of another type, by the rules of `tolong()` and the like; undefined where only the
 * engine knows the text of the value.
 */
export function literalAs(literal: LiteralValue, type: ScalarType): LiteralValue | undefined {
  if (literal.type === type) return literal;
  const convert = conversions[type];
  if (!convert || literal.sinceNow !== undefined) return undefined;
  if (literal.value === null) return { type, value: null };
  const { type: from, value } =
    literal.type === 'dynamic' ? insideDocument(String(literal.value)) : literal;
  return { type, value: value === null ? null : convert(value, from) };
}

/** A document that is a text or a number alone. */
function insideDocument(json: string): LiteralValue {
  const value: unknown = JSON.parse(json);
  if (typeof value === 'string') return { type: 'string', value };
  if (typeof value === 'boolean') return { type: 'bool', value };
  if (typeof value !== 'number') return { type: 'dynamic', value: null };
  return /^-?\d+$/.test(json) ? { type: 'long', value: BigInt(json) } : { type: 'real', value };
}

const conversions: Readonly<
  Partial<Record<ScalarType, (value: NonNullable<Value>, from: ScalarType) => Value>>
> = {
  int: (value, from) => within(whole(value, from), 32),
  long: (value, from) => within(whole(value, from), 64),
  real: (value, from) => number(value, from),
  decimal: (value, from) => {
    if (from === 'string') return decimalNumber(String(value).trim());
    const size = number(value, from);
    return size === null
      ? null
      : decimalNumber(typeof value === 'bigint' ? String(value) : String(size));
  },
  bool: (value, from) => {
    const word = from === 'string' ? /^\s*(true|false)\s*$/i.exec(String(value))?.[1] : undefined;
    if (word) return word.toLowerCase() === 'true';
    if (from === 'datetime' || from === 'timespan') return null;
    const size = number(value, from);
    return size === null ? null : size !== 0;
  },
  datetime: (value, from) => {
    if (from === 'string') return parseDatetime(String(value).trim());
    if (typeof value !== 'bigint' || (from !== 'long' && from !== 'int')) return null;
    const ticks = value - ticksBefore1970;
    return isDatetime(ticks) ? ticks : null;
  },
  timespan: (value, from) => {
    if (from === 'string') return parseTimespan(String(value).trim());
    return typeof value === 'bigint' && (from === 'long' || from === 'int') ? value : null;
  },
  guid: (value, from) => (from === 'string' ? guidText(String(value).trim()) : null),
};

function within(value: bigint | null, bits: 32 | 64): bigint | null {
  return value !== null && BigInt.asIntN(bits, value) === value ? value : null;
}

function whole(value: NonNullable<Value>, from: ScalarType): bigint | null {
  if (from === 'string') {
    const text = String(value).trim();
    // Decimal digits may be too many: what is out of range is null, and does not wrap.
    if (/^[+-]?\d+$/.test(text)) return BigInt(text.replace('+', ''));
    return wholeNumber(text, 64) ?? truncated(realNumber(text));
  }
  if (from === 'datetime') return (value as bigint) + ticksBefore1970;
  if (typeof value === 'bigint') return value;
  return truncated(number(value, from));
}

function truncated(value: number | null): bigint | null {
  return value !== null && Number.isFinite(value) ? BigInt(Math.trunc(value)) : null;
}

function number(value: NonNullable<Value>, from: ScalarType): number | null {
  if (from === 'string') return realNumber(String(value).trim());
  if (from === 'guid' || from === 'dynamic') return null;
  return Number(from === 'datetime' ? (value as bigint) + ticksBefore1970 : value);
}
