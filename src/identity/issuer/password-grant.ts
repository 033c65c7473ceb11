import type { KoaContextWithOIDC, Provider, ResourceServer } from 'oidc-provider';
import type { Store } from '../../store/store.js';
import { accountClaims } from '../claims.js';
import { signIn, type User } from '../users.js';
import { protocolScopes, resourceOf } from './scopes.js';

/**
 * A user's name and password for a token, as the documented sample for native programs asks. The
 * issuer library has no such grant: it keeps the protocol around it.
 */
export function allowPasswordGrant(
  provider: Provider,
  services: {
    readonly store: Store;
    readonly tenant: string;
    readonly resourceServer: (resource: string, clientId: string) => Promise<ResourceServer>;
  },
): void {
  const { store, tenant, resourceServer } = services;
  const handler: Parameters<Provider['registerGrantType']>[1] = async (ctx) => {
    const { errors } = await import('oidc-provider');
    const params = ctx.oidc.params ?? {};
    const { client } = ctx.oidc;
    if (!client) throw new errors.InvalidClient('client is required');
    const [name, password] = [params['username'], params['password']];
    if (typeof name !== 'string' || typeof password !== 'string') {
      throw new errors.InvalidRequest('username and password are required');
    }
    const user = await signIn(store, tenant, name, password);
    if (!user) throw new errors.InvalidGrant('invalid username or password');
    const resource = String(params['resource'] ?? resourceOf(String(params['scope'] ?? '')) ?? '');
    const server = new provider.ResourceServer(
      resource,
      await resourceServer(resource, client.clientId),
    );
    // v1 names no scopes: all that the application has, and for as long as it refreshes that.
    const asked = params['resource']
      ? [`${resource}/.default`]
      : String(params['scope']).split(' ');
    const scope = asked.filter((each) => server.scopes.has(each)).join(' ');
    const ownScope = asked.filter((each) => protocolScopes.includes(each)).join(' ');
    const grant = new provider.Grant({ clientId: client.clientId, accountId: user.id });
    grant.addResourceScope(resource, scope);
    grant.addOIDCScope(ownScope);
    const common = {
      accountId: user.id,
      client,
      grantId: await grant.save(),
      gty: 'password',
      claims: {},
      expiresWithSession: false,
    };
    const token = new provider.AccessToken({ ...common, scope });
    token.resourceServer = server;
    ctx.body = {
      access_token: await token.save(),
      expires_in: token.expiration,
      token_type: token.tokenType,
      scope: token.scope,
      ...((asked.includes('offline_access') || params['resource']) && {
        refresh_token: await new provider.RefreshToken({
          ...common,
          scope: `${ownScope} ${scope}`.trim(),
          resource,
          rotations: 0,
        }).save(),
      }),
      ...(asked.includes('openid') && { id_token: await idToken(ctx, user, ownScope) }),
    };
  };

  function idToken(ctx: KoaContextWithOIDC, user: User, scope: string): Promise<string> {
    const token = new provider.IdToken(accountClaims(user), { ctx });
    // Its claims are those of the scopes; the library's types leave these out.
    return Object.assign(token, { scope, mask: {} }).issue({ use: 'idtoken' });
  }

  provider.registerGrantType(
    'password',
    handler,
    ['username', 'password', 'scope', 'resource'],
    [],
  );
}
