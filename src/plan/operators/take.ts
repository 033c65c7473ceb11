import { HuntError } from '../../errors.js';
import { type Expression, member, spanOf } from '../../kql/syntax.js';
import { noRow, type PlanContext } from '../context.js';
import type { OperatorPlanner } from '../operator.js';
import type { PlanExpression, Relation } from '../plan.js';
import { planScalar } from '../scalar.js';

/** `T | take N`, of each partition where there are some. */
export const take: OperatorPlanner = (node, input, context) => {
  const expression = member<Expression>(node, 'Expression');
  const count = planScalar(expression, context, noRow);
  // The binder does not check what is passed on to a service function.
  if (count.type !== 'int' && count.type !== 'long') {
    throw new HuntError(
      'kql.semantic',
      { message: `'take' operator: a number of rows is expected, not a ${count.type}` },
      { span: spanOf(expression) },
    );
  }
  return limited(input, count, context);
};

/** The first rows of the input in its order; the order stays. */
export function limited(input: Relation, count: PlanExpression, context: PlanContext): Relation {
  const sorted: Relation['plan'] =
    input.order.length > 0 ? { kind: 'sort', input: input.plan, keys: input.order } : input.plan;
  return { ...input, plan: { kind: 'limit', input: sorted, count, by: context.partition } };
}
