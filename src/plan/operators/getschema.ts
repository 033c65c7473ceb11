import type { ScalarType } from '../../catalog/types.js';
import { columnsOf } from '../../kql/syntax.js';
import { dotNetTypes } from '../../kql/type-names.js';
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
    stringLiteral(fullName(column.type)),
    stringLiteral(column.type),
  ]);
  return { plan: { kind: 'values', columns, rows }, columns, order: [], ingestionTime: null };
};

/** The type as `getschema` names it in .NET's words. */
export function fullName(type: ScalarType): string {
  const namespace = type === 'decimal' ? 'System.Data.SqlTypes' : 'System';
  return `${namespace}.${dotNetTypes[type]}`;
}
