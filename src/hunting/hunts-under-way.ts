import { HuntError } from '../errors.js';
import type { Caller } from './compiler.js';

/** When to come again, where too many hunts wait: most are done in less. */
const retryAfterSeconds = 10;

/**
 * Counts the hunts from when they are accepted to when their rows are there: as many as can run, and a number that
 * wait. Of the places of those that wait, a tenant leaves half to others, and a caller three quarters.
 */
export class HuntsUnderWay {
  readonly #running: number;
  readonly #waiting: number;
  readonly #callers = new Set<Caller>();

  constructor({ running, waiting }: { readonly running: number; readonly waiting: number }) {
    this.#running = running;
    this.#waiting = waiting;
  }

  /**
   * Takes a place; the returned function gives it back.
   * @throws HuntError `quota.waiting`
   */
  enter({ tenant, id }: Caller): () => void {
    const all = [...this.#callers];
    const ofTenant = all.filter((caller) => caller.tenant === tenant);
    const ofCaller = ofTenant.filter((caller) => caller.id === id);
    const isFull = [all, ofTenant, ofCaller].some(
      ({ length }, share) => length >= this.#running + Math.ceil(this.#waiting / 2 ** share),
    );
    if (isFull) throw new HuntError('quota.waiting', { retryAfterSeconds });
    const caller = { tenant, id };
    this.#callers.add(caller);
    return () => void this.#callers.delete(caller);
  }
}
