import { type Expression, isTabular, kindOf, member, type SyntaxNode } from '../kql/syntax.js';
import { noRow, type PlanContext, type Variable, withVariables } from './context.js';
import { tableVariable } from './tables.js';

/** The context after `let` and `declare` statements. Expression statements are left to the caller. */
export function planStatements(
  statements: readonly SyntaxNode[],
  context: PlanContext,
): PlanContext {
  return statements.reduce(planStatement, context);
}

function planStatement(context: PlanContext, statement: SyntaxNode): PlanContext {
  if (kindOf(statement) !== 'LetStatement') return context;
  const name = member(statement, 'Name').SimpleName ?? '';
  return withVariables(context, [[name, letVariable(member(statement, 'Expression'), context)]]);
}

function letVariable(expression: Expression, context: PlanContext): Variable {
  const kind = kindOf(expression);
  if (kind === 'FunctionDeclaration') return { kind: 'function', declaration: expression, context };
  if (kind === 'MaterializeExpression') {
    return tableVariable(
      context.plan.table(member(expression, 'Expression'), context),
      context,
      true,
    );
  }
  if (isTabular(expression.ResultType)) {
    return tableVariable(context.plan.table(expression, context), context);
  }
  return { kind: 'scalar', expression: context.plan.scalar(expression, context, noRow) };
}
