import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { HuntError } from '../../src/errors.js';
import type { ApiFamily } from '../../src/identity/apis.js';
import { dataAccess } from '../../src/identity/assignments.js';
import { IssuerKeys, trustEmbeddedIssuer } from '../../src/identity/embedded.js';
import { type ExternalIssuer, trustExternalIssuer } from '../../src/identity/external.js';
import { createVerifier, tokenFailures } from '../../src/identity/verify.js';
import { openStore, type Store } from '../../src/store/store.js';

let directory: string;
let store: Store;
let keys: IssuerKeys;
let server: Server;
let issuer: string;
/** What the issuer's server holds. */
let published: JWK[];
let asked: string[];
let document: () => object;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quarry-external-'));
  store = await openStore(join(directory, 'quarry.db'));
  keys = await IssuerKeys.open(join(directory, 'keys'));
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end(JSON.stringify(request.url === '/keys' ? { keys: published } : document()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.close();
  await store.close();
  await rm(directory, { recursive: true });
});
beforeEach(() => {
  asked = [];
  published = [];
  document = () => ({ issuer, jwks_uri: `${issuer}/keys` });
});

async function newKey(kid: string, alg = 'RS256') {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg } };
}
type Key = Awaited<ReturnType<typeof newKey>>;

const now = () => Math.floor(Date.now() / 1000);
async function tokenOf(key: Key, claims: JWTPayload = {}): Promise<string> {
  return new SignJWT({
    iss: issuer,
    aud: 'https://api.security.microsoft.com',
    oid: 'app-9',
    appid: 'app-9',
    roles: ['AdvancedHunting.Read.All'],
    iat: now(),
    exp: now() + 600,
    ...claims,
  })
    .setProtectedHeader({ alg: key.alg, kid: key.kid })
    .sign(key.privateKey);
}

function verifier(options: Partial<ExternalIssuer> = {}) {
  return createVerifier({
    issuers: [
      trustEmbeddedIssuer(keys, store),
      trustExternalIssuer(
        {
          issuer,
          alsoNamed: ['https://sts.windows.net/t1/'],
          tenant: 'default',
          rolesClaim: 'roles',
          scopesClaim: 'scp',
          ...options,
        },
        store,
      ),
    ],
    ownNames: new Set(['https://hunt.example.com']),
    clockSkewSeconds: 60,
    dataAccess: (tenant, user) => dataAccess(store, tenant, user),
  });
}

async function outcome(
  verify: ReturnType<typeof verifier>,
  token: string,
  api: ApiFamily = 'legacy',
) {
  try {
    return await verify(token, api);
  } catch (error) {
    const { parameters, code } = error as HuntError<'request.unauthorized'>;
    return parameters.reason ?? code;
  }
}

describe('tokens of another issuer', () => {
  test.each(['RS256', 'PS256', 'ES256', 'EdDSA'])(
    '%s are accepted, whatever tid says',
    async (alg) => {
      const key = await newKey('k1', alg);
      published = [key.jwk];
      expect(await outcome(verifier(), await tokenOf(key, { tid: 'other' }))).toMatchObject({
        tenant: 'default',
        id: 'app-9',
        kind: 'application',
      });
      expect(asked).toEqual(['/.well-known/openid-configuration', '/keys']);
    },
  );

  test('Entra’s v1 name for the same tenant is the same issuer', async () => {
    const key = await newKey('k1');
    published = [key.jwk];
    const token = await tokenOf(key, { iss: 'https://sts.windows.net/t1/' });
    expect(await outcome(verifier(), token)).toMatchObject({ id: 'app-9' });
    const other = await tokenOf(key, { iss: 'https://sts.windows.net/t2/' });
    expect(await outcome(verifier(), other)).toBe(tokenFailures.issuer);
  });

  test('keys are fetched once, and again when a new one signs', async () => {
    const [first, second] = [await newKey('k1'), await newKey('k2')];
    published = [first.jwk];
    const verify = verifier();
    for (let use = 0; use < 5; use += 1) await verify(await tokenOf(first), 'legacy');
    expect(asked.filter((url) => url === '/keys')).toHaveLength(1);
    // An issuer that rotates publishes before it signs: the first look after the pause finds the key.
    published = [first.jwk, second.jwk];
    const after = verifier();
    expect(await outcome(after, await tokenOf(second))).toMatchObject({ id: 'app-9' });
    expect(await outcome(after, await tokenOf(first))).toMatchObject({ id: 'app-9' });
  });

  test('a stranger’s key under a known kid is refused, and an unknown kid does not hammer the issuer', async () => {
    const [own, foreign] = [await newKey('k1'), await newKey('k1')];
    const unknown = await newKey('k9');
    published = [own.jwk];
    const verify = verifier();
    expect(await outcome(verify, await tokenOf(foreign))).toBe(tokenFailures.signature);
    for (let attempt = 0; attempt < 10; attempt += 1) {
      expect(await outcome(verify, await tokenOf(unknown))).toBe(tokenFailures.signature);
    }
    expect(asked.filter((url) => url === '/keys').length).toBeLessThanOrEqual(2);
  });

  test('it cannot speak for the embedded issuer', async () => {
    const key = await newKey((await keys.current()).signing.kid);
    published = [key.jwk];
    const claims = { iss: 'https://sts.quarry.local/default/', tid: 'default' };
    expect(await outcome(verifier(), await tokenOf(key, claims))).toBe(tokenFailures.signature);
  });

  test('a tenant that has gone takes its issuer along', async () => {
    const key = await newKey('k1');
    published = [key.jwk];
    expect(await outcome(verifier({ tenant: 'gone' }), await tokenOf(key))).toBe(
      tokenFailures.tenant,
    );
  });
});

