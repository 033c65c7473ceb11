import { type FileHandle, open, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { arraysOf, type TableRows } from './rows.js';

/** Rows of one table of one tenant. */
export interface TenantRows extends TableRows {
  readonly database: string;
}

/** A table of a tenant. */
export function keyOf({ database, table }: Pick<TenantRows, 'database' | 'table'>): string {
  return `${database}.${table}`;
}

/** What one journal entry's head says of a part; the part's arrays follow the head in this order. */
interface PartHead {
  readonly database: string;
  readonly table: string;
  readonly timeColumn: string | null;
  readonly sameness: TableRows['sameness'];
  readonly rows: number;
  readonly lineBytes: number;
  /** Rows that others take the place of; absent: none, as in journals that know of none. */
  readonly replaced?: number;
}

// An entry: magic, length of the head, length of the body, CRC-32 of both; then head and body.
const magic = 0x51_4a_4e_31;
const prefixBytes = 16;
const longestHead = 16 * 1024 * 1024;

// The first entry is of no rows: its body is the length of a journal that takes no more, so that one which was cut
// off between two entries is known. One that was in use when its process ended says nothing, and older ones have none.
const noParts = Buffer.from('[]');
const stillOpen = 2n ** 64n - 1n;
const beginningBytes = prefixBytes + noParts.length + BigUint64Array.BYTES_PER_ELEMENT;

const asideEnding = '.damaged';
/** Of one that is not written to its end. */
const newEnding = '.new';
const journalName = /^(\d{10})\.journal$/;

/**
 * Batches in the order of their acknowledgement. An entry is whole or it is not there: its checksum is
 * its commit mark, so that all tables of a batch are stored or none.
 */
export class Journal {
  readonly file: string;
  readonly number: number;
  readonly #handle: FileHandle;
  #sizeBytes = beginningBytes;

  private constructor(file: string, number: number, handle: FileHandle) {
    this.file = file;
    this.number = number;
    this.#handle = handle;
  }

  /** A new journal, whose name is on disk. */
  static async create(folder: string, number: number): Promise<Journal> {
    const file = path.join(folder, `${String(number).padStart(10, '0')}.journal`);
    const handle = await open(file, 'wx', 0o600);
    try {
      // It is synced with the first entry.
      await writeAt(handle, beginningOf(stillOpen), 0);
      await syncFolder(folder);
    } catch (error) {
      await handle.close();
      await rm(file, { force: true });
      throw error;
    }
    return new Journal(file, number, handle);
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Resolves when the entry is on disk; when it rejects, there is nothing of the entry. */
  async append(parts: readonly TenantRows[]): Promise<void> {
    const chunks = entryOf(parts);
    try {
      let end = this.#sizeBytes;
      for (const chunk of chunks) {
        await writeAt(this.#handle, chunk, end);
        end += chunk.length;
      }
      await this.#handle.datasync();
      this.#sizeBytes = end;
    } catch (error) {
      // Best effort: a torn end is passed over by readers, too.
      await this.#handle.truncate(this.#sizeBytes).catch(() => undefined);
      throw error;
    }
  }

  /** Notes that nothing more comes, which is not synced: without it, it is one that was in use. */
  async close(): Promise<void> {
    try {
      await writeAt(this.#handle, beginningOf(BigInt(this.#sizeBytes)), 0);
    } finally {
      await this.#handle.close();
    }
  }
}

async function writeAt(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    const left = bytes.length - written;
    written += (await handle.write(bytes, written, left, position + written)).bytesWritten;
  }
}

/** Puts one entry in the place of all that a closed journal holds, at once. */
export async function replaceJournal(file: string, parts: readonly TenantRows[]): Promise<void> {
  const written = `${file}${newEnding}`;
  const handle = await open(written, 'w', 0o600);
  try {
    const entry = Buffer.concat(entryOf(parts));
    const beginning = beginningOf(BigInt(beginningBytes + entry.length));
    await handle.writeFile(Buffer.concat([beginning, entry]));
    await handle.datasync();
  } finally {
    await handle.close();
  }
  await rename(written, file);
  await syncFolder(path.dirname(file));
}

/** Journals that an earlier process left, oldest first. */
export async function leftJournals(folder: string): Promise<{ file: string; number: number }[]> {
  const names = (await readdir(folder)).filter((name) => journalName.test(name)).sort();
  return names.map((name) => ({
    file: path.join(folder, name),
    number: Number(journalName.exec(name)?.[1]),
  }));
}

/** One that is not there, because it has been set aside, is removed. */
export async function removeJournal(file: string): Promise<void> {
  await rm(file, { force: true });
}

/** Takes a damaged journal out of the way, for a person to look at. */
export async function setAsideJournal(file: string): Promise<string> {
  const aside = `${file}${asideEnding}`;
  await rename(file, aside);
  return aside;
}

/** Names of the journals that have been taken out of the way and are still there. */
export async function journalsAside(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith(asideEnding)).sort();
}

function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function entryOf(parts: readonly TenantRows[]): Uint8Array[] {
  const heads = parts.map(
    ({ database, table, timeColumn, sameness, ends, lines, replaced }): PartHead => ({
      database,
      table,
      timeColumn,
      sameness,
      rows: ends.length,
      lineBytes: lines.length,
      ...(replaced && { replaced: replaced.by.length }),
    }),
  );
  // The checksum of nothing is that of nothing before it, too.
  const body = parts
    .flatMap(arraysOf)
    .map(bytesOf)
    .filter(({ length }) => length > 0);
  return framed(Buffer.from(JSON.stringify(heads)), body);
}

function beginningOf(length: bigint): Buffer {
  return Buffer.concat(framed(noParts, [bytesOf(BigUint64Array.of(length))]));
}

function framed(head: Uint8Array, body: readonly Uint8Array[]): Uint8Array[] {
  const prefix = Buffer.alloc(prefixBytes);
  prefix.writeUInt32LE(magic, 0);
  prefix.writeUInt32LE(head.length, 4);
  prefix.writeUInt32LE(
    body.reduce((sum, chunk) => sum + chunk.length, 0),
    8,
  );
  prefix.writeUInt32LE(
    [head, ...body].reduce((sum, chunk) => crc32(chunk, sum), 0),
    12,
  );
  return [prefix, head, ...body];
}

/** What follows the last whole entry: nothing, an entry that was never finished, or something that must not be. */
type Ending = 'whole' | 'torn' | 'damaged';

export interface JournalReading {
  /** One entry's parts. */
  readonly entries: AsyncGenerator<TenantRows[]>;
  /** After the last entry. Also damaged: one that has lost entries at its end. */
  ending(): Ending;
}

/**
 * Reads the whole entries of a journal, one at a time.
 * @param length up to where it has been written; what stands behind it is none of its entries
 */
export function readJournal(file: string, length?: number): JournalReading {
  let ending: Ending = 'whole';
  async function* entries() {
    const handle = await open(file, 'r');
    try {
      const size = Math.min(length ?? Number.POSITIVE_INFINITY, (await handle.stat()).size);
      const beginning = await readBeginning(handle, size);
      // One whose length is known may be about to note it.
      const whole = length ?? beginning.length;
      let position = beginning.end;
      while (position < size) {
        const entry = await readEntry(handle, position, size);
        if (typeof entry === 'string') {
          ending = entry;
          break;
        }
        yield entry.parts;
        position = entry.end;
      }
      if (whole === 'damaged' || position < whole) {
        ending = 'damaged';
      }
    } finally {
      await handle.close();
    }
  }
  return { entries: entries(), ending: () => ending };
}

/** Where the entries begin, and where they end at least, as far as that is noted. */
async function readBeginning(
  handle: FileHandle,
  size: number,
): Promise<{ end: number; length: number | 'damaged' }> {
  const bytes = size < beginningBytes ? undefined : await readAt(handle, 0, beginningBytes);
  const lengthAt = prefixBytes + noParts.length;
  // Only the beginning is so short.
  if (bytes?.readUInt32LE(0) !== magic || bytes.readUInt32LE(4) !== noParts.length) {
    return { end: 0, length: 0 };
  }
  const noted = bytes.readBigUInt64LE(lengthAt);
  const isWhole = crc32(bytes.subarray(prefixBytes)) === bytes.readUInt32LE(12);
  const length = noted === stillOpen ? 0 : Number(noted);
  return { end: beginningBytes, length: isWhole ? length : 'damaged' };
}

async function readEntry(
  handle: FileHandle,
  position: number,
  size: number,
): Promise<{ parts: TenantRows[]; end: number } | Exclude<Ending, 'whole'>> {
  if (size - position < prefixBytes) {
    return 'torn';
  }
  const prefix = await readAt(handle, position, prefixBytes);
  const [headBytes, bodyBytes] = [prefix.readUInt32LE(4), prefix.readUInt32LE(8)];
  const end = position + prefixBytes + headBytes + bodyBytes;
  if (prefix.readUInt32LE(0) !== magic || headBytes > longestHead) {
    return 'damaged';
  }
  if (end > size) {
    return 'torn';
  }
  const content = await readAt(handle, position + prefixBytes, headBytes + bodyBytes);
  if (crc32(content) !== prefix.readUInt32LE(12)) {
    // The last entry of a process or machine that died while writing it; else something else wrote.
    return end === size ? 'torn' : 'damaged';
  }
  const heads = JSON.parse(content.toString('utf8', 0, headBytes)) as PartHead[];
  return { parts: partsOf(heads, content.subarray(headBytes)), end };
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(length);
  let read = 0;
  while (read < length) {
    const { bytesRead } = await handle.read(bytes, read, length - read, position + read);
    if (bytesRead === 0) {
      throw new Error('the journal became shorter while it was read');
    }
    read += bytesRead;
  }
  return bytes;
}

function partsOf(heads: readonly PartHead[], body: Buffer): TenantRows[] {
  let at = 0;
  // Copies, because typed arrays need aligned bytes.
  const next = (length: number): ArrayBuffer => {
    const copy = new ArrayBuffer(length);
    new Uint8Array(copy).set(body.subarray(at, at + length));
    at += length;
    return copy;
  };
  const positions = (rows: number) => new Uint32Array(next(rows * Uint32Array.BYTES_PER_ELEMENT));
  const keys = (rows: number) => ({
    ticks: new BigInt64Array(next(rows * BigInt64Array.BYTES_PER_ELEMENT)),
    identities: new BigUint64Array(next(rows * BigUint64Array.BYTES_PER_ELEMENT)),
  });
  // In the order of `arraysOf`.
  return heads.map(({ rows, lineBytes, replaced = 0, ...of }) => ({
    ...of,
    lines: new Uint8Array(next(lineBytes)),
    ends: positions(rows),
    ...keys(rows),
    replaced: replaced === 0 ? undefined : { by: positions(replaced), ...keys(replaced) },
  }));
}

/** Makes the names in a folder durable. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
