import type { ScalarType } from '../catalog/types.js';
import { type Expression, elements, kindOf, member, type SyntaxNode } from './syntax.js';

/**
 * A KQL value known at compile time; `value` null is the type's null.
 * int, long: whole number. timespan: ticks of 100 ns. datetime: ticks since 1970-01-01 UTC.
 * decimal, guid: text. dynamic: JSON text.
 */
export interface LiteralValue {
  readonly type: ScalarType;
  readonly value: string | number | bigint | boolean | null;
}

const ticksPer = {
  tick: 1n,
  microsecond: 10n,
  millisecond: 10_000n,
  second: 10_000_000n,
  minute: 600_000_000n,
  hour: 36_000_000_000n,
  day: 864_000_000_000n,
} as const;

const units: Readonly<Record<string, bigint>> = Object.fromEntries(
  (
    [
      ['tick', 'tick ticks'],
      ['microsecond', 'microsecond microseconds micro micros'],
      ['millisecond', 'ms milli millis millisecond milliseconds millisec millisecs'],
      ['second', 's sec secs second seconds'],
      ['minute', 'm min mins minute minutes'],
      ['hour', 'h hr hrs hour hours'],
      ['day', 'd day days'],
    ] as const
  ).flatMap(([unit, names]) => names.split(' ').map((name) => [name, ticksPer[unit]])),
);

/** The literal's value. The bundled parser misreads hex, `time()` and `nan`: the token's text decides. */
export function literalValue(node: Expression): LiteralValue {
  const kind = kindOf(node);
  const text = node.toString().trim();
  const inner = insideParentheses(text);
  const isNull = /^null$/i.test(inner);
  switch (kind) {
    case 'LongLiteralExpression':
      return { type: 'long', value: isNull ? null : wholeNumber(inner, 64) };
    case 'IntLiteralExpression':
      return { type: 'int', value: isNull ? null : wholeNumber(inner, 32) };
    case 'RealLiteralExpression':
      return { type: 'real', value: isNull ? null : realNumber(inner) };
    case 'DecimalLiteralExpression':
      return { type: 'decimal', value: isNull ? null : inner };
    case 'BooleanLiteralExpression':
      return { type: 'bool', value: isNull ? null : /^(true|1)$/i.test(inner) };
    case 'TimespanLiteralExpression':
      return { type: 'timespan', value: isNull ? null : parseTimespan(unquoted(inner)) };
    case 'DateTimeLiteralExpression':
      return { type: 'datetime', value: isNull ? null : parseDatetime(unquoted(inner)) };
    case 'GuidLiteralExpression':
      return { type: 'guid', value: isNull ? null : unquoted(inner).toLowerCase() };
    case 'StringLiteralExpression':
    case 'CompoundStringLiteralExpression':
      return { type: 'string', value: String(node.LiteralValue ?? '') };
    case 'DynamicExpression':
      return { type: 'dynamic', value: dynamicText(member(node, 'Expression')) };
    case 'NullLiteralExpression':
      return { type: 'dynamic', value: null };
    default:
      return { type: 'string', value: String(node.LiteralValue ?? text) };
  }
}

function insideParentheses(text: string): string {
  const match = /^[a-z]+\s*\(([\s\S]*)\)$/i.exec(text);
  return (match?.[1] ?? text).trim();
}

function unquoted(text: string): string {
  return text.replace(/^h?@?(["'])([\s\S]*)\1$/i, '$2').trim();
}

function wholeNumber(text: string, bits: 32 | 64): bigint | null {
  const match = /^([+-]?)\s*(0x[0-9a-f]+|\d+)$/i.exec(unquoted(text));
  if (!match?.[2]) return null;
  const size = BigInt(match[2]);
  return BigInt.asIntN(bits, match[1] === '-' ? -size : size);
}

function realNumber(text: string): number | null {
  const plain = text.toLowerCase().replace(/^\+/, '');
  if (plain === 'nan') return Number.NaN;
  if (plain === 'inf' || plain === 'infinity') return Number.POSITIVE_INFINITY;
  if (plain === '-inf' || plain === '-infinity') return Number.NEGATIVE_INFINITY;
  const value = Number(plain);
  return plain === '' || Number.isNaN(value) ? null : value;
}

/** Ticks of `1h`, `1.5d`, `1.02:03:04.5`, `5` (days), `-1h`; null when it is none. */
export function parseTimespan(text: string): bigint | null {
  const unit = /^([+-]?)\s*(\d+)(?:\.(\d+))?\s*([a-z]+)$/i.exec(text);
  if (unit) {
    const [, sign, whole = '0', fraction = '', name = ''] = unit;
    const ticks = units[name.toLowerCase()];
    if (ticks === undefined) return null;
    const scaled = BigInt(whole + fraction) * ticks;
    const size = (scaled + 0n) / 10n ** BigInt(fraction.length);
    return sign === '-' ? -size : size;
  }
  const clock = /^(-?)(?:(\d+)[.:])?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,7}))?)?$/.exec(text);
  if (clock) {
    const [, sign, days = '0', hours = '0', minutes = '0', seconds = '0', fraction = ''] = clock;
    if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return null;
    const size =
      BigInt(days) * ticksPer.day +
      BigInt(hours) * ticksPer.hour +
      BigInt(minutes) * ticksPer.minute +
      BigInt(seconds) * ticksPer.second +
      BigInt(fraction.padEnd(7, '0'));
    return sign === '-' ? -size : size;
  }
  const days = /^(-?)(\d+)$/.exec(text);
  if (days?.[2]) return BigInt(days[2]) * ticksPer.day * (days[1] ? -1n : 1n);
  return null;
}

const months = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');

