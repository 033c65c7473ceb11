import { dirname } from 'node:path';
import type { FastifyBaseLogger } from 'fastify';
import { builtinCatalog } from '../catalog/catalog.js';
import type { Configuration } from '../configuration.js';
import { brokenParts } from '../engine/broken-parts.js';
import { type ChdbEngine, startChdbEngine } from '../engine/chdb.js';
import { TenantContexts } from '../hunting/tenants.js';
import { openStore, type Store } from '../store/store.js';
import { changeTenant, defaultTenantId, findTenant, listTenants } from '../store/tenants.js';
import { assertNoTelemetry, checkSpace, type DataPaths } from './data-directory.js';
import { megabyte, type Startup } from './startup.js';

/** What everything is kept in. */
export interface Storage {
  readonly engine: ChdbEngine;
  readonly store: Store;
  readonly tenants: TenantContexts;
  /** Whether a hunt could be answered and put on record now; fails where not. */
  readonly ready: () => Promise<boolean>;
}

/** Starts the engine and opens the store, with the tables of every tenant. */
export async function openStorage(
  { configuration, log, closing }: Startup,
  paths: DataPaths,
): Promise<Storage> {
  const { engineMemoryMegabytes, concurrentHunts } = configuration;
  const engine = await startChdbEngine({
    dataDirectory: paths.root,
    memoryBytes: engineMemoryMegabytes && engineMemoryMegabytes * megabyte,
    slots: concurrentHunts,
    log: (line) => log.info(line, 'engine'),
  });
  closing.add(() => engine.close());
  const storeLocation = configuration.store ?? paths.store;
  const store = await openStore(storeLocation, async () => {
    if (configuration.retention === undefined) await assertNoTelemetry(paths);
  });
  closing.add(() => store.close());
  if (configuration.retention !== undefined) {
    await changeTenant(store, defaultTenantId, { retentionDays: configuration.retention });
  }
  await warnOfUnknownTenants(store, configuration, log);
  const tenants = new TenantContexts(store, engine, builtinCatalog, configuration.auditRetention);
  for (const { id } of await listTenants(store)) await tenants.of(id);
  await warnOfBrokenParts(engine, log);
  return {
    engine,
    store,
    tenants,
    ready: async () => {
      await engine.ready();
      await checkSpace(paths.root);
      if (store.kind === 'sqlite') await checkSpace(dirname(storeLocation));
      await listTenants(store);
      await store.assertWritable();
      return true;
    },
  };
}

/** Rows that the engine goes on without. */
async function warnOfBrokenParts(engine: ChdbEngine, log: FastifyBaseLogger): Promise<void> {
  for (const part of await brokenParts(engine)) {
    log.error(part, 'stored rows cannot be read, and are set aside');
  }
}

/** Tenants that settings name and that do not exist: they may be made while the server runs. */
async function warnOfUnknownTenants(
  store: Store,
  { issuers, profiles }: Configuration,
  log: FastifyBaseLogger,
): Promise<void> {
  const named = [
    ...issuers.map(({ tenant }) => ['issuers', tenant] as const),
    ...Object.keys(profiles.tenants).map((tenant) => ['profiles.tenants', tenant] as const),
  ];
  for (const [setting, tenant] of named) {
    if (!(await findTenant(store, tenant))) {
      log.warn({ setting, tenant }, 'a setting names a tenant that does not exist');
    }
  }
}