describe('audiences', () => {
  test('are those of Microsoft’s APIs and our own names, or those that are named', async () => {
    const key = await newKey('k1');
    published = [key.jwk];
    const own = { audiences: { legacy: ['api://hunting'], graph: ['api://hunting', 'api://g'] } };
    const aud = async (options: Partial<ExternalIssuer>, name: string, api: ApiFamily) =>
      typeof (await outcome(verifier(options), await tokenOf(key, { aud: name }), api)) ===
      'object';
    expect(await aud({}, 'https://hunt.example.com/', 'quarry')).toBe(true);
    expect(await aud({}, 'api://hunting', 'legacy')).toBe(false);
    expect(await aud(own, 'api://hunting', 'legacy')).toBe(true);
    expect(await aud(own, 'api://g', 'graph')).toBe(true);
    expect(await aud(own, 'api://g', 'legacy')).toBe(false);
    expect(await aud(own, 'https://api.security.microsoft.com', 'legacy')).toBe(false);
    expect(await aud(own, 'api://quarry', 'quarry')).toBe(false);
  });
});

describe('roles and scopes under other names', () => {
  test('Keycloak’s', async () => {
    const key = await newKey('k1');
    published = [key.jwk];
    const verify = verifier({ rolesClaim: 'realm_access.roles', scopesClaim: 'none' });
    const token = await tokenOf(key, {
      roles: ['Quarry.Admin'],
      realm_access: { roles: ['AdvancedQuery.Read.All'] },
      scope: 'openid',
    });
    expect(await outcome(verify, token)).toMatchObject({ roles: ['AdvancedQuery.Read.All'] });
  });

  test('Okta’s list of scopes', async () => {
    const key = await newKey('k1');
    published = [key.jwk];
    const token = await tokenOf(key, { scp: ['openid', 'AdvancedQuery.Read'], sub: 'asha' });
    expect(await outcome(verifier(), token)).toMatchObject({
      kind: 'user',
      scopes: ['openid', 'AdvancedQuery.Read'],
    });
  });
});

describe('an issuer that cannot be asked', () => {
  test.each<[string, () => object]>([
    ['a document of another issuer', () => ({ issuer: 'https://evil.example', jwks_uri: issuer })],
    ['a document without keys', () => ({ issuer })],
    ['no document', () => []],
  ])('%s', async (_what, made) => {
    const key = await newKey('k1');
    published = [key.jwk];
    document = made;
    const verify = verifier();
    expect(await outcome(verify, await tokenOf(key))).toBe('identity.unavailable');
    document = () => ({ issuer, jwks_uri: `${issuer}/keys` });
    expect(await outcome(verify, await tokenOf(key))).toMatchObject({ id: 'app-9' });
  });

  test('keys that are no keys', async () => {
    const key = await newKey('k1');
    published = 'nothing' as never;
    expect(await outcome(verifier(), await tokenOf(key))).toBe('identity.unavailable');
  });
});
