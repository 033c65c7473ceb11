import { readFileSync } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { Metrics } from './api/metrics.js';
import { createElasticsearchServer, createServer } from './api/server.js';
import { builtinCatalog } from './catalog/catalog.js';
import {
  type Configuration,
  checkReadable,
  makeDataDirectory,
  readCertificate,
  unusableData,
} from './configuration.js';
import { startChdbEngine } from './engine/chdb.js';
import { GeoDatabase } from './engine/geo-database.js';
import { type DirectoryLock, lockDataDirectory } from './engine/lock.js';
import { HuntError } from './errors.js';
import { Administration } from './hunting/administration.js';
import { AuditLog } from './hunting/audit.js';
import { CompileThreads } from './hunting/compile-threads.js';
import { CustomTables } from './hunting/custom-tables.js';
import { previewDevices } from './hunting/device-preview.js';
import { explainHunt } from './hunting/explain.js';
import { externalDataReader } from './hunting/external-data.js';
import { huntHistory } from './hunting/history.js';
import { tableStatus } from './hunting/ingest-status.js';
import { Purges } from './hunting/purge.js';
import { QuotaLedger } from './hunting/quota.js';
import { changeRetention, dropAllExpired, retentionOf } from './hunting/retention.js';
import { SavedQueries } from './hunting/saved-queries.js';
import { contextFor, describeHunt, runCommand, runHunt } from './hunting/service.js';
import { TableCounts } from './hunting/statistics.js';
import { TenantContexts } from './hunting/tenants.js';
import { startTracing } from './hunting/tracing.js';
import { usageOf } from './hunting/usage.js';
import { sameAudience } from './identity/apis.js';
import { assignRole, dataAccess } from './identity/assignments.js';
import { ClientSecrets } from './identity/client-secrets.js';
import { IssuerKeys, issuerCookieSecret, trustEmbeddedIssuer } from './identity/embedded.js';
import { trustExternalIssuer } from './identity/external.js';
import { sweepArtifacts } from './identity/issuer/artifacts.js';
import { rotateKeys } from './identity/keys.js';
import { type MintRequest, mintToken } from './identity/mint.js';
import { personalRoles } from './identity/roles.js';
import { changeUser, createUser, findUser } from './identity/users.js';
import { createVerifier } from './identity/verify.js';
import { IngestCounters } from './ingest/counters.js';
import type { FileOptions, FileSummary } from './ingest/file.js';
import { startIngest } from './ingest/ingest.js';
import { deadLetterTable } from './ingest/parser.js';
import { RequestLog } from './ingest/request-log.js';
import { IngestRun } from './ingest/run.js';
import { type FolderSettings, followFolder } from './ingest/sources/folder.js';
import type { RunningSource, SourceParts } from './ingest/sources/source.js';
import { startSource } from './ingest/sources/sources.js';
import { Uploads } from './ingest/upload.js';
import { serverId } from './store/server-id.js';
import { openStore, type Store } from './store/store.js';
import { changeTenant, defaultTenantId, findTenant, listTenants } from './store/tenants.js';

const hourMs = 3_600_000;
const megabyte = 2 ** 20;

const { version: packageVersion } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
) as { version: string };

/** A server that listens. */
export interface Quarry {
  /** Where it listens. */
  readonly url: string;
  /** Takes a file (`-`: standard input) into the default tenant; its events can be queried when it resolves. */
  ingestFile(path: string, options?: Omit<FileOptions, 'tenant'>): Promise<FileSummary>;
  /** Remembers which files of a run have been taken, until it has come to its end; by default each tells its source. */
  ingestRun(source?: string): IngestRun;
  /** Follows a file or folder into the default tenant, until it is closed. */
  follow(settings: Omit<FolderSettings, 'tenant'>): Promise<RunningSource>;
  /** Where it listens for shippers that take it for Elasticsearch; undefined: nowhere. */
  readonly elasticsearchUrl: string | undefined;
  /** Resolves when every event that has been acknowledged can be queried. */
  flush(): Promise<void>;
  /** Deletes the telemetry of a tenant; its tables stay. */
  empty(tenant: string): Promise<void>;
  /** Loads the language, of use where hunts are still to come: the first does not wait for it. */
  warmUp(): void;
  /** Answers what is under way, then stops everything and leaves the data directory. */
  close(): Promise<void>;
}

/** Where things are in a data directory. */
export function dataPaths(directory: string) {
  const root = resolve(directory);
  return {
    root,
    store: join(root, 'quarry.db'),
    keys: join(root, 'keys'),
    spool: join(root, 'spool'),
    uploads: join(root, 'uploads'),
    /** Says that the directory was filled by the demo. */
    demo: join(root, 'demo.json'),
  };
}

