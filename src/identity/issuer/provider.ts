import type {
  Adapter,
  Configuration,
  KoaContextWithOIDC,
  Provider,
  ResourceServer,
} from 'oidc-provider';
import type { Store } from '../../store/store.js';
import { familiesOf } from '../apis.js';
import { secretStanding } from '../apps.js';
import { accountClaims, appClaims, embeddedIssuer, userClaims } from '../claims.js';
import { type KeyRing, signingAlgorithm } from '../keys.js';
import { tokenLifetimeSeconds } from '../mint.js';
import { findUser } from '../users.js';
import { artifacts } from './artifacts.js';
import { clients, issuerRequest } from './clients.js';
import { expiredSecret } from './entra-errors.js';
import {
  codeConfirmPage,
  codeInputPage,
  donePage,
  failurePage,
  signedOutPage,
  signOutPage,
  signOutPolicy,
} from './pages.js';
import { allowPasswordGrant } from './password-grant.js';
import { appOf } from './portal-app.js';
import { refreshForAnyApi } from './refresh.js';
import {
  askableScopes,
  protocolScopes,
  resourceOf,
  rolesFor,
  scopesFor,
  shortNames,
} from './scopes.js';

export interface IssuerServices {
  readonly store: Store;
  /** The installation's own public addresses, each of which is an audience. */
  readonly ownNames: ReadonlySet<string>;
  /** Signs the cookies of people who sign in. */
  readonly cookieSecret: string;
}

/** The paths of the issuer library under `/{tenant}`, which are Entra's. */
export const issuerRoutes = {
  token: '/oauth2/v2.0/token',
  authorization: '/oauth2/v2.0/authorize',
  device_authorization: '/oauth2/v2.0/devicecode',
  code_verification: '/oauth2/v2.0/deviceauth',
  end_session: '/oauth2/v2.0/logout',
  jwks: '/discovery/v2.0/keys',
} as const;

// Entra's answer says one second less than an hour.
const accessTokenSeconds = tokenLifetimeSeconds - 1;
const day = 86_400;

/** Seconds. */
const lifetimes = {
  AccessToken: accessTokenSeconds,
  ClientCredentials: accessTokenSeconds,
  AuthorizationCode: 60,
  DeviceCode: 900,
  IdToken: accessTokenSeconds,
  Interaction: 3600,
  Session: day,
  Grant: 90 * day,
  RefreshToken: 90 * day,
} as const;

type Features = NonNullable<Configuration['features']>;
type Token = Parameters<NonNullable<Configuration['extraTokenClaims']>>[1];

const signingOut: Features['rpInitiatedLogout'] = {
  enabled: true,
  logoutSource: (ctx, form) => {
    const { session, entities } = ctx.oidc;
    // Who brings the token of this very session has asked for it themselves.
    const asked = session?.accountId === entities.IdTokenHint?.payload['sub'];
    ctx.set('content-security-policy', signOutPolicy);
    ctx.body = signOutPage(form, asked);
  },
  postLogoutSuccessSource: (ctx) => {
    ctx.body = signedOutPage();
  },
};

const deviceCodes: Features['deviceFlow'] = {
  enabled: true,
  userCodeInputSource: (ctx, form, _out, error) => {
    ctx.body = codeInputPage(form, error !== undefined);
  },
  userCodeConfirmSource: (ctx, form, client, _info, code) => {
    ctx.body = codeConfirmPage(form, client.clientName ?? client.clientId, code);
  },
  successSource: (ctx) => {
    ctx.body = donePage();
  },
};

