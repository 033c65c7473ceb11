import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { App } from '../../identity/apps.js';
import { findClient } from '../../identity/issuer/client.js';
import { type ClientProof, deviceCodeGrant } from '../../identity/issuer/clients.js';
import {
  type EntraErrorName,
  entraErrorBody,
  entraErrors,
  subjectOf,
} from '../../identity/issuer/entra-errors.js';
import { issuerRoutes } from '../../identity/issuer/provider.js';
import { resourceOf } from '../../identity/issuer/scopes.js';
import type { SlowDown } from '../../identity/issuer/slow-down.js';
import type { Store } from '../../store/store.js';
import { baseOf } from '../address.js';
import { readForm } from './form.js';
import type { Issuers } from './issuers.js';

export interface IssuerParts {
  readonly store: Store;
  readonly issuers: Issuers;
  readonly publicUrl: string | undefined;
  /** Remembers who guesses secrets and passwords. */
  readonly guesses: SlowDown;
}

/** Bytes of a token request; a client assertion with a certificate chain fits. */
export const formLimit = 64 * 1024;

const versions = { '/oauth2/token': '1.0', '/oauth2/v2.0/token': '2.0' } as const;

/** Grant types by other names that programs have for them. */
const grantAliases: Readonly<Record<string, string>> = { device_code: deviceCodeGrant };

/** The token endpoint at Entra's paths, v1 and v2; the protocol itself is the issuer library's. */
export function tokenRoutes(app: FastifyInstance, parts: IssuerParts): void {
  const config = { access: 'public' } as const;
  for (const [path, version] of Object.entries(versions)) {
    app.post<{ Params: { tenant: string } }>(
      `/:tenant${path}`,
      { config, bodyLimit: formLimit },
      async (request, reply) => {
        const fields = await formOf(request);
        if (!fields?.has('grant_type')) {
          return refuse(request, reply, 'parameter', 'grant_type');
        }
        const client = await clientOf(request, fields, parts.store);
        if (typeof client === 'string') return refuseClient(request, reply, client, fields);
        const guessers = guessersOf(request, fields, client.clientId);
        const waitMs = Math.max(...guessers.map((key) => parts.guesses.waitMs(key)));
        if (waitMs > 0) {
          reply.header('retry-after', String(Math.ceil(waitMs / 1000)));
          return refuse(request, reply, 'slowDown');
        }
        const proof = proofOf(fields, request.headers.authorization);
        if (proof === 'none' && !client.isPublic) return refuse(request, reply, 'credential');
        const refreshFor = refreshedApi(fields);
        const problem = prepare(fields, version);
        if (problem) {
          const field = (name: string) => fields.get(name) ?? undefined;
          const needed = version === '1.0' ? 'resource' : 'scope';
          const about = problem === 'parameter' ? needed : subjectOf(problem, field);
          return refuse(request, reply, problem, about);
        }

        const provider = await parts.issuers.of(baseOf(request, parts.publicUrl), client.tenant);
        const asked = { path: issuerRoutes.token, fields };
        const asksHome = fields.get('client_info') === '1';
        const said = { proof, version, refreshFor, asksHome };
        await parts.issuers.handle(provider, request, reply, asked, said);
        const { statusCode } = reply.raw;
        const guessed = statusCode === 401 || (statusCode === 400 && fields.has('password'));
        for (const key of guessers) {
          if (guessed) parts.guesses.failed(key);
          else if (statusCode === 200) parts.guesses.succeeded(key);
        }
        return reply;
      },
    );
    refuseMethods(app, `/:tenant${path}`);
  }
}

/** Answers the other methods of an endpoint that has POST alone, in the form that its clients read. */
export function refuseMethods(app: FastifyInstance, url: string): void {
  app.route({
    method: ['GET', 'PUT', 'PATCH', 'DELETE'],
    url,
    config: { access: 'public', refusesMethod: true },
    handler: (request, reply) =>
      refuse(request, reply.header('allow', 'POST'), 'method', request.method),
  });
}

