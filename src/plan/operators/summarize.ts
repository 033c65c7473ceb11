import type { ScalarType } from '../../catalog/types.js';
import { functionKind } from '../../kql/builtins.js';
import {
  columnsOf,
  type Expression,
  elements,
  kindOf,
  member,
  optionalMember,
  type SyntaxNode,
  scalarTypeOf,
  spanOf,
  type TypeSymbol,
  textOf,
} from '../../kql/syntax.js';
import { newColumn, type PlanContext, type Row, rowOf } from '../context.js';
import type { OperatorPlanner } from '../operator.js';
import {
  columnReference,
  type PlanAggregate,
  type PlanAssignment,
  type PlanColumn,
  type PlanExpression,
  type Relation,
} from '../plan.js';
import { planScalar } from '../scalar.js';
import { numbered } from '../windows.js';

/** `T | summarize Name = aggregate(…), … by Key, …` */
export const summarize: OperatorPlanner = (node, input, context) => {
  const byClause = optionalMember<SyntaxNode>(node, 'ByClause');
  return aggregated(
    input,
    elements(byClause, 'Expressions'),
    elements(node, 'Aggregates'),
    columnsOf(node.ResultType).map(({ name }) => name),
    context,
  );
};

/** Groups the input; `names` are the result's: the keys', then the aggregates'. */
export function aggregated(
  input: Relation,
  keyNodes: readonly Expression[],
  aggregateNodes: readonly Expression[],
  names: readonly string[],
  context: PlanContext,
): Relation {
  const keys = keyNodes.map((key, index): PlanAssignment => {
    const expression = planScalar(key, context, rowOf(input));
    const name = names[index] ?? '';
    if (expression.kind === 'column' && expression.column.name === name) {
      return { column: expression.column, expression };
    }
    return { column: newColumn(context, name, expression.type), expression };
  });
  return aggregatedBy(input, keys, aggregateNodes, names.slice(keys.length), context);
}

/** What `take_any(*)` gives of rows that are grouped by all of their columns. */
const nothing: PlanExpression = { kind: 'literal', type: 'dynamic', value: null };

/** Groups the input by keys that are planned already; `names` are the aggregates'. */
export function aggregatedBy(
  input: Relation,
  keys: readonly PlanAssignment[],
  aggregateNodes: readonly Expression[],
  names: readonly string[],
  context: PlanContext,
): Relation {
  const { relation, position } = withPosition(input, aggregateNodes, context);
  const row = rowOf(relation);
  const grouped = new Set(
    keys.flatMap((key) => (key.expression.kind === 'column' ? [key.expression.column] : [])),
  );
  const aggregates: PlanAggregate[] = [];
  const collect = (call: Expression, name: string): PlanExpression | undefined => {
    if (functionKind(call.ReferencedSymbol) !== 'aggregate') return undefined;
    const found = planAggregate(call, name, row, grouped, position, context);
    aggregates.push(...found);
    const [first] = found;
    return first ? columnReference(first.column) : nothing;
  };
  const results = aggregateNodes.flatMap((aggregate) => {
    const before = aggregates.length;
    const value = kindOf(aggregate).endsWith('NamedExpression')
      ? member(aggregate, 'Expression')
      : aggregate;
    const expression = planScalar(value, context, { ...row, intercept: collect });
    if (expression === nothing) return [];
    const isWhole =
      expression.kind === 'column' && aggregates[before]?.column === expression.column;
    return isWhole
      ? aggregates.slice(before).map(({ column }) => columnReference(column))
      : [expression];
  });
  const outputs = results.map((expression, index): PlanAssignment => {
    const name = names[index] ?? '';
    return { column: newColumn(context, name, expression.type), expression };
  });
  const partition = context.partition.map((column) => ({
    column,
    expression: columnReference(column),
  }));
  const allKeys = [...partition, ...keys.filter((key) => !context.partition.includes(key.column))];
  const kept = allKeys.map(({ column }) => ({ column, expression: columnReference(column) }));
  return {
    plan: {
      kind: 'project',
      input: { kind: 'aggregate', input: relation.plan, keys: allKeys, aggregates },
      columns: [...kept, ...outputs],
    },
    columns: [...keys, ...outputs].map(({ column }) => column),
    order: [],
    ingestionTime: null,
  };
}

