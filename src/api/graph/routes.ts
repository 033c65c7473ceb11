import { pipeline, type Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HuntError } from '../../errors.js';
import type { HuntAnswer } from '../../hunting/hunt.js';
import { parseTimespan } from '../../hunting/timespan.js';
import { authorizeData } from '../../identity/authorize.js';
import { principalOf } from '../access.js';
import { baseOf } from '../address.js';
import { readJsonBody } from '../body.js';
import { asHuntError, logFailure, writeFailureHead } from '../failures.js';
import { answerHunt, checkQueryText, type HuntingParts } from '../hunting.js';
import { refuseOtherMethods } from '../methods.js';
import { annotateDynamics } from './dynamic-values.js';
import { envelopeHead, errorEnvelope } from './envelope.js';
import { functionParameters } from './odata.js';
import { huntingSchema } from './schema.js';

const config = { access: { api: 'graph', roles: ['ThreatHunting.Read.All'] } } as const;

/** Graph's versions; both are served alike. */
const versions = ['/v1.0', '/beta'];

/** An action's name as it is documented, and as generated programs qualify it. */
const namesOf = (name: string) => [
  `/security/${name}`,
  `/security/microsoft.graph.security.${name}`,
];

/** Characters of a request's path and query that the GET form may have. */
const maxUrlLength = 32_768;

/** Hunting through Microsoft Graph. */
export function graphRoutes(
  root: FastifyInstance,
  parts: HuntingParts & { readonly publicUrl: string | undefined },
): void {
  for (const prefix of versions) {
    root.register(
      async (app) => {
        app.setErrorHandler(sendFailure);
        app.setNotFoundHandler(async (request) => {
          throw new HuntError('request.notFound', { what: `The resource ${pathOf(request)}` });
        });
        app.addHook('onRequest', async (request, reply) => void writeId(request, reply));
        huntingRoutes(app, prefix, parts);
        schemaRoutes(app, prefix, parts);
      },
      { prefix },
    );
  }
}

function huntingRoutes(
  app: FastifyInstance,
  prefix: string,
  parts: HuntingParts & { readonly publicUrl: string | undefined },
): void {
  const run = (request: FastifyRequest, reply: FastifyReply, asked: GraphHunt) => {
    const root = baseOf(request, parts.publicUrl) + prefix;
    const window =
      asked.timespan === undefined ? undefined : parseTimespan(asked.timespan, new Date());
    return answerHunt(request, reply, parts, {
      generation: 'graph',
      text: checkQueryText(asked.query),
      encoding: 'graph',
      ...(window && { window }),
      head: (answer) => envelopeHead(root, answer),
      rows: encodeRows,
    });
  };
  for (const path of namesOf('runHuntingQuery')) {
    app.post(path, { config, onRequest: requireJson }, async (request, reply) =>
      run(request, reply, bodyOf(request)),
    );
    refuseOtherMethods(app, 'POST', path, config);
  }
  for (const path of namesOf('getRunHuntingQuery')) {
    // A HEAD would run the hunt and throw its rows away.
    app.get(`${path}*`, { config, exposeHeadRoute: false }, async (request, reply) =>
      run(request, reply, parametersOf(request)),
    );
    refuseOtherMethods(app, 'GET', `${path}*`, config);
  }
}

/** The tables, columns and functions that the signed-in user may hunt in. */
function schemaRoutes(
  app: FastifyInstance,
  prefix: string,
  parts: HuntingParts & { readonly publicUrl: string | undefined },
): void {
  for (const path of namesOf('getHuntingSchema').flatMap((name) => [name, `${name}()`])) {
    app.get(path, { config }, async (request) => {
      const principal = principalOf(request);
      // Documented for users alone.
      if (principal.kind !== 'user') throw new HuntError('request.delegatedOnly', {});
      authorizeData(principal);
      const root = baseOf(request, parts.publicUrl) + prefix;
      return huntingSchema(root, await parts.catalog(principal));
    });
    refuseOtherMethods(app, 'GET', path, config);
  }
}

function encodeRows({ columns, rows }: HuntAnswer): Readable {
  if (!columns.some(({ type }) => type === 'dynamic')) return rows;
  // `wrapRows` hears of both: a failure of the rows ends what is made of them, and the other way round.
  return pipeline(rows, annotateDynamics(), () => undefined);
}

interface GraphHunt {
  readonly query: unknown;
  readonly timespan: string | undefined;
}

/** A type that is not said is taken for it, as programs leave it out. */
async function requireJson({ headers }: FastifyRequest): Promise<void> {
  const contentType = headers['content-type'];
  if (contentType !== undefined && !/^[\w.+-]+\/[\w.+-]*\bjson\s*(?:;|$)/i.test(contentType)) {
    throw new HuntError('request.mediaType', { expected: 'application/json' });
  }
}

/** Property names in any case: the documentation has them in two, and programs follow either. */
function bodyOf(request: FastifyRequest): GraphHunt {
  const body = readJsonBody(request.body, request.headers['content-type'], { rawControls: false });
  const properties = new Map(
    Object.entries(body).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const timespan = properties.get('timespan') ?? undefined;
  if (timespan !== undefined && typeof timespan !== 'string') {
    throw new HuntError('request.parameter', { message: 'Invalid timespan: it must be a string.' });
  }
  return { query: properties.get('query'), timespan: timespan || undefined };
}

function parametersOf(request: FastifyRequest): GraphHunt {
  if (request.originalUrl.length > maxUrlLength) {
    throw new HuntError('request.urlTooLong', { limitCharacters: maxUrlLength });
  }
  // An address may be written whole, as to a proxy (RFC 9112, 3.2.2).
  const call = decodeURIComponent(pathOf(request)).replace(
    /^(?:https?:\/\/[^/]*)?\/+[^/]+\/+security\/+/i,
    '',
  );
  const parameters = functionParameters(call);
  return { query: parameters.get('query'), timespan: parameters.get('timespan') || undefined };
}

function pathOf(request: FastifyRequest): string {
  return request.originalUrl.split('?', 1)[0] ?? '';
}

/** The client's own, if it has sent one. */
function writeId(request: FastifyRequest, reply: FastifyReply): string {
  const id = String(reply.getHeader('client-request-id') ?? request.id);
  reply.header('client-request-id', id);
  return id;
}

function sendFailure(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const failure = asHuntError(error);
  logFailure(request.log, failure);
  writeFailureHead(failure, request, reply);
  // What is refused for its token or its address has not come to the hook that writes it.
  const client = writeId(request, reply);
  reply
    .type('application/json')
    .send(errorEnvelope(failure, { request: request.id, client }, request.huntText));
}
