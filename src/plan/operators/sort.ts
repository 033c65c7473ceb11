import {
  type Expression,
  elements,
  kindOf,
  member,
  optionalMember,
  type SyntaxNode,
  textOf,
} from '../../kql/syntax.js';
import { passThrough } from '../assignments.js';
import { newColumn, type PlanContext, type Row, rowOf } from '../context.js';
import type { OperatorPlanner } from '../operator.js';
import { columnReference, type PlanAssignment, type Relation, type SortKey } from '../plan.js';
import { planScalar } from '../scalar.js';
import { converted } from '../scan.js';

/** `T | sort by Key desc nulls last, …`: an order that later operators keep as long as they can. */
export const sort: OperatorPlanner = (node, input, context) => {
  const keys = elements(node, 'Expressions').flatMap((key) => sortKeys(key, context, rowOf(input)));
  return ordered(input, keys, context);
};

/** A key of the query; a dynamic one by its number and then by its text, so that texts come before numbers. */
export function sortKeys(node: Expression, context: PlanContext, row: Row): SortKey[] {
  const key = sortKey(node, context, row);
  if (key.expression.type !== 'dynamic') return [key];
  return (['real', 'string'] as const).map((type) => ({
    ...key,
    expression: converted(key.expression, type),
  }));
}

/** One key; KQL sorts descending by default, nulls last when descending and first when ascending. */
function sortKey(node: Expression, context: PlanContext, row: Row): SortKey {
  const isOrdered = kindOf(node) === 'OrderedExpression';
  const expression = planScalar(isOrdered ? member(node, 'Expression') : node, context, row);
  const ordering = isOrdered ? optionalMember<SyntaxNode>(node, 'Ordering') : undefined;
  const text = ordering ? textOf(ordering) : '';
  const descending = !/\b(asc|granny-asc)\b/.test(text);
  const nulls = /nulls\s+(first|last)/.exec(text)?.[1];
  return { expression, descending, nullsFirst: nulls ? nulls === 'first' : !descending };
}

/** The input with that order; keys that are no columns become hidden ones, to outlive a projection. */
export function ordered(input: Relation, keys: readonly SortKey[], context: PlanContext): Relation {
  const computed: PlanAssignment[] = [];
  const order = keys.map((key) => {
    if (key.expression.kind === 'column') return key;
    const column = newColumn(context, 'key', key.expression.type);
    computed.push({ column, expression: key.expression });
    return { ...key, expression: columnReference(column) };
  });
  if (computed.length === 0) return { ...input, order };
  return {
    ...input,
    plan: {
      kind: 'project',
      input: input.plan,
      columns: [...passThrough(input, context), ...computed],
    },
    order,
  };
}
