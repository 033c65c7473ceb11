import type { Usage } from './chdb-protocol.js';

/** One query in `system.processes`, as `sampleSql` reads it: totals since the query's start. */
export interface Sample {
  readonly tag: string;
  readonly peak: number;
  readonly user: number;
  readonly kernel: number;
  readonly memoryHits: number;
  readonly memoryMisses: number;
  readonly diskHits: number;
  readonly diskMisses: number;
}

export const sampleSql = `SELECT Settings['log_comment'] AS tag, peak_memory_usage AS peak,
  ProfileEvents['UserTimeMicroseconds'] AS user, ProfileEvents['SystemTimeMicroseconds'] AS kernel,
  ProfileEvents['MarkCacheHits'] AS memoryHits, ProfileEvents['MarkCacheMisses'] AS memoryMisses,
  ProfileEvents['ThreadPoolReaderPageCacheHit'] AS diskHits,
  ProfileEvents['ThreadPoolReaderPageCacheMiss'] AS diskMisses
FROM system.processes WHERE tag != '' SETTINGS output_format_json_quote_64bit_integers = 0`;

/** Milliseconds after a hunt's start at which it is first looked at; later every `interval`. */
const firstSamples = [3, 10, 25, 50, 100];
const interval = 100;

interface Account {
  readonly startedAt: number;
  samples: number;
  last: Sample | undefined;
  /** CPU of the process since the last sample, divided among the hunts that ran (microseconds). */
  tail: { user: number; kernel: number };
  tailSince: number;
}

/**
 * What each running hunt uses. The embedded engine forgets a query when it ends and keeps no log, so:
 * the last sample of the query's own counters, plus, for the time since (all of it, for a query that
 * ended before its first sample), the CPU time of the process in equal parts for the hunts that ran.
 * Exact for a hunt alone; with several, wrong by less than a sampling interval. Peak memory and cache
 * counters come from samples alone: 0 for a hunt that no sample met.
 */
export class UsageAccounts {
  readonly #accounts = new Map<string, Account>();
  readonly #cores: number;
  #cpu = process.cpuUsage();

  constructor(cores: number) {
    this.#cores = cores;
  }

  start(tag: string): void {
    this.#settle();
    const now = performance.now();
    this.#accounts.set(tag, {
      startedAt: now,
      samples: 0,
      last: undefined,
      tail: { user: 0, kernel: 0 },
      tailSince: now,
    });
  }

  /** Milliseconds until some hunt wants to be sampled; undefined when none runs. */
  nextSampleIn(): number | undefined {
    const now = performance.now();
    const waits = [...this.#accounts.values()].map((account) => dueAt(account) - now);
    return waits.length === 0 ? undefined : Math.max(0, Math.min(...waits));
  }

  sampled(samples: readonly Sample[]): void {
    this.#settle();
    const now = performance.now();
    for (const sample of samples) {
      const account = this.#accounts.get(sample.tag);
      if (account) {
        account.last = sample;
        account.tail = { user: 0, kernel: 0 };
        account.tailSince = now;
      }
    }
    for (const account of this.#accounts.values()) {
      const age = now - account.startedAt;
      while (age >= sampleTime(account.samples)) {
        account.samples += 1;
      }
    }
  }

  hasSample(tag: string): boolean {
    return this.#accounts.get(tag)?.last !== undefined;
  }

  finish(tag: string): Usage {
    this.#settle();
    const account = this.#accounts.get(tag);
    this.#accounts.delete(tag);
    const { last, tail } = account ?? { last: undefined, tail: { user: 0, kernel: 0 } };
    const most = account ? (performance.now() - account.tailSince) * 1_000 * this.#cores : 0;
    const share = Math.min(1, most / Math.max(1, tail.user + tail.kernel));
    return {
      userCpuSeconds: ((last?.user ?? 0) + tail.user * share) / 1e6,
      kernelCpuSeconds: ((last?.kernel ?? 0) + tail.kernel * share) / 1e6,
      peakMemoryBytes: last?.peak ?? 0,
      memoryCache: { hits: last?.memoryHits ?? 0, misses: last?.memoryMisses ?? 0 },
      diskCache: { hits: last?.diskHits ?? 0, misses: last?.diskMisses ?? 0 },
    };
  }

  #settle(): void {
    const now = process.cpuUsage();
    const user = now.user - this.#cpu.user;
    const kernel = now.system - this.#cpu.system;
    this.#cpu = now;
    for (const account of this.#accounts.values()) {
      account.tail.user += user / this.#accounts.size;
      account.tail.kernel += kernel / this.#accounts.size;
    }
  }
}

function dueAt(account: Account): number {
  return account.startedAt + sampleTime(account.samples);
}

function sampleTime(index: number): number {
  const last = firstSamples.length - 1;
  return firstSamples[index] ?? (firstSamples[last] ?? 0) + (index - last) * interval;
}
