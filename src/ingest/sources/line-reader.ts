import { headerBytes } from '../csv.js';
import type { HandedBatch } from '../handover.js';
import type { Intake } from '../intake.js';
import { emptySummary } from '../summary.js';
import type { SourceParts, SourceSettings } from './source.js';

/** Reads bytes of the thing that grows. */
export type ReadRange = (from: number, to: number) => AsyncIterable<Uint8Array>;

export interface LineReaderOptions extends SourceSettings, Pick<SourceParts, 'open' | 'hasHeader'> {
  /** In the dead letters. */
  readonly origin: string;
  /** Where it was read to before; 0: never. */
  readonly offset: number;
  /** The connector that its records were of then. */
  readonly connector?: string | undefined;
  /** Called when all before the offset is stored. */
  readonly onStored: (offset: number, connector: string | undefined) => Promise<void>;
}

/** After so long without room for more it is tried again later. */
const patienceMs = 30_000;
/** So much is handed over and stored at a time. */
const portionBytes = 4 * 1024 * 1024;
/** By so much of the end of what was read it is known again. */
const tailBytes = 512;
/** The lines at the start of a file that say what the others are: Zeek's `#fields`, a header of names. */
const longestHeading = 64 * 1024;

/** Lines of something that grows at its end, from where they were read to before. */
export class LineReader {
  readonly #options: LineReaderOptions;
  #connector: string | undefined;
  #intake: Intake | undefined;
  #summary = emptySummary();
  /** Bytes up to here have been handed to the intake. */
  #readTo: number;
  /** What stands before it, as far as this has read it. */
  #tail: Uint8Array = new Uint8Array();
  #storedTo: number;
  #storing: Promise<void> = Promise.resolve();

  constructor(options: LineReaderOptions) {
    this.#options = options;
    this.#connector = options.connector;
    this.#readTo = options.offset;
    this.#storedTo = options.offset;
  }

  get readTo(): number {
    return this.#readTo;
  }

  /** Whether the end of what has been read is no line yet, or waits for others that belong to it. */
  get isHolding(): boolean {
    return this.#intake !== undefined && this.#storedTo < this.#readTo;
  }

  /** Whether what was read last still stands there. */
  async isSame(read: ReadRange): Promise<boolean> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of read(this.#readTo - this.#tail.length, this.#readTo)) {
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).equals(this.#tail);
  }

  /** Takes what there is up to `size`, or less. When it throws, the reader is of no use any more. */
  async advance(read: ReadRange, size: number, signal: AbortSignal): Promise<void> {
    try {
      for (let from = -1; this.#readTo < size && this.#readTo > from && !signal.aborted; ) {
        from = this.#readTo;
        await this.#portion(read, Math.min(size, from + portionBytes));
      }
      if (this.#intake && this.#summary.source === null) {
        // Few records are to be taken, too, where they tell what they are.
        await this.#store(this.#intake, this.#intake.take(this.#summary));
      }
      await this.#storing;
    } catch (error) {
      await this.drop();
      throw error;
    }
  }

  /** A pause: records that wait for others which belong to them are taken, and a line goes on waiting. */
  async settle(): Promise<void> {
    const intake = this.#intake;
    if (intake === undefined) {
      return;
    }
    try {
      await this.#store(intake, intake.take(this.#summary));
      await this.#storing;
    } catch (error) {
      await this.drop();
      throw error;
    }
  }

  /** Nothing more is expected soon: what is held is taken as it is. */
  async finish(): Promise<void> {
    const intake = this.#intake;
    if (intake === undefined) {
      return;
    }
    try {
      await this.#store(intake, intake.end(this.#summary), this.#readTo);
      await this.#storing;
      this.#intake = undefined;
    } catch (error) {
      await this.drop();
      throw error;
    }
  }

  async drop(): Promise<void> {
    const intake = this.#intake;
    this.#intake = undefined;
    await this.#storing.catch(() => undefined);
    await intake?.drop();
  }

  async #portion(read: ReadRange, to: number): Promise<void> {
    this.#intake ??= await this.#begin(read);
    const intake = this.#intake;
    for await (const chunk of read(this.#readTo, to)) {
      await this.#store(intake, intake.write(chunk, this.#summary));
      this.#readTo += chunk.length;
      this.#tail = Buffer.concat([this.#tail, chunk.subarray(-tailBytes)]).subarray(-tailBytes);
    }
    await this.#store(intake, intake.take(this.#summary, true));
  }

  async #begin(read: ReadRange): Promise<Intake> {
    const { open, name, tenant, origin } = this.#options;
    const source = this.#connector ?? this.#options.source;
    const heading = await this.#heading(read, source);
    this.#summary = emptySummary();
    const intake = await open({
      tenant,
      source,
      origin,
      offset: this.#readTo - heading.length,
      patienceMs,
      via: name,
    });
    if (heading.length > 0) {
      // What it holds of events has been stored.
      const summary = emptySummary();
      for (const batches of [intake.write(heading, summary), intake.take(summary)]) {
        for await (const batch of batches) {
          intake.discard([batch]);
        }
      }
    }
    return intake;
  }

  /** For one that is taken up in the middle: what its first lines said. */
  async #heading(read: ReadRange, connector: string | undefined): Promise<Buffer> {
    if (this.#readTo === 0) {
      return Buffer.alloc(0);
    }
    const pieces: Uint8Array[] = [];
    for await (const chunk of read(0, Math.min(this.#readTo, longestHeading))) {
      pieces.push(chunk);
    }
    const start = Buffer.concat(pieces);
    const { hasHeader, tenant } = this.#options;
    if (connector !== undefined && (await hasHeader(tenant, connector))) {
      return start.subarray(0, headerBytes(start));
    }
    let end = 0;
    while (start[end] === comment) {
      const lineEnd = start.indexOf(lineFeed, end);
      if (lineEnd < 0) {
        break;
      }
      end = lineEnd + 1;
    }
    return start.subarray(0, end);
  }

  /** Stores one portion while the next is parsed. */
  async #store(intake: Intake, batches: AsyncGenerator<HandedBatch>, end?: number): Promise<void> {
    for await (const batch of batches) {
      const settled = end ?? intake.settled;
      await this.#storing;
      this.#storing = this.#commit(intake, batch, settled);
      // Its failure is thrown where it is waited for.
      this.#storing.catch(() => undefined);
    }
  }

  async #commit(intake: Intake, batch: HandedBatch, settled: number | undefined): Promise<void> {
    await intake.commit([batch], this.#summary);
    if (settled !== undefined && settled > this.#storedTo) {
      this.#storedTo = settled;
      this.#connector ??= this.#summary.source ?? undefined;
      await this.#options.onStored(settled, this.#connector);
    }
  }
}

const comment = 0x23;
const lineFeed = 0x0a;
