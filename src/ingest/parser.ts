import type { Connector, Conversion, Outcome, RawRecord } from './connector.js';
import { detectConnector } from './connectors.js';
import { momentOfDate } from './datetime.js';
import { type Culprit, deadLetter, type Problem, type Reason } from './dead-letters.js';
import { compactJson, JsonTooDeepError, type JsonValue, parseJson } from './json.js';
import { type EventTables, hashOf, type NormalTable, type Row } from './normalize.js';
import { type CutRecord, RecordCutter } from './records.js';
import { RowBuffer, type TableRows } from './rows.js';

export interface ParserOptions {
  readonly tables: EventTables;
  /** undefined: found out from the first records. */
  readonly connector: Connector | undefined;
  /** A larger record is refused. */
  readonly maxRecordBytes: number;
  /** Events before it are beyond the retention; null: none are. */
  readonly keepFrom: Date | null;
  /** The stream in a dead letter's position: `upload.json`, `request 1f03…`. */
  readonly origin: string;
}

/** What records became. Counts are of events: a record can be several, and is one where it is refused. */
export interface Batch {
  readonly events: readonly TableRows[];
  /** Rows of QuarryIngestErrors. */
  readonly deadLetters: TableRows | undefined;
  readonly rejected: number;
  /** Beyond the retention. */
  readonly expired: number;
  readonly reasons: Readonly<Partial<Record<Reason, number>>>;
}

export const deadLetterTable = 'QuarryIngestErrors';

/** No connector claims the records. */
export class UnrecognizedSourceError extends Error {
  constructor() {
    super('no connector recognizes the records');
    this.name = 'UnrecognizedSourceError';
  }
}

const sampleRecords = 20;
const sampleBytes = 256 * 1024;

/** Where a record stands. */
interface Place {
  readonly offset: number;
  /** Its number in a record that holds several, from 1. */
  readonly part?: number;
  readonly sizeBytes: number;
}

/** One stream's bytes on their way to rows. */
export class StreamParser {
  readonly #options: ParserOptions;
  readonly #cutter: RecordCutter;
  readonly #errors: NormalTable;
  readonly #keepFromMs: number;
  readonly #sample: CutRecord[] = [];
  #sampled = 0;
  #connector: Connector | undefined;
  #conversion: Conversion | undefined;
  #rows = new Map<NormalTable, RowBuffer>();
  #letters: RowBuffer | undefined;
  #rejected = 0;
  #expired = 0;
  #reasons: Partial<Record<Reason, number>> = {};

