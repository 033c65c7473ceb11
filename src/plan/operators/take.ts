import { member } from '../../kql/syntax.js';
import { noRow, type PlanContext } from '../context.js';
import type { OperatorPlanner } from '../operator.js';
import type { PlanExpression, Relation } from '../plan.js';
import { planScalar } from '../scalar.js';

/** `T | take N`, of each partition where there are some. */
export const take: OperatorPlanner = (node, input, context) =>
  limited(input, planScalar(member(node, 'Expression'), context, noRow), context);

/** The first rows of the input in its order; the order stays. */
export function limited(input: Relation, count: PlanExpression, context: PlanContext): Relation {
  const sorted: Relation['plan'] =
    input.order.length > 0 ? { kind: 'sort', input: input.plan, keys: input.order } : input.plan;
  return { ...input, plan: { kind: 'limit', input: sorted, count, by: context.partition } };
}
