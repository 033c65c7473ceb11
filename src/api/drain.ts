import type { FastifyInstance } from 'fastify';

const lookEveryMs = 200;
/** How long answers that are under way may take once the server has been told to end. */
const graceMs = 60_000;

/**
 * Lets answers that are under way end when the server closes, and connections go as they fall idle: a
 * client that keeps one open does not hold the server back.
 */
export function drainOnClose(app: FastifyInstance): void {
  let timer: NodeJS.Timeout | undefined;
  app.addHook('preClose', async () => {
    const until = Date.now() + graceMs;
    timer = setInterval(() => {
      if (Date.now() < until) app.server.closeIdleConnections();
      else app.server.closeAllConnections();
    }, lookEveryMs);
  });
  app.addHook('onClose', async () => clearInterval(timer));
}
