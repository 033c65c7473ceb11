import { type ApiFamily, familiesOf } from '../apis.js';
import { isRole, roles, scopeNames } from '../roles.js';

/** Scopes of the protocol itself. */
export const protocolScopes = ['openid', 'profile', 'email', 'offline_access'];

/** Unqualified scopes are Graph's, as in Entra. */
const defaultResource = 'https://graph.microsoft.com';

/** The API that a v2 `scope` names: `https://graph.microsoft.com/.default`, or one of its scopes. */
export function resourceOf(scope: string): string | undefined {
  const names = scope.split(' ').filter((name) => name && !protocolScopes.includes(name));
  for (const name of names) {
    const end = name.lastIndexOf('/');
    if (end > 0 && name.includes(':')) return name.slice(0, end);
  }
  return names.length > 0 ? defaultResource : undefined;
}

const scopeFamilies: ReadonlyMap<string, readonly ApiFamily[]> = new Map(
  Object.values(roles).flatMap(({ scope, apis }) =>
    scope === null ? [] : [[scope, apis] as const],
  ),
);

/** Those of an application's delegated scopes that belong to an API. */
export function scopesFor(
  resource: string,
  granted: readonly string[],
  ownNames: ReadonlySet<string>,
): string[] {
  const families = familiesOf(resource, ownNames);
  return granted.filter((name) => {
    const carrying = scopeNames.has(name) ? scopeFamilies.get(name) : undefined;
    return carrying?.some((family) => families.includes(family)) ?? false;
  });
}

/** Those of an application's roles that belong to an API. */
export function rolesFor(
  resource: string,
  granted: readonly string[],
  ownNames: ReadonlySet<string>,
): string[] {
  const families = familiesOf(resource, ownNames);
  return granted.filter(
    (name) => isRole(name) && roles[name].apis.some((family) => families.includes(family)),
  );
}

/** Every way in which a client may ask for an API's scopes, as one `scope`. */
export function askableScopes(resource: string, names: readonly string[]): string {
  return [`${resource}/.default`, ...names.flatMap((name) => [name, `${resource}/${name}`])].join(
    ' ',
  );
}

/** The short names of granted scopes: `.default` stands for all that the application has. */
export function shortNames(
  scope: string,
  resource: string,
  all: readonly string[],
): readonly string[] {
  const asked = new Set(
    scope
      .split(' ')
      .map((name) => (name.startsWith(`${resource}/`) ? name.slice(resource.length + 1) : name)),
  );
  return asked.has('.default') ? all : all.filter((name) => asked.has(name));
}
