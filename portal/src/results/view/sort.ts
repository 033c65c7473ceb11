import type { KustoType } from '../model.js';
import { stepsBetweenYields, type Task } from '../sliced.js';
import { compareKeys, orderKey } from '../values/order.js';

/** One column that rows are sorted by. */
export interface SortKey {
  readonly column: number;
  readonly descending: boolean;
}

type Rows = readonly (readonly unknown[])[];

/** The rows' indices in the order of the keys: stable, and empty values last in both directions. */
export function* sortRows(
  rows: Rows,
  order: Int32Array,
  sort: readonly SortKey[],
  typeOf: (column: number) => KustoType,
): Task<Int32Array> {
  const comparisons: Compare[] = [];
  for (const key of sort) {
    comparisons.push(yield* comparison(rows, order, key, typeOf(key.column)));
  }
  const compare: Compare = (a, b) => {
    for (const one of comparisons) {
      const result = one(a, b);
      if (result !== 0) return result;
    }
    return 0;
  };
  return yield* mergeSort(order, compare);
}

type Compare = (a: number, b: number) => number;

function* comparison(
  rows: Rows,
  order: Int32Array,
  { column, descending }: SortKey,
  type: KustoType,
): Task<Compare> {
  const keys = new Array<ReturnType<typeof orderKey>>(rows.length);
  let steps = 0;
  for (const row of order) {
    keys[row] = orderKey(rows[row]?.[column], type);
    steps += 1;
    if (steps % stepsBetweenYields === 0) yield;
  }
  const sign = descending ? -1 : 1;
  return (a, b) => {
    const keyA = keys[a];
    const keyB = keys[b];
    if (keyA === undefined || keyB === undefined) {
      return Number(keyA === undefined) - Number(keyB === undefined);
    }
    return sign * compareKeys(keyA, keyB);
  };
}

/** Array.prototype.sort cannot be interrupted; merging from the bottom up can, between any two steps. */
function* mergeSort(order: Int32Array, compare: Compare): Task<Int32Array> {
  let from = Int32Array.from(order);
  let to = new Int32Array(order.length);
  let steps = 0;
  for (let width = 1; width < order.length; width *= 2) {
    for (let start = 0; start < order.length; start += 2 * width) {
      const middle = Math.min(start + width, order.length);
      const end = Math.min(start + 2 * width, order.length);
      let left = start;
      let right = middle;
      for (let target = start; target < end; target += 1) {
        const takeLeft =
          left < middle && (right >= end || compare(at(from, left), at(from, right)) <= 0);
        to[target] = takeLeft ? at(from, left) : at(from, right);
        if (takeLeft) left += 1;
        else right += 1;
        steps += 1;
        if (steps % stepsBetweenYields === 0) yield;
      }
    }
    [from, to] = [to, from];
  }
  return from;
}

function at(values: Int32Array, index: number): number {
  return values[index] ?? 0;
}
