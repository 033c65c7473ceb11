import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, openPortal, type PortalFixture, signIn } from './fixture.js';
import { expectAccessibleInAllThemes, settled, show } from './pages.js';

let portal: PortalFixture;

const pages = ['users', 'access', 'groups', 'apps', 'tenants', 'usage', 'audit'];

describe.skipIf(!hasBrowser)('the administration', () => {
  beforeAll(async () => {
    portal = await openPortal({ events: 3000 });
  });
  afterAll(() => portal?.close());

  test('makes a user who signs in with the password that is shown once', async () => {
    const page = await portal.open('/admin/users');
    await page.getByRole('button', { name: 'Add a user' }).click();
    await page.getByRole('dialog').getByLabel('User name').fill('Carol');
    await page.getByRole('button', { name: 'Create' }).click();
    const password = (await page.getByRole('alertdialog').locator('code').textContent()) ?? '';
    expect(password).toHaveLength(20);
    await page.getByRole('button', { name: 'Close' }).click();
    const row = page.getByRole('row').filter({ hasText: 'carol' });
    await row.getByText('none: sees no data').waitFor();
    const hers = await portal.newPage();
    await hers.goto(portal.url);
    await signIn(hers, { name: 'carol', password });
    expect(await hers.getByRole('link', { name: 'Admin' }).count()).toBe(0);
    await hers.context().close();

    await row.getByRole('button', { name: 'Disable carol' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click();
    await row.getByText('disabled').waitFor();
    await row.getByRole('button', { name: 'Remove carol' }).click();
    const remove = page.getByRole('dialog').getByRole('button', { name: 'Remove' });
    expect(await remove.isDisabled()).toBe(true);
    await page.getByLabel('Type carol to confirm').fill('carol');
    await remove.click();
    await row.waitFor({ state: 'detached' });
    await page.context().close();
  });

  test('previews the devices of a group while its rule is written, and gives access to it', async () => {
    const page = await portal.open('/admin/groups');
    await page.getByRole('button', { name: 'Add a group' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: /^Group/ }).fill('Servers');
    await dialog.getByRole('button', { name: 'Add a condition' }).click();
    await dialog.getByLabel('Property 1').selectOption('os');
    await dialog.getByLabel('Comparison 1').selectOption('contains');
    await dialog.getByLabel('Value 1').fill('server');
    await dialog.getByText(/^\d+ devices$/).waitFor();
    await dialog.getByText('bw-dc01').waitFor();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('system contains “server”').waitFor();

    await page.getByRole('link', { name: 'Access' }).click();
    await page.getByRole('button', { name: 'Give access' }).click();
    await dialog.getByLabel("A user's name or id").fill('dan');
    await dialog.getByLabel('Devices of groups').check();
    await dialog.getByLabel('Servers').check();
    await dialog.getByLabel(/read the audit log/).check();
    await dialog.getByRole('button', { name: 'Save' }).click();
    const row = page.getByRole('row').filter({ hasText: 'dan' });
    await row.getByText('Servers').waitFor();
    await row.getByText('read the audit log').waitFor();
    await row.getByRole('button', { name: 'Remove dan' }).click();
    await dialog.getByRole('button', { name: 'Remove' }).click();
    await row.waitFor({ state: 'detached' });
    await page.context().close();
  });

  test('registers an application, and shows its secret once', async () => {
    const page = await portal.open('/admin/apps');
    await page.getByRole('button', { name: 'Register an application' }).click();
    await page.getByRole('dialog').getByRole('textbox', { name: /^Name/ }).fill('shipper');
    await page
      .getByLabel(/^Telemetry\.Ingest: send telemetry/)
      .first()
      .check();
    await page.getByRole('button', { name: 'Register', exact: true }).click();
    await page.getByRole('button', { name: 'Add a secret' }).click();
    const secret = (await page.getByRole('alertdialog').locator('code').textContent()) ?? '';
    await page.getByRole('alertdialog').getByRole('button', { name: 'Close' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('row').filter({ hasText: 'Secret' }).waitFor();
    const clientId = /[\da-f-]{36}/.exec((await dialog.textContent()) ?? '')?.[0];
    const response = await fetch(`${portal.url}/default/oauth2/v2.0/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: clientId ?? '',
        client_secret: secret,
        scope: 'api://quarry/.default',
      }),
    });
    expect(response.status).toBe(200);
    await page.context().close();
  });

  test('makes a tenant, and deletes it when its name has been typed', async () => {
    const page = await portal.open('/admin/tenants');
    await page.getByRole('button', { name: 'Add a tenant' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: /^Id/ }).fill('Not an id');
    await dialog.getByText('at most 64').waitFor();
    await dialog.getByRole('textbox', { name: /^Id/ }).fill('fabrikam');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('button', { name: 'Delete fabrikam' }).click();
    const remove = page.getByRole('button', { name: 'Delete the tenant' });
    expect(await remove.isDisabled()).toBe(true);
    await page.getByLabel('Type fabrikam to confirm').fill('fabrikam');
    await remove.click();
    await page
      .getByRole('cell', { name: 'fabrikam', exact: true })
      .first()
      .waitFor({ state: 'detached' });
    expect(await page.getByRole('button', { name: 'Delete default' }).count()).toBe(0);
    await page.context().close();
  });

  test('finds what was done in the audit log, and who has used how much', async () => {
    await fetch(`${portal.url}/api/quarry/tenants/default/device-groups/Audited`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${await portal.token(['Quarry.Admin'])}` },
      body: '{}',
    });
    const page = await portal.open('/admin/audit');
    // The record reaches the engine some seconds later.
    const refreshed = (row: Locator) =>
      expect
        .poll(
          async () => {
            await page.getByRole('button', { name: 'Refresh' }).click();
            return row.count();
          },
          { timeout: 45_000, interval: 1000 },
        )
        .toBe(1);
    await page.getByLabel('Search the audit log').fill('SaveDeviceGroup');
    await refreshed(page.getByRole('row').filter({ hasText: 'Audited' }));
    await page.getByRole('link', { name: 'Resources' }).click();
    const people = page.getByRole('table', { name: 'Who has used how much' });
    await refreshed(people.getByRole('row').filter({ hasText: 'asha' }));
    await page.context().close();
  });

  test('has no accessibility findings in any theme, dialogs included', async () => {
    const page = await portal.open('/admin/users');
    for (const name of pages) {
      await show(page, `/admin/${name}`);
      await expectAccessibleInAllThemes(page, name);
    }
    for (const [name, button] of [
      ['access', 'Give access'],
      ['groups', 'Add a group'],
      ['apps', 'Register an application'],
    ] as const) {
      await show(page, `/admin/${name}`);
      await page.getByRole('button', { name: button }).click();
      await page.getByRole('dialog').waitFor();
      await settled(page);
      await expectAccessibleInAllThemes(page, button);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
    await page.setViewportSize({ width: 390, height: 844 });
    await show(page, '/admin/users');
    // Its list of pages is above, and what can be done with a user does not hide who it is.
    const name = page.getByRole('cell', { name: /^asha/ });
    const [nav, box] = [page.getByRole('link', { name: 'Access' }), await name.boundingBox()];
    expect([(box?.x ?? 99) < 60, ((await nav.boundingBox())?.height ?? 99) < 60]).toEqual([
      true,
      true,
    ]);
    await name.click();
    await page.context().close();
  }, 300_000);
});
