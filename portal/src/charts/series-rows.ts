import type { KustoType, ResultColumn } from '../results/model.js';

/** A table to be drawn. */
export interface ChartTable {
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly (readonly unknown[])[];
}

/**
 * `make-series` gives a row for each series with lists in it; a chart wants a row for each point. Lists of
 * one row are walked together, other values are repeated. Tables without lists come back as they are.
 */
export function pointsOfSeries({ columns, rows }: ChartTable): ChartTable {
  const lists = columns.map(
    ({ type }, index) => type === 'dynamic' && rows.some((row) => listOf(row[index]) !== undefined),
  );
  if (!lists.includes(true)) return { columns, rows };
  const points: unknown[][] = [];
  for (const row of rows) {
    const values = row.map((value, index) => (lists[index] ? (listOf(value) ?? []) : value));
    const length = Math.max(...values.map((value, index) => (lists[index] ? lengthOf(value) : 0)));
    for (let at = 0; at < length; at += 1) {
      points.push(
        values.map((value, index) =>
          lists[index] && Array.isArray(value) ? (value[at] ?? null) : value,
        ),
      );
    }
  }
  const typed = columns.map((column, index) =>
    lists[index] ? { name: column.name, type: typeOf(points, index) } : column,
  );
  return { columns: typed, rows: points };
}

function listOf(value: unknown): unknown[] | undefined {
  if (Array.isArray(value)) return value;
  if (typeof value !== 'string' || !value.startsWith('[')) return undefined;
  try {
    const parsed: unknown = JSON.parse(value);
    return Array.isArray(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}

const moment = /^\d{4}-\d\d-\d\dT/;

function typeOf(rows: readonly (readonly unknown[])[], index: number): KustoType {
  const value = rows.find((row) => row[index] !== null)?.[index];
  if (typeof value === 'number') return 'real';
  return typeof value === 'string' && moment.test(value) ? 'datetime' : 'string';
}
