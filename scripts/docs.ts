// `npm run docs`: writes docs/reference/ from the registries. `--check` fails where it is stale.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectorReference } from '../src/ingest/reference.js';
import { kqlReference } from '../src/reference.js';
import { supportMatrix } from '../src/support.js';

const root = fileURLToPath(new URL('..', import.meta.url));

const pages: Readonly<Record<string, () => string>> = {
  'docs/reference/kql.md': () => kqlReference(supportMatrix()),
  'docs/reference/connectors.md': connectorReference,
};

const isCheck = process.argv.includes('--check');
for (const [path, make] of Object.entries(pages)) {
  const file = join(root, path);
  const text = make();
  if (!isCheck) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  } else if (read(file) !== text) {
    console.error(`${path} is stale: npm run docs`);
    process.exitCode = 1;
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
