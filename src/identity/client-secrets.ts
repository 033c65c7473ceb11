import { createHmac, randomBytes } from 'node:crypto';
import { HuntError } from '../errors.js';
import type { Store } from '../store/store.js';
import { findApp, matchOf, type SecretStanding, secretHashes, wasSecretOf } from './apps.js';
import { SlowDown } from './issuer/slow-down.js';
import type { Principal } from './principal.js';
import { hashSecret, matchesHash, newSecret } from './secrets.js';

const mostRemembered = 10_000;
const longestSecret = 1_024;
/** So many secrets are compared at a time, of whomever: more would hold up one another for seconds. */
const mostComparing = 64;

/** A good secret does not help an application that is none, or that keeps none. */
const reasons: Readonly<Record<SecretStanding, string>> = {
  good: 'The id or the secret is wrong.',
  wrong: 'The id or the secret is wrong.',
  expired: 'The secret has expired.',
};

/** Applications that give their id and secret with every request, as shippers of telemetry do. */
export class ClientSecrets {
  readonly #store: Store;
  readonly #guesses = new SlowDown();
  readonly #key = randomBytes(32);
  /** Which hash a secret matched: the next request costs no scrypt, and a secret taken back counts at once. */
  readonly #matched = new Map<string, string>();
  /** Under way: after a restart shippers come back all at once, each of them with many requests. */
  readonly #comparing = new Map<string, Promise<SecretStanding>>();
  #decoyHash: Promise<string> | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Who the id and secret speak for.
   * @param address where the request is from
   * @throws HuntError `request.unauthorized` `request.guessing`
   */
  async verify(clientId: string, secret: string, address: string): Promise<Principal> {
    const guesser = `app ${clientId.slice(0, 256)} ${address}`;
    const waitMs = this.#guesses.waitMs(guesser);
    if (waitMs > 0) {
      throw new HuntError('request.guessing', { retryAfterSeconds: Math.ceil(waitMs / 1000) });
    }
    const app = await findApp(this.#store, clientId);
    const standing = await this.#standing(clientId, secret.slice(0, longestSecret));
    if (!app || app.isPublic || standing !== 'good') {
      this.#guesses.failed(guesser);
      throw new HuntError('request.unauthorized', { reason: reasons[standing] });
    }
    this.#guesses.succeeded(guesser);
    const { tenant, name, roles } = app;
    return {
      tenant,
      id: clientId,
      name,
      kind: 'application',
      roles,
      scopes: [],
      deviceGroups: null,
    };
  }

  #decoy(): Promise<string> {
    this.#decoyHash ??= hashSecret(newSecret());
    return this.#decoyHash;
  }

  async #standing(clientId: string, secret: string): Promise<SecretStanding> {
    const hashes = await secretHashes(this.#store, clientId);
    const key = createHmac('sha256', this.#key).update(`${clientId}\n${secret}`).digest('base64');
    const matched = this.#matched.get(key);
    if (matched !== undefined && hashes.includes(matched)) return 'good';
    const wanted = [key, ...hashes].join('\n');
    let comparison = this.#comparing.get(wanted);
    if (comparison === undefined) {
      if (this.#comparing.size >= mostComparing) {
        throw new HuntError('request.guessing', { retryAfterSeconds: 1 });
      }
      comparison = this.#compare(clientId, key, secret, hashes).finally(() =>
        this.#comparing.delete(wanted),
      );
      this.#comparing.set(wanted, comparison);
    }
    return comparison;
  }

  async #compare(
    clientId: string,
    key: string,
    secret: string,
    hashes: readonly string[],
  ): Promise<SecretStanding> {
    // An application that does not exist takes as long as a wrong secret.
    if (hashes.length === 0) await matchesHash(secret, await this.#decoy());
    const hash = await matchOf(secret, hashes);
    if (hash === undefined) {
      return (await wasSecretOf(this.#store, clientId, secret)) ? 'expired' : 'wrong';
    }
    if (this.#matched.size >= mostRemembered) this.#matched.clear();
    this.#matched.set(key, hash);
    return 'good';
  }
}
