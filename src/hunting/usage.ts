import type { Principal } from '../identity/principal.js';
import {
  chooseProfile,
  type GenerationName,
  generationNames,
  type ProfileChoice,
  profileName,
} from './profiles.js';
import type { QuotaLedger, QuotaUse } from './quota.js';

/** What a caller may use of one family of paths, and has used. */
export interface GenerationUsage {
  readonly generation: GenerationName;
  readonly profile: string;
  readonly limits: {
    readonly rows: number;
    readonly seconds: number;
    readonly resultBytes: number;
  };
  /** Who shares the quotas. */
  readonly sharedBy: 'tenant' | 'application';
  readonly quotas: readonly QuotaUse[];
}

export async function usageOf(
  caller: Pick<Principal, 'id' | 'tenant'>,
  { quota, profiles }: { readonly quota: QuotaLedger; readonly profiles: ProfileChoice },
): Promise<GenerationUsage[]> {
  return Promise.all(
    generationNames.map(async (generation) => {
      const profile = chooseProfile(profiles, caller, generation);
      return {
        generation,
        profile: profileName(profiles, caller, generation),
        limits: {
          rows: profile.rows,
          seconds: profile.wallSeconds,
          resultBytes: profile.resultBytes,
        },
        sharedBy: profile.quotaPer,
        quotas: await quota.usage(caller, generation, profile),
      };
    }),
  );
}
