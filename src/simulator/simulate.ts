import type { PlantedFinding } from './attacks/attack.js';
import type { Recorder } from './host.js';
import { Page } from './page.js';
import { Random } from './random.js';
import { recordWriters } from './record.js';
import { day, type Moment, minute } from './time.js';
import { activityLevel, World } from './world.js';

export interface SimulationOptions {
  /** The same seed, end, days, events and workstations give the same bytes. */
  readonly seed: string;
  /** No event is later. */
  readonly end: Date;
  /** Whole days of telemetry, 2 or more. */
  readonly days: number;
  /** Records in all; the planted attacks are part of them. */
  readonly events: number;
  readonly tenantId: string;
  /** People at a desk; servers and a few others come on top. */
  readonly workstations: number;
}

/** What the demo uses: a week of a small company. */
export const smallCompany = {
  seed: 'brackwater',
  days: 7,
  events: 60_000,
  workstations: 18,
} as const satisfies Partial<SimulationOptions>;

/** Background is decided slice by slice, so that memory does not grow with the number of events. */
const slice = 5 * minute;

/**
 * The telemetry of an invented company as Streaming API records, one JSON object a line, in the order
 * of their time; ASCII, in chunks of whole lines.
 * @throws RangeError for options that leave no room for the attacks
 */
export function* simulate(options: SimulationOptions): Generator<Buffer> {
  const { start, end } = windowOf(options);
  const slices = Math.ceil((end - start) / slice);
  const pages = new Map<number, Page>();
  const writer = recordWriters(options.tenantId);
  const delay = new Random(`${options.seed}/delivery`);
  let recorded = 0;
  const record: Recorder = (table, at, device, fields, parts = []) => {
    if (at > end || recorded >= options.events) return;
    recorded++;
    const receivedAt = at + 20_000_000 + Math.floor(delay.fraction() * 90_000_000);
    const text = writer(table).line(at, receivedAt, device, fields, parts);
    const index = Math.floor((at - start) / slice);
    let page = pages.get(index);
    if (!page) {
      page = new Page();
      pages.set(index, page);
    }
    page.add(at, text);
  };
  const world = new World({ ...options, start, end }, record);
  world.attack();
  const planted = recorded;
  if (planted >= options.events) {
    throw new RangeError(
      `${options.events} events leave no room: the attacks alone are ${planted}`,
    );
  }
  const moments = new Random(`${options.seed}/moments`);
  const levels = Array.from({ length: slices }, (_, index) => activityLevel(start + index * slice));
  const total = levels.reduce((sum, level) => sum + level, 0);
  let reached = 0;
  for (const [index, level] of levels.entries()) {
    const from = start + index * slice;
    const to = Math.min(from + slice, end);
    reached += level;
    const quota = planted + Math.round(((options.events - planted) * reached) / total);
    world.report(from, to);
    while (recorded < quota) world.act(from + Math.floor(moments.fraction() * (to - from)));
    const page = pages.get(index);
    pages.delete(index);
    if (page) yield page.inOrder();
  }
  // An event at the very end falls into a slice of its own.
  const last = pages.get(slices);
  if (last) yield last.inOrder();
}

/** The hunts that find the planted attacks of `simulate` with the same options, and their answers. */
export function plantedFindings(
  options: Omit<SimulationOptions, 'events' | 'tenantId'>,
): readonly PlantedFinding[] {
  return new World({ ...options, ...windowOf(options) }, () => {}).attack();
}

function windowOf({ end, days }: Pick<SimulationOptions, 'end' | 'days'>): {
  start: Moment;
  end: Moment;
} {
  if (!Number.isInteger(days) || days < 2)
    throw new RangeError('a simulation takes 2 days or more');
  const last = end.getTime() * 1000;
  return { start: last - days * day, end: last };
}
