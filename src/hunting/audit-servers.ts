import { sql } from 'kysely';
import type { Millis } from '../store/schema.js';
import { serverId } from '../store/server-id.js';
import type { Store } from '../store/store.js';

/** A server that has not been heard of for so long has gone, or comes back to what others have done. */
const goneMs = 10 * 60_000;
/** Times that a server has to be heard itself first: where none could reach the store, none has gone. */
const steadyBeats = 3;

/**
 * A server among those that share a store. Each brings to its engine what it has recorded itself, and what was recorded
 * without a server; what one leaves that has gone falls to another. A server goes by its data directory: started
 * again, it is the same one.
 */
export class AuditServer {
  readonly id: string;
  readonly #store: Store;
  #beats = 0;
  /** By this machine's clock. */
  #heardAt = 0;

  /** @param folder of the server alone, where its id is kept */
  constructor(store: Store, folder: string) {
    this.#store = store;
    this.id = serverId(folder);
  }

  /** Whether the others know that this one lives: what it takes up meanwhile is not taken for that of the dead. */
  get isKnown(): boolean {
    return Math.abs(Date.now() - this.#heardAt) < goneMs / 2;
  }

  /** Tells the others that this one lives, and takes over what those left that have gone. */
  async beat(): Promise<void> {
    const { db } = this.#store;
    const values = { seen_at: this.#now() };
    try {
      await db
        .insertInto('audit_servers')
        .values({ id: this.id, ...values })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
        .execute();
      this.#heardAt = Date.now();
      this.#beats += 1;
      if (this.#beats >= steadyBeats) await this.#takeOver();
    } catch (error) {
      this.#beats = 0;
      throw error;
    }
  }

  /** A server that comes back in the middle waits with its own beat until it sees whose the records are. */
  async #takeOver(): Promise<void> {
    await this.#store.db.transaction().execute(async (db) => {
      const rows = await db
        .deleteFrom('audit_servers')
        .where('seen_at', '<', sql<Millis>`${this.#now()} - ${sql.lit(goneMs)}`)
        .returning('id')
        .execute();
      if (rows.length === 0) return;
      const gone = rows.map(({ id }) => id);
      await db
        .updateTable('audit_records')
        .set({ server: this.id })
        .where('server', 'in', gone)
        .execute();
    });
  }

  /** By the clock of the database, which all servers have in common. */
  #now() {
    return this.#store.kind === 'postgres'
      ? sql<Millis>`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`
      : sql<Millis>`cast(strftime('%s', 'now') as integer) * 1000`;
  }
}
