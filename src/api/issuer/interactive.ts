import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Provider } from 'oidc-provider';
import { findClient, findTenantId } from '../../identity/issuer/client.js';
import { usualProof } from '../../identity/issuer/clients.js';
import { failurePage, signInPage } from '../../identity/issuer/pages.js';
import { issuerRoutes } from '../../identity/issuer/provider.js';
import { signIn } from '../../identity/users.js';
import { baseOf } from '../address.js';
import { replay } from './issuers.js';
import {
  clientOf,
  formLimit,
  formOf,
  guessedUser,
  type IssuerParts,
  refuse,
  refuseClient,
  refuseMethods,
} from './token.js';

type TenantPath = { Params: { tenant: string } };
type SignInPath = { Params: { tenant: string; uid: string } };

/** Where v1 gives codes of devices. */
const v1DeviceCode = '/oauth2/devicecode';

/** What v1 means by the name of an API. */
const v1Scope = (resource: string) => `openid offline_access ${resource}/.default`;

const options = { config: { access: 'public' }, bodyLimit: formLimit } as const;

/** Where people sign in: authorization codes for programs, codes of devices, the page between. */
export function interactiveRoutes(app: FastifyInstance, parts: IssuerParts): void {
  deviceCodeRoutes(app, parts);
  authorizationRoutes(app, parts);
  signInRoutes(app, parts);
}

const deviceCodePaths = {
  [issuerRoutes.device_authorization]: '2.0',
  [v1DeviceCode]: '1.0',
} as const;

/** Where a program asks for a code that its user types in elsewhere. */
function deviceCodeRoutes(app: FastifyInstance, parts: IssuerParts): void {
  for (const [path, version] of Object.entries(deviceCodePaths)) {
    app.post<TenantPath>(`/:tenant${path}`, options, async (request, reply) => {
      const fields = await formOf(request);
      if (!fields) return refuse(request, reply, 'parameter');
      const client = await clientOf(request, fields, parts.store);
      if (typeof client === 'string') return refuseClient(request, reply, client, fields);
      if (version === '1.0') {
        const resource = fields.get('resource');
        if (!resource) return refuse(request, reply, 'parameter', 'resource');
        fields.set('scope', v1Scope(resource));
      }
      const proof = fields.has('client_secret') ? 'client_secret_post' : usualProof(client);
      const provider = await providerFor(request, client.tenant, parts);
      const asked = { path: issuerRoutes.device_authorization, fields };
      return parts.issuers.handle(provider, request, reply, asked, { proof, version });
    });
    refuseMethods(app, `/:tenant${path}`);
  }
}

/** Pages of the issuer library. */
const providerPaths = [
  issuerRoutes.authorization,
  `${issuerRoutes.authorization}/:uid`,
  issuerRoutes.code_verification,
  `${issuerRoutes.code_verification}/:uid`,
  issuerRoutes.end_session,
  `${issuerRoutes.end_session}/confirm`,
  `${issuerRoutes.end_session}/success`,
];

/** Where a browser asks for a code, enters that of a device, and signs out. */
function authorizationRoutes(app: FastifyInstance, parts: IssuerParts): void {
  for (const path of providerPaths) {
    app.route<TenantPath>({
      method: ['GET', 'POST'],
      url: `/:tenant${path}`,
      ...options,
      handler: (request, reply) => toProvider(request, reply, parts),
    });
  }
  // v1's address of the same page.
  app.get<TenantPath>('/:tenant/oauth2/authorize', options, (request, reply) => {
    // Encoded again: a name that begins with a slash would make the address another host's.
    const tenant = encodeURIComponent(request.params.tenant);
    const { query } = addressOf(request);
    const resource = query.get('resource');
    if (resource && !query.has('scope')) query.set('scope', v1Scope(resource));
    const asked = query.size > 0 ? `?${query}` : '';
    return reply.redirect(`/${tenant}${issuerRoutes.authorization}${asked}`);
  });
}

/** The page between, where a person says who they are. */
function signInRoutes(app: FastifyInstance, parts: IssuerParts): void {
  app.get<SignInPath>('/:tenant/signin/:uid', options, async (request, reply) => {
    const open = await interactionOf(request, reply, parts);
    return open ? showSignIn(reply, open, {}) : expired(reply);
  });

  app.post<SignInPath>('/:tenant/signin/:uid', options, async (request, reply) => {
    const open = await interactionOf(request, reply, parts);
    if (!open) return expired(reply);
    const { provider, tenant } = open;
    const fields = await formOf(request);
    const [name, password] = [fields?.get('username') ?? '', fields?.get('password') ?? ''];
    const guesser = guessedUser(request, name);
    const waitMs = parts.guesses.waitMs(guesser);
    if (waitMs > 0) {
      const problem = `Too many attempts. Wait ${Math.ceil(waitMs / 1000)} seconds.`;
      return showSignIn(reply.code(429), open, { name, problem });
    }
    const user = await signIn(parts.store, tenant, name, password);
    if (!user) {
      parts.guesses.failed(guesser);
      request.log.info({ ip: request.ip }, 'sign-in refused');
      const problem = 'The user name or the password is not right.';
      return showSignIn(reply.code(401), open, { name, problem });
    }
    parts.guesses.succeeded(guesser);
    const message = replay(request, provider, { path: request.url });
    const login = { accountId: user.id, remember: true };
    const next = await provider.interactionResult(message, reply.raw, { login });
    return reply.redirect(next, 303);
  });
}

