import { member } from '../../kql/syntax.js';
import type { OperatorPlanner } from '../operator.js';
import { planScalar } from '../scalar.js';
import { windowRow } from '../windows.js';

/** `T | where Condition` */
export const where: OperatorPlanner = (node, input, context) => {
  const { row, relation } = windowRow(input, context);
  const condition = planScalar(member(node, 'Condition'), context, row);
  const rows = relation();
  return { ...rows, plan: { kind: 'filter', input: rows.plan, condition } };
};
