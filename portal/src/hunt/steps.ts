import { tokenPattern } from './tokens.js';

/** A query as far as one of its pipes. */
export interface Step {
  /** The whole text to there, which can be run. */
  readonly query: string;
  /** What this step adds: the table, or the operator with what it is given. */
  readonly text: string;
  /** The line of the query on which it begins, from 1. */
  readonly line: number;
}

const pieces = tokenPattern('[()[\\]{};|]');

/** Where a query can go on: before the semicolon that ends it, and the comments behind that. */
export function openEnd(query: string): number {
  const comments = new Map<number, number>();
  for (const { 0: piece, index } of query.matchAll(pieces)) {
    if (piece.startsWith('//')) comments.set(index + piece.trimEnd().length, index);
  }
  const whole = query.trimEnd().length;
  let end = whole;
  let isEnded = false;
  for (;;) {
    const comment = comments.get(end);
    const isSemicolon = comment === undefined && query[end - 1] === ';';
    if (comment === undefined && !isSemicolon) return isEnded ? end : whole;
    isEnded ||= isSemicolon;
    end = query.slice(0, comment ?? end - 1).trimEnd().length;
  }
}

/** The steps of a query's last statement; those inside of parentheses belong to the step they are in. */
export function stepsOf(query: string): Step[] {
  let depth = 0;
  let start = 0;
  let pipes: number[] = [];
  const last = openEnd(query);
  for (const { 0: piece, index } of query.matchAll(pieces)) {
    if ('([{'.includes(piece)) depth++;
    else if (')]}'.includes(piece)) depth--;
    else if (depth === 0 && piece === '|') pipes.push(index);
    else if (depth === 0 && piece === ';' && index < last) {
      start = index + 1;
      pipes = [];
    }
  }
  const ends = [...pipes, last];
  let [line, counted] = [1, 0];
  return ends.flatMap((end, at) => {
    const from = at === 0 ? start : (pipes[at - 1] ?? start);
    const own = query.slice(from, end);
    const text = own.replace(/^[ \t]*\/\/.*$/gm, '').trim();
    if (text === '') return [];
    const begin = from + own.indexOf(text.split('\n', 1)[0] ?? '');
    line += query.slice(counted, begin).split('\n').length - 1;
    counted = begin;
    return [{ query: query.slice(0, end), text, line }];
  });
}
