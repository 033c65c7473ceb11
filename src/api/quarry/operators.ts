import type { FastifyRequest } from 'fastify';
import { HuntError } from '../../errors.js';
import { listAssignments, type RoleAssignment } from '../../identity/assignments.js';
import { holds } from '../../identity/authorize.js';
import type { Store } from '../../store/store.js';
import { principalOf } from '../access.js';

/*
 * What an operator has reaches beyond the tenant. So their secret, password and role are changed by operators alone:
 * who may give an operator another password is the operator.
 */

export function reachesBeyond(held: readonly string[] = []): boolean {
  return held.includes('Quarry.Operator');
}

/** Nobody gives away, takes or changes what reaches beyond the tenant without having it. */
export function onlyOperators(request: FastifyRequest): void {
  const principal = principalOf(request);
  if (holds(principal, 'Quarry.Operator')) return;
  throw new HuntError('request.forbidden', {
    kind: 'roles',
    required: 'Quarry.Operator',
    granted: [...principal.roles, ...principal.scopes].join(','),
  });
}

/**
 * What the subject is allowed so far.
 * @throws HuntError `request.forbidden` where they are an operator, and who asks is none
 */
export async function changeableAssignment(
  store: Store,
  request: FastifyRequest,
  tenant: string,
  { subjectKind, subject }: Pick<RoleAssignment, 'subjectKind' | 'subject'>,
): Promise<RoleAssignment | undefined> {
  const known = (await listAssignments(store, tenant)).find(
    (each) => each.subjectKind === subjectKind && each.subject === subject.toLowerCase(),
  );
  if (reachesBeyond(known?.allows)) onlyOperators(request);
  return known;
}
