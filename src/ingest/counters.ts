import {
  addIngestCounters,
  type IngestCounter,
  ingestCounters,
  isLatest,
} from '../store/ingest-counters.js';
import type { Store } from '../store/store.js';
import { findTenant } from '../store/tenants.js';
import type { Reason } from './dead-letters.js';
import type { HandedBatch } from './handover.js';
import { deadLetterTable } from './parser.js';
import type { PartCounts } from './writer.js';

/** What has come from one source, since the tenant was made. */
export interface SourceStatus {
  /** The way in: `http`, `file`, `Elasticsearch` … */
  readonly source: string;
  readonly connector: string;
  readonly accepted: number;
  readonly duplicates: number;
  /** Older than what is kept, and so not stored. */
  readonly late: number;
  /** More than an hour ahead of this machine's clock; those of a year and more are among the rejected. */
  readonly future: number;
  readonly unmapped: number;
  readonly merged: number;
  /** Events and left out values that are in the dead letters, by reason. */
  readonly rejected: Readonly<Record<string, number>>;
  readonly bytes: number;
  /** The time of the latest event, and when something last came; null: never. */
  readonly lastEvent: string | null;
  readonly lastReceived: string | null;
  /** How old the latest event is. */
  readonly lagSeconds: number | null;
  /** Accepted in the last minute. */
  readonly ratePerMinute: number;
}

const writeEveryMs = 2_000;
const minuteMs = 60_000;
const slotMs = 5_000;
/** Sources of one tenant that are told apart; a name may come from outside. */
const mostSources = 500;
const longestName = 100;
const ticksPerMs = 10_000n;
const rejectedPrefix = 'rejected.';

/** The figures of one source, by their names. */
type Figures = Map<string, number>;

interface Pending {
  readonly source: string;
  readonly connector: string;
  figures: Figures;
  /** Of accepted events. */
  readonly lastMinute: LastMinute;
}

const slots = minuteMs / slotMs;

/** How many there were in the last minute. */
class LastMinute {
  /** By the slot of time in which they came, as often as a minute has slots. */
  readonly #counts = new Float64Array(slots);
  #now = 0;

  add(count: number): void {
    this.#advance();
    const index = this.#now % slots;
    this.#counts[index] = (this.#counts[index] ?? 0) + count;
  }

  get sum(): number {
    this.#advance();
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  #advance(): void {
    const now = Math.floor(Date.now() / slotMs);
    for (let slot = Math.max(this.#now + 1, now - slots + 1); slot <= now; slot++) {
      this.#counts[slot % slots] = 0;
    }
    this.#now = now;
  }
}

/**
 * Counts what comes in, by tenant and source. What has been counted is in the store two seconds later,
 * where the servers that share it add up.
 */
export class IngestCounters {
  readonly #store: Store;
  readonly #log: (line: object) => void;
  readonly #tenants = new Map<string, Map<string, Pending>>();
  readonly #timer: NodeJS.Timeout;
  #writing: Promise<void> = Promise.resolve();

  constructor(store: Store, log: (line: object) => void) {
    this.#store = store;
    this.#log = log;
    this.#timer = setInterval(() => void this.write(), writeEveryMs).unref();
  }

  received(tenant: string, source: string, connector: string, bytes: number): void {
    const { figures } = this.#pendingOf(tenant, source, connector);
    add(figures, 'bytes', bytes);
    figures.set('lastReceived', Date.now());
  }

  /** A stream whose records no connector recognizes: one rejection, whatever it holds. */
  unrecognized(tenant: string, source: string, bytes: number): void {
    const { figures } = this.#pendingOf(tenant, source, '');
    add(figures, `${rejectedPrefix}${'source.unknown' satisfies Reason}`, 1);
    this.received(tenant, source, '', bytes);
  }

  /** A batch that has been committed. */
  committed(
    tenant: string,
    source: string,
    connector: string,
    batch: HandedBatch,
    parts: readonly PartCounts[],
  ): void {
    const { figures, lastMinute } = this.#pendingOf(tenant, source, connector);
    add(figures, 'late', batch.expired);
    add(figures, 'future', batch.future);
    add(figures, 'unmapped', batch.unmapped);
    add(figures, 'merged', batch.merged);
    for (const [reason, count] of Object.entries(batch.reasons)) {
      add(figures, rejectedPrefix + reason, count);
    }
    for (const { table, stored, duplicate } of parts) {
      if (table !== deadLetterTable) {
        add(figures, 'accepted', stored);
        add(figures, 'duplicates', duplicate);
        lastMinute.add(stored);
      }
    }
    if (batch.latestTicks !== undefined) {
      const latest = Number(batch.latestTicks / ticksPerMs);
      figures.set('lastEvent', Math.max(latest, figures.get('lastEvent') ?? latest));
    }
    figures.set('lastReceived', Date.now());
  }

