import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { fromJson, toJson } from '../store/json.js';
import type { Store } from '../store/store.js';
import { listDeviceGroups } from './device-groups.js';
import type { Principal } from './principal.js';
import { type PersonalRole, personalRoles } from './roles.js';
import { isDisabled } from './users.js';

/** What a user, or the members of a group, may do. */
export interface RoleAssignment {
  readonly subjectKind: 'user' | 'group';
  /** A user's id or name, or a group's id, as tokens have it. */
  readonly subject: string;
  /** Defender's 'View Data'. */
  readonly viewsData: boolean;
  /** Names of device groups; null: every device. */
  readonly deviceGroups: readonly string[] | null;
  /** What it allows besides; nothing by default. */
  readonly allows?: readonly PersonalRole[];
}

const names = z.array(z.string());
const allowances = z.array(z.enum(personalRoles));

/** Gives a subject a role, in place of the one it has. */
export async function assignRole(
  store: Store,
  tenant: string,
  assignment: RoleAssignment,
): Promise<void> {
  const { deviceGroups } = assignment;
  const changing = {
    views_data: assignment.viewsData ? 1 : 0,
    device_groups: deviceGroups && toJson(deviceGroups),
    allows: toJson(assignment.allows ?? []),
  };
  await store.db
    .insertInto('role_assignments')
    .values({
      id: randomUUID(),
      tenant_id: tenant,
      subject_kind: assignment.subjectKind,
      subject: assignment.subject.toLowerCase(),
      ...changing,
      created_at: Date.now(),
    })
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'subject_kind', 'subject']).doUpdateSet(changing),
    )
    .execute();
}

export async function listAssignments(
  store: Store,
  tenant: string,
): Promise<Required<RoleAssignment>[]> {
  const rows = await store.db
    .selectFrom('role_assignments')
    .selectAll()
    .where('tenant_id', '=', tenant)
    .orderBy('subject')
    .execute();
  return rows.map(assignmentOf);
}

/** Whether there was such an assignment. */
export async function removeAssignment(
  store: Store,
  tenant: string,
  { subjectKind, subject }: Pick<RoleAssignment, 'subjectKind' | 'subject'>,
): Promise<boolean> {
  const { numDeletedRows } = await store.db
    .deleteFrom('role_assignments')
    .where('tenant_id', '=', tenant)
    .where('subject_kind', '=', subjectKind)
    .where('subject', '=', subject.toLowerCase())
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

/**
 * What a user may see and do, from all the roles that they and their groups have in the tenant. A role that
 * does not view data adds no devices; without any that does, nothing is seen.
 */
export async function dataAccess(
  store: Store,
  tenant: string,
  user: { readonly names: readonly string[]; readonly groups: readonly string[] },
): Promise<
  Required<
    Pick<Principal, 'viewsData' | 'deviceGroups' | 'deviceRules' | 'allowed' | 'deviceGroupNames'>
  >
> {
  const subjects = {
    user: new Set(user.names.map((name) => name.toLowerCase())),
    group: new Set(user.groups.map((group) => group.toLowerCase())),
  };
  // A token that they got before they were disabled opens nothing.
  const own = (await isDisabled(store, tenant, user.names))
    ? []
    : (await listAssignments(store, tenant)).filter(({ subjectKind, subject }) =>
        subjects[subjectKind].has(subject),
      );
  const allowed = [...new Set(own.flatMap(({ allows }) => allows))];
  const viewing = own.filter(({ viewsData }) => viewsData);
  if (viewing.length === 0) {
    const nothing = { deviceGroups: [], deviceRules: [], deviceGroupNames: [] };
    return { viewsData: false, ...nothing, allowed };
  }
  if (viewing.some(({ deviceGroups }) => deviceGroups === null)) {
    const everything = { deviceGroups: null, deviceRules: [], deviceGroupNames: null };
    return { viewsData: true, ...everything, allowed };
  }
  const named = new Set(viewing.flatMap(({ deviceGroups }) => deviceGroups ?? []));
  const groups = (await listDeviceGroups(store, tenant)).filter(({ name }) => named.has(name));
  return {
    viewsData: true,
    deviceGroups: groups
      .filter(({ conditions }) => conditions.length === 0)
      .map(({ name }) => name),
    deviceRules: groups.flatMap(({ conditions }) => (conditions.length > 0 ? [conditions] : [])),
    deviceGroupNames: groups.map(({ name }) => name),
    allowed,
  };
}

function assignmentOf(row: {
  subject_kind: 'user' | 'group';
  subject: string;
  views_data: number;
  device_groups: string | null;
  allows: string;
}): Required<RoleAssignment> {
  return {
    subjectKind: row.subject_kind,
    subject: row.subject,
    viewsData: row.views_data === 1,
    deviceGroups: row.device_groups === null ? null : fromJson(row.device_groups, names),
    allows: fromJson(row.allows, allowances),
  };
}
