import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Provider } from 'oidc-provider';
import type { IssuerKeys } from '../../identity/embedded.js';
import { findClient } from '../../identity/issuer/client.js';
import {
  type EntraErrorName,
  entraErrorBody,
  entraErrors,
} from '../../identity/issuer/entra-errors.js';
import {
  type ClientProof,
  createProvider,
  type IssuerServices,
  issuerRequest,
  issuerRoutes,
  resourceOf,
} from '../../identity/issuer/provider.js';
import { SlowDown } from '../../identity/issuer/slow-down.js';
import { answerAsEntra } from '../../identity/issuer/token-answer.js';
import { baseOf } from '../address.js';
import { readForm } from './form.js';

export interface TokenParts extends IssuerServices {
  readonly keys: IssuerKeys;
  readonly publicUrl: string | undefined;
}

/** Bytes of a token request; a client assertion with a certificate chain fits. */
const bodyLimit = 64 * 1024;
/** Issuers kept ready: one for each tenant and address that clients use. */
const maxProviders = 32;

const versions = { '/oauth2/token': '1.0', '/oauth2/v2.0/token': '2.0' } as const;

/** The token endpoint at Entra's paths, v1 and v2; the protocol itself is the issuer library's. */
export function tokenRoutes(app: FastifyInstance, parts: TokenParts): void {
  const providers = new Map<string, Promise<Provider>>();
  const guesses = new SlowDown();

  for (const [path, version] of Object.entries(versions)) {
    app.post<{ Params: { tenant: string } }>(
      `/:tenant${path}`,
      { config: { access: 'public' }, bodyLimit },
      async (request, reply) => {
        const { body, headers } = request;
        const fields = await readForm(
          body instanceof Buffer ? body : Buffer.alloc(0),
          headers['content-type'],
        );
        if (!fields?.has('grant_type')) return refuse(request, reply, 'parameter');
        const clientId = fields.get('client_id') ?? basicUser(headers.authorization) ?? '';
        const client = await findClient(parts.store, request.params.tenant, clientId);
        if (typeof client === 'string') return refuse(request, reply, client);
        const guesser = `${clientId} ${request.ip}`;
        const waitMs = guesses.waitMs(guesser);
        if (waitMs > 0) {
          reply.header('retry-after', String(Math.ceil(waitMs / 1000)));
          return refuse(request, reply, 'slowDown');
        }
        const proof = proofOf(fields, headers.authorization);
        const problem = prepare(fields, version, proof);
        if (problem) return refuse(request, reply, problem);

        const provider = await providerOf(baseOf(request, parts.publicUrl), client.tenant);
        reply.hijack();
        for (const [name, value] of Object.entries(reply.getHeaders())) {
          if (value !== undefined) reply.raw.setHeader(name, value);
        }
        await issuerRequest.run({ proof, version }, () =>
          provider.callback()(replay(request, issuerRoutes.token, fields), reply.raw),
        );
        if (reply.raw.statusCode === 401) guesses.failed(guesser);
        else if (reply.raw.statusCode === 200) guesses.succeeded(guesser);
        return reply;
      },
    );
  }

  async function providerOf(base: string, tenant: string): Promise<Provider> {
    const ring = await parts.keys.current();
    const key = `${ring.signing.kid} ${tenant} ${base}`;
    const known = providers.get(key);
    if (known) return known;
    const made = createProvider(base, tenant, ring, parts).then((provider) => {
      answerAsEntra(provider);
      return provider;
    });
    providers.set(key, made);
    if (providers.size > maxProviders) {
      const [oldest] = providers.keys();
      if (oldest !== undefined) providers.delete(oldest);
    }
    return made;
  }
}

/** Brings the fields to what the issuer library knows; names what is wrong with them for Entra. */
function prepare(
  fields: URLSearchParams,
  version: '1.0' | '2.0',
  proof: ClientProof,
): EntraErrorName | undefined {
  if (fields.get('grant_type') !== 'client_credentials') return undefined;
  if (proof === 'none') return 'credential';
  if (version === '1.0') {
    // v1 names the API alone; whatever else clients send beside it means nothing there.
    fields.delete('scope');
    return fields.get('resource') ? undefined : 'parameter';
  }
  const scope = fields.get('scope');
  if (!scope) return 'parameter';
  const resource = resourceOf(scope);
  if (scope !== `${resource}/.default`) return 'scope';
  return undefined;
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

/** The request once more, with the fields as its body, for the issuer library to read. */
function replay(request: FastifyRequest, url: string, fields: URLSearchParams): IncomingMessage {
  const body = Buffer.from(fields.toString());
  const { raw } = request;
  const headers = {
    ...raw.headers,
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': String(body.length),
  };
  // All of a request that Koa and the issuer library read.
  return Object.assign(Readable.from([body], { objectMode: false }), {
    method: raw.method,
    url,
    headers,
    socket: raw.socket,
    httpVersion: raw.httpVersion,
    httpVersionMajor: raw.httpVersionMajor,
    httpVersionMinor: raw.httpVersionMinor,
  }) as unknown as IncomingMessage;
}

function refuse(request: FastifyRequest, reply: FastifyReply, name: EntraErrorName): FastifyReply {
  const correlation = reply.getHeader('client-request-id');
  request.log.info({ error: name, ip: request.ip }, 'token refused');
  return reply
    .code(entraErrors[name].status)
    .send(entraErrorBody(name, typeof correlation === 'string' ? correlation : undefined));
}
