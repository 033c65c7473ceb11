import { HuntError } from '../errors.js';

/** Whose something is: of one tenant, one of its callers. */
export interface Holder {
  readonly tenant: string;
  readonly id: string;
}

/** How somebody waits for a place. */
export interface Wait {
  readonly holder?: Holder | undefined;
  readonly signal?: AbortSignal | undefined;
  /** How long, by `performance.now()`. */
  readonly until?: number | undefined;
}

interface Waiting {
  /** Its holder's tenant, and the holder, as `#turns` knows them. */
  readonly keys: readonly string[];
  readonly proceed: () => void;
}

const nobody: Holder = { tenant: '', id: '' };

/**
 * At most `size` holders at once. The next place is for the tenant that holds the fewest, of several for the one whose
 * turn was longest ago; among a tenant's callers likewise; and of one caller's for what came first.
 */
export class Lane {
  readonly #size: number;
  readonly #held = new Set<readonly string[]>();
  readonly #waiting = new Set<Waiting>();
  /** Who had a turn, while others wait; the last of all is the one that was last. */
  readonly #turns = new Map<string, number>();
  #lastTurn = 0;

  constructor(size: number) {
    this.#size = size;
  }

  /**
   * Waits for a place; the returned function gives it back (once, however often it is called).
   * @throws HuntError `hunt.cancelled` when the signal is aborted first, `hunt.timeout` when the time is up
   */
  async enter({ holder = nobody, signal, until }: Wait = {}): Promise<() => void> {
    if (signal?.aborted) throw new HuntError('hunt.cancelled', {});
    const keys = [holder.tenant, `${holder.tenant}\n${holder.id}`];
    if (this.#held.size < this.#size) this.#hold(keys);
    else await this.#turn(keys, signal, until);
    let isHeld = true;
    return () => {
      if (isHeld) this.#leave(keys);
      isHeld = false;
    };
  }

  #turn(
    keys: readonly string[],
    signal: AbortSignal | undefined,
    until: number | undefined,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', cancel);
        this.#waiting.delete(waiting);
      };
      const giveUp = (code: 'hunt.cancelled' | 'hunt.timeout') => {
        end();
        reject(new HuntError(code, {}));
      };
      const cancel = () => giveUp('hunt.cancelled');
      const waiting: Waiting = {
        keys,
        proceed: () => {
          end();
          this.#hold(keys);
          resolve();
        },
      };
      signal?.addEventListener('abort', cancel, { once: true });
      const timer =
        until === undefined
          ? undefined
          : setTimeout(() => giveUp('hunt.timeout'), Math.max(until - performance.now(), 0));
      this.#waiting.add(waiting);
    });
  }

  #hold(keys: readonly string[]): void {
    this.#held.add(keys);
    this.#lastTurn += 1;
    for (const key of keys) this.#turns.set(key, this.#lastTurn);
  }

  #leave(keys: readonly string[]): void {
    this.#held.delete(keys);
    this.#next()?.proceed();
    if (this.#waiting.size === 0) this.#turns.clear();
  }

  #next(): Waiting | undefined {
    const held = new Map<string, number>();
    for (const key of [...this.#held].flat()) held.set(key, (held.get(key) ?? 0) + 1);
    let [next, rankOfNext]: [Waiting | undefined, number[]] = [undefined, []];
    for (const waiting of this.#waiting) {
      const rank = waiting.keys.flatMap((key) => [held.get(key) ?? 0, this.#turns.get(key) ?? 0]);
      if (next && !isBefore(rank, rankOfNext)) continue;
      [next, rankOfNext] = [waiting, rank];
    }
    return next;
  }
}

function isBefore(one: readonly number[], other: readonly number[]): boolean {
  const differing = one.findIndex((value, index) => value !== other[index]);
  return differing >= 0 && (one[differing] ?? 0) < (other[differing] ?? 0);
}
