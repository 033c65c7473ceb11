import { type Expression, kindOf, member, optionalMember, textOf } from '../../kql/syntax.js';
import { passThrough } from '../assignments.js';
import { newColumn, type PlanContext, rowOf, unsupported, withVariables } from '../context.js';
import type { OperatorPlanner } from '../operator.js';
import { columnReference, type LogicalPlan, type PlanColumn, type Relation } from '../plan.js';
import { planScalar } from '../scalar.js';

/** Operators that treat the rows of each partition apart, by the parser's names of their nodes. */
const partitioned: ReadonlySet<string> = new Set([
  'CountOperator',
  'DistinctOperator',
  'ExtendOperator',
  'FilterOperator',
  'MakeSeriesOperator',
  'MvApplyOperator',
  'MvExpandOperator',
  'ParseOperator',
  'ParseWhereOperator',
  'ParseKvOperator',
  'ProjectAwayOperator',
  'ProjectKeepOperator',
  'ProjectOperator',
  'ProjectRenameOperator',
  'ProjectReorderOperator',
  'SampleDistinctOperator',
  'SampleOperator',
  'ScanOperator',
  'SerializeOperator',
  'SortOperator',
  'SummarizeOperator',
  'TakeOperator',
  'TopHittersOperator',
  'TopNestedOperator',
  'TopOperator',
]);

/** `T | partition by Key (subquery)`: the strategy hints change how Kusto runs it, not what it gives. */
export const partition: OperatorPlanner = (node, input, context) => {
  const operand = member(node, 'Operand');
  const { relation, key } = keyed(member(node, 'ByExpression'), input, context);
  const subquery = optionalMember(operand, 'Subquery');
  const [rows, stages, scope] = subquery
    ? [relation, stagesOf(subquery), context]
    : withSource(member(operand, 'Query'), relation, key, context);
  const inner = { ...scope, partition: [...context.partition, key] };
  const result = stages.reduce((table, stage) => {
    refuseOthers(stage, 'partition');
    return context.plan.table(stage, inner, table);
  }, rows);
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

/** The stages of a pipe, the first one first. */
export function stagesOf(query: Expression): Expression[] {
  const stages: Expression[] = [];
  let first = query;
  while (kindOf(first) === 'PipeExpression') {
    stages.unshift(member(first, 'Operator'));
    first = member(first, 'Expression');
  }
  return [first, ...stages];
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

/** A stage that mixes rows of several partitions would give a wrong answer. */
export function refuseOthers(stage: Expression, place: string): void {
  if (partitioned.has(kindOf(stage))) return;
  const word = /^[\w-]+/.exec(textOf(stage))?.[0] ?? kindOf(stage);
  throw unsupported(stage, `'${word}' inside ${place}`, 'it does not keep partitions apart');
}
