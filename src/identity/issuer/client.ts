import type { Store } from '../../store/store.js';
import { findTenant } from '../../store/tenants.js';
import { type App, findApp } from '../apps.js';
import type { EntraErrorName } from './entra-errors.js';
import { appOf, portalClientId } from './portal-app.js';

/** Tenant names that stand for "wherever the application is at home". */
const anyTenant = new Set(['common', 'organizations', 'consumers']);

/** The application that asks for a token, and its tenant; or why Entra would refuse it. */
export async function findClient(
  store: Store,
  tenantName: string,
  clientId: string,
): Promise<App | EntraErrorName> {
  const isAny = anyTenant.has(tenantName.toLowerCase());
  // The portal is at home everywhere: only an address that names the tenant says which.
  if (isAny) return (clientId !== portalClientId && (await findApp(store, clientId))) || 'app';
  const tenant = await findTenant(store, tenantName);
  if (!tenant) return 'tenant';
  return (await appOf(store, tenant.id, clientId)) ?? 'app';
}

/** Whether an address names a tenant, or stands for any. */
export async function isTenantAddress(store: Store, tenantName: string): Promise<boolean> {
  return (
    anyTenant.has(tenantName.toLowerCase()) || (await findTenant(store, tenantName)) !== undefined
  );
}

/** The id of the tenant that an address names, by its id or its name. */
export async function findTenantId(store: Store, tenantName: string): Promise<string | undefined> {
  return (await findTenant(store, tenantName))?.id;
}
