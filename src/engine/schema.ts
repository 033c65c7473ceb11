import type { Catalog, Table } from '../catalog/types.js';
import { HuntError } from '../errors.js';
import { identifier, join, literal, type Sql, sql } from '../sql/sql.js';
import {
  columnDefinition,
  columnIndexes,
  storedColumns,
  storedType,
  systemColumnDefinitions,
  tableElements,
} from './column-storage.js';
import type { Engine } from './engine.js';
import { type Settings, settingsClause } from './settings.js';

/** How long events are kept, by their own time. */
export type Retention = { readonly days: number } | 'forever';

/** The engine keeps expiry times as seconds in 32 bits; nothing may expire behind this. */
const lastExpiry = Date.UTC(2106, 0, 1);
const dayMs = 86_400_000;
const longestDays = 36_500;

/** When a row's time is up. Times outside what the engine's clock holds are moved to its ends first. */
function expiry(timeColumn: string, days: number): Sql {
  const latest = new Date(lastExpiry - days * dayMs).toISOString().slice(0, 10);
  const time = (day: string) =>
    sql`toDateTime64(${literal(`${day} 00:00:00`)}, 7, ${literal('UTC')})`;
  return sql`toDateTime(greatest(least(${identifier(timeColumn)}, ${time(latest)}), ${time('1970-01-01')}), ${literal('UTC')}) + INTERVAL ${{ text: String(days) }} DAY`;
}

/**
 * What is inserted is on the disk, and not only on its way there, before its journal goes. Merged parts
 * are not synced, so the parts they were made of stay until they are written without that: if the
 * power fails before, the engine goes back to them. docs/architecture.md says what it costs.
 */
const durability: Settings = {
  fsync_after_insert: 1,
  fsync_part_directory: 1,
  old_parts_lifetime: 120,
};

function tableName(database: string, table: Table): Sql {
  return sql`${identifier(database)}.${identifier(table.name)}`;
}

/** Days that a table's rows are kept, by their time; null: for ever. */
function daysOf({ timeColumn, retentionDays }: Table, retention: Retention): number | null {
  if (timeColumn === null) {
    return null;
  }
  return retentionDays === undefined
    ? retention === 'forever'
      ? null
      : retention.days
    : retentionDays;
}

/** The statement that makes a stored table: layout, codecs, indexes and expiry. */
export function createTableSql(database: string, table: Table, retention: Retention): string {
  const { timeColumn } = table;
  const byDevice = storedColumns(table).some((column) => column.name === 'DeviceId');
  const order = timeColumn
    ? sql`PARTITION BY toYYYYMMDD(${identifier(timeColumn)}) ORDER BY ${identifier(timeColumn)}`
    : byDevice
      ? sql`ORDER BY ${identifier('DeviceId')}`
      : sql`ORDER BY tuple()`;
  const days = daysOf(table, retention);
  const ttl = timeColumn && days !== null ? sql` TTL ${expiry(timeColumn, days)} DELETE` : sql``;
  // The window counts blocks (a segment makes one for each day it holds).
  return sql`CREATE TABLE IF NOT EXISTS ${tableName(database, table)} (${tableElements(table)})
ENGINE = MergeTree ${order}${ttl}
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1, ${settingsClause(durability)}`
    .text;
}

/** What the engine has of one table. */
interface StoredTable {
  readonly columns: ReadonlyMap<string, string>;
  readonly indexes: ReadonlySet<string>;
  /** null: kept for ever. */
  readonly days: number | null;
  readonly isDurable: boolean;
}

/**
 * Brings a tenant's database to its catalog and retention: makes what is missing, drops nothing.
 * @throws HuntError `catalog.invalid` when a stored column has another type than the catalog says
 */
export async function migrate(
  engine: Engine,
  database: string,
  catalog: Catalog,
  retention: Retention,
): Promise<void> {
  for (const { days } of [
    ...(retention === 'forever' ? [] : [retention]),
    ...catalog.tables.map((table) => ({ days: table.retentionDays ?? 1 })),
  ]) {
    if (!isRetentionDays(days)) {
      throw new HuntError('catalog.invalid', {
        message: `Retention is a number of days from 1 to ${longestDays}, or forever.`,
      });
    }
  }
  const stored = await storedTables(engine, database);
  if (!stored) {
    await engine.command(sql`CREATE DATABASE IF NOT EXISTS ${identifier(database)}`.text);
  }
  const changes: Promise<void>[] = [];
  for (const table of catalog.tables) {
    const present = stored?.get(table.name);
    if (present) {
      // Together: a change of retention is one of every table.
      changes.push(changeTable(engine, database, table, present, retention));
    } else {
      await engine.command(createTableSql(database, table, retention));
    }
  }
  const failed = (await Promise.allSettled(changes)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') {
    throw failed.reason;
  }
}

function isRetentionDays(days: number): boolean {
  return Number.isInteger(days) && days >= 1 && days <= longestDays;
}

