import type { FastifyInstance } from 'fastify';

/** What every answer says about itself, whatever it is. */
const always = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** A year, as the live service has it. */
const strictTransport = { 'strict-transport-security': 'max-age=31536000' };

/** Security headers, the request's id, and the client's own id back. */
export function commonHeaders(
  app: FastifyInstance,
  { secure }: { readonly secure: boolean },
): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ 'request-id': request.id, ...always, ...(secure && strictTransport) });
    const correlation = request.headers['client-request-id'];
    if (typeof correlation === 'string' && /^[\w.:;-]{1,128}$/.test(correlation)) {
      reply.header('client-request-id', correlation);
    }
  });
}
