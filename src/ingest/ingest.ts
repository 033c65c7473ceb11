import path from 'node:path';
import { tenantDatabase } from '../catalog/names.js';
import type { Catalog } from '../catalog/types.js';
import type { Engine } from '../engine/engine.js';
import { HuntError } from '../errors.js';
import { Admission, type Lease } from './admission.js';
import type { Connector } from './connector.js';
import { connectors, findConnector } from './connectors.js';
import type { IngestCounters } from './counters.js';
import { customConnectors } from './custom/table-connector.js';
import type { BodyForm, CutBody, CutOptions } from './cutting/cut.js';
import { type FileOptions, type FileSummary, ingestFile } from './file.js';
import { Intake, type IntakeCounter, type OpenIntake } from './intake.js';
import { type ItemOptions, type ItemPortion, type ItemsSummary, ingestItems } from './items.js';
import { journalsAside } from './journal.js';
import { ParseWorker } from './parse-worker.js';
import { type Body, ingestPush, type PushOptions } from './push.js';
import type { RequestLog } from './request-log.js';
import { connectorNamed, connectorNames } from './routing.js';
import type { IngestSummary } from './summary.js';
import { WriterWorker } from './writer-worker.js';

/** What ingest has to know of a tenant. */
export interface IngestTenant {
  readonly catalog: Catalog;
  /** null: kept for ever. */
  readonly retentionDays: number | null;
}

/** What counts what comes in. */
type CountedEvents = Pick<IngestCounters, 'received' | 'committed' | 'unrecognized' | 'forget'>;

export interface IngestOptions {
  /** `spool/` of the data directory, which the engine reads from. */
  readonly folder: string;
  /** `correlation/` of the data directory: what is known of the devices. Beside `folder` by default. */
  readonly correlationFolder?: string;
  /** Take rows that Defender has no counterpart for, too. */
  readonly extensions?: boolean;
  readonly engine: Engine;
  /** The engine's tables have to be those of its catalog. */
  readonly tenant: (id: string) => Promise<IngestTenant>;
  readonly log?: (line: object) => void;
  /** Counts what comes in. */
  readonly counters?: CountedEvents;
  /** Remembers the requests that have a key; absent: keys mean nothing. */
  readonly requests?: RequestLog;
  /** Acknowledged and not yet in the engine, 256 MiB by default: beyond it, senders wait. */
  readonly spoolBytes?: number;
  /** A larger record is rejected, 4 MiB by default. */
  readonly maxRecordBytes?: number;
  /** Memory of all requests that are under way, 256 MiB by default: beyond it, senders wait. */
  readonly requestBytes?: number;
}

export interface IngestStatus {
  /** Bytes acknowledged and not yet in the engine. */
  readonly backlogBytes: number;
  /** Why they do not get there; undefined when they do. */
  readonly failure: unknown;
}

/** Telemetry in. */
export interface Ingest {
  /**
   * Takes a request's body in. When it resolves, its events are on disk.
   * @throws HuntError `ingest.behind` `ingest.unavailable` `engine.unavailable` `ingest.content`
   * `ingest.source` `ingest.key`: up
   * to 32 MiB of rows nothing was taken, and beyond it sending the same again takes only the rest
   */
  push(body: Body, options: PushOptions): Promise<IngestSummary>;
  /**
   * Takes records in that have been told apart already, together or not at all. Their memory is handed on.
   * @param lease of the request that they came with
   * @throws HuntError `ingest.behind` `ingest.unavailable` `engine.unavailable`: nothing was taken
   */
  items(
    portions: Iterable<ItemPortion>,
    options: ItemOptions,
    lease: Pick<Lease, 'grow'>,
  ): Promise<ItemsSummary>;
  /**
   * Cuts a request's body into its events, apart from the thread that answers hunts.
   * @throws HuntError `ingest.unavailable`
   */
  cut<Form extends BodyForm>(
    tenant: string,
    form: Form,
    body: Uint8Array<ArrayBuffer>,
    options: CutOptions<Form>,
  ): Promise<CutBody<Form>>;
  /** Tells of the name of an index, a sourcetype, … the name of the connector that it stands for, or ''. */
  naming(tenant: string): Promise<(name: string) => string>;
  /**
   * A share of the memory for requests that are read whole; to be ended.
   * @throws HuntError `ingest.behind`
   */
  admit(): Lease;
  /**
   * Takes a file in, or standard input (`-`). When it resolves, its events are on disk.
   * @throws HuntError as `push`, and the errors of opening and reading a file
   */
  file(path: string, options: FileOptions): Promise<FileSummary>;
  /** Begins to take a stream in, bit by bit. */
  readonly open: OpenIntake;
  /** Whether the first record of a connector's streams names the fields of the others. */
  hasHeader(tenant: string, connector: string): Promise<boolean>;
  /** Resolves when all that has been acknowledged can be queried. */
  flush(): Promise<void>;
  status(): IngestStatus;
  /** Rows of a tenant that are acknowledged and not yet in the engine. */
  backlogEvents(tenant: string): number;
  /** Forgets what is remembered of a tenant's devices of these names, to tell what later events mean. */
  forgetDevices(tenant: string, names: readonly string[]): Promise<void>;
  /** Ends what is open for a tenant that goes, and forgets all that is remembered of its devices. */
  forgetTenant(tenant: string): Promise<void>;
  /** Journals that could not be read to their end: files of the spool that may hold any tenant's events. */
  setAside(): Promise<readonly string[]>;
  /** Brings into the engine what it can; the rest is brought by the next process. */
  close(): Promise<void>;
}

