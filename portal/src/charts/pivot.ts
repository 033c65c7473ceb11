import { isEmpty, plainText } from '../results/values/display.js';
import type { ChartTable } from './series-rows.js';

/** How the values that meet in a cell become one. */
export const aggregates = {
  count: { label: 'Count', of: (values: readonly number[]) => values.length },
  sum: { label: 'Sum', of: sum },
  avg: { label: 'Average', of: (values: readonly number[]) => sum(values) / values.length },
  min: { label: 'Minimum', of: (values: readonly number[]) => Math.min(...values) },
  max: { label: 'Maximum', of: (values: readonly number[]) => Math.max(...values) },
} as const;

export type Aggregate = keyof typeof aggregates;

export interface PivotTable {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly cells: readonly (readonly (number | undefined)[])[];
  readonly leftOut: number;
}

const mostRows = 200;
const mostColumns = 50;

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Rows against columns; the commonest of each, where there are too many. */
export function pivot(
  table: ChartTable,
  rowColumn: number,
  columnColumn: number | undefined,
  valueColumn: number | undefined,
  aggregate: Aggregate,
): PivotTable {
  const values = new Map<string, Map<string, number[]>>();
  const rowCounts = new Map<string, number>();
  const columnCounts = new Map<string, number>();
  for (const row of table.rows) {
    const down = plainText(row[rowColumn]);
    const across = columnColumn === undefined ? '' : plainText(row[columnColumn]);
    const value = valueColumn === undefined ? 1 : row[valueColumn];
    if (isEmpty(value) || Number.isNaN(Number(value))) continue;
    increase(rowCounts, down);
    increase(columnCounts, across);
    let cells = values.get(down);
    if (cells === undefined) {
      cells = new Map();
      values.set(down, cells);
    }
    const cell = cells.get(across);
    if (cell === undefined) cells.set(across, [Number(value)]);
    else cell.push(Number(value));
  }
  const rows = commonest(rowCounts, mostRows);
  const columns = commonest(columnCounts, mostColumns).sort();
  return {
    rows,
    columns,
    cells: rows.map((down) =>
      columns.map((across) => {
        const cell = values.get(down)?.get(across);
        return cell === undefined ? undefined : aggregates[aggregate].of(cell);
      }),
    ),
    leftOut: rowCounts.size - rows.length + columnCounts.size - columns.length,
  };
}

function increase(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function commonest(counts: ReadonlyMap<string, number>, most: number): string[] {
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, most)
    .map(([key]) => key);
}
