import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { previewDevices } from '../../hunting/device-preview.js';
import {
  type DeviceGroup,
  deviceCondition,
  listDeviceGroups,
  removeDeviceGroup,
  saveDeviceGroup,
} from '../../identity/device-groups.js';
import { act, found, tenantOf as namedTenant, readBody } from './act.js';
import { administrators, nameShape, ofTenant, type TenantParts } from './of-tenant.js';

const config = administrators;

export const groupShape = z.strictObject({ conditions: z.array(deviceCondition).default([]) });
export const previewShape = groupShape.extend({ name: nameShape.default('preview') });

type GroupPath = { Params: { group: string } };

/** A tenant's device groups, and which devices one would have. */
export function deviceGroupRoutes(
  app: FastifyInstance,
  parts: TenantParts & {
    readonly devices: (tenant: string, group: DeviceGroup) => ReturnType<typeof previewDevices>;
  },
): void {
  const { store, audit, administration, devices } = parts;
  const tenantOf = (request: FastifyRequest) => namedTenant(request, administration, audit);

  app.get(ofTenant('/device-groups'), { config }, async (request) => ({
    deviceGroups: await listDeviceGroups(store, await tenantOf(request)),
  }));
  app.put<GroupPath>(ofTenant('/device-groups/:group'), { config }, async (request, reply) => {
    const tenant = await tenantOf(request);
    const group = { name: request.params.group, ...readBody(request, groupShape) };
    await act(request, audit, { action: 'SaveDeviceGroup', tenant, details: group }, () =>
      saveDeviceGroup(store, tenant, group),
    );
    return reply.code(204).send();
  });
  app.delete<GroupPath>(ofTenant('/device-groups/:group'), { config }, async (request, reply) => {
    const [tenant, group] = [await tenantOf(request), request.params.group];
    const what = { action: 'RemoveDeviceGroup', tenant, details: { group } };
    await act(request, audit, what, async () =>
      found(await removeDeviceGroup(store, tenant, group), `Device group ${group}`),
    );
    return reply.code(204).send();
  });

  app.post(ofTenant('/device-groups/preview'), { config }, async (request) => {
    const tenant = await tenantOf(request);
    const group = readBody(request, previewShape);
    // It shows devices to somebody who may have no role that views data.
    const what = { action: 'PreviewDeviceGroup', tenant, details: group };
    return act(request, audit, what, () => devices(tenant, group));
  });
}
