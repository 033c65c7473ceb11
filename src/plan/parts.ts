import { type Expression, kindOf, member, optionalMember, spanOf, textOf } from '../kql/syntax.js';
import { passThrough } from './assignments.js';
import { Builder, one, same } from './builder.js';
import { type Parts, type PlanContext, unsupported, withVariables } from './context.js';
import {
  columnReference,
  type PlanColumn,
  type PlanExpression,
  type PlanNode,
  type Relation,
} from './plan.js';
import { partVariable } from './tables.js';

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
  const whole = stages.findIndex(isWhole);
  let table = rows;
  let scope = context;
  let gone: PlanColumn | undefined;
  for (const [index, stage] of stages.entries()) {
    refuseOthers(stage, place);
    const inner = gone ? { ...scope, partition: [...scope.partition, gone] } : scope;
    const result = context.plan.table(stage, inner, table);
    if (index < whole && result.plan.kind === 'filter') {
      [table, gone] = marked(stage, { ...result, plan: result.plan }, gone, scope);
    } else if (index === whole && gone) {
      table = ofEveryPart(stage, table, result, gone, scope);
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

/** Gives one row for any rows, even for none. */
function isWhole(stage: Expression): boolean {
  if (kindOf(stage) === 'CountOperator') return true;
  return kindOf(stage) === 'SummarizeOperator' && !optionalMember(stage, 'ByClause');
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

/** Of each part the aggregate of the rows that are left, or else that of none. */
function ofEveryPart(
  stage: Expression,
  table: Relation,
  result: Relation,
  gone: PlanColumn,
  context: PlanContext,
): Relation {
  const build = new Builder(context, spanOf(stage));
  const seen = passThrough(table, context).map(({ column }) => column);
  const empty: Relation = { ...table, plan: { kind: 'values', columns: seen, rows: [] } };
  const nothing = context.plan.table(stage, { ...context, partition: [] }, empty);
  const hidden = [...context.partition, gone];
  const all = { ...result, columns: [...hidden, ...result.columns] };
  const both = build.join('inner', all, nothing, [], nothing.columns);
  const values = result.columns.map((column, index) => ({
    column: build.column(column.name, column.type),
    expression: build.call('iff', [gone, nothing.columns[index] ?? column, column], column.type),
  }));
  const { plan } = build.project(both, [...hidden.map(same), ...values]);
  const key = { expression: columnReference(gone), descending: false, nullsFirst: true };
  return {
    plan: {
      kind: 'limit',
      input: { kind: 'sort', input: plan, keys: [key] },
      count: one,
      by: context.partition,
    },
    columns: values.map(({ column }) => column),
    order: [],
    ingestionTime: null,
  };
}
