import { randomUUID } from 'node:crypto';
import { importJWK, SignJWT } from 'jose';
import type { Store } from '../store/store.js';
import { defaultTenantId } from '../store/tenants.js';
import { quarryAudience } from './apis.js';
import { registerApp } from './apps.js';
import { assignRole } from './assignments.js';
import { appClaims, embeddedIssuer, userClaims } from './claims.js';
import { openKeys, type SigningKey, signingAlgorithm } from './keys.js';
import { personalRoles, roles } from './roles.js';
import { createUser, findUser, type User } from './users.js';

/** Seconds that an access token lives, as in Entra. */
export const tokenLifetimeSeconds = 3600;

export interface MintRequest {
  /** The application's name; it is registered where it does not exist. */
  readonly app: string;
  readonly roles: readonly string[];
  /** Delegated scopes: with them the token is a user's, and roles count for nothing. */
  readonly scopes?: readonly string[];
  /** Whose token it is, where it has scopes; by default a user of the application's name. */
  readonly user?: string;
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
  const user =
    scopes.length > 0 ? await userOf(store, app.tenant, request.user ?? app.name, scopes) : null;
  return signToken(keys.signing, {
    tenant: app.tenant,
    audience: request.audience ?? quarryAudience,
    subject: user?.id ?? app.clientId,
    lifetimeSeconds: request.lifetimeSeconds ?? tokenLifetimeSeconds,
    claims: user
      ? userClaims(user, app.clientId, scopes, '1.0')
      : appClaims(app, request.roles, '1.0'),
  });
}

/**
 * The user; made where absent, without a password, and with a role that views every device's data and
 * allows what the scopes are for.
 */
async function userOf(
  store: Store,
  tenant: string,
  name: string,
  scopes: readonly string[],
): Promise<User> {
  const userName = name.replaceAll(' ', '-');
  const known = await findUser(store, tenant, userName);
  if (known) return known;
  const user = await createUser(store, { tenant, name: userName, password: null });
  await assignRole(store, tenant, {
    subjectKind: 'user',
    subject: user.id,
    viewsData: true,
    deviceGroups: null,
    allows: personalRoles.filter((role) => scopes.includes(roles[role].scope)),
  });
  return user;
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
