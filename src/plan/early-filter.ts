import type { LogicalPlan, PlanColumn, PlanExpression } from './plan.js';
import { isVolatile } from './volatile.js';

type Columns = (column: PlanColumn) => PlanColumn | undefined;

/**
 * The rows that meet the condition. Of left rows with equal keys an `innerunique` join keeps any one; a
 * condition behind it that only reads left columns is put before that choice, as Kusto does, so that a
 * wanted row does not give way to one that is dropped.
 */
export function filtered(plan: LogicalPlan, condition: PlanExpression): LogicalPlan {
  if (!hasUniqueJoin(plan)) return { kind: 'filter', input: plan, condition };
  let result = plan;
  const late: PlanExpression[] = [];
  for (const term of termsOf(condition)) {
    const early = isVolatile(term) ? undefined : pushed(result, term);
    if (early) result = early;
    else late.push(term);
  }
  const [first, ...others] = late;
  if (!first) return result;
  const rest: PlanExpression =
    others.length > 0 && condition.kind === 'call' ? { ...condition, arguments: late } : first;
  return { kind: 'filter', input: result, condition: rest };
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
          side === 'left' ? [[column, source] as const] : [],
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
          expression.kind === 'column' ? [[column, expression.column] as const] : [],
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

/** The expression over other columns, or undefined where one of its own has no other. */
function renamed(expression: PlanExpression, other: Columns): PlanExpression | undefined {
  if (expression.kind === 'column') {
    const column = other(expression.column);
    return column && { ...expression, column };
  }
  if (expression.kind !== 'call') return expression;
  const parts = expression.arguments.map((part) => renamed(part, other));
  return parts.every((part) => part !== undefined)
    ? { ...expression, arguments: parts }
    : undefined;
}
