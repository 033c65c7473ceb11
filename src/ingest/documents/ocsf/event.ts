import { type Expression, match } from '../../windows/expression.js';
import { at, lists } from '../expression.js';
import type { DocumentRule } from '../rule.js';

export const activity = (...ids: readonly number[]) => lists('activity_id', ...ids.map(String));

export const hasFailed = lists('status_id', '2');

/** A verb for each number of an activity. */
export function verbs(cases: Readonly<Record<number, string>>, otherwise = ''): Expression {
  return match(at('activity_id'), Object.fromEntries(Object.entries(cases)), otherwise);
}

export function rule(
  event: string,
  table: string,
  more: Omit<DocumentRule, 'event' | 'table'>,
): DocumentRule {
  return { event, table, ...more };
}