/**
 * A token of a data directory's embedded issuer. Needs no server, and a server may run on the directory.
 */
export async function issueToken(
  configuration: Pick<Configuration, 'data' | 'store'>,
  request: MintRequest,
): Promise<string> {
  const paths = dataPaths(configuration.data);
  makeDataDirectory(paths.root);
  const store = await openStore(configuration.store ?? paths.store);
  try {
    return await mintToken(store, paths.keys, request);
  } finally {
    await store.close();
  }
}

/**
 * Gives a data directory's default tenant a user who may do everything, with that password. Needs no
 * server, and a server may run on the directory.
 */
export async function provideUser(
  configuration: Pick<Configuration, 'data' | 'store'>,
  user: { readonly name: string; readonly displayName: string; readonly password: string },
): Promise<void> {
  const paths = dataPaths(configuration.data);
  makeDataDirectory(paths.root);
  const store = await openStore(configuration.store ?? paths.store);
  const tenant = defaultTenantId;
  try {
    const known = await findUser(store, tenant, user.name);
    if (known) await changeUser(store, tenant, user.name, { password: user.password });
    else await createUser(store, { tenant, ...user });
    await assignRole(store, tenant, {
      subjectKind: 'user',
      subject: user.name,
      viewsData: true,
      deviceGroups: null,
      allows: personalRoles,
    });
  } finally {
    await store.close();
  }
}

/** Makes the embedded issuer sign with a new key, also under a running server; returns the key's id. */
export async function rotateIssuerKeys(directory: string): Promise<string> {
  const { signing } = await rotateKeys(dataPaths(directory).keys);
  return signing.kid;
}

/**
 * Starts a server on a data directory, and makes the directory where it does not exist.
 * @throws HuntError `engine.busy` when another process holds the directory, `configuration.invalid` where it can be none
 */
