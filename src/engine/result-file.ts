import { type FileHandle, open, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';

import { HuntError } from '../errors.js';

export interface ResultTrailer {
  readonly rows: number;
  readonly rowsRead: number;
  readonly bytesRead: number;
  readonly elapsedSeconds: number;
}

export interface StoredResult {
  readonly trailer: ResultTrailer;
  /** Bytes of the rows and their separators. */
  readonly sizeBytes: number;
  readonly rows: Readable;
}

const trailerBytes = 200;
const trailerLine = /\n(\d+) (\d+) (\d+) ([0-9.e+-]+)\n$/;

/**
 * Opens a result that the engine has written. The file has no name any more when this resolves: its
 * space is given back when the stream ends or is destroyed, or when this process dies.
 * @throws HuntError `engine.storage` when the engine could not write all of it
 */
export async function openResult(path: string): Promise<StoredResult> {
  const file = await open(path, 'r');
  try {
    await rm(path);
    const { size } = await file.stat();
    const start = Math.max(0, size - trailerBytes);
    const { buffer, bytesRead } = await file.read(
      Buffer.alloc(size - start),
      0,
      size - start,
      start,
    );
    const match = trailerLine.exec(buffer.toString('latin1', 0, bytesRead));
    if (!match) {
      // Not an error to the engine, which says nothing when the disk takes no more.
      throw new HuntError('engine.storage', {}, { cause: new Error('the result is incomplete') });
    }
    const [line, rows, rowsRead, bytes, elapsed] = match;
    const sizeBytes = size - line.length;
    return {
      trailer: {
        rows: Number(rows),
        rowsRead: Number(rowsRead),
        bytesRead: Number(bytes),
        elapsedSeconds: Number(elapsed),
      },
      sizeBytes,
      rows: await rowsOf(file, sizeBytes),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function rowsOf(file: FileHandle, sizeBytes: number): Promise<Readable> {
  if (sizeBytes === 0) {
    await file.close();
    return Readable.from([], { objectMode: false });
  }
  return file.createReadStream({ start: 0, end: sizeBytes - 1, highWaterMark: 256 * 1024 });
}
