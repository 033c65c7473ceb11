import { randomBytes } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { HuntError } from '../../errors.js';
import type { Lease } from '../../ingest/admission.js';
import { NamedItems } from '../../ingest/cutting/named-items.js';
import { type ItemOptions, Items } from '../../ingest/items.js';
import { messageOf } from '../../ingest/summary.js';
import { principalOf } from '../access.js';
import { asHuntError, logFailure, writeFailureHead } from '../failures.js';
import { inSteps } from '../steps.js';
import { streamed, withWholeBody } from './body.js';
import { type BulkAction, parseBulk } from './elasticsearch-bulk.js';
import { handshake } from './elasticsearch-handshake.js';
import { type IngestParts, senders, type WayIn } from './way.js';

/** What clients look for before they believe that they talk to Elasticsearch. */
const product = { 'x-elastic-product': 'Elasticsearch' };

/**
 * What shippers need of Elasticsearch's API to send their events: the handshake and `_bulk`.
 * @param prefix of every path
 */
export function elasticsearch(prefix: string): WayIn {
  return (scope, ingest) => {
    scope.addHook('onRequest', async (_request, reply) => {
      reply.headers(product);
    });
    scope.setErrorHandler(sendFailure);
    const options = { ...streamed, config: { access: senders } };
    const bulk = (request: FastifyRequest, reply: FastifyReply) => takeBulk(request, reply, ingest);
    scope.post(`${prefix}/_bulk`, options, bulk);
    const unlisted = { ...streamed, config: { access: senders, unlisted: true } } as const;
    for (const method of ['POST', 'PUT'] as const) {
      const paths = ['/_bulk', '/:index/_bulk', '/:index/:type/_bulk'];
      for (const url of method === 'POST' ? paths.slice(1) : paths) {
        scope.route({ method, url: `${prefix}${url}`, ...unlisted, handler: bulk });
      }
      for (const url of ['/:index/_doc', '/:index/_doc/:id', '/:index/_create/:id']) {
        const handler = (request: FastifyRequest, reply: FastifyReply) =>
          takeDocument(request, reply, ingest);
        scope.route({ method, url: `${prefix}${url}`, ...unlisted, handler });
      }
    }
    const methods = ['GET', 'HEAD', 'PUT', 'POST', 'DELETE'];
    for (const url of prefix === '' ? ['/', '/*'] : [prefix, `${prefix}/*`]) {
      scope.route({
        method: methods,
        url,
        ...unlisted,
        exposeHeadRoute: false,
        handler: async (request, reply) => {
          const path = `/${(request.params as { '*'?: string })['*'] ?? ''}`;
          const { status, body, type } = handshake(request.method, path, request.host);
          if (type !== undefined) reply.type(type);
          return reply.code(status).send(request.method === 'HEAD' ? '' : body);
        },
      });
    }
  };
}

interface ItemAnswer {
  readonly status: number;
  readonly error?: { readonly type: string; readonly reason: string };
}

const stored: ItemAnswer = { status: 201 };

async function takeBulk(request: FastifyRequest, reply: FastifyReply, ingest: IngestParts) {
  const started = performance.now();
  return withWholeBody(request, ingest, async (body, lease) => {
    const { index } = request.params as { index?: string };
    const actions: BulkAction[] = [];
    for await (const action of inSteps(parseBulk(body, index))) actions.push(action);
    const answers = await takeActions(actions, request, ingest, lease);
    const { filter_path: filter } = request.query as { filter_path?: string };
    const isBrief = typeof filter === 'string' && !filter.includes('_id');
    const items: string[] = [];
    for await (const [number, action] of inSteps(actions.entries())) {
      const answer = answers[number] ?? stored;
      const whole = isBrief ? answer : { ...namesOf(action, answer), ...answer };
      items.push(JSON.stringify({ [action.name]: whole }));
    }
    const took = Math.round(performance.now() - started);
    const errors = answers.some(({ status }) => status >= 300);
    return reply
      .type('application/json; charset=utf-8')
      .send(`{"took":${took},"errors":${errors},"items":[${items.join(',')}]}`);
  });
}

