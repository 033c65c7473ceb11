import { type Expression, member, optionalMember, spanOf } from '../../kql/syntax.js';
import { passThrough } from '../assignments.js';
import { Builder, one, same } from '../builder.js';
import { newColumn, type PlanContext, rowOf, unsupported, withVariables } from '../context.js';
import type { OperatorPlanner } from '../operator.js';
import { parameterText } from '../parameters.js';
import { inParts, stagesOf } from '../parts.js';
import {
  columnReference,
  type LogicalPlan,
  longLiteral,
  type PlanColumn,
  type PlanExpression,
  type Relation,
  type SharedPlan,
} from '../plan.js';
import { planScalar } from '../scalar.js';

/** The most partitions that the legacy strategy takes, which is Kusto's own choice. */
const mostPartitions = 64;

/** `T | partition by Key (subquery)`: the strategy changes how many partitions there may be, not their rows. */
export const partition: OperatorPlanner = (node, input, context) => {
  const operand = member(node, 'Operand');
  const strategy = parameterText(node, 'hint.strategy') ?? 'legacy';
  const whole = keyed(member(node, 'ByExpression'), input, context);
  const { key } = whole;
  const relation = strategy === 'legacy' ? withFewParts(whole, node, context) : whole.relation;
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
  const parts = [...context.partition, key];
  const output = [
    ...table.columns.map((column) => ({ column, source: column, side: 'right' as const })),
    ...parts.map((column) => ({ column, source: column, side: 'left' as const })),
  ];
  const plan: LogicalPlan = {
    kind: 'join',
    join: 'inner',
    uniqueLeft: false,
    left: { kind: 'aggregate', input: input.plan, keys: parts.map(same), aggregates: [] },
    right: table.plan,
    on: [],
    output,
  };
  const rows = { plan, columns: table.columns, order: [], ingestionTime: null };
  const scalar = { kind: 'scalar', expression: columnReference(key) } as const;
  return [rows, stages, withVariables(context, [[key.name, scalar]])];
}

/** The rows, unless there are too many parts (of any part that encloses them): then the hunt fails. */
function withFewParts({ relation, key }: Keyed, node: Expression, context: PlanContext): Relation {
  const build = new Builder(context, spanOf(node));
  const outer = context.partition;
  const carried = passThrough(relation, { ...context, partition: [...outer, key] });
  const columns = carried.map(({ column }) => ({ column, source: column }));
  const shared: SharedPlan = {
    id: context.counter.next++,
    plan: relation.plan,
    columns: columns.map(({ column }) => column),
    materialized: false,
  };
  const rows: Relation = { ...relation, plan: { kind: 'shared', shared, columns } };
  const parts = firstOf(
    firstOf(rows, one, [...outer, key]),
    longLiteral(mostPartitions + 1),
    outer,
  );
  const count = build.column('count', 'long');
  const most = build.column('most', 'long');
  const counts = build.group(parts, outer, [{ column: count, name: 'count', arguments: [] }]);
  const { plan } = build.group(counts, [], [{ column: most, name: 'max', arguments: [count] }]);
  const found: PlanExpression = { kind: 'scalarSubquery', input: plan, column: most, type: 'long' };
  return build.filter(rows, build.call('few_partitions', [found], 'bool'));
}

function firstOf(input: Relation, count: PlanExpression, by: readonly PlanColumn[]): Relation {
  return { ...input, plan: { kind: 'limit', input: input.plan, count, by } };
}

function orderBy(column: PlanColumn) {
  return { expression: columnReference(column), descending: false, nullsFirst: true };
}

interface Keyed {
  readonly relation: Relation;
  readonly key: PlanColumn;
}

function keyed(node: Expression, input: Relation, context: PlanContext): Keyed {
  const expression = planScalar(node, context, rowOf(input));
  if (expression.kind === 'column') return { relation: input, key: expression.column };
  const key = newColumn(context, 'key', expression.type);
  const columns = [...passThrough(input, context), { column: key, expression }];
  return { relation: { ...input, plan: { kind: 'project', input: input.plan, columns } }, key };
}
