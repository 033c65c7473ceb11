import { HuntError } from '../errors.js';
import type { HandedBatch } from './handover.js';
import type { Done, ParseStream } from './parse-worker.js';
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
  committed(connector: string, batch: HandedBatch, parts: readonly PartCounts[]): void;
  /** A stream whose records no connector recognizes. */
  unrecognized(bytes: number): void;
}

/** A batch, and the stream that it is of. */
export interface TakenBatch {
  readonly intake: Intake;
  readonly batch: HandedBatch;
}

/** A stream's way from the parsing thread to the writer. */
export class Intake {
  readonly #writer: WriterWorker;
  readonly #parser: ParseStream;
  readonly #database: string;
  readonly #patienceMs: number;
  readonly #counter: IntakeCounter | undefined;
  readonly #assertTenant: () => void;
  #connector = '';
  /** Bytes that have come while no connector was known. */
  #uncounted = 0;
  #settled: number | undefined;
  readonly #uncommitted = new Set<HandedBatch>();

  constructor(
    writer: WriterWorker,
    parser: ParseStream,
    of: {
      readonly database: string;
      readonly patienceMs: number;
      readonly counter: IntakeCounter | undefined;
      /** @throws HuntError `request.notFound` once the tenant that it was opened for is gone */
      readonly assertTenant: () => void;
    },
  ) {
    this.#writer = writer;
    this.#parser = parser;
    this.#database = of.database;
    this.#patienceMs = of.patienceMs;
    this.#counter = of.counter;
    this.#assertTenant = of.assertTenant;
  }

  /** Rows, whenever a portion of them has come together. */
  write(chunk: Uint8Array, summary: IngestSummary): AsyncGenerator<HandedBatch> {
    return this.#written(new Uint8Array(chunk), summary);
  }

  /** The same, without a copy where there can be none: the chunk is the parsing thread's from then on. */
  handOver(chunk: Uint8Array, summary: IngestSummary): AsyncGenerator<HandedBatch> {
    return this.#written(ownMemory(chunk), summary);
  }

  #written(bytes: Uint8Array<ArrayBuffer>, summary: IngestSummary): AsyncGenerator<HandedBatch> {
    summary.bytes += bytes.length;
    this.#uncounted += bytes.length;
    return this.#portions(() => this.#parser.write(bytes), summary);
  }

  /** Records that have been cut out already; the arrays are the parsing thread's from then on. */
  items(
    bytes: Uint8Array<ArrayBuffer>,
    ends: Uint32Array<ArrayBuffer>,
    first: number,
    summary: IngestSummary,
  ): AsyncGenerator<HandedBatch> {
    summary.bytes += bytes.length;
    this.#uncounted += bytes.length;
    return this.#portions(() => this.#parser.items(bytes, ends, first), summary);
  }

  /** The rows that have come since the last portion. `flowing`: more comes at once. */
  take(summary: IngestSummary, flowing = false): AsyncGenerator<HandedBatch> {
    return this.#portions(() => this.#parser.take(flowing), summary);
  }

  /** Up to where the source need not be read again once all that it has given is stored, if that is known. */
  get settled(): number | undefined {
    return this.#settled;
  }

  /** The rest of the rows. */
  end(summary: IngestSummary): AsyncGenerator<HandedBatch> {
    return this.#portions(() => this.#parser.end(), summary);
  }

  async *#portions(
    first: () => Promise<Done>,
    summary: IngestSummary,
  ): AsyncGenerator<HandedBatch> {
    for (let next = first; ; next = () => this.#parser.proceed()) {
      this.#assertTenant();
      const done = await next();
      if (done.source !== undefined) {
        addSource(summary, done.source);
        this.#connector = done.source;
      }
      if (done.batch) {
        this.#settled = done.settled;
        this.#uncommitted.add(done.batch);
        yield done.batch;
      }
      if (!done.more) {
        return;
      }
    }
  }

  /** Runs what reads the stream to its end; lets go of the stream where that fails. */
  async read(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      await this.drop();
      if (isUnrecognized(error)) {
        this.#counter?.unrecognized(this.#uncounted);
      }
      throw error;
    }
  }

  /**
   * Puts batches on disk, together or not at all, and counts them. Where it throws, they are lost: the
   * source is read again.
   */
  async commit(batches: readonly HandedBatch[], summary: IngestSummary): Promise<void> {
    await Intake.commitTogether(
      batches.map((batch) => ({ intake: this, batch })),
      summary,
    );
  }

  /** The same for batches of several streams of one tenant. */
  static async commitTogether(taken: readonly TakenBatch[], summary: IngestSummary): Promise<void> {
    const [first] = taken;
    if (first === undefined) {
      return;
    }
    const tickets = taken.flatMap(({ intake, batch }) => intake.#ticketsOf([batch]));
    const counts = tickets.length === 0 ? [] : await first.intake.#write(tickets);
    let at = 0;
    for (const { intake, batch } of taken) {
      intake.#committed(batch, counts.slice(at, at + batch.parts), summary);
      at += batch.parts;
    }
  }

  async #write(tickets: readonly number[]): Promise<PartCounts[]> {
    try {
      this.#assertTenant();
    } catch (error) {
      this.#writer.discard(tickets);
      throw error;
    }
    try {
      return await this.#writer.commit(this.#database, tickets, this.#patienceMs);
    } catch (error) {
      this.#assertTenant();
      throw error;
    }
  }

  #committed(batch: HandedBatch, counts: readonly PartCounts[], summary: IngestSummary): void {
    addBatch(summary, batch, counts);
    this.#counter?.committed(this.#connector, batch, counts);
    this.#counter?.received(this.#connector, this.#uncounted);
    this.#uncounted = 0;
  }

  /** For batches that are not committed. */
  discard(batches: readonly HandedBatch[]): void {
    const tickets = this.#ticketsOf(batches);
    if (tickets.length > 0) {
      this.#writer.discard(tickets);
    }
  }

  /** For a stream that is not read to its end: what it gave and was not committed is discarded. */
  async drop(): Promise<void> {
    this.discard([...this.#uncommitted]);
    await this.#parser.drop();
  }

  #ticketsOf(batches: readonly HandedBatch[]): number[] {
    for (const batch of batches) {
      this.#uncommitted.delete(batch);
    }
    return batches.filter(({ parts }) => parts > 0).map(({ ticket }) => ticket);
  }
}

/** Of what counts a batch, roughly, bytes: an archive may have any number of members without rows. */
const countsBytes = 512;

/** How much of its memory a batch takes until it is committed. */
export function weightOf({ sizeBytes }: HandedBatch): number {
  return sizeBytes + countsBytes;
}

/** Whether no connector recognizes a stream's records. */
export function isUnrecognized(error: unknown): error is HuntError {
  return error instanceof HuntError && error.code === 'ingest.source';
}

/** The bytes in memory that nothing else lies in, so that it can be handed to another thread. */
function ownMemory(chunk: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = chunk;
  return buffer instanceof ArrayBuffer && buffer.byteLength === chunk.byteLength
    ? new Uint8Array(buffer)
    : new Uint8Array(chunk);
}
