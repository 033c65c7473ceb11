// Fills a data directory with process events for measuring: `npx tsx bench/generate.ts DIR [EVENTS]`.
// Deterministic. A week of the simulator's process events is the pattern; the engine writes it again and
// again, each time with other devices, times, process ids and command line arguments, over 28 days.
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { tenantDatabase } from '../src/catalog/names.js';
import { checkConfiguration } from '../src/configuration.js';
import { startChdbEngine } from '../src/engine/chdb.js';
import { startQuarry } from '../src/main.js';
import { simulate } from '../src/simulator/simulate.js';

const [directory, wanted = '10000000'] = process.argv.slice(2);
const events = Number(wanted);
if (directory === undefined || !Number.isSafeInteger(events) || events < 1) {
  throw new Error('say where, and how many: npx tsx bench/generate.ts DIR [EVENTS]');
}

/** Simulated events of all kinds; about a fifth of them are process events. */
const simulated = 500_000;
/** The newest event; a fixed moment, so that the bytes are the same whenever this runs. */
const end = new Date('2026-03-02T09:30:00Z');
const days = 7;
const weeks = 4;

const table = `\`${tenantDatabase('default')}\`.\`DeviceProcessEvents\``;
const pattern = `\`${tenantDatabase('default')}\`.\`bench_pattern\``;

await ingestPattern(directory);
const engine = await startChdbEngine({ dataDirectory: directory });
try {
  await engine.command(`DROP TABLE IF EXISTS ${pattern}`);
  await engine.command(
    `CREATE TABLE ${pattern} ENGINE = MergeTree ORDER BY (Timestamp, _seq) AS SELECT * FROM ${table}`,
  );
  const rows = await countOf(pattern);
  await engine.command(`TRUNCATE TABLE ${table}`);
  for (let copy = 0; copy * rows < events; copy++) {
    await engine.command(copySql(copy, Math.min(rows, events - copy * rows)));
    process.stderr.write(`\r${Math.min(events, (copy + 1) * rows).toLocaleString('en')} events`);
  }
  await engine.command(`DROP TABLE ${pattern}`);
  await engine.command(`OPTIMIZE TABLE ${table} FINAL`);
  process.stderr.write(`\r${(await countOf(table)).toLocaleString('en')} events in ${directory}\n`);
} finally {
  await engine.close();
}

async function ingestPattern(data: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'quarry-bench-'));
  const all = join(folder, 'all.ndjson');
  const file = join(folder, 'processes.ndjson');
  const options = { seed: 'bench', end, days, events: simulated, workstations: 60 };
  await pipeline(
    Readable.from(simulate({ ...options, tenantId: 'default' })),
    createWriteStream(all),
  );
  async function* processEvents() {
    for await (const line of createInterface({ input: createReadStream(all) })) {
      if (line.includes('"category":"AdvancedHunting-DeviceProcessEvents"')) yield `${line}\n`;
    }
  }
  await pipeline(Readable.from(processEvents()), createWriteStream(file));
  const quarry = await startQuarry(
    checkConfiguration({ data, port: 0, logLevel: 'warn', retention: 'forever' }),
  );
  await quarry.ingestFile(file);
  await quarry.close();
  await rm(folder, { recursive: true });
}

/** Another stretch of the same work: other devices of a fleet, other times of one of the four weeks. */
function copySql(copy: number, rows: number): string {
  const random = `cityHash64(${copy}, _seq)`;
  const seconds = (copy % weeks) * days * 86_400;
  return `INSERT INTO ${table} SELECT * REPLACE (
    Timestamp - toIntervalSecond(${seconds}) - toIntervalMillisecond(${random} % 1800000) AS Timestamp,
    lower(hex(SHA1(concat(DeviceId, '${copy}')))) AS DeviceId,
    replaceOne(DeviceName, '.', '-${copy}.') AS DeviceName,
    toInt64(4 * (${random} % 16000)) AS ProcessId,
    if(${random} % 3 = 0, concat(ProcessCommandLine, ' /session:', lower(hex(${random}))), ProcessCommandLine) AS ProcessCommandLine,
    ${random} AS _seq
  ) FROM ${pattern} ORDER BY Timestamp LIMIT ${rows}`;
}

async function countOf(name: string): Promise<number> {
  const [row] = await engine.select<{ rows: string }>(`SELECT count() AS rows FROM ${name}`);
  return Number(row?.rows);
}
