import { elements, member } from '../../kql/syntax.js';
import { extended, namedValues } from '../assignments.js';
import type { OperatorPlanner } from '../operator.js';
import { longLiteral } from '../plan.js';
import { numbered, windowRow } from '../windows.js';

/** `T | as Name`: the pipe makes the name known to what follows. */
export const as: OperatorPlanner = (node, input) => ({
  ...input,
  name: member(node, 'Name').SimpleName ?? '',
});

/** `T | render chart`: how to show the rows is the client's affair. */
export const render: OperatorPlanner = (_node, input) => input;

/** `T | consume`: evaluates its input and returns no rows. */
export const consume: OperatorPlanner = (_node, input) => ({
  ...input,
  plan: { kind: 'limit', input: input.plan, count: longLiteral(0), by: [] },
});

/** `T | serialize [Name = Expression, …]` */
export const serialize: OperatorPlanner = (node, input, context) => {
  const nodes = elements(node, 'Expressions');
  const rows = numbered(input, context).relation;
  if (nodes.length === 0) return rows;
  const { row, relation } = windowRow(rows, context);
  const values = namedValues(nodes, context, row);
  return extended(relation(), values, node.ResultType, context);
};
