import { tenantDatabase } from '../catalog/names.js';
import type { Engine } from '../engine/engine.js';
import { type StoredTableSize, storedTableSizes } from '../engine/table-sizes.js';
import type { TenantContexts } from './tenants.js';

/** What is stored of one table. */
export interface TableStatus extends StoredTableSize {
  /** Null: for ever. */
  readonly retentionDays: number | null;
}

/** The tables of a tenant that hold rows. */
export async function tableStatus(
  { engine, tenants }: { readonly engine: Engine; readonly tenants: TenantContexts },
  tenant: string,
): Promise<TableStatus[]> {
  const { catalog, retentionDays } = await tenants.of(tenant);
  const sizes = await storedTableSizes(engine, tenantDatabase(tenant), catalog);
  const tables = new Map(catalog.tables.map((table) => [table.name, table]));
  return sizes.map((size) => {
    const table = tables.get(size.name);
    const own = table?.timeColumn === null ? null : table?.retentionDays;
    return { ...size, retentionDays: own === undefined ? retentionDays : own };
  });
}
