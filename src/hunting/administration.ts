import { Readable } from 'node:stream';
import { auditTable } from '../catalog/catalog.js';
import { tenantDatabase } from '../catalog/names.js';
import type { Table } from '../catalog/types.js';
import type { Engine } from '../engine/engine.js';
import { HuntError } from '../errors.js';
import type { Principal } from '../identity/principal.js';
import { identifier, literal, sql } from '../sql/sql.js';
import { isDuplicate, type Store } from '../store/store.js';
import {
  changeTenant,
  defaultTenantId,
  deleteTenant,
  findTenant,
  insertTenant,
  listTenants,
  type Tenant,
  tenantIdPattern,
} from '../store/tenants.js';
import type { Compiler } from './compiler.js';
import { hunt } from './hunt.js';
import type { TenantContexts } from './tenants.js';

export interface AdministrationParts {
  readonly store: Store;
  readonly engine: Engine;
  readonly compiler: Compiler;
  readonly tenants: TenantContexts;
  /** Resolves when all that senders were told is taken is in the engine. */
  readonly flush: () => Promise<void>;
  /** Ends what ingest has open for a tenant, and forgets all that it remembers of its devices. */
  readonly forgetTenant: (id: string) => Promise<void>;
}

/** How long telemetry on its way is waited for. */
const flushPatienceMs = 10_000;

/** Nothing is bounded for an operator's own copy but time: a day's rows are a result of their own. */
const exportLimits = {
  wallSeconds: 3600,
  memoryBytes: 2 ** 32,
  rows: Number.MAX_SAFE_INTEGER,
  resultBytes: Number.MAX_SAFE_INTEGER,
};

/** Whether the work ends before patience does. */
function isInTime(work: Promise<void>): Promise<boolean> {
  return Promise.race([
    work.then(() => true),
    new Promise<boolean>((resolve) => setTimeout(resolve, flushPatienceMs, false).unref()),
  ]);
}

/** Tenants: wholly apart from each other, made and removed here alone. */
export class Administration {
  readonly #parts: AdministrationParts;
  #working: Promise<unknown> = Promise.resolve();

  constructor(parts: AdministrationParts) {
    this.#parts = parts;
  }

  list(): Promise<Tenant[]> {
    return listTenants(this.#parts.store);
  }

  /** @throws HuntError `request.notFound` */
  async find(id: string): Promise<Tenant> {
    const tenant = await findTenant(this.#parts.store, id);
    if (tenant?.id !== id) throw new HuntError('request.notFound', { what: `Tenant ${id}` });
    return tenant;
  }

  /**
   * Makes a tenant, or nothing of it.
   * @param record puts it on record together with it, in the store that it is given
   * @throws HuntError `request.parameter` for an id that is none, and an id or name that is taken;
   * `ingest.unavailable` `engine.unavailable`
   */
  create(
    tenant: Tenant,
    record: (store: Store) => Promise<void> = async () => undefined,
  ): Promise<void> {
    return this.#inTurn(() => this.#create(tenant, record));
  }

  async #create(tenant: Tenant, record: (store: Store) => Promise<void>): Promise<void> {
    const { store, engine, tenants, flush, forgetTenant } = this.#parts;
    if (!tenantIdPattern.test(tenant.id)) {
      throw new HuntError('request.parameter', {
        message:
          'The id of a tenant has lower-case letters, digits and inner hyphens, at most 64 of them.',
      });
    }
    // An id may also be somebody's name: both are addresses of the token endpoint.
    for (const name of [tenant.id, tenant.name]) {
      if (await findTenant(store, name)) throw taken(name);
    }
    // What a deletion that was broken off has left.
    await forgetTenant(tenant.id);
    const dropLeft = () =>
      engine.command(sql`DROP DATABASE IF EXISTS ${databaseOf(tenant.id)}`.text);
    await dropLeft();
    // Rows that are still on their way to the tables that are gone do not come into the new ones.
    if (!(await isInTime(flush()))) {
      const message = 'Telemetry that was sent before is still on its way. Please try again later.';
      throw new HuntError('ingest.unavailable', { message });
    }
    try {
      await tenants.prepare(tenant);
      await store.db.transaction().execute(async (db) => {
        await insertTenant({ ...store, db }, tenant);
        await record({ ...store, db });
      });
    } catch (error) {
      tenants.remove(tenant.id);
      // Another server on the store has made it meanwhile: the tables are that tenant's.
      if (isDuplicate(error)) throw taken(tenant.id, error);
      // Where they stay, they are seen to when the tenant is made.
      await dropLeft().catch(() => undefined);
      throw error;
    }
    tenants.forget(tenant.id);
  }

  /** @throws HuntError `request.notFound` `request.parameter` */
  async change(id: string, change: Partial<Omit<Tenant, 'id'>>): Promise<void> {
    const { store, tenants } = this.#parts;
    await this.find(id);
    if (change.name !== undefined) {
      const other = await findTenant(store, change.name);
      if (other && other.id !== id) throw taken(change.name);
    }
    await changeTenant(store, id, change);
    tenants.forget(id);
    await tenants.of(id);
  }

  /**
   * Removes a tenant with all that it has: telemetry, applications, users, keys of access. Of one that is removed
   * already it deletes the telemetry that was left: where that was broken off, or done by another server on the store.
   */
  remove(id: string): Promise<void> {
    return this.#inTurn(() => this.#remove(id));
  }

  async #remove(id: string): Promise<void> {
    const { store, engine, tenants, flush, forgetTenant } = this.#parts;
    if (!(await this.#hasTelemetry(id))) await this.find(id);
    if (id === defaultTenantId) {
      throw new HuntError('request.parameter', { message: 'The default tenant stays.' });
    }
    // From here on no token opens it, and nothing new comes in.
    await deleteTenant(store, id);
    tenants.remove(id);
    // Before the telemetry, by which a deletion that is broken off is found again.
    await forgetTenant(id);
    await isInTime(flush().catch(() => undefined));
    await engine.command(sql`DROP DATABASE IF EXISTS ${databaseOf(id)}`.text);
  }

  /** Deletes a tenant's telemetry, and all that is remembered of it. Its tables stay, and the record of who did what. */
  empty(id: string): Promise<void> {
    return this.#inTurn(async () => {
      const { engine, flush, forgetTenant } = this.#parts;
      await this.find(id);
      await forgetTenant(id);
      await flush();
      const filled = await engine.select<{ table: string }>(
        sql`SELECT DISTINCT table FROM system.parts WHERE active AND rows > 0
          AND database = ${literal(tenantDatabase(id))} AND table != ${literal(auditTable.name)}`
          .text,
      );
      for (const { table } of filled) {
        await engine.command(sql`TRUNCATE TABLE ${databaseOf(id)}.${identifier(table)}`.text);
      }
    });
  }

