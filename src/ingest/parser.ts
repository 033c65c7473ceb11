import { quarryIngestErrors } from '../catalog/tables/quarry-ingest-errors.js';
import type {
  Connector,
  Conversion,
  ConversionContext,
  Outcome,
  Place,
  RawRecord,
} from './connector.js';
import { otlpJson } from './connectors/otlp-json.js';
import { connectors, detectConnector, findConnector } from './connectors.js';
import { isolatedContext } from './correlation/correlation.js';
import { logEvents } from './cutting/otlp-events.js';
import { RequestError } from './cutting/otlp-request.js';
import { withoutPause } from './cutting/without-pause.js';
import { type Moment, momentOfDate } from './datetime.js';
import { clip, deadLetter, type Problem, problemOf, type Reason } from './dead-letters.js';
import { holdsNothing, partsOf } from './envelopes.js';
import { EvtxCutter, evtxMagic } from './evtx.js';
import { compactJson, type JsonValue, parseJson } from './json.js';
import { type Letter, LetterRuns } from './letter-runs.js';
import { type EventTables, hashOf, type NormalTable, type Row } from './normalize.js';
import { PlainMembers } from './plain-json.js';
import { type CutRecord, RecordCutter, startsLogs } from './records.js';
import { connectorNames } from './routing.js';
import type { CopiedRow } from './row-copy.js';
import { RowBuffer, type TableRows } from './rows.js';

export interface ParserOptions {
  readonly tables: EventTables;
  /** undefined: found out from the first records. */
  readonly connector: Connector | undefined;
  /** Connectors of the tenant's own tables. */
  readonly own?: readonly Connector[];
  /** A larger record is refused. */
  readonly maxRecordBytes: number;
  /** Events before it are beyond the retention; null: none are. */
  readonly keepFrom: Date | null;
  /** The stream in a dead letter's position: `upload.json`, `request 1f03…`. */
  readonly origin: string;
  /** By default nothing is known, or kept, beyond the stream. */
  readonly context?: ConversionContext;
  /** Where in its source the stream starts, bytes; 0 by default. */
  readonly offset?: number | undefined;
}

/** A record that was not stored. */
export interface Refusal {
  /** Where it starts in the stream, bytes; its number from 0 where records came one by one. */
  readonly offset: number;
  /** Its number in a record that holds several, from 1. */
  readonly part?: number;
  readonly reason: Reason;
  readonly detail?: string;
}

/** What records became. */
export interface Batch extends BatchCounts {
  readonly events: readonly TableRows[];
  /** Rows of QuarryIngestErrors. */
  readonly deadLetters: TableRows | undefined;
}

/** Counts of events: a record can be several, and is one where it is refused. */
export interface BatchCounts {
  readonly rejected: number;
  /** Beyond the retention. */
  readonly expired: number;
  /** Ahead of this machine's clock; they are stored, or rejected where they are a year ahead. */
  readonly future: number;
  /** Right, and without a table to go to. */
  readonly unmapped: number;
  /** Told by the row of another record. */
  readonly merged: number;
  readonly reasons: Readonly<Partial<Record<Reason, number>>>;
  /** The first of the rejected; all of them where records came one by one. */
  readonly refusals: readonly Refusal[];
}

export const deadLetterTable = quarryIngestErrors.name;

/** No connector claims the records. */
export class UnrecognizedSourceError extends Error {
  constructor() {
    super('no connector recognizes the records');
    this.name = 'UnrecognizedSourceError';
  }
}

const sampleRecords = 20;
const sampleBytes = 256 * 1024;
/** Text of records that a conversion may hold back; more is released before the stream's end. */
const mostHeldBytes = 1024 * 1024 * 1024;
/** Clocks of machines differ so much without anything being wrong. */
const clocksDifferMs = 60 * 60 * 1000;
const outcomesAtATime = 100;
/** A stream's refusals that are told one by one. */
const mostRefusals = 100;

