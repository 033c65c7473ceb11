import type { Worker } from 'node:worker_threads';
import { expect, it, vi } from 'vitest';
import { startTestIngest } from './fixture.js';
import { eventsPerRequest, requestOf, tenant } from './requests.js';

const threads = vi.hoisted((): { name: string; worker: Worker }[] => []);
vi.mock('../../src/ingest/thread.js', async (original) => {
  const module = await original<typeof import('../../src/ingest/thread.js')>();
  const startThread: typeof module.startThread = (name, options) => {
    const worker = module.startThread(name, options);
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
