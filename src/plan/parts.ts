import { type Expression, kindOf, member, spanOf, textOf } from '../kql/syntax.js';
import { passThrough } from './assignments.js';
import { Builder, one, same } from './builder.js';
import { readsOf } from './columns.js';
import { type Parts, type PlanContext, unsupported, withVariables } from './context.js';
import {
  columnReference,
  type LogicalPlan,
  nullLiteral,
  type PlanColumn,
  type PlanExpression,
  type PlanNode,
  type Relation,
  type SharedPlan,
} from './plan.js';
import { partVariable } from './tables.js';
import { hasVolatile } from './traversal.js';
import { isWhole } from './whole.js';

const no: PlanExpression = { kind: 'literal', type: 'bool', value: false };
const yes: PlanExpression = { kind: 'literal', type: 'bool', value: true };

/** Operators that treat the rows of each part by themselves, by the parser's names of their nodes. */
const apart: ReadonlySet<string> = new Set([
  'AsOperator',
  'CountOperator',
  'DistinctOperator',
  'ExtendOperator',
  'FilterOperator',
  'JoinOperator',
  'LookupOperator',
  'MakeSeriesOperator',
  'MvApplyOperator',
  'MvExpandOperator',
  'ParseOperator',
  'ParseWhereOperator',
  'ParseKvOperator',
  'PartitionOperator',
  'ProjectAwayOperator',
  'ProjectKeepOperator',
  'ProjectOperator',
  'ProjectRenameOperator',
  'ProjectReorderOperator',
  'SampleDistinctOperator',
  'SampleOperator',
  'ScanOperator',
  'SearchOperator',
  'SerializeOperator',
  'SortOperator',
  'SummarizeOperator',
  'TakeOperator',
  'TopHittersOperator',
  'TopNestedOperator',
  'TopOperator',
]);

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

/** Operators after which a part still has rows if it had some. */
const losesNone: ReadonlySet<string> = new Set([
  'AsOperator',
  'CountOperator',
  'DistinctOperator',
  'ExtendOperator',
  'ParseOperator',
  'ParseKvOperator',
  'ProjectAwayOperator',
  'ProjectKeepOperator',
  'ProjectOperator',
  'ProjectRenameOperator',
  'ProjectReorderOperator',
  'SerializeOperator',
  'SortOperator',
  'SummarizeOperator',
]);

/**
 * The stages of a sub-query on the rows of each part, which are those that agree in `context.partition`.
 * `place` is what the query calls the sub-query's operator.
 */
export function inParts(
  stages: readonly Expression[],
  rows: Relation,
  place: string,
  context: PlanContext,
): Relation {
  let table = rows;
  let scope = context;
  let gone: PlanColumn | undefined;
  let every: Relation | undefined;
  for (const [index, stage] of stages.entries()) {
    refuseOthers(stage, place);
    const isFilter = kindOf(stage) === 'FilterOperator';
    const isBeforeWhole = context.partition.length > 0 && stages.slice(index + 1).some(isWhole);
    if (isBeforeWhole && !isFilter && !every && !losesNone.has(kindOf(stage))) {
      [table, every] = withParts(stage, table, gone, scope);
    }
    if (isWhole(stage) && every) {
      [table, gone] = completed(stage, table, gone, every, scope);
      every = undefined;
    }
    const inner = apartFromDropped(scope, gone);
    const result = context.plan.table(stage, inner, table);
    if (isBeforeWhole && isFilter && result.plan.kind === 'filter') {
      [table, gone] = marked(stage, { ...result, plan: result.plan }, gone, scope);
    } else if (isWhole(stage) && gone) {
      table = ofEveryPart(stage, result, gone, scope);
      gone = undefined;
    } else table = result;
    if (kindOf(stage) === 'AsOperator') {
      const name = member(stage, 'Name').SimpleName ?? '';
      const run: Parts['run'] = (later, again, inner) => inParts(later, again, place, inner);
      const named = partVariable(kept(stage, table, gone, scope), scope, run);
      scope = withVariables(scope, [[name, named]]);
    }
  }
  return table;
}

function apartFromDropped(context: PlanContext, gone: PlanColumn | undefined): PlanContext {
  return gone ? { ...context, partition: [...context.partition, gone] } : context;
}

/** The rows, and one for each part that they have now. */
function withParts(
  stage: Expression,
  table: Relation,
  gone: PlanColumn | undefined,
  context: PlanContext,
): [Relation, Relation] {
  const build = new Builder(context, spanOf(stage));
  const carried = passThrough(table, apartFromDropped(context, gone));
  const columns = carried.map(({ column }) => ({ column, source: column }));
  const shared: SharedPlan = {
    id: context.counter.next++,
    plan: table.plan,
    columns: columns.map(({ column }) => column),
    // Values of chance that tell the parts apart are the same in both.
    materialized: hasVolatile(table.plan),
  };
  const rows: Relation = { ...table, plan: { kind: 'shared', shared, columns } };
  return [rows, build.group(rows, context.partition)];
}

