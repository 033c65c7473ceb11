import { typeNames } from '../../catalog/type-names.js';

/** A JSON Schema, as OpenAPI 3.1 takes it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

const string = { type: 'string' };
const integer = { type: 'integer' };
const number = { type: 'number' };

export function object(
  properties: Readonly<Record<string, JsonSchema>>,
  required: readonly string[] = Object.keys(properties),
): JsonSchema {
  return { type: 'object', properties, required };
}

export function list(items: JsonSchema): JsonSchema {
  return { type: 'array', items };
}

export function named(name: keyof typeof schemas): JsonSchema {
  return { $ref: `#/components/schemas/${name}` };
}

const cacheUse = object({ hits: integer, misses: integer, total: integer });
const typeName = { type: 'string', enum: Object.values(typeNames) };
const row = {
  type: 'object',
  description: 'One value for each column of the schema, in its order.',
  additionalProperties: true,
};
const column = {
  type: 'object',
  properties: { name: string, type: { type: 'string', description: 'The type in KQL.' } },
  required: ['name', 'type'],
};
const quotaUse = object({
  kind: { type: 'string', enum: ['calls', 'runningTime', 'cpu'] },
  used: number,
  limit: number,
  windowSeconds: integer,
  resetsAt: { type: 'string', format: 'date-time' },
});

/** The shapes that several operations share. */
export const schemas = {
  Query: {
    ...object({
      Query: { type: 'string', description: 'KQL. The name is case-sensitive.', minLength: 1 },
      Timespan: {
        type: 'string',
        description: "As Graph has it; Defender's own service knows it there alone.",
      },
    }),
    example: { Query: 'DeviceProcessEvents | where FileName =~ "powershell.exe" | take 10' },
  },
  Answer: object({
    Stats: object({
      ExecutionTime: { type: 'number', description: 'Seconds.' },
      resource_usage: object({
        cache: object({ memory: cacheUse, disk: cacheUse }),
        cpu: object({ user: string, kernel: string, 'total cpu': string }),
        memory: object({ peak_per_node: { type: 'integer', description: 'Bytes.' } }),
      }),
      dataset_statistics: list(object({ table_row_count: integer, table_size: integer })),
    }),
    Schema: list(object({ Name: string, Type: typeName })),
    Results: list(row),
  }),
  Error: object({
    error: object({
      code: string,
      message: string,
      target: { type: 'string', description: 'The id of the request.' },
    }),
  }),
  HuntError: object({
    error: object(
      {
        code: { type: 'string', description: 'What failed, as `kql.syntax`.' },
        message: string,
        position: object({ line: integer, column: integer, start: integer, length: integer }),
        retryAfterSeconds: integer,
        target: string,
      },
      ['code', 'message', 'target'],
    ),
  }),
  Explanation: object(
    {
      columns: list(column),
      plan: { type: 'string', description: 'A line for each step, its inputs below it.' },
      sql: string,
      visualization: object({ kind: string, properties: { type: 'object' } }),
      estimate: object({
        rows: integer,
        bytes: { type: 'integer', description: 'Of the columns that it needs, unpacked.' },
        tables: list(object({ name: string, rows: integer, bytes: integer })),
      }),
      hints: list(
        object(
          {
            message: string,
            start: integer,
            length: integer,
            fix: object({ start: integer, length: integer, text: string }),
          },
          ['message', 'start', 'length'],
        ),
      ),
    },
    ['columns', 'plan', 'sql', 'estimate', 'hints'],
  ),
  PortalSchema: object({
    version: string,
    tables: list(
      object(
        {
          name: string,
          category: string,
          description: string,
          note: string,
          replacedBy: string,
          timeColumn: { type: ['string', 'null'] },
          columns: list(
            object({ ...column.properties, description: string, hidden: { type: 'boolean' } }, [
              'name',
              'type',
              'description',
            ]),
          ),
          actionTypes: list(string),
          rows: integer,
          bytes: integer,
          firstEvent: { type: ['string', 'null'] },
          lastEvent: { type: ['string', 'null'] },
        },
        ['name', 'category', 'description', 'columns', 'actionTypes', 'rows', 'bytes'],
      ),
    ),
    functions: list(
      object(
        {
          name: string,
          signature: string,
          parameters: list(object({ name: string, type: string })),
          description: string,
          documentation: string,
          body: string,
        },
        ['name', 'signature', 'parameters', 'description', 'body'],
      ),
    ),
    builtIns: {
      description:
        "Kusto's own functions and plugins: examples, what is easily misread, why one is refused.",
      ...list(
        object(
          {
            name: string,
            kind: { type: 'string', enum: ['scalar', 'aggregate', 'plugin'] },
            examples: list(object({ kql: string, value: string })),
            note: string,
            refused: string,
          },
          ['name', 'kind', 'examples'],
        ),
      ),
    },
  }),
  SavedQuery: object({
    id: string,
    name: string,
    folder: string,
    text: string,
    shared: { type: 'boolean' },
    owner: object({ id: string, name: string }),
    updated: { type: 'string', format: 'date-time' },
  }),
  PastHunt: object({
    id: string,
    text: string,
    shortened: { type: 'boolean', description: 'The text is longer than is shown here.' },
    generation: string,
    started: { type: 'string', format: 'date-time' },
    recorded: { type: 'string', format: 'date-time' },
    seconds: { type: ['number', 'null'] },
    rows: { type: ['integer', 'null'] },
    cpuSeconds: { type: ['number', 'null'] },
    outcome: { type: 'string', description: 'Succeeded, or the code of the failure.' },
  }),
  Session: object({
    user: object({ id: string, name: string, kind: string }),
    tenant: { $ref: '#/components/schemas/Tenant' },
    may: {
      type: 'object',
      description: 'hunt, ingest, administer, operate, audit',
      additionalProperties: { type: 'boolean' },
    },
    deviceGroups: { type: ['array', 'null'], items: string, description: 'null: every device.' },
    limits: object({ rows: integer, seconds: number, resultBytes: integer }),
    usage: object({ profile: string, sharedBy: string, quotas: list(quotaUse) }),
  }),
  GraphQuery: object(
    {
      query: { type: 'string', description: 'KQL. Names may be in any case.', minLength: 1 },
      timespan: {
        type: 'string',
        description: 'ISO 8601: start/end, start/duration, duration/end, a duration or a start.',
        examples: ['P7D', '2026-01-05/2026-01-14'],
      },
      workspaceId: { type: 'string', description: 'Taken and not used: there is one workspace.' },
    },
    ['query'],
  ),
  GraphAnswer: object({
    '@odata.context': string,
    schema: list(object({ name: string, type: typeName })),
    results: list(row),
  }),
  GraphError: object({
    error: object({
      code: string,
      message: string,
      innerError: object(
        {
          date: string,
          'request-id': string,
          'client-request-id': string,
          code: string,
          message: string,
          status: string,
        },
        ['date', 'request-id', 'client-request-id'],
      ),
    }),
  }),
  HuntingSchema: object({
    '@odata.context': string,
    tables: list(
      object({
        name: string,
        description: string,
        columns: list(object({ name: string, type: typeName, description: string })),
      }),
    ),
    functions: list(object({ name: string, description: string, parameters: string })),
  }),
  IngestSummary: object(
    {
      source: { type: ['string', 'null'] },
      accepted: integer,
      rejected: { type: 'integer', description: 'In QuarryIngestErrors, each with its reason.' },
      duplicate: { type: 'integer', description: 'Stored before; sending again adds nothing.' },
      expired: { type: 'integer', description: 'Older than what the tenant keeps.' },
      future: { type: 'integer', description: "More than an hour ahead of the server's clock." },
      unmapped: { type: 'integer', description: 'Right, but no table has a row for them.' },
      merged: { type: 'integer', description: 'Told by the row of another event.' },
      deadLetters: integer,
      byTable: { type: 'object', additionalProperties: integer },
      byReason: { type: 'object', additionalProperties: integer },
      rejections: list(
        object(
          { offset: integer, part: integer, reason: string, detail: string, message: string },
          ['offset', 'reason', 'message'],
        ),
      ),
      bytes: integer,
      unrecognized: {
        ...list(string),
        description: 'Members of an archive that no connector recognizes: the first of them.',
      },
      unrecognizedCount: integer,
    },
    [
      ...['source', 'accepted', 'rejected', 'duplicate', 'expired', 'future', 'unmapped', 'merged'],
      ...['deadLetters', 'byTable', 'byReason', 'rejections', 'bytes'],
    ],
  ),
  Token: object(
    {
      token_type: { const: 'Bearer' },
      access_token: string,
      expires_in: { type: ['integer', 'string'], description: 'Seconds; text in v1.' },
      ext_expires_in: { type: ['integer', 'string'] },
      refresh_token: string,
      id_token: string,
      scope: string,
      expires_on: string,
      not_before: string,
      resource: string,
    },
    ['token_type', 'access_token', 'expires_in', 'ext_expires_in'],
  ),
  TokenError: object({
    error: string,
    error_description: { type: 'string', pattern: '^AADSTS' },
    error_codes: list(integer),
    timestamp: string,
    trace_id: string,
    correlation_id: string,
  }),
  Tenant: object({
    id: string,
    name: string,
    retentionDays: { type: ['integer', 'null'], description: 'null: for ever.' },
  }),
  App: object({
    clientId: string,
    tenant: string,
    name: string,
    roles: list(string),
    scopes: list(string),
    redirectUris: list(string),
    isPublic: { type: 'boolean' },
  }),
  Credential: object({
    id: string,
    kind: { type: 'string', enum: ['secret', 'certificate'] },
    createdAt: { type: 'string', format: 'date-time' },
    expiresAt: { type: ['string', 'null'], format: 'date-time' },
  }),
  User: object({
    id: string,
    tenant: string,
    name: string,
    displayName: string,
    disabled: { type: 'boolean' },
  }),
  Usage: object({
    tenant: string,
    usage: list(
      object({
        generation: string,
        profile: string,
        limits: object({ rows: integer, seconds: number, resultBytes: integer }),
        sharedBy: { type: 'string', enum: ['tenant', 'application'] },
        quotas: list(quotaUse),
      }),
    ),
  }),
  Health: object({ status: string }),
} as const satisfies Record<string, JsonSchema>;
