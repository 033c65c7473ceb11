import type { z } from 'zod';
import { fromJson, toJson } from '../store/json.js';
import { nameKey } from '../store/name-key.js';
import type { Store } from '../store/store.js';

/** Where positions are kept. */
export interface PositionPlace {
  readonly store: Store;
  /** Tells the servers apart that share the store: each has telemetry of its own. Absent: there is one. */
  readonly server?: string | undefined;
}

/**
 * How far the files, blobs, … of one source have been read. A position is written after what stands
 * before it has been stored, so that what is read twice after a crash is known by its rows.
 */
export class Positions<Position> {
  readonly #store: Store;
  readonly #source: string;
  readonly #sourceKey: string;
  /** Under which all servers kept theirs before each had its own. */
  readonly #sharedKey: string;
  readonly #shape: z.ZodType<Position>;

  constructor({ store, server }: PositionPlace, source: string, shape: z.ZodType<Position>) {
    this.#store = store;
    this.#source = source;
    this.#sharedKey = nameKey(source);
    this.#sourceKey = server === undefined ? this.#sharedKey : nameKey(`${server} ${source}`);
    this.#shape = shape;
  }

  async all(): Promise<Map<string, Position>> {
    const own = await this.#of(this.#sourceKey);
    if (own.size > 0 || this.#sourceKey === this.#sharedKey) {
      return own;
    }
    await this.#takeOver();
    return this.#of(this.#sourceKey);
  }

  /** What all servers kept together becomes this one's, whole or not at all: it is asked for once. */
  async #takeOver(): Promise<void> {
    const { db } = this.#store;
    await db
      .insertInto('ingest_positions')
      .columns(['source_key', 'item_key', 'source', 'item', 'position', 'updated_at'])
      .expression(
        db
          .selectFrom('ingest_positions')
          .select((eb) => [
            eb.val(this.#sourceKey).as('source_key'),
            ...(['item_key', 'source', 'item', 'position'] as const),
            eb.val(Date.now()).as('updated_at'),
          ])
          .where('source_key', '=', this.#sharedKey),
      )
      .execute();
  }

  async #of(sourceKey: string): Promise<Map<string, Position>> {
    const rows = await this.#store.db
      .selectFrom('ingest_positions')
      .select(['item', 'position'])
      .where('source_key', '=', sourceKey)
      .execute();
    return new Map(rows.map(({ item, position }) => [item, fromJson(position, this.#shape)]));
  }

  async save(item: string, position: Position): Promise<void> {
    const values = { position: toJson(position), updated_at: Date.now() };
    await this.#store.db
      .insertInto('ingest_positions')
      .values({
        source_key: this.#sourceKey,
        item_key: nameKey(item),
        source: this.#source,
        item,
        ...values,
      })
      .onConflict((conflict) => conflict.columns(['source_key', 'item_key']).doUpdateSet(values))
      .execute();
  }

  async remove(item: string): Promise<void> {
    await this.#store.db
      .deleteFrom('ingest_positions')
      .where('source_key', '=', this.#sourceKey)
      .where('item_key', '=', nameKey(item))
      .execute();
  }

  /** Forgets what has not moved since then, but for those items. */
  async sweep(before: number, kept: ReadonlySet<string>): Promise<void> {
    const old = await this.#store.db
      .selectFrom('ingest_positions')
      .select(['item'])
      .where('source_key', '=', this.#sourceKey)
      .where('updated_at', '<', before)
      .execute();
    for (const { item } of old.filter(({ item }) => !kept.has(item))) {
      await this.remove(item);
    }
    if (this.#sourceKey !== this.#sharedKey) {
      await this.#store.db
        .deleteFrom('ingest_positions')
        .where('source_key', '=', this.#sharedKey)
        .where('updated_at', '<', before)
        .execute();
    }
  }
}
