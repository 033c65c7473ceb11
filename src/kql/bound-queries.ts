import type { Catalog } from '../catalog/types.js';
import { type BoundQuery, bind } from './bind.js';

/** The most recently used bound queries of each catalog version. */
export class BoundQueries {
  readonly #limit: number;
  readonly #queries = new Map<string, BoundQuery>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @throws HuntError as `bind` does; failures are not kept */
  get(text: string, catalog: Catalog): BoundQuery {
    const key = `${catalog.version} ${text}`;
    const query = this.#queries.get(key) ?? bind(text, catalog);
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
