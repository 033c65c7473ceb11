import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, openPortal, type PortalFixture } from './fixture.js';

let portal: PortalFixture;

describe.skipIf(!hasBrowser)('a user of one device group', () => {
  beforeAll(async () => {
    portal = await openPortal({ events: 3000 });
  });
  afterAll(() => portal?.close());

  test('sees its devices alone, and fewer rows', async () => {
    const rowsOf = async (user: PortalFixture['ben']) => {
      const page = await portal.open('/data', { user });
      const row = page.getByRole('row').filter({ hasText: 'DeviceProcessEvents' });
      const cell = row.getByRole('cell').nth(2);
      await cell.filter({ hasText: /\d/ }).waitFor();
      const rows = Number((await cell.textContent())?.replaceAll(',', ''));
      await page.getByRole('link', { name: 'Devices' }).click();
      await page.getByRole('row').filter({ hasText: 'bw-ws001' }).waitFor();
      const devices = await page.getByRole('row').locator('td:first-child').allTextContents();
      await page.context().close();
      return { rows, devices };
    };
    const [hers, his] = [await rowsOf(portal.asha), await rowsOf(portal.ben)];
    expect(his.rows).toBeGreaterThan(0);
    expect(his.rows).toBeLessThan(hers.rows);
    expect(his.devices.length).toBeGreaterThan(0);
    expect(his.devices.filter((name) => !name.startsWith('bw-ws00'))).toEqual([]);
    expect(hers.devices.length).toBeGreaterThan(his.devices.length);
  });

  test('is told of it, and is shown no page that is not theirs', async () => {
    const page = await portal.open('/data', { user: portal.ben });
    await page.getByText(/for the devices of: First floor/).waitFor();
    const areas = page.getByRole('navigation', { name: 'Pages' });
    expect(await areas.getByRole('link').allTextContents()).toEqual(['Hunting', 'Data']);
    const menu = page.getByRole('navigation', { name: 'Data' });
    expect(await menu.getByRole('link').allTextContents()).toEqual(['Tables', 'Devices']);
    for (const path of ['/data/sources', '/data/errors', '/data/retention', '/data/add']) {
      await page.evaluate(`history.pushState(null, '', '${path}')`);
      await page.getByText('You do not have the right to see this').waitFor();
    }
    await page.evaluate("history.pushState(null, '', '/admin/users')");
    await page.getByText('There is no such page').waitFor();
    await page.context().close();
  });
});
