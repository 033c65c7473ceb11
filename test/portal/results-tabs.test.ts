import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chartKinds } from '../../portal/src/charts/kinds.js';
import { seriesTokens } from '../../portal/src/charts/series-tokens.js';
import { axeViolations } from './axe.js';
import { useTheme } from './pages.js';
import { hasBrowser, type ResultsPage, startResultsPage, takeAsked } from './results-page.js';

let results: ResultsPage;
beforeAll(async () => {
  if (hasBrowser) results = await startResultsPage();
});
afterAll(() => results?.close());

async function withPage(
  settings: Readonly<Record<string, string | number>>,
  work: (page: Page) => Promise<void>,
): Promise<void> {
  const page = await results.open(settings);
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  try {
    await work(page);
  } finally {
    await page.close();
  }
  expect(problems).toEqual([]);
}

/** The text of what a click saves, and under which name. */
async function saved(page: Page, click: () => Promise<void>): Promise<[string, Buffer]> {
  const [download] = await Promise.all([page.waitForEvent('download'), click()]);
  return [download.suggestedFilename(), await readFile(await download.path())];
}

const drawn = (page: Page): Promise<void> =>
  page.locator('.qr-plot-canvas[data-drawn=true] canvas').first().waitFor();

describe.skipIf(!hasBrowser)('a chart', () => {
  const shapes = Object.keys(chartKinds).filter(
    (kind) => !['card', 'pivotchart', 'timepivot', 'table'].includes(kind),
  );

  test('of every kind has marks and a text that says the same', async () => {
    await withPage({ data: 'hourly', rows: 80, render: 'timechart' }, async (page) => {
      for (const kind of shapes) {
        await page.getByRole('combobox', { name: 'Chart' }).selectOption(kind);
        await drawn(page);
        const colours = await page
          .locator('.qr-plot-canvas canvas')
          .first()
          .evaluate((canvas) => {
            const { width, height } = canvas as unknown as { width: number; height: number };
            const context = (
              canvas as unknown as {
                getContext(kind: string): {
                  getImageData(
                    x: number,
                    y: number,
                    w: number,
                    h: number,
                  ): { data: Uint8ClampedArray };
                };
              }
            ).getContext('2d');
            const { data } = context.getImageData(0, 0, width, height);
            const seen = new Set<number>();
            for (let at = 0; at < data.length; at += 4) {
              seen.add(((data[at] ?? 0) << 16) | ((data[at + 1] ?? 0) << 8) | (data[at + 2] ?? 0));
            }
            return seen.size;
          });
        expect([kind, colours > 20]).toEqual([kind, true]);
      }
      await page.getByRole('button', { name: 'As a table' }).click();
      expect(await page.locator('.qr-chart-table td').count()).toBeGreaterThan(5);
    });
  });

  test('opens for a query with render, and not for one without', async () => {
    const tab = (page: Page) => page.getByRole('tab', { selected: true }).first().textContent();
    await withPage({ data: 'actions', rows: 20, render: 'piechart' }, async (page) => {
      expect(await tab(page)).toBe('Chart');
    });
    await withPage({ data: 'actions', rows: 20 }, async (page) => {
      expect(await tab(page)).toBe('Results (20)');
    });
  });

  test('of several measures says so, and one of them can be chosen', async () => {
    const properties = JSON.stringify({ ycolumns: 'ProcessId, ReportId', xcolumn: 'FileName' });
    await withPage({ rows: 30, render: 'columnchart', properties }, async (page) => {
      await drawn(page);
      const up = page.getByRole('combobox', { name: 'Up' });
      const chosen = () =>
        up.evaluate(
          (e) => (e as unknown as { selectedOptions: [{ text: string }] }).selectedOptions[0].text,
        );
      expect(await chosen()).toBe('ProcessId, ReportId');
      await up.selectOption('ProcessId');
      expect(await chosen()).toBe('ProcessId');
      expect(await up.getByRole('option', { name: 'ProcessId, ReportId' }).count()).toBe(0);
    });
  });

  test('adds what is clicked to the query', async () => {
    await withPage({ data: 'actions', rows: 6, render: 'barchart' }, async (page) => {
      await drawn(page);
      const box = await page.locator('.qr-plot-canvas').boundingBox();
      if (box === null) throw new Error('no chart');
      // The bars begin right of their names; one of these places is on a bar.
      for (let y = 60; y < box.height - 80; y += 12) {
        await page.mouse.click(box.x + 130, box.y + y);
      }
      const asked = await takeAsked(page);
      expect(asked.length).toBeGreaterThan(0);
      for (const { text } of asked) {
        expect(text).toMatch(/^\| where FileName == "\w+\.exe"\n\| where AccountName == "\w+"$/);
      }
    });
  });

  test('is saved as PNG and as SVG', async () => {
    const properties = JSON.stringify({ title: 'Events an hour' });
    await withPage({ data: 'hourly', rows: 80, render: 'timechart', properties }, async (page) => {
      await drawn(page);
      const [pngName, png] = await saved(page, () =>
        page.getByRole('button', { name: 'PNG' }).click(),
      );
      expect(pngName).toBe('Events-an-hour.png');
      expect(png.subarray(1, 4).toString()).toBe('PNG');
      const [svgName, svg] = await saved(page, () =>
        page.getByRole('button', { name: 'SVG' }).click(),
      );
      expect(svgName).toBe('Events-an-hour.svg');
      expect(svg.toString()).toContain('Events an hour');
      expect(svg.toString().match(/<path/g)?.length).toBeGreaterThan(4);
    });
  });

  test('has colours that are seen in every theme', async () => {
    await withPage({ rows: 1 }, async (page) => {
      for (const theme of ['light', 'dark'] as const) {
        await useTheme(page, theme);
        const names = ['colorNeutralBackground1', ...seriesTokens];
        const colours = await page.locator('.qr-results').evaluate((element, tokens) => {
          const style = (
            globalThis as unknown as {
              getComputedStyle(of: unknown): { getPropertyValue(name: string): string };
            }
          ).getComputedStyle(element);
          return tokens.map((name) => style.getPropertyValue(`--${name}`));
        }, names);
        for (const [at, name] of seriesTokens.entries()) {
          const ratio = contrast(colours[at + 1] ?? '', colours[0] ?? '');
          expect([theme, name, ratio >= 3]).toEqual([theme, name, true]);
        }
      }
    });
  });

  test('of one row is a card, of two columns a pivot, of times a timeline', async () => {
    await withPage({ data: 'hourly', rows: 1, render: 'card' }, async (page) => {
      await page.locator('.qr-card dd').first().waitFor();
    });
    await withPage({ data: 'actions', rows: 30, render: 'pivotchart' }, async (page) => {
      await page.locator('.qr-chart-table td button').first().click();
      expect((await takeAsked(page))[0]?.text).toMatch(
        /^\| where FileName == .*\n\| where AccountName == /,
      );
    });
    await withPage({ rows: 3000 }, async (page) => {
      await page.getByRole('tab', { name: 'Timeline' }).click();
      expect(await page.locator('.qr-lane-mark').count()).toBeGreaterThan(3);
      await page.getByRole('combobox', { name: 'Device' }).selectOption('');
      await page.getByText('3,000 events').waitFor();
      await page.getByRole('tab', { name: 'Process tree' }).click();
      expect(await page.locator('.qr-process').count()).toBeGreaterThan(10);
    });
  });
});

