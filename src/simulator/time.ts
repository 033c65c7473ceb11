/** Microseconds since 1970: ticks of 100 ns would not fit a JavaScript number exactly. */
export type Moment = number;

export const second = 1_000_000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;

const twoDigits = Array.from({ length: 60 }, (_, value) => String(value).padStart(2, '0'));
const dates = new Map<number, string>();

/** ISO 8601 in UTC with seven digits of a second, as Defender writes it. */
export function formatMoment(moment: Moment): string {
  const days = Math.floor(moment / day);
  let date = dates.get(days);
  if (date === undefined) {
    date = new Date(days * 86_400_000).toISOString().slice(0, 11);
    dates.set(days, date);
  }
  const rest = moment - days * day;
  const seconds = Math.floor(rest / second);
  const micros = rest - seconds * second;
  // The seventh digit follows from the others: one moment always has one text.
  const fraction = String(10_000_000 + micros * 10 + ((micros * 7) % 10)).slice(1);
  return `${date}${twoDigits[Math.floor(seconds / 3600)]}:${twoDigits[Math.floor(seconds / 60) % 60]}:${twoDigits[seconds % 60]}.${fraction}Z`;
}

/** A clock that only goes forward: the events of one activity, each a little after the one before. */
export class Clock {
  #now: Moment;
  readonly #fraction: () => number;

  constructor(start: Moment, fraction: () => number) {
    this.#now = start;
    this.#fraction = fraction;
  }

  get now(): Moment {
    return this.#now;
  }

  /** A moment some milliseconds later. */
  soon(): Moment {
    return this.later(0.002, 0.4);
  }

  /** A moment between `low` and `high` seconds later. */
  later(low: number, high: number): Moment {
    this.#now += Math.floor((low + this.#fraction() * (high - low)) * second);
    return this.#now;
  }
}
