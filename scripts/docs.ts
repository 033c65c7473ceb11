// `npm run docs`: writes docs/reference/ from the registries. Tests see that it is what they make.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { settingsReference } from '../src/cli/settings-reference.js';
import { connectorReference } from '../src/ingest/reference.js';
import { kqlReference } from '../src/reference.js';
import { supportMatrix } from '../src/support.js';

const folder = fileURLToPath(new URL('../docs/reference', import.meta.url));

const pages: Readonly<Record<string, string>> = {
  'kql.md': kqlReference(supportMatrix()),
  'connectors.md': connectorReference(),
  'settings.md': settingsReference(),
};

mkdirSync(folder, { recursive: true });
for (const [name, text] of Object.entries(pages)) {
  writeFileSync(join(folder, name), text);
}
