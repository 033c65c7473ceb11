import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { builtinCatalog } from '../../src/catalog/catalog.js';
import type { Engine, EngineLimits, EngineQuery } from '../../src/engine/engine.js';
import { HuntError } from '../../src/errors.js';
import { explainHunt } from '../../src/hunting/explain.js';
import { compileHunt, hunt } from '../../src/hunting/hunt.js';
import { HuntsUnderWay } from '../../src/hunting/hunts-under-way.js';
import { profilePresets } from '../../src/hunting/profiles.js';
import type { Consumption, QuotaLedger } from '../../src/hunting/quota.js';
import { type HuntCall, type HuntingParts, runHunt, runTables } from '../../src/hunting/service.js';
import type { Principal } from '../../src/identity/principal.js';
import { answer } from '../api/fixture.js';
import { compileHere } from '../compile-here.js';

it('what a text has waited for its compilation is part of the time of its hunt', async () => {
  const limits = { wallSeconds: 60, memoryBytes: 2e9, rows: 10, resultBytes: 1e6 };
  const runs: EngineLimits[] = [];
  const run: Engine['run'] = async (query) => {
    runs.push(query.limits);
    throw new Error('enough');
  };
  const compile: typeof compileHere.compile = async (...query) => {
    await delay(200);
    return compileHere.compile(...query);
  };
  const principal = { tenant: 'default', id: 'test', deviceGroups: null } as Principal;
  const hunted = hunt(
    { principal, text: 'print 1', limits },
    {
      engine: { run } as Engine,
      compiler: { ...compileHere, compile },
      tenant: () => ({ catalog: builtinCatalog, retentionDays: null }),
    },
  );
  await expect(hunted).rejects.toThrow('enough');
  expect(runs[0]?.wallSeconds).toBeLessThanOrEqual(59.9);
});

describe.each([
  ['the tables that have rows', 'search "x"', 'select'],
  ['the places of addresses', 'print geo_info_from_ip_address("192.0.2.1")', 'geo'],
  ['a file', 'externaldata(line: string)["https://files.example/list.txt"]', 'fetchExternal'],
])('what a text needs to know of %s', (_what, text, never) => {
  const begin = (wallSeconds: number, signal?: AbortSignal) => {
    let isDropped = false;
    const wait = (...given: unknown[]) => {
      const [wanted] = given.filter((each) => each instanceof AbortSignal);
      wanted?.addEventListener('abort', () => {
        isDropped = true;
      });
      return new Promise<never>(() => undefined);
    };
    const answer = compileHunt(
      {
        principal: { tenant: 'default', id: 'test', deviceGroups: null } as Principal,
        text,
        limits: { wallSeconds, memoryBytes: 2e9, rows: 10, resultBytes: 1e6 },
        ...(signal && { signal }),
      },
      {
        engine: { select: wait } as unknown as Engine,
        compiler: compileHere,
        tenant: () => ({ catalog: builtinCatalog, retentionDays: null }),
        [never]: wait,
      },
    );
    return { answer, isDropped: () => isDropped };
  };

  it('is part of its time', async () => {
    const { answer, isDropped } = begin(0.5);
    await expect(answer).rejects.toMatchObject({ code: 'hunt.timeout' });
    expect(isDropped()).toBe(never !== 'select');
  });

  it('is not waited for when its caller leaves', async () => {
    const leaving = new AbortController();
    const { answer } = begin(60, leaving.signal);
    setTimeout(() => leaving.abort(), 50);
    await expect(answer).rejects.toMatchObject({ code: 'hunt.cancelled' });
    const late = begin(60, AbortSignal.abort());
    await expect(late.answer).rejects.toMatchObject({ code: 'hunt.cancelled' });
  });
});

/** A caller, and what a hunt stands on where the engine does as it is told. */
function partsOf(engine: Partial<Engine>, charged: Consumption[] = [], wallSeconds = 600) {
  const call = {
    principal: {
      tenant: 'default',
      id: 'test',
      kind: 'application',
      deviceGroups: null,
      roles: [],
      scopes: [],
    },
    generation: 'graph',
    text: 'print 1',
  } as unknown as HuntCall;
  const parts = {
    engine,
    compiler: compileHere,
    tenants: { of: async () => ({ catalog: builtinCatalog, retentionDays: null }) },
    underWay: new HuntsUnderWay({ running: 1, waiting: 0 }),
    quota: {
      admit: async () => undefined,
      charge: async (...[, , , used]: Parameters<QuotaLedger['charge']>) => void charged.push(used),
    },
    profiles: {
      default: 'generous',
      profiles: { ...profilePresets, generous: { ...profilePresets.generous, wallSeconds } },
      applications: {},
      tenants: {},
      generations: {},
      memoryBytes: 2e9,
    },
    audit: { record: async () => undefined },
  } as unknown as HuntingParts;
  return { call, parts };
}

