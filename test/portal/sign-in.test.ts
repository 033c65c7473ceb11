import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, openPortal, type PortalFixture } from './fixture.js';
import { expectAccessible } from './pages.js';

describe.skipIf(!hasBrowser)('signing in', () => {
  let portal: PortalFixture;
  beforeAll(async () => {
    portal = await openPortal({ events: 2000 });
  });
  afterAll(() => portal?.close());

  test('leads to the page that was asked for, and a reload does not ask again', async () => {
    const page = await portal.open('/hunt?pane=queries');
    expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe('/hunt?pane=queries');
    await page.reload();
    await page.getByRole('navigation', { name: 'Pages' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/hunt');
  });

  test('what loads first is small: the editor and charts come later', async () => {
    const folder = join(import.meta.dirname, '../../dist/portal');
    const page = await readFile(join(folder, 'index.html'), 'utf8');
    const names = [...page.matchAll(/assets\/[\w.-]+\.(?:js|css)/g)].map(([name]) => name);
    expect(names.length).toBeGreaterThan(1);
    const sizes = await Promise.all(
      names.map(async (name) => gzipSync(await readFile(join(folder, name))).length),
    );
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(250_000);
  });

  test('leaves no token where a script of another day could find it', async () => {
    const page = await portal.open('/hunt');
    const kept = await page.evaluate('JSON.stringify([{...localStorage}, {...sessionStorage}])');
    expect(kept).not.toMatch(/eyJ|access_token|refresh/);
    expect(await page.evaluate('document.cookie')).toBe('');
  });

  test('a wrong password is told on the page, which anyone can use', async () => {
    const page = await portal.newPage();
    await page.goto(`${portal.url}/hunt`);
    await page.getByLabel('User name').fill('asha');
    await page.getByLabel('Password').fill('not this one at all');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').textContent()).toContain('not right');
    expect(await page.getByLabel('User name').inputValue()).toBe('asha');
    await expectAccessible(page, 'a wrong password');
  });

  test('over plain HTTP from another machine says what it needs', async () => {
    const page = await portal.newPage();
    await page.route('http://quarry.test/**', async (route) => {
      const { pathname, search } = new URL(route.request().url());
      await route.fulfill({ response: await route.fetch({ url: portal.url + pathname + search }) });
    });
    await page.goto('http://quarry.test/hunt');
    await page.getByRole('alert').filter({ hasText: 'HTTPS' }).waitFor();
  });

  test('signing out ends the session at the issuer too', async () => {
    const page = await portal.open('/hunt');
    await page.getByRole('button', { name: 'Account of' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
    await expectAccessible(page, 'signed out');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByLabel('Password').waitFor();
  });
});
