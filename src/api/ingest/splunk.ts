import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { HuntError } from '../../errors.js';
import { principalOf } from '../access.js';
import { asHuntError, logFailure, writeFailureHead } from '../failures.js';
import { streamed, withWholeBody } from './body.js';
import { NamedItems } from './named-items.js';
import { Channels } from './splunk-channels.js';
import {
  type CollectorEvent,
  parseEvents,
  portionsOfLines,
  SplunkError,
  splunkAnswers,
} from './splunk-events.js';
import { withEnvelope } from './text-events.js';
import { type IngestParts, senders } from './way.js';

const root = '/services/collector';

/** Splunk's HTTP Event Collector. A token is an application's `id:secret`. */
export function splunk(scope: FastifyInstance, ingest: IngestParts): void {
  const channels = new Channels();
  scope.setErrorHandler(sendFailure);
  const options = { ...streamed, config: { access: senders } };
  const unlisted = { ...streamed, config: { access: senders, unlisted: true } } as const;

  const events = (request: FastifyRequest) =>
    withWholeBody(request, ingest, async (body) => {
      const channel = channels.of(request);
      const { events, failure } = parseEvents(body.toString('utf8'));
      await take(events, request, ingest);
      // After the others: many clients drop a request that is refused.
      if (failure) throw failure;
      return answer(channel === undefined ? undefined : channels.acknowledge(channel));
    });
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

  const raw = (request: FastifyRequest) =>
    withWholeBody(request, ingest, async (body) => {
      const channel = channels.of(request);
      const { host, sourcetype } = request.query as Record<string, unknown>;
      const common = { host: textOf(host), sourcetype: textOf(sourcetype) ?? '' };
      for (const lines of portionsOfLines(body.toString('utf8'), common)) {
        await take(lines, request, ingest);
      }
      return answer(channel === undefined ? undefined : channels.acknowledge(channel));
    });
  for (const url of [`${root}/raw`, `${root}/raw/1.0`]) scope.post(url, unlisted, raw);

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

function answer(ackId: number | undefined): object {
  return { ...splunkAnswers.success.body, ...(ackId === undefined ? {} : { ackId }) };
}

/** Takes events in, those of one sourcetype at a time. What is broken in them is in the dead letters. */
async function take(
  events: readonly CollectorEvent[],
  request: FastifyRequest,
  ingest: IngestParts,
): Promise<void> {
  const { tenant } = principalOf(request);
  const named = new NamedItems(await ingest.naming(tenant));
  for (const [number, { text, host, sourcetype }] of events.entries()) {
    named.add(sourcetype, withEnvelope(text, host), number);
  }
  for (const { name, items } of named.groups()) {
    const origin = `Splunk HEC, sourcetype ${name.slice(0, 200)}`;
    // A failure after some have been taken: they are sent again, and known.
    await ingest.items(items, { tenant, named: name === '' ? undefined : name, origin });
  }
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
  // Splunk's clients take 503 as a reason to send again, and many of them no 4xx.
  if (failure.status === 429 || failure.status === 503) return 'busy';
  return failure.status < 500 ? 'invalidFormat' : 'internal';
}
