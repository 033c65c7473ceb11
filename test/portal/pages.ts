import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { seriousFindings } from './fixture.js';

/** Goes to a page without loading the portal anew, and waits until it is there. */
export async function show(page: Page, path: string): Promise<void> {
  await page.evaluate(`history.pushState(null, '', ${JSON.stringify(path)})`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await until(page, "!document.querySelector('.fui-Skeleton')");
  await settled(page);
}

/** Waits until nothing moves: what is on its way in is half transparent. */
export async function settled(page: Page): Promise<void> {
  await until(page, "document.getAnimations().every(({ playState }) => playState !== 'running')");
}

/** Nothing serious in the light theme; in the dark one, where only colours differ, nothing of those. */
export async function expectAccessible(
  page: Page,
  colorScheme: 'light' | 'dark',
  what: string,
): Promise<void> {
  if (colorScheme === 'light') {
    expect(await seriousFindings(page), what).toEqual([]);
    return;
  }
  const { violations } = await new AxeBuilder({ page }).withRules(['color-contrast']).analyze();
  const found = violations.flatMap(({ nodes }) => nodes.map(({ html }) => html.slice(0, 160)));
  expect(found, `${what}, dark`).toEqual([]);
}

/** The page's own policy keeps Playwright from waiting for an expression in it. */
async function until(page: Page, expression: string): Promise<void> {
  await expect.poll(() => page.evaluate(expression), { timeout: 20_000 }).toBe(true);
}
