/** The engine database of a tenant; no two have the same, because ids have no `_` (`tenantIdPattern`). */
export function tenantDatabase(tenantId: string): string {
  return `tenant_${tenantId.toLowerCase().replace(/[^a-z0-9]/g, '_')}`;
}
