import { columnsOf, elements } from '../../kql/syntax.js';
import { namedValues } from '../assignments.js';
import { newColumn, noRow } from '../context.js';
import type { OperatorPlanner } from '../operator.js';

/** `print Name = Expression, …`: one row. */
export const print: OperatorPlanner = (node, _input, context) => {
  const schema = columnsOf(node.ResultType);
  const values = namedValues(elements(node, 'Expressions'), context, noRow);
  const assignments = values.map(({ expression, name }, index) => ({
    column: newColumn(context, schema[index]?.name ?? name ?? `print_${index}`, expression.type),
    expression,
  }));
  return {
    plan: {
      kind: 'project',
      input: { kind: 'values', columns: [], rows: [[]] },
      columns: assignments,
    },
    columns: assignments.map(({ column }) => column),
    order: [],
    ingestionTime: null,
  };
};
