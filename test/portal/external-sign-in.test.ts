import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  clientId,
  type ExternalIssuer,
  externalAudience,
  externalScope,
  startExternalIssuer,
} from './external-issuer.js';
import { hasBrowser, openPortal, type PortalFixture } from './fixture.js';

describe.skipIf(!hasBrowser)('signing in at another issuer', () => {
  let external: ExternalIssuer;
  let portal: PortalFixture;
  beforeAll(async () => {
    external = await startExternalIssuer();
    const { issuer } = external;
    portal = await openPortal({
      events: 2000,
      settings: {
        issuers: [{ issuer, audiences: { quarry: [externalAudience] }, scopesClaim: 'scope' }],
        portal: { signIn: { issuer, clientId, scope: externalScope } },
        profiles: { generations: { portal: 'defender-mde' } },
      },
      admitted: ['id-of-mira'],
    });
    external.register(portal.url);
  });
  afterAll(async () => {
    await portal?.close();
    await external?.close();
  });

  /** The pages of that issuer: a name, any password, and a question whether the portal may know it. */
  async function signInThere(page: Page, name: string): Promise<void> {
    await page.getByPlaceholder('Enter any login').fill(name);
    await page.getByPlaceholder('and password').fill('any');
    await page.getByRole('button', { name: 'Sign-in' }).click();
    await page.getByRole('button', { name: 'Continue' }).click();
  }

  test('goes by a code with PKCE, and its user hunts', async () => {
    const page = await portal.newPage();
    const asked: URL[] = [];
    const askedByPortal = new Set<string>();
    const refused: string[] = [];
    page.on('response', (response) => {
      if (response.status() >= 400) refused.push(`${response.status()} ${response.url()}`);
    });
    page.on('request', (request) => {
      const url = new URL(request.url());
      asked.push(url);
      const isByPortal = request.frame().url().startsWith(portal.url);
      if (isByPortal && url.protocol.startsWith('http')) askedByPortal.add(url.origin);
    });
    await page.goto(`${portal.url}/hunt?pane=history`);
    await signInThere(page, 'mira');
    await page.getByRole('navigation', { name: 'Pages' }).waitFor();
    expect(page.url()).toBe(`${portal.url}/hunt?pane=history`);
    await page.getByRole('button', { name: 'Account of mira' }).waitFor();

    const [authorization] = asked.filter(({ pathname }) => pathname === '/auth');
    expect(authorization?.origin).toBe(external.issuer);
    expect(Object.fromEntries(authorization?.searchParams ?? [])).toMatchObject({
      response_type: 'code',
      client_id: clientId,
      code_challenge_method: 'S256',
    });
    const [exchange] = external.tokenRequests;
    expect(exchange?.get('grant_type')).toBe('authorization_code');
    expect(exchange?.get('code_verifier')).toMatch(/^[\w-]{43}$/);
    expect(exchange?.has('client_secret')).toBe(false);
    // The portal itself has asked nobody but the issuer and its server.
    expect([...askedByPortal].sort()).toEqual([external.issuer, portal.url].sort());

    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.locator('.qh-run-status').filter({ hasText: 'rows in' }).waitFor();
    await page.getByText(/^Quota \d/).waitFor();
    expect(refused).toEqual([]);
    const kept = await page.evaluate('JSON.stringify([{...localStorage}, {...sessionStorage}])');
    expect(kept).not.toMatch(/eyJ|access_token|refresh/);
    await page.context().close();
  });

  test('a reload comes through by the session there, and signing out ends it', async () => {
    const page = await portal.newPage();
    await page.goto(`${portal.url}/hunt`);
    await signInThere(page, 'mira');
    await page.getByRole('navigation', { name: 'Pages' }).waitFor();
    await page.reload();
    await page.getByRole('navigation', { name: 'Pages' }).waitFor();
    await page.getByRole('button', { name: 'Account of' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Yes, sign me out' }).click();
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
    expect(new URL(page.url()).origin).toBe(portal.url);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByPlaceholder('Enter any login').waitFor();
    await page.context().close();
  });

  test('whom the issuer knows and nobody here has let in sees no data, and is told so', async () => {
    const page = await portal.newPage();
    await page.goto(`${portal.url}/hunt`);
    await signInThere(page, 'nobody');
    await page
      .getByText(/permission/)
      .first()
      .waitFor();
    await page.context().close();
  });

  test('who says no there comes back, and is told what to do', async () => {
    const page = await portal.newPage();
    await page.goto(`${portal.url}/hunt`);
    await page.getByRole('link', { name: 'Cancel' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByPlaceholder('Enter any login').waitFor();
    await page.context().close();
  });
});
