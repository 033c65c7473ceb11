import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type App, addSecret, registerApp } from '../../src/identity/apps.js';
import { rotateKeys } from '../../src/identity/keys.js';
import { type Answer, type Fixture, hunterRoles, openFixture, read } from './fixture.js';

let fixture: Fixture;
let app: App;
let secret: string;

beforeAll(async () => {
  fixture = await openFixture();
  app = await registerApp(fixture.store, {
    tenant: 'default',
    name: 'collector',
    roles: [...hunterRoles, 'ThreatHunting.Read.All', 'Telemetry.Ingest'],
  });
  secret = await addSecret(fixture.store, app.clientId);
});
afterAll(() => fixture.close());

const mde = 'https://api.securitycenter.microsoft.com';

async function ask(
  path: string,
  fields: Record<string, string> | FormData,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const body = fields instanceof FormData ? fields : new URLSearchParams(fields);
  return read(await fetch(fixture.url + path, { method: 'POST', body, headers }));
}

const v1 = () => ({
  resource: mde,
  client_id: app.clientId,
  client_secret: secret,
  grant_type: 'client_credentials',
});
const v2 = () => ({
  scope: `${mde}/.default`,
  client_id: app.clientId,
  client_secret: secret,
  grant_type: 'client_credentials',
});

describe('a token request that clients make is answered as by Entra', () => {
  test('v1: numbers are text', async () => {
    const { status, json } = await ask('/default/oauth2/token?api-version=1.0', v1());
    expect(status).toBe(200);
    expect(json).toEqual({
      token_type: 'Bearer',
      expires_in: '3599',
      ext_expires_in: '3599',
      expires_on: expect.stringMatching(/^\d+$/),
      not_before: expect.stringMatching(/^\d+$/),
      resource: mde,
      access_token: expect.any(String),
    });
  });

  test('v2: numbers are numbers', async () => {
    const { status, json } = await ask('/default/oauth2/v2.0/token', v2());
    expect(status).toBe(200);
    expect(json).toEqual({
      token_type: 'Bearer',
      expires_in: 3599,
      ext_expires_in: 3599,
      access_token: expect.any(String),
    });
  });

  test.each([
    ['a multipart form', () => Object.entries(v1()).reduce(appended, new FormData()), {}],
    ['no client_secret but Basic', () => without(v1(), 'client_secret', 'client_id'), 'basic'],
    ['a tenant in another case', v1, {}],
    ['telemetry fields of sign-in libraries', () => ({ ...v1(), 'x-client-SKU': 'js' }), {}],
    ['a scope beside the resource', () => ({ ...v1(), scope: 'openid' }), {}],
    ['the slash of msticpy', () => ({ ...v1(), resource: `${mde}/` }), {}],
  ])('%s', async (what, fields, how) => {
    const headers = how === 'basic' ? { authorization: basic(app.clientId, secret) } : {};
    const path = what.includes('case') ? '/DEFAULT/oauth2/token' : '/common/oauth2/token';
    const { status, json } = await ask(path, fields(), headers);
    expect(json).toMatchObject({ token_type: 'Bearer' });
    expect(status).toBe(200);
  });

  test('the token verifies against the published keys and says who it is for', async () => {
    const { json } = await ask('/default/oauth2/v2.0/token', v2());
    const token = String(json['access_token']);
    expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'RS256', typ: 'JWT' });
    const keys = createRemoteJWKSet(new URL(`${fixture.url}/common/discovery/v2.0/keys`));
    const { payload } = await jwtVerify(token, keys);
    expect(payload).toMatchObject({
      iss: 'https://sts.quarry.local/default/',
      aud: mde,
      tid: 'default',
      appid: app.clientId,
      azp: app.clientId,
      app_displayname: 'collector',
      idtyp: 'app',
      ver: '2.0',
    });
    expect(payload).not.toHaveProperty('scope');
    expect(Number(payload.exp) - Number(payload.iat)).toBe(3599);
  });

  test('a token carries the roles of the API that it is for, and no other', async () => {
    const rolesFor = async (scope: string) => {
      const { json } = await ask('/default/oauth2/v2.0/token', { ...v2(), scope });
      const claims = String(json['access_token']).split('.')[1] ?? '';
      return JSON.parse(Buffer.from(claims, 'base64url').toString()).roles;
    };
    expect(await rolesFor(`${mde}/.default`)).toEqual(hunterRoles);
    expect(await rolesFor('https://graph.microsoft.com/.default')).toEqual([
      'ThreatHunting.Read.All',
    ]);
    expect(await rolesFor('api://quarry/.default')).toEqual([
      ...hunterRoles,
      'ThreatHunting.Read.All',
      'Telemetry.Ingest',
    ]);
  });

  test.each([
    'https://api-us.securitycenter.microsoft.com/',
    'https://api-uk.securitycenter.windows.com',
    'https://swa.api.security.microsoft.com',
  ])('the address of a region, %s, is one of the same API', async (resource) => {
    const { status, json } = await ask('/default/oauth2/token', { ...v1(), resource });
    expect(status).toBe(200);
    const authorization = `Bearer ${json['access_token']}`;
    const path = '/api/advancedqueries/run';
    expect((await fixture.post(path, '{"Query":"x"}', { authorization })).status).toBe(200);
  });

  test('the token opens the hunting paths', async () => {
    const { json } = await ask('/default/oauth2/token', v1());
    const authorization = `Bearer ${json['access_token']}`;
    for (const path of ['/api/advancedqueries/run', '/api/advancedhunting/run']) {
      expect((await fixture.post(path, '{"Query":"x"}', { authorization })).status).toBe(200);
    }
  });

  test('a rotated key signs at once, and the old one still verifies', async () => {
    const before = await ask('/default/oauth2/token', v1());
    await rotateKeys(fixture.keyDirectory);
    const { keys } = (await read(await fetch(`${fixture.url}/common/discovery/keys`))).json;
    expect(keys).toBeInstanceOf(Array);
    for (const { json } of [before, await ask('/default/oauth2/token', v1())]) {
      const authorization = `Bearer ${json['access_token']}`;
      const path = '/api/advancedqueries/run';
      expect((await fixture.post(path, '{"Query":"x"}', { authorization })).status).toBe(200);
    }
    const minted = `Bearer ${await fixture.token()}`;
    const path = '/api/advancedqueries/run';
    expect((await fixture.post(path, '{"Query":"x"}', { authorization: minted })).status).toBe(200);
  });
});

