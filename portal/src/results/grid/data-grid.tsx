// biome-ignore-all lint/a11y/useSemanticElements: a virtual grid has no table to be

import { type ReactNode, useEffect, useId, useMemo, useRef } from 'react';
import { text } from '../strings.js';
import { displayText, onOneLine } from '../values/display.js';
import type { Place } from '../view/selection.js';
import { cellId, type GridEvents, type GridFrame } from './frame.js';
import { edgesOf, type LineHeights } from './geometry.js';
import { Heads } from './heads.js';
import { keyboardOf } from './keyboard.js';
import { type CellMark, GroupLine, Line } from './line.js';
import { useHeights, useMeasuredHeights } from './line-heights.js';
import { usePointer } from './pointer.js';
import { headLine, selectedRange } from './state.js';
import type { Grid, ShownColumn } from './use-grid.js';
import { type GridWindow, useWindow } from './use-window.js';
import './grid.css';

const headPixels = 31;
const filterPixels = 30;

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
  const { state, dispatch, shown, result } = grid;
  const gridId = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const view = useRef<HTMLDivElement>(null);
  const lines = useRef<HTMLDivElement>(null);

  const { pinned, moving, edges, gutter, fixedWidth, headHeight } = useLayout(grid);
  const heights = useHeights(grid);
  const { window, size, canvasHeight, onScroll, contentTop, reveal } = useWindow({
    ...{ scroller, view, lines, heights: heights.lines, lineCount: grid.lines },
    ...{ edges, fixedWidth, headHeight },
  });
  useMeasuredHeights(state.wrap, lines, grid, heights);

  const columnOf = (place: number): number | undefined =>
    place < pinned.length ? undefined : place - pinned.length;
  const revealCell = (line: number, place: number | undefined): void =>
    reveal(line, place === undefined ? undefined : columnOf(place));
  const frame: GridFrame = {
    ...{ gridId, scroller, pinned, edges, gutter, fixedWidth, headHeight, contentTop },
    heights: heights.lines,
    viewHeight: size.height,
    reveal: revealCell,
  };
  const pointer = usePointer(grid, frame, props);
  const onKeyDown = keyboardOf(grid, frame, props);

  useRevealing(grid, revealCell, { target: props.target, inspected, width: size.width });

  const movingShown = useMemo(
    () => moving.slice(window.firstColumn, window.endColumn),
    [moving, window.firstColumn, window.endColumn],
  );
  const firstMoving = pinned.length + window.firstColumn;
  const offset = edges[window.firstColumn] ?? 0;
  const totalWidth = fixedWidth + (edges.at(-1) ?? 0);
  const active = state.active;

  const activeMoving = columnOf(active.column);
  const isColumnDrawn =
    activeMoving === undefined ||
    (activeMoving >= window.firstColumn && activeMoving < window.endColumn);
  const isLineDrawn =
    active.line === headLine ||
    (active.line < grid.lines && active.line >= window.firstLine && active.line < window.endLine);
  const isActiveDrawn =
    isLineDrawn && (isColumnDrawn || grid.groupAt(active.line) !== undefined) && shown.length > 0;

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
      aria-activedescendant={isActiveDrawn ? cellId(gridId, active) : undefined}
      onScroll={onScroll}
      onKeyDown={onKeyDown}
      {...pointer}
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
              <DrawnLines
                {...{
                  grid,
                  gridId,
                  window,
                  pinned,
                  firstMoving,
                  offset,
                  gutter,
                  markOf,
                  inspected,
                }}
                heights={heights.lines}
                moving={movingShown}
                viewWidth={size.width}
              />
            </div>
          </div>
          {grid.lines === 0 && <div className="qr-nothing">{props.emptyMessage}</div>}
        </div>
      </div>
    </div>
  );
}

/** How wide the columns are, and how high the heads: what moves sideways, and what stays. */
function useLayout({ shown, result, state }: Grid) {
  const pinned = useMemo(() => shown.filter((column) => column.pinned), [shown]);
  const moving = useMemo(() => shown.filter((column) => !column.pinned), [shown]);
  const edges = useMemo(() => edgesOf(moving.map(({ width }) => width)), [moving]);
  const gutter = Math.max(40, String(result.rows.length).length * 8 + 18);
  return {
    ...{ pinned, moving, edges, gutter },
    fixedWidth: pinned.reduce((sum, { width }) => sum + width, gutter),
    headHeight: headPixels + (state.filterRow ? filterPixels : 0),
  };
}

