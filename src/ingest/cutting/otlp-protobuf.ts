import protobuf from 'protobufjs/light.js';
import {
  mostRecordBytes,
  mostRecordValues,
  RequestError,
  scopeOf,
  type TakeRecord,
} from './otlp-request.js';
import { attributesOf, type Loose } from './otlp-values.js';

const field = (id: number, type: string) => ({ id, type });
const repeated = (id: number, type: string) => ({ id, type, rule: 'repeated' });

// The messages of opentelemetry-proto's logs service, with the fields that are read; others are passed over. Texts are
// bytes here: where one is no UTF-8, which collectors pass on, it is not to cost all other records of the request.
const messages = protobuf.Root.fromJSON({
  nested: {
    Request: { fields: { resourceLogs: repeated(1, 'ResourceLogs') } },
    ResourceLogs: {
      fields: { resource: field(1, 'Resource'), scopeLogs: repeated(2, 'ScopeLogs') },
    },
    Resource: { fields: { attributes: repeated(1, 'KeyValue') } },
    ScopeLogs: { fields: { scope: field(1, 'Scope'), logRecords: repeated(2, 'LogRecord') } },
    Scope: { fields: { name: field(1, 'bytes'), attributes: repeated(3, 'KeyValue') } },
    LogRecord: { fields: { body: field(5, 'AnyValue'), attributes: repeated(6, 'KeyValue') } },
    KeyValue: { fields: { key: field(1, 'bytes'), value: field(2, 'AnyValue') } },
    AnyValue: {
      oneofs: {
        value: {
          oneof: [
            ...['stringValue', 'boolValue', 'intValue', 'doubleValue', 'arrayValue'],
            ...['kvlistValue', 'bytesValue'],
          ],
        },
      },
      fields: {
        stringValue: field(1, 'bytes'),
        boolValue: field(2, 'bool'),
        intValue: field(3, 'int64'),
        doubleValue: field(4, 'double'),
        arrayValue: field(5, 'ArrayValue'),
        kvlistValue: field(6, 'KeyValueList'),
        bytesValue: field(7, 'bytes'),
      },
    },
    ArrayValue: { fields: { values: repeated(1, 'AnyValue') } },
    KeyValueList: { fields: { values: repeated(1, 'KeyValue') } },
  },
});

const resourceType = messages.lookupType('Resource');
const scopeType = messages.lookupType('Scope');
const recordType = messages.lookupType('LogRecord');

/** Records of a request, decoded one by one. What it throws, `reasonOf` words. */
export function* protobufLogs(body: Uint8Array, take: TakeRecord): Generator<void> {
  for (const resourceLogs of messagesIn(body, 1)) {
    yield;
    const resource = attributesOf((yield* last(resourceLogs, 1, resourceType))['attributes']);
    for (const scopeLogs of messagesIn(resourceLogs, 2)) {
      yield;
      const scope = scopeOf(resource, yield* last(scopeLogs, 1, scopeType));
      for (const record of messagesIn(scopeLogs, 2)) {
        yield;
        if (record === nothing) continue;
        take(isTooLarge(recordType, record) ? record : decoded(recordType, record), scope);
      }
    }
  }
}

function decoded(type: protobuf.Type, bytes: Uint8Array): Loose {
  return type.toObject(type.decode(bytes), { longs: String });
}

/** Fields that are passed over without a pause. */
const fieldsTogether = 10_000;
/** A pause: no message. */
const nothing = new Uint8Array();

/** The messages of a field, not decoded. */
function* messagesIn(message: Uint8Array, id: number): Generator<Uint8Array> {
  const reader = protobuf.Reader.create(message);
  for (let passed = 1; reader.pos < reader.len; passed++) {
    const tag = reader.uint32();
    if (tag >>> 3 === id && (tag & 7) === lengthDelimited) {
      yield reader.bytes();
    } else {
      reader.skipType(tag & 7);
      if (passed % fieldsTogether === 0) yield nothing;
    }
  }
}

/** The last message of a field, as there is to be one. */
function* last(message: Uint8Array, id: number, type: protobuf.Type): Generator<void, Loose> {
  let found: Uint8Array = nothing;
  for (const bytes of messagesIn(message, id)) {
    yield;
    if (bytes !== nothing) found = bytes;
  }
  if (isTooLarge(type, found))
    throw new RequestError(`A ${type.name} of the request is too large.`);
  return decoded(type, found);
}

function isTooLarge(type: protobuf.Type, bytes: Uint8Array): boolean {
  return (
    bytes.length > mostRecordBytes ||
    (bytes.length > mostRecordValues &&
      weightIn(type, protobuf.Reader.create(bytes), bytes.length, mostRecordValues) >
        mostRecordValues)
  );
}

/** How many messages there are within one, and half as many as other fields that are read; more than `most` are not counted. */
function weightIn(type: protobuf.Type, reader: protobuf.Reader, end: number, most: number): number {
  let count = 0;
  while (reader.pos < end && count <= most) {
    const tag = reader.uint32();
    const known = type.fieldsById[tag >>> 3];
    const inner = known?.resolve().resolvedType;
    if ((tag & 7) === lengthDelimited && inner instanceof protobuf.Type) {
      const length = reader.uint32();
      count += 1 + weightIn(inner, reader, reader.pos + length, most - count);
    } else {
      reader.skipType(tag & 7);
      if (known !== undefined) count += 0.5;
    }
  }
  return count;
}

const lengthDelimited = 2;
