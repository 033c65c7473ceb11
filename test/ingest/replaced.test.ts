import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { builtinCatalog } from '../../src/catalog/catalog.js';
import { deleteDeviceRows } from '../../src/engine/device-rows.js';
import type { Engine } from '../../src/engine/engine.js';
import { migrate } from '../../src/engine/schema.js';
import { deleteStored } from '../../src/engine/stored-rows.js';
import { parseDatetime, ticksOf } from '../../src/ingest/datetime.js';
import type { TenantRows } from '../../src/ingest/journal.js';
import { RowBuffer, type RowKey } from '../../src/ingest/rows.js';
import { Writer } from '../../src/ingest/writer.js';
import { cleanUp, startTestEngine } from '../engine/fixture.js';
import { counter } from './fixture.js';
import { database } from './requests.js';

const { engine, directory } = await startTestEngine();
await migrate(engine, database, builtinCatalog, 'forever');
const otherDatabase = 'other_tenant';
await migrate(engine, otherDatabase, builtinCatalog, 'forever');
const count = counter(engine);
const patienceMs = 1_000;
let spools = 0;
let identities = 0n;

/** A row of its own time, which takes the place of others. */
function row(second: number, replaces: readonly RowKey[] = []): { part: TenantRows; key: RowKey } {
  const time = parseDatetime(`2026-01-0${1 + (second % 3)}T00:00:${10 + second}.1234567Z`);
  if (time === undefined) throw new Error('no time');
  const key = { ticks: ticksOf(time), identity: ++identities };
  const buffer = new RowBuffer({
    table: 'DeviceEvents',
    timeColumn: 'Timestamp',
    sameness: 'event',
  });
  buffer.add(`"Timestamp":"${time.text}","FileName":"${key.identity}"`, time, key.identity);
  buffer.replaces(replaces);
  return { part: { ...buffer.take(), database }, key };
}

/** The same rows of another tenant. */
const ofOther = (part: TenantRows): TenantRows => ({ ...part, database: otherDatabase });

async function identitiesOfOther(): Promise<string[]> {
  const rows = await engine.select<{ FileName: string }>(
    `SELECT FileName FROM ${otherDatabase}.DeviceEvents ORDER BY _seq`,
  );
  return rows.map(({ FileName }) => FileName);
}

const isThere = async ({ identity }: RowKey) =>
  (await count('DeviceEvents', `FileName = '${identity}'`)) > 0;

async function open(
  more: Partial<Engine> = {},
  folder?: string,
  spoolBytes = 2 ** 20,
): Promise<[Writer, string]> {
  const own = folder ?? path.join(directory, 'spool', `own${spools++}`);
  const writer = await Writer.open({
    folder: own,
    engine: {
      select: (text) => engine.select(text),
      command: (text) => engine.command(text),
      insertSegment: (segment) => engine.insertSegment(segment),
      ...more,
    },
    spoolBytes,
    log: () => undefined,
    refusedRow: () => {
      throw new Error('no row is refused');
    },
  });
  cleanUp(() => writer.close());
  return [writer, own];
}

