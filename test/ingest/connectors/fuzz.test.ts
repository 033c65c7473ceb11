import { describe, expect, it } from 'vitest';
import { builtinCatalog } from '../../../src/catalog/catalog.js';
import { parseCustomTable, withCustomTable } from '../../../src/catalog/custom-table.js';
import { connectors, findConnector } from '../../../src/ingest/connectors.js';
import { customConnectors } from '../../../src/ingest/custom/table-connector.js';
import { EvtxCutter } from '../../../src/ingest/evtx.js';
import { EventTables } from '../../../src/ingest/normalize.js';
import { type Batch, StreamParser } from '../../../src/ingest/parser.js';
import { mutatedDocument, mutatedText, random } from '../mutations.js';
import { type BinaryEvent, type BinaryValue, evtxFile } from '../windows/evtx-file.js';
import { headers as connectorHeaders, samples as connectorSamples } from './samples.js';

/** Mutations for each connector; `QUARRY_MUTATIONS=50000` is the long run, `QUARRY_SEED=2` another. */
const mutations = Number(process.env['QUARRY_MUTATIONS'] ?? 2_000);
const seed = Number(process.env['QUARRY_SEED'] ?? 1);
const timeout = 60_000 + mutations * 30;

/** A table of the operator's own, of every type. */
const catalog = withCustomTable(
  builtinCatalog,
  parseCustomTable({
    name: 'Own',
    columns: [
      { name: 'Timestamp', type: 'datetime', from: ['ts', 'time'] },
      { name: 'Who', type: 'string', from: 'user.name' },
      { name: 'Count', type: 'int', from: 'n' },
      { name: 'Bytes', type: 'long', from: 'bytes' },
      { name: 'Score', type: 'real', from: 'score' },
      { name: 'Price', type: 'decimal', from: 'price' },
      { name: 'Ok', type: 'bool', from: 'ok' },
      { name: 'Id', type: 'guid', from: 'id' },
      { name: 'Took', type: 'timespan', from: 'took' },
      { name: 'AdditionalFields', type: 'dynamic' },
    ],
    csv: {},
  }),
);
const tables = new EventTables(catalog);
const own = customConnectors(catalog);

const record = {
  ts: '2026-01-05T10:11:12.1234567Z',
  user: { name: 'a', sid: 's' },
  ...{ n: 1, bytes: 9_007_199_254_740_000, score: 0.5, price: '12.50', ok: true },
  ...{ id: '74be27de-1e4e-49d9-b579-fe0b331d3642', took: '1.02:03:04', other: [1, { a: null }] },
};
const line =
  '2026-01-05T10:11:12Z,"a ""b""\n\nc",1,2,0.5,12.50,true,74be27de-1e4e-49d9-b579-fe0b331d3642,01:02:03,x';

/** By connector, and behind a space what kind of its records they are. */
const samples = {
  ...connectorSamples,
  'custom:Own': [record],
  'custom:Own CSV': [line, line.replaceAll('"', '')],
} as typeof connectorSamples;
const headers = {
  ...connectorHeaders,
  'custom:Own CSV': ['ts,user.name,n,bytes,score,price,ok,id,took,other'],
} as typeof connectorHeaders;
/** Rows of theirs come with devices and not with records. */
const snapshots = new Set(['DeviceInfo', 'DeviceNetworkInfo']);

function parserOf(name: string): StreamParser {
  return new StreamParser({
    tables,
    connector: findConnector(name.split(' ')[0] ?? '', own),
    own,
    maxRecordBytes: 100_000,
    keepFrom: null,
    origin: 'fuzz',
  });
}

/** What has become of what was written. */
function countsOf(parser: StreamParser): {
  readonly told: number;
  readonly rows: number;
  readonly failed: number;
} {
  parser.end();
  while (parser.proceed(Number.POSITIVE_INFINITY)) {
    // Until all of it has come.
  }
  const batch: Batch = parser.take();
  const rows = batch.events
    .filter(({ table }) => !snapshots.has(table))
    .reduce((sum, { ends }) => sum + ends.length, 0);
  const { rejected, unmapped, merged, expired, reasons } = batch;
  const devices = batch.events.length > 0 && rows === 0 ? 1 : 0;
  const told = rows + rejected + unmapped + merged + expired + devices;
  return { told, rows, failed: reasons['connector.failed'] ?? 0 };
}

function mutation(name: string, next: (below: number) => number): string {
  const own = samples[name] ?? [];
  const sample = own[next(own.length)] ?? '';
  if (typeof sample === 'string') return mutatedText(sample, next);
  const isText = next(3) === 0;
  return isText
    ? mutatedText(JSON.stringify(sample), next)
    : JSON.stringify(mutatedDocument(sample, next));
}

