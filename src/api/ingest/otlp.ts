import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HuntError } from '../../errors.js';
import { messageOf } from '../../ingest/summary.js';
import { principalOf } from '../access.js';
import { asHuntError, logFailure, writeFailureHead } from '../failures.js';
import { streamed, withCutBody } from './body.js';
import { encodeLogsAnswer, encodeStatus } from './otlp-answers.js';
import { type IngestParts, senders } from './way.js';

const protobuf = 'application/x-protobuf';

/** OpenTelemetry's logs over HTTP, as protobuf and as JSON. */
export function otlp(scope: FastifyInstance, ingest: IngestParts): void {
  scope.setErrorHandler(sendFailure);
  const options = { ...streamed, config: { access: senders } };
  scope.post('/v1/logs', options, (request, reply) =>
    withCutBody(
      request,
      ingest,
      'otlpLogs',
      { isProtobuf: isProtobuf(request) },
      async ({ groups, failure }, lease) => {
        if (failure !== undefined) throw new HuntError('request.body', { message: failure });
        const { tenant } = principalOf(request);
        let rejected = 0;
        let first: string | undefined;
        for (const { name, portions } of groups) {
          const origin = `OTLP, ${name.slice(0, 200)}`;
          const { refusals } = await ingest.items(portions, { tenant, named: name, origin }, lease);
          rejected += refusals.length;
          first ??= refusals.map(messageOf)[0];
        }
        const partial = rejected > 0 ? { rejected, message: first ?? '' } : undefined;
        return send(request, reply, encodeLogsAnswer(partial, isProtobuf(request)));
      },
    ),
  );
}

function isProtobuf(request: FastifyRequest): boolean {
  return request.headers['content-type']?.toLowerCase().startsWith(protobuf) ?? false;
}

function send(request: FastifyRequest, reply: FastifyReply, answer: Uint8Array | string) {
  return reply.type(isProtobuf(request) ? protobuf : 'application/json').send(answer);
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
