import { kindOf, member, optionalMember, type SyntaxNode, textOf } from '../kql/syntax.js';
import { noRow, type PlanContext, unsupported } from './context.js';
import type { PlanExpression } from './plan.js';

/** The default of a declared parameter or column, or undefined where it has none. */
export function defaultValue(
  declaration: SyntaxNode,
  context: PlanContext,
): PlanExpression | undefined {
  const clause = optionalMember<SyntaxNode>(declaration, 'DefaultValue');
  if (!clause) return undefined;
  const node = member(clause, 'Value');
  if (kindOf(node) === 'TokenLiteralExpression') {
    throw unsupported(node, `the default '${textOf(node)}'`, 'it has to be a literal');
  }
  return context.plan.scalar(node, context, noRow);
}
