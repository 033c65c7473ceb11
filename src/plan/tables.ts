import { newColumn, type Parts, type PlanContext, type TableVariable } from './context.js';
import type { PlanColumn, Relation } from './plan.js';

/** A table under a name: every use of it reads the same plan. */
export function tableVariable(
  relation: Relation,
  context: PlanContext,
  materialized = false,
): TableVariable {
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
        ...(relation.ingestionTime ? [relation.ingestionTime] : []),
      ],
      materialized,
    },
  };
}

/** The rows of each part under a name: evaluated once for all parts. */
export function partVariable(
  relation: Relation,
  context: PlanContext,
  run: Parts['run'],
): TableVariable {
  const { shared, ...variable } = tableVariable(relation, context, true);
  const columns = context.partition;
  return {
    ...variable,
    parts: { columns, here: columns, run },
    shared: { ...shared, columns: [...shared.columns, ...columns] },
  };
}

/** One use of a named table, with columns of its own. */
export function useTable(variable: TableVariable, context: PlanContext): Relation {
  return usePart(variable, context).relation;
}

export interface PartRows {
  readonly relation: Relation;
  /** What tells its parts apart, in the place of the variable's own columns. */
  readonly parts: readonly PlanColumn[];
}

/** One use of a table whose rows belong to parts. */
export function usePart(variable: TableVariable, context: PlanContext): PartRows {
  const { relation, shared } = variable;
  const parts = variable.parts?.columns ?? [];
  if (relation.graph) return { relation, parts };
  const fresh = new Map<PlanColumn, PlanColumn>();
  const renewed = (source: PlanColumn): PlanColumn => {
    const known = fresh.get(source);
    if (known) return known;
    const column = newColumn(context, source.name, source.type);
    const isFollower = source.follows && shared.columns.includes(source.follows);
    const made = isFollower ? { ...column, follows: renewed(source.follows) } : column;
    fresh.set(source, made);
    return made;
  };
  for (const source of shared.columns) renewed(source);
  const replaced = (column: PlanColumn) => fresh.get(column) ?? column;
  const used: Relation = {
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
    ingestionTime: relation.ingestionTime && replaced(relation.ingestionTime),
    ...(relation.name !== undefined && { name: relation.name }),
  };
  return { relation: used, parts: parts.map(replaced) };
}
