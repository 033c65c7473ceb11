import { expect, test } from 'vitest';
import { CuttingQueue } from '../../../src/ingest/cutting/queue.js';

const megabyte = 1024 * 1024;

/** Cuts bodies that have as many steps of a millisecond, and tells when each begins and ends. */
async function orderOf(bodies: readonly (readonly [name: string, size: number, steps: number])[]) {
  const order: string[] = [];
  const queue = new CuttingQueue<string>();
  const cut = ([name, size, count]: (typeof bodies)[number]) =>
    new Promise<void>((resolve) => {
      const over = (what: string) => {
        order.push(what);
        resolve();
      };
      function* steps(): Generator<void, string> {
        order.push(`${name} begins`);
        for (let step = 0; step < count; step++) {
          const start = performance.now();
          while (performance.now() - start < 1);
          yield;
        }
        if (count === 0) throw new Error(`${name} fails`);
        return `${name} ends`;
      }
      queue.add({
        size,
        steps: steps(),
        done: over,
        failed: (error) => over((error as Error).message),
      });
    });
  await Promise.all(bodies.map(cut));
  return order;
}

test('a body is cut between others, and a large one when the one before is done', async () => {
  const order = await orderOf([
    ['large', 64 * megabyte, 200],
    ['second', 2 * megabyte, 1],
    ['broken', 10, 0],
    ['small', 10, 1],
  ]);
  expect(order).toEqual([
    ...['large begins', 'broken begins', 'broken fails', 'small begins', 'small ends'],
    ...['large ends', 'second begins', 'second ends'],
  ]);
});

test('small bodies are cut together as far as there is memory for them', async () => {
  const order = await orderOf(
    Array.from({ length: 10 }, (_, number) => [String(number), megabyte, 40] as const),
  );
  const begun = order.slice(
    0,
    order.findIndex((what) => what.endsWith('ends')),
  );
  expect(begun).toHaveLength(8);
  expect(order).toHaveLength(20);
});

test('what waits for the thread is done between two turns', async () => {
  let isOver = false;
  let turns = 0;
  const turn = () => {
    turns++;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  await orderOf([['large', 64 * megabyte, 200]]);
  isOver = true;
  expect(turns).toBeGreaterThan(3);
});
