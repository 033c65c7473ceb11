import type { TenantRows } from './journal.js';
import type { Done, ParseStream } from './parse-worker.js';
import type { Batch } from './parser.js';
import { addBatch, addSource, type IngestSummary } from './summary.js';
import type { PartCounts } from './writer.js';
import type { WriterWorker } from './writer-worker.js';

/** Begins to take one stream in. */
export type OpenIntake = (options: {
  readonly tenant: string;
  readonly source: string | undefined;
  /** Where `source` is undefined: a name that may stand for a connector. */
  readonly named?: string | undefined;
  /** The stream in the position of a dead letter. */
  readonly origin: string;
  /** How long to wait for room in the spool. */
  readonly patienceMs: number;
  /** Where in its source the stream starts, bytes. */
  readonly offset?: number | undefined;
  /** The way in, by which it is counted; `http` by default. */
  readonly via?: string;
}) => Promise<Intake>;

/** Counts what comes in. */
export interface IntakeCounter {
  received(connector: string, bytes: number): void;
  committed(connector: string, batch: Batch, parts: readonly PartCounts[]): void;
}

/** A stream's way from the parsing thread to the writer. */
export class Intake {
  readonly #writer: WriterWorker;
  readonly #parser: ParseStream;
  readonly #database: string;
  readonly #patienceMs: number;
  readonly #counter: IntakeCounter | undefined;
  #connector = '';
  /** Bytes that have come while no connector was known. */
  #uncounted = 0;
  #settled: number | undefined;

  constructor(
    writer: WriterWorker,
    parser: ParseStream,
    database: string,
    patienceMs: number,
    counter?: IntakeCounter,
  ) {
    this.#writer = writer;
    this.#parser = parser;
    this.#database = database;
    this.#patienceMs = patienceMs;
    this.#counter = counter;
  }

  /** Rows, whenever a portion of them has come together. */
  write(chunk: Uint8Array, summary: IngestSummary): AsyncGenerator<Batch> {
    return this.#written(new Uint8Array(chunk), summary);
  }

  /** The same, without a copy where there can be none: the chunk is the parsing thread's from then on. */
  handOver(chunk: Uint8Array, summary: IngestSummary): AsyncGenerator<Batch> {
    return this.#written(ownMemory(chunk), summary);
  }

  #written(bytes: Uint8Array<ArrayBuffer>, summary: IngestSummary): AsyncGenerator<Batch> {
    summary.bytes += bytes.length;
    this.#uncounted += bytes.length;
    return this.#portions(this.#parser.write(bytes), summary);
  }

  /** Records that have been cut out already; the arrays are the parsing thread's from then on. */
  items(
    bytes: Uint8Array<ArrayBuffer>,
    ends: Uint32Array<ArrayBuffer>,
    first: number,
    summary: IngestSummary,
  ): AsyncGenerator<Batch> {
    summary.bytes += bytes.length;
    this.#uncounted += bytes.length;
    return this.#portions(this.#parser.items(bytes, ends, first), summary);
  }

  /** The rows that have come since the last portion. `flowing`: more comes at once. */
  take(summary: IngestSummary, flowing = false): AsyncGenerator<Batch> {
    return this.#portions(this.#parser.take(flowing), summary);
  }

  /** Up to where the source need not be read again once all that it has given is stored, if that is known. */
  get settled(): number | undefined {
    return this.#settled;
  }

  /** The rest of the rows. */
  end(summary: IngestSummary): AsyncGenerator<Batch> {
    return this.#portions(this.#parser.end(), summary);
  }

  async *#portions(first: Promise<Done>, summary: IngestSummary): AsyncGenerator<Batch> {
    for (let done = await first; ; done = await this.#parser.proceed()) {
      if (done.source !== undefined) {
        addSource(summary, done.source);
        this.#connector = done.source;
      }
      if (done.batch) {
        this.#settled = done.settled;
      }
      if (done.batch) {
        yield done.batch;
      }
      if (!done.more) {
        return;
      }
    }
  }

  /** Puts batches on disk, together or not at all, and counts them. */
  async commit(batches: readonly Batch[], summary: IngestSummary): Promise<void> {
    const parts = batches.map((batch) => this.#rowsOf(batch));
    const rows = parts.flat();
    const counts = rows.length === 0 ? [] : await this.#writer.commit(rows, this.#patienceMs);
    for (const [index, batch] of batches.entries()) {
      const partCounts = counts.splice(0, parts[index]?.length ?? 0);
      addBatch(summary, batch, partCounts);
      this.#counter?.committed(this.#connector, batch, partCounts);
    }
    this.#counter?.received(this.#connector, this.#uncounted);
    this.#uncounted = 0;
  }

  async drop(): Promise<void> {
    await this.#parser.drop();
  }

  #rowsOf({ events, deadLetters }: Batch): TenantRows[] {
    const database = this.#database;
    return [...events, ...(deadLetters ? [deadLetters] : [])].map((rows) => ({
      ...rows,
      database,
    }));
  }
}

/** The bytes in memory that nothing else lies in, so that it can be handed to another thread. */
function ownMemory(chunk: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = chunk;
  return buffer instanceof ArrayBuffer && buffer.byteLength === chunk.byteLength
    ? new Uint8Array(buffer)
    : new Uint8Array(chunk);
}
