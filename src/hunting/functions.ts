import { catalogOf } from '../catalog/catalog.js';
import type { Catalog } from '../catalog/types.js';
import { HuntError } from '../errors.js';
import {
  listFunctions,
  removeFunction,
  saveFunction,
  type TenantFunction,
} from '../store/functions.js';
import type { Store } from '../store/store.js';
import type { Compiler } from './compiler.js';
import type { TenantContexts } from './tenants.js';

const mostFunctions = 1000;

interface Parts {
  readonly store: Store;
  readonly tenants: TenantContexts;
}

/** A tenant's own functions, by name. */
export function functionsOf({ store }: Pick<Parts, 'store'>, tenant: string) {
  return listFunctions(store, tenant);
}

/** The catalog with a tenant's own functions; the very same where there are none. */
export function withFunctions(catalog: Catalog, own: readonly TenantFunction[]): Catalog {
  if (own.length === 0) return catalog;
  const { tables, legacyTables, functions } = catalog;
  const taken = new Set(own.map(({ name }) => name));
  return catalogOf(tables, legacyTables, [
    ...functions.filter(({ name }) => !taken.has(name)),
    ...own,
  ]);
}

/**
 * Keeps a function for a tenant's hunts. It may call the others, not itself.
 * @throws HuntError `catalog.invalid` for a name that is taken, parameters or a body that do not bind
 */
export async function declareFunction(
  parts: Parts & { readonly compiler: Compiler },
  tenant: string,
  declared: TenantFunction,
): Promise<void> {
  const { store, tenants, compiler } = parts;
  const { catalog } = await tenants.of(tenant);
  const own = await listFunctions(store, tenant);
  const others = own.filter(({ name }) => name !== declared.name);
  const taken =
    nameTaken(catalog, declared.name, own) ||
    others.some(({ name }) => name.toLowerCase() === declared.name.toLowerCase());
  if (taken) {
    throw new HuntError('catalog.invalid', {
      message: `name: ${declared.name} is the name of a table or function`,
    });
  }
  if (others.length >= mostFunctions) {
    throw new HuntError('catalog.invalid', {
      message: `a tenant has at most ${mostFunctions} functions`,
    });
  }
  await compiler.checkFunction(
    { caller: { tenant, id: '' } },
    { ...declared, databaseNames: [tenant] },
    withoutFunction(catalog, declared.name),
  );
  await saveFunction(store, tenant, declared);
  tenants.forget(tenant);
}

/** @throws HuntError `request.notFound` */
export async function forgetFunction(parts: Parts, tenant: string, name: string): Promise<void> {
  if (!(await removeFunction(parts.store, tenant, name))) {
    throw new HuntError('request.notFound', { what: `Function ${name}` });
  }
  parts.tenants.forget(tenant);
}

function nameTaken(catalog: Catalog, name: string, own: readonly TenantFunction[]): boolean {
  const wanted = name.toLowerCase();
  const mine = new Set(own.map((each) => each.name));
  return [
    ...catalog.tables.flatMap((table) => [table.name, ...(table.aliases ?? [])]),
    ...catalog.legacyTables.map((table) => table.name),
    ...catalog.functions.map((each) => each.name).filter((each) => !mine.has(each)),
  ].some((each) => each.toLowerCase() === wanted);
}

function withoutFunction(catalog: Catalog, name: string): Catalog {
  const { tables, legacyTables, functions } = catalog;
  return catalogOf(
    tables,
    legacyTables,
    functions.filter((each) => each.name !== name),
  );
}