function namesOf(action: BulkAction, { error }: ItemAnswer) {
  const { _index, _id, ...stored } = documentOf(action);
  return error ? { _index, _id } : { _index, _id, ...stored };
}

function documentOf({ index, id }: Pick<BulkAction, 'index' | 'id'>) {
  return {
    _index: index,
    _id: id ?? randomBytes(15).toString('base64url'),
    _version: 1,
    result: 'created',
    _shards: { total: 1, successful: 1, failed: 0 },
    _seq_no: 0,
    _primary_term: 1,
  };
}

/**
 * The answer to each action, in their order. Where some cannot be taken at the moment the whole request is refused,
 * though others of it may have been: sent again they add nothing, while an item's own 429 is lost by shippers that
 * look at the whole alone (Fluent Bit, Vector, rsyslog).
 */
async function takeActions(
  actions: readonly BulkAction[],
  request: FastifyRequest,
  ingest: IngestParts,
  lease: Pick<Lease, 'grow'>,
): Promise<ItemAnswer[]> {
  const answers = actions.map(({ refusal }) => (refusal ? illegal(refusal) : stored));
  const named = new NamedItems(await ingest.naming(principalOf(request).tenant));
  for await (const [number, action] of inSteps(actions.entries())) {
    const { index, document, refusal } = action;
    if (refusal === undefined) named.add(index, document, number);
  }
  for (const { name, items, numbers } of named.groups()) {
    const { refusals } = await ingest.items(items.portions(), optionsOf(request, name), lease);
    for (const refusal of refusals) {
      const number = numbers[refusal.offset];
      if (number === undefined) continue;
      const error = { type: 'document_parsing_exception', reason: messageOf(refusal) };
      answers[number] = { status: 400, error };
    }
  }
  return answers;
}

function optionsOf(request: FastifyRequest, index: string): ItemOptions {
  const { tenant } = principalOf(request);
  return { tenant, named: index, origin: `Elasticsearch, index ${index.slice(0, 200)}` };
}

function illegal(reason: string): ItemAnswer {
  return { status: 400, error: { type: 'illegal_argument_exception', reason } };
}

async function takeDocument(request: FastifyRequest, reply: FastifyReply, ingest: IngestParts) {
  const { index = '', id } = request.params as { index?: string; id?: string };
  const items = new Items();
  return withWholeBody(request, ingest, async (body, lease) => {
    items.add(body);
    const { refusals } = await ingest.items(items.portions(), optionsOf(request, index), lease);
    const [refusal] = refusals;
    if (refusal) {
      const error = { type: 'document_parsing_exception', reason: messageOf(refusal) };
      return reply.code(400).send({ error: { root_cause: [error], ...error }, status: 400 });
    }
    return reply.code(201).send(documentOf({ index, id }));
  });
}

/** Elasticsearch's names for what goes wrong, by status. */
const types: Readonly<Record<number, string>> = {
  401: 'security_exception',
  403: 'security_exception',
  413: 'content_too_long_exception',
  415: 'media_type_header_exception',
  429: 'es_rejected_execution_exception',
  500: 'exception',
  503: 'cluster_block_exception',
};

function errorOf(failure: HuntError) {
  return { type: types[failure.status] ?? 'illegal_argument_exception', reason: failure.message };
}

function sendFailure(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const failure = asHuntError(error);
  logFailure(request.log, failure);
  writeFailureHead(failure, request, reply);
  if (failure.status === 401) {
    reply.header('www-authenticate', 'Basic realm="security", charset="UTF-8"');
  }
  const cause = errorOf(failure);
  reply.send({ error: { root_cause: [cause], ...cause }, status: failure.status });
}
