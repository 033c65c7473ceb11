import type { FastifyInstance } from 'fastify';
import type { AuditLog } from '../../hunting/audit.js';
import { principalOf } from '../access.js';
import { act } from './act.js';

const operator = { access: { api: 'quarry', roles: ['Quarry.Operator'] } } as const;

/** Copies of the data directory. */
export function backupRoutes(
  app: FastifyInstance,
  {
    audit,
    makeBackup,
  }: {
    readonly audit: Pick<AuditLog, 'record'>;
    readonly makeBackup: () => Promise<{ readonly path: string }>;
  },
): void {
  app.post('/api/quarry/backups', { config: operator }, async (request, reply) => {
    const what = { action: 'MakeBackup', tenant: principalOf(request).tenant };
    return reply.code(201).send(await act(request, audit, what, makeBackup));
  });
}
