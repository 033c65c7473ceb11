import { text as textOf } from 'node:stream/consumers';
import { findTable } from '../catalog/catalog.js';
import { tenantDatabase } from '../catalog/names.js';
import type { Table } from '../catalog/types.js';
import type { Engine, EngineLimits } from '../engine/engine.js';
import type { Principal } from '../identity/principal.js';
import { literal, sql } from '../sql/sql.js';
import type { Compiler } from './compiler.js';
import { hunt, type TenantContext } from './hunt.js';
import { contextFor } from './service.js';
import type { TenantContexts } from './tenants.js';

/** How much of a table its reader may see. */
export interface TableStatistics {
  readonly rows: number;
  /** On disk, in the share of the rows that may be seen. */
  readonly bytes: number;
  /** ISO 8601; null for a table without time. */
  readonly firstEvent: string | null;
  readonly lastEvent: string | null;
}

const maxAgeMs = 10_000;
const maxReaders = 1000;
/** Tables that one query counts. */
const tablesAtOnce = 40;

const limits: EngineLimits = {
  wallSeconds: 30,
  memoryBytes: 2 ** 30,
  rows: 10_000,
  resultBytes: 2 ** 24,
};

interface Counted {
  readonly table: string;
  readonly rows: number;
  readonly oldest: string | null;
  readonly newest: string | null;
}

interface Parts {
  readonly engine: Engine;
  readonly compiler: Compiler;
  readonly tenants: TenantContexts;
}

/** Counts rows as hunts do, so that nobody is told of rows that are not theirs; remembered for some seconds. */
export class TableCounts {
  readonly #engine: Engine;
  readonly #compiler: Compiler;
  readonly #tenants: TenantContexts;
  readonly #known = new Map<
    string,
    { readonly at: number; readonly counts: Promise<ReadonlyMap<string, TableStatistics>> }
  >();

  constructor({ engine, compiler, tenants }: Parts) {
    this.#engine = engine;
    this.#compiler = compiler;
    this.#tenants = tenants;
  }

  /** By table; what is not there is empty. */
  async of(principal: Principal): Promise<ReadonlyMap<string, TableStatistics>> {
    const context = contextFor(principal, await this.#tenants.of(principal.tenant));
    const { tenant, deviceGroups, deviceRules } = principal;
    const { retentionDays, catalog } = context;
    const key = JSON.stringify([tenant, deviceGroups, deviceRules, retentionDays, catalog.version]);
    const known = this.#known.get(key);
    if (known && Date.now() - known.at < maxAgeMs) return known.counts;
    const counts = this.#count(principal, context);
    // In the order of their age: the first is the oldest.
    this.#known.delete(key);
    this.#known.set(key, { at: Date.now(), counts });
    const [oldest] = this.#known.keys();
    if (this.#known.size > maxReaders && oldest !== undefined) this.#known.delete(oldest);
    counts.catch(() => this.#known.delete(key));
    return counts;
  }

  async #count(
    principal: Principal,
    context: TenantContext,
  ): Promise<ReadonlyMap<string, TableStatistics>> {
    const sizes = await this.#sizes(principal.tenant);
    const tables = [...sizes.keys()].flatMap((name) => findTable(context.catalog, name) ?? []);
    const found = new Map<string, TableStatistics>();
    for (let start = 0; start < tables.length; start += tablesAtOnce) {
      const some = tables.slice(start, start + tablesAtOnce);
      for (const { table, rows, oldest, newest } of await this.#rowsOf(some, principal, context)) {
        const size = sizes.get(table);
        if (!size || rows === 0) continue;
        const bytes = Math.round((size.bytes * Math.min(rows, size.rows)) / size.rows);
        found.set(table, { rows, bytes, firstEvent: oldest, lastEvent: newest });
      }
    }
    return found;
  }

  async #sizes(tenant: string): Promise<Map<string, { rows: number; bytes: number }>> {
    const sizes = await this.#engine.select<{ table: string; total: string; size: string }>(
      sql`SELECT table, sum(rows) AS total, sum(bytes_on_disk) AS size FROM system.parts
        WHERE active AND database = ${literal(tenantDatabase(tenant))}
        GROUP BY table HAVING total > 0 ORDER BY table`.text,
    );
    return new Map(
      sizes.map(({ table, total, size }) => [table, { rows: Number(total), bytes: Number(size) }]),
    );
  }

  async #rowsOf(
    tables: readonly Table[],
    principal: Principal,
    context: TenantContext,
  ): Promise<Counted[]> {
    if (tables.length === 0) return [];
    const text = `union ${tables.map(countOf).join(', ')}`;
    const { rows } = await hunt(
      { principal, text, limits },
      { engine: this.#engine, compiler: this.#compiler, tenant: () => context },
    );
    return JSON.parse(`[${await textOf(rows)}]`) as Counted[];
  }
}

function countOf({ name, timeColumn }: Table): string {
  const [first, last] = timeColumn
    ? [`min(${timeColumn})`, `max(${timeColumn})`]
    : ['min(datetime(null))', 'max(datetime(null))'];
  return `(['${name}'] | summarize rows = count(), oldest = ${first}, newest = ${last} | extend ['table'] = '${name}')`;
}
