import { Generations } from './generations.js';

interface Sighting<Data> {
  readonly ms: number;
  readonly data: Data;
}

const mostKeys = 400_000;
const mostPerKey = 64;

/** What has lately been seen by a key, so that another log's word on the same can be told. */
export class Sightings<Data> {
  readonly #byKey = new Generations<Sighting<Data>[]>(mostKeys);
  readonly #spacingMs: number;

  /** @param spacingMs sightings of one key closer than that are one */
  constructor(spacingMs: number) {
    this.#spacingMs = spacingMs;
  }

  /** Whether it is another one than those known. */
  add(key: string, ms: number, data: Data): boolean {
    const known = this.#byKey.get(key);
    if (known === undefined) {
      this.#byKey.set(key, [{ ms, data }]);
      return true;
    }
    if (known.some((other) => Math.abs(other.ms - ms) < this.#spacingMs)) {
      return false;
    }
    known.push({ ms, data });
    if (known.length > mostPerKey) {
      known.shift();
    }
    return true;
  }

  /** The sighting nearest to a moment, if it is near enough. */
  near(key: string, ms: number, toleranceMs: number): Data | undefined {
    let nearest: Sighting<Data> | undefined;
    for (const sighting of this.#byKey.get(key) ?? []) {
      const distance = Math.abs(sighting.ms - ms);
      if (distance <= toleranceMs && distance < Math.abs((nearest?.ms ?? Infinity) - ms)) {
        nearest = sighting;
      }
    }
    return nearest?.data;
  }
}
