import { useLayoutEffect, useMemo, useReducer } from 'react';
import { LineHeights } from './geometry.js';
import { openedHeight, usualHeight } from './line.js';
import type { Grid } from './use-grid.js';

/** How high the lines of a grid are. */
export interface Heights {
  readonly lines: LineHeights;
  /** Notes what wrapped rows were measured at, by row; true when something changed. */
  readonly note: (row: number, line: number, height: number) => boolean;
}

/** Lines with an open record are higher than the others, and so are those whose text is wrapped. */
export function useHeights(grid: Grid): Heights {
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
export function useMeasuredHeights(
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
