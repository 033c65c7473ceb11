import { type HuntError, lineAndColumn } from '../../errors.js';
import type { Ids } from './data-set.js';

/**
 * The error object of Kusto's REST API (learn.microsoft.com/kusto/api/rest/response-http; its codes are those of
 * learn.microsoft.com/kusto/api/netfx/kusto-data-client-errors): programs read
 * `error["@message"]`, and whether it is `@permanent`.
 * @param text the hunt's text, where there is one
 */
export function errorEnvelope(error: HuntError, ids: Ids, text?: string) {
  const kind = kinds[error.code as keyof typeof kinds];
  const status = statusOf(error);
  const isPermanent = status < 500 && status !== 429;
  const context = {
    timestamp: new Date().toISOString(),
    serviceAlias: 'QUARRY',
    clientRequestId: ids.client,
    activityId: ids.activity,
  };
  if (!kind) {
    const { code, type } = classOf(error);
    const message = `${error.message}${placeOf(error, text)}`;
    return {
      error: {
        code,
        message,
        '@type': `Kusto.Data.Exceptions.${type}`,
        '@message': message,
        '@context': context,
        '@permanent': isPermanent,
      },
    };
  }
  const { message } = error.parameters as { message: string };
  const detail = `${kind.title}: ${kind.code}: ${message}${placeOf(error, text)}`;
  return {
    error: {
      code: 'General_BadRequest',
      message: 'Request is invalid and cannot be executed.',
      '@type': 'Kusto.Data.Exceptions.KustoBadRequestException',
      '@message': `Request is invalid and cannot be processed: ${detail}`,
      '@context': context,
      '@permanent': true,
      innererror: {
        code: kind.code,
        message: detail,
        '@type': kind.type,
        '@message': detail,
        '@context': context,
        '@permanent': true,
      },
    },
  };
}

/** Of errors that the query's author mends: which of Kusto's classes they belong to. */
const kinds = {
  'kql.syntax': {
    title: 'Syntax error',
    code: 'SYN0002',
    type: 'Kusto.Data.Exceptions.SyntaxException',
  },
  'kql.semantic': {
    title: 'Semantic error',
    code: 'SEM0100',
    type: 'Kusto.Data.Exceptions.SemanticException',
  },
} as const;

/** Programs take a 404 for a server that does not know the address, and a 504 for a time-out. */
export function statusOf({ code, status }: HuntError): number {
  return statuses[code] ?? status;
}

const statuses: Readonly<Partial<Record<HuntError['code'], number>>> = {
  'request.notFound': 400,
  'hunt.timeout': 504,
};

interface ErrorClass {
  readonly code: string;
  readonly type: string;
}

function classOf({ code, status }: HuntError): ErrorClass {
  return classes[code] ?? classes[status] ?? internal;
}

const internal = { code: 'General_InternalServerError', type: 'KustoServiceException' };
const badRequest = { code: 'General_BadRequest', type: 'KustoBadRequestException' };
const limits = {
  code: 'LimitsExceeded',
  type: 'KustoServicePartialQueryFailureLimitsExceededException',
};

/** Kusto's names of the other errors, by their codes here or their status. */
const classes: Readonly<Record<string | number, ErrorClass>> = {
  'request.notFound': { code: 'BadRequest_EntityNotFound', type: 'EntityNotFoundException' },
  'hunt.timeout': { code: 'RequestExecutionTimeout', type: 'KustoServiceTimeoutException' },
  'hunt.resources': limits,
  'hunt.resultSize': limits,
  400: badRequest,
  401: { code: 'Unauthorized', type: 'KustoRequestDeniedException' },
  403: { code: 'Forbidden', type: 'KustoRequestDeniedException' },
  405: badRequest,
  413: badRequest,
  415: badRequest,
  429: { code: 'TooManyRequests', type: 'KustoRequestThrottledException' },
  503: { code: 'General_ServiceUnavailable', type: 'KustoServiceUnavailableException' },
};

function placeOf({ span }: HuntError, text: string | undefined): string {
  if (!span || text === undefined) return '';
  const { line, column } = lineAndColumn(text, span.start);
  return ` [line:position=${line}:${column}]`;
}