  /** Two that make or remove the same tenant would take each other's tables. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const result = this.#working.then(work);
    this.#working = result.catch(() => undefined);
    return result;
  }

  async #hasTelemetry(id: string): Promise<boolean> {
    if (!tenantIdPattern.test(id)) return false;
    const name = literal(tenantDatabase(id));
    const found = await this.#parts.engine.select(
      sql`SELECT name FROM system.databases WHERE name = ${name}`.text,
    );
    return found.length > 0;
  }

  /** A tenant's telemetry, one event a line in the envelope that ingest takes. */
  async exportEvents(id: string): Promise<Readable> {
    await this.find(id);
    return Readable.from(this.#events(id), { objectMode: false });
  }

  async *#events(tenant: string): AsyncGenerator<string> {
    const { tenants } = this.#parts;
    const { catalog } = await tenants.of(tenant);
    for (const table of catalog.tables) {
      for (const filter of await this.#slices(tenant, table)) {
        const hidden = (table.hiddenColumns ?? []).map(({ name }) => `${name} = ${name}`);
        const extend = hidden.length > 0 ? ` | extend ${hidden.join(', ')}` : '';
        yield* this.#rows(tenant, table, `${table.name}${filter}${extend}`);
      }
    }
  }

  /** Filters that divide a table by the day. */
  async #slices(tenant: string, { name, timeColumn }: Table): Promise<string[]> {
    const days = await this.#parts.engine.select<{ partition: string }>(
      sql`SELECT DISTINCT partition FROM system.parts WHERE active
        AND database = ${literal(tenantDatabase(tenant))} AND table = ${literal(name)}
        ORDER BY partition`.text,
    );
    if (!timeColumn) return days.length > 0 ? [''] : [];
    return days.map(({ partition }) => {
      const day = partition.replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3');
      return ` | where ${timeColumn} >= datetime(${day}) and ${timeColumn} < datetime(${day}) + 1d`;
    });
  }

  async *#rows(tenant: string, table: Table, text: string): AsyncGenerator<string> {
    const { engine, compiler, tenants } = this.#parts;
    const context = await tenants.of(tenant);
    const { rows } = await hunt(
      { principal: ownerOf(tenant), text, limits: exportLimits },
      { engine, compiler, tenant: () => context },
    );
    const before = `{"category":"AdvancedHunting-${table.name}","tenantId":${JSON.stringify(tenant)},"properties":`;
    let rest = '';
    for await (const chunk of rows.setEncoding('utf8') as AsyncIterable<string>) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      // Rows end in a comma, all but the last.
      if (lines.length > 0) yield lines.map((line) => `${before}${line.slice(0, -1)}}\n`).join('');
    }
    if (rest !== '') yield `${before}${rest}}\n`;
  }
}

function ownerOf(tenant: string): Principal {
  return {
    tenant,
    id: 'export',
    name: 'export',
    kind: 'application',
    roles: [],
    scopes: [],
    deviceGroups: null,
  };
}

function databaseOf(tenant: string) {
  return identifier(tenantDatabase(tenant));
}

function taken(name: string, cause?: unknown): HuntError {
  return new HuntError(
    'request.parameter',
    { message: `There is a tenant ${name} already.` },
    { cause },
  );
}
