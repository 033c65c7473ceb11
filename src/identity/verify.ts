import { decodeJwt, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { z } from 'zod';
import { HuntError } from '../errors.js';
import { type ApiFamily, familiesOf, sameAudience } from './apis.js';
import { type Claims, claimsShape } from './claims.js';
import type { Principal } from './principal.js';

/** One issuer whose tokens are accepted. */
export interface TrustedIssuer {
  /** Whether a token's `iss` (and `tid`) name this issuer. Nothing is verified yet when it is asked. */
  readonly issued: (claims: Pick<Claims, 'iss' | 'tid'>) => boolean;
  readonly keys: JWTVerifyGetKey;
  readonly algorithms: readonly string[];
  /** Which families an audience opens, by its name (`sameAudience`); absent: the well-known ones. */
  readonly audiences?: ReadonlyMap<string, readonly ApiFamily[]> | undefined;
  /** A verified token's claims under the names that Entra has for them. */
  readonly claims?: (payload: JWTPayload) => object;
  /** The tenant that a verified token belongs to; undefined: none here. */
  readonly tenantOf: (claims: Claims) => Promise<string | undefined>;
  /** Whether the user or application of a verified token is still there; absent: the issuer alone knows. */
  readonly knows?: (claims: Claims, tenant: string) => Promise<boolean>;
}

/** Who a bearer token speaks for, where it opens the API, or one of them. */
export type Verifier = (token: string | undefined, api: ApiFamily | 'any') => Promise<Principal>;

/** Characters; Entra's largest tokens, with 200 groups, stay below 12,000. */
const maxTokenLength = 16_384;

/** Why a token was refused, in the words that Graph uses where they are known. */
export const tokenFailures = {
  missing: 'Access token is empty.',
  tooLong: 'Access token is too long.',
  malformed: 'Access token is malformed.',
  expired: 'Lifetime validation failed, the token is expired.',
  notYetValid: 'Lifetime validation failed, the token is not yet valid.',
  audience: 'Access token validation failure. Invalid audience.',
  issuer: 'Access token validation failure. Invalid issuer.',
  tenant: 'Access token validation failure. Unknown tenant.',
  signature: 'Access token validation failure. Invalid signature.',
  removed: 'Access token validation failure. Its user or application has been removed.',
} as const;

export type TokenFailure = keyof typeof tokenFailures;

export function refused(failure: TokenFailure, cause?: unknown): HuntError {
  return new HuntError('request.unauthorized', { reason: tokenFailures[failure] }, { cause });
}

export function createVerifier(options: {
  readonly issuers: readonly TrustedIssuer[];
  /** The installation's own public addresses, normalised by `sameAudience`. */
  readonly ownNames: ReadonlySet<string>;
  readonly clockSkewSeconds: number;
  /** What a user may see of the tenant's data, by their names and groups. */
  readonly dataAccess: (
    tenant: string,
    user: { readonly names: readonly string[]; readonly groups: readonly string[] },
  ) => Promise<
    Pick<Principal, 'viewsData' | 'deviceGroups' | 'deviceRules' | 'allowed' | 'deviceGroupNames'>
  >;
}): Verifier {
  return async (token, api) => {
    if (!token) throw refused('missing');
    if (token.length > maxTokenLength) throw refused('tooLong');
    const unverified = readClaims(() => decodeJwt(token), namesShape);
    const issuer = options.issuers.find((candidate) => candidate.issued(unverified));
    if (!issuer) throw refused('issuer');
    const payload = await verifySignature(token, issuer, options.clockSkewSeconds);
    const claims = readClaims(() => issuer.claims?.(payload) ?? payload, claimsShape);
    const opened = (audience: string) =>
      issuer.audiences
        ? (issuer.audiences.get(sameAudience(audience)) ?? [])
        : familiesOf(audience, options.ownNames);
    const families = [payload.aud ?? []].flat().flatMap(opened);
    if (api === 'any' ? families.length === 0 : !families.includes(api)) {
      throw refused('audience');
    }
    const tenant = await issuer.tenantOf(claims);
    if (tenant === undefined) throw refused('tenant');
    if (issuer.knows && !(await issuer.knows(claims, tenant))) throw refused('removed');
    return isOfUser(claims)
      ? userOf(claims, claims.scp, tenant, options.dataAccess)
      : applicationOf(claims, tenant);
  };
}

/** Who a token says it is from: all that is read of it before it is verified. */
const namesShape = claimsShape.pick({ iss: true, tid: true });

function readClaims<T>(read: () => object, shape: z.ZodType<T>): T {
  try {
    return shape.parse(read());
  } catch (cause) {
    throw refused('malformed', cause);
  }
}

async function verifySignature(
  token: string,
  issuer: TrustedIssuer,
  clockSkewSeconds: number,
): Promise<JWTPayload> {
  try {
    const { payload, protectedHeader } = await jwtVerify(token, issuer.keys, {
      algorithms: [...issuer.algorithms],
      clockTolerance: clockSkewSeconds,
      requiredClaims: ['exp', 'iss', 'aud'],
    });
    // An id token or a logout token is signed by the same keys and is no access token.
    if (!/^(at\+)?jwt$/i.test(protectedHeader.typ ?? 'JWT')) throw refused('malformed');
    return payload;
  } catch (error) {
    if (error instanceof HuntError) throw error;
    if (error instanceof errors.JOSEError) throw refused(failureOf(error), error);
    throw error;
  }
}

function failureOf(error: errors.JOSEError): TokenFailure {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWTClaimValidationFailed) {
    return error.claim === 'nbf' || error.claim === 'iat' ? 'notYetValid' : 'malformed';
  }
  if (error instanceof errors.JWTInvalid || error instanceof errors.JWSInvalid) return 'malformed';
  return 'signature';
}

/** A user's token may carry the user's own app roles: only `scp` says what the program may do for them. */
export function isOfUser(claims: Claims): claims is Claims & { readonly scp: string } {
  return claims.scp !== undefined && claims.idtyp !== 'app';
}

async function userOf(
  claims: Claims,
  scp: string,
  tenant: string,
  dataAccess: Parameters<typeof createVerifier>[0]['dataAccess'],
): Promise<Principal> {
  const id = claims.oid ?? claims.sub;
  if (!id) throw refused('malformed');
  const { upn } = claims;
  return {
    tenant,
    id,
    name: upn ?? claims.preferred_username ?? claims.name ?? id,
    kind: 'user',
    roles: [],
    scopes: scp.split(' ').filter(Boolean),
    ...(await dataAccess(tenant, {
      // The other names are for show, and a user can often choose them.
      names: upn === undefined ? [id] : [id, upn],
      groups: [...(claims.groups ?? []), ...(claims.wids ?? [])],
    })),
  };
}

function applicationOf(claims: Claims, tenant: string): Principal {
  const id = claims.appid ?? claims.azp ?? claims.client_id ?? claims.sub;
  if (!id) throw refused('malformed');
  return {
    tenant,
    id,
    name: claims.app_displayname ?? id,
    kind: 'application',
    roles: claims.roles ?? [],
    scopes: [],
    deviceGroups: null,
  };
}
