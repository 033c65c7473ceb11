import type { FastifyBaseLogger, FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { HuntError } from '../errors.js';

/** Characters of a name within an address. Routes say themselves how long it may be, and in which words. */
export const maxNameLength = 1024;

/** The failure that a caller is told about; anything that is not one of ours or HTTP's is our bug. */
export function asHuntError(error: unknown): HuntError {
  if (error instanceof HuntError) return error;
  const { code, statusCode } = error as Partial<FastifyError>;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return new HuntError('request.tooLarge', { limitBytes: bodyLimitBytes }, { cause: error });
  }
  if (code === 'FST_CP_ERR_INVALID_CONTENT_ENCODING') {
    return new HuntError('request.encoding', {}, { cause: error });
  }
  const address = addressFaults[code ?? ''];
  if (address) return new HuntError('request.parameter', { message: address }, { cause: error });
  if (fullDiskCodes.has(code ?? '')) return new HuntError('engine.storage', {}, { cause: error });
  if (damagedCodes.test(code ?? '')) {
    return new HuntError('request.body', { message: damaged }, { cause: error });
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new HuntError(
      'request.body',
      { message: 'Request body is incorrect.' },
      { cause: error },
    );
  }
  return new HuntError('engine.failed', {}, { cause: error });
}

/** What the router says of an address that it cannot read. */
const addressFaults: Readonly<Record<string, string>> = {
  FST_ERR_MAX_PARAM_LENGTH: `A name in the address is longer than ${maxNameLength} characters.`,
};

/** Of the file system, SQLite and PostgreSQL. */
const fullDiskCodes: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'SQLITE_FULL', '53100']);
const damagedCodes =
  /^(FST_CP_ERR_INVALID_CONTENT$|Z_|ERR_BUFFER_TOO_LARGE|ERR__ERROR_FORMAT|ERR_BROTLI)/;
const damaged = 'The compressed request body is damaged.';

/** Bytes of a request body, after it has been inflated, on every route that reads it whole. */
export const bodyLimitBytes = 4 * 1024 * 1024;

/** Status and headers of a failure; its body is the generation's own. */
export function writeFailureHead(
  error: HuntError,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  reply.code(error.status);
  if (error.status === 401) reply.header('www-authenticate', challenge(request, error));
  if (error.status === 503) reply.header('retry-after', '5');
  if (error.status === 429) {
    const { retryAfterSeconds } = error.parameters as { retryAfterSeconds: number };
    reply.header('retry-after', String(retryAfterSeconds));
  }
  if (error.span) reply.header('quarry-error-span', `${error.span.start}+${error.span.length}`);
}

/** Bugs are logged with their cause; what the caller did wrong is not worth a stack. */
export function logFailure(log: FastifyBaseLogger, error: HuntError): void {
  if (error.status >= 500) log.error({ err: error.cause ?? error, code: error.code }, 'failed');
}

function challenge(request: FastifyRequest, error: HuntError): string {
  if (request.headers.authorization === undefined) return 'Bearer';
  const { reason } = error.parameters as { reason: string };
  return `Bearer error="invalid_token", error_description="${reason}"`;
}
