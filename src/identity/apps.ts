import { createHash, randomUUID, X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { HuntError } from '../errors.js';
import { fromJson, toJson } from '../store/json.js';
import type { AppRow } from '../store/schema.js';
import type { Store } from '../store/store.js';
import { hashSecret, matchesHash, newSecret } from './secrets.js';

/** A program that asks for tokens. */
export interface App {
  readonly clientId: string;
  readonly tenant: string;
  readonly name: string;
  readonly roles: readonly string[];
  /** Delegated scopes that it may ask users for. */
  readonly scopes: readonly string[];
  readonly redirectUris: readonly string[];
  /** Runs on its users' machines or pages, and cannot keep a secret. */
  readonly isPublic: boolean;
}

export interface AppRequest {
  readonly tenant: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly scopes?: readonly string[];
  readonly redirectUris?: readonly string[];
  readonly isPublic?: boolean;
}

const names = z.array(z.string());

/** The application of that name, made where absent, with exactly these roles and scopes. */
export async function registerApp(store: Store, request: AppRequest): Promise<App> {
  const changing = {
    roles: toJson(request.roles),
    scopes: toJson(request.scopes ?? []),
    redirect_uris: toJson(request.redirectUris ?? []),
    is_public: request.isPublic ? 1 : 0,
  };
  const row = await store.db
    .insertInto('apps')
    .values({
      client_id: randomUUID(),
      tenant_id: request.tenant,
      name: request.name,
      ...changing,
      created_at: Date.now(),
    })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'name']).doUpdateSet(changing))
    .returningAll()
    .executeTakeFirstOrThrow();
  return appOf(row);
}

export async function findApp(store: Store, clientId: string): Promise<App | undefined> {
  const row = await store.db
    .selectFrom('apps')
    .selectAll()
    .where('client_id', '=', clientId)
    .executeTakeFirst();
  return row && appOf(row);
}

export async function listApps(store: Store, tenant: string): Promise<App[]> {
  const rows = await store.db
    .selectFrom('apps')
    .selectAll()
    .where('tenant_id', '=', tenant)
    .orderBy('name')
    .execute();
  return rows.map(appOf);
}

export async function removeApp(store: Store, clientId: string): Promise<void> {
  await store.db.deleteFrom('apps').where('client_id', '=', clientId).execute();
}

/** Gives an application one more secret, and returns it: it is not kept and cannot be shown again. */
export async function addSecret(
  store: Store,
  clientId: string,
  options: { secret?: string; expiresAt?: number } = {},
): Promise<string> {
  const secret = options.secret ?? newSecret();
  await store.db
    .insertInto('app_credentials')
    .values({
      id: randomUUID(),
      client_id: clientId,
      kind: 'secret',
      value: await hashSecret(secret),
      created_at: Date.now(),
      expires_at: options.expiresAt ?? null,
    })
    .execute();
  return secret;
}

/**
 * Lets an application prove itself by the key of a certificate; returns the certificate's thumbprint,
 * which clients name in their assertions.
 * @throws HuntError `request.parameter`
 */
export async function addCertificate(store: Store, clientId: string, pem: string): Promise<string> {
  const jwk = await certificateKey(pem);
  await store.db
    .insertInto('app_credentials')
    .values({
      id: randomUUID(),
      client_id: clientId,
      kind: 'certificate',
      value: toJson(jwk),
      created_at: Date.now(),
      expires_at: jwk.expiresAt,
    })
    .execute();
  return jwk.x5t;
}

const certificateShape = z.looseObject({ kid: z.string(), kty: z.string() });

/** The public keys by which an application may prove itself, as JWKs. */
export async function certificateKeys(store: Store, clientId: string) {
  const rows = await store.db
    .selectFrom('app_credentials')
    .select(['value'])
    .where('client_id', '=', clientId)
    .where('kind', '=', 'certificate')
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', Date.now())]))
    .execute();
  return rows.map((row) => fromJson(row.value, certificateShape));
}