/** One stream's bytes on their way to rows. */
export class StreamParser {
  readonly #options: ParserOptions;
  #cutter: RecordCutter | EvtxCutter | undefined;
  readonly #errors: NormalTable;
  readonly #keepFromMs: number;
  readonly #members = new PlainMembers();
  #sample: CutRecord[] = [];
  #sampled = 0;
  /** That of the stream. */
  #begun: Connector | undefined;
  /** That of the record that is being read. */
  #connector: Connector | undefined;
  #conversion: Conversion | undefined;
  /** Of records that came one by one, by their connector. */
  readonly #conversions = new Map<Connector | undefined, Conversion>();
  #connectorNames: ((name: string) => string | undefined) | undefined;
  #isItems = false;
  #rows = new Map<NormalTable, RowBuffer>();
  /** How much came together of each table up to the last `take`. */
  #lastBytes = new Map<NormalTable, number>();
  #letters: RowBuffer | undefined;
  readonly #runs = new LetterRuns((letter) => this.#writeLetter(letter));
  /** Of the parts of the record that is being read. */
  #lettersOfParts: number | undefined;
  #rejected = 0;
  #expired = 0;
  #future = 0;
  #unmapped = 0;
  #merged = 0;
  #reasons: Partial<Record<Reason, number>> = {};
  #refusals: Refusal[] = [];
  /** Outcomes that have not been asked for yet. */
  #releasing: Iterator<Outcome> | undefined;

  constructor(options: ParserOptions) {
    this.#options = options;
    const { connector, keepFrom, tables } = options;
    this.#errors = tables.own(deadLetterTable);
    this.#keepFromMs = keepFrom === null ? Number.NEGATIVE_INFINITY : keepFrom.getTime();
    if (connector) {
      this.#begin(connector);
    }
  }

