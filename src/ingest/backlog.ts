import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Place, RawRecord } from './connector.js';

/** Beyond so much text, what has been made of records is made again. */
const parsedBytes = 8 * 1024 * 1024;
/** Beyond so much text, records lie in a file. */
const memoryBytes = 48 * 1024 * 1024;
/** Written and read in pieces of this size. */
const pieceBytes = 1024 * 1024;
/** Before each record in the file: the lengths of its place and its text. */
const headBytes = 8;

/** A record, and what has been made of it so far. */
export interface Kept<Parsed> {
  readonly record: RawRecord;
  readonly parsed?: Parsed;
}

/**
 * Records kept until more of their stream is known: in memory while they are few, else in a file that
 * goes with the process.
 */
export class Backlog<Parsed> {
  readonly #folder: string;
  #records: Kept<Parsed>[] = [];
  #inMemory = 0;
  #bytes = 0;
  #file: SpillFile | undefined;

  /** @param folder for the file */
  constructor(folder = tmpdir()) {
    this.#folder = folder;
  }

  /** Text of the records, roughly in bytes. */
  get sizeBytes(): number {
    return this.#bytes;
  }

  add({ text, place }: RawRecord, parsed: Parsed): void {
    const record: RawRecord = { text, value: undefined, ...(place && { place }) };
    this.#bytes += text.length;
    if (this.#inMemory + text.length <= memoryBytes) {
      this.#inMemory += text.length;
      this.#records.push(this.#inMemory <= parsedBytes ? { record, parsed } : { record });
    } else {
      this.#file ??= new SpillFile(this.#folder);
      this.#file.write(record);
    }
  }

  /** The records in their order; they are gone then. */
  *drain(): Generator<Kept<Parsed>> {
    const [records, file] = [this.#records, this.#file];
    this.#records = [];
    this.#file = undefined;
    this.#inMemory = 0;
    this.#bytes = 0;
    try {
      yield* records;
      if (file) {
        for (const record of file.read()) {
          yield { record };
        }
      }
    } finally {
      file?.close();
    }
  }

  close(): void {
    this.#records = [];
    this.#file?.close();
    this.#file = undefined;
  }
}

class SpillFile {
  readonly #descriptor: number;
  #pieces: Buffer[] = [];
  #held = 0;
  #size = 0;

  constructor(folder: string) {
    const file = path.join(folder, `${randomUUID()}.backlog`);
    this.#descriptor = openSync(file, 'wx+', 0o600);
    // Its name goes at once, so that it cannot outlive the process.
    rmSync(file);
  }

  write({ text, place }: RawRecord): void {
    const where = Buffer.from(JSON.stringify(place ?? null));
    const content = Buffer.from(text);
    const head = Buffer.alloc(headBytes);
    head.writeUInt32LE(where.length, 0);
    head.writeUInt32LE(content.length, 4);
    this.#pieces.push(head, where, content);
    this.#held += headBytes + where.length + content.length;
    if (this.#held >= pieceBytes) {
      this.#flush();
    }
  }

  *read(): Generator<RawRecord> {
    this.#flush();
    let position = 0;
    let held = Buffer.alloc(0);
    const fill = (count: number) => {
      while (held.length < count && position < this.#size) {
        const piece = Buffer.alloc(Math.max(pieceBytes, count - held.length));
        const read = readSync(this.#descriptor, piece, 0, piece.length, position);
        position += read;
        held = Buffer.concat([held, piece.subarray(0, read)]);
      }
      return held.length >= count;
    };
    while (fill(headBytes)) {
      const placeEnd = headBytes + held.readUInt32LE(0);
      const end = placeEnd + held.readUInt32LE(4);
      fill(end);
      const place = JSON.parse(held.toString('utf8', headBytes, placeEnd)) as Place | null;
      const text = held.toString('utf8', placeEnd, end);
      held = held.subarray(end);
      yield { text, value: undefined, ...(place === null ? {} : { place }) };
    }
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #flush(): void {
    const bytes = Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#held = 0;
    for (let at = 0; at < bytes.length; ) {
      at += writeSync(this.#descriptor, bytes, at, bytes.length - at, this.#size + at);
    }
    this.#size += bytes.length;
  }
}
