import { qualifiedTypeName } from '../../catalog/type-names.js';
import { columnsOf } from '../../kql/syntax.js';
import { newColumn } from '../context.js';
import type { OperatorPlanner } from '../operator.js';
import { longLiteral, type PlanExpression, stringLiteral } from '../plan.js';

/** `T | getschema`: a row for each column. */
export const getSchema: OperatorPlanner = (node, input, context) => {
  const columns = columnsOf(node.ResultType).map(({ name, type }) =>
    newColumn(context, name, type),
  );
  const rows = input.columns.map((column, index): PlanExpression[] => [
    stringLiteral(column.name),
    longLiteral(index),
    stringLiteral(qualifiedTypeName(column.type)),
    stringLiteral(column.type),
  ]);
  return { plan: { kind: 'values', columns, rows }, columns, order: [], ingestionTime: null };
};
