import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from 'react';
import type { ResultColumn, ResultSet, TimeZoneChoice } from '../model.js';
import { runSliced } from '../sliced.js';
import type { Group } from '../view/group.js';
import { linesOf } from '../view/group.js';
import type { Place } from '../view/selection.js';
import { emptyColumns } from '../view/summary.js';
import { buildView, isPlain, type View } from '../view/view.js';
import {
  type GridAction,
  type GridState,
  guessWidth,
  initialState,
  reduce,
  shownColumns,
} from './state.js';

/** A column as it is shown. */
export interface ShownColumn {
  /** Its index in the result. */
  readonly index: number;
  readonly column: ResultColumn;
  readonly width: number;
  readonly pinned: boolean;
}

/** A result with everything about how it is looked at; what grid, inspector and footer share. */
export interface Grid {
  readonly result: ResultSet;
  readonly zone: TimeZoneChoice;
  readonly state: GridState;
  readonly dispatch: (action: GridAction) => void;
  readonly view: View;
  /** Filtering, sorting or grouping is under way; what is shown is how it was before. */
  readonly isBusy: boolean;
  readonly shown: readonly ShownColumn[];
  readonly lines: number;
  /** The row's index in the result; undefined for the head of a group. */
  readonly rowAt: (line: number) => number | undefined;
  readonly groupAt: (line: number) => Group | undefined;
  /** The line that shows a row of the result; undefined when it is filtered out. */
  readonly lineOf: (row: number) => number | undefined;
}

/** What stands at a place; undefined: nothing, or the head of a group. */
export function valueAt({ rowAt, shown, result }: Grid, { line, column: at }: Place): unknown {
  const row = rowAt(line);
  const column = shown[at];
  return row === undefined || column === undefined ? undefined : result.rows[row]?.[column.index];
}

/** Rows that arrive are filtered and sorted again at most this often. */
const refreshMs = 400;

const nothing: ReadonlySet<number> = new Set();
const usualPixels = 7;

export function useGrid(result: ResultSet, zone: TimeZoneChoice): Grid {
  const [state, dispatch] = useReducer(reduce, result.columns.length, initialState);
  const [signature, setSignature] = useState(() => signatureOf(result.columns));
  const current = signatureOf(result.columns);
  // A run with the same columns keeps how they are placed; another one starts anew.
  if (current !== signature) {
    setSignature(current);
    dispatch({ kind: 'columns', count: result.columns.length });
  }
  const { view, isBusy } = useView(result, state, zone);
  const empty = useEmptyColumns(result, state.hideEmpty);
  const guesses = useGuessedWidths(result);
  const { placing, hidden, pinned, hideEmpty, widths } = state;
  // biome-ignore lint/correctness/useExhaustiveDependencies: of the state, only what places columns
  const shown = useMemo(
    () =>
      shownColumns({ ...state, placing, hidden, pinned, hideEmpty }, empty).flatMap((index) => {
        const column = result.columns[index];
        if (column === undefined) return [];
        const width = widths.get(index) ?? guesses[index] ?? 120;
        return [{ index, column, width, pinned: pinned.has(index) }];
      }),
    [placing, hidden, pinned, hideEmpty, widths, empty, guesses, result.columns],
  );
  const lines = useMemo(
    () => (view.groups === undefined ? view.order : linesOf(view.groups, state.collapsed)),
    [view, state.collapsed],
  );
  const count = lines?.length ?? result.rows.length;
  const rowAt = useCallback(
    (line: number) => {
      if (line < 0 || line >= count) return undefined;
      const row = lines === undefined ? line : (lines[line] ?? -1);
      return row < 0 ? undefined : row;
    },
    [lines, count],
  );
  const groupAt = useCallback(
    (line: number) => {
      const code = lines?.[line] ?? 0;
      return code < 0 ? view.groups?.[-code - 1] : undefined;
    },
    [lines, view],
  );
  const lineOf = useCallback(
    (row: number) => {
      if (lines === undefined) return row < count ? row : undefined;
      const line = lines.indexOf(row);
      return line < 0 ? undefined : line;
    },
    [lines, count],
  );
  return {
    ...{ result, zone, state, dispatch, view, isBusy, shown, lines: count },
    ...{ rowAt, groupAt, lineOf },
  };
}

function signatureOf(columns: readonly ResultColumn[]): string {
  return columns.map(({ name, type }) => `${name}:${type}`).join('\n');
}

function useView(
  result: ResultSet,
  state: GridState,
  zone: TimeZoneChoice,
): { view: View; isBusy: boolean } {
  const [built, setBuilt] = useState<{ view: View; columns: ResultSet['columns'] }>();
  const [isBusy, setBusy] = useState(false);
  const plain = isPlain(state.view);
  const startedAt = useRef(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version says when rows have come
  useEffect(() => {
    if (plain) {
      setBuilt(undefined);
      setBusy(false);
      return;
    }
    const abort = new AbortController();
    const wait = result.state === 'running' ? startedAt.current + refreshMs - performance.now() : 0;
    const timer = setTimeout(
      async () => {
        startedAt.current = performance.now();
        setBusy(true);
        const view = await runSliced(buildView(result, state.view, zone), abort.signal);
        if (view === undefined) return;
        setBuilt({ view, columns: result.columns });
        setBusy(false);
      },
      Math.max(0, wait),
    );
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [result.rows, result.version, result.columns, result.state, state.view, zone, plain]);
  // What was built for an earlier run names rows that this one may not have.
  const usable = !plain && built !== undefined && built.columns === result.columns;
  const everything = useMemo(
    () => ({ order: undefined, count: result.rows.length, groups: undefined }),
    [result.rows.length],
  );
  return { view: usable ? built.view : everything, isBusy };
}

function useEmptyColumns(result: ResultSet, wanted: boolean): ReadonlySet<number> {
  const [empty, setEmpty] = useState(nothing);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version says when rows have come
  useEffect(() => {
    if (!wanted || result.rows.length === 0) return setEmpty(nothing);
    const abort = new AbortController();
    void runSliced(emptyColumns(result.rows, result.columns.length), abort.signal).then((found) => {
      if (found !== undefined) setEmpty(found);
    });
    return () => abort.abort();
  }, [result.rows, result.version, result.columns, wanted]);
  return empty;
}

// From the first rows that come, and not again: columns must not change their widths while one reads.
function useGuessedWidths(result: ResultSet): readonly number[] {
  const hasRows = result.rows.length > 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  return useMemo(() => {
    const room = {
      characterPixels: characterPixels(),
      // A command line may have a quarter of a wide screen.
      widestPixels: Math.max(380, Math.round(window.innerWidth / 4)),
    };
    return result.columns.map((column, index) => guessWidth(column, index, result.rows, room));
  }, [result.columns, hasRows]);
}

let measured: number | undefined;

/** The width of a digit in the grid's font, whichever of its family this machine has. */
function characterPixels(): number {
  if (measured !== undefined) return measured;
  const context = document.createElement('canvas').getContext('2d');
  if (!context) return usualPixels;
  const { fontFamily } = getComputedStyle(
    document.querySelector('.fui-FluentProvider') ?? document.body,
  );
  context.font = `13px ${fontFamily}`;
  measured = context.measureText('0123456789').width / 10;
  return measured;
}
