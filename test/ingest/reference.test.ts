import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { connectorReference } from '../../src/ingest/reference.js';

const page = new URL('../../docs/reference/connectors.md', import.meta.url);

it('the page on connectors is what `npm run docs` makes', () => {
  expect(readFileSync(page, 'utf8')).toBe(connectorReference());
});
