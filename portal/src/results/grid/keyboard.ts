import type { KeyboardEvent } from 'react';
import { structureOf } from '../values/display.js';
import type { Place } from '../view/selection.js';
import { cellId, type GridEvents, type GridFrame } from './frame.js';
import { clamp } from './geometry.js';
import { chord, type Step, steps } from './keys.js';
import { usualHeight } from './line.js';
import { headLine, nextSorting } from './state.js';
import type { Grid } from './use-grid.js';

/** What keys do in a grid. */
export function keyboardOf(
  grid: Grid,
  frame: GridFrame,
  events: GridEvents,
): (event: KeyboardEvent) => void {
  const { state, dispatch, shown, result } = grid;
  const go = (place: Place, extend: boolean): void => {
    const next = {
      line: clamp(place.line, headLine, Math.max(0, grid.lines - 1)),
      column: clamp(place.column, 0, Math.max(0, shown.length - 1)),
    };
    dispatch({ kind: 'activate', place: next, extend });
    frame.reveal(next.line, next.column);
  };

  const pageLines = Math.max(
    1,
    Math.floor((frame.viewHeight - frame.headHeight) / usualHeight) - 1,
  );
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== frame.scroller.current) return;
    if (handleKey(event)) {
      event.preventDefault();
      event.stopPropagation();
    }
  };

  const handleKey = (event: KeyboardEvent): boolean => {
    const keys = chord(event);
    const isHead = state.active.line === headLine;
    if (isHead && handleHeadKey(keys)) return true;
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
      go(stepped(step), extends_ && !isHead);
      return true;
    }
    return commands.get(keys)?.() ?? false;
  };

  const stepped = ({ lines, columns, pages }: Step): Place => ({
    line: Number.isFinite(lines)
      ? state.active.line + lines * (pages === true ? pageLines : 1)
      : lines > 0
        ? grid.lines - 1
        : 0,
    column: state.active.column + (Number.isFinite(columns) ? columns : Math.sign(columns) * 1e6),
  });

  const commands = new Map<string, () => boolean>([
    ['Space', () => used(events.onInspect())],
    ['Enter', () => used(toggleOrInspect())],
    ['Ctrl+C', () => used(events.onCopy(false))],
    ['Ctrl+Alt+C', () => used(events.onCopy(true))],
    ['Ctrl+A', () => used(selectAll())],
    ['/', () => used(events.onSearch())],
    ['Ctrl+Shift+H', () => used(dispatch({ kind: 'toggle', what: 'hideEmpty' }))],
    ['Ctrl+Shift+Space', () => used(events.onFilterToQuery())],
    ['Shift+F10', () => used(openMenuAtActive())],
    ['ContextMenu', () => used(openMenuAtActive())],
    ['Escape', () => events.onEscape() || collapseSelection()],
  ]);

  const toggleOrInspect = (): void => {
    const row = grid.rowAt(state.active.line);
    const column = shown[state.active.column];
    const value =
      row === undefined || column === undefined ? undefined : result.rows[row]?.[column.index];
    if (
      row !== undefined &&
      column?.column.type === 'dynamic' &&
      structureOf(value) !== undefined
    ) {
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

  const openMenuAtActive = (): void => {
    const cell = document.getElementById(cellId(frame.gridId, state.active));
    const box = (cell ?? frame.scroller.current)?.getBoundingClientRect();
    if (box === undefined) return;
    const place = { x: box.left + 12, y: box.top + Math.min(box.height, 24) };
    if (state.active.line === headLine) events.onColumnMenu(state.active.column, place);
    else events.onCellMenu(place);
  };

  const handleHeadKey = (keys: string): boolean => {
    const column = shown[state.active.column];
    if (column === undefined) return false;
    const { index, width } = column;
    const neighbour = (by: number) => shown[state.active.column + by]?.index;
    const headCommands = new Map<string, () => void>([
      ['Enter', () => sort(index, false)],
      ['Space', () => sort(index, false)],
      ['Shift+Enter', () => sort(index, true)],
      ['Alt+ArrowDown', openMenuAtActive],
      ['Shift+ArrowRight', () => dispatch({ kind: 'resize', column: index, width: width + 16 })],
      ['Shift+ArrowLeft', () => dispatch({ kind: 'resize', column: index, width: width - 16 })],
      ['Ctrl+Shift+ArrowLeft', () => moveHead(index, neighbour(-1), -1)],
      ['Ctrl+Shift+ArrowRight', () => moveHead(index, neighbour(2), 1)],
    ]);
    const command = headCommands.get(keys);
    command?.();
    return command !== undefined;
  };

  const moveHead = (column: number, before: number | undefined, by: number): void => {
    if (by < 0 && before === undefined) return;
    dispatch({ kind: 'move', column, before });
    go({ line: headLine, column: state.active.column + by }, false);
  };

  const sort = (column: number, add: boolean): void =>
    dispatch({ kind: 'sort', column, descending: nextSorting(state, column), add });

  return onKeyDown;
}

function used(_: unknown): true {
  return true;
}
