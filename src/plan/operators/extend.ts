import { elements } from '../../kql/syntax.js';
import { extended, namedValues } from '../assignments.js';
import type { OperatorPlanner } from '../operator.js';
import { windowRow } from '../windows.js';

/** `T | extend Name = Expression, …` */
export const extend: OperatorPlanner = (node, input, context) => {
  const { row, relation } = windowRow(input, context);
  const values = namedValues(elements(node, 'Expressions'), context, row);
  return extended(relation(), values, node.ResultType, context);
};
