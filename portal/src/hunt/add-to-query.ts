import { statementAt } from './statements.js';

/** Where lines belong that are added to the query at `offset`; undefined: there is no query. */
export function endOfQuery(text: string, offset: number): number | undefined {
  const statement = statementAt(text, offset);
  if (!statement) return undefined;
  // `render` stays the last word.
  const render = /\n?\s*\|\s*render\b[^|]*$/.exec(statement.text);
  return statement.start + (render?.index ?? statement.text.trimEnd().length);
}
