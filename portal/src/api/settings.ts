/** What `GET /api/quarry/portal-settings` says, before anyone has signed in. */
export interface PortalSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly scope: string;
  readonly endpoints: {
    readonly authorization?: string;
    readonly token?: string;
    readonly endSession?: string;
  };
  readonly redirectPath: string;
  readonly signedOutPath: string;
  readonly product: { readonly version: string };
  /** The events are the demo's. */
  readonly demo: boolean;
}

const tenantKey = 'quarry.tenant';

/** The tenant that an address names (`?tenant=`), now or the last time that one did. */
export function chosenTenant(): string | undefined {
  const named = new URLSearchParams(location.search).get('tenant');
  if (named) localStorage.setItem(tenantKey, named);
  return named ?? localStorage.getItem(tenantKey) ?? undefined;
}

let settings: Promise<PortalSettings> | undefined;

/** The settings of the tenant that is chosen; asked for once. */
export function portalSettings(): Promise<PortalSettings> {
  settings ??= load();
  return settings;
}

async function load(): Promise<PortalSettings> {
  const tenant = chosenTenant();
  const query = tenant ? `?tenant=${encodeURIComponent(tenant)}` : '';
  const response = await fetch(`/api/quarry/portal-settings${query}`);
  if (response.status === 404 && tenant) localStorage.removeItem(tenantKey);
  if (!response.ok) {
    const message =
      response.status === 404 && tenant
        ? `There is no tenant ${tenant} here.`
        : `The server answers ${response.status} and does not say where to sign in.`;
    throw new Error(message);
  }
  return (await response.json()) as PortalSettings;
}
