import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { HuntError } from '../../src/errors.js';
import { type Profile, profilePresets, type Quota } from '../../src/hunting/profiles.js';
import { QuotaLedger } from '../../src/hunting/quota.js';
import { openStore, type Store } from '../../src/store/store.js';
import { openStorePlace, type StorePlace, storeKinds } from '../store/stores.js';

describe.each(storeKinds)('on %s', (kind) => {
  let place: StorePlace;
  let store: Store;
  let now: Date;
  let ledger: QuotaLedger;

  beforeAll(async () => {
    place = await openStorePlace(kind);
    store = await openStore(await place.location('quota'));
  });
  afterAll(async () => {
    await store.close();
    await place.close();
  });
  beforeEach(async () => {
    await store.db.deleteFrom('quota_counters').execute();
    now = new Date('2026-03-01T10:00:52.000Z');
    ledger = new QuotaLedger(store, () => now);
  });

  const caller = { id: 'app-1', tenant: 'default' };
  const profile = (
    quotas: readonly Quota[],
    quotaPer: Profile['quotaPer'] = 'tenant',
  ): Profile => ({
    ...profilePresets.generous,
    quotas,
    quotaPer,
  });

  async function refusal(asked: Promise<void>): Promise<HuntError | undefined> {
    return asked.then(
      () => undefined,
      (error: HuntError) => error,
    );
  }

  describe('calls', () => {
    const two = profile([
      { kind: 'calls', limit: 2, windowSeconds: 60 },
      { kind: 'calls', limit: 3, windowSeconds: 3600 },
    ]);

    test('the third in a minute waits for the next one, and says for how long', async () => {
      await ledger.admit(caller, 'advancedqueries', two);
      await ledger.admit(caller, 'advancedqueries', two);
      const refused = await refusal(ledger.admit(caller, 'advancedqueries', two));
      expect(refused?.status).toBe(429);
      expect(refused?.message).toBe(
        'API calls quota exceeded! maximum allowed 2 per 00:01:00. You can send requests again in 8 seconds.',
      );
      now = new Date('2026-03-01T10:01:00.000Z');
      await ledger.admit(caller, 'advancedqueries', two);
      now = new Date('2026-03-01T10:02:00.000Z');
      const hourly = await refusal(ledger.admit(caller, 'advancedqueries', two));
      expect(hourly?.message).toMatch(/maximum allowed 3 per 01:00:00\. .* in 3480 seconds/);
    });

    test('a refused call is not counted', async () => {
      for (let call = 0; call < 5; call += 1) {
        await refusal(ledger.admit(caller, 'advancedqueries', two));
      }
      const uses = await ledger.usage(caller, 'advancedqueries', two);
      expect(uses.map(({ used }) => used)).toEqual([2, 2]);
      expect(uses[0]?.resetsAt).toEqual(new Date('2026-03-01T10:01:00.000Z'));
    });

    test('tenants and paths have counts of their own', async () => {
      const one = profile([{ kind: 'calls', limit: 1, windowSeconds: 60 }]);
      await ledger.admit(caller, 'advancedqueries', one);
      await ledger.admit(caller, 'graph', one);
      await ledger.admit({ ...caller, tenant: 'other' }, 'graph', one);
      expect(await refusal(ledger.admit({ ...caller, id: 'app-2' }, 'graph', one))).toBeDefined();
    });

    test('applications have, where the profile says so', async () => {
      const one = profile([{ kind: 'calls', limit: 1, windowSeconds: 60 }], 'application');
      await ledger.admit(caller, 'graph', one);
      await ledger.admit({ ...caller, id: 'app-2' }, 'graph', one);
      expect(await refusal(ledger.admit(caller, 'graph', one))).toBeDefined();
    });

    test('of 200 at once exactly the limit gets through', async () => {
      const limited = profile([
        { kind: 'calls', limit: 45, windowSeconds: 60 },
        { kind: 'calls', limit: 1500, windowSeconds: 3600 },
      ]);
      const outcomes = await Promise.all(
        Array.from({ length: 200 }, () => refusal(ledger.admit(caller, 'graph', limited))),
      );
      expect(outcomes.filter((outcome) => outcome === undefined)).toHaveLength(45);
      for (const outcome of outcomes) {
        if (outcome) expect(outcome.code).toBe('quota.calls');
      }
    });
  });

  test('of 200 at once on two processes exactly the limit gets through', async () => {
    const url = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
    const program = `
      import { openStore } from ${url('../../src/store/store.ts')};
      import { QuotaLedger } from ${url('../../src/hunting/quota.ts')};
      const store = await openStore(${JSON.stringify(await place.location('quota'))});
      const ledger = new QuotaLedger(store, () => new Date('2026-03-01T10:00:52.000Z'));
      const profile = { quotas: [{ kind: 'calls', limit: 45, windowSeconds: 60 }], quotaPer: 'tenant' };
      const caller = { id: 'app', tenant: 'shared' };
      const asked = Array.from({ length: 100 }, () =>
        ledger.admit(caller, 'graph', profile).then(() => 1, (error) => {
          if (error.code !== 'quota.calls') throw error;
          return 0;
        }));
      console.log((await Promise.all(asked)).reduce((sum, one) => sum + one, 0));
      await store.close();`;
    const run = promisify(execFile);
    const through = await Promise.all(
      [1, 2].map(async () => {
        const flags = ['--import', 'tsx', '--input-type=module', '-e', program];
        return Number((await run(process.execPath, flags)).stdout);
      }),
    );
    expect(through.reduce((sum, count) => sum + count, 0)).toBe(45);
  });

  describe('running time and CPU', () => {
    test('used-up running time waits for the next window', async () => {
      const limited = profile([{ kind: 'runningTime', limit: 900, windowSeconds: 3600 }]);
      await ledger.admit(caller, 'graph', limited);
      await ledger.charge(caller, 'graph', limited, { runningSeconds: 899.5, cpuSeconds: 5000 });
      await ledger.admit(caller, 'graph', limited);
      await ledger.charge(caller, 'graph', limited, { runningSeconds: 0.5, cpuSeconds: 0 });
      const refused = await refusal(ledger.admit(caller, 'graph', limited));
      expect(refused?.message).toBe(
        'API running time quota exceeded! maximum allowed 00:15:00 per 01:00:00. You can send requests again in 3548 seconds.',
      );
    });

    test('used-up CPU waits for the next cycle', async () => {
      const limited = profile([{ kind: 'cpu', limit: 900, windowSeconds: 900 }]);
      await ledger.charge(caller, 'graph', limited, { runningSeconds: 5000, cpuSeconds: 901 });
      const refused = await refusal(ledger.admit(caller, 'graph', limited));
      expect(refused?.message).toBe(
        'You have exceeded processing resources allocated to this tenant. You can run queries again in 00:14:08.',
      );
      expect(refused?.parameters).toMatchObject({ retryAfterSeconds: 848 });
    });
  });

  test('without quotas nothing is counted', async () => {
    await ledger.admit(caller, 'graph', profilePresets.generous);
    expect(await store.db.selectFrom('quota_counters').selectAll().execute()).toEqual([]);
  });

  test('counters of windows long gone are removed', async () => {
    const limited = profile([{ kind: 'calls', limit: 9, windowSeconds: 60 }]);
    await ledger.admit(caller, 'graph', limited);
    now = new Date('2026-03-04T10:00:00.000Z');
    await ledger.sweep();
    expect(await store.db.selectFrom('quota_counters').selectAll().execute()).toEqual([]);
  });
});