  /** A tenant goes: what has been counted and not written is not the next one's of its id. */
  forget(tenant: string): void {
    this.#tenants.delete(tenant);
  }

  /** Every source of the tenant, by its name. */
  async of(tenant: string): Promise<SourceStatus[]> {
    await this.write();
    const sources = new Map<string, { source: string; connector: string; figures: Figures }>();
    for (const { source, connector, counter, value } of await ingestCounters(this.#store, tenant)) {
      const key = keyOf(source, connector);
      const known = sources.get(key) ?? { source, connector, figures: new Map() };
      sources.set(key, known);
      known.figures.set(counter, value);
    }
    const pending = this.#tenants.get(tenant);
    return [...sources].map(([key, { source, connector, figures }]) =>
      statusOf(source, connector, figures, pending?.get(key)?.lastMinute.sum ?? 0),
    );
  }

  /** Puts what has been counted into the store; what cannot be is kept for the next time. */
  write(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#writeAll());
    return this.#writing;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.write();
  }

  async #writeAll(): Promise<void> {
    for (const [tenant, sources] of this.#tenants) {
      const taken = [...sources.values()].filter(({ figures }) => figures.size > 0);
      if (taken.length === 0) {
        continue;
      }
      const counters: IngestCounter[] = [];
      for (const pending of taken) {
        const { source, connector, figures } = pending;
        for (const [counter, value] of figures) {
          counters.push({ source, connector, counter, value });
        }
        pending.figures = new Map();
      }
      try {
        await addIngestCounters(this.#store, tenant, counters);
      } catch (error) {
        await this.#putBack(tenant, counters, error);
      }
    }
  }

  async #putBack(
    tenant: string,
    counters: readonly IngestCounter[],
    error: unknown,
  ): Promise<void> {
    const known = await findTenant(this.#store, tenant).catch(() => ({ id: tenant }));
    if (known?.id !== tenant) {
      this.#tenants.delete(tenant);
      return;
    }
    this.#log({ event: 'ingest.counters', waiting: String(error) });
    for (const { source, connector, counter, value } of counters) {
      const { figures } = this.#pendingOf(tenant, source, connector);
      if (isLatest(counter)) {
        figures.set(counter, Math.max(value, figures.get(counter) ?? value));
      } else {
        add(figures, counter, value);
      }
    }
  }

  #pendingOf(tenant: string, from: string, connector: string): Pending {
    let sources = this.#tenants.get(tenant);
    if (sources === undefined) {
      sources = new Map();
      this.#tenants.set(tenant, sources);
    }
    const wanted = from.slice(0, longestName);
    const source =
      sources.has(keyOf(wanted, connector)) || sources.size < mostSources ? wanted : 'others';
    const key = keyOf(source, connector);
    let pending = sources.get(key);
    if (pending === undefined) {
      pending = { source, connector, figures: new Map(), lastMinute: new LastMinute() };
      sources.set(key, pending);
    }
    return pending;
  }
}

function keyOf(source: string, connector: string): string {
  return `${source}\n${connector}`;
}

function add(figures: Figures, counter: string, value: number): void {
  if (value !== 0) {
    figures.set(counter, (figures.get(counter) ?? 0) + value);
  }
}

function statusOf(
  source: string,
  connector: string,
  figures: Figures,
  ratePerMinute: number,
): SourceStatus {
  const sum = (counter: string) => figures.get(counter) ?? 0;
  const time = (counter: string) => {
    const ms = figures.get(counter);
    return ms === undefined ? null : new Date(ms).toISOString();
  };
  const lastEvent = figures.get('lastEvent');
  return {
    source,
    connector,
    accepted: sum('accepted'),
    duplicates: sum('duplicates'),
    late: sum('late'),
    future: sum('future'),
    unmapped: sum('unmapped'),
    merged: sum('merged'),
    rejected: Object.fromEntries(
      [...figures]
        .filter(([counter]) => counter.startsWith(rejectedPrefix))
        .map(([counter, value]) => [counter.slice(rejectedPrefix.length), value]),
    ),
    bytes: sum('bytes'),
    lastEvent: time('lastEvent'),
    lastReceived: time('lastReceived'),
    lagSeconds:
      lastEvent === undefined ? null : Math.max(0, Math.round((Date.now() - lastEvent) / 1000)),
    ratePerMinute,
  };
}
