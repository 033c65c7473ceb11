import { appendFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { migrate } from '../../src/engine/schema.js';
import { isTableGone } from '../../src/engine/stored-rows.js';
import {
  catalogOf,
  eventRows,
  eventsTable,
  refusal,
  startTestEngine,
  tableOf,
  temporaryDirectory,
  writeSegment,
} from './fixture.js';

const database = 'tenant_default';
const everyType = tableOf('EveryType', [
  { name: 'Timestamp', type: 'datetime' },
  { name: 'AString', type: 'string' },
  { name: 'DeviceName', type: 'string' },
  { name: 'ALong', type: 'long' },
  { name: 'AnInt', type: 'int' },
  { name: 'AReal', type: 'real' },
  { name: 'ADecimal', type: 'decimal' },
  { name: 'ABool', type: 'bool' },
  { name: 'AGuid', type: 'guid' },
  { name: 'ADatetime', type: 'datetime' },
  { name: 'ATimespan', type: 'timespan' },
  { name: 'ADynamic', type: 'dynamic' },
  { name: 'odd name`"\\', type: 'string' },
]);
const { engine, directory } = await startTestEngine();
const timed = { ...eventsTable, name: 'Timed' };
const inventory = { ...timed, name: 'Inventory', timeColumn: null };
const notes = {
  ...inventory,
  name: 'Notes',
  columns: inventory.columns.filter(({ name }) => name !== 'DeviceId'),
};
await migrate(
  engine,
  database,
  catalogOf(eventsTable, everyType, timed, inventory, notes),
  'forever',
);

function insert(table: string, file: string, token: string): Promise<void> {
  return engine.insertSegment({ database, table, file, token });
}

async function stored(table: string, where = '1'): Promise<Record<string, unknown>[]> {
  return engine.select(
    `SELECT * EXCEPT (_ingested) FROM ${database}.${table} WHERE ${where}
      ORDER BY _seq SETTINGS output_format_json_quote_64bit_integers = 1,
      output_format_json_quote_denormals = 1, date_time_output_format = 'iso',
      output_format_json_quote_decimals = 1`,
  );
}

async function count(table: string): Promise<number> {
  const [row] = await engine.select<{ rows: number }>(
    `SELECT toUInt32(count()) AS rows FROM ${database}.${table}`,
  );
  return row?.rows ?? -1;
}

describe('values arrive as they were written', () => {
  const time = '2026-06-01T00:00:00.0000000Z';
  test.each([
    ['a string', { AString: 'ä→😀 "\\ \u0001\n' }, {}],
    ['an empty string', { AString: '' }, {}],
    ['a string of few', { DeviceName: 'host.example' }, {}],
    ['the largest long', { ALong: '9223372036854775807' }, {}],
    ['the smallest long', { ALong: '-9223372036854775808' }, {}],
    ['a long as a number', { ALong: 42 }, { ALong: '42' }],
    ['an int', { AnInt: -2147483648 }, {}],
    ['a real', { AReal: 1.5e300 }, {}],
    ['a real that is no number', { AReal: 'nan' }, {}],
    ['infinity', { AReal: '-inf' }, {}],
    ['a decimal', { ADecimal: '-123456789012345678901234567890.1234567891' }, {}],
    ['a bool', { ABool: false }, {}],
    ['a guid', { AGuid: '6f9619ff-8b86-d011-b42d-00c04fc964ff' }, {}],
    ['seven digits of a second', { ADatetime: '2026-06-01T23:59:59.9999999Z' }, {}],
    [
      'no digits of a second',
      { ADatetime: '2026-06-01T23:59:59Z' },
      { ADatetime: '2026-06-01T23:59:59.0000000Z' },
    ],
    ['the first time there is', { ADatetime: '0001-01-01T00:00:00.0000000Z' }, {}],
    ['the last time there is', { ADatetime: '9999-12-31T23:59:59.9999999Z' }, {}],
    ['a timespan', { ATimespan: '-864000000000' }, {}],
    ['a dynamic', { ADynamic: '{"a":[1,2.50,{"b":null}],"d":"2026-01-01"}' }, {}],
    ['a dynamic that is a date', { ADynamic: '"2026-01-01T00:00:00Z"' }, {}],
    ['a column of an odd name', { 'odd name`"\\': 'x' }, {}],
    ['a null', { AString: null, ALong: null }, { AString: '', ALong: null }],
  ])('%s', async (name, values, expected) => {
    const token = name.replace(/[^a-z]+/gi, '-');
    const seq = String(token.length * 1_000 + token.charCodeAt(2));
    const file = writeSegment(directory, token, [{ Timestamp: time, ...values, _seq: seq }]);
    await insert('EveryType', file, token);
    const [row] = await stored(
      'EveryType',
      `_seq = ${seq} AND AnInt IS ${'AnInt' in values ? 'NOT NULL' : 'NULL'}`,
    );
    expect(row).toMatchObject({ Timestamp: time, ...values, ...expected });
  });

  test('what is absent is empty or null', async () => {
    const file = writeSegment(directory, 'absent', [{ Timestamp: time, _seq: 77 }]);
    await insert('EveryType', file, 'absent');
    expect(await stored('EveryType', '_seq = 77')).toEqual([
      {
        Timestamp: time,
        AString: '',
        DeviceName: '',
        ALong: null,
        AnInt: null,
        AReal: null,
        ADecimal: null,
        ABool: null,
        AGuid: null,
        ADatetime: null,
        ATimespan: null,
        ADynamic: '',
        'odd name`"\\': '',
        _seq: '77',
      },
    ]);
    const [row] = await engine.select<{ recent: number }>(
      `SELECT abs(dateDiff('second', _ingested, now64(7))) < 600 AS recent
        FROM ${database}.EveryType WHERE _seq = 77`,
    );
    expect(row?.recent).toBe(1);
  });
});

describe('a segment is inserted once', () => {
  test('however often its token comes, on however many days', async () => {
    const before = await count('DeviceProcessEvents');
    const file = writeSegment(directory, 'days', eventRows(4_000, 'days', 150));
    await insert('DeviceProcessEvents', file, 'days');
    expect(await count('DeviceProcessEvents')).toBe(before + 4_000);
    await insert('DeviceProcessEvents', file, 'days');
    await Promise.all([1, 2, 3].map(() => insert('DeviceProcessEvents', file, 'days')));
    expect(await count('DeviceProcessEvents')).toBe(before + 4_000);
  });

  test('and the same events in another segment are other events', async () => {
    const before = await count('DeviceProcessEvents');
    const file = writeSegment(directory, 'same', eventRows(10, 'same'));
    await insert('DeviceProcessEvents', file, 'same-1');
    await insert('DeviceProcessEvents', file, 'same-2');
    expect(await count('DeviceProcessEvents')).toBe(before + 20);
  });

  test('also when it is too large for one block', async () => {
    const before = await count('EveryType');
    const file = writeSegment(directory, 'large', []);
    const line = `{"Timestamp":"2026-06-01T00:00:00Z","AString":"${'x'.repeat(5_000)}"}\n`;
    for (let part = 0; part < 70; part += 1) {
      appendFileSync(file, line.repeat(1_000));
    }
    await insert('EveryType', file, 'large');
    await insert('EveryType', file, 'large');
    expect(await count('EveryType')).toBe(before + 70_000);
    const [parts] = await engine.select<{ blocks: number }>(
      `SELECT toUInt32(count()) AS blocks FROM system.parts
        WHERE database = '${database}' AND table = 'EveryType' AND rows > 1000`,
    );
    expect(parts?.blocks).toBeGreaterThan(1);
  });

  test.each([
    ['Timed', 'Timestamp'],
    ['Inventory', 'DeviceId'],
    ['Notes', ''],
  ])('what has been begun is completed: %s, sorted by "%s"', async (table) => {
    const [before, token] = [await count(table), `begun-${table}`];
    const rows = eventRows(1_000, token, 12);
    const file = writeSegment(directory, token, rows);
    await insert(table, file, token);
    // As after a kill between the engine's note of a part and the part.
    const lost = `ProcessId % 12 = 3 AND startsWith(SHA256, '${token}')`;
    await engine.command(`DELETE FROM ${database}.${table} WHERE ${lost}`);
    await insert(table, file, token);
    expect(await count(table)).toBeLessThan(before + rows.length);
    for (let turn = 0; turn < 2; turn += 1) {
      await engine.insertSegment({ database, table, file, token, begun: true });
      expect(await count(table)).toBe(before + rows.length);
    }
  });

  test('or later, where not its rows are at fault but the folders of the engine', async () => {
    const other = await startTestEngine();
    await migrate(other.engine, database, catalogOf(eventsTable), 'forever');
    rmSync(path.join(other.directory, 'run'), { recursive: true });
    const file = writeSegment(other.directory, 'homeless', eventRows(10, 'homeless'));
    const segment = { database, table: eventsTable.name, file, token: 'homeless' };
    expect((await refusal(other.engine.insertSegment(segment)))[0]).toBe('ingest.unavailable');
  });

  test('or not at all', async () => {
    const before = await count('DeviceProcessEvents');
    const file = writeSegment(directory, 'bad', eventRows(10, 'bad'));
    writeFileSync(file, '{"ProcessId": "not a number"}\n', { flag: 'a' });
    expect((await refusal(insert('DeviceProcessEvents', file, 'bad')))[0]).toBe('engine.failed');
    expect(await count('DeviceProcessEvents')).toBe(before);
  });
});

describe('a segment is a file in the spool folder', () => {
  test.each([
    ['empty', '', 0],
    ['without a line break at its end', '{"Timestamp":"2026-06-01T00:00:00Z"}', 1],
  ])('%s', async (name, text, rows) => {
    const file = path.join(directory, 'spool', `${name.replaceAll(' ', '-')}.ndjson`);
    writeFileSync(file, text);
    const before = await count('EveryType');
    await insert('EveryType', file, name.replaceAll(' ', '-'));
    expect(await count('EveryType')).toBe(before + rows);
  });

  test('and nothing else', async () => {
    const outside = path.join(temporaryDirectory(), 'outside.ndjson');
    writeFileSync(outside, '{"Timestamp":"2026-06-01T00:00:00Z"}\n');
    const link = path.join(directory, 'spool', 'link.ndjson');
    symlinkSync(outside, link);
    const pattern = path.join(directory, 'spool', '*.ndjson');
    writeFileSync(pattern, '{"Timestamp":"2026-06-01T00:00:00Z"}\n');
    for (const file of [
      outside,
      link,
      pattern,
      '/etc/passwd',
      path.join(directory, 'spool', '..', '..', path.basename(outside)),
      path.join(directory, 'spool', 'missing.ndjson'),
      path.join(directory, 'spool'),
    ]) {
      await expect(insert('EveryType', file, 'token')).rejects.toThrow();
    }
  });

  test('for a table that is there, with a token that is one', async () => {
    const file = writeSegment(directory, 'good', [{ Timestamp: '2026-06-01T00:00:00Z' }]);
    await expect(insert('NoSuchTable', file, 'token')).rejects.toThrow('no table NoSuchTable');
    await expect(insert("x'; DROP", file, 'token')).rejects.toThrow('no table');
    await expect(insert('EveryType', file, "a', max_threads = 1")).rejects.toThrow('not a name');
  });
});

test('a column that the catalog has gained since is filled', async () => {
  const grown = tableOf('Growing', [{ name: 'Timestamp', type: 'datetime' }]);
  await migrate(engine, database, catalogOf(grown), 'forever');
  const row = { Timestamp: '2026-06-01T00:00:00.0000000Z', Added: 'x', _seq: '1' };
  await insert('Growing', writeSegment(directory, 'g1', [{ ...row }]), 'g1');
  const added = tableOf('Growing', [...grown.columns, { name: 'Added', type: 'string' }]);
  await migrate(engine, database, catalogOf(added), 'forever');
  await insert('Growing', writeSegment(directory, 'g2', [{ ...row, _seq: '2' }]), 'g2');
  expect(await stored('Growing')).toEqual([
    { Timestamp: row.Timestamp, Added: '', _seq: '1' },
    { Timestamp: row.Timestamp, Added: 'x', _seq: '2' },
  ]);
});

test('a table is gone where the engine says so, and not where it says nothing', async () => {
  expect(await isTableGone(engine, { database, table: 'EveryType' })).toBe(false);
  expect(await isTableGone(engine, { database, table: 'Never' })).toBe(true);
  const silent = { select: async () => [] };
  await expect(isTableGone(silent, { database, table: 'EveryType' })).rejects.toThrow(
    /does not say/,
  );
});
