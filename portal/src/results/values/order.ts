import type { KustoType } from '../model.js';
import { parseDatetime } from './datetime.js';
import { isEmpty, plainText } from './display.js';
import { timespanTicks } from './timespan.js';

/**
 * What a value is sorted by. Numbers are compared as doubles first, and only equal doubles by their exact
 * text, so that 2^53 and 2^53 + 1 are told apart and the rest stays fast. Undefined sorts last.
 */
interface OrderKey {
  readonly number: number;
  readonly exact: bigint | string | undefined;
}

type KeyOf = (value: unknown) => OrderKey | undefined;

const numeric: KeyOf = (value) => {
  if (isEmpty(value)) return undefined;
  const number = Number(value);
  if (Number.isNaN(number)) return { number: Number.NEGATIVE_INFINITY, exact: undefined };
  return { number, exact: exactNumber(value) };
};

const text: KeyOf = (value) =>
  isEmpty(value) ? undefined : { number: 0, exact: plainText(value).toLowerCase() };

const keys: Readonly<Record<KustoType, KeyOf>> = {
  string: text,
  guid: text,
  long: numeric,
  int: numeric,
  real: numeric,
  decimal: numeric,
  bool: (value) => (isEmpty(value) ? undefined : { number: Number(value), exact: undefined }),
  datetime: (value) => {
    const moment = parseDatetime(value);
    return moment && { number: moment.seconds, exact: String(moment.ticks).padStart(7, '0') };
  },
  timespan: (value) => {
    const ticks = timespanTicks(value);
    return ticks === undefined ? text(value) : { number: Number(ticks), exact: ticks };
  },
  dynamic: (value) => {
    if (isEmpty(value)) return undefined;
    if (typeof value === 'number') return { number: value, exact: undefined };
    // Text after all numbers.
    return { number: Number.POSITIVE_INFINITY, exact: plainText(value).toLowerCase() };
  },
};

/** The sort key of a value of a column's type; undefined for what is empty. */
export function orderKey(value: unknown, type: KustoType): OrderKey | undefined {
  return keys[type](value);
}

/** Less than 0 when the first comes first. Empty values come last, whichever way a column is sorted. */
export function compareKeys(a: OrderKey, b: OrderKey): number {
  if (a.number !== b.number) return a.number < b.number ? -1 : 1;
  if (a.exact === b.exact || a.exact === undefined || b.exact === undefined) return 0;
  if (isMarked(a.exact) && isMarked(b.exact)) {
    return compareDecimals(a.exact.slice(1), b.exact.slice(1));
  }
  return before(a.exact, b.exact);
}

function before(a: bigint | string, b: bigint | string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

// What exact numbers begin with, so that text that looks like a number stays text.
const mark = '\u0000';

const decimal = /^(-?)(\d+)(?:\.(\d+))?$/;

function exactNumber(value: unknown): string | undefined {
  if (typeof value === 'string') return decimal.test(value) ? mark + value : undefined;
  const isLarge = Number.isInteger(value) && !Number.isSafeInteger(value);
  return isLarge ? mark + BigInt(Number(value)) : undefined;
}

function isMarked(exact: bigint | string): exact is string {
  return typeof exact === 'string' && exact.startsWith(mark);
}

function compareDecimals(a: string, b: string): number {
  const [, minusA = '', wholeA = '0', fractionA = ''] = decimal.exec(a) ?? [];
  const [, minusB = '', wholeB = '0', fractionB = ''] = decimal.exec(b) ?? [];
  const digits = Math.max(fractionA.length, fractionB.length);
  const scaledA = BigInt(`${minusA}${wholeA}${fractionA.padEnd(digits, '0')}`);
  const scaledB = BigInt(`${minusB}${wholeB}${fractionB.padEnd(digits, '0')}`);
  return before(scaledA, scaledB);
}

/** Compares two values of a column's type; empty ones last. */
export function compareValues(a: unknown, b: unknown, type: KustoType): number {
  const keyA = orderKey(a, type);
  const keyB = orderKey(b, type);
  if (keyA === undefined || keyB === undefined) {
    return Number(keyA === undefined) - Number(keyB === undefined);
  }
  return compareKeys(keyA, keyB);
}