/** Brings into sight what somebody has to see now. */
function useRevealing(
  { state }: Grid,
  reveal: (line: number, place: number | undefined) => void,
  of: {
    readonly target: Place | undefined;
    readonly inspected: number | undefined;
    readonly width: number;
  },
): void {
  const { target, inspected, width } = of;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each target
  useEffect(() => {
    if (target !== undefined) reveal(target.line, target.column);
  }, [target]);

  // Sorted, filtered or grouped in another way: the keyboard is at the top then, and so is the eye.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each view
  useEffect(() => reveal(0, undefined), [state.view]);

  // The record's pane takes its room from the grid, and not from the cell that it was opened at.
  const isInspecting = inspected !== undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: when there is another width
  useEffect(() => {
    if (isInspecting && state.active.line >= 0) reveal(state.active.line, state.active.column);
  }, [isInspecting, width]);
}

interface DrawnLinesProps {
  readonly grid: Grid;
  readonly gridId: string;
  readonly window: GridWindow;
  readonly heights: LineHeights;
  readonly pinned: readonly ShownColumn[];
  readonly moving: readonly ShownColumn[];
  readonly firstMoving: number;
  readonly offset: number;
  readonly gutter: number;
  readonly markOf: DataGridProps['markOf'];
  readonly inspected: number | undefined;
  readonly viewWidth: number;
}

/** The lines of the window: rows and heads of groups. */
function DrawnLines(props: DrawnLinesProps): ReactNode {
  const { grid, gridId, window, heights, inspected, viewWidth } = props;
  const { pinned, moving, firstMoving, offset, gutter, markOf } = props;
  const { state, shown, result, zone } = grid;
  const { active } = state;
  const endLine = Math.min(window.endLine, grid.lines);
  const slots = useSlots(window.firstLine, endLine);
  const range = selectedRange(state);
  const drawn: ReactNode[] = [];
  for (let line = window.firstLine; line < endLine; line += 1) {
    const key = slots.get(line);
    const at = {
      ...{ gridId, line },
      rowIndex: line + (state.filterRow ? 3 : 2),
      top: heights.topOf(line) - window.base,
      height: heights.heightOf(line),
    };
    const group = grid.groupAt(line);
    if (group !== undefined && state.view.groupBy !== undefined) {
      const column = result.columns[state.view.groupBy];
      drawn.push(
        <GroupLine
          key={`group-${key}`}
          {...at}
          group={group}
          name={column?.name ?? ''}
          shown={onOneLine(displayText(group.value, column?.type ?? 'string', zone))}
          columns={shown.length}
          isCollapsed={state.collapsed.has(group.key)}
          isActive={active.line === line}
          viewWidth={viewWidth}
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
        {...at}
        {...{ pinned, moving, firstMoving, offset, gutter, zone, markOf }}
        number={row + 1}
        row={values}
        active={active.line === line ? active.column : -1}
        selectedFrom={isSelected ? range.left : -1}
        selectedTo={isSelected ? range.right : -1}
        search={state.search}
        wrap={state.wrap}
        isOpened={state.opened.has(row)}
        isInspected={row === inspected}
        viewWidth={state.opened.has(row) ? viewWidth : 0}
      />,
    );
  }
  return drawn;
}

/**
 * Which element each line has. One that leaves gives its element to one that comes, in their order:
 * changing text is cheaper than making cells, and an element that stays where it is cheaper than a move.
 */
function useSlots(firstLine: number, endLine: number): ReadonlyMap<number, number> {
  const given = useRef<ReadonlyMap<number, number>>(new Map());
  return useMemo(() => {
    const before = given.current;
    const free = [...before].filter(([line]) => line < firstLine || line >= endLine);
    let unused = Math.max(-1, ...before.values()) + 1;
    const slots = new Map<number, number>();
    for (let line = firstLine; line < endLine; line += 1) {
      slots.set(line, before.get(line) ?? free.shift()?.[1] ?? unused++);
    }
    given.current = slots;
    return slots;
  }, [firstLine, endLine]);
}
