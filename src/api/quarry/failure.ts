import type { FastifyReply, FastifyRequest } from 'fastify';
import { type HuntError, lineAndColumn } from '../../errors.js';
import { asHuntError, logFailure, writeFailureHead } from '../failures.js';

/** Where in a query something is: line and column from 1, `start` and `length` in UTF-16 units from 0. */
export interface Position {
  readonly line: number;
  readonly column: number;
  readonly start: number;
  readonly length: number;
}

/** A failure of a hunt as an editor shows it: by its own code, and where it stands. */
export function huntFailure(error: HuntError, text: string | undefined) {
  const { span } = error;
  const position: Position | undefined =
    span && text !== undefined ? { ...lineAndColumn(text, span.start), ...span } : undefined;
  const { retryAfterSeconds } = error.parameters as { retryAfterSeconds?: number };
  return {
    code: error.code,
    message: error.message,
    ...(position && { position }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  };
}

/** For the routes whose callers edit queries. */
export function sendHuntFailure(error: unknown, request: FastifyRequest, reply: FastifyReply) {
  const failure = asHuntError(error);
  logFailure(request.log, failure);
  writeFailureHead(failure, request, reply);
  reply
    .type('application/json; charset=utf-8')
    .send({ error: { ...huntFailure(failure, request.huntText), target: request.id } });
}
