import type { Engine } from '../engine/engine.js';
import { HuntError } from '../errors.js';
import { holds } from '../identity/authorize.js';
import type { Principal } from '../identity/principal.js';
import type { AuditLog } from './audit.js';
import type { FetchExternal } from './external-data.js';
import { type HuntAnswer, type HuntRequest, hunt, type TenantContext } from './hunt.js';
import { chooseProfile, type GenerationName, limitsOf, type ProfileChoice } from './profiles.js';
import type { QuotaLedger } from './quota.js';
import type { AuditedTenantContext, TenantContexts } from './tenants.js';

/** A hunt as a route asks for it: what it may use is decided here. */
export interface HuntCall extends Omit<HuntRequest, 'limits'> {
  readonly generation: GenerationName;
  /** Where the request came from. */
  readonly address?: string;
}

export interface HuntingParts {
  readonly engine: Engine;
  readonly tenants: TenantContexts;
  readonly quota: QuotaLedger;
  readonly profiles: ProfileChoice;
  readonly audit: AuditLog;
  /** Reads the files of `externaldata`; absent where the operator allows none. */
  readonly fetchExternal?: FetchExternal | undefined;
  readonly geo?: (() => Promise<string>) | undefined;
}

/** One hunt: admitted, run, charged for, and on record whatever became of it. */
export async function runHunt(call: HuntCall, parts: HuntingParts): Promise<HuntAnswer> {
  const { principal, generation } = call;
  const started = performance.now();
  const record = (outcome: string, status: number, answer?: HuntAnswer) =>
    parts.audit.record({
      tenant: principal.tenant,
      kind: 'Hunt',
      action: 'Hunt',
      actor: principal,
      address: call.address,
      generation,
      queryText: call.text,
      scope: scopeRecord(call),
      outcome,
      status,
      durationSeconds: (performance.now() - started) / 1000,
      ...(answer && { rowCount: answer.stats.resultRows, cpuSeconds: cpuSecondsOf(answer) }),
    });
  let answer: HuntAnswer;
  try {
    answer = await admitAndHunt(call, parts);
  } catch (error) {
    const known = error instanceof HuntError;
    await record(known ? error.code : 'engine.failed', known ? error.status : 500);
    throw error;
  }
  try {
    await record('Succeeded', 200, answer);
  } catch (error) {
    // What cannot be put on record is not answered.
    answer.rows.destroy();
    throw error;
  }
  return answer;
}

async function admitAndHunt(call: HuntCall, parts: HuntingParts): Promise<HuntAnswer> {
  const { generation, address: _address, ...request } = call;
  const { principal } = request;
  const profile = chooseProfile(parts.profiles, principal, generation);
  await parts.quota.admit(principal, generation, profile);
  const context = contextFor(principal, await parts.tenants.of(principal.tenant));
  const window = request.window ?? lookback(profile.lookbackDays);
  const started = performance.now();
  let cpuSeconds: number | undefined;
  try {
    const answer = await hunt(
      {
        ...request,
        limits: limitsOf(profile, parts.profiles.memoryBytes),
        ...(window && { window }),
      },
      {
        engine: parts.engine,
        tenant: () => context,
        fetchExternal: parts.fetchExternal,
        geo: parts.geo,
      },
    );
    cpuSeconds = cpuSecondsOf(answer);
    return answer;
  } finally {
    const runningSeconds = (performance.now() - started) / 1000;
    await parts.quota.charge(principal, generation, profile, {
      runningSeconds,
      // A hunt that was cut short says nothing of its cost: it kept at least one core busy.
      cpuSeconds: cpuSeconds ?? runningSeconds,
    });
  }
}

/** The catalog of the record of who did what is for those who may read it; others learn nothing of it. */
export function contextFor(principal: Principal, context: AuditedTenantContext): TenantContext {
  const { catalog, auditCatalog, retentionDays } = context;
  const mayRead = holds(principal, 'Audit.Read');
  return { catalog: mayRead ? auditCatalog : catalog, retentionDays };
}

function scopeRecord({ window, principal }: HuntCall): object {
  const { deviceGroups, deviceRules } = principal;
  return {
    ...(window?.from && { from: window.from.toISOString() }),
    ...(window?.to && { to: window.to.toISOString() }),
    ...(deviceGroups && { deviceGroups }),
    ...(deviceRules && deviceRules.length > 0 && { deviceRules }),
  };
}

function cpuSecondsOf({ stats }: HuntAnswer): number {
  return stats.userCpuSeconds + stats.kernelCpuSeconds;
}

function lookback(days: number | null): { from: Date } | undefined {
  return days === null ? undefined : { from: new Date(Date.now() - days * 86_400_000) };
}
