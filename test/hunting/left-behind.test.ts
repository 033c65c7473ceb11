import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { catalogOf } from '../../src/catalog/catalog.js';
import { type ChdbEngine, startChdbEngine } from '../../src/engine/chdb.js';
import { Administration } from '../../src/hunting/administration.js';
import { CustomTables } from '../../src/hunting/custom-tables.js';
import { TenantContexts } from '../../src/hunting/tenants.js';
import { deleteCustomTable } from '../../src/store/custom-tables.js';
import { openStore, type Store } from '../../src/store/store.js';
import { deleteTenant } from '../../src/store/tenants.js';
import { compileHere } from '../compile-here.js';
import { temporaryDirectory } from '../engine/fixture.js';

// What another server on the same store deletes, and what a deletion that is broken off has done by then, is the
// declaration alone: the rows are in this server's engine.

let store: Store;
let engine: ChdbEngine;
let tenants: TenantContexts;
let administration: Administration;
let tables: CustomTables;
const forgotten: string[] = [];
const forgetTenant = async (id: string) => void forgotten.push(id);

beforeAll(async () => {
  const directory = temporaryDirectory();
  store = await openStore(join(directory, 'quarry.db'));
  engine = await startChdbEngine({ dataDirectory: directory });
  tenants = new TenantContexts(store, engine, catalogOf([], [], []));
  const parts = {
    store,
    engine,
    compiler: compileHere,
    tenants,
    flush: async () => undefined,
    forgetTenant,
  };
  administration = new Administration(parts);
  tables = new CustomTables(parts);
});
afterAll(async () => {
  await engine.close();
  await store.close();
});

const stored = async (tenant: string) => {
  const rows = await engine.select<{ name: string }>(
    `SELECT name FROM system.tables WHERE database = 'tenant_${tenant}'`,
  );
  return rows.map(({ name }) => name).sort();
};
const notFound = { code: 'request.notFound' };

test('telemetry of a tenant that is removed already is deleted', async () => {
  await administration.create({ id: 'contoso', name: 'contoso', retentionDays: 30 });
  expect(forgotten.splice(0)).toEqual(['contoso']);
  await deleteTenant(store, 'contoso');
  tenants.forget('contoso');
  expect(await stored('contoso')).toEqual(['QuarryAuditLogs']);
  await administration.remove('contoso');
  expect(await stored('contoso')).toEqual([]);
  expect(forgotten).toEqual(['contoso']);
  await expect(administration.remove('contoso')).rejects.toMatchObject(notFound);
  await expect(administration.remove('default')).rejects.toThrow('The default tenant stays.');
});

test('rows of a table that is removed already are deleted', async () => {
  const columns = [{ name: 'Timestamp', type: 'datetime', from: 'ts' }];
  await tables.save('default', { name: 'Firewall', columns });
  await deleteCustomTable(store, 'default', 'Firewall');
  tenants.forget('default');
  expect(await stored('default')).toEqual(['Firewall', 'QuarryAuditLogs']);
  await tables.remove('default', 'Firewall');
  expect(await stored('default')).toEqual(['QuarryAuditLogs']);
  for (const name of ['Firewall', 'QuarryAuditLogs']) {
    await expect(tables.remove('default', name)).rejects.toMatchObject(notFound);
  }
});
