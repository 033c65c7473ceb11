import type { FastifyInstance } from 'fastify';
import type { IssuerKeys } from '../../identity/embedded.js';
import { isTenantAddress } from '../../identity/issuer/client.js';
import { publicJwk } from '../../identity/keys.js';
import type { Store } from '../../store/store.js';
import { baseOf } from '../address.js';
import { refuse } from './token.js';

const config = { access: 'public' } as const;

/** The documents by which sign-in libraries find the embedded issuer, at Entra's paths. */
export function discoveryRoutes(
  app: FastifyInstance,
  parts: {
    readonly store: Store;
    readonly keys: IssuerKeys;
    readonly publicUrl: string | undefined;
  },
): void {
  type TenantPath = { Params: { tenant: string } };
  for (const version of ['/v2.0', '']) {
    app.get<TenantPath>(
      `/:tenant${version}/.well-known/openid-configuration`,
      { config },
      async (request, reply) => {
        const { tenant } = request.params;
        if (!(await isTenantAddress(parts.store, tenant))) {
          return refuse(request, reply, 'unknownTenant', tenant);
        }
        return openidConfiguration(baseOf(request, parts.publicUrl), tenant);
      },
    );
    app.get(`/:tenant/discovery${version}/keys`, { config }, async () => {
      const { all } = await parts.keys.current();
      return { keys: all.map(publicJwk) };
    });
  }

  app.get('/common/discovery/instance', { config }, async (request) => {
    const base = baseOf(request, parts.publicUrl);
    const { host } = new URL(base);
    return {
      tenant_discovery_endpoint: `${base}/common/v2.0/.well-known/openid-configuration`,
      'api-version': '1.1',
      metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
    };
  });

  // Before they send a user's password, sign-in libraries ask whose it is: ours, whoever the user is.
  app.get<{ Params: { user: string } }>('/common/userrealm/:user', { config }, async (request) => ({
    ver: '1.0',
    account_type: 'Managed',
    domain_name: request.params.user.replace(/^.*@/s, ''),
    cloud_instance_name: new URL(baseOf(request, parts.publicUrl)).host,
    cloud_audience_urn: 'urn:federation:MicrosoftOnline',
  }));

  // Azure Resource Manager's description of a cloud: clients take sign-in and Graph addresses from it.
  app.get('/metadata/endpoints', { config }, async (request) => {
    const base = baseOf(request, parts.publicUrl);
    return {
      name: 'Quarry',
      authentication: {
        loginEndpoint: `${base}/`,
        audiences: [`${base}/`],
        tenant: 'common',
        identityProvider: 'AAD',
      },
      resourceManager: `${base}/`,
      microsoftGraphResourceId: `${base}/`,
      graph: `${base}/`,
    };
  });
}

function openidConfiguration(base: string, tenant: string) {
  const root = `${base}/${encodeURIComponent(tenant)}`;
  return {
    issuer: `${root}/v2.0`,
    authorization_endpoint: `${root}/oauth2/v2.0/authorize`,
    token_endpoint: `${root}/oauth2/v2.0/token`,
    device_authorization_endpoint: `${root}/oauth2/v2.0/devicecode`,
    end_session_endpoint: `${root}/oauth2/v2.0/logout`,
    jwks_uri: `${root}/discovery/v2.0/keys`,
    token_endpoint_auth_methods_supported: [
      'client_secret_post',
      'client_secret_basic',
      'private_key_jwt',
    ],
    response_types_supported: ['code'],
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    code_challenge_methods_supported: ['S256'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    claims_supported: [
      'sub',
      'iss',
      'aud',
      'exp',
      'iat',
      'nonce',
      'name',
      'preferred_username',
      'tid',
    ],
    tenant_region_scope: null,
    cloud_instance_name: new URL(base).host,
  };
}
