import { textStorageOf } from '../../catalog/text-storage.js';
import type { PlanColumn, ScanNode } from '../../plan/plan.js';
import { deviceCondition } from '../device-scope.js';
import { literalSql } from '../operand.js';
import type { Definition, Select } from '../select.js';
import { identifier, isNullableColumn, join, type Sql, sql } from '../sql.js';

export function selectScan(plan: ScanNode, required: ReadonlySet<PlanColumn>): Select {
  const definitions = new Map<PlanColumn, Definition>();
  for (const { column, source } of plan.columns) {
    if (!required.has(column)) continue;
    const isStored = source.kind === 'stored';
    definitions.set(column, {
      sql: isStored ? identifier(source.name) : sql`toInt64(byteSize(${join(storedNames(plan))}))`,
      plain: isStored,
      nullable: isStored && isNullableColumn(column.type) && source.name !== plan.timeColumn,
      storage: isStored ? textStorageOf(source) : undefined,
      reads: [],
    });
  }
  return {
    from: sql`${identifier(plan.database)}.${identifier(plan.table)}`,
    definitions,
    output: [...definitions.keys()],
    where: scopeConditions(plan).map((condition) => ({ sql: condition, reads: [] })),
    closed: false,
  };
}

function storedNames(plan: ScanNode): Sql[] {
  return plan.columns.flatMap(({ source }) =>
    source.kind === 'stored' ? [identifier(source.name)] : [],
  );
}

/** What the caller may see, as conditions on stored columns. */
function scopeConditions(plan: ScanNode): Sql[] {
  const conditions: Sql[] = [];
  if (plan.timeColumn) {
    const time = identifier(plan.timeColumn);
    if (plan.from) conditions.push(sql`${time} >= ${instant(plan.from)}`);
    if (plan.to) conditions.push(sql`${time} <= ${instant(plan.to)}`);
  }
  if (plan.deviceScoped && plan.deviceGroups) {
    const { database, deviceGroups, deviceRules } = plan;
    conditions.push(deviceCondition(database, deviceGroups, deviceRules));
  }
  return conditions;
}

function instant(date: Date): Sql {
  return literalSql({ type: 'datetime', value: BigInt(date.getTime()) * 10_000n });
}
