import { setTimeout as delay } from 'node:timers/promises';
import type { Session } from 'chdb';
import type { Usage } from './chdb-protocol.js';

/** The engine's counters for one query, or for all of them together, since some beginning. */
interface Reading {
  readonly peak: number;
  readonly counters: Readonly<Record<string, number>>;
}

export interface UsageOptions {
  readonly openSession: () => Session;
  /** Runs a SELECT apart from everything that is measured; one row a line. */
  readonly read: (sql: string) => Promise<string>;
  readonly cores: number;
}

const plainNumbers = 'SETTINGS output_format_json_quote_64bit_integers = 0';
const totalsSql = `SELECT peak_memory_usage AS peak, ProfileEvents AS counters
FROM system.user_processes ${plainNumbers}`;
const samplesSql = `SELECT Settings['log_comment'] AS tag, peak_memory_usage AS peak,
  ProfileEvents AS counters FROM system.processes ${plainNumbers}`;

/** Milliseconds after a hunt's start at which it is first looked at; later every `intervalMs`. */
const firstSamplesMs = [10, 50, 100];
const intervalMs = 100;

const anchorAttempts = 3;
const anchorPauseMs = 5;
/** An engine without queries is below it. */
const restartedPeakBytes = 8 * 1024 * 1024;

const none: Reading = { peak: 0, counters: {} };

interface Account {
  /** The totals before the hunt began, as long as nothing else has run since. */
  before: Reading | undefined;
  readonly startedAt: number;
  nextSample: number;
  last: Reading | undefined;
  /** CPU of this process since the last sample, in equal parts for the hunts that ran (microseconds). */
  tail: { user: number; kernel: number };
  tailSince: number;
}

/**
 * Measures what hunts use. The embedded engine keeps no query log and forgets a query when it ends, so:
 *
 * - A hunt that ran alone is what the totals of all queries grew by: exact. The peak of memory is
 *   also a total; it starts anew whenever no query is left. An unfinished stream of one row, the
 *   anchor, keeps it from doing so until it has been read.
 * - A hunt in company is its own counters as last sampled, and for the time since then an equal part of
 *   the process's CPU time: wrong by less than a sampling interval. One that ended before its first
 *   sample (10 ms) has no memory and cache figures.
 */
export class UsageMeter {
  readonly #options: UsageOptions;
  readonly #accounts = new Map<string, Account>();
  #running = 0;
  #anchor: Session | undefined;
  /** As they are now: nothing has run since they were read. */
  #totals: Reading | undefined;
  /** Counts what has begun to run. */
  #works = 0;
  #preparing: Promise<void> = Promise.resolve();
  #sampling: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #cpu = process.cpuUsage();

  constructor(options: UsageOptions) {
    this.#options = options;
  }

  /** Runs a hunt and says what it used. */
  async measure<T>(tag: string, work: () => Promise<T>): Promise<{ result: T; usage: Usage }> {
    this.#join();
    try {
      if (this.#running === 1) {
        await this.#preparing;
      }
      this.#start(tag);
      const result = await work();
      return { result, usage: await this.#finish(tag) };
    } finally {
      this.#accounts.delete(tag);
      this.#leave();
    }
  }

  /** Runs anything else than a hunt: nobody is alone meanwhile. */
  async accompany<T>(work: () => Promise<T>): Promise<T> {
    this.#join();
    this.#takeTotals();
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  #join(): void {
    this.#running += 1;
    if (this.#running > 1) {
      for (const account of this.#accounts.values()) {
        account.before = undefined;
      }
      this.#scheduleSample();
    }
  }

  #leave(): void {
    this.#running -= 1;
    if (this.#running === 0) {
      this.prepare();
    }
  }

  /** While nothing runs: the totals as the next hunt will find them, and a new peak of memory. */
  prepare(): void {
    this.#preparing = this.#prepare();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#anchor?.close();
  }

