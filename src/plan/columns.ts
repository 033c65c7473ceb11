import type { PlanColumn, PlanExpression } from './plan.js';

/** The columns that the expressions read; those of sub-queries are none of them. */
export function readsOf(expressions: readonly PlanExpression[]): Set<PlanColumn> {
  const found = new Set<PlanColumn>();
  const visit = (expression: PlanExpression): void => {
    if (expression.kind === 'column') found.add(expression.column);
    else if (expression.kind === 'call') expression.arguments.forEach(visit);
  };
  expressions.forEach(visit);
  return found;
}

/** The columns whose values the others follow: what tells groups apart. */
export function leading(columns: readonly PlanColumn[]): PlanColumn[] {
  return columns.filter(({ follows }) => !(follows && columns.includes(follows)));
}

/** The members of either. */
export function union<T>(first: ReadonlySet<T>, second: ReadonlySet<T>): Set<T> {
  return new Set([...first, ...second]);
}
