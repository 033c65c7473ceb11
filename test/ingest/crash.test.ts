import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, closeSync, openSync, readdirSync, writeSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { builtinCatalog } from '../../src/catalog/catalog.js';
import { startChdbEngine } from '../../src/engine/chdb.js';
import type { Engine } from '../../src/engine/engine.js';
import { HuntError } from '../../src/errors.js';
import { startIngest } from '../../src/ingest/ingest.js';
import { cleanUp, temporaryDirectory, until } from '../engine/fixture.js';
import { counter, startTestIngest } from './fixture.js';
import {
  database,
  eventsPerRequest,
  lines,
  numbers,
  processEvent,
  requestOf,
  tenant,
} from './requests.js';

const script = fileURLToPath(new URL('./sender.ts', import.meta.url));

/** Starts a sender and kills it after so many acknowledgements; the numbers that it said. */
async function killedAfter(directory: string, first: number, count: number): Promise<number[]> {
  const child = spawn(process.execPath, ['--import', 'tsx', script, directory, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  cleanUp(() => child.kill('SIGKILL'));
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += String(chunk);
    if (said.split('\n').length > count) {
      child.kill('SIGKILL');
    }
  });
  await ended(child);
  return said.split('\n').slice(0, -1).map(Number);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    await once(child, 'close');
  }
}

function tenantOf() {
  return Promise.resolve({ catalog: builtinCatalog, retentionDays: null });
}

describe('a process that is killed while it ingests', () => {
  it('has every acknowledged event once after the next start, and takes the same again', async () => {
    const directory = temporaryDirectory();
    const acknowledged = new Set<number>();
    for (const count of [1, 17, 60]) {
      // What was not acknowledged is sent again, as its sender would.
      const first = numbers(0, 1000).find((number) => !acknowledged.has(number)) ?? 0;
      for (const number of await killedAfter(directory, first, count)) {
        acknowledged.add(number);
      }
    }
    const engine = await startChdbEngine({ dataDirectory: directory });
    cleanUp(() => engine.close());
    const folder = path.join(directory, 'spool');
    const ingest = await startIngest({ folder, engine, tenant: tenantOf });
    cleanUp(() => ingest.close());
    await ingest.flush();
    const count = counter(engine);
    const last = Math.max(...acknowledged) + 5;
    for (const table of ['DeviceProcessEvents', 'DeviceNetworkEvents']) {
      const rows = await engine.select<{ n: number; id: number; copies: number }>(
        `SELECT toInt32(ReportId) AS id, toInt32(count()) AS copies
        FROM ${database}.${table} GROUP BY id`,
      );
      expect(rows.filter(({ copies }) => copies !== 1)).toEqual([]);
      const stored = new Set(rows.map(({ id }) => id));
      const expected = [...acknowledged].flatMap((number) =>
        numbers(number * eventsPerRequest, (number + 1) * eventsPerRequest),
      );
      expect(expected.filter((id) => !stored.has(id))).toEqual([]);
    }
    for (const number of numbers(0, last)) {
      await ingest.push(requestOf(number), { tenant });
    }
    await ingest.flush();
    expect(await count('DeviceProcessEvents')).toBe(last * eventsPerRequest);
    expect(await count('DeviceNetworkEvents')).toBe(last * eventsPerRequest);
    expect(readdirSync(folder)).toEqual([]);
  }, 180_000);
});

describe('an engine that is killed while rows are brought to it', () => {
  it('costs no event, and no request that was acknowledged', async () => {
    const { engine, ingest, count } = await startTestIngest();
    let sent = 0;
    for (const kill of [3, 9, 20]) {
      while (sent < kill) {
        await ingest.push(requestOf(sent++), { tenant });
      }
      const flushing = ingest.flush();
      process.kill(engine.pid ?? 0, 'SIGKILL');
      await ingest.push(requestOf(sent++), { tenant });
      await flushing.catch(() => undefined);
    }
    await until(() =>
      ingest.flush().then(
        () => true,
        () => false,
      ),
    );
    expect(await count('DeviceProcessEvents')).toBe(sent * eventsPerRequest);
    expect(await count('DeviceNetworkEvents')).toBe(sent * eventsPerRequest);
  });
});

/** The engine, with some of its methods replaced. */
function engineWith(engine: Engine, replaced: Partial<Engine>): Engine {
  return {
    run: (query) => engine.run(query),
    command: (sql) => engine.command(sql),
    select: (sql) => engine.select(sql),
    insertSegment: (segment) => engine.insertSegment(segment),
    ready: () => engine.ready(),
    close: () => engine.close(),
    ...replaced,
  };
}

