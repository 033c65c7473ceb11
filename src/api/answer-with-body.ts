import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { HuntError } from '../errors.js';

/** Node's server reads no more than so many, and says nothing of the others. */
const maxHeaders = 1000;

/** Requests that would be read otherwise here than by what stands before the server. */
const ambiguities: readonly (readonly [message: string, (raw: IncomingMessage) => boolean])[] = [
  [
    `The request must have at most ${maxHeaders} headers.`,
    ({ rawHeaders }) => rawHeaders.length > 2 * maxHeaders,
  ],
  [
    'The request must have one Host header.',
    (raw) => {
      const count = countOf(raw, 'host');
      return count > 1 || (count === 0 && raw.httpVersion !== '1.0');
    },
  ],
  [
    'The request must have one Authorization header at most.',
    (raw) => countOf(raw, 'authorization') > 1,
  ],
  [
    'The only transfer coding of a request is chunked.',
    ({ headers: { 'transfer-encoding': coding = 'chunked' } }) => !/^chunked$/i.test(coding),
  ],
];

/**
 * What Node's server would refuse by itself, with an answer that has no body for clients to read; and what it would
 * take as it likes.
 */
export function answerWithBody(app: FastifyInstance): void {
  // An expectation that is not known may be passed over (RFC 9110, 10.1.1).
  app.server.on('checkExpectation', (request, response) =>
    app.server.emit('request', request, response),
  );
  app.addHook('onRequest', async ({ raw }) => {
    const [message] = ambiguities.find(([, isSo]) => isSo(raw)) ?? [];
    if (message) throw new HuntError('request.parameter', { message });
  });
}

function countOf({ headersDistinct }: IncomingMessage, name: string): number {
  return headersDistinct[name]?.length ?? 0;
}
