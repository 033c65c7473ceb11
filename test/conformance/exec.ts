// Answers hunts over standard input and output, one JSON object a line, as the conformance runner's
// `--exec` expects: {"id", "kql"} in, {"id", "Schema", "Results"} or {"id", "error"} out.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { builtinCatalog } from '../../src/catalog/catalog.js';
import { tenantDatabase } from '../../src/catalog/names.js';
import { typeNames } from '../../src/catalog/type-names.js';
import { startChdbEngine } from '../../src/engine/chdb.js';
import { migrate } from '../../src/engine/schema.js';
import { HuntError } from '../../src/errors.js';
import { hunt } from '../../src/hunting/hunt.js';
import { compileHere } from '../compile-here.js';

const directory = mkdtempSync(join(tmpdir(), 'quarry-conformance-'));
const engine = await startChdbEngine({ dataDirectory: directory });
if (!process.env['QUARRY_NO_TABLES']) {
  await migrate(engine, tenantDatabase('default'), builtinCatalog, 'forever');
}

const principal = {
  tenant: 'default',
  id: 'conformance',
  name: 'conformance',
  kind: 'application' as const,
  roles: [],
  scopes: [],
  deviceGroups: null,
};
const limits = { wallSeconds: 60, memoryBytes: 4e9, rows: 100_000, resultBytes: 124e6 };
const services = {
  engine,
  compiler: compileHere,
  tenant: () => ({ catalog: builtinCatalog, retentionDays: null }),
};

async function answer(line: string): Promise<void> {
  const { id, kql } = JSON.parse(line) as { id: string; kql: string };
  const shown = await run(kql).catch((error: unknown) => errorOf(error));
  process.stdout.write(`{"id":${JSON.stringify(id)},${shown}}\n`);
}

async function run(kql: string): Promise<string> {
  const { columns, rows } = await hunt({ principal, text: kql, limits }, services);
  const schema = columns.map(({ name, type }) => ({ Name: name, Type: typeNames[type] }));
  return `"Schema":${JSON.stringify(schema)},"Results":[${(await text(rows)).replaceAll(',\n', ',')}]`;
}

function errorOf(error: unknown): string {
  const known = error instanceof HuntError ? error : undefined;
  const cause =
    process.env['QUARRY_VERBOSE'] && error instanceof Error ? ` ${error.cause ?? error.stack}` : '';
  return `"error":${JSON.stringify(`${known?.code ?? 'bug'}: ${(error as Error).message}${cause}`)}`;
}

const pending = new Set<Promise<void>>();
for await (const line of createInterface({ input: process.stdin })) {
  const task = answer(line);
  pending.add(task);
  void task.finally(() => pending.delete(task));
}
await Promise.all(pending);
await engine.close();
rmSync(directory, { recursive: true, force: true });
