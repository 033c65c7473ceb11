import type { Worker } from 'node:worker_threads';
import { expect, it, vi } from 'vitest';
import type { HandedBatch } from '../../src/ingest/handover.js';
import type { Intake } from '../../src/ingest/intake.js';
import { emptySummary } from '../../src/ingest/summary.js';
import { until } from '../engine/fixture.js';
import { startTestIngest } from './fixture.js';
import { eventsPerRequest, requestOf, tenant } from './requests.js';

const threads = vi.hoisted((): { name: string; worker: Worker }[] => []);
vi.mock('../../src/thread.js', async (original) => {
  const module = await original<typeof import('../../src/thread.js')>();
  const startThread: typeof module.startThread = (name, ...rest) => {
    const worker = module.startThread(name, ...rest);
    threads.push({ name, worker });
    return worker;
  };
  return { ...module, startThread };
});

const writers = () => threads.filter(({ name }) => name === 'writer-thread');

it('a writing thread that dies costs no event that was acknowledged, and the next takes over', async () => {
  const { ingest, count } = await startTestIngest();
  const push = (number: number) => ingest.push(requestOf(number), { tenant });
  await push(0);
  await writers()[0]?.worker.terminate();
  const others = await Promise.allSettled([1, 2, 3].map(push));
  // Those that met the end are sent again.
  for (const [index, { status }] of others.entries()) {
    if (status === 'rejected') {
      await push(index + 1);
    }
  }
  expect(writers()).toHaveLength(2);
  const again = await push(0);
  expect(again.accepted).toBe(0);
  await ingest.flush();
  expect(await count('DeviceProcessEvents')).toBe(4 * eventsPerRequest);
});

it('one that dies while nothing is under way is missed by no request', async () => {
  const { ingest, count } = await startTestIngest();
  const { accepted } = await ingest.push(requestOf(0), { tenant });
  await writers().at(-1)?.worker.terminate();
  expect(await ingest.push(requestOf(1), { tenant })).toMatchObject({ accepted });
  await ingest.flush();
  expect(await count('DeviceProcessEvents')).toBe(2 * eventsPerRequest);
});

it('what one that dies had not inserted is brought in though no request comes', async () => {
  const { ingest, count } = await startTestIngest();
  const { accepted } = await ingest.push(requestOf(0), { tenant });
  expect(accepted).toBeGreaterThan(0);
  await writers().at(-1)?.worker.terminate();
  await until(async () => (await count('DeviceProcessEvents')) === eventsPerRequest);
});

it('of a request whose rows were partly with a thread that died, nothing waits with the next', async () => {
  const { ingest } = await startTestIngest();
  const open = () => ingest.open({ tenant, source: undefined, origin: 'test', patienceMs: 1_000 });
  const batchesOf = async (intake: Intake, number: number) => {
    const batches: HandedBatch[] = [];
    for await (const batch of intake.write(requestOf(number), emptySummary())) batches.push(batch);
    for await (const batch of intake.take(emptySummary())) batches.push(batch);
    return batches;
  };
  const intake = await open();
  const before = await batchesOf(intake, 1);
  await writers().at(-1)?.worker.terminate();
  // The next thread is there, and takes what follows.
  await ingest.push(requestOf(0), { tenant });
  const after = await batchesOf(intake, 2);
  const both = [...before, ...after];
  expect(both.every(({ parts }) => parts > 0)).toBe(true);
  for (const batches of [both, after]) {
    await expect(intake.commit(batches, emptySummary())).rejects.toThrow('interrupted');
  }
});