/** The rows, and for each part one that counts as dropped by a filter. */
function completed(
  stage: Expression,
  table: Relation,
  before: PlanColumn | undefined,
  parts: Relation,
  context: PlanContext,
): [Relation, PlanColumn] {
  const build = new Builder(context, spanOf(stage));
  const gone = build.column('gone', 'bool');
  const columns = passThrough(table, context).map(({ column }) => column);
  const plan: LogicalPlan = {
    kind: 'union',
    columns: [...columns, gone],
    inputs: [
      {
        plan: table.plan,
        columns: [...columns.map(columnReference), before ? columnReference(before) : no],
      },
      {
        plan: parts.plan,
        columns: [
          ...columns.map((column) =>
            parts.columns.includes(column) ? columnReference(column) : nullLiteral(column.type),
          ),
          yes,
        ],
      },
    ],
  };
  return [{ ...table, plan }, gone];
}

/** The rows that no filter has dropped. */
function kept(
  stage: Expression,
  table: Relation,
  gone: PlanColumn | undefined,
  context: PlanContext,
): Relation {
  if (!gone) return table;
  const build = new Builder(context, spanOf(stage));
  return build.filter(table, build.call('not', [gone], 'bool'));
}

/** A stage that mixes rows of several parts would give a wrong answer. */
function refuseOthers(stage: Expression, place: string): void {
  if (apart.has(kindOf(stage))) return;
  const word = /^[\w-]+/.exec(textOf(stage))?.[0] ?? kindOf(stage);
  throw unsupported(stage, `'${word}' inside ${place}`, 'it does not keep partitions apart');
}

type Filtered = Relation & { readonly plan: PlanNode<'filter'> };

/** Rows that a filter drops stay behind as a part of their own: no part is lost before its aggregate. */
function marked(
  stage: Expression,
  filtered: Filtered,
  before: PlanColumn | undefined,
  context: PlanContext,
): [Relation, PlanColumn] {
  const build = new Builder(context, spanOf(stage));
  const gone = build.column('gone', 'bool');
  const expression = build.call('iff', [filtered.plan.condition, before ?? no, yes], 'bool');
  const columns = [...passThrough(filtered, context), { column: gone, expression }];
  return [{ ...filtered, plan: { kind: 'project', input: filtered.plan.input, columns } }, gone];
}

/**
 * Of each part the aggregate of the rows that are left, or else that of none. What is computed from
 * aggregates comes afterwards, since it may read what tells the parts apart.
 */
function ofEveryPart(
  stage: Expression,
  result: Relation,
  gone: PlanColumn,
  context: PlanContext,
): Relation {
  const build = new Builder(context, spanOf(stage));
  const values = result.plan.kind === 'project' ? result.plan : undefined;
  const aggregate = values?.input ?? result.plan;
  if (aggregate.kind !== 'aggregate') throw new Error('a summarize is an aggregate');
  const read = readsOf(aggregate.aggregates.flatMap((each) => each.arguments));
  const positions = aggregate.aggregates.flatMap(({ position }) => position ?? []);
  const empty: LogicalPlan = {
    kind: 'values',
    columns: [...new Set([...read, ...positions])],
    rows: [],
  };
  const some = renamed(aggregate, build);
  const none = renamed({ ...aggregate, input: empty, keys: [] }, build);
  const hidden = [...context.partition, gone];
  const left = { ...result, plan: some, columns: [...hidden, ...resultsOf(some)] };
  const right = { ...result, plan: none, columns: resultsOf(none) };
  const both =
    right.columns.length > 0 ? build.join('inner', left, right, [], right.columns) : left;
  const chosen = aggregate.aggregates.map(({ column }, index) => ({
    column,
    expression: build.call(
      'iff',
      [gone, right.columns[index] ?? column, resultsOf(some)[index] ?? column],
      column.type,
    ),
  }));
  const input = build.project(both, [...hidden.map(same), ...chosen]).plan;
  const key = { expression: columnReference(gone), descending: false, nullsFirst: true };
  const first: LogicalPlan = {
    kind: 'limit',
    input: { kind: 'sort', input, keys: [key] },
    count: one,
    by: context.partition,
  };
  return { ...result, plan: values ? { ...values, input: first } : first };
}

/** The node with other columns for its aggregates. */
function renamed(node: PlanNode<'aggregate'>, build: Builder): PlanNode<'aggregate'> {
  const joints = new Map<PlanColumn, PlanColumn>();
  const jointOf = (column: PlanColumn) => {
    const joint = joints.get(column) ?? build.column(column.name, column.type);
    joints.set(column, joint);
    return joint;
  };
  const aggregates = node.aggregates.map((each) => ({
    ...each,
    column: build.column(each.column.name, each.column.type),
    ...(each.joint && { joint: jointOf(each.joint) }),
  }));
  return { ...node, aggregates };
}

function resultsOf(node: PlanNode<'aggregate'>): PlanColumn[] {
  return node.aggregates.map(({ column }) => column);
}
