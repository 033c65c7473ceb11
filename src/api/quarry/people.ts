import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { HuntError } from '../../errors.js';
import type { Administration } from '../../hunting/administration.js';
import type { AuditLog } from '../../hunting/audit.js';
import type { previewDevices } from '../../hunting/device-preview.js';
import {
  type App,
  addCertificate,
  addSecret,
  listApps,
  listCredentials,
  registerApp,
  removeApp,
  removeCredential,
  removeCredentials,
} from '../../identity/apps.js';
import {
  assignRole,
  listAssignments,
  type RoleAssignment,
  removeAssignment,
} from '../../identity/assignments.js';
import { holds } from '../../identity/authorize.js';
import {
  type DeviceGroup,
  deviceCondition,
  listDeviceGroups,
  removeDeviceGroup,
  saveDeviceGroup,
} from '../../identity/device-groups.js';
import { isAddressable } from '../../identity/names.js';
import { isPersonal, isRole, personalRoles, roles, scopeNames } from '../../identity/roles.js';
import { changeUser, createUser, findUser, listUsers, removeUser } from '../../identity/users.js';
import type { Store } from '../../store/store.js';
import { principalOf } from '../access.js';
import { act, tenantOf as namedTenant, readBody } from './act.js';

const config = { access: { api: 'quarry', roles: ['Quarry.Admin', 'Quarry.Operator'] } } as const;

const name = z.string().trim().min(1).max(256).refine(isAddressable, 'it is no name');
const role = z.string().refine(isRole, 'there is no such role');
const scope = z.string().refine((text) => scopeNames.has(text), 'there is no such scope');

export const appShape = z.strictObject({
  name,
  roles: z.array(role).max(100).default([]),
  scopes: z.array(scope).max(100).default([]),
  redirectUris: z.array(z.url().max(2048)).max(50).default([]),
  isPublic: z.boolean().default(false),
});
export const secretShape = z.strictObject({
  /** Chosen, for programs that have one; by default made here, which is better. */
  secret: z.string().min(16).max(1024).optional(),
  expiresAt: z.iso.datetime().optional(),
});
export const certificateShape = z.strictObject({ certificate: z.string().max(16_384) });
export const userShape = z.strictObject({
  name,
  displayName: name.optional(),
  password: z.string().nullable().default(null),
});
export const userChange = z.strictObject({
  password: z.string().optional(),
  disabled: z.boolean().optional(),
});
export const groupShape = z.strictObject({ conditions: z.array(deviceCondition).default([]) });
const subject = { subjectKind: z.enum(['user', 'group']), subject: name };
export const previewShape = groupShape.extend({ name: name.default('preview') });
export const assignmentShape = z.strictObject({
  ...subject,
  viewsData: z.boolean(),
  deviceGroups: z.array(name).max(1000).nullable(),
  allows: z.array(z.enum(personalRoles)).max(personalRoles.length).default([]),
});

