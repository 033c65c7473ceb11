import type { FastifyInstance } from 'fastify';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** What operators watch, in Prometheus' format. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #hunts: Counter<'generation' | 'status'>;
  readonly #duration: Histogram<'generation'>;
  readonly #rows: Counter<'generation'>;
  readonly #cpu: Counter<'generation'>;
  readonly #refusedTokens: Counter<'reason'>;

  constructor(sources: { readonly backlogBytes?: () => number } = {}) {
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
    const { backlogBytes } = sources;
    if (backlogBytes) {
      new Gauge({
        name: 'quarry_ingest_backlog_bytes',
        help: 'Acknowledged telemetry that is not in the engine yet.',
        registers,
        collect() {
          this.set(backlogBytes());
        },
      });
    }
  }

  hunted(line: {
    readonly generation: string;
    readonly status: number;
    readonly durationMs: number;
    readonly rows: number;
    readonly cpuSeconds: number;
  }): void {
    const { generation } = line;
    this.#hunts.inc({ generation, status: String(line.status) });
    this.#duration.observe({ generation }, line.durationMs / 1000);
    this.#rows.inc({ generation }, line.rows);
    this.#cpu.inc({ generation }, line.cpuSeconds);
  }

  refusedToken(reason: 'unauthorized' | 'forbidden'): void {
    this.#refusedTokens.inc({ reason });
  }

  route(app: FastifyInstance): void {
    const config = { access: { api: 'quarry', roles: ['Metrics.Read', 'Quarry.Admin'] } } as const;
    app.get('/metrics', { config }, async (_request, reply) =>
      reply.type(this.#registry.contentType).send(await this.#registry.metrics()),
    );
  }
}
