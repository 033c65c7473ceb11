import { MessageChannel } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { HandedOver, handOver } from '../../src/ingest/handover.js';
import type { Batch } from '../../src/ingest/parser.js';
import type { TableRows } from '../../src/ingest/rows.js';

function rowsOf(table: string, ticks: readonly bigint[], timeColumn: string | null): TableRows {
  const lines = Buffer.from(ticks.map((tick) => `{"_seq":"${tick}"}\n`).join(''));
  return {
    table,
    timeColumn,
    sameness: 'event',
    lines: new Uint8Array(lines),
    ends: new Uint32Array(ticks.length),
    ticks: BigInt64Array.from(ticks),
    identities: BigUint64Array.from(ticks),
  };
}

function batchOf(events: readonly TableRows[], deadLetters?: TableRows): Batch {
  const counts = { rejected: 1, expired: 0, future: 0, unmapped: 2, merged: 0 };
  return { events, deadLetters, ...counts, reasons: { 'json.invalid': 1 }, refusals: [] };
}

function connected() {
  const { port1, port2 } = new MessageChannel();
  const taken = new HandedOver();
  taken.connect(port2);
  return { port: port1, taken };
}

it('rows are there as soon as they were sent, once, and the batch keeps what is counted', () => {
  const { port, taken } = connected();
  const batch = batchOf(
    [
      rowsOf('DeviceEvents', [5n, 9n, 7n], 'Timestamp'),
      rowsOf('DeviceTvmBrowserExtensions', [11n], null),
    ],
    rowsOf('QuarryIngestErrors', [20n], 'Timestamp'),
  );
  expect(handOver(batch, 8, port)).toEqual({
    rejected: 1,
    expired: 0,
    future: 0,
    unmapped: 2,
    merged: 0,
    reasons: { 'json.invalid': 1 },
    refusals: [],
    ticket: 8,
    parts: 3,
    sizeBytes: 3 * 13 + 14 + 14,
    latestTicks: 9n,
  });
  const rows = taken.take(8);
  expect(rows?.map(({ table }) => table)).toEqual([
    'DeviceEvents',
    'DeviceTvmBrowserExtensions',
    'QuarryIngestErrors',
  ]);
  expect(Buffer.from(rows?.[0]?.lines ?? []).toString()).toContain('{"_seq":"9"}\n');
  expect(rows?.[0]?.identities).toEqual(BigUint64Array.of(5n, 9n, 7n));
  expect(taken.take(8)).toBeUndefined();
});

it('batches are found by their tickets in any order, through whichever port they came', () => {
  const { port, taken } = connected();
  const other = new MessageChannel();
  taken.connect(other.port2);
  handOver(batchOf([rowsOf('A', [1n], 'Timestamp')]), 1, port);
  handOver(batchOf([rowsOf('B', [2n], 'Timestamp')]), 2, other.port1);
  handOver(batchOf([rowsOf('C', [3n], 'Timestamp')]), 3, port);
  expect([3, 1, 2].map((ticket) => taken.take(ticket)?.[0]?.table)).toEqual(['C', 'A', 'B']);
});

it('a batch without rows sends none', () => {
  const { port, taken } = connected();
  expect(handOver(batchOf([]), 4, port)).toMatchObject({ parts: 0, sizeBytes: 0 });
  expect(taken.take(4)).toBeUndefined();
});
