import type { Hint, Problem, Schema } from '../api/types.js';
import { nearestName } from './nearest-name.js';
import { quoteHints } from './straight-quotes.js';

/** What was probably meant by a query that does not bind, with the fix that writes it. */
export function meantBy(
  query: string,
  problem: Problem | undefined,
  schema: Schema | undefined,
): Hint | undefined {
  return problem?.code === 'kql.syntax'
    ? quoteHints(query)[0]
    : nearestName(query, problem, schema);
}
