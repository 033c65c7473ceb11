import { describe, expect, test } from 'vitest';
import { inSteps } from '../../../src/api/ingest/steps.js';

/** Values, each of which takes longer than a step. */
function* slow(count: number): Generator<number> {
  for (let value = 0; value < count; value++) {
    const start = performance.now();
    while (performance.now() - start < 10);
    yield value;
  }
}

describe('what takes long', () => {
  test('gives way between its steps, and loses none', async () => {
    const seen: number[] = [];
    let turns = 0;
    const turn = () => {
      turns++;
      if (seen.length < 5) setImmediate(turn);
    };
    setImmediate(turn);
    for await (const value of inSteps(slow(5))) seen.push(value);
    expect(seen).toEqual([0, 1, 2, 3, 4]);
    expect(turns).toBeGreaterThanOrEqual(4);
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
