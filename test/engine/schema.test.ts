import { describe, expect, test } from 'vitest';
import { builtinCatalog } from '../../src/catalog/catalog.js';
import type { Column, Table } from '../../src/catalog/types.js';
import type { Engine } from '../../src/engine/engine.js';
import { createTableSql, dropExpired, migrate, type Retention } from '../../src/engine/schema.js';
import { columnTypes, identifier } from '../../src/sql/sql.js';
import { termText } from '../../src/sql/terms.js';
import {
  catalogOf,
  eventRows,
  eventsTable,
  refusal,
  startTestEngine,
  tableOf,
  until,
  writeSegment,
} from './fixture.js';

const { engine, directory } = await startTestEngine();

/** The engine, and what it is told. */
function recording(): { engine: Engine; told: string[] } {
  const told: string[] = [];
  const command = async (sql: string) => {
    told.push(sql);
    await engine.command(sql);
  };
  const select: Engine['select'] = (sql) => {
    told.push(sql);
    return engine.select(sql);
  };
  return { engine: { ...engine, command, select } as Engine, told };
}

async function timesOf(database: string): Promise<unknown[]> {
  const rows = await engine.select<{ year: number }>(
    `SELECT toUInt32(toYear(Timestamp)) AS year FROM ${database}.Events ORDER BY Timestamp`,
  );
  return rows.map(({ year }) => year);
}

describe('the whole catalog', () => {
  test('is created, and a second start asks once and changes nothing', async () => {
    await migrate(engine, 'tenant_whole', builtinCatalog, { days: 30 });
    const [row] = await engine.select<{ tables: number }>(
      "SELECT toUInt32(count()) AS tables FROM system.tables WHERE database = 'tenant_whole'",
    );
    expect(row?.tables).toBe(builtinCatalog.tables.length);
    const { engine: recorder, told } = recording();
    await migrate(recorder, 'tenant_whole', builtinCatalog, { days: 30 });
    expect(told).toHaveLength(1);
  });

  test('has every stored column, hidden ones included, in its type', async () => {
    const columns = await engine.select<{ table: string; name: string; type: string }>(
      "SELECT table, name, type FROM system.columns WHERE database = 'tenant_whole'",
    );
    const types = new Map(columns.map(({ table, name, type }) => [`${table}.${name}`, type]));
    for (const table of builtinCatalog.tables) {
      for (const column of [...table.columns, ...(table.hiddenColumns ?? [])]) {
        const type = types.get(`${table.name}.${column.name}`);
        const plain = type?.replace(/^(LowCardinality|Nullable)\((.*)\)$/, '$2');
        expect(plain, `${table.name}.${column.name}`).toBe(columnTypes[column.type]);
      }
      expect(types.get(`${table.name}._seq`)).toBe('UInt64');
      expect(types.get(`${table.name}._ingested`)).toBe("DateTime64(7, 'UTC')");
      if (table.timeColumn) {
        expect(types.get(`${table.name}.${table.timeColumn}`)).toBe("DateTime64(7, 'UTC')");
      }
    }
    expect(types.get('DeviceProcessEvents.FileName')).toBe('LowCardinality(String)');
    expect(types.get('DeviceProcessEvents.ProcessCommandLine')).toBe('String');
    expect(types.get('DeviceProcessEvents.ProcessId')).toBe('Nullable(Int64)');
    expect(types.get('DeviceInfo.IsAzureADJoined')).toBe('Nullable(Bool)');
  });
});

