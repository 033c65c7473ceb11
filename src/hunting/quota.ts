import { HuntError, unreachable } from '../errors.js';
import type { Principal } from '../identity/principal.js';
import type { Store } from '../store/store.js';
import type { GenerationName, Profile, Quota } from './profiles.js';

/** What a hunt turned out to use. */
export interface Consumption {
  readonly runningSeconds: number;
  readonly cpuSeconds: number;
}

/** How much of one quota is used up. */
export interface QuotaUse {
  readonly kind: Quota['kind'];
  /** Calls, or seconds. */
  readonly used: number;
  readonly limit: number;
  readonly windowSeconds: number;
  readonly resetsAt: Date;
}

type Caller = Pick<Principal, 'id' | 'tenant'>;

/**
 * Counts what tenants use, in the store, so that all nodes share the count. Windows follow the clock
 * (each minute, each hour), so that everyone can say when the next one begins.
 */
export class QuotaLedger {
  readonly #store: Store;
  readonly #now: () => Date;

  constructor(store: Store, now: () => Date = () => new Date()) {
    this.#store = store;
    this.#now = now;
  }

  /**
   * Counts a call, if none of the quotas is used up: exactly as many get through as are allowed,
   * however many ask at once and on however many nodes.
   * @throws HuntError `quota.calls` `quota.runningTime` `quota.cpu`
   */
  async admit(caller: Caller, generation: GenerationName, profile: Profile): Promise<void> {
    if (profile.quotas.length === 0) return;
    const now = this.#now();
    await this.#store.db.transaction().execute(async (db) => {
      // Calls first: counting one takes the row's lock, and what follows is read after it.
      for (const quota of ordered(profile.quotas)) {
        const key = keyOf(caller, generation, profile, quota);
        const window = windowOf(quota, now);
        if (quota.kind !== 'calls') {
          const row = await db
            .selectFrom('quota_counters')
            .select('used')
            .where('counter', '=', key)
            .where('window_start', '=', window.start)
            .executeTakeFirst();
          if ((row?.used ?? 0) >= quota.limit) throw exhausted(quota, window.end, now);
          continue;
        }
        const counted = await db
          .insertInto('quota_counters')
          .values({ counter: key, window_start: window.start, used: 1 })
          .onConflict((conflict) =>
            conflict
              .columns(['counter', 'window_start'])
              .doUpdateSet((eb) => ({ used: eb('quota_counters.used', '+', 1) }))
              .where('quota_counters.used', '<', quota.limit),
          )
          .returning('used')
          .executeTakeFirst();
        if (!counted) throw exhausted(quota, window.end, now);
      }
    });
  }

  /** Adds what a hunt used to the windows in which it ended. */
  async charge(
    caller: Caller,
    generation: GenerationName,
    profile: Profile,
    consumption: Consumption,
  ): Promise<void> {
    const now = this.#now();
    for (const quota of profile.quotas) {
      const amount = amountOf(quota, consumption);
      if (amount === 0) continue;
      await this.#store.db
        .insertInto('quota_counters')
        .values({
          counter: keyOf(caller, generation, profile, quota),
          window_start: windowOf(quota, now).start,
          used: amount,
        })
        .onConflict((conflict) =>
          conflict
            .columns(['counter', 'window_start'])
            .doUpdateSet((eb) => ({ used: eb('quota_counters.used', '+', amount) })),
        )
        .execute();
    }
  }

  /** What a caller has used in the present windows. */
  async usage(caller: Caller, generation: GenerationName, profile: Profile): Promise<QuotaUse[]> {
    const now = this.#now();
    const uses: QuotaUse[] = [];
    for (const quota of profile.quotas) {
      const window = windowOf(quota, now);
      const row = await this.#store.db
        .selectFrom('quota_counters')
        .select('used')
        .where('counter', '=', keyOf(caller, generation, profile, quota))
        .where('window_start', '=', window.start)
        .executeTakeFirst();
      uses.push({ ...quota, used: row?.used ?? 0, resetsAt: new Date(window.end) });
    }
    return uses;
  }

  /** Removes the counters of windows that ended long ago. */
  async sweep(): Promise<void> {
    const twoDaysMs = 2 * 86_400_000;
    await this.#store.db
      .deleteFrom('quota_counters')
      .where('window_start', '<', this.#now().getTime() - twoDaysMs)
      .execute();
  }
}

function ordered(quotas: readonly Quota[]): Quota[] {
  // One order everywhere, so that two transactions never wait for each other.
  return [...quotas].sort(
    (a, b) =>
      Number(a.kind !== 'calls') - Number(b.kind !== 'calls') || a.windowSeconds - b.windowSeconds,
  );
}

function keyOf(caller: Caller, generation: GenerationName, profile: Profile, quota: Quota): string {
  const parts = [generation, quota.kind, quota.windowSeconds, caller.tenant];
  return JSON.stringify(profile.quotaPer === 'application' ? [...parts, caller.id] : parts);
}

function windowOf(quota: Quota, now: Date): { start: number; end: number } {
  const length = quota.windowSeconds * 1000;
  const start = Math.floor(now.getTime() / length) * length;
  return { start, end: start + length };
}

function amountOf(quota: Quota, consumption: Consumption): number {
  switch (quota.kind) {
    case 'calls':
      return 0;
    case 'runningTime':
      return consumption.runningSeconds;
    case 'cpu':
      return consumption.cpuSeconds;
    default:
      return unreachable(quota.kind);
  }
}

function exhausted(quota: Quota, resetsAt: number, now: Date): HuntError {
  const retryAfterSeconds = Math.max(1, Math.ceil((resetsAt - now.getTime()) / 1000));
  const window = clock(quota.windowSeconds);
  switch (quota.kind) {
    case 'calls':
      return new HuntError('quota.calls', { limit: quota.limit, window, retryAfterSeconds });
    case 'runningTime':
      return new HuntError('quota.runningTime', {
        limit: clock(quota.limit),
        window,
        retryAfterSeconds,
      });
    case 'cpu':
      return new HuntError('quota.cpu', {
        retryAfter: clock(retryAfterSeconds),
        retryAfterSeconds,
      });
    default:
      return unreachable(quota.kind);
  }
}

/** `[d.]hh:mm:ss`, as the documented bodies write windows. */
function clock(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  const parts = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
  const text = parts.map((part) => String(Math.floor(part)).padStart(2, '0')).join(':');
  return days > 0 ? `${days}.${text}` : text;
}
