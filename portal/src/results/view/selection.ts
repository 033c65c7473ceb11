import type { KustoType } from '../model.js';
import { stepsBetweenYields, type Task } from '../sliced.js';
import { isEmpty, isNumeric, plainText } from '../values/display.js';

/** A rectangle of cells: lines of the grid by columns as they are placed, both ends included. */
export interface CellRange {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

export interface Place {
  readonly line: number;
  readonly column: number;
}

export function rangeBetween(a: Place, b: Place): CellRange {
  return {
    top: Math.min(a.line, b.line),
    bottom: Math.max(a.line, b.line),
    left: Math.min(a.column, b.column),
    right: Math.max(a.column, b.column),
  };
}

/** What the selected cells add up to. */
export interface SelectionSummary {
  readonly cells: number;
  readonly empty: number;
  readonly distinct: number;
  readonly numbers: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
}

/** Sums up the cells of a range. Longs beyond 2^53 add up as doubles. */
export function* summarizeSelection(
  range: CellRange,
  cellAt: (line: number, column: number) => unknown,
  typeAt: (column: number) => KustoType,
): Task<SelectionSummary> {
  const seen = new Set<string>();
  let cells = 0;
  let empty = 0;
  let numbers = 0;
  let sum = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let column = range.left; column <= range.right; column += 1) {
    const adds = isNumeric(typeAt(column));
    for (let line = range.top; line <= range.bottom; line += 1) {
      const value = cellAt(line, column);
      // The heads of groups hold no cells.
      if (value === undefined) continue;
      cells += 1;
      if (cells % stepsBetweenYields === 0) yield;
      if (isEmpty(value)) {
        empty += 1;
        continue;
      }
      seen.add(plainText(value));
      if (!adds) continue;
      const number = Number(value);
      if (Number.isNaN(number)) continue;
      numbers += 1;
      sum += number;
      min = Math.min(min, number);
      max = Math.max(max, number);
    }
  }
  return { cells, empty, distinct: seen.size, numbers, sum, min, max };
}
