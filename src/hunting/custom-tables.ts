import { catalogOf } from '../catalog/catalog.js';
import {
  assertCompatible,
  assertTableCount,
  type CustomTable,
  parseCustomTable,
  withCustomTable,
} from '../catalog/custom-table.js';
import { tenantDatabase } from '../catalog/names.js';
import type { Catalog } from '../catalog/types.js';
import type { Engine } from '../engine/engine.js';
import { HuntError } from '../errors.js';
import { identifier, literal, sql } from '../sql/sql.js';
import {
  deleteCustomTable,
  listCustomTables,
  type StoredTableDeclaration,
  saveCustomTable,
} from '../store/custom-tables.js';
import { toJson } from '../store/json.js';
import type { Store } from '../store/store.js';
import type { Compiler } from './compiler.js';
import type { TenantContexts } from './tenants.js';

interface CustomTablesParts {
  readonly store: Store;
  readonly engine: Engine;
  readonly compiler: Compiler;
  readonly tenants: TenantContexts;
  /** Resolves when all that senders were told is taken is in the engine. */
  readonly flush: () => Promise<void>;
}

/** How long a removal waits for rows on their way. */
const flushPatienceMs = 30_000;

/** Tables that tenants' operators declare for sources of their own. */
export class CustomTables {
  readonly #parts: CustomTablesParts;
  #working: Promise<unknown> = Promise.resolve();

  constructor(parts: CustomTablesParts) {
    this.#parts = parts;
  }

  async list(tenant: string): Promise<CustomTable[]> {
    return (await listCustomTables(this.#parts.store, tenant)).map(declared);
  }

  /**
   * Declares a table, or changes it. Hunts and ingest know it when it resolves.
   * @throws HuntError `catalog.invalid`
   */
  save(tenant: string, declaration: unknown): Promise<{ table: CustomTable; isNew: boolean }> {
    return this.#inTurn(async () => {
      const table = parseCustomTable(declaration);
      const { store, tenants, compiler } = this.#parts;
      const stored = await listCustomTables(store, tenant);
      const before = stored.find(({ name }) => name === table.name);
      if (before) assertCompatible(declared(before), table);
      else assertTableCount(stored.length + 1);
      const { catalog } = await tenants.of(tenant);
      const changed = withCustomTable(withoutTable(catalog, before?.name), table);
      await assertUsable(table, (text) =>
        compiler.compile({ caller: { tenant, id: '' } }, text, changed, checkScope),
      );
      await saveCustomTable(store, tenant, { name: table.name, declaration: toJson(table) });
      tenants.forget(tenant);
      try {
        await tenants.of(tenant);
      } catch (error) {
        // The engine cannot follow: it stays as it was.
        if (before) await saveCustomTable(store, tenant, before);
        else await deleteCustomTable(store, tenant, table.name);
        tenants.forget(tenant);
        throw error;
      }
      return { table, isNew: before === undefined };
    });
  }

  /**
   * Removes a table with its rows. Of one that is removed already it deletes the rows that were left: where that was
   * broken off, or done by another server on the store.
   * @throws HuntError `request.notFound`
   */
  remove(tenant: string, name: string): Promise<void> {
    return this.#inTurn(async () => {
      const { store, tenants, flush, engine } = this.#parts;
      const stored = await listCustomTables(store, tenant);
      const isDeclared = stored.some((table) => table.name === name);
      if (!isDeclared && !(await this.#isLeft(tenant, name))) {
        throw new HuntError('request.notFound', { what: `Table ${name}` });
      }
      // From here on no hunt and no source knows it.
      await deleteCustomTable(store, tenant, name);
      tenants.forget(tenant);
      await tenants.of(tenant);
      await Promise.race([
        flush().catch(() => undefined),
        new Promise((resolve) => setTimeout(resolve, flushPatienceMs).unref()),
      ]);
      const table = sql`${identifier(tenantDatabase(tenant))}.${identifier(name)}`;
      await engine.command(sql`DROP TABLE IF EXISTS ${table}`.text);
    });
  }

  /** Whether the engine has rows of a table that nobody declares any more. */
  async #isLeft(tenant: string, name: string): Promise<boolean> {
    const { tenants, engine } = this.#parts;
    const { auditCatalog } = await tenants.of(tenant);
    if (auditCatalog.tables.some((table) => table.name === name)) return false;
    const found = await engine.select(
      sql`SELECT name FROM system.tables
        WHERE database = ${literal(tenantDatabase(tenant))} AND name = ${literal(name)}`.text,
    );
    return found.length > 0;
  }

  /** One change at a time, each against what the one before has left. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#working.then(work);
    this.#working = result.catch(() => undefined);
    return result;
  }
}

function declared({ declaration }: StoredTableDeclaration): CustomTable {
  return parseCustomTable(JSON.parse(declaration));
}

function withoutTable(catalog: Catalog, name: string | undefined): Catalog {
  const tables = catalog.tables.filter((table) => table.name !== name);
  return catalogOf(tables, catalog.legacyTables, catalog.functions);
}

const checkScope = {
  database: 'check',
  now: new Date(0),
  from: null,
  to: null,
  deviceGroups: null,
};

/** A name that the language has for something else could never be asked for. */
async function assertUsable(
  { name, columns }: CustomTable,
  compile: (text: string) => Promise<unknown>,
): Promise<void> {
  const uses = [
    { what: name, text: name },
    ...columns.map((column) => ({
      what: `${name}.${column.name}`,
      text: `${name} | where isnotnull(${column.name}) | project ${column.name}`,
    })),
  ];
  for (const { what, text } of uses) {
    try {
      await compile(text);
    } catch (error) {
      if (!(error instanceof HuntError)) throw error;
      throw new HuntError(
        'catalog.invalid',
        { message: `A query could not use the name ${what}: ${error.message}` },
        { cause: error },
      );
    }
  }
}
