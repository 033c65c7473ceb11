import { readsOf } from '../../plan/columns.js';
import type { PlanColumn, PlanNode } from '../../plan/plan.js';
import { emit } from '../expression.js';
import { type Generation, select } from '../generation.js';
import { columnName } from '../operand.js';
import { type Definition, nest, open, printWith, type Select } from '../select.js';
import { join, sql } from '../sql.js';

export function selectUnion(
  plan: PlanNode<'union'>,
  required: ReadonlySet<PlanColumn>,
  generation: Generation,
): Select {
  const kept = plan.columns.flatMap((column, index) => (required.has(column) ? [index] : []));
  const branches = plan.inputs.map(({ plan: input, columns }) => {
    const expressions = kept.flatMap((index) => columns[index] ?? []);
    const source = open(select(input, readsOf(expressions), generation));
    // A column that the union takes over under its own name must not be made here, too.
    const isTakenOver = kept.some((index, place) => {
      const expression = expressions[place];
      const column = plan.columns[index];
      return expression?.kind === 'column' && expression.column === column;
    });
    const below = isTakenOver ? nest(source) : source;
    return {
      below,
      operands: expressions.map((expression) => emit(expression, below, generation)),
      reads: [...readsOf(expressions)],
    };
  });
  const definitions = new Map<PlanColumn, Definition>();
  kept.forEach((index, place) => {
    const column = plan.columns[index];
    if (!column) return;
    const nullable = branches.some(({ operands }) => operands[place]?.nullable ?? true);
    const [storage, ...others] = new Set(
      branches.flatMap(({ operands }) => {
        const operand = operands[place];
        return operand && !operand.constant ? [operand.storage] : [];
      }),
    );
    definitions.set(column, {
      sql: columnName(column.id),
      plain: true,
      nullable,
      storage: others.length === 0 ? storage : undefined,
      reads: [],
    });
  });
  const columns = [...definitions.keys()];
  const texts = branches.map(({ below, operands, reads }) => {
    const items = operands.map(
      (operand, place) => sql`${operand} AS ${columnName(columns[place]?.id ?? 0)}`,
    );
    return printWith(below, items.length > 0 ? items : [sql`1`], [], reads);
  });
  const from =
    texts.length > 0 ? sql`(${join(texts, sql` UNION ALL `)})` : sql`(SELECT 1 WHERE false)`;
  return { from, definitions, output: columns, where: [], closed: false };
}
