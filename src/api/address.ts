import type { FastifyRequest } from 'fastify';

/**
 * The address that a client reached this server by: the configured one, or what it says itself. It
 * goes into documents that the same client reads back, and into nothing that is stored.
 */
export function baseOf(request: FastifyRequest, publicUrl: string | undefined): string {
  if (publicUrl) return publicUrl;
  const host = request.headers.host ?? '';
  const name = /^(?:[\w.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i.test(host) ? host : 'localhost';
  return `${request.protocol}://${name}`;
}
