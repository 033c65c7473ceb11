import type { TenantSources } from '../api/ingest-metrics.js';
import type { IngestStatusReport } from '../api/quarry/telemetry.js';
import { HuntError } from '../errors.js';
import { tableStatus } from '../hunting/ingest-status.js';
import { IngestCounters } from '../ingest/counters.js';
import { type Ingest, startIngest } from '../ingest/ingest.js';
import { deadLetterTable } from '../ingest/parser.js';
import type { PositionPlace } from '../ingest/positions.js';
import { RequestLog } from '../ingest/request-log.js';
import type { SourceParts } from '../ingest/sources/source.js';
import { startSource } from '../ingest/sources/sources.js';
import { serverId } from '../store/server-id.js';
import { findTenant, listTenants } from '../store/tenants.js';
import type { DataPaths } from './data-directory.js';
import { megabyte, type Startup } from './startup.js';
import type { Storage } from './storage.js';

/** How telemetry comes in, and what is known of what came. */
export interface Telemetry {
  readonly ingest: Ingest;
  readonly counters: IngestCounters;
  readonly requests: RequestLog;
  /** Where this server keeps how far it has read. */
  readonly place: Required<PositionPlace>;
}

/** Takes up what an earlier process left in the spool; from now on events can be taken in. */
export async function startTelemetry(
  { configuration, log, closing }: Startup,
  paths: DataPaths,
  { engine, store, tenants }: Storage,
): Promise<Telemetry> {
  const counters = new IngestCounters(store, (line) => log.info(line, 'ingest'));
  closing.add(() => counters.close());
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
  closing.add(() => ingest.close());
  return { ingest, counters, requests, place };
}

/**
 * Reads what the settings tell the server to fetch by itself; returns what a source needs.
 * @throws HuntError `configuration.invalid` where one is of a tenant that does not exist
 */
export async function startSources(
  { configuration, log, closing }: Startup,
  { ingest, place }: Telemetry,
): Promise<SourceParts> {
  const parts: SourceParts = {
    ...place,
    open: ingest.open,
    hasHeader: ingest.hasHeader,
    log: (line) => log.info(line, 'source'),
  };
  for (const { tenant, pollSeconds, ...settings } of configuration.sources) {
    const found = await findTenant(place.store, tenant);
    if (!found) {
      const message = `sources: there is no tenant ${tenant}`;
      throw new HuntError('configuration.invalid', { message });
    }
    const pollMs = pollSeconds * 1000;
    const running = await startSource({ ...settings, tenant: found.id, pollMs }, parts);
    closing.add(() => running.close());
  }
  return parts;
}

/** What has come in for a tenant, what is stored of it, and what is on its way. */
export async function telemetryStatus(
  storage: Storage,
  { ingest, counters }: Telemetry,
  tenant: string,
): Promise<IngestStatusReport> {
  const tables = await tableStatus(storage, tenant);
  return {
    tenant,
    sources: await counters.of(tenant),
    tables,
    backlog: { bytes: ingest.status().backlogBytes, events: ingest.backlogEvents(tenant) },
    deadLetters: tables.find(({ name }) => name === deadLetterTable)?.rows ?? 0,
  };
}

/** What has come in for these tenants; for all of them where none are named. */
export async function sourcesOf(
  { counters, place }: Telemetry,
  named: readonly string[] | undefined,
): Promise<TenantSources[]> {
  const ids = named ?? (await listTenants(place.store)).map(({ id }) => id);
  return Promise.all(ids.map(async (tenant) => ({ tenant, sources: await counters.of(tenant) })));
}
