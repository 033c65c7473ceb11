import type { Catalog } from '../catalog/types.js';
import { type BoundQuery, bind } from './bind.js';
import type { Edit } from './source.js';

/** The most recently used bound queries of each catalog version. */
export class BoundQueries {
  readonly #limit: number;
  readonly #queries = new Map<string, BoundQuery>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @throws HuntError as `bind` does; failures are not kept */
  get(text: string, catalog: Catalog, edits: readonly Edit[] = []): BoundQuery {
    const made = edits.length > 0 ? ` ${JSON.stringify(edits)}` : '';
    const key = `${catalog.version} ${text}${made}`;
    const query = this.#queries.get(key) ?? bind(text, catalog, edits);
    // A Map keeps the order of insertion: the first key is the one unused for longest.
    this.#queries.delete(key);
    this.#queries.set(key, query);
    if (this.#queries.size > this.#limit) {
      const [oldest] = this.#queries.keys();
      if (oldest !== undefined) this.#queries.delete(oldest);
    }
    return query;
  }
}