describe('a spool', () => {
  it('left by a process whose engine took nothing is brought in by the next', async () => {
    const { engine, directory, count, log } = await startTestIngest();
    const folder = path.join(directory, 'spool');
    const failing = engineWith(engine, {
      insertSegment: () => Promise.reject(new HuntError('engine.unavailable', {})),
    });
    const first = await startIngest({ folder, engine: failing, tenant: tenantOf });
    expect(await first.push(requestOf(0), { tenant })).toMatchObject({ accepted: 80 });
    expect(await first.push(requestOf(1), { tenant })).toMatchObject({
      accepted: 80,
      duplicate: 10,
    });
    await expect(first.flush()).rejects.toThrow(HuntError);
    expect(first.status().failure).toBeInstanceOf(HuntError);
    expect(first.status().backlogBytes).toBeGreaterThan(1000);
    await first.close();
    expect(await count('DeviceProcessEvents')).toBe(0);

    const [journal = ''] = readdirSync(folder).filter((name) => name.endsWith('.journal'));
    appendFileSync(path.join(folder, journal), 'x'.repeat(100));
    const second = await startIngest({
      folder,
      engine,
      tenant: tenantOf,
      log: (line) => log.push(line as Record<string, unknown>),
    });
    cleanUp(() => second.close());
    expect(await second.push(requestOf(1), { tenant })).toMatchObject({ duplicate: 90 });
    await second.flush();
    expect(await count('DeviceProcessEvents')).toBe(2 * eventsPerRequest);
    expect(log).toContainEqual(expect.objectContaining({ event: 'ingest.journal.damaged' }));
  });

  it('whose insert fails while it is being emptied is brought in all the same', async () => {
    const { engine, directory, count } = await startTestIngest();
    let inserts = 0;
    let begun = () => {};
    const isBegun = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const failingOnce = engineWith(engine, {
      insertSegment: async (segment) => {
        if (++inserts > 1) return engine.insertSegment(segment);
        begun();
        await setTimeout(200);
        throw new HuntError('engine.unavailable', {});
      },
    });
    const folder = path.join(directory, 'spool');
    const ingest = await startIngest({ folder, engine: failingOnce, tenant: tenantOf });
    await ingest.push(requestOf(0), { tenant });
    await isBegun;
    await ingest.close();
    expect(await count('DeviceProcessEvents')).toBe(eventsPerRequest);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('that is damaged on disk while it waits is kept for a person to look at', async () => {
    let isAway = true;
    const { engine, directory, count } = await startTestIngest();
    const returning = engineWith(engine, {
      insertSegment: (segment) =>
        isAway
          ? Promise.reject(new HuntError('engine.unavailable', {}))
          : engine.insertSegment(segment),
    });
    const folder = path.join(directory, 'spool');
    const logged: object[] = [];
    const log = (line: object) => logged.push(line);
    const ingest = await startIngest({ folder, engine: returning, tenant: tenantOf, log });
    cleanUp(() => ingest.close());
    await ingest.push(requestOf(0), { tenant });
    await expect(ingest.flush()).rejects.toThrow(HuntError);
    // The rows of the second journal are not in memory: others wait before it.
    await ingest.push(requestOf(1), { tenant });
    const journals = () => readdirSync(folder).filter((name) => name.endsWith('.journal'));
    const second = path.join(folder, journals().sort().at(-1) ?? '');
    const file = openSync(second, 'r+');
    writeSync(file, 'damaged', 1_000);
    closeSync(file);
    await expect(ingest.flush()).rejects.toThrow(HuntError);
    isAway = false;
    await ingest.flush();
    expect(await count('DeviceProcessEvents')).toBe(eventsPerRequest);
    expect(readdirSync(folder)).toEqual([`${path.basename(second)}.damaged`]);
    expect(logged).toContainEqual({ event: 'ingest.journal.damaged', file: `${second}.damaged` });
  });

  it('that is full makes senders wait, then refuses them, and takes more when there is room', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { engine, directory, count } = await startTestIngest();
    const slow = engineWith(engine, {
      insertSegment: async (segment) => {
        await held;
        return engine.insertSegment(segment);
      },
    });
    const ingest = await startIngest({
      folder: path.join(directory, 'spool'),
      engine: slow,
      tenant: tenantOf,
      spoolBytes: 1000,
    });
    cleanUp(() => ingest.close());
    expect(await ingest.push(requestOf(0), { tenant })).toMatchObject({ accepted: 80 });
    await expect(ingest.push(requestOf(1), { tenant })).rejects.toMatchObject({
      code: 'ingest.behind',
      message: 'The engine is behind. Please send the events again later.',
    });
    release();
    await ingest.flush();
    expect(await ingest.push(requestOf(1), { tenant })).toMatchObject({ accepted: 80 });
    await ingest.flush();
    expect(await count('DeviceProcessEvents')).toBe(2 * eventsPerRequest);
  });
});

describe('a tenant whose tables are missing', () => {
  it('is refused, and holds up no other', async () => {
    const { engine, directory, count } = await startTestIngest();
    const folder = path.join(directory, 'spool');
    const failing = engineWith(engine, {
      insertSegment: () => Promise.reject(new HuntError('engine.unavailable', {})),
    });
    const first = await startIngest({ folder, engine: failing, tenant: tenantOf });
    await engine.command('CREATE DATABASE tenant_gone');
    await engine.command(
      `CREATE TABLE tenant_gone.DeviceProcessEvents AS ${database}.DeviceProcessEvents`,
    );
    await engine.command(
      `CREATE TABLE tenant_gone.DeviceNetworkEvents AS ${database}.DeviceNetworkEvents`,
    );
    await first.push(requestOf(0), { tenant: 'gone' });
    await first.close();
    await engine.command('DROP DATABASE tenant_gone');

    const second = await startIngest({ folder, engine, tenant: tenantOf });
    cleanUp(() => second.close());
    const results = await Promise.allSettled(
      ['gone', tenant, 'gone', tenant].map((id, n) => second.push(requestOf(n), { tenant: id })),
    );
    expect(results.map(({ status }) => status)).toEqual([
      'rejected',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    await second.flush();
    expect(await count('DeviceProcessEvents')).toBe(2 * eventsPerRequest + 10);
    // Whoever removed the tables wanted their rows gone.
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is no longer waited for once they are removed', async () => {
    const { engine, directory } = await startTestIngest();
    const folder = path.join(directory, 'spool');
    let isAway = true;
    const returning = engineWith(engine, {
      insertSegment: (segment) =>
        isAway
          ? Promise.reject(new HuntError('engine.unavailable', {}))
          : engine.insertSegment(segment),
    });
    const log: object[] = [];
    const ingest = await startIngest({
      folder,
      engine: returning,
      tenant: tenantOf,
      log: (line) => log.push(line),
    });
    cleanUp(() => ingest.close());
    await engine.command('CREATE DATABASE tenant_leaving');
    for (const table of ['DeviceProcessEvents', 'DeviceNetworkEvents']) {
      await engine.command(`CREATE TABLE tenant_leaving.${table} AS ${database}.${table}`);
    }
    await ingest.push(requestOf(0), { tenant: 'leaving' });
    await engine.command('DROP DATABASE tenant_leaving');
    isAway = false;
    await ingest.flush();
    expect(log).toContainEqual({
      event: 'ingest.tableGone',
      table: 'tenant_leaving.DeviceProcessEvents',
    });
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('rows that the engine refuses', () => {
  it('become dead letters, and the rows around them are stored', async () => {
    // The engine has a column as another type than the catalog says.
    const stored = {
      ...builtinCatalog,
      tables: builtinCatalog.tables.map((table) => ({
        ...table,
        columns: table.columns.map((column) =>
          column.name === 'ProcessTokenElevation' ? { ...column, type: 'guid' as const } : column,
        ),
      })),
    };
    const { engine, ingest, directory, count } = await startTestIngest({ catalog: stored });
    const other = await startIngest({
      folder: path.join(directory, 'spool'),
      engine,
      tenant: tenantOf,
    });
    cleanUp(() => other.close());
    await ingest.flush();
    const bad = { ProcessTokenElevation: 'no guid' };
    const events = numbers(0, 100).map((n) => processEvent(n, n % 40 === 7 ? bad : {}));
    expect(await other.push(lines(events), { tenant })).toMatchObject({ accepted: 100 });
    await other.flush();
    await other.flush();
    expect(await count('DeviceProcessEvents')).toBe(97);
    expect(await count('QuarryIngestErrors', "ReasonCode = 'engine.refused'")).toBe(3);
    expect(
      await count(
        'QuarryIngestErrors',
        "RawEvent LIKE '%no guid%' AND Table = 'DeviceProcessEvents'",
      ),
    ).toBe(3);
  });
});
