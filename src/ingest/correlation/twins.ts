import { hash } from 'node:crypto';
import { FairMap } from './fair-map.js';
import { areSameDevice } from './processes.js';

/** What two logs tell of. */
export interface Occurrence {
  /** The device's label, a line feed, and what is the same for both. */
  readonly key: string;
  /** The device's name: others may have its label. */
  readonly device: string;
  /** When it happened, since 1970. */
  readonly ms: number;
}

interface Sighting<Data> {
  readonly device: string;
  readonly ms: number;
  readonly data: Data;
}

const mostSightings = 400_000;
/** One that has as many more counts as two. */
const charactersOfOne = 512;
const mostPerKey = 64;
/** Characters of a key that are kept as they are. */
const longestKey = 1_024;

/** The key, or a short one that stands for it: values that are written to a registry have any length. */
export function boundedKey(key: string): string {
  return key.length <= longestKey
    ? key
    : `${key.slice(0, key.indexOf('\n') + 1)}${hash('sha256', key, 'hex')}`;
}

/** What has lately been seen by a key, so that another log's word on the same can be told. */
export class Sightings<Data> {
  readonly #byKey: FairMap<Sighting<Data>[]>;
  readonly #spacingMs: number;

  /**
   * @param spacingMs sightings of one key closer than that are one
   * @param charactersIn of what is kept of a sighting
   */
  constructor(spacingMs: number, charactersIn: (data: Data) => number = () => 0) {
    this.#spacingMs = spacingMs;
    const weightOf = ({ data }: Sighting<Data>) =>
      1 + Math.floor(charactersIn(data) / charactersOfOne);
    this.#byKey = new FairMap(mostSightings, (all) =>
      all.reduce((sum, each) => sum + weightOf(each), 0),
    );
  }

  /** Whether it is another one than those known. */
  add({ key: whole, device, ms }: Occurrence, data: Data): boolean {
    const key = boundedKey(whole);
    const sighting = { device, ms, data };
    const known = this.#byKey.get(key);
    if (known === undefined) {
      this.#byKey.set(key, [sighting]);
      return true;
    }
    const isSame = (other: Sighting<Data>) =>
      Math.abs(other.ms - ms) < this.#spacingMs && areSameDevice(other.device, device);
    if (known.some(isSame)) {
      return false;
    }
    known.push(sighting);
    if (known.length > mostPerKey) {
      known.shift();
    }
    this.#byKey.set(key, known);
    return true;
  }

  /** The sighting that is nearest, if it is near enough. */
  near({ key, device, ms }: Occurrence, toleranceMs: number): Data | undefined {
    let nearest: Sighting<Data> | undefined;
    for (const sighting of this.#byKey.get(boundedKey(key)) ?? []) {
      const distance = Math.abs(sighting.ms - ms);
      const isNearer = distance < Math.abs((nearest?.ms ?? Infinity) - ms);
      if (distance <= toleranceMs && isNearer && areSameDevice(sighting.device, device)) {
        nearest = sighting;
      }
    }
    return nearest?.data;
  }
}