const defaultSpoolBytes = 256 * 1024 * 1024;
const defaultRecordBytes = 4 * 1024 * 1024;
const defaultRequestBytes = 256 * 1024 * 1024;
const dayMs = 24 * 60 * 60 * 1000;

/** Opens the spool and takes up what an earlier process left in it. */
export async function startIngest(options: IngestOptions): Promise<Ingest> {
  const { folder, engine, spoolBytes = defaultSpoolBytes, log = () => undefined } = options;
  const writer = await WriterWorker.open({ folder, engine, spoolBytes, log });
  const worker = new ParseWorker(
    {
      folder: options.correlationFolder ?? path.join(folder, '..', 'correlation'),
      extensions: options.extensions ?? false,
    },
    writer,
  );
  const gone = new GoneTenants();
  const open = openerOf(options, { writer, worker, gone });
  const admission = new Admission(
    options.requestBytes ?? defaultRequestBytes,
    () => writer.backlogBytes > spoolBytes,
  );
  return {
    push: (body, push) =>
      admission.during(({ grow }) => ingestPush(open, body, push, grow, options.requests)),
    items: (portions, options, lease) => ingestItems(open, portions, options, lease),
    async cut(tenant, form, body, cutting) {
      const { catalog } = await options.tenant(tenant);
      return worker.cut(catalog, tenant, form, body, cutting);
    },
    async naming(tenant) {
      const { catalog } = await options.tenant(tenant);
      const connectorOf = connectorNames([...connectors, ...customConnectors(catalog)]);
      return (name) => connectorOf(name) ?? '';
    },
    admit: () => admission.enter(),
    file: (path, file) => ingestFile(open, path, file),
    open,
    async hasHeader(tenant, connector) {
      const { catalog } = await options.tenant(tenant);
      return findConnector(connector, customConnectors(catalog))?.hasHeader ?? false;
    },
    flush: () => writer.flush(),
    status: () => ({ backlogBytes: writer.backlogBytes, failure: writer.failure }),
    backlogEvents: (tenant) => writer.backlogRows(tenantDatabase(tenant)),
    forgetDevices(tenant, names) {
      writer.forget(tenantDatabase(tenant));
      return worker.forgetDevices(tenant, names);
    },
    forgetTenant(tenant) {
      gone.add(tenant);
      options.counters?.forget(tenant);
      writer.forget(tenantDatabase(tenant));
      return worker.forgetTenant(tenant);
    },
    setAside: () => journalsAside(folder),
    async close() {
      try {
        await writer.close();
      } finally {
        await worker.close();
      }
    },
  };
}

/** Which tenants have gone: what was opened for one of an id is not the next one's. */
class GoneTenants {
  readonly #times = new Map<string, number>();

  add(tenant: string): void {
    this.#times.set(tenant, (this.#times.get(tenant) ?? 0) + 1);
  }

  /** What fails once the tenant that has the id now has gone. */
  assertion(tenant: string): () => void {
    const before = this.#times.get(tenant);
    return () => {
      if (this.#times.get(tenant) !== before) {
        throw new HuntError('request.notFound', { what: `Tenant ${tenant}` });
      }
    };
  }
}

/** How streams are opened: as events of which connector, and for how long they are kept. */
function openerOf(
  options: IngestOptions,
  parts: {
    readonly writer: WriterWorker;
    readonly worker: ParseWorker;
    readonly gone: GoneTenants;
  },
): OpenIntake {
  const { writer, worker, gone } = parts;
  return async ({ tenant, source: wanted, named, origin, patienceMs, offset, via = 'http' }) => {
    const assertTenant = gone.assertion(tenant);
    const { catalog, retentionDays } = await options.tenant(tenant);
    const own = customConnectors(catalog);
    const source =
      wanted ?? (named === undefined ? undefined : connectorNamed(named, [...connectors, ...own]));
    if (source !== undefined && findConnector(source, own) === undefined) {
      throw unknownSource(own);
    }
    await writer.ready();
    assertTenant();
    const parser = await worker.open(catalog, {
      tenant,
      source,
      origin,
      offset,
      maxRecordBytes: options.maxRecordBytes ?? defaultRecordBytes,
      keepFrom: retentionDays === null ? null : new Date(Date.now() - retentionDays * dayMs),
    });
    const counter = options.counters && counterOf(options.counters, tenant, via);
    const database = tenantDatabase(tenant);
    return new Intake(writer, parser, { database, patienceMs, counter, assertTenant });
  };
}

function counterOf(counters: CountedEvents, tenant: string, via: string): IntakeCounter {
  return {
    received: (connector, bytes) => counters.received(tenant, via, connector, bytes),
    committed: (connector, batch, parts) =>
      counters.committed(tenant, via, connector, batch, parts),
    unrecognized: (bytes) => counters.unrecognized(tenant, via, bytes),
  };
}

function unknownSource(own: readonly Connector[]): HuntError {
  const names = [...connectors, ...own].map(({ name }) => name);
  return new HuntError('ingest.source', { known: names.join(', ') });
}
