import { type Expression, kindOf, optionalMember } from '../kql/syntax.js';

/** The operator gives one row for any rows, even for none. */
export function isWhole(stage: Expression): boolean {
  if (kindOf(stage) === 'CountOperator') return true;
  return kindOf(stage) === 'SummarizeOperator' && !optionalMember(stage, 'ByClause');
}
