import { type HuntError, lineAndColumn } from '../../errors.js';
import type { Ids } from './data-set.js';

/**
 * The error object of Kusto's REST API (learn.microsoft.com/kusto/api/rest/response-http): programs read
 * `error["@message"]`, and whether it is `@permanent`.
 * @param text the hunt's text, where there is one
 */
export function errorEnvelope(error: HuntError, ids: Ids, text?: string) {
  const kind = kinds[error.code as keyof typeof kinds];
  const isPermanent = error.status < 500 && error.status !== 429;
  const context = {
    timestamp: new Date().toISOString(),
    serviceAlias: 'QUARRY',
    clientRequestId: ids.client,
    activityId: ids.activity,
  };
  if (!kind) {
    return {
      error: {
        code: codes[error.status] ?? 'General_InternalServerError',
        message: error.message,
        '@type': 'Kusto.Data.Exceptions.KustoServicePartialQueryFailureException',
        '@message': error.message,
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

const codes: Readonly<Record<number, string>> = {
  400: 'General_BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'BadRequest_EntityNotFound',
  405: 'General_BadRequest',
  413: 'General_BadRequest',
  415: 'General_BadRequest',
  429: 'TooManyRequests',
  503: 'General_ServiceUnavailable',
};

function placeOf({ span }: HuntError, text: string | undefined): string {
  if (!span || text === undefined) return '';
  const { line, column } = lineAndColumn(text, span.start);
  return ` [line:position=${line}:${column}]`;
}
