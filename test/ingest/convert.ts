import { builtinCatalog } from '../../src/catalog/catalog.js';
import type { ConversionContext } from '../../src/ingest/connector.js';
import { findConnector } from '../../src/ingest/connectors.js';
import { isolatedContext } from '../../src/ingest/correlation/correlation.js';
import { EventTables } from '../../src/ingest/normalize.js';
import { type Batch, deadLetterTable, StreamParser } from '../../src/ingest/parser.js';

export type Row = Readonly<Record<string, unknown>>;

export interface Converted {
  /** The connector that took the records. */
  readonly source: string | undefined;
  /** Rows by table, snapshots of devices aside. */
  readonly rows: Readonly<Record<string, readonly Row[]>>;
  readonly snapshots: Readonly<Record<string, readonly Row[]>>;
  readonly letters: readonly Row[];
  /** What tells rows from others of their table and time. */
  readonly identities: readonly bigint[];
  readonly counts: Pick<Batch, 'rejected' | 'unmapped' | 'merged' | 'expired'>;
}

const tables = new EventTables(builtinCatalog);
const snapshotTables = new Set(['DeviceInfo', 'DeviceNetworkInfo']);

/** What records become, read by a connector or by the one that recognizes them. */
export function converted(
  input: readonly (object | string)[] | string | Buffer,
  source?: string,
  more: Partial<ConversionContext> = {},
): Converted {
  const parser = new StreamParser({
    tables,
    connector: source === undefined ? undefined : findConnector(source),
    maxRecordBytes: 1024 * 1024,
    keepFrom: null,
    origin: 'test',
    context: { ...isolatedContext(), ...more },
  });
  const text = Array.isArray(input)
    ? input.map((each) => (typeof each === 'string' ? each : JSON.stringify(each))).join('\n')
    : (input as string | Buffer);
  parser.write(Buffer.from(text as string));
  parser.end();
  while (parser.proceed(Number.POSITIVE_INFINITY)) {
    // Until all of it has come.
  }
  const batch = parser.take();
  const rows: Record<string, Row[]> = {};
  const snapshots: Record<string, Row[]> = {};
  for (const { table, lines } of batch.events) {
    const own = snapshotTables.has(table) ? snapshots : rows;
    own[table] = rowsIn(lines);
  }
  const { rejected, unmapped, merged, expired } = batch;
  return {
    source: parser.source,
    rows,
    snapshots,
    letters: batch.deadLetters?.table === deadLetterTable ? rowsIn(batch.deadLetters.lines) : [],
    identities: batch.events.flatMap(({ identities, ends }) => [
      ...identities.subarray(0, ends.length),
    ]),
    counts: { rejected, unmapped, merged, expired },
  };
}

function rowsIn(lines: Uint8Array): Row[] {
  return Buffer.from(lines)
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { _seq, ...row } = JSON.parse(line) as Record<string, unknown>;
      const additional = row['AdditionalFields'];
      return typeof additional === 'string'
        ? { ...row, AdditionalFields: JSON.parse(additional) as unknown }
        : row;
    });
}

/** The only row of the only table. */
export function onlyRow({ rows }: Converted): Row {
  const all = Object.entries(rows).flatMap(([table, each]) =>
    each.map((row) => ({ table, ...row })),
  );
  if (all.length !== 1 || all[0] === undefined) {
    throw new Error(`${all.length} rows: ${JSON.stringify(all).slice(0, 2000)}`);
  }
  return all[0];
}