describe.skipIf(!hasBrowser)('what is saved', () => {
  test('has all rows, or those that are looked at, in their order', async () => {
    await withPage({ rows: 12_000, columns: 16 }, async (page) => {
      await page.getByRole('button', { name: 'Export', exact: true }).click();
      const save = (name: string) =>
        saved(page, () => page.getByRole('button', { name, exact: true }).click());
      const [name, csv] = await save('CSV');
      expect(name).toMatch(/^quarry-.*\.csv$/);
      const rows = parse(csv) as string[][];
      expect(rows).toHaveLength(12_001);
      expect(rows[1]?.[0]).toBe('2026-01-01T00:00:00.0000000Z');
      expect(rows[12_000]?.[11]).toBe('11999');
      const [, ndjson] = await save('NDJSON');
      expect(ndjson.toString().trimEnd().split('\n')).toHaveLength(12_000);
      const [, json] = await save('JSON');
      expect(JSON.parse(json.toString())).toHaveLength(12_000);
      const [, xlsx] = await save('Excel');
      expect(xlsx.subarray(0, 2).toString()).toBe('PK');
      const [, markdown] = await save('Markdown');
      expect(markdown.toString().trimEnd().split('\n')).toHaveLength(12_002);
      await page.keyboard.press('Escape');

      await page.getByRole('button', { name: 'Filter row' }).click();
      await page.getByLabel('Filter Timestamp').fill('2026-01-01T00:00:05..2026-01-01T00:00:24');
      await page.getByText('4 of 12,000 rows').waitFor();
      await page.locator('[data-column=Timestamp]').click({ position: { x: 10, y: 10 } });
      await page.locator('[data-column=Timestamp]').click({ position: { x: 10, y: 10 } });
      await page.locator('[aria-busy=false]').waitFor();
      await page.getByRole('button', { name: 'Export', exact: true }).click();
      await page.getByLabel(/Rows as filtered/).check();
      const [, shown] = await save('CSV');
      expect((parse(shown) as string[][]).map((row) => row[11])).toEqual([
        ...['ReportId', '4', '3', '2', '1'],
      ]);
    });
  });
});

