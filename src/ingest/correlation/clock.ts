const quarterMs = 15 * 60 * 1000;
const hourMs = 60 * 60 * 1000;
const halfDayQuarters = 48;
const mostHours = 400;
const nearHours = 12;

type Counts = Map<number, number>;

/**
 * How far a shipper's clock is off for one device: the difference between the time that an event
 * states in UTC and that of its envelope, to quarters of an hour. A 12-hour clock is off by another
 * half day in the afternoon, so what the hour itself has shown goes before what the half days around it
 * have. Those go before the rest, or else the nearest that have any: clocks are put back, and files come
 * from several shippers.
 */
export class Clock {
  readonly #all: Counts;
  readonly #hours: Map<number, Counts>;
  isDirty = false;
  /** What was found last; the events of an hour come together. */
  #found: { readonly hour: number; readonly quarters: number } | undefined;
  /** Of all devices together: the shipper may have one clock for them. */
  common: Clock | undefined;

  constructor(all: Counts = new Map(), hours: Map<number, Counts> = new Map()) {
    this.#all = all;
    this.#hours = hours;
  }

  /** @param envelopeMs as the shipper wrote it, taken for UTC */
  learn(envelopeMs: number, utcMs: number): void {
    const quarters = Math.round((utcMs - envelopeMs) / quarterMs);
    if (Math.abs(quarters) > 4 * 48) {
      return;
    }
    this.isDirty = true;
    this.#found = undefined;
    this.common?.learn(envelopeMs, utcMs);
    count(this.#all, quarters);
    const hour = Math.floor(envelopeMs / hourMs);
    let counts = this.#hours.get(hour);
    if (counts === undefined) {
      counts = new Map();
      this.#hours.set(hour, counts);
      if (this.#hours.size > mostHours) {
        this.#hours.delete([...this.#hours.keys()][0] ?? 0);
      }
    }
    count(counts, quarters);
  }

  /** The true time of an envelope's. */
  correct(envelopeMs: number): number {
    if (this.#all.size === 0) {
      return this.common?.correct(envelopeMs) ?? envelopeMs;
    }
    const hour = Math.floor(envelopeMs / hourMs);
    if (this.#found?.hour !== hour) {
      this.#found = { hour, quarters: this.#quartersIn(hour) };
    }
    return envelopeMs + this.#found.quarters * quarterMs;
  }

  #quartersIn(hour: number): number {
    const general = this.#near(hour) ?? this.#near(this.#nearest(hour)) ?? median(this.#all) ?? 0;
    const ofHour = median(this.#hours.get(hour) ?? new Map());
    const isHalfDayOff = ofHour !== undefined && Math.abs(ofHour - general) === halfDayQuarters;
    return isHalfDayOff ? ofHour : general;
  }

  #near(hour: number | undefined): number | undefined {
    if (hour === undefined) {
      return undefined;
    }
    const near: Counts = new Map();
    for (let each = hour - nearHours; each <= hour + nearHours; each++) {
      for (const [quarters, n] of this.#hours.get(each) ?? []) {
        near.set(quarters, (near.get(quarters) ?? 0) + n);
      }
    }
    return median(near);
  }

  #nearest(to: number): number | undefined {
    let nearest: number | undefined;
    for (const hour of this.#hours.keys()) {
      if (nearest === undefined || Math.abs(hour - to) < Math.abs(nearest - to)) {
        nearest = hour;
      }
    }
    return nearest;
  }

  toJSON(): object {
    return {
      all: [...this.#all],
      hours: [...this.#hours].map(([hour, counts]) => [hour, [...counts]]),
    };
  }

  static from(stored: { all?: [number, number][]; hours?: [number, [number, number][]][] }): Clock {
    const hours = (stored.hours ?? []).map(([hour, counts]) => [hour, new Map(counts)] as const);
    return new Clock(new Map(stored.all), new Map(hours));
  }
}

function count(counts: Counts, key: number): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function median(counts: Counts): number | undefined {
  const total = [...counts.values()].reduce((sum, n) => sum + n, 0);
  let passed = 0;
  for (const [key, n] of [...counts].sort(([a], [b]) => a - b)) {
    passed += n;
    if (passed * 2 >= total) {
      return key;
    }
  }
  return undefined;
}
