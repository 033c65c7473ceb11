import { tokenPattern } from './tokens.js';

/** A name in a query: a table, a column, a function, or a word of the language. */
export interface Word {
  readonly text: string;
  readonly start: number;
  /** The query gives this name to something: `let name = …`, `extend name = …`. */
  readonly isAssigned: boolean;
}

const tokens = tokenPattern('\\.\\s*[A-Za-z_]\\w*|[A-Za-z_]\\w*');

/** The names in a query's text; not what strings and comments have, nor what stands behind a dot. */
export function wordsOf(query: string): Word[] {
  return [...query.matchAll(tokens)].flatMap(({ 0: token, index }): Word[] => {
    if (!/^\w+$/.test(token)) return [];
    const isAssigned = /^\s*=(?![=~])/.test(query.slice(index + token.length));
    return [{ text: token, start: index, isAssigned }];
  });
}
