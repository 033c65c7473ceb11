import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { catalogOf } from '../../src/catalog/catalog.js';
import { type ChdbEngine, startChdbEngine } from '../../src/engine/chdb.js';
import { AuditLog } from '../../src/hunting/audit.js';
import { HuntsUnderWay } from '../../src/hunting/hunts-under-way.js';
import { profilePresets } from '../../src/hunting/profiles.js';
import { QuotaLedger } from '../../src/hunting/quota.js';
import { type HuntCall, type HuntingParts, runHunt } from '../../src/hunting/service.js';
import { TenantContexts } from '../../src/hunting/tenants.js';
import type { Principal } from '../../src/identity/principal.js';
import { openStore, type Store } from '../../src/store/store.js';
import { compileHere } from '../compile-here.js';

let directory: string;
let store: Store;
let engine: ChdbEngine;
let audit: AuditLog;
let parts: HuntingParts;
const trouble: object[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quarry-audit-'));
  store = await openStore(join(directory, 'quarry.db'));
  engine = await startChdbEngine({ dataDirectory: directory });
  const tenants = new TenantContexts(store, engine, catalogOf([], [], []));
  await tenants.of('default');
  audit = new AuditLog(store, engine, join(directory, 'spool'), (line) => trouble.push(line));
  parts = {
    engine,
    compiler: compileHere,
    tenants,
    audit,
    quota: new QuotaLedger(store),
    underWay: new HuntsUnderWay({ running: 2, waiting: 10 }),
    profiles: {
      profiles: profilePresets,
      applications: {},
      tenants: {},
      generations: {},
      default: 'generous',
      memoryBytes: 2 ** 30,
    },
  };
});
afterAll(async () => {
  await audit.close();
  await engine.close();
  await store.close();
  await rm(directory, { recursive: true });
  expect(trouble).toEqual([]);
});

const principal = (roles: string[]): Principal => ({
  tenant: 'default',
  id: 'app-1',
  name: 'auditor',
  kind: 'application',
  roles,
  scopes: [],
  deviceGroups: null,
});

async function rowsOf(text: string, call: Partial<HuntCall> = {}) {
  const { rows } = await runHunt(
    { principal: principal(['Audit.Read']), generation: 'graph', text, ...call },
    parts,
  );
  const chunks: Buffer[] = [];
  for await (const chunk of rows) chunks.push(chunk as Buffer);
  return JSON.parse(`[${Buffer.concat(chunks).toString()}]`) as Record<string, unknown>[];
}

