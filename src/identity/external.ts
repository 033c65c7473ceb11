import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { HuntError } from '../errors.js';
import type { Store } from '../store/store.js';
import { findTenant } from '../store/tenants.js';
import { type ApiFamily, sameAudience } from './apis.js';
import { discover, fetchTimeoutMs } from './discovery.js';
import type { TrustedIssuer } from './verify.js';

/** An OIDC issuer that an operator trusts: Entra, Keycloak, Okta, … */
export interface ExternalIssuer {
  /** As tokens name it in `iss`, and where its discovery document is found. */
  readonly issuer: string;
  /** Further names in `iss` for tokens of the same keys: Entra's v1 tokens have one of their own. */
  readonly alsoNamed: readonly string[];
  /** The tenant that its tokens open: an issuer cannot name another one. */
  readonly tenant: string;
  /** Where its keys are; by default its discovery document says so. */
  readonly jwksUri?: string | undefined;
  /** What `aud` must be, by API family; absent: the audiences of Microsoft's APIs. */
  readonly audiences?: Readonly<Partial<Record<ApiFamily, readonly string[]>>> | undefined;
  /** Where in a token the roles and scopes are: `roles`, `realm_access.roles`, … */
  readonly rolesClaim: string;
  readonly scopesClaim: string;
}

/** Asymmetric ones alone: a shared secret is nothing that a published key can stand for. */
const algorithms = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA'],
];

const keysMaxAgeMs = 600_000;
/** Between two looks for a key that is not known. */
const keysCooldownMs = 30_000;

export function trustExternalIssuer(options: ExternalIssuer, store: Store): TrustedIssuer {
  const named = new Set([options.issuer, ...options.alsoNamed]);
  return {
    issued: ({ iss }) => named.has(iss),
    keys: remoteKeys(options),
    algorithms,
    audiences: audiencesOf(options),
    claims: (payload) => ({
      ...payload,
      roles: at(payload, options.rolesClaim),
      scp: scopesOf(at(payload, options.scopesClaim)),
    }),
    tenantOf: async () => (await findTenant(store, options.tenant))?.id,
  };
}

function audiencesOf({ audiences }: ExternalIssuer): TrustedIssuer['audiences'] {
  if (!audiences) return undefined;
  const families = new Map<string, ApiFamily[]>();
  for (const [family, names] of Object.entries(audiences)) {
    for (const name of names) {
      const known = families.get(sameAudience(name)) ?? [];
      families.set(sameAudience(name), [...known, family as ApiFamily]);
    }
  }
  return families;
}

/** Keys from the issuer's address, looked up when first needed and again when it has new ones. */
function remoteKeys({ issuer, jwksUri }: ExternalIssuer): JWTVerifyGetKey {
  let keys: Promise<JWTVerifyGetKey> | undefined;
  const load = async () => {
    const url = new URL(jwksUri ?? (await discover(issuer)).jwks_uri);
    return createRemoteJWKSet(url, {
      timeoutDuration: fetchTimeoutMs,
      cooldownDuration: keysCooldownMs,
      cacheMaxAge: keysMaxAgeMs,
    });
  };
  return async (header, token) => {
    try {
      keys ??= load();
      return await (await keys)(header, token);
    } catch (error) {
      if (
        error instanceof errors.JWKSNoMatchingKey ||
        error instanceof errors.JWKSMultipleMatchingKeys ||
        error instanceof errors.JOSENotSupported
      ) {
        throw error;
      }
      keys = undefined;
      throw new HuntError('identity.unavailable', {}, { cause: error });
    }
  };
}

/** The value at a dotted path. A claim of the path's whole name goes first: some have dots in it. */
function at(payload: JWTPayload, path: string): unknown {
  if (Object.hasOwn(payload, path)) return payload[path];
  let value: unknown = payload;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name))
      return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

/** Text separated by spaces; some issuers write a list. */
function scopesOf(value: unknown): unknown {
  return Array.isArray(value) ? value.join(' ') : value;
}
