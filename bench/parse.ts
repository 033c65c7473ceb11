// What parsing alone costs: `npx tsx bench/parse.ts [MEGABYTES] [SOURCE…]`. For each connector the
// processor's time for an event, without engine, journal or threads, and a hash of the rows: a change
// that is to make parsing quicker leaves it as it was. With `node --cpu-prof --import tsx` in place of
// `npx tsx` it says where the time goes. Recordings are taken from $QUARRY_SHARED/telemetry where that is
// set, and are only read.
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findConnector } from '../src/ingest/connectors.js';
import { Correlation } from '../src/ingest/correlation/correlation.js';
import { CorrelationStore } from '../src/ingest/correlation/store.js';
import { customConnectors } from '../src/ingest/custom/table-connector.js';
import { EventTables } from '../src/ingest/normalize.js';
import { StreamParser } from '../src/ingest/parser.js';
import { benchCatalog, type Input, inputs } from './ingest/inputs.js';

const megabytes = Number(process.argv[2] ?? 32);
const wanted = process.argv.slice(3);
const shared = process.env['QUARRY_SHARED'];

const chunkBytes = 512 * 1024;
const portionBytes = 16 * 1024 * 1024;

const directory = await mkdtemp(join(tmpdir(), 'quarry-bench-'));
try {
  console.log('source                  MB    events  us/event    MB/s     rows  hash of the rows');
  const end = new Date(Date.UTC(2026, 10, 1));
  for (const input of await inputs(shared && join(shared, 'telemetry'), end)) {
    if (wanted.length === 0 || wanted.includes(input.source)) await measure(input);
  }
} finally {
  await rm(directory, { recursive: true });
}

/** So many megabytes of the source's lines. */
async function bytesOf(input: Input): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of input.chunks()) {
    const part = Buffer.from(chunk);
    parts.push(part);
    bytes += part.length;
    if (bytes >= megabytes * 2 ** 20) break;
  }
  return Buffer.concat(parts);
}

async function measure(input: Input): Promise<void> {
  const bytes = await bytesOf(input);
  const store = new CorrelationStore(join(directory, `${input.source.replace(':', '-')}.db`));
  const parser = new StreamParser({
    tables: new EventTables(benchCatalog),
    connector: findConnector(input.source, customConnectors(benchCatalog)),
    maxRecordBytes: 16 * 2 ** 20,
    keepFrom: null,
    origin: 'bench',
    context: { correlation: new Correlation(store, directory), extensions: false },
  });
  const hash = createHash('sha256');
  const counts = { rows: 0, events: 0 };
  // Hashing is no part of what is measured.
  let hashingMs = 0;
  const take = () => {
    const started = process.cpuUsage();
    const batch = parser.take();
    counts.events += batch.rejected + batch.expired + batch.unmapped + batch.merged;
    for (const { table, lines, ends } of batch.events) {
      hash.update(table).update(lines);
      counts.rows += ends.length;
    }
    const { user, system } = process.cpuUsage(started);
    hashingMs += (user + system) / 1000;
  };
  const started = process.cpuUsage();
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    parser.write(bytes.subarray(at, at + chunkBytes));
    if (parser.proceed(portionBytes) || parser.sizeBytes >= portionBytes) take();
  }
  parser.end();
  while (parser.proceed(portionBytes)) take();
  take();
  const { user, system } = process.cpuUsage(started);
  const ms = (user + system) / 1000 - hashingMs;
  const events = counts.events + counts.rows;
  const size = bytes.length / 2 ** 20;
  console.log(
    [
      input.source.padEnd(20),
      size.toFixed(0).padStart(6),
      String(events).padStart(9),
      ((ms * 1000) / events).toFixed(1).padStart(9),
      ((size * 1000) / ms).toFixed(0).padStart(7),
      String(counts.rows).padStart(8),
      ` ${hash.digest('hex').slice(0, 16)}`,
    ].join(' '),
  );
}
