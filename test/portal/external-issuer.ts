import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';

/** The scope of Quarry's API there, and what tokens for it are called. */
export const externalAudience = 'api://quarry';
const scope = 'AdvancedHunting.Read';
export const clientId = 'quarry-portal';

/** Somebody else's OIDC issuer: another origin, another sign-in page, other claims. */
export interface ExternalIssuer {
  readonly issuer: string;
  /** What a client has sent to the token endpoint, in order. */
  readonly tokenRequests: readonly URLSearchParams[];
  /** Registers the portal of a server. */
  register(portal: string): void;
  close(): Promise<void>;
}

/** Anyone signs in under any name, and that is their id. */
export async function startExternalIssuer(): Promise<ExternalIssuer> {
  let answer: ReturnType<Provider['callback']> | undefined;
  const server = createServer((request, response) => {
    if (answer) void answer(request, response);
    else response.writeHead(503).end();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const tokenRequests: URLSearchParams[] = [];
  return {
    issuer,
    tokenRequests,
    register(portal) {
      const provider = providerOf(issuer, portal);
      provider.use(async (context, next) => {
        await next();
        const { body } = context['oidc'] ?? {};
        if (context.path === '/token' && body) tokenRequests.push(new URLSearchParams(body));
      });
      answer = provider.callback();
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function providerOf(issuer: string, portal: string): Provider {
  return new Provider(issuer, {
    clients: [
      {
        client_id: clientId,
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        redirect_uris: [`${portal}/signed-in`],
        post_logout_redirect_uris: [`${portal}/signed-out`],
      },
    ],
    clientBasedCORS: (_context, origin) => origin === portal,
    pkce: { required: () => true },
    scopes: ['openid', 'profile', 'offline_access'],
    cookies: { keys: ['of this test'] },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, name: id }) }),
    extraTokenClaims: (_context, token) =>
      'accountId' in token ? { name: token.accountId, oid: `id-of-${token.accountId}` } : undefined,
    features: {
      devInteractions: { enabled: true },
      rpInitiatedLogout: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => externalAudience,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          audience: externalAudience,
          scope,
          accessTokenFormat: 'jwt',
          accessTokenTTL: 3600,
        }),
      },
    },
  });
}

/** What the portal asks for there. */
export const externalScope = `openid profile offline_access ${scope}`;
