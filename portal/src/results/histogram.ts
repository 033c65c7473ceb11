import type { ResultColumn } from './model.js';
import { stepsBetweenYields, type Task } from './sliced.js';
import { toMilliseconds } from './values/datetime.js';

/** How many rows fall into each of equal steps of time. Times in milliseconds since 1970. */
export interface Histogram {
  readonly start: number;
  readonly stepMs: number;
  readonly counts: readonly number[];
}

/** Round steps, from a millisecond to a year. */
const steps = [
  1,
  5,
  10,
  50,
  100,
  500,
  1e3,
  5e3,
  10e3,
  15e3,
  30e3,
  60e3,
  300e3,
  600e3,
  900e3,
  1800e3,
  3600e3,
  2 * 3600e3,
  3 * 3600e3,
  6 * 3600e3,
  12 * 3600e3,
  86400e3,
  2 * 86400e3,
  7 * 86400e3,
  30 * 86400e3,
  91 * 86400e3,
  365 * 86400e3,
];

const mostBars = 80;

/** The column that says when: Timestamp or TimeGenerated, else the first datetime. */
export function timeColumn(columns: readonly ResultColumn[]): number | undefined {
  const isTime = (column: ResultColumn) => column.type === 'datetime';
  for (const name of ['Timestamp', 'TimeGenerated']) {
    const at = columns.findIndex((column) => column.name === name && isTime(column));
    if (at >= 0) return at;
  }
  const first = columns.findIndex(isTime);
  return first < 0 ? undefined : first;
}

/** Counts rows over time; undefined when no row has one. */
export function* countOverTime(
  rows: readonly (readonly unknown[])[],
  order: Int32Array | undefined,
  column: number,
): Task<Histogram | undefined> {
  const total = order?.length ?? rows.length;
  const times = new Float64Array(total);
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < total; at += 1) {
    if (at % stepsBetweenYields === 0) yield;
    const time = toMilliseconds(rows[order === undefined ? at : (order[at] ?? 0)]?.[column]);
    times[at] = time ?? Number.NaN;
    if (time === undefined) continue;
    if (time < low) low = time;
    if (time > high) high = time;
  }
  if (low > high) return undefined;
  const stepMs = steps.find((step) => (high - low) / step < mostBars) ?? (high - low) / mostBars;
  const start = Math.floor(low / stepMs) * stepMs;
  const counts = new Array<number>(Math.floor((high - start) / stepMs) + 1).fill(0);
  for (const time of times) {
    if (Number.isNaN(time)) continue;
    const bar = Math.floor((time - start) / stepMs);
    counts[bar] = (counts[bar] ?? 0) + 1;
  }
  return { start, stepMs, counts };
}