export async function startQuarry(
  configuration: Configuration,
  log: FastifyBaseLogger = pino({ level: configuration.logLevel }),
): Promise<Quarry> {
  const closers: (() => Promise<void> | void)[] = [];
  const close = async () => {
    const failed: unknown[] = [];
    for (const closer of closers.splice(0).reverse()) {
      // What cannot end keeps none of the others from it: telemetry is brought to its end.
      await Promise.resolve()
        .then(closer)
        .catch((error: unknown) => failed.push(error));
    }
    if (failed.length > 0) throw failed[0];
  };
  try {
    return { ...(await start(configuration, log, closers)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(
  configuration: Configuration,
  log: FastifyBaseLogger,
  closers: (() => Promise<void> | void)[],
): Promise<Omit<Quarry, 'close'>> {
  const tls = configuration.tls && (await readCertificate(configuration.tls));
  if (configuration.geoDatabase) await checkReadable('geoDatabase', configuration.geoDatabase);
  const paths = dataPaths(configuration.data);
  const lock = lockPlace(paths.root);
  closers.push(() => lock.release());
  if (configuration.tracesUrl) closers.push(await startTracing(configuration.tracesUrl));
  const { engineMemoryMegabytes, concurrentHunts } = configuration;
  const engine = await startChdbEngine({
    dataDirectory: paths.root,
    memoryBytes: engineMemoryMegabytes && engineMemoryMegabytes * megabyte,
    slots: concurrentHunts,
    log: (line) => log.info(line, 'engine'),
  });
  closers.push(() => engine.close());
  const storeLocation = configuration.store ?? paths.store;
  const store = await openStore(storeLocation);
  closers.push(() => store.close());
  if (configuration.retention !== undefined) {
    await changeTenant(store, defaultTenantId, { retentionDays: configuration.retention });
  }
  await warnOfUnknownTenants(store, configuration, log);
  const tenants = new TenantContexts(store, engine, builtinCatalog, configuration.auditRetention);
  for (const { id } of await listTenants(store)) await tenants.of(id);
  const counters = new IngestCounters(store, (line) => log.info(line, 'ingest'));
  closers.push(() => counters.close());
  const place = {
    store,
    server: store.kind === 'postgres' ? serverId(paths.spool) : undefined,
  };
  const requests = new RequestLog(place);
  const ingest = await startIngest({
    folder: paths.spool,
    engine,
    tenant: (id) => tenants.of(id),
    requests,
    counters,
    extensions: configuration.extensions,
    spoolBytes: configuration.spoolMegabytes * megabyte,
    maxRecordBytes: configuration.recordMegabytes * megabyte,
    requestBytes: configuration.telemetryMemoryMegabytes * megabyte,
    log: (line) => log.info(line, 'ingest'),
  });
  closers.push(() => ingest.close());

  const audit = new AuditLog(store, engine, paths.spool, (line) => log.info(line, 'audit'));
  closers.push(() => audit.close());
  const purges = new Purges({
    ...place,
    engine,
    tenants,
    audit,
    flush: () => ingest.flush(),
    forgetDevices: (tenant, names) => ingest.forgetDevices(tenant, names),
    setAside: () => ingest.setAside(),
    log: (line) => log.info(line, 'purge'),
  });
  closers.push(() => purges.close());
  void purges.resume();
  const quota = new QuotaLedger(store);
  void dropAllExpired({ store, tenants }).catch((error: unknown) =>
    log.warn({ err: error }, 'expiry'),
  );
  const sweeper = setInterval(() => {
    const expired = dropAllExpired({ store, tenants });
    Promise.all([quota.sweep(), requests.sweep(), sweepArtifacts(store), expired]).catch(
      (error: unknown) => log.warn({ err: error }, 'sweep'),
    );
  }, hourMs).unref();
  closers.push(() => clearInterval(sweeper));
  const profiles = {
    ...configuration.profiles,
    memoryBytes: configuration.huntMemoryMegabytes * megabyte,
  };
  const geo = new GeoDatabase(engine, configuration.geoDatabase);
  const { allow, maxMegabytes, timeoutSeconds } = configuration.externalData;
  const fetchExternal =
    allow.length > 0
      ? externalDataReader({
          allow,
          maxBytes: maxMegabytes * megabyte,
          timeoutMs: timeoutSeconds * 1000,
        })
      : undefined;
  const compiler = new CompileThreads({
    mostThreads: configuration.compileThreads,
    heapMegabytes: configuration.compileMemoryMegabytes,
  });
  closers.push(() => compiler.close());
  const hunting = {
    engine,
    compiler,
    tenants,
    quota,
    profiles,
    audit,
    fetchExternal,
    geo: () => geo.dictionary(),
  };
  const ingestStatus = async (tenant: string) => {
    const tables = await tableStatus({ engine, tenants }, tenant);
    return {
      tenant,
      sources: await counters.of(tenant),
      tables,
      backlog: { bytes: ingest.status().backlogBytes, events: ingest.backlogEvents(tenant) },
      deadLetters: tables.find(({ name }) => name === deadLetterTable)?.rows ?? 0,
    };
  };
  const administration = new Administration({
    store,
    engine,
    compiler,
    tenants,
    flush: () => ingest.flush(),
    forgetTenant: (id) => ingest.forgetTenant(id),
  });
  const counts = new TableCounts(hunting);
  const uploads = await Uploads.open(paths.uploads, ingest);
  const sourceParts: SourceParts = {
    ...place,
    open: ingest.open,
    hasHeader: ingest.hasHeader,
    log: (line) => log.info(line, 'source'),
  };
  for (const { tenant, pollSeconds, ...settings } of configuration.sources) {
    const found = await findTenant(store, tenant);
    if (!found) {
      const message = `sources: there is no tenant ${tenant}`;
      throw new HuntError('configuration.invalid', { message });
    }
    const pollMs = pollSeconds * 1000;
    const running = await startSource({ ...settings, tenant: found.id, pollMs }, sourceParts);
    closers.push(() => running.close());
  }
  const keys = await IssuerKeys.open(paths.keys);
  const ownNames = new Set<string>();
  const listener = {
    ingest: { ...ingest, bodyBytes: configuration.telemetryRequestMegabytes * megabyte },
    secrets: new ClientSecrets(store),
    verify: createVerifier({
      issuers: [
        ...(configuration.embeddedIssuer ? [trustEmbeddedIssuer(keys, store)] : []),
        ...configuration.issuers.map((issuer) => trustExternalIssuer(issuer, store)),
      ],
      ownNames,
      clockSkewSeconds: configuration.clockSkewSeconds,
      dataAccess: (tenant, user) => dataAccess(store, tenant, user),
    }),
    tls,
    audit,
    log,
  };
  const app = await createServer({
    ...listener,
    hunt: (call) => runHunt(call, hunting),
    describe: (call) => describeHunt(call, hunting),
    command: (call, work) => runCommand(call, hunting, work),
    catalog: async (principal) => contextFor(principal, await tenants.of(principal.tenant)).catalog,
    ready: async () => {
      await engine.ready();
      await checkSpace(paths.root);
      if (store.kind === 'sqlite') await checkSpace(dirname(storeLocation));
      await listTenants(store);
      await store.assertWritable();
      return true;
    },
    publicUrl: configuration.publicUrl,
    corsOrigins: configuration.corsOrigins,
    admin: {
      store,
      audit,
      tenants,
      compiler,
      administration,
      usage: (principal) => usageOf(principal, { quota, profiles }),
      devices: (tenant, group) => previewDevices(tenant, group, hunting),
      telemetry: {
        tables: new CustomTables({ store, engine, compiler, tenants, flush: () => ingest.flush() }),
        purges,
        retention: (tenant) => retentionOf({ store, tenants }, tenant),
        changeRetention: (tenant, change) => changeRetention({ store, tenants }, tenant, change),
        status: (tenant) => ingestStatus(tenant),
      },
    },
    workbench: {
      explain: (call) => explainHunt(call, { ...hunting, counts }),
      statistics: (principal) => counts.of(principal),
      support: (principal) => compiler.supportMatrix({ caller: principal }),
      queries: new SavedQueries(store),
      history: (principal, asked) => huntHistory(principal, asked, { engine, audit }),
      uploads,
    },
    metrics: new Metrics({
      backlogBytes: () => ingest.status().backlogBytes,
      ingest: async (named) => {
        const ids = named ?? (await listTenants(store)).map(({ id }) => id);
        return Promise.all(
          ids.map(async (tenant) => ({ tenant, sources: await counters.of(tenant) })),
        );
      },
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
      issuer: { store, keys, ownNames, cookieSecret: await issuerCookieSecret(store) },
    }),
  });
  closers.push(() => app.close());
  const { host, port } = configuration;
  const url = await listen(app, 'host', { host, port });
  for (const name of ownNamesOf(configuration, url)) ownNames.add(name);
  lock.setAddress(url);
  const { elasticsearch } = configuration;
  let elasticsearchUrl: string | undefined;
  if (elasticsearch) {
    const shippers = await createElasticsearchServer(listener);
    closers.push(() => shippers.close());
    elasticsearchUrl = await listen(shippers, 'elasticsearch.host', elasticsearch);
  }
  return {
    url,
    ingestFile: async (path, options) => {
      const summary = await ingest.file(path, { ...options, tenant: defaultTenantId });
      await ingest.flush();
      return summary;
    },
    ingestRun: (source) => new IngestRun(place, { tenant: defaultTenantId, source }),
    follow: (settings) => followFolder({ ...settings, tenant: defaultTenantId }, sourceParts),
    elasticsearchUrl,
    flush: () => ingest.flush(),
    empty: (tenant) => administration.empty(tenant),
    warmUp: () => compiler.warmUp(),
  };
}

/** Makes the data directory and takes it. @throws HuntError `engine.busy` `configuration.invalid` */
function lockPlace(directory: string): DirectoryLock {
  makeDataDirectory(directory);
  try {
    return lockDataDirectory(directory);
  } catch (cause) {
    const { code, syscall, message } = cause as NodeJS.ErrnoException;
    // A full disk says nothing against the directory.
    if (syscall === undefined || code === 'ENOSPC' || code === 'EDQUOT') throw cause;
    throw unusableData(`${directory} cannot be written to: ${message}`, cause);
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Bytes that a hunt's record and the least of results take, with some to spare. */
const leastFreeBytes = 4 * 2 ** 20;

/** @throws HuntError `engine.storage` where no hunt could be put on record */
async function checkSpace(directory: string): Promise<void> {
  const { bavail, bsize } = await statfs(directory);
  if (bavail * bsize < leastFreeBytes) throw new HuntError('engine.storage', {});
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

/** The addresses under which this server is an audience of tokens. */
function ownNamesOf({ publicUrl, hostNames }: Configuration, url: string): string[] {
  const { port } = new URL(url);
  const hosts = ['localhost', '127.0.0.1', ...hostNames];
  const names = hosts.flatMap((host) => [`http://${host}`, `https://${host}`]);
  const withPort = names.filter((name) => !/:\d+$/.test(name)).map((name) => `${name}:${port}`);
  return [url, ...(publicUrl ? [publicUrl] : []), ...names, ...withPort].map(sameAudience);
}

/** Stops a server, once, when the process is told to end. */
export function closeOnSignal(quarry: Quarry, log: (error: unknown) => void): void {
  let closing = false;
  const stop = () => {
    if (closing) return;
    closing = true;
    quarry.close().then(
      () => process.exit(0),
      (error: unknown) => {
        log(error);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
