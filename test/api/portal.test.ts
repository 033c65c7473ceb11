import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { negotiate } from '../../src/api/portal/files.js';
import { insertTenant } from '../../src/store/tenants.js';
import { type Fixture, openFixture, read } from './fixture.js';

/** Where the built portal is: tests of the browser need it, this one makes do without. */
const folder = join(import.meta.dirname, '../../dist/portal');

let fixture: Fixture;
let isBuilt: boolean;
const script = 'no-such-build-0000.js';

beforeAll(async () => {
  isBuilt = await readFile(join(folder, 'index.html')).then(
    () => true,
    () => false,
  );
  await mkdir(join(folder, 'assets'), { recursive: true });
  await writeFile(join(folder, 'assets', script), 'plain');
  await writeFile(join(folder, 'assets', `${script}.br`), 'short');
  fixture = await openFixture({
    portal: {
      version: '1.2.3',
      isDemo: async () => false,
      findTenant: async (name) => (name === 'default' ? 'default' : undefined),
    },
  });
});
afterAll(async () => {
  await fixture.close();
  for (const name of [script, `${script}.br`]) await rm(join(folder, 'assets', name));
});

/** Asks by a path as it is: `fetch` would tidy it up. */
function raw(path: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(fixture.url);
    request({ hostname, port, path }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    })
      .on('error', reject)
      .end();
  });
}