describe('a changed catalog', () => {
  test('adds columns and indexes and loses nothing', async () => {
    const database = 'tenant_changed';
    const [time, device] = eventsTable.columns as [Column, Column];
    const small = { ...eventsTable, columns: [time, device] };
    await migrate(engine, database, catalogOf(small), 'forever');
    await engine.insertSegment({
      database,
      table: eventsTable.name,
      file: writeSegment(directory, 'before', eventRows(100, 'before')),
      token: 'before',
    });
    const { engine: recorder, told } = recording();
    await migrate(recorder, database, catalogOf(eventsTable), 'forever');
    expect(told).toHaveLength(2);
    const [row] = await engine.select(
      `SELECT toUInt32(count()) AS rows, toUInt32(countIf(ProcessCommandLine = '')) AS empty,
        toUInt32(countIf(ProcessId IS NULL)) AS nulls FROM ${database}.${eventsTable.name}`,
    );
    expect(row).toEqual({ rows: 100, empty: 100, nulls: 100 });
    const plan = await engine.select<{ explain: string }>(
      `EXPLAIN indexes = 1 SELECT count() FROM ${database}.${eventsTable.name}
        WHERE hasToken(${termText(identifier('ProcessCommandLine')).text}, 'mimikatz')`,
    );
    expect(plan.map(({ explain }) => explain).join('\n')).toContain('terms_ProcessCommandLine');
  });

  test('keeps a column that it no longer has', async () => {
    const database = 'tenant_dropped';
    await migrate(engine, database, catalogOf(eventsTable), 'forever');
    const fewer = { ...eventsTable, columns: eventsTable.columns.slice(0, 2) };
    const { engine: recorder, told } = recording();
    await migrate(recorder, database, catalogOf(fewer), 'forever');
    expect(told).toHaveLength(1);
  });

  test('that gives a stored column another type is refused', async () => {
    const database = 'tenant_typed';
    const before = tableOf('Custom', [
      { name: 'Timestamp', type: 'datetime' },
      { name: 'Value', type: 'string' },
    ]);
    await migrate(engine, database, catalogOf(before), 'forever');
    const after = tableOf('Custom', [
      { name: 'Timestamp', type: 'datetime' },
      { name: 'Value', type: 'long' },
    ]);
    expect(await refusal(migrate(engine, database, catalogOf(after), 'forever'))).toEqual([
      'catalog.invalid',
      'The column Value of Custom is stored as String, and the catalog now says long: ' +
        'a stored column keeps its type.',
    ]);
  });
});

describe('names stay names', () => {
  test('of databases, tables and columns', async () => {
    const odd = tableOf("T`'\\;--", [
      { name: 'Timestamp', type: 'datetime' },
      { name: 'a`b\'c"d\\e; DROP DATABASE x --', type: 'string' },
    ]);
    await migrate(engine, "odd`'\\; --", catalogOf(odd), { days: 5 });
    await migrate(engine, "odd`'\\; --", catalogOf(odd), { days: 6 });
    expect(
      await engine.select(
        `DESCRIBE TABLE ${identifier("odd`'\\; --").text}.${identifier(odd.name).text}`,
      ),
    ).toHaveLength(4);
  });
});

describe('tables without time', () => {
  test.each([
    ['by device', [{ name: 'DeviceId', type: 'string' }], 'ORDER BY `DeviceId`'],
    ['by nothing', [{ name: 'Value', type: 'long' }], 'ORDER BY tuple()'],
  ] as const)('are ordered %s, not partitioned, and kept', async (_name, columns, order) => {
    const table: Table = tableOf('Static', columns, { timeColumn: null });
    const sql = createTableSql('x', table, { days: 30 });
    expect(sql).toContain(order);
    expect(sql).not.toMatch(/PARTITION|TTL/);
  });
});

