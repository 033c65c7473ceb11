import { AsyncLocalStorage } from 'node:async_hooks';
import type { Adapter, AdapterPayload, ClientAuthMethod } from 'oidc-provider';
import type { Store } from '../../store/store.js';
import { type App, certificateKeys } from '../apps.js';
import { appOf, portalClientId, portalPaths } from './portal-app.js';

/** How the application of the request under way proves itself: Entra lets one application do either. */
export type ClientProof = Extract<
  ClientAuthMethod,
  'client_secret_post' | 'private_key_jwt' | 'none'
>;

/** What the request under way has said before the issuer library reads it. */
export interface IssuerRequest {
  readonly proof: ClientProof;
  readonly version: '1.0' | '2.0';
  /** The API that a refreshed token is for, where the request names one. */
  readonly refreshFor?: string | undefined;
  /** Whether the program asks where its user is at home (`client_info`). */
  readonly asksHome?: boolean;
}

export const issuerRequest = new AsyncLocalStorage<IssuerRequest>();

export const deviceCodeGrant = 'urn:ietf:params:oauth:grant-type:device_code';

/** How an application proves itself where the request does not say: in a browser, it does not. */
export function usualProof({ isPublic }: Pick<App, 'isPublic'>): ClientProof {
  return isPublic ? 'none' : 'client_secret_post';
}

/**
 * The tenant's applications, as the issuer library reads them.
 * @param base the address that the issuer is asked under, which is the portal's too
 */
export function clients(store: Store, tenant: string, base: string): Adapter {
  const none = async () => undefined;
  return {
    find: async (clientId): Promise<AdapterPayload | undefined> => {
      const app = await appOf(store, tenant, clientId);
      if (!app) return undefined;
      const proof = issuerRequest.getStore()?.proof ?? usualProof(app);
      const isPortal = clientId === portalClientId;
      const redirectUris = isPortal ? [base + portalPaths.signedIn] : app.redirectUris;
      const interactive = redirectUris.length > 0;
      return {
        client_id: app.clientId,
        client_name: app.name,
        application_type: redirectUris.some(isLocal) ? 'native' : 'web',
        token_endpoint_auth_method: proof,
        // Never compared: see `compareClientSecret`.
        ...(proof === 'client_secret_post' && { client_secret: 'stored as a hash' }),
        ...(proof === 'private_key_jwt' && {
          jwks: { keys: await certificateKeys(store, clientId) },
        }),
        grant_types: [
          'client_credentials',
          'refresh_token',
          'password',
          deviceCodeGrant,
          ...(interactive ? ['authorization_code'] : []),
        ],
        response_types: interactive ? ['code'] : [],
        redirect_uris: [...redirectUris],
        ...(isPortal && { post_logout_redirect_uris: [base + portalPaths.signedOut] }),
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

/** Redirects that stay on the user's machine: loopback, or a scheme that a program has registered. */
function isLocal(uri: string): boolean {
  const { protocol, hostname } = new URL(uri);
  if (protocol !== 'http:' && protocol !== 'https:') return true;
  return protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}
