import { readsOf, union } from '../../plan/columns.js';
import type { PlanColumn, PlanNode } from '../../plan/plan.js';
import { hasJoin } from '../../plan/traversal.js';
import { isVolatile } from '../../plan/volatile.js';
import { emit } from '../expression.js';
import { type Generation, select } from '../generation.js';
import { heldBack, open, type Select } from '../select.js';

export function selectFilter(
  plan: PlanNode<'filter'>,
  required: ReadonlySet<PlanColumn>,
  generation: Generation,
): Select {
  const reads = readsOf([plan.condition]);
  const input = select(plan.input, union(required, reads), generation);
  // Else a condition by chance is evaluated on one side of a join too.
  const isHeld = isVolatile(plan.condition) && hasJoin(plan.input);
  const below = isHeld ? heldBack(input) : open(input);
  const condition = emit(plan.condition, below, generation, true);
  return {
    ...below,
    where: [...below.where, { sql: condition, reads: [...reads] }],
    output: [...required].filter((column) => below.definitions.has(column)),
  };
}
