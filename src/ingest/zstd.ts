import { Decompress } from 'fzstd';
import { HuntError } from '../errors.js';
import type { ByteReader } from './unpack.js';

export const zstdMagic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

/** Frames that hold something else have 16 magic numbers, which differ in the lowest byte's half. */
const skippable = 0x184d2a5;

/** What the decoder allocates for a frame; zstd's own program takes no more either by default. */
const largestWindow = 128 * 1024 * 1024;

/**
 * All frames of a zstd stream (RFC 8878). The decoder is given them block by block, so that neither its
 * output nor the window that a frame asks for can grow beyond what is allowed.
 * @throws HuntError `ingest.content` where it is broken off or damaged, after all that was whole
 */
export async function* unzstd(input: ByteReader): AsyncGenerator<Uint8Array> {
  for (let isFirst = true; ; isFirst = false) {
    const magic = await input.peek(4);
    if (magic.length === 4 && magic.readUInt32LE() >>> 4 === skippable) {
      await skip(input, (await exactly(input, 8)).readUInt32LE(4));
    } else if (magic.equals(zstdMagic)) {
      yield* frame(input);
    } else if (isFirst) {
      throw content('The data is no zstd.');
    } else {
      // Stray bytes behind the last frame are passed over.
      return;
    }
  }
}

const lengthBytes = 4;
const lineFeed = Buffer.from('\n');

/** Whether messages start there that have been packed one by one, each behind its length: OpenTelemetry's collector does so. */
export function startsZstdMessages(start: Buffer): boolean {
  return start.subarray(lengthBytes, lengthBytes + zstdMagic.length).equals(zstdMagic);
}

/**
 * Such messages, as lines.
 * @throws HuntError as `unzstd`
 */
export async function* unzstdMessages(input: ByteReader): AsyncGenerator<Uint8Array> {
  for (;;) {
    const start = await input.peek(lengthBytes + zstdMagic.length);
    if (start.length === 0) {
      return;
    }
    if (!startsZstdMessages(start)) {
      throw content('The zstd data is truncated.');
    }
    await exactly(input, lengthBytes);
    yield* frame(input);
    yield lineFeed;
  }
}

const blockType = { runLength: 1 } as const;
const blockHeaderBytes = 3;
/** A run of one byte may not be longer either; the decoder does not look. */
const largestBlock = 128 * 1024;
const checksumBytes = 4;

async function* frame(input: ByteReader): AsyncGenerator<Uint8Array> {
  const { size, window, hasChecksum } = headerOf(await input.peek(longestHeader));
  if (window > largestWindow) {
    throw content('The zstd data needs too large a window.');
  }
  const output: Uint8Array[] = [];
  const decoder = new Decompress((bytes) => output.push(bytes));
  let piece = await exactly(input, size);
  for (let isLast = false; !isLast; ) {
    const header = await exactly(input, blockHeaderBytes);
    const word = header.readUIntLE(0, blockHeaderBytes);
    isLast = (word & 1) === 1;
    if (word >> 3 > largestBlock) {
      throw content('The zstd data is damaged.');
    }
    const length = ((word >> 1) & 3) === blockType.runLength ? 1 : word >> 3;
    const checksum = isLast && hasChecksum ? checksumBytes : 0;
    piece = Buffer.concat([piece, header, await exactly(input, length + checksum)]);
    try {
      decoder.push(piece, isLast);
    } catch (error) {
      throw content('The zstd data is damaged.', error);
    }
    piece = Buffer.alloc(0);
    yield* output.splice(0);
  }
}

const longestHeader = 18;

function headerOf(bytes: Buffer): { size: number; window: number; hasChecksum: boolean } {
  const flags = bytes[4] ?? 0;
  const isSingleSegment = (flags & 0x20) !== 0;
  const idBytes = [0, 1, 2, 4][flags & 3] ?? 0;
  const contentBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][flags >> 6] ?? 0;
  const contentAt = 5 + (isSingleSegment ? 0 : 1) + idBytes;
  const size = contentAt + contentBytes;
  if (bytes.length < size) {
    throw content('The zstd data is truncated.');
  }
  const hasChecksum = (flags & 4) !== 0;
  if (!isSingleSegment) {
    const descriptor = bytes[5] ?? 0;
    const base = 2 ** (10 + (descriptor >> 3));
    return { size, window: base + (base / 8) * (descriptor & 7), hasChecksum };
  }
  // The content is its own window; of eight bytes the lower four tell all that is allowed.
  const high = contentBytes === 8 ? bytes.readUInt32LE(contentAt + 4) : 0;
  const low = bytes.readUIntLE(contentAt, Math.min(contentBytes, 4));
  return { size, window: high > 0 ? Number.POSITIVE_INFINITY : low, hasChecksum };
}

async function exactly(input: ByteReader, count: number): Promise<Buffer> {
  const bytes = await input.take(count);
  if (bytes.length < count) {
    throw content('The zstd data is truncated.');
  }
  return bytes;
}

async function skip(input: ByteReader, count: number): Promise<void> {
  for (let left = count; left > 0; ) {
    const chunk = await input.chunk();
    if (chunk === undefined) {
      return;
    }
    if (chunk.length > left) {
      input.unread(chunk.subarray(left));
    }
    left -= chunk.length;
  }
}

function content(message: string, cause?: unknown): HuntError {
  return new HuntError('ingest.content', { message }, { cause });
}
