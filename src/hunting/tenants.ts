import { auditTable, catalogOf } from '../catalog/catalog.js';
import { parseCustomTable, tenantCatalog } from '../catalog/custom-table.js';
import { tenantDatabase } from '../catalog/names.js';
import type { Catalog } from '../catalog/types.js';
import type { Engine } from '../engine/engine.js';
import { dropExpired, migrate, type Retention } from '../engine/schema.js';
import { HuntError } from '../errors.js';
import { listCustomTables } from '../store/custom-tables.js';
import { listFunctions, type TenantFunction } from '../store/functions.js';
import { tableRetention } from '../store/retention.js';
import type { Store } from '../store/store.js';
import { findTenant, type Tenant } from '../store/tenants.js';
import { withFunctions } from './functions.js';
import type { TenantContext } from './hunt.js';

/** Milliseconds after which a tenant is read from the store again: a change made elsewhere is seen by then. */
const maxAgeMs = 5000;

/** A tenant's context, and its catalog as those see it who may read the record of who did what. */
export interface AuditedTenantContext extends TenantContext {
  readonly auditCatalog: Catalog;
}

/** A tenant's catalogs, and the text of what they were made from. */
interface Catalogs extends Pick<AuditedTenantContext, 'catalog' | 'auditCatalog'> {
  readonly madeFrom: string;
}

/** What hunts of each tenant are compiled against. The engine's tables follow before a hunt sees them. */
export class TenantContexts {
  readonly #store: Store;
  readonly #engine: Engine;
  readonly #catalog: Catalog;
  readonly #catalogs = new Map<string, Catalogs>();
  readonly #auditRetention: Retention;
  readonly #known = new Map<string, { context: AuditedTenantContext; readAt: number }>();
  readonly #reading = new Map<string, Promise<AuditedTenantContext>>();

  /** @param auditRetentionDays how long the record of who did what is kept; null: for ever */
  constructor(
    store: Store,
    engine: Engine,
    catalog: Catalog,
    auditRetentionDays: number | null = null,
  ) {
    this.#store = store;
    this.#engine = engine;
    this.#catalog = catalog;
    this.#auditRetention = retentionOf(auditRetentionDays);
  }

  /** @throws HuntError `request.notFound` for a tenant that does not exist */
  async of(tenantId: string): Promise<AuditedTenantContext> {
    const known = this.#known.get(tenantId);
    if (known && performance.now() - known.readAt < maxAgeMs) return known.context;
    const underWay = this.#reading.get(tenantId);
    if (underWay) return underWay;
    const reading = this.#read(tenantId, known?.context);
    this.#reading.set(tenantId, reading);
    try {
      const context = await reading;
      if (this.#reading.get(tenantId) === reading) {
        this.#known.set(tenantId, { context, readAt: performance.now() });
      }
      return context;
    } finally {
      if (this.#reading.get(tenantId) === reading) this.#reading.delete(tenantId);
    }
  }

  /** A tenant has been changed: it is read again when it is next asked for, also if it is being read. */
  forget(tenantId: string): void {
    this.#known.delete(tenantId);
    this.#reading.delete(tenantId);
  }

  /** A tenant has been deleted: nothing of it is kept. */
  remove(tenantId: string): void {
    this.forget(tenantId);
    this.#catalogs.delete(tenantId);
  }

  /** Makes the engine's tables for a tenant that is about to be made. */
  async prepare({ id, retentionDays }: Pick<Tenant, 'id' | 'retentionDays'>): Promise<void> {
    await this.#migrate(id, await this.#catalogsOf(id), retentionDays);
  }

  /** Drops what the tenant keeps no longer. */
  async dropExpired(tenantId: string): Promise<void> {
    const { catalog, retentionDays } = await this.of(tenantId);
    const database = tenantDatabase(tenantId);
    const now = new Date();
    await dropExpired(this.#engine, database, catalog, retentionOf(retentionDays), now);
    const auditOnly = catalogOf([auditTable], [], []);
    await dropExpired(this.#engine, database, auditOnly, this.#auditRetention, now);
  }

  async #read(
    tenantId: string,
    before: AuditedTenantContext | undefined,
  ): Promise<AuditedTenantContext> {
    const tenant = await findTenant(this.#store, tenantId);
    if (tenant?.id !== tenantId) {
      this.#known.delete(tenantId);
      this.#catalogs.delete(tenantId);
      throw new HuntError('request.notFound', { what: `Tenant ${tenantId}` });
    }
    const { retentionDays } = tenant;
    const { catalog, auditCatalog } = await this.#catalogsOf(tenantId);
    const context = { catalog, auditCatalog, retentionDays };
    if (
      before?.retentionDays !== retentionDays ||
      before.auditCatalog.version !== context.auditCatalog.version
    ) {
      await this.#migrate(tenantId, context, retentionDays);
    }
    return context;
  }

  async #migrate(
    tenantId: string,
    { catalog }: Pick<Catalogs, 'catalog'>,
    retentionDays: number | null,
  ): Promise<void> {
    const database = tenantDatabase(tenantId);
    await migrate(this.#engine, database, catalog, retentionOf(retentionDays));
    const auditOnly = catalogOf([auditTable], [], []);
    await migrate(this.#engine, database, auditOnly, this.#auditRetention);
  }

  /** The tenant's catalogs; the same objects while nothing in them has changed: much is remembered by them. */
  async #catalogsOf(tenantId: string): Promise<Catalogs> {
    const tables = (await listCustomTables(this.#store, tenantId)).map((each) => each.declaration);
    const retention = await tableRetention(this.#store, tenantId);
    const functions = await listFunctions(this.#store, tenantId);
    const madeFrom = JSON.stringify([tables, [...retention], functions]);
    const known = [this.#catalogs.get(tenantId), ...this.#catalogs.values()].find(
      (catalogs) => catalogs?.madeFrom === madeFrom,
    );
    const made = known ?? this.#makeCatalogs(madeFrom, tables, retention, functions);
    this.#catalogs.set(tenantId, made);
    return made;
  }

  #makeCatalogs(
    madeFrom: string,
    tables: readonly string[],
    retention: ReadonlyMap<string, number | null>,
    functions: readonly TenantFunction[],
  ): Catalogs {
    const declared = tables.map((text) => parseCustomTable(JSON.parse(text)));
    const catalog = withFunctions(tenantCatalog(this.#catalog, declared, retention), functions);
    const audited = catalogOf(
      [...catalog.tables, auditTable],
      catalog.legacyTables,
      catalog.functions,
    );
    return { catalog, auditCatalog: audited, madeFrom };
  }
}

function retentionOf(days: number | null): Retention {
  return days === null ? 'forever' : { days };
}
