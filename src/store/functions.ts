import type { Store } from './store.js';

/** A function that a tenant keeps for its hunts. */
export interface TenantFunction {
  readonly name: string;
  readonly summary: string;
  /** As KQL writes them, without parentheses. */
  readonly parameters: string;
  /** KQL, without braces. */
  readonly body: string;
}

/** A tenant's own functions, by name. */
export async function listFunctions(store: Store, tenantId: string): Promise<TenantFunction[]> {
  return store.db
    .selectFrom('functions')
    .select(['name', 'summary', 'parameters', 'body'])
    .where('tenant_id', '=', tenantId)
    .orderBy('name')
    .execute();
}

/** Makes a function, or replaces it. */
export async function saveFunction(
  store: Store,
  tenantId: string,
  declared: TenantFunction,
): Promise<void> {
  const { name, summary, parameters, body } = declared;
  const content = { summary, parameters, body, updated_at: Date.now() };
  await store.db
    .insertInto('functions')
    .values({ tenant_id: tenantId, name, ...content })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'name']).doUpdateSet(content))
    .execute();
}

/** @returns whether there was one */
export async function removeFunction(
  store: Store,
  tenantId: string,
  name: string,
): Promise<boolean> {
  const { numDeletedRows } = await store.db
    .deleteFrom('functions')
    .where('tenant_id', '=', tenantId)
    .where('name', '=', name)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}
