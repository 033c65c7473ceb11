import { type RefObject, useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { clamp, columnsBetween, type LineHeights, scrollScale } from './geometry.js';

/** Which lines and moving columns are drawn: those in sight and some around them. */
export interface GridWindow {
  readonly firstLine: number;
  /** One behind the last. */
  readonly endLine: number;
  readonly firstColumn: number;
  readonly endColumn: number;
  /** Lines are placed relative to this pixel: coordinates stay small however long the grid is. */
  readonly base: number;
}

export interface ViewSize {
  readonly width: number;
  readonly height: number;
}

interface Input {
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly view: RefObject<HTMLDivElement | null>;
  readonly lines: RefObject<HTMLDivElement | null>;
  readonly heights: LineHeights;
  readonly lineCount: number;
  /** Edges of the moving columns, from their own left. */
  readonly edges: readonly number[];
  /** Pixels at the left that do not move: the gutter and pinned columns. */
  readonly fixedWidth: number;
  /** Pixels at the top that do not move: heads and filters. */
  readonly headHeight: number;
}

/** Lines drawn above and below those in sight, so that a small step draws nothing new. */
const spareLines = 4;
const basePixels = 16_384;

/** Lines from the first to the last. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/** Where everything is while it is drawn: what scrolls reads it, and is drawn later. */
interface Latest extends Input {
  readonly size: ViewSize;
  readonly scale: ReturnType<typeof scrollScale>;
}

export function useWindow(input: Input): {
  readonly window: GridWindow;
  readonly size: ViewSize;
  readonly canvasHeight: number;
  readonly onScroll: () => void;
  readonly contentTop: () => number;
  readonly reveal: (line: number, column: number | undefined) => void;
} {
  const { scroller, view, lines, heights, headHeight, edges, fixedWidth } = input;
  const size = useSize(scroller);
  const scale = scrollScale(heights.total, Math.max(1, size.height - headHeight));
  const latest = useRef<Latest>({ ...input, size, scale });
  latest.current = { ...input, size, scale };

  const contentTop = useCallback(() => {
    const { scale, scroller } = latest.current;
    return scale.toContent(scroller.current?.scrollTop ?? 0);
  }, []);

  const drawn = useRef<Span>({ from: 0, to: 0 });
  const measure = useCallback((): GridWindow => {
    const { window, seen } = windowAt(latest.current, contentTop(), drawn.current);
    drawn.current = seen;
    return window;
  }, [contentTop]);

  const [shown, setShown] = useState<GridWindow>(measure);
  // What the last scroll asked for may be less than what a changed size or grid needs.
  const needed = useMemo(() => {
    void [heights, edges, fixedWidth, headHeight, size, input.lineCount];
    return measure();
  }, [heights, edges, fixedWidth, headHeight, size, input.lineCount, measure]);
  const ready = useRef(needed);
  const window = ready.current === needed ? shown : needed;

  const place = useCallback(
    (base: number) => {
      const { heights, size, headHeight, scroller } = latest.current;
      const limit = Math.max(0, heights.total - (size.height - headHeight));
      const top = clamp(contentTop(), 0, limit);
      if (lines.current !== null) {
        lines.current.style.transform = `translateY(${headHeight + base - top}px)`;
      }
      view.current?.style.setProperty('--qr-left', String(scroller.current?.scrollLeft ?? 0));
    },
    [contentTop, lines, view],
  );

  useLayoutEffect(() => {
    if (ready.current !== needed) {
      ready.current = needed;
      setShown(needed);
    }
    place(window.base);
  });

  const onScroll = useCallback(() => {
    const next = measure();
    // Drawn at once: the frame that shows the new place shows its rows too.
    flushSync(() => setShown((before) => (isSame(before, next) ? before : next)));
    place(next.base);
  }, [measure, place]);

  const reveal = useCallback(
    (line: number, column: number | undefined) => {
      if (line >= 0) revealLine(latest.current, contentTop(), line);
      if (column !== undefined) revealColumn(latest.current, column);
    },
    [contentTop],
  );

  return { window, size, canvasHeight: scale.canvas + headHeight, onScroll, contentTop, reveal };
}

function useSize(scroller: Input['scroller']): ViewSize {
  const [size, setSize] = useState<ViewSize>({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const read = () => setSize({ width: element.clientWidth, height: element.clientHeight });
    read();
    const observer = new ResizeObserver(read);
    observer.observe(element);
    return () => observer.disconnect();
  }, [scroller]);
  return size;
}

/** What is to be drawn where the view begins at `contentTop`, and which lines are seen there. */
function windowAt(
  { heights, lineCount, headHeight, edges, fixedWidth, size, scroller }: Latest,
  contentTop: number,
  drawn: Span,
): { readonly window: GridWindow; readonly seen: Span } {
  const top = clamp(contentTop, 0, Math.max(0, heights.total - (size.height - headHeight)));
  const left = scroller.current?.scrollLeft ?? 0;
  const seen = { from: heights.lineAt(top), to: heights.lineAt(top + size.height - headHeight) };
  // Whoever jumps sees none of the lines around: they wait for the first small step.
  const isJump = seen.from > drawn.to || seen.to < drawn.from;
  const spare = isJump ? 0 : spareLines;
  const first = Math.max(0, seen.from - spare);
  const last = seen.to + spare;
  const [from, to] = columnsBetween(edges, left, left + size.width - fixedWidth);
  const window = {
    firstLine: first - (first % 2),
    endLine: Math.min(lineCount, last + 2 - (last % 2)),
    firstColumn: Math.max(0, from - 1),
    endColumn: Math.min(edges.length - 1, to + 1),
    base: Math.floor(top / basePixels) * basePixels,
  };
  return { window, seen };
}

function revealLine(
  { heights, size, headHeight, scale, scroller }: Latest,
  contentTop: number,
  line: number,
): void {
  const element = scroller.current;
  if (element === null) return;
  const top = heights.topOf(line);
  const bottom = top + Math.min(heights.heightOf(line), size.height - headHeight);
  if (top < contentTop) element.scrollTop = scale.toScroll(top);
  else if (bottom > contentTop + size.height - headHeight) {
    element.scrollTop = scale.toScroll(bottom - size.height + headHeight);
  }
}

function revealColumn({ edges, size, fixedWidth, scroller }: Latest, column: number): void {
  const element = scroller.current;
  if (element === null) return;
  const left = edges[column] ?? 0;
  const right = edges[column + 1] ?? left;
  const room = size.width - fixedWidth;
  if (left < element.scrollLeft || right - left > room) element.scrollLeft = left;
  else if (right > element.scrollLeft + room) element.scrollLeft = right - room;
}

function isSame(a: GridWindow, b: GridWindow): boolean {
  return (
    a.firstLine === b.firstLine &&
    a.endLine === b.endLine &&
    a.firstColumn === b.firstColumn &&
    a.endColumn === b.endColumn &&
    a.base === b.base
  );
}
