import type { ResultColumn } from '../model.js';
import type { ColumnFilter } from '../view/filter.js';
import type { CellRange, Place } from '../view/selection.js';
import { rangeBetween } from '../view/selection.js';
import { plainView, type ViewState } from '../view/view.js';

/** The line of the column heads, above the first line of rows. */
export const headLine = -1;

export const narrowestPixels = 48;
export const widestPixels = 1600;

/** Everything about a grid that a person can change. Columns are named by their index in the result. */
export interface GridState {
  readonly view: ViewState;
  /** All columns in the order they are placed. */
  readonly placing: readonly number[];
  readonly hidden: ReadonlySet<number>;
  readonly pinned: ReadonlySet<number>;
  /** Widths that were set by hand. */
  readonly widths: ReadonlyMap<number, number>;
  readonly collapsed: ReadonlySet<string>;
  /** Rows, by index in the result, whose dynamic values are open beneath them. */
  readonly opened: ReadonlySet<number>;
  readonly wrap: boolean;
  readonly hideEmpty: boolean;
  readonly filterRow: boolean;
  readonly search: string;
  /** Where the keyboard is: a line of the grid, and a place among the columns that are shown. */
  readonly active: Place;
  /** Where the selection began; it ends at the active cell. */
  readonly anchor: Place;
}

export type GridAction =
  | { readonly kind: 'columns'; readonly count: number }
  | {
      readonly kind: 'sort';
      readonly column: number;
      readonly descending: boolean | undefined;
      readonly add: boolean;
    }
  | { readonly kind: 'filter'; readonly column: number; readonly filter: ColumnFilter | undefined }
  | { readonly kind: 'clearFilters' }
  | { readonly kind: 'group'; readonly column: number | undefined }
  | { readonly kind: 'collapse'; readonly keys: readonly string[]; readonly collapsed: boolean }
  | { readonly kind: 'resize'; readonly column: number; readonly width: number }
  | { readonly kind: 'hide'; readonly columns: readonly number[]; readonly hidden: boolean }
  | { readonly kind: 'pin'; readonly column: number; readonly pinned: boolean }
  | { readonly kind: 'move'; readonly column: number; readonly before: number | undefined }
  | { readonly kind: 'toggle'; readonly what: 'wrap' | 'hideEmpty' | 'filterRow' }
  | { readonly kind: 'search'; readonly text: string }
  | { readonly kind: 'activate'; readonly place: Place; readonly extend: boolean }
  | { readonly kind: 'select'; readonly from: Place; readonly to: Place }
  | { readonly kind: 'open'; readonly row: number; readonly opened: boolean };

export function initialState(columns: number): GridState {
  return {
    view: plainView,
    placing: Array.from({ length: columns }, (_, index) => index),
    hidden: new Set(),
    pinned: new Set(),
    widths: new Map(),
    collapsed: new Set(),
    opened: new Set(),
    wrap: false,
    hideEmpty: false,
    filterRow: false,
    search: '',
    active: { line: 0, column: 0 },
    anchor: { line: 0, column: 0 },
  };
}

export function reduce(state: GridState, action: GridAction): GridState {
  switch (action.kind) {
    case 'columns':
      return { ...initialState(action.count), wrap: state.wrap, filterRow: state.filterRow };
    case 'sort':
      return withView(state, { sort: sorted(state, action) });
    case 'filter': {
      const filters = new Map(state.view.filters);
      if (action.filter === undefined) filters.delete(action.column);
      else filters.set(action.column, action.filter);
      return withView(state, { filters });
    }
    case 'clearFilters':
      return withView(state, { filters: new Map() });
    case 'group':
      return { ...withView(state, { groupBy: action.column }), collapsed: new Set() };
    case 'collapse':
      return { ...state, collapsed: withMembers(state.collapsed, action.keys, action.collapsed) };
    case 'resize': {
      const width = Math.round(Math.min(Math.max(action.width, narrowestPixels), widestPixels));
      return { ...state, widths: new Map(state.widths).set(action.column, width) };
    }
    case 'hide':
      return { ...state, hidden: withMembers(state.hidden, action.columns, action.hidden) };
    case 'pin':
      return { ...state, pinned: withMembers(state.pinned, [action.column], action.pinned) };
    case 'move':
      return { ...state, placing: moved(state.placing, action.column, action.before) };
    case 'toggle':
      return { ...state, [action.what]: !state[action.what] };
    case 'search':
      return { ...state, search: action.text };
    case 'activate':
      return {
        ...state,
        active: action.place,
        anchor: action.extend ? state.anchor : action.place,
      };
    case 'select':
      return { ...state, anchor: action.from, active: action.to };
    case 'open':
      return { ...state, opened: withMembers(state.opened, [action.row], action.opened) };
  }
}

