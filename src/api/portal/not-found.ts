import type { FastifyReply, FastifyRequest } from 'fastify';
import { notFoundPage } from '../../identity/issuer/pages.js';

/** Whether somebody opens an address in a browser, who can read a page and has no token to send. */
export function isVisit({ method, headers }: FastifyRequest): boolean {
  return (
    (method === 'GET' || method === 'HEAD') &&
    headers.authorization === undefined &&
    /\btext\/html\b/i.test(headers.accept ?? '')
  );
}

/** The page of an address that is none. */
export function sendNotFound(reply: FastifyReply): FastifyReply {
  return reply
    .code(404)
    .type('text/html; charset=utf-8')
    .header(
      'content-security-policy',
      "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
    )
    .send(notFoundPage('/hunt'));
}
