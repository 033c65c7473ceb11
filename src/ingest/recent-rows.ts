import type { TableRows } from './rows.js';

/** Of one generation; there are two, of 32 bytes a row at most. */
const defaultCapacity = 1_000_000;
/** Slots a row, so that one is found in few steps. */
const slotsPerRow = 2;

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

  /** Whether the row at a position may be stored. */
  mayBeStored(table: string, { ticks, identities }: TableRows, position: number): boolean {
    const since = this.#since.get(table);
    const identity = identities[position] ?? 0n;
    return (
      since === undefined ||
      identity === 0n ||
      (ticks[position] ?? 0n) <= since ||
      this.#young.has(identity) ||
      this.#old.has(identity)
    );
  }

  /** Remembers rows that have been taken. */
  add(table: string, { ticks, identities }: TableRows): void {
    for (const [position, identity] of identities.entries()) {
      if (this.#young.size >= this.#capacity) {
        this.#forget();
      }
      this.#young.add(table, identity, ticks[position] ?? 0n);
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

/** A set of identities by open addressing, but for 0, which is an empty slot. */
class Generation {
  readonly newest = new Map<string, bigint>();
  size = 0;
  readonly #slots: BigUint64Array;
  readonly #mask: bigint;

  constructor(capacity: number) {
    const bits = Math.ceil(Math.log2(Math.max(1, capacity * slotsPerRow)));
    this.#slots = new BigUint64Array(2 ** bits);
    this.#mask = BigInt(2 ** bits - 1);
  }

  has(identity: bigint): boolean {
    return this.#slots[this.#slotOf(identity)] !== 0n;
  }

  add(table: string, identity: bigint, ticks: bigint): void {
    const slot = this.#slotOf(identity);
    if (this.#slots[slot] === 0n) {
      this.#slots[slot] = identity;
      this.size++;
    }
    const newest = this.newest.get(table);
    if (newest === undefined || ticks > newest) {
      this.newest.set(table, ticks);
    }
  }

  /** Where the identity is, or would be. */
  #slotOf(identity: bigint): number {
    // An identity is a hash: its lowest bits are as good as any.
    let slot = Number(identity & this.#mask);
    for (;;) {
      const there = this.#slots[slot];
      if (there === 0n || there === identity) {
        return slot;
      }
      slot = (slot + 1) % this.#slots.length;
    }
  }
}
