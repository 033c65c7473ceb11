import { newColumn, type PlanContext, type Variable } from './context.js';
import type { PlanColumn, Relation } from './plan.js';

/** A table under a name: every use of it reads the same plan. */
export function tableVariable(
  relation: Relation,
  context: PlanContext,
  materialized = false,
): Variable {
  return {
    kind: 'table',
    relation,
    shared: {
      id: context.counter.next++,
      plan: relation.plan,
      columns: [
        ...relation.columns,
        ...relation.order.flatMap((key) =>
          key.expression.kind === 'column' ? [key.expression.column] : [],
        ),
      ],
      materialized,
    },
  };
}

/** One use of a named table, with columns of its own. */
export function useTable(
  variable: Extract<Variable, { kind: 'table' }>,
  context: PlanContext,
): Relation {
  const { relation, shared } = variable;
  if (relation.graph) return relation;
  const fresh = new Map<PlanColumn, PlanColumn>();
  for (const source of shared.columns) {
    if (!fresh.has(source)) fresh.set(source, newColumn(context, source.name, source.type));
  }
  const replaced = (column: PlanColumn) => fresh.get(column) ?? column;
  return {
    plan: {
      kind: 'shared',
      shared,
      columns: [...fresh].map(([source, column]) => ({ source, column })),
    },
    columns: relation.columns.map(replaced),
    order: relation.order.map((key) => ({
      ...key,
      expression:
        key.expression.kind === 'column'
          ? { ...key.expression, column: replaced(key.expression.column) }
          : key.expression,
    })),
    ingestionTime: null,
    ...(relation.name !== undefined && { name: relation.name }),
  };
}