// Lines change their meaning with the view: the keyboard goes back to the top.
function withView(state: GridState, change: Partial<ViewState>): GridState {
  const column = state.active.column;
  const line = state.active.line === headLine ? headLine : 0;
  const place = { line, column };
  return { ...state, view: { ...state.view, ...change }, active: place, anchor: place };
}

function sorted(
  { view }: GridState,
  action: Extract<GridAction, { kind: 'sort' }>,
): ViewState['sort'] {
  const others = action.add ? view.sort.filter(({ column }) => column !== action.column) : [];
  if (action.descending === undefined) return others;
  return [...others, { column: action.column, descending: action.descending }];
}

function withMembers<Member>(
  set: ReadonlySet<Member>,
  members: readonly Member[],
  isIn: boolean,
): ReadonlySet<Member> {
  const changed = new Set(set);
  for (const member of members) {
    if (isIn) changed.add(member);
    else changed.delete(member);
  }
  return changed;
}

function moved(
  placing: readonly number[],
  column: number,
  before: number | undefined,
): readonly number[] {
  if (column === before) return placing;
  const others = placing.filter((index) => index !== column);
  const at = before === undefined ? others.length : others.indexOf(before);
  return [...others.slice(0, at), column, ...others.slice(at)];
}

/** What a click on a column's head makes of its sorting: ascending, descending, none. */
function nextSorting({ view }: GridState, column: number): boolean | undefined {
  const current = view.sort.find((key) => key.column === column);
  if (current === undefined) return false;
  return current.descending ? undefined : true;
}

/** A click on a column's head. @param add to the columns that are sorted by already */
export function sortNext(state: GridState, column: number, add: boolean): GridAction {
  return { kind: 'sort', column, descending: nextSorting(state, column), add };
}

/** The columns that are shown, from left to right: pinned ones first. */
export function shownColumns(state: GridState, empty: ReadonlySet<number>): readonly number[] {
  const shown = state.placing.filter(
    (column) => !state.hidden.has(column) && !(state.hideEmpty && empty.has(column)),
  );
  return [
    ...shown.filter((column) => state.pinned.has(column)),
    ...shown.filter((column) => !state.pinned.has(column)),
  ];
}

export function selectedRange(state: GridState): CellRange {
  return rangeBetween(state.anchor, state.active);
}

const samples = 50;
/** Characters of values that are all as long. */
const typeLengths: Readonly<Record<string, number>> = { datetime: 28, bool: 6, guid: 36 };

/** A width in pixels that fits the head and most of the first rows' values, within bounds. */
export function guessWidth(
  { name, type }: ResultColumn,
  index: number,
  rows: readonly (readonly unknown[])[],
  { characterPixels, widestPixels }: { characterPixels: number; widestPixels: number },
): number {
  // The head needs room for the sorting arrow and the menu's button.
  const head = Math.ceil(name.length * characterPixels + 52);
  const fixed = typeLengths[type];
  if (fixed !== undefined) return Math.max(Math.ceil(fixed * characterPixels + 20), head);
  const lengths = rows
    .slice(0, samples)
    .map((row) => lengthOf(row[index]))
    .sort((a, b) => a - b);
  const usual = lengths[Math.floor(lengths.length * 0.9)] ?? 0;
  const body = Math.ceil(usual * characterPixels + 24);
  return Math.max(72, Math.min(head, 260), Math.min(body, widestPixels));
}

function lengthOf(value: unknown): number {
  if (value === null || value === undefined) return 0;
  return typeof value === 'object' ? 40 : String(value).length;
}
