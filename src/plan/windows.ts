import { HuntError } from '../errors.js';
import {
  type Expression,
  elements,
  member,
  type SyntaxNode,
  scalarTypeOf,
  spanOf,
} from '../kql/syntax.js';
import { newColumn, type PlanContext, type Row, rowOf, unsupported } from './context.js';
import { knownValue } from './known-value.js';
import {
  columnReference,
  type LogicalPlan,
  nullLiteral,
  type PlanColumn,
  type PlanExpression,
  type Relation,
  type SortKey,
  type WindowFunction,
} from './plan.js';
import { planScalar } from './scalar.js';
import { type WindowCall, windowForms } from './window-forms.js';

export interface WindowRow {
  readonly row: Row;
  /** The input with the window functions that were met, computed. */
  readonly relation: () => Relation;
}

/** What is computed over the same rows at once: none of it reads another's result. */
interface Layer {
  readonly partitionBy: readonly PlanColumn[];
  /** Window functions that may still be joined by others, or undefined for a fold. */
  readonly functions?: WindowFunction[];
  readonly over: (plan: LogicalPlan) => LogicalPlan;
}

/** A row in which window functions may be called; each call becomes a column of the input. */
export function windowRow(input: Relation, context: PlanContext): WindowRow {
  let stack: WindowStack | undefined;
  const intercept = (node: Expression, name: string, row: Row): PlanExpression | undefined => {
    const form = Object.hasOwn(windowForms, name) ? windowForms[name] : undefined;
    if (!form) return undefined;
    stack ??= windowStack(serialized(node, `Function '${name}'`, input, context), context);
    const parts = elements(member<SyntaxNode>(node, 'ArgumentList'), 'Expressions');
    const call: WindowCall = {
      node,
      name,
      type: scalarTypeOf(node.ResultType),
      arguments: parts.map((part) => planScalar(part, context, row)),
    };
    return form(call, stack);
  };
  return { row: { ...rowOf(input), intercept }, relation: () => stack?.relation() ?? input };
}

export interface WindowOptions {
  readonly type?: PlanColumn['type'];
  /** Rows with equal values of it are looked at apart from the others. */
  readonly partition?: PlanColumn | undefined;
}

/** Window functions in the making over one serialized table. */
export interface WindowStack {
  /** One function of the registry over the rows of each partition; its result. */
  readonly apply: (
    call: WindowCall,
    name: string,
    parts: readonly PlanExpression[],
    options?: WindowOptions,
  ) => PlanExpression;
  /** A value that each row computes from its own and from what the row before has left. */
  readonly fold: (
    call: WindowCall,
    next: (before: PlanExpression) => PlanExpression,
    options?: WindowOptions,
  ) => PlanExpression;
  /** The expression as a literal, unless it depends on the row. */
  readonly known: (expression: PlanExpression) => PlanExpression;
  readonly relation: () => Relation;
}

function windowStack(
  { relation: frozen, position }: SerializedRows,
  context: PlanContext,
): WindowStack {
  const layers: Layer[] = [];
  const depths = new Map<PlanColumn, number>();
  const partitionOf = ({ partition }: WindowOptions) =>
    partition ? [...context.partition, partition] : context.partition;
  const windowLayer = (
    partitionBy: readonly PlanColumn[],
  ): Layer & { functions: WindowFunction[] } => {
    const functions: WindowFunction[] = [];
    const over = (input: LogicalPlan): LogicalPlan => ({
      kind: 'window',
      input,
      partitionBy,
      orderBy: frozen.order,
      functions,
    });
    return { partitionBy, functions, over };
  };
  const layerFor = (parts: readonly PlanExpression[], partitionBy: readonly PlanColumn[]) => {
    const read = [...parts.flatMap(columnsIn), ...partitionBy];
    const lowest = Math.max(0, ...read.map((column) => (depths.get(column) ?? -1) + 1));
    const found = layers.find(
      (layer, depth) =>
        layer.functions && depth >= lowest && samePartition(layer.partitionBy, partitionBy),
    );
    if (found) return found;
    const layer = windowLayer(partitionBy);
    layers.push(layer);
    return layer;
  };
  return {
    apply: (call, name, parts, options = {}) => {
      const column = newColumn(context, call.name, options.type ?? call.type);
      const layer = layerFor(parts, partitionOf(options));
      layer.functions?.push({ column, name, arguments: parts, span: spanOf(call.node) });
      depths.set(column, layers.indexOf(layer));
      return columnReference(column);
    },
    fold: (call, next, options = {}) => {
      const type = options.type ?? call.type;
      const [before, column] = [
        newColumn(context, 'before', type),
        newColumn(context, call.name, type),
      ];
      const partitionBy = partitionOf(options);
      const expression = next(columnReference(before));
      const over = (input: LogicalPlan): LogicalPlan => ({
        kind: 'fold',
        input,
        partitionBy,
        orderBy: position,
        state: [{ column: before, initial: nullLiteral(type), next: column }],
        steps: [{ column, expression }],
        name: `${call.name}()`,
      });
      layers.push({ partitionBy, over });
      depths.set(column, layers.length - 1);
      return columnReference(column);
    },
    known: (expression) => knownValue(expression, context.evaluate),
    relation: () => ({
      ...frozen,
      plan: layers.reduce((plan, { over }) => over(plan), frozen.plan),
    }),
  };
}

