import type { FileHandle } from 'node:fs/promises';

const pieceBytes = 256 * 1024;

/** The bytes of an open file from one position up to another, or to its end where that comes first. */
export async function* fileRange(
  handle: FileHandle,
  from: number,
  to: number,
): AsyncGenerator<Buffer> {
  for (let position = from; position < to; ) {
    const piece = Buffer.allocUnsafe(Math.min(pieceBytes, to - position));
    const { bytesRead } = await handle.read(piece, 0, piece.length, position);
    if (bytesRead === 0) {
      return;
    }
    yield piece.subarray(0, bytesRead);
    position += bytesRead;
  }
}
