import type { z } from 'zod';
import { fromJson, toJson } from '../store/json.js';
import type { Store } from '../store/store.js';

/**
 * How far the files, blobs, … of one source have been read. A position is written after what stands
 * before it has been stored, so that what is read twice after a crash is known by its rows.
 */
export class Positions<Position> {
  readonly #store: Store;
  readonly #source: string;
  readonly #shape: z.ZodType<Position>;

  constructor(store: Store, source: string, shape: z.ZodType<Position>) {
    this.#store = store;
    this.#source = source;
    this.#shape = shape;
  }

  async all(): Promise<Map<string, Position>> {
    const rows = await this.#store.db
      .selectFrom('ingest_positions')
      .select(['item', 'position'])
      .where('source', '=', this.#source)
      .execute();
    return new Map(rows.map(({ item, position }) => [item, fromJson(position, this.#shape)]));
  }

  async save(item: string, position: Position): Promise<void> {
    const values = { position: toJson(position), updated_at: Date.now() };
    await this.#store.db
      .insertInto('ingest_positions')
      .values({ source: this.#source, item, ...values })
      .onConflict((conflict) => conflict.columns(['source', 'item']).doUpdateSet(values))
      .execute();
  }

  async remove(item: string): Promise<void> {
    await this.#store.db
      .deleteFrom('ingest_positions')
      .where('source', '=', this.#source)
      .where('item', '=', item)
      .execute();
  }

  /** Forgets what has not moved since then, but for those items. */
  async sweep(before: number, kept: ReadonlySet<string>): Promise<void> {
    const old = await this.#store.db
      .selectFrom('ingest_positions')
      .select(['item'])
      .where('source', '=', this.#source)
      .where('updated_at', '<', before)
      .execute();
    for (const { item } of old.filter(({ item }) => !kept.has(item))) {
      await this.remove(item);
    }
  }
}
