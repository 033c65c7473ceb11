import { IdentitySet, wordsOf } from './identity-set.js';
import type { TableRows } from './rows.js';

/** Of one generation; there are two, of 32 bytes a row at most. */
const defaultCapacity = 1_000_000;

/**
 * Knows which rows the engine need not be asked about, because they cannot be there: all that this process
 * has taken last is remembered by identity, all before that by its newest time. Nobody else writes into
 * the tables: the data directory is one process's.
 */
export class RecentRows {
  readonly #capacity: number;
  #young: Generation;
  #old: Generation;
  /** By table: rows up to this time, in ticks, may be stored without being remembered. */
  readonly #since = new Map<string, bigint>();

  /** @param capacity rows that are remembered at least */
  constructor(capacity = defaultCapacity) {
    this.#capacity = capacity;
    this.#young = new Generation(capacity);
    this.#old = new Generation(0);
  }

  knows(table: string): boolean {
    return this.#since.has(table);
  }

  /** @param newest time of the newest row of the table that may be stored already, in ticks */
  learn(table: string, newest: bigint): void {
    this.#since.set(table, newest);
  }

  /** Positions of the rows that may be stored. */
  perhapsStored(table: string, { ticks, identities }: TableRows): number[] {
    const since = this.#since.get(table);
    if (since === undefined) {
      return [...identities.keys()];
    }
    const [times, words] = [wordsOf(ticks), wordsOf(identities)];
    const sinceLow = Number(BigInt.asUintN(32, since));
    const sinceHigh = Number(since >> 32n);
    const positions: number[] = [];
    for (let at = 0; at < words.length; at += 2) {
      const [low = 0, high = 0] = [words[at], words[at + 1]];
      // The higher word has the sign.
      const timeHigh = (times[at + 1] ?? 0) | 0;
      const isOld =
        timeHigh < sinceHigh || (timeHigh === sinceHigh && (times[at] ?? 0) <= sinceLow);
      if (isOld || this.#young.rows.has(low, high) || this.#old.rows.has(low, high)) {
        positions.push(at / 2);
      }
    }
    return positions;
  }

  /** Remembers rows that have been taken. */
  add(table: string, { ticks, identities }: TableRows): void {
    for (let from = 0; from < identities.length; ) {
      if (this.#young.rows.size >= this.#capacity) {
        this.#forget();
      }
      const to = from + this.#capacity - this.#young.rows.size;
      this.#young.add(table, ticks.subarray(from, to), identities.subarray(from, to));
      from = to;
    }
  }

  #forget(): void {
    for (const [table, newest] of this.#old.newest) {
      if (newest > (this.#since.get(table) ?? 0n)) {
        this.#since.set(table, newest);
      }
    }
    this.#old = this.#young;
    this.#young = new Generation(this.#capacity);
  }
}

/** Rows that were taken one after the other. */
class Generation {
  readonly rows: IdentitySet;
  /** Their newest time by table, in ticks. */
  readonly newest = new Map<string, bigint>();

  constructor(capacity: number) {
    this.rows = new IdentitySet(capacity);
  }

  add(table: string, ticks: BigInt64Array, identities: BigUint64Array): void {
    this.rows.addAll(identities);
    let newest = this.newest.get(table);
    for (const tick of ticks) {
      if (newest === undefined || tick > newest) {
        newest = tick;
      }
    }
    if (newest !== undefined) {
      this.newest.set(table, newest);
    }
  }
}
