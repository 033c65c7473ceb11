import { stat } from 'node:fs/promises';
import { z } from 'zod';
import type { Store } from '../store/store.js';
import { Positions } from './positions.js';

const takenShape = z.object({ size: z.number(), changedMs: z.number() });
type Taken = z.infer<typeof takenShape>;

/** What a run that was interrupted long ago had taken is not passed over any more. */
const rememberedMs = 7 * 24 * 60 * 60 * 1000;

/**
 * Files that are taken in one run. While it has not come to its end, those that are done are remembered:
 * the same run again goes on behind them.
 */
export class IngestRun {
  readonly #positions: Positions<Taken>;
  /** Of interrupted runs. */
  #before: Promise<ReadonlyMap<string, Taken>> | undefined;
  readonly #items = new Set<string>();
  /** Taken by this run: a file that it names twice is read twice. */
  readonly #own = new Set<string>();

  constructor(store: Store) {
    this.#positions = new Positions(store, 'quarry ingest', takenShape);
  }

  /** Whether an interrupted run has taken the file, and it is as it was then. */
  async hasTaken(file: string): Promise<boolean> {
    this.#before ??= this.#load();
    const { item, ...now } = await identityOf(file);
    const taken = (await this.#before).get(item);
    if (this.#own.has(item) || taken?.size !== now.size || taken.changedMs !== now.changedMs) {
      return false;
    }
    this.#items.add(item);
    return true;
  }

  async #load(): Promise<ReadonlyMap<string, Taken>> {
    await this.#positions.sweep(Date.now() - rememberedMs, new Set());
    return this.#positions.all();
  }

  async taken(file: string): Promise<void> {
    const { item, ...now } = await identityOf(file);
    this.#items.add(item);
    this.#own.add(item);
    await this.#positions.save(item, now);
  }

  /** All its files are taken: from now on they are new again. */
  async end(): Promise<void> {
    for (const item of this.#items) {
      await this.#positions.remove(item);
    }
  }
}

async function identityOf(file: string) {
  const { dev, ino, size, mtimeMs } = await stat(file);
  return { item: `${dev}-${ino}`, size, changedMs: mtimeMs };
}
