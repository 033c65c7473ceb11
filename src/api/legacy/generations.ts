import type { GenerationName } from '../../hunting/profiles.js';
import type { RoleName } from '../../identity/roles.js';

/** One path of the generations before Graph. */
export interface LegacyPath {
  /** Without `/api` or `/api/v1.0`. */
  readonly path: string;
  /** Where the query is the address's `key`, as Microsoft's sample for Power BI asks. */
  readonly getPath: string;
  readonly generation: GenerationName;
  readonly role: RoleName;
}

/** The two paths under which Defender has offered hunts before Graph, since 2018 and since 2021. */
export const legacyPaths: readonly LegacyPath[] = [
  {
    path: '/advancedqueries/run',
    getPath: '/advancedqueries',
    generation: 'advancedqueries',
    role: 'AdvancedQuery.Read.All',
  },
  {
    path: '/advancedhunting/run',
    getPath: '/advancedhunting',
    generation: 'advancedhunting',
    role: 'AdvancedHunting.Read.All',
  },
];
