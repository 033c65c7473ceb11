import { readsOf, union } from '../../plan/columns.js';
import type { PlanColumn, UnnestNode } from '../../plan/plan.js';
import { emit } from '../expression.js';
import { type Generation, select } from '../generation.js';
import { columnName } from '../operand.js';
import {
  type Definition,
  emptySelect,
  heldBack,
  open,
  printWith,
  type Select,
  selectItem,
} from '../select.js';
import { identifier, join, sql } from '../sql.js';

export function selectUnnest(
  plan: UnnestNode,
  required: ReadonlySet<PlanColumn>,
  generation: Generation,
): Select {
  const expressions = plan.items.map(({ expression }) => expression);
  const counters = [plan.index, plan.position].flatMap((column) =>
    column && required.has(column) ? [column] : [],
  );
  const made = new Set([...plan.items.map(({ column }) => column), ...counters]);
  const passed = [...required].filter((column) => !made.has(column));
  const reads = readsOf(plan.limit ? [...expressions, plan.limit] : expressions);
  const below = open(select(plan.input, union(new Set(passed), reads), generation));
  // The arrays are columns of the inner SELECT, so that their text is written once.
  const name = (index: number) => identifier(`_u${plan.items[index]?.column.id}`);
  const arrays = expressions.map(
    (expression, index) => sql`${emit(expression, below, generation)} AS ${name(index)}`,
  );
  const inner = [...passed.map((column) => selectItem(column, below)), ...arrays];
  const lengths = arrays.map((_, index) => sql`length(${name(index)})`);
  const longest = lengths.length > 1 ? sql`greatest(${join(lengths)})` : join(lengths);
  const most = plan.limit && emit(plan.limit, emptySelect, generation);
  const size = most
    ? sql`least(${longest}, toUInt64(greatest(0, ${most.nullable ? sql`ifNull(${most}, 0)` : most})))`
    : longest;
  const isWhole = arrays.length === 1 && !most;
  const joined = plan.items.map(({ column }, index) => {
    const array = isWhole ? name(index) : sql`arrayResize(${name(index)}, ${size}, '')`;
    return sql`${array} AS ${columnName(column.id)}`;
  });
  for (const column of counters) {
    joined.push(sql`arrayMap(_i -> toInt64(_i), range(${size})) AS ${columnName(column.id)}`);
  }
  const definitions = new Map<PlanColumn, Definition>();
  for (const column of [...passed, ...made]) {
    const nullable = !made.has(column) && (below.definitions.get(column)?.nullable ?? true);
    definitions.set(column, { sql: columnName(column.id), plain: true, nullable, reads: [] });
  }
  const rows = sql`(${printWith(below, inner, passed, reads)}) ARRAY JOIN ${join(joined)}`;
  const output = [...required];
  const unnested: Select = { from: rows, definitions, output, where: [], closed: false };
  // Else what reads no element is evaluated before the join, once for all elements.
  return generation.volatile ? heldBack(unnested) : unnested;
}
