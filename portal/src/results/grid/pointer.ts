import { type MouseEvent, type PointerEvent, useRef } from 'react';
import { displayText } from '../values/display.js';
import type { Place } from '../view/selection.js';
import type { GridEvents, GridFrame } from './frame.js';
import { clamp } from './geometry.js';
import { headLine, nextSorting, selectedRange } from './state.js';
import type { Grid } from './use-grid.js';

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
  const { state, dispatch, shown, result, zone } = grid;
  const { scroller, pinned, edges } = frame;

  const placeAt = (event: { clientX: number; clientY: number }): Place | undefined => {
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
    return { line, column: clamp(pinned.length + found, 0, shown.length - 1) };
  };

  const drag = useRef<{ wholeLines: boolean; start: Place } | undefined>(undefined);
  const onPointerDown = (event: PointerEvent): void => {
    if (event.button !== 0 || !(event.target instanceof Element)) return;
    const target = event.target;
    if (target.closest('.qr-heads, [data-opened]') !== null) return;
    const line = Number(target.closest('[data-line]')?.getAttribute('data-line') ?? -1);
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
    const place = { line, column: wholeLines ? 0 : (placeAt(event)?.column ?? 0) };
    const start = event.shiftKey ? state.anchor : place;
    drag.current = { wholeLines, start };
    selectTo(place);
  };

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

  const onPointerMove = (event: PointerEvent): void => {
    if (drag.current === undefined) return;
    const to = placeAt(event);
    if (to === undefined || (to.line === state.active.line && to.column === state.active.column)) {
      return;
    }
    // Not before it moves: a captured pointer takes clicks away from the cells.
    event.currentTarget.setPointerCapture(event.pointerId);
    selectTo(to);
    frame.reveal(to.line, drag.current.wholeLines ? undefined : to.column);
  };

  const endDrag = (): void => {
    drag.current = undefined;
  };

  const sort = (column: number, add: boolean): void =>
    dispatch({ kind: 'sort', column, descending: nextSorting(state, column), add });

  const onClick = (event: MouseEvent): void => {
    if (!(event.target instanceof Element)) return;
    const head = event.target.closest('[data-head]');
    if (head === null || event.target.closest('[data-size]') !== null) return;
    const place = Number(head.getAttribute('data-head'));
    const column = shown[place];
    if (column === undefined) return;
    scroller.current?.focus({ preventScroll: true });
    dispatch({ kind: 'activate', place: { line: headLine, column: place }, extend: false });
    const button = event.target.closest('[data-menu]');
    if (button === null) sort(column.index, event.shiftKey);
    else {
      const box = button.getBoundingClientRect();
      events.onColumnMenu(place, { x: box.left, y: box.bottom });
    }
  };

  const onContextMenu = (event: MouseEvent): void => {
    if (!(event.target instanceof Element)) return;
    if (event.target.closest('[data-opened], input') !== null) return;
    event.preventDefault();
    const at = { x: event.clientX, y: event.clientY };
    const head = event.target.closest('[data-head]');
    if (head !== null) {
      events.onColumnMenu(Number(head.getAttribute('data-head')), at);
      return;
    }
    const line = Number(event.target.closest('[data-line]')?.getAttribute('data-line') ?? -1);
    const place = placeAt(event);
    if (line < 0 || place === undefined || grid.groupAt(line) !== undefined) return;
    scroller.current?.focus({ preventScroll: true });
    const range = selectedRange(state);
    const isInside =
      line >= range.top &&
      line <= range.bottom &&
      place.column >= range.left &&
      place.column <= range.right;
    if (!isInside) dispatch({ kind: 'activate', place: { ...place, line }, extend: false });
    events.onCellMenu(at);
  };

  // Titles are made when they are asked for; thousands of cells would carry them for nothing.
  const onPointerOver = (event: PointerEvent): void => {
    const cell = event.target instanceof Element ? event.target.closest('[data-place]') : null;
    if (!(cell instanceof HTMLElement) || drag.current !== undefined) return;
    const column = shown[Number(cell.dataset['place'])];
    const row = grid.rowAt(Number(cell.closest('[data-line]')?.getAttribute('data-line') ?? -1));
    const value =
      row === undefined || column === undefined ? undefined : result.rows[row]?.[column.index];
    if (column === undefined || value === null || value === undefined) return;
    if (column.column.type === 'datetime' && typeof value === 'string') {
      const other = displayText(value, 'datetime', zone === 'utc' ? 'local' : 'utc');
      cell.title = `${value}\n${other}`;
    } else if (cell.scrollWidth > cell.clientWidth) {
      cell.title = displayText(value, column.column.type, zone).slice(0, 2000);
    } else cell.removeAttribute('title');
  };

  return {
    ...{ onPointerDown, onPointerMove, onPointerOver, onClick, onContextMenu },
    onPointerUp: endDrag,
    onLostPointerCapture: endDrag,
    onDoubleClick: (event) => {
      const isCell = event.target instanceof Element && event.target.closest('[data-place]');
      if (isCell) events.onInspect();
    },
  };
}
