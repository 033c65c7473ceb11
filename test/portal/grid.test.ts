import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, type ResultsPage, startResultsPage, takeAsked } from './results-page.js';

let results: ResultsPage;
beforeAll(async () => {
  if (hasBrowser) results = await startResultsPage();
});
afterAll(() => results?.close());

/** A page that is closed whatever the test does. */
async function withPage(
  settings: Readonly<Record<string, string | number>>,
  work: (page: Page, grid: Locator) => Promise<void>,
): Promise<void> {
  const page = await results.open(settings);
  try {
    await work(page, page.getByRole('grid'));
  } finally {
    await page.close();
  }
}

const cell = (page: Page, line: number, place: number): Locator =>
  page.locator(`[data-line="${line}"] [data-place="${place}"]`);

const head = (page: Page, name: string): Locator => page.locator(`[data-column="${name}"]`);

/**
 * A head that is where it stays. Heads follow the rows with the next frame: whoever scrolls to one and presses
 * at once, faster than any hand, meets another.
 */
async function headInSight(page: Page, name: string): Promise<Locator> {
  const found = head(page, name);
  const isInSight = () =>
    found.evaluate((drawn) => {
      const grid = drawn.closest('[role=grid]');
      if (grid === null) return false;
      const room = grid.getBoundingClientRect();
      const { left, right } = drawn.getBoundingClientRect();
      if (left > room.left && right < room.right) return true;
      grid.scrollLeft += left - room.left - room.width / 2;
      return false;
    });
  await expect.poll(isInSight, { interval: 250 }).toBe(true);
  return found;
}

const idle = (page: Page): Promise<void> => page.locator('[role=grid][aria-busy=false]').waitFor();

const clipboard = (page: Page): Promise<string> => page.evaluate('navigator.clipboard.readText()');

