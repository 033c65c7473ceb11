import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { builtinCatalog } from '../../src/catalog/catalog.js';
import { tenantDatabase } from '../../src/catalog/names.js';
import type { Engine } from '../../src/engine/engine.js';
import { migrate } from '../../src/engine/schema.js';
import { hunt } from '../../src/hunting/hunt.js';
import type { Principal } from '../../src/identity/principal.js';
import type { FileSummary } from '../../src/ingest/file.js';
import type { Ingest } from '../../src/ingest/ingest.js';
import { compileHere } from '../compile-here.js';

/** A hunt with its known answer. */
export interface RecordedHunt {
  readonly dataset: string;
  readonly name: string;
  readonly kql: string;
  readonly expect: {
    readonly rows: number;
    readonly columns: readonly string[];
    readonly mustContain: readonly Row[];
    readonly ordered?: boolean;
  };
}

export type Row = Readonly<Record<string, unknown>>;

/** Recordings of attacks by the names of their datasets. */
export interface Recordings {
  readonly hunts: readonly RecordedHunt[];
  /** Paths of the archives. */
  filesOf(dataset: string): readonly string[];
}

interface Manifest {
  readonly datasets: readonly { readonly name: string; readonly file: string }[];
}

/**
 * The recordings in a folder: `hunts.jsonl`, and a folder of archives with their `manifest.json`.
 * undefined where there are none.
 */
export function recordingsIn(folder: string | undefined): Recordings | undefined {
  const hunts = path.join(folder ?? '', 'hunts.jsonl');
  const archives = path.join(folder ?? '', 'otrf');
  if (folder === undefined || !existsSync(hunts) || !existsSync(archives)) return undefined;
  const manifest = JSON.parse(
    readFileSync(path.join(archives, 'manifest.json'), 'utf8'),
  ) as Manifest;
  return {
    hunts: readFileSync(hunts, 'utf8')
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => JSON.parse(line) as RecordedHunt),
    filesOf: (dataset) =>
      manifest.datasets
        .filter(({ name }) => name === dataset)
        .map(({ file }) => path.join(archives, file)),
  };
}

/** Makes a tenant of its own for a dataset and takes its archives in. */
export async function load(
  { engine, ingest }: { readonly engine: Engine; readonly ingest: Ingest },
  tenant: string,
  files: readonly string[],
): Promise<FileSummary[]> {
  await migrate(engine, tenantDatabase(tenant), builtinCatalog, 'forever');
  const summaries: FileSummary[] = [];
  for (const file of files) summaries.push(await ingest.file(file, { tenant }));
  await ingest.flush();
  return summaries;
}

const limits = {
  wallSeconds: 120,
  memoryBytes: 1024 * 1024 * 1024,
  rows: 100_000,
  resultBytes: 64 * 1024 * 1024,
};

export async function answer(engine: Engine, tenant: string, kql: string): Promise<Row[]> {
  const principal: Principal = {
    tenant,
    id: 'recordings',
    name: 'recordings',
    kind: 'application',
    roles: ['AdvancedHunting.Read.All'],
    scopes: [],
    deviceGroups: null,
  };
  const { rows, columns } = await hunt(
    { principal, text: kql, limits },
    {
      engine,
      compiler: compileHere,
      tenant: () => ({ catalog: builtinCatalog, retentionDays: null }),
    },
  );
  const answered = JSON.parse(`[${await text(rows)}]`) as Row[];
  const truths = columns.filter(({ type }) => type === 'bool').map(({ name }) => name);
  // Defender's API writes them as numbers.
  return answered.map((row) => ({
    ...row,
    ...Object.fromEntries(
      truths.map((name) => [name, row[name] === null ? null : row[name] === 1]),
    ),
  }));
}

/** What an answer has wrong; empty where it is right. */
export function mistakes(rows: readonly Row[], { expect }: RecordedHunt): string[] {
  const wrong: string[] = [];
  if (rows.length !== expect.rows) wrong.push(`${rows.length} rows instead of ${expect.rows}`);
  const shown = rows.map((row) => canonical(row, expect.columns));
  for (const [index, wanted] of expect.mustContain.entries()) {
    const row = canonical(wanted, expect.columns);
    const found = expect.ordered ? shown[index] === row : shown.includes(row);
    if (!found) wrong.push(`no ${row}${expect.ordered ? ` at ${index + 1}` : ''}`);
  }
  if (wrong.length > 0) wrong.push(`rows: ${shown.slice(0, 8).join(' ')}`);
  return wrong;
}

function canonical(row: Row, columns: readonly string[]): string {
  return JSON.stringify(columns.map((column) => plain(row[column])));
}

/** Null and empty text are the same, and arrays have no order. */
function plain(value: unknown): unknown {
  if (value === null || value === undefined) return '';
  const parsed = typeof value === 'string' && /^\[.*\]$/s.test(value) ? listOf(value) : value;
  return Array.isArray(parsed)
    ? parsed.map(plain).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
    : parsed;
}

function listOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
