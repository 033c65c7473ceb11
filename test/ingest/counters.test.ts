import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { IngestCounters } from '../../src/ingest/counters.js';
import type { HandedBatch } from '../../src/ingest/handover.js';
import { openStore } from '../../src/store/store.js';
import { insertTenant } from '../../src/store/tenants.js';

const directory = mkdtempSync(path.join(tmpdir(), 'quarry-counters-'));
const store = await openStore(path.join(directory, 'quarry.db'));
await insertTenant(store, { id: 'contoso', name: 'Contoso', retentionDays: null });
const counters = new IngestCounters(store, () => undefined);
afterEach(() => vi.useRealTimers());
afterAll(async () => {
  await counters.close();
  await store.close();
  rmSync(directory, { recursive: true });
});

const batch: HandedBatch = {
  ticket: 1,
  parts: 1,
  sizeBytes: 1,
  latestTicks: undefined,
  rejected: 0,
  expired: 0,
  future: 0,
  unmapped: 0,
  merged: 0,
  reasons: {},
  refusals: [],
};

test('the rate is that of the last minute, however long ago others came', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 0, 5) });
  const count = (stored: number) =>
    counters.committed('contoso', 'http', 'auditd', batch, [
      { table: 'DeviceEvents', stored, duplicate: 0 },
    ]);
  const rates: (number | undefined)[] = [];
  for (const [waitMs, stored] of [
    [0, 10],
    [30_000, 5],
    [25_000, 1],
    [10_000, 2],
    [600_000, 3],
    [59_000, 0],
    [5_000, 0],
  ] as const) {
    vi.setSystemTime(Date.now() + waitMs);
    count(stored);
    rates.push((await counters.of('contoso'))[0]?.ratePerMinute);
  }
  expect(rates).toEqual([10, 15, 16, 8, 3, 3, 0]);
});
