import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { SqlQuery } from '../../compile.js';
import { HuntError } from '../../errors.js';
import { authorizeData } from '../../identity/authorize.js';
import { principalOf } from '../access.js';
import { baseOf } from '../address.js';
import { asHuntError, logFailure, writeFailureHead } from '../failures.js';
import { answerHunt, type HuntingParts } from '../hunting.js';
import { refuseOtherMethods } from '../methods.js';
import { runCommand } from './commands.js';
import { headV1, headV2, type Ids, tableV1, tailV2 } from './data-set.js';
import { errorEnvelope } from './failure.js';
import { type KustoRequest, readKustoRequest } from './request.js';

const config = {
  access: {
    api: 'kusto',
    roles: ['ThreatHunting.Read.All', 'AdvancedHunting.Read.All', 'AdvancedQuery.Read.All'],
  },
  unlisted: true,
} as const;

/**
 * Kusto's REST API (learn.microsoft.com/kusto/api/rest), so far as programs need it to hunt: queries, and the
 * commands by which they learn of the tables. Databases are not looked at: the token says whose data are asked for.
 */
export function kustoRoutes(
  root: FastifyInstance,
  parts: HuntingParts & {
    readonly publicUrl: string | undefined;
    /** Whether tokens are to be had here. */
    readonly issues: boolean;
  },
): void {
  root.register(async (app) => {
    app.setErrorHandler(sendFailure);
    app.addHook('onRequest', async (request, reply) => {
      reply.header('x-ms-activity-id', request.id);
      const { client } = idsOf(request);
      if (client) reply.header('x-ms-client-request-id', client);
    });
    if (parts.issues) metadataRoute(app, parts.publicUrl);
    for (const version of ['v1', 'v2'] as const) {
      const url = `/${version}/rest/query`;
      const run = async (request: FastifyRequest, reply: FastifyReply) =>
        answerQuery(request, reply, parts, version);
      app.post(url, { config }, run);
      // A HEAD would run the hunt and throw its rows away.
      app.get(url, { config, exposeHeadRoute: false }, run);
    }
    const url = '/v1/rest/mgmt';
    app.post(url, { config }, async (request) => {
      const principal = principalOf(request);
      const { text } = readKustoRequest(request);
      if (!isCommand(text)) throw misplaced('A query', '/v2/rest/query');
      authorizeData(principal);
      const catalog = await parts.catalog(principal);
      const { columns, rows } = runCommand(text, { catalog, database: principal.tenant });
      return { Tables: [{ ...tableV1(columns), Rows: rows }] };
    });
    refuseOtherMethods(app, 'POST', url, config);
  });
}

/** Where to get a token; where that is elsewhere, clients know Microsoft's cloud themselves. */
function metadataRoute(app: FastifyInstance, publicUrl: string | undefined): void {
  const open = { access: 'public', unlisted: true } as const;
  app.get('/v1/rest/auth/metadata', { config: open }, async (request) => {
    const base = baseOf(request, publicUrl);
    return {
      AzureAD: {
        LoginEndpoint: base,
        LoginMfaRequired: false,
        // The name by which Kusto's tools sign users in, as Microsoft's own cloud gives it.
        KustoClientAppId: 'db662dc1-0cfe-4e1c-a843-19a68e65be58',
        KustoClientRedirectUri: 'https://microsoft/kustoclient',
        KustoServiceResourceId: 'https://kusto.kusto.windows.net',
        FirstPartyAuthorityUrl: `${base}/common`,
      },
    };
  });
}

async function answerQuery(
  request: FastifyRequest,
  reply: FastifyReply,
  parts: HuntingParts,
  version: 'v1' | 'v2',
): Promise<FastifyReply> {
  const { text, window, parameters, wallSeconds, rows }: KustoRequest = readKustoRequest(request);
  if (isCommand(text)) throw misplaced('A command', '/v1/rest/mgmt');
  let compiled: Pick<SqlQuery, 'visualization'> = {};
  return answerHunt(request, reply, parts, {
    generation: 'kusto',
    text,
    encoding: 'kusto',
    parameters,
    ...(window && { window }),
    atMost: { ...(wallSeconds && { wallSeconds }), ...(rows && { rows }) },
    onCompiled: (query) => {
      compiled = query;
    },
    ...(version === 'v1'
      ? { head: headV1, tail: () => ']}]}' }
      : {
          head: ({ columns }) => headV2({ columns, visualization: compiled.visualization }),
          tail: (answer) => tailV2(answer, idsOf(request)),
        }),
  });
}

function isCommand(text: string): boolean {
  return text.trimStart().startsWith('.');
}

function misplaced(what: string, url: string): HuntError {
  return new HuntError('request.body', { message: `${what} has to be sent to ${url}.` });
}

function idsOf(request: FastifyRequest): Ids {
  const client = request.headers['x-ms-client-request-id'];
  const isFit = typeof client === 'string' && /^[\w.:; -]{1,256}$/.test(client);
  return { activity: request.id, client: isFit ? client : '' };
}

function sendFailure(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const failure = asHuntError(error);
  logFailure(request.log, failure);
  writeFailureHead(failure, request, reply);
  reply.send(errorEnvelope(failure, idsOf(request), request.huntText));
}
