import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32 } from 'node:zlib';
import { afterAll } from 'vitest';
import type { Catalog, Column, Table } from '../../src/catalog/types.js';
import { type ChdbEngine, type ChdbOptions, startChdbEngine } from '../../src/engine/chdb.js';
import type { EngineLimits, EngineQuery } from '../../src/engine/engine.js';
import { HuntError } from '../../src/errors.js';

export const mebibyte = 1024 * 1024;

export const limits: EngineLimits = {
  wallSeconds: 30,
  memoryBytes: 1024 * mebibyte,
  rows: 100_000,
  resultBytes: 64 * mebibyte,
};

const cleanups: (() => unknown)[] = [];

/** Runs when the test file is done, the last one first; may be called in the middle of a test. */
export function cleanUp(work: () => unknown): void {
  cleanups.push(work);
}

afterAll(async () => {
  for (const work of cleanups.reverse()) {
    await work();
  }
});

/** A directory that is gone when the test file is done. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'quarry-engine-'));
  cleanUp(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A file system of so many megabytes at a new folder; undefined where this user may not mount one. */
export function smallDisk(megabytes: number, directory = temporaryDirectory()): string | undefined {
  const options = ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', directory];
  if (spawnSync('mount', options).status !== 0) {
    return undefined;
  }
  cleanUp(() => spawnSync('umount', ['-l', directory]));
  return directory;
}

export interface TestEngine {
  readonly engine: ChdbEngine;
  readonly directory: string;
  readonly log: Record<string, unknown>[];
}

/** An engine on a directory of its own, closed when the test file is done. */
export async function startTestEngine(options: Partial<ChdbOptions> = {}): Promise<TestEngine> {
  const directory = options.dataDirectory ?? temporaryDirectory();
  const log: Record<string, unknown>[] = [];
  const engine = await startChdbEngine({
    dataDirectory: directory,
    log: (line) => log.push(line as Record<string, unknown>),
    ...options,
  });
  cleanUp(() => engine.close());
  return { engine, directory, log };
}

let lastTag = 0;

export function query(sql: string, more: Partial<EngineQuery> = {}): EngineQuery {
  lastTag += 1;
  return { sql, tag: `test-${lastTag}`, limits, ...more };
}

/** Runs a hunt whose column `row` is plain text and returns the result as it stands in the file. */
export async function rowsOf(
  engine: ChdbEngine,
  sql: string,
  more: Partial<EngineQuery> = {},
): Promise<string> {
  const { rows } = await engine.run(query(sql, more));
  const chunks: Buffer[] = [];
  for await (const chunk of rows) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The code and text that a promise is refused with. */
export async function refusal(promise: Promise<unknown>): Promise<[code: string, message: string]> {
  try {
    await promise;
  } catch (error) {
    return error instanceof HuntError
      ? [error.code, error.message]
      : ['no HuntError', String(error)];
  }
  return ['no error', ''];
}

/** Waits for something to become true, without saying how long that may take on a busy machine. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export function tableOf(
  name: string,
  columns: readonly Column[],
  more: Partial<Table> = {},
): Table {
  return {
    name,
    category: 'Test',
    summary: 'A table of a test.',
    timeColumn: 'Timestamp',
    deviceScoped: false,
    columns,
    ...more,
  };
}

export function catalogOf(...tables: Table[]): Catalog {
  return { version: '1', tables, legacyTables: [], functions: [] };
}

export const eventsTable = tableOf('DeviceProcessEvents', [
  { name: 'Timestamp', type: 'datetime' },
  { name: 'DeviceId', type: 'string' },
  { name: 'FileName', type: 'string' },
  { name: 'ProcessCommandLine', type: 'string' },
  { name: 'SHA256', type: 'string' },
  { name: 'ProcessId', type: 'long' },
  { name: 'AdditionalFields', type: 'dynamic' },
]);

/** Writes a segment into the spool folder of a data directory. */
export function writeSegment(
  directory: string,
  name: string,
  rows: readonly Record<string, unknown>[],
): string {
  const file = path.join(directory, 'spool', `${name}.ndjson`);
  writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return file;
}

export function eventRows(count: number, prefix: string, days = 1): Record<string, unknown>[] {
  const start = Date.UTC(2026, 5, 1);
  const first = crc32(prefix) * 100_000;
  return Array.from({ length: count }, (_, index) => ({
    Timestamp: new Date(start + (index % days) * 86_400_000 + index).toISOString(),
    DeviceId: `device-${index % 10}`,
    FileName: 'powershell.exe',
    ProcessCommandLine: `powershell.exe -EncodedCommand ${prefix}-${index}`,
    SHA256: prefix.padEnd(64, '0'),
    ProcessId: index,
    AdditionalFields: JSON.stringify({ prefix, index }),
    _seq: first + index,
  }));
}

export interface Holder {
  readonly child: ChildProcess;
  readonly said: Record<string, unknown>;
}

/** Starts `holder.ts` and waits for its first line. */
export async function startHolder(...args: string[]): Promise<Holder> {
  const script = fileURLToPath(new URL('./holder.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  cleanUp(() => child.kill('SIGKILL'));
  let text = '';
  for await (const chunk of child.stdout) {
    text += String(chunk);
    if (text.includes('\n')) {
      break;
    }
  }
  return { child, said: JSON.parse(text) };
}
