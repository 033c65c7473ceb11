import type { FastifyInstance } from 'fastify';

/** Whether the process lives, and whether it can serve: the only answers that need no token but discovery. */
export function healthRoutes(app: FastifyInstance, ready: () => Promise<boolean>): void {
  const config = { access: 'public' } as const;
  app.get('/health/live', { config, logLevel: 'silent' }, async () => ({ status: 'ok' }));
  for (const path of ['/health', '/health/ready']) {
    app.get(path, { config, logLevel: 'silent' }, async (_request, reply) => {
      if (await ready()) return { status: 'ok' };
      return reply.code(503).header('retry-after', '5').send({ status: 'starting' });
    });
  }
}
