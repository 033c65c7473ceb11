import { stepsBetweenYields, type Task } from '../sliced.js';
import { plainText } from '../values/display.js';

/** Rows that have the same value in the column they are grouped by. */
export interface Group {
  readonly key: string;
  readonly value: unknown;
  readonly rows: Int32Array;
}

/** Groups of the rows in their order, the largest first. */
export function* groupRows(
  rows: readonly (readonly unknown[])[],
  order: Int32Array,
  column: number,
): Task<Group[]> {
  const found = new Map<string, { value: unknown; rows: number[] }>();
  let steps = 0;
  for (const row of order) {
    const value = rows[row]?.[column];
    const key = plainText(value);
    const group = found.get(key);
    if (group === undefined) found.set(key, { value, rows: [row] });
    else group.rows.push(row);
    steps += 1;
    if (steps % stepsBetweenYields === 0) yield;
  }
  return [...found]
    .map(([key, group]) => ({ key, value: group.value, rows: Int32Array.from(group.rows) }))
    .sort((a, b) => b.rows.length - a.rows.length);
}

/** A line of the grid: a row by its index, or the head of a group by -(its index + 1). */
export function linesOf(groups: readonly Group[], collapsed: ReadonlySet<string>): Int32Array {
  const total = groups.reduce(
    (sum, group) => sum + 1 + (collapsed.has(group.key) ? 0 : group.rows.length),
    0,
  );
  const lines = new Int32Array(total);
  let at = 0;
  for (const [index, group] of groups.entries()) {
    lines[at] = -(index + 1);
    at += 1;
    if (!collapsed.has(group.key)) {
      lines.set(group.rows, at);
      at += group.rows.length;
    }
  }
  return lines;
}
