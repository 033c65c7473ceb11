import { auditTable, catalogOf } from '../catalog/catalog.js';
import { tenantDatabase } from '../catalog/names.js';
import type { Catalog } from '../catalog/types.js';
import type { Engine } from '../engine/engine.js';
import { migrate, type Retention } from '../engine/schema.js';
import { HuntError } from '../errors.js';
import { listFunctions } from '../store/functions.js';
import type { Store } from '../store/store.js';
import { findTenant } from '../store/tenants.js';
import { withFunctions } from './functions.js';
import type { TenantContext } from './hunt.js';

/** Milliseconds after which a tenant is read from the store again: a change made elsewhere is seen by then. */
const maxAgeMs = 5000;

/** A tenant's context, and its catalog as those see it who may read the record of who did what. */
export interface AuditedTenantContext extends TenantContext {
  readonly auditCatalog: Catalog;
}

/** What hunts of each tenant are compiled against. The engine's tables follow before a hunt sees them. */
export class TenantContexts {
  readonly #store: Store;
  readonly #engine: Engine;
  readonly #catalog: Catalog;
  readonly #auditCatalog: Catalog;
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
    const { tables, legacyTables, functions } = catalog;
    this.#auditCatalog = catalogOf([...tables, auditTable], legacyTables, functions);
    this.#auditRetention = retentionOf(auditRetentionDays);
  }

  /** @throws HuntError `request.notFound` for a tenant that does not exist */
  async of(tenantId: string): Promise<AuditedTenantContext> {
    const known = this.#known.get(tenantId);
    if (known && Date.now() - known.readAt < maxAgeMs) return known.context;
    const reading = this.#reading.get(tenantId) ?? this.#read(tenantId, known?.context);
    this.#reading.set(tenantId, reading);
    try {
      return await reading;
    } finally {
      this.#reading.delete(tenantId);
    }
  }

  /** A tenant has been changed or deleted: it is read again when it is next asked for. */
  forget(tenantId: string): void {
    this.#known.delete(tenantId);
  }

  async #read(
    tenantId: string,
    before: AuditedTenantContext | undefined,
  ): Promise<AuditedTenantContext> {
    const tenant = await findTenant(this.#store, tenantId);
    if (tenant?.id !== tenantId) {
      this.#known.delete(tenantId);
      throw new HuntError('request.notFound', { what: `Tenant ${tenantId}` });
    }
    const { retentionDays } = tenant;
    const functions = await listFunctions(this.#store, tenantId);
    // The very same catalog while nothing in it has changed: much is remembered by it.
    const own = withFunctions(this.#catalog, functions);
    const isKnown = before?.catalog.version === own.version;
    const context = {
      catalog: isKnown ? before.catalog : own,
      auditCatalog: isKnown ? before.auditCatalog : withFunctions(this.#auditCatalog, functions),
      retentionDays,
    };
    if (
      before?.retentionDays !== retentionDays ||
      before.auditCatalog.version !== context.auditCatalog.version
    ) {
      const database = tenantDatabase(tenantId);
      await migrate(this.#engine, database, context.catalog, retentionOf(retentionDays));
      const auditOnly = catalogOf([auditTable], [], []);
      await migrate(this.#engine, database, auditOnly, this.#auditRetention);
    }
    this.#known.set(tenantId, { context, readAt: Date.now() });
    return context;
  }
}

function retentionOf(days: number | null): Retention {
  return days === null ? 'forever' : { days };
}
