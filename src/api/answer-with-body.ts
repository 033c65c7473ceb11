import type { FastifyInstance } from 'fastify';
import { HuntError } from '../errors.js';

/** What Node's server would refuse by itself, with an answer that has no body for clients to read. */
export function answerWithBody(app: FastifyInstance): void {
  // An expectation that is not known may be passed over (RFC 9110, 10.1.1).
  app.server.on('checkExpectation', (request, response) =>
    app.server.emit('request', request, response),
  );
  app.addHook('onRequest', async ({ raw }) => {
    const hosts = raw.headersDistinct['host']?.length ?? 0;
    if (hosts > 1 || (hosts === 0 && raw.httpVersion !== '1.0')) {
      throw new HuntError('request.parameter', {
        message: 'The request must have one Host header.',
      });
    }
  });
}
