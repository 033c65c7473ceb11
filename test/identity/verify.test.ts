import { createHmac, type webcrypto } from 'node:crypto';
import { chmod, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportSPKI, generateKeyPair, importJWK, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HuntError } from '../../src/errors.js';
import type { ApiFamily } from '../../src/identity/apis.js';
import { dataAccess } from '../../src/identity/assignments.js';
import { authorize } from '../../src/identity/authorize.js';
import { embeddedIssuer } from '../../src/identity/claims.js';
import { IssuerKeys, trustEmbeddedIssuer } from '../../src/identity/embedded.js';
import { openKeys, publicJwk, rotateKeys } from '../../src/identity/keys.js';
import { mintToken } from '../../src/identity/mint.js';
import { createVerifier, tokenFailures, type Verifier } from '../../src/identity/verify.js';
import { openStore, type Store } from '../../src/store/store.js';

let directory: string;
let keyDirectory: string;
let store: Store;
let verify: Verifier;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quarry-identity-'));
  keyDirectory = join(directory, 'keys');
  store = await openStore(join(directory, 'quarry.db'));
  const keys = await IssuerKeys.open(keyDirectory);
  // These tokens are of nobody who is registered.
  const { knows: _knows, ...issuer } = trustEmbeddedIssuer(keys, store);
  verify = createVerifier({
    issuers: [issuer],
    ownNames: new Set(['https://hunt.example.com']),
    clockSkewSeconds: 60,
    dataAccess: (tenant, user) => dataAccess(store, tenant, user),
  });
});
afterAll(async () => {
  await store.close();
  await rm(directory, { recursive: true });
});

const now = () => Math.floor(Date.now() / 1000);
const good = (): JWTPayload => ({
  iss: embeddedIssuer('default'),
  aud: 'https://api.security.microsoft.com',
  tid: 'default',
  appid: 'app-1',
  roles: ['AdvancedHunting.Read.All'],
  iat: now(),
  nbf: now(),
  exp: now() + 600,
});

async function signed(claims: JWTPayload, header: Record<string, unknown> = {}): Promise<string> {
  const { signing } = await openKeys(keyDirectory);
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'RS256', kid: signing.kid, ...header })
    .sign(await importJWK({ ...signing.jwk, alg: 'RS256' }, 'RS256'));
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

async function reasonOf(token: string | undefined, api: ApiFamily | 'any' = 'legacy') {
  try {
    await verify(token, api);
    return 'accepted';
  } catch (error) {
    const { code, parameters } = error as HuntError<'request.unauthorized'>;
    expect(code).toBe('request.unauthorized');
    return parameters.reason;
  }
}

describe('a token that is not ours, not for us or not now opens nothing', () => {
  const attacks: Record<string, [keyof typeof tokenFailures, () => Promise<string>]> = {
    'no token': ['missing', async () => ''],
    'not a token': ['malformed', async () => 'nonsense'],
    'two parts of three': ['malformed', async () => (await signed(good())).split('.', 2).join('.')],
    'alg none': ['signature', async () => `${encode({ alg: 'none' })}.${encode(good())}.`],
    'alg none with the key named': [
      'signature',
      async () => {
        const { signing } = await openKeys(keyDirectory);
        return `${encode({ alg: 'none', kid: signing.kid })}.${encode(good())}.`;
      },
    ],
    'HS256 keyed with the public key': [
      'signature',
      async () => {
        const { signing } = await openKeys(keyDirectory);
        const key = await importJWK(publicJwk(signing), 'RS256', { extractable: true });
        const pem = await exportSPKI(key as webcrypto.CryptoKey);
        const text = `${encode({ alg: 'HS256', kid: signing.kid })}.${encode(good())}`;
        return `${text}.${createHmac('sha256', pem).update(text).digest('base64url')}`;
      },
    ],
    'a foreign key under a known kid': [
      'signature',
      async () => {
        const { signing } = await openKeys(keyDirectory);
        const { privateKey } = await generateKeyPair('RS256');
        return new SignJWT(good())
          .setProtectedHeader({ alg: 'RS256', kid: signing.kid })
          .sign(privateKey);
      },
    ],
    'a key in the header': [
      'signature',
      async () => {
        const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
        const { exportJWK } = await import('jose');
        return new SignJWT(good())
          .setProtectedHeader({ alg: 'RS256', jwk: await exportJWK(publicKey) })
          .sign(privateKey);
      },
    ],
    'an unknown kid': ['signature', () => signed(good(), { kid: 'x' })],
    'no kid': ['signature', () => signed(good(), { kid: undefined })],
    'a kid that is a path': ['signature', () => signed(good(), { kid: '../../quarry.db' })],
    'changed claims': [
      'signature',
      async () => {
        const [header, , signature] = (await signed(good())).split('.');
        return `${header}.${encode({ ...good(), roles: ['Quarry.Admin'] })}.${signature}`;
      },
    ],
    expired: ['expired', () => signed({ ...good(), exp: now() - 61 })],
    'without an end': [
      'malformed',
      async () => {
        const { exp: _exp, ...endless } = good();
        return signed(endless);
      },
    ],
    'not yet valid': ['notYetValid', () => signed({ ...good(), nbf: now() + 120 })],
    'another audience': ['audience', () => signed({ ...good(), aud: 'https://example.com' })],
    'the audience of Graph': [
      'audience',
      () => signed({ ...good(), aud: 'https://graph.microsoft.com' }),
    ],
    'an id token': ['audience', () => signed({ ...good(), aud: 'app-1' })],
    'a logout token': ['malformed', () => signed(good(), { typ: 'logout+jwt' })],
    'another issuer': ['issuer', () => signed({ ...good(), iss: 'https://sts.windows.net/x/' })],
    'the issuer of another tenant': [
      'issuer',
      () => signed({ ...good(), iss: embeddedIssuer('other') }),
    ],
    'a tenant that does not exist': [
      'tenant',
      () => signed({ ...good(), iss: embeddedIssuer('other'), tid: 'other' }),
    ],
    'roles that are no list': ['malformed', () => signed({ ...good(), roles: { a: 1 } })],
    'nobody in particular': ['malformed', () => signed({ ...good(), appid: undefined })],
    huge: ['tooLong', () => signed({ ...good(), x: 'y'.repeat(20_000) })],
  };
  test.each(Object.entries(attacks))('%s', async (_what, [reason, make]) => {
    expect(await reasonOf(await make())).toBe(tokenFailures[reason]);
  });

  test('an audience of nobody here opens not even what any API may ask', async () => {
    const token = await signed({ ...good(), aud: 'https://example.com' });
    expect(await reasonOf(token, 'any')).toBe(tokenFailures.audience);
  });
});

