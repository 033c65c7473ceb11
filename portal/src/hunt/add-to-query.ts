import { statementAt } from './statements.js';
import { openEnd, stepsOf } from './steps.js';

/** Where lines belong that are added to the query at `offset`; undefined: there is no query. */
export function endOfQuery(text: string, offset: number): number | undefined {
  const statement = statementAt(text, offset);
  if (!statement) return undefined;
  const [before, last] = stepsOf(statement.text).slice(-2);
  // `render` stays the last word.
  const isDrawn = before && last && /^\|\s*render\b/.test(last.text);
  const end = isDrawn ? before.query.trimEnd().length : openEnd(statement.text);
  return statement.start + end;
}

/** A query that goes on with another step. */
export function withStep(query: string, step: string): string {
  return `${query.slice(0, openEnd(query))}\n${step}`;
}

/** How much of the beginning two texts share. */
export function sharedLength(left: string, right: string): number {
  let length = 0;
  while (length < left.length && left[length] === right[length]) length++;
  return length;
}
