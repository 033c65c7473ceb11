import { pipeline, type Readable, Transform } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { HuntAnswer } from '../hunting/hunt.js';

/** An answer's text around its rows, which are passed on as they are read: nothing is collected. */
export function wrapRows(before: string, rows: HuntAnswer['rows'], after: string): Readable {
  const body = new Transform({
    transform: (chunk, _encoding, done) => done(null, chunk),
    flush: (done) => done(null, after),
  });
  body.push(before);
  // A client that leaves closes the rows, rows that break off break the answer off. Nobody waits here:
  // whoever sends `body` hears of its failure.
  pipeline(rows, body, () => undefined);
  return body;
}

/** Aborted when the client leaves before its answer is complete. */
export function departure(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort();
  });
  return controller.signal;
}
