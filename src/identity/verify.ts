import { decodeJwt, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { HuntError } from '../errors.js';
import { type ApiFamily, familiesOf } from './apis.js';
import { type Claims, claimsShape } from './claims.js';
import type { Principal } from './principal.js';

/** One issuer whose tokens are accepted. */
export interface TrustedIssuer {
  /** Whether a token's `iss` (and `tid`) name this issuer. Nothing is verified yet when it is asked. */
  readonly issued: (claims: Claims) => boolean;
  readonly keys: JWTVerifyGetKey;
  readonly algorithms: readonly string[];
  /** Audiences of its own that open every API, normalised by `sameAudience`. */
  readonly audiences: ReadonlySet<string>;
  /** The tenant that a verified token belongs to; undefined: none here. */
  readonly tenantOf: (claims: Claims) => Promise<string | undefined>;
}

/** Who a bearer token speaks for, where it opens the API. */
export type Verifier = (token: string | undefined, api: ApiFamily) => Promise<Principal>;

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
}): Verifier {
  return async (token, api) => {
    if (!token) throw refused('missing');
    if (token.length > maxTokenLength) throw refused('tooLong');
    const unverified = readClaims(() => decodeJwt(token));
    const issuer = options.issuers.find((candidate) => candidate.issued(unverified));
    if (!issuer) throw refused('issuer');
    const payload = await verifySignature(token, issuer, options.clockSkewSeconds);
    const claims = readClaims(() => payload);
    const names = new Set([...options.ownNames, ...issuer.audiences]);
    const asked = [payload.aud ?? []].flat();
    if (!asked.some((audience) => familiesOf(audience, names).includes(api))) {
      throw refused('audience');
    }
    const tenant = await issuer.tenantOf(claims);
    if (tenant === undefined) throw refused('tenant');
    return principalOf(claims, tenant);
  };
}

function readClaims(read: () => JWTPayload): Claims {
  try {
    return claimsShape.parse(read());
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

function principalOf(claims: Claims, tenant: string): Principal {
  // A user's token may carry the user's own app roles: only `scp` says what the program may do for them.
  if (claims.scp !== undefined && claims.idtyp !== 'app') {
    const id = claims.oid ?? claims.sub;
    if (!id) throw refused('malformed');
    return {
      tenant,
      id,
      name: claims.upn ?? claims.preferred_username ?? claims.name ?? id,
      kind: 'user',
      roles: [],
      scopes: claims.scp.split(' ').filter(Boolean),
      deviceGroups: null,
    };
  }
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
