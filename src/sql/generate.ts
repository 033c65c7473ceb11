import { readsOf } from '../plan/columns.js';
import type { Evaluate } from '../plan/known-value.js';
import type { LogicalPlan, PlanColumn, PlanNode } from '../plan/plan.js';
import { survey } from '../plan/traversal.js';
import { constantCount, constantOf, emit } from './expression.js';
import { type Generation, select } from './generation.js';
import { nodes } from './nodes.js';
import { columnName, type Operand } from './operand.js';
import { nest, print, type Select } from './select.js';
import { join, type Sql, sql } from './sql.js';

/** Writes a row's values as one text. */
export type RowWriter = (operands: readonly Operand[]) => Sql;

/** One SELECT whose only column `row` is what `write` makes of the columns. */
export function generateSql(
  plan: LogicalPlan,
  columns: readonly PlanColumn[],
  write: RowWriter,
  evaluate: Evaluate,
): Sql {
  const { uses, volatile } = survey(plan);
  // Passes find which columns of shared tables are read, until they find no more: a shared table may
  // read another. Then the SQL is written.
  const wanted = new Map<number, Set<PlanColumn>>();
  const start = (): Generation => {
    const [named, fresh] = [new Map(), { next: -1 }];
    return { nodes, uses, wanted, named, fresh, once: false, volatile, evaluate };
  };
  for (let known = -1; uses.size > 0 && known < sizeOf(wanted); ) {
    known = sizeOf(wanted);
    selectRows(plan, columns, write, start());
  }
  const generation = start();
  const rows = selectRows(plan, columns, write, generation);
  const prefix = [...generation.named.values()].map(
    ({ name, sql: body }) => sql`${name} AS MATERIALIZED (${body})`,
  );
  return prefix.length > 0 ? sql`WITH ${join(prefix)} ${rows}` : rows;
}

function sizeOf(wanted: ReadonlyMap<number, ReadonlySet<PlanColumn>>): number {
  return [...wanted.values()].reduce((size, columns) => size + columns.size, 0);
}

function selectRows(
  plan: LogicalPlan,
  columns: readonly PlanColumn[],
  write: RowWriter,
  generation: Generation,
): Sql {
  if (plan.kind === 'union') return unionRows(plan, columns, write, generation);
  if (plan.kind === 'limit' && plan.by.length === 0 && plan.input.kind === 'union') {
    const rows = unionRows(plan.input, columns, write, generation);
    const count = constantCount(plan.count, constantOf(plan.count, generation));
    return sql`SELECT row FROM (${rows}) LIMIT ${count}`;
  }
  const built = select(plan, new Set(columns), generation);
  const operands = columns.map((column) => outerOperand(column, built));
  return sql`SELECT ${write(operands)} AS row FROM (${print(built, columns)})`;
}

/** Each table of a union writes its own rows: what the others have and it lacks is fixed text there. */
function unionRows(
  plan: PlanNode<'union'>,
  columns: readonly PlanColumn[],
  write: RowWriter,
  generation: Generation,
): Sql {
  const places = columns.map((column) => plan.columns.indexOf(column));
  const branches = plan.inputs.map(({ plan: input, columns: values }) => {
    const expressions = places.flatMap((place) => values[place] ?? []);
    const reads = readsOf(expressions);
    const below = nest(select(input, reads, generation));
    const operands = expressions.map((expression) => emit(expression, below, generation));
    return sql`SELECT ${write(operands)} AS row FROM ${below.from}`;
  });
  return branches.length > 0
    ? sql`SELECT row FROM (${join(branches, sql` UNION ALL `)})`
    : sql`SELECT '' AS row WHERE false`;
}

function outerOperand(column: PlanColumn, from: Select): Operand {
  return {
    ...columnName(column.id),
    type: column.type,
    nullable: from.definitions.get(column)?.nullable ?? true,
    expression: { kind: 'column', column, type: column.type },
  };
}