/** A tenant's applications, users, device groups and roles. */
export function peopleRoutes(
  app: FastifyInstance,
  parts: {
    readonly store: Store;
    readonly audit: Pick<AuditLog, 'record'>;
    readonly administration: Pick<Administration, 'find'>;
    readonly devices: (tenant: string, group: DeviceGroup) => ReturnType<typeof previewDevices>;
  },
): void {
  const { store, audit, administration, devices } = parts;
  const tenantOf = (request: FastifyRequest) => namedTenant(request, administration, audit);
  const path = (rest: string) => `/api/quarry/tenants/:tenant${rest}`;

  app.get(path('/apps'), { config }, async (request) => ({
    apps: await listApps(store, await tenantOf(request)),
  }));
  app.post(path('/apps'), { config }, async (request, reply) => {
    const tenant = await tenantOf(request);
    const body = readBody(request, appShape);
    const what = { action: 'RegisterApp', tenant, details: body };
    const made = await act(request, audit, what, async () => {
      const known = (await listApps(store, tenant)).find((app) => app.name === body.name);
      if (reachesBeyond(body.roles) || reachesBeyond(known?.roles)) onlyOperators(request);
      return registerApp(store, { ...body, tenant });
    });
    return reply.code(201).send(made);
  });
  app.delete<{ Params: { app: string } }>(
    path('/apps/:app'),
    { config },
    async (request, reply) => {
      const [tenant, clientId] = [await tenantOf(request), request.params.app];
      await act(
        request,
        audit,
        { action: 'RemoveApp', tenant, details: { clientId } },
        async () => {
          await changeableApp(request, tenant, clientId);
          await removeApp(store, clientId);
        },
      );
      return reply.code(204).send();
    },
  );
  app.post<{ Params: { app: string } }>(
    path('/apps/:app/secrets'),
    { config },
    async (request, reply) => {
      const [tenant, clientId] = [await tenantOf(request), request.params.app];
      const { secret, expiresAt } = readBody(request, secretShape);
      const what = { action: 'AddSecret', tenant, details: { clientId, expiresAt } };
      const made = await act(request, audit, what, async () => {
        await changeableApp(request, tenant, clientId);
        return addSecret(store, clientId, {
          ...(secret !== undefined && { secret }),
          ...(expiresAt !== undefined && { expiresAt: Date.parse(expiresAt) }),
        });
      });
      return reply.code(201).send({ clientId, secret: made });
    },
  );
  app.post<{ Params: { app: string } }>(
    path('/apps/:app/certificates'),
    { config },
    async (request, reply) => {
      const [tenant, clientId] = [await tenantOf(request), request.params.app];
      const { certificate } = readBody(request, certificateShape);
      const what = { action: 'AddCertificate', tenant, details: { clientId } };
      const thumbprint = await act(request, audit, what, async () => {
        await changeableApp(request, tenant, clientId);
        return addCertificate(store, clientId, certificate);
      });
      return reply.code(201).send({ clientId, thumbprint });
    },
  );
  app.delete<{ Params: { app: string } }>(
    path('/apps/:app/credentials'),
    { config },
    async (request, reply) => {
      const [tenant, clientId] = [await tenantOf(request), request.params.app];
      const what = { action: 'RemoveCredentials', tenant, details: { clientId } };
      await act(request, audit, what, async () => {
        await changeableApp(request, tenant, clientId);
        await removeCredentials(store, clientId);
      });
      return reply.code(204).send();
    },
  );

  app.get<{ Params: { app: string } }>(
    path('/apps/:app/credentials'),
    { config },
    async (request) => {
      const [tenant, clientId] = [await tenantOf(request), request.params.app];
      await appIn(tenant, clientId);
      return { credentials: await listCredentials(store, clientId) };
    },
  );
  app.delete<{ Params: { app: string; credential: string } }>(
    path('/apps/:app/credentials/:credential'),
    { config },
    async (request, reply) => {
      const tenant = await tenantOf(request);
      const { app: clientId, credential } = request.params;
      const what = { action: 'RemoveCredential', tenant, details: { clientId, credential } };
      await act(request, audit, what, async () => {
        await changeableApp(request, tenant, clientId);
        found(await removeCredential(store, clientId, credential), `Credential ${credential}`);
      });
      return reply.code(204).send();
    },
  );

  app.get(path('/users'), { config }, async (request) => ({
    users: await listUsers(store, await tenantOf(request)),
  }));
  app.post(path('/users'), { config }, async (request, reply) => {
    const tenant = await tenantOf(request);
    const { name: userName, displayName = userName, password } = readBody(request, userShape);
    const what = { action: 'CreateUser', tenant, details: { name: userName, displayName } };
    const user = await act(request, audit, what, async () => {
      await checkUser(request, tenant, userName);
      return createUser(store, { tenant, name: userName, displayName, password });
    });
    return reply.code(201).send(user);
  });
  app.patch<{ Params: { user: string } }>(
    path('/users/:user'),
    { config },
    async (request, reply) => {
      const [tenant, user] = [await tenantOf(request), request.params.user];
      const { password, disabled } = readBody(request, userChange);
      const details = { user, disabled, passwordChanged: password !== undefined };
      await act(request, audit, { action: 'ChangeUser', tenant, details }, async () => {
        await checkUser(request, tenant, user);
        await changeUser(store, tenant, user, {
          ...(password !== undefined && { password }),
          ...(disabled !== undefined && { disabled }),
        });
      });
      return reply.code(204).send();
    },
  );
  app.delete<{ Params: { user: string } }>(
    path('/users/:user'),
    { config },
    async (request, reply) => {
      const [tenant, user] = [await tenantOf(request), request.params.user];
      await act(request, audit, { action: 'RemoveUser', tenant, details: { user } }, async () => {
        await checkUser(request, tenant, user);
        found(await removeUser(store, tenant, user), `User ${user}`);
      });
      return reply.code(204).send();
    },
  );

  app.get(path('/device-groups'), { config }, async (request) => ({
    deviceGroups: await listDeviceGroups(store, await tenantOf(request)),
  }));
  app.put<{ Params: { group: string } }>(
    path('/device-groups/:group'),
    { config },
    async (request, reply) => {
      const tenant = await tenantOf(request);
      const group = { name: request.params.group, ...readBody(request, groupShape) };
      await act(request, audit, { action: 'SaveDeviceGroup', tenant, details: group }, () =>
        saveDeviceGroup(store, tenant, group),
      );
      return reply.code(204).send();
    },
  );
  app.delete<{ Params: { group: string } }>(
    path('/device-groups/:group'),
    { config },
    async (request, reply) => {
      const [tenant, group] = [await tenantOf(request), request.params.group];
      const what = { action: 'RemoveDeviceGroup', tenant, details: { group } };
      await act(request, audit, what, async () =>
        found(await removeDeviceGroup(store, tenant, group), `Device group ${group}`),
      );
      return reply.code(204).send();
    },
  );

  app.post(path('/device-groups/preview'), { config }, async (request) => {
    const tenant = await tenantOf(request);
    const group = readBody(request, previewShape);
    // It shows devices to somebody who may have no role that views data.
    const what = { action: 'PreviewDeviceGroup', tenant, details: group };
    return act(request, audit, what, () => devices(tenant, group));
  });

  app.get('/api/quarry/roles', { config }, async () => ({
    roles: Object.entries(roles).map(([role, { apis, scope, allows }]) => ({
      name: role,
      apis,
      scope,
      allows,
      personal: isRole(role) && isPersonal(role),
    })),
  }));

  app.get(path('/role-assignments'), { config }, async (request) => ({
    roleAssignments: await listAssignments(store, await tenantOf(request)),
  }));
  app.put(path('/role-assignments'), { config }, async (request, reply) => {
    const tenant = await tenantOf(request);
    const assignment = readBody(request, assignmentShape);
    await act(request, audit, { action: 'AssignRole', tenant, details: assignment }, async () => {
      if (reachesBeyond(assignment.allows)) onlyOperators(request);
      const before = await checkAssignment(request, tenant, assignment);
      await checkGroups(tenant, assignment.deviceGroups ?? [], before?.deviceGroups ?? []);
      await assignRole(store, tenant, assignment);
    });
    return reply.code(204).send();
  });
  app.delete<{ Params: { subjectKind: 'user' | 'group'; subject: string } }>(
    path('/role-assignments/:subjectKind/:subject'),
    { config },
    async (request, reply) => {
      const tenant = await tenantOf(request);
      const { subjectKind, subject: of } = request.params;
      const details = { subjectKind, subject: of };
      await act(request, audit, { action: 'RemoveRole', tenant, details }, async () => {
        await checkAssignment(request, tenant, details);
        found(await removeAssignment(store, tenant, details), `A role of ${of}`);
      });
      return reply.code(204).send();
    },
  );

  async function appIn(tenant: string, clientId: string): Promise<App> {
    const app = (await listApps(store, tenant)).find((known) => known.clientId === clientId);
    if (!app) throw new HuntError('request.notFound', { what: `Application ${clientId}` });
    return app;
  }

  // Who may give an operator another secret or password is the operator.

  async function changeableApp(request: FastifyRequest, tenant: string, clientId: string) {
    const { roles: held } = await appIn(tenant, clientId);
    if (reachesBeyond(held)) onlyOperators(request);
  }

  /** @param idOrName of a user who may not exist yet: roles are given to names */
  async function checkUser(request: FastifyRequest, tenant: string, idOrName: string) {
    const user = await findUser(store, tenant, idOrName);
    for (const subject of user ? [user.id, user.name] : [idOrName]) {
      await checkAssignment(request, tenant, { subjectKind: 'user', subject });
    }
  }

  async function checkAssignment(
    request: FastifyRequest,
    tenant: string,
    { subjectKind, subject }: Pick<RoleAssignment, 'subjectKind' | 'subject'>,
  ) {
    const known = (await listAssignments(store, tenant)).find(
      (each) => each.subjectKind === subjectKind && each.subject === subject.toLowerCase(),
    );
    if (reachesBeyond(known?.allows)) onlyOperators(request);
    return known;
  }

  /** A group that has been removed stays in the roles that had it. */
  async function checkGroups(tenant: string, named: readonly string[], before: readonly string[]) {
    const there = (await listDeviceGroups(store, tenant)).map((group) => group.name);
    const known = new Set([...before, ...there]);
    const unknown = named.find((name) => !known.has(name));
    if (unknown === undefined) return;
    throw new HuntError('request.parameter', { message: `There is no device group ${unknown}.` });
  }
}

function reachesBeyond(held: readonly string[] = []): boolean {
  return held.includes('Quarry.Operator');
}

/** Nobody gives away, takes or changes what reaches beyond the tenant without having it. */
function onlyOperators(request: FastifyRequest): void {
  const principal = principalOf(request);
  if (holds(principal, 'Quarry.Operator')) return;
  throw new HuntError('request.forbidden', {
    kind: 'roles',
    required: 'Quarry.Operator',
    granted: [...principal.roles, ...principal.scopes].join(','),
  });
}

function found(was: boolean, what: string): void {
  if (!was) throw new HuntError('request.notFound', { what });
}
