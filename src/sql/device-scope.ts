import type { DeviceCondition } from '../plan/scope.js';
import { identifier, join, literal, type Sql, sql } from './sql.js';

const or = sql` OR `;
const and = sql` AND `;

/**
 * Rows of devices that a caller may see: rows that name one of the groups, and rows of devices whose
 * last inventory does, or meets a rule. A row without a device belongs to nobody's group.
 */
export function deviceCondition(
  database: string,
  groups: readonly string[],
  rules: readonly (readonly DeviceCondition[])[],
): Sql {
  if (groups.length === 0 && rules.length === 0) return sql`false`;
  const names = join(groups.map(literal));
  const ofDevice = [
    ...(groups.length > 0 ? [sql`(${last('MachineGroup')} IN (${names}))`] : []),
    ...rules.map((rule) => sql`(${join(rule.map(conditionSql), and)})`),
  ];
  const deviceId = identifier('DeviceId');
  const devices = sql`SELECT ${deviceId} FROM ${identifier(database)}.${identifier('DeviceInfo')} WHERE ${deviceId} != '' GROUP BY ${deviceId} HAVING ${join(ofDevice, or)}`;
  const ofRow = groups.length > 0 ? [sql`(${identifier('MachineGroup')} IN (${names}))`] : [];
  return sql`(${join([...ofRow, sql`(${deviceId} IN (${devices}))`], or)})`;
}

/** A device's value by its last inventory. */
function last(column: string): Sql {
  return sql`argMax(${identifier(column)}, ${identifier('Timestamp')})`;
}

function conditionSql({ property, operator, value }: DeviceCondition): Sql {
  const wanted = literal(value.toLowerCase());
  const holds = (text: Sql) => operators[operator](sql`lowerUTF8(${text})`, wanted);
  return property === 'tag'
    ? sql`arrayExists(${tag} -> ${holds(tag)}, ${tags})`
    : holds(properties[property]);
}

const operators: Readonly<Record<DeviceCondition['operator'], (text: Sql, wanted: Sql) => Sql>> = {
  equals: (text, wanted) => sql`(${text} = ${wanted})`,
  startsWith: (text, wanted) => sql`startsWith(${text}, ${wanted})`,
  endsWith: (text, wanted) => sql`endsWith(${text}, ${wanted})`,
  contains: (text, wanted) => sql`(position(${text}, ${wanted}) > 0)`,
};

const deviceName = last('DeviceName');

const properties: Readonly<Record<Exclude<DeviceCondition['property'], 'tag'>, Sql>> = {
  name: deviceName,
  // What follows the first dot; a name without one has no domain.
  domain: sql`if(position(${deviceName}, '.') > 0, substring(${deviceName}, position(${deviceName}, '.') + 1), '')`,
  os: last('OSPlatform'),
};

const tag = identifier('tag');

/** Tags that were set by hand, by rule and through the registry. */
const tags = sql`arrayConcat(JSONExtract(${last('DeviceManualTags')}, 'Array(String)'), JSONExtract(${last('DeviceDynamicTags')}, 'Array(String)'), [${last('RegistryDeviceTag')}])`;
