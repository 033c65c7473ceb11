import {
  columnsOf,
  type Expression,
  elements,
  kindOf,
  member,
  type SyntaxNode,
} from '../../kql/syntax.js';
import { namedValues, namesFor } from '../assignments.js';
import { newColumn, noRow } from '../context.js';
import type { OperatorPlanner } from '../operator.js';

/** `print Name = Expression, …`: one row. */
export const print: OperatorPlanner = (node, _input, context) => {
  const schema = columnsOf(node.ResultType);
  const values = elements(node, 'Expressions').flatMap((element) => {
    const results = namedValues([element], context, noRow);
    const named = namesGiven(element);
    if (named === 0) return results;
    // Names are for the first of several results, and `print` leaves out the others.
    return results
      .slice(0, named)
      .map((result) => ({ ...result, surplus: Math.min(result.surplus ?? 0, 0) }));
  });
  const names = namesFor(values, schema);
  const assignments = values.map(({ expression, name }, index) => ({
    column: newColumn(context, names[index] ?? name ?? `print_${index}`, expression.type),
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

function namesGiven(element: Expression): number {
  switch (kindOf(element)) {
    case 'SimpleNamedExpression':
      return 1;
    case 'CompoundNamedExpression':
      return elements(member<SyntaxNode>(element, 'Names'), 'Names').length;
    default:
      return 0;
  }
}
