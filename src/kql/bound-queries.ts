import type { Catalog } from '../catalog/types.js';
import { Recent } from '../recent.js';
import { type BoundQuery, bind } from './bind.js';
import type { Edit } from './source.js';

/** The most recently used bound queries of each catalog version. */
export class BoundQueries {
  readonly #queries: Recent<BoundQuery>;

  constructor(limit: number) {
    this.#queries = new Recent(limit);
  }

  /** @throws HuntError as `bind` does; failures are not kept */
  get(
    text: string,
    catalog: Catalog,
    edits: readonly Edit[] = [],
    named: ReadonlySet<string> = new Set(),
    guessed: ReadonlySet<string> = new Set(),
    databases: readonly string[] = [],
  ): BoundQuery {
    const isPlain = edits.length + named.size + guessed.size + databases.length === 0;
    const made = isPlain ? '' : ` ${JSON.stringify([edits, [...named], [...guessed], databases])}`;
    const key = `${catalog.version} ${text}${made}`;
    const known = this.#queries.get(key);
    if (known) return known;
    const query = bind(text, catalog, edits, named, guessed, databases);
    this.#queries.set(key, query);
    return query;
  }
}
