import { BinaryXml } from './binary-xml.js';
import type { CutRecord } from './records.js';

type Sink = (record: CutRecord) => void;

/** What an EVTX file starts with. */
export const evtxMagic = Buffer.from('ElfFile\0');

const chunkMagic = Buffer.from('ElfChnk\0');
const fileHeaderBytes = 4096;
const chunkBytes = 64 * 1024;
const chunkHeaderBytes = 512;
/** Where the header says up to where the chunk is used. */
const usedAt = 48;
const recordMagic = 0x2a2a;
const recordHeaderBytes = 24;

/** Cuts an EVTX file into its records, each as XML, one chunk of 64 KiB at a time. */
export class EvtxCutter {
  #held: Buffer = Buffer.alloc(0);
  /** Position in the stream of the first byte held. */
  #offset = 0;
  #hasHeader = false;

  write(chunk: Uint8Array, sink: Sink): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.#held = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    if (!this.#hasHeader && this.#held.length >= fileHeaderBytes) {
      this.#hasHeader = true;
      this.#release(fileHeaderBytes);
    }
    while (this.#hasHeader && this.#held.length >= chunkBytes) {
      this.#chunk(this.#held.subarray(0, chunkBytes), sink);
      this.#release(chunkBytes);
    }
  }

  /** A chunk that is broken off has its records read as far as they go. */
  end(sink: Sink): void {
    if (this.#hasHeader && this.#held.length > 0) {
      this.#chunk(Buffer.concat([this.#held], chunkBytes), sink);
    }
    this.#held = Buffer.alloc(0);
  }

  #release(bytes: number): void {
    this.#held = this.#held.subarray(bytes);
    this.#offset += bytes;
  }

  #chunk(bytes: Buffer, sink: Sink): void {
    if (!bytes.subarray(0, chunkMagic.length).equals(chunkMagic)) {
      return;
    }
    const xml = new BinaryXml(bytes);
    let start = chunkHeaderBytes;
    const usedBytes = bytes.readUInt32LE(usedAt);
    let last = -1n;
    while (start + recordHeaderBytes < chunkBytes && bytes.readUInt32LE(start) === recordMagic) {
      const number = bytes.readBigUInt64LE(start + 8);
      if (start >= usedBytes && number <= last) {
        // Of a log that has gone round: what its chunk held before. A log in use may have more than its header says.
        return;
      }
      last = number;
      const sizeBytes = bytes.readUInt32LE(start + 4);
      const end = start + sizeBytes;
      if (sizeBytes <= recordHeaderBytes || end > chunkBytes) {
        // Where the next record starts is not known then.
        sink(unreadable(this.#offset + start, `a size of ${sizeBytes} bytes`));
        return;
      }
      sink(this.#record(xml, start, end));
      start = end;
    }
  }

  #record(xml: BinaryXml, start: number, end: number): CutRecord {
    const offset = this.#offset + start;
    try {
      const text = xml.text(start + recordHeaderBytes, end);
      if (text === '') {
        return unreadable(offset, 'it has no element');
      }
      return { text, offset, sizeBytes: end - start, tooLarge: false };
    } catch (error) {
      return unreadable(offset, error instanceof Error ? error.message : String(error));
    }
  }
}

function unreadable(offset: number, reason: string): CutRecord {
  const text = `unreadable record: ${reason}`;
  return { text, offset, sizeBytes: text.length, tooLarge: false };
}
