import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';

/** Bytes that are read of a body for nothing. */
const mostBytes = 64 * 2 ** 20;
/** How long its sender may pause. */
const patienceMs = 5_000;

/**
 * Answers at once what is refused before its body has been read, and keeps the connection open for the rest of that: a
 * client that sends all before it reads would find it broken off, and no answer. What is larger than a bound is.
 */
export function readUnreadBodies(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply, payload) => {
    const { raw, body, method } = request;
    // Streamed telemetry is read by its routes, and any size is right.
    if (raw.complete || method === 'HEAD' || body instanceof Readable) return payload;
    if (typeof payload === 'string' || Buffer.isBuffer(payload)) {
      reply.header('content-length', Buffer.byteLength(payload));
      return Readable.from(withRest([payload], raw, reply), { objectMode: false });
    }
    return payload instanceof Readable ? Readable.from(withRest(payload, raw, reply)) : payload;
  });
}

async function* withRest<T>(
  payload: Iterable<T> | AsyncIterable<T>,
  raw: IncomingMessage,
  reply: FastifyReply,
): AsyncGenerator<T> {
  const { socket } = raw;
  yield* payload;
  await readRest(raw);
  if (!raw.complete) reply.raw.once('finish', () => socket.destroySoon());
}

function readRest(raw: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(patience);
      raw.off('data', take).off('end', end).off('close', end);
      raw.pause();
      resolve();
    };
    let bytes = 0;
    const take = (chunk: Buffer) => {
      bytes += chunk.length;
      patience.refresh();
      if (bytes > mostBytes) end();
    };
    const patience = setTimeout(end, patienceMs);
    // Whatever has been reading it has stopped.
    raw.unpipe();
    raw.on('data', take).once('end', end).once('close', end);
    raw.resume();
    if (raw.complete && raw.readableEnded) end();
    if (raw.destroyed) end();
  });
}
