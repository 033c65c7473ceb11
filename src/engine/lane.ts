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

/** Its holder's tenant, and the holder, as `#turns` knows them. */
type Keys = readonly [tenant: string, caller: string];

interface Waiting {
  readonly keys: Keys;
  /** They are counted as they come. */
  readonly number: number;
  readonly proceed: () => void;
}

/** Those of one tenant, and of each of its callers, as they came. */
interface WaitingOfTenant {
  readonly all: Set<Waiting>;
  readonly callers: Map<string, Set<Waiting>>;
}

const nobody: Holder = { tenant: '', id: '' };

/**
 * At most `size` holders at once. The next place is for the tenant that holds the fewest, of several for the one whose
 * turn was longest ago; among a tenant's callers likewise; and of one caller's for what came first.
 */
export class Lane {
  readonly #size: number;
  readonly #held = new Set<Keys>();
  readonly #waiting = new Map<string, WaitingOfTenant>();
  #lastNumber = 0;
  /** Who had a turn, while others wait; the last of all is the one that was last. */
  readonly #turns = new Map<string, number>();
  #lastTurn = 0;

  constructor(size: number) {
    this.#size = size;
  }

  /** How many wait for a place. */
  get waiting(): number {
    return [...this.#waiting.values()].reduce((sum, { all }) => sum + all.size, 0);
  }

  /**
   * Waits for a place; the returned function gives it back (once, however often it is called).
   * @throws HuntError `hunt.cancelled` when the signal is aborted first, `hunt.timeout` when the time is up
   */
  async enter({ holder = nobody, signal, until }: Wait = {}): Promise<() => void> {
    if (signal?.aborted) throw new HuntError('hunt.cancelled', {});
    const keys = [holder.tenant, `${holder.tenant}\n${holder.id}`] as const;
    if (this.#held.size < this.#size) this.#hold(keys);
    else await this.#turn(keys, signal, until);
    let isHeld = true;
    return () => {
      if (isHeld) this.#leave(keys);
      isHeld = false;
    };
  }

  /** Waits until nobody else is there; the returned function lets others in again. */
  async enterAll(): Promise<() => void> {
    const leaving = await Promise.all(Array.from({ length: this.#size }, () => this.enter()));
    return () => {
      for (const leave of leaving) leave();
    };
  }

  #turn(keys: Keys, signal: AbortSignal | undefined, until: number | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', cancel);
        this.#remove(waiting);
      };
      const giveUp = (code: 'hunt.cancelled' | 'hunt.timeout') => {
        end();
        reject(new HuntError(code, {}));
      };
      const cancel = () => giveUp('hunt.cancelled');
      const waiting: Waiting = {
        keys,
        number: ++this.#lastNumber,
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
      this.#add(waiting);
    });
  }

  #add(waiting: Waiting): void {
    const [tenant, caller] = waiting.keys;
    const ofTenant = this.#waiting.get(tenant) ?? { all: new Set(), callers: new Map() };
    this.#waiting.set(tenant, ofTenant);
    const ofCaller = ofTenant.callers.get(caller) ?? new Set();
    ofTenant.callers.set(caller, ofCaller);
    ofTenant.all.add(waiting);
    ofCaller.add(waiting);
  }

  #remove(waiting: Waiting): void {
    const [tenant, caller] = waiting.keys;
    const ofTenant = this.#waiting.get(tenant);
    const ofCaller = ofTenant?.callers.get(caller);
    ofTenant?.all.delete(waiting);
    ofCaller?.delete(waiting);
    if (ofCaller?.size === 0) ofTenant?.callers.delete(caller);
    if (ofTenant?.all.size === 0) this.#waiting.delete(tenant);
  }

  #hold(keys: Keys): void {
    this.#held.add(keys);
    this.#lastTurn += 1;
    for (const key of keys) this.#turns.set(key, this.#lastTurn);
  }

  #leave(keys: Keys): void {
    this.#held.delete(keys);
    this.#next()?.proceed();
    if (this.#waiting.size === 0) this.#turns.clear();
  }

  #next(): Waiting | undefined {
    const held = new Map<string, number>();
    for (const key of [...this.#held].flat()) held.set(key, (held.get(key) ?? 0) + 1);
    const rankOf = (key: string, all: ReadonlySet<Waiting>) => {
      const [first] = all;
      return [held.get(key) ?? 0, this.#turns.get(key) ?? 0, first?.number ?? 0];
    };
    const tenant = lowest(this.#waiting, (key, { all }) => rankOf(key, all));
    const [next] = (tenant && lowest(tenant.callers, rankOf)) ?? [];
    return next;
  }
}

function lowest<Value>(
  values: ReadonlyMap<string, Value>,
  rankOf: (key: string, value: Value) => readonly number[],
): Value | undefined {
  let [found, rankOfFound]: [Value | undefined, readonly number[]] = [undefined, []];
  for (const [key, value] of values) {
    const rank = rankOf(key, value);
    if (found === undefined || isBefore(rank, rankOfFound)) [found, rankOfFound] = [value, rank];
  }
  return found;
}

function isBefore(one: readonly number[], other: readonly number[]): boolean {
  const differing = one.findIndex((value, index) => value !== other[index]);
  return differing >= 0 && (one[differing] ?? 0) < (other[differing] ?? 0);
}
