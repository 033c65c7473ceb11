import type { FastifyInstance } from 'fastify';
import type { EngineLimits } from '../../engine/engine.js';
import { HuntError } from '../../errors.js';
import { readJsonBody } from '../body.js';
import { answerHunt, checkQueryText, type Hunt } from '../hunting.js';
import { envelopeHead } from './envelope.js';
import { legacyPaths } from './generations.js';

const otherMethods = ['GET', 'PUT', 'PATCH', 'DELETE'];

/** The hunting API as Defender has offered it before Graph. */
export function legacyRoutes(
  app: FastifyInstance,
  parts: { readonly hunt: Hunt; readonly limits: EngineLimits; readonly tolerant: boolean },
): void {
  for (const prefix of ['/api', '/api/v1.0']) {
    // What clients call to learn whether the service is there and takes their token.
    app.get(prefix, async () => ({ service: 'Quarry' }));
    for (const { path, role } of legacyPaths) {
      const config = { access: { api: 'legacy', roles: [role] } } as const;
      app.post(prefix + path, { config }, async (request, reply) => {
        const contentType = request.headers['content-type'];
        const body = readJsonBody(request.body, contentType, { rawControls: parts.tolerant });
        const text = checkQueryText(body['Query']);
        const generation = path.slice(1);
        const { hunt, limits } = parts;
        return answerHunt(request, reply, hunt, { generation, text, limits, head: envelopeHead });
      });
      app.route({
        method: otherMethods,
        url: prefix + path,
        config,
        handler: async (_request, reply) => {
          reply.header('allow', 'POST');
          throw new HuntError('request.method', { allowed: 'POST' });
        },
      });
    }
  }
}
