import { identifier, join, literal, type Sql, sql } from '../sql/sql.js';
import type { Engine } from './engine.js';

const timeType = "DateTime64(7, 'UTC')";
const ticksPerMs = 10_000n;

/** Rows to look for: a binary file of pairs, the time in ticks (Int64) and the identity (UInt64). */
export interface RowKeys {
  readonly database: string;
  readonly table: string;
  readonly timeColumn: string | null;
  /** Look by identity alone among the rows since then; undefined: by time and identity. */
  readonly since: Date | undefined;
  /** Absolute path inside the engine's spool folder. */
  readonly file: string;
}

/**
 * For each of the lists, the identities (`_seq`) that are stored already. The time is the tables'
 * sorting key, so a look-up reads only the granules around the wanted times, however large the table.
 */
export async function storedIdentities(
  engine: Pick<Engine, 'select'>,
  lists: readonly RowKeys[],
): Promise<ReadonlySet<bigint>[]> {
  const found = lists.map(() => new Set<bigint>());
  if (lists.length === 0) {
    return found;
  }
  const parts = lists.map((keys, index) => selectStored(keys, index).text);
  const rows = await engine.select<{ list: number; identity: string }>(parts.join('\nUNION ALL\n'));
  for (const { list, identity } of rows) {
    found[list]?.add(BigInt(identity));
  }
  return found;
}

function selectStored(keys: RowKeys, index: number): Sql {
  const table = sql`${identifier(keys.database)}.${identifier(keys.table)}`;
  return sql`SELECT DISTINCT ${{ text: String(index) }} AS list, toString(_seq) AS identity
FROM ${table} WHERE ${condition(keys)}`;
}

function condition({ timeColumn, since, file }: RowKeys): Sql {
  const keys = sql`file(${literal(file)}, RowBinary, ${literal('ticks Int64, identity UInt64')})`;
  const byIdentity = sql`_seq IN (SELECT identity FROM ${keys})`;
  if (timeColumn === null) {
    return byIdentity;
  }
  const time = identifier(timeColumn);
  if (since !== undefined) {
    const start = literal(since.toISOString().slice(0, -1));
    return sql`${time} >= toDateTime64(${start}, 7, ${literal('UTC')}) AND ${byIdentity}`;
  }
  return sql`(${time}, _seq) IN (SELECT reinterpret(ticks, ${literal(timeType)}), identity FROM ${keys})`;
}

/** Each statement looks through all of a day; texts of them have their limit. */
const deletedAtOnce = 20_000;

/** A row's time in ticks since 1970, and its identity. */
type StoredKey = readonly [ticks: bigint, identity: bigint];

/** Deletes rows of a table with time, by time in ticks and identity; those that are not there are no matter. */
export async function deleteStored(
  engine: Pick<Engine, 'command'>,
  { database, table, timeColumn }: Pick<RowKeys, 'database' | 'table'> & { timeColumn: string },
  keys: readonly StoredKey[],
): Promise<void> {
  const from = sql`${identifier(database)}.${identifier(table)}`;
  for (const [day, ofDay] of byDay(keys)) {
    const partition = literal(day.replaceAll('-', ''));
    for (let at = 0; at < ofDay.length; at += deletedAtOnce) {
      const some = ofDay.slice(at, at + deletedAtOnce);
      await engine.command(
        sql`DELETE FROM ${from} IN PARTITION ID ${partition} WHERE ${isOneOf(some, timeColumn)}`
          .text,
      );
    }
  }
}

/** By their day, in the order of their times. */
function byDay(keys: readonly StoredKey[]): Map<string, StoredKey[]> {
  const days = new Map<string, StoredKey[]>();
  for (const key of keys.toSorted(([one], [other]) => Number(one - other))) {
    const day = new Date(Number(key[0] / ticksPerMs)).toISOString().slice(0, 10);
    const ofDay = days.get(day) ?? [];
    days.set(day, ofDay);
    ofDay.push(key);
  }
  return days;
}

/** @param keys in the order of their times */
function isOneOf(keys: readonly StoredKey[], timeColumn: string): Sql {
  const time = identifier(timeColumn);
  const number = (value = 0n): Sql => ({ text: String(value) });
  const at = (ticks?: bigint) => sql`reinterpret(toInt64(${number(ticks)}), ${literal(timeType)})`;
  const pairs = keys.map(([ticks, identity]) => sql`(${number(ticks)}, ${number(identity)})`);
  // Plain numbers, because the engine takes eight times as long for as many calls of a function.
  return sql`${time} >= ${at(keys[0]?.[0])} AND ${time} <= ${at(keys.at(-1)?.[0])}
AND (reinterpret(${time}, ${literal('Int64')}), _seq) IN (${join(pairs)})`;
}

/** For each of the tables, the time of its newest row in ticks since 1970; 0 where it has none. */
export async function newestTimes(
  engine: Pick<Engine, 'select'>,
  tables: readonly Pick<RowKeys, 'database' | 'table' | 'timeColumn'>[],
): Promise<bigint[]> {
  const timed = tables.flatMap(({ database, table, timeColumn }, index) => {
    if (timeColumn === null) return [];
    const newest = sql`toString(reinterpret(max(${identifier(timeColumn)}), 'Int64'))`;
    const from = sql`${identifier(database)}.${identifier(table)}`;
    return sql`SELECT ${{ text: String(index) }} AS list, ${newest} AS ticks FROM ${from}`.text;
  });
  const found = tables.map(() => 0n);
  if (timed.length > 0) {
    const rows = await engine.select<{ list: number; ticks: string }>(timed.join('\nUNION ALL\n'));
    for (const { list, ticks } of rows) {
      found[list] = BigInt(ticks);
    }
  }
  return found;
}

/**
 * Whether the engine has no such table: its tenant or its declaration is gone.
 * @throws Error where it does not say; that is no reason to let go of rows
 */
export async function isTableGone(
  engine: Pick<Engine, 'select'>,
  { database, table }: Pick<RowKeys, 'database' | 'table'>,
): Promise<boolean> {
  const [row] = await engine.select<{ tables: string }>(
    sql`SELECT toString(count()) AS tables FROM system.tables
      WHERE database = ${literal(database)} AND name = ${literal(table)}`.text,
  );
  if (row === undefined) {
    throw new Error('the engine does not say which tables it has');
  }
  return row.tables === '0';
}
