import { expect, test } from 'vitest';
import { Lane } from '../../src/engine/lane.js';
import { refusal } from './fixture.js';

test('places go to those who wait in the order they came, and one who gives up is passed over', async () => {
  const lane = new Lane(2);
  const [first, second] = [await lane.enter(), await lane.enter()];
  const order: string[] = [];
  const controller = new AbortController();
  const third = lane.enter().then((leave) => {
    order.push('third');
    return leave;
  });
  const fourth = refusal(lane.enter({ signal: controller.signal }));
  const fifth = lane.enter().then((leave) => {
    order.push('fifth');
    return leave;
  });
  controller.abort();
  expect((await fourth)[0]).toBe('hunt.cancelled');
  first();
  (await third)();
  (await fifth)();
  expect(order).toEqual(['third', 'fifth']);
  second();
});

test('a place that is given back twice is one place', async () => {
  const lane = new Lane(1);
  const leave = await lane.enter();
  leave();
  leave();
  await lane.enter();
  const controller = new AbortController();
  const second = refusal(lane.enter({ signal: controller.signal }));
  controller.abort();
  expect((await second)[0]).toBe('hunt.cancelled');
});

test('a signal that is aborted already does not take a place', async () => {
  const lane = new Lane(1);
  expect((await refusal(lane.enter({ signal: AbortSignal.abort() })))[0]).toBe('hunt.cancelled');
  (await lane.enter())();
});

test('who waits until the time is up is told so, and no place is lost', async () => {
  const lane = new Lane(1);
  const leave = await lane.enter();
  expect((await refusal(lane.enter({ until: performance.now() + 10 })))[0]).toBe('hunt.timeout');
  expect((await refusal(lane.enter({ until: performance.now() - 1 })))[0]).toBe('hunt.timeout');
  const next = lane.enter({ until: performance.now() + 60_000 });
  leave();
  (await next)();
  (await lane.enter())();
});

/** `tenant/caller`, in the order in which they wait; each leaves when the next is to come. */
async function order(size: number, running: string[], waiting: string[]): Promise<string[]> {
  const lane = new Lane(size);
  const holderOf = (name: string) => {
    const [tenant = '', id = ''] = name.split('/');
    return { holder: { tenant, id } };
  };
  const held: (() => void)[] = [];
  for (const name of running) held.push(await lane.enter(holderOf(name)));
  const came: string[] = [];
  const all = waiting.map(async (name) => {
    held.push(await lane.enter(holderOf(name)));
    came.push(name);
  });
  while (came.length < waiting.length) {
    held.shift()?.();
    await new Promise(setImmediate);
  }
  await Promise.all(all);
  return came;
}

test.each<[string, number, string, string, string]>([
  ['one after the other', 1, 'a/1', 'a/1 a/1 a/1', 'a/1 a/1 a/1'],
  ['a tenant that comes later', 1, 'a/1', 'a/1 a/1 b/1 a/1', 'b/1 a/1 a/1 a/1'],
  ['tenants take turns', 1, 'a/1', 'a/1 a/1 b/1 b/1 b/1 c/1', 'b/1 c/1 a/1 b/1 a/1 b/1'],
  ['callers of one tenant do', 1, 'a/1', 'a/1 a/1 a/2 a/2', 'a/2 a/1 a/2 a/1'],
  ['many callers are one tenant', 1, 'a/1', 'a/2 a/3 a/4 b/1 b/1', 'b/1 a/2 b/1 a/3 a/4'],
  ['who holds a place already', 2, 'a/1 b/1', 'b/1 b/1 a/1 a/1', 'a/1 b/1 a/1 b/1'],
  ['who holds all of them', 3, 'a/1 a/1 a/1', 'a/1 b/1 b/1 a/1', 'b/1 a/1 b/1 a/1'],
])('places go round: %s', async (_name, size, running, waiting, expected) => {
  expect((await order(size, running.split(' '), waiting.split(' '))).join(' ')).toBe(expected);
});

test('what has come to nothing is no turn', async () => {
  const lane = new Lane(1);
  const leave = await lane.enter({ holder: { tenant: 'a', id: '1' } });
  const leaving = new AbortController();
  const { signal } = leaving;
  const gone = refusal(lane.enter({ holder: { tenant: 'b', id: '1' }, signal }));
  const first = lane.enter({ holder: { tenant: 'c', id: '1' } });
  const second = lane.enter({ holder: { tenant: 'b', id: '1' } });
  leaving.abort();
  await gone;
  leave();
  (await first)();
  (await second)();
});
