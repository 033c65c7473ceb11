import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { tenantDatabase } from '../catalog/names.js';
import type { Catalog } from '../catalog/types.js';
import type { ResultColumn, SqlQuery } from '../compile.js';
import {
  type Engine,
  type EngineLimits,
  limitsUntil,
  type QueryProgress,
  type QueryStats,
} from '../engine/engine.js';
import { emptyTables } from '../engine/table-sizes.js';
import { HuntError } from '../errors.js';
import type { Principal } from '../identity/principal.js';
import type { QueryParameters } from '../plan/context.js';
import type { ExternalSource } from '../plan/external-data.js';
import type { Scope } from '../plan/scope.js';
import type { RowEncoding } from '../sql/encode.js';
import type { Compiler } from './compiler.js';
import type { FetchExternal } from './external-data.js';
import { inTime } from './in-time.js';
import { traced } from './tracing.js';

export interface HuntRequest {
  readonly principal: Principal;
  /** KQL, as it came. */
  readonly text: string;
  /** What the caller calls the database, besides the tenant's id. */
  readonly databaseName?: string | undefined;
  readonly limits: EngineLimits;
  readonly encoding?: RowEncoding;
  /** The caller's own window, cut to the tenant's retention. */
  readonly window?: { readonly from?: Date; readonly to?: Date };
  readonly parameters?: QueryParameters;
  /** What the query takes for the present; what its caller may see goes by the clock. */
  readonly now?: Date;
  /** Which of the query's tables, from 0; absent: it may have one alone. */
  readonly table?: number;
  readonly signal?: AbortSignal;
  /** Called when it is known what the answer will look like, before the engine begins. */
  readonly onCompiled?: (query: Pick<SqlQuery, 'columns' | 'visualization' | 'tables'>) => void;
  /** Called some times a second while the engine works. */
  readonly onProgress?: (progress: QueryProgress) => void;
  /** Called with the seconds that it has waited for a turn with the engine, each time that it needs one. */
  readonly onWaited?: (seconds: number) => void;
}

/** What hunts of one tenant are compiled against. */
export interface TenantContext {
  readonly catalog: Catalog;
  /** How far back hunts look; null: for ever. */
  readonly retentionDays: number | null;
}

export interface HuntServices {
  readonly engine: Engine;
  readonly compiler: Compiler;
  readonly tenant: (tenantId: string) => TenantContext;
  /** Reads the files of `externaldata`; where it is absent, hunts may read none. */
  readonly fetchExternal?: FetchExternal | undefined;
  /** Makes the places of IP addresses ready and names their dictionary; absent where there are none. */
  readonly geo?: (() => Promise<string>) | undefined;
  /** Defaults to the wall clock. */
  readonly now?: () => Date;
}

export interface HuntAnswer {
  readonly columns: readonly ResultColumn[];
  /** JSON object texts separated by `,\n`; read it or destroy it. */
  readonly rows: Readable;
  readonly stats: QueryStats;
  /** Rows beyond it were cut. */
  readonly rowLimit?: number;
  /** What the query calls its tables, where it may have several. */
  readonly tables?: SqlQuery['tables'];
  /** What the query took for the present. */
  readonly now?: Date;
}

/** Probes of one hunt; each may uncover the next (a pivot of an unpacked bag, the next external file). */
const maxProbes = 20;

/** One hunt: scoped, compiled, run. Its rows are on disk, ready to be read, when it resolves. */
export async function hunt(request: HuntRequest, services: HuntServices): Promise<HuntAnswer> {
  // Its compilation, its probes, its turn and its run share its time.
  const ends = performance.now() + request.limits.wallSeconds * 1000;
  const query = await traced('compile', {}, () => compileHunt(request, services));
  const { sql, columns } = query;
  const { principal, signal, onProgress, onWaited } = request;
  const limits = limitsUntil(ends, request.limits);
  request.onCompiled?.(query);
  const { rows, stats } = await traced('engine', {}, async (span) => {
    const result = await services.engine.run({
      sql,
      tag: randomUUID(),
      limits,
      holder: principal,
      signal,
      onProgress,
      onWaited,
    });
    span.setAttribute('quarry.rows', result.stats.resultRows);
    return result;
  });
  const all = query.stats ? together(query.stats, stats) : stats;
  const { tables, now } = query;
  return { columns, rows, stats: all, rowLimit: limits.rows, now, ...(tables && { tables }) };
}

