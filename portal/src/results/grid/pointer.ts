import { type MouseEvent, type PointerEvent, useRef } from 'react';
import { displayText } from '../values/display.js';
import type { Place } from '../view/selection.js';
import type { GridEvents, GridFrame } from './frame.js';
import { clamp } from './geometry.js';
import { headLine, selectedRange, sortNext } from './state.js';
import { type Grid, valueAt } from './use-grid.js';

interface PointerHandlers {
  readonly onPointerDown: (event: PointerEvent) => void;
  readonly onPointerMove: (event: PointerEvent) => void;
  readonly onPointerUp: () => void;
  readonly onLostPointerCapture: () => void;
  readonly onPointerOver: (event: PointerEvent) => void;
  readonly onClick: (event: MouseEvent) => void;
  readonly onDoubleClick: (event: MouseEvent) => void;
  readonly onContextMenu: (event: MouseEvent) => void;
}

/** What the pointer does in a grid: one set of handlers for all of its cells. */
export function usePointer(grid: Grid, frame: GridFrame, events: GridEvents): PointerHandlers {
  const selecting = useSelecting(grid, frame);
  return {
    onPointerDown: selecting.start,
    onPointerMove: selecting.move,
    onPointerUp: selecting.end,
    onLostPointerCapture: selecting.end,
    onPointerOver: (event) => {
      if (!selecting.isUnderWay()) giveTitle(event, grid);
    },
    onClick: (event) => clickHead(event, grid, frame, events),
    onContextMenu: (event) => openMenu(event, grid, frame, events),
    onDoubleClick: (event) => {
      const isCell = event.target instanceof Element && event.target.closest('[data-place]');
      if (isCell) events.onInspect();
    },
  };
}

/** Where the pointer is among lines and columns. */
function placeAt(
  event: { readonly clientX: number; readonly clientY: number },
  grid: Grid,
  frame: GridFrame,
): Place | undefined {
  const { scroller, pinned, edges } = frame;
  const box = scroller.current?.getBoundingClientRect();
  if (box === undefined) return undefined;
  const y = event.clientY - box.top - frame.headHeight + frame.contentTop();
  const x = event.clientX - box.left;
  const line = clamp(frame.heights.lineAt(y), 0, Math.max(0, grid.lines - 1));
  let edge = frame.gutter;
  for (const [at, { width }] of pinned.entries()) {
    edge += width;
    if (x < edge) return { line, column: at };
  }
  const inside = x - frame.fixedWidth + (scroller.current?.scrollLeft ?? 0);
  const found = edges.findIndex((_, at) => inside < (edges[at + 1] ?? Number.POSITIVE_INFINITY));
  return { line, column: clamp(pinned.length + found, 0, grid.shown.length - 1) };
}

/** The line of an element within it; -1: it is in none. */
function lineOf(element: Element): number {
  return Number(element.closest('[data-line]')?.getAttribute('data-line') ?? -1);
}

