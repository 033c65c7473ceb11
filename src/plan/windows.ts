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
  type PlanColumn,
  type PlanExpression,
  type Relation,
  type WindowFunction,
} from './plan.js';
import { planScalar } from './scalar.js';

/** KQL functions that look at neighbouring rows of a serialized table. */
const windowFunctions: ReadonlySet<string> = new Set([
  'row_number',
  'row_rank',
  'row_rank_dense',
  'row_rank_min',
  'row_cumsum',
  'row_window_session',
  'prev',
  'next',
]);

export interface WindowRow {
  readonly row: Row;
  /** The input with the window functions that were met, computed. */
  readonly relation: () => Relation;
}

/** A row in which window functions may be called; each call becomes a column of the input. */
export function windowRow(input: Relation, context: PlanContext): WindowRow {
  let relation = input;
  const intercept = (node: Expression, name: string, row: Row): PlanExpression | undefined => {
    if (!windowFunctions.has(name)) return undefined;
    if (input.order.length === 0 && context.partition.length > 0 && name !== 'row_number') {
      throw unsupported(node, `${name}()`, 'its rows have no order here; sort them first');
    }
    const parts = elements(member<SyntaxNode>(node, 'ArgumentList'), 'Expressions');
    const column = newColumn(context, name, scalarTypeOf(node.ResultType));
    const call: WindowFunction = {
      column,
      name,
      arguments: parts.map((part) => planScalar(part, context, row)),
      span: spanOf(node),
    };
    relation = withWindow(relation, [call], context);
    return columnReference(column);
  };
  return { row: { ...rowOf(input), intercept }, relation: () => relation };
}

function withWindow(
  input: Relation,
  functions: readonly WindowFunction[],
  context: PlanContext,
): Relation {
  return {
    ...input,
    plan: {
      kind: 'window',
      input: input.plan,
      partitionBy: context.partition,
      orderBy: input.order,
      functions,
    },
  };
}

/** A column that numbers the rows in their order from 1, for operators that must keep it. */
export function numbered(
  input: Relation,
  context: PlanContext,
): { readonly relation: Relation; readonly position: PlanColumn } {
  const position = newColumn(context, 'position', 'long');
  const call = {
    column: position,
    name: 'row_number',
    arguments: [],
    span: { start: 0, length: 0 },
  };
  return { relation: withWindow(input, [call], context), position };
}
