import type { Store } from './store.js';

/** A table that an operator has declared; what the text means is `catalog/custom-table.ts`'s. */
export interface StoredTableDeclaration {
  readonly name: string;
  readonly declaration: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

/** In the order in which they were declared. */
export async function listCustomTables(
  store: Store,
  tenantId: string,
): Promise<StoredTableDeclaration[]> {
  const rows = await store.db
    .selectFrom('custom_tables')
    .select(['name', 'declaration', 'created_at'])
    .where('tenant_id', '=', tenantId)
    .orderBy('created_at')
    .orderBy('name')
    .execute();
  return rows.map(({ name, declaration, created_at }) => ({
    name,
    declaration,
    createdAt: created_at,
  }));
}

/** Adds the table, or changes what its declaration says. */
export async function saveCustomTable(
  store: Store,
  tenantId: string,
  { name, declaration }: Pick<StoredTableDeclaration, 'name' | 'declaration'>,
): Promise<void> {
  await store.db
    .insertInto('custom_tables')
    .values({ tenant_id: tenantId, name, declaration, created_at: Date.now() })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'name']).doUpdateSet({ declaration }))
    .execute();
}

export async function deleteCustomTable(
  store: Store,
  tenantId: string,
  name: string,
): Promise<void> {
  const { db } = store;
  for (const [table, column] of [
    ['custom_tables', 'name'],
    ['table_retention', 'table_name'],
  ] as const) {
    await db.deleteFrom(table).where('tenant_id', '=', tenantId).where(column, '=', name).execute();
  }
}
