import { createHash } from 'node:crypto';
import { z } from 'zod';
import { HuntError } from '../errors.js';
import { fromJson, toJson } from '../store/json.js';
import type { Store } from '../store/store.js';
import type { PositionPlace } from './positions.js';
import type { IngestSummary } from './summary.js';

const keptMs = 24 * 60 * 60 * 1000;

/** Requests that had a key of their own, for a day: the same one again is answered as it was. */
export class RequestLog {
  readonly #store: Store;
  readonly #server: string | undefined;

  constructor({ store, server }: PositionPlace) {
    this.#store = store;
    this.#server = server;
  }

  /**
   * The answer that the request had before; else takes it in. Under one key there is one body.
   * @throws HuntError `ingest.key`
   */
  async once(
    tenant: string,
    ownKey: string,
    body: AsyncIterable<Uint8Array>,
    take: (body: AsyncIterable<Uint8Array>) => Promise<IngestSummary>,
  ): Promise<IngestSummary> {
    // What another server has taken, this one does not have.
    const key = this.#server === undefined ? ownKey : `${this.#server} ${ownKey}`;
    const known = await this.#find(tenant, key);
    const hash = createHash('sha256');
    if (known) {
      for await (const chunk of body) {
        hash.update(chunk);
      }
      if (hash.digest('hex') !== known.digest) {
        throw new HuntError('ingest.key', {});
      }
      return fromJson(known.answer, z.custom<IngestSummary>());
    }
    async function* hashed() {
      for await (const chunk of body) {
        hash.update(chunk);
        yield chunk;
      }
    }
    const chunks = hashed();
    const summary = await take(chunks);
    // What stands behind the end of an archive has not been read yet.
    for await (const _chunk of chunks);
    await this.#remember(tenant, key, hash.digest('hex'), summary);
    return summary;
  }

  async sweep(now = Date.now()): Promise<void> {
    await this.#store.db
      .deleteFrom('ingest_requests')
      .where('at', '<', now - keptMs)
      .execute();
  }

  #find(tenant: string, key: string) {
    return this.#store.db
      .selectFrom('ingest_requests')
      .select(['digest', 'answer'])
      .where('tenant_id', '=', tenant)
      .where('key', '=', key)
      .where('at', '>', Date.now() - keptMs)
      .executeTakeFirst();
  }

  async #remember(tenant: string, key: string, digest: string, summary: IngestSummary) {
    const values = { digest, answer: toJson(summary), at: Date.now() };
    await this.#store.db
      .insertInto('ingest_requests')
      .values({ tenant_id: tenant, key, ...values })
      .onConflict((conflict) => conflict.columns(['tenant_id', 'key']).doUpdateSet(values))
      .execute();
  }
}
