/** The engine database of a tenant. Tenant ids are GUIDs or simple names, checked where they are made. */
export function tenantDatabase(tenantId: string): string {
  return `tenant_${tenantId.toLowerCase().replace(/[^a-z0-9]/g, '_')}`;
}
