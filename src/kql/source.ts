/** A replacement in the query text: of `length` units at `start`, 0 to insert. */
export interface Edit {
  readonly start: number;
  readonly length: number;
  readonly text: string;
}

/**
 * The text that is bound: the query with what its author left for the service to supply. Positions in
 * it are brought back to the query's own, so that errors point at what was written.
 */
export interface SourceText {
  readonly text: string;
  readonly toOriginal: (position: number) => number;
}

/** `prelude` stands before the query and its edits, which do not overlap. */
export function sourceText(query: string, prelude: string, edits: readonly Edit[]): SourceText {
  const sorted = [...edits].sort((a, b) => a.start - b.start);
  let text = prelude;
  let place = 0;
  const pieces: { readonly from: number; readonly original: number; readonly isEdit: boolean }[] =
    [];
  const append = (piece: string, original: number, isEdit: boolean) => {
    pieces.push({ from: text.length, original, isEdit });
    text += piece;
  };
  for (const edit of sorted) {
    append(query.slice(place, edit.start), place, false);
    append(edit.text, edit.start, true);
    place = edit.start + edit.length;
  }
  append(query.slice(place), place, false);
  const toOriginal = (position: number): number => {
    const piece = pieces.findLast(({ from }) => from <= position);
    if (!piece) return 0;
    const inside = piece.isEdit ? 0 : position - piece.from;
    return Math.min(piece.original + inside, query.length);
  };
  return { text, toOriginal };
}
