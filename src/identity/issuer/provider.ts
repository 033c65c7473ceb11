import { AsyncLocalStorage } from 'node:async_hooks';
import type { Adapter, AdapterPayload, Configuration, Provider } from 'oidc-provider';
import type { Store } from '../../store/store.js';
import { familiesOf } from '../apis.js';
import { findApp, isSecretOf } from '../apps.js';
import { appClaims, embeddedIssuer } from '../claims.js';
import { type KeyRing, signingAlgorithm } from '../keys.js';
import { tokenLifetimeSeconds } from '../mint.js';
import { isRole, roles } from '../roles.js';
import { artifacts } from './artifacts.js';

/** How the application of the request under way proves itself: Entra lets one application do either. */
export type ClientProof = 'client_secret_post' | 'private_key_jwt' | 'none';

/** What the request under way has said before the issuer library reads it. */
export interface IssuerRequest {
  readonly proof: ClientProof;
  readonly version: '1.0' | '2.0';
}

export const issuerRequest = new AsyncLocalStorage<IssuerRequest>();

export interface IssuerServices {
  readonly store: Store;
  /** The installation's own public addresses, each of which is an audience. */
  readonly ownNames: ReadonlySet<string>;
}

/** The paths of the issuer library under `/{tenant}`, which are Entra's. */
export const issuerRoutes = {
  token: '/oauth2/v2.0/token',
  authorization: '/oauth2/v2.0/authorize',
  device_authorization: '/oauth2/v2.0/devicecode',
  end_session: '/oauth2/v2.0/logout',
  jwks: '/discovery/v2.0/keys',
} as const;

/** The issuer of one tenant under one public address. */
export async function createProvider(
  base: string,
  tenant: string,
  keys: KeyRing,
  services: IssuerServices,
): Promise<Provider> {
  // Loaded only where tokens are issued: it is the largest part of identity.
  const { errors, Provider } = await import('oidc-provider');
  const { store, ownNames } = services;
  const configuration: Configuration = {
    adapter: (model: string): Adapter =>
      model === 'Client' ? clients(store, tenant) : artifacts(store, model),
    jwks: {
      keys: keys.all.map(({ jwk, kid }) => ({ ...jwk, kid, alg: signingAlgorithm, use: 'sig' })),
    },
    routes: issuerRoutes,
    clientAuthMethods: ['client_secret_post', 'private_key_jwt', 'none'],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: (ctx, _client, oneOf) =>
          oneOf?.[0] ?? resourceOf(String(ctx.oidc.params?.['scope'] ?? '')) ?? '',
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx, resource) => {
          const families = familiesOf(resource, ownNames);
          if (families.length === 0) throw new errors.InvalidTarget();
          return {
            audience: resource,
            scope: `${resource}/.default`,
            accessTokenFormat: 'jwt',
            // Entra's answer says one second less than an hour.
            accessTokenTTL: tokenLifetimeSeconds - 1,
            jwt: { sign: { alg: signingAlgorithm, kid: keys.signing.kid } },
          };
        },
      },
    },
    formats: {
      customizers: {
        jwt: (_ctx, _token, parts) => {
          parts.header = { ...parts.header, typ: 'JWT' };
          const { client_id, scope, ...payload } = parts.payload;
          parts.payload = { ...payload, iss: embeddedIssuer(tenant), nbf: payload['iat'] };
        },
      },
    },
    extraTokenClaims: async (_ctx, token) => {
      if (token.kind !== 'ClientCredentials') return undefined;
      const app = await findApp(store, token.clientId ?? '');
      if (!app) return undefined;
      const families = familiesOf(String(token.aud ?? ''), ownNames);
      const granted = app.roles.filter(
        (role) => isRole(role) && families.includes(roles[role].api),
      );
      return appClaims(app, granted, issuerRequest.getStore()?.version ?? '2.0');
    },
    ttl: { ClientCredentials: tokenLifetimeSeconds - 1 },
  };
  const provider = new Provider(`${base}/${tenant}/v2.0`, configuration);
  // Secrets are stored as hashes, which the library cannot compare.
  provider.Client.prototype.compareClientSecret = function compare(secret: string) {
    return isSecretOf(store, this.clientId, secret);
  };
  return provider;
}

/** The API that a v2 `scope` names: `https://graph.microsoft.com/.default`, or one of its scopes. */
export function resourceOf(scope: string): string | undefined {
  for (const name of scope.split(' ')) {
    const end = name.lastIndexOf('/');
    if (end > 0 && name.includes(':')) return name.slice(0, end);
  }
  return undefined;
}

/** The tenant's applications, as the issuer library reads them. */
function clients(store: Store, tenant: string): Adapter {
  const none = async () => undefined;
  return {
    find: async (clientId): Promise<AdapterPayload | undefined> => {
      const app = await findApp(store, clientId);
      if (app?.tenant !== tenant) return undefined;
      const proof = issuerRequest.getStore()?.proof ?? 'client_secret_post';
      return {
        client_id: app.clientId,
        client_name: app.name,
        // Never compared: see `compareClientSecret`.
        ...(proof === 'client_secret_post' && { client_secret: 'stored as a hash' }),
        token_endpoint_auth_method: proof,
        grant_types: ['client_credentials'],
        response_types: [],
        redirect_uris: [],
      };
    },
    upsert: none,
    findByUserCode: none,
    findByUid: none,
    consume: none,
    destroy: none,
    revokeByGrantId: none,
  };
}
