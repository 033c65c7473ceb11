import { HuntError } from '../errors.js';
import { holds } from '../identity/authorize.js';
import type { Principal } from '../identity/principal.js';
import {
  countSavedQueries,
  deleteSavedQuery,
  findSavedQuery,
  insertSavedQuery,
  listSavedQueries,
  type SavedQuery,
  type SavedQueryContent,
  updateSavedQuery,
} from '../store/saved-queries.js';
import type { Store } from '../store/store.js';

/** Of one owner; a bound, not a quota. */
const maxSavedQueries = 2000;

/** Hunts that are kept: read by their owner, and by the tenant where they are shared. */
export class SavedQueries {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  list({ tenant, id }: Principal): Promise<SavedQuery[]> {
    return listSavedQueries(this.#store, tenant, id);
  }

  /** @throws HuntError `request.parameter` when there are too many */
  async add({ tenant, id, name }: Principal, content: SavedQueryContent): Promise<SavedQuery> {
    if ((await countSavedQueries(this.#store, tenant, id)) >= maxSavedQueries) {
      throw new HuntError('request.parameter', {
        message: `You have ${maxSavedQueries} saved queries, which is the most that there can be. Delete some first.`,
      });
    }
    return insertSavedQuery(this.#store, tenant, { id, name }, content);
  }

  /** @throws HuntError `request.notFound` `request.notOwner` */
  async change(principal: Principal, id: string, content: SavedQueryContent): Promise<SavedQuery> {
    const query = await this.#changeable(principal, id);
    await updateSavedQuery(this.#store, principal.tenant, id, content);
    return { ...query, ...content, updated: new Date() };
  }

  /** @throws HuntError `request.notFound` `request.notOwner` */
  async remove(principal: Principal, id: string): Promise<void> {
    await this.#changeable(principal, id);
    await deleteSavedQuery(this.#store, principal.tenant, id);
  }

  async #changeable(principal: Principal, id: string): Promise<SavedQuery> {
    const query = await findSavedQuery(this.#store, principal.tenant, id);
    const isOwner = query?.owner.id === principal.id;
    // Of another's own nobody learns that it is there.
    if (!query || (!isOwner && !query.shared)) {
      throw new HuntError('request.notFound', { what: `Saved query ${id.slice(0, 100)}` });
    }
    if (!isOwner && !holds(principal, 'Quarry.Admin')) {
      throw new HuntError('request.notOwner', { owner: query.owner.name });
    }
    return query;
  }
}