describe.skipIf(!hasBrowser)('two runs', () => {
  test('differ by rows that are added, gone and changed', async () => {
    await withPage({ rows: 1000, columns: 16, previous: 1 }, async (page) => {
      await page.getByRole('tab', { name: 'Changes' }).click();
      await page.getByText('3 rows added, 2 gone, 10 changed, 987 the same').waitFor();
      await page.getByLabel(/^Added/).uncheck();
      await page.getByLabel(/^Gone/).uncheck();
      const grid = page.getByRole('grid');
      await expect.poll(() => grid.getAttribute('aria-rowcount')).toBe('11');
      expect(await page.locator('[data-mark=changed] .qr-was').first().textContent()).toBe(
        'was 0.5',
      );
      await page.getByRole('tab', { name: 'Stats' }).click();
      await page.getByText('188.7 MB', { exact: true }).first().waitFor();
    });
  });

  test('of which one is missing say what to do', async () => {
    await withPage({ rows: 10 }, async (page) => {
      await page.getByRole('tab', { name: 'Changes' }).click();
      await page.getByText('Run the query again to see what changed since.').waitFor();
    });
  });
});

describe.skipIf(!hasBrowser)('accessibility', () => {
  const views: readonly (readonly [string, Readonly<Record<string, string | number>>, string])[] = [
    ['grid', { rows: 300 }, 'Results (300)'],
    ['chart', { rows: 80, data: 'hourly', render: 'timechart' }, 'Chart'],
    ['timeline', { rows: 12_000 }, 'Timeline'],
    ['processes', { rows: 30 }, 'Process tree'],
    ['changes', { rows: 300, previous: 1 }, 'Changes'],
    ['stats', { rows: 30, previous: 1 }, 'Stats'],
  ];
  for (const [name, settings, tab] of views) {
    test(`the ${name} has no serious finding in any theme`, async () => {
      await withPage(settings, async (page) => {
        await page.getByRole('tab', { name: tab }).click();
        if (name === 'grid') {
          await page.getByRole('button', { name: 'Filter row' }).click();
          await page.locator('[data-line="1"] [data-place="1"]').click();
          await page.keyboard.press('Space');
          await page.getByRole('complementary').waitFor();
        }
        if (name === 'chart') await drawn(page);
        for (const theme of ['light', 'dark'] as const) {
          await useTheme(page, theme);
          const serious = (await axeViolations(page))
            .filter(({ impact }) => impact === 'serious' || impact === 'critical')
            .map(({ id, nodes }) => [id, nodes[0]?.html]);
          expect([theme, serious]).toEqual([theme, []]);
        }
      });
    });
  }
});

/** The contrast of two colours as WCAG counts it. */
function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.trim().slice(at, at + 2), 16) / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
