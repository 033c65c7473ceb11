import { createHash, randomBytes, randomUUID, X509Certificate } from 'node:crypto';
import { createRemoteJWKSet, importPKCS8, jwtVerify, SignJWT } from 'jose';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type App, addCertificate, addSecret, registerApp } from '../../src/identity/apps.js';
import { assignRole } from '../../src/identity/assignments.js';
import { changeUser, createUser } from '../../src/identity/users.js';
import { type Answer, type Fixture, openFixture, read } from './fixture.js';

let fixture: Fixture;
let portal: App;
let web: App;
let webSecret: string;
const password = 'correct horse battery';
const redirectUri = 'http://127.0.0.1/callback';
const webRedirect = 'https://app.example.com/callback';
const resource = 'https://api.security.microsoft.com';
const scope = `openid profile offline_access ${resource}/AdvancedHunting.Read`;

beforeAll(async () => {
  fixture = await openFixture();
  const scopes = ['AdvancedHunting.Read', 'AdvancedQuery.Read', 'ThreatHunting.Read.All'];
  const common = { tenant: 'default', roles: [], scopes };
  const { store } = fixture;
  portal = await registerApp(store, {
    ...common,
    name: 'portal',
    redirectUris: [redirectUri],
    isPublic: true,
  });
  web = await registerApp(store, { ...common, name: 'web', redirectUris: [webRedirect] });
  webSecret = await addSecret(store, web.clientId);
  for (const name of ['asha@contoso.example', 'ben@contoso.example']) {
    const user = await createUser(store, { tenant: 'default', name, password });
    const role = { subjectKind: 'user', subject: user.id, viewsData: true } as const;
    await assignRole(store, 'default', { ...role, deviceGroups: null });
  }
});
afterAll(() => fixture.close());

/** A browser: cookies by path, and no redirect followed unasked. */
class Browser {
  readonly #cookies = new Map<string, { value: string; path: string }>();

