import type { Catalog } from '../catalog/types.js';
import { HuntError } from '../errors.js';
import { replaceTableRetention, tableRetention } from '../store/retention.js';
import type { Store } from '../store/store.js';
import { changeTenant, listTenants } from '../store/tenants.js';
import type { TenantContexts } from './tenants.js';

/** Days; null: for ever. */
type Days = number | null;

/** How long a tenant keeps its events. */
export interface RetentionReport {
  readonly retentionDays: Days;
  /** Tables with a time of their own. */
  readonly tables: Readonly<Record<string, Days>>;
  /** What that comes to for each table that has a time column. */
  readonly effective: readonly {
    readonly table: string;
    readonly retentionDays: Days;
    readonly isOwn: boolean;
  }[];
}

export interface RetentionChange {
  readonly retentionDays?: Days | undefined;
  /** All tables that have a time of their own from now on; undefined: as before. */
  readonly tables?: Readonly<Record<string, Days>> | undefined;
}

interface Parts {
  readonly store: Store;
  readonly tenants: TenantContexts;
}

export async function retentionOf(
  { store, tenants }: Parts,
  tenant: string,
): Promise<RetentionReport> {
  const { catalog, retentionDays } = await tenants.of(tenant);
  const own = await tableRetention(store, tenant);
  return {
    retentionDays,
    tables: Object.fromEntries(own),
    effective: catalog.tables
      .filter(({ timeColumn }) => timeColumn !== null)
      .map(({ name, retentionDays: days }) => ({
        table: name,
        retentionDays: days === undefined ? retentionDays : days,
        isOwn: days !== undefined,
      })),
  };
}

/**
 * Changes how long events are kept. What is older is out of sight at once, and gone from the engine
 * when it resolves.
 * @throws HuntError `request.parameter` for a table that there is not, or that has no time
 */
export async function changeRetention(
  parts: Parts,
  tenant: string,
  { retentionDays, tables }: RetentionChange,
): Promise<RetentionReport> {
  const { store, tenants } = parts;
  const { catalog } = await tenants.of(tenant);
  if (tables !== undefined) {
    const named = Object.entries(tables).map(
      ([name, days]) => [tableNamed(catalog, name), days] as const,
    );
    await replaceTableRetention(store, tenant, new Map(named));
  }
  if (retentionDays !== undefined) {
    await changeTenant(store, tenant, { retentionDays });
  }
  tenants.forget(tenant);
  await tenants.dropExpired(tenant);
  return retentionOf(parts, tenant);
}

function tableNamed(catalog: Catalog, name: string): string {
  const wanted = name.toLowerCase();
  const table = catalog.tables.find((each) =>
    [each.name, ...(each.aliases ?? [])].some((known) => known.toLowerCase() === wanted),
  );
  if (table === undefined || table.timeColumn === null) {
    throw new HuntError('request.parameter', {
      message:
        table === undefined
          ? `There is no table ${name}.`
          : `The rows of ${table.name} have no time, and are kept.`,
    });
  }
  return table.name;
}

/** Drops what has become too old, in every tenant. */
export async function dropAllExpired({ store, tenants }: Parts): Promise<void> {
  for (const { id } of await listTenants(store)) {
    await tenants.dropExpired(id);
  }
}
