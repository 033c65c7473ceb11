import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { HuntError } from '../../errors.js';
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
import { isRole, scopeNames } from '../../identity/roles.js';
import { act, found, tenantOf as namedTenant, readBody } from './act.js';
import { administrators, nameShape, ofTenant, type TenantParts } from './of-tenant.js';
import { onlyOperators, reachesBeyond } from './operators.js';

const config = administrators;

const role = z.string().refine(isRole, 'there is no such role');
const scope = z.string().refine((text) => scopeNames.has(text), 'there is no such scope');

export const appShape = z.strictObject({
  name: nameShape,
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

type AppPath = { Params: { app: string } };

/** A tenant's applications and their credentials. */
export function appRoutes(app: FastifyInstance, parts: TenantParts): void {
  const { store, audit, administration } = parts;
  const tenantOf = (request: FastifyRequest) => namedTenant(request, administration, audit);

  app.get(ofTenant('/apps'), { config }, async (request) => ({
    apps: await listApps(store, await tenantOf(request)),
  }));
  app.post(ofTenant('/apps'), { config }, async (request, reply) => {
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
  app.delete<AppPath>(ofTenant('/apps/:app'), { config }, async (request, reply) => {
    const [tenant, clientId] = [await tenantOf(request), request.params.app];
    await act(request, audit, { action: 'RemoveApp', tenant, details: { clientId } }, async () => {
      await changeableApp(request, tenant, clientId);
      await removeApp(store, clientId);
    });
    return reply.code(204).send();
  });
  app.post<AppPath>(ofTenant('/apps/:app/secrets'), { config }, async (request, reply) => {
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
  });
  app.post<AppPath>(ofTenant('/apps/:app/certificates'), { config }, async (request, reply) => {
    const [tenant, clientId] = [await tenantOf(request), request.params.app];
    const { certificate } = readBody(request, certificateShape);
    const what = { action: 'AddCertificate', tenant, details: { clientId } };
    const thumbprint = await act(request, audit, what, async () => {
      await changeableApp(request, tenant, clientId);
      return addCertificate(store, clientId, certificate);
    });
    return reply.code(201).send({ clientId, thumbprint });
  });
  app.delete<AppPath>(ofTenant('/apps/:app/credentials'), { config }, async (request, reply) => {
    const [tenant, clientId] = [await tenantOf(request), request.params.app];
    const what = { action: 'RemoveCredentials', tenant, details: { clientId } };
    await act(request, audit, what, async () => {
      await changeableApp(request, tenant, clientId);
      await removeCredentials(store, clientId);
    });
    return reply.code(204).send();
  });

  app.get<AppPath>(ofTenant('/apps/:app/credentials'), { config }, async (request) => {
    const [tenant, clientId] = [await tenantOf(request), request.params.app];
    await appIn(tenant, clientId);
    return { credentials: await listCredentials(store, clientId) };
  });
  app.delete<{ Params: { app: string; credential: string } }>(
    ofTenant('/apps/:app/credentials/:credential'),
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

  async function appIn(tenant: string, clientId: string): Promise<App> {
    const app = (await listApps(store, tenant)).find((known) => known.clientId === clientId);
    if (!app) throw new HuntError('request.notFound', { what: `Application ${clientId}` });
    return app;
  }

  async function changeableApp(request: FastifyRequest, tenant: string, clientId: string) {
    const { roles: held } = await appIn(tenant, clientId);
    if (reachesBeyond(held)) onlyOperators(request);
  }
}
