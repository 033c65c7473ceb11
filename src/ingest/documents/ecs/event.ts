import type { Expression } from '../../windows/expression.js';
import { any, at, firstOf, isThere, lists, matches } from '../expression.js';

export const category = (...words: readonly string[]) => lists('event.category', ...words);

export const type = (...words: readonly string[]) => lists('event.type', ...words);

export const action = (...words: readonly string[]) => lists('event.action', ...words);

/** Actions are words; no longer one is looked into. */
const longestAction = 200;
export const actionText = (pattern: RegExp, words: string) =>
  matches('event.action', { test: (word) => pattern.test(word.slice(0, longestAction)) }, words);

/** The audit system has a record for each step of a logon, and the title of each process. */
export const isAudit = any(
  isThere('auditd.message_type'),
  lists('service.type', 'auditd'),
  lists('event.module', 'auditd'),
);

export const hasFailed = lists('event.outcome', 'failure', 'failed');

export function eventId(): Expression {
  return firstOf(at('event.id'), at('event.hash'));
}
