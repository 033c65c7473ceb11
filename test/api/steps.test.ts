import { describe, expect, test } from 'vitest';
import { inSteps } from '../../src/api/steps.js';

/** Values, each of which takes longer than a step. */
function* slow(count: number): Generator<number> {
  for (let value = 0; value < count; value++) {
    const start = performance.now();
    while (performance.now() - start < 10);
    yield value;
  }
}

async function* slowly(count: number): AsyncGenerator<number> {
  yield* slow(count);
}

describe('what takes long', () => {
  /** How often everything else has the thread until it is done. */
  async function turnsOf(work: Promise<unknown>): Promise<number> {
    let turns = 0;
    let isDone = false;
    const turn = () => {
      turns++;
      if (!isDone) setImmediate(turn);
    };
    setImmediate(turn);
    await work;
    isDone = true;
    return turns;
  }

  test.each([
    ['made at once', slow],
    ['made with promises that are kept', slowly],
  ])('gives way between its steps, and loses none: %s', async (_what, values) => {
    const seen: number[] = [];
    const work = async () => {
      for await (const value of inSteps(values(5))) seen.push(value);
    };
    expect(await turnsOf(work())).toBeGreaterThanOrEqual(4);
    expect(seen).toEqual([0, 1, 2, 3, 4]);
  });

  test('takes one step in a turn, however many do', async () => {
    const taken: number[] = [];
    let steps = 0;
    let isDone = false;
    const turn = () => {
      taken.push(steps);
      steps = 0;
      if (!isDone) setImmediate(turn);
    };
    const all = Promise.all(
      [1, 2, 3].map(async () => {
        for await (const _ of inSteps(slow(4))) steps++;
      }),
    );
    setImmediate(turn);
    await all;
    isDone = true;
    // Each begins at once.
    expect(taken.shift()).toBe(3);
    expect(Math.max(...taken)).toBe(1);
  });

  test('throws what its values throw', async () => {
    const values = (function* () {
      yield 1;
      throw new Error('broken');
    })();
    await expect(async () => {
      for await (const _ of inSteps(values));
    }).rejects.toThrow('broken');
  });
});
