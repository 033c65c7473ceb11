import type { FastifyRequest } from 'fastify';
import { principalOf } from '../access.js';
import { SplunkError } from './splunk-answers.js';

const mostChannels = 10_000;
const mostAsked = 100_000;
const longestQuestion = 1024 * 1024;
const guid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/**
 * Acknowledgements by channel. What has been answered is on disk, so that every number that was given
 * out is good at once; after a restart they are not known any more, and clients send once more what
 * they have not asked for in time.
 */
export class Channels {
  /** The next number by sender and channel. */
  readonly #next = new Map<string, number>();

  /** @throws SplunkError */
  of(request: FastifyRequest): string | undefined {
    const { channel = request.headers['x-splunk-request-channel'] } = request.query as {
      channel?: unknown;
    };
    if (channel === undefined) return undefined;
    if (typeof channel !== 'string' || !guid.test(channel)) throw new SplunkError('channelInvalid');
    const { tenant, id } = principalOf(request);
    return `${tenant}\n${id}\n${channel.toLowerCase()}`;
  }

  acknowledge(channel: string): number {
    const number = this.#next.get(channel) ?? 0;
    // Inserted anew, so that the map's order is that of their use.
    this.#next.delete(channel);
    this.#next.set(channel, number + 1);
    if (this.#next.size > mostChannels) {
      const [oldest] = this.#next.keys();
      if (oldest !== undefined) this.#next.delete(oldest);
    }
    return number;
  }

  /** @throws SplunkError */
  status(request: FastifyRequest, body: Buffer): object {
    const channel = this.of(request);
    if (channel === undefined) throw new SplunkError('channelMissing');
    const next = this.#next.get(channel) ?? 0;
    const acks = asked(body).map((number) => [String(number), number >= 0 && number < next]);
    return { acks: Object.fromEntries(acks) };
  }
}

function asked(body: Buffer): number[] {
  if (body.length > longestQuestion) throw new SplunkError('invalidFormat');
  try {
    const { acks } = JSON.parse(body.toString('utf8')) as { acks?: unknown };
    if (Array.isArray(acks) && acks.length <= mostAsked && acks.every(Number.isSafeInteger)) {
      return acks as number[];
    }
  } catch {
    // The same as what is JSON and asks for nothing.
  }
  throw new SplunkError('invalidFormat');
}