describe('a token request that is wrong gets Entra’s error', () => {
  test.each<[string, string, () => Record<string, string>, number, string, number]>([
    [
      'wrong secret',
      '/default',
      () => ({ ...v1(), client_secret: 'x' }),
      401,
      'invalid_client',
      7000215,
    ],
    ['no secret', '/default', () => without(v1(), 'client_secret'), 401, 'invalid_client', 7000218],
    [
      'unknown application',
      '/default',
      () => ({ ...v1(), client_id: 'x' }),
      400,
      'unauthorized_client',
      700016,
    ],
    [
      'no application',
      '/default',
      () => without(v1(), 'client_id'),
      400,
      'invalid_request',
      900144,
    ],
    ['unknown tenant', '/nobody', v1, 400, 'invalid_request', 90002],
    [
      'unknown resource',
      '/default',
      () => ({ ...v1(), resource: 'https://example.com' }),
      400,
      'invalid_resource',
      500011,
    ],
    [
      'a resource that is no address',
      '/default',
      () => ({ ...v1(), resource: 'x' }),
      400,
      'invalid_resource',
      500011,
    ],
    ['no resource', '/default', () => without(v1(), 'resource'), 400, 'invalid_request', 900144],
    [
      'no grant type',
      '/default',
      () => without(v1(), 'grant_type'),
      400,
      'invalid_request',
      900144,
    ],
    [
      'unknown grant type',
      '/default',
      () => ({ ...v1(), grant_type: 'x' }),
      400,
      'unsupported_grant_type',
      70003,
    ],
  ])('%s', async (_what, tenant, fields, status, error, number) => {
    const answered = await ask(`${tenant}/oauth2/token`, fields());
    expect(answered.json).toMatchObject({
      error,
      error_codes: [number],
      error_description: expect.stringMatching(new RegExp(`^AADSTS${number}: `)),
      trace_id: expect.any(String),
      correlation_id: expect.any(String),
    });
    expect(answered.status).toBe(status);
  });

  test.each<[string, string, () => Record<string, string>, string]>([
    [
      'resource',
      '/default',
      () => ({ ...v1(), resource: 'https://example.com' }),
      'https://example.com',
    ],
    ['application', '/default', () => ({ ...v1(), client_id: 'x-y' }), "'x-y'"],
    ['tenant', '/nobody', v1, "'nobody'"],
    ['parameter', '/default', () => without(v1(), 'resource'), "'resource'"],
    ['grant type', '/default', () => without(v1(), 'grant_type'), "'grant_type'"],
    ['application id', '/default', () => without(v1(), 'client_id'), "parameter: 'client_id'"],
    ['application id', '/common', () => ({ ...v1(), client_id: '' }), "parameter: 'client_id'"],
  ])('it says which %s is meant', async (_what, tenant, fields, said) => {
    const { json } = await ask(`${tenant}/oauth2/token`, fields());
    expect(json['error_description']).toContain(said);
  });

  test.each([
    ['one scope of an API', `${mde}/AdvancedQuery.Read`],
    ['two APIs', `${mde}/.default https://graph.microsoft.com/.default`],
    ['no API', 'openid'],
  ])('v2 for an application with %s', async (_what, scope) => {
    const { status, json } = await ask('/default/oauth2/v2.0/token', { ...v2(), scope });
    expect(status).toBe(400);
    expect(json['error']).toBe('invalid_scope');
  });

  test.each([
    ['a broken multipart form', 'multipart/form-data; boundary=x', '--x\r\nnothing'],
    ['JSON', 'application/json', '{"grant_type":"client_credentials"}'],
    ['nothing', 'application/x-www-form-urlencoded', ''],
  ])('%s', async (_what, contentType, body) => {
    const answered = await fixture.post('/default/oauth2/token', body, {
      'content-type': contentType,
    });
    expect(answered.status).toBe(400);
    expect(answered.json).toMatchObject({ error: 'invalid_request' });
  });

  test.each([
    '/oauth2/token',
    '/oauth2/v2.0/token',
    '/oauth2/devicecode',
    '/oauth2/v2.0/devicecode',
  ])('%s has POST alone', async (path) => {
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
      const answered = await read(await fetch(`${fixture.url}/default${path}`, { method }));
      expect([answered.status, answered.headers.get('allow')]).toEqual([405, 'POST']);
      expect(answered.json).toMatchObject({ error: 'invalid_request', error_codes: [900561] });
      expect(answered.json['error_description']).toContain(`Received a ${method} request.`);
    }
  });

  test.each([
    ['one that has expired', 'expired', 7000222],
    ['one that never was', 'wrong', 7000215],
  ])('a secret is refused by its own number: %s', async (_what, kind, number) => {
    const { clientId } = await registerApp(fixture.store, {
      tenant: 'default',
      name: `secret that is ${kind}`,
      roles: [],
    });
    await addSecret(fixture.store, clientId);
    const old = await addSecret(fixture.store, clientId, { expiresAt: Date.now() - 1000 });
    const client_secret = kind === 'expired' ? old : `${old}x`;
    const { json, status } = await ask('/default/oauth2/v2.0/token', {
      ...v2(),
      client_id: clientId,
      client_secret,
    });
    expect(status).toBe(401);
    expect(json).toMatchObject({ error: 'invalid_client', error_codes: [number] });
    expect(String(json['error_description'])).toMatch(new RegExp(`^AADSTS${number}: `));
  });

  test('guessing a secret is slowed down', async () => {
    const victim = await registerApp(fixture.store, {
      tenant: 'default',
      name: 'victim',
      roles: [],
    });
    const own = await addSecret(fixture.store, victim.clientId);
    const guess = (client_secret: string) =>
      ask('/default/oauth2/token', { ...v1(), client_id: victim.clientId, client_secret });
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 6; attempt += 1) statuses.push((await guess('x')).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
    const waiting = await guess(own);
    expect(waiting.status).toBe(429);
    expect(Number(waiting.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  test('a secret is never in the log', () => {
    expect(fixture.logged.join('')).not.toContain(secret);
  });
});

describe('sign-in libraries find the issuer', () => {
  test.each([
    '/default/v2.0/.well-known/openid-configuration',
    '/default/.well-known/openid-configuration',
    '/common/v2.0/.well-known/openid-configuration',
  ])('%s', async (path) => {
    const { status, json } = await read(await fetch(fixture.url + path));
    const tenant = path.split('/')[1];
    expect(status).toBe(200);
    expect(json).toMatchObject({
      issuer: `${fixture.url}/${tenant}/v2.0`,
      token_endpoint: `${fixture.url}/${tenant}/oauth2/v2.0/token`,
      jwks_uri: `${fixture.url}/${tenant}/discovery/v2.0/keys`,
    });
  });

  test('not of a tenant that does not exist', async () => {
    const url = `${fixture.url}/nobody/v2.0/.well-known/openid-configuration`;
    const { status, json } = await read(await fetch(url));
    expect(status).toBe(400);
    expect(json).toMatchObject({
      error: 'invalid_tenant',
      error_codes: [90002],
      error_description: expect.stringContaining("Tenant 'nobody' not found."),
    });
  });

  test.each(['asha@contoso.example', 'nobody@contoso.example'])(
    'a password of %s is one for this server, they are told before they send it',
    async (user) => {
      const url = `${fixture.url}/common/userrealm/${user}?api-version=1.0`;
      const { status, json } = await read(await fetch(url));
      expect(status).toBe(200);
      expect(json).toEqual({
        ver: '1.0',
        account_type: 'Managed',
        domain_name: 'contoso.example',
        cloud_instance_name: new URL(fixture.url).host,
        cloud_audience_urn: 'urn:federation:MicrosoftOnline',
      });
    },
  );

  test('private keys are not published', async () => {
    const { json } = await read(await fetch(`${fixture.url}/default/discovery/v2.0/keys`));
    for (const key of json['keys'] as object[]) {
      expect(Object.keys(key).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
    }
  });

  test.each(['/common/discovery/instance?api-version=1.1', '/metadata/endpoints'])(
    '%s',
    async (path) => {
      const { status, text } = await read(await fetch(fixture.url + path));
      expect(status).toBe(200);
      expect(text).toContain(new URL(fixture.url).host);
    },
  );
});

function without(fields: Record<string, string>, ...names: string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}

function appended(form: FormData, [name, value]: [string, string]): FormData {
  form.append(name, value);
  return form;
}

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}
