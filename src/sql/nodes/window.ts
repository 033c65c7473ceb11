import { leading, readsOf, union } from '../../plan/columns.js';
import type { PlanColumn, PlanNode } from '../../plan/plan.js';
import { emit, notSupported } from '../expression.js';
import { windowFunctions } from '../functions/window.js';
import { type Generation, select } from '../generation.js';
import { nest, reference, type Select } from '../select.js';
import { isNullableColumn, join, sql } from '../sql.js';
import { orderBy } from './sort.js';

export function selectWindow(
  plan: PlanNode<'window'>,
  required: ReadonlySet<PlanColumn>,
  generation: Generation,
): Select {
  const made = new Set(plan.functions.map(({ column }) => column));
  const parts = plan.functions.filter(({ column }) => required.has(column));
  const reads = readsOf([
    ...parts.flatMap((each) => each.arguments),
    ...plan.orderBy.map(({ expression }) => expression),
  ]);
  const passed = [...required].filter((column) => !made.has(column));
  const partitionBy = leading(plan.partitionBy);
  const below = nest(
    select(plan.input, union(union(new Set(passed), reads), new Set(partitionBy)), generation),
  );
  if (parts.length === 0) return { ...below, output: passed };
  const partition =
    partitionBy.length > 0
      ? sql`PARTITION BY ${join(partitionBy.map((column) => reference(column, below)))} `
      : sql``;
  const order =
    plan.orderBy.length > 0 ? sql`ORDER BY ${orderBy(plan.orderBy, below, generation)}` : sql``;
  const definitions = new Map(below.definitions);
  for (const { column, name, arguments: given, span } of parts) {
    const entry = windowFunctions[name];
    if (!entry) throw notSupported(name, span, 'window function');
    const operands = given.map((part) => emit(part, below, generation));
    definitions.set(column, {
      sql: entry.emit({ partition, order }, ...operands),
      plain: false,
      nullable: entry.nullable && isNullableColumn(column.type),
      reads: [...readsOf(given)],
    });
  }
  return nest({ ...below, definitions, output: [...passed, ...parts.map(({ column }) => column)] });
}
