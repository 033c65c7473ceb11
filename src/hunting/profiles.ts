import type { EngineLimits } from '../engine/engine.js';
import type { Principal } from '../identity/principal.js';

/** The families of hunting paths, each of which can have a profile of its own. */
export const generationNames = [
  'advancedqueries',
  'advancedhunting',
  'graph',
  'kusto',
  'portal',
] as const;
export type GenerationName = (typeof generationNames)[number];

/** How much of something may be used in each window of time. */
export interface Quota {
  readonly kind: 'calls' | 'runningTime' | 'cpu';
  /** Calls, or seconds. */
  readonly limit: number;
  readonly windowSeconds: number;
}

/** What hunts may use, one by one and together. */
export interface Profile {
  readonly wallSeconds: number;
  readonly rows: number;
  readonly resultBytes: number;
  /** How far back a hunt looks that names no time span; null: as far as events are kept. */
  readonly lookbackDays: number | null;
  readonly quotas: readonly Quota[];
  /** Who shares the quotas. */
  readonly quotaPer: 'tenant' | 'application';
}

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;
const megabyte = 2 ** 20;

const calls = (limit: number, windowSeconds: number): Quota => ({
  kind: 'calls',
  limit,
  windowSeconds,
});
const runningTime = (limit: number, windowSeconds: number): Quota => ({
  kind: 'runningTime',
  limit,
  windowSeconds,
});

/**
 * How much CPU time Defender allots to a tenant is not published, only that a quarter of an hour's
 * allotment blocks until the next: one core's worth stands for it.
 */
const cpuPerCycle: Quota = { kind: 'cpu', limit: 15 * minute, windowSeconds: 15 * minute };

const documented = { lookbackDays: 30, quotaPer: 'tenant', resultBytes: 124 * megabyte } as const;

/** Limits by name: the generous ones of a self-hosted installation, and those that Defender documents. */
export const profilePresets = {
  generous: {
    wallSeconds: 10 * minute,
    rows: 100_000,
    resultBytes: 124 * megabyte,
    lookbackDays: null,
    quotas: [],
    quotaPer: 'tenant',
  },
  'defender-2018': {
    ...documented,
    wallSeconds: 10 * minute,
    rows: 10_000,
    quotas: [calls(15, minute), runningTime(15 * minute, hour), runningTime(4 * hour, day)],
  },
  'defender-2020': {
    ...documented,
    wallSeconds: 10 * minute,
    rows: 100_000,
    quotas: [calls(15, minute), runningTime(15 * minute, hour), runningTime(4 * hour, day)],
  },
  'defender-2021': {
    ...documented,
    wallSeconds: 10 * minute,
    rows: 100_000,
    quotas: [calls(15, minute), runningTime(10 * minute, hour), runningTime(4 * hour, day)],
  },
  'defender-xdr': {
    ...documented,
    wallSeconds: 3 * minute,
    rows: 100_000,
    quotas: [calls(45, minute), cpuPerCycle],
  },
  'defender-mde': {
    ...documented,
    wallSeconds: 200,
    rows: 100_000,
    quotas: [
      calls(45, minute),
      calls(1500, hour),
      runningTime(10 * minute, hour),
      runningTime(3 * hour, day),
    ],
  },
  'defender-graph': {
    ...documented,
    wallSeconds: 3 * minute,
    rows: 100_000,
    resultBytes: 50 * megabyte,
    quotas: [calls(45, minute), cpuPerCycle],
  },
} as const satisfies Record<string, Profile>;

/** Which profile a hunt gets, the most particular choice first. */
export interface ProfileChoice {
  readonly profiles: Readonly<Record<string, Profile>>;
  readonly applications: Readonly<Record<string, string>>;
  readonly tenants: Readonly<Record<string, string>>;
  readonly generations: Readonly<Partial<Record<GenerationName, string>>>;
  readonly default: string;
  /** Most memory of one hunt. */
  readonly memoryBytes: number;
}

type Caller = Pick<Principal, 'id' | 'tenant'>;

export function profileName(
  choice: ProfileChoice,
  caller: Caller,
  generation: GenerationName,
): string {
  return (
    choice.applications[caller.id] ??
    choice.tenants[caller.tenant] ??
    choice.generations[generation] ??
    choice.default
  );
}

export function chooseProfile(
  choice: ProfileChoice,
  caller: Caller,
  generation: GenerationName,
): Profile {
  const name = profileName(choice, caller, generation);
  const profile = choice.profiles[name];
  if (!profile) throw new Error(`no profile ${name}`);
  return profile;
}

export function limitsOf(profile: Profile, memoryBytes: number): EngineLimits {
  const { wallSeconds, rows, resultBytes } = profile;
  return { wallSeconds, rows, resultBytes, memoryBytes };
}
