import type { FastifyContextConfig, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HuntError } from '../errors.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route only says which methods its path has. */
    refusesMethod?: true;
  }
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Answers a path's other methods: 405, and which one it has. */
export function refuseOtherMethods(
  app: FastifyInstance,
  served: string,
  url: string,
  config: FastifyContextConfig,
): void {
  app.route({
    method: methods.filter((method) => method !== served),
    url,
    config: { ...config, refusesMethod: true },
    handler: async (_request: FastifyRequest, reply: FastifyReply): Promise<never> => {
      reply.header('allow', served);
      throw new HuntError('request.method', { allowed: served });
    },
  });
}
