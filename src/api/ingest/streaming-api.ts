import type { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { Ingest } from '../../ingest/ingest.js';
import { principalOf } from '../access.js';
import { refuseOtherMethods } from '../methods.js';

/** Telemetry over HTTP in the envelope of Defender's Streaming API; the answer says what became of it. */
export function streamingApiRoute(app: FastifyInstance, push: Ingest['push']): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    // The body is read as it arrives, and bounded, by the ingest part.
    scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    const config = { access: { api: 'quarry', roles: ['Telemetry.Ingest'] } } as const;
    const url = '/api/ingest/streaming-api';
    scope.post(url, { config }, async (request) => {
      const { tenant } = principalOf(request);
      const body = (request.body as Readable | undefined) ?? Buffer.alloc(0);
      const source = 'defender-streaming';
      return push(body, { tenant, source, requestId: request.id });
    });
    refuseOtherMethods(scope, 'POST', url, config);
  });
}
