import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Provider } from 'oidc-provider';
import type { IssuerKeys } from '../../identity/embedded.js';
import { type IssuerRequest, issuerRequest } from '../../identity/issuer/clients.js';
import { createProvider, type IssuerServices } from '../../identity/issuer/provider.js';
import { answerAsEntra } from '../../identity/issuer/token-answer.js';

/** Issuers kept ready: one for each tenant and address that clients use. */
const maxProviders = 32;

/** The issuer library's instances, and the way of a request to them. */
export class Issuers {
  readonly #services: IssuerServices;
  readonly #keys: IssuerKeys;
  readonly #providers = new Map<string, Promise<Provider>>();

  constructor(services: IssuerServices, keys: IssuerKeys) {
    this.#services = services;
    this.#keys = keys;
  }

  async of(base: string, tenant: string): Promise<Provider> {
    const ring = await this.#keys.current();
    const key = `${ring.signing.kid} ${tenant} ${base}`;
    const known = this.#providers.get(key);
    if (known) return known;
    const made = createProvider(base, tenant, ring, this.#services).then((provider) => {
      answerAsEntra(provider);
      return provider;
    });
    this.#providers.set(key, made);
    if (this.#providers.size > maxProviders) {
      const [oldest] = this.#providers.keys();
      if (oldest !== undefined) this.#providers.delete(oldest);
    }
    return made;
  }

  /**
   * Hands a request to the issuer library, which writes the answer.
   * @param fields the request's form, where it has one
   */
  async handle(
    provider: Provider,
    request: FastifyRequest,
    reply: FastifyReply,
    asked: { readonly path: string; readonly fields?: URLSearchParams | undefined },
    said?: IssuerRequest,
  ): Promise<FastifyReply> {
    reply.hijack();
    for (const [name, value] of Object.entries(reply.getHeaders())) {
      if (value !== undefined) reply.raw.setHeader(name, value);
    }
    const message = replay(request, provider, asked);
    const answer = () => provider.callback()(message, reply.raw);
    await (said ? issuerRequest.run(said, answer) : answer());
    return reply;
  }
}

/** The request once more, as the issuer library expects it: under its own path, with a body to read. */
export function replay(
  request: FastifyRequest,
  provider: Provider,
  { path, fields }: { readonly path: string; readonly fields?: URLSearchParams | undefined },
): IncomingMessage {
  const { raw } = request;
  const body = Buffer.from(fields?.toString() ?? '');
  const { protocol, host, pathname } = new URL(provider.issuer);
  const { 'content-encoding': _encoding, 'transfer-encoding': _transfer, ...headers } = raw.headers;
  // All of a request that Koa and the issuer library read.
  return Object.assign(Readable.from([body], { objectMode: false }), {
    method: raw.method,
    url: path,
    // What the library makes the addresses of its own pages from.
    originalUrl: pathname.replace(/\/v2\.0$/, '') + path,
    headers: {
      ...headers,
      'x-forwarded-proto': protocol.slice(0, -1),
      'x-forwarded-host': host,
      ...(fields && {
        'content-type': 'application/x-www-form-urlencoded',
        'content-length': String(body.length),
      }),
    },
    socket: raw.socket,
    httpVersion: raw.httpVersion,
    httpVersionMajor: raw.httpVersionMajor,
    httpVersionMinor: raw.httpVersionMinor,
  }) as unknown as IncomingMessage;
}
