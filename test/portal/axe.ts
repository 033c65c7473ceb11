import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

type Violations = Awaited<ReturnType<AxeBuilder['analyze']>>['violations'];

/**
 * What axe finds wrong with a page, by all its rules. Its other mode opens a page of its own for each look,
 * to put together what it found in several frames: the portal has one.
 */
export async function axeViolations(page: Page): Promise<Violations> {
  const { violations } = await new AxeBuilder({ page })
    .setLegacyMode()
    .options({ resultTypes: ['violations'] })
    // Where Fluent catches the focus on its way around a dialog: hidden from everyone, on purpose.
    .exclude('[data-tabster-dummy]')
    // Belongs to what it describes, and stands at the end of the document, in no landmark.
    .exclude('[role=tooltip]')
    .analyze();
  return violations;
}
