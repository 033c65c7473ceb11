import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { HuntError } from '../../errors.js';
import { assignRole, listAssignments, removeAssignment } from '../../identity/assignments.js';
import { listDeviceGroups } from '../../identity/device-groups.js';
import { isPersonal, isRole, personalRoles, roles } from '../../identity/roles.js';
import { act, found, tenantOf as namedTenant, readBody } from './act.js';
import { administrators, nameShape, ofTenant, type TenantParts } from './of-tenant.js';
import { changeableAssignment, onlyOperators, reachesBeyond } from './operators.js';

const config = administrators;

export const assignmentShape = z.strictObject({
  subjectKind: z.enum(['user', 'group']),
  subject: nameShape,
  viewsData: z.boolean(),
  deviceGroups: z.array(nameShape).max(1000).nullable(),
  allows: z.array(z.enum(personalRoles)).max(personalRoles.length).default([]),
});

/** The roles that there are, and a tenant's assignments of them. */
export function roleRoutes(app: FastifyInstance, parts: TenantParts): void {
  const { store, audit, administration } = parts;
  const tenantOf = (request: FastifyRequest) => namedTenant(request, administration, audit);

  app.get('/api/quarry/roles', { config }, async () => ({
    roles: Object.entries(roles).map(([role, { apis, scope, allows }]) => ({
      name: role,
      apis,
      scope,
      allows,
      personal: isRole(role) && isPersonal(role),
    })),
  }));

  app.get(ofTenant('/role-assignments'), { config }, async (request) => ({
    roleAssignments: await listAssignments(store, await tenantOf(request)),
  }));
  app.put(ofTenant('/role-assignments'), { config }, async (request, reply) => {
    const tenant = await tenantOf(request);
    const assignment = readBody(request, assignmentShape);
    await act(request, audit, { action: 'AssignRole', tenant, details: assignment }, async () => {
      if (reachesBeyond(assignment.allows)) onlyOperators(request);
      const before = await changeableAssignment(store, request, tenant, assignment);
      await checkGroups(tenant, assignment.deviceGroups ?? [], before?.deviceGroups ?? []);
      await assignRole(store, tenant, assignment);
    });
    return reply.code(204).send();
  });
  app.delete<{ Params: { subjectKind: 'user' | 'group'; subject: string } }>(
    ofTenant('/role-assignments/:subjectKind/:subject'),
    { config },
    async (request, reply) => {
      const tenant = await tenantOf(request);
      const { subjectKind, subject: of } = request.params;
      const details = { subjectKind, subject: of };
      await act(request, audit, { action: 'RemoveRole', tenant, details }, async () => {
        await changeableAssignment(store, request, tenant, details);
        found(await removeAssignment(store, tenant, details), `A role of ${of}`);
      });
      return reply.code(204).send();
    },
  );

  /** A group that has been removed stays in the roles that had it. */
  async function checkGroups(tenant: string, named: readonly string[], before: readonly string[]) {
    const there = (await listDeviceGroups(store, tenant)).map((group) => group.name);
    const known = new Set([...before, ...there]);
    const unknown = named.find((name) => !known.has(name));
    if (unknown === undefined) return;
    throw new HuntError('request.parameter', { message: `There is no device group ${unknown}.` });
  }
}
