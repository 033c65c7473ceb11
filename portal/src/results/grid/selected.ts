import type { ResultColumn } from '../model.js';
import { plainText } from '../values/display.js';
import { selectedRange } from './state.js';
import type { Grid } from './use-grid.js';

/** The columns that the selection covers, as they are placed. */
export function selectedColumns(grid: Grid): ResultColumn[] {
  const { left, right } = selectedRange(grid.state);
  return grid.shown.slice(left, right + 1).map(({ column }) => column);
}

/** The selected cells, row by row; heads of groups are left out. */
export function selectedRows(grid: Grid): unknown[][] {
  const { top, bottom, left, right } = selectedRange(grid.state);
  const columns = grid.shown.slice(left, right + 1);
  const rows: unknown[][] = [];
  for (let line = top; line <= bottom; line += 1) {
    const row = grid.rowAt(line);
    const values = row === undefined ? undefined : grid.result.rows[row];
    if (values !== undefined) rows.push(columns.map(({ index }) => values[index] ?? null));
  }
  return rows;
}

/** Different values of one placed column within the selected lines. */
export function selectedValues(grid: Grid, place: number): unknown[] {
  const { top, bottom } = selectedRange(grid.state);
  const index = grid.shown[place]?.index;
  if (index === undefined) return [];
  const values = new Map<string, unknown>();
  for (let line = top; line <= bottom; line += 1) {
    const row = grid.rowAt(line);
    if (row === undefined) continue;
    const value = grid.result.rows[row]?.[index];
    values.set(plainText(value), value);
  }
  return [...values.values()];
}
