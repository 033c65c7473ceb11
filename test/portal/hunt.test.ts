import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, openPortal, type PortalFixture, signIn } from './fixture.js';
import { expectAccessible, expectAccessibleInAllThemes } from './pages.js';

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

/** Writes a text key by key. */
async function type(page: Page, text: string): Promise<void> {
  await write(page, '-');
  await page.keyboard.press('Backspace');
  await page.keyboard.type(text, { delay: 20 });
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

  test('a function under the pointer tells what it gives, and where it is misread', async () => {
    await write(page, 'print x = bin(-7, 3)');
    const name = page.locator('.view-line span').filter({ hasText: /^bin$/ }).first();
    const shown = page.locator('.monaco-hover').filter({ hasText: 'bin(-7, 3)' });
    await expect
      .poll(
        async () => {
          await page.mouse.move(0, 0);
          await name.hover();
          return shown.waitFor({ timeout: 3000 }).then(
            () => true,
            () => false,
          );
        },
        { timeout: 40_000 },
      )
      .toBe(true);
    expect(await shown.textContent()).toContain('// -9');
    expect(await shown.textContent()).toContain('below zero');
  });

  test('a function shows its parameters while they are written, and its own functions are no mistake', async () => {
    await write(
      page,
      'DeviceProcessEvents | invoke FileProfile("SHA1", 10) | extend Short = substring(FileName, ',
    );
    await page.keyboard.type('1');
    await page.keyboard.type(',');
    await page
      .locator('.parameter-hints-widget')
      .filter({ hasText: 'substring(string, start' })
      .waitFor();
    expect(await page.locator('.parameter-hints-widget .parameter.active').textContent()).toContain(
      'length',
    );
    await page.keyboard.type(' 2)');
    await page.keyboard.press('Escape');
    await page.getByText(/reads about/).waitFor();
    expect(await page.locator('.squiggly-error, .squiggly-warning').count()).toBe(0);
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
    // What stands above it moves it, and does not change it.
    await page.keyboard.press('Control+Home');
    await page.keyboard.insertText('// why\n');
    await problem.filter({ hasText: 'Line 5, column 9' }).waitFor();
    await write(page, 'print Mended = 1');
    await page.getByText('The query has changed since it failed').waitFor();
    await page.getByRole('button', { name: 'Run it now' }).click();
    await grid(page).filter({ hasText: 'Mended' }).waitFor();
  });

  test('what completion shows is gone when the query runs', async () => {
    await write(page, 'DeviceInfo | take 1 | project De');
    await completed(page, /DeviceId/);
    await write(page, 'print Shown = 1');
    await page.keyboard.press('Control+Space');
    await page.locator('.suggest-widget.visible').waitFor();
    await page.keyboard.press('Shift+Enter');
    await grid(page).filter({ hasText: 'Shown' }).waitFor();
    expect(await page.locator('.suggest-widget.visible').count()).toBe(0);
  });

  test.each([
    'DeviceInfo',
    'DeviceInfo | order by Timestamp desc',
    'DeviceInfo | project DeviceName',
  ])('Enter behind a word that is written out begins a new line: %s', async (text) => {
    await type(page, text);
    await page.locator('.suggest-widget.visible .monaco-list-row.focused').waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.insertText('| take 1');
    const lines = page.locator('.monaco-editor .view-line');
    await lines.filter({ hasText: '| take 1' }).waitFor();
    expect(await lines.filter({ hasText: text.split(' ').at(-1) ?? '' }).count()).toBe(1);
    expect(await lines.count()).toBe(2);
  });

  test('Enter behind a word that is begun takes what is suggested', async () => {
    await type(page, 'DeviceInfo | project DeviceNa');
    await page.locator('.suggest-widget.visible').getByText('DeviceName').first().waitFor();
    await page.keyboard.press('Enter');
    await page
      .locator('.monaco-editor .view-line')
      .filter({ hasText: /DeviceName/ })
      .waitFor();
  });

  test('a query in brackets is written as it is read', async () => {
    await type(page, 'DeviceEvents | join (');
    await page.locator('.suggest-widget.visible').waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.type('DeviceInfo | take 5', { delay: 20 });
    await page.keyboard.press('Escape');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('End');
    await page.keyboard.type(' on DeviceId', { delay: 20 });
    const lines = page.locator('.monaco-editor .view-line');
    await lines.filter({ hasText: /^\)\son\sDeviceId$/ }).waitFor();
    expect(await lines.filter({ hasText: /^\s+DeviceInfo/ }).count()).toBe(1);
    expect(await lines.count()).toBe(3);
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

  test('a column of the schema shows what it holds', async () => {
    await page.getByRole('button', { name: /^DeviceLogonEvents/ }).click();
    const column = page.getByRole('listitem').filter({ hasText: /^LogonType/ });
    await column.hover();
    await column.getByRole('button', { name: 'Values of LogonType' }).click();
    await grid(page).getByRole('columnheader', { name: 'Rows' }).waitFor();
    await page.keyboard.press('Alt+W');
    await page.getByRole('button', { name: /^DeviceLogonEvents/ }).click();
  });

  test('a new tab is there to be written in, wherever the focus was', async () => {
    await page.getByRole('searchbox', { name: 'Filter tables and columns' }).focus();
    await page.keyboard.press('Control+J');
    await page.keyboard.type('print Typed=1');
    await page.locator('.view-lines').filter({ hasText: 'print Typed=1' }).waitFor();
    await page.getByRole('button', { name: 'New tab' }).click();
    await page.keyboard.type('print Again=1');
    await page.locator('.view-lines').filter({ hasText: 'print Again=1' }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Alt+W');
    await page.keyboard.press('Alt+W');
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
    await page.getByRole('textbox', { name: 'Name' }).waitFor();
    // In place of the tab's name, which is offered.
    await page.keyboard.insertText('For later');
    await page.getByLabel('Folder').fill('triage');
    await page.getByLabel('Everyone of the tenant may read it').check();
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByRole('tab', { name: 'For later' }).waitFor();

    // The list of saved queries has not been shown since: what is saved is known all the same.
    await page.reload();
    await write(page, 'print Kept = "for later", Again = true');
    await page.keyboard.press('Control+S');
    await page.getByRole('status').filter({ hasText: 'Saved as For later' }).waitFor();

    const other = await portal.open('/hunt?pane=queries', { user: portal.ben });
    await other.getByRole('button', { name: 'For later' }).click();
    await other.getByRole('tab', { name: 'For later' }).waitFor();
    await other.locator('.view-lines').filter({ hasText: 'for later' }).waitFor();

    await page.getByRole('tab', { name: 'Queries', exact: true }).click();
    await page.getByRole('button', { name: 'More: For later' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    const dialog = page.getByRole('dialog');
    await page.route('**/api/quarry/queries/*', (route) => route.abort());
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await dialog.getByText('The server cannot be reached').waitFor();
    await page.unroute('**/api/quarry/queries/*');
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('Nothing is saved yet').waitFor();
  });

  test('a query becomes a function for everyone, is changed, and goes again', async () => {
    await write(
      page,
      'DeviceProcessEvents | where FileName in~ (names) | summarize count() by FileName',
    );
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Save as function …' }).click();
    const dialog = page.getByRole('dialog');
    const save = () => dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByLabel('Name').fill('StartsOf');
    await save();
    await dialog.getByText(/named 'names'/).waitFor();
    await dialog.getByLabel('Parameters').fill('names: dynamic');
    await expectAccessible(page, 'a function');
    await save();
    await dialog.waitFor({ state: 'detached' });
    await write(page, 'StartsOf(dynamic(["powershell.exe"]))');
    await page.keyboard.press('Shift+Enter');
    await grid(page).filter({ hasText: 'powershell.exe' }).waitFor();

    const other = await portal.open('/hunt?pane=functions', { user: portal.ben });
    await other.getByRole('button', { name: 'More: StartsOf' }).click();
    await other.getByRole('menuitem', { name: 'Open its text' }).waitFor();
    expect(await other.getByRole('menuitem', { name: 'Delete' }).count()).toBe(0);
    await other.getByRole('menuitem', { name: 'Open its text' }).click();
    await other.getByRole('tab', { name: 'StartsOf' }).waitFor();

    await page.getByRole('tab', { name: 'Functions', exact: true }).click();
    await page.getByRole('button', { name: 'More: StartsOf' }).click();
    await page.getByRole('menuitem', { name: 'Change …' }).click();
    await dialog.getByLabel('Parameters').fill('names: dynamic, least: long = 0');
    await save();
    await page
      .getByRole('button', { name: /^StartsOf\(names: dynamic, least: long = 0\)/ })
      .waitFor();
    await page.getByRole('button', { name: 'More: StartsOf' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'More: StartsOf' }).waitFor({ state: 'detached' });
  });

  test('the last answer survives a reload, says when it was, and goes when its user signs out', async () => {
    // A session of its own, for it ends.
    const own = await portal.newPage();
    await own.goto(`${portal.url}/hunt`);
    await signIn(own, portal.asha);
    await write(own, 'print Kept = "over a reload"');
    await own.keyboard.press('Shift+Enter');
    await grid(own).filter({ hasText: 'over a reload' }).waitFor();
    await own.reload();
    await grid(own).filter({ hasText: 'over a reload' }).waitFor();
    await status(own)
      .filter({ hasText: /Answer of \d{4}-\d\d-\d\d/ })
      .waitFor();
    await status(own).getByRole('button', { name: 'Run again' }).click();
    await status(own).filter({ hasNotText: 'Answer of' }).waitFor();
    await own.getByRole('button', { name: 'Account of' }).click();
    await own.getByRole('menuitem', { name: 'Sign out' }).click();
    await own.getByRole('heading', { name: 'You are signed out' }).waitFor();
    await own.getByRole('button', { name: 'Sign in' }).click();
    await signIn(own, portal.asha);
    await own.locator('.view-lines').filter({ hasText: 'over a reload' }).waitFor();
    await own.getByRole('heading', { name: 'Start with an example' }).waitFor();
    await own.context().close();
  });

  test('earlier names can be renamed, and a slip of the pen is put right', async () => {
    await write(page, 'ProcessCreationEvents\n| where ComputerName has "ws"\n| take 3');
    await page.locator('.squiggly-info').first().waitFor();
    await page.keyboard.press('Control+Home');
    // Asked again while the language is still on its way.
    const offered = page.getByText("Write today's names everywhere");
    const isOffered = async () => {
      await page.keyboard.press('Escape');
      await page.keyboard.press('Alt+Enter');
      return offered.waitFor({ timeout: 2000 }).then(
        () => true,
        () => false,
      );
    };
    await expect.poll(isOffered, { timeout: 40_000 }).toBe(true);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.locator('.view-lines').filter({ hasText: 'DeviceProcessEvents' }).waitFor();
    await page.locator('.view-lines').filter({ hasText: 'DeviceName' }).waitFor();
    await write(page, 'DeviceInfo | where DeviceNme startswith "bw" | take 3');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Shift+Enter');
    const problem = page.getByRole('group').filter({ hasText: "Did you mean 'DeviceName'?" });
    // Said once, by the server or by the page.
    expect((await problem.textContent())?.match(/Did you mean/g)).toHaveLength(1);
    await problem.getByRole('button', { name: 'Write DeviceName' }).click();
    await page.keyboard.press('Shift+Enter');
    await status(page).filter({ hasText: '3 rows in' }).waitFor();
  });

  test('a query from a web page runs: its quotation marks are put right, its blank lines are none', async () => {
    await write(
      page,
      'let names = dynamic(["x"]);\n\nDeviceInfo\n| where DeviceName !in (names)\n\n| extend A = “a”\n| take 2',
    );
    await page.keyboard.press('Escape');
    await page.keyboard.press('Shift+Enter');
    await page.getByRole('button', { name: 'Write straight quotation marks' }).click();
    await page.keyboard.press('Shift+Enter');
    await status(page).filter({ hasText: '2 rows in' }).waitFor();
    await expect.poll(() => page.locator('.squiggly-error').count()).toBe(0);
    // What is wrong with such a query is the server's to say, before it is run.
    await write(page, 'let a = 1;\n\nDeviceInfo\n| where ClientVersion == a and Foo == 1');
    await page.locator('.squiggly-error').first().waitFor();
    await expect.poll(() => page.locator('.squiggly-error').count()).toBe(1);
  });

  test('a query without rows says which of its steps takes the last away', async () => {
    await write(
      page,
      'print 1\n\nDeviceInfo\n| where isnotempty(DeviceName)\n| where DeviceName == "x"',
    );
    await page.keyboard.press('Shift+Enter');
    await page.getByRole('button', { name: 'Count the rows step by step' }).click();
    await page.getByText(/The step on line 5 takes away the last [\d,]+ rows/).waitFor();
    expect(await page.getByRole('table', { name: 'Count the rows' }).getByRole('row').count()).toBe(
      3,
    );
  });

  test('F8 shows the last answer to the query under the cursor, Ctrl+Shift+D what changed', async () => {
    await page.keyboard.press('Control+J');
    const twice = 'print First = rand()\n\nprint Second = "other"';
    await write(page, twice);
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('Shift+Enter');
    await status(page).filter({ hasText: '1 row in' }).waitFor();
    const first = await grid(page).textContent();
    await page.keyboard.press('Control+Shift+D');
    await page.getByText('Run the query again to see what changed since').waitFor();
    await page.keyboard.press('Control+End');
    await page.keyboard.press('F8');
    await page.getByText('This query has not been run in this tab').waitFor();
    await page.keyboard.press('Shift+Enter');
    await grid(page).filter({ hasText: 'other' }).waitFor();
    await page.getByLabel('Query', { exact: true }).first().focus();
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('F8');
    await grid(page).filter({ hasText: 'First' }).waitFor();
    expect(await grid(page).textContent()).toBe(first);
    await status(page).filter({ hasText: 'Answer of' }).waitFor();
    // What it is compared with is its own last answer, not that of the query in between.
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.press('Control+Shift+D');
    await page.getByText('1 row added, 1 gone').waitFor();
    await page.keyboard.press('Alt+W');
  });

  test('a chart follows the theme', async () => {
    await write(
      page,
      'DeviceProcessEvents | summarize count() by bin(Timestamp, 1h) | render timechart',
    );
    await page.keyboard.press('Shift+Enter');
    const brightness = async () =>
      page.evaluate<number>(`(() => {
        const canvas = document.querySelector('.qr-plot-canvas[data-drawn=true] canvas');
        return canvas ? canvas.getContext('2d').getImageData(2, 2, 1, 1).data[0] : -1;
      })()`);
    await expect.poll(brightness).toBeGreaterThan(200);
    await page.keyboard.press('Shift+F12');
    await expect.poll(brightness).toBeLessThan(100);
    await page.keyboard.press('Shift+F12');
    await expect.poll(brightness).toBeGreaterThan(200);
  });

  test('Shift+Alt+C copies the query, a link to it and its rows', async () => {
    await write(page, 'print Copied = "with <rows>", Count = 3');
    await page.keyboard.press('Shift+Enter');
    await grid(page).filter({ hasText: 'with <rows>' }).waitFor();
    await page.keyboard.press('Shift+Alt+C');
    await page.getByText('Query, link and 1 row copied').waitFor();
    const [plain, html] = await page.evaluate<string[]>(`(async () => {
      const [item] = await navigator.clipboard.read();
      const text = async (type) => (await item.getType(type)).text();
      return [await text('text/plain'), await text('text/html')];
    })()`);
    expect(plain).toMatch(
      /^print Copied = .*\n\nhttp:\S+\/hunt#q=[\w-]+\n\nCopied\tCount\nwith <rows>\t3\n$/,
    );
    expect(html).toContain('<td>with &lt;rows&gt;</td>');
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

  test('a link that was cut off is told, and opens nothing', async () => {
    const tabs = page.getByRole('tab', { name: /^(Start here|New query)/ });
    const before = await tabs.count();
    await page.goto(`${portal.url}/hunt#q=q1YqycwtyU`);
    await page.getByText('The link is broken').waitFor();
    expect(page.url()).toBe(`${portal.url}/hunt`);
    expect(await tabs.count()).toBe(before);
    expect(await page.title()).toBe('Hunting – Quarry');
  });

  test('nothing stands beside a small window', async () => {
    await page.setViewportSize({ width: 800, height: 600 });
    for (const name of ['Account of asha', 'Export', 'Run', 'More']) {
      const box = await page.getByRole('button', { name, exact: true }).first().boundingBox();
      expect((box?.x ?? 0) + (box?.width ?? 9999), name).toBeLessThanOrEqual(800);
    }
    // On a telephone panes are above each other.
    await page.setViewportSize({ width: 390, height: 844 });
    for (const name of ['Account of asha', 'Run', 'Save', 'Share', 'More', 'Export']) {
      const box = await page.getByRole('button', { name, exact: true }).first().boundingBox();
      expect((box?.x ?? 0) + (box?.width ?? 9999), name).toBeLessThanOrEqual(390);
    }
    const within = async (what: Locator) => {
      await what.scrollIntoViewIfNeeded();
      const box = await what.boundingBox();
      const { width = 0, height = 0 } = page.viewportSize() ?? {};
      if (!box) return false;
      return box.x >= 0 && box.x + box.width <= width && box.y >= 0 && box.y + 80 <= height;
    };
    await expect.poll(() => within(page.getByRole('tab', { name: 'Stats' }))).toBe(true);
    // 1280 by 800, drawn twice as large.
    await page.setViewportSize({ width: 640, height: 400 });
    await expect.poll(() => within(grid(page))).toBe(true);
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  test('tabs of two windows of a browser are all kept', async () => {
    const first = await portal.open('/hunt');
    await first.locator('.view-lines').waitFor();
    const kept = () => first.evaluate('JSON.stringify({...localStorage})');
    const other = await first.context().newPage();
    await other.goto(`${portal.url}/hunt`);
    await other.locator('.view-lines').waitFor();
    await first.bringToFront();
    await first.keyboard.press('Control+J');
    await write(first, 'print OnlyInFirst = 1');
    await expect.poll(kept).toContain('OnlyInFirst');
    await other.bringToFront();
    await other.keyboard.press('Control+J');
    await write(other, 'print OnlyInSecond = 2');
    await expect.poll(kept).toContain('OnlyInSecond');
    await other.close();
    expect(await kept()).toContain('OnlyInFirst');
    await first.bringToFront();
    await first.reload();
    await first.locator('.view-lines').filter({ hasText: 'OnlyInFirst' }).waitFor();
    expect(await kept()).toContain('OnlyInSecond');
    await first.context().close();
  });

  test('what one window of a browser has chosen stays when another chooses', async () => {
    const first = await portal.open('/hunt');
    const other = await first.context().newPage();
    await other.goto(`${portal.url}/hunt`);
    const zone = (each: Page) => each.getByRole('button', { name: /^(UTC|Local time)$/ });
    await zone(other).waitFor();
    await first.bringToFront();
    await first.keyboard.press('Control+Alt+B');
    await first.getByRole('tab', { name: 'Schema' }).waitFor({ state: 'detached' });
    await other.bringToFront();
    await zone(other).click();
    await first.bringToFront();
    await expect.poll(() => zone(first).textContent()).toBe('Local time');
    await first.reload();
    await zone(first).filter({ hasText: 'Local time' }).waitFor();
    expect(await first.getByRole('tab', { name: 'Schema' }).count()).toBe(0);
    await first.context().close();
  });

  test('no table is a mistake while the schema is on its way', async () => {
    let send: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      send = resolve;
    });
    await page.route('**/api/quarry/schema', async (route) => {
      await asked;
      await route.continue();
    });
    await page.reload();
    await type(page, 'DeviceInfo | where Nope == 1');
    await page.keyboard.press('Escape');
    const mistakes = page.locator('.squiggly-error');
    const seen = mistakes.first().waitFor({ timeout: 3000 });
    await expect(seen).rejects.toThrow('Timeout');
    send();
    await mistakes.first().waitFor();
    await page.unroute('**/api/quarry/schema');
  });

  test('a page that could not be fetched takes no other with it', async () => {
    const page = await portal.open('/hunt');
    await page.route('**/data-pages-*', (route) => route.abort());
    await page.getByRole('link', { name: 'Data' }).click();
    await page.getByText('This part of the page has failed').waitFor();
    await page.getByRole('link', { name: 'Hunting' }).click();
    await page.getByRole('button', { name: 'Run', exact: true }).waitFor();
    await page.context().close();
  });

  test('of text that hides how it goes on, that is seen', async () => {
    await write(page, 'print Cmd = "one\\ntwo", Name = "invoice\\u202exslx.exe"');
    await page.keyboard.press('Shift+Enter');
    await grid(page).filter({ hasText: 'one↵two' }).waitFor();
    expect(await grid(page).textContent()).toContain('invoice\\u202exslx.exe');
    await write(
      page,
      'print Timestamp = now(), DeviceName = "ws-1", ProcessId = 5, InitiatingProcessId = 4, ' +
        'FileName = "in\\u202exslx.exe", ProcessCommandLine = "in\\u200bvoice", ' +
        'Bag = bag_pack("key\\u2066", "a\\u202eb"), Encoded = base64_encode_tostring("invoice\\u202exslx.exe")',
    );
    await page.keyboard.press('Shift+Enter');
    await grid(page).filter({ hasText: 'in\\u202exslx.exe' }).waitFor();
    await grid(page).focus();
    await page.keyboard.press('Space');
    const pane = page.getByRole('complementary', { name: 'Inspect record' });
    await pane.getByText('key\\u2066').waitFor();
    await pane.getByText('a\\u202eb').waitFor();
    await pane.locator('.qr-decoded').getByText('invoice\\u202exslx.exe').waitFor();
    await pane.getByRole('tab', { name: 'JSON' }).click();
    expect(await pane.locator('pre').textContent()).not.toMatch(/[\u200b\u202e\u2066]/);
    for (const name of ['Timeline', 'Process tree']) {
      await page.getByRole('tab', { name, exact: true }).click();
      await page.locator('.qr-tab-panel').getByText('in\\u202exslx.exe').first().waitFor();
      expect(await page.locator('.qr-tab-panel').textContent()).not.toMatch(/[\u200b\u202e]/);
    }
    await page.getByRole('tab', { name: /^Results/ }).click();
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

  test('a whole hunt goes by the keyboard, and the focus comes back from where it was lent', async () => {
    const focused = async () =>
      page.evaluate<string>(`(() => {
        const { activeElement: a } = document;
        return a.getAttribute('aria-label') ?? a.getAttribute('role') ?? a.tagName;
      })()`);
    const press = async (keys: string, expected: RegExp) => {
      await page.keyboard.press(keys);
      await expect.poll(focused, { message: keys }).toMatch(expected);
    };
    await page.getByRole('tab', { name: 'Schema', exact: true }).click();
    await write(page, 'DeviceInfo | take 9');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Shift+Enter');
    await status(page).filter({ hasText: '9 rows in' }).waitFor();
    for (const keys of ['Control+S', 'Control+Shift+E', 'Control+K']) {
      await press(keys, /^(?!Query)/);
      await press('Escape', /^Query/);
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
    await press('F6', /^Results/);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Space');
    const pane = page.getByRole('complementary', { name: 'Inspect record' });
    await pane.waitFor();
    await press('Escape', /^Results/);
    await pane.waitFor({ state: 'detached' });
    await press('Shift+F10', /menuitem/);
    await press('Escape', /^Results/);
    await page.keyboard.press('?');
    await page.getByRole('dialog').getByText('Keyboard').first().waitFor();
    await press('Escape', /^Results/);
    await press('F6', /^Filter tables/);
    // One stop of the Tab key for all tables, and arrows among them.
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    const at = await page.evaluate('document.activeElement.textContent');
    expect(at).toMatch(/^DeviceInfo/);
    await page.keyboard.press('ArrowDown');
    expect(await page.evaluate('document.activeElement.textContent')).toMatch(/^DeviceNetworkInfo/);
    await page.keyboard.press('Tab');
    await press('Tab', /^Favourite DeviceNetworkInfo/);
    await press('Tab', /^(?!Favourite|Preview)/);
    await press('F6', /^Query/);
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

  test('axe finds nothing in any theme', async () => {
    await page.getByRole('tab', { name: 'Schema', exact: true }).click();
    await write(page, 'DeviceProcessEvents | take 20 | project Timestamp, DeviceName, FileName');
    await page.keyboard.press('Shift+Enter');
    await status(page).filter({ hasText: '20 rows in' }).waitFor();
    const table = page.getByRole('button', { name: /^DeviceProcessEvents/ });
    if ((await table.getAttribute('aria-expanded')) === 'false') await table.click();
    // Suggestions that are about to open or close are not what is looked at: they need the focus.
    await grid(page).focus();
    await page.locator('.suggest-widget.visible').waitFor({ state: 'detached' });
    await expectAccessibleInAllThemes(page, 'hunting');
  }, 120_000);
});