describe('a good token opens what it is for', () => {
  test.each<[string, JWTPayload, ApiFamily | 'any']>([
    ['an earlier API', {}, 'legacy'],
    ['a slash at the end', { aud: 'https://api.security.microsoft.com/' }, 'legacy'],
    ['another name of the family', { aud: 'https://api.securitycenter.windows.com' }, 'legacy'],
    ['several audiences', { aud: ['x', 'https://api.security.microsoft.com'] }, 'legacy'],
    ['a minute late', { exp: now() - 30 }, 'legacy'],
    ['Graph', { aud: 'https://graph.microsoft.com' }, 'graph'],
    ['Graph by its id', { aud: '00000003-0000-0000-c000-000000000000' }, 'graph'],
    ['our own name, for every API', { aud: 'https://hunt.example.com' }, 'quarry'],
    ['our own scheme', { aud: 'api://quarry' }, 'legacy'],
    ['an earlier API, for what any may ask', {}, 'any'],
    ['Graph, for what any may ask', { aud: 'https://graph.microsoft.com' }, 'any'],
  ])('%s', async (_what, claims, api) => {
    expect(await verify(await signed({ ...good(), ...claims }), api)).toMatchObject({
      tenant: 'default',
      id: 'app-1',
      kind: 'application',
      roles: ['AdvancedHunting.Read.All'],
    });
  });

  test('a token that was minted without a server', async () => {
    const token = await mintToken(store, keyDirectory, {
      app: 'cli',
      roles: ['Telemetry.Ingest'],
    });
    expect(await verify(token, 'quarry')).toMatchObject({
      name: 'cli',
      roles: ['Telemetry.Ingest'],
      kind: 'application',
    });
  });
});

describe('roles and scopes do not stand for each other', () => {
  const claims = { oid: 'user-1', upn: 'asha@contoso.example', appid: 'app-1' };
  const forbidden = async (extra: JWTPayload) => {
    const principal = await verify(await signed({ ...good(), ...claims, ...extra }), 'legacy');
    try {
      authorize(principal, ['AdvancedHunting.Read.All']);
      return 'allowed';
    } catch (error) {
      return (error as HuntError).message;
    }
  };
  test.each<[string, JWTPayload, string]>([
    ['the role of an application', {}, 'allowed'],
    ['the scope of a user', { scp: 'openid AdvancedHunting.Read', roles: [] }, 'allowed'],
    [
      'no role',
      { roles: [] },
      'Missing application roles. API required roles: AdvancedHunting.Read.All, application roles: .',
    ],
    [
      'other roles',
      { roles: ['AdvancedQuery.Read.All', 'Telemetry.Ingest'] },
      'Missing application roles. API required roles: AdvancedHunting.Read.All, application roles: AdvancedQuery.Read.All,Telemetry.Ingest.',
    ],
    [
      'a scope among the roles',
      { roles: ['AdvancedHunting.Read'] },
      'Missing application roles. API required roles: AdvancedHunting.Read.All, application roles: AdvancedHunting.Read.',
    ],
    [
      'a role among the scopes',
      { scp: 'AdvancedHunting.Read.All', roles: [] },
      'Missing scopes. API required scopes: AdvancedHunting.Read, scopes: AdvancedHunting.Read.All.',
    ],
    [
      'a user whose own roles are in the token',
      { scp: 'openid' },
      'Missing scopes. API required scopes: AdvancedHunting.Read, scopes: openid.',
    ],
  ])('%s', async (_what, extra, outcome) => {
    expect(await forbidden(extra)).toBe(outcome);
  });
});

describe('signing keys', () => {
  test('are readable by their owner alone', async () => {
    const { signing } = await openKeys(keyDirectory);
    const mode = async (path: string) => (await stat(path)).mode & 0o777;
    expect(await mode(keyDirectory)).toBe(0o700);
    expect(await mode(join(keyDirectory, `${signing.kid}.json`))).toBe(0o600);
    await chmod(keyDirectory, 0o755);
    await openKeys(keyDirectory);
    expect(await mode(keyDirectory)).toBe(0o700);
  });

  test('are removed a day after they were replaced', async () => {
    const folder = join(directory, 'rotated');
    const { signing: first } = await openKeys(folder);
    const { signing: second, all } = await rotateKeys(folder);
    expect(all.map((key) => key.kid)).toEqual([second.kid, first.kid]);
    const later = await rotateKeys(folder, Date.now() + 26 * 3_600_000);
    expect(later.all.map((key) => key.kid)).not.toContain(first.kid);
    expect(later.all).toHaveLength(2);
  });
});
