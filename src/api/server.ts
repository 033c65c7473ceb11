import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import compress from '@fastify/compress';
import cors from '@fastify/cors';
import {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
  LogController,
} from 'fastify';
import { HuntError } from '../errors.js';
import type { Administration } from '../hunting/administration.js';
import type { AuditLog } from '../hunting/audit.js';
import type { Compiler } from '../hunting/compiler.js';
import type { ExplainedHunt } from '../hunting/explain.js';
import type { SavedQueries } from '../hunting/saved-queries.js';
import type { HuntCall } from '../hunting/service.js';
import type { TableStatistics } from '../hunting/statistics.js';
import type { TenantContexts } from '../hunting/tenants.js';
import type { GenerationUsage } from '../hunting/usage.js';
import type { ClientSecrets } from '../identity/client-secrets.js';
import type { IssuerKeys } from '../identity/embedded.js';
import type { IssuerServices } from '../identity/issuer/provider.js';
import { SlowDown } from '../identity/issuer/slow-down.js';
import type { Principal } from '../identity/principal.js';
import type { Verifier } from '../identity/verify.js';
import type { Uploads } from '../ingest/upload.js';
import type { Store } from '../store/store.js';
import type { SupportMatrix } from '../support.js';
import { requireTokens } from './access.js';
import { answerWithBody } from './answer-with-body.js';
import { readableAddress, refuseBrokenAddresses } from './broken-addresses.js';
import { drainOnClose } from './drain.js';
import {
  asHuntError,
  bodyLimitBytes,
  logFailure,
  maxNameLength,
  writeFailureHead,
} from './failures.js';
import { graphRoutes } from './graph/routes.js';
import { commonHeaders } from './headers.js';
import { healthRoutes } from './health.js';
import type { HuntingParts } from './hunting.js';
import { elasticsearch } from './ingest/elasticsearch.js';
import type { IngestParts } from './ingest/way.js';
import { ingestRoutes } from './ingest/ways.js';
import { discoveryRoutes } from './issuer/discovery.js';
import { interactiveRoutes } from './issuer/interactive.js';
import { Issuers } from './issuer/issuers.js';
import { tokenRoutes } from './issuer/token.js';
import { kustoRoutes } from './kusto/routes.js';
import { errorEnvelope } from './legacy/envelope.js';
import { legacyRoutes } from './legacy/routes.js';
import type { Metrics } from './metrics.js';
import { collectRoutes, type ServedRoute } from './openapi/document.js';
import { referenceRoutes } from './openapi/routes.js';
import { isVisit, sendNotFound } from './portal/not-found.js';
import { portalRoutes } from './portal/routes.js';
import type { PortalParts } from './portal/settings.js';
import { appRoutes } from './quarry/apps.js';
import { backupRoutes } from './quarry/backups.js';
import { deviceGroupRoutes } from './quarry/device-groups.js';
import { explainRoute } from './quarry/explain.js';
import { functionRoutes } from './quarry/functions.js';
import { portalHuntRoute } from './quarry/hunt.js';
import { queryRoutes } from './quarry/queries.js';
import { roleRoutes } from './quarry/roles.js';
import { schemaRoute } from './quarry/schema.js';
import { sessionRoute } from './quarry/session.js';
import { type TelemetryAdministration, telemetryRoutes } from './quarry/telemetry.js';
import { tenantRoutes } from './quarry/tenants.js';
import { uploadRoute } from './quarry/upload.js';
import { userRoutes } from './quarry/users.js';
import {
  defaultPatience,
  limitSlowClients,
  type Patience,
  wholeRequestMs,
} from './slow-clients.js';
import { traceRequests } from './tracing.js';
import { readUnreadBodies } from './unread-bodies.js';
import { readWhole } from './whole-body.js';

