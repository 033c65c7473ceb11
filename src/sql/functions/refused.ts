import { HuntError } from '../../errors.js';
import type { CallSite } from '../functions.js';

/** Refuses a form of a function or operator that would otherwise be answered wrongly. */
export function refused({ span }: Pick<CallSite, 'span'>, what: string, because: string) {
  return new HuntError('kql.unsupported', { what, because }, { span });
}

/** Refuses a call that the language itself does not allow, as Kusto does when it analyses the query. */
export function invalid({ span }: Pick<CallSite, 'span'>, message: string) {
  return new HuntError('kql.semantic', { message }, { span });
}
