import { readFileSync } from 'node:fs';
import { access } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import { Metrics } from '../api/metrics.js';
import { createElasticsearchServer, createServer, type ServerParts } from '../api/server.js';
import type { readCertificate } from '../configuration.js';
import { HuntError } from '../errors.js';
import type { Administration } from '../hunting/administration.js';
import { CustomTables } from '../hunting/custom-tables.js';
import { previewDevices } from '../hunting/device-preview.js';
import { explainHunt } from '../hunting/explain.js';
import { huntHistory } from '../hunting/history.js';
import type { Purges } from '../hunting/purge.js';
import { changeRetention, retentionOf } from '../hunting/retention.js';
import { SavedQueries } from '../hunting/saved-queries.js';
import { contextFor, describeHunt, runCommand, runHunt, runTables } from '../hunting/service.js';
import { TableCounts } from '../hunting/statistics.js';
import { usageOf } from '../hunting/usage.js';
import { issuerCookieSecret } from '../identity/embedded.js';
import type { Uploads } from '../ingest/upload.js';
import { findTenant } from '../store/tenants.js';
import type { Backups } from './backups.js';
import type { DataPaths } from './data-directory.js';
import type { Hunting } from './hunting.js';
import type { Identity } from './identity.js';
import { megabyte, type Startup } from './startup.js';
import type { Storage } from './storage.js';
import { sourcesOf, type Telemetry, telemetryStatus } from './telemetry.js';

const { version: packageVersion } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { version: string };

/** What the API answers from. */
export interface Answering {
  readonly paths: DataPaths;
  readonly storage: Storage;
  readonly telemetry: Telemetry;
  readonly hunting: Hunting;
  readonly administration: Administration;
  readonly purges: Purges;
  readonly backups: Backups;
  readonly uploads: Uploads;
  readonly identity: Identity;
  readonly tls: Awaited<ReturnType<typeof readCertificate>> | undefined;
}

/** Serves every generation of the API and the portal. Returns where it listens. */
export async function startApi(startup: Startup, answering: Answering): Promise<string> {
  const { configuration, closing } = startup;
  const { paths, storage, telemetry, hunting, identity } = answering;
  const { store, tenants } = storage;
  const app = await createServer({
    ...listenerParts(startup, answering),
    hunt: (call) => runHunt(call, hunting),
    huntTables: (call) => runTables(call, hunting),
    describe: (call) => describeHunt(call, hunting),
    command: (call, work) => runCommand(call, hunting, work),
    catalog: async (principal) => contextFor(principal, await tenants.of(principal.tenant)).catalog,
    ready: storage.ready,
    publicUrl: configuration.publicUrl,
    corsOrigins: configuration.corsOrigins,
    admin: adminParts(answering),
    workbench: workbenchParts(answering),
    metrics: new Metrics({
      backlogBytes: () => telemetry.ingest.status().backlogBytes,
      hunts: {
        inProgress: () => hunting.underWay.count,
        waiting: () => storage.engine.waitingHunts,
      },
      ingest: (named) => sourcesOf(telemetry, named),
    }),
    // Without a way to sign in there is nothing that the pages could show.
    ...((configuration.embeddedIssuer || configuration.portal.signIn) && {
      portal: {
        version: packageVersion,
        isDemo: () => exists(paths.demo),
        signIn: configuration.portal.signIn,
        findTenant: async (name) => (await findTenant(store, name))?.id,
      },
    }),
    tolerantBodies: configuration.tolerantBodies,
    ...(configuration.embeddedIssuer && {
      issuer: {
        store,
        keys: identity.keys,
        ownNames: identity.ownNames,
        cookieSecret: await issuerCookieSecret(store),
      },
    }),
  });
  closing.add(() => app.close());
  const { host, port } = configuration;
  return listen(app, 'host', { host, port });
}

/** Serves shippers that take it for Elasticsearch. Returns where it listens; undefined: nowhere. */
export async function startElasticsearch(
  startup: Startup,
  answering: Answering,
): Promise<string | undefined> {
  const { configuration, closing } = startup;
  if (!configuration.elasticsearch) return undefined;
  const shippers = await createElasticsearchServer(listenerParts(startup, answering));
  closing.add(() => shippers.close());
  return listen(shippers, 'elasticsearch.host', configuration.elasticsearch);
}

/** What every listener is served with. */
function listenerParts(
  { configuration, log }: Startup,
  { telemetry, identity, hunting, tls }: Answering,
) {
  return {
    ingest: {
      ...telemetry.ingest,
      bodyBytes: configuration.telemetryRequestMegabytes * megabyte,
    },
    secrets: identity.secrets,
    verify: identity.verify,
    tls,
    audit: hunting.audit,
    log,
  };
}

function adminParts(answering: Answering): NonNullable<ServerParts['admin']> {
  const { storage, telemetry, hunting, administration, purges, backups } = answering;
  const { engine, store, tenants } = storage;
  const { audit, compiler, quota, profiles } = hunting;
  const flush = () => telemetry.ingest.flush();
  return {
    store,
    audit,
    tenants,
    compiler,
    administration,
    makeBackup: () => backups.make(),
    usage: (principal) => usageOf(principal, { quota, profiles }),
    devices: (tenant, group) => previewDevices(tenant, group, hunting),
    telemetry: {
      tables: new CustomTables({ store, engine, compiler, tenants, flush }),
      purges,
      retention: (tenant) => retentionOf({ store, tenants }, tenant),
      changeRetention: (tenant, change) => changeRetention({ store, tenants }, tenant, change),
      status: (tenant) => telemetryStatus(storage, telemetry, tenant),
    },
  };
}

function workbenchParts(answering: Answering): NonNullable<ServerParts['workbench']> {
  const { storage, hunting, uploads } = answering;
  const { engine, audit, compiler } = hunting;
  const counts = new TableCounts(hunting);
  return {
    explain: (call) => explainHunt(call, { ...hunting, counts }),
    statistics: (principal) => counts.of(principal),
    support: (principal) => compiler.supportMatrix({ caller: principal }),
    queries: new SavedQueries(storage.store),
    history: (principal, asked) => huntHistory(principal, asked, { engine, audit }),
    uploads,
  };
}

/** Listens; returns where. @throws HuntError `configuration.invalid` where the host is not this machine's */
async function listen(
  app: FastifyInstance,
  setting: string,
  address: { readonly host: string; readonly port: number },
): Promise<string> {
  try {
    return await app.listen(address);
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException;
    if (!['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN'].includes(code)) throw cause;
    const message = `${setting}: ${address.host} is no address of this machine`;
    throw new HuntError('configuration.invalid', { message }, { cause });
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
