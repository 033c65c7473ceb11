import type { FastifyInstance } from 'fastify';
import { baseOf } from '../address.js';
import { openApiDocument, type ServedRoute } from './document.js';
import { referencePage } from './page.js';

const config = { access: 'public' } as const;

/** What the server offers, for programs and to read. It says nothing of the installation but its paths. */
export function referenceRoutes(
  app: FastifyInstance,
  served: readonly ServedRoute[],
  publicUrl: string | undefined,
): void {
  app.get('/openapi.json', { config }, async (request) =>
    openApiDocument(served, baseOf(request, publicUrl)),
  );
  app.get('/reference', { config }, async (request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
      .send(referencePage(openApiDocument(served, baseOf(request, publicUrl)))),
  );
}