describe('retention', () => {
  const events = tableOf('Events', [
    { name: 'Timestamp', type: 'datetime' },
    { name: 'DeviceId', type: 'string' },
  ]);
  const times = [
    '0001-01-01T00:00:00Z',
    '1601-01-01T00:00:00Z',
    '1969-12-31T00:00:00Z',
    '2001-01-01T00:00:00Z',
    `${new Date().getUTCFullYear()}-${new Date().toISOString().slice(5, 19)}Z`,
    '2105-06-01T00:00:00Z',
    '2107-01-01T00:00:00Z',
    '2200-01-01T00:00:00Z',
    '9999-12-31T00:00:00Z',
  ];
  const thisYear = new Date().getUTCFullYear();
  const future = [thisYear, 2105, 2107, 2200, 9999];
  const all = [1, 1601, 1969, 2001, ...future];

  async function fill(database: string, retention: Retention): Promise<void> {
    await migrate(engine, database, catalogOf(events), retention);
    await engine.insertSegment({
      database,
      table: 'Events',
      file: writeSegment(
        directory,
        database.replace('_', '-'),
        times.map((Timestamp) => ({ Timestamp })),
      ),
      token: database.replace('_', '-'),
    });
  }

  test.each([
    ['tenant_forever', 'forever', all],
    ['tenant_month', { days: 30 }, future],
    // Longer than the engine's clock: nothing goes too early.
    ['tenant_century', { days: 36_500 }, all],
  ] as const)('%s keeps what it says, in whatever year', async (database, retention, expected) => {
    await fill(database, retention);
    await engine.command(`OPTIMIZE TABLE ${database}.Events FINAL`);
    await until(async () => (await timesOf(database)).length <= expected.length);
    expect(await timesOf(database)).toEqual(expected);
  });

  test('can be shortened, lengthened and lifted', async () => {
    const database = 'tenant_retained';
    await fill(database, 'forever');
    const ttl = async () => {
      const [row] = await engine.select<{ engine_full: string }>(
        `SELECT engine_full FROM system.tables WHERE database = '${database}'`,
      );
      return /toIntervalDay\((\d+)\)/.exec(row?.engine_full ?? '')?.[1];
    };
    await migrate(engine, database, catalogOf(events), { days: 400 });
    expect(await ttl()).toBe('400');
    await dropExpired(engine, database, catalogOf(events), { days: 400 }, new Date());
    expect(await timesOf(database)).toEqual(future);
    await migrate(engine, database, catalogOf(events), { days: 30 });
    expect(await ttl()).toBe('30');
    const { engine: recorder, told } = recording();
    await migrate(recorder, database, catalogOf(events), { days: 30 });
    expect(told).toHaveLength(1);
    await migrate(engine, database, catalogOf(events), 'forever');
    expect(await ttl()).toBeUndefined();
    expect(await timesOf(database)).toEqual(future);
  });

  test.each([0, -1, 1.5, 36_501, Number.NaN, Number.POSITIVE_INFINITY])(
    'of %d days is refused',
    async (days) => {
      const refused = await refusal(migrate(engine, 'tenant_x', catalogOf(events), { days }));
      expect(refused[0]).toBe('catalog.invalid');
    },
  );

  test('is a table’s own where it says so, and drops whole days', async () => {
    const now = Date.now();
    const at = (days: number) => new Date(now - days * 86_400_000).toISOString();
    const database = 'tenant_own';
    const kept = (retentionDays?: number | null) =>
      catalogOf(
        tableOf('Events', [{ name: 'Timestamp', type: 'datetime' }], {
          ...(retentionDays !== undefined && { retentionDays }),
        }),
        tableOf('Others', [{ name: 'Timestamp', type: 'datetime' }]),
      );
    await migrate(engine, database, kept(null), 'forever');
    for (const table of ['Events', 'Others']) {
      const rows = [1, 5, 12, 50].map((days, index) => ({ Timestamp: at(days), _seq: index }));
      const file = writeSegment(directory, `own-${table}`, rows);
      await engine.insertSegment({ database, table, file, token: `own-${table}` });
    }
    const days = async (table: string) => {
      const rows = await engine.select<{ days: string }>(
        `SELECT toString(dateDiff('day', Timestamp, now())) AS days FROM ${database}.${table} ORDER BY Timestamp DESC`,
      );
      return rows.map((row) => Number(row.days));
    };
    const drop = (retentionDays: number | null | undefined, retention: Retention) =>
      dropExpired(engine, database, kept(retentionDays), retention, new Date(now));
    expect(await drop(null, { days: 10 })).toEqual({ Others: 2 });
    expect(await days('Events')).toEqual([1, 5, 12, 50]);
    expect(await days('Others')).toEqual([1, 5]);
    expect(await drop(20, 'forever')).toEqual({ Events: 1 });
    expect(await drop(undefined, { days: 7 })).toEqual({ Events: 1 });
    expect(await drop(undefined, { days: 7 })).toEqual({});
    expect(await days('Events')).toEqual([1, 5]);
    expect((await refusal(migrate(engine, database, kept(0), 'forever')))[0]).toBe(
      'catalog.invalid',
    );
  });

  test('tables of earlier versions are synced from now on, too', async () => {
    const database = 'tenant_earlier';
    await engine.command(`CREATE DATABASE ${database}`);
    const table = createTableSql(database, eventsTable, 'forever');
    await engine.command(table.replace(/, fsync_after_insert = 1.*$/, ''));
    await migrate(engine, database, catalogOf(eventsTable), 'forever');
    const [row] = await engine.select<{ engine_full: string }>(
      `SELECT engine_full FROM system.tables WHERE database = '${database}'`,
    );
    expect(row?.engine_full).toMatch(/fsync_after_insert = 1, .*old_parts_lifetime = 120/);
  });
});