/** One query for the whole database; undefined when there is none. */
async function storedTables(
  engine: Engine,
  database: string,
): Promise<Map<string, StoredTable> | undefined> {
  const name = literal(database);
  const rows = await engine.select<{ kind: string; of: string; name: string; detail: string }>(
    sql`SELECT 'database' AS kind, name AS of, '' AS name, '' AS detail
      FROM system.databases WHERE name = ${name}
    UNION ALL SELECT 'table', name, '', engine_full
      FROM system.tables WHERE database = ${name}
    UNION ALL SELECT 'column', table, name, type
      FROM system.columns WHERE database = ${name}
    UNION ALL SELECT 'index', table, name, ''
      FROM system.data_skipping_indices WHERE database = ${name}`.text,
  );
  if (rows.length === 0) {
    return undefined;
  }
  const tables = new Map<
    string,
    StoredTable & { readonly columns: Map<string, string>; readonly indexes: Set<string> }
  >();
  for (const row of rows.filter(({ kind }) => kind === 'table')) {
    const days = /\sTTL\s.*toIntervalDay\((\d+)\)/.exec(row.detail)?.[1];
    tables.set(row.of, {
      columns: new Map(),
      indexes: new Set(),
      days: days === undefined ? null : Number(days),
      isDurable: Object.entries(durability).every(([setting, value]) =>
        row.detail.includes(`${setting} = ${value}`),
      ),
    });
  }
  for (const row of rows) {
    if (row.kind === 'column') {
      tables.get(row.of)?.columns.set(row.name, row.detail);
    } else if (row.kind === 'index') {
      tables.get(row.of)?.indexes.add(row.name);
    }
  }
  return tables;
}

async function changeTable(
  engine: Engine,
  database: string,
  table: Table,
  present: StoredTable,
  retention: Retention,
): Promise<void> {
  const additions = [...addedColumns(table, present), ...addedIndexes(table, present)];
  const name = tableName(database, table);
  if (additions.length > 0) {
    await engine.command(sql`ALTER TABLE ${name} ${join(additions)}`.text);
  }
  if (!present.isDurable) {
    await engine.command(
      sql`ALTER TABLE ${name} MODIFY SETTING ${settingsClause(durability)}`.text,
    );
  }
  const days = daysOf(table, retention);
  if (days === present.days) {
    return;
  }
  if (table.timeColumn === null || days === null) {
    await engine.command(sql`ALTER TABLE ${name} REMOVE TTL`.text);
    return;
  }
  // What is stored has its old expiry, which must not stand where it is to be kept for longer. Where it
  // is to go sooner, `dropExpired` sees to it, and nothing has to be written anew.
  const isSooner = present.days === null || days < present.days;
  await engine.command(
    sql`ALTER TABLE ${name} MODIFY TTL ${expiry(table.timeColumn, days)} DELETE
SETTINGS materialize_ttl_after_modify = ${{ text: isSooner ? '0' : '1' }}`.text,
  );
}

/**
 * Drops the days that are wholly beyond the retention. The engine drops them by itself when it next
 * looks, which can be hours later.
 * @returns how many days of each table
 */
export async function dropExpired(
  engine: Pick<Engine, 'select' | 'command'>,
  database: string,
  catalog: Catalog,
  retention: Retention,
  now: Date,
): Promise<Record<string, number>> {
  const days = await engine.select<{ table: string; partition: string }>(
    sql`SELECT DISTINCT table, partition_id AS partition FROM system.parts
      WHERE active AND database = ${literal(database)} ORDER BY table, partition`.text,
  );
  const dropped: Record<string, number> = {};
  for (const table of catalog.tables) {
    const kept = daysOf(table, retention);
    if (kept === null) {
      continue;
    }
    const oldest = new Date(now.getTime() - kept * dayMs).toISOString().slice(0, 10);
    const oldestDay = Number(oldest.replaceAll('-', ''));
    for (const { partition } of days.filter((day) => day.table === table.name)) {
      if (/^\d{1,8}$/.test(partition) && Number(partition) < oldestDay) {
        const name = tableName(database, table);
        await engine.command(sql`ALTER TABLE ${name} DROP PARTITION ID ${literal(partition)}`.text);
        dropped[table.name] = (dropped[table.name] ?? 0) + 1;
      }
    }
  }
  return dropped;
}

function addedColumns(table: Table, present: StoredTable): Sql[] {
  const missing: Sql[] = [];
  for (const column of storedColumns(table)) {
    const type = present.columns.get(column.name);
    if (type === undefined) {
      missing.push(columnDefinition(table, column));
    } else if (plainType(type) !== plainType(storedType(table, column))) {
      throw new HuntError('catalog.invalid', {
        message:
          `The column ${column.name} of ${table.name} is stored as ${type}, ` +
          `and the catalog now says ${column.type}: a stored column keeps its type.`,
      });
    }
  }
  for (const [name, definition] of Object.entries(systemColumnDefinitions)) {
    if (!present.columns.has(name)) {
      missing.push(definition);
    }
  }
  return missing.map((definition) => sql`ADD COLUMN ${definition}`);
}

function addedIndexes(table: Table, present: StoredTable): Sql[] {
  return storedColumns(table)
    .flatMap(columnIndexes)
    .filter((index) => !present.indexes.has(index.name))
    .map((index) => sql`ADD ${index.definition}`);
}

/** The type without what only the storage knows. */
function plainType(type: string): string {
  return type.replace(/^(LowCardinality|Nullable)\((.*)\)$/, '$2').replaceAll(', ', ',');
}
