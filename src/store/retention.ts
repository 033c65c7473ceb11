import type { Store } from './store.js';

/** Days that tables are kept for, where that is not what their tenant keeps; null: for ever. */
export async function tableRetention(
  store: Store,
  tenantId: string,
): Promise<Map<string, number | null>> {
  const rows = await store.db
    .selectFrom('table_retention')
    .select(['table_name', 'retention_days'])
    .where('tenant_id', '=', tenantId)
    .orderBy('table_name')
    .execute();
  return new Map(rows.map((row) => [row.table_name, row.retention_days]));
}

/** Puts other times in place of those of all tables. */
export async function replaceTableRetention(
  store: Store,
  tenantId: string,
  retention: ReadonlyMap<string, number | null>,
): Promise<void> {
  const values = [...retention].map(([table, days]) => ({
    tenant_id: tenantId,
    table_name: table,
    retention_days: days,
  }));
  await store.db.transaction().execute(async (db) => {
    // Whoever else replaces them waits here: of two at once, the later one's are kept.
    await db
      .updateTable('tenants')
      .set((eb) => ({ id: eb.ref('id') }))
      .where('id', '=', tenantId)
      .execute();
    await db.deleteFrom('table_retention').where('tenant_id', '=', tenantId).execute();
    if (values.length > 0) {
      await db.insertInto('table_retention').values(values).execute();
    }
  });
}
