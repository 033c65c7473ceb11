import type { PlanColumn, PlanNode } from '../../plan/plan.js';
import { emit } from '../expression.js';
import type { Generation } from '../generation.js';
import { columnName, literalSql } from '../operand.js';
import { type Definition, emptySelect, type Select } from '../select.js';
import { columnTypes, isNullableColumn, join, literal, sql } from '../sql.js';

export function selectValues(
  plan: PlanNode<'values'>,
  required: ReadonlySet<PlanColumn>,
  generation: Generation,
): Select {
  const columns = plan.columns.length > 0 ? plan.columns : [];
  if (columns.length === 0) {
    const from = plan.rows.length > 0 ? sql`numbers(1)` : sql`(SELECT 1 WHERE false)`;
    return { from, definitions: new Map(), output: [], where: [], closed: false };
  }
  const types = columns.map((column) => {
    const type = columnTypes[column.type];
    return `_q${column.id} ${isNullableColumn(column.type) ? `Nullable(${type})` : type}`;
  });
  const rows = plan.rows.map(
    (row) => sql`(${join(row.map((value) => emit(value, emptySelect, generation)))})`,
  );
  const isEmpty = rows.length === 0;
  const shown = isEmpty
    ? [sql`(${join(columns.map((column) => literalSql({ type: column.type, value: null })))})`]
    : rows;
  const definitions = new Map(
    columns
      .filter((column) => required.has(column))
      .map((column): [PlanColumn, Definition] => [
        column,
        {
          sql: columnName(column.id),
          plain: true,
          nullable: isNullableColumn(column.type),
          reads: [],
        },
      ]),
  );
  return {
    from: sql`values(${literal(types.join(', '))}, ${join(shown)})`,
    definitions,
    output: [...definitions.keys()],
    where: isEmpty ? [{ sql: sql`false`, reads: [] }] : [],
    closed: false,
  };
}
