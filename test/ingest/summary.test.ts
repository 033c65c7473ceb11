import { expect, test } from 'vitest';
import { addBatch, emptySummary } from '../../src/ingest/summary.js';

const counts = { rejected: 0, expired: 0, future: 0, unmapped: 0, merged: 0, reasons: {} };

test('tables are counted under any name that they may have', () => {
  const summary = emptySummary();
  for (let time = 0; time < 2; time++) {
    addBatch(summary, { ...counts, refusals: [] }, [
      { table: 'constructor', stored: 2, duplicate: 1 },
      { table: 'toString', stored: 0, duplicate: 1 },
    ]);
  }
  expect(JSON.stringify(summary.byTable)).toBe('{"constructor":4}');
  expect([summary.accepted, summary.duplicate]).toEqual([4, 4]);
});
