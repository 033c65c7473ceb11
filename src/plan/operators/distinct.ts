import { columnsOf, elements, kindOf } from '../../kql/syntax.js';
import { namedValues } from '../assignments.js';
import { newColumn, rowOf } from '../context.js';
import type { OperatorPlanner } from '../operator.js';
import { columnReference, type PlanAssignment } from '../plan.js';

/** `T | distinct A, B`, `T | distinct *` */
export const distinct: OperatorPlanner = (node, input, context) => {
  const nodes = elements(node, 'Expressions');
  const schema = columnsOf(node.ResultType);
  const keys = nodes.some((part) => kindOf(part) === 'StarExpression')
    ? input.columns.map((column) => ({ column, expression: columnReference(column) }))
    : namedValues(nodes, context, rowOf(input)).map(
        ({ expression, name }, index): PlanAssignment => {
          const column = newColumn(context, schema[index]?.name ?? name ?? '', expression.type);
          return { column, expression };
        },
      );
  const partition = context.partition.map((column) => ({
    column,
    expression: columnReference(column),
  }));
  return {
    plan: { kind: 'aggregate', input: input.plan, keys: [...partition, ...keys], aggregates: [] },
    columns: keys.map(({ column }) => column),
    order: [],
    ingestionTime: null,
  };
};
