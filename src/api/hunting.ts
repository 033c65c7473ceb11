import type { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Catalog } from '../catalog/types.js';
import type { ResultColumn } from '../compile.js';
import { HuntError } from '../errors.js';
import type { HuntAnswer } from '../hunting/hunt.js';
import type { CommandCall, HuntCall } from '../hunting/service.js';
import type { TablesAnswer } from '../hunting/tables.js';
import type { Principal } from '../identity/principal.js';
import { principalOf } from './access.js';
import { asHuntError } from './failures.js';
import type { Metrics } from './metrics.js';
import { departure, wrapRows } from './stream.js';

/** What every hunting route stands on. */
export interface HuntingParts {
  readonly hunt: (call: HuntCall) => Promise<HuntAnswer>;
  /** A hunt whose query may have several tables. */
  readonly huntTables: (call: HuntCall) => Promise<TablesAnswer>;
  /** The columns that a hunt's answer would have. */
  readonly describe: (call: HuntCall) => Promise<readonly ResultColumn[]>;
  /** What a command shows of the tables, on record. */
  readonly command: <T extends { readonly rows: readonly unknown[] }>(
    call: CommandCall,
    work: () => Promise<T>,
  ) => Promise<T>;
  /** What a principal may hunt in. */
  readonly catalog: (principal: Principal) => Promise<Catalog>;
  readonly metrics?: Metrics | undefined;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The text that is being hunted with, for error positions. */
    huntText: string | undefined;
  }
}

/** Characters of a query's text. */
export const maxQueryLength = 1_000_000;

/** @throws HuntError `request.body` `request.parameter` */
export function checkQueryText(query: unknown): string {
  if (query === undefined || query === null) {
    throw new HuntError('request.body', { message: 'Missing query.' });
  }
  if (typeof query !== 'string') {
    throw new HuntError('request.body', { message: 'Request body is incorrect.' });
  }
  if (query.trim() === '') throw new HuntError('request.body', { message: 'Missing query.' });
  if (query.length >= maxQueryLength) {
    throw new HuntError('request.parameter', {
      message: `Invalid input Query: its text must be shorter than ${maxQueryLength} characters.`,
    });
  }
  return query;
}

/** How long a hunt has taken, and how much of it was waiting for the engine, where it has come to that. */
export function huntClock() {
  const started = performance.now();
  let waited: number | undefined;
  return {
    onWaited: (seconds: number): void => {
      waited = (waited ?? 0) + seconds * 1000;
    },
    times: () => ({
      durationMs: Math.round(performance.now() - started),
      ...(waited !== undefined && { waitedMs: Math.round(waited) }),
    }),
  };
}

/** Runs one hunt for a request, streams its answer, and writes its one line in the log. */
export async function answerHunt(
  request: FastifyRequest,
  reply: FastifyReply,
  { hunt, metrics }: Pick<HuntingParts, 'hunt' | 'metrics'>,
  asked: Omit<HuntCall, 'principal' | 'address' | 'signal'> & {
    readonly head: (answer: HuntAnswer) => string;
    /** What stands behind the rows; `]}` by default. */
    readonly tail?: (answer: HuntAnswer) => string;
    /** What is still to be done to the rows, which the engine has encoded. */
    readonly rows?: (answer: HuntAnswer) => Readable;
  },
): Promise<FastifyReply> {
  const { head, tail, rows: encode, ...call } = asked;
  const { generation, text } = call;
  const principal = principalOf(request);
  request.huntText = call.written ?? text;
  const clock = huntClock();
  const log = (line: { rows: number; status: number; cpuSeconds: number; code?: string }) => {
    const times = clock.times();
    metrics?.hunted({ ...line, generation, ...times });
    const { tenant, id, name } = principal;
    request.log.info(
      { tenant, principal: id, principalName: name, generation, ...times, ...line },
      'hunt',
    );
  };
  try {
    const answer = await hunt({
      ...call,
      principal,
      address: request.ip,
      signal: departure(reply),
      onWaited: clock.onWaited,
    });
    const body = wrapRows(head(answer), encode?.(answer) ?? answer.rows, tail?.(answer) ?? ']}');
    const { resultRows: rows, userCpuSeconds, kernelCpuSeconds } = answer.stats;
    const cpuSeconds = userCpuSeconds + kernelCpuSeconds;
    body.once('close', () =>
      body.readableEnded
        ? log({ rows, cpuSeconds, status: 200 })
        : log({ rows, cpuSeconds, status: 499, code: 'hunt.cancelled' }),
    );
    return await reply.header('content-type', 'application/json; charset=utf-8').send(body);
  } catch (error) {
    const failure = asHuntError(error);
    const status = call.statusOf?.(failure) ?? failure.status;
    log({ rows: 0, cpuSeconds: 0, status, code: failure.code });
    throw error;
  }
}
