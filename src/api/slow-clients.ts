import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** How long nothing may move on a connection that something is expected on. */
export interface Patience {
  /** While a request's body is awaited. */
  readonly requestMs: number;
  /** While a client takes an answer. */
  readonly answerMs: number;
}

export const defaultPatience: Patience = { requestMs: 30_000, answerMs: 120_000 };

/** Milliseconds in which a whole request has to arrive, however steadily it trickles. */
export const wholeRequestMs = 600_000;

/**
 * Ends connections of clients that stop half-way: each holds memory, a result on disk or an upload.
 * Between a request and its answer the engine works, and nothing is expected of the client.
 */
export function limitSlowClients(app: FastifyInstance, patience: Patience): void {
  const expect = (request: FastifyRequest, milliseconds: number) =>
    request.raw.socket.setTimeout(milliseconds);

  app.addHook('onRequest', async (request) => {
    expect(request, patience.requestMs);
  });
  app.addHook('preHandler', async (request, reply) => {
    const expectNothing = () => {
      if (!reply.sent) expect(request, 0);
    };
    if (!(request.body instanceof Readable)) expectNothing();
    else request.raw.once('end', expectNothing);
  });
  app.addHook('onSend', async (request, _reply, payload) => {
    expect(request, patience.answerMs);
    return payload;
  });
}
