import type { KeyboardEvent } from 'react';
import { structureOf } from '../values/display.js';
import type { Place } from '../view/selection.js';
import { cellId, type GridEvents, type GridFrame } from './frame.js';
import { clamp } from './geometry.js';
import { chord, type Step, steps } from './keys.js';
import { usualHeight } from './line.js';
import { headLine, sortNext } from './state.js';
import { type Grid, valueAt } from './use-grid.js';

/** What keys do in a grid. */
export function keyboardOf(
  grid: Grid,
  frame: GridFrame,
  events: GridEvents,
): (event: KeyboardEvent) => void {
  const { state, dispatch } = grid;
  const go = goingIn(grid, frame);

  const handleKey = (event: KeyboardEvent): boolean => {
    const keys = chord(event);
    const isHead = state.active.line === headLine;
    if (isHead) {
      const command = headCommands(grid, go, () => openMenu(grid, frame, events)).get(keys);
      command?.();
      if (command !== undefined) return true;
    }
    const group = grid.groupAt(state.active.line);
    if (group !== undefined && ['Enter', 'Space', 'ArrowLeft', 'ArrowRight'].includes(keys)) {
      const isOpen = !state.collapsed.has(group.key);
      const collapsed = keys === 'ArrowLeft' || (keys !== 'ArrowRight' && isOpen);
      dispatch({ kind: 'collapse', keys: [group.key], collapsed });
      return true;
    }
    const extends_ = keys.includes('Shift+');
    const step = steps[keys.replace('Shift+', '')];
    if (step !== undefined) {
      go(stepped(step, grid, frame), extends_ && !isHead);
      return true;
    }
    return cellCommands(grid, frame, events).get(keys)?.() ?? false;
  };

  return (event) => {
    if (event.target !== frame.scroller.current) return;
    if (handleKey(event)) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
}

/** Makes a cell or a head the active one, within the grid and in sight. */
type Go = (place: Place, extend: boolean) => void;

function goingIn({ dispatch, lines, shown }: Grid, frame: GridFrame): Go {
  return (place, extend) => {
    const next = {
      line: clamp(place.line, headLine, Math.max(0, lines - 1)),
      column: clamp(place.column, 0, Math.max(0, shown.length - 1)),
    };
    dispatch({ kind: 'activate', place: next, extend });
    frame.reveal(next.line, next.column);
  };
}

/** Where a step leads; it may be beyond the grid. */
function stepped(
  { lines, columns, pages }: Step,
  { state, lines: count }: Grid,
  { viewHeight, headHeight }: GridFrame,
): Place {
  const pageLines = Math.max(1, Math.floor((viewHeight - headHeight) / usualHeight) - 1);
  return {
    line: Number.isFinite(lines)
      ? state.active.line + lines * (pages === true ? pageLines : 1)
      : lines > 0
        ? count - 1
        : 0,
    column: state.active.column + (Number.isFinite(columns) ? columns : Math.sign(columns) * 1e6),
  };
}

/** What keys do at a cell; each says whether it was used. */
function cellCommands(
  grid: Grid,
  frame: GridFrame,
  events: GridEvents,
): ReadonlyMap<string, () => boolean> {
  const { state, dispatch, shown } = grid;

  const toggleOrInspect = (): void => {
    const row = grid.rowAt(state.active.line);
    const type = shown[state.active.column]?.column.type;
    const isStructure =
      type === 'dynamic' && structureOf(valueAt(grid, state.active)) !== undefined;
    if (row !== undefined && isStructure) {
      dispatch({ kind: 'open', row, opened: !state.opened.has(row) });
    } else events.onInspect();
  };

  const selectAll = (): void =>
    dispatch({
      kind: 'select',
      from: { line: 0, column: 0 },
      to: { line: grid.lines - 1, column: shown.length - 1 },
    });

  const collapseSelection = (): boolean => {
    const { anchor, active } = state;
    if (anchor.line === active.line && anchor.column === active.column) return false;
    dispatch({ kind: 'activate', place: active, extend: false });
    return true;
  };

  return new Map([
    ['Space', () => used(events.onInspect())],
    ['Enter', () => used(toggleOrInspect())],
    ['Ctrl+C', () => used(events.onCopy(false))],
    ['Ctrl+Alt+C', () => used(events.onCopy(true))],
    ['Ctrl+A', () => used(selectAll())],
    ['/', () => used(events.onSearch())],
    ['Ctrl+Shift+H', () => used(dispatch({ kind: 'toggle', what: 'hideEmpty' }))],
    ['Ctrl+Shift+Space', () => used(events.onFilterToQuery())],
    ['Shift+F10', () => used(openMenu(grid, frame, events))],
    ['ContextMenu', () => used(openMenu(grid, frame, events))],
    ['Escape', () => events.onEscape() || collapseSelection()],
  ]);
}

/** What keys do at a column's head, besides what they do everywhere. */
function headCommands(
  { state, dispatch, shown }: Grid,
  go: Go,
  openHeadMenu: () => void,
): ReadonlyMap<string, () => void> {
  const column = shown[state.active.column];
  if (column === undefined) return new Map();
  const { index, width } = column;
  const neighbour = (by: number) => shown[state.active.column + by]?.index;

  const move = (before: number | undefined, by: number): void => {
    if (by < 0 && before === undefined) return;
    dispatch({ kind: 'move', column: index, before });
    go({ line: headLine, column: state.active.column + by }, false);
  };

  return new Map([
    ['Enter', () => dispatch(sortNext(state, index, false))],
    ['Space', () => dispatch(sortNext(state, index, false))],
    ['Shift+Enter', () => dispatch(sortNext(state, index, true))],
    ['Alt+ArrowDown', openHeadMenu],
    ['Shift+ArrowRight', () => dispatch({ kind: 'resize', column: index, width: width + 16 })],
    ['Shift+ArrowLeft', () => dispatch({ kind: 'resize', column: index, width: width - 16 })],
    ['Ctrl+Shift+ArrowLeft', () => move(neighbour(-1), -1)],
    ['Ctrl+Shift+ArrowRight', () => move(neighbour(2), 1)],
  ]);
}

/** Opens the menu of the active cell or head, beside it. */
function openMenu({ state }: Grid, frame: GridFrame, events: GridEvents): void {
  const cell = document.getElementById(cellId(frame.gridId, state.active));
  const box = (cell ?? frame.scroller.current)?.getBoundingClientRect();
  if (box === undefined) return;
  const place = { x: box.left + 12, y: box.top + Math.min(box.height, 24) };
  if (state.active.line === headLine) events.onColumnMenu(state.active.column, place);
  else events.onCellMenu(place);
}

function used(_: unknown): true {
  return true;
}
