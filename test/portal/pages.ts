import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { axeViolations } from './axe.js';

/** Goes to a page without loading the portal anew, and waits until it is there. */
export async function show(page: Page, path: string): Promise<void> {
  await page.evaluate(`history.pushState(null, '', ${JSON.stringify(path)})`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await until(page, "!document.querySelector('.fui-Skeleton')");
  // Pale while the list is being asked for again.
  await until(
    page,
    "[...document.querySelectorAll('button')].every((b) => b.textContent !== 'Loading …')",
  );
  await settled(page);
}

/** Waits until nothing moves: what is on its way in is half transparent. */
export async function settled(page: Page): Promise<void> {
  await until(page, "document.getAnimations().every(({ playState }) => playState !== 'running')");
}

export const themes = ['light', 'dark', 'contrast'] as const;

/** Shows the page as it is in a theme of the system's. */
export async function useTheme(page: Page, theme: (typeof themes)[number]): Promise<void> {
  await page.emulateMedia({
    colorScheme: theme === 'dark' ? 'dark' : 'light',
    contrast: theme === 'contrast' ? 'more' : 'no-preference',
  });
  await settled(page);
}

/** The same in every theme: the page stays where it is while they change. */
export async function expectAccessibleInAllThemes(page: Page, what: string): Promise<void> {
  for (const theme of themes) {
    await useTheme(page, theme);
    await expectAccessible(page, `${what}, ${theme}`);
  }
}

/** Nothing at all, by any of axe's rules, that stays: a button is pale for a moment after its list has come. */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  await expect
    .poll(() => accessibilityFindings(page), { message: what, timeout: 30_000, interval: 500 })
    .toEqual([]);
}

/** What axe finds wrong with a page: rule and elements. */
async function accessibilityFindings(page: Page): Promise<string[]> {
  return (await axeViolations(page)).map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
  );
}

/** The page's own policy keeps Playwright from waiting for an expression in it. */
async function until(page: Page, expression: string): Promise<void> {
  await expect.poll(() => page.evaluate(expression), { timeout: 20_000 }).toBe(true);
}
