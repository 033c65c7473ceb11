import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { HuntError } from '../../errors.js';
import type { CollectorFailure } from '../../ingest/cutting/collector-events.js';
import type { CutOptions } from '../../ingest/cutting/cut.js';
import { principalOf } from '../access.js';
import { asHuntError, logFailure, writeFailureHead } from '../failures.js';
import { streamed, withCutBody, withWholeBody } from './body.js';
import { SplunkError, splunkAnswers } from './splunk-answers.js';
import { Channels } from './splunk-channels.js';
import { type IngestParts, senders } from './way.js';

const root = '/services/collector';

/** Splunk's HTTP Event Collector. A token is an application's `id:secret`. */
export function splunk(scope: FastifyInstance, ingest: IngestParts): void {
  const channels = new Channels();
  scope.setErrorHandler(sendFailure);
  const options = { ...streamed, config: { access: senders } };
  const unlisted = { ...streamed, config: { access: senders, unlisted: true } } as const;

  const take = async <Form extends 'collectorEvents' | 'collectorLines'>(
    request: FastifyRequest,
    form: Form,
    options: CutOptions<Form>,
  ) => {
    const channel = channels.of(request);
    return withCutBody(request, ingest, form, options, async ({ groups, failure }, lease) => {
      const { tenant } = principalOf(request);
      for (const { name, portions } of groups) {
        const origin = `Splunk HEC, sourcetype ${name.slice(0, 200)}`;
        // A failure after some have been taken: they are sent again, and known.
        const named = name === '' ? undefined : name;
        await ingest.items(portions, { tenant, named, origin }, lease);
      }
      // After the others: many clients drop a request that is refused.
      if (failure) throw errorOf(failure);
      return answer(channel === undefined ? undefined : channels.acknowledge(channel));
    });
  };
  const events = (request: FastifyRequest) => take(request, 'collectorEvents', undefined);
  scope.post(root, options, events);
  for (const url of [`${root}/event`, `${root}/event/1.0`]) scope.post(url, unlisted, events);
  for (const url of [root, `${root}/*`]) {
    // Docker's driver asks so, without a token, whether there is a collector.
    scope.options(
      url,
      { ...streamed, config: { access: 'public', unlisted: true } },
      async () => '',
    );
  }

  const raw = (request: FastifyRequest) => {
    const { host, sourcetype } = request.query as Record<string, unknown>;
    const common = { host: textOf(host), sourcetype: textOf(sourcetype) ?? '' };
    return take(request, 'collectorLines', common);
  };
  for (const url of [`${root}/raw`, `${root}/raw/1.0`]) scope.post(url, unlisted, raw);

  for (const [url, method] of [
    [root, ['GET', 'PUT', 'DELETE']],
    [`${root}/*`, ['GET', 'POST', 'PUT', 'DELETE']],
  ] as const) {
    scope.route({ method: [...method], url, ...unlisted, handler: nowhere });
  }

  for (const url of [`${root}/ack`, `${root}/ack/1.0`]) {
    scope.post(url, unlisted, (request) =>
      withWholeBody(request, ingest, async (body) => channels.status(request, body)),
    );
  }
  for (const url of [`${root}/health`, `${root}/health/1.0`]) {
    // Load balancers ask for it, and have no token.
    scope.get(url, { ...streamed, config: { access: 'public', unlisted: true } }, async () => {
      try {
        ingest.admit().end();
      } catch {
        throw new SplunkError('unhealthy');
      }
      return splunkAnswers.healthy.body;
    });
  }
}

const nowhere = () => {
  throw new SplunkError('notFound');
};

function answer(ackId: number | undefined): object {
  return { ...splunkAnswers.success.body, ...(ackId === undefined ? {} : { ackId }) };
}

function errorOf({ problem, number }: CollectorFailure): SplunkError {
  return new SplunkError(problem, number === undefined ? {} : { 'invalid-event-number': number });
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function sendFailure(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  if (error instanceof SplunkError) {
    const { status, body } = splunkAnswers[error.kind];
    reply.code(status).send({ ...body, ...error.details });
    return;
  }
  const failure = asHuntError(error);
  logFailure(request.log, failure);
  writeFailureHead(failure, request, reply);
  const { status, body } = splunkAnswers[kindOf(failure, request)];
  reply.code(status).send(body);
}

function kindOf(failure: HuntError, request: FastifyRequest): keyof typeof splunkAnswers {
  if (failure.status === 401) {
    if (request.headers.authorization !== undefined) return 'invalidAuthorization';
    const isInQuery = Object.hasOwn(request.query as object, 'token');
    return isInQuery ? 'queryAuthorization' : 'tokenRequired';
  }
  if (failure.status === 403) return 'invalidToken';
  if (failure.status === 413) return 'tooLarge';
  // Splunk's clients take 503 as a reason to send again, and many of them no 4xx.
  if (failure.status === 429 || failure.status === 503) return 'busy';
  return failure.status < 500 ? 'invalidFormat' : 'internal';
}
