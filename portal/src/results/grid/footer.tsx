import { type ReactNode, useEffect, useState } from 'react';
import { runSliced } from '../sliced.js';
import { text } from '../strings.js';
import { type SelectionSummary, summarizeSelection } from '../view/selection.js';
import { selectedRange } from './state.js';
import type { Grid } from './use-grid.js';

/** A drag passes over many ranges; only one that lasts is summed up. */
const settleMs = 60;

/** What the selected cells add up to, or what keys there are. */
export function Footer({ grid }: { readonly grid: Grid }): ReactNode {
  const summary = useSelectionSummary(grid);
  return (
    <div className="qr-footer" role="status">
      {summary === undefined ? (
        <span className="qr-quiet">{text.selectionHint}</span>
      ) : (
        figures(summary).map(([name, value]) => (
          <span key={name}>
            <span className="qr-quiet">{name}</span> {value}
          </span>
        ))
      )}
    </div>
  );
}

function figures(summary: SelectionSummary): (readonly [string, string])[] {
  const { cells, distinct, empty, numbers, sum, min, max } = summary;
  const show = (value: number) => value.toLocaleString('en', { maximumFractionDigits: 6 });
  const counts = [
    [text.selectionCells, show(cells)],
    [text.selectionDistinct, show(distinct)],
    [text.selectionEmpty, show(empty)],
  ] as const;
  if (numbers === 0) return [...counts];
  return [
    ...counts,
    [text.selectionSum, show(sum)],
    [text.selectionMean, show(sum / numbers)],
    [text.selectionMin, show(min)],
    [text.selectionMax, show(max)],
  ];
}

function useSelectionSummary(grid: Grid): SelectionSummary | undefined {
  const [summary, setSummary] = useState<SelectionSummary>();
  const { anchor, active } = grid.state;
  const isSingle = anchor.line === active.line && anchor.column === active.column;
  const { rows } = grid.result;
  const { shown, rowAt } = grid;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the range is made of both places
  useEffect(() => {
    if (isSingle) return setSummary(undefined);
    const abort = new AbortController();
    const cellAt = (line: number, place: number): unknown => {
      const row = rowAt(line);
      const column = shown[place];
      return row === undefined || column === undefined
        ? undefined
        : (rows[row]?.[column.index] ?? null);
    };
    const typeAt = (place: number) => shown[place]?.column.type ?? 'string';
    const timer = setTimeout(async () => {
      const task = summarizeSelection(selectedRange(grid.state), cellAt, typeAt);
      const found = await runSliced(task, abort.signal);
      if (found !== undefined) setSummary(found);
    }, settleMs);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [anchor, active, isSingle, rows, shown, rowAt]);
  return isSingle ? undefined : summary;
}
