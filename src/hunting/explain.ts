import { text as textOf } from 'node:stream/consumers';
import { type Explanation, explain } from '../compile.js';
import type { Engine } from '../engine/engine.js';
import type { TableRead } from '../plan/reads.js';
import { identifier, integer, join, literal, type Sql, sql } from '../sql/sql.js';
import { hunt, scopeOf, type TenantContext } from './hunt.js';
import { chooseProfile, limitsOf } from './profiles.js';
import { contextFor, type HuntCall, type HuntingParts, lookback } from './service.js';

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

type ExplainCall = Pick<HuntCall, 'principal' | 'generation' | 'text' | 'window' | 'parameters'>;

/**
 * What would become of a hunt and what it would read, without running it.
 * @throws HuntError as `compile` does
 */
export async function explainHunt(call: ExplainCall, parts: HuntingParts): Promise<ExplainedHunt> {
  const { principal, generation, text, parameters } = call;
  const context = contextFor(principal, await parts.tenants.of(principal.tenant));
  const profile = chooseProfile(parts.profiles, principal, generation);
  const window = call.window ?? lookback(profile.lookbackDays);
  const scope = scopeOf({ principal, ...(window && { window }) }, context, new Date());
  const { reads, ...explanation } = explain(text, context.catalog, scope, {
    ...(parameters && { parameters }),
  });
  const tables = new Map<string, ReadEstimate>();
  for (const read of reads) {
    const { name, rows, bytes } = await estimateOf(read, call, context, parts);
    const known = tables.get(name) ?? { rows: 0, bytes: 0 };
    tables.set(name, { name, rows: known.rows + rows, bytes: known.bytes + bytes });
  }
  const all = [...tables.values()];
  const sum = (member: 'rows' | 'bytes') => all.reduce((total, each) => total + each[member], 0);
  return { ...explanation, estimate: { rows: sum('rows'), bytes: sum('bytes'), tables: all } };
}

async function estimateOf(
  read: TableRead,
  call: ExplainCall,
  context: TenantContext,
  parts: HuntingParts,
): Promise<ReadEstimate> {
  const limited = read.deviceScoped && read.deviceGroups !== null;
  // How much there is besides is nothing for those who may not see it.
  const rows = limited
    ? await visibleRows(read, call, context, parts)
    : await readableRows(read, parts.engine);
  const width = rows === 0 ? 0 : await rowBytes(read, parts.engine);
  return { name: read.table, rows, bytes: Math.round(rows * width) };
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
  { principal, generation }: ExplainCall,
  context: TenantContext,
  { engine, profiles }: HuntingParts,
): Promise<number> {
  const limits = limitsOf(chooseProfile(profiles, principal, generation), profiles.memoryBytes);
  const window = timeColumn ? { ...(from && { from }), ...(to && { to }) } : {};
  const { rows } = await hunt(
    { principal, text: `['${table}'] | count`, limits, window },
    { engine, tenant: () => context },
  );
  return (JSON.parse(await textOf(rows)) as { Count: number }).Count;
}

/** Of the columns that are read, unpacked. */
async function rowBytes({ database, table, columns }: TableRead, engine: Engine): Promise<number> {
  const [row] = await engine.select<{ width: number }>(
    sql`SELECT sum(column_data_uncompressed_bytes / rows * share) AS width FROM (
        SELECT column, column_data_uncompressed_bytes, rows,
          rows / sum(rows) OVER (PARTITION BY column) AS share
        FROM system.parts_columns WHERE active AND rows > 0
          AND database = ${literal(database)} AND table = ${literal(table)}
          AND column IN (${join(columns.map(literal))})
      )`.text,
  );
  return Number(row?.width ?? 0);
}
