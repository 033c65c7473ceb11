import type { RowKey } from '../rows.js';
import { Generations } from './generations.js';

/** A row of an event that another log may tell better of. */
export interface LesserRow extends RowKey {
  /** The device's label, a line feed, and what is the same for the twins. */
  readonly key: string;
  /** When the event happened, since 1970. */
  readonly ms: number;
  /** Identity of the row that has taken its place, where only one can. */
  goneTo?: bigint;
}

const mostKeys = 200_000;
const mostPerKey = 64;

/** Rows that go when their better twin comes, however much later it is delivered. */
export class LesserRows {
  readonly #byKey = new Generations<LesserRow[]>(mostKeys);
  #isEmpty = true;
  #new: LesserRow[] = [];

  /** @param known of earlier processes, oldest first */
  constructor(known: Iterable<LesserRow>) {
    for (const row of known) {
      this.#add(row);
    }
  }

  add(row: LesserRow): void {
    if (this.#add(row)) {
      this.#new.push(row);
    }
  }

  /** Those of a key that are near enough to a moment; undefined: there are none. */
  near(key: string, ms: number, toleranceMs: number): readonly RowKey[] | undefined {
    if (this.#isEmpty) {
      return undefined;
    }
    const rows = this.#byKey.get(key)?.filter((row) => Math.abs(row.ms - ms) <= toleranceMs);
    return rows?.length ? rows : undefined;
  }

  /** The nearest of them that is no other's. */
  nearest(key: string, ms: number, toleranceMs: number, to: RowKey): readonly RowKey[] | undefined {
    const distance = (row: LesserRow) => Math.abs(row.ms - ms);
    const [nearest] = (this.#byKey.get(key) ?? [])
      .filter((row) => distance(row) <= toleranceMs && (row.goneTo ?? to.identity) === to.identity)
      .sort((one, other) => distance(one) - distance(other));
    if (nearest === undefined) {
      return undefined;
    }
    nearest.goneTo = to.identity;
    return [nearest];
  }

  takeNew(): readonly LesserRow[] {
    const taken = this.#new;
    this.#new = [];
    return taken;
  }

  #add(row: LesserRow): boolean {
    this.#isEmpty = false;
    const known = this.#byKey.get(row.key);
    if (known === undefined) {
      this.#byKey.set(row.key, [row]);
      return true;
    }
    if (known.some(({ identity, ticks }) => identity === row.identity && ticks === row.ticks)) {
      return false;
    }
    known.push(row);
    if (known.length > mostPerKey) {
      known.shift();
    }
    return true;
  }
}
