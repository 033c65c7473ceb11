import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { compactJson, type JsonValue } from '../../ingest/json.js';
import { messageOf } from '../../ingest/summary.js';
import { principalOf } from '../access.js';
import { asHuntError, logFailure, writeFailureHead } from '../failures.js';
import { streamed, withWholeBody } from './body.js';
import { NamedItems } from './named-items.js';
import { decodeLogs, encodeLogsAnswer, encodeStatus, type LogGroup } from './otlp-messages.js';
import { withEnvelope } from './text-events.js';
import { type IngestParts, senders } from './way.js';

/** An attribute of the resource, the scope or a record that names the connector. */
const sourceAttribute = 'quarry.source';

const protobuf = 'application/x-protobuf';

/** OpenTelemetry's logs over HTTP, as protobuf and as JSON. */
export function otlp(scope: FastifyInstance, ingest: IngestParts): void {
  scope.setErrorHandler(sendFailure);
  const options = { ...streamed, config: { access: senders } };
  scope.post('/v1/logs', options, (request, reply) =>
    withWholeBody(request, ingest, async (body, grow) => {
      const { tenant } = principalOf(request);
      const groups = decodeLogs(body, isProtobuf(request), grow);
      let rejected = 0;
      let first: string | undefined;
      const named = new NamedItems(await ingest.naming(tenant));
      addEvents(named, groups);
      for (const { name, items } of named.groups()) {
        const origin = `OTLP, ${name.slice(0, 200)}`;
        const { refusals } = await ingest.items(items, { tenant, named: name, origin });
        rejected += refusals.length;
        first ??= refusals.map(messageOf)[0];
      }
      const partial = rejected > 0 ? { rejected, message: first ?? '' } : undefined;
      return send(request, reply, encodeLogsAnswer(partial, isProtobuf(request)));
    }),
  );
}

function isProtobuf(request: FastifyRequest): boolean {
  return request.headers['content-type']?.toLowerCase().startsWith(protobuf) ?? false;
}

function send(request: FastifyRequest, reply: FastifyReply, answer: Uint8Array | string) {
  return reply.type(isProtobuf(request) ? protobuf : 'application/json').send(answer);
}

/** By the name that may stand for their connector: an attribute, or the scope's name. */
function addEvents(events: NamedItems, groups: readonly LogGroup[]): void {
  let number = 0;
  for (const { resource, scope, scopeAttributes, records } of groups) {
    const host = textOf(resource['host.name']);
    for (const { body, attributes } of records) {
      const name =
        textOf(attributes[sourceAttribute]) ??
        textOf(scopeAttributes[sourceAttribute]) ??
        textOf(resource[sourceAttribute]) ??
        scope;
      events.add(name, eventOf(body, attributes, host), number++);
    }
  }
}

/** A body that is a document is the event; a text is one with its attributes beside it. */
function eventOf(
  body: JsonValue | undefined,
  attributes: Readonly<Record<string, JsonValue>>,
  host: string | undefined,
): string {
  const isEmpty = body === undefined || body === null || body === '';
  if (typeof body === 'string' && !isEmpty) return withEnvelope(body, host);
  return compactJson(isEmpty ? attributes : body);
}

function textOf(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Codes of google.rpc.Status by HTTP status. */
const codes: Readonly<Record<number, number>> = { 401: 16, 403: 7, 429: 8, 500: 13, 503: 14 };
const invalidArgument = 3;

function sendFailure(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const failure = asHuntError(error);
  logFailure(request.log, failure);
  writeFailureHead(failure, request, reply);
  const status = { code: codes[failure.status] ?? invalidArgument, message: failure.message };
  send(request, reply, encodeStatus(status, isProtobuf(request)));
}
