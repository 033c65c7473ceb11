// biome-ignore-all lint/a11y/useSemanticElements: no element is a range of bars
// biome-ignore-all lint/a11y/noNoninteractiveTabindex: the group takes keys

import { type KeyboardEvent, type PointerEvent, type ReactNode, useEffect, useState } from 'react';
import { useActions } from './actions.js';
import type { Grid } from './grid/use-grid.js';
import { countOverTime, type Histogram, timeColumn } from './histogram.js';
import { runSliced } from './sliced.js';
import { text } from './strings.js';
import { fromMilliseconds, showDatetime, tickBefore } from './values/datetime.js';
import { betweenLine } from './values/predicate.js';

const height = 44;

interface Bars {
  readonly from: number;
  readonly to: number;
}

/** When the rows happened. Dragging over bars, or keys, narrow the query to their time. */
export function TimeHistogram({ grid }: { readonly grid: Grid }): ReactNode {
  const { addToQuery } = useActions();
  const [marked, setMarked] = useState<Bars>();
  const [dragged, setDragged] = useState<number>();
  const column = timeColumn(grid.result.columns);
  const histogram = useHistogram(grid, column);
  const named = column === undefined ? undefined : grid.result.columns[column];
  if (named === undefined || histogram === undefined || histogram.counts.length < 2) return null;
  const { counts, start, stepMs } = histogram;
  const most = Math.max(...counts);
  const momentOf = (bar: number) => fromMilliseconds(start + bar * stepMs);
  const show = (bar: number) => showDatetime(momentOf(bar), grid.zone);
  const narrow = ({ from, to }: Bars): void => {
    addToQuery(betweenLine(named, momentOf(from), tickBefore(momentOf(to + 1))));
    setMarked(undefined);
  };
  const barAt = (event: PointerEvent): number => {
    const box = event.currentTarget.getBoundingClientRect();
    const bar = Math.floor(((event.clientX - box.left) / box.width) * counts.length);
    return Math.min(Math.max(bar, 0), counts.length - 1);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = marked?.to ?? 0;
    const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (move !== undefined) {
      const to = Math.min(Math.max(at + move, 0), counts.length - 1);
      const from = event.shiftKey ? Math.min(marked?.from ?? at, to) : to;
      setMarked({ from, to: Math.max(from, to) });
    } else if (event.key === 'Enter' && marked !== undefined) narrow(marked);
    else if (event.key === 'Escape' && marked !== undefined) setMarked(undefined);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const inMark = (bar: number) => marked !== undefined && bar >= marked.from && bar <= marked.to;
  const markedRows = counts.reduce((sum, count, bar) => sum + (inMark(bar) ? count : 0), 0);
  const width = 1000;
  const barWidth = width / counts.length;
  return (
    <div className="qr-histogram">
      <div
        role="group"
        tabIndex={0}
        aria-label={text.histogramLabel(named.name, show(0), show(counts.length))}
        aria-description={text.histogramKeys}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          const bar = barAt(event);
          setDragged(bar);
          setMarked({ from: bar, to: bar });
        }}
        onPointerMove={(event) => {
          const bar = barAt(event);
          if (dragged !== undefined) {
            setMarked({ from: Math.min(dragged, bar), to: Math.max(dragged, bar) });
          }
          event.currentTarget.title = text.histogramBar(show(bar), counts[bar] ?? 0);
        }}
        onPointerUp={() => {
          if (dragged !== undefined && marked !== undefined) narrow(marked);
          setDragged(undefined);
        }}
        onPointerCancel={() => setDragged(undefined)}
      >
        <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
          {counts.map((count, bar) => {
            const tall = count === 0 ? 0 : Math.max(2, (count / most) * (height - 2));
            return (
              <rect
                // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place
                key={bar}
                x={bar * barWidth + barWidth * 0.06}
                y={height - tall}
                width={barWidth * 0.88}
                height={tall}
                className={inMark(bar) ? 'qr-bar qr-bar-marked' : 'qr-bar'}
              />
            );
          })}
        </svg>
      </div>
      <div className="qr-histogram-axis" aria-live="polite">
        <span>{show(0)}</span>
        <span>
          {marked === undefined
            ? text.histogramHint(stepText(stepMs))
            : text.histogramMarked(show(marked.from), show(marked.to + 1), markedRows)}
        </span>
        <span>{show(counts.length)}</span>
      </div>
    </div>
  );
}

const units = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
  [1, 'ms'],
] as const;

function stepText(stepMs: number): string {
  const [size, unit] = units.find(([size]) => stepMs >= size) ?? [1, 'ms'];
  return `${Math.round(stepMs / size)} ${unit}`;
}

function useHistogram(grid: Grid, column: number | undefined): Histogram | undefined {
  const [histogram, setHistogram] = useState<Histogram>();
  const { rows, version, state } = grid.result;
  const { order } = grid.view;
  // While rows come in, ten times in their number is often enough.
  const moment = state === 'running' ? Math.floor(Math.log2(rows.length + 1)) : version;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the moment says when rows have come
  useEffect(() => {
    if (column === undefined) return setHistogram(undefined);
    const abort = new AbortController();
    void runSliced(countOverTime(rows, order, column), abort.signal).then((found) => {
      if (!abort.signal.aborted) setHistogram(found);
    });
    return () => abort.abort();
  }, [rows, order, column, moment, state]);
  return histogram;
}
