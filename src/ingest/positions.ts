import type { z } from 'zod';
import { HuntError } from '../errors.js';
import { fromJson, toJson } from '../store/json.js';
import { nameKey } from '../store/name-key.js';
import type { Store } from '../store/store.js';

/** Where positions are kept. */
export interface PositionPlace {
  readonly store: Store;
  /** Tells the servers apart that share the store: each has telemetry of its own. Absent: there is one. */
  readonly server?: string | undefined;
}

/** Whose positions they are. */
export interface PositionOwner {
  /** The source's name. */
  readonly source: string;
  readonly tenant: string;
  /** When the tenant was made: one that is made again under its id has none of them. */
  readonly since: number;
}

/**
 * How far the files, blobs, … of one source have been read for a tenant. A position is written after what stands
 * before it has been stored, so that what is read twice after a crash is known by its rows. It goes with the tenant.
 */
export class Positions<Position> {
  readonly #store: Store;
  readonly #owner: PositionOwner;
  readonly #sourceKey: string;
  /** Under which all servers kept theirs before each had its own. */
  readonly #sharedKey: string;
  readonly #shape: z.ZodType<Position>;

  constructor({ store, server }: PositionPlace, owner: PositionOwner, shape: z.ZodType<Position>) {
    const { source } = owner;
    this.#store = store;
    this.#owner = owner;
    this.#sharedKey = nameKey(source);
    this.#sourceKey = server === undefined ? this.#sharedKey : nameKey(`${server} ${source}`);
    this.#shape = shape;
  }

  async all(): Promise<Map<string, Position>> {
    await this.#adopt();
    const own = await this.#of(this.#sourceKey);
    if (own.size > 0 || this.#sourceKey === this.#sharedKey) {
      return own;
    }
    await this.#takeOver();
    return this.#of(this.#sourceKey);
  }

  /** Those of a version that did not keep whose they are. */
  async #adopt(): Promise<void> {
    await this.#store.db
      .updateTable('ingest_positions')
      .set({ tenant_id: this.#owner.tenant })
      .where('source_key', 'in', [this.#sourceKey, this.#sharedKey])
      .where('tenant_id', 'is', null)
      .execute();
  }

  /** What all servers kept together becomes this one's, whole or not at all: it is asked for once. */
  async #takeOver(): Promise<void> {
    const { db } = this.#store;
    await db
      .insertInto('ingest_positions')
      .columns(['source_key', 'tenant_id', 'item_key', 'source', 'item', 'position', 'updated_at'])
      .expression(
        db
          .selectFrom('ingest_positions')
          .select((eb) => [
            eb.val(this.#sourceKey).as('source_key'),
            ...(['tenant_id', 'item_key', 'source', 'item', 'position'] as const),
            eb.val(Date.now()).as('updated_at'),
          ])
          .where('source_key', '=', this.#sharedKey)
          .where('tenant_id', '=', this.#owner.tenant),
      )
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }

  async #of(sourceKey: string): Promise<Map<string, Position>> {
    const rows = await this.#store.db
      .selectFrom('ingest_positions')
      .select(['item', 'position'])
      .where('source_key', '=', sourceKey)
      .where('tenant_id', '=', this.#owner.tenant)
      .execute();
    return new Map(rows.map(({ item, position }) => [item, fromJson(position, this.#shape)]));
  }

  /** @throws HuntError `request.notFound` where the tenant is gone, whether or not it has been made again */
  async save(item: string, position: Position): Promise<void> {
    const { db } = this.#store;
    const { source, tenant, since } = this.#owner;
    const values = { tenant_id: tenant, position: toJson(position), updated_at: Date.now() };
    const { numInsertedOrUpdatedRows } = await db
      .insertInto('ingest_positions')
      .columns(['tenant_id', 'source_key', 'item_key', 'source', 'item', 'position', 'updated_at'])
      .expression(
        db
          .selectFrom('tenants')
          .select((eb) => [
            'id',
            eb.val(this.#sourceKey).as('source_key'),
            eb.val(nameKey(item)).as('item_key'),
            eb.val(source).as('source'),
            eb.val(item).as('item'),
            eb.val(values.position).as('position'),
            eb.val(values.updated_at).as('updated_at'),
          ])
          .where('id', '=', tenant)
          .where('created_at', '=', since),
      )
      .onConflict((conflict) => conflict.columns(['source_key', 'item_key']).doUpdateSet(values))
      .executeTakeFirst();
    if (!numInsertedOrUpdatedRows) {
      throw new HuntError('request.notFound', { what: `Tenant ${tenant}` });
    }
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
