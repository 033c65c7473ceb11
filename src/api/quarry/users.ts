import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { changeUser, createUser, findUser, listUsers, removeUser } from '../../identity/users.js';
import { act, found, tenantOf as namedTenant, readBody } from './act.js';
import { administrators, nameShape, ofTenant, type TenantParts } from './of-tenant.js';
import { changeableAssignment } from './operators.js';

const config = administrators;

export const userShape = z.strictObject({
  name: nameShape,
  displayName: nameShape.optional(),
  password: z.string().nullable().default(null),
});
export const userChange = z.strictObject({
  password: z.string().optional(),
  disabled: z.boolean().optional(),
});

type UserPath = { Params: { user: string } };

/** A tenant's users of the embedded issuer. */
export function userRoutes(app: FastifyInstance, parts: TenantParts): void {
  const { store, audit, administration } = parts;
  const tenantOf = (request: FastifyRequest) => namedTenant(request, administration, audit);

  app.get(ofTenant('/users'), { config }, async (request) => ({
    users: await listUsers(store, await tenantOf(request)),
  }));
  app.post(ofTenant('/users'), { config }, async (request, reply) => {
    const tenant = await tenantOf(request);
    const { name, displayName = name, password } = readBody(request, userShape);
    const what = { action: 'CreateUser', tenant, details: { name, displayName } };
    const user = await act(request, audit, what, async () => {
      await checkUser(request, tenant, name);
      return createUser(store, { tenant, name, displayName, password });
    });
    return reply.code(201).send(user);
  });
  app.patch<UserPath>(ofTenant('/users/:user'), { config }, async (request, reply) => {
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
  });
  app.delete<UserPath>(ofTenant('/users/:user'), { config }, async (request, reply) => {
    const [tenant, user] = [await tenantOf(request), request.params.user];
    await act(request, audit, { action: 'RemoveUser', tenant, details: { user } }, async () => {
      await checkUser(request, tenant, user);
      found(await removeUser(store, tenant, user), `User ${user}`);
    });
    return reply.code(204).send();
  });

  /** @param idOrName of a user who may not exist yet: roles are given to names */
  async function checkUser(request: FastifyRequest, tenant: string, idOrName: string) {
    const user = await findUser(store, tenant, idOrName);
    for (const subject of user ? [user.id, user.name] : [idOrName]) {
      await changeableAssignment(store, request, tenant, { subjectKind: 'user', subject });
    }
  }
}
