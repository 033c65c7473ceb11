// biome-ignore-all lint/a11y/useSemanticElements: a virtual grid has no table to be

import {
  type KeyboardEvent,
  type MouseEvent,
  type PointerEvent,
  type ReactNode,
  useCallback,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useReducer,
  useRef,
} from 'react';
import { text } from '../strings.js';
import { displayText, structureOf } from '../values/display.js';
import type { Place } from '../view/selection.js';
import { clamp, edgesOf, LineHeights } from './geometry.js';
import { Heads } from './heads.js';
import { chord, type Step, steps } from './keys.js';
import { type CellMark, GroupLine, Line, openedHeight, usualHeight } from './line.js';
import { headLine, nextSorting, selectedRange } from './state.js';
import type { Grid } from './use-grid.js';
import { useWindow } from './use-window.js';
import './grid.css';

const headPixels = 31;
const filterPixels = 30;

/** Where a menu opens: beside a cell, or where the pointer is. */
export interface MenuPlace {
  readonly x: number;
  readonly y: number;
}

export interface GridEvents {
  readonly onInspect: () => void;
  readonly onCellMenu: (place: MenuPlace) => void;
  readonly onColumnMenu: (column: number, place: MenuPlace) => void;
  readonly onCopy: (withHeaders: boolean) => void;
  readonly onSearch: () => void;
  readonly onFilterToQuery: () => void;
  /** Escape where the grid has nothing to close; true when it was used. */
  readonly onEscape: () => boolean;
}

interface DataGridProps extends GridEvents {
  readonly grid: Grid;
  /** The row of the result that is inspected. */
  readonly inspected: number | undefined;
  readonly markOf?: (row: number, column: number) => CellMark | undefined;
  readonly emptyMessage: ReactNode;
  /** A line to bring into sight, when it changes. */
  readonly target?: Place | undefined;
}

