import type { ScalarType } from '../../catalog/types.js';
import { HuntError } from '../../errors.js';
import {
  columnsOf,
  type Expression,
  elements,
  kindOf,
  member,
  optionalMember,
  type SyntaxNode,
  spanOf,
} from '../../kql/syntax.js';
import { newColumn, noRow, type PlanContext, rowOf } from '../context.js';
import { knownValue } from '../known-value.js';
import type { OperatorPlanner } from '../operator.js';
import { parameterText } from '../parameters.js';
import {
  columnReference,
  longLiteral,
  nullLiteral,
  type PlanAggregate,
  type PlanAssignment,
  type PlanColumn,
  type PlanExpression,
  type Relation,
} from '../plan.js';
import { planScalar } from '../scalar.js';
import { converted } from '../scan.js';
import { aggregatedBy } from './summarize.js';

/**
 * `T | make-series N = aggregate default=D on Axis from A to B step S by Key`: the rows of each key and
 * step are aggregated, then the steps of each key become arrays. Two aggregations, no node of its own.
 */
export const makeSeries: OperatorPlanner = (node, input, context) => {
  const result = columnsOf(node.ResultType).map(({ name }) => name);
  const axis = axisOf(node, input, context);
  const keyNodes = elements(optionalMember<SyntaxNode>(node, 'ByClause'), 'Expressions');
  const keys = keyNodes.map((key, index): PlanAssignment => {
    const expression = planScalar(key, context, rowOf(input));
    const name = result[index] ?? '';
    const isSame = expression.kind === 'column' && expression.column.name === name;
    return {
      column: isSame ? expression.column : newColumn(context, name, expression.type),
      expression,
    };
  });
  const slot = newColumn(context, 'slot', 'long');
  const series = elements<SyntaxNode>(node, 'Aggregates');
  const points = aggregatedBy(
    within(input, axis),
    [...keys, { column: slot, expression: axis.slot }],
    series.map((each) => member(each, 'Expression')),
    result.slice(keys.length, -1),
    context,
  );
  const isNonEmpty = parameterText(node, 'kind') === 'nonempty';
  return arrays(
    { points, slot, keys: keys.map(({ column }) => column), isNonEmpty },
    axis,
    { names: result.slice(keys.length), series },
    context,
  );
};

/** The steps along the axis; `from`, `to` and `inRange` say where they begin and end. */
interface Axis {
  readonly value: PlanExpression;
  readonly slot: PlanExpression;
  readonly step: PlanExpression;
  /** Where slots are counted from. */
  readonly origin: PlanExpression;
  readonly conditions: readonly PlanExpression[];
  /** The first slot, and the one behind the last, where they do not depend on the data. */
  readonly first: PlanExpression | undefined;
  readonly end: PlanExpression | undefined;
  readonly span: PlanAggregate['span'];
}

function axisOf(node: Expression, input: Relation, context: PlanContext): Axis {
  const on = member(member<SyntaxNode>(node, 'OnClause'), 'Expression');
  const valueNode = kindOf(on) === 'SimpleNamedExpression' ? member(on, 'Expression') : on;
  const span = spanOf(valueNode);
  const range = member<SyntaxNode>(node, 'RangeClause');
  const isInRange = kindOf(range) === 'MakeSeriesInRangeClause';
  const constant = (each: Expression | undefined) => each && planScalar(each, context, noRow);
  const clause = (name: string) => {
    const found = optionalMember<SyntaxNode>(range, name);
    return found && member(found, 'Expression');
  };
  const [startNode, stopNode, stepNode] = isInRange
    ? elements(member<SyntaxNode>(range, 'Arguments'), 'Expressions')
    : [
        clause('MakeSeriesFromClause'),
        clause('MakeSeriesToClause'),
        clause('MakeSeriesStepClause'),
      ];
  const value = planScalar(valueNode, context, rowOf(input));
  const [start, stop, given] = [constant(startNode), constant(stopNode), constant(stepNode)];
  if (!given || !stepNode) throw new Error('make-series without a step');
  const type = axisType([value, start, stop, given]);
  const size = converted(given, type === 'datetime' ? 'timespan' : type);
  const step = knownValue(size, context.evaluate);
  refuseStep(step, stepNode);
  const place = (each: PlanExpression) => converted(each, type);
  const call = (name: string, parts: readonly PlanExpression[], of: ScalarType) =>
    ({ kind: 'call', name, arguments: parts, type: of, span }) as const;
  const origin = start && !isInRange ? place(start) : binOrigin(type);
  const slotOf = (each: PlanExpression) => call('series_slot', [place(each), step, origin], 'long');
  const axis = { value, slot: slotOf(value), step, origin, span };
  if (isInRange && start && stop) {
    return {
      ...axis,
      conditions: [],
      first: slotOf(start),
      end: call('+', [slotOf(stop), longLiteral(1)], 'long'),
    };
  }
  return {
    ...axis,
    conditions: [
      ...(start ? [call('>=', [value, start], 'bool')] : []),
      ...(stop ? [call('<', [value, stop], 'bool')] : []),
    ],
    first: start && longLiteral(0),
    end: stop && call('series_slot_from', [place(stop), step, origin], 'long'),
  };
}

