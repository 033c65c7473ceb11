import type { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { HuntError } from '../errors.js';
import { inBlocks } from '../ingest/unpack.js';
import { bodyLimitBytes } from './failures.js';

/**
 * Reads a request's body whole, up to the limit of its route.
 * @throws HuntError `request.tooLarge`, and what reading fails with
 */
export async function readWhole(request: FastifyRequest, payload: Readable): Promise<Buffer> {
  const limitBytes = request.routeOptions.bodyLimit ?? bodyLimitBytes;
  if (Number(request.headers['content-length']) > limitBytes) {
    throw new HuntError('request.tooLarge', { limitBytes });
  }
  try {
    // Who stops reading still answers, on the same connection.
    return await wholeOf(payload.iterator({ destroyOnReturn: false }), limitBytes);
  } catch (error) {
    if (!(error instanceof HuntError)) (error as { statusCode?: number }).statusCode ??= 400;
    throw error;
  }
}

/**
 * What comes, in memory of its own.
 * @param grow told before a part is kept
 * @throws HuntError `request.tooLarge`
 */
export async function wholeOf(
  chunks: AsyncIterable<Uint8Array>,
  limitBytes: number,
  grow: (bytes: number) => void = () => undefined,
): Promise<Buffer<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of inBlocks(chunks)) {
    size += chunk.length;
    if (size > limitBytes) throw new HuntError('request.tooLarge', { limitBytes });
    grow(chunk.length);
    parts.push(chunk);
  }
  const body = Buffer.from(new ArrayBuffer(size));
  let at = 0;
  for (const part of parts) {
    body.set(part, at);
    at += part.length;
  }
  return body;
}
