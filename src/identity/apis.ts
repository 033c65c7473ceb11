/** The families of APIs that tokens are issued for. A token of one family opens no other. */
export type ApiFamily = 'legacy' | 'graph' | 'kusto' | 'quarry';

/** Addresses of the Defender APIs for a part of the world, which programs ask for tokens by, too. */
const regionalAudiences = [
  ...['us', 'eu', 'uk', 'au'].flatMap((region) => [
    `https://api-${region}.securitycenter.windows.com`,
    `https://api-${region}.securitycenter.microsoft.com`,
    `https://api-${region}.security.microsoft.com`,
  ]),
  ...['us', 'eu', 'uk', 'au', 'swa', 'ina', 'aea'].map(
    (region) => `https://${region}.api.security.microsoft.com`,
  ),
];

/**
 * The audiences of each family, as clients ask for them (`resource` of v1, `scope` of v2 without
 * `/.default`). The Defender APIs before Graph are one family: their own samples mix the names.
 */
export const audiences: Readonly<Record<ApiFamily, readonly string[]>> = {
  legacy: [
    'https://api.securitycenter.windows.com',
    'https://api.securitycenter.microsoft.com',
    'https://api.security.microsoft.com',
    'https://security.microsoft.com/mtp',
    'https://securitycenter.onmicrosoft.com/windowsatpservice',
    'https://api-gcc.securitycenter.microsoft.us',
    'https://api-gov.securitycenter.microsoft.us',
    'https://api-gcc.security.microsoft.us',
    'https://api-gov.security.microsoft.us',
    ...regionalAudiences,
    // The service principals that Entra knows the two APIs by.
    'fc780465-2017-40d4-a0c5-307022471b92',
    '8ee8fdad-f234-4243-8f3b-15c294843740',
  ],
  graph: [
    'https://graph.microsoft.com',
    'https://graph.microsoft.us',
    'https://dod-graph.microsoft.us',
    '00000003-0000-0000-c000-000000000000',
  ],
  kusto: ['https://kusto.kusto.windows.net'],
  quarry: ['api://quarry'],
};

/** The audience of tokens that Quarry's own tools ask for: it opens every family. */
export const quarryAudience = 'api://quarry';

/** Upper case and a slash at the end do not make another audience. */
export function sameAudience(audience: string): string {
  return audience.toLowerCase().replace(/\/+$/, '');
}

const familyOf: ReadonlyMap<string, ApiFamily> = new Map(
  Object.entries(audiences).flatMap(([family, names]) =>
    names.map((name) => [sameAudience(name), family as ApiFamily] as const),
  ),
);

/**
 * Which families an audience opens; none where it is not known here.
 * @param ownNames the installation's own public addresses, each of which stands for every family
 */
export function familiesOf(audience: string, ownNames: ReadonlySet<string>): readonly ApiFamily[] {
  const name = sameAudience(audience);
  if (name === quarryAudience || ownNames.has(name)) return ['legacy', 'graph', 'kusto', 'quarry'];
  const family = familyOf.get(name);
  return family ? [family] : [];
}
