import { HuntError } from '../errors.js';
import type { Caller } from './compiler.js';

/** When to come again, where too many hunts wait: most are done in less. */
const retryAfterSeconds = 10;

/** How long a place is kept for a tenant that has been told so. */
const keptMs = retryAfterSeconds * 1500;

/**
 * Counts the hunts from when they are accepted to when their rows are there: as many as can run, and a number that
 * wait. Of the places of those that wait, a tenant leaves half to others, and a caller three quarters. A tenant that is
 * refused while it has no place has one of the next: where few or none may wait, another would hold all of them. Not
 * all that are refused come again, so that no more than half of all places are kept.
 */
export class HuntsUnderWay {
  readonly #running: number;
  readonly #waiting: number;
  readonly #now: () => number;
  readonly #callers = new Set<Caller>();
  /** Tenants that a place is kept for, as they were refused, and until when. */
  readonly #kept = new Map<string, number>();

  /** @param options.now in milliseconds */
  constructor(options: {
    readonly running: number;
    readonly waiting: number;
    readonly now?: () => number;
  }) {
    this.#running = options.running;
    this.#waiting = options.waiting;
    this.#now = options.now ?? (() => performance.now());
  }

  get count(): number {
    return this.#callers.size;
  }

  /**
   * Takes a place; the returned function gives it back.
   * @throws HuntError `quota.waiting`
   */
  enter({ tenant, id }: Caller): () => void {
    const all = [...this.#callers];
    const ofTenant = all.filter((caller) => caller.tenant === tenant);
    const ofCaller = ofTenant.filter((caller) => caller.id === id);
    const kept = this.#keptBefore(tenant);
    const isFull = [all.length + kept, ofTenant.length, ofCaller.length].some(
      (taken, share) => taken >= this.#running + Math.ceil(this.#waiting / 2 ** share),
    );
    if (isFull) {
      if (ofTenant.length === 0) this.#kept.set(tenant, this.#now() + keptMs);
      throw new HuntError('quota.waiting', { retryAfterSeconds });
    }
    this.#kept.delete(tenant);
    const caller = { tenant, id };
    this.#callers.add(caller);
    return () => void this.#callers.delete(caller);
  }

  /** How many places are kept for tenants that came before this one. */
  #keptBefore(tenant: string): number {
    const now = this.#now();
    for (const [other, until] of this.#kept) if (until <= now) this.#kept.delete(other);
    const tenants = [...this.#kept.keys()];
    const own = tenants.indexOf(tenant);
    const before = own === -1 ? tenants.length : own;
    return Math.min(before, Math.ceil((this.#running + this.#waiting) / 2));
  }
}
