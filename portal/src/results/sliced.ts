/**
 * Work over many rows, cut into small steps: it yields now and then, so whoever runs it may let the page
 * draw in between. A worker would have to be sent all the rows first, which blocks the page for longer.
 */
export type Task<Result> = Generator<undefined, Result, undefined>;

/** How many cheap steps (a comparison, a cell) are done between two yields. */
export const stepsBetweenYields = 2000;

/** Runs a task to its end at once: for few rows, and for tests. */
export function runNow<Result>(task: Task<Result>): Result {
  for (;;) {
    const step = task.next();
    if (step.done === true) return step.value;
  }
}

/** Runs a task in slices of some milliseconds; undefined when the signal aborted it. */
export async function runSliced<Result>(
  task: Task<Result>,
  signal: AbortSignal,
  sliceMs = 8,
): Promise<Result | undefined> {
  for (;;) {
    if (signal.aborted) return undefined;
    const end = performance.now() + sliceMs;
    do {
      const step = task.next();
      if (step.done === true) return step.value;
    } while (performance.now() < end);
    await nextTurn();
  }
}

// A message is delivered after pending input and drawing; timers would wait 4 ms each time.
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    const channel = new MessageChannel();
    channel.port1.addEventListener('message', () => {
      channel.port1.close();
      resolve();
    });
    channel.port1.start();
    channel.port2.postMessage(undefined);
  });
}
