import { z } from 'zod';
import { appShape, certificateShape, secretShape } from '../quarry/apps.js';
import { groupShape, previewShape } from '../quarry/device-groups.js';
import { functionShape } from '../quarry/functions.js';
import { savedQueryShape } from '../quarry/queries.js';
import { queryShape } from '../quarry/query.js';
import { assignmentShape } from '../quarry/roles.js';
import { newTenant, tenantChange } from '../quarry/tenants.js';
import { userChange, userShape } from '../quarry/users.js';
import { type JsonSchema, list, named, object } from './schemas.js';
import { telemetryOperations } from './telemetry.js';

export type Tag = 'Hunting' | 'Telemetry' | 'Sign-in' | 'Administration' | 'Server';

/** What the reference says of one operation; who may call it comes from its route. */
export interface Operation {
  readonly tag: Tag;
  readonly summary: string;
  readonly note?: string;
  /** Parameters of the address behind its `?`, all of them required. */
  readonly query?: Readonly<Record<string, JsonSchema>>;
  readonly body?: JsonSchema;
  /** Of the body; JSON by default. */
  readonly bodyType?: string;
  readonly answer?: JsonSchema;
  /** Of the answer; JSON by default. */
  readonly answerType?: string;
  /** 200 by default; 204 has no answer, 302 leads on. */
  readonly status?: number;
  readonly errors?: JsonSchema;
}

const string = { type: 'string' };
const form = 'application/x-www-form-urlencoded';
const html = 'text/html';

const input = (shape: z.ZodType): JsonSchema => {
  const { $schema: _schema, ...schema } = z.toJSONSchema(shape, { io: 'input' });
  return schema;
};

const legacyHunt = (what: string, note: string): Operation => ({
  tag: 'Hunting',
  summary: `Run a hunt (${what})`,
  note,
  body: named('Query'),
  answer: named('Answer'),
});

const keyHunt = (what: string): Operation => ({
  tag: 'Hunting',
  summary: `Run a hunt by its address (${what})`,
  note: "For programs that can only GET, as Microsoft's sample for Power BI.",
  query: { key: { ...string, description: 'The query.' } },
  answer: named('Answer'),
});

const graphHunt: Operation = {
  tag: 'Hunting',
  summary: 'Run a hunt (Microsoft Graph)',
  body: named('GraphQuery'),
  answer: named('GraphAnswer'),
  errors: named('GraphError'),
};
const graphHuntByAddress: Operation = {
  tag: 'Hunting',
  summary: 'Run a hunt by its address (Microsoft Graph)',
  note: "The parameters follow the name: getRunHuntingQuery(query='…',timespan='P7D'). A quote within a text is doubled.",
  answer: named('GraphAnswer'),
  errors: named('GraphError'),
};
const graphSchema: Operation = {
  tag: 'Hunting',
  summary: 'List the tables, columns and functions that the signed-in user may hunt in',
  answer: named('HuntingSchema'),
  errors: named('GraphError'),
};

const alive: Operation = {
  tag: 'Server',
  summary: 'Whether the server serves',
  answer: named('Health'),
};

const deviceCode = (asked: Readonly<Record<string, JsonSchema>>): Operation => ({
  tag: 'Sign-in',
  summary: 'Ask for a code that a user confirms elsewhere',
  body: {
    type: 'object',
    properties: { client_id: string, ...asked },
    required: ['client_id'],
  },
  bodyType: form,
  answer: { type: 'object', additionalProperties: true },
  errors: named('TokenError'),
});

const token: Operation = {
  tag: 'Sign-in',
  summary: 'Ask for a token',
  note: 'Grants: client_credentials, authorization_code, refresh_token, device_code, password. Multipart forms are taken too.',
  body: {
    type: 'object',
    properties: {
      grant_type: string,
      client_id: string,
      client_secret: string,
      client_assertion: string,
      resource: { type: 'string', description: 'v1: the API.' },
      scope: { type: 'string', description: 'v2: the API and /.default, or its scopes.' },
    },
    required: ['grant_type'],
    additionalProperties: true,
  },
  bodyType: form,
  answer: named('Token'),
  errors: named('TokenError'),
};
const signInPage = (summary: string): Operation => ({
  tag: 'Sign-in',
  summary,
  answer: string,
  answerType: html,
});
const redirect: Operation = {
  tag: 'Sign-in',
  summary: 'Ask for an authorization code',
  status: 302,
};
const configuration: Operation = {
  tag: 'Sign-in',
  summary: 'What sign-in libraries need to know of the issuer',
  answer: { type: 'object', additionalProperties: true },
};
const keys: Operation = {
  tag: 'Sign-in',
  summary: 'The keys that tokens are verified with',
  answer: object({ keys: list({ type: 'object', additionalProperties: true }) }),
};