/** Ticks since 1970-01-01 UTC of the texts that KQL's datetime literals allow; null when it is none. */
export function parseDatetime(text: string): bigint | null {
  const iso =
    /^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?(?:[T ]\s*(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d{1,9}))?)?)?\s*(Z|UTC|GMT|[+-]\d{1,2}:?\d{2})?$/i.exec(
      text,
    );
  if (iso) {
    const [, y, mo = '1', d = '1', h = '0', mi = '0', s = '0', fraction = '', zone] = iso;
    return ticksOf(
      Number(y),
      Number(mo),
      Number(d),
      Number(h),
      Number(mi),
      Number(s),
      fraction,
      zone,
    );
  }
  const rfc =
    /^(?:[a-z]{3,9},?\s+)?(\d{1,2})[\s-]+([a-z]{3})[a-z]*[\s-]+(\d{2,4})(?:\s+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?)?\s*(Z|UTC|GMT|[+-]\d{1,2}:?\d{2})?$/i.exec(
      text,
    );
  if (rfc) {
    const [, d, month = '', y = '', h = '0', mi = '0', s = '0', fraction = '', zone] = rfc;
    const index = months.indexOf(month.toLowerCase());
    if (index < 0) return null;
    const year = y.length === 2 ? 2000 + Number(y) : Number(y);
    return ticksOf(year, index + 1, Number(d), Number(h), Number(mi), Number(s), fraction, zone);
  }
  const american =
    /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?:,?\s+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?\s*(AM|PM)?)?$/i.exec(
      text,
    );
  if (american) {
    const [, mo, d, y, hour = '0', mi = '0', s = '0', fraction = '', half] = american;
    let h = Number(hour);
    if (half) h = (h % 12) + (/pm/i.test(half) ? 12 : 0);
    return ticksOf(Number(y), Number(mo), Number(d), h, Number(mi), Number(s), fraction, 'Z');
  }
  return null;
}

function ticksOf(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
  fraction: string,
  zone: string | undefined,
): bigint | null {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (year < 1 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  if (hour > 23 || minute > 59 || second > 59) return null;
  date.setUTCHours(hour, minute, second);
  const offset = zone ? /^([+-])(\d{1,2}):?(\d{2})$/.exec(zone) : null;
  const offsetMinutes = offset
    ? (Number(offset[2]) * 60 + Number(offset[3])) * (offset[1] === '-' ? -1 : 1)
    : 0;
  return (
    (BigInt(date.getTime()) - BigInt(offsetMinutes) * 60_000n) * 10_000n +
    BigInt(fraction.padEnd(7, '0').slice(0, 7))
  );
}

/** `2020-01-02T03:04:05.1234567Z` from ticks since 1970. */
export function datetimeText(ticks: bigint): string {
  const second = (ticks - (((ticks % 10_000_000n) + 10_000_000n) % 10_000_000n)) / 10_000_000n;
  const fraction = String(ticks - second * 10_000_000n).padStart(7, '0');
  return `${new Date(Number(second) * 1000).toISOString().slice(0, 19)}.${fraction}Z`;
}

/** `[-][d.]hh:mm:ss[.fffffff]`, .NET's constant format. */
export function timespanText(ticks: bigint): string {
  const size = ticks < 0n ? -ticks : ticks;
  const part = (unit: bigint, of: bigint) => String((size / unit) % of).padStart(2, '0');
  const days = size / ticksPer.day;
  const fraction = size % ticksPer.second;
  return (
    (ticks < 0n ? '-' : '') +
    (days > 0n ? `${days}.` : '') +
    `${part(ticksPer.hour, 24n)}:${part(ticksPer.minute, 60n)}:${part(ticksPer.second, 60n)}` +
    (fraction > 0n ? `.${String(fraction).padStart(7, '0')}` : '')
  );
}

/** The JSON text of what stands in `dynamic(...)`; null for dynamic(null). Taken from the tree: it is no strict JSON. */
function dynamicText(node: Expression): string | null {
  const text = jsonText(node);
  return text === 'null' ? null : text;
}

function jsonText(node: Expression): string {
  switch (kindOf(node)) {
    case 'JsonArrayExpression':
      return `[${elements<Expression>(node, 'Values').map(jsonText).join(',')}]`;
    case 'JsonObjectExpression':
      return `{${elements<SyntaxNode>(node, 'Pairs').map(pairText).join(',')}}`;
    case 'UnaryMinusExpression':
      return `-${jsonText(member(node, 'Expression'))}`;
    case 'DynamicExpression':
      return jsonText(member(node, 'Expression'));
    case 'ParenthesizedExpression':
      return jsonText(member(node, 'Expression'));
    default:
      return literalJson(literalValue(node));
  }
}

function pairText(pair: SyntaxNode): string {
  const name = (pair as unknown as { Name: SyntaxNode & { readonly ValueText: string } }).Name;
  const text = name.IsToken ? name.ValueText : String((name as Expression).LiteralValue);
  return `${JSON.stringify(text)}:${jsonText(member(pair, 'Value'))}`;
}

/** A literal as it stands inside a JSON document. */
export function literalJson({ type, value }: LiteralValue): string {
  if (value === null) return 'null';
  switch (type) {
    case 'datetime':
      return JSON.stringify(datetimeText(value as bigint));
    case 'timespan':
      return JSON.stringify(timespanText(value as bigint));
    case 'string':
    case 'guid':
      return JSON.stringify(value);
    case 'real':
      return realJson(value as number);
    case 'decimal':
      return JSON.stringify(value);
    case 'dynamic':
      return value as string;
    default:
      return String(value);
  }
}

function realJson(value: number): string {
  if (!Number.isFinite(value)) return JSON.stringify(String(value));
  return Number.isInteger(value) && Math.abs(value) < 1e15 ? `${value}.0` : String(value);
}
