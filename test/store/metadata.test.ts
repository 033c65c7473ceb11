import { randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Kysely, sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Engine } from '../../src/engine/engine.js';
import { AuditLog, recordAudit } from '../../src/hunting/audit.js';
import { SavedQueries } from '../../src/hunting/saved-queries.js';
import { registerApp } from '../../src/identity/apps.js';
import { assignRole, dataAccess } from '../../src/identity/assignments.js';
import { listDeviceGroups, saveDeviceGroup } from '../../src/identity/device-groups.js';
import type { Principal } from '../../src/identity/principal.js';
import { Positions } from '../../src/ingest/positions.js';
import { RequestLog } from '../../src/ingest/request-log.js';
import {
  deleteCustomTable,
  listCustomTables,
  saveCustomTable,
} from '../../src/store/custom-tables.js';
import { listFunctions, removeFunction, saveFunction } from '../../src/store/functions.js';
import { addIngestCounters, ingestCounters } from '../../src/store/ingest-counters.js';
import { migrations } from '../../src/store/migrations.js';
import { changePurge, insertPurge, listPurges, unfinishedPurges } from '../../src/store/purges.js';
import { replaceTableRetention, tableRetention } from '../../src/store/retention.js';
import { openStore, type Store } from '../../src/store/store.js';
import {
  changeTenant,
  deleteTenant,
  findTenant,
  insertTenant,
  listTenants,
  tenantSince,
} from '../../src/store/tenants.js';
import { openStorePlace, type StorePlace, storeKinds } from './stores.js';

/** Milliseconds that 32 bits do not hold. */
const late = 4_102_444_800_123;

/** Positions as a source of the tenant has them. */
async function positionsIn<Position>(
  store: Store,
  source: string,
  shape: z.ZodType<Position>,
  tenant = 'default',
): Promise<Positions<Position>> {
  const since = (await tenantSince(store, tenant)) ?? 0;
  return new Positions({ store }, { source, tenant, since }, shape);
}

