/** What one way of scrolling gave. Times in milliseconds. */
export interface Scrolling {
  readonly frames: number;
  readonly medianMs: number;
  readonly worstMs: number;
  readonly over50Ms: number;
  /** Frames in which some place of the view had no row drawn, or a row that does not belong there. */
  readonly blank: number;
}

/** Scrolls a little in each frame and looks at what is drawn in the next. Pixels a frame. */
export async function measureScrolling(
  down: number,
  right: number,
  frameCount = 240,
  looks = true,
): Promise<Scrolling> {
  const grid = document.querySelector('[role=grid]');
  if (grid === null) throw new Error('no grid');
  grid.scrollTo(0, 0);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const times: number[] = [];
  const step = { down, right };
  let blank = 0;
  let before = await nextFrame();
  for (let frame = 0; frame < frameCount; frame += 1) {
    const { scrollTop, scrollLeft } = grid;
    grid.scrollBy(step.down, step.right);
    if (grid.scrollTop === scrollTop) step.down = -step.down;
    if (grid.scrollLeft === scrollLeft) step.right = -step.right;
    const now = await nextFrame();
    times.push(now - before);
    before = now;
    // Looking costs more than scrolling: what is measured without it is the grid's alone.
    if (looks && hasBlank(grid)) blank += 1;
  }
  times.sort((a, b) => a - b);
  return {
    frames: times.length,
    medianMs: times[Math.floor(times.length / 2)] ?? 0,
    worstMs: times.at(-1) ?? 0,
    over50Ms: times.filter((time) => time > 50).length,
    blank,
  };
}

function nextFrame(): Promise<number> {
  return new Promise((resolve) => requestAnimationFrame(resolve));
}

const linePixels = 28;

/** Scroll events come before the frame's callbacks: what is there now is what is about to be painted. */
function hasBlank(grid: Element): boolean {
  const box = grid.getBoundingClientRect();
  const body = grid.querySelector('.qr-lines')?.parentElement?.getBoundingClientRect();
  const heads = grid.querySelector('.qr-heads')?.getBoundingClientRect();
  if (body === undefined || heads === undefined) return true;
  for (let y = heads.bottom + 2; y < box.top + grid.clientHeight - 2; y += linePixels) {
    const line = Math.floor((y - heads.bottom + grid.scrollTop) / linePixels);
    for (const x of [box.left + 70, box.left + grid.clientWidth - 30]) {
      const found = document.elementFromPoint(x, y)?.closest('[data-line]');
      if (Number(found?.getAttribute('data-line') ?? -1) !== line) return true;
      if (document.elementFromPoint(x, y)?.closest('[data-place], [data-gutter]') === null) {
        return true;
      }
    }
  }
  return false;
}

/** The longest task of the page since the last time, in milliseconds; tasks under 50 do not count. */
export function longestTask(): () => number {
  let longest = 0;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
  }).observe({ type: 'longtask' });
  return () => {
    const found = longest;
    longest = 0;
    return found;
  };
}
