import { randomUUID } from 'node:crypto';
import { importJWK, SignJWT } from 'jose';
import type { Store } from '../store/store.js';
import { defaultTenantId } from '../store/tenants.js';
import { quarryAudience } from './apis.js';
import { registerApp } from './apps.js';
import { appClaims, embeddedIssuer } from './claims.js';
import { openKeys, type SigningKey, signingAlgorithm } from './keys.js';

/** Seconds that an access token lives, as in Entra. */
export const tokenLifetimeSeconds = 3600;

export interface MintRequest {
  /** The application's name; it is registered where it does not exist. */
  readonly app: string;
  readonly roles: readonly string[];
  readonly scopes?: readonly string[];
  readonly tenant?: string;
  /** Defaults to the one that opens every API. */
  readonly audience?: string;
  readonly lifetimeSeconds?: number;
}

/**
 * A token of the embedded issuer, made where its store and keys are: no server takes part.
 * @param keyDirectory the folder of the issuer's keys
 */
export async function mintToken(
  store: Store,
  keyDirectory: string,
  request: MintRequest,
): Promise<string> {
  const app = await registerApp(store, {
    tenant: request.tenant ?? defaultTenantId,
    name: request.app,
    roles: request.roles,
    scopes: request.scopes ?? [],
  });
  const keys = await openKeys(keyDirectory);
  const scopes = request.scopes ?? [];
  const claims = appClaims(app, request.roles, '1.0');
  return signToken(keys.signing, {
    tenant: app.tenant,
    audience: request.audience ?? quarryAudience,
    subject: app.clientId,
    lifetimeSeconds: request.lifetimeSeconds ?? tokenLifetimeSeconds,
    claims:
      scopes.length === 0 ? claims : { ...claims, idtyp: 'user', roles: [], scp: scopes.join(' ') },
  });
}

/** Signs an access token as the embedded issuer. */
export async function signToken(
  key: SigningKey,
  token: {
    tenant: string;
    audience: string;
    subject: string;
    lifetimeSeconds: number;
    claims: Readonly<Record<string, unknown>>;
  },
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({ ...token.claims })
    .setProtectedHeader({ alg: signingAlgorithm, typ: 'JWT', kid: key.kid })
    .setIssuer(embeddedIssuer(token.tenant))
    .setAudience(token.audience)
    .setSubject(token.subject)
    .setJti(randomUUID())
    .setIssuedAt(now)
    .setNotBefore(now)
    .setExpirationTime(now + token.lifetimeSeconds)
    .sign(await importJWK(key.jwk, signingAlgorithm));
}
