import { pipeline, type Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { SqlQuery } from '../../compile.js';
import { HuntError } from '../../errors.js';
import type { HuntAnswer } from '../../hunting/hunt.js';
import type { TableStatistics } from '../../hunting/statistics.js';
import type { TablesAnswer } from '../../hunting/tables.js';
import { authorizeData } from '../../identity/authorize.js';
import type { Principal } from '../../identity/principal.js';
import { principalOf } from '../access.js';
import { baseOf } from '../address.js';
import { forgetWrongType } from '../body.js';
import { asHuntError, logFailure, writeFailureHead } from '../failures.js';
import { answerHunt, type HuntingParts } from '../hunting.js';
import { refuseOtherMethods } from '../methods.js';
import {
  type CommandResult,
  commandOf,
  runCommand,
  tableText,
  type WrittenCommand,
} from './commands.js';
import {
  betweenV1,
  betweenV2,
  framed,
  headV1,
  headV2,
  type Ids,
  type ResultTable,
  tableV1,
  tailV1,
  tailV2,
} from './data-set.js';
import { errorEnvelope, statusOf } from './failure.js';
import { type KustoRequest, readKustoRequest } from './request.js';
import { joined } from './tables.js';

const config = {
  access: {
    api: 'kusto',
    roles: ['ThreatHunting.Read.All', 'AdvancedHunting.Read.All', 'AdvancedQuery.Read.All'],
  },
  unlisted: true,
} as const;

const open = { access: 'public', unlisted: true } as const;

interface KustoParts extends HuntingParts {
  /** Whether the server can answer hunts. */
  readonly ready: () => Promise<boolean>;
  /** How much of each table a principal may see; absent: nobody is told. */
  readonly statistics?: (principal: Principal) => Promise<ReadonlyMap<string, TableStatistics>>;
}

/**
 * Kusto's REST API (learn.microsoft.com/kusto/api/rest), so far as programs need it to hunt: queries, and the
 * commands by which they learn of the tables. Databases are not looked at: the token says whose data are asked for.
 */
export function kustoRoutes(
  root: FastifyInstance,
  parts: KustoParts & {
    readonly publicUrl: string | undefined;
    /** Whether tokens are to be had here. */
    readonly issues: boolean;
  },
): void {
  for (const version of ['v1', 'v2'] as const) {
    const prefix = `/${version}/rest`;
    root.register(
      async (app) => {
        app.setErrorHandler(sendFailure);
        app.setNotFoundHandler(async (request, reply) => {
          const what = `The address ${request.originalUrl.split('?', 1)[0]}`;
          const failure = new HuntError('request.notFound', { what });
          return reply.code(404).send(errorEnvelope(failure, idsOf(request)));
        });
        app.addHook('onRequest', forgetWrongType);
        app.addHook('onRequest', async (request, reply) => writeIds(request, reply));
        queryRoutes(app, parts, version);
        if (version === 'v2') return;
        managementRoutes(app, parts);
        metadataRoute(app, parts);
        // Says that somebody answers, to programs that have no token yet.
        app.get('/ping', { config: open }, async (_request, reply) => reply.code(200).send());
        refuseOtherMethods(app, 'GET', '/ping', open);
      },
      { prefix },
    );
  }
}

function queryRoutes(app: FastifyInstance, parts: KustoParts, version: 'v1' | 'v2'): void {
  const run = async (request: FastifyRequest, reply: FastifyReply) => {
    const asked = readKustoRequest(request);
    const command = commandOf(asked.text);
    if (!command) return answerQuery(request, reply, parts, asked, version);
    // Programs of the earlier version send commands here, too, and get the same answer as there.
    if (version === 'v2') throw misplaced('A command', '/v1/rest/mgmt');
    return answerCommand(request, reply, parts, asked, command);
  };
  app.post('/query', { config }, run);
  // A HEAD would run the hunt and throw its rows away.
  app.get('/query', { config, exposeHeadRoute: false }, run);
  refuseOtherMethods(app, 'GET, POST', '/query', config);
}

function managementRoutes(app: FastifyInstance, parts: KustoParts): void {
  app.post('/mgmt', { config }, async (request, reply) => {
    const asked = readKustoRequest(request);
    const command = commandOf(asked.text);
    if (!command) throw misplaced('A query', '/v2/rest/query');
    return answerCommand(request, reply, parts, asked, command);
  });
  refuseOtherMethods(app, 'POST', '/mgmt', config);
}

/** Where to get a token. That is elsewhere if there is nothing here, and clients know Microsoft's cloud themselves. */
function metadataRoute(
  app: FastifyInstance,
  { publicUrl, issues }: Parameters<typeof kustoRoutes>[1],
): void {
  app.get('/auth/metadata', { config: open }, async (request, reply) => {
    if (!issues) {
      reply.code(404);
      const failure = new HuntError('request.notFound', { what: 'An issuer of tokens' });
      return errorEnvelope(failure, idsOf(request));
    }
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
  refuseOtherMethods(app, 'GET', '/auth/metadata', open);
}

async function answerQuery(
  request: FastifyRequest,
  reply: FastifyReply,
  parts: HuntingParts,
  asked: KustoRequest,
  version: 'v1' | 'v2',
): Promise<FastifyReply> {
  const { framing } = asked;
  let visualization: SqlQuery['visualization'];
  let answers: readonly HuntAnswer[] = [];
  let stats: TablesAnswer['stats'];
  const tableOf = ({ columns, stats, rowLimit }: HuntAnswer, index = 0): ResultTable => {
    const name = answers[0]?.tables?.[index];
    // Whoever asked for so many rows needs no warning that there are no more.
    return { name, columns, stats, ...(rowLimit !== asked.rows && { rowLimit }) };
  };
  const complete = () => ({
    tables: answers.map(tableOf),
    stats,
    visualization,
  });
  const encode = ({ rows, columns }: HuntAnswer, index: number): Readable =>
    version === 'v2' && (framing.fragmented || framing.lineBreaks)
      ? // Whoever reads hears of both: a failure of the rows ends what is made of them.
        pipeline(rows, framed(framing, columns.length, index + 1), () => undefined)
      : rows;
  const between = (ended: HuntAnswer, next: HuntAnswer, index: number): string =>
    version === 'v1'
      ? betweenV1(tableOf(next, index), index)
      : betweenV2(tableOf(ended, index - 1), tableOf(next, index), index, framing);
  const hunt: HuntingParts['hunt'] = async (call) => {
    const all = await parts.huntTables(call);
    ({ answers, stats } = all);
    return { ...all.answers[0], stats, rows: joined(answers, encode, between) };
  };
  return answerHunt(
    request,
    reply,
    { ...parts, hunt },
    {
      ...huntOf(asked),
      onCompiled: (query) => {
        visualization ??= query.visualization;
      },
      ...(version === 'v1'
        ? { head: headV1, tail: () => tailV1(complete(), idsOf(request)) }
        : {
            head: (answer) => headV2({ ...tableOf(answer), visualization }, framing),
            tail: () => tailV2(complete(), idsOf(request), framing),
          }),
    },
  );
}

function huntOf(asked: KustoRequest) {
  const { database, text, parameters, window, now, wallSeconds, rows } = asked;
  return {
    generation: 'kusto',
    text,
    databaseName: database,
    encoding: 'kusto',
    parameters,
    ...(window && { window }),
    ...(now && { now }),
    atMost: { ...(wallSeconds && { wallSeconds }), ...(rows && { rows }) },
    statusOf,
  } as const;
}

/** What a command shows; what it is piped into is a hunt in that. */
async function answerCommand(
  request: FastifyRequest,
  reply: FastifyReply,
  parts: KustoParts,
  asked: KustoRequest,
  { command, query }: WrittenCommand,
): Promise<object> {
  const principal = principalOf(request);
  const show = async () => {
    authorizeData(principal);
    return runCommand(command, {
      principal,
      catalog: await parts.catalog(principal),
      database: asked.database ?? principal.tenant,
      statistics: async () => parts.statistics?.(principal),
      failure: () => failureOf(parts.ready),
    });
  };
  const onRecord = (work: () => Promise<CommandResult>) =>
    parts.command(
      { principal, generation: 'kusto', text: asked.text, address: request.ip, statusOf },
      work,
    );
  if (query === '') {
    const { columns, rows } = await onRecord(show);
    return { Tables: [{ ...tableV1(columns), Rows: rows }] };
  }
  // It is on record as the hunt that it begins; what is refused begins none.
  const table = tableText(await show().catch((error) => onRecord(() => Promise.reject(error))));
  try {
    return await answerHunt(request, reply, parts, {
      ...huntOf(asked),
      text: table + query,
      written: asked.text,
      head: headV1,
      tail: () => ']}]}',
    });
  } catch (error) {
    throw error instanceof HuntError
      ? movedBy(asked.text.length - query.length - table.length, error)
      : error;
  }
}

async function failureOf(ready: KustoParts['ready']): Promise<HuntError | undefined> {
  try {
    return (await ready()) ? undefined : new HuntError('engine.unavailable', {});
  } catch (error) {
    return asHuntError(error);
  }
}

/** An error that stands so many characters further on. */
function movedBy(characters: number, error: HuntError): HuntError {
  const { code, parameters, span, cause } = error;
  if (!span) return error;
  const start = Math.max(0, span.start + characters);
  return new HuntError(code, parameters, { span: { ...span, start }, cause });
}

function misplaced(what: string, url: string): HuntError {
  return new HuntError('request.body', { message: `${what} has to be sent to ${url}.` });
}

function idsOf(request: FastifyRequest): Ids {
  const client = request.headers['x-ms-client-request-id'];
  const isFit = typeof client === 'string' && /^[\x20-\x7e]{1,256}$/.test(client);
  // Who names no id is given one.
  return { activity: request.id, client: isFit ? client : `unspecified;${request.id}` };
}

function writeIds(request: FastifyRequest, reply: FastifyReply): void {
  reply.header('x-ms-activity-id', request.id);
  reply.header('x-ms-client-request-id', idsOf(request).client);
}

function sendFailure(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const failure = asHuntError(error);
  logFailure(request.log, failure);
  // What is refused for its token or its address has not come to the hook that writes them.
  writeIds(request, reply);
  writeFailureHead(failure, request, reply);
  reply.code(statusOf(failure));
  reply.send(errorEnvelope(failure, idsOf(request), request.huntText));
}
