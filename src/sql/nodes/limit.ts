import { leading, union } from '../../plan/columns.js';
import type { PlanColumn, PlanNode } from '../../plan/plan.js';
import { constantCount, constantOf } from '../expression.js';
import { type Generation, select } from '../generation.js';
import { nest, reference, type Select } from '../select.js';
import { join, sql } from '../sql.js';

export function selectLimit(
  plan: PlanNode<'limit'>,
  required: ReadonlySet<PlanColumn>,
  generation: Generation,
): Select {
  const by = leading(plan.by);
  const needed = union(required, new Set(by));
  const input = select(plan.input, needed, generation);
  const below = input.limit || (input.closed && !input.orderBy) ? nest(input) : input;
  const count = sql`toUInt64(greatest(0, ${constantOf(plan.count, generation)}))`;
  const limit =
    by.length > 0
      ? sql`LIMIT ${constantCount(plan.count, count)} BY ${join(by.map((column) => reference(column, below)))}`
      : sql`LIMIT ${constantCount(plan.count, count)}`;
  return { ...below, limit, closed: true };
}