  /** The source's name, once it is known. */
  get source(): string | undefined {
    return (this.#begun ?? this.#connector)?.name;
  }

  /** Of the rows since the last `take`. */
  get sizeBytes(): number {
    const events = [...this.#rows.values()].reduce((sum, rows) => sum + rows.sizeBytes, 0);
    return events + (this.#letters?.sizeBytes ?? 0);
  }

  /**
   * Up to where in its source the stream need not be read again once what has been taken is stored;
   * undefined where that cannot be said.
   */
  get settled(): number | undefined {
    const open = this.#open();
    const heldFrom = open.flatMap(([, conversion]) => conversion.heldFrom ?? []);
    if (heldFrom.length > 0) {
      return Math.min(...heldFrom);
    }
    const isHolding = this.#heldBytes > 0 || this.#sample.length > 0;
    return this.#cutter instanceof RecordCutter && !isHolding ? this.#cutter.settled : undefined;
  }

  /** @throws UnrecognizedSourceError */
  write(chunk: Uint8Array): void {
    this.#cutter ??= this.#cutterFor(chunk);
    this.#cutter.write(chunk, this.#take);
    if (this.#heldBytes > mostHeldBytes) {
      this.release();
    }
  }

  /** The conversions of the stream, and whose they are. */
  #open(): (readonly [Connector | undefined, Conversion])[] {
    const open = [...this.#conversions];
    const conversion = this.#conversion;
    return conversion === undefined || open.some(([, each]) => each === conversion)
      ? open
      : [[this.#connector, conversion], ...open];
  }

  get #heldBytes(): number {
    return this.#open().reduce((sum, [, { heldBytes = 0 }]) => sum + heldBytes, 0);
  }

  /** A record that has been cut out already. What no connector claims is rejected, and not the stream. */
  item(text: string, number: number): void {
    this.#isItems = true;
    const sizeBytes = Buffer.byteLength(text);
    const tooLarge = sizeBytes > this.#options.maxRecordBytes;
    const cut: CutRecord = { text, offset: number, sizeBytes, tooLarge };
    if (this.#conversion === undefined || this.#options.connector === undefined) {
      this.#choose(cut);
    }
    if (this.#conversion) {
      this.#record(this.#conversion, cut);
    }
  }

  /** @throws UnrecognizedSourceError */
  end(): void {
    this.#cutter?.end(this.#take);
    if (this.#conversion === undefined && this.#sample.length > 0) {
      this.#detect();
    }
    this.release();
  }

  /** What the conversion holds back is wanted; `proceed` brings it. */
  release(flowing = false): void {
    if (!flowing && this.#conversion === undefined && this.#sample.length > 0) {
      // More may be long in coming. Where they are too few to tell, they wait.
      this.#detect(false);
    }
    this.#releasing ??= this.#released(flowing)?.[Symbol.iterator]();
  }

  #released(flowing: boolean): Iterable<Outcome> | undefined {
    return this.#conversions.size > 0
      ? this.#releasedByAll(flowing)
      : this.#conversion?.release?.(flowing);
  }

  *#releasedByAll(flowing: boolean): Generator<Outcome> {
    const own = this.#connector;
    for (const [connector, conversion] of this.#open()) {
      this.#connector = connector;
      yield* conversion.release?.(flowing) ?? [];
    }
    this.#connector = own;
  }

  /** Adds rows of what was released until they come to so many bytes; false when none are left. */
  proceed(bytes: number): boolean {
    while (this.#releasing && this.sizeBytes < bytes) {
      for (let count = 0; count < outcomesAtATime; count++) {
        const next = this.#releasing.next();
        if (next.done) {
          this.#releasing = undefined;
          return false;
        }
        this.#outcome(next.value, emptyRecord);
      }
    }
    return this.#releasing !== undefined;
  }

  /** The stream is not read to its end. */
  close(): void {
    this.#releasing?.return?.();
    for (const [, conversion] of this.#open()) {
      conversion.close?.();
    }
  }

  /** What has come together since the last call. What has been learnt with it is on disk before it is. */
  take(): Batch {
    this.#options.context?.correlation.save();
    this.#runs.end();
    const batch: Batch = {
      events: [...this.#rows.values()].map((rows) => rows.take()),
      deadLetters: this.#letters?.take(),
      rejected: this.#rejected,
      expired: this.#expired,
      future: this.#future,
      unmapped: this.#unmapped,
      merged: this.#merged,
      reasons: this.#reasons,
      refusals: this.#refusals,
    };
    this.#lastBytes = new Map([...this.#rows].map(([table, rows]) => [table, rows.sizeBytes]));
    this.#rows = new Map();
    this.#letters = undefined;
    this.#rejected = 0;
    this.#expired = 0;
    this.#future = 0;
    this.#unmapped = 0;
    this.#merged = 0;
    this.#reasons = {};
    this.#refusals = [];
    return batch;
  }

  #cutterFor(start: Uint8Array): RecordCutter | EvtxCutter {
    if (evtxMagic.equals(start.subarray(0, evtxMagic.length))) {
      return new EvtxCutter();
    }
    const { connector, maxRecordBytes, offset = 0 } = this.#options;
    const lines = connector?.format === 'text' || offset > 0;
    const cutter = new RecordCutter({ maxBytes: maxRecordBytes, lines, offset });
    // As long as the connector is not known, its records may hold them.
    cutter.blankLines = connector === undefined || connector.blankLines === true;
    return cutter;
  }

  readonly #take = (cut: CutRecord): void => {
    if (this.#conversion) {
      this.#record(this.#conversion, cut);
      return;
    }
    if (this.#sample.length === 0 && isBlank(cut)) {
      return;
    }
    this.#sample.push(cut);
    this.#sampled += cut.sizeBytes + 1;
    if (this.#sample.length >= sampleRecords || this.#sampled >= sampleBytes) {
      this.#detect();
    }
  };

  #begin(connector: Connector): Conversion {
    this.#begun = connector;
    this.#connector = connector;
    if (this.#cutter instanceof RecordCutter) {
      this.#cutter.blankLines = connector.blankLines === true;
    }
    this.#conversion = connector.open(this.#options.context ?? isolatedContext());
    return this.#conversion;
  }

