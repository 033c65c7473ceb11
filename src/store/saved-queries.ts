import { randomUUID } from 'node:crypto';
import type { SavedQueryRow } from './schema.js';
import type { Store } from './store.js';

/** A hunt that somebody keeps. */
export interface SavedQuery {
  readonly id: string;
  readonly name: string;
  /** Folders above it, separated by slashes; empty: none. */
  readonly folder: string;
  readonly text: string;
  /** Everyone of the tenant reads it. */
  readonly shared: boolean;
  readonly owner: { readonly id: string; readonly name: string };
  readonly updated: Date;
}

export type SavedQueryContent = Pick<SavedQuery, 'name' | 'folder' | 'text' | 'shared'>;

/** What a principal reads: their own, and what others of the tenant share. */
export async function listSavedQueries(
  store: Store,
  tenant: string,
  reader: string,
): Promise<SavedQuery[]> {
  const rows = await store.db
    .selectFrom('saved_queries')
    .selectAll()
    .where('tenant_id', '=', tenant)
    .where((eb) => eb.or([eb('owner_id', '=', reader), eb('shared', '=', 1)]))
    .orderBy('folder')
    .orderBy('name')
    .orderBy('id')
    .execute();
  return rows.map(queryOf);
}

export async function findSavedQuery(
  store: Store,
  tenant: string,
  id: string,
): Promise<SavedQuery | undefined> {
  const row = await store.db
    .selectFrom('saved_queries')
    .selectAll()
    .where('tenant_id', '=', tenant)
    .where('id', '=', id)
    .executeTakeFirst();
  return row && queryOf(row);
}

export async function countSavedQueries(
  store: Store,
  tenant: string,
  owner: string,
): Promise<number> {
  const { count } = await store.db
    .selectFrom('saved_queries')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('tenant_id', '=', tenant)
    .where('owner_id', '=', owner)
    .executeTakeFirstOrThrow();
  return Number(count);
}

export async function insertSavedQuery(
  store: Store,
  tenant: string,
  owner: SavedQuery['owner'],
  content: SavedQueryContent,
): Promise<SavedQuery> {
  const now = Date.now();
  const row = {
    id: randomUUID(),
    tenant_id: tenant,
    owner_id: owner.id,
    owner_name: owner.name,
    ...stored(content),
    updated_at: now,
  };
  await store.db
    .insertInto('saved_queries')
    .values({ ...row, created_at: now })
    .execute();
  return queryOf(row);
}

export async function updateSavedQuery(
  store: Store,
  tenant: string,
  id: string,
  content: SavedQueryContent,
): Promise<void> {
  await store.db
    .updateTable('saved_queries')
    .set({ ...stored(content), updated_at: Date.now() })
    .where('tenant_id', '=', tenant)
    .where('id', '=', id)
    .execute();
}

export async function deleteSavedQuery(store: Store, tenant: string, id: string): Promise<void> {
  await store.db
    .deleteFrom('saved_queries')
    .where('tenant_id', '=', tenant)
    .where('id', '=', id)
    .execute();
}

function stored({ name, folder, text, shared }: SavedQueryContent) {
  return { name, folder, text, shared: shared ? 1 : 0 };
}

function queryOf(row: Omit<SavedQueryRow, 'created_at' | 'tenant_id'>): SavedQuery {
  return {
    id: row.id,
    name: row.name,
    folder: row.folder,
    text: row.text,
    shared: row.shared === 1,
    owner: { id: row.owner_id, name: row.owner_name },
    updated: new Date(row.updated_at),
  };
}