/** What two runs used; the result is that of the second. */
export function together(first: QueryStats, second: QueryStats): QueryStats {
  const sum = (member: (stats: QueryStats) => number) => member(first) + member(second);
  const cache = (member: 'memoryCache' | 'diskCache') => ({
    hits: sum((stats) => stats[member].hits),
    misses: sum((stats) => stats[member].misses),
  });
  return {
    ...second,
    elapsedSeconds: sum((stats) => stats.elapsedSeconds),
    userCpuSeconds: sum((stats) => stats.userCpuSeconds),
    kernelCpuSeconds: sum((stats) => stats.kernelCpuSeconds),
    peakMemoryBytes: Math.max(first.peakMemoryBytes, second.peakMemoryBytes),
    memoryCache: cache('memoryCache'),
    diskCache: cache('diskCache'),
    rowsRead: sum((stats) => stats.rowsRead),
    bytesRead: sum((stats) => stats.bytesRead),
  };
}

/** A hunt as SQL, and what it took to know it, where the engine has been asked. */
export interface CompiledHunt extends SqlQuery {
  readonly stats?: QueryStats;
  /** What it takes for the present. */
  readonly now: Date;
}

/** Texts that may read all tables there are: most of a deployment's have no rows, and are better left out. */
const manyTables = /\b(?:search|find)\b|\*/;

/** One hunt, scoped and compiled: all that can be said of it before it runs. */
export async function compileHunt(
  request: HuntRequest,
  services: HuntServices,
): Promise<CompiledHunt> {
  const { engine, compiler } = services;
  const { principal, signal, onWaited } = request;
  const ends = performance.now() + request.limits.wallSeconds * 1000;
  let used: QueryStats | undefined;
  const tenant = services.tenant(principal.tenant);
  const asking = { caller: principal, signal, until: ends };
  const { geo } = services;
  const isPlaced = /\bgeo_info_from_ip_address\b/.test(request.text);
  const places = isPlaced && geo ? await inTime(geo, asking) : null;
  const seen = scopeOf(request, tenant, services.now?.() ?? new Date());
  const scope: Scope = {
    ...seen,
    geoDictionary: places,
    ...(manyTables.test(request.text) && {
      emptyTables: await inTime(() => emptyTables(engine, seen.database), asking),
    }),
  };
  const probes = new Map<string, Record<string, unknown>[]>();
  for (;;) {
    const query = await compiler.compile(asking, request.text, tenant.catalog, scope, {
      encoding: request.encoding ?? 'legacy',
      probes,
      ...(request.parameters && { parameters: request.parameters }),
      ...(request.table !== undefined && { table: request.table }),
    });
    if (query.kind === 'query') {
      const { now } = scope;
      return { ...query, now, ...(used && { stats: { ...used, resultRows: 0, resultBytes: 0 } }) };
    }
    if (probes.size >= maxProbes) {
      throw new HuntError('kql.unsupported', {
        what: `A query of more than ${maxProbes} files, unpacked columns and computed constants`,
        because: 'each of them has to be known before the query can be read',
      });
    }
    if (query.kind === 'external') {
      const { source } = query;
      const rows = await inTime((wanted) => external(source, services, wanted), asking);
      probes.set(source.key, rows);
      continue;
    }
    const limits = limitsUntil(ends, request.limits);
    const { rows, stats } = await engine.run({
      sql: query.sql,
      tag: randomUUID(),
      limits,
      holder: principal,
      signal,
      onWaited,
    });
    used = used ? together(used, stats) : stats;
    probes.set(query.key, JSON.parse(`[${await textOf(rows)}]`));
  }
}

async function external(
  source: ExternalSource,
  { fetchExternal }: HuntServices,
  signal: AbortSignal,
) {
  if (fetchExternal) return fetchExternal(source, signal);
  throw new HuntError(
    'kql.unsupported',
    { what: 'externaldata', because: 'the operator has allowed no host to read files from' },
    { span: source.span },
  );
}

/** A bound that stays for a while lets the same hunt be compiled, and its conditions evaluated, once. */
function wholeMinute(time: number): number {
  return Math.floor(time / 60_000) * 60_000;
}

/** What a hunt may see. */
export function scopeOf(
  request: Pick<HuntRequest, 'principal' | 'databaseName' | 'window' | 'now'>,
  tenant: TenantContext,
  now: Date,
): Scope {
  const oldest =
    tenant.retentionDays === null
      ? null
      : new Date(wholeMinute(now.getTime() - tenant.retentionDays * 86_400_000));
  const asked = request.window?.from ?? null;
  return {
    database: tenantDatabase(request.principal.tenant),
    databaseNames: [request.databaseName ?? [], request.principal.tenant].flat(),
    principal: principalName(request.principal),
    now: request.now ?? now,
    ...(request.now && { clock: now }),
    from: oldest && asked ? new Date(Math.max(+oldest, +asked)) : (asked ?? oldest),
    askedFrom: asked,
    to: request.window?.to ?? null,
    deviceGroups: request.principal.deviceGroups,
    deviceRules: request.principal.deviceRules ?? [],
  };
}

/** As `current_principal()` writes it. */
function principalName({ kind, id, tenant }: Principal): string {
  return `${kind === 'user' ? 'aaduser' : 'aadapp'}=${id};${tenant}`;
}

async function textOf(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
