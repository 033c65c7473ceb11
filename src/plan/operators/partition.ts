import { type Expression, member, optionalMember } from '../../kql/syntax.js';
import { passThrough } from '../assignments.js';
import { newColumn, type PlanContext, rowOf, unsupported, withVariables } from '../context.js';
import type { OperatorPlanner } from '../operator.js';
import { inParts, stagesOf } from '../parts.js';
import { columnReference, type LogicalPlan, type PlanColumn, type Relation } from '../plan.js';
import { planScalar } from '../scalar.js';

/** `T | partition by Key (subquery)`: the strategy hints change how Kusto runs it, not what it gives. */
export const partition: OperatorPlanner = (node, input, context) => {
  const operand = member(node, 'Operand');
  const { relation, key } = keyed(member(node, 'ByExpression'), input, context);
  const subquery = optionalMember(operand, 'Subquery');
  const [rows, stages, scope] = subquery
    ? [relation, stagesOf(subquery), context]
    : withSource(member(operand, 'Query'), relation, key, context);
  const inner = { ...scope, partition: [...context.partition, key] };
  const result = inParts(stages, rows, 'partition', inner);
  return { ...result, order: result.order.length > 0 ? [orderBy(key), ...result.order] : [] };
};

/**
 * `partition by Key { Source | … }`: the source once for each key. The subquery sees the key by
 * `toscalar(Key)` alone, which is then the column of the joined rows.
 */
function withSource(
  query: Expression,
  input: Relation,
  key: PlanColumn,
  context: PlanContext,
): [Relation, Expression[], PlanContext] {
  const [source, ...stages] = stagesOf(query);
  if (!source) throw unsupported(query, 'an empty subquery', 'it has no source');
  const table = context.plan.table(source, context);
  const output = [
    ...table.columns.map((column) => ({ column, source: column, side: 'right' as const })),
    { column: key, source: key, side: 'left' as const },
  ];
  const keys = { column: key, expression: columnReference(key) };
  const plan: LogicalPlan = {
    kind: 'join',
    join: 'inner',
    uniqueLeft: false,
    left: { kind: 'aggregate', input: input.plan, keys: [keys], aggregates: [] },
    right: table.plan,
    on: [],
    output,
  };
  const rows = { plan, columns: table.columns, order: [], ingestionTime: null };
  const scalar = { kind: 'scalar', expression: columnReference(key) } as const;
  return [rows, stages, withVariables(context, [[key.name, scalar]])];
}

function orderBy(column: PlanColumn) {
  return { expression: columnReference(column), descending: false, nullsFirst: true };
}

function keyed(
  node: Expression,
  input: Relation,
  context: PlanContext,
): { readonly relation: Relation; readonly key: PlanColumn } {
  const expression = planScalar(node, context, rowOf(input));
  if (expression.kind === 'column') return { relation: input, key: expression.column };
  const key = newColumn(context, 'key', expression.type);
  const columns = [...passThrough(input, context), { column: key, expression }];
  return { relation: { ...input, plan: { kind: 'project', input: input.plan, columns } }, key };
}
