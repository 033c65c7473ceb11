import type { PlanAssignment, PlanColumn, PlanNode, SharedPlan } from '../../plan/plan.js';
import { isEvaluatedOnce } from '../../plan/traversal.js';
import { type Generation, select } from '../generation.js';
import { columnName } from '../operand.js';
import { type Definition, print, printWith, type Select } from '../select.js';
import { identifier, sql } from '../sql.js';
import { selectProject } from './project.js';

export function selectShared(
  plan: PlanNode<'shared'>,
  required: ReadonlySet<PlanColumn>,
  generation: Generation,
): Select {
  const { shared } = plan;
  const used = plan.columns.filter(({ column }) => required.has(column));
  if (!isNamed(shared, generation)) {
    const assignments = used.map(
      ({ column, source }): PlanAssignment => ({
        column,
        expression: { kind: 'column', column: source, type: source.type },
      }),
    );
    return selectProject(
      { kind: 'project', input: shared.plan, columns: assignments },
      required,
      generation,
    );
  }
  const wanted = generation.wanted.get(shared.id) ?? new Set();
  for (const { source } of used) wanted.add(source);
  generation.wanted.set(shared.id, wanted);
  const named = namedTable(shared, wanted, generation);
  const definitions = new Map(
    used.map(({ column, source }): [PlanColumn, Definition] => [
      column,
      {
        sql: columnName(source.id),
        plain: true,
        nullable: named.nullable.get(source) ?? true,
        reads: [],
      },
    ]),
  );
  return {
    from: named.name,
    definitions,
    output: [...definitions.keys()],
    where: [],
    closed: false,
  };
}

function namedTable(shared: SharedPlan, wanted: ReadonlySet<PlanColumn>, generation: Generation) {
  const known = generation.named.get(shared.id);
  if (known) return known;
  const built = select(shared.plan, wanted, generation);
  const columns = [...wanted];
  const named = {
    name: identifier(`_t${shared.id}`),
    sql:
      columns.length > 0
        ? print(built, columns)
        : printWith(built, [sql`1 AS ${identifier('_one')}`], []),
    nullable: new Map(
      columns.map((column) => [column, built.definitions.get(column)?.nullable ?? true]),
    ),
  };
  generation.named.set(shared.id, named);
  return named;
}

/** Whether a shared table stands once under a name. */
export function isNamed(shared: SharedPlan, generation: Generation): boolean {
  return (generation.uses.get(shared.id) ?? 0) > 1 && isEvaluatedOnce(shared);
}
