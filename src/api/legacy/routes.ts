import type { FastifyInstance } from 'fastify';
import { readJsonBody } from '../body.js';
import { answerHunt, checkQueryText, type HuntingParts } from '../hunting.js';
import { otherMethods, refuseMethod } from '../methods.js';
import { envelopeHead } from './envelope.js';
import { legacyPaths } from './generations.js';

/** The hunting API as Defender has offered it before Graph. */
export function legacyRoutes(
  app: FastifyInstance,
  parts: HuntingParts & { readonly tolerant: boolean },
): void {
  for (const prefix of ['/api', '/api/v1.0']) {
    // What clients call to learn whether the service is there and takes their token.
    app.get(prefix, async () => ({ service: 'Quarry' }));
    for (const { path, generation, role } of legacyPaths) {
      const config = { access: { api: 'legacy', roles: [role] } } as const;
      const url = prefix + path;
      app.post(url, { config }, async (request, reply) => {
        const contentType = request.headers['content-type'];
        const body = readJsonBody(request.body, contentType, { rawControls: parts.tolerant });
        const text = checkQueryText(body['Query']);
        return answerHunt(request, reply, parts, { generation, text, head: envelopeHead });
      });
      app.route({ method: otherMethods('POST'), url, config, handler: refuseMethod('POST') });
    }
  }
}
