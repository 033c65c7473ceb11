import type { ResultColumn, ResultSet } from '../model.js';
import { stepsBetweenYields, type Task } from '../sliced.js';
import { plainText } from '../values/display.js';

type Row = readonly unknown[];
type Compared = Pick<ResultSet, 'columns' | 'rows'>;

/** A row that is not the same in both runs; columns are those of the later one. */
export type RowChange =
  | { readonly kind: 'added'; readonly row: Row }
  | { readonly kind: 'gone'; readonly row: Row }
  | {
      readonly kind: 'changed';
      readonly row: Row;
      /** What was there before, by the index of the column. */
      readonly before: ReadonlyMap<number, unknown>;
    };

export interface Comparison {
  readonly changes: readonly RowChange[];
  readonly same: number;
  /** Rows whose key another row of the same run has too: they are paired in their order. */
  readonly duplicates: number;
}

/** Columns that usually say which event a row is, the surest first. */
const knownKeys: readonly (readonly string[])[] = [
  ['ReportId', 'DeviceId', 'Timestamp'],
  ['ReportId', 'DeviceName', 'Timestamp'],
  ['AlertId'],
  ['NetworkMessageId', 'RecipientEmailAddress'],
  ['NetworkMessageId'],
];

/**
 * Indices of a key: known ones of events, else all columns that are no measure. With every column in the
 * key rows are added or gone, and never changed.
 */
export function guessKey(columns: readonly ResultColumn[]): number[] {
  const indexOf = (name: string) => columns.findIndex((column) => column.name === name);
  for (const names of knownKeys) {
    const indices = names.map(indexOf);
    if (!indices.includes(-1)) return indices;
  }
  const words = columns.flatMap(({ type }, index) =>
    type === 'string' || type === 'guid' || type === 'bool' || type === 'datetime' ? [index] : [],
  );
  return words.length > 0 ? words : columns.map((_, index) => index);
}

/** Compares two runs by a key of columns of the later one. */
export function* compareRuns(
  before: Compared,
  after: Compared,
  key: readonly number[],
): Task<Comparison> {
  // Columns are found by name: a changed query may place them elsewhere, or have others.
  const places = after.columns.map(({ name }) =>
    before.columns.findIndex((column) => column.name === name),
  );
  const aligned = (row: Row): Row => places.map((at) => (at < 0 ? null : row[at]));
  const keyOf = (row: Row): string => key.map((index) => plainText(row[index])).join('\u0000');
  const earlier = new Map<string, Row[]>();
  const shared = places.flatMap((at, index) => (at < 0 ? [] : [index]));
  let duplicates = 0;
  let steps = 0;
  for (const row of before.rows) {
    const old = aligned(row);
    const rows = earlier.get(keyOf(old));
    if (rows === undefined) earlier.set(keyOf(old), [old]);
    else {
      rows.push(old);
      duplicates += 1;
    }
    steps += 1;
    if (steps % (stepsBetweenYields / 20) === 0) yield;
  }
  const changes: RowChange[] = [];
  let same = 0;
  for (const row of after.rows) {
    steps += 1;
    if (steps % (stepsBetweenYields / 20) === 0) yield;
    const old = takeEqual(earlier, keyOf(row), row, shared);
    if (old === undefined) {
      changes.push({ kind: 'added', row });
      continue;
    }
    const differing = shared.filter((index) => plainText(row[index]) !== plainText(old[index]));
    if (differing.length === 0) same += 1;
    else {
      const was = new Map(differing.map((index) => [index, old[index]]));
      changes.push({ kind: 'changed', row, before: was });
    }
  }
  for (const rows of earlier.values()) {
    for (const row of rows) changes.push({ kind: 'gone', row });
  }
  return { changes, same, duplicates };
}

// Of several rows with the key, the same one if it is there: order alone must not make a change.
function takeEqual(
  earlier: Map<string, Row[]>,
  key: string,
  row: Row,
  shared: readonly number[],
): Row | undefined {
  const rows = earlier.get(key);
  if (rows === undefined || rows.length === 0) return undefined;
  if (rows.length === 1) return rows.pop();
  const limit = Math.min(rows.length, 50);
  for (let at = 0; at < limit; at += 1) {
    const candidate = rows[at];
    if (candidate === undefined) break;
    const isSame = shared.every((index) => plainText(row[index]) === plainText(candidate[index]));
    if (isSame) return rows.splice(at, 1)[0];
  }
  return rows.shift();
}
