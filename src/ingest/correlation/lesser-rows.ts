import type { RowKey } from '../rows.js';
import { FairMap } from './fair-map.js';
import { areSameDevice } from './processes.js';
import { boundedKey, type Occurrence } from './twins.js';

/** A row of an event that another log may tell better of. */
export interface LesserRow extends RowKey, Occurrence {
  /** Identity of the row that has taken its place, where only one can. */
  goneTo?: bigint;
}

/** An event that may take the place of rows. */
export interface BetterEvent extends Occurrence {
  readonly toleranceMs: number;
  /** Rows of before then are none of its own, ms since 1970. */
  readonly fromMs?: number;
}

/** In memory; of more, the earlier ones are forgotten of the devices that have the most. */
const mostRows = 400_000;
const mostPerKey = 64;
/** More of them are forgotten on disk, the oldest first of the devices that have the most. */
export const mostSavedRows = 200_000;

/** Rows that go when their better twin comes, however much later it is delivered. */
export class LesserRows {
  readonly #rows = new FairMap<LesserRow[]>(mostRows, ({ length }) => length);
  readonly #onAdded: () => void;
  #new: LesserRow[] = [];

  /**
   * @param known of earlier processes, oldest first
   * @param onAdded called when another row has to be saved
   */
  constructor(known: Iterable<LesserRow>, onAdded: () => void = () => undefined) {
    this.#onAdded = onAdded;
    for (const row of known) {
      this.#add(row);
    }
  }

  add(row: LesserRow): void {
    const kept = { ...row, key: boundedKey(row.key) };
    if (this.#add(kept)) {
      this.#new.push(kept);
      if (this.#new.length > 2 * mostSavedRows) {
        this.#new.splice(0, mostSavedRows);
      }
      this.#onAdded();
    }
  }

  /** Those that are near enough to the event; undefined: there are none. */
  near(event: BetterEvent): readonly RowKey[] | undefined {
    const rows = this.#nearEnough(event);
    return rows.length > 0 ? rows : undefined;
  }

  /** The nearest of them that is no other's. */
  nearest(event: BetterEvent, to: RowKey): readonly RowKey[] | undefined {
    const distance = (row: LesserRow) => Math.abs(row.ms - event.ms);
    const [nearest] = this.#nearEnough(event)
      .filter(({ goneTo = to.identity }) => goneTo === to.identity)
      .sort((one, other) => distance(one) - distance(other));
    if (nearest === undefined) {
      return undefined;
    }
    nearest.goneTo = to.identity;
    return [nearest];
  }

  /** What has been added since `saved`. */
  get unsaved(): readonly LesserRow[] {
    return this.#new.slice(-mostSavedRows);
  }

  saved(): void {
    this.#new = [];
  }

  #nearEnough({ key, device, ms, toleranceMs, fromMs }: BetterEvent): LesserRow[] {
    if (this.#rows.size === 0) {
      return [];
    }
    return (this.#rows.get(boundedKey(key)) ?? []).filter(
      (row) =>
        Math.abs(row.ms - ms) <= toleranceMs &&
        (fromMs === undefined || row.ms >= fromMs) &&
        areSameDevice(row.device, device),
    );
  }

  #add(row: LesserRow): boolean {
    const rows = this.#rows.get(row.key) ?? [];
    if (rows.some(({ identity, ticks }) => identity === row.identity && ticks === row.ticks)) {
      return false;
    }
    rows.push(row);
    if (rows.length > mostPerKey) {
      rows.shift();
    }
    this.#rows.set(row.key, rows);
    return true;
  }
}
