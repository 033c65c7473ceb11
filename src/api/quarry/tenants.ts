import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { HuntError } from '../../errors.js';
import type { Administration } from '../../hunting/administration.js';
import type { AuditLog } from '../../hunting/audit.js';
import type { GenerationUsage } from '../../hunting/usage.js';
import type { Principal } from '../../identity/principal.js';
import { principalOf } from '../access.js';
import { act, readBody, tenantOf } from './act.js';
import { administrators } from './of-tenant.js';

const operator = { access: { api: 'quarry', roles: ['Quarry.Operator'] } } as const;
const anyone = { access: { api: 'any', roles: [] } } as const;

const name = z.string().trim().min(1).max(256);
/** Days; null: for ever. */
const retentionDays = z.number().int().min(1).max(36_500).nullable();
export const newTenant = z.strictObject({
  id: z.string(),
  name: name.optional(),
  retentionDays: retentionDays.default(30),
});
export const tenantChange = z.strictObject({
  name: name.optional(),
  retentionDays: retentionDays.optional(),
});

/** Tenants and what they use. */
export function tenantRoutes(
  app: FastifyInstance,
  parts: {
    readonly administration: Administration;
    readonly audit: Pick<AuditLog, 'record'>;
    readonly usage: (principal: Principal) => Promise<GenerationUsage[]>;
  },
): void {
  const { administration, audit, usage } = parts;
  const path = '/api/quarry/tenants';
  type TenantPath = { Params: { tenant: string } };

  app.get('/api/quarry/usage', { config: anyone }, async (request) => {
    const principal = principalOf(request);
    return { tenant: principal.tenant, usage: await usage(principal) };
  });

  app.get(path, { config: operator }, async () => ({ tenants: await administration.list() }));

  app.post(path, { config: operator }, async (request, reply) => {
    const body = readBody(request, newTenant);
    const tenant = { ...body, name: body.name ?? body.id };
    const what = { action: 'CreateTenant', tenant: principalOf(request).tenant, details: tenant };
    await act(request, audit, what, (succeeded) => administration.create(tenant, succeeded));
    return reply.code(201).header('location', `${path}/${tenant.id}`).send(tenant);
  });

  app.get<TenantPath>(`${path}/:tenant`, { config: administrators }, async (request) =>
    administration.find(await tenantOf(request, administration, audit)),
  );

  app.patch<TenantPath>(`${path}/:tenant`, { config: administrators }, async (request) => {
    const tenant = await tenantOf(request, administration, audit);
    const change = readBody(request, tenantChange);
    const defined = {
      ...(change.name !== undefined && { name: change.name }),
      ...(change.retentionDays !== undefined && { retentionDays: change.retentionDays }),
    };
    const what = { action: 'ChangeTenant', tenant, details: defined };
    await act(request, audit, what, () => administration.change(tenant, defined));
    return administration.find(tenant);
  });

  app.delete<TenantPath>(`${path}/:tenant`, { config: operator }, async (request, reply) => {
    const { tenant } = request.params;
    // Into the operator's own record: the tenant's goes with it.
    const own = principalOf(request).tenant;
    if (tenant === own) {
      throw new HuntError('request.parameter', { message: 'A tenant does not delete itself.' });
    }
    const what = { action: 'DeleteTenant', tenant: own, details: { tenant } };
    await act(request, audit, what, () => administration.remove(tenant));
    return reply.code(204).send();
  });

  app.get<TenantPath>(
    `${path}/:tenant/export`,
    { config: administrators },
    async (request, reply) => {
      const tenant = await tenantOf(request, administration, audit);
      const events = await act(request, audit, { action: 'ExportTenant', tenant }, () =>
        administration.exportEvents(tenant),
      );
      return reply.type('application/x-ndjson').send(events);
    },
  );
}
