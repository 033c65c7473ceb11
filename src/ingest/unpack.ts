import { crc32, createInflateRaw, type InflateRaw } from 'node:zlib';
import { HuntError } from '../errors.js';

export const gzipMagic = Buffer.from([0x1f, 0x8b, 0x08]);

/** Bytes that `utf16In` looks at. */
export const utf16Bytes = 4;

/** The encoding of what starts so where that is UTF-16: by its byte order mark, or by two characters of ASCII. */
export function utf16In(start: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  const [first, second, third, fourth] = start;
  if (first === 0xff && second === 0xfe) {
    return 'utf-16le';
  }
  if (first === 0xfe && second === 0xff) {
    return 'utf-16be';
  }
  if (first && second === 0 && third && fourth === 0) {
    return 'utf-16le';
  }
  return first === 0 && second && third === 0 && fourth ? 'utf-16be' : undefined;
}

/** UTF-8, where the start shows that it is UTF-16. */
export async function* utf8(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const input = new ByteReader(chunks);
  const encoding = utf16In(await input.peek(utf16Bytes));
  if (encoding === undefined) {
    yield* input.rest();
    return;
  }
  const decoder = new TextDecoder(encoding);
  for await (const chunk of input.rest()) {
    yield Buffer.from(decoder.decode(chunk, { stream: true }));
  }
  yield Buffer.from(decoder.decode());
}

/** Shorter chunks are put together, into blocks of this size at most. */
const shortBytes = 1024;
const blockBytes = 16 * 1024;

/** The same bytes without very short chunks: a sender may make one of each byte, which takes a hundred in memory. */
export async function* inBlocks(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const block = Buffer.allocUnsafe(blockBytes);
  let used = 0;
  const taken = () => Buffer.from(block.subarray(0, used));
  for await (const chunk of chunks) {
    if (used > 0 && (chunk.length >= shortBytes || used + chunk.length > blockBytes)) {
      yield taken();
      used = 0;
    }
    if (chunk.length >= shortBytes) {
      yield chunk;
    } else {
      block.set(chunk, used);
      used += chunk.length;
    }
  }
  if (used > 0) {
    yield taken();
  }
}

/** Chunks read by the byte. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  /** What has come and was not taken, in pieces: joining them again and again would take its square in time. */
  #held: Buffer[] = [];

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** The next bytes, fewer at the end, without taking them. */
  async peek(count: number): Promise<Buffer> {
    let size = this.#held[0]?.length ?? 0;
    let pieces = Math.min(this.#held.length, 1);
    while (size < count) {
      if (pieces === this.#held.length) {
        const next = await this.#next();
        if (next === undefined) {
          break;
        }
        this.#held.push(next);
      }
      size += this.#held[pieces]?.length ?? 0;
      pieces++;
    }
    if (pieces > 1) {
      this.#held.unshift(Buffer.concat(this.#held.splice(0, pieces), size));
    }
    return this.#held[0]?.subarray(0, count) ?? Buffer.alloc(0);
  }

  async take(count: number): Promise<Buffer> {
    const bytes = await this.peek(count);
    const [first] = this.#held;
    if (first !== undefined) {
      this.#held[0] = first.subarray(bytes.length);
    }
    return bytes;
  }

  /** What has come, or comes next; undefined at the end. */
  async chunk(): Promise<Buffer | undefined> {
    for (;;) {
      const piece = this.#held.shift() ?? (await this.#next());
      if (piece === undefined || piece.length > 0) {
        return piece;
      }
    }
  }

  unread(bytes: Buffer): void {
    if (bytes.length > 0) {
      this.#held.unshift(bytes);
    }
  }

  async *rest(): AsyncGenerator<Uint8Array> {
    for (let chunk = await this.chunk(); chunk; chunk = await this.chunk()) {
      yield chunk;
    }
  }

  async #next(): Promise<Buffer | undefined> {
    const next = await this.#chunks.next();
    if (next.done) {
      return undefined;
    }
    const { buffer, byteOffset, byteLength } = next.value;
    return Buffer.from(buffer, byteOffset, byteLength);
  }
}

