import type { FastifyBaseLogger } from 'fastify';
import { pino } from 'pino';
import {
  type Configuration,
  checkReadable,
  makeDataDirectory,
  readCertificate,
} from './configuration.js';
import { Administration } from './hunting/administration.js';
import { AuditLog } from './hunting/audit.js';
import { QuotaLedger } from './hunting/quota.js';
import { startTracing } from './hunting/tracing.js';
import { assignRole } from './identity/assignments.js';
import { rotateKeys } from './identity/keys.js';
import { type MintRequest, mintToken } from './identity/mint.js';
import { personalRoles } from './identity/roles.js';
import { changeUser, createUser, findUser } from './identity/users.js';
import type { FileOptions, FileSummary } from './ingest/file.js';
import { IngestRun } from './ingest/run.js';
import { type FolderSettings, followFolder } from './ingest/sources/folder.js';
import type { RunningSource } from './ingest/sources/source.js';
import { Uploads } from './ingest/upload.js';
import { type Answering, startApi, startElasticsearch } from './server/api.js';
import { Backups } from './server/backups.js';
import { assertNoTelemetry, dataPaths, takeDataDirectory } from './server/data-directory.js';
import { startExpiry, startPurges } from './server/deletions.js';
import { startCompiler, startHunting } from './server/hunting.js';
import { namesOf, openIdentity } from './server/identity.js';
import { Closing, type Startup } from './server/startup.js';
import { openStorage } from './server/storage.js';
import { startSources, startTelemetry } from './server/telemetry.js';
import { openStore } from './store/store.js';
import { defaultTenantId } from './store/tenants.js';

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
  /** Answers what is under way, then stops everything and leaves the data directory. */
  close(): Promise<void>;
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
  const store = await openStore(configuration.store ?? paths.store, () => assertNoTelemetry(paths));
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
  const store = await openStore(configuration.store ?? paths.store, () => assertNoTelemetry(paths));
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
 * @param options.expectsHunts the language is loaded beside all else, and the first hunt does not wait for it
 * @throws HuntError `engine.busy` when another process holds the directory, `configuration.invalid` where it can be none
 */
export async function startQuarry(
  configuration: Configuration,
  {
    log = pino({ level: configuration.logLevel }),
    expectsHunts = false,
  }: { readonly log?: FastifyBaseLogger; readonly expectsHunts?: boolean } = {},
): Promise<Quarry> {
  const closing = new Closing();
  const close = () => closing.close();
  try {
    return { ...(await start({ configuration, log, closing, expectsHunts })), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Each part stands on those before it, and is closed before them. */
async function start(startup: Startup): Promise<Omit<Quarry, 'close'>> {
  const { configuration, log, closing } = startup;
  const tls = configuration.tls && (await readCertificate(configuration.tls));
  if (configuration.geoDatabase) await checkReadable('geoDatabase', configuration.geoDatabase);
  const paths = dataPaths(configuration.data);
  const lock = takeDataDirectory(paths.root);
  closing.add(() => lock.release());
  if (configuration.tracesUrl) closing.add(await startTracing(configuration.tracesUrl));
  const compiler = startCompiler(startup);
  const storage = await openStorage(startup, paths);
  const { engine, store, tenants } = storage;
  const telemetry = await startTelemetry(startup, paths, storage);
  const { ingest, place } = telemetry;
  const audit = new AuditLog(store, engine, paths.spool, (line) => log.info(line, 'audit'));
  closing.add(() => audit.close());
  const purges = startPurges(startup, storage, telemetry, audit);
  const quota = new QuotaLedger(store);
  startExpiry(startup, storage, telemetry, quota);
  const hunting = startHunting(startup, storage, { compiler, audit, quota });
  const administration = new Administration({
    store,
    engine,
    compiler,
    tenants,
    flush: () => ingest.flush(),
    forgetTenant: (id) => ingest.forgetTenant(id),
  });
  const storeFile = configuration.store ?? paths.store;
  const backups = await Backups.open(
    paths,
    engine,
    store.kind === 'sqlite' ? storeFile : undefined,
  );
  closing.add(() => backups.close());
  const uploads = await Uploads.open(paths.uploads, ingest);
  const sourceParts = await startSources(startup, telemetry);
  const identity = await openIdentity(configuration, paths, store);
  const answering: Answering = {
    paths,
    storage,
    telemetry,
    hunting,
    administration,
    purges,
    backups,
    uploads,
    identity,
    tls,
  };
  const url = await startApi(startup, answering);
  for (const name of namesOf(configuration, url)) identity.ownNames.add(name);
  lock.setAddress(url);
  const elasticsearchUrl = await startElasticsearch(startup, answering);
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
  };
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
