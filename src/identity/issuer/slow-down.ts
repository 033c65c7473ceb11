/** Failures that cost nothing; each further one doubles the wait. */
const freeFailures = 5;
const longestWaitMs = 60_000;
/** After so long without a failure a key is forgotten. */
const forgetAfterMs = 15 * 60_000;
const maxKeys = 10_000;

/** Slows down whoever guesses secrets: every failure after the first few doubles the wait for that key. */
export class SlowDown {
  readonly #failures = new Map<string, { count: number; last: number }>();

  /** Milliseconds that the key has to wait still; 0: go on. */
  waitMs(key: string, now = Date.now()): number {
    const entry = this.#failures.get(key);
    if (!entry || entry.count < freeFailures) return 0;
    const wait = Math.min(longestWaitMs, 1000 * 2 ** (entry.count - freeFailures));
    return Math.max(0, entry.last + wait - now);
  }

  failed(key: string, now = Date.now()): void {
    const entry = this.#failures.get(key);
    const count = entry && now - entry.last < forgetAfterMs ? entry.count + 1 : 1;
    // Re-inserted, so that the map's order is that of the last failure.
    this.#failures.delete(key);
    this.#failures.set(key, { count, last: now });
    if (this.#failures.size > maxKeys) {
      const [oldest] = this.#failures.keys();
      if (oldest !== undefined) this.#failures.delete(oldest);
    }
  }

  succeeded(key: string): void {
    this.#failures.delete(key);
  }
}
