import type { Store } from './store.js';

/** The tenant of an installation that has not been divided; the first migration makes it. */
export const defaultTenantId = 'default';

export interface Tenant {
  readonly id: string;
  readonly name: string;
  /** How far back events are kept and hunts look; null: for ever. */
  readonly retentionDays: number | null;
}

/** Tenant ids become database names and URL segments: lower-case letters, digits and inner hyphens. */
export const tenantIdPattern = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;

export async function listTenants(store: Store): Promise<Tenant[]> {
  const rows = await store.db.selectFrom('tenants').selectAll().orderBy('id').execute();
  return rows.map(tenantOf);
}

/** A tenant by its id or its name (which may be a domain), in any case. */
export async function findTenant(store: Store, idOrName: string): Promise<Tenant | undefined> {
  const wanted = idOrName.toLowerCase();
  const row = await store.db
    .selectFrom('tenants')
    .selectAll()
    .where((eb) =>
      eb.or([
        eb('id', '=', wanted),
        eb(eb.fn('lower', ['name']), '=', wanted),
        // SQLite knows the other case of ASCII letters alone.
        eb('name', '=', idOrName),
      ]),
    )
    .orderBy((eb) => eb.case().when('id', '=', wanted).then(0).else(1).end())
    .limit(1)
    .executeTakeFirst();
  return row && tenantOf(row);
}

/** When the tenant was made, by which it is told from one of that id before it; undefined: there is none. */
export async function tenantSince(store: Store, tenantId: string): Promise<number | undefined> {
  const row = await store.db
    .selectFrom('tenants')
    .select('created_at')
    .where('id', '=', tenantId)
    .executeTakeFirst();
  return row?.created_at;
}

export async function insertTenant(store: Store, tenant: Tenant): Promise<void> {
  await store.db
    .insertInto('tenants')
    .values({
      id: tenant.id,
      name: tenant.name,
      retention_days: tenant.retentionDays,
      created_at: Date.now(),
    })
    .execute();
}

export async function changeTenant(
  store: Store,
  tenantId: string,
  change: Partial<Omit<Tenant, 'id'>>,
): Promise<void> {
  const set = {
    ...(change.name !== undefined && { name: change.name }),
    ...(change.retentionDays !== undefined && { retention_days: change.retentionDays }),
  };
  if (Object.keys(set).length === 0) return;
  await store.db.updateTable('tenants').set(set).where('id', '=', tenantId).execute();
}

/** Applications, users, device groups and roles go with it. */
export async function deleteTenant(store: Store, tenantId: string): Promise<void> {
  await store.db.deleteFrom('tenants').where('id', '=', tenantId).execute();
}

function tenantOf(row: { id: string; name: string; retention_days: number | null }): Tenant {
  return { id: row.id, name: row.name, retentionDays: row.retention_days };
}
