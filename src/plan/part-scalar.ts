import { type Expression, kindOf, member, spanOf } from '../kql/syntax.js';
import { Builder, one } from './builder.js';
import { leading } from './columns.js';
import {
  type PlanContext,
  type TableVariable,
  unsupported,
  type Variable,
  withVariables,
} from './context.js';
import {
  columnReference,
  type PlanColumn,
  type PlanExpression,
  type Relation,
  stringLiteral,
} from './plan.js';
import { converted } from './scan.js';
import { usePart } from './tables.js';
import { isWhole } from './whole.js';

/** `as Name | extend x = toscalar(Name | …)` inside `partition`: what the name of a part's rows is, if it is that. */
export function partOf(table: Expression, context: PlanContext): TableVariable | undefined {
  const variable = context.variables.get(pipeOf(table).source.SimpleName ?? '');
  return variable?.kind === 'table' && variable.parts ? variable : undefined;
}

/**
 * The scalar of the part at hand. Those of all parts are computed at once, as a bag by what tells the
 * parts apart, in which each row finds its own.
 */
export function partScalar(
  table: Expression,
  variable: TableVariable,
  context: PlanContext,
): PlanExpression {
  const here = variable.parts?.here;
  const { source, stages } = pipeOf(table);
  if (!here) {
    const because = 'it names the rows of a part within the one at hand';
    throw unsupported(source, `'${source.SimpleName}' in this place`, because);
  }
  const { relation, parts } = usePart(variable, context);
  const inner = { ...withPartsIn(context, here, parts), partition: parts };
  const result = variable.parts?.run(stages, relation, inner) ?? relation;
  const [column] = result.columns;
  if (!column) throw unsupported(table, 'a table without columns', 'a scalar needs one');
  const build = new Builder(context, spanOf(table));
  const first: Relation = {
    ...result,
    plan: {
      kind: 'limit',
      input:
        result.order.length > 0
          ? { kind: 'sort', input: result.plan, keys: result.order }
          : result.plan,
      count: one,
      by: parts,
    },
  };
  const entry = build.column('entry', 'dynamic');
  const bag = build.column('bag', 'dynamic');
  const pair = build.call('bag_pack', [keyOf(parts, build), column], 'dynamic');
  const entries = build.project(first, [{ column: entry, expression: pair }]);
  const all = build.group(entries, [], [{ column: bag, name: 'make_bag', arguments: [entry] }]);
  const values: PlanExpression = {
    kind: 'scalarSubquery',
    input: all.plan,
    column: bag,
    type: 'dynamic',
  };
  const key = keyOf(here, build);
  const own = converted(build.call('access', [values, key], 'dynamic'), column.type);
  const none = ofNoRows(stages, variable, context);
  if (!none) return own;
  const isThere = build.call('bag_has_key', [values, key], 'bool');
  return build.call('iff', [isThere, own, none], column.type);
}

/** What an aggregate makes of a part that has no rows. */
function ofNoRows(
  stages: readonly Expression[],
  { relation, parts }: TableVariable,
  context: PlanContext,
): PlanExpression | undefined {
  if (!stages.some(isWhole)) return undefined;
  const empty: Relation = {
    ...relation,
    plan: { kind: 'values', columns: relation.columns, rows: [] },
    order: [],
    ingestionTime: null,
  };
  const result = parts?.run(stages, empty, { ...withoutParts(context), partition: [] }) ?? empty;
  const [column] = result.columns;
  if (!column) return undefined;
  const input = result.plan;
  return { kind: 'scalarSubquery', input, column, type: column.type };
}

/** No part is at hand: each that is named has no rows. */
function withoutParts(context: PlanContext): PlanContext {
  const emptied = [...context.variables].flatMap(([name, variable]): [string, Variable][] =>
    variable.kind === 'table' && variable.parts?.here
      ? [[name, { ...variable, parts: { ...variable.parts, here: [] } }]]
      : [],
  );
  return withVariables(context, emptied);
}

/** The names of parts for rows that have other columns in the place of those at hand. */
function withPartsIn(
  context: PlanContext,
  before: readonly PlanColumn[],
  after: readonly PlanColumn[],
): PlanContext {
  const places = new Map(before.map((column, index) => [column, after[index]]));
  const renamed = [...context.variables].flatMap(([name, variable]): [string, Variable][] => {
    if (variable.kind !== 'table' || !variable.parts) return [];
    const here = variable.parts.here?.map((column) => places.get(column));
    const parts = {
      ...variable.parts,
      here: here?.every((each) => each !== undefined) ? here : undefined,
    };
    return [[name, { ...variable, parts }]];
  });
  return withVariables(context, renamed);
}

/** The source of a pipe, and its stages, the first one first. */
function pipeOf(table: Expression): {
  readonly source: Expression;
  readonly stages: readonly Expression[];
} {
  const stages: Expression[] = [];
  let source = table;
  for (;;) {
    const kind = kindOf(source);
    if (kind === 'PipeExpression') stages.unshift(member(source, 'Operator'));
    else if (kind !== 'ParenthesizedExpression') return { source, stages };
    source = member(source, 'Expression');
  }
}

/** A text that is another for each part: each value behind its length, since it may have spaces, too. */
function keyOf(parts: readonly PlanColumn[], build: Builder): PlanExpression {
  const texts = leading(parts).flatMap((column) => {
    const text = build.call('tostring', [columnReference(column)], 'string');
    const length = build.call('tostring', [build.call('strlen', [text], 'long')], 'string');
    return [stringLiteral(' '), length, stringLiteral(' '), text];
  });
  return texts.length > 0 ? build.call('strcat', texts, 'string') : stringLiteral('');
}
