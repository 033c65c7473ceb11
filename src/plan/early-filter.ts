import {
  columnReference,
  type LogicalPlan,
  type PlanColumn,
  type PlanExpression,
  type PlanNode,
} from './plan.js';
import { subplansOf } from './traversal.js';
import { isVolatile } from './volatile.js';

type Columns = (column: PlanColumn) => PlanExpression | undefined;

/** Parts of a condition, once for each table of a union: beyond it the union is filtered as a whole. */
const mostParts = 20_000;

/**
 * The rows that meet the condition. Of left rows with equal keys an `innerunique` join keeps any one; a
 * condition behind it that only reads left columns is put before that choice, as Kusto does, so that a
 * wanted row does not give way to one that is dropped. Each table of a union is filtered for itself: there
 * the condition reads what the table has, and hundreds of columns that others have are none of its business.
 */
export function filtered(plan: LogicalPlan, condition: PlanExpression): LogicalPlan {
  if (plan.kind === 'union') return filteredUnion(plan, condition);
  if (!hasUniqueJoin(plan)) return { kind: 'filter', input: plan, condition };
  let result: LogicalPlan = plan;
  const late: PlanExpression[] = [];
  for (const term of termsOf(condition)) {
    const early: LogicalPlan | undefined = isVolatile(term) ? undefined : pushed(result, term);
    if (early) result = early;
    else late.push(term);
  }
  const [first, ...others] = late;
  if (!first) return result;
  const rest: PlanExpression =
    others.length > 0 && condition.kind === 'call' ? { ...condition, arguments: late } : first;
  return { kind: 'filter', input: result, condition: rest };
}

function filteredUnion(plan: PlanNode<'union'>, condition: PlanExpression): LogicalPlan {
  const whole: LogicalPlan = { kind: 'filter', input: plan, condition };
  const isSmall = partsOf(condition) * plan.inputs.length <= mostParts;
  if (!isSmall || isVolatile(condition) || subplansOf(condition).length > 0) return whole;
  const inputs: PlanNode<'union'>['inputs'][number][] = [];
  for (const { plan: input, columns } of plan.inputs) {
    const values = new Map(plan.columns.map((column, place) => [column, columns[place]]));
    const own = renamed(condition, (column) => values.get(column));
    if (!own) return whole;
    inputs.push({ plan: filtered(input, own), columns });
  }
  return { ...plan, inputs };
}

function partsOf(expression: PlanExpression): number {
  if (expression.kind !== 'call') return 1;
  return expression.arguments.reduce((sum, part) => sum + partsOf(part), 1);
}

function hasUniqueJoin(plan: LogicalPlan): boolean {
  switch (plan.kind) {
    case 'join':
      return plan.uniqueLeft || hasUniqueJoin(plan.left);
    case 'project':
    case 'filter':
    case 'sort':
      return hasUniqueJoin(plan.input);
    default:
      return false;
  }
}

function termsOf(condition: PlanExpression): readonly PlanExpression[] {
  if (condition.kind !== 'call' || condition.name !== 'and') return [condition];
  return condition.arguments.flatMap(termsOf);
}

/** The plan with the condition on the left side of such a join, or undefined where it cannot go there. */
function pushed(plan: LogicalPlan, term: PlanExpression): LogicalPlan | undefined {
  switch (plan.kind) {
    case 'join': {
      if (/right|full/.test(plan.join)) return undefined;
      const sources = new Map(
        plan.output.flatMap(({ column, source, side }) =>
          side === 'left' ? [[column, columnReference(source)] as const] : [],
        ),
      );
      const below = renamed(term, (column) => sources.get(column));
      if (!below) return undefined;
      const left = pushed(plan.left, below);
      if (left) return { ...plan, left };
      if (!plan.uniqueLeft) return undefined;
      return { ...plan, left: { kind: 'filter', input: plan.left, condition: below } };
    }
    case 'project': {
      const sources = new Map(
        plan.columns.flatMap(({ column, expression }) =>
          expression.kind === 'column' ? [[column, expression] as const] : [],
        ),
      );
      const below = renamed(term, (column) => sources.get(column));
      const input = below && pushed(plan.input, below);
      return input && { ...plan, input };
    }
    case 'filter':
    case 'sort': {
      const input = pushed(plan.input, term);
      return input && { ...plan, input };
    }
    default:
      return undefined;
  }
}

/** The expression over other values than its columns, or undefined where one of those has no other. */
function renamed(expression: PlanExpression, other: Columns): PlanExpression | undefined {
  if (expression.kind === 'column') {
    return other(expression.column);
  }
  if (expression.kind !== 'call') return expression;
  const parts = expression.arguments.map((part) => renamed(part, other));
  return parts.every((part) => part !== undefined)
    ? { ...expression, arguments: parts }
    : undefined;
}
