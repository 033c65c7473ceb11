import { typeNames } from '../../catalog/type-names.js';
import type { FailureCode, HuntError } from '../../errors.js';
import type { HuntAnswer } from '../../hunting/hunt.js';
import { errorMessage } from '../error-message.js';
import { statisticsOf } from '../statistics.js';

/** Everything of an answer before its rows; `]}` ends it. Keys in the order that is documented. */
export function envelopeHead({ columns, stats }: Pick<HuntAnswer, 'columns' | 'stats'>): string {
  const schema = columns.map(({ name, type }) => ({ Name: name, Type: typeNames[type] }));
  return `{"Stats":${JSON.stringify(statisticsOf(stats))},"Schema":${JSON.stringify(schema)},"Results":[`;
}

/** The codes that these generations document; every failure that is not here is a `BadRequest`. */
const codes: Partial<Record<FailureCode, string>> = {
  'request.body': 'InvalidRequestBody',
  'request.mediaType': 'InvalidRequestBody',
  'request.parameter': 'InvalidInput',
  'request.tooLarge': 'InvalidRequestBody',
  'request.encoding': 'InvalidRequestBody',
  'request.unauthorized': 'Unauthorized',
  'request.forbidden': 'Forbidden',
  'request.viewData': 'Forbidden',
  'request.userRole': 'Forbidden',
  'request.notOwner': 'Forbidden',
  'request.delegatedOnly': 'Forbidden',
  'request.notFound': 'NotFound',
  'request.method': 'MethodNotAllowed',
  // As the live service answers; the documentation says TooManyRequests, which the last one keeps.
  'quota.calls': '429',
  'quota.runningTime': '429',
  'quota.cpu': 'TooManyRequests',
  'quota.waiting': 'TooManyRequests',
  'engine.failed': 'InternalServerError',
  'identity.unavailable': 'ServiceUnavailable',
  'store.unavailable': 'ServiceUnavailable',
  'engine.unavailable': 'ServiceUnavailable',
  'engine.storage': 'ServiceUnavailable',
  'engine.busy': 'ServiceUnavailable',
  'ingest.unavailable': 'ServiceUnavailable',
  'ingest.behind': 'TooManyRequests',
  'request.guessing': 'TooManyRequests',
};

/**
 * The error object of a failure.
 * @param target the request's tracking id
 * @param text the hunt's text, where there is one: what Quarry alone refuses says where it stands
 */
export function errorEnvelope(error: HuntError, target: string, text?: string) {
  return {
    error: {
      code: codes[error.code] ?? 'BadRequest',
      message: errorMessage(error, text),
      target,
    },
  };
}
