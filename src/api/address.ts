import type { FastifyRequest } from 'fastify';

/**
 * The address that a client reached this server by: the configured one, or what it says itself. It
 * goes into documents that the same client reads back, and into nothing that is stored.
 */
export function baseOf(request: FastifyRequest, publicUrl: string | undefined): string {
  if (publicUrl) return publicUrl;
  const host = request.headers.host ?? '';
  const isName = /^(?:[\w.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i.test(host);
  const base = `${request.protocol}://${host}`;
  // A port or an address may be of the right form and still too large.
  return isName && URL.canParse(base) ? base : `${request.protocol}://localhost`;
}
