import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HuntError } from '../errors.js';
import type { AuditLog } from '../hunting/audit.js';
import type { ApiFamily } from '../identity/apis.js';
import { authorize } from '../identity/authorize.js';
import type { ClientSecrets } from '../identity/client-secrets.js';
import type { Principal } from '../identity/principal.js';
import type { RoleName } from '../identity/roles.js';
import type { Verifier } from '../identity/verify.js';
import type { Metrics } from './metrics.js';
import { type SecretScheme, secretOf } from './secrets.js';

/** Who may call a route: anyone, or whoever has one of the roles of one API family. */
export type Access =
  | 'public'
  | {
      /** `any`: what concerns whoever asks, by whichever API they do. */
      readonly api: ApiFamily | 'any';
      readonly roles: readonly RoleName[];
      /** How an application may give its id and secret instead of a token; by default it may not. */
      readonly secrets?: readonly SecretScheme[];
    };

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Absent: any token of the legacy APIs. */
    access?: Access;
    /** Part of another product's protocol, whose reference has it. */
    unlisted?: true;
  }
  interface FastifyRequest {
    /** Set on every route that is not public. */
    principal: Principal | null;
  }
}

/**
 * Asks for a token before anything of a request is read, on every route that does not say that it is
 * public, those that do not exist included.
 * @param parts.isLost whether a request for nothing that exists is answered without one
 */
export function requireTokens(
  app: FastifyInstance,
  parts: {
    readonly verify: Verifier;
    readonly secrets?: Pick<ClientSecrets, 'verify'> | undefined;
    readonly audit?: Pick<AuditLog, 'recordRefusal'>;
    readonly metrics?: Metrics;
    readonly isLost: (request: FastifyRequest) => boolean;
  },
): void {
  app.decorateRequest('principal', null);
  app.addHook('onRequest', async (request) => {
    const access = request.routeOptions.config.access ?? unnamed(request);
    if (access === 'public' || (request.is404 && parts.isLost(request))) return;
    try {
      const { authorization } = request.headers;
      const secret = parts.secrets && secretOf(authorization, access.secrets ?? []);
      request.principal = secret
        ? await parts.secrets.verify(secret.clientId, secret.secret, request.ip)
        : await parts.verify(bearerOf(request), access.api);
      if (access.roles.length > 0) authorize(request.principal, access.roles);
    } catch (error) {
      if (error instanceof HuntError) await recordRefusal(error, request);
      throw error;
    }
  });

  async function recordRefusal(error: HuntError, request: FastifyRequest): Promise<void> {
    const { principal } = request;
    // A request without a token is no attempt to use one.
    if (!principal && request.headers.authorization === undefined) return;
    parts.metrics?.refusedToken(principal ? 'forbidden' : 'unauthorized');
    await parts.audit?.recordRefusal({
      // Whose a token is that does not verify, nobody knows.
      tenant: principal?.tenant ?? 'default',
      kind: 'RefusedToken',
      action: 'RefuseToken',
      actor: principal,
      address: request.ip,
      outcome: error.code,
      status: error.status,
      details: {
        reason: error.message,
        method: request.method,
        path: request.originalUrl.split('?', 1)[0]?.slice(0, 200),
      },
    });
  }
}

/** Where a route says nothing; that there is none may be told to every token. */
function unnamed({ is404 }: FastifyRequest): Exclude<Access, 'public'> {
  return { api: is404 ? 'any' : 'legacy', roles: [] };
}

/** The principal of a request to a route that is not public. */
export function principalOf(request: FastifyRequest): Principal {
  if (!request.principal) throw new Error(`${request.url} was reached without a principal`);
  return request.principal;
}

function bearerOf(request: FastifyRequest): string | undefined {
  return /^bearer +(\S+)$/i.exec(request.headers.authorization?.trim() ?? '')?.[1];
}
