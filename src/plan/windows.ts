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
import {
  columnReference,
  type LogicalPlan,
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

/** Functions that are computed over the same rows at once: none reads another's result. */
interface Layer {
  readonly partitionBy: readonly PlanColumn[];
  readonly functions: WindowFunction[];
}

/** A row in which window functions may be called; each call becomes a column of the input. */
export function windowRow(input: Relation, context: PlanContext): WindowRow {
  let stack: WindowStack | undefined;
  const intercept = (node: Expression, name: string, row: Row): PlanExpression | undefined => {
    const form = Object.hasOwn(windowForms, name) ? windowForms[name] : undefined;
    if (!form) return undefined;
    stack ??= windowStack(serialized(node, name, input, context), context);
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

/** Window functions in the making over one serialized table. */
export interface WindowStack {
  /** One function of the registry over the rows of each partition; its result. */
  readonly apply: (
    call: WindowCall,
    name: string,
    parts: readonly PlanExpression[],
    options?: {
      readonly type?: PlanColumn['type'];
      readonly partition?: PlanColumn | undefined;
    },
  ) => PlanExpression;
  readonly relation: () => Relation;
}

function windowStack(frozen: Relation, context: PlanContext): WindowStack {
  const layers: Layer[] = [];
  const depths = new Map<PlanColumn, number>();
  const place = (parts: readonly PlanExpression[], partitionBy: readonly PlanColumn[]): Layer => {
    const read = [...parts.flatMap(columnsIn), ...partitionBy];
    const lowest = Math.max(0, ...read.map((column) => (depths.get(column) ?? -1) + 1));
    const found = layers.find(
      (layer, depth) => depth >= lowest && samePartition(layer.partitionBy, partitionBy),
    );
    if (found) return found;
    const layer: Layer = { partitionBy, functions: [] };
    layers.push(layer);
    return layer;
  };
  return {
    apply: (call, name, parts, options = {}) => {
      const column = newColumn(context, call.name, options.type ?? call.type);
      const partitionBy = options.partition
        ? [...context.partition, options.partition]
        : context.partition;
      const layer = place(parts, partitionBy);
      layer.functions.push({ column, name, arguments: parts, span: spanOf(call.node) });
      depths.set(column, layers.indexOf(layer));
      return columnReference(column);
    },
    relation: () => ({
      ...frozen,
      plan: layers.reduce<LogicalPlan>(
        (plan, { partitionBy, functions }) => ({
          kind: 'window',
          input: plan,
          partitionBy,
          orderBy: frozen.order,
          functions,
        }),
        frozen.plan,
      ),
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

/** The input with an order that stays the same; rows that have none may not be looked at one by one. */
export function serialized(
  node: SyntaxNode,
  name: string,
  input: Relation,
  context: PlanContext,
): Relation {
  if (input.order.length > 0) return frozenOrder(input, context).relation;
  if (context.partition.length > 0) {
    throw unsupported(node, `${name}()`, 'its rows have no order here; sort them first');
  }
  if (!isNatural(input.plan)) {
    throw new HuntError(
      'kql.semantic',
      {
        message: `Function '${name}' cannot be invoked in current context. Details: the row set must be serialized`,
      },
      { span: spanOf(node) },
    );
  }
  return frozenOrder(input, context).relation;
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
export function numbered(
  input: Relation,
  context: PlanContext,
): { readonly relation: Relation; readonly position: PlanColumn } {
  return frozenOrder(input, context);
}

function frozenOrder(
  input: Relation,
  context: PlanContext,
): { readonly relation: Relation; readonly position: PlanColumn } {
  const [first] = input.order;
  if (first?.unique && first.expression.kind === 'column') {
    return { relation: input, position: first.expression.column };
  }
  const position = newColumn(context, 'position', 'long');
  const order: SortKey = {
    expression: columnReference(position),
    descending: false,
    nullsFirst: false,
    unique: true,
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
