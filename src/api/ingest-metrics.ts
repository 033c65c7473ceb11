import { Counter, Gauge, Registry } from 'prom-client';
import type { SourceStatus } from '../ingest/counters.js';

/** What has come into one tenant. */
export interface TenantSources {
  readonly tenant: string;
  readonly sources: readonly SourceStatus[];
}

const source = ['tenant', 'source', 'connector'] as const;

/** What becomes of events, by the figure that counts it. */
const outcomes = {
  accepted: 'accepted',
  duplicates: 'duplicate',
  late: 'late',
  future: 'future',
  unmapped: 'unmapped',
  merged: 'merged',
} as const satisfies Partial<Record<keyof SourceStatus, string>>;

/** The figures of these tenants in Prometheus' format. */
export async function ingestMetrics(tenants: readonly TenantSources[]): Promise<string> {
  const registry = new Registry();
  const registers = [registry];
  const events = new Counter({
    name: 'quarry_ingest_events_total',
    help: 'Events by what became of them. Those of the future are among the accepted or rejected, too.',
    labelNames: [...source, 'outcome'],
    registers,
  });
  const rejected = new Counter({
    name: 'quarry_ingest_rejected_total',
    help: 'Events and left out values, by the reason.',
    labelNames: [...source, 'reason'],
    registers,
  });
  const bytes = new Counter({
    name: 'quarry_ingest_bytes_total',
    help: 'Bytes received, unpacked.',
    labelNames: source,
    registers,
  });
  const gauge = (name: string, help: string) =>
    new Gauge({ name, help, labelNames: source, registers });
  const lastEvent = gauge(
    'quarry_ingest_last_event_timestamp_seconds',
    'Time of the latest event.',
  );
  const lastReceived = gauge(
    'quarry_ingest_last_received_timestamp_seconds',
    'When something last came.',
  );
  const lag = gauge('quarry_ingest_lag_seconds', 'How old the latest event is.');
  for (const { tenant, sources } of tenants) {
    for (const status of sources) {
      const labels = { tenant, source: status.source, connector: status.connector };
      for (const [figure, outcome] of Object.entries(outcomes)) {
        events.inc({ ...labels, outcome }, status[figure as keyof typeof outcomes]);
      }
      for (const [reason, count] of Object.entries(status.rejected)) {
        rejected.inc({ ...labels, reason }, count);
      }
      bytes.inc(labels, status.bytes);
      if (status.lastEvent !== null) lastEvent.set(labels, Date.parse(status.lastEvent) / 1000);
      if (status.lastReceived !== null) {
        lastReceived.set(labels, Date.parse(status.lastReceived) / 1000);
      }
      if (status.lagSeconds !== null) lag.set(labels, status.lagSeconds);
    }
  }
  return registry.metrics();
}
