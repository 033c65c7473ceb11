import { tenantDatabase } from '../catalog/names.js';
import type { Catalog } from '../catalog/types.js';
import type { Engine } from '../engine/engine.js';
import { migrate } from '../engine/schema.js';
import { HuntError } from '../errors.js';
import type { Store } from '../store/store.js';
import { findTenant } from '../store/tenants.js';
import type { TenantContext } from './hunt.js';

/** Milliseconds after which a tenant is read from the store again: a change made elsewhere is seen by then. */
const maxAgeMs = 5000;

/** What hunts of each tenant are compiled against. The engine's tables follow before a hunt sees them. */
export class TenantContexts {
  readonly #store: Store;
  readonly #engine: Engine;
  readonly #catalog: Catalog;
  readonly #known = new Map<string, { context: TenantContext; readAt: number }>();
  readonly #reading = new Map<string, Promise<TenantContext>>();

  constructor(store: Store, engine: Engine, catalog: Catalog) {
    this.#store = store;
    this.#engine = engine;
    this.#catalog = catalog;
  }

  /** @throws HuntError `request.notFound` for a tenant that does not exist */
  async of(tenantId: string): Promise<TenantContext> {
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

  async #read(tenantId: string, before: TenantContext | undefined): Promise<TenantContext> {
    const tenant = await findTenant(this.#store, tenantId);
    if (tenant?.id !== tenantId) {
      this.#known.delete(tenantId);
      throw new HuntError('request.notFound', { what: `Tenant ${tenantId}` });
    }
    const { retentionDays } = tenant;
    const context = { catalog: this.#catalog, retentionDays };
    if (
      before?.retentionDays !== retentionDays ||
      before.catalog.version !== context.catalog.version
    ) {
      const retention = retentionDays === null ? 'forever' : { days: retentionDays };
      await migrate(this.#engine, tenantDatabase(tenantId), context.catalog, retention);
    }
    this.#known.set(tenantId, { context, readAt: Date.now() });
    return context;
  }
}
