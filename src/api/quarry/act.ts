import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { HuntError } from '../../errors.js';
import type { Administration } from '../../hunting/administration.js';
import type { AuditLog } from '../../hunting/audit.js';
import { holds } from '../../identity/authorize.js';
import type { Store } from '../../store/store.js';
import { principalOf } from '../access.js';
import { readJsonBody } from '../body.js';

/**
 * The tenant that an administrative path names: the caller's own, or any where the caller is the
 * operator of the installation. That somebody else has tried is put on record.
 * @throws HuntError `request.forbidden` `request.notFound`
 */
export async function tenantOf(
  request: FastifyRequest,
  administration: Pick<Administration, 'find'>,
  audit: Pick<AuditLog, 'record'>,
): Promise<string> {
  const { tenant } = request.params as { tenant: string };
  const principal = principalOf(request);
  if (tenant !== principal.tenant && !holds(principal, 'Quarry.Operator')) {
    const details = { tenant: tenant.slice(0, 200), method: request.method };
    const what = { action: 'ReachTenant', tenant: principal.tenant, details };
    await act(request, audit, what, async () => {
      throw new HuntError('request.forbidden', {
        kind: 'roles',
        required: 'Quarry.Operator',
        granted: [...principal.roles, ...principal.scopes].join(','),
      });
    });
  }
  return (await administration.find(tenant)).id;
}

/** @throws HuntError `request.body` `request.parameter` naming the first member that is wrong */
export function readBody<T>(request: FastifyRequest, shape: z.ZodType<T>): T {
  const body = readJsonBody(request.body, request.headers['content-type'], {
    rawControls: false,
    unreadable: 'The request body is not valid JSON.',
  });
  return checked(shape, body);
}

/** @throws HuntError `request.parameter` naming the first parameter of the address that is wrong */
export function readParameters<T>(request: FastifyRequest, shape: z.ZodType<T>): T {
  return checked(shape, request.query);
}

function checked<T>(shape: z.ZodType<T>, value: unknown): T {
  const result = shape.safeParse(value, {
    error: ({ code, input }) =>
      code === 'invalid_type' && input === undefined ? 'it is missing' : undefined,
  });
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue?.path.map(String).join('.');
  throw new HuntError('request.parameter', {
    message: `Invalid input${where ? ` ${where}` : ''}: ${issue?.message}.`,
  });
}

/**
 * Does an administrative act, and puts on record that it was done or why it failed.
 * @param perform may put on record that it was done by itself, together with what it does
 */
export async function act<T>(
  request: FastifyRequest,
  audit: Pick<AuditLog, 'record'>,
  what: { readonly action: string; readonly tenant: string; readonly details?: object },
  perform: (succeeded: (store: Store) => Promise<void>) => Promise<T>,
): Promise<T> {
  const record = (outcome: string, status: number, store?: Store) => {
    const actor = principalOf(request);
    const of = { kind: 'Administration', actor, address: request.ip } as const;
    return audit.record({ ...what, ...of, outcome, status }, store);
  };
  let isRecorded = false;
  let result: T;
  try {
    result = await perform(async (store) => {
      await record('Succeeded', 200, store);
      isRecorded = true;
    });
  } catch (error) {
    if (error instanceof HuntError) await record(error.code, error.status);
    else await record('engine.failed', 500);
    throw error;
  }
  if (!isRecorded) await record('Succeeded', 200);
  return result;
}

/** @throws HuntError `request.notFound` where what was to be removed was not there */
export function found(was: boolean, what: string): void {
  if (!was) throw new HuntError('request.notFound', { what });
}