describe('a row that takes the place of another', () => {
  it.each([true, false])('which is in the engine: %s', async (isStored) => {
    const [writer, folder] = await open();
    const [first, other] = [row(1), row(2)];
    await writer.commit([first.part, other.part], patienceMs);
    if (isStored) await writer.flush();
    const better = row(3, [first.key]);
    await writer.commit([better.part], patienceMs);
    await writer.flush();
    expect(await Promise.all([first, other, better].map(({ key }) => isThere(key)))).toEqual([
      false,
      true,
      true,
    ]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('which is on its way at the same time, and comes later', async () => {
    const [writer] = await open();
    const late = row(4);
    const better = row(5, [late.key]);
    await writer.commit([better.part], patienceMs);
    expect(await writer.commit([late.part], patienceMs)).toMatchObject([{ duplicate: 1 }]);
    await writer.flush();
    expect(await isThere(late.key)).toBe(false);
  });

  it('takes no place when it is there already', async () => {
    const [writer] = await open();
    const [first, second] = [row(1), row(2)];
    await writer.commit([first.part, second.part], patienceMs);
    await writer.flush();
    const { part } = row(2, [first.key]);
    const again = { ...part, ticks: second.part.ticks, identities: second.part.identities };
    expect(await writer.commit([again], patienceMs)).toMatchObject([{ stored: 0, duplicate: 1 }]);
    await writer.flush();
    expect(await isThere(first.key)).toBe(true);
  });

  it('takes no place of another tenant, to whom the same events have come', async () => {
    const [writer] = await open();
    const [stored, late] = [row(1), row(2)];
    await writer.commit([ofOther(stored.part)], patienceMs);
    await writer.flush();
    await writer.commit([stored.part], patienceMs);
    const better = row(3, [stored.key, late.key]);
    await writer.commit([better.part], patienceMs);
    expect(await writer.commit([ofOther(late.part)], patienceMs)).toMatchObject([{ stored: 1 }]);
    await writer.flush();
    expect(await identitiesOfOther()).toEqual([stored, late].map(({ key }) => `${key.identity}`));
    await writer.commit([stored.part, better.part, ofOther(better.part)], patienceMs);
    await writer.flush();
    expect(await identitiesOfOther()).toEqual([`${better.key.identity}`]);
  });

  it('takes that of both tenants, where one has it in the same journal and one before', async () => {
    const [writer] = await open();
    const first = row(1);
    await writer.commit([ofOther(first.part)], patienceMs);
    await writer.flush();
    const better = row(2, [first.key]);
    await writer.commit([first.part], patienceMs);
    await writer.commit([better.part, ofOther(better.part)], patienceMs);
    await writer.flush();
    const left = await identitiesOfOther();
    expect(left).not.toContain(`${first.key.identity}`);
    expect(left).toContain(`${better.key.identity}`);
    expect(await isThere(first.key)).toBe(false);
  });

  it('takes it also while the rows of another tenant cannot be deleted', async () => {
    let isBroken = true;
    const [writer, folder] = await open({
      command: async (text) => {
        if (isBroken && text.includes(otherDatabase)) throw new Error('broken');
        await engine.command(text);
      },
    });
    const [first, second] = [row(1), row(2)];
    const parts = [first.part, second.part];
    await writer.commit([...parts.map(ofOther), ...parts], patienceMs);
    await writer.flush();
    await writer.commit([ofOther(row(3, [first.key]).part)], patienceMs);
    await expect(writer.flush()).rejects.toThrow('broken');
    await writer.commit([row(4, [second.key]).part], patienceMs);
    await expect(writer.flush()).rejects.toThrow('broken');
    expect(await isThere(second.key)).toBe(false);
    expect(readdirSync(folder)).toHaveLength(1);
    expect(writer.backlogBytes).toBeGreaterThan(0);
    isBroken = false;
    await writer.flush();
    expect(await identitiesOfOther()).not.toContain(`${first.key.identity}`);
    expect(readdirSync(folder)).toEqual([]);
    expect(writer.backlogBytes).toBe(0);
  });

  it('waits for it where the engine does not take it yet', async () => {
    let attempts = 0;
    const [writer, folder] = await open({
      insertSegment: async (segment) => {
        if (attempts++ === 0) throw new Error('away');
        await engine.insertSegment(segment);
      },
    });
    const first = row(1);
    await writer.commit([first.part], patienceMs);
    await expect(writer.flush()).rejects.toThrow('away');
    const better = row(2, [first.key]);
    await writer.commit([better.part], patienceMs);
    await writer.flush();
    expect(await Promise.all([first, better].map(({ key }) => isThere(key)))).toEqual([
      false,
      true,
    ]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each<[string, Partial<Engine>]>([
    ['before rows are deleted', { command: () => Promise.reject(new Error('away')) }],
    ['before rows are inserted', { insertSegment: () => Promise.reject(new Error('away')) }],
  ])('a process that ends %s leaves it to the next one', async (_when, broken) => {
    const [writer] = await open();
    const first = row(1);
    await writer.commit([first.part], patienceMs);
    await writer.flush();
    const [dying, folder] = await open(broken);
    const better = row(2, [first.key]);
    await dying.commit([better.part], patienceMs);
    await expect(dying.flush()).rejects.toThrow('away');
    await dying.close();
    expect(await isThere(first.key)).toBe(true);
    const [next] = await open({}, folder);
    await next.flush();
    expect(await Promise.all([first, better].map(({ key }) => isThere(key)))).toEqual([
      false,
      true,
    ]);
    expect(readdirSync(folder)).toEqual([]);
  });
});

it('more rows than a statement holds are deleted', async () => {
  const [writer] = await open();
  const { part, key } = row(1);
  await writer.commit([part], patienceMs);
  await writer.flush();
  const others = Array.from(
    { length: 4_500 },
    (_, index) => [key.ticks, 2n ** 64n - 1n - BigInt(index)] as const,
  );
  await deleteStored(engine, { database, table: 'DeviceEvents', timeColumn: 'Timestamp' }, [
    ...others,
    [key.ticks, key.identity],
  ]);
  expect(await isThere(key)).toBe(false);
});

it('rows of many days, and those that are not there, are deleted', async () => {
  const [writer] = await open();
  const rows = [1, 2, 3, 4, 5].map((second) => row(second));
  await writer.commit(
    rows.map(({ part }) => part),
    patienceMs,
  );
  await writer.flush();
  const gone = { ticks: ticksOf({ milliseconds: 0, ticksBeyond: 0, text: '' }), identity: 1n };
  const keys = [...rows.slice(1).map(({ key }) => key), gone];
  await deleteStored(
    engine,
    { database, table: 'DeviceEvents', timeColumn: 'Timestamp' },
    keys.map(({ ticks, identity }) => [ticks, identity] as const),
  );
  expect(await Promise.all(rows.map(({ key }) => isThere(key)))).toEqual([
    true,
    false,
    false,
    false,
    false,
  ]);
  const marked = () =>
    engine.select(
      `SELECT table FROM system.parts WHERE active AND database = '${database}' AND has_lightweight_delete`,
    );
  expect(await marked()).not.toEqual([]);
  // A device's data, of which there may be rows among them, is to leave the disk.
  await deleteDeviceRows(engine, database, builtinCatalog, { ids: ['none'], names: [] }, []);
  expect(await marked()).toEqual([]);
  expect(await isThere(rows[0]?.key ?? gone)).toBe(true);
});

it('rows that wait for room when their database is forgotten do not come in', async () => {
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const insertSegment: Engine['insertSegment'] = async (segment) => {
    await held;
    return engine.insertSegment(segment);
  };
  const [writer] = await open({ insertSegment }, undefined, 1);
  const [first, waiting, other] = [row(1), row(2), row(3)];
  await writer.commit([first.part], patienceMs);
  const refused = expect(writer.commit([waiting.part], 30_000)).rejects.toMatchObject({
    code: 'request.notFound',
  });
  const taken = writer.commit([ofOther(other.part)], 30_000);
  writer.forget(database);
  release();
  await Promise.all([refused, taken]);
  await writer.flush();
  expect(await Promise.all([first, waiting].map(({ key }) => isThere(key)))).toEqual([true, false]);
  expect(await identitiesOfOther()).toContain(`${other.key.identity}`);
});
