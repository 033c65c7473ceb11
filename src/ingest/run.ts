import { stat } from 'node:fs/promises';
import { z } from 'zod';
import { tableRetention } from '../store/retention.js';
import type { Store } from '../store/store.js';
import { findTenant, tenantSince } from '../store/tenants.js';
import { type PositionPlace, Positions } from './positions.js';

const takenShape = z.object({
  size: z.number(),
  changedMs: z.number(),
  /** What decides which of its events are stored, and as what. */
  taken: z.string().optional(),
});
type Taken = z.infer<typeof takenShape>;

export interface RunOptions {
  readonly tenant: string;
  /** The connector that its files are said to be of; undefined: each tells. */
  readonly source?: string | undefined;
}

/** What a run that was interrupted long ago had taken is not passed over any more. */
const rememberedMs = 7 * 24 * 60 * 60 * 1000;

/**
 * Files that are taken in one run. While it has not come to its end, those that are done are remembered:
 * the same run again goes on behind them. One that takes the files for something else, or whose tenant keeps events
 * for another time by now, reads them again.
 */
export class IngestRun {
  readonly #store: Store;
  readonly #options: RunOptions;
  readonly #positions: () => Promise<Positions<Taken>>;
  /** Of interrupted runs. */
  #before: Promise<ReadonlyMap<string, Taken>> | undefined;
  readonly #items = new Set<string>();
  /** Taken by this run: a file that it names twice is read twice. */
  readonly #own = new Set<string>();

  constructor(place: PositionPlace, options: RunOptions) {
    this.#store = place.store;
    this.#options = options;
    const { tenant } = options;
    let positions: Promise<Positions<Taken>> | undefined;
    const make = async () => {
      const since = (await tenantSince(place.store, tenant)) ?? 0;
      return new Positions(place, { source: 'quarry ingest', tenant, since }, takenShape);
    };
    this.#positions = () => {
      positions ??= make();
      return positions;
    };
  }

  /** Whether an interrupted run has taken the file, and it is as it was then. */
  async hasTaken(file: string): Promise<boolean> {
    this.#before ??= this.#load();
    const before = await this.#before;
    const { item, ...now } = await this.#stateOf(file);
    const taken = before.get(item);
    if (this.#own.has(item) || !taken || !isSame(taken, now)) {
      return false;
    }
    this.#items.add(item);
    return true;
  }

  async #load(): Promise<ReadonlyMap<string, Taken>> {
    const positions = await this.#positions();
    await positions.sweep(Date.now() - rememberedMs, new Set());
    return positions.all();
  }

  async taken(file: string): Promise<void> {
    const { item, ...now } = await this.#stateOf(file);
    this.#items.add(item);
    this.#own.add(item);
    await (await this.#positions()).save(item, now);
  }

  /** All its files are taken: from now on they are new again. */
  async end(): Promise<void> {
    const positions = await this.#positions();
    for (const item of this.#items) {
      await positions.remove(item);
    }
  }

  async #stateOf(file: string) {
    const { dev, ino, size, mtimeMs } = await stat(file);
    const { tenant, source = null } = this.#options;
    const kept = (await findTenant(this.#store, tenant))?.retentionDays;
    const keptByTable = [...(await tableRetention(this.#store, tenant))];
    const taken = JSON.stringify({ tenant, source, kept, keptByTable });
    return { item: `${dev}-${ino}`, size, changedMs: mtimeMs, taken };
  }
}

function isSame(one: Taken, other: Taken): boolean {
  return one.size === other.size && one.changedMs === other.changedMs && one.taken === other.taken;
}