  #detect(certain = true): void {
    const sample = this.#sample.filter((cut) => !isBlank(cut));
    const connector = detectConnector(sampleOf(sample), this.#options.own);
    if (connector === undefined && sample.every(({ text }) => holdsNothing(jsonOf(text)))) {
      this.#sample = [];
      this.#sampled = 0;
      return;
    }
    if (connector === undefined && !certain) {
      return;
    }
    if (connector === undefined) {
      throw new UnrecognizedSourceError();
    }
    const conversion = this.#begin(connector);
    for (const cut of this.#sample.splice(0)) {
      if (connector.blankLines || !isBlank(cut)) {
        this.#record(conversion, cut);
      }
    }
  }

  /** A request of OTLP: its events go where the endpoint would have them go. */
  #logs(cut: CutRecord, bytes: Uint8Array): void {
    const { offset, sizeBytes, tooLarge } = cut;
    const place: Place = { offset, sizeBytes };
    if (tooLarge) {
      const record = { text: cut.text, value: undefined, place };
      this.#reject({ reason: 'record.tooLarge', detail: `${sizeBytes} bytes` }, '', record);
      return;
    }
    let part = 0;
    const [connector, conversion] = [this.#connector, this.#conversion];
    try {
      const events = logEvents(bytes, false, (name, event) => {
        this.#logEvent(name, event.toString(), offset, ++part);
      });
      withoutPause(events);
      if (part === 0) {
        throw new RequestError('no log records');
      }
    } catch (error) {
      const record = { text: cut.text, value: undefined, place };
      const problem =
        error instanceof RequestError
          ? { reason: 'record.shape' as const, detail: error.message }
          : problemOf(error);
      this.#reject(problem, '', record);
    } finally {
      [this.#connector, this.#conversion] = [connector, conversion];
    }
  }

  #logEvent(name: string, text: string, offset: number, part: number): void {
    const sizeBytes = Buffer.byteLength(text);
    const tooLarge = sizeBytes > this.#options.maxRecordBytes;
    const cut: CutRecord = { text, offset, part, sizeBytes, tooLarge };
    const { connector } = this.#options;
    if (connector === undefined || connector === otlpJson) {
      this.#choose(cut, this.#named(name));
    }
    if (this.#conversion) {
      this.#record(this.#conversion, cut);
    }
  }

