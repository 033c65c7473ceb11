import { HuntError } from '../errors.js';

/** Brackets in brackets. The binder refuses fewer than a thousand, but the parser takes long over each. */
const deepest = 1_000;

/** Comments, strings and brackets; what has no end ends with its line. */
const tokens =
  /\/\/[^\n]*|```[\s\S]*?```|~~~[\s\S]*?~~~|@"(?:[^"\n]|"")*"?|@'(?:[^'\n]|'')*'?|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?|[()[\]{}]/g;

/**
 * Refuses what is nested too deeply before it is parsed.
 * @throws HuntError `kql.syntax` at the bracket that is too much
 */
export function checkNesting(query: string): void {
  let depth = 0;
  for (const { 0: token, index } of query.matchAll(tokens)) {
    if (token.length > 1) continue;
    if ('([{'.includes(token)) depth += 1;
    else if (')]}'.includes(token)) depth = Math.max(0, depth - 1);
    if (depth > deepest) {
      const span = { start: index, length: 1 };
      throw new HuntError('kql.syntax', { message: 'The query is nested too deeply' }, { span });
    }
  }
}
