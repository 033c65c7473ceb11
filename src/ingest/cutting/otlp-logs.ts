import { JsonTooDeepError } from '../json.js';
import type { Cutter } from './cutter.js';
import { JsonBytesError } from './json-bytes.js';
import { eventsTogether, mostBytesOf, NamedItems } from './named-items.js';
import { logEvents } from './otlp-events.js';
import { RequestError } from './otlp-request.js';

/** Records of a request, by the name that may stand for their connector. The failure is a message. */
export const otlpLogs: Cutter<{ readonly isProtobuf: boolean }, string> = function* (
  body,
  { isProtobuf },
  connectorOf,
) {
  const named = new NamedItems(connectorOf, eventsTogether);
  const mostBytes = mostBytesOf(body);
  try {
    yield* logEvents(body, isProtobuf, (name, event) => {
      named.add(name, event);
      if (named.sizeBytes > mostBytes) {
        throw new RequestError(`The request has events of more than ${mostBytes} bytes.`);
      }
    });
    return { groups: named.groups(), failure: undefined };
  } catch (cause) {
    return { groups: [], failure: reasonOf(cause) };
  }
};

function reasonOf(cause: unknown): string {
  if (cause instanceof RequestError) return cause.message;
  if (cause instanceof JsonBytesError) return `The request cannot be decoded: ${cause.message}.`;
  // In the words of protobufjs and of the language; a body that breaks off is a RangeError as well.
  const isDeep = cause instanceof JsonTooDeepError || /max depth|call stack/.test(String(cause));
  return isDeep ? 'The request is nested too deep.' : 'The request cannot be decoded.';
}
