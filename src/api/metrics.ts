import type { FastifyInstance } from 'fastify';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { holds } from '../identity/authorize.js';
import { principalOf } from './access.js';
import { ingestMetrics, type TenantSources } from './ingest-metrics.js';

/** What metrics ask for when they are read. */
interface MetricSources {
  readonly backlogBytes?: () => number;
  /** Hunts from when they are accepted to when their rows are there, and those of them that wait for the engine. */
  readonly hunts?: { readonly inProgress: () => number; readonly waiting: () => number };
  /** What has come into these tenants; into all of them where none are named. */
  readonly ingest?: (tenants: readonly string[] | undefined) => Promise<readonly TenantSources[]>;
}

/** What operators watch, in Prometheus' format. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #hunts: Counter<'generation' | 'status'>;
  readonly #duration: Histogram<'generation'>;
  readonly #wait: Histogram<'generation'>;
  readonly #rows: Counter<'generation'>;
  readonly #cpu: Counter<'generation'>;
  readonly #refusedTokens: Counter<'reason'>;

  readonly #sources: MetricSources;

  constructor(sources: MetricSources = {}) {
    this.#sources = sources;
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    this.#hunts = new Counter({
      name: 'quarry_hunts_total',
      help: 'Hunts by their HTTP status.',
      labelNames: ['generation', 'status'],
      registers,
    });
    this.#duration = new Histogram({
      name: 'quarry_hunt_duration_seconds',
      help: 'Time from a request to the end of its answer.',
      labelNames: ['generation'],
      buckets: [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300],
      registers,
    });
    this.#wait = new Histogram({
      name: 'quarry_hunt_wait_seconds',
      help: 'Time that a hunt has waited for its turn with the engine.',
      labelNames: ['generation'],
      buckets: [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300],
      registers,
    });
    this.#rows = new Counter({
      name: 'quarry_hunt_rows_total',
      help: 'Rows in the answers of hunts.',
      labelNames: ['generation'],
      registers,
    });
    this.#cpu = new Counter({
      name: 'quarry_hunt_cpu_seconds_total',
      help: 'CPU time of the engine over hunts.',
      labelNames: ['generation'],
      registers,
    });
    this.#refusedTokens = new Counter({
      name: 'quarry_tokens_refused_total',
      help: 'Requests refused for their token.',
      labelNames: ['reason'],
      registers,
    });
    const { backlogBytes, hunts } = sources;
    this.#gauge(
      'quarry_ingest_backlog_bytes',
      'Acknowledged telemetry that is not in the engine yet.',
      backlogBytes,
    );
    this.#gauge(
      'quarry_hunts_in_progress',
      'Hunts that are accepted, and whose rows are not there yet.',
      hunts?.inProgress,
    );
    this.#gauge(
      'quarry_hunts_waiting',
      'Hunts that wait for their turn with the engine.',
      hunts?.waiting,
    );
  }

  #gauge(name: string, help: string, read: (() => number) | undefined): void {
    if (!read) return;
    new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect() {
        this.set(read());
      },
    });
  }

  hunted(line: {
    readonly generation: string;
    readonly status: number;
    readonly durationMs: number;
    /** Absent where it has not come to the engine. */
    readonly waitedMs?: number | undefined;
    readonly rows: number;
    readonly cpuSeconds: number;
  }): void {
    const { generation } = line;
    this.#hunts.inc({ generation, status: String(line.status) });
    this.#duration.observe({ generation }, line.durationMs / 1000);
    if (line.waitedMs !== undefined) this.#wait.observe({ generation }, line.waitedMs / 1000);
    this.#rows.inc({ generation }, line.rows);
    this.#cpu.inc({ generation }, line.cpuSeconds);
  }

  refusedToken(reason: 'unauthorized' | 'forbidden'): void {
    this.#refusedTokens.inc({ reason });
  }

  route(app: FastifyInstance): void {
    const config = {
      access: { api: 'quarry', roles: ['Metrics.Read', 'Quarry.Admin', 'Quarry.Operator'] },
    } as const;
    app.get('/metrics', { config }, async (request, reply) => {
      const principal = principalOf(request);
      // What comes into a tenant is its own affair, and the operator's.
      const tenants = holds(principal, 'Quarry.Operator') ? undefined : [principal.tenant];
      const ingest = await this.#sources.ingest?.(tenants);
      const own = await this.#registry.metrics();
      return reply
        .type(this.#registry.contentType)
        .send(ingest ? `${own}\n${await ingestMetrics(ingest)}` : own);
    });
  }
}
