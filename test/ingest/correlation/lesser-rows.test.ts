import path from 'node:path';
import { expect, it } from 'vitest';
import { Correlation } from '../../../src/ingest/correlation/correlation.js';
import { type LesserRow, LesserRows } from '../../../src/ingest/correlation/lesser-rows.js';
import { rank } from '../../../src/ingest/correlation/process.js';
import { CorrelationStore, type Learnt } from '../../../src/ingest/correlation/store.js';
import { cleanUp, temporaryDirectory } from '../../engine/fixture.js';

function row(number: number, more: Partial<LesserRow> = {}): LesserRow {
  const ticks = BigInt(number);
  return { key: 'pc1\nkey', device: 'pc1', ms: 0, ticks, identity: ticks, ...more };
}

const near = (rows: LesserRows, key: string, device = 'pc1') =>
  rows.near({ key, device, ms: 0, toleranceMs: 1 })?.map(({ identity }) => identity);

it('rows are those of the device, by its name with a domain or without', () => {
  const rows = new LesserRows([]);
  for (const [index, device] of ['pc1', 'pc1.a.example', 'pc1.b.example'].entries()) {
    rows.add(row(index, { device }));
  }
  expect(near(rows, 'pc1\nkey', 'pc1.a.example')).toEqual([0n, 1n]);
  expect(near(rows, 'pc1\nkey', 'pc1.b.example')).toEqual([0n, 2n]);
  expect(near(rows, 'pc1\nkey')).toEqual([0n, 1n, 2n]);
});

it('however many keys have however many rows, the latest alone are remembered', () => {
  const rows = new LesserRows([]);
  const keys = Array.from({ length: 7_000 }, (_, index) => `pc1\n${index}`);
  for (let round = 0; round < 64; round++) {
    for (const key of keys) rows.add(row(round, { key }));
  }
  const remembered = keys.flatMap((key) => near(rows, key) ?? []);
  expect(remembered.length).toBeLessThanOrEqual(400_000);
  expect(remembered.length).toBeGreaterThanOrEqual(200_000);
  expect(near(rows, keys.at(-1) ?? '')).toContain(63n);
  expect(rows.unsaved).toHaveLength(200_000);
});

it('of one key the latest are remembered, however long it is', () => {
  const rows = new LesserRows([]);
  for (let number = 0; number < 100; number++) rows.add(row(number));
  expect(near(rows, 'pc1\nkey')).toEqual(Array.from({ length: 64 }, (_, at) => BigInt(at + 36)));
  const key = `pc1\n${'x'.repeat(2_000)}`;
  rows.add(row(1, { key }));
  expect(near(rows, key)).toEqual([1n]);
  expect(near(rows, `${key}x`)).toBeUndefined();
  expect(rows.unsaved.at(-1)?.key).toMatch(/^pc1\n.{64}$/);
});

it('nothing waits to be saved where there is no store', () => {
  const correlation = new Correlation();
  correlation.lesserRows.add(row(1));
  correlation.save();
  expect(correlation.lesserRows.unsaved).toEqual([]);
});

it('what could not be saved is saved by the next time', () => {
  class Full extends CorrelationStore {
    isFull = true;

    override save(learnt: Learnt): void {
      if (this.isFull) throw new Error('full');
      super.save(learnt);
    }
  }
  const store = new Full(path.join(temporaryDirectory(), 'known.db'));
  cleanUp(async () => store.close());
  const correlation = new Correlation(store);
  const { devices, processes, accounts, lesserRows } = correlation;
  const facts = { image: 'a.exe' };
  lesserRows.add(row(1));
  devices.of('pc1').learnAbout({ Model: 'Z' });
  accounts.learn('a\\b', 'S-1-5-21-1');
  processes.start('pc1', { pid: 1, startMs: 1, started: '1', by: rank.sysmon, facts });
  expect(() => correlation.save()).toThrow('full');
  store.isFull = false;
  correlation.save();
  correlation.save();
  expect([...store.lesserRows()]).toEqual([row(1)]);
  expect(store.device('pc1')?.about.get('Model')).toBe('Z');
  expect(store.sid('a\\b')).toBe('S-1-5-21-1');
  expect(store.byPid('pc1', 1)).toHaveLength(1);
});
