import type { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { HuntError } from '../errors.js';
import { bodyLimitBytes } from './failures.js';

/** Shorter chunks are put together into blocks of this size. */
const blockBytes = 16 * 1024;

/**
 * Reads a request's body whole, up to the limit of its route. A sender may make a chunk of each byte, of which each
 * would take two hundred in memory.
 * @throws HuntError `request.tooLarge`, and what reading fails with
 */
export function readWhole(request: FastifyRequest, payload: Readable): Promise<Buffer> {
  const limitBytes = request.routeOptions.bodyLimit ?? bodyLimitBytes;
  const tooLarge = () => new HuntError('request.tooLarge', { limitBytes });
  if (Number(request.headers['content-length']) > limitBytes) return Promise.reject(tooLarge());
  return new Promise((resolve, reject) => {
    const body = new GrowingBody();
    const stop = () => {
      payload.off('data', onData).off('end', onEnd).off('error', onError);
    };
    const onData = (chunk: Uint8Array) => {
      body.add(chunk);
      if (body.size <= limitBytes) return;
      stop();
      reject(tooLarge());
    };
    const onEnd = () => {
      stop();
      resolve(body.take());
    };
    const onError = (error: Error & { statusCode?: number }) => {
      stop();
      error.statusCode ??= 400;
      reject(error);
    };
    payload.on('data', onData).on('end', onEnd).on('error', onError);
    // What inflates a body waits to be told.
    payload.resume();
  });
}

class GrowingBody {
  size = 0;
  readonly #full: Uint8Array[] = [];
  #block = Buffer.alloc(0);
  #used = 0;

  add(chunk: Uint8Array): void {
    this.size += chunk.length;
    if (this.#used + chunk.length > this.#block.length) {
      this.#full.push(this.#block.subarray(0, this.#used));
      this.#block = Buffer.allocUnsafe(Math.max(blockBytes, chunk.length));
      this.#used = 0;
    }
    this.#block.set(chunk, this.#used);
    this.#used += chunk.length;
  }

  take(): Buffer {
    return Buffer.concat([...this.#full, this.#block.subarray(0, this.#used)], this.size);
  }
}
