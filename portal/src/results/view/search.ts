import type { ResultColumn, TimeZoneChoice } from '../model.js';
import { stepsBetweenYields, type Task } from '../sliced.js';
import { displayText, legible } from '../values/display.js';

/** A cell that holds the text looked for: its line in the grid and its column in the result. */
export interface Hit {
  readonly line: number;
  readonly column: number;
}

/** The most hits that are remembered to step through. */
export const hitLimit = 10_000;

/** Cells whose text contains what is looked for, in reading order, up to a limit. */
export function* findHits(
  rows: readonly (readonly unknown[])[],
  lineToRow: (line: number) => number | undefined,
  lines: number,
  columns: readonly { readonly index: number; readonly column: ResultColumn }[],
  text: string,
  zone: TimeZoneChoice,
): Task<Hit[]> {
  const wanted = legible(text).toLowerCase();
  const hits: Hit[] = [];
  let steps = 0;
  for (let line = 0; line < lines && hits.length < hitLimit; line += 1) {
    const row = lineToRow(line);
    if (row === undefined) continue;
    for (const { index, column } of columns) {
      const shown = displayText(rows[row]?.[index], column.type, zone);
      if (shown.toLowerCase().includes(wanted)) hits.push({ line, column: index });
      steps += 1;
      if (steps % stepsBetweenYields === 0) yield;
    }
  }
  return hits;
}

/** Text cut where the searched one occurs: every second piece is a hit. */
export function splitAtHits(text: string, wanted: string): string[] {
  if (wanted === '') return [text];
  const lower = text.toLowerCase();
  const search = legible(wanted).toLowerCase();
  // Lower case may be longer than the text (a dotted capital I): then places do not match.
  if (lower.length !== text.length) return [text];
  const pieces: string[] = [];
  let from = 0;
  for (let at = lower.indexOf(search); at >= 0; at = lower.indexOf(search, from)) {
    pieces.push(text.slice(from, at), text.slice(at, at + search.length));
    from = at + search.length;
  }
  pieces.push(text.slice(from));
  return pieces;
}