  constructor(options: ParserOptions) {
    this.#options = options;
    const { connector, maxRecordBytes, keepFrom, tables } = options;
    this.#cutter = new RecordCutter({
      maxBytes: maxRecordBytes,
      lines: connector?.format === 'text',
    });
    this.#errors = tables.own(deadLetterTable);
    this.#keepFromMs = keepFrom === null ? Number.NEGATIVE_INFINITY : keepFrom.getTime();
    if (connector) {
      this.#open(connector);
    }
  }

  /** The source's name, once it is known. */
  get source(): string | undefined {
    return this.#connector?.name;
  }

  /** Of the rows since the last `take`. */
  get sizeBytes(): number {
    const events = [...this.#rows.values()].reduce((sum, rows) => sum + rows.sizeBytes, 0);
    return events + (this.#letters?.sizeBytes ?? 0);
  }

  /** @throws UnrecognizedSourceError */
  write(chunk: Uint8Array): void {
    this.#cutter.write(chunk, this.#take);
  }

  /** @throws UnrecognizedSourceError */
  end(): void {
    this.#cutter.end(this.#take);
    if (this.#conversion === undefined && this.#sample.length > 0) {
      this.#detect();
    }
  }

  /** What has come together since the last call. */
  take(): Batch {
    const batch: Batch = {
      events: [...this.#rows.values()].map((rows) => rows.take()),
      deadLetters: this.#letters?.take(),
      rejected: this.#rejected,
      expired: this.#expired,
      reasons: this.#reasons,
    };
    this.#rows = new Map();
    this.#letters = undefined;
    this.#rejected = 0;
    this.#expired = 0;
    this.#reasons = {};
    return batch;
  }

  readonly #take = (cut: CutRecord): void => {
    if (this.#conversion) {
      this.#record(this.#conversion, cut);
      return;
    }
    this.#sample.push(cut);
    this.#sampled += cut.sizeBytes;
    if (this.#sample.length >= sampleRecords || this.#sampled >= sampleBytes) {
      this.#detect();
    }
  };

  #open(connector: Connector): Conversion {
    this.#connector = connector;
    this.#conversion = connector.open();
    return this.#conversion;
  }

  #detect(): void {
    const sample = this.#sample.flatMap(sampleOf);
    const connector = detectConnector(sample);
    if (connector === undefined) {
      throw new UnrecognizedSourceError();
    }
    const conversion = this.#open(connector);
    for (const cut of this.#sample.splice(0)) {
      this.#record(conversion, cut);
    }
  }

  #record(conversion: Conversion, cut: CutRecord): void {
    const { text, offset, sizeBytes, tooLarge } = cut;
    if (tooLarge) {
      this.#reject({ reason: 'record.tooLarge', detail: `${sizeBytes} bytes` }, '', text, cut);
      return;
    }
    if (this.#connector?.format === 'text') {
      this.#convert(conversion, { text, value: undefined }, cut);
      return;
    }
    const value = this.#parse(cut);
    const parts = value === undefined ? undefined : partsOf(value);
    if (parts) {
      for (const [index, part] of parts.entries()) {
        const place = { offset, part: index + 1, sizeBytes };
        const record = this.#partRecord(part, text, place);
        if (record) {
          this.#convert(conversion, record, place);
        }
      }
    } else if (value !== undefined) {
      this.#convert(conversion, { text, value }, cut);
    }
  }

  #parse(cut: CutRecord): JsonValue | undefined {
    try {
      return parseJson(cut.text);
    } catch (error) {
      this.#reject(jsonProblem(error), '', cut.text, cut);
      return undefined;
    }
  }

  #partRecord(value: JsonValue, whole: string, place: Place): RawRecord | undefined {
    try {
      return { text: compactJson(value), value };
    } catch (error) {
      this.#reject(jsonProblem(error), '', whole, place);
      return undefined;
    }
  }

  #convert(conversion: Conversion, record: RawRecord, place: Place): void {
    for (const outcome of conversion.convert(record)) {
      this.#outcome(outcome, record, place);
    }
  }

  #outcome(outcome: Outcome, record: RawRecord, place: Place): void {
    if ('rejected' in outcome) {
      const { rejected: reason, detail } = outcome;
      this.#reject({ reason, ...(detail === undefined ? {} : { detail }) }, '', record.text, place);
      return;
    }
    const table = this.#options.tables.find(outcome.table);
    if (table === undefined) {
      const problem: Problem = { reason: 'table.unknown', detail: outcome.table };
      this.#reject(problem, outcome.table, record.text, place);
      return;
    }
    const row = table.normalize(outcome, record);
    if ('reason' in row) {
      this.#reject(row, table.name, record.text, place);
    } else {
      this.#accept(row, record, place);
    }
  }

  #accept(row: Row, record: RawRecord, place: Place): void {
    if (row.time && row.time.milliseconds < this.#keepFromMs) {
      this.#expired++;
      return;
    }
    const { table } = row;
    let rows = this.#rows.get(table);
    if (rows === undefined) {
      const { name, timeColumn } = table;
      rows = new RowBuffer({ table: name, timeColumn, sameness: 'event' });
      this.#rows.set(table, rows);
    }
    rows.add(row.members, row.time, row.identity);
    for (const problem of row.problems) {
      this.#letter(problem, table.name, record.text, place);
    }
  }

  #reject(problem: Problem, table: string, raw: string, place: Place): void {
    this.#rejected++;
    this.#letter(problem, table, raw, place);
  }

  #letter(problem: Problem, table: string, raw: string, place: Place): void {
    const part = place.part === undefined ? '' : `, record ${place.part}`;
    const position = `byte ${place.offset}${part}`;
    const culprit: Culprit = {
      source: this.#connector?.name ?? '',
      position: `${this.#options.origin}, ${position}`,
      table,
      raw,
      rawSizeBytes: place.part === undefined ? place.sizeBytes : Buffer.byteLength(raw),
    };
    const columns = deadLetter(problem, culprit, momentOfDate(new Date()).text);
    const row = this.#errors.normalize({ table: deadLetterTable, columns }, emptyRecord);
    if ('reason' in row) {
      throw new Error(`a dead letter was refused: ${row.reason}`);
    }
    const { timeColumn } = this.#errors;
    this.#letters ??= new RowBuffer({ table: deadLetterTable, timeColumn, sameness: 'recent' });
    // The same problem of the same bytes at the same place: whatever the file or request is called.
    const { reason, column = '' } = problem;
    const identity = hashOf([reason, column, table, position, raw].join('\n'));
    this.#letters.add(row.members, row.time, identity);
    this.#reasons[reason] = (this.#reasons[reason] ?? 0) + 1;
  }
}

const emptyRecord: RawRecord = { text: '', value: undefined };

function jsonProblem(error: unknown): Problem {
  if (error instanceof JsonTooDeepError) {
    return { reason: 'json.tooDeep' };
  }
  if (error instanceof SyntaxError) {
    return { reason: 'json.invalid', detail: error.message };
  }
  throw error;
}

/** The records that a JSON value holds where it is not one itself: an array, or Event Hubs' wrapper. */
function partsOf(value: JsonValue): readonly JsonValue[] | undefined {
  if (Array.isArray(value) || value === null) {
    return value ?? undefined;
  }
  const { records } = value as { records?: JsonValue };
  return Array.isArray(records) && !('properties' in (value as object)) ? records : undefined;
}

function sampleOf(cut: CutRecord): RawRecord[] {
  try {
    const value = parseJson(cut.text);
    return (
      partsOf(value)?.map((part) => ({ text: '', value: part })) ?? [{ text: cut.text, value }]
    );
  } catch {
    return [{ text: cut.text, value: undefined }];
  }
}