/** What the routes stand on. */
export interface ServerParts extends HuntingParts {
  /** Absent: this server takes no telemetry. */
  readonly ingest?: IngestParts;
  readonly verify: Verifier;
  /** For programs that give an application's secret instead of a token; absent: nobody may. */
  readonly secrets?: Pick<ClientSecrets, 'verify'>;
  /** Whether the engine serves. */
  readonly ready: () => Promise<boolean>;
  /** The address that clients know the server by; absent: the one that each of them uses. */
  readonly publicUrl?: string | undefined;
  /** Accepts on the earliest paths what their documentation printed and JSON does not allow. */
  readonly tolerantBodies: boolean;
  /** The embedded issuer; absent: tokens come from elsewhere. */
  readonly issuer?: IssuerServices & { readonly keys: IssuerKeys };
  /** Certificate chain and key, both PEM; absent: plain HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  /** Origins whose pages may call the API; none by default. */
  readonly corsOrigins?: readonly string[];
  /** The portal's pages; absent: there are none. */
  readonly portal?: Omit<PortalParts, 'publicUrl'>;
  readonly patience?: Patience;
  readonly metrics?: Metrics;
  readonly audit?: Pick<AuditLog, 'record' | 'recordRefusal'>;
  /** Administration over HTTP; absent: there is none. */
  readonly admin?: {
    readonly store: Store;
    readonly audit: Pick<AuditLog, 'record'>;
    readonly administration: Administration;
    readonly telemetry: TelemetryAdministration;
    readonly makeBackup: Parameters<typeof backupRoutes>[1]['makeBackup'];
    readonly tenants: TenantContexts;
    readonly compiler: Compiler;
    readonly usage: (principal: Principal) => Promise<GenerationUsage[]>;
    readonly devices: Parameters<typeof deviceGroupRoutes>[1]['devices'];
  };
  /** What the portal's own pages ask for besides hunts; absent: nothing answers them. */
  readonly workbench?: {
    readonly explain: (call: HuntCall) => Promise<ExplainedHunt>;
    readonly statistics: (principal: Principal) => Promise<ReadonlyMap<string, TableStatistics>>;
    readonly support: (principal: Principal) => Promise<SupportMatrix>;
    readonly queries: SavedQueries;
    readonly history: Parameters<typeof queryRoutes>[1]['history'];
    readonly uploads: Pick<Uploads, 'take'>;
  };
  readonly log: FastifyBaseLogger;
}

const connectionLimits = {
  // Bytes: Entra's largest tokens fit, and what is longer gets an answer.
  maxHeaderSize: 64 * 1024,
  headersTimeout: 30_000,
  // `answerWithBody` sees to it.
  requireHostHeader: false,
};

/** What programs read of an answer beside its body, and a page is not shown unless it is told. */
const exposedHeaders = [
  'allow',
  'client-request-id',
  'quarry-error-span',
  'request-id',
  'retry-after',
  'www-authenticate',
  'x-ms-activity-id',
  'x-ms-client-request-id',
];

/** What every listener needs. */
type ListenerParts = Pick<
  ServerParts,
  'verify' | 'secrets' | 'tls' | 'patience' | 'corsOrigins' | 'audit' | 'metrics' | 'log' | 'portal'
>;

/** An HTTP server with what is the same for every route, and none yet. */
async function createListener(
  parts: ListenerParts,
): Promise<{ app: FastifyInstance; served: ServedRoute[] }> {
  const app: FastifyInstance = fastify({
    loggerInstance: parts.log,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    bodyLimit: bodyLimitBytes,
    requestTimeout: wholeRequestMs,
    rewriteUrl: readableAddress,
    // What comes over an open connection while the server drains is answered too, and closes it.
    return503OnClosing: false,
    routerOptions: {
      maxParamLength: maxNameLength,
      caseSensitive: false,
      ignoreTrailingSlash: true,
      // Programs put a path behind an address that ends in a slash.
      ignoreDuplicateSlashes: true,
    },
    ...(parts.tls
      ? { https: { ...parts.tls, ...connectionLimits, minVersion: 'TLSv1.2' } }
      : { http: connectionLimits }),
    clientErrorHandler: refuseUnreadable,
    frameworkErrors: (error, request, reply) => sendFailure(error, request, reply),
  });
  const served = collectRoutes(app);
  app.decorateRequest('huntText', undefined);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', readWhole);
  app.setErrorHandler(sendFailure);
  const isLost = (request: FastifyRequest) => parts.portal !== undefined && isVisit(request);
  app.setNotFoundHandler(async (request, reply) => {
    if (isLost(request)) return sendNotFound(reply);
    throw new HuntError('request.notFound', {
      what: `${request.method} ${pathOf(request.originalUrl)}`,
    });
  });
  drainOnClose(app);
  traceRequests(app);
  commonHeaders(app, { secure: parts.tls !== undefined });
  answerWithBody(app);
  limitSlowClients(app, parts.patience ?? defaultPatience);
  // Before tokens are asked for: a browser's preflight has none.
  if (parts.corsOrigins && parts.corsOrigins.length > 0) {
    const origin = [...parts.corsOrigins];
    await app.register(cors, () => async (request: FastifyRequest) => ({
      origin,
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      exposedHeaders,
      maxAge: 600,
      // Any other OPTIONS is a program's, and answered by its route.
      preflight: request.headers['access-control-request-method'] !== undefined,
    }));
  }
  requireTokens(app, { ...parts, isLost });
  refuseBrokenAddresses(app);
  // HTTP's encodings are named in small and capital letters alike, and gzip has two names.
  app.addHook('onRequest', async ({ headers }) => {
    const encoding = headers['content-encoding'];
    if (encoding !== undefined) {
      headers['content-encoding'] = encoding.toLowerCase().replace(/^x-gzip$/, 'gzip');
    }
  });
  await app.register(compress, {
    encodings: ['gzip', 'deflate'],
    requestEncodings: ['gzip', 'deflate', 'br', 'identity'],
    zlibOptions: { level: 1 },
  });
  readUnreadBodies(app);
  return { app, served };
}

