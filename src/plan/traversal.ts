import { unreachable } from '../errors.js';
import { type LogicalPlan, type PlanExpression, type SharedPlan, tablesBelow } from './plan.js';
import { isVolatile } from './volatile.js';

/** How often each shared table is used, and whether there is a value by chance. */
export function survey(root: LogicalPlan): { uses: Map<number, number>; volatile: boolean } {
  const uses = new Map<number, number>();
  let volatile = false;
  const visit = (plan: LogicalPlan): void => {
    volatile ||= expressionsOf(plan).some(isVolatile);
    if (plan.kind === 'shared') {
      const count = (uses.get(plan.shared.id) ?? 0) + 1;
      uses.set(plan.shared.id, count);
      // Written out at each use, it uses what it reads as often; more than twice makes no difference.
      if (count > (isEvaluatedOnce(plan.shared) ? 1 : 2)) return;
    }
    for (const input of inputsOf(plan)) visit(input);
  };
  visit(root);
  return { uses, volatile };
}

/** Whether a node of the plan is such a one; of shared tables the answer is kept, as they may be used often. */
function someNode(
  test: (plan: LogicalPlan) => boolean,
  isApart: (shared: SharedPlan) => boolean = () => false,
): (plan: LogicalPlan) => boolean {
  const known = new WeakMap<SharedPlan, boolean>();
  const found = (plan: LogicalPlan): boolean => {
    if (plan.kind !== 'shared') return test(plan) || tablesBelow(plan).some(found);
    const { shared } = plan;
    const answer = known.get(shared) ?? (!isApart(shared) && found(shared.plan));
    known.set(shared, answer);
    return answer;
  };
  return found;
}

/** Whether each evaluation gives other rows, which KQL leaves to `materialize()` to prevent. */
export const hasVolatile = someNode(
  (plan) => expressionsOf(plan).some(isVolatile),
  ({ materialized }) => materialized,
);

/** Whether a table that is used several times is evaluated once: when that saves work, or must be so. */
export function isEvaluatedOnce({ materialized, plan }: SharedPlan): boolean {
  return materialized || (isCostly(plan) && !hasVolatile(plan));
}

/** Whether it is known to have no rows. */
export function isEmpty(plan: LogicalPlan): boolean {
  switch (plan.kind) {
    case 'values':
      return plan.rows.length === 0;
    case 'filter':
    case 'project':
    case 'sort':
    case 'limit':
    case 'window':
    case 'unnest':
      return isEmpty(plan.input);
    case 'union':
      return plan.inputs.every((input) => isEmpty(input.plan));
    default:
      return false;
  }
}

export const hasJoin = someNode(({ kind }) => kind === 'join');

/** Its rows take more than reading what is stored. */
export function isCostly(plan: LogicalPlan): boolean {
  switch (plan.kind) {
    case 'scan':
    case 'values':
    case 'range':
      return false;
    case 'filter':
    case 'project':
      return isCostly(plan.input);
    case 'shared':
      return isCostly(plan.shared.plan);
    default:
      return true;
  }
}

function inputsOf(plan: LogicalPlan): LogicalPlan[] {
  return [...tablesBelow(plan), ...expressionsOf(plan).flatMap(subplansOf)];
}

/** The expressions of the node itself. */
export function expressionsOf(plan: LogicalPlan): readonly PlanExpression[] {
  switch (plan.kind) {
    case 'scan':
    case 'shared':
      return [];
    case 'values':
      return plan.rows.flat();
    case 'range':
      return [plan.from, plan.to, plan.step];
    case 'project':
      return plan.columns.map((item) => item.expression);
    case 'filter':
      return [plan.condition];
    case 'aggregate':
      return [
        ...plan.keys.map((key) => key.expression),
        ...plan.aggregates.flatMap((aggregate) => aggregate.arguments),
      ];
    case 'join':
      return plan.on.flatMap((pair) => [pair.left, pair.right]);
    case 'sort':
      return plan.keys.map((key) => key.expression);
    case 'limit':
      return [plan.count];
    case 'union':
      return plan.inputs.flatMap((input) => input.columns);
    case 'unnest':
      return plan.items.map((item) => item.expression);
    case 'fold':
      return plan.steps.map((step) => step.expression);
    case 'window':
      return plan.functions.flatMap((each) => each.arguments);
    default:
      return unreachable(plan);
  }
}

export function subplansOf(expression: PlanExpression): LogicalPlan[] {
  if (expression.kind === 'call') return expression.arguments.flatMap(subplansOf);
  if (expression.kind === 'scalarSubquery' || expression.kind === 'tableArgument')
    return [expression.input];
  return [];
}