describe('hunts are on record', () => {
  test('who, what text, scope, rows, cost and outcome', async () => {
    const window = { from: new Date('2026-01-01T00:00:00Z') };
    await rowsOf('range x from 1 to 3 step 1', { window, address: '192.0.2.1' });
    await expect(rowsOf('NoSuchTable')).rejects.toMatchObject({ code: 'kql.semantic' });
    await audit.ship();
    const rows = await rowsOf('QuarryAuditLogs | order by Timestamp asc');
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatchObject({
      Kind: 'Hunt',
      ActorId: 'app-1',
      ActorName: 'auditor',
      ActorType: 'Application',
      Address: '192.0.2.1',
      Generation: 'graph',
      QueryText: 'range x from 1 to 3 step 1',
      Outcome: 'Succeeded',
      Status: 200,
      RowCount: 3,
      CpuSeconds: expect.any(Number),
    });
    expect(JSON.parse(String(rows[0]?.['Scope']))).toEqual({ from: '2026-01-01T00:00:00.000Z' });
    expect(rows[1]).toMatchObject({
      Outcome: 'kql.semantic',
      Status: 400,
      QueryText: 'NoSuchTable',
    });
  });

  test('for those alone who may read them; others are not told that there is such a table', async () => {
    const call = { principal: principal(['ThreatHunting.Read.All', 'Quarry.Admin']) };
    const refused = (table: string) => rowsOf(table, call).catch((error: Error) => error.message);
    expect(String(await refused('QuarryAuditLogs')).replace('QuarryAuditLogs', 'X')).toBe(
      String(await refused('NoSuchTable')).replace('NoSuchTable', 'X'),
    );
  });

  test('also one of a user who may not view data', async () => {
    const blind: Principal = { ...principal([]), kind: 'user', id: 'blind', viewsData: false };
    await expect(rowsOf('print "peep"', { principal: blind })).rejects.toMatchObject({
      code: 'request.viewData',
    });
    await audit.ship();
    const rows = await rowsOf('QuarryAuditLogs | where ActorId == "blind"');
    expect(rows).toMatchObject([
      { QueryText: 'print "peep"', Outcome: 'request.viewData', Status: 403 },
    ]);
  });

  test('beyond the retention of telemetry', async () => {
    await store.db
      .insertInto('audit_records')
      .values({
        id: 'old',
        tenant_id: 'default',
        at: 0,
        batch: null,
        record: JSON.stringify({ Timestamp: '2020-01-01T00:00:00.000Z', Action: 'Old' }),
      })
      .execute();
    await audit.ship();
    const old = 'QuarryAuditLogs | where Action == "Old" | project Action';
    expect(await rowsOf(old)).toHaveLength(1);
    expect(await rowsOf(old, { window: { from: new Date('2025-01-01') } })).toHaveLength(0);
  });

  test('with any text as it was', async () => {
    const text = `print x = "'); DROP TABLE \u0000 \ud83d \n" // ${'é'.repeat(1000)}`;
    await rowsOf(text).catch(() => undefined);
    await audit.ship();
    const rows = await rowsOf('QuarryAuditLogs | where QueryText has "DROP" | project QueryText');
    expect(rows[0]).toEqual({ QueryText: text.toWellFormed() });
  });
});

describe('records reach the engine once', () => {
  test('when the process ended between the engine and the store', async () => {
    await audit.ship();
    await audit.record({
      tenant: 'default',
      kind: 'Administration',
      action: 'Twice',
      actor: 'CommandLine',
      outcome: 'Succeeded',
      status: 200,
    });
    await store.db.updateTable('audit_records').set({ batch: 'b-1' }).execute();
    const rows = await store.db.selectFrom('audit_records').selectAll().execute();
    await audit.ship();
    // What a process leaves that was killed after the engine had the batch.
    await store.db.insertInto('audit_records').values(rows).execute();
    await audit.ship();
    const found = await rowsOf('QuarryAuditLogs | where Action == "Twice" | project ActorType');
    expect(found).toEqual([{ ActorType: 'CommandLine' }]);
  });
});

test('a flood of refused tokens is one record and its number', async () => {
  const refusal = {
    tenant: 'default',
    kind: 'RefusedToken',
    action: 'RefuseToken',
    actor: null,
    address: '192.0.2.9',
    outcome: 'request.unauthorized',
    status: 401,
  } as const;
  const log = new AuditLog(store, engine, join(directory, 'spool'), (line) => trouble.push(line));
  for (let attempt = 0; attempt < 500; attempt += 1) await log.recordRefusal(refusal);
  await log.close();
  const rows = await rowsOf(
    'QuarryAuditLogs | where Kind == "RefusedToken" | order by Details asc | project Details',
  );
  expect(rows).toEqual([{ Details: '' }, { Details: '{"repeated":499}' }]);
});

test('what comes while records are brought in waits for its turn: steady hunts keep no insert going', async () => {
  await audit.ship();
  const inserts: string[] = [];
  const event = {
    tenant: 'default',
    kind: 'Hunt',
    action: 'Hunt',
    actor: 'CommandLine',
    outcome: 'Succeeded',
    status: 200,
  } as const;
  const own = join(directory, 'spool', 'steady');
  await mkdir(own);
  const steady: AuditLog = new AuditLog(
    store,
    {
      ...engine,
      insertSegment: async ({ token }) => {
        inserts.push(token);
        await steady.record(event);
      },
    },
    own,
    (line) => trouble.push(line),
  );
  await steady.record(event);
  await steady.ship();
  expect(inserts).toHaveLength(1);
  await steady.ship();
  expect(inserts).toHaveLength(2);
  await store.db.deleteFrom('audit_records').execute();
  await steady.close();
});
