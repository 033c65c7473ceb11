import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { builtinCatalog } from '../../src/catalog/catalog.js';
import type { Engine, EngineLimits } from '../../src/engine/engine.js';
import { hunt } from '../../src/hunting/hunt.js';
import type { Principal } from '../../src/identity/principal.js';
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
