import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HuntError } from '../../errors.js';
import { negotiate, readAsset, readPage } from './files.js';
import { type PortalParts, SignInIssuer, settingsRoute } from './settings.js';

const config = { access: 'public' } as const;

/**
 * The addresses of the portal's pages. What else a page shows is in its query and fragment, so that none of
 * them is an address of a tenant's issuer.
 */
const pages = [
  '/',
  '/hunt',
  '/data',
  '/data/:page',
  '/admin',
  '/admin/:page',
  '/signed-in',
  '/signed-out',
];

/** Names change with their content. */
const forEver = 'public, max-age=31536000, immutable';

/** The portal: one document for each of its pages, the files it is made of, and where its users sign in. */
export function portalRoutes(app: FastifyInstance, parts: PortalParts): void {
  const issuer = new SignInIssuer(parts.signIn);
  settingsRoute(app, parts, issuer);
  for (const url of pages) {
    app.get(url, { config }, async (_request, reply) => {
      const page = await readPage();
      if (page === undefined) return notBuilt(reply);
      return reply
        .type('text/html; charset=utf-8')
        .header('cache-control', 'no-cache')
        .header('content-security-policy', policy(await issuer.origins()))
        .header('cross-origin-opener-policy', 'same-origin')
        .send(page);
    });
  }
  app.get<{ Params: { name: string } }>('/assets/:name', { config }, sendAsset);
}

async function sendAsset(
  request: FastifyRequest<{ Params: { name: string } }>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { name } = request.params;
  const asset = await readAsset(name, negotiate(request.headers['accept-encoding']));
  if (!asset) throw new HuntError('request.notFound', { what: `GET /assets/${name}` });
  if (asset.encoding) reply.header('content-encoding', asset.encoding);
  return (
    reply
      .type(asset.type)
      .header('cache-control', forEver)
      .header('vary', 'accept-encoding')
      // What a worker may reach is said where its script comes from.
      .header('content-security-policy', policy([]))
      .send(asset.bytes)
  );
}

function policy(origins: readonly string[]): string {
  const elsewhere = origins.map((origin) => ` ${origin}`).join('');
  return [
    "default-src 'self'",
    "script-src 'self'",
    // The editor and the components write their styles as they are needed.
    "style-src 'self' 'unsafe-inline'",
    "worker-src 'self' blob:",
    "img-src 'self' data: blob:",
    `connect-src 'self'${elsewhere}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "object-src 'none'",
    `form-action 'self'${elsewhere}`,
  ].join('; ');
}

function notBuilt(reply: FastifyReply): FastifyReply {
  return reply
    .code(503)
    .type('text/plain; charset=utf-8')
    .send('The portal is not built here. In the checkout: npm run build\n');
}
