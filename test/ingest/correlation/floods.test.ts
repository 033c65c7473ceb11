import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { Correlation } from '../../../src/ingest/correlation/correlation.js';
import { FairMap, fairShare } from '../../../src/ingest/correlation/fair-map.js';
import { CorrelationStore } from '../../../src/ingest/correlation/store.js';
import { cleanUp, temporaryDirectory } from '../../engine/fixture.js';

const quiet = { key: 'quiet\nlogon\n1', device: 'quiet', ms: 0 };
const told = { ...quiet, key: 'quiet\ntold' };
const row = (number: number) => ({ ticks: BigInt(number), identity: BigInt(number) });

/** Logons, one after the other on so many devices. */
function flood(known: Correlation, logons: number, devices: number) {
  known.lesserRows.add({ ...quiet, ...row(1) });
  known.notePrimary(told);
  known.secondaries.add(quiet, { account: 'bob' });
  const eventOf = (number: number) => {
    const device = `flood${number % devices}`;
    return { key: `${device}\nlogon\n${number}`, device, ms: number };
  };
  for (let number = 0; number < logons; number++) {
    const event = eventOf(number);
    known.lesserRows.add({ ...event, ...row(number) });
    known.notePrimary(event);
    known.secondaries.add(event, { account: 'root' });
  }
  return eventOf(logons - 1);
}

function expectRemembered({ lesserRows }: Correlation, last: typeof quiet): void {
  for (const event of [quiet, last]) {
    expect(lesserRows.near({ ...event, toleranceMs: 1 })).toHaveLength(1);
  }
}

describe('what is remembered of a device is not pushed out by a flood of logons', () => {
  it.each([1, 2_000])('in memory, on %i others', (devices) => {
    const known = new Correlation();
    const last = flood(known, 450_000, devices);
    expectRemembered(known, last);
    expect(known.secondaries.near(quiet, 1)).toEqual({ account: 'bob' });
    for (const event of [told, last]) expect(known.isToldByPrimary(event, 1)).toBe(true);
  });

  it.each([1, 2_000])('on disk, on %i others', (devices) => {
    const store = new CorrelationStore(path.join(temporaryDirectory(), 'known.db'));
    cleanUp(() => store.close());
    const known = new Correlation(store);
    const last = flood(known, 220_000, devices);
    known.save();
    expect([...store.lesserRows()].length).toBeLessThanOrEqual(200_000);
    const later = new Correlation(store);
    expectRemembered(later, last);
    for (const event of [told, last]) expect(later.isToldByPrimary(event, 1)).toBe(true);
  });
});

it('what events lend others is bounded by its length, too', () => {
  const known = new Correlation();
  known.secondaries.add(quiet, { account: 'bob' });
  const eventOf = (ms: number) => ({ key: `flood\nvalue\n${ms}`, device: 'flood', ms });
  const oldvalue = 'x'.repeat(1_000_000);
  for (let ms = 0; ms < 1_000; ms++) known.secondaries.add(eventOf(ms), { oldvalue });
  expect(known.secondaries.near(eventOf(0), 1)).toBeUndefined();
  expect(known.secondaries.near(eventOf(999), 1)).toEqual({ oldvalue });
  expect(known.secondaries.near(quiet, 1)).toEqual({ account: 'bob' });
});

it('what could not be saved is saved the next time', () => {
  const store = new CorrelationStore(path.join(temporaryDirectory(), 'known.db'));
  cleanUp(() => store.close());
  const known = new Correlation(store);
  const { save } = store;
  let failures = 0;
  store.save = () => {
    failures++;
    throw new Error('no space');
  };
  const eventOf = (number: number) => ({ key: `pc\n${number}`, device: 'pc', ms: number * 5_000 });
  let added = 0;
  for (; failures < 3; added++) {
    try {
      known.lesserRows.add({ ...eventOf(added), ...row(added) });
    } catch {}
  }
  for (; failures < 6; added++) {
    try {
      known.notePrimary(eventOf(added));
    } catch {}
  }
  store.save = save;
  known.save();
  expect([...store.lesserRows()].length + store.primaries().length).toBe(added);
});

it('what is remembered on disk stays bounded when all before it has been forgotten', () => {
  const store = new CorrelationStore(path.join(temporaryDirectory(), 'known.db'));
  cleanUp(() => store.close());
  const save = (device: string, count: number) =>
    store.save({
      ...{ processes: [], devices: [], sids: new Map(), lesserRows: [] },
      primaries: Array.from({ length: count }, (_, ms) => ({
        key: `${device}\n${ms}`,
        device,
        ms,
      })),
    });
  for (let round = 0; round < 3; round++) save('pc', 110_000);
  store.forget(['pc']);
  for (let round = 0; round < 3; round++) save('other', 110_000);
  expect(store.primaries().length).toBeLessThanOrEqual(200_000);
});

it.each([
  [[], 10, 10],
  [[1, 2, 3], 10, 10],
  [[1, 2, 300], 10, 7],
  [[9, 300, 300], 10, 3],
  [[5, 5, 5], 2, 1],
])('of %j, of %i together, each may have %i', (weights, most, share) => {
  expect(fairShare(weights, most)).toBe(share);
});

it('a map is bounded however many devices there are, and of them the latest stay', () => {
  const map = new FairMap<number>(100);
  for (let number = 0; number < 10_000; number++) {
    map.set(`d${number}\nkey`, number);
    map.set('busy\nkey', number);
  }
  expect(map.size).toBeLessThanOrEqual(100);
  expect(map.size).toBeGreaterThan(50);
  expect(map.get('busy\nkey')).toBe(9_999);
  expect(map.get('d9999\nkey')).toBe(9_999);
  expect(map.get('d0\nkey')).toBeUndefined();
});