/** Rows and columns of a result, of which only those in sight are in the page. */
export function DataGrid(props: DataGridProps): ReactNode {
  const { grid, inspected, markOf } = props;
  const { state, dispatch, shown, result, zone } = grid;
  const gridId = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const view = useRef<HTMLDivElement>(null);
  const lines = useRef<HTMLDivElement>(null);

  const pinned = useMemo(() => shown.filter((column) => column.pinned), [shown]);
  const moving = useMemo(() => shown.filter((column) => !column.pinned), [shown]);
  const edges = useMemo(() => edgesOf(moving.map(({ width }) => width)), [moving]);
  const gutter = Math.max(40, String(result.rows.length).length * 8 + 18);
  const fixedWidth = pinned.reduce((sum, { width }) => sum + width, gutter);
  const headHeight = headPixels + (state.filterRow ? filterPixels : 0);
  const heights = useHeights(grid);
  const { window, size, canvasHeight, onScroll, contentTop, reveal } = useWindow({
    ...{ scroller, view, lines, heights: heights.lines, lineCount: grid.lines },
    ...{ edges, fixedWidth, headHeight },
  });
  useMeasuredHeights(state.wrap, lines, grid, heights);

  const columnOf = (place: number): number | undefined =>
    place < pinned.length ? undefined : place - pinned.length;
  const go = (place: Place, extend: boolean): void => {
    const next = {
      line: clamp(place.line, headLine, Math.max(0, grid.lines - 1)),
      column: clamp(place.column, 0, Math.max(0, shown.length - 1)),
    };
    dispatch({ kind: 'activate', place: next, extend });
    reveal(next.line, columnOf(next.column));
  };

  const { target } = props;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each target
  useEffect(() => {
    if (target !== undefined) reveal(target.line, columnOf(target.column));
  }, [target]);

  const pageLines = Math.max(1, Math.floor((size.height - headHeight) / usualHeight) - 1);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== scroller.current) return;
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
    ['Space', () => used(props.onInspect())],
    ['Enter', () => used(toggleOrInspect())],
    ['Ctrl+C', () => used(props.onCopy(false))],
    ['Ctrl+Alt+C', () => used(props.onCopy(true))],
    ['Ctrl+A', () => used(selectAll())],
    ['/', () => used(props.onSearch())],
    ['Ctrl+Shift+H', () => used(dispatch({ kind: 'toggle', what: 'hideEmpty' }))],
    ['Ctrl+Shift+Space', () => used(props.onFilterToQuery())],
    ['Shift+F10', () => used(openMenuAtActive())],
    ['ContextMenu', () => used(openMenuAtActive())],
    ['Escape', () => props.onEscape() || collapseSelection()],
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
    } else props.onInspect();
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
    const cell = document.getElementById(activeId(gridId, state.active));
    const box = (cell ?? scroller.current)?.getBoundingClientRect();
    if (box === undefined) return;
    const place = { x: box.left + 12, y: box.top + Math.min(box.height, 24) };
    if (state.active.line === headLine) props.onColumnMenu(state.active.column, place);
    else props.onCellMenu(place);
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

  const placeAt = useCallback(
    (event: { clientX: number; clientY: number }): Place | undefined => {
      const box = scroller.current?.getBoundingClientRect();
      if (box === undefined) return undefined;
      const y = event.clientY - box.top - headHeight + contentTop();
      const x = event.clientX - box.left;
      const line = clamp(heights.lines.lineAt(y), 0, Math.max(0, grid.lines - 1));
      let edge = gutter;
      for (const [at, { width }] of pinned.entries()) {
        edge += width;
        if (x < edge) return { line, column: at };
      }
      const inside = x - fixedWidth + (scroller.current?.scrollLeft ?? 0);
      const found = edges.findIndex(
        (_, at) => inside < (edges[at + 1] ?? Number.POSITIVE_INFINITY),
      );
      return { line, column: clamp(pinned.length + found, 0, shown.length - 1) };
    },
    [headHeight, contentTop, heights, grid.lines, gutter, pinned, fixedWidth, edges, shown.length],
  );

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
    event.currentTarget.setPointerCapture(event.pointerId);
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
    selectTo(to);
    if (!drag.current.wholeLines) reveal(to.line, columnOf(to.column));
    else reveal(to.line, undefined);
  };

  const endDrag = (): void => {
    drag.current = undefined;
  };

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
      props.onColumnMenu(place, { x: box.left, y: box.bottom });
    }
  };

  const onContextMenu = (event: MouseEvent): void => {
    if (!(event.target instanceof Element)) return;
    if (event.target.closest('[data-opened], input') !== null) return;
    event.preventDefault();
    const at = { x: event.clientX, y: event.clientY };
    const head = event.target.closest('[data-head]');
    if (head !== null) {
      props.onColumnMenu(Number(head.getAttribute('data-head')), at);
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
    props.onCellMenu(at);
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

  const range = selectedRange(state);
  const movingShown = useMemo(
    () => moving.slice(window.firstColumn, window.endColumn),
    [moving, window.firstColumn, window.endColumn],
  );
  const firstMoving = pinned.length + window.firstColumn;
  const offset = edges[window.firstColumn] ?? 0;
  const totalWidth = fixedWidth + (edges.at(-1) ?? 0);
  const active = state.active;
  const slots = slotCount(window.endLine - window.firstLine);

  const drawn: ReactNode[] = [];
  for (let line = window.firstLine; line < Math.min(window.endLine, grid.lines); line += 1) {
    const top = heights.lines.topOf(line) - window.base;
    const height = heights.lines.heightOf(line);
    const rowIndex = line + (state.filterRow ? 3 : 2);
    const group = grid.groupAt(line);
    // A line's element is used again for another line: changing text is cheaper than making cells.
    const key = line % slots;
    if (group !== undefined && state.view.groupBy !== undefined) {
      const column = result.columns[state.view.groupBy];
      drawn.push(
        <GroupLine
          key={`group-${key}`}
          {...{ gridId, line, rowIndex, top, height, group }}
          name={column?.name ?? ''}
          shown={displayText(group.value, column?.type ?? 'string', zone)}
          columns={shown.length}
          isCollapsed={state.collapsed.has(group.key)}
          isActive={active.line === line}
          viewWidth={size.width}
        />,
      );
      continue;
    }
    const row = grid.rowAt(line);
    const values = row === undefined ? undefined : result.rows[row];
    if (row === undefined || values === undefined) continue;
    const isSelected = line >= range.top && line <= range.bottom;
    drawn.push(
      <Line
        key={key}
        {...{
          gridId,
          line,
          rowIndex,
          top,
          height,
          pinned,
          firstMoving,
          offset,
          gutter,
          zone,
          markOf,
        }}
        number={row + 1}
        row={values}
        moving={movingShown}
        active={active.line === line ? active.column : -1}
        selectedFrom={isSelected ? range.left : -1}
        selectedTo={isSelected ? range.right : -1}
        search={state.search}
        wrap={state.wrap}
        isOpened={state.opened.has(row)}
        isInspected={row === inspected}
        viewWidth={state.opened.has(row) ? size.width : 0}
      />,
    );
  }

  return (
    <div
      ref={scroller}
      role="grid"
      tabIndex={0}
      className={state.wrap ? 'qr-grid qr-wrap' : 'qr-grid'}
      aria-label={text.gridLabel(grid.lines, shown.length)}
      aria-rowcount={grid.lines + (state.filterRow ? 2 : 1)}
      aria-colcount={shown.length + 1}
      aria-multiselectable="true"
      aria-busy={grid.isBusy || result.state === 'running'}
      aria-activedescendant={
        grid.lines > 0 || active.line === headLine ? activeId(gridId, active) : undefined
      }
      onScroll={onScroll}
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={endDrag}
      onLostPointerCapture={endDrag}
      onPointerOver={onPointerOver}
      onClick={onClick}
      onDoubleClick={(event) => {
        const isCell = event.target instanceof Element && event.target.closest('[data-place]');
        if (isCell) props.onInspect();
      }}
      onContextMenu={onContextMenu}
    >
      <div
        className="qr-canvas"
        role="presentation"
        style={{ height: canvasHeight, width: totalWidth }}
      >
        <div
          ref={view}
          className="qr-view"
          role="presentation"
          style={{ width: size.width, height: size.height }}
        >
          <Heads
            {...{ gridId, pinned, firstMoving, offset, gutter, dispatch }}
            moving={movingShown}
            active={active.line === headLine ? active.column : -1}
            sort={state.view.sort}
            filters={state.view.filters}
            filterRow={state.filterRow}
          />
          <div className="qr-body" role="presentation">
            <div ref={lines} className="qr-lines" role="rowgroup">
              {drawn}
            </div>
          </div>
          {grid.lines === 0 && <div className="qr-nothing">{props.emptyMessage}</div>}
        </div>
      </div>
    </div>
  );
}

function used(_: unknown): true {
  return true;
}

function activeId(gridId: string, { line, column }: Place): string {
  return line === headLine ? `${gridId}-head-${column}` : `${gridId}-${line}-${column}`;
}

// Steps of 16, so that a few lines more or less do not give all lines another element.
function slotCount(lines: number): number {
  return Math.max(32, Math.ceil(lines / 16) * 16);
}

interface Heights {
  readonly lines: LineHeights;
  /** Notes what wrapped rows were measured at, by row; true when something changed. */
  readonly note: (row: number, line: number, height: number) => boolean;
}

function useHeights(grid: Grid): Heights {
  const { state, lines, rowAt, lineOf, shown, zone } = grid;
  const { wrap, opened } = state;
  const measured = useMemo(() => {
    void [shown, zone, wrap];
    return new Map<number, number>();
  }, [shown, zone, wrap]);
  return useMemo(() => {
    void rowAt;
    const heights = new LineHeights(lines, usualHeight);
    for (const [row, height] of measured) {
      const line = lineOf(row);
      if (line !== undefined) heights.set(line, height);
    }
    for (const row of opened) {
      const line = lineOf(row);
      if (line !== undefined) heights.set(line, (measured.get(row) ?? usualHeight) + openedHeight);
    }
    return {
      lines: heights,
      note: (row, line, height) => {
        measured.set(row, height);
        return heights.set(line, height + (opened.has(row) ? openedHeight : 0));
      },
    };
  }, [lines, rowAt, lineOf, measured, opened]);
}

/** With wrapped text, rows are as high as their text: known only after they were drawn. */
function useMeasuredHeights(
  wrap: boolean,
  lines: { readonly current: HTMLDivElement | null },
  grid: Grid,
  heights: Heights,
): void {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  useLayoutEffect(() => {
    if (!wrap || lines.current === null) return;
    let changed = false;
    for (const element of lines.current.children) {
      if (!(element instanceof HTMLElement)) continue;
      const line = Number(element.dataset['line']);
      const row = grid.rowAt(line);
      if (row === undefined) continue;
      const cells = element.querySelectorAll('.qr-fixed, .qr-moving');
      let height = usualHeight;
      for (const part of cells) height = Math.max(height, naturalHeight(part) + 1);
      changed = heights.note(row, line, height) || changed;
    }
    if (changed) redraw();
  });
}

function naturalHeight(part: Element): number {
  let height = 0;
  for (const cell of part.children) {
    if (cell instanceof HTMLElement) height = Math.max(height, cell.scrollHeight);
  }
  return height;
}
