import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecentRows } from '../../src/ingest/recent-rows.js';
import type { TableRows } from '../../src/ingest/rows.js';

function rowsOf(rows: readonly { ticks: number; identity: number }[]): TableRows {
  return {
    table: 'T',
    timeColumn: 'Timestamp',
    sameness: 'event',
    lines: new Uint8Array(),
    ends: new Uint32Array(rows.length),
    ticks: BigInt64Array.from(rows, ({ ticks }) => BigInt(ticks)),
    identities: BigUint64Array.from(rows, ({ identity }) => BigInt(identity)),
  };
}

const row = fc.record({
  ticks: fc.integer({ min: 0, max: 100 }),
  // Few, so that they meet in a slot.
  identity: fc.integer({ min: 0, max: 200 }),
});
const batches = fc.array(
  fc.record({ table: fc.constantFrom('A', 'B'), rows: fc.array(row, { maxLength: 20 }) }),
  { maxLength: 20 },
);

describe('the rows that the engine is asked about', () => {
  it('are all that may be stored, however many have been forgotten', () => {
    fc.assert(
      fc.property(batches, fc.integer({ min: 1, max: 30 }), (taken, capacity) => {
        const recent = new RecentRows(capacity);
        recent.learn('A', 10n);
        recent.learn('B', 0n);
        for (const { table, rows } of taken) {
          recent.add(table, rowsOf(rows));
        }
        for (const { table, rows } of taken) {
          const again = rowsOf(rows);
          expect(recent.perhapsStored(table, again)).toEqual([...rows.keys()]);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('are those of a table that it knows nothing of', () => {
    const recent = new RecentRows();
    expect(recent.knows('A')).toBe(false);
    expect(recent.perhapsStored('A', rowsOf([{ ticks: 5, identity: 1 }]))).toEqual([0]);
  });

  it.each([
    ['newer than all that was there', { ticks: 11, identity: 1 }, false],
    ['as new as the newest that was there', { ticks: 10, identity: 1 }, true],
    ['taken before', { ticks: 20, identity: 7 }, true],
    ['of before 1970', { ticks: -1, identity: 1 }, true],
    ['of another identity', { ticks: 20, identity: 0 }, false],
  ])('%s', (_, row, isAskedFor) => {
    const recent = new RecentRows(10);
    recent.learn('A', 10n);
    recent.add('A', rowsOf([{ ticks: 20, identity: 7 }]));
    expect(recent.perhapsStored('A', rowsOf([row]))).toEqual(isAskedFor ? [0] : []);
  });

  it('are older than what was forgotten, and no others', () => {
    const recent = new RecentRows(2);
    recent.learn('A', 0n);
    for (const identity of [1, 2, 3, 4, 5]) {
      recent.add('A', rowsOf([{ ticks: identity * 10, identity }]));
    }
    const rows = rowsOf([
      { ticks: 20, identity: 99 },
      { ticks: 45, identity: 99 },
    ]);
    expect(recent.perhapsStored('A', rows)).toEqual([0]);
  });
});
