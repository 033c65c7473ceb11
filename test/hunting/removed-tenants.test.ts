import { join } from 'node:path';
import { expect, test } from 'vitest';
import { auditTable, builtinCatalog, catalogOf } from '../../src/catalog/catalog.js';
import type { Engine } from '../../src/engine/engine.js';
import { HuntError } from '../../src/errors.js';
import { Administration } from '../../src/hunting/administration.js';
import { TenantContexts } from '../../src/hunting/tenants.js';
import { IngestCounters } from '../../src/ingest/counters.js';
import { startIngest } from '../../src/ingest/ingest.js';
import { deadLetterTable } from '../../src/ingest/parser.js';
import { replaceTableRetention } from '../../src/store/retention.js';
import { openStore } from '../../src/store/store.js';
import { compileHere } from '../compile-here.js';
import { cleanUp, startTestEngine } from '../engine/fixture.js';
import { lines, processEvent } from '../ingest/requests.js';

const { engine, directory } = await startTestEngine();
/** What of the engine's fails at the moment. */
let failing: (what: string) => boolean = () => false;
const unavailable = () => Promise.reject(new HuntError('engine.unavailable', {}));
const shaky: Engine = {
  run: (query) => engine.run(query),
  ready: () => engine.ready(),
  close: () => engine.close(),
  select: (sql) => engine.select(sql),
  command: (sql) => (failing(sql) ? unavailable() : engine.command(sql)),
  insertSegment: (segment) => (failing('insert') ? unavailable() : engine.insertSegment(segment)),
};
const store = await openStore(join(directory, 'quarry.db'));
cleanUp(() => store.close());
const tables = ['DeviceProcessEvents', deadLetterTable];
const catalog = catalogOf(
  builtinCatalog.tables.filter(({ name }) => tables.includes(name)),
  [],
  [],
);
const tenants = new TenantContexts(store, shaky, catalog);
const counters = new IngestCounters(store, () => undefined);
cleanUp(() => counters.close());
const ingest = await startIngest({
  folder: join(directory, 'spool'),
  engine: shaky,
  tenant: (id) => tenants.of(id),
  counters,
});
cleanUp(() => ingest.close());
const parts = {
  store,
  engine: shaky,
  compiler: compileHere,
  tenants,
  flush: () => ingest.flush(),
  forgetTenant: (id: string) => ingest.forgetTenant(id),
};
const administration = new Administration(parts);

const tenant = { id: 'contoso', name: 'Contoso', retentionDays: null };
const tablesOf = async (id: string) => {
  const rows = await engine.select<{ name: string }>(
    `SELECT name FROM system.tables WHERE database = 'tenant_${id}'`,
  );
  return rows.map(({ name }) => name).sort();
};
const count = async () => {
  const [row] = await engine.select<{ n: string }>(
    `SELECT toString(count()) AS n FROM tenant_contoso.DeviceProcessEvents`,
  );
  return Number(row?.n);
};
const push = (from: number) =>
  ingest.push(lines([processEvent(from), processEvent(from + 1)]), { tenant: 'contoso' });
const idsOf = async () => (await administration.list()).map(({ id }) => id);

test('rows of a tenant that are on their way when it is removed are not those of the next', async () => {
  await administration.create(tenant);
  failing = (what) => what === 'insert';
  expect(await push(0)).toMatchObject({ accepted: 2 });
  await administration.remove('contoso');
  failing = () => false;
  await administration.create(tenant);
  await ingest.flush();
  expect([await count(), await counters.of('contoso')]).toEqual([0, []]);
  expect(await push(0)).toMatchObject({ accepted: 2, duplicate: 0 });
  await ingest.flush();
  expect(await count()).toBe(2);
  expect(await counters.of('contoso')).toMatchObject([{ accepted: 2, duplicates: 0 }]);
});

test.each([
  ['its tables cannot be made', (sql: string) => sql.includes(auditTable.name)],
  ['what an earlier one left cannot be removed', (sql: string) => sql.startsWith('DROP')],
])('a tenant is not made where %s, and is made when it is tried again', async (_what, fails) => {
  const fabrikam = { id: 'fabrikam', name: 'Fabrikam', retentionDays: 7 };
  failing = fails;
  await expect(administration.create(fabrikam)).rejects.toMatchObject({
    code: 'engine.unavailable',
  });
  failing = () => false;
  expect([await idsOf(), await tablesOf('fabrikam')]).toEqual([['contoso', 'default'], []]);
  await administration.create(fabrikam);
  expect(await idsOf()).toContain('fabrikam');
  await administration.remove('fabrikam');
});

test('a tenant is not made, and nobody waits for ever, where telemetry does not get into the engine', async () => {
  const stuck = new Administration({ ...parts, flush: () => new Promise(() => undefined) });
  await expect(stuck.create({ ...tenant, id: 'late', name: 'late' })).rejects.toMatchObject({
    code: 'ingest.unavailable',
  });
  expect(await idsOf()).not.toContain('late');
});

test('a tenant that cannot be put on record is not made', async () => {
  const created = administration.create({ ...tenant, id: 'new', name: 'new' }, () =>
    Promise.reject(new HuntError('store.unavailable', {})),
  );
  await expect(created).rejects.toMatchObject({ code: 'store.unavailable' });
  expect([await idsOf(), await tablesOf('new')]).toEqual([['contoso', 'default'], []]);
});

test('of two that make the same tenant at once, one does', async () => {
  const made = await Promise.allSettled(
    [1, 2, 3].map(() => administration.create({ ...tenant, id: 'one', name: 'one' })),
  );
  expect(made.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
  expect(await tablesOf('one')).toEqual([...tables, auditTable.name].sort());
  await Promise.allSettled([
    administration.remove('one'),
    administration.create({ ...tenant, id: 'one', name: 'one' }),
    administration.remove('one'),
  ]);
  expect([await idsOf(), await tablesOf('one')]).toEqual([['contoso', 'default'], []]);
});

test('a tenant that is read while it is removed is not remembered', async () => {
  await administration.create({ ...tenant, id: 'brief', name: 'brief' });
  const reading = tenants.of('brief');
  await administration.remove('brief');
  await reading.catch(() => undefined);
  await expect(tenants.of('brief')).rejects.toMatchObject({ code: 'request.notFound' });
});

test('the catalog of a tenant that was removed is kept for nobody', async () => {
  const catalogOfNew = async (id: string) => {
    await administration.create({ ...tenant, id, name: id });
    await replaceTableRetention(store, id, new Map([['DeviceProcessEvents', 3]]));
    tenants.forget(id);
    return (await tenants.of(id)).catalog;
  };
  // Tenants that have the same share it while one of them is there.
  const first = await catalogOfNew('first');
  expect(await catalogOfNew('second')).toBe(first);
  await administration.remove('first');
  expect(await catalogOfNew('third')).toBe(first);
  await administration.remove('second');
  await administration.remove('third');
  expect(await catalogOfNew('fourth')).not.toBe(first);
  await administration.remove('fourth');
});
