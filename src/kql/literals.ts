import type { ScalarType } from '../catalog/types.js';
import { type Expression, elements, kindOf, member, type SyntaxNode, textOf } from './syntax.js';
import { datetimeText, parseDatetime, parseTimespan, timespanText } from './times.js';

/**
 * A KQL value known at compile time; `value` null is the type's null.
 * int, long: whole number. timespan: ticks of 100 ns. datetime: ticks since 1970-01-01 UTC.
 * decimal, guid: text. dynamic: JSON text.
 */
export interface LiteralValue {
  readonly type: ScalarType;
  readonly value: string | number | bigint | boolean | null;
  /** An instant that is so many ticks after the moment of the hunt: its value is best left unread. */
  readonly sinceNow?: bigint;
}

/**
 * The literal's value. The bundled parser misreads hex, `time()` and `nan`: the token's text decides.
 * `today` gives the day, in ticks, of a datetime that has a time of day only.
 */
export function literalValue(node: Expression, today: () => bigint = () => 0n): LiteralValue {
  const kind = kindOf(node);
  const text = textOf(node);
  const inner = insideParentheses(text);
  const isNull = /^null$/i.test(inner);
  switch (kind) {
    case 'LongLiteralExpression':
      return { type: 'long', value: isNull ? null : wholeNumber(inner, 64) };
    case 'IntLiteralExpression':
      return { type: 'int', value: isNull ? null : wholeNumber(inner, 32) };
    case 'RealLiteralExpression':
      return { type: 'real', value: isNull ? null : realNumber(unquoted(inner)) };
    case 'DecimalLiteralExpression':
      return { type: 'decimal', value: isNull ? null : decimalNumber(unquoted(inner)) };
    case 'BooleanLiteralExpression':
      return { type: 'bool', value: isNull ? null : /^(true|1)$/i.test(unquoted(inner)) };
    case 'TimespanLiteralExpression':
      return { type: 'timespan', value: isNull ? null : parseTimespan(unquoted(inner)) };
    case 'DateTimeLiteralExpression':
      return { type: 'datetime', value: isNull ? null : instant(unquoted(inner), today) };
    case 'GuidLiteralExpression':
      return { type: 'guid', value: isNull ? null : guidText(unquoted(inner)) };
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

/** `datetime()`: the current time. */
export function isCurrentTime(node: Expression): boolean {
  return kindOf(node) === 'DateTimeLiteralExpression' && insideParentheses(textOf(node)) === '';
}

function insideParentheses(text: string): string {
  const match = /^[a-z]+\s*\(([\s\S]*)\)$/i.exec(text);
  return (match?.[1] ?? text).trim();
}

function instant(text: string, today: () => bigint): bigint | null {
  const time = /^\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$/.test(text) ? parseTimespan(text) : null;
  return time === null ? parseDatetime(hyphened(text)) : today() + time;
}

/** A literal, unlike a text, may have commas, and spaces, between year, month and day. */
function hyphened(text: string): string {
  return text.replace(/^(\d{4})\s*[-,]\s*(\d{1,2})\s*[-,]\s*(\d{1,2})/, '$1-$2-$3');
}

function unquoted(text: string): string {
  return text.replace(/^h?@?(["'])([\s\S]*)\1$/i, '$2').trim();
}

export function wholeNumber(text: string, bits: 32 | 64): bigint | null {
  const match = /^([+-]?)\s*(0x[0-9a-f]+|\d+)$/i.exec(unquoted(text));
  if (!match?.[2]) return null;
  const size = BigInt(match[2]);
  return BigInt.asIntN(bits, match[1] === '-' ? -size : size);
}

/** Digits with a point and an exponent; beyond 56 digits before the point no decimal has room. */
export function decimalNumber(text: string): string | null {
  const isNumber = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,3})?$/i.test(text);
  return isNumber && Math.abs(Number(text)) < 1e56 ? text : null;
}

/** With hyphens, whether it has them or not. */
export function guidText(text: string): string | null {
  const digits = /^([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$/i;
  return digits.exec(text)?.slice(1).join('-').toLowerCase() ?? null;
}

export function realNumber(text: string): number | null {
  const plain = text.toLowerCase().replace(/^\+/, '');
  if (plain === 'nan') return Number.NaN;
  if (plain === 'inf' || plain === 'infinity') return Number.POSITIVE_INFINITY;
  if (plain === '-inf' || plain === '-infinity') return Number.NEGATIVE_INFINITY;
  const value = Number(plain);
  return plain === '' || Number.isNaN(value) ? null : value;
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
    case 'UnaryMinusExpression': {
      const size = member(node, 'Expression');
      return wholeJson(`-${textOf(size)}`) ?? `-${jsonText(size)}`;
    }
    case 'DynamicExpression':
    case 'ParenthesizedExpression':
      return jsonText(member(node, 'Expression'));
    default:
      return wholeJson(textOf(node)) ?? literalJson(literalValue(node));
  }
}

/** A whole number in decimal digits; what no long has room for is a real, as in a document that is parsed. */
function wholeJson(text: string): string | undefined {
  if (!/^-?\d+$/.test(text)) return undefined;
  const size = BigInt(text);
  return BigInt.asIntN(64, size) === size ? String(size) : realJson(Number(text));
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
  const text = String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}