  async open(url: string, form?: Record<string, string>): Promise<Response> {
    const { pathname } = new URL(url);
    const cookie = [...this.#cookies]
      .filter(([, { path }]) => pathname.startsWith(path))
      .map(([name, { value }]) => `${name}=${value}`)
      .join('; ');
    const response = await fetch(url, {
      method: form ? 'POST' : 'GET',
      redirect: 'manual',
      headers: { cookie, accept: 'text/html' },
      ...(form && { body: new URLSearchParams(form) }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      const path = /path=([^;]+)/i.exec(line)?.[1] ?? '/';
      if (/expires=Thu, 01 Jan 1970/i.test(line)) this.#cookies.delete(name);
      else this.#cookies.set(name, { value, path });
      expect(line).toMatch(/httponly/i);
      expect(line).toMatch(/samesite=lax/i);
    }
    return response;
  }

  /** Goes where redirects lead, as long as they stay on the server. */
  async follow(response: Response): Promise<{ response: Response; url: string }> {
    let [current, url] = [response, response.url];
    for (;;) {
      const location = current.headers.get('location');
      if (!location) return { response: current, url };
      url = new URL(location, url).href;
      if (!url.startsWith(`${fixture.url}/`)) return { response: current, url };
      current = await this.open(url);
    }
  }
}

/** The claims of an answer's access token. */
function claimsOf({ json }: Answer): Record<string, unknown> {
  const claims = String(json['access_token']).split('.')[1] ?? '';
  return JSON.parse(Buffer.from(claims, 'base64url').toString());
}

function pkce() {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

function authorizeUrl(app: App, extra: Record<string, string> = {}, tenant = 'common'): string {
  const query = new URLSearchParams({
    client_id: app.clientId,
    response_type: 'code',
    redirect_uri: app === portal ? redirectUri : webRedirect,
    scope,
    state: 'state-1',
    code_challenge_method: 'S256',
    ...extra,
  });
  return `${fixture.url}/${tenant}/oauth2/v2.0/authorize?${query}`;
}

async function token(fields: Record<string, string>, tenant = 'default'): Promise<Answer> {
  const body = new URLSearchParams(fields);
  return read(await fetch(`${fixture.url}/${tenant}/oauth2/v2.0/token`, { method: 'POST', body }));
}

/** Signs in and returns what the program is called back with. */
async function signIn(app: App, challenge: string, name = 'asha@contoso.example') {
  const browser = new Browser();
  const start = await browser.open(authorizeUrl(app, { code_challenge: challenge, nonce: 'n-1' }));
  const { url, response } = await browser.follow(start);
  expect(await response.text()).toContain('Sign in');
  const { url: back } = await browser.follow(await browser.open(url, { username: name, password }));
  return { back: new URL(back), browser };
}

describe('a program signs a user in by authorization code', () => {
  test('and gets tokens of the user, who then sees what they may', async () => {
    const { verifier, challenge } = pkce();
    const { back } = await signIn(portal, challenge);
    expect(back.origin + back.pathname).toBe(redirectUri);
    expect(back.searchParams.get('state')).toBe('state-1');
    const exchange = {
      grant_type: 'authorization_code',
      client_id: portal.clientId,
      code: back.searchParams.get('code') ?? '',
      redirect_uri: redirectUri,
      code_verifier: verifier,
      scope,
    };
    const { json, status } = await token(exchange);
    expect(status).toBe(200);
    const keys = createRemoteJWKSet(new URL(`${fixture.url}/default/discovery/v2.0/keys`));
    const access = await jwtVerify(String(json['access_token']), keys);
    expect(access.payload).toMatchObject({
      iss: 'https://sts.quarry.local/default/',
      aud: resource,
      scp: 'AdvancedHunting.Read',
      upn: 'asha@contoso.example',
      appid: portal.clientId,
      idtyp: 'user',
      tid: 'default',
    });
    const id = await jwtVerify(String(json['id_token']), keys, {
      issuer: `${fixture.url}/default/v2.0`,
      audience: portal.clientId,
    });
    expect(id.payload).toMatchObject({
      nonce: 'n-1',
      preferred_username: 'asha@contoso.example',
      oid: access.payload['oid'],
    });
    const authorization = `Bearer ${json['access_token']}`;
    const hunt = (path: string) => fixture.post(path, '{"Query":"x"}', { authorization });
    expect((await hunt('/api/advancedhunting/run')).status).toBe(200);
    expect((await hunt('/api/advancedqueries/run')).json.error.message).toContain('Missing scopes');
    const withIdToken = { authorization: `Bearer ${json['id_token']}` };
    expect((await fixture.post('/api/advancedhunting/run', '{}', withIdToken)).status).toBe(401);
    // A code is good once; what came of it ends with the second use.
    expect((await token(exchange)).json).toMatchObject({ error: 'invalid_grant' });
  });

  test('a confidential one with its secret', async () => {
    const { verifier, challenge } = pkce();
    const { back } = await signIn(web, challenge);
    const exchange = {
      grant_type: 'authorization_code',
      client_id: web.clientId,
      code: back.searchParams.get('code') ?? '',
      redirect_uri: webRedirect,
      code_verifier: verifier,
    };
    expect((await token(exchange)).json).toMatchObject({ error: 'invalid_client' });
    expect((await token({ ...exchange, client_secret: webSecret })).status).toBe(200);
  });

  test.each(['%2Fevil.example', '%5Cevil.example', 'default'])(
    'the older address of /%s leads to this server and no other',
    async (tenant) => {
      const url = `${fixture.url}/${tenant}/oauth2/authorize`;
      const { status, headers } = await fetch(url, { redirect: 'manual' });
      expect(status).toBe(302);
      expect(headers.get('location')).toBe(`/${tenant}/oauth2/v2.0/authorize`);
    },
  );

  test('a second program does not ask for the password again', async () => {
    const { browser } = await signIn(portal, pkce().challenge);
    const start = await browser.open(authorizeUrl(web, { code_challenge: pkce().challenge }));
    const { url } = await browser.follow(start);
    expect(url).toMatch(/^https:\/\/app\.example\.com\/callback\?code=/);
  });

  test('v1: at its own addresses, with the name of the API and no scope', async () => {
    const { verifier, challenge } = pkce();
    const browser = new Browser();
    const query = new URLSearchParams({
      client_id: portal.clientId,
      response_type: 'code',
      redirect_uri: redirectUri,
      resource,
      code_challenge: challenge,
      code_challenge_method: 'S256',
    });
    const start = await browser.open(`${fixture.url}/common/oauth2/authorize?${query}`);
    const { url } = await browser.follow(start);
    const signedIn = await browser.open(url, { username: 'asha@contoso.example', password });
    const { url: back } = await browser.follow(signedIn);
    const answer = await read(
      await fetch(`${fixture.url}/common/oauth2/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'authorization_code',
          client_id: portal.clientId,
          code: new URL(back).searchParams.get('code') ?? '',
          redirect_uri: redirectUri,
          code_verifier: verifier,
          resource,
        }),
      }),
    );
    expect(answer.json).toMatchObject({ resource, id_token: expect.any(String) });
    expect(claimsOf(answer)).toMatchObject({ scp: 'AdvancedHunting.Read AdvancedQuery.Read' });
  });

  // What MSAL for .NET and Go and the Azure CLI always ask for, and others now and then.
  test.each([
    ['select_account', true],
    ['login', true],
    ['create', true],
    ['consent', false],
    ['admin_consent', false],
  ])('prompt=%s: whether someone who has signed in does so again is %s', async (prompt, again) => {
    const { verifier, challenge } = pkce();
    const { browser } = await signIn(portal, challenge);
    const start = await browser.open(authorizeUrl(portal, { code_challenge: challenge, prompt }));
    let { url } = await browser.follow(start);
    if (again) {
      expect(url).toContain('/signin/');
      const signedIn = await browser.open(url, { username: 'ben@contoso.example', password });
      const left = await browser.follow(signedIn);
      // The page signs the one before out, by a form that submits itself.
      const html = await left.response.text();
      const fields = [...html.matchAll(/name="(\w+)" value="([^"]*)"/g)];
      const form = Object.fromEntries(fields.map(([, name = '', value = '']) => [name, value]));
      const action = /action="([^"]+)"/.exec(html)?.[1] ?? '';
      ({ url } = await browser.follow(await browser.open(action, form)));
    }
    const code = new URL(url).searchParams.get('code') ?? '';
    const answer = await token({
      grant_type: 'authorization_code',
      client_id: portal.clientId,
      code,
      redirect_uri: redirectUri,
      code_verifier: verifier,
    });
    const name = again ? 'ben@contoso.example' : 'asha@contoso.example';
    expect(claimsOf(answer)).toMatchObject({ upn: name });
  });

  test.each<[string, Record<string, string>]>([
    ['another address to call back', { redirect_uri: 'https://evil.example.com/callback' }],
    ['no challenge', { code_challenge_method: 'plain' }],
    ['tokens in the address', { response_type: 'token' }],
    ['an unknown application', { client_id: randomUUID() }],
    ['an unknown API', { scope: 'https://example.com/x', code_challenge: pkce().challenge }],
  ])('not with %s', async (_what, extra) => {
    const browser = new Browser();
    const { response, url } = await browser.follow(await browser.open(authorizeUrl(web, extra)));
    if (response.status >= 400) expect(await response.text()).toContain('That did not work');
    else expect(url).toMatch(/[?#&]error=/);
    expect(url).not.toContain('code=');
  });

  test('nor by another verifier, application or address', async () => {
    const { verifier, challenge } = pkce();
    const { back } = await signIn(portal, challenge);
    const exchange = {
      grant_type: 'authorization_code',
      client_id: portal.clientId,
      code: back.searchParams.get('code') ?? '',
      redirect_uri: redirectUri,
      code_verifier: verifier,
    };
    for (const wrong of [
      { code_verifier: pkce().verifier },
      { client_id: web.clientId, client_secret: webSecret },
      { redirect_uri: webRedirect },
    ]) {
      expect((await token({ ...exchange, ...wrong })).status).toBe(400);
    }
  });
});

describe('the sign-in page', () => {
  test('tells a wrong password, slows down who guesses, and asks no script to run', async () => {
    const browser = new Browser();
    const start = await browser.open(authorizeUrl(portal, { code_challenge: pkce().challenge }));
    const { url, response } = await browser.follow(start);
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('script-src');
    expect(policy).toContain('form-action');
    const name = '"><script>alert(1)</script>@contoso.example';
    const wrong = await browser.open(url, { username: name, password: 'wrong' });
    expect(wrong.status).toBe(401);
    expect(await wrong.text()).not.toContain('<script>');
    for (let guess = 0; guess < 4; guess += 1)
      await browser.open(url, { username: name, password: 'x' });
    expect((await browser.open(url, { username: name, password: 'x' })).status).toBe(429);
  });

  test('belongs to the browser that began', async () => {
    const browser = new Browser();
    const start = await browser.open(authorizeUrl(portal, { code_challenge: pkce().challenge }));
    const { url } = await browser.follow(start);
    const stranger = await new Browser().open(url, { username: 'asha@contoso.example', password });
    expect(stranger.status).toBe(400);
    expect(stranger.headers.get('location')).toBeNull();
  });

  test.each([
    '/default/signin/x',
    '/nobody/signin/x',
    '/default/oauth2/v2.0/authorize/x',
    '/nobody/oauth2/v2.0/authorize',
    '//default//oauth2/v2.0/authorize',
    '//[/oauth2/v2.0/authorize',
    '//[/oauth2/authorize',
  ])('an address out of nowhere: %s', async (path) => {
    const { status, text } = await read(
      await fetch(fixture.url + path, { headers: { accept: 'text/html' } }),
    );
    expect(status).toBe(400);
    expect(text).toContain('That did not work');
  });
});

describe('a refresh token', () => {
  async function first(): Promise<string> {
    const { verifier, challenge } = pkce();
    const { back } = await signIn(portal, challenge, 'ben@contoso.example');
    const { json } = await token({
      grant_type: 'authorization_code',
      client_id: portal.clientId,
      code: back.searchParams.get('code') ?? '',
      redirect_uri: redirectUri,
      code_verifier: verifier,
    });
    return String(json['refresh_token']);
  }
  const refresh = (refresh_token: string) =>
    token({ grant_type: 'refresh_token', client_id: portal.clientId, refresh_token, scope });

  test('gives new tokens once; its second use ends them all', async () => {
    const old = await first();
    const { json, status } = await refresh(old);
    expect(status).toBe(200);
    expect(json).toMatchObject({ access_token: expect.any(String) });
    const next = String(json['refresh_token']);
    expect(next).not.toBe(old);
    expect((await refresh(old)).json).toMatchObject({ error: 'invalid_grant' });
    expect((await refresh(next)).json).toMatchObject({ error: 'invalid_grant' });
  });

  test.each([
    ['v2 by its scope', '/oauth2/v2.0/token', { scope: 'https://graph.microsoft.com/.default' }],
    ['v1 by its name', '/oauth2/token', { resource: 'https://graph.microsoft.com' }],
  ])('gives a token of another API, %s', async (_what, path, asked) => {
    const ask = async (refresh_token: string, fields: Record<string, string>) => {
      const body = { grant_type: 'refresh_token', client_id: portal.clientId, refresh_token };
      return read(
        await fetch(`${fixture.url}/default${path}`, {
          method: 'POST',
          body: new URLSearchParams({ ...body, ...fields }),
        }),
      );
    };
    const graph = await ask(await first(), asked);
    expect(claimsOf(graph)).toMatchObject({
      aud: 'https://graph.microsoft.com',
      scp: 'ThreatHunting.Read.All',
    });
    // And the next one that of the first again.
    const back = { scope: `${resource}/.default`, resource };
    const again = await ask(String(graph.json['refresh_token']), back);
    expect(claimsOf(again)).toMatchObject({ aud: resource });
    const nowhere = { scope: 'https://example.com/.default', resource: 'https://example.com' };
    const refused = await ask(String(again.json['refresh_token']), nowhere);
    expect(refused.json).toMatchObject({ error: 'invalid_resource' });
  });

  test('is worth nothing for a user who is disabled', async () => {
    const held = await first();
    await changeUser(fixture.store, 'default', 'ben@contoso.example', { disabled: true });
    expect((await refresh(held)).json).toMatchObject({ error: 'invalid_grant' });
    await changeUser(fixture.store, 'default', 'ben@contoso.example', { disabled: false });
  });

  test('nor is one from before the password was changed, of this user', async () => {
    const [name, changed] = ['cora@contoso.example', 'another battery'];
    await createUser(fixture.store, { tenant: 'default', name, password });
    const withPassword = (username: string, secret: string) =>
      token({
        ...{ grant_type: 'password', client_id: portal.clientId, username },
        ...{ password: secret, scope: `${scope} offline_access` },
      });
    const held = async (username: string, secret: string) =>
      String((await withPassword(username, secret)).json['refresh_token']);
    const kept = await held('ben@contoso.example', password);
    const same = await held(name, password);
    await changeUser(fixture.store, 'default', name, { password });
    expect((await refresh(same)).status).toBe(200);

    const old = await held(name, password);
    await changeUser(fixture.store, 'default', name, { password: changed });
    expect((await refresh(old)).json).toMatchObject({ error: 'invalid_grant' });
    expect((await refresh(await held(name, changed))).status).toBe(200);
    expect((await refresh(kept)).status).toBe(200);
  });
});

describe('a device without a browser', () => {
  const poll = (device_code: string, grant_type = 'device_code') =>
    token({ grant_type, client_id: portal.clientId, device_code }, 'organizations');

  test('shows a code; the user confirms it elsewhere', async () => {
    const body = new URLSearchParams({ client_id: portal.clientId, scope });
    const { json } = await read(
      await fetch(`${fixture.url}/organizations/oauth2/v2.0/devicecode`, { method: 'POST', body }),
    );
    expect(json).toMatchObject({
      user_code: expect.any(String),
      device_code: expect.any(String),
      verification_uri: expect.any(String),
      expires_in: expect.any(Number),
      // Libraries wait so long between two questions, and not at all where it is missing.
      interval: 5,
      message: expect.stringContaining(String(json['user_code'])),
    });
    const code = String(json['device_code']);
    const waiting = await poll(code);
    expect(waiting.status).toBe(400);
    expect(waiting.json).toMatchObject({ error: 'authorization_pending' });

    const browser = new Browser();
    const page = String(json['verification_uri']);
    const xsrfOf = (html: string) => /name="xsrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
    const input = await (await browser.open(page)).text();
    expect(input).toContain('Enter the code');
    const user_code = String(json['user_code']);
    const asked = await (await browser.open(page, { xsrf: xsrfOf(input), user_code })).text();
    expect(asked).toContain('Is it you?');
    const confirmed = await browser.open(page, { xsrf: xsrfOf(asked), user_code, confirm: 'yes' });
    const { url } = await browser.follow(confirmed);
    const signedIn = await browser.open(url, { username: 'asha@contoso.example', password });
    const { response } = await browser.follow(signedIn);
    expect(await response.text()).toContain('You are signed in');

    const urn = 'urn:ietf:params:oauth:grant-type:device_code';
    const { json: tokens, status } = await poll(code, urn);
    expect(status).toBe(200);
    const authorization = `Bearer ${tokens['access_token']}`;
    const path = '/api/advancedhunting/run';
    expect((await fixture.post(path, '{"Query":"x"}', { authorization })).status).toBe(200);
    expect((await poll(code)).json).toMatchObject({ error: 'invalid_grant' });
  });

  test('v1: of one API, whose name is all that is asked for', async () => {
    const ask = async (path: string, fields: Record<string, string>) => {
      const body = new URLSearchParams({ client_id: portal.clientId, ...fields });
      return read(await fetch(`${fixture.url}/common/oauth2${path}`, { method: 'POST', body }));
    };
    const nothing = await ask('/devicecode', {});
    expect(nothing.json).toMatchObject({ error: 'invalid_request', error_codes: [900144] });
    const { json } = await ask('/devicecode?api-version=1.0', { resource });
    expect(json).toMatchObject({
      user_code: expect.any(String),
      device_code: expect.any(String),
      verification_url: expect.stringContaining('/deviceauth'),
      expires_in: '900',
      interval: '5',
    });
    const waits = { grant_type: 'device_code', code: String(json['device_code']), resource };
    expect((await ask('/token', waits)).json).toMatchObject({ error: 'authorization_pending' });

    const browser = new Browser();
    const page = String(json['verification_url']);
    const xsrfOf = (html: string) => /name="xsrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
    const user_code = String(json['user_code']);
    const input = await (await browser.open(page)).text();
    const asked = await (await browser.open(page, { xsrf: xsrfOf(input), user_code })).text();
    const confirmed = await browser.open(page, { xsrf: xsrfOf(asked), user_code, confirm: 'yes' });
    const { url } = await browser.follow(confirmed);
    await browser.follow(await browser.open(url, { username: 'asha@contoso.example', password }));
    const answer = await ask('/token', waits);
    expect(answer.json).toMatchObject({ resource, expires_in: '3599' });
    expect(answer.json).toHaveProperty('refresh_token');
    expect(claimsOf(answer)).toMatchObject({
      aud: resource,
      scp: 'AdvancedHunting.Read AdvancedQuery.Read',
    });
  });
});

describe('a name and a password, as the sample for native programs sends them', () => {
  const ask = (fields: Record<string, string>, path = '/default/oauth2/token') =>
    fetch(fixture.url + path, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'password',
        client_id: portal.clientId,
        username: 'asha@contoso.example',
        password,
        ...fields,
      }),
    }).then(read);

  test('v1, with the resource', async () => {
    const { json, status } = await ask({ resource });
    expect(status).toBe(200);
    expect(json).toMatchObject({ token_type: 'Bearer', expires_in: '3599' });
    const claims = String(json['access_token']).split('.')[1] ?? '';
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
      scp: 'AdvancedHunting.Read AdvancedQuery.Read',
      upn: 'asha@contoso.example',
    });
  });

  test('v2, with scopes', async () => {
    const { json } = await ask({ scope }, '/default/oauth2/v2.0/token');
    expect(json).toMatchObject({ token_type: 'Bearer', expires_in: 3599 });
  });

  test.each([
    ['v2, where offline access is asked for', '/default/oauth2/v2.0/token', { scope }, true],
    ['v2, where it is not', '/default/oauth2/v2.0/token', { scope: `${resource}/.default` }, false],
    ['v1, always', '/default/oauth2/token', { resource }, true],
  ])('goes on with a refresh token: %s', async (_what, path, fields, refreshes) => {
    const { json } = await ask(fields, path);
    expect(json).toHaveProperty('access_token');
    if (!refreshes) return expect(json).not.toHaveProperty('refresh_token');
    const next = await token({
      grant_type: 'refresh_token',
      client_id: portal.clientId,
      refresh_token: String(json['refresh_token']),
    });
    expect(next.status).toBe(200);
    const authorization = `Bearer ${next.json['access_token']}`;
    const hunted = await fixture.post('/api/advancedhunting/run', '{"Query":"x"}', {
      authorization,
    });
    expect(hunted.status).toBe(200);
  });

  test('tells where the user is at home to a library that asks', async () => {
    const path = '/default/oauth2/v2.0/token';
    const answer = await ask({ scope, client_info: '1' }, path);
    const info = Buffer.from(String(answer.json['client_info']), 'base64url').toString();
    expect(JSON.parse(info)).toEqual({ uid: claimsOf(answer)['oid'], utid: 'default' });
    expect((await ask({ scope }, path)).json).not.toHaveProperty('client_info');
    const own = { grant_type: 'client_credentials', client_id: web.clientId, client_info: '1' };
    const app = await token({ ...own, client_secret: webSecret, scope: `${resource}/.default` });
    expect(app.status).toBe(200);
    expect(app.json).not.toHaveProperty('client_info');
  });

  test('tells a library who the user is, where it asks', async () => {
    const { json } = await ask({ scope }, '/default/oauth2/v2.0/token');
    const keys = createRemoteJWKSet(new URL(`${fixture.url}/default/discovery/v2.0/keys`));
    const { payload } = await jwtVerify(String(json['id_token']), keys);
    expect(payload).toMatchObject({
      iss: `${fixture.url}/default/v2.0`,
      aud: portal.clientId,
      tid: 'default',
      preferred_username: 'asha@contoso.example',
    });
    const plain = await ask({ scope: `${resource}/.default` }, '/default/oauth2/v2.0/token');
    expect(plain.json).not.toHaveProperty('id_token');
  });

  test('not with a wrong password, and guessing is slowed down', async () => {
    const answers: Answer[] = [];
    for (let guess = 0; guess < 6; guess += 1) {
      answers.push(await ask({ resource, username: 'victim', password: 'x' }));
    }
    const [first] = answers;
    expect(first?.json).toMatchObject({ error: 'invalid_grant', error_codes: [50126] });
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400, 429]);
  });
});

describe('an application proves itself by certificate', () => {
  let key: CryptoKeyLike;
  let thumbprint: string;
  type CryptoKeyLike = Awaited<ReturnType<typeof importPKCS8>>;

  beforeAll(async () => {
    const { cert, private: pem } = await generate([{ name: 'commonName', value: 'web' }], {
      algorithm: 'sha256',
    });
    key = await importPKCS8(pem, 'RS256');
    await addCertificate(fixture.store, web.clientId, cert);
    thumbprint = createHash('sha1').update(new X509Certificate(cert).raw).digest('base64url');
  });

  const now = () => Math.floor(Date.now() / 1000);
  const assertion = (claims: Record<string, unknown> = {}, sign = key) =>
    new SignJWT({
      aud: `${fixture.url}/default/oauth2/v2.0/token`,
      iss: web.clientId,
      sub: web.clientId,
      jti: randomUUID(),
      nbf: now(),
      exp: now() + 600,
      ...claims,
    })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', x5t: thumbprint })
      .sign(sign);
  const ask = async (client_assertion: string) =>
    token({
      grant_type: 'client_credentials',
      client_id: web.clientId,
      scope: `${resource}/.default`,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion,
    });

  test('as MSAL sends it', async () => {
    const { json, status } = await ask(await assertion());
    expect(json).toMatchObject({ token_type: 'Bearer' });
    expect(status).toBe(200);
  });

  test('not twice with one assertion, for another audience, expired, or by another key', async () => {
    const once = await assertion();
    await ask(once);
    expect((await ask(once)).status).toBe(401);
    expect((await ask(await assertion({ aud: 'https://example.com' }))).status).toBe(401);
    expect((await ask(await assertion({ exp: now() - 600 }))).status).toBe(401);
    expect((await ask(await assertion({ iss: portal.clientId }))).status).toBe(401);
    const { private: other } = await generate([{ name: 'commonName', value: 'x' }], {
      algorithm: 'sha256',
    });
    expect((await ask(await assertion({}, await importPKCS8(other, 'RS256')))).status).toBe(401);
    expect((await ask(await assertion())).status).toBe(429);
  });
});
