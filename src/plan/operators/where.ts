import { member } from '../../kql/syntax.js';
import { filtered } from '../early-filter.js';
import type { OperatorPlanner } from '../operator.js';
import type { LogicalPlan } from '../plan.js';
import { planScalar } from '../scalar.js';
import { windowRow } from '../windows.js';

/** `T | where Condition` */
export const where: OperatorPlanner = (node, input, context) => {
  const { row, relation } = windowRow(input, context);
  const condition = planScalar(member(node, 'Condition'), context, row);
  const rows = relation();
  // A sub-query over parts looks for its filters (`inParts`).
  const plan: LogicalPlan =
    context.partition.length > 0
      ? { kind: 'filter', input: rows.plan, condition }
      : filtered(rows.plan, condition);
  return { ...rows, plan };
};
