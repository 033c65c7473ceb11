import { setImmediate as nextTurn } from 'node:timers/promises';

/** A hunt's request takes a few turns to be answered, and waits for so much in each. */
const stepMs = 5;

/** One request's step at a time, however many of them are under way. */
let latest: Promise<unknown> = Promise.resolve();

/** Goes through what is made as it is asked for, and lets everything else have the thread in between. */
export async function* inSteps<T>(values: Iterable<T> | AsyncIterable<T>): AsyncGenerator<T> {
  let end = performance.now() + stepMs;
  for await (const value of values) {
    yield value;
    if (performance.now() < end) continue;
    latest = latest.then(() => nextTurn());
    await latest;
    end = performance.now() + stepMs;
  }
}