/** Aggregates whose result depends on the order of their rows, where the rows have one. */
const orderedAggregates = /\b(make_?list\w*|make_bag\w*|make_dictionary|make_?set\w*)\s*\(/;

function withPosition(
  input: Relation,
  nodes: readonly Expression[],
  context: PlanContext,
): { relation: Relation; position: PlanColumn | null } {
  const wanted =
    input.order.length > 0 && nodes.some((node) => orderedAggregates.test(textOf(node)));
  return wanted ? numbered(input, context) : { relation: input, position: null };
}

/** One aggregate call; `arg_max(x, *)` and the like give a column for each of their results. */
function planAggregate(
  call: Expression,
  name: string,
  row: Row,
  grouped: ReadonlySet<PlanColumn>,
  position: PlanColumn | null,
  context: PlanContext,
): PlanAggregate[] {
  const nodes = elements(member<SyntaxNode>(call, 'ArgumentList'), 'Expressions');
  const type = call.ResultType as TypeSymbol | null;
  const tuple = type?.Columns ? columnsOf(type) : [];
  const span = spanOf(call);
  const given = nodes.map((node) =>
    kindOf(node) === 'StarExpression' ? ('*' as const) : planScalar(node, context, row),
  );
  const plain = given.filter((argument) => argument !== '*');
  const single = (
    expression: readonly PlanExpression[],
    resultType = scalarTypeOf(type),
  ): PlanAggregate => ({
    column: newColumn(context, name, resultType),
    name,
    arguments: expression,
    position,
    span,
  });
  const jointly = (values: readonly PlanExpression[][], types: readonly ScalarType[]) => {
    const joint = newColumn(context, name, 'dynamic');
    return values.map((parts, index) => ({
      ...single(parts, types[index] ?? scalarTypeOf(type)),
      ...(values.length > 1 && { joint }),
    }));
  };
  const all = withStar(given, row.columns, grouped);
  const [first, ...values] = all;
  if (/^arg_?(max|min)$/.test(name) && first) {
    const own = name.endsWith('max') ? 'max' : 'min';
    return [
      { ...single([first], first.type), name: own },
      ...jointly(
        values.map((value) => [first, value]),
        values.map((value) => value.type),
      ),
    ];
  }
  if (/^(take_any|any)$/.test(name)) {
    return jointly(
      all.map((value) => [value]),
      all.map((value) => value.type),
    );
  }
  const weights = { percentiles: 0, percentilesw: 1 }[name];
  if (weights !== undefined) {
    const measured = plain.slice(0, 1 + weights);
    const percents = plain.slice(1 + weights);
    return jointly(
      percents.map((percent) => [...measured, percent]),
      percents.map((_, index) => tuple[index]?.type ?? scalarTypeOf(type)),
    );
  }
  return [single(plain)];
}

/** The arguments with `*` spelt out; where there is one, no column comes twice and no key comes again. */
function withStar(
  given: readonly (PlanExpression | '*')[],
  columns: readonly PlanColumn[],
  grouped: ReadonlySet<PlanColumn>,
): PlanExpression[] {
  if (!given.includes('*')) return given.filter((argument) => argument !== '*');
  const seen = new Set(grouped);
  return given.flatMap((argument, index) => {
    const spelt = argument === '*' ? columns.map(columnReference) : [argument];
    return spelt.filter((value) => {
      if (value.kind !== 'column') return true;
      const isNew = !seen.has(value.column);
      seen.add(value.column);
      return isNew || (index === 0 && argument !== '*');
    });
  });
}