  async #prepare(): Promise<void> {
    const works = this.#works;
    for (let attempt = 1; works === this.#works && attempt <= anchorAttempts; attempt += 1) {
      const totals = await this.#reanchor();
      if (works === this.#works) {
        this.#totals = totals;
      }
      if (totals && totals.peak < restartedPeakBytes) {
        return;
      }
      // A KILL or a ping was still there, and the peak has gone on with it.
      await delay(anchorPauseMs);
    }
  }

  async #reanchor(): Promise<Reading | undefined> {
    try {
      this.#anchor?.close();
      this.#anchor = this.#options.openSession();
      this.#anchor.queryStream('SELECT 1');
    } catch {
      // No memory left, say: the next hunt is measured by samples.
      return undefined;
    }
    return this.#readTotals();
  }

  #takeTotals(): Reading | undefined {
    const totals = this.#totals;
    this.#totals = undefined;
    this.#works += 1;
    return totals;
  }

  #start(tag: string): void {
    this.#settle();
    const totals = this.#takeTotals();
    const now = performance.now();
    this.#accounts.set(tag, {
      before: this.#running === 1 ? totals : undefined,
      startedAt: now,
      nextSample: 0,
      last: undefined,
      tail: { user: 0, kernel: 0 },
      tailSince: now,
    });
    this.#scheduleSample();
  }

  async #finish(tag: string): Promise<Usage> {
    this.#settle();
    const account = this.#accounts.get(tag);
    if (!account) {
      return usageOf(none);
    }
    const { before } = account;
    const after = before && (await this.#readTotals());
    if (before && after) {
      return growth(before, after);
    }
    if (this.#sampling && !account.last) {
      await this.#sampling;
    }
    return this.#sampledUsage(account);
  }

  #sampledUsage(account: Account): Usage {
    const { tail, tailSince } = account;
    const sampled = usageOf(account.last ?? none);
    const possible = (performance.now() - tailSince) * 1_000 * this.#options.cores;
    const part = Math.min(1, possible / Math.max(1, tail.user + tail.kernel));
    return {
      ...sampled,
      userCpuSeconds: sampled.userCpuSeconds + (tail.user * part) / 1e6,
      kernelCpuSeconds: sampled.kernelCpuSeconds + (tail.kernel * part) / 1e6,
    };
  }

  async #readTotals(): Promise<Reading | undefined> {
    const [totals] = await this.#read<Reading>(totalsSql);
    return totals;
  }

  /** Nothing when the engine cannot answer, without memory for instance: a hunt does not fail by that. */
  async #read<Row>(sql: string): Promise<Row[]> {
    try {
      const text = await this.#options.read(sql);
      const lines = text.split('\n').filter((line) => line !== '');
      return lines.map((line) => JSON.parse(line) as Row);
    } catch {
      return [];
    }
  }

  #scheduleSample(): void {
    clearTimeout(this.#timer);
    const inCompany = [...this.#accounts.values()].filter((account) => !account.before);
    if (inCompany.length > 0 && !this.#sampling) {
      const due = Math.min(...inCompany.map(sampleDue)) - performance.now();
      this.#timer = setTimeout(() => {
        this.#sampling = this.#sample().finally(() => {
          this.#sampling = undefined;
          this.#scheduleSample();
        });
      }, due);
    }
  }

  async #sample(): Promise<void> {
    const readings = await this.#read<Reading & { readonly tag: string }>(samplesSql);
    this.#settle();
    const now = performance.now();
    for (const reading of readings) {
      const account = this.#accounts.get(reading.tag);
      if (account) {
        account.last = reading;
        account.tail = { user: 0, kernel: 0 };
        account.tailSince = now;
      }
    }
    for (const account of this.#accounts.values()) {
      while (sampleDue(account) <= now) {
        account.nextSample += 1;
      }
    }
  }

  /** Gives the CPU time since the last call to the hunts that run. */
  #settle(): void {
    const now = process.cpuUsage();
    for (const { tail } of this.#accounts.values()) {
      tail.user += (now.user - this.#cpu.user) / this.#accounts.size;
      tail.kernel += (now.system - this.#cpu.system) / this.#accounts.size;
    }
    this.#cpu = now;
  }
}

function sampleDue({ startedAt, nextSample }: Account): number {
  const last = firstSamplesMs.length - 1;
  const after =
    firstSamplesMs[nextSample] ?? (firstSamplesMs[last] ?? 0) + (nextSample - last) * intervalMs;
  return startedAt + after;
}

function growth(before: Reading, after: Reading): Usage {
  const counters: Record<string, number> = {};
  for (const [name, value] of Object.entries(after.counters)) {
    counters[name] = value - (before.counters[name] ?? 0);
  }
  // A peak that was there before is not this hunt's.
  return usageOf({ peak: after.peak > before.peak ? after.peak : 0, counters });
}

function usageOf({ peak, counters }: Reading): Usage {
  const count = (name: string) => Math.max(0, counters[name] ?? 0);
  return {
    userCpuSeconds: count('UserTimeMicroseconds') / 1e6,
    kernelCpuSeconds: count('SystemTimeMicroseconds') / 1e6,
    peakMemoryBytes: peak,
    memoryCache: { hits: count('MarkCacheHits'), misses: count('MarkCacheMisses') },
    diskCache: {
      hits: count('ThreadPoolReaderPageCacheHit'),
      misses: count('ThreadPoolReaderPageCacheMiss'),
    },
  };
}
