import { typeNames } from '../../catalog/type-names.js';
import type { FailureCode, HuntError } from '../../errors.js';
import type { HuntAnswer } from '../../hunting/hunt.js';
import { errorMessage } from '../error-message.js';

/** Everything of an answer before its rows; `]}` ends it. Keys in the order that is documented. */
export function envelopeHead({ columns, stats }: Pick<HuntAnswer, 'columns' | 'stats'>): string {
  const schema = columns.map(({ name, type }) => ({ Name: name, Type: typeNames[type] }));
  const { userCpuSeconds: user, kernelCpuSeconds: kernel } = stats;
  const cache = ({ hits, misses }: { hits: number; misses: number }) => ({
    hits,
    misses,
    total: hits + misses,
  });
  const statistics = {
    ExecutionTime: stats.elapsedSeconds,
    resource_usage: {
      cache: { memory: cache(stats.memoryCache), disk: cache(stats.diskCache) },
      cpu: {
        user: timespanText(user),
        kernel: timespanText(kernel),
        'total cpu': timespanText(user + kernel),
      },
      memory: { peak_per_node: stats.peakMemoryBytes },
    },
    dataset_statistics: [{ table_row_count: stats.resultRows, table_size: stats.resultBytes }],
  };
  return `{"Stats":${JSON.stringify(statistics)},"Schema":${JSON.stringify(schema)},"Results":[`;
}

const ticksPerSecond = 10_000_000;

/** A duration as .NET's constant format writes it: `[d.]hh:mm:ss[.fffffff]`. */
function timespanText(seconds: number): string {
  const ticks = Math.round(seconds * ticksPerSecond);
  const whole = Math.floor(ticks / ticksPerSecond);
  const days = Math.floor(whole / 86_400);
  const clock = [Math.floor(whole / 3600) % 24, Math.floor(whole / 60) % 60, whole % 60]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
  const fraction = ticks % ticksPerSecond;
  return (
    (days > 0 ? `${days}.` : '') +
    clock +
    (fraction > 0 ? `.${String(fraction).padStart(7, '0')}` : '')
  );
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