function axisType(parts: readonly (PlanExpression | undefined)[]): ScalarType {
  const types = parts.flatMap((part) => part?.type ?? []);
  for (const type of ['datetime', 'timespan', 'real', 'decimal'] as const) {
    if (types.includes(type)) return type === 'decimal' ? 'real' : type;
  }
  return 'long';
}

/** Where `bin()` counts from: instants from year 1. */
function binOrigin(type: ScalarType): PlanExpression {
  if (type === 'datetime') return { kind: 'literal', type, value: -621_355_968_000_000_000n };
  return type === 'real'
    ? { kind: 'literal', type, value: 0 }
    : { kind: 'literal', type, value: 0n };
}

function refuseStep(step: PlanExpression, node: SyntaxNode): void {
  if (step.kind !== 'literal' || Number(step.value) > 0) return;
  const message = "'make-series' operator: the step must be greater than zero";
  throw new HuntError('kql.semantic', { message }, { span: spanOf(node) });
}

/** The rows that lie on the axis. */
function within(input: Relation, { conditions, value, span }: Axis): Relation {
  const isKnown: PlanExpression = {
    kind: 'call',
    name: 'isnotnull',
    arguments: [value],
    type: 'bool',
    span,
  };
  const parts = conditions.length > 0 ? conditions : [isKnown];
  const condition: PlanExpression = {
    kind: 'call',
    name: 'and',
    arguments: parts,
    type: 'bool',
    span,
  };
  return { ...input, order: [], plan: { kind: 'filter', input: input.plan, condition } };
}

interface Points {
  readonly points: Relation;
  readonly slot: PlanColumn;
  readonly keys: readonly PlanColumn[];
  /** No rows make one row of defaults. */
  readonly isNonEmpty: boolean;
}

interface Outputs {
  /** The series' names, then the axis's. */
  readonly names: readonly string[];
  readonly series: readonly SyntaxNode[];
}

/** One row for each key, with an array for each series and the axis. */
function arrays(
  { points, slot, keys, isNonEmpty }: Points,
  axis: Axis,
  { names, series }: Outputs,
  context: PlanContext,
): Relation {
  const { span } = axis;
  const aggregate = (
    name: string,
    type: ScalarType,
    ...parts: PlanExpression[]
  ): PlanAggregate => ({
    column: newColumn(context, name, type),
    name,
    arguments: parts,
    position: null,
    span,
  });
  const at = columnReference(slot);
  const values = points.columns.slice(keys.length + 1);
  const collected = values.map((value) =>
    aggregate('series_points', 'dynamic', at, columnReference(value)),
  );
  const low = aggregate('min', 'long', at);
  const high = aggregate('max', 'long', at);
  const steps = aggregate('count', 'long');
  const grouped = [...context.partition, ...keys];
  const kept = grouped.map((column) => ({ column, expression: columnReference(column) }));
  const all: Relation = {
    ...points,
    plan: {
      kind: 'aggregate',
      input: points.plan,
      keys: kept,
      aggregates: [...collected, low, high, steps],
    },
  };
  const call = (name: string, parts: readonly PlanExpression[], type: ScalarType) =>
    ({ kind: 'call', name, arguments: parts, type, span }) as const;
  const first = axis.first ?? columnReference(low.column);
  const end = axis.end ?? call('+', [columnReference(high.column), longLiteral(1)], 'long');
  const arrayOf = (value: PlanColumn, index: number): PlanAssignment => ({
    column: newColumn(context, names[index] ?? value.name, 'dynamic'),
    expression: call(
      'series_values',
      [
        columnReference(collected[index]?.column ?? value),
        first,
        end,
        defaultOf(series[index], value.type, context),
      ],
      'dynamic',
    ),
  });
  const axisColumn = newColumn(context, names.at(-1) ?? 'axis', 'dynamic');
  const outputs = [
    ...values.map(arrayOf),
    {
      column: axisColumn,
      expression: call('series_axis', [first, end, axis.step, axis.origin], 'dynamic'),
    },
  ];
  const isSome = call('>', [columnReference(steps.column), longLiteral(0)], 'bool');
  const rows: Relation['plan'] =
    grouped.length > 0 || isNonEmpty
      ? all.plan
      : { kind: 'filter', input: all.plan, condition: isSome };
  return {
    plan: { kind: 'project', input: rows, columns: [...kept, ...outputs] },
    columns: [...keys, ...outputs.map(({ column }) => column)],
    order: [],
    ingestionTime: null,
  };
}

const numeric: ReadonlySet<ScalarType> = new Set(['int', 'long', 'real', 'decimal', 'timespan']);

/** What stands for a step without rows: 0 unless the query says otherwise. */
function defaultOf(
  series: SyntaxNode | undefined,
  type: ScalarType,
  context: PlanContext,
): PlanExpression {
  const clause = series && optionalMember<SyntaxNode>(series, 'DefaultExpression');
  if (clause) return converted(planScalar(member(clause, 'Expression'), context, noRow), type);
  return numeric.has(type) ? converted(longLiteral(0), type) : nullLiteral(type);
}
