import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, openPortal, type PortalFixture } from './fixture.js';
import { expectAccessible } from './pages.js';

let portal: PortalFixture;
/** One for all: the editor takes seconds to load. */
let page: Page;
beforeAll(async () => {
  if (!hasBrowser) return;
  portal = await openPortal();
  page = await portal.open('/hunt', { acceptDownloads: true });
});
afterAll(() => portal?.close());

async function run(page: Page, text: string): Promise<void> {
  const editor = page
    .locator('.monaco-editor .native-edit-context, .monaco-editor textarea')
    .first();
  await editor.waitFor({ state: 'attached' });
  await editor.focus();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(text);
  await page.keyboard.press('Shift+Enter');
}

const query = (page: Page) => page.locator('.view-lines').first();

/** Milliseconds: signing in, loading the editor and looking for what axe finds take their time. */
const patience = 180_000;

describe.skipIf(!hasBrowser)('a hunt’s result on the hunting page', () => {
  test(
    'is inspected, narrowed by a cell, and leads to the device’s other events',
    async () => {
      await run(page, 'DeviceProcessEvents | sort by Timestamp desc | take 50');
      await page.getByRole('tab', { name: 'Results (50)' }).waitFor();
      await page.locator('[data-line="0"] [data-place="0"]').click();
      await page.keyboard.press('Space');
      const pane = page.getByRole('complementary', { name: 'Inspect record' });
      await pane.getByRole('heading', { name: 'Assets' }).waitFor();
      await expectAccessible(page, 'inspecting');

      await page.locator('[data-line="1"] [data-place="0"]').click({ button: 'right' });
      await page.getByRole('menuitem', { name: /^== datetime/ }).click();
      await query(page).filter({ hasText: 'where Timestamp == datetime(' }).waitFor();
      await pane.getByRole('button', { name: 'Events of this device within 10 minutes' }).click();
      await query(page).filter({ hasText: 'union withsource = Table' }).waitFor();
    },
    patience,
  );

  test('is drawn as render says, and a click keeps render the last word', async () => {
    await run(
      page,
      'DeviceProcessEvents | summarize Runs = count() by FileName | top 6 by Runs | render columnchart',
    );
    await page.locator('.qr-plot-canvas[data-drawn=true] canvas').first().waitFor();
    const box = await page.locator('.qr-plot-canvas').boundingBox();
    if (box === null) throw new Error('no chart');
    // Half way up, where the highest bar is whatever room its name takes.
    for (let x = 60; x < box.width - 40; x += 9) {
      await page.mouse.click(box.x + x, box.y + box.height / 2);
      if ((await query(page).textContent())?.includes('where') === true) break;
    }
    const text = ((await query(page).textContent()) ?? '').replaceAll('\u00a0', ' ');
    expect(text).toMatch(/where FileName == ".*render columnchart/);
    // What is put against what is another query's columns then, and not those at the same places.
    await run(page, 'print Kind = "a", Of = "b", Sum = 1 | render pivotchart');
    await page.getByRole('columnheader', { name: 'Kind' }).waitFor();
    await run(page, 'print Sum = 1, Name = "only", Size = 2 | render pivotchart');
    await page.getByRole('columnheader', { name: 'Name' }).waitFor();
  });

  test('is compared with the run before, and saved with all of its rows', async () => {
    await run(page, 'range N from 1 to 12000 step 1 | extend Name = strcat("n", N)');
    await page.getByRole('tab', { name: 'Results (12,000)' }).waitFor();
    await run(page, 'range N from 2 to 12001 step 1 | extend Name = strcat("n", N)');
    await page.getByRole('tab', { name: 'Changes' }).click();
    await page.getByText('1 row added, 1 gone, 0 changed, 11,999 the same').waitFor();
    await page.getByRole('tab', { name: 'Stats' }).click();
    await page.getByRole('row', { name: /^Rows in the result/ }).waitFor();

    await page.getByRole('tab', { name: 'Results (12,000)' }).click();
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'CSV', exact: true }).click(),
    ]);
    const rows = parse(await readFile(await download.path())) as string[][];
    expect([rows.length, rows[0], rows[12_000]]).toEqual([
      12_001,
      ['N', 'Name'],
      ['12001', 'n12001'],
    ]);
  });
});
