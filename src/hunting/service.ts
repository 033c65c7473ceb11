import type { Engine } from '../engine/engine.js';
import { type HuntAnswer, type HuntRequest, hunt } from './hunt.js';
import { chooseProfile, type GenerationName, limitsOf, type ProfileChoice } from './profiles.js';
import type { QuotaLedger } from './quota.js';
import type { TenantContexts } from './tenants.js';

/** A hunt as a route asks for it: what it may use is decided here. */
export interface HuntCall extends Omit<HuntRequest, 'limits'> {
  readonly generation: GenerationName;
}

export interface HuntingParts {
  readonly engine: Engine;
  readonly tenants: TenantContexts;
  readonly quota: QuotaLedger;
  readonly profiles: ProfileChoice;
}

/** One hunt, admitted, run and charged for. */
export async function runHunt(call: HuntCall, parts: HuntingParts): Promise<HuntAnswer> {
  const { generation, ...request } = call;
  const { principal } = request;
  const profile = chooseProfile(parts.profiles, principal, generation);
  await parts.quota.admit(principal, generation, profile);
  const context = await parts.tenants.of(principal.tenant);
  const window = request.window ?? lookback(profile.lookbackDays);
  const started = performance.now();
  let cpuSeconds = 0;
  try {
    const answer = await hunt(
      {
        ...request,
        limits: limitsOf(profile, parts.profiles.memoryBytes),
        ...(window && { window }),
      },
      { engine: parts.engine, tenant: () => context },
    );
    cpuSeconds = answer.stats.userCpuSeconds + answer.stats.kernelCpuSeconds;
    return answer;
  } finally {
    const runningSeconds = (performance.now() - started) / 1000;
    await parts.quota.charge(principal, generation, profile, { runningSeconds, cpuSeconds });
  }
}

function lookback(days: number | null): { from: Date } | undefined {
  return days === null ? undefined : { from: new Date(Date.now() - days * 86_400_000) };
}