/** A server for shippers that know Elasticsearch's paths at the root alone. */
export async function createElasticsearchServer(
  parts: ListenerParts & { readonly ingest: IngestParts },
): Promise<FastifyInstance> {
  const { app } = await createListener(parts);
  ingestRoutes(app, parts.ingest, [elasticsearch('')]);
  return app;
}

/** The HTTP server, with every route, not yet listening. */
export async function createServer(parts: ServerParts): Promise<FastifyInstance> {
  const { app, served } = await createListener(parts);
  healthRoutes(app, parts.ready);
  referenceRoutes(app, served, parts.publicUrl);
  parts.metrics?.route(app);
  const { hunt, huntTables, describe, command, catalog, metrics, publicUrl } = parts;
  const hunting = { hunt, huntTables, describe, command, catalog, metrics };
  portalHuntRoute(app, hunting);
  if (parts.workbench) {
    const { explain, statistics, support, queries, history, uploads } = parts.workbench;
    uploadRoute(app, uploads);
    explainRoute(app, explain);
    schemaRoute(app, { catalog, statistics, support });
    queryRoutes(app, { queries, history });
  }
  legacyRoutes(app, { ...hunting, tolerant: parts.tolerantBodies });
  graphRoutes(app, { ...hunting, publicUrl });
  kustoRoutes(app, {
    ...hunting,
    ...(parts.workbench && { statistics: parts.workbench.statistics }),
    ready: parts.ready,
    publicUrl,
    issues: parts.issuer !== undefined,
  });
  if (parts.ingest) ingestRoutes(app, parts.ingest);
  if (parts.admin) {
    tenantRoutes(app, parts.admin);
    telemetryRoutes(app, parts.admin);
    backupRoutes(app, parts.admin);
    appRoutes(app, parts.admin);
    userRoutes(app, parts.admin);
    deviceGroupRoutes(app, parts.admin);
    roleRoutes(app, parts.admin);
    sessionRoute(app, parts.admin);
    functionRoutes(app, parts.admin);
  }
  if (parts.portal) portalRoutes(app, { ...parts.portal, publicUrl });
  if (parts.issuer) {
    discoveryRoutes(app, { ...parts.issuer, publicUrl });
    const issuers = new Issuers(parts.issuer, parts.issuer.keys);
    const { store } = parts.issuer;
    const interactive = { store, issuers, publicUrl, guesses: new SlowDown() };
    tokenRoutes(app, interactive);
    interactiveRoutes(app, interactive);
  }
  return app;
}

function sendFailure(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const failure = asHuntError(error);
  logFailure(request.log, failure);
  writeFailureHead(failure, request, reply);
  reply.send(errorEnvelope(failure, request.id, request.huntText));
}

/** How long who is refused so may take to read it. */
const lastWordsMs = 2_000;

/** What is not HTTP, or has headers that are too long, is answered in JSON too. */
function refuseUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const [status, message] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? ['431 Request Header Fields Too Large', 'The request headers are too long.']
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? ['408 Request Timeout', 'The request took too long to arrive.']
        : ['400 Bad Request', 'The request is not valid HTTP.'];
  const body = JSON.stringify({ error: { code: 'BadRequest', message, target: randomUUID() } });
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
  // Whoever goes on sending does not keep the connection.
  const gone = setTimeout(() => socket.destroy(), lastWordsMs);
  socket.once('close', () => clearTimeout(gone));
}

function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? url;
}
