import { catalogOf } from '../catalog/catalog.js';
import { quarryIngestErrors } from '../catalog/tables/quarry-ingest-errors.js';
import type { Catalog } from '../catalog/types.js';
import type { ResultColumn } from '../compile.js';
import type { Engine, QueryStats } from '../engine/engine.js';
import { HuntError } from '../errors.js';
import { authorizeData, holds } from '../identity/authorize.js';
import type { Principal } from '../identity/principal.js';
import type { AuditLog } from './audit.js';
import type { Compiler } from './compiler.js';
import type { FetchExternal } from './external-data.js';
import {
  type CompiledHunt,
  compileHunt,
  type HuntAnswer,
  type HuntRequest,
  type HuntServices,
  hunt,
  type TenantContext,
} from './hunt.js';
import type { HuntsUnderWay } from './hunts-under-way.js';
import {
  chooseProfile,
  type GenerationName,
  limitsOf,
  type Profile,
  type ProfileChoice,
} from './profiles.js';
import type { QuotaLedger } from './quota.js';
import { huntTables, type Size, type TablesAnswer } from './tables.js';
import type { AuditedTenantContext, TenantContexts } from './tenants.js';
import { traced } from './tracing.js';

/** A hunt as a route asks for it: what it may use is decided here. */
export interface HuntCall extends Omit<HuntRequest, 'limits'> {
  readonly generation: GenerationName;
  /** What the caller wrote, where the hunt's text was made of it. */
  readonly written?: string;
  /** Where the request came from. */
  readonly address?: string;
  /** Less than the profile allows, where the caller wants no more. */
  readonly atMost?: { readonly wallSeconds?: number; readonly rows?: number };
  /** What a failure is answered with; by default its own status. */
  readonly statusOf?: (failure: HuntError) => number;
}

export interface HuntingParts {
  readonly engine: Engine;
  readonly compiler: Compiler;
  readonly tenants: TenantContexts;
  readonly underWay: HuntsUnderWay;
  readonly quota: QuotaLedger;
  readonly profiles: ProfileChoice;
  readonly audit: AuditLog;
  /** Reads the files of `externaldata`; absent where the operator allows none. */
  readonly fetchExternal?: FetchExternal | undefined;
  readonly geo?: (() => Promise<string>) | undefined;
}

/** One hunt: admitted, run, charged for, and on record whatever became of it. */
export async function runHunt(call: HuntCall, parts: HuntingParts): Promise<HuntAnswer> {
  return onRecord('Hunt', call, parts, compiling(call, parts, hunt));
}

/** One hunt for all of a query's tables: one place, one charge and one record for them together. */
export async function runTables(call: HuntCall, parts: HuntingParts): Promise<TablesAnswer> {
  return onRecord('Hunt', call, parts, compiling(call, parts, huntTables));
}

/** The columns that a hunt's answer would have; counted and on record like the hunt itself. */
export async function describeHunt(
  call: HuntCall,
  parts: HuntingParts,
): Promise<readonly ResultColumn[]> {
  const { columns } = await onRecord(
    'DescribeHunt',
    call,
    parts,
    compiling<Outcome & CompiledHunt>(call, parts, compileHunt),
  );
  return columns;
}

/** A question about the tables that is no hunt. */
export type CommandCall = Pick<
  HuntCall,
  'principal' | 'generation' | 'text' | 'address' | 'written' | 'window' | 'now' | 'statusOf'
>;

/** What a command shows; counted and on record like a hunt. */
export async function runCommand<T extends { readonly rows: readonly unknown[] }>(
  call: CommandCall,
  parts: HuntingParts,
  work: () => Promise<T>,
): Promise<T> {
  const { shown } = await onRecord('Command', call, parts, async () => {
    const result = await work();
    return { shown: result, rowCount: result.rows.length };
  });
  return shown;
}

/** What a hunt leaves, where it has been run. */
interface Outcome {
  readonly rows?: HuntAnswer['rows'];
  readonly answers?: TablesAnswer['answers'];
  readonly stats?: QueryStats;
  readonly rowCount?: number;
}

type Work<T> = (
  profile: Profile,
  context: TenantContext,
  /** Told the seconds that have passed without doing anything. */
  onWaited: (seconds: number) => void,
) => Promise<T>;

async function onRecord<T extends Outcome>(
  action: string,
  call: CommandCall,
  parts: HuntingParts,
  work: Work<T>,
): Promise<T> {
  const { principal, generation, statusOf = statusItself } = call;
  const started = performance.now();
  const record = (outcome: string, status: number, result?: T) =>
    parts.audit.record({
      tenant: principal.tenant,
      kind: 'Hunt',
      action,
      actor: principal,
      address: call.address,
      generation,
      queryText: call.written ?? call.text,
      scope: scopeRecord(call),
      outcome,
      status,
      durationSeconds: (performance.now() - started) / 1000,
      ...(result?.rowCount !== undefined && { rowCount: result.rowCount }),
      ...(result?.stats && {
        rowCount: result.stats.resultRows,
        cpuSeconds: cpuSecondsOf(result.stats),
      }),
    });
  let result: T;
  try {
    result = await traced('hunt', { 'quarry.generation': generation }, () =>
      admitted(call, parts, work),
    );
  } catch (error) {
    const known = error instanceof HuntError;
    await record(known ? error.code : 'engine.failed', known ? statusOf(error) : 500);
    throw error;
  }
  try {
    await record('Succeeded', 200, result);
  } catch (error) {
    // What cannot be put on record is not answered.
    discard(result);
    throw error;
  }
  return result;
}

