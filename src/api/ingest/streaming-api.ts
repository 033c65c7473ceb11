import type { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { principalOf } from '../access.js';

/** Takes a body in, and answers with what became of its events once they are on disk. */
export type Ingest = (
  body: Readable,
  options: { readonly tenant: string; readonly source: string },
) => Promise<unknown>;

/** Telemetry over HTTP in the envelope of Defender's Streaming API. */
export function streamingApiRoute(app: FastifyInstance, ingest: Ingest): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    // The body is read by the ingest part as it arrives; it has its own bounds.
    scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    const config = { access: { api: 'quarry', roles: ['Telemetry.Ingest'] } } as const;
    scope.post('/api/ingest/streaming-api', { config }, async (request) => {
      const { tenant } = principalOf(request);
      return ingest(request.body as Readable, { tenant, source: 'defender-streaming' });
    });
  });
}