describe('pages', () => {
  test.each(['/', '/hunt', '/data', '/data/sources', '/admin', '/admin/users', '/signed-in'])(
    '%s is the portal, under a strict policy',
    async (path) => {
      const { status, headers, text } = await read(await fetch(fixture.url + path));
      if (!isBuilt) {
        expect(status).toBe(503);
        expect(text).toContain('npm run build');
        return;
      }
      expect(status).toBe(200);
      expect(headers.get('content-type')).toContain('text/html');
      expect(headers.get('cache-control')).toBe('no-cache');
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'self'");
      expect(policy).toContain("script-src 'self';");
      expect(policy).toContain("connect-src 'self';");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(text).not.toMatch(/https?:\/\//);
      expect(text).not.toMatch(/<script(?![^>]*\bsrc=)/);
    },
  );

  test("an issuer's addresses stay the issuer's, whatever its tenant is called", async () => {
    for (const tenant of ['data', 'admin', 'hunt', 'assets']) {
      await insertTenant(fixture.store, { id: tenant, name: tenant, retentionDays: 30 });
      const path = `/${tenant}/v2.0/.well-known/openid-configuration`;
      const { json } = await read(await fetch(fixture.url + path));
      expect(json).toMatchObject({ token_endpoint: expect.stringContaining(`/${tenant}/oauth2/`) });
    }
  });
});

describe('an address that is none', () => {
  const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

  test.each(['/hunt/nothing', '/data/sources/more', '/nothing'])(
    '%s is told to a browser in a page that leads to the portal',
    async (path) => {
      const { status, headers, text } = await read(
        await fetch(fixture.url + path, { headers: browser }),
      );
      expect(status).toBe(404);
      expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(text).toContain('href="/hunt"');
    },
  );

  test.each<[string, RequestInit]>([
    ['a program that takes anything', {}],
    ['a program that has a token', { headers: { ...browser, authorization: 'Bearer x' } }],
    ['what a browser sends and not what it opens', { method: 'POST', headers: browser }],
  ])('%s is told in JSON, and only with a token', async (_what, init) => {
    const { status, json } = await read(await fetch(`${fixture.url}/hunt/nothing`, init));
    expect(status).toBe(401);
    expect(json.error.code).toBe('Unauthorized');
  });

  test('a path that is one asks a browser for a token all the same', async () => {
    const { status, json } = await read(
      await fetch(`${fixture.url}/api/advancedhunting/run`, { headers: browser }),
    );
    expect(status).toBe(401);
    expect(json.error.code).toBe('Unauthorized');
  });
});

describe('assets', () => {
  test('are for ever, and compressed for those who can read that', async () => {
    const plain = await fetch(`${fixture.url}/assets/${script}`, {
      headers: { 'accept-encoding': 'identity' },
    });
    expect(plain.headers.get('cache-control')).toContain('immutable');
    expect(plain.headers.get('content-type')).toContain('text/javascript');
    expect(await plain.text()).toBe('plain');
    const { body } = await raw(`/assets/${script}`);
    expect(body).toBe('plain');
  });

  test.each([
    '/assets/../index.html',
    '/assets/..%2f..%2fmain.js',
    '/assets/%2e%2e%2fmain.js',
    '/assets/....//main.js',
    '/assets/..%5c..%5cmain.js',
    '/assets/%00.js',
    `/assets/${script}.br`,
    '/assets/nothing.js',
    '/assets/',
  ])('%s leads nowhere', async (path) => {
    const { status, body } = await raw(path);
    expect([400, 401, 404]).toContain(status);
    expect(JSON.parse(body)).toHaveProperty('error');
  });

  test.each<[string | undefined, string[]]>([
    [undefined, []],
    ['gzip, deflate', ['gzip']],
    ['br;q=1.0, gzip;q=0.8', ['br', 'gzip']],
    ['br;q=0, gzip', ['gzip']],
    ['identity', []],
  ])('accept-encoding %s', (accepted, expected) => {
    expect(negotiate(accepted)).toEqual(expected);
  });
});

describe('settings', () => {
  test('say where to sign in, without a token', async () => {
    const { json } = await read(await fetch(`${fixture.url}/api/quarry/portal-settings`));
    expect(json).toMatchObject({
      issuer: `${fixture.url}/default/v2.0`,
      clientId: 'quarry-portal',
      endpoints: { token: `${fixture.url}/default/oauth2/v2.0/token` },
      product: { version: '1.2.3' },
    });
  });

  test.each(['?tenant=nobody', '?tenant=default&tenant=other'])(
    '%s is no tenant',
    async (query) => {
      const { status } = await read(
        await fetch(`${fixture.url}/api/quarry/portal-settings${query}`),
      );
      expect(status).toBe(404);
    },
  );

  test('name another issuer, which the page may ask then and not before', async () => {
    const issuer = createServer((_request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({
          issuer: base(),
          jwks_uri: `${base()}/keys`,
          authorization_endpoint: `${base()}/authorize`,
          token_endpoint: `${base()}/token`,
        }),
      );
    });
    const base = () => `http://127.0.0.1:${(issuer.address() as AddressInfo).port}`;
    await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
    const signIn = { issuer: base(), clientId: 'spa', scope: 'openid api://quarry/.default' };
    const other = await openFixture({
      portal: {
        version: '1',
        isDemo: async () => false,
        findTenant: async () => undefined,
        signIn,
      },
    });
    try {
      const { json } = await read(await fetch(`${other.url}/api/quarry/portal-settings`));
      expect(json).toMatchObject({ ...signIn, endpoints: { token: `${base()}/token` } });
      const page = await fetch(`${other.url}/hunt`);
      const policy = page.headers.get('content-security-policy') ?? '';
      if (isBuilt) expect(policy).toContain(`connect-src 'self' ${base()};`);
      await new Promise((resolve) => issuer.close(resolve));
    } finally {
      await other.close();
    }
  });

  test('an issuer that cannot be reached is a 503, and the pages are there', async () => {
    const signIn = { issuer: 'http://127.0.0.1:9', clientId: 'spa', scope: 'openid' };
    const other = await openFixture({
      portal: {
        version: '1',
        isDemo: async () => false,
        findTenant: async () => undefined,
        signIn,
      },
    });
    try {
      const { status } = await read(await fetch(`${other.url}/api/quarry/portal-settings`));
      expect(status).toBe(503);
      expect((await fetch(`${other.url}/hunt`)).status).toBe(isBuilt ? 200 : 503);
    } finally {
      await other.close();
    }
  });

  test('the built files ask no other host', async () => {
    if (!isBuilt) return;
    const { text } = await read(await fetch(`${fixture.url}/hunt`));
    const sources = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, source]) => source);
    expect(sources.length).toBeGreaterThan(1);
    for (const source of sources) expect(source).toMatch(/^\/assets\//);
    expect((await readdir(join(folder, 'assets'))).length).toBeGreaterThan(5);
  });
});