function samePartition(first: readonly PlanColumn[], second: readonly PlanColumn[]): boolean {
  return first.length === second.length && first.every((column, index) => column === second[index]);
}

function columnsIn(expression: PlanExpression): PlanColumn[] {
  if (expression.kind === 'column') return [expression.column];
  return expression.kind === 'call' ? expression.arguments.flatMap(columnsIn) : [];
}

/** A table whose rows are numbered in their order, which is then the order. */
export interface SerializedRows {
  readonly relation: Relation;
  readonly position: PlanColumn;
}

/** The input with an order that stays the same; rows that have none may not be looked at one by one. */
export function serialized(
  node: SyntaxNode,
  name: string,
  input: Relation,
  context: PlanContext,
): SerializedRows {
  if (input.order.length > 0) return numbered(input, context);
  if (context.partition.length > 0 && !isNatural(input.plan)) {
    throw unsupported(node, name, 'its rows have no order here; sort them first');
  }
  if (!isNatural(input.plan)) {
    throw new HuntError(
      'kql.semantic',
      {
        message: `${name} cannot be invoked in current context. Details: the row set must be serialized`,
      },
      { span: spanOf(node) },
    );
  }
  return numbered(input, context);
}

/** Whether the rows come in an order by themselves: as the query lists them. */
function isNatural(plan: LogicalPlan): boolean {
  switch (plan.kind) {
    case 'values':
    case 'range':
      return true;
    case 'project':
    case 'filter':
    case 'limit':
    case 'unnest':
    case 'window':
      return isNatural(plan.input);
    case 'shared':
      return isNatural(plan.shared.plan);
    default:
      return false;
  }
}

/**
 * The input with its rows numbered in their order from 1. The number becomes the order: sorting by
 * keys again could put rows with equal keys in another order each time.
 */
export function numbered(input: Relation, context: PlanContext): SerializedRows {
  const known = positionOf(input);
  if (known) return { relation: input, position: known };
  const position = newColumn(context, 'position', 'long');
  const order: SortKey = {
    expression: columnReference(position),
    descending: false,
    nullsFirst: false,
  };
  const plan: LogicalPlan = {
    kind: 'window',
    input: input.plan,
    partitionBy: [],
    orderBy: input.order,
    functions: [
      { column: position, name: 'row_number', arguments: [], span: { start: 0, length: 0 } },
    ],
  };
  return { relation: { ...input, plan, order: [order] }, position };
}

/** The number that already is the rows' order, where the rows are still those that were numbered. */
function positionOf({ plan, order }: Relation): PlanColumn | undefined {
  const [key, second] = order;
  if (!key || second || key.descending || key.expression.kind !== 'column') return undefined;
  const { column } = key.expression;
  return numbersRows(plan, column) ? column : undefined;
}

function numbersRows(plan: LogicalPlan, column: PlanColumn): boolean {
  switch (plan.kind) {
    case 'window': {
      const made = plan.functions.find((each) => each.column === column);
      if (!made) return numbersRows(plan.input, column);
      return made.name === 'row_number' && plan.partitionBy.length === 0;
    }
    case 'project': {
      const source = plan.columns.find((each) => each.column === column)?.expression;
      return source?.kind === 'column' && numbersRows(plan.input, source.column);
    }
    case 'filter':
    case 'sort':
    case 'limit':
    case 'fold':
      return numbersRows(plan.input, column);
    // Of the rows that came of one row, which are looked at apart from others: `mv-apply`.
    case 'unnest':
      return plan.position === column;
    case 'shared': {
      const source = plan.columns.find((each) => each.column === column)?.source;
      return source !== undefined && numbersRows(plan.shared.plan, source);
    }
    default:
      return false;
  }
}
