// How smoothly the portal's grid scrolls, measured inside a browser:
// `npx tsx bench/portal-grid.ts [ROWS] [COLUMNS]`. Needs Chromium at /usr/bin/chromium.
import type { Page } from 'playwright-core';
import { startResultsPage } from '../test/portal/results-page.js';

const [rows = '100000', columns = '50'] = process.argv.slice(2);

/** What `portal/src/results/bench-measure.ts` offers in the page. */
interface Measures {
  measureScrolling(
    down: number,
    right: number,
    frames: number,
    looks: boolean,
  ): Promise<Record<'frames' | 'medianMs' | 'worstMs' | 'over50Ms' | 'blank', number>>;
  longestTask(): number;
}

/** Ways of scrolling: pixels a frame, down and to the right. */
const ways = [
  { name: 'not at all, to compare with', down: 0, right: 0 },
  { name: 'by the wheel, 120 px a frame', down: 120, right: 0 },
  { name: 'fast, 2,500 px a frame', down: 2500, right: 0 },
  { name: 'by the thumb, 40,000 px a frame', down: 40_000, right: 0 },
  { name: 'sideways, 120 px a frame', down: 0, right: 120 },
  { name: 'across, 400 and 60 px a frame', down: 400, right: 60 },
];

/** Reads CPU seconds of the page's main thread: what other programs take does not count. */
async function taskClock(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0;
  };
}

/** Milliseconds until what was clicked has been done, and the longest task of the page meanwhile. */
async function timed(page: Page, act: () => Promise<void>): Promise<[number, number]> {
  await page.evaluate(() => (globalThis as unknown as Measures).longestTask());
  const start = performance.now();
  await act();
  const took = performance.now() - start;
  const longest = await page.evaluate(() => (globalThis as unknown as Measures).longestTask());
  return [took, longest];
}

const results = await startResultsPage();
try {
  const start = performance.now();
  const page = await results.open({ rows, columns, batch: 5000 });
  const streamed = performance.now() - start;
  console.log(`${rows} rows x ${columns} columns, streamed in within ${streamed.toFixed(0)} ms`);
  const taskSeconds = await taskClock(page);
  for (const { name, down, right } of ways) {
    const measured = (looks: boolean) =>
      page.evaluate(
        (by) => {
          const { measureScrolling } = globalThis as unknown as Measures;
          return measureScrolling(by.down, by.right, 240, by.looks);
        },
        { down, right, looks },
      );
    const { blank } = await measured(true);
    const before = await taskSeconds();
    const { frames, medianMs, worstMs, over50Ms } = await measured(false);
    const cpuMs = (1000 * ((await taskSeconds()) - before)) / frames;
    console.log(
      `${name.padEnd(32)} blank: ${blank} of ${frames} frames; ${cpuMs.toFixed(1)} ms of CPU a frame; ` +
        `frames: median ${medianMs.toFixed(1)} ms, worst ${worstMs.toFixed(1)} ms, over 50 ms: ${over50Ms}`,
    );
  }
  await page.getByRole('grid').evaluate((grid) => {
    grid.scrollLeft = 0;
  });
  const idle = () => page.locator('[role=grid][aria-busy=false]').waitFor();
  for (const column of ['ProcessCommandLine', 'Timestamp', 'ProcessId']) {
    const head = page.locator(`[data-column=${column}]`);
    const [took, longest] = await timed(page, async () => {
      await head.click({ position: { x: 20, y: 10 } });
      await page.locator(`[data-column=${column}][aria-sort=ascending]`).waitFor();
      await page.waitForTimeout(50);
      await idle();
    });
    console.log(
      `sorting by ${column.padEnd(24)} ${took.toFixed(0)} ms, longest task ${longest.toFixed(0)} ms`,
    );
  }
} finally {
  await results.close();
}