const administration = (
  summary: string,
  rest: Omit<Operation, 'tag' | 'summary'> = {},
): Operation => ({
  tag: 'Administration',
  summary,
  ...rest,
});
const done = { status: 204 } as const;
const tenant = '/api/quarry/tenants/:tenant';
const app = `${tenant}/apps/:app`;

/** Every operation, by its method and path. */
export const operations: Readonly<Record<string, Operation>> = {
  ...telemetryOperations,
  ...Object.fromEntries(
    ['/api', '/api/v1.0'].flatMap((prefix): [string, Operation][] => [
      [
        `GET ${prefix}`,
        {
          tag: 'Server',
          summary: 'Whether the server takes the token',
          answer: object({ service: string }),
        },
      ],
      [
        `POST ${prefix}/advancedqueries/run`,
        legacyHunt('Defender for Endpoint', 'As Defender has offered it since 2018.'),
      ],
      [
        `POST ${prefix}/advancedhunting/run`,
        legacyHunt('Defender XDR', 'As Defender has offered it since 2021.'),
      ],
      [`GET ${prefix}/advancedqueries`, keyHunt('Defender for Endpoint')],
      [`GET ${prefix}/advancedhunting`, keyHunt('Defender XDR')],
      [
        `POST ${prefix}/advancedqueries/schema`,
        {
          tag: 'Hunting',
          summary: 'The columns of an answer, as JSON Schema',
          body: named('Query'),
          answer: { type: 'object', additionalProperties: true },
        },
      ],
    ]),
  ),
  ...Object.fromEntries(
    ['/v1.0', '/beta'].flatMap((version) =>
      ['', 'microsoft.graph.security.'].flatMap((qualifier): [string, Operation][] => {
        const path = `${version}/security/${qualifier}`;
        return [
          [`POST ${path}runHuntingQuery`, graphHunt],
          [`GET ${path}getRunHuntingQuery*`, graphHuntByAddress],
          [`GET ${path}getHuntingSchema`, graphSchema],
          [`GET ${path}getHuntingSchema()`, graphSchema],
        ];
      }),
    ),
  ),
  'POST /api/quarry/explain': {
    tag: 'Hunting',
    summary: 'What would become of a hunt and what it would read, without running it',
    body: input(queryShape),
    answer: named('Explanation'),
    errors: named('HuntError'),
  },
  'GET /api/quarry/schema': {
    tag: 'Hunting',
    summary: 'What can be hunted in, and how much of it the caller may see',
    answer: named('PortalSchema'),
  },
  'GET /api/quarry/queries': {
    tag: 'Hunting',
    summary: 'The saved queries of the caller, and those that others share',
    answer: object({ queries: list(named('SavedQuery')) }),
  },
  'POST /api/quarry/queries': {
    tag: 'Hunting',
    summary: 'Save a query',
    body: input(savedQueryShape),
    answer: named('SavedQuery'),
    status: 201,
  },
  'PUT /api/quarry/queries/:id': {
    tag: 'Hunting',
    summary: 'Change a saved query',
    note: 'Its owner may, and an administrator where it is shared.',
    body: input(savedQueryShape),
    answer: named('SavedQuery'),
  },
  'DELETE /api/quarry/queries/:id': {
    tag: 'Hunting',
    summary: 'Delete a saved query',
    status: 204,
  },
  'POST /api/quarry/ingest/file': {
    tag: 'Telemetry',
    summary: 'Take a file in',
    note: 'Parameters: name, and source where it is not to be found out. Archives, gzip and event logs are recognized. It is answered when its events can be hunted.',
    body: { type: 'string', format: 'binary' },
    bodyType: 'application/octet-stream',
    answer: named('IngestSummary'),
  },
  'GET /api/quarry/history': {
    tag: 'Hunting',
    summary: "The caller's own hunts, the latest first",
    note: 'Parameters: limit (50, at most 200), before (the `recorded` of the last of the page before).',
    answer: object({ hunts: list(named('PastHunt')) }),
  },
  'POST /api/quarry/hunt': {
    tag: 'Hunting',
    summary: 'Run a hunt and follow it',
    note: 'One frame a line, as they come: columns, progress, rows, and at last end or error. Rows are arrays in the order of the columns; whole numbers beyond 2^53 are texts. Leaving ends the hunt.',
    body: input(queryShape),
    answer: string,
    answerType: 'application/x-ndjson',
    errors: named('HuntError'),
  },
  'POST /api/ingest/:source': {
    tag: 'Telemetry',
    summary: 'Send telemetry of a source',
    note: 'The source is the name of a connector, or auto: found out from the first records. Lines, JSON, arrays, {"records":[…]}, archives; gzip, zstd, deflate and br. What is answered with 200 is on disk. A request with an Idempotency-Key is taken once.',
    body: { type: 'object', additionalProperties: true },
    answer: named('IngestSummary'),
  },
  'POST /elasticsearch/_bulk': {
    tag: 'Telemetry',
    summary: "Send telemetry as to Elasticsearch's bulk API",
    note: 'The handshake of its shippers is answered below /elasticsearch. The name of an index or data stream may be that of a connector. Credentials are a token, or the id and secret of an application as Basic or ApiKey.',
    body: string,
    bodyType: 'application/x-ndjson',
    answer: { type: 'object', additionalProperties: true },
    errors: { type: 'object', additionalProperties: true },
  },
  'POST /services/collector': {
    tag: 'Telemetry',
    summary: "Send telemetry as to Splunk's HTTP Event Collector",
    note: 'Also below it: event, raw, health and ack. The token is ID:SECRET of an application.',
    body: { type: 'object', additionalProperties: true },
    answer: { type: 'object', additionalProperties: true },
    errors: { type: 'object', additionalProperties: true },
  },
  'POST /v1/logs': {
    tag: 'Telemetry',
    summary: 'Send logs of OpenTelemetry (OTLP)',
    note: 'As JSON or protobuf. The attribute quarry.source, or the name of the scope, may be that of a connector.',
    body: { type: 'object', additionalProperties: true },
    answer: { type: 'object', additionalProperties: true },
    errors: { type: 'object', additionalProperties: true },
  },

  'GET /health': alive,
  'GET /health/ready': alive,
  'GET /health/live': { ...alive, summary: 'Whether the process lives' },
  'GET /metrics': {
    tag: 'Server',
    summary: "Metrics in Prometheus' format",
    answer: string,
    answerType: 'text/plain',
  },
  'GET /openapi.json': {
    tag: 'Server',
    summary: 'This reference, as an OpenAPI document',
    answer: { type: 'object', additionalProperties: true },
  },
  'GET /reference': {
    tag: 'Server',
    summary: 'This reference, to read',
    answer: string,
    answerType: html,
  },

  'POST /:tenant/oauth2/token': token,
  'POST /:tenant/oauth2/v2.0/token': token,
  'GET /:tenant/v2.0/.well-known/openid-configuration': configuration,
  'GET /:tenant/.well-known/openid-configuration': configuration,
  'GET /:tenant/discovery/v2.0/keys': keys,
  'GET /:tenant/discovery/keys': keys,
  'GET /common/discovery/instance': configuration,
  'GET /metadata/endpoints': configuration,
  'POST /:tenant/oauth2/v2.0/devicecode': deviceCode({ scope: string }),
  'POST /:tenant/oauth2/devicecode': deviceCode({ resource: string }),
  'GET /:tenant/oauth2/authorize': redirect,
  'GET /:tenant/oauth2/v2.0/authorize': redirect,
  'POST /:tenant/oauth2/v2.0/authorize': redirect,
  'GET /:tenant/oauth2/v2.0/authorize/:uid': { ...redirect, summary: 'Go on after signing in' },
  'POST /:tenant/oauth2/v2.0/authorize/:uid': { ...redirect, summary: 'Go on after signing in' },
  'GET /:tenant/oauth2/v2.0/deviceauth': signInPage('Where a user enters the code of a device'),
  'POST /:tenant/oauth2/v2.0/deviceauth': signInPage('The code of a device'),
  'GET /:tenant/oauth2/v2.0/deviceauth/:uid': signInPage('Go on after signing in for a device'),
  'POST /:tenant/oauth2/v2.0/deviceauth/:uid': signInPage('Go on after signing in for a device'),
  'GET /:tenant/oauth2/v2.0/logout': signInPage('Sign out'),
  'POST /:tenant/oauth2/v2.0/logout': signInPage('Sign out'),
  'GET /:tenant/oauth2/v2.0/logout/confirm': signInPage('Confirm to sign out'),
  'POST /:tenant/oauth2/v2.0/logout/confirm': signInPage('Confirm to sign out'),
  'GET /:tenant/oauth2/v2.0/logout/success': signInPage('Signed out'),
  'POST /:tenant/oauth2/v2.0/logout/success': signInPage('Signed out'),
  'GET /:tenant/signin/:uid': signInPage('Where a user signs in'),
  'POST /:tenant/signin/:uid': { ...redirect, summary: "A user's name and password" },

  'GET /api/quarry/portal-settings': {
    tag: 'Sign-in',
    summary: 'Where the users of the portal sign in',
    note: 'The pages in the browser ask for it before anyone has signed in. `?tenant=` names one of several tenants.',
    answer: object({
      issuer: string,
      clientId: string,
      scope: string,
      redirectPath: string,
      signedOutPath: string,
      endpoints: object({ authorization: string, token: string, endSession: string }),
      product: object({ version: string }),
      demo: { type: 'boolean' },
    }),
  },
  'GET /api/quarry/session': administration('Who is asking, and what they may do, see and use', {
    answer: named('Session'),
  }),
  'GET /api/quarry/usage': administration('What the caller may use of each path, and has used', {
    answer: named('Usage'),
  }),
  'GET /api/quarry/tenants': administration('List the tenants', {
    answer: object({ tenants: list(named('Tenant')) }),
  }),
  'POST /api/quarry/tenants': administration('Make a tenant', {
    body: input(newTenant),
    answer: named('Tenant'),
    status: 201,
  }),
  'POST /api/quarry/backups': administration('Copy all that the server has', {
    note: 'Of the server that is asked: to a folder of its data directory, which is a data directory itself.',
    answer: object({ path: string }),
    status: 201,
  }),
  [`GET ${tenant}`]: administration('Show a tenant', { answer: named('Tenant') }),
  [`PATCH ${tenant}`]: administration("Change a tenant's name or retention", {
    body: input(tenantChange),
    answer: named('Tenant'),
  }),
  [`DELETE ${tenant}`]: administration('Delete a tenant with all that it has', done),
  [`GET ${tenant}/export`]: administration("A tenant's telemetry, one event a line", {
    answer: string,
    answerType: 'application/x-ndjson',
  }),
  [`GET ${tenant}/apps`]: administration('List the applications', {
    answer: object({ apps: list(named('App')) }),
  }),
  [`POST ${tenant}/apps`]: administration('Register an application, or change it', {
    body: input(appShape),
    answer: named('App'),
    status: 201,
  }),
  [`DELETE ${app}`]: administration('Remove an application', done),
  [`POST ${app}/secrets`]: administration('Give an application a secret, which is shown once', {
    body: input(secretShape),
    answer: object({ clientId: string, secret: string }),
    status: 201,
  }),
  [`POST ${app}/certificates`]: administration('Let an application prove itself by a certificate', {
    body: input(certificateShape),
    answer: object({ clientId: string, thumbprint: string }),
    status: 201,
  }),
  [`DELETE ${app}/credentials`]: administration('Take all secrets and certificates away', done),
  [`GET ${app}/credentials`]: administration('List what an application proves itself by', {
    answer: object({ credentials: list(named('Credential')) }),
  }),
  [`DELETE ${app}/credentials/:credential`]: administration(
    'Take one secret or certificate away',
    done,
  ),
  [`GET ${tenant}/users`]: administration('List the users', {
    answer: object({ users: list(named('User')) }),
  }),
  [`POST ${tenant}/users`]: administration('Make a user', {
    body: input(userShape),
    answer: named('User'),
    status: 201,
  }),
  [`PATCH ${tenant}/users/:user`]: administration("Change a user's password, or disable them", {
    body: input(userChange),
    ...done,
  }),
  [`DELETE ${tenant}/users/:user`]: administration('Remove a user', done),
  [`GET ${tenant}/device-groups`]: administration('List the device groups', {
    answer: object({ deviceGroups: list({ type: 'object', additionalProperties: true }) }),
  }),
  [`PUT ${tenant}/device-groups/:group`]: administration('Save a device group', {
    note: 'Without conditions it has the devices that their source has put in it (MachineGroup).',
    body: input(groupShape),
    ...done,
  }),
  [`DELETE ${tenant}/device-groups/:group`]: administration('Remove a device group', done),
  [`GET ${tenant}/functions`]: administration("List the tenant's own functions", {
    answer: object({ functions: list({ type: 'object', additionalProperties: true }) }),
  }),
  [`PUT ${tenant}/functions/:name`]: administration('Save a function that hunts can call', {
    note: 'Written in KQL over the tables and the other functions; its name must not be taken.',
    body: input(functionShape),
    ...done,
  }),
  [`DELETE ${tenant}/functions/:name`]: administration('Remove a function', done),
  [`POST ${tenant}/device-groups/preview`]: administration('The devices that a group would have', {
    body: input(previewShape),
    answer: object({
      devices: list(object({ id: string, name: string, os: string, lastSeen: string })),
      count: { type: 'integer' },
    }),
  }),
  'GET /api/quarry/roles': administration('List the roles that there are', {
    answer: object({ roles: list({ type: 'object', additionalProperties: true }) }),
  }),
  [`GET ${tenant}/role-assignments`]: administration('List who may see what', {
    answer: object({ roleAssignments: list({ type: 'object', additionalProperties: true }) }),
  }),
  [`PUT ${tenant}/role-assignments`]: administration('Let a user or a group see data', {
    note: 'deviceGroups: null is every device.',
    body: input(assignmentShape),
    ...done,
  }),
  [`DELETE ${tenant}/role-assignments/:subjectKind/:subject`]: administration(
    'Take a role away',
    done,
  ),
};
