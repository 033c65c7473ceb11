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
  const fourth = refusal(lane.enter(controller.signal));
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
  const second = refusal(lane.enter(controller.signal));
  controller.abort();
  expect((await second)[0]).toBe('hunt.cancelled');
});

test('a signal that is aborted already does not take a place', async () => {
  const lane = new Lane(1);
  expect((await refusal(lane.enter(AbortSignal.abort())))[0]).toBe('hunt.cancelled');
  (await lane.enter())();
});