/** A request's form; undefined where it cannot be read. */
export function formOf({ body, headers }: FastifyRequest): Promise<URLSearchParams | undefined> {
  return readForm(body instanceof Buffer ? body : Buffer.alloc(0), headers['content-type']);
}

/** The application that a form is from, or why it is refused. */
export async function clientOf(
  request: FastifyRequest,
  fields: URLSearchParams,
  store: Store,
): Promise<App | EntraErrorName> {
  const { tenant } = request.params as { tenant: string };
  const clientId = fields.get('client_id') || basicUser(request.headers.authorization);
  return clientId ? findClient(store, tenant, clientId) : 'parameter';
}

/** Who may be guessing: the application from this address, and the user's password. */
function guessersOf(request: FastifyRequest, fields: URLSearchParams, clientId: string): string[] {
  const user = fields.get('username');
  return [`app ${clientId} ${request.ip}`, ...(user === null ? [] : [guessedUser(request, user)])];
}

export function guessedUser(request: FastifyRequest, user: string): string {
  return `user ${user.toLowerCase().slice(0, 256)} ${request.ip}`;
}

/** The API that a refreshed token is asked for; undefined: the one of before. */
function refreshedApi(fields: URLSearchParams): string | undefined {
  if (fields.get('grant_type') !== 'refresh_token') return undefined;
  return fields.get('resource') || resourceOf(fields.get('scope') ?? '');
}

/** Brings the fields to what the issuer library knows; names what is wrong with them for Entra. */
function prepare(fields: URLSearchParams, version: '1.0' | '2.0'): EntraErrorName | undefined {
  const grantType = fields.get('grant_type') ?? '';
  const alias = grantAliases[grantType];
  if (alias !== undefined) fields.set('grant_type', alias);
  // v1 has another word for it.
  const code = alias === deviceCodeGrant ? fields.get('code') : null;
  if (code !== null && !fields.has('device_code')) fields.set('device_code', code);
  // Which API a refreshed token is for is read already: sign-in libraries repeat scopes that they know.
  if (grantType === 'refresh_token') for (const name of ['scope', 'resource']) fields.delete(name);
  if (version === '1.0') {
    // v1 names the API alone; whatever else clients send beside it means nothing there.
    if (['client_credentials', 'password'].includes(grantType)) fields.delete('scope');
    return grantType === 'client_credentials' && !fields.get('resource') ? 'parameter' : undefined;
  }
  if (grantType !== 'client_credentials') return undefined;
  const scope = fields.get('scope');
  if (!scope) return 'parameter';
  return scope === `${resourceOf(scope)}/.default` ? undefined : 'scope';
}

function proofOf(fields: URLSearchParams, authorization: string | undefined): ClientProof {
  if (fields.has('client_assertion')) return 'private_key_jwt';
  return fields.has('client_secret') || authorization !== undefined ? 'client_secret_post' : 'none';
}

function basicUser(authorization: string | undefined): string | undefined {
  const encoded = /^basic +(\S+)$/i.exec(authorization ?? '')?.[1];
  if (!encoded) return undefined;
  const [user = ''] = Buffer.from(encoded, 'base64').toString('utf8').split(':', 1);
  try {
    return decodeURIComponent(user);
  } catch {
    return user;
  }
}

/** Refuses a request whose application or tenant does not exist. */
export function refuseClient(
  request: FastifyRequest,
  reply: FastifyReply,
  name: EntraErrorName,
  fields: URLSearchParams,
): FastifyReply {
  const { tenant } = request.params as { tenant: string };
  const subject = () => subjectOf(name, (field) => fields.get(field) ?? undefined);
  const about = name === 'tenant' ? tenant : name === 'parameter' ? 'client_id' : subject();
  return refuse(request, reply, name, about);
}

/** @param about what of the request the error is about, where its text quotes that */
export function refuse(
  request: FastifyRequest,
  reply: FastifyReply,
  name: EntraErrorName,
  about = '',
): FastifyReply {
  const correlation = reply.getHeader('client-request-id');
  request.log.info({ error: name, ip: request.ip }, 'token refused');
  return reply
    .code(entraErrors[name].status)
    .send(entraErrorBody(name, about, typeof correlation === 'string' ? correlation : undefined));
}