/** The issuer of one tenant under one public address. */
export async function createProvider(
  base: string,
  tenant: string,
  keys: KeyRing,
  services: IssuerServices,
): Promise<Provider> {
  // Loaded only where tokens are issued: it is the largest part of identity.
  const { errors, interactionPolicy, Provider } = await import('oidc-provider');
  const { store, ownNames } = services;
  const policy = interactionPolicy.base();
  // Applications are registered by an administrator, who has consented by that.
  policy.remove('consent');

  const resourceServer = async (resource: string, clientId: string): Promise<ResourceServer> => {
    if (familiesOf(resource, ownNames).length === 0) throw new errors.InvalidTarget();
    const app = await appOf(store, tenant, clientId);
    return {
      audience: resource,
      scope: askableScopes(resource, scopesFor(resource, app?.scopes ?? [], ownNames)),
      accessTokenFormat: 'jwt',
      accessTokenTTL: accessTokenSeconds,
      jwt: { sign: { alg: signingAlgorithm, kid: keys.signing.kid } },
    };
  };

  const configuration: Configuration = {
    adapter: (model: string): Adapter =>
      model === 'Client' ? clients(store, tenant, base) : artifacts(store, model),
    jwks: {
      keys: keys.all.map(({ jwk, kid }) => ({ ...jwk, kid, alg: signingAlgorithm, use: 'sig' })),
    },
    routes: issuerRoutes,
    clientAuthMethods: ['client_secret_post', 'private_key_jwt', 'none'],
    scopes: protocolScopes,
    claims: {
      openid: ['sub', 'oid', 'tid'],
      profile: ['name', 'preferred_username'],
      email: ['upn'],
    },
    conformIdTokenClaims: false,
    cookies: { keys: [services.cookieSecret] },
    interactions: {
      policy,
      url: (_ctx, { uid }) => `${base}/${tenant}/signin/${uid}`,
    },
    findAccount: async (_ctx, id) => {
      const user = await findUser(store, tenant, id);
      if (!user || user.disabled) return undefined;
      return { accountId: user.id, claims: () => accountClaims(user) };
    },
    loadExistingGrant: grantAll,
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    pkce: { required: () => true },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      userinfo: { enabled: false },
      rpInitiatedLogout: signingOut,
      deviceFlow: deviceCodes,
      resourceIndicators: {
        enabled: true,
        defaultResource: (ctx, _client, oneOf) =>
          oneOf?.[0] ?? resourceOf(String(ctx.oidc.params?.['scope'] ?? '')) ?? '',
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx, resource, client) =>
          resourceServer(resource, client.clientId),
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
    extraTokenClaims: (_ctx, token) => tokenClaims(token, tenant, services),
    ttl: lifetimes,
    renderError: (ctx, { error, error_description: description }) => {
      ctx.body = failurePage(error, description ?? '');
    },
  };
  const provider = new Provider(`${base}/${tenant}/v2.0`, configuration);
  // The address is ours to say, not the connection's: whoever ends TLS stands before us.
  provider.proxy = true;
  // Secrets are stored as hashes, which the library cannot compare.
  provider.Client.prototype.compareClientSecret = async function compare(secret: string) {
    const standing = await secretStanding(store, this.clientId, secret);
    if (standing === 'expired') throw new errors.CustomOIDCProviderError(expiredSecret);
    return standing === 'good';
  };
  allowPasswordGrant(provider, { store, tenant, resourceServer });
  refreshForAnyApi(provider, resourceServer);
  provider.OIDCContext.prototype.clientJwtAuthExpectedAudience = () =>
    new Set([provider.issuer, ...tokenEndpoints(base, tenant)]);
  return provider;
}

/** The token endpoint as clients know it, which is not where the library is mounted. */
function tokenEndpoints(base: string, tenant: string): string[] {
  return ['common', 'organizations', tenant].flatMap((name) => [
    `${base}/${name}/oauth2/v2.0/token`,
    `${base}/${name}/oauth2/token`,
  ]);
}

/** What a token says of its application, and of its user where it has one. */
async function tokenClaims(token: Token, tenant: string, { store, ownNames }: IssuerServices) {
  const app = await appOf(store, tenant, token.clientId ?? '');
  if (!app) return undefined;
  const resource = String(token.aud ?? '');
  const version = issuerRequest.getStore()?.version ?? '2.0';
  if (token.kind === 'ClientCredentials') {
    return appClaims(app, rolesFor(resource, app.roles, ownNames), version);
  }
  const user = await findUser(store, tenant, token.accountId);
  if (!user) return undefined;
  const known = scopesFor(resource, app.scopes, ownNames);
  const names = shortNames(token.scope ?? '', resource, known);
  return userClaims(user, app.clientId, names, version);
}

/** Everything that was asked for and that the application may have. */
async function grantAll({ oidc }: KoaContextWithOIDC) {
  const { provider, client, session, resourceServers, params } = oidc;
  if (!client || !session?.accountId) return undefined;
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  const asked = String(params?.['scope'] ?? '').split(' ');
  grant.addOIDCScope(asked.filter((name) => protocolScopes.includes(name)).join(' '));
  for (const [resource, server] of Object.entries(resourceServers ?? {})) {
    grant.addResourceScope(resource, [...server.scopes].join(' '));
  }
  await grant.save();
  return grant;
}
