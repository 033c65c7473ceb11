import type { ResultSet, TimeZoneChoice } from '../model.js';
import type { Task } from '../sliced.js';
import { type Filters, filterRows } from './filter.js';
import { type Group, groupRows } from './group.js';
import { type SortKey, sortRows } from './sort.js';

/** How the rows of a result are looked at. */
export interface ViewState {
  readonly filters: Filters;
  readonly sort: readonly SortKey[];
  readonly groupBy: number | undefined;
}

export const plainView: ViewState = { filters: new Map(), sort: [], groupBy: undefined };

/** The rows that are looked at, in their order. */
export interface View {
  /** Indices into the result's rows; undefined when all of them are shown as they came. */
  readonly order: Int32Array | undefined;
  readonly count: number;
  readonly groups: readonly Group[] | undefined;
}

/** Whether the rows are shown as they came, which takes no work. */
export function isPlain({ filters, sort, groupBy }: ViewState): boolean {
  return filters.size === 0 && sort.length === 0 && groupBy === undefined;
}

/** Filters, sorts and groups, in this order. */
export function* buildView(
  result: Pick<ResultSet, 'rows' | 'columns'>,
  state: ViewState,
  zone: TimeZoneChoice,
): Task<View> {
  const { rows, columns } = result;
  if (isPlain(state)) return { order: undefined, count: rows.length, groups: undefined };
  let order: Int32Array = new Int32Array(rows.length);
  for (let index = 0; index < order.length; index += 1) order[index] = index;
  yield;
  if (state.filters.size > 0) {
    order = yield* filterRows(rows, order, columns, state.filters, zone);
  }
  if (state.sort.length > 0) {
    order = yield* sortRows(rows, order, state.sort, (column) => columns[column]?.type ?? 'string');
  }
  const groups =
    state.groupBy === undefined ? undefined : yield* groupRows(rows, order, state.groupBy);
  return { order, count: order.length, groups };
}
