import { HuntError } from '../errors.js';
import type { Principal } from './principal.js';
import { isPersonal, type RoleName, roles } from './roles.js';

/**
 * Lets a principal through that has one of the roles: an application by the role itself, a user by
 * the delegated scope that belongs to it.
 * @throws HuntError `request.forbidden` `request.userRole`
 */
export function authorize(principal: Principal, required: readonly RoleName[]): void {
  if (required.some((role) => holds(principal, role))) return;
  if (principal.kind === 'application') {
    throw new HuntError('request.forbidden', {
      kind: 'roles',
      required: required.join(','),
      granted: principal.roles.join(','),
    });
  }
  const scopes = required.flatMap((role) => roles[role].scope ?? []);
  if (scopes.some((scope) => principal.scopes.includes(scope))) {
    throw new HuntError('request.userRole', { required: required.join(' or ') });
  }
  throw new HuntError('request.forbidden', {
    kind: 'scopes',
    required: scopes.join(','),
    granted: principal.scopes.join(','),
  });
}

/**
 * Whether a principal has a role: an application itself, a user by the scope that belongs to it, and by
 * a role of their own where it takes one.
 */
export function holds(principal: Principal, role: RoleName): boolean {
  if (principal.kind === 'application') return principal.roles.includes(role);
  const { scope } = roles[role];
  if (scope === null || !principal.scopes.includes(scope)) return false;
  return !isPersonal(role) || (principal.allowed ?? []).includes(role);
}

/**
 * Lets a principal through that may see telemetry at all: every application that has got this far,
 * and users with a role that views data.
 * @throws HuntError `request.viewData`
 */
export function authorizeData(principal: Principal): void {
  if (principal.kind === 'user' && !principal.viewsData)
    throw new HuntError('request.viewData', {});
}
