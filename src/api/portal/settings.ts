import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HuntError } from '../../errors.js';
import { quarryAudience } from '../../identity/apis.js';
import { type DiscoveryDocument, discover } from '../../identity/discovery.js';
import { portalClientId, portalPaths } from '../../identity/issuer/portal-app.js';
import { issuerRoutes } from '../../identity/issuer/provider.js';
import { baseOf } from '../address.js';

/** Where the portal's users sign in, where that is not the embedded issuer. */
export interface ExternalSignIn {
  readonly issuer: string;
  readonly clientId: string;
  /** What is asked for: a scope of Quarry's API, and those of the protocol. */
  readonly scope: string;
}

export interface PortalParts {
  readonly version: string;
  /** Whether the events are the demo's: the portal then has examples for them. */
  readonly isDemo: () => Promise<boolean>;
  readonly signIn?: ExternalSignIn | undefined;
  /** The tenant of an embedded issuer, by its id or name; undefined: there is none. */
  readonly findTenant: (name: string) => Promise<string | undefined>;
  readonly publicUrl: string | undefined;
}

const maxAgeMs = 600_000;

/** `GET /api/quarry/portal-settings`: what the portal has to know before anyone has signed in. */
export function settingsRoute(
  app: FastifyInstance,
  parts: PortalParts,
  issuer: SignInIssuer,
): void {
  const config = { access: 'public' } as const;
  app.get<{ Querystring: { tenant?: string } }>(
    '/api/quarry/portal-settings',
    { config },
    async (request) => ({
      ...(parts.signIn ? await external(parts.signIn) : await embedded(request)),
      redirectPath: portalPaths.signedIn,
      signedOutPath: portalPaths.signedOut,
      product: { version: parts.version },
      demo: await parts.isDemo(),
    }),
  );

  async function external({ issuer: name, clientId, scope }: ExternalSignIn) {
    const document = await issuer.document();
    return {
      issuer: name,
      clientId,
      scope,
      endpoints: {
        authorization: document?.authorization_endpoint,
        token: document?.token_endpoint,
        endSession: document?.end_session_endpoint,
      },
    };
  }

  async function embedded(request: FastifyRequest<{ Querystring: { tenant?: string } }>) {
    const asked = request.query.tenant || 'default';
    const tenant = typeof asked === 'string' ? await parts.findTenant(asked) : undefined;
    if (tenant === undefined) throw new HuntError('request.notFound', { what: 'That tenant' });
    const root = `${baseOf(request, parts.publicUrl)}/${tenant}`;
    return {
      issuer: `${root}/v2.0`,
      clientId: portalClientId,
      scope: `openid profile offline_access ${quarryAudience}/.default`,
      endpoints: {
        authorization: root + issuerRoutes.authorization,
        token: root + issuerRoutes.token,
        endSession: root + issuerRoutes.end_session,
      },
    };
  }
}

/** The external issuer of the portal's users, asked when it is first needed and now and then again. */
export class SignInIssuer {
  readonly #issuer: string | undefined;
  #document: { readonly at: number; readonly of: Promise<DiscoveryDocument> } | undefined;

  constructor(signIn: Pick<ExternalSignIn, 'issuer'> | undefined) {
    this.#issuer = signIn?.issuer;
  }

  /** @throws HuntError `identity.unavailable` */
  async document(): Promise<DiscoveryDocument | undefined> {
    if (this.#issuer === undefined) return undefined;
    if (!this.#document || Date.now() - this.#document.at > maxAgeMs) {
      this.#document = { at: Date.now(), of: discover(this.#issuer) };
    }
    try {
      return await this.#document.of;
    } catch (cause) {
      this.#document = undefined;
      throw new HuntError('identity.unavailable', {}, { cause });
    }
  }

  /** Origins that the portal's page asks for tokens; none where the issuer cannot be reached. */
  async origins(): Promise<string[]> {
    const document = await this.document().catch(() => undefined);
    const urls = [document?.authorization_endpoint, document?.token_endpoint];
    return [...new Set(urls.flatMap((url) => (url ? [new URL(url).origin] : [])))];
  }
}