/** What an application proves itself by; the proof itself is not shown. */
export interface Credential {
  readonly id: string;
  readonly kind: 'secret' | 'certificate';
  readonly createdAt: Date;
  /** null: never. */
  readonly expiresAt: Date | null;
}

export async function listCredentials(store: Store, clientId: string): Promise<Credential[]> {
  const rows = await store.db
    .selectFrom('app_credentials')
    .select(['id', 'kind', 'created_at', 'expires_at'])
    .where('client_id', '=', clientId)
    .orderBy('created_at')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    createdAt: new Date(row.created_at),
    expiresAt: row.expires_at === null ? null : new Date(row.expires_at),
  }));
}

/** Whether there was such a credential. */
export async function removeCredential(
  store: Store,
  clientId: string,
  id: string,
): Promise<boolean> {
  const { numDeletedRows } = await store.db
    .deleteFrom('app_credentials')
    .where('client_id', '=', clientId)
    .where('id', '=', id)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

/** Takes all secrets and certificates away. */
export async function removeCredentials(store: Store, clientId: string): Promise<void> {
  await store.db.deleteFrom('app_credentials').where('client_id', '=', clientId).execute();
}

async function certificateKey(pem: string) {
  try {
    const certificate = new X509Certificate(pem);
    const jwk = certificate.publicKey.export({ format: 'jwk' });
    const x5t = createHash('sha1').update(certificate.raw).digest('base64url');
    return { ...jwk, kid: x5t, x5t, use: 'sig', expiresAt: Date.parse(certificate.validTo) };
  } catch (cause) {
    throw new HuntError(
      'request.parameter',
      { message: 'The certificate cannot be read: it must be PEM.' },
      { cause },
    );
  }
}

export type SecretStanding = 'good' | 'expired' | 'wrong';

/** Whether a secret is one of the application's, and still good. */
export async function secretStanding(
  store: Store,
  clientId: string,
  secret: string,
): Promise<SecretStanding> {
  if (await matchOf(secret, await secretHashes(store, clientId))) return 'good';
  return (await wasSecretOf(store, clientId, secret)) ? 'expired' : 'wrong';
}

/** Whether it is one of the application's secrets that have expired. */
export async function wasSecretOf(
  store: Store,
  clientId: string,
  secret: string,
): Promise<boolean> {
  return (await matchOf(secret, await expiredHashes(store, clientId))) !== undefined;
}

/** The hash that a secret matches. */
export async function matchOf(
  secret: string,
  hashes: readonly string[],
): Promise<string | undefined> {
  for (const hash of hashes) {
    if (await matchesHash(secret, hash)) return hash;
  }
  return undefined;
}

/** What is kept of the application's secrets that have not expired. */
export async function secretHashes(store: Store, clientId: string): Promise<string[]> {
  const rows = await store.db
    .selectFrom('app_credentials')
    .select(['value'])
    .where('client_id', '=', clientId)
    .where('kind', '=', 'secret')
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', Date.now())]))
    .execute();
  return rows.map(({ value }) => value);
}

/** The comparison with each costs whoever guesses little, and us a thread. */
const mostExpired = 3;

/** What is kept of the secrets that have expired last. */
async function expiredHashes(store: Store, clientId: string): Promise<string[]> {
  const rows = await store.db
    .selectFrom('app_credentials')
    .select(['value'])
    .where('client_id', '=', clientId)
    .where('kind', '=', 'secret')
    .where('expires_at', '<=', Date.now())
    .orderBy('expires_at', 'desc')
    .limit(mostExpired)
    .execute();
  return rows.map(({ value }) => value);
}

function appOf(row: Omit<AppRow, 'created_at'>): App {
  return {
    clientId: row.client_id,
    tenant: row.tenant_id,
    name: row.name,
    roles: fromJson(row.roles, names),
    scopes: fromJson(row.scopes, names),
    redirectUris: fromJson(row.redirect_uris, names),
    isPublic: row.is_public === 1,
  };
}
