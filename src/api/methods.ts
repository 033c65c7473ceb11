import type { FastifyContextConfig, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HuntError } from '../errors.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route only says which methods its path has. */
    refusesMethod?: true;
  }
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/**
 * Answers a path's other methods: 405, and which it has.
 * @param served of several, with commas between: `GET, POST`
 */
export function refuseOtherMethods(
  app: FastifyInstance,
  served: string,
  url: string,
  config: FastifyContextConfig,
): void {
  app.route({
    method: methods.filter((method) => !served.split(', ').includes(method)),
    url,
    config: { ...config, refusesMethod: true },
    handler: async (_request: FastifyRequest, reply: FastifyReply): Promise<never> => {
      reply.header('allow', served);
      throw new HuntError('request.method', { allowed: served });
    },
  });
}
