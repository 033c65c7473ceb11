import { quarryIngestErrors } from '../catalog/tables/quarry-ingest-errors.js';
import type { Catalog, Table } from '../catalog/types.js';
import { identifier, join, literal, type Sql, sql } from '../sql/sql.js';
import { storedColumns } from './column-storage.js';
import type { Engine } from './engine.js';

/** A device, by all that it is called. */
export interface DeviceNames {
  readonly ids: readonly string[];
  /** In lower case. */
  readonly names: readonly string[];
}

interface DeviceColumns {
  readonly id: boolean;
  readonly name: boolean;
}

function deviceColumns(table: Table): DeviceColumns {
  const names = storedColumns(table)
    .filter(({ type }) => type === 'string')
    .map(({ name }) => name);
  return { id: names.includes('DeviceId'), name: names.includes('DeviceName') };
}

function stored(database: string, { name }: Pick<Table, 'name'>): Sql {
  return sql`${identifier(database)}.${identifier(name)}`;
}

/** A device of that id, or devices of that name (in any case), with all ids and names that they have. */
export async function findDevice(
  engine: Pick<Engine, 'select'>,
  database: string,
  catalog: Catalog,
  device: string,
): Promise<DeviceNames> {
  const wanted = device.toLowerCase();
  const selects = catalog.tables.flatMap((table) => {
    const columns = deviceColumns(table);
    if (!columns.id) {
      return [];
    }
    const name = columns.name ? sql`lowerUTF8(toString(DeviceName))` : literal('');
    return [
      sql`SELECT toString(DeviceId) AS id, ${name} AS name FROM ${stored(database, table)}
WHERE DeviceId = ${literal(device)} OR ${name} = ${literal(wanted)} GROUP BY id, name`.text,
    ];
  });
  const rows = await engine.select<{ id: string; name: string }>(
    `SELECT DISTINCT id, name FROM (${selects.join('\nUNION ALL\n')})`,
  );
  const ids = new Set(rows.map(({ id }) => id).filter((id) => id !== ''));
  const isId = ids.has(device);
  const names = new Set(rows.map(({ name }) => name).filter((name) => name !== ''));
  if (!isId) {
    names.add(wanted);
  }
  return isId
    ? { ids: [device], names: await ownNames(engine, database, catalog, device, names) }
    : { ids: [...ids], names: [...names] };
}

/** Those of the names that no other device has, too. */
async function ownNames(
  engine: Pick<Engine, 'select'>,
  database: string,
  catalog: Catalog,
  id: string,
  names: ReadonlySet<string>,
): Promise<string[]> {
  if (names.size === 0) {
    return [];
  }
  const wanted = join([...names].map((name) => literal(name)));
  const selects = catalog.tables
    .filter((table) => deviceColumns(table).id && deviceColumns(table).name)
    .map(
      (table) =>
        sql`SELECT lowerUTF8(toString(DeviceName)) AS name FROM ${stored(database, table)}
WHERE DeviceId != ${literal(id)} AND DeviceId != '' AND lowerUTF8(toString(DeviceName)) IN (${wanted}) GROUP BY name`
          .text,
    );
  const shared = await engine.select<{ name: string }>(selects.join('\nUNION ALL\n'));
  const others = new Set(shared.map(({ name }) => name));
  return [...names].filter((name) => !others.has(name));
}

/** What is true of the device's rows of a table; undefined where it can have none. */
function deviceRows(table: Table, { ids, names }: DeviceNames): Sql | undefined {
  // Its rows hold events as they came, of whatever device.
  if (table.name === quarryIngestErrors.name) {
    const all = [...ids, ...names].map(wholeWord).join('|');
    return all === '' ? undefined : sql`match(RawEvent, ${literal(`(?i)${all}`)})`;
  }
  const columns = deviceColumns(table);
  const conditions = [
    ...(columns.id && ids.length > 0
      ? [sql`DeviceId IN (${join(ids.map((id) => literal(id)))})`]
      : []),
    ...(columns.name && names.length > 0
      ? [sql`lowerUTF8(toString(DeviceName)) IN (${join(names.map((name) => literal(name)))})`]
      : []),
  ];
  const [first, second] = conditions;
  return first && second ? sql`(${first} OR ${second})` : first;
}

/** A regular expression of the text, standing by itself. */
function wholeWord(text: string): string {
  const escaped = text.replace(/[^A-Za-z0-9_\s\u0080-\uffff]/g, '\\$&');
  return `(?:^|[^A-Za-z0-9_-])${escaped}(?:$|[^A-Za-z0-9_-])`;
}

/** How many rows of each table are the device's; tables without any are left out. */
export async function countDeviceRows(
  engine: Pick<Engine, 'select'>,
  database: string,
  catalog: Catalog,
  device: DeviceNames,
): Promise<Record<string, number>> {
  const selects = catalog.tables.flatMap((table) => {
    const condition = deviceRows(table, device);
    return condition === undefined
      ? []
      : [
          sql`SELECT ${literal(table.name)} AS name, toString(count()) AS count
FROM ${stored(database, table)} WHERE ${condition}`.text,
        ];
  });
  if (selects.length === 0) {
    return {};
  }
  const rows = await engine.select<{ name: string; count: string }>(selects.join('\nUNION ALL\n'));
  return Object.fromEntries(
    rows
      .map((row) => [row.name, Number(row.count)] as const)
      .filter(([, count]) => count > 0)
      .sort(([left], [right]) => (left < right ? -1 : 1)),
  );
}

/**
 * Deletes the device's rows of the tables; they are gone, and not only marked, when it resolves. So are rows of
 * any device that have been marked before.
 */
export async function deleteDeviceRows(
  engine: Pick<Engine, 'select' | 'command'>,
  database: string,
  catalog: Catalog,
  device: DeviceNames,
  tables: readonly string[],
): Promise<void> {
  for (const table of catalog.tables.filter(({ name }) => tables.includes(name))) {
    const condition = deviceRows(table, device);
    if (condition) {
      const text = sql`ALTER TABLE ${stored(database, table)} DELETE WHERE ${condition}
SETTINGS mutations_sync = 1`.text;
      await engine.command(text);
    }
  }
  const marked = await engine.select<{ table: string }>(
    sql`SELECT DISTINCT table FROM system.parts
WHERE active AND database = ${literal(database)} AND has_lightweight_delete`.text,
  );
  for (const { table } of marked) {
    const name = stored(database, { name: table });
    await engine.command(
      sql`ALTER TABLE ${name} APPLY DELETED MASK SETTINGS mutations_sync = 1`.text,
    );
  }
}