/** Texts that hold no record at all. */
function isNothing(name: string, text: string): boolean {
  if (text.replaceAll('\u001e', '').trim() === '') return true;
  if (name === 'zeek-tsv') return /^\ufeff?#/.test(text);
  try {
    const value = JSON.parse(text) as { records?: unknown } | null;
    if (value === null) return false;
    const records = Array.isArray(value) ? value : value.records;
    return Array.isArray(records) && records.length === 0;
  } catch {
    return false;
  }
}

describe('mutated records', () => {
  it('there are samples of every connector', () => {
    expect(Object.keys(connectorSamples).sort()).toEqual(connectors.map(({ name }) => name).sort());
  });

  it.each(Object.keys(samples))(
    '%s: each is a row, is passed over, or is a dead letter',
    (name) => {
      const next = random(name.length * 7919 * seed);
      const start = (headers[name] ?? []).map((line) => `${line}\n`).join('');
      const stream = parserOf(name);
      stream.write(Buffer.from(start));
      let rows = 0;
      for (let number = 0; number < mutations; number++) {
        const text = mutation(name, next);
        const parser = parserOf(name);
        parser.write(Buffer.from(`${start}${text}\n`));
        const counts = countsOf(parser);
        rows += counts.rows;
        if (counts.failed > 0) {
          throw new Error(`the connector failed on ${text}`);
        }
        if (counts.told === 0 && !isNothing(name, text)) {
          throw new Error(`nothing is told of ${text}`);
        }
        stream.write(Buffer.from(`${text}\n`));
      }
      // All of them in one stream, each in the company of the others.
      const together = countsOf(stream);
      expect(together.failed).toBe(0);
      expect(together.told).toBeGreaterThan(mutations / 4);
      expect(rows).toBeGreaterThan(mutations / 10);
    },
    timeout,
  );
});

describe('a mutated file of the event log', () => {
  const text = (value: string): BinaryValue => ({ type: 'string', value });
  const file = evtxFile(
    [1, 2, 3, 4].map(
      (number): BinaryEvent => ({
        ...{ provider: 'Microsoft-Windows-Sysmon', id: 3, channel: 'Security', computer: 'PC1' },
        ...{ time: 134_120_814_724_000_001n, pid: 7, record: number },
        data: [
          ['Image', text('C:\\a.exe')],
          ['ProcessGuid', { type: 'guid', value: '{b34bc01c-8e40-695b-0200-000000000a00}' }],
          ['Initiated', { type: 'boolean', value: 1 }],
          ['SourcePort', { type: 'uint16', value: 50_000 }],
          ['LogonId', { type: 'hex64', value: 0x1f4n }],
          ['UserSid', { type: 'sid', value: 'S-1-5-21-1-2-3-500' }],
          ['UtcTime', { type: 'filetime', value: 134_120_814_724_000_001n }],
          ['', { type: 'strings', value: ['a', '', 'b'] }],
        ],
        ...(number === 3 && { userData: 'LogFileCleared' }),
        ...(number === 4 && { isPlain: true }),
      }),
    ),
  );
  const chunkAt = 4096;
  const headBytes = 512;
  const used = file.readUInt32LE(chunkAt + 48);

  function mutatedFile(next: (below: number) => number): Buffer {
    const result = Buffer.from(file);
    const place = () => chunkAt + headBytes + next(used - headBytes);
    for (let change = next(6); change >= 0; change--) {
      const at = next(20) === 0 ? chunkAt + next(headBytes) : place();
      const kind = next(6);
      if (kind === 0) result[at] = next(256);
      else if (kind === 1) result[at] = next(16);
      else if (kind === 2) result.writeUInt16LE(next(65_536), at);
      // Places of names and templates are of this kind.
      else if (kind === 3) result.writeUInt32LE(next(used), at);
      else if (kind === 4) result.copy(result, at, place(), place());
      else result.fill(next(2) * 255, at, at + next(12));
    }
    return result.subarray(0, next(5) === 0 ? next(result.length) : result.length);
  }

  it(
    'is read in no time, and each of its records is told of',
    () => {
      const next = random(7919 * seed);
      let rows = 0;
      for (let number = 0; number < mutations; number++) {
        const bytes = mutatedFile(next);
        let records = 0;
        const start = performance.now();
        const cutter = new EvtxCutter();
        cutter.write(bytes, () => records++);
        cutter.end(() => records++);
        expect(performance.now() - start).toBeLessThan(2_000);
        const parser = parserOf('windows-event');
        parser.write(bytes);
        const counts = countsOf(parser);
        expect(counts.failed).toBe(0);
        expect(counts.told).toBeGreaterThanOrEqual(records);
        rows += counts.rows;
      }
      expect(rows).toBeGreaterThan(mutations / 2);
    },
    timeout,
  );
});