  #named(name: string): Connector | undefined {
    const { own = [] } = this.#options;
    this.#connectorNames ??= connectorNames([...connectors, ...own]);
    const named = this.#connectorNames(name);
    return named === undefined ? undefined : findConnector(named, own);
  }

  /** The connector of one record among records of all kinds. */
  #choose(cut: CutRecord, named?: Connector): void {
    const connector = named ?? detectConnector(sampleOf([cut]), this.#options.own);
    let conversion = this.#conversions.get(connector);
    if (conversion === undefined) {
      const context = this.#options.context ?? isolatedContext();
      conversion = connector?.open(context) ?? unclaimed;
      this.#conversions.set(connector, conversion);
    }
    this.#connector = connector;
    this.#conversion = conversion;
  }

  #record(conversion: Conversion, cut: CutRecord): void {
    if (this.#copied(conversion, cut)) {
      return;
    }
    const bytes = cut.bytes ?? (this.#connector === otlpJson ? Buffer.from(cut.text) : undefined);
    if (cut.part === undefined && bytes !== undefined && startsLogs(bytes)) {
      this.#logs(cut, bytes);
      return;
    }
    const { text, offset, part, sizeBytes, tooLarge } = cut;
    const place: Place = { offset, sizeBytes, ...(part === undefined ? {} : { part }) };
    if (tooLarge) {
      const record = { text, value: undefined, place };
      this.#reject({ reason: 'record.tooLarge', detail: `${sizeBytes} bytes` }, '', record);
      return;
    }
    const value = this.#valueOf(text, place);
    if (value === refused) {
      return;
    }
    const parts = value === undefined ? undefined : partsOf(value, this.#connector?.envelopes);
    if (parts) {
      this.#parts(conversion, parts, text, place);
    } else {
      this.#convert(conversion, { text, value, place });
    }
  }

  #parts(conversion: Conversion, parts: readonly JsonValue[], text: string, place: Place): void {
    this.#lettersOfParts = 0;
    for (const [index, part] of parts.entries()) {
      const record = this.#partRecord(part, text, { ...place, part: index + 1 });
      if (record) {
        this.#convert(conversion, record);
      }
    }
    const more = this.#lettersOfParts - mostLettersOfParts;
    this.#lettersOfParts = undefined;
    if (more > 0) {
      const detail = `${more} more of its records have problems`;
      this.#letter({ reason: 'record.shape', detail }, '', { text, value: undefined, place });
    }
  }

  /** Takes a record that need not be read as a value, which is much quicker; false where it must be. */
  #copied(conversion: Conversion, { bytes, tooLarge }: CutRecord): boolean {
    const members = this.#members;
    if (conversion.copy === undefined || bytes === undefined || tooLarge || !members.open(bytes)) {
      return false;
    }
    let table: NormalTable | undefined;
    let row: CopiedRow | undefined;
    const isCopied = conversion.copy(members, (name) => {
      table = this.#options.tables.find(name);
      row = table?.copy(members);
      return row !== undefined;
    });
    if (!isCopied || table === undefined || row === undefined) {
      return false;
    }
    this.#rowsOf(table, row.time)?.addBytes(row.members, row.time, hashOf(row.content));
    return true;
  }

  /** undefined where the record is text. */
  #valueOf(text: string, place: Place): JsonValue | undefined | typeof refused {
    const format = this.#connector?.format;
    if (format === 'text' || (format === 'mixed' && text.startsWith('<'))) {
      return undefined;
    }
    try {
      return parseJson(text);
    } catch (error) {
      const problem = problemOf(error);
      if (format === 'mixed' && problem.reason === 'json.invalid') {
        return undefined;
      }
      this.#reject(problem, '', { text, value: undefined, place });
      return refused;
    }
  }

  #partRecord(value: JsonValue, whole: string, place: Place): RawRecord | undefined {
    try {
      return { text: compactJson(value), value, place };
    } catch (error) {
      this.#reject(problemOf(error), '', { text: whole, value: undefined, place });
      return undefined;
    }
  }

  #convert(conversion: Conversion, record: RawRecord): void {
    let outcomes: readonly Outcome[];
    try {
      outcomes = conversion.convert(record);
    } catch (error) {
      this.#reject(problemOf(error), '', record);
      return;
    }
    for (const outcome of outcomes) {
      this.#outcome(outcome, record);
    }
  }

  #outcome(outcome: Outcome, converted: RawRecord): void {
    if ('passed' in outcome) {
      this.#pass(outcome.passed);
      return;
    }
    const record = outcome.record ?? converted;
    if ('rejected' in outcome) {
      const { rejected: reason, detail } = outcome;
      this.#reject({ reason, ...(detail === undefined ? {} : { detail }) }, '', record);
      return;
    }
    const table = this.#options.tables.find(outcome.table);
    if (table === undefined) {
      this.#reject({ reason: 'table.unknown', detail: outcome.table }, outcome.table, record);
      return;
    }
    const row = table.normalize(outcome, record);
    if ('reason' in row) {
      if (row.reason === 'time.future') {
        this.#future++;
      }
      this.#reject(row, table.name, record);
      return;
    }
    if (outcome.unknown !== undefined) {
      this.#count('column.unknown', outcome.unknown);
    }
    this.#accept(row, record);
  }

  #pass(how: 'unmapped' | 'merged'): void {
    if (how === 'merged') {
      this.#merged++;
    } else {
      this.#unmapped++;
    }
  }

  #accept(row: Row, record: RawRecord): void {
    const rows = this.#rowsOf(row.table, row.time);
    if (rows === undefined) {
      return;
    }
    rows.add(row.members, row.time, row.identity);
    if (row.replaces) {
      rows.replaces(row.replaces);
    }
    for (const problem of row.problems) {
      this.#letter(problem, row.table.name, record);
    }
  }

  /** Where a row of that time goes; undefined where it is kept no longer. */
  #rowsOf(table: NormalTable, time: Moment | undefined): RowBuffer | undefined {
    if (time && time.milliseconds < (table.keepFromMs(Date.now()) ?? this.#keepFromMs)) {
      this.#expired++;
      return undefined;
    }
    if (time && time.milliseconds > Date.now() + clocksDifferMs) {
      this.#future++;
    }
    let rows = this.#rows.get(table);
    if (rows === undefined) {
      const { name, timeColumn } = table;
      const expected = (this.#lastBytes.get(table) ?? 0) * 1.25;
      rows = new RowBuffer({ table: name, timeColumn, sameness: 'event' }, expected);
      this.#rows.set(table, rows);
    }
    return rows;
  }

  #reject(problem: Problem, table: string, record: RawRecord): void {
    this.#rejected++;
    if (this.#isItems || this.#refusals.length < mostRefusals) {
      const { reason, detail } = problem;
      const { offset = 0, part } = record.place ?? {};
      this.#refusals.push({
        offset,
        ...(part === undefined ? {} : { part }),
        reason,
        ...(detail === undefined ? {} : { detail: clip(detail, longestDetail) }),
      });
    }
    this.#letter(problem, table, record);
  }

  #letter(problem: Problem, table: string, { text: raw, place }: RawRecord): void {
    if (this.#lettersOfParts !== undefined && ++this.#lettersOfParts > mostLettersOfParts) {
      this.#count(problem.reason, 1);
      return;
    }
    const part = place?.part === undefined ? '' : `, record ${place.part}`;
    this.#runs.add({
      problem,
      culprit: {
        source: this.#connector?.name ?? '',
        table,
        raw,
        rawSizeBytes:
          place === undefined || place.part !== undefined
            ? Buffer.byteLength(raw)
            : place.sizeBytes,
      },
      origin: place?.origin ?? this.#options.origin,
      where: `${this.#isItems ? 'item' : 'byte'} ${place?.offset ?? 0}${part}`,
    });
    this.#count(problem.reason, 1);
  }

  #writeLetter({ problem, culprit, origin, where }: Letter): void {
    const position = `${origin}, ${where}`;
    const columns = deadLetter(problem, { ...culprit, position }, momentOfDate(new Date()).text);
    const row = this.#errors.normalize({ table: deadLetterTable, columns }, emptyRecord);
    if ('reason' in row) {
      throw new Error(`a dead letter was refused: ${row.reason}`);
    }
    const { timeColumn } = this.#errors;
    this.#letters ??= new RowBuffer({ table: deadLetterTable, timeColumn, sameness: 'recent' });
    // The same problem of the same bytes at the same place: whatever the file or request is called.
    const { reason, column = '' } = problem;
    // Senders that repeat what failed put it together anew: then the bytes alone tell.
    const place = this.#isItems ? '' : where;
    const identity = hashOf([reason, column, culprit.table, place, culprit.raw].join('\n'));
    this.#letters.add(row.members, row.time, identity);
  }

  #count(reason: Reason, count: number): void {
    this.#reasons[reason] = (this.#reasons[reason] ?? 0) + count;
  }
}

const emptyRecord: RawRecord = { text: '', value: undefined };
const longestDetail = 200;
/** A record can have millions of parts, each less than what is told of it; the others are told of together. */
const mostLettersOfParts = 10_000;
/** For records among others that no connector claims. */
const unclaimed: Conversion = { convert: () => [{ rejected: 'source.unknown' }] };
/** What is no JSON, and has been rejected for it. */
const refused = Symbol('refused');

function isBlank({ text }: CutRecord): boolean {
  return text.trim() === '';
}

/** What a record holds for a connector, whose records may come in envelopes. */
function sampleOf(cuts: readonly CutRecord[]): (connector: Connector) => readonly RawRecord[] {
  const samples = cuts.map(({ text, tooLarge }): RawRecord => {
    // One that is too large is refused in any case, and to read it may take seconds.
    return { text, value: tooLarge ? undefined : jsonOf(text) };
  });
  return ({ envelopes }) =>
    samples.flatMap((record) => {
      const parts = record.value === undefined ? undefined : partsOf(record.value, envelopes);
      return parts?.map((value) => ({ text: '', value })) ?? [record];
    });
}

function jsonOf(text: string): JsonValue | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
