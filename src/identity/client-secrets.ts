import { createHmac, randomBytes } from 'node:crypto';
import { HuntError } from '../errors.js';
import type { Store } from '../store/store.js';
import { findApp, secretHashes } from './apps.js';
import { SlowDown } from './issuer/slow-down.js';
import type { Principal } from './principal.js';
import { hashSecret, matchesHash, newSecret } from './secrets.js';

const mostRemembered = 10_000;
const longestSecret = 1_024;
/** So many secrets are compared at a time, of whomever: more would hold up one another for seconds. */
const mostComparing = 64;

/** Applications that give their id and secret with every request, as shippers of telemetry do. */
export class ClientSecrets {
  readonly #store: Store;
  readonly #guesses = new SlowDown();
  readonly #key = randomBytes(32);
  /** Which hash a secret matched: the next request costs no scrypt, and a secret taken back counts at once. */
  readonly #matched = new Map<string, string>();
  /** Under way: after a restart shippers come back all at once, each of them with many requests. */
  readonly #comparing = new Map<string, Promise<boolean>>();
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
    const matches = await this.#matches(clientId, secret.slice(0, longestSecret));
    if (!app || app.isPublic || !matches) {
      this.#guesses.failed(guesser);
      throw new HuntError('request.unauthorized', { reason: 'The id or the secret is wrong.' });
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

  async #matches(clientId: string, secret: string): Promise<boolean> {
    const hashes = await secretHashes(this.#store, clientId);
    const key = createHmac('sha256', this.#key).update(`${clientId}\n${secret}`).digest('base64');
    const matched = this.#matched.get(key);
    if (matched !== undefined && hashes.includes(matched)) return true;
    const wanted = [key, ...hashes].join('\n');
    let comparison = this.#comparing.get(wanted);
    if (comparison === undefined) {
      if (this.#comparing.size >= mostComparing) {
        throw new HuntError('request.guessing', { retryAfterSeconds: 1 });
      }
      comparison = this.#compare(key, secret, hashes).finally(() => this.#comparing.delete(wanted));
      this.#comparing.set(wanted, comparison);
    }
    return comparison;
  }

  async #compare(key: string, secret: string, hashes: readonly string[]): Promise<boolean> {
    // An application that does not exist takes as long as a wrong secret.
    if (hashes.length === 0) await matchesHash(secret, await this.#decoy());
    for (const hash of hashes) {
      if (await matchesHash(secret, hash)) {
        if (this.#matched.size >= mostRemembered) this.#matched.clear();
        this.#matched.set(key, hash);
        return true;
      }
    }
    return false;
  }
}