function discard(outcome: Outcome): void {
  for (const { rows } of outcome.answers ?? [outcome]) rows?.destroy();
}

function statusItself({ status }: HuntError): number {
  return status;
}

async function admitted<T extends Outcome>(
  call: CommandCall,
  parts: HuntingParts,
  work: Work<T>,
): Promise<T> {
  const { principal, generation } = call;
  authorizeData(principal);
  const profile = chooseProfile(parts.profiles, principal, generation);
  const leave = parts.underWay.enter(principal);
  try {
    await parts.quota.admit(principal, generation, profile);
    const context = contextFor(principal, await parts.tenants.of(principal.tenant));
    return await charged(call, profile, parts, (onWaited) => work(profile, context, onWaited));
  } finally {
    leave();
  }
}

async function charged<T extends Outcome>(
  { principal, generation }: CommandCall,
  profile: Profile,
  { quota }: HuntingParts,
  work: (onWaited: (seconds: number) => void) => Promise<T>,
): Promise<T> {
  const started = performance.now();
  let waitedSeconds = 0;
  let result: T | undefined;
  try {
    result = await work((seconds) => {
      waitedSeconds += seconds;
    });
    return result;
  } finally {
    const runningSeconds = Math.max(0, (performance.now() - started) / 1000 - waitedSeconds);
    // A hunt that was cut short says nothing of its cost: it kept at least one core busy.
    const cpuSeconds = result?.stats ? cpuSecondsOf(result.stats) : runningSeconds;
    await quota
      .charge(principal, generation, profile, { runningSeconds, cpuSeconds })
      .catch((error: unknown) => {
        if (result) discard(result);
        throw error;
      });
  }
}

/** The work of a hunt, within what its profile allows. */
function compiling<T>(
  call: HuntCall,
  parts: HuntingParts,
  work: (
    request: HuntRequest,
    services: HuntServices,
    leftAfter: (before: Size) => Size,
  ) => Promise<T>,
): Work<T> {
  const {
    generation: _generation,
    address: _address,
    written: _written,
    statusOf: _statusOf,
    atMost,
    onWaited: alsoOnWaited,
    ...request
  } = call;
  return (profile, context, onWaited) => {
    const window = request.window ?? lookback(profile.lookbackDays);
    const limitsAfter = (before?: Size) =>
      limitsOf(narrowed(profile, atMost, before), parts.profiles.memoryBytes);
    return work(
      {
        ...request,
        onWaited: (seconds) => {
          onWaited(seconds);
          alsoOnWaited?.(seconds);
        },
        limits: limitsAfter(),
        ...(window && { window }),
      },
      {
        engine: parts.engine,
        compiler: parts.compiler,
        tenant: () => context,
        fetchExternal: parts.fetchExternal,
        geo: parts.geo,
      },
      limitsAfter,
    );
  };
}

function narrowed(
  profile: Profile,
  { wallSeconds, rows }: HuntCall['atMost'] = {},
  before: Size = { rows: 0, resultBytes: 0 },
): Profile {
  return {
    ...profile,
    wallSeconds: Math.min(profile.wallSeconds, wallSeconds ?? Number.POSITIVE_INFINITY),
    rows: Math.min(profile.rows - before.rows, rows ?? Number.POSITIVE_INFINITY),
    resultBytes: profile.resultBytes - before.resultBytes,
  };
}

/**
 * The catalog of the record of who did what is for those who may read it; others learn nothing of it. What
 * could not be stored belongs to no device that could be told: it is not for those who see some of them.
 */
export function contextFor(principal: Principal, context: AuditedTenantContext): TenantContext {
  const { catalog: plain, auditCatalog, retentionDays } = context;
  const catalog = holds(principal, 'Audit.Read') ? auditCatalog : plain;
  return { catalog: principal.deviceGroups ? withoutRawEvents(catalog) : catalog, retentionDays };
}

const limitedCatalogs = new WeakMap<Catalog, Catalog>();

function withoutRawEvents(catalog: Catalog): Catalog {
  const known = limitedCatalogs.get(catalog);
  if (known) return known;
  const tables = catalog.tables.filter(({ name }) => name !== quarryIngestErrors.name);
  const limited = catalogOf(tables, catalog.legacyTables, catalog.functions);
  limitedCatalogs.set(catalog, limited);
  return limited;
}

function scopeRecord({ window, now, principal }: CommandCall): object {
  const { deviceGroups, deviceRules } = principal;
  return {
    ...(now && { now: now.toISOString() }),
    ...(window?.from && { from: window.from.toISOString() }),
    ...(window?.to && { to: window.to.toISOString() }),
    ...(deviceGroups && { deviceGroups }),
    ...(deviceRules && deviceRules.length > 0 && { deviceRules }),
  };
}

function cpuSecondsOf({ userCpuSeconds, kernelCpuSeconds }: QueryStats): number {
  return userCpuSeconds + kernelCpuSeconds;
}

/** How far back a hunt looks that does not say. */
export function lookback(days: number | null): { from: Date } | undefined {
  return days === null ? undefined : { from: new Date(Date.now() - days * 86_400_000) };
}