/**
 * All members of a gzip stream (RFC 1952). zlib's own Gunzip takes stray bytes behind the last
 * member, which archives in the wild have, for a broken member; here they are passed over.
 * @throws HuntError `ingest.content` where it is broken off or damaged, after all that was whole
 */
export async function* gunzip(input: ByteReader): AsyncGenerator<Uint8Array> {
  do {
    await skipHeader(input);
    yield* inflate(input);
  } while ((await input.peek(gzipMagic.length)).equals(gzipMagic));
}

const flag = { headerChecksum: 2, extra: 4, name: 8, comment: 16 } as const;

async function skipHeader(input: ByteReader): Promise<void> {
  const header = await exactly(input, 10);
  const flags = header[3] ?? 0;
  if (flags & flag.extra) {
    await exactly(input, (await exactly(input, 2)).readUInt16LE());
  }
  for (const text of [flag.name, flag.comment]) {
    if (flags & text) {
      await skipText(input);
    }
  }
  if (flags & flag.headerChecksum) {
    await exactly(input, 2);
  }
}

/** Up to behind its zero byte: it may have any length. */
async function skipText(input: ByteReader): Promise<void> {
  for (let end = -1; end < 0; ) {
    const chunk = await input.chunk();
    if (chunk === undefined) {
      throw brokenOff();
    }
    end = chunk.indexOf(0);
    if (end >= 0) {
      input.unread(chunk.subarray(end + 1));
    }
  }
}

async function exactly(input: ByteReader, count: number): Promise<Buffer> {
  const bytes = await input.take(count);
  if (bytes.length < count) {
    throw brokenOff();
  }
  return bytes;
}

/** Compressed bytes at a time: they can grow a thousandfold. */
const inputBytes = 16 * 1024;

async function* inflate(input: ByteReader): AsyncGenerator<Uint8Array> {
  const raw = createInflateRaw({ chunkSize: 128 * 1024 });
  const output: Buffer[] = [];
  raw.on('data', (bytes: Buffer) => output.push(bytes));
  let checksum = 0;
  let size = 0;
  function* drained() {
    for (const bytes of output.splice(0)) {
      checksum = crc32(bytes, checksum);
      size += bytes.length;
      yield bytes;
    }
  }
  try {
    let fed = 0;
    for (;;) {
      const chunk = await input.chunk();
      if (chunk === undefined) {
        await finish(raw);
        yield* drained();
        break;
      }
      const part = chunk.subarray(0, inputBytes);
      input.unread(chunk.subarray(part.length));
      const failure = await feed(raw, part);
      fed += part.length;
      yield* drained();
      if (failure !== undefined) {
        throw failure;
      }
      if (raw.bytesWritten < fed) {
        input.unread(part.subarray(part.length - (fed - raw.bytesWritten)));
        break;
      }
    }
  } finally {
    raw.destroy();
  }
  const trailer = await exactly(input, 8);
  if (trailer.readUInt32LE(0) !== checksum || trailer.readUInt32LE(4) !== size % 2 ** 32) {
    throw damaged();
  }
}

function feed(raw: InflateRaw, bytes: Buffer): Promise<HuntError | undefined> {
  return new Promise((resolve) => {
    const fail = () => resolve(damaged());
    raw.once('error', fail);
    raw.write(bytes, (error) => {
      if (!error) {
        raw.off('error', fail);
        resolve(undefined);
      }
    });
  });
}

/** @throws HuntError where the compressed data has no end */
function finish(raw: InflateRaw): Promise<void> {
  return new Promise((resolve, reject) => {
    raw.once('error', () => reject(brokenOff()));
    raw.once('end', () => resolve());
    raw.end();
  });
}

function brokenOff(): HuntError {
  return new HuntError('ingest.content', { message: 'The gzip data is truncated.' });
}

function damaged(): HuntError {
  return new HuntError('ingest.content', { message: 'The gzip data is damaged.' });
}
