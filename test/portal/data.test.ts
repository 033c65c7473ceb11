import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, openPortal, type PortalFixture } from './fixture.js';
import { expectAccessibleInAllThemes, show } from './pages.js';

let portal: PortalFixture;

const pages = ['', '/sources', '/errors', '/devices', '/retention', '/add'];

describe.skipIf(!hasBrowser)('the data pages', () => {
  beforeAll(async () => {
    portal = await openPortal({ events: 3000 });
  });
  afterAll(() => portal?.close());

  test('show what is stored of each table, and lead to a hunt in it', async () => {
    const page = await portal.open('/data');
    const row = page.getByRole('row').filter({ hasText: 'DeviceProcessEvents' });
    await row
      .getByRole('cell')
      .nth(2)
      .filter({ hasText: /^[\d,]+$/ })
      .waitFor();
    await row.getByRole('img', { name: /in the last 24 hours/ }).waitFor();
    await page.getByLabel('Filter: Tables').fill('alert');
    expect(await page.getByRole('row').count()).toBeLessThan(6);
    await page.getByLabel('Filter: Tables').fill('');
    await page.getByLabel('Show empty tables too').check();
    await page.getByRole('row').filter({ hasText: 'DataSecurityEvents' }).waitFor();
    await row.getByRole('button', { name: 'DeviceProcessEvents' }).click();
    await page.waitForURL('**/hunt*');
    await page.getByText('top 100 by').first().waitFor();
    await page.context().close();
  });

  test('show times in the zone that is chosen', async () => {
    const page = await portal.open('/data', { timezoneId: 'Asia/Kolkata' });
    const last = page
      .getByRole('row')
      .filter({ hasText: 'DeviceProcessEvents' })
      .locator('time')
      .last();
    const shown = async () => (await last.textContent())?.slice(0, 16) ?? '';
    await last.waitFor();
    const utc = await shown();
    await page.getByRole('button', { name: 'UTC' }).click();
    expect(Date.parse(`${await shown()}Z`) - Date.parse(`${utc}Z`)).toBe(5.5 * 3_600_000);
    await page.context().close();
  });

  test('show sources with their rates, and devices with their groups', async () => {
    const page = await portal.open('/data/sources');
    const source = page.getByRole('row').filter({ hasText: 'defender-streaming' });
    await source.getByText('live').waitFor();
    await source.getByRole('cell', { name: '3,000', exact: true }).first().waitFor();
    await page.getByRole('link', { name: 'Devices' }).click();
    const device = page.getByRole('row').filter({ hasText: 'bw-ws001' });
    await device.getByText('Workstations').waitFor();
    await page.context().close();
  });

  test('take a file that is dropped, say what became of it, and why some of it did not fit', async () => {
    const page = await portal.open('/data/add');
    const event = (properties: object) =>
      JSON.stringify({ category: 'AdvancedHunting-DeviceProcessEvents', properties });
    const Timestamp = new Date().toISOString();
    const text = [
      event({ Timestamp, DeviceId: 'dropped', FileName: 'a.exe', ReportId: 1 }),
      event({ Timestamp: 'no time', DeviceId: 'dropped' }),
    ].join('\n');
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'own.json', mimeType: 'application/json', buffer: Buffer.from(text) });
    const outcome = page.getByRole('listitem').filter({ hasText: 'own.json' });
    await outcome.getByText('1 event stored').waitFor();
    await outcome.getByRole('button', { name: /DeviceProcessEvents \(1\)/ }).waitFor();
    await outcome.getByRole('button', { name: 'See them' }).click();
    await page.getByRole('heading', { name: 'By reason' }).waitFor();
    await page
      .getByRole('button', { name: /^Show: The event at/ })
      .first()
      .click();
    await page
      .getByRole('dialog')
      .getByText(/is not a datetime/)
      .waitFor();
    await page.context().close();
  });

  test('refuse what is no telemetry, and say so', async () => {
    const page = await portal.open('/data/add');
    const buffer = Buffer.from('Dear all,\nthis is a letter.');
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'letter.txt', mimeType: 'text/plain', buffer });
    await page
      .getByRole('alert')
      .getByText(/source of the events was not recognized/)
      .waitFor();
    await page.context().close();
  });

  test('fill a collector’s configuration with an application that was made for it', async () => {
    const page = await portal.open('/data/add');
    await page.getByLabel('Kind of collector').selectOption('curl');
    await page.getByRole('button', { name: 'Make an application with a secret' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Register' }).click();
    const config = page.locator('pre');
    await expect.poll(() => config.textContent(), { timeout: 10_000 }).not.toContain('CLIENT_ID');
    const text = (await config.textContent()) ?? '';
    const [, credentials] = /-u '([^']+)'/.exec(text) ?? [];
    const response = await fetch(`${portal.url}/api/ingest/streaming-api`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(credentials ?? '').toString('base64')}` },
      body: '',
    });
    expect(response.status).toBe(200);
    await page.context().close();
  });

  test('change how long a table is kept, and warn before anything is deleted', async () => {
    const page = await portal.open('/data/retention');
    await page.getByLabel('How long AlertInfo is kept').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('A time of its own').check();
    await dialog.getByLabel('Days', { exact: true }).fill('7');
    const save = dialog.getByRole('button', { name: 'Save' });
    expect(await save.isDisabled()).toBe(true);
    await dialog.getByLabel('I understand that older events are deleted').check();
    await save.click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('row').filter({ hasText: 'AlertInfo' }).getByText('7 days').waitFor();
    await page.context().close();
  });

  test('have no accessibility findings in any theme, and no errors', async () => {
    const page = await portal.open('/data');
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    for (const path of pages) {
      await show(page, `/data${path}`);
      await expectAccessibleInAllThemes(page, path);
    }
    expect(problems).toEqual([]);
    await page.context().close();
  }, 300_000);
});
