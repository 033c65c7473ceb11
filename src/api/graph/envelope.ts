import { typeNames } from '../../catalog/type-names.js';
import type { FailureCode, HuntError } from '../../errors.js';
import type { HuntAnswer } from '../../hunting/hunt.js';
import { errorMessage } from '../error-message.js';

/**
 * Everything of an answer before its rows; `]}` ends it.
 * @param root the address of the API's version, as the client knows it
 */
export function envelopeHead(root: string, { columns }: Pick<HuntAnswer, 'columns'>): string {
  const context = `${root}/$metadata#microsoft.graph.security.huntingQueryResults`;
  const schema = columns.map(({ name, type }) => ({ name, type: typeNames[type] }));
  return `{"@odata.context":${JSON.stringify(context)},"schema":${JSON.stringify(schema)},"results":[`;
}

/** Graph's codes; every failure that is not here is a `BadRequest`. */
const codes: Partial<Record<FailureCode, string>> = {
  'request.unauthorized': 'InvalidAuthenticationToken',
  'request.forbidden': 'Forbidden',
  'request.viewData': 'Forbidden',
  'request.delegatedOnly': 'Forbidden',
  'request.notFound': 'ResourceNotFound',
  'engine.failed': 'UnknownError',
  'identity.unavailable': 'ServiceUnavailable',
  'store.unavailable': 'ServiceUnavailable',
  'engine.unavailable': 'ServiceUnavailable',
  'engine.storage': 'ServiceUnavailable',
  'engine.busy': 'ServiceUnavailable',
  'quota.calls': 'TooManyRequests',
  'quota.runningTime': 'TooManyRequests',
  'quota.cpu': 'TooManyRequests',
  'quota.waiting': 'TooManyRequests',
};

/** The error object of a failure. */
export function errorEnvelope(
  error: HuntError,
  ids: { readonly request: string; readonly client: string },
  text?: string,
) {
  const innerError = {
    // Without a zone, as Graph writes it.
    date: new Date().toISOString().slice(0, 19),
    'request-id': ids.request,
    'client-request-id': ids.client,
  };
  const code = codes[error.code] ?? 'BadRequest';
  if (error.status === 429) {
    const { retryAfterSeconds } = error.parameters as { retryAfterSeconds: number };
    const message = `Please retry after ${retryAfterSeconds} seconds. ${error.message}`;
    return {
      error: {
        code,
        message: 'Please retry again later.',
        innerError: { code: '429', message, status: '429', ...innerError },
      },
    };
  }
  return { error: { code, message: messageOf(error, text), innerError } };
}

function messageOf(error: HuntError, text: string | undefined): string {
  if (error.code === 'engine.failed') return '';
  if (error.code === 'request.unauthorized') return (error.parameters as { reason: string }).reason;
  return errorMessage(error, text);
}
