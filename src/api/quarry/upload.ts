import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Uploads } from '../../ingest/upload.js';
import { principalOf } from '../access.js';
import { bodyOf, streamBodies, streamed } from '../ingest/body.js';
import { refuseOtherMethods } from '../methods.js';
import { readParameters } from './act.js';

const senders = { access: { api: 'quarry', roles: ['Telemetry.Ingest'] } } as const;
const uploadParameters = z.object({
  name: z.string().min(1).max(400).default('file'),
  /** A connector's name; absent: found out from the first records. */
  source: z.string().min(1).max(100).optional(),
});

/** A file as somebody has it: packed or not, of any source. */
export function uploadRoute(app: FastifyInstance, uploads: Pick<Uploads, 'take'>): void {
  app.register(async (scope) => {
    streamBodies(scope);
    const url = '/api/quarry/ingest/file';
    scope.post(url, { ...streamed, config: senders }, async (request) => {
      const { tenant } = principalOf(request);
      const { name, source } = readParameters(request, uploadParameters);
      return uploads.take({ tenant, source, name, chunks: bodyOf(request) });
    });
    refuseOtherMethods(scope, 'POST', url, senders);
  });
}
