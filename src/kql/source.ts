import type { TextSpan } from '../errors.js';

/** A replacement in the query text: of `length` units at `start`, 0 to insert. */
export interface Edit {
  readonly start: number;
  readonly length: number;
  readonly text: string;
}

/**
 * The text that is bound: the query with what its author left for the service to supply. Positions in
 * it are brought back to the query's own, so that errors point at what was written; those in the prelude
 * are negative, as if it stood before the query.
 */
export interface SourceText {
  readonly text: string;
  /** Where in the text the query begins. */
  readonly queryStart: number;
  readonly toOriginal: (position: number) => number;
}

/** `prelude` stands before the query. The edits, in both of them, do not overlap. */
export function sourceText(query: string, prelude: string, edits: readonly Edit[]): SourceText {
  const sorted = [...edits].sort((a, b) => a.start - b.start);
  const shift = prelude.length;
  const whole = prelude + query;
  let text = '';
  let place = -shift;
  const pieces: { readonly from: number; readonly original: number; readonly isEdit: boolean }[] =
    [];
  const append = (piece: string, original: number, isEdit: boolean) => {
    pieces.push({ from: text.length, original, isEdit });
    text += piece;
  };
  for (const edit of sorted) {
    append(whole.slice(place + shift, edit.start + shift), place, false);
    append(edit.text, edit.start, true);
    place = edit.start + edit.length;
  }
  append(whole.slice(place + shift), place, false);
  const toOriginal = (position: number): number => {
    const piece = pieces.findLast(({ from }) => from <= position);
    if (!piece) return -shift;
    const inside = piece.isEdit ? 0 : position - piece.from;
    return Math.min(piece.original + inside, query.length);
  };
  const inPrelude = edits.filter(({ start }) => start < 0);
  const grown = inPrelude.reduce((sum, edit) => sum + edit.text.length - edit.length, 0);
  return { text, queryStart: shift + grown, toOriginal };
}

/** A span of the text, in the query; what lies in the prelude is at its beginning. */
export function originalSpan({ toOriginal }: SourceText, { start, length }: TextSpan): TextSpan {
  const first = Math.max(toOriginal(start), 0);
  return { start: first, length: Math.max(toOriginal(start + length) - first, 0) };
}
