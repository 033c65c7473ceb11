import type { KustoType, ResultColumn, TimeZoneChoice } from '../model.js';
import { stepsBetweenYields, type Task } from '../sliced.js';
import { displayText, isEmpty, isNumeric, legible, plainText } from '../values/display.js';
import { compareValues } from '../values/order.js';

/** What a column is narrowed to: by what was typed into its box, or by values that were picked. */
export type ColumnFilter =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'values'; readonly values: ReadonlySet<string>; readonly exclude: boolean };

/** Filters by the column's index in the result. */
export type Filters = ReadonlyMap<number, ColumnFilter>;

type Test = (value: unknown) => boolean;

/** The indices of the rows that pass all filters, out of those given. */
export function* filterRows(
  rows: readonly (readonly unknown[])[],
  order: Int32Array,
  columns: readonly ResultColumn[],
  filters: Filters,
  zone: TimeZoneChoice,
): Task<Int32Array> {
  const tests = [...filters].flatMap(([index, filter]) => {
    const column = columns[index];
    return column === undefined ? [] : [{ index, test: testOf(filter, column.type, zone) }];
  });
  const kept = new Int32Array(order.length);
  let count = 0;
  let steps = 0;
  for (const row of order) {
    if (tests.every(({ index, test }) => test(rows[row]?.[index]))) {
      kept[count] = row;
      count += 1;
    }
    steps += 1;
    if (steps % stepsBetweenYields === 0) yield;
  }
  return kept.slice(0, count);
}

/** A filter as a test of one value. */
export function testOf(filter: ColumnFilter, type: KustoType, zone: TimeZoneChoice): Test {
  if (filter.kind === 'text') return textTest(filter.text.trim(), type, zone);
  return (value) => filter.values.has(plainText(value)) !== filter.exclude;
}

const comparison = /^(>=|<=|>|<|!=|=|!)\s*(.*)$/s;
const range = /^(.+?)\s*\.\.\s*(.+)$/s;

/** `text` is contained; `=x`, `!=x`, `>x`, `<x`, `a..b` compare; `""` and `!""` ask for emptiness. */
function textTest(text: string, type: KustoType, zone: TimeZoneChoice): Test {
  if (text === '') return () => true;
  const between = isOrdered(type) ? range.exec(text) : null;
  if (between !== null) {
    const [, low, high] = between;
    return (value) =>
      !isEmpty(value) &&
      compareValues(value, complete(low ?? '', type, false), type) >= 0 &&
      compareValues(value, complete(high ?? '', type, true), type) <= 0;
  }
  const [, operator = '', operand = ''] = comparison.exec(text) ?? [];
  if (text === '""' || operand === '""') {
    return operator.startsWith('!') ? (value) => !isEmpty(value) : isEmpty;
  }
  if (operator === '' || operand === '') return contains(text, type, zone);
  if (operator === '!') {
    const holds = contains(operand, type, zone);
    return (value) => !holds(value);
  }
  if (operator === '=' || operator === '!=') {
    const wanted = legible(operand).toLowerCase();
    const same: Test = (value) => displayText(value, type, zone).toLowerCase() === wanted;
    return operator === '=' ? same : (value) => !same(value);
  }
  const limit = complete(operand, type, operator === '<=' || operator === '>');
  const holds = orderTests[operator];
  return (value) => !isEmpty(value) && holds?.(compareValues(value, limit, type)) === true;
}

const orderTests: Readonly<Record<string, (order: number) => boolean>> = {
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
};

function contains(text: string, type: KustoType, zone: TimeZoneChoice): Test {
  const wanted = legible(text).toLowerCase();
  return (value) => displayText(value, type, zone).toLowerCase().includes(wanted);
}

function isOrdered(type: KustoType): boolean {
  return isNumeric(type) || type === 'datetime' || type === 'timespan';
}

const firstMoment = '0000-01-01T00:00:00.0000000Z';
const lastMoment = '0000-12-31T23:59:59.9999999Z';

// "2024-05" as a limit means its first moment, or its last where it is an upper one.
function complete(text: string, type: KustoType, isUpper: boolean): string {
  if (type !== 'datetime' || !/^\d{4}(-\d\d)*([T ][\d:.]*)?$/.test(text)) return text;
  const pattern = isUpper ? lastMoment : firstMoment;
  const completed = text.replace(' ', 'T') + pattern.slice(text.length);
  return isUpper && text.length === 7 ? lastDayOf(text) : completed;
}

function lastDayOf(month: string): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  const day = new Date(Date.UTC(year, number, 0)).getUTCDate();
  return `${month}-${day}${lastMoment.slice(10)}`;
}
