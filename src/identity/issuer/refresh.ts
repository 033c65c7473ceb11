import type { Provider, ResourceServer } from 'oidc-provider';
import { issuerRequest } from './clients.js';
import { protocolScopes } from './scopes.js';

type RefreshToken = InstanceType<Provider['RefreshToken']>;

/**
 * Lets a refresh token be used for any API that the application may ask for, as Entra's are: sign-in
 * libraries hold one for a user, and ask by it for a token of each API.
 */
export function refreshForAnyApi(
  provider: Provider,
  resourceServer: (resource: string, clientId: string) => Promise<ResourceServer>,
): void {
  const { RefreshToken } = provider;
  type Find = (value: string, options?: object) => Promise<RefreshToken | undefined>;
  // Bound to this class it finds its instances; the types lose that.
  const find = RefreshToken.find.bind(RefreshToken) as Find;
  // The library looks for the token when the application has proved itself, and its grant after that.
  const findForAny: Find = async (value, options) => {
    const token = await find(value, options);
    const resource = issuerRequest.getStore()?.refreshFor;
    const isOther = token && resource !== undefined && resource !== token.resource;
    if (!isOther || token.consumed || token.isExpired || !token.clientId) return token;
    const { scope } = await resourceServer(resource, token.clientId);
    const grant = await provider.Grant.find(token.grantId ?? '');
    if (!grant) return token;
    grant.addResourceScope(resource, scope);
    await grant.save();
    const own = (token.scope ?? '').split(' ').filter((name) => protocolScopes.includes(name));
    token.resource = resource;
    token.scope = [...own, `${resource}/.default`].join(' ');
    return token;
  };
  Object.assign(RefreshToken, { find: findForAny });
}
