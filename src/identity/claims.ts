import { z } from 'zod';
import type { App } from './apps.js';
import type { User } from './users.js';

/**
 * Who issued an access token of the embedded issuer. As with Entra's `sts.windows.net`, the name says
 * nothing about the address that a client reached it by, so that tokens outlive a change of port.
 */
export function embeddedIssuer(tenant: string): string {
  return `https://sts.quarry.local/${tenant}/`;
}

const text = z.string().max(1024);
const names = z.array(z.string().max(256)).max(1000);

/** What Quarry reads of an access token, from Entra v1 and v2 and from others that follow them. */
export const claimsShape = z.object({
  iss: text,
  sub: text.optional(),
  tid: text.optional(),
  iat: z.number().optional(),
  /** v1's name of the asking application, v2's, and the OAuth standard's. */
  appid: text.optional(),
  azp: text.optional(),
  client_id: text.optional(),
  app_displayname: text.optional(),
  oid: text.optional(),
  upn: text.optional(),
  preferred_username: text.optional(),
  name: text.optional(),
  roles: names.optional(),
  scp: z.string().max(8192).optional(),
  idtyp: text.optional(),
  groups: names.optional(),
  /** Directory roles, by the ids of their templates. */
  wids: names.optional(),
});

export type Claims = z.infer<typeof claimsShape>;

/** The claims of an application's own token, without those that time and signature add. */
export function appClaims(app: App, roles: readonly string[], version: '1.0' | '2.0') {
  return {
    tid: app.tenant,
    oid: app.clientId,
    appid: app.clientId,
    azp: app.clientId,
    app_displayname: app.name,
    idtyp: 'app',
    roles,
    ver: version,
  };
}

/** The claims of a token with which an application acts for a user. */
export function userClaims(
  user: User,
  clientId: string,
  scopes: readonly string[],
  version: '1.0' | '2.0',
) {
  return {
    tid: user.tenant,
    oid: user.id,
    upn: user.name,
    preferred_username: user.name,
    name: user.displayName,
    appid: clientId,
    azp: clientId,
    idtyp: 'user',
    scp: scopes.join(' '),
    ver: version,
  };
}

/** What an application may learn of a user who signs in. */
export function accountClaims(user: User) {
  return {
    sub: user.id,
    oid: user.id,
    tid: user.tenant,
    name: user.displayName,
    preferred_username: user.name,
    upn: user.name,
  };
}