async function toProvider(
  request: FastifyRequest<TenantPath>,
  reply: FastifyReply,
  parts: IssuerParts,
): Promise<FastifyReply> {
  const { tenant: name } = request.params;
  const { path, query } = addressOf(request);
  const fields = request.method === 'POST' ? await formOf(request) : undefined;
  const clientId = query.get('client_id') ?? fields?.get('client_id') ?? '';
  const client = await findClient(parts.store, name, clientId);
  // Later steps of a sign-in name no client: their address has the tenant itself.
  const tenant = typeof client === 'string' ? await findTenantId(parts.store, name) : client.tenant;
  if (tenant === undefined) return expired(reply);
  const provider = await providerFor(request, tenant, parts);
  // The library brings a policy of its own with each page that needs one.
  reply.removeHeader('content-security-policy');
  translatePrompt(query);
  if (fields) translatePrompt(fields);
  const asked = { path: query.size > 0 ? `${path}?${query}` : path, fields };
  return parts.issuers.handle(provider, request, reply, asked);
}

function providerFor(
  request: FastifyRequest,
  tenant: string,
  { issuers, publicUrl }: IssuerParts,
): Promise<Provider> {
  return issuers.of(baseOf(request, publicUrl), tenant);
}

/** The sign-in that this browser has under way, by its cookie. */
async function interactionOf(
  request: FastifyRequest<SignInPath>,
  reply: FastifyReply,
  parts: IssuerParts,
) {
  const { uid } = request.params;
  const tenant = await findTenantId(parts.store, request.params.tenant);
  if (tenant === undefined) return undefined;
  const provider = await providerFor(request, tenant, parts);
  const message = replay(request, provider, { path: request.url });
  try {
    const details = await provider.interactionDetails(message, reply.raw);
    const { params, uid: own } = details;
    const client = await findClient(parts.store, tenant, String(params['client_id'] ?? ''));
    if (own !== uid || typeof client === 'string') return undefined;
    return { provider, tenant, params, application: client.name };
  } catch {
    return undefined;
  }
}

/** What a request asks below its tenant, as the router reads it: doubled slashes are one. */
function addressOf({ url }: FastifyRequest): { path: string; query: URLSearchParams } {
  const [whole = ''] = url.split('?', 1);
  const path = whole.replaceAll(/\/+/g, '/').replace(/^\/[^/]*/, '');
  return { path, query: new URLSearchParams(url.slice(whole.length)) };
}

/**
 * Prompts that Entra knows and the issuer library does not. There is one page to choose an account at, and
 * consent is the administrator's.
 */
const prompts: ReadonlyMap<string, string> = new Map([
  ['select_account', 'login'],
  ['create', 'login'],
  ['consent', ''],
  ['admin_consent', ''],
]);

function translatePrompt(fields: URLSearchParams): void {
  const asked = fields.get('prompt');
  if (asked === null) return;
  const known = asked.split(' ').map((name) => prompts.get(name) ?? name);
  const translated = [...new Set(known)].filter((name) => name !== '').join(' ');
  if (translated === '') fields.delete('prompt');
  else fields.set('prompt', translated);
}

function showSignIn(
  reply: FastifyReply,
  { params, application }: { params: Readonly<Record<string, unknown>>; application: string },
  state: { name?: string; problem?: string },
): FastifyReply {
  // After the form the browser is sent on to the program: its address has to be allowed for that.
  const target =
    typeof params['redirect_uri'] === 'string' ? ` ${new URL(params['redirect_uri']).origin}` : '';
  const allowed = target.includes('null') ? '' : target;
  return reply
    .type('text/html; charset=utf-8')
    .header(
      'content-security-policy',
      `default-src 'none'; style-src 'unsafe-inline'; form-action 'self'${allowed}; frame-ancestors 'none'; base-uri 'none'`,
    )
    .send(signInPage(application, state));
}

function expired(reply: FastifyReply): FastifyReply {
  return reply
    .code(400)
    .type('text/html; charset=utf-8')
    .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
    .send(failurePage('expired', 'This sign-in has expired. Start again from your program.'));
}