/** Selects cells, or whole lines from the row numbers, from where the pointer is pressed to where it is let go. */
function useSelecting(grid: Grid, frame: GridFrame) {
  const { state, dispatch, shown } = grid;
  const { scroller } = frame;
  const drag = useRef<{ wholeLines: boolean; start: Place } | undefined>(undefined);

  const selectTo = (to: Place): void => {
    const dragged = drag.current;
    if (dragged === undefined) return;
    const { start, wholeLines } = dragged;
    const last = shown.length - 1;
    dispatch({
      kind: 'select',
      from: wholeLines ? { line: start.line, column: last } : start,
      to: wholeLines ? { line: to.line, column: 0 } : to,
    });
  };

  return {
    isUnderWay: () => drag.current !== undefined,
    start: (event: PointerEvent): void => {
      if (event.button !== 0 || !(event.target instanceof Element)) return;
      const target = event.target;
      if (target.closest('.qr-heads, [data-opened]') !== null) return;
      const line = lineOf(target);
      if (line < 0) return;
      scroller.current?.focus({ preventScroll: true });
      const group = grid.groupAt(line);
      if (group !== undefined) {
        const collapsed = !state.collapsed.has(group.key);
        dispatch({ kind: 'collapse', keys: [group.key], collapsed });
        dispatch({ kind: 'activate', place: { line, column: 0 }, extend: false });
        return;
      }
      const row = grid.rowAt(line);
      if (target.closest('[data-toggle]') !== null && row !== undefined) {
        dispatch({ kind: 'open', row, opened: !state.opened.has(row) });
      }
      const wholeLines = target.closest('[data-gutter]') !== null;
      const place = { line, column: wholeLines ? 0 : (placeAt(event, grid, frame)?.column ?? 0) };
      const start = event.shiftKey ? state.anchor : place;
      drag.current = { wholeLines, start };
      selectTo(place);
    },
    move: (event: PointerEvent): void => {
      if (drag.current === undefined) return;
      const to = placeAt(event, grid, frame);
      if (
        to === undefined ||
        (to.line === state.active.line && to.column === state.active.column)
      ) {
        return;
      }
      // Not before it moves: a captured pointer takes clicks away from the cells.
      event.currentTarget.setPointerCapture(event.pointerId);
      selectTo(to);
      frame.reveal(to.line, drag.current.wholeLines ? undefined : to.column);
    },
    end: (): void => {
      drag.current = undefined;
    },
  };
}

/** Sorts by a column, or opens its menu. */
function clickHead(event: MouseEvent, grid: Grid, frame: GridFrame, events: GridEvents): void {
  const { state, dispatch, shown } = grid;
  if (!(event.target instanceof Element)) return;
  const head = event.target.closest('[data-head]');
  if (head === null || event.target.closest('[data-size]') !== null) return;
  const place = Number(head.getAttribute('data-head'));
  const column = shown[place];
  if (column === undefined) return;
  frame.scroller.current?.focus({ preventScroll: true });
  dispatch({ kind: 'activate', place: { line: headLine, column: place }, extend: false });
  const button = event.target.closest('[data-menu]');
  if (button === null) dispatch(sortNext(state, column.index, event.shiftKey));
  else {
    const box = button.getBoundingClientRect();
    events.onColumnMenu(place, { x: box.left, y: box.bottom });
  }
}

/** Opens the menu of a column's head, or of the selection; a cell outside of it is selected first. */
function openMenu(event: MouseEvent, grid: Grid, frame: GridFrame, events: GridEvents): void {
  if (!(event.target instanceof Element)) return;
  if (event.target.closest('[data-opened], input') !== null) return;
  event.preventDefault();
  const at = { x: event.clientX, y: event.clientY };
  const head = event.target.closest('[data-head]');
  if (head !== null) {
    events.onColumnMenu(Number(head.getAttribute('data-head')), at);
    return;
  }
  const line = lineOf(event.target);
  const place = placeAt(event, grid, frame);
  if (line < 0 || place === undefined || grid.groupAt(line) !== undefined) return;
  frame.scroller.current?.focus({ preventScroll: true });
  const range = selectedRange(grid.state);
  const isInside =
    line >= range.top &&
    line <= range.bottom &&
    place.column >= range.left &&
    place.column <= range.right;
  if (!isInside) {
    grid.dispatch({ kind: 'activate', place: { ...place, line }, extend: false });
  }
  events.onCellMenu(at);
}

/** Titles are made when they are asked for; thousands of cells would carry them for nothing. */
function giveTitle(event: PointerEvent, grid: Grid): void {
  const cell = event.target instanceof Element ? event.target.closest('[data-place]') : null;
  if (!(cell instanceof HTMLElement)) return;
  const place = { line: lineOf(cell), column: Number(cell.dataset['place']) };
  const type = grid.shown[place.column]?.column.type;
  const value = valueAt(grid, place);
  if (type === undefined || value === null || value === undefined) return;
  if (type === 'datetime' && typeof value === 'string') {
    const other = displayText(value, 'datetime', grid.zone === 'utc' ? 'local' : 'utc');
    cell.title = `${value}\n${other}`;
  } else if (cell.scrollWidth > cell.clientWidth) {
    cell.title = displayText(value, type, grid.zone).slice(0, 2000);
  } else cell.removeAttribute('title');
}
