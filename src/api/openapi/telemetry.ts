import { z } from 'zod';
import { customTableShape } from '../../catalog/custom-table.js';
import { purgeRequest, retentionChange } from '../quarry/telemetry.js';
import type { Operation } from './operations.js';
import { type JsonSchema, list, object } from './schemas.js';

const string = { type: 'string' };
const integer = { type: 'integer' };
const days = { type: ['integer', 'null'], description: 'null: for ever.' };
const time = { type: ['string', 'null'], format: 'date-time' };
const counts = (description: string): JsonSchema => ({
  type: 'object',
  additionalProperties: integer,
  description,
});

const input = (shape: z.ZodType): JsonSchema => {
  const { $schema: _schema, ...schema } = z.toJSONSchema(shape, { io: 'input' });
  return schema;
};

const retention = object({
  retentionDays: days,
  tables: {
    type: 'object',
    additionalProperties: days,
    description: 'Tables that are kept for a time of their own.',
  },
  effective: list(object({ table: string, retentionDays: days, isOwn: { type: 'boolean' } })),
});

const purge = object({
  id: { type: ['string', 'null'] },
  device: string,
  deviceIds: list(string),
  deviceNames: list(string),
  tables: counts('Rows by table.'),
  rows: integer,
  setAside: {
    ...list(string),
    description:
      'Files of damaged journals, which may hold events of the device: to be looked into.',
  },
  state: { type: 'string', enum: ['planned', 'done'] },
});

const status = object({
  tenant: string,
  sources: list(
    object({
      source: { type: 'string', description: 'The way in.' },
      connector: string,
      accepted: integer,
      duplicates: integer,
      late: { type: 'integer', description: 'Older than what is kept, and so not stored.' },
      future: { type: 'integer', description: "More than an hour ahead of the server's clock." },
      unmapped: integer,
      merged: integer,
      rejected: counts('By reason.'),
      bytes: integer,
      lastEvent: time,
      lastReceived: time,
      lagSeconds: { type: ['integer', 'null'] },
      ratePerMinute: integer,
    }),
  ),
  tables: list(
    object({
      name: string,
      rows: integer,
      bytes: { type: 'integer', description: 'On disk.' },
      firstEvent: time,
      lastEvent: time,
      retentionDays: days,
    }),
  ),
  backlog: object({ bytes: integer, events: integer }),
  deadLetters: integer,
});

const declaration = input(customTableShape);
const administration = (summary: string, rest: Omit<Operation, 'tag' | 'summary'>): Operation => ({
  tag: 'Administration',
  summary,
  ...rest,
});
const tenant = '/api/quarry/tenants/:tenant';

/** The operations on a tenant's telemetry. */
export const telemetryOperations: Readonly<Record<string, Operation>> = {
  [`GET ${tenant}/tables`]: administration("List the tenant's own tables", {
    answer: object({ tables: list(declaration) }),
  }),
  [`PUT ${tenant}/tables/:table`]: administration('Declare a table, or change it', {
    note: 'Columns can be added; a stored column keeps its name and type. 201 where the table is new.',
    body: declaration,
    answer: declaration,
  }),
  [`DELETE ${tenant}/tables/:table`]: administration('Remove a table with its rows', {
    status: 204,
  }),
  [`GET ${tenant}/retention`]: administration('Show how long events are kept', {
    answer: retention,
  }),
  [`PUT ${tenant}/retention`]: administration('Change how long events are kept', {
    note: 'A member that is absent stays as it is; `tables` takes the place of all that were named before.',
    body: input(retentionChange),
    answer: retention,
  }),
  [`GET ${tenant}/purges`]: administration('List deletions of devices, the latest first', {
    answer: object({
      purges: list(
        object({
          id: string,
          device: string,
          tables: counts('Rows by table.'),
          requestedAt: { type: 'string', format: 'date-time' },
          finishedAt: time,
        }),
      ),
    }),
  }),
  [`POST ${tenant}/purge`]: administration("Delete all of one device's data", {
    note: 'Answers when the data are gone. With dryRun nothing is deleted, and the rows are counted.',
    body: input(purgeRequest),
    answer: purge,
  }),
  [`GET ${tenant}/ingest/status`]: administration("Show how a tenant's telemetry comes in", {
    answer: status,
  }),
  'GET /api/quarry/ingest/status': administration('Show how telemetry comes in', {
    answer: status,
  }),
};
