import { text as textOf } from 'node:stream/consumers';
import type { Explanation } from '../compile.js';
import { type Engine, limitsUntil } from '../engine/engine.js';
import type { TableRead } from '../plan/reads.js';
import { identifier, integer, join, literal, type Sql, sql } from '../sql/sql.js';
import { hunt, scopeOf, type TenantContext } from './hunt.js';
import { inTime } from './in-time.js';
import { chooseProfile, limitsOf } from './profiles.js';
import { contextFor, type HuntCall, type HuntingParts, lookback } from './service.js';
import type { TableCounts } from './statistics.js';

/** What a hunt would read of one table. */
export interface ReadEstimate {
  readonly name: string;
  readonly rows: number;
  /** Of the columns that it needs, unpacked. */
  readonly bytes: number;
}

export interface ExplainedHunt extends Omit<Explanation, 'reads'> {
  readonly estimate: {
    readonly rows: number;
    readonly bytes: number;
    readonly tables: readonly ReadEstimate[];
  };
}

interface ExplainParts extends HuntingParts {
  readonly counts: Pick<TableCounts, 'of'>;
}

/** Tables that are counted for one estimate; with more of them, what is remembered of all will do. */
const mostCounted = 8;

type ExplainCall = Pick<
  HuntCall,
  'principal' | 'generation' | 'text' | 'window' | 'parameters' | 'now' | 'signal'
>;

/**
 * What would become of a hunt and what it would read, without running it.
 * @throws HuntError as `compile` does, `quota.waiting`, and where its time is up or its caller leaves
 */
export async function explainHunt(call: ExplainCall, parts: ExplainParts): Promise<ExplainedHunt> {
  const leave = parts.underWay.enter(call.principal);
  try {
    return await explained(call, parts);
  } finally {
    leave();
  }
}

async function explained(call: ExplainCall, parts: ExplainParts): Promise<ExplainedHunt> {
  const { principal, generation, text, parameters, now, signal } = call;
  const context = contextFor(principal, await parts.tenants.of(principal.tenant));
  const profile = chooseProfile(parts.profiles, principal, generation);
  const window = call.window ?? lookback(profile.lookbackDays);
  const asked = { principal, ...(window && { window }), ...(now && { now }) };
  const scope = scopeOf(asked, context, new Date());
  const until = performance.now() + profile.wallSeconds * 1000;
  const asking = { caller: principal, signal, until };
  const { reads, ...explanation } = await parts.compiler.explain(
    asking,
    text,
    context.catalog,
    scope,
    { ...(parameters && { parameters }) },
  );
  const widths = await inTime(() => columnWidths(scope.database, reads, parts.engine), asking);
  const tables = new Map<string, ReadEstimate>();
  for (const read of reads) {
    const counted = () => rowsOf(read, reads.length, { ...call, until }, context, parts);
    const rows = await inTime(counted, asking);
    const width = read.columns.reduce(
      (sum, column) => sum + (widths.get(`${read.table} ${column}`) ?? 0),
      0,
    );
    const known = tables.get(read.table) ?? { rows: 0, bytes: 0 };
    tables.set(read.table, {
      name: read.table,
      rows: known.rows + rows,
      bytes: known.bytes + Math.round(rows * width),
    });
  }
  const all = [...tables.values()];
  const sum = (member: 'rows' | 'bytes') => all.reduce((total, each) => total + each[member], 0);
  return { ...explanation, estimate: { rows: sum('rows'), bytes: sum('bytes'), tables: all } };
}

/** How much there is besides is nothing for those who may not see it. */
async function rowsOf(
  read: TableRead,
  reads: number,
  call: ExplainCall & { readonly until: number },
  context: TenantContext,
  parts: ExplainParts,
): Promise<number> {
  if (!read.deviceScoped || read.deviceGroups === null) return readableRows(read, parts.engine);
  if (reads <= mostCounted) return visibleRows(read, call, context, parts);
  return (await parts.counts.of(call.principal)).get(read.table)?.rows ?? 0;
}

/** As the engine's index has it: in whole blocks of some thousand rows. */
async function readableRows(read: TableRead, engine: Engine): Promise<number> {
  const { timeColumn, from, to } = read;
  const time = identifier(timeColumn ?? '');
  const bounds = timeColumn
    ? [from && sql`${time} >= ${instant(from)}`, to && sql`${time} <= ${instant(to)}`]
    : [];
  const conditions = bounds.filter((bound) => bound !== null);
  if (conditions.length === 0) {
    const [row] = await engine.select<{ total: string }>(
      sql`SELECT sum(rows) AS total FROM system.parts WHERE active
        AND database = ${literal(read.database)} AND table = ${literal(read.table)}`.text,
    );
    return Number(row?.total ?? 0);
  }
  const rows = await engine.select<{ rows: string }>(
    sql`EXPLAIN ESTIMATE SELECT ${time} FROM ${identifier(read.database)}.${identifier(read.table)}
      WHERE ${join(conditions, sql` AND `)}`.text,
  );
  return rows.reduce((total, row) => total + Number(row.rows), 0);
}

function instant(date: Date): Sql {
  return sql`fromUnixTimestamp64Milli(${integer(date.getTime())}, ${literal('UTC')})`;
}

/** Counted as a hunt counts. */
async function visibleRows(
  { table, timeColumn, from, to }: TableRead,
  { principal, generation, signal, until }: ExplainCall & { readonly until: number },
  context: TenantContext,
  { engine, compiler, profiles }: HuntingParts,
): Promise<number> {
  const profile = chooseProfile(profiles, principal, generation);
  const limits = limitsUntil(until, limitsOf(profile, profiles.memoryBytes));
  const window = timeColumn ? { ...(from && { from }), ...(to && { to }) } : {};
  const { rows } = await hunt(
    { principal, text: `['${table}'] | count`, limits, window, ...(signal && { signal }) },
    { engine, compiler, tenant: () => context },
  );
  return (JSON.parse(await textOf(rows)) as { Count: number }).Count;
}

/** Unpacked bytes of a row, by table and column. */
async function columnWidths(
  database: string,
  reads: readonly TableRead[],
  engine: Engine,
): Promise<Map<string, number>> {
  if (reads.length === 0) return new Map();
  const tables = join(reads.map(({ table }) => literal(table)));
  const columns = await engine.select<{ column: string; width: number }>(
    // Small parts keep their columns in one file: each has an equal share of it.
    sql`SELECT concat(c.table, ' ', c.name) AS column,
        if(sum(c.data_uncompressed_bytes) OVER (PARTITION BY c.table) = 0,
          t.size / count() OVER (PARTITION BY c.table), c.data_uncompressed_bytes) / t.total AS width
      FROM system.columns AS c INNER JOIN (
        SELECT table AS name, sum(rows) AS total, sum(data_uncompressed_bytes) AS size
        FROM system.parts WHERE active
          AND database = ${literal(database)} AND table IN (${tables})
        GROUP BY table HAVING total > 0
      ) AS t ON t.name = c.table
      WHERE c.database = ${literal(database)} AND c.table IN (${tables})`.text,
  );
  return new Map(columns.map(({ column, width }) => [column, Number(width)]));
}
