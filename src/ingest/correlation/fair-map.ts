interface Share<Value> {
  /** The one that was set last stands last. */
  readonly entries: Map<string, { readonly value: Value; readonly weight: number }>;
  weight: number;
}

/** Of what is remembered at most, so much stays when it has become too much. */
const kept = 0.75;

/**
 * A map of bounded size whose keys begin with a device's label and a line feed. When there is too much, what was set
 * first goes of those devices that have the most: one that is flooded takes nothing from the others.
 */
export class FairMap<Value> {
  readonly #most: number;
  readonly #weigh: (value: Value) => number;
  /** By device; the one that was heard of last stands last. */
  readonly #shares = new Map<string, Share<Value>>();
  #weight = 0;

  /** @param most of all values together, in what `weigh` gives for each; by default their number */
  constructor(most: number, weigh: (value: Value) => number = () => 1) {
    this.#most = most;
    this.#weigh = weigh;
  }

  get size(): number {
    return this.#weight;
  }

  get(key: string): Value | undefined {
    return this.#shares.get(deviceOf(key))?.entries.get(key)?.value;
  }

  /** A value that has grown is set again. */
  set(key: string, value: Value): void {
    const device = deviceOf(key);
    const share = this.#shares.get(device) ?? { entries: new Map(), weight: 0 };
    this.#shares.delete(device);
    this.#shares.set(device, share);
    this.#remove(share, key);
    const weight = this.#weigh(value);
    share.entries.set(key, { value, weight });
    share.weight += weight;
    this.#weight += weight;
    if (this.#weight > this.#most) this.#trim(Math.floor(this.#most * kept));
  }

  #remove(share: Share<Value>, key: string): void {
    const weight = share.entries.get(key)?.weight ?? 0;
    share.entries.delete(key);
    share.weight -= weight;
    this.#weight -= weight;
  }

  #trim(most: number): void {
    const share = fairShare(
      [...this.#shares.values()].map(({ weight }) => weight),
      most,
    );
    for (const each of this.#shares.values()) {
      for (const key of each.entries.keys()) {
        if (each.weight <= share) break;
        this.#remove(each, key);
      }
    }
    for (const [device, each] of this.#shares) {
      if (each.weight > 0 && this.#weight <= most) continue;
      this.#weight -= each.weight;
      this.#shares.delete(device);
    }
  }
}

/** How much each may have of what all may have together, where some have less than that; 1 at least. */
export function fairShare(weights: readonly number[], most: number): number {
  let left = most;
  let others = weights.length;
  for (const weight of weights.toSorted((one, other) => one - other)) {
    const share = Math.floor(left / others);
    if (weight > share) return Math.max(1, share);
    left -= weight;
    others--;
  }
  return Math.max(1, most);
}

function deviceOf(key: string): string {
  return key.slice(0, Math.max(0, key.indexOf('\n')));
}
