import { toJson } from './json.js';
import type { Store } from './store.js';

/** A device's data being deleted, or having been. */
export interface Purge {
  readonly id: string;
  readonly tenant: string;
  /** As it was asked for: a name or an id. */
  readonly device: string;
  /** All that it was known by. */
  readonly names: { readonly ids: readonly string[]; readonly names: readonly string[] };
  /** Rows by table. */
  readonly counts: Readonly<Record<string, number>>;
  /** Milliseconds since 1970. */
  readonly requestedAt: number;
  /** Null: not done yet. */
  readonly finishedAt: number | null;
}

export async function insertPurge(
  store: Store,
  {
    id,
    tenant,
    device,
    requestedAt,
    server,
  }: Pick<Purge, 'id' | 'tenant' | 'device' | 'requestedAt'> & {
    readonly server: string | undefined;
  },
): Promise<void> {
  await store.db
    .insertInto('purges')
    .values({
      id,
      tenant_id: tenant,
      device,
      names: toJson({ ids: [], names: [] }),
      counts: toJson({}),
      created_at: requestedAt,
      server: server ?? null,
      finished_at: null,
    })
    .execute();
}

export async function changePurge(
  store: Store,
  id: string,
  change: Partial<Pick<Purge, 'names' | 'counts' | 'finishedAt'>>,
): Promise<void> {
  await store.db
    .updateTable('purges')
    .set({
      ...(change.names !== undefined && { names: toJson(change.names) }),
      ...(change.counts !== undefined && { counts: toJson(change.counts) }),
      ...(change.finishedAt !== undefined && { finished_at: change.finishedAt }),
    })
    .where('id', '=', id)
    .execute();
}

/** The latest first. */
export async function listPurges(store: Store, tenant: string, most: number): Promise<Purge[]> {
  const rows = await store.db
    .selectFrom('purges')
    .selectAll()
    .where('tenant_id', '=', tenant)
    .orderBy('created_at', 'desc')
    .limit(most)
    .execute();
  return rows.map(purgeOf);
}

/** Those of all tenants that a server has begun and not ended, the oldest first; undefined: it has the store alone. */
export async function unfinishedPurges(store: Store, server: string | undefined): Promise<Purge[]> {
  const rows = await store.db
    .selectFrom('purges')
    .selectAll()
    .where('finished_at', 'is', null)
    .$if(server !== undefined, (query) =>
      query.where((eb) => eb.or([eb('server', '=', server ?? ''), eb('server', 'is', null)])),
    )
    .orderBy('created_at')
    .execute();
  return rows.map(purgeOf);
}

function purgeOf(row: {
  id: string;
  tenant_id: string;
  device: string;
  names: string;
  counts: string;
  created_at: number;
  finished_at: number | null;
}): Purge {
  return {
    id: row.id,
    tenant: row.tenant_id,
    device: row.device,
    names: JSON.parse(row.names) as Purge['names'],
    counts: JSON.parse(row.counts) as Record<string, number>,
    requestedAt: row.created_at,
    finishedAt: row.finished_at,
  };
}
