import type { PlanColumn, PlanExpression, PlanNode } from '../../plan/plan.js';
import { constantOf } from '../expression.js';
import type { Generation } from '../generation.js';
import { rangeSql } from '../range.js';
import type { Select } from '../select.js';

export function selectRange(
  plan: PlanNode<'range'>,
  _required: ReadonlySet<PlanColumn>,
  generation: Generation,
): Select {
  const part = (expression: PlanExpression) => constantOf(expression, generation);
  const { column } = plan;
  const rows = rangeSql(column.type, part(plan.from), part(plan.to), part(plan.step));
  // Only of stored instants is it known that they are far from the ends of the years that KQL has.
  const nullable = column.type === 'datetime';
  return {
    from: rows.from,
    definitions: new Map([[column, { sql: rows.value, plain: false, nullable, reads: [] }]]),
    output: [column],
    where: [],
    closed: false,
  };
}
