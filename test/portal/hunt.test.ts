import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, openPortal, type PortalFixture } from './fixture.js';
import { expectAccessible, settled } from './pages.js';

/** Puts a text into the active tab, as pasting does. */
async function write(page: Page, text: string): Promise<void> {
  const editor = page
    .locator('.monaco-editor .native-edit-context, .monaco-editor textarea')
    .first();
  await editor.waitFor({ state: 'attached' });
  await editor.focus();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(text);
}

/** Waits for a suggestion, as someone does who asks again while the language is still on its way. */
async function completed(page: Page, name: RegExp): Promise<void> {
  const suggestion = page.locator('.suggest-widget').getByText(name).first();
  await expect
    .poll(
      async () => {
        await page.keyboard.press('Escape');
        await page.keyboard.press('Control+Space');
        return suggestion.waitFor({ timeout: 2000 }).then(
          () => true,
          () => false,
        );
      },
      { timeout: 40_000 },
    )
    .toBe(true);
}

const grid = (page: Page) => page.getByRole('grid').first();
const status = (page: Page) => page.locator('.qh-run-status');

describe.skipIf(!hasBrowser)('hunting in the browser', () => {
  let portal: PortalFixture;
  /** One page for all that leaves it as it was: the language takes seconds to load. */
  let page: Page;
  beforeAll(async () => {
    portal = await openPortal();
    page = await portal.open('/hunt', { permissions: ['clipboard-read', 'clipboard-write'] });
  });
  afterAll(() => portal?.close());

  test('a table name is completed, and what the documentation runs has rows', async () => {
    await write(page, 'DeviceProcessEv');
    await completed(page, /DeviceProcessEvents/);
    await page.keyboard.press('Enter');
    await page.locator('.view-lines').filter({ hasText: 'DeviceProcessEvents' }).waitFor();
    await write(page, 'DeviceLogonEvents | where ActionType == ');
    await completed(page, /LogonFailed/);
    await page.keyboard.press('Escape');
    await write(
      page,
      'DeviceProcessEvents | where InitiatingProcessFileName =~ "powershell.exe" ' +
        '| project Timestamp, FileName, InitiatingProcessFileName | order by Timestamp desc | limit 2',
    );
    await page.keyboard.press('Shift+Enter');
    await grid(page).waitFor();
    await status(page).filter({ hasText: '2 rows in' }).waitFor();
    expect(await grid(page).textContent()).toContain('powershell.exe');
  });

  test('of several queries the one under the cursor is run', async () => {
    await write(page, 'print First = "this one"\n\nprint Second = "that one"');
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('Shift+Enter');
    await grid(page).filter({ hasText: 'this one' }).waitFor();
    await page.keyboard.press('Control+End');
    await page.keyboard.press('Shift+Enter');
    await grid(page).filter({ hasText: 'that one' }).waitFor();
  });

  test('a mistake is shown where it is', async () => {
    await write(page, 'print 1\n\nDeviceInfo\n| where Foo == 1');
    await page.keyboard.press('Shift+Enter');
    const problem = page.getByRole('group').filter({ hasText: "named 'Foo'" });
    await problem.waitFor();
    expect(await problem.textContent()).toContain('Line 4, column 9');
    await problem.getByRole('button', { name: 'Show where' }).click();
    await page.locator('.squiggly-error').first().waitFor();
  });

  test('a long hunt shows how far it is, and stops when told to', async () => {
    await write(
      page,
      'range a from 1 to 2000000 step 1 | extend k = a % 7 | join kind=inner (range b from 1 to 200000 step 1 | extend k = b % 7) on k | summarize sum(a * b)',
    );
    await page.keyboard.press('Shift+Enter');
    await page.getByRole('progressbar').waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await status(page).filter({ hasText: 'Stopped' }).waitFor();
    await page.getByRole('button', { name: 'Run', exact: true }).waitFor();
    // And the engine has let go of it: the next one has its turn.
    await write(page, 'print Done = "at once"');
    await page.keyboard.press('Shift+Enter');
    await grid(page).filter({ hasText: 'at once' }).waitFor();
  });

  test('parameters become inputs, and a time filter in the query wins', async () => {
    await write(page, 'declare query_parameters(who:string = "nobody");\nprint Hello = who');
    await page.getByLabel('who: string').fill('somebody');
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await grid(page).filter({ hasText: 'somebody' }).waitFor();
    await page.getByRole('button', { name: 'Time range: Last 7 days' }).waitFor();
    await write(page, 'DeviceInfo | where Timestamp > ago(1h) | count');
    await page.getByRole('button', { name: 'Time range: Set in the query' }).waitFor();
  });

  test('a query is saved, found again, and shared with those who may see it', async () => {
    await write(page, 'print Kept = "for later"');
    await page.keyboard.press('Control+S');
    await page.getByRole('textbox', { name: 'Name' }).fill('For later');
    await page.getByLabel('Folder').fill('triage');
    await page.getByLabel('Everyone of the tenant may read it').check();
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByRole('tab', { name: 'For later' }).waitFor();

    const other = await portal.open('/hunt?pane=queries', { user: portal.ben });
    await other.getByRole('button', { name: 'For later' }).click();
    await other.getByRole('tab', { name: 'For later' }).waitFor();
    await other.locator('.view-lines').filter({ hasText: 'for later' }).waitFor();

    await page.getByRole('tab', { name: 'Queries', exact: true }).click();
    await page.getByRole('button', { name: 'More: For later' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('Nothing is saved yet').waitFor();
  });

  test('a link carries the query behind its #, and opening it runs nothing', async () => {
    await write(page, 'print Shared = "by link"');
    await page.getByRole('button', { name: 'Share' }).click();
    await page.getByText('Link copied').waitFor();
    const link = String(await page.evaluate('navigator.clipboard.readText()'));
    expect(link).toMatch(/\/hunt#q=[\w-]+$/);

    const hunts: string[] = [];
    const other = await portal.newPage();
    other.on('request', (request) => {
      expect(request.url()).not.toContain('#');
      if (request.url().endsWith('/api/quarry/hunt')) hunts.push(request.url());
    });
    await other.goto(link);
    await other.getByLabel('User name').fill(portal.asha.name);
    await other.getByLabel('Password').fill(portal.asha.password);
    await other.getByRole('button', { name: 'Sign in' }).click();
    await other.locator('.view-lines').filter({ hasText: 'by link' }).waitFor();
    expect(hunts).toEqual([]);
    await other.getByRole('button', { name: 'Run', exact: true }).click();
    await grid(other).filter({ hasText: 'by link' }).waitFor();
  });

  test('tabs survive a reload, and a closed one comes back', async () => {
    await write(page, 'print One = 1');
    await page.keyboard.press('Control+J');
    await write(page, 'print Two = 2');
    await page.reload();
    await page.locator('.view-lines').filter({ hasText: 'Two' }).waitFor();
    await page.keyboard.press('Alt+W');
    await page.locator('.view-lines').filter({ hasText: 'One' }).waitFor();
    await page.keyboard.press('Control+Shift+Alt+T');
    await page.locator('.view-lines').filter({ hasText: 'Two' }).waitFor();
  });

  test('the palette finds tables and commands, the sheet has the keys', async () => {
    await page.keyboard.press('Control+K');
    await page.keyboard.type('devicelogon');
    await page.getByRole('option', { name: /^DeviceLogonEvents/ }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('tab', { name: 'DeviceLogonEvents' }).waitFor();
    await page.getByRole('button', { name: 'Account of' }).click();
    await page.getByRole('menuitem', { name: 'Keyboard shortcuts' }).click();
    await page.getByRole('dialog').getByText('Shift+Enter', { exact: true }).waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
    // Until it has gone, it keeps the focus.
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
  });

  test('the plan says what will be read before anything is', async () => {
    await write(page, 'DeviceProcessEvents | summarize count() by FileName');
    await page.getByText(/reads about/).waitFor();
    await page.keyboard.press('Control+Shift+E');
    await page.getByRole('dialog').getByRole('cell', { name: 'DeviceProcessEvents' }).waitFor();
    await page.getByRole('dialog').getByText('SELECT').first().waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
    // Until it has gone, it keeps the focus.
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
  });

  test.each(['light', 'dark'] as const)(
    'axe finds nothing serious in %s',
    async (colorScheme) => {
      await page.emulateMedia({ colorScheme });
      await page.getByRole('tab', { name: 'Schema', exact: true }).click();
      await write(page, 'DeviceProcessEvents | take 20 | project Timestamp, DeviceName, FileName');
      await page.keyboard.press('Shift+Enter');
      await status(page).filter({ hasText: '20 rows in' }).waitFor();
      const table = page.getByRole('button', { name: /^DeviceProcessEvents/ });
      if ((await table.getAttribute('aria-expanded')) === 'false') await table.click();
      // Suggestions that are about to open or close are not what is looked at.
      await page.keyboard.press('Escape');
      await settled(page);
      await expectAccessible(page, colorScheme, 'hunting');
    },
    120_000,
  );
});
