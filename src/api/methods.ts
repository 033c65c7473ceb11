import type { FastifyContextConfig, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HuntError } from '../errors.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route only says which methods its path has. */
    refusesMethod?: true;
  }
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** HEAD comes with every GET route that does not keep it out. */
function headOf(app: FastifyInstance, served: readonly string[], url: string): string[] {
  const isOpen = served.includes('GET') && !app.hasRoute({ method: 'HEAD', url: app.prefix + url });
  return isOpen ? ['HEAD'] : [];
}

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
  const own = served.split(', ');
  app.route({
    method: [...methods.filter((method) => !own.includes(method)), ...headOf(app, own, url)],
    url,
    config: { ...config, refusesMethod: true },
    handler: async (_request: FastifyRequest, reply: FastifyReply): Promise<never> => {
      reply.header('allow', served);
      throw new HuntError('request.method', { allowed: served });
    },
  });
}
