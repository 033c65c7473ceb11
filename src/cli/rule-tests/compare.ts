import { isDeepStrictEqual } from 'node:util';
import { compactJson, ExactNumber, type JsonValue, parseJson } from '../../ingest/json.js';

interface AnswerColumn {
  readonly name: string;
  readonly type: string;
}

export interface AnswerRows {
  readonly columns: readonly AnswerColumn[];
  readonly rows: readonly (readonly JsonValue[])[];
}

type Row = Readonly<Record<string, JsonValue>>;

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
    ...missing.map((row) => `no row has ${compactJson(row)}`),
    ...named.slice(0, mostShown).map((row) => `there is  ${compactJson(row)}`),
    ...(rows.length > mostShown ? [`and ${rows.length - mostShown} more`] : []),
  ];
}

/** Rows of an answer that are printed where it is wrong. */
const mostShown = 5;

function countText(rows: number): string {
  return `${rows} ${rows === 1 ? 'row' : 'rows'}`;
}

/** Columns without a value say nothing, and a row may have sixty of them. */
function rowOf(columns: readonly AnswerColumn[], values: readonly JsonValue[]): Row {
  const filled = columns.flatMap(({ name }, index) => {
    const value = values[index];
    return value === undefined || value === null || value === '' ? [] : [[name, value] as const];
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

function isSame(
  value: JsonValue | undefined,
  wanted: JsonValue,
  type: string | undefined,
): boolean {
  if (value === undefined || wanted === null || wanted === '') {
    return value === undefined && (wanted === null || wanted === '');
  }
  if (type === 'datetime') return instantText(value) === instantText(wanted);
  if (isDocument(wanted)) return isDeepStrictEqual(documentOf(value), wanted);
  if (isDocument(value)) return false;
  return scalarText(value) === scalarText(wanted);
}

function isDocument(value: JsonValue): boolean {
  return typeof value === 'object' && !(value instanceof ExactNumber);
}

/** Some columns hold JSON as text: `AdditionalFields`. */
function documentOf(value: JsonValue): JsonValue {
  if (typeof value !== 'string') return value;
  try {
    return parseJson(value);
  } catch {
    return value;
  }
}

/** Numbers that JavaScript cannot hold come as text. */
function scalarText(value: JsonValue): string {
  return value instanceof ExactNumber ? value.digits : String(value);
}

/** An instant in UTC, without the zeros that say nothing; what is none stays as it is. */
function instantText(value: JsonValue): string {
  const text = scalarText(value);
  const [, date, time = '00:00:00', fraction = '', zone = 'Z'] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(\.\d+)?(Z|[+-]\d\d:?\d\d)?)?$/i.exec(text) ??
    [];
  const instant = new Date(`${date}T${time}${zone.toUpperCase()}`);
  if (Number.isNaN(instant.getTime())) return text;
  return `${instant.toISOString().slice(0, 19)}${fraction.replace(/\.?0*$/, '')}Z`;
}
