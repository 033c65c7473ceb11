import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { HuntError } from '../../errors.js';
import type { Compiler } from '../../hunting/compiler.js';
import { declareFunction, forgetFunction, functionsOf } from '../../hunting/functions.js';
import type { TenantContexts } from '../../hunting/tenants.js';
import { act, tenantOf as namedTenant, readBody } from './act.js';
import { administrators, ofTenant, type TenantParts } from './of-tenant.js';

const config = administrators;

const namePattern = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;

export const functionShape = z.strictObject({
  summary: z.string().max(10_000).default(''),
  /** As KQL writes them: `T: (*), limit: long = 10`. */
  parameters: z.string().max(10_000).default(''),
  body: z.string().min(1).max(100_000),
});

type FunctionPath = { Params: { name: string } };

/** Functions in KQL that a tenant keeps for its hunts. */
export function functionRoutes(
  app: FastifyInstance,
  parts: TenantParts & {
    readonly tenants: TenantContexts;
    readonly compiler: Compiler;
  },
): void {
  const { audit, administration } = parts;
  const tenantOf = (request: FastifyRequest) => namedTenant(request, administration, audit);
  const path = ofTenant('/functions');

  app.get(path, { config }, async (request) => ({
    functions: await functionsOf(parts, await tenantOf(request)),
  }));
  app.put<FunctionPath>(`${path}/:name`, { config }, async (request, reply) => {
    const [tenant, name] = [await tenantOf(request), request.params.name];
    if (!namePattern.test(name)) {
      throw new HuntError('request.parameter', {
        message: 'The name of a function has letters, digits and _, at most 128.',
      });
    }
    const declared = { name, ...readBody(request, functionShape) };
    await act(request, audit, { action: 'SaveFunction', tenant, details: declared }, () =>
      declareFunction(parts, tenant, declared),
    );
    return reply.code(204).send();
  });
  app.delete<FunctionPath>(`${path}/:name`, { config }, async (request, reply) => {
    const [tenant, name] = [await tenantOf(request), request.params.name];
    await act(request, audit, { action: 'RemoveFunction', tenant, details: { name } }, () =>
      forgetFunction(parts, tenant, name),
    );
    return reply.code(204).send();
  });
}
