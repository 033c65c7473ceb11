import { compactJson, type JsonValue } from '../json.js';
import { jsonLogs } from './otlp-json.js';
import { protobufLogs } from './otlp-protobuf.js';
import type { LogScope } from './otlp-request.js';
import { attributesOf, bodyOf, type Loose, objectOf } from './otlp-values.js';
import { withEnvelope } from './text-events.js';

/** An attribute of the resource, the scope or a record that names the connector. */
const sourceAttribute = 'quarry.source';

/** @param name may stand for a connector: an attribute, or the scope's name */
type TakeEvent = (name: string, event: string | Buffer) => void;

/** The events of a request, in their order, with pauses. What it throws, `reasonOf` words. */
export function logEvents(body: Uint8Array, isProtobuf: boolean, take: TakeEvent): Generator<void> {
  const decode = isProtobuf ? protobufLogs : jsonLogs;
  return decode(body, (record, scope) => {
    if (record instanceof Uint8Array) {
      // As it came it is larger than what is stored, or of no source.
      take(nameOf({}, scope), Buffer.from(record.buffer, record.byteOffset, record.byteLength));
    } else {
      const attributes = attributesOf(record['attributes']);
      take(nameOf(attributes, scope), eventOf(record, attributes, scope));
    }
  });
}

function nameOf(attributes: Loose, scope: LogScope): string {
  return (
    nameIn(attributes[sourceAttribute]) ??
    nameIn(scope.attributes[sourceAttribute]) ??
    nameIn(scope.resource[sourceAttribute]) ??
    scope.name
  );
}

/** A body that is a document is the event; a text is one with its attributes beside it. */
function eventOf(
  record: Loose,
  attributes: Readonly<Record<string, JsonValue>>,
  { resource }: LogScope,
): string {
  const body = record['body'] === undefined ? undefined : bodyOf(objectOf(record['body']));
  const isEmpty = body === undefined || body === null || body === '';
  if (typeof body === 'string' && !isEmpty) {
    return withEnvelope(body, nameIn(resource['host.name']));
  }
  return compactJson(isEmpty ? attributes : body);
}

function nameIn(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
