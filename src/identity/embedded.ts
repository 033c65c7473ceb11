import { errors, importJWK } from 'jose';
import { z } from 'zod';
import { fromJson, toJson } from '../store/json.js';
import type { Store } from '../store/store.js';
import { defaultTenantId, tenantSince } from '../store/tenants.js';
import { embeddedIssuer } from './claims.js';
import { appOf } from './issuer/portal-app.js';
import { type KeyRing, openKeys, publicJwk, type SigningKey, signingAlgorithm } from './keys.js';
import { newSecret } from './secrets.js';
import { isUser } from './users.js';
import { isOfUser, type TrustedIssuer } from './verify.js';

/** Milliseconds between two looks at the key folder for a key that is not known. */
const reloadPauseMs = 1000;

/** The embedded issuer's keys as the server holds them: a rotation by command line is noticed. */
export class IssuerKeys {
  readonly #directory: string;
  #ring: KeyRing;
  #readAt = Date.now();

  private constructor(directory: string, ring: KeyRing) {
    this.#directory = directory;
    this.#ring = ring;
  }

  static async open(directory: string): Promise<IssuerKeys> {
    return new IssuerKeys(directory, await openKeys(directory));
  }

  /** The keys, re-read where the last look is older than `maxAgeMs`. */
  async current(maxAgeMs = 60_000): Promise<KeyRing> {
    if (Date.now() - this.#readAt > maxAgeMs) {
      this.#readAt = Date.now();
      this.#ring = await openKeys(this.#directory);
    }
    return this.#ring;
  }

  async byId(kid: string | undefined): Promise<SigningKey | undefined> {
    const find = (ring: KeyRing) => ring.all.find((key) => key.kid === kid);
    return find(this.#ring) ?? find(await this.current(reloadPauseMs));
  }
}

/** The embedded issuer, as a verifier sees it. */
export function trustEmbeddedIssuer(keys: IssuerKeys, store: Store): TrustedIssuer {
  return {
    issued: ({ iss, tid }) => tid !== undefined && iss === embeddedIssuer(tid),
    keys: async ({ kid }) => {
      const key = await keys.byId(kid);
      if (!key) throw new errors.JWKSNoMatchingKey();
      return importJWK(publicJwk(key), signingAlgorithm);
    },
    algorithms: [signingAlgorithm],
    tenantOf: async ({ tid = '', iat = 0 }) => {
      const since = await tenantSince(store, tid);
      return since !== undefined && isOf(tid, since, iat) ? tid : undefined;
    },
    knows: async (claims, tenant) => {
      const { oid = '', appid = '' } = claims;
      // A user's token is the application's, too.
      if ((await appOf(store, tenant, appid)) === undefined) return false;
      return !isOfUser(claims) || isUser(store, tenant, oid);
    },
  };
}

/** Whether a token is of the tenant, and not of one that had its id before. */
function isOf(tenant: string, since: number, issuedAt: number): boolean {
  // Which stays for ever, also where the clock was ahead when it was made.
  return tenant === defaultTenantId || issuedAt >= Math.floor(since / 1000);
}

const cookieSecretSetting = 'issuer.cookieSecret';
const cookieSecretShape = z.string().min(32);

/** The secret that signs the issuer's cookies, the same on all nodes; made when first asked for. */
export async function issuerCookieSecret(store: Store): Promise<string> {
  await store.db
    .insertInto('settings')
    .values({ key: cookieSecretSetting, value: toJson(newSecret()) })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const { value } = await store.db
    .selectFrom('settings')
    .select('value')
    .where('key', '=', cookieSecretSetting)
    .executeTakeFirstOrThrow();
  return fromJson(value, cookieSecretShape);
}