describe.each(storeKinds)('on %s', (kind) => {
  let place: StorePlace;
  let store: Store;
  /** The same store from another server, which a file does not have. */
  let other: Store;

  beforeAll(async () => {
    place = await openStorePlace(kind);
    const location = await place.location('metadata');
    store = await openStore(location);
    other = kind === 'postgres' ? await openStore(location) : store;
    await insertTenant(store, { id: 'contoso', name: 'Contoso', retentionDays: null });
  });
  afterAll(async () => {
    if (other !== store) await other?.close();
    await store?.close();
    await place?.close();
  });

  const user = (id: string, more: Partial<Principal> = {}): Principal => ({
    tenant: 'contoso',
    id,
    name: id,
    kind: 'user',
    roles: [],
    scopes: [],
    deviceGroups: null,
    ...more,
  });

  describe('migrations', () => {
    test('are all there after the first opening, and again after the second', async () => {
      const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(
        store.db,
      );
      expect(rows.map(({ name }) => name).sort()).toEqual(Object.keys(migrations).sort());
    });

    test('what was stored before is there after them', async () => {
      const location = await place.location('earlier');
      const before = await openStore(location);
      await insertTenant(before, { id: 'kept', name: 'Kept', retentionDays: 7 });
      // As a version left it that knew none of the last ones.
      const db = before.db as Kysely<unknown>;
      for (const table of ['audit_records', 'audit_servers', 'ingest_positions']) {
        await db.schema.dropTable(table).execute();
      }
      for (const table of ['ingest_requests']) await db.schema.dropTable(table).execute();
      await db.schema.alterTable('purges').dropColumn('server').execute();
      const names = Object.keys(migrations).sort();
      for (const name of ['0004-audit-records', '0007-ingest-positions-and-requests']) {
        await migrations[name]?.up(db);
      }
      for (const name of names.slice(names.indexOf('0007-ingest-positions-and-requests') + 1)) {
        await sql`delete from kysely_migration where name = ${name}`.execute(db);
      }
      const row = (item: string) => ({ source: 'folder', item, position: '7', updated_at: late });
      const items = Array.from({ length: 2500 }, (_, index) => `/logs/${index} ü.json`);
      for (let first = 0; first < items.length; first += 500) {
        await (db as Kysely<{ ingest_positions: ReturnType<typeof row> }>)
          .insertInto('ingest_positions')
          .values(items.slice(first, first + 500).map(row))
          .execute();
      }
      const audited = { tenant_id: 'default', at: late, record: '{}' };
      await (db as Kysely<{ audit_records: object }>)
        .insertInto('audit_records')
        .values([
          { ...audited, id: 'a', batch: 'of-before' },
          { ...audited, id: 'b', batch: null },
        ])
        .execute();
      await before.close();

      const after = await openStore(location);
      expect(await findTenant(after, 'kept')).toMatchObject({ retentionDays: 7 });
      const positions = await positionsIn(after, 'folder', z.number());
      expect(await positions.all()).toEqual(new Map(items.map((item) => [item, 7])));
      await positions.save(items[0] ?? '', 8);
      expect((await positions.all()).get(items[0] ?? '')).toBe(8);
      // It was the tenant's whose positions were asked for first.
      await insertTenant(after, { id: 'other', name: 'other', retentionDays: 7 });
      expect(await (await positionsIn(after, 'folder', z.number(), 'other')).all()).toEqual(
        new Map(),
      );
      const tokens: string[] = [];
      const engine = {
        insertSegment: async ({ token }: { token: string }) => void tokens.push(token),
      } as unknown as Engine;
      const log = new AuditLog(after, engine, place.directory, () => undefined);
      for (let time = 0; time < 3; time += 1) await log.beat();
      await log.close();
      expect(tokens).toEqual(['audit-of-before-default', expect.any(String)]);
      await after.close();
    });
  });

  describe('tenants', () => {
    test('are found by name in another case, and by theirs whatever its letters', async () => {
      await insertTenant(store, { id: 'aehre', name: 'Ähre GmbH', retentionDays: 30 });
      expect(await findTenant(store, 'CONTOSO')).toMatchObject({ id: 'contoso' });
      expect(await findTenant(store, 'Ähre GmbH')).toMatchObject({ id: 'aehre' });
      expect(await findTenant(store, 'nobody')).toBeUndefined();
      await changeTenant(store, 'aehre', { name: 'Ähre AG' });
      expect((await listTenants(store)).map(({ name }) => name)).toContain('Ähre AG');
    });

    test('take everything of theirs along, and nothing of others', async () => {
      await insertTenant(store, { id: 'gone', name: 'Gone', retentionDays: null });
      const mine = new SavedQueries(store);
      for (const tenant of ['gone', 'contoso']) {
        await registerApp(store, { tenant, name: 'collector', roles: [] });
        await saveDeviceGroup(store, tenant, { name: 'Sales', conditions: [] });
        await mine.add(user('owner', { tenant }), { ...content, name: 'of the tenant' });
        await saveFunction(store, tenant, { ...declared, name: 'OfTheTenant' });
        await saveCustomTable(store, tenant, { name: 'Zeek_CL', declaration: '{}' });
        await insertPurge(store, {
          id: `p-${tenant}`,
          tenant,
          device: 'ws',
          requestedAt: late,
          server: 'one',
        });
        await addIngestCounters(store, tenant, [counter('http', 'bytes', 1)]);
      }
      await deleteTenant(store, 'gone');
      const left = [
        ['saved_queries', 1],
        ['apps', 1],
        ['device_groups', 1],
        ['functions', 1],
        ['custom_tables', 1],
        ['purges', 1],
        ['ingest_counters', 1],
      ] as const;
      for (const [table, count] of left) {
        const rows = await store.db.selectFrom(table).select('tenant_id').execute();
        expect(rows, table).toEqual(Array(count).fill({ tenant_id: 'contoso' }));
      }
      for (const table of ['custom_tables', 'purges', 'ingest_counters', 'functions'] as const) {
        await store.db.deleteFrom(table).execute();
      }
    });
  });

  const content = { name: 'lsass readers', folder: 'Triage/Windows', text: 'T', shared: false };

  describe('saved queries', () => {
    test('are read by their owner, and by the tenant where they are shared', async () => {
      const queries = new SavedQueries(store);
      const text = 'T\n| where A == "ü\'\\"; drop table saved_queries; --"\r\n| take 5 // 🦊';
      const mine = await queries.add(user('asha'), { ...content, text });
      await queries.add(user('asha'), { ...content, name: 'shared', shared: true });
      const listed = async (who: string) =>
        (await queries.list(user(who))).filter(({ owner }) => owner.id === 'asha');
      expect(await listed('asha')).toMatchObject([
        { id: mine.id, text, folder: 'Triage/Windows', shared: false, updated: expect.any(Date) },
        { name: 'shared', shared: true, owner: { id: 'asha', name: 'asha' } },
      ]);
      expect((await listed('ben')).map(({ name }) => name)).toEqual(['shared']);
      expect((await listed('Asha')).map(({ name }) => name)).toEqual(['shared']);
      expect(await queries.list(user('asha', { tenant: 'default' }))).toEqual([]);
    });

    test('are changed and removed by their owner alone', async () => {
      const queries = new SavedQueries(store);
      const { id } = await queries.add(user('cleo'), { ...content, shared: true });
      await expect(queries.change(user('ben'), id, content)).rejects.toMatchObject({
        code: 'request.notOwner',
      });
      await expect(queries.remove(user('ben', { tenant: 'default' }), id)).rejects.toMatchObject({
        code: 'request.notFound',
      });
      const before = Date.now();
      await queries.change(user('cleo'), id, { ...content, folder: '', text: 'U' });
      const [changed] = (await queries.list(user('cleo'))).filter((query) => query.id === id);
      expect(changed).toMatchObject({ folder: '', text: 'U', shared: false });
      expect(changed?.updated.getTime()).toBeGreaterThanOrEqual(before);
      await queries.remove(user('cleo'), id);
      expect((await queries.list(user('cleo'))).some((query) => query.id === id)).toBe(false);
    });
  });

  const declared = {
    name: 'Suspicious',
    summary: 'What is',
    parameters: 'n: long',
    body: 'T | take n',
  };

  test('functions are replaced under their name, in its case', async () => {
    await saveFunction(store, 'contoso', declared);
    await saveFunction(store, 'contoso', { ...declared, body: 'U' });
    await saveFunction(store, 'contoso', { ...declared, name: 'suspicious' });
    expect(await listFunctions(store, 'contoso')).toEqual([
      { ...declared, body: 'U' },
      { ...declared, name: 'suspicious' },
    ]);
    expect(await removeFunction(store, 'contoso', 'SUSPICIOUS')).toBe(false);
    expect(await removeFunction(store, 'contoso', 'suspicious')).toBe(true);
  });

  test('tables of one’s own keep their place when they change, and go with their retention', async () => {
    await saveCustomTable(store, 'contoso', { name: 'B_CL', declaration: '{"v":1}' });
    await new Promise((resolve) => setTimeout(resolve, 5));
    await saveCustomTable(store, 'contoso', { name: 'A_CL', declaration: '{"v":1}' });
    await saveCustomTable(store, 'contoso', { name: 'B_CL', declaration: '{"v":2}' });
    await replaceTableRetention(store, 'contoso', new Map([['B_CL', 3]]));
    expect(await listCustomTables(store, 'contoso')).toMatchObject([
      { name: 'B_CL', declaration: '{"v":2}', createdAt: expect.any(Number) },
      { name: 'A_CL' },
    ]);
    await deleteCustomTable(store, 'contoso', 'B_CL');
    expect(await listCustomTables(store, 'contoso')).toHaveLength(1);
    expect(await tableRetention(store, 'contoso')).toEqual(new Map());
  });

  test('retention of tables is replaced whole, though two do it at once', async () => {
    const first = new Map<string, number | null>([
      ['A', 1],
      ['B', null],
    ]);
    const second = new Map<string, number | null>([
      ['B', 2],
      ['C', 3],
    ]);
    for (let round = 0; round < 10; round += 1) {
      await Promise.all([
        replaceTableRetention(store, 'contoso', first),
        replaceTableRetention(other, 'contoso', second),
      ]);
      const kept = await tableRetention(store, 'contoso');
      expect([first, second]).toContainEqual(kept);
    }
  });

  test('purges are found until they are done', async () => {
    const purge = { id: 'p1', tenant: 'contoso', device: 'ws-1', requestedAt: late };
    await insertPurge(store, { ...purge, server: 'one' });
    expect(await unfinishedPurges(store, 'one')).toMatchObject([{ ...purge, finishedAt: null }]);
    // Another server's telemetry is not where it has been broken off.
    expect(await unfinishedPurges(store, 'other')).toEqual([]);
    // Whoever has the store alone, under whatever id its directory goes by now.
    expect(await unfinishedPurges(store, undefined)).toMatchObject([{ id: 'p1' }]);
    const counts = { DeviceEvents: 2 ** 40 };
    await changePurge(store, 'p1', { counts, finishedAt: late + 1 });
    expect(await unfinishedPurges(store, 'one')).toEqual([]);
    expect(await listPurges(store, 'contoso', 10)).toMatchObject([
      { ...purge, counts, finishedAt: late + 1 },
    ]);
  });

  const counter = (source: string, name: string, value: number) => ({
    source,
    connector: 'sysmon',
    counter: name,
    value,
  });

  describe('counters of ingest', () => {
    test('add up beyond 32 bits, and of times the latest stays', async () => {
      for (const [bytes, at] of [
        [2 ** 40, late],
        [5, late - 1],
      ] as const) {
        await addIngestCounters(store, 'contoso', [
          counter('http', 'bytes', bytes),
          counter('http', 'lastEvent', at),
        ]);
      }
      expect(await ingestCounters(store, 'contoso')).toEqual([
        counter('http', 'bytes', 2 ** 40 + 5),
        counter('http', 'lastEvent', late),
      ]);
    });

    test('of two servers that write the same ones in another order all arrive', async () => {
      const sources = Array.from({ length: 30 }, (_, index) => counter(`s${index}`, 'accepted', 1));
      const reversed = sources.toReversed();
      for (let round = 0; round < 10; round += 1) {
        await Promise.all([
          addIngestCounters(store, 'contoso', sources),
          addIngestCounters(other, 'contoso', reversed),
        ]);
      }
      const counted = await ingestCounters(store, 'contoso');
      const accepted = counted.filter((each) => each.counter === 'accepted');
      expect(accepted.map(({ value }) => value)).toEqual(Array(30).fill(20));
    });
  });

  describe('ingest', () => {
    test('positions are read as they were written, and forgotten when they do not move', async () => {
      const shape = z.object({ offset: z.number(), inode: z.string() });
      const positions = await positionsIn(store, 'folder', shape);
      const at = { offset: 2 ** 45, inode: '9007199254740993' };
      await positions.save('/logs/a ü.json', { ...at, offset: 1 });
      await positions.save('/logs/a ü.json', at);
      await positions.save('/logs/b.json', at);
      expect(await positions.all()).toEqual(
        new Map([
          ['/logs/a ü.json', at],
          ['/logs/b.json', at],
        ]),
      );
      expect(await (await positionsIn(store, 'blobs', shape)).all()).toEqual(new Map());
      await positions.sweep(Date.now() + 1, new Set(['/logs/b.json']));
      expect([...(await positions.all()).keys()]).toEqual(['/logs/b.json']);
    });

    test('each server has read sources of one name so far as it has itself', async () => {
      const since = (await tenantSince(store, 'default')) ?? 0;
      const owner = { source: 'logs', tenant: 'default', since };
      const of = (server?: string) => new Positions({ store, server }, owner, z.number());
      // Of a version whose servers kept them together.
      await of().save('1', 1);
      const [one, other] = [of('one'), of('other')];
      expect(await one.all()).toEqual(new Map([['1', 1]]));
      await one.save('1', 2);
      await one.save('2', 1);
      expect(await other.all()).toEqual(new Map([['1', 1]]));
      await other.save('1', 3);
      await other.remove('1');
      expect(await one.all()).toEqual(new Map(Object.entries({ 1: 2, 2: 1 })));

      await one.sweep(Date.now() + 1, new Set(['1']));
      expect(await one.all()).toEqual(new Map([['1', 2]]));
      // What was kept together is passed on for so long, and not to servers that come later.
      expect(await of('later').all()).toEqual(new Map());
    });

    test('a server that is broken off while it takes over positions takes over all of them', async () => {
      const since = (await tenantSince(store, 'default')) ?? 0;
      const owner = { source: 'taken over', tenant: 'default', since };
      const of = (server?: string) => new Positions({ store, server }, owner, z.number());
      for (const item of ['1', '2', '3']) await of().save(item, 1);
      const server = of('one');
      let saved = 0;
      const { save } = server;
      server.save = (item, position) =>
        saved++ === 1 ? Promise.reject(new Error('broken off')) : save.call(server, item, position);
      await server.all().catch(() => undefined);
      expect((await of('one').all()).size).toBe(3);
    });

    test('a position of a long name is kept', async () => {
      const positions = await positionsIn(store, 'long', z.number());
      // Letters that do not compress, more of them than a key of PostgreSQL's holds.
      const random = randomBytes(100_000).toString('base64');
      await positions.save(random, 1);
      await positions.save(random, 2);
      expect(await positions.all()).toEqual(new Map([[random, 2]]));
      await positions.remove(random);
      expect(await positions.all()).toEqual(new Map());
    });

    test('a position of a source of a long name is kept', async () => {
      const name = `follow /${randomBytes(3_000).toString('base64')}`;
      const of = (source: string) => positionsIn(store, source, z.number());
      await (await of(name)).save('1', 1);
      expect(await (await of(name)).all()).toEqual(new Map([['1', 1]]));
      expect(await (await of(`${name}x`)).all()).toEqual(new Map());
    });

    test('positions go with their tenant, and are not of one that is made again', async () => {
      const tenant = { id: 'again', name: 'again', retentionDays: 7 };
      await insertTenant(store, tenant);
      const of = () => positionsIn(store, 'of a tenant', z.number(), 'again');
      const before = await of();
      await before.save('1', 1);
      await deleteTenant(store, 'again');
      const gone = { code: 'request.notFound' };
      await expect(before.save('2', 1)).rejects.toMatchObject(gone);
      await new Promise((resolve) => setTimeout(resolve, 5));
      await insertTenant(store, tenant);
      await expect(before.save('2', 1)).rejects.toMatchObject(gone);
      expect(await (await of()).all()).toEqual(new Map());
    });

    test('a request under a key is taken once', async () => {
      const log = new RequestLog({ store });
      const summary = { accepted: 3 } as never;
      const body = () =>
        (async function* () {
          yield Buffer.from('rows');
        })();
      let taken = 0;
      const take = async (chunks: AsyncIterable<Uint8Array>) => {
        for await (const _chunk of chunks);
        taken += 1;
        return summary;
      };
      expect(await log.once('contoso', 'k', body(), take)).toEqual(summary);
      expect(await log.once('contoso', 'k', body(), take)).toEqual(summary);
      expect(await log.once('default', 'k', body(), take)).toEqual(summary);
      expect(taken).toBe(2);
      // Another server that shares the store has telemetry of its own.
      const other = new RequestLog({ store, server: 'other' });
      expect(await other.once('default', 'k', body(), take)).toEqual(summary);
      expect(taken).toBe(3);
      await log.sweep(Date.now() + 2 * 86_400_000);
      expect(await store.db.selectFrom('ingest_requests').selectAll().execute()).toEqual([]);
    });
  });

  describe('the record', () => {
    const act = (action: string) => ({
      tenant: 'contoso',
      kind: 'Administration' as const,
      action,
      actor: user('asha'),
      outcome: 'Succeeded',
      status: 200,
      queryText: 'print "\0 \ud800 ü"',
      cpuSeconds: 0.25,
    });
    const trouble: object[] = [];

    /** A server's own engine, which waits for `opened` where it is given. */
    const serverOf = async (name: string, on: Store, opened?: Promise<void>) => {
      const lines: Record<string, unknown>[] = [];
      const tokens: string[] = [];
      const engine = {
        insertSegment: async ({ file, token }: { file: string; token: string }) => {
          const text = await readFile(file, 'utf8');
          tokens.push(token);
          lines.push(
            ...text
              .trimEnd()
              .split('\n')
              .map((line) => JSON.parse(line)),
          );
          await opened;
        },
      } as unknown as Engine;
      const folder = join(place.directory, name);
      await mkdir(folder, { recursive: true });
      const log = new AuditLog(on, engine, folder, (line) => void trouble.push(line));
      return { log, lines, tokens, actions: () => lines.map((line) => line['Action']) };
    };
    const left = () => store.db.selectFrom('audit_records').selectAll().execute();
    /** As if nothing had been heard of a server for a day. */
    const silence = async () => {
      await store.db
        .updateTable('audit_servers')
        .set((eb) => ({ seen_at: eb('seen_at', '-', 86_400_000) }))
        .execute();
    };
    const beat = async (log: AuditLog, times: number) => {
      for (let time = 0; time < times; time += 1) await log.beat();
    };

    test('reaches the engine once, from whichever server', async () => {
      const events = Array.from({ length: 25 }, (_, index) => act(`Act ${index}`));
      for (const event of events) await recordAudit(store, event);
      await recordAudit(store, { ...act('Gone'), tenant: 'gone' });
      const first = await serverOf('one', store);
      const second = await serverOf('two', other);
      await first.log.ship();
      expect(first.actions().sort()).toEqual(events.map(({ action }) => action).sort());
      for (const event of events) await recordAudit(store, event);
      await Promise.all([first.log.close(), second.log.close()]);
      expect(trouble).toEqual([]);
      expect([...first.actions(), ...second.actions()].sort()).toEqual(
        [...events, ...events].map(({ action }) => action).sort(),
      );
      expect(first.lines[0]).toMatchObject({ QueryText: 'print "\0 \ufffd ü"', CpuSeconds: 0.25 });
      expect(await left()).toEqual([]);
    });

    test('that a living server is bringing is left to it, and what is its own, too', async () => {
      let open: () => void = () => undefined;
      const slow = await serverOf('slow', store, new Promise((resolve) => (open = resolve)));
      const quick = await serverOf('quick', other);
      await slow.log.record(act('Of the slow one'));
      await quick.log.record(act('Of the quick one'));
      await recordAudit(store, act('Of nobody'));
      const shipping = slow.log.ship();
      while (slow.lines.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      await slow.log.record(act('Meanwhile'));
      await beat(quick.log, 5);
      await quick.log.ship();
      expect(quick.actions()).toEqual(['Of the quick one']);
      open();
      await shipping;
      await Promise.all([slow.log.close(), quick.log.close()]);
      expect(slow.actions().sort()).toEqual(['Meanwhile', 'Of nobody', 'Of the slow one']);
      expect(trouble).toEqual([]);
      expect(await left()).toEqual([]);
    });

    test('of a server that has gone is brought by another, under the names it had', async () => {
      let end: (error: Error) => void = () => undefined;
      const gone = await serverOf('gone', store, new Promise((_, reject) => (end = reject)));
      await gone.log.record(act('On its way'));
      const shipping = gone.log.ship();
      while (gone.lines.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      await gone.log.record(act('Not yet'));
      await silence();
      const heir = await serverOf('heir', other);
      // Not at once: where nobody reached the store for a while, all have been silent.
      await beat(heir.log, 2);
      await heir.log.ship();
      expect(heir.actions()).toEqual([]);
      await beat(heir.log, 1);
      await heir.log.ship();
      expect(heir.actions()).toEqual(['On its way', 'Not yet']);
      expect(heir.tokens[0]).toBe(gone.tokens[0]);
      end(new Error('gone'));
      await shipping;
      await Promise.all([gone.log.close(), heir.log.close()]);
      expect(gone.actions()).toEqual(['On its way']);
      expect(trouble.splice(0)).toEqual([{ event: 'audit.waiting', error: 'Error: gone' }]);
      expect(await left()).toEqual([]);
    });

    test('of a server that is started again is its own, at once', async () => {
      let end: (error: Error) => void = () => undefined;
      const before = await serverOf('again', store, new Promise((_, reject) => (end = reject)));
      await before.log.record(act('Before'));
      const shipping = before.log.ship();
      while (before.lines.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      end(new Error('killed'));
      await shipping;
      const after = await serverOf('again', other);
      await after.log.ship();
      expect(after.tokens).toEqual(before.tokens);
      expect(trouble.splice(0)).toEqual([{ event: 'audit.waiting', error: 'Error: killed' }]);
      await Promise.all([before.log.close(), after.log.close()]);
      expect(await left()).toEqual([]);
    });
  });

  test('roles go by the subject, whatever its case and length', async () => {
    const group = 'Ä'.repeat(200);
    await assignRole(store, 'contoso', {
      subjectKind: 'group',
      subject: group,
      viewsData: true,
      deviceGroups: ['Sales'],
      allows: ['Audit.Read'],
    });
    await assignRole(store, 'contoso', {
      subjectKind: 'group',
      subject: group.toLowerCase(),
      viewsData: true,
      deviceGroups: ['Sales', 'None'],
    });
    expect(await dataAccess(store, 'contoso', { names: [], groups: [group] })).toMatchObject({
      viewsData: true,
      allowed: [],
    });
  });

  describe('a NUL in a text, which PostgreSQL does not hold,', () => {
    test('is stored as the sign for what cannot be shown, and found again', async () => {
      await saveDeviceGroup(store, 'contoso', { name: 'a\0b', conditions: [] });
      await saveDeviceGroup(store, 'contoso', { name: 'a\0b', conditions: [] });
      const groups = await listDeviceGroups(store, 'contoso');
      expect(groups.map(({ name }) => name).filter((name) => name.startsWith('a'))).toEqual([
        'a\ufffdb',
      ]);
      await addIngestCounters(store, 'contoso', [counter('host\0', 'bytes', 1)]);
      const queries = new SavedQueries(store);
      const { id } = await queries.add(user('nul'), { ...content, text: 'print "\0"' });
      const [mine] = (await queries.list(user('nul'))).filter((query) => query.id === id);
      expect(mine?.text).toBe('print "\ufffd"');
    });

    test('is in no name of what there is', async () => {
      expect(await findTenant(store, 'contoso\0')).toBeUndefined();
    });
  });
});