describe.skipIf(!hasBrowser)('the grid', () => {
  const scrolling = 180_000;
  test(
    'shows no blank place while 100,000 rows of 50 columns scroll by',
    async () => {
      await withPage({ rows: 100_000, columns: 50, batch: 10_000 }, async (page, grid) => {
        expect(await grid.getAttribute('aria-rowcount')).toBe('100001');
        expect(await grid.getAttribute('aria-colcount')).toBe('51');
        for (const [down, right] of [
          [120, 0],
          [40_000, 0],
          [300, 90],
        ]) {
          const found = await page.evaluate<{ frames: number; blank: number }>(
            `measureScrolling(${down}, ${right}, 60)`,
          );
          expect(found.frames).toBe(60);
          expect(found.blank).toBe(0);
        }
        // Only what is in sight is in the page, however many rows there are.
        expect(await page.locator('[data-place]').count()).toBeLessThan(1500);
      });
    },
    scrolling,
  );

  test('keeps its heads over its cells, whatever brings a cell into sight', async () => {
    await withPage({ rows: 500, columns: 16 }, async (page) => {
      // What a screen reader does with the active cell, and a browser with what it finds.
      await page
        .locator('[data-line="3"] [data-place]')
        .last()
        .evaluate((drawn) => {
          drawn.scrollIntoView();
        });
      const lefts = (selector: string) =>
        page
          .locator(selector)
          .evaluateAll((all) => all.map((each) => each.getBoundingClientRect().left));
      const heads = await lefts('[data-column]');
      expect(heads.length).toBeGreaterThan(3);
      expect(await lefts('[data-line="3"] [data-place]')).toEqual(heads);
    });
  });

  test('is used with the keyboard alone', async () => {
    await withPage({ rows: 500, columns: 16 }, async (page, grid) => {
      await grid.focus();
      // In one step: rows come and go.
      const active = () =>
        page.evaluate<number[]>(`(() => {
          const id = document.querySelector('[aria-activedescendant]')?.getAttribute('aria-activedescendant');
          const cell = document.getElementById(id ?? '');
          const row = cell?.closest('[role="row"]');
          return [row?.getAttribute('aria-rowindex'), cell?.getAttribute('aria-colindex')].map(Number);
        })()`);
      const keys: readonly (readonly [string, readonly number[]])[] = [
        ['ArrowDown', [3, 2]],
        ['ArrowRight', [3, 3]],
        ['End', [3, 17]],
        ['Home', [3, 2]],
        ['Control+End', [501, 17]],
        ['Control+Home', [2, 2]],
        ['ArrowUp', [1, 2]],
        ['ArrowDown', [2, 2]],
      ];
      for (const [key, expected] of keys) {
        await page.keyboard.press(key);
        await expect.poll(async () => [key, await active()]).toEqual([key, expected]);
      }
      await page.keyboard.press('PageDown');
      await expect.poll(async () => (await active())[0]).toBeGreaterThan(10);
      await expect.poll(() => page.locator('[data-active]').isVisible()).toBe(true);
    });
  });

  test('copies cells, with heads, and as KQL', async () => {
    await withPage({ rows: 50, columns: 16 }, async (page, grid) => {
      await cell(page, 0, 2).click();
      await page.keyboard.press('Shift+ArrowRight');
      await page.keyboard.press('Shift+ArrowDown');
      await page.keyboard.press('Control+c');
      await page.getByText('Copied 4 cells.').waitFor();
      const plain = await clipboard(page);
      expect(plain.split('\n').map((line) => line.split('\t').length)).toEqual([2, 2]);
      await page.keyboard.press('Control+Alt+c');
      await expect.poll(() => clipboard(page)).toBe(`ActionType\tFileName\n${plain}`);
      await page.getByText('Distinct').waitFor();
      await page.keyboard.press('Shift+F10');
      await page.getByRole('menuitem', { name: 'Copy selection as datatable' }).click();
      await expect
        .poll(() => clipboard(page))
        .toMatch(/^datatable\(ActionType: string, FileName: string\)/);
      await grid.focus();
      await page.keyboard.press('Control+Shift+Space');
      expect((await takeAsked(page))[0]?.text).toMatch(/^\| where FileName in \("/);
    });
  });

  test('sorts by type, filters, and takes both away again', async () => {
    await withPage({ rows: 2000, columns: 16 }, async (page) => {
      const first = (place: number) => cell(page, 0, place).textContent();
      await page.getByRole('grid').focus();
      await page.keyboard.press('End');
      await (await headInSight(page, 'ReportId')).click({ position: { x: 10, y: 10 } });
      await idle(page);
      await (await headInSight(page, 'ReportId')).click({ position: { x: 10, y: 10 } });
      await idle(page);
      // 2^53 + 1996 and + 1 apart: as doubles they would be equal.
      await expect.poll(() => first(11)).toBe('9007199254742988');
      expect(await head(page, 'ReportId').getAttribute('aria-sort')).toBe('descending');

      await page.getByRole('button', { name: 'Filter row' }).click();
      await page.getByLabel('Filter ReportId').fill('1..3');
      await expect.poll(() => page.locator('.qr-row-count').textContent()).toBe('3 of 2,000 rows');
      await page.getByRole('button', { name: 'Remove the filter on ReportId' }).last().click();
      await expect.poll(() => page.locator('.qr-row-count').textContent()).toBe('2,000 rows');
    });
  });

  test('shows its top when it is sorted or filtered, where the keyboard is', async () => {
    await withPage({ rows: 5000, columns: 6 }, async (page, grid) => {
      await grid.focus();
      await page.keyboard.press('Control+End');
      await expect.poll(() => grid.evaluate((e) => e.scrollTop)).toBeGreaterThan(1000);
      await page.locator('.qr-head[data-column="ActionType"] .qr-head-name').click();
      await expect.poll(() => grid.evaluate((e) => e.scrollTop)).toBe(0);
    });
  });

  test('groups with counts, and closes a group', async () => {
    await withPage({ rows: 400, columns: 16 }, async (page, grid) => {
      await head(page, 'ActionType').locator('[data-menu]').click();
      await page.getByRole('button', { name: 'Group by this column' }).click();
      await page.getByText('ActionType: ProcessCreated').waitFor();
      expect(await grid.getAttribute('aria-rowcount')).toBe('405');
      await page.getByText('ActionType: ProcessCreated').click();
      await expect.poll(() => grid.getAttribute('aria-rowcount')).not.toBe('405');
      await page.keyboard.press('ArrowRight');
      await expect.poll(() => grid.getAttribute('aria-rowcount')).toBe('405');
    });
  });

  test('hides, pins, moves and resizes columns', async () => {
    await withPage({ rows: 300, columns: 16 }, async (page, grid) => {
      const names = () =>
        page
          .locator('[data-head]')
          .evaluateAll((heads) => heads.map((one) => one.getAttribute('data-column')));
      await grid.focus();
      await page.keyboard.press('Control+Shift+H');
      await expect.poll(() => grid.getAttribute('aria-colcount')).toBe('16');
      await head(page, 'FileName').locator('[data-menu]').click();
      await page.getByRole('button', { name: 'Pin left' }).click();
      expect((await names())[0]).toBe('FileName');
      await head(page, 'FileName').locator('[data-menu]').click();
      await page.getByRole('button', { name: 'Hide column' }).click();
      expect((await names())[0]).toBe('Timestamp');
      // On the head of a column: Ctrl+Shift moves it, Shift makes it wider.
      await grid.focus();
      await page.keyboard.press('Control+Home');
      await page.keyboard.press('ArrowUp');
      const width = async () => (await head(page, 'Timestamp').boundingBox())?.width ?? 0;
      const before = await width();
      await page.keyboard.press('Shift+ArrowRight');
      expect(await width()).toBe(before + 16);
      await page.keyboard.press('Control+Shift+ArrowRight');
      expect((await names()).slice(0, 2)).toEqual(['DeviceName', 'Timestamp']);
    });
  });

  test('finds text, marks it and goes from hit to hit', async () => {
    await withPage({ rows: 300, columns: 16 }, async (page, grid) => {
      await grid.focus();
      await page.keyboard.press('/');
      await page.keyboard.type('encodedcommand');
      await page.getByText('28 hits').waitFor();
      await page.keyboard.press('Enter');
      await page.getByText('1 of 28').waitFor();
      expect(await page.locator('mark').first().textContent()).toBe('EncodedCommand');
      await page.keyboard.press('Enter');
      await page.getByText('2 of 28').waitFor();
      expect(await page.locator('[data-active] mark').count()).toBe(1);
      await page.keyboard.press('Escape');
      expect(await grid.evaluate((element) => element.matches(':focus'))).toBe(true);
    });
  });

  test('adds a cell to the query as text of its type, and opens queries about it', async () => {
    await withPage({ rows: 50, columns: 16 }, async (page) => {
      const choose = async (line: number, place: number, name: string | RegExp) => {
        await cell(page, line, place).click({ button: 'right' });
        await page.getByRole('menuitem', { name }).first().click();
        return (await takeAsked(page))[0];
      };
      expect(await choose(1, 0, /^== /)).toEqual({
        kind: 'add',
        text: '| where Timestamp == datetime(2026-01-01T00:00:08.7615762Z)',
      });
      expect((await choose(1, 4, /^!= /))?.text).toMatch(/^\| where ProcessId != \d+$/);
      const command = await choose(1, 5, /^== /);
      expect(command?.text).toMatch(/^\| where ProcessCommandLine == "\\"C:\\\\Windows/);
      await cell(page, 1, 5).click({ button: 'right' });
      const heights = await page
        .getByRole('menu', { name: 'Cell' })
        .getByRole('menuitem')
        .evaluateAll((items) => items.map(({ clientHeight }) => clientHeight));
      expect(new Set(heights).size, 'lines of an item, however long the value').toBe(1);
      await page.keyboard.press('Escape');
      const device = await choose(1, 1, 'All events of this device');
      expect(device).toMatchObject({ kind: 'open', title: 'device: ws-161.contoso.example' });
      expect((await choose(1, 1, 'Events of this device within'))?.text).toContain('between');
      expect((await choose(1, 1, 'Process tree around it'))?.text).toContain('ProcessId in (');
    });
  });

  test('shows one record: assets, fields, decoded text, JSON, the next one', async () => {
    await withPage({ rows: 60, columns: 16 }, async (page) => {
      await cell(page, 0, 0).click();
      await page.keyboard.press('Space');
      const pane = page.getByRole('complementary', { name: 'Inspect record' });
      await pane.getByText('whoami /all').waitFor();
      // Its fields scroll, and nothing around them.
      const panel = page.locator('.qr-tab-panel');
      expect(await panel.evaluate((e) => e.scrollHeight - e.clientHeight)).toBe(0);
      await pane.getByRole('button', { name: 'ws-000.contoso.example' }).click();
      expect((await takeAsked(page))[0]?.kind).toBe('open');
      expect(await pane.getByText('Nothing', { exact: true }).count()).toBe(0);
      await pane.getByLabel('Hide empty fields').uncheck();
      await pane.getByText('Nothing', { exact: true }).waitFor();
      await pane.getByLabel('Filter fields').fill('score');
      await expect.poll(() => pane.locator('.qr-field').count()).toBe(1);
      await pane.getByRole('button', { name: 'Next record' }).click();
      await pane.getByText('2 of 60').waitFor();
      await pane.getByRole('tab', { name: 'JSON' }).click();
      const json = JSON.parse((await pane.locator('pre').textContent()) ?? '');
      expect(json).toMatchObject({ DeviceName: 'ws-161.contoso.example', AdditionalFields: null });
      await page.keyboard.press('Escape');
      await pane.waitFor({ state: 'detached' });
      await cell(page, 3, 2).dblclick();
      await pane.getByText('4 of 60').waitFor();
    });
  });

  test('opens dynamic values beneath their row, and their fields as columns', async () => {
    await withPage({ rows: 60, columns: 16 }, async (page, grid) => {
      await grid.focus();
      await page.keyboard.press('End');
      await page.keyboard.press('Enter');
      const tree = page.locator('[data-opened]');
      await tree.getByText('Inner').waitFor();
      const depth = tree.locator('li .qr-node', { hasText: 'Depth' }).last();
      await depth.hover();
      await depth.getByRole('button', { name: 'extend' }).click();
      expect((await takeAsked(page))[0]?.text).toBe(
        '| extend Depth = AdditionalFields.Inner.Depth',
      );
      await grid.focus();
      await page.keyboard.press('Enter');
      await tree.waitFor({ state: 'detached' });
    });
  });

  test('wraps text in lines as high as it needs', async () => {
    await withPage({ rows: 5000, columns: 16 }, async (page, grid) => {
      await page.getByRole('button', { name: 'Wrap text' }).click();
      const heights = () =>
        page.locator('[data-line]').evaluateAll((lines) =>
          lines.map((line) => {
            const { top, bottom } = line.getBoundingClientRect();
            return [Math.round(top), Math.round(bottom)];
          }),
        );
      await expect
        .poll(async () => (await heights()).some(([top = 0, bottom = 0]) => bottom - top > 40))
        .toBe(true);
      await grid.evaluate((element) => element.scrollBy(0, 3000));
      // No line lies over the one before it, and there is no gap.
      await expect
        .poll(async () => {
          const lines = (await heights()).sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0));
          return lines
            .slice(1)
            .every(([top], at) => Math.abs((top ?? 0) - (lines[at]?.[1] ?? 0)) <= 1);
        })
        .toBe(true);
    });
  });

  test('summarises a column, and a click on a value narrows the rows', async () => {
    await withPage({ rows: 600, columns: 16 }, async (page) => {
      await (await headInSight(page, 'AccountName')).locator('[data-menu]').click();
      const summary = page.locator('.qr-summary');
      await summary.getByText('Distinct').waitFor();
      expect(await summary.locator('dd').first().textContent()).toBe('5');
      await summary.getByRole('button', { name: /^asha/ }).click();
      await page.getByText(/AccountName = asha/).waitFor();
      await expect
        .poll(() => page.locator('.qr-row-count').textContent())
        .toMatch(/^1\d\d of 600 rows$/);
    });
  });

  test('says when rows are not the whole answer', async () => {
    await withPage({ rows: 10, state: 'partial' }, async (page) => {
      await page.getByText('Partial result: the hunt was stopped after 10 rows').waitFor();
    });
    await withPage({ rows: 10, truncated: 1 }, async (page) => {
      await page.getByText('A limit cut the result at 10 rows').waitFor();
    });
    await withPage({ rows: 0, state: 'partial' }, async (page) => {
      await page.getByText('It ended before any rows came').waitFor();
      expect(await page.getByText('No rows came back.').count()).toBe(0);
    });
    await withPage({ rows: 0 }, async (page) => {
      await page.getByText('No rows came back.').waitFor();
    });
  });

  test('narrows the query to the time over which one drags, or by keys', async () => {
    await withPage({ rows: 3000 }, async (page) => {
      const bars = page.locator('.qr-histogram [role=group]');
      const box = await bars.boundingBox();
      if (box === null) throw new Error('no histogram');
      await page.mouse.move(box.x + 4, box.y + 20);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width / 2, box.y + 20, { steps: 4 });
      await page.mouse.up();
      const between =
        /^\| where Timestamp between \(datetime\(2026-01-01T00:00:00.0000000Z\) \.\. datetime\(2026-01-01T0\d:\d\d:59\.9999999Z\)\)$/;
      expect((await takeAsked(page))[0]?.text).toMatch(between);
      await bars.focus();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Enter');
      expect((await takeAsked(page))[0]?.text).toMatch(/^\| where Timestamp between/);
    });
  });

  test('shows the original of a datetime beside the local one', async () => {
    await withPage({ rows: 20, zone: 'local' }, async (page) => {
      const first = cell(page, 1, 0);
      expect(await first.textContent()).toMatch(/\.7615762[+-]\d\d:\d\d$/);
      await first.hover();
      await expect
        .poll(() => first.getAttribute('title'))
        .toContain('2026-01-01T00:00:08.7615762Z');
    });
  });
});
