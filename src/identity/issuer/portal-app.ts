import type { Store } from '../../store/store.js';
import { type App, findApp } from '../apps.js';
import { scopeNames } from '../roles.js';

/** The portal as every tenant's issuer knows it: no registration, no secret. */
export const portalClientId = 'quarry-portal';

/** Where the portal takes the answers to signing in and out, under whichever address it was opened. */
export const portalPaths = { signedIn: '/signed-in', signedOut: '/signed-out' } as const;

/** An application of a tenant, the portal among them. Its users may do there what they may do at all. */
export async function appOf(
  store: Store,
  tenant: string,
  clientId: string,
): Promise<App | undefined> {
  if (clientId === portalClientId) {
    return {
      clientId,
      tenant,
      name: 'Quarry',
      roles: [],
      scopes: [...scopeNames],
      redirectUris: [],
      isPublic: true,
    };
  }
  const app = await findApp(store, clientId);
  return app?.tenant === tenant ? app : undefined;
}