it('what a hunt waits for its turn is no running time of its tenant', async () => {
  const charged: Consumption[] = [];
  const run: Engine['run'] = async ({ onWaited }) => {
    onWaited?.(3600);
    throw new HuntError('hunt.timeout', {});
  };
  const { call, parts } = partsOf({ run }, charged);
  await expect(runHunt(call, parts)).rejects.toMatchObject({ code: 'hunt.timeout' });
  expect(charged).toEqual([{ runningSeconds: 0, cpuSeconds: 0 }]);
});

describe('several tables', () => {
  const stats = { userCpuSeconds: 2, kernelCpuSeconds: 1, resultRows: 4, resultBytes: 9 };
  const tables = (run: (query: EngineQuery, index: number) => Promise<void>, wallSeconds = 600) => {
    const charged: Consumption[] = [];
    const results: Readable[] = [];
    const engine: Pick<Engine, 'run'> = {
      run: async (query) => {
        const rows = Readable.from([]);
        await run(query, results.push(rows) - 1);
        return { rows, stats: { ...answer([]).stats, ...stats } };
      },
    };
    const { call, parts } = partsOf(engine, charged, wallSeconds);
    const text = 'print 1; print 2; print 3';
    return { hunted: () => runTables({ ...call, text }, parts), charged, results, parts };
  };

  it('take one place, and are charged for and on record together', async () => {
    const admitted: unknown[] = [];
    const recorded: { rowCount?: number }[] = [];
    const { hunted, charged, parts } = tables(async () => undefined);
    Object.assign(parts.quota, { admit: async () => void admitted.push(1) });
    Object.assign(parts.audit, { record: async (line: object) => void recorded.push(line) });
    expect((await hunted()).answers).toHaveLength(3);
    expect(admitted).toHaveLength(1);
    expect(charged).toMatchObject([{ cpuSeconds: 9 }]);
    expect(recorded).toMatchObject([
      { rowCount: 12, cpuSeconds: 9, queryText: expect.any(String) },
    ]);
  });

  it('share their time and the limits of rows and bytes', async () => {
    const limits: EngineLimits[] = [];
    const { hunted } = tables(async (query) => {
      limits.push(query.limits);
      await delay(20);
    });
    await hunted();
    const [first, second, third] = limits as [EngineLimits, EngineLimits, EngineLimits];
    expect(second.wallSeconds).toBeLessThan(first.wallSeconds - 0.01);
    expect(third.wallSeconds).toBeLessThan(second.wallSeconds - 0.01);
    expect(limits.map(({ rows }) => first.rows - rows)).toEqual([0, 4, 8]);
    expect(limits.map(({ resultBytes }) => first.resultBytes - resultBytes)).toEqual([0, 9, 18]);
  });

  it('are given back where a later one fails, or their charge or record does', async () => {
    const late = tables(async (_query, index) => {
      if (index === 2) throw new HuntError('hunt.resources', {});
    });
    await expect(late.hunted()).rejects.toMatchObject({ code: 'hunt.resources' });
    const unrecorded = tables(async () => undefined);
    Object.assign(unrecorded.parts.audit, { record: () => Promise.reject(new Error('full')) });
    await expect(unrecorded.hunted()).rejects.toThrow('full');
    const uncharged = tables(async () => undefined);
    Object.assign(uncharged.parts.quota, { charge: () => Promise.reject(new Error('full')) });
    await expect(uncharged.hunted()).rejects.toThrow('full');
    const all = [...late.results.slice(0, 2), ...unrecorded.results, ...uncharged.results];
    for (const rows of all) {
      expect(rows.destroyed).toBe(true);
    }
  });
});

describe('an explanation that the engine does not answer for', () => {
  const select = () => new Promise<never>(() => undefined);
  const counts = { of: async () => new Map() };

  it('ends when its time is up', async () => {
    const { call, parts } = partsOf({ select }, [], 0.5);
    const explained = explainHunt({ ...call, text: 'DeviceInfo' }, { ...parts, counts });
    await expect(explained).rejects.toMatchObject({ code: 'hunt.timeout' });
    // Its place is free again.
    parts.underWay.enter(call.principal)();
  });

  it('ends when its caller leaves', async () => {
    const { call, parts } = partsOf({ select });
    const leaving = new AbortController();
    const { signal } = leaving;
    const explained = explainHunt({ ...call, text: 'DeviceInfo', signal }, { ...parts, counts });
    setTimeout(() => leaving.abort(), 50);
    await expect(explained).rejects.toMatchObject({ code: 'hunt.cancelled' });
  });
});
