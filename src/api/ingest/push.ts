import type { FastifyInstance } from 'fastify';
import { HuntError } from '../../errors.js';
import { principalOf } from '../access.js';
import { refuseOtherMethods } from '../methods.js';
import { bodyOf, streamed } from './body.js';
import { type IngestParts, senders } from './way.js';

/** Names in the address that are no connector's. */
const sources: Readonly<Record<string, string | undefined>> = {
  auto: undefined,
  'streaming-api': 'defender-streaming',
};

const longestKey = 255;

/** Telemetry of any kind as the body of a request; the answer says what became of it. */
export function push(scope: FastifyInstance, ingest: IngestParts): void {
  const config = { access: senders };
  const url = '/api/ingest/:source';
  scope.post<{ Params: { source: string } }>(url, { ...streamed, config }, async (request) => {
    const { tenant } = principalOf(request);
    const name = request.params.source.toLowerCase();
    const source = Object.hasOwn(sources, name) ? sources[name] : request.params.source;
    const key = keyOf(request.headers['idempotency-key']);
    return ingest.push(bodyOf(request), { tenant, source, requestId: request.id, key });
  });
  refuseOtherMethods(scope, 'POST', url, config);
}

function keyOf(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header === 'string' && header !== '' && header.length <= longestKey) return header;
  throw new HuntError('request.parameter', {
    message: `Idempotency-Key has 1 to ${longestKey} characters, and stands once.`,
  });
}
