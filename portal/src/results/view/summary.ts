import type { KustoType } from '../model.js';
import { stepsBetweenYields, type Task } from '../sliced.js';
import { isEmpty, isNumeric, plainText } from '../values/display.js';
import { compareKeys, orderKey } from '../values/order.js';

/** What a column holds in the rows that are looked at. */
export interface ColumnSummary {
  readonly rows: number;
  readonly empty: number;
  readonly distinct: number;
  readonly top: readonly { readonly value: unknown; readonly count: number }[];
  readonly min: unknown;
  readonly max: unknown;
  /** Of numeric columns alone. */
  readonly mean: number | undefined;
}

/** How many of the commonest values are listed. */
const topCount = 10;

/** Summarises one column over the rows given, or over all of them. */
export function* summarize(
  rows: readonly (readonly unknown[])[],
  order: Int32Array | undefined,
  column: number,
  type: KustoType,
): Task<ColumnSummary> {
  const counts = new Map<string, { value: unknown; count: number }>();
  const total = order?.length ?? rows.length;
  let empty = 0;
  let sum = 0;
  for (let at = 0; at < total; at += 1) {
    if (at % stepsBetweenYields === 0) yield;
    const value = rows[order === undefined ? at : (order[at] ?? 0)]?.[column];
    if (isEmpty(value)) {
      empty += 1;
      continue;
    }
    const text = plainText(value);
    const known = counts.get(text);
    if (known === undefined) counts.set(text, { value, count: 1 });
    else known.count += 1;
    if (isNumeric(type)) sum += Number(value);
  }
  const { min, max } = yield* extremes(counts.values(), type);
  return {
    rows: total,
    empty,
    distinct: counts.size,
    top: largest(counts.values()),
    min,
    max,
    mean: isNumeric(type) && total > empty ? sum / (total - empty) : undefined,
  };
}

function* extremes(
  values: Iterable<{ readonly value: unknown }>,
  type: KustoType,
): Task<{ min: unknown; max: unknown }> {
  let low: { value: unknown; key: NonNullable<ReturnType<typeof orderKey>> } | undefined;
  let high = low;
  let steps = 0;
  for (const { value } of values) {
    steps += 1;
    if (steps % stepsBetweenYields === 0) yield;
    const key = orderKey(value, type);
    if (key === undefined) continue;
    if (low === undefined || compareKeys(key, low.key) < 0) low = { value, key };
    if (high === undefined || compareKeys(key, high.key) > 0) high = { value, key };
  }
  return { min: low?.value, max: high?.value };
}

// Ten of maybe a hundred thousand: one pass, without sorting them all.
function largest(
  values: Iterable<{ readonly value: unknown; readonly count: number }>,
): { value: unknown; count: number }[] {
  const top: { value: unknown; count: number }[] = [];
  for (const entry of values) {
    if (top.length === topCount && entry.count <= (top.at(-1)?.count ?? 0)) continue;
    const place = top.findIndex(({ count }) => count < entry.count);
    top.splice(place < 0 ? top.length : place, 0, entry);
    top.length = Math.min(top.length, topCount);
  }
  return top;
}

/** Columns in which no row holds anything. */
export function* emptyColumns(
  rows: readonly (readonly unknown[])[],
  columns: number,
): Task<ReadonlySet<number>> {
  const left = new Set(Array.from({ length: columns }, (_, index) => index));
  let steps = 0;
  for (const row of rows) {
    for (const column of left) if (!isEmpty(row[column])) left.delete(column);
    if (left.size === 0) break;
    steps += 1;
    if (steps % stepsBetweenYields === 0) yield;
  }
  return left;
}
