import { isDeepStrictEqual } from 'node:util';

interface AnswerColumn {
  readonly name: string;
  readonly type: string;
}

export interface AnswerRows {
  readonly columns: readonly AnswerColumn[];
  readonly rows: readonly (readonly unknown[])[];
}

type Row = Readonly<Record<string, unknown>>;

/** What is wrong with an answer, a line each; none: it is as expected. */
export function differences({ columns, rows }: AnswerRows, expected: number | Row[]): string[] {
  const named = rows.map((row) => rowOf(columns, row));
  const wanted = typeof expected === 'number' ? [] : expected;
  const count = typeof expected === 'number' ? expected : expected.length;
  const known = new Set(columns.map(({ name }) => name));
  const unknown = [...new Set(wanted.flatMap(Object.keys))].filter((name) => !known.has(name));
  if (unknown.length > 0) return [`the query has no column ${unknown.join(', ')}`];
  const missing = missingRows(columns, named, wanted);
  if (rows.length === count && missing.length === 0) return [];
  return [
    ...(rows.length === count ? [] : [`${countText(rows.length)}, expected ${count}`]),
    ...missing.map((row) => `no row has ${JSON.stringify(row)}`),
    ...named.slice(0, mostShown).map((row) => `there is  ${JSON.stringify(row)}`),
    ...(rows.length > mostShown ? [`and ${rows.length - mostShown} more`] : []),
  ];
}

/** Rows of an answer that are printed where it is wrong. */
const mostShown = 5;

function countText(rows: number): string {
  return `${rows} ${rows === 1 ? 'row' : 'rows'}`;
}

/** Columns without a value say nothing, and a row may have sixty of them. */
function rowOf(columns: readonly AnswerColumn[], values: readonly unknown[]): Row {
  const filled = columns.flatMap(({ name }, index) => {
    const value = values[index];
    return value === null || value === '' ? [] : [[name, value] as const];
  });
  return Object.fromEntries(filled);
}

/** Each row of the answer stands for one that is expected; an expected one may name columns in part. */
function missingRows(
  columns: readonly AnswerColumn[],
  rows: readonly Row[],
  expected: Row[],
): Row[] {
  const types = new Map(columns.map(({ name, type }) => [name, type]));
  const matches = expected.map((wanted) =>
    rows.flatMap((row, index) => (hasAll(row, wanted, types) ? [index] : [])),
  );
  const takenBy = new Map<number, number>();
  const assign = (wanted: number, tried: Set<number>): boolean =>
    (matches[wanted] ?? []).some((index) => {
      if (tried.has(index)) return false;
      tried.add(index);
      const holder = takenBy.get(index);
      if (holder !== undefined && !assign(holder, tried)) return false;
      takenBy.set(index, wanted);
      return true;
    });
  return expected.filter((_row, index) => !assign(index, new Set()));
}

function hasAll(row: Row, wanted: Row, types: ReadonlyMap<string, string>): boolean {
  return Object.entries(wanted).every(([name, value]) => isSame(row[name], value, types.get(name)));
}

function isSame(value: unknown, wanted: unknown, type: string | undefined): boolean {
  if (wanted === null || wanted === '') return value === undefined;
  if (type === 'datetime') return ticksText(value) === ticksText(wanted);
  // Numbers that JavaScript cannot hold come as text.
  if (typeof value === 'object' || typeof wanted === 'object')
    return isDeepStrictEqual(value, wanted);
  return String(value) === String(wanted);
}

/** An instant without the zeros that say nothing. */
function ticksText(value: unknown): string {
  return String(value)
    .replace(/(\.\d*?)0+Z$/, '$1Z')
    .replace('.Z', 'Z');
}
