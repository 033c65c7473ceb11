import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { HuntError } from '../../errors.js';
import type { CustomTables } from '../../hunting/custom-tables.js';
import type { TableStatus } from '../../hunting/ingest-status.js';
import type { Purges } from '../../hunting/purge.js';
import type { RetentionChange, RetentionReport } from '../../hunting/retention.js';
import type { SourceStatus } from '../../ingest/counters.js';
import { principalOf } from '../access.js';
import { act, tenantOf as namedTenant, readBody } from './act.js';
import { administrators, ofTenant, type TenantParts } from './of-tenant.js';

const watchers = {
  access: { api: 'quarry', roles: ['Metrics.Read', 'Quarry.Admin', 'Quarry.Operator'] },
} as const;

const days = z.union([z.number().int().min(1).max(36_500), z.null(), z.literal('unlimited')]);
export const retentionChange = z.strictObject({
  retentionDays: days.optional(),
  /** All tables that are kept for a time of their own. */
  tables: z
    .record(z.string().max(200), days)
    .refine((tables) => Object.keys(tables).length <= 1000, 'has too many tables')
    .optional(),
});
export const purgeRequest = z.strictObject({
  device: z.string().min(1).max(256),
  dryRun: z.boolean().default(false),
});

/** What has come in, what is stored, and what is on its way. */
export interface IngestStatusReport {
  readonly tenant: string;
  readonly sources: readonly SourceStatus[];
  readonly tables: readonly TableStatus[];
  /** Acknowledged and not yet in the engine; the bytes are those of all tenants. */
  readonly backlog: { readonly bytes: number; readonly events: number };
  /** Rows of QuarryIngestErrors. */
  readonly deadLetters: number;
}

export interface TelemetryAdministration {
  readonly tables: Pick<CustomTables, 'list' | 'save' | 'remove'>;
  readonly purges: Pick<Purges, 'plan' | 'run' | 'list'>;
  readonly retention: (tenant: string) => Promise<RetentionReport>;
  readonly changeRetention: (tenant: string, change: RetentionChange) => Promise<RetentionReport>;
  readonly status: (tenant: string) => Promise<IngestStatusReport>;
}

/** A tenant's telemetry: tables of its own, how long it is kept, how it comes in, what is to be deleted. */
export function telemetryRoutes(
  app: FastifyInstance,
  parts: Omit<TenantParts, 'store'> & { readonly telemetry: TelemetryAdministration },
): void {
  const { audit, administration, telemetry } = parts;
  const tenantOf = (request: FastifyRequest) => namedTenant(request, administration, audit);
  const config = administrators;
  type TablePath = { Params: { table: string } };

  app.get(ofTenant('/tables'), { config }, async (request) => ({
    tables: await telemetry.tables.list(await tenantOf(request)),
  }));
  app.put<TablePath>(ofTenant('/tables/:table'), { config }, async (request, reply) => {
    const [tenant, name] = [await tenantOf(request), request.params.table];
    const body = readBody(request, z.record(z.string(), z.unknown()));
    if (body['name'] !== undefined && body['name'] !== name) {
      throw new HuntError('request.parameter', {
        message: 'The name in the declaration is not the one in the address.',
      });
    }
    const what = { action: 'SaveTable', tenant, details: { table: name } };
    const { table, isNew } = await act(request, audit, what, () =>
      telemetry.tables.save(tenant, { ...body, name }),
    );
    return reply.code(isNew ? 201 : 200).send(table);
  });
  app.delete<TablePath>(ofTenant('/tables/:table'), { config }, async (request, reply) => {
    const [tenant, name] = [await tenantOf(request), request.params.table];
    const what = { action: 'RemoveTable', tenant, details: { table: name } };
    await act(request, audit, what, () => telemetry.tables.remove(tenant, name));
    return reply.code(204).send();
  });

  app.get(ofTenant('/retention'), { config }, async (request) =>
    telemetry.retention(await tenantOf(request)),
  );
  app.put(ofTenant('/retention'), { config }, async (request) => {
    const tenant = await tenantOf(request);
    const { retentionDays, tables } = readBody(request, retentionChange);
    const change = {
      ...(retentionDays !== undefined && { retentionDays: daysOf(retentionDays) }),
      ...(tables !== undefined && {
        tables: Object.fromEntries(
          Object.entries(tables).map(([table, kept]) => [table, daysOf(kept)]),
        ),
      }),
    };
    const what = { action: 'ChangeRetention', tenant, details: change };
    return act(request, audit, what, () => telemetry.changeRetention(tenant, change));
  });

  app.get(ofTenant('/purges'), { config }, async (request) => ({
    purges: (await telemetry.purges.list(await tenantOf(request))).map((purge) => ({
      id: purge.id,
      device: purge.device,
      tables: purge.counts,
      requestedAt: new Date(purge.requestedAt).toISOString(),
      finishedAt: purge.finishedAt === null ? null : new Date(purge.finishedAt).toISOString(),
    })),
  }));
  app.post(ofTenant('/purge'), { config }, async (request) => {
    const tenant = await tenantOf(request);
    const { device, dryRun } = readBody(request, purgeRequest);
    if (dryRun) return telemetry.purges.plan(tenant, device);
    const details: Record<string, unknown> = { device };
    return act(request, audit, { action: 'PurgeDevice', tenant, details }, async () => {
      const done = await telemetry.purges.run(tenant, device);
      Object.assign(details, { id: done.id, deviceIds: done.deviceIds, tables: done.tables });
      return done;
    });
  });

  app.get('/api/quarry/ingest/status', { config: watchers }, async (request) =>
    telemetry.status(principalOf(request).tenant),
  );
  app.get(ofTenant('/ingest/status'), { config }, async (request) =>
    telemetry.status(await tenantOf(request)),
  );
}

function daysOf(days: number | null | 'unlimited'): number | null {
  return days === 'unlimited' ? null : days;
}
