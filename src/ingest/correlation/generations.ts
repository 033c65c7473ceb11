/**
 * A map that forgets what has not been asked for in a while: two generations, the older of which is
 * dropped when the younger is beyond half of the limit. Cheaper than an order of use.
 */
export class Generations<Value, Key = string> {
  readonly #weigh: (value: Value) => number;
  readonly #halfWeight: number;
  #young = new Map<Key, Value>();
  #old = new Map<Key, Value>();
  #weight = 0;

  /** @param mostWeight of all values together, in what `weigh` gives for each; by default their number */
  constructor(mostWeight: number, weigh: (value: Value) => number = () => 1) {
    this.#halfWeight = mostWeight / 2;
    this.#weigh = weigh;
  }

  get(key: Key): Value | undefined {
    const found = this.#young.get(key);
    if (found !== undefined) {
      return found;
    }
    const older = this.#old.get(key);
    if (older !== undefined) {
      this.#old.delete(key);
      this.set(key, older);
    }
    return older;
  }

  set(key: Key, value: Value): void {
    const before = this.#young.get(key);
    const weight = this.#weigh(value) - (before === undefined ? 0 : this.#weigh(before));
    this.#young.set(key, value);
    this.grow(weight);
  }

  /** Values that are here, or may be, weigh so much more than when they were set. */
  grow(weight: number): void {
    this.#weight += weight;
    if (this.#weight > this.#halfWeight) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#weight = 0;
    }
  }

  delete(key: Key): void {
    this.#young.delete(key);
    this.#old.delete(key);
  }
}
