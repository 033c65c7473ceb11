import protobuf from 'protobufjs/light.js';
import { compactJson, ExactNumber, JsonTooDeepError, type JsonValue, parseJson } from '../json.js';
import type { Cutter } from './cutter.js';
import { valuesIn } from './json-text.js';
import { eventsTogether, mostBytesOf, NamedItems } from './named-items.js';
import { withEnvelope } from './text-events.js';

type JsonObject = Readonly<Record<string, JsonValue>>;

interface LogEntry {
  readonly body: JsonValue | undefined;
  readonly attributes: JsonObject;
}

/** The records of one scope of one resource. */
export interface LogGroup {
  readonly resource: JsonObject;
  /** The scope's name. */
  readonly scope: string;
  readonly scopeAttributes: JsonObject;
  readonly records: Iterable<LogEntry>;
}

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

const requestType = messages.lookupType('Request');
const resourceType = messages.lookupType('Resource');
const scopeType = messages.lookupType('Scope');
const recordType = messages.lookupType('LogRecord');

const deepest = 100;
/** A body of a few megabytes can hold more values than what fits into memory. */
const mostValues = 2_000_000;
/** An attribute of the resource, the scope or a record that names the connector. */
const sourceAttribute = 'quarry.source';

/** Records of a request, by the name that may stand for their connector. The failure is a message. */
export const otlpLogs: Cutter<{ readonly isProtobuf: boolean }, string> = function* (
  body,
  { isProtobuf },
  connectorOf,
) {
  const named = new NamedItems(connectorOf, eventsTogether);
  try {
    yield* addEvents(named, decodeLogs(body, isProtobuf), mostBytesOf(body));
    return { groups: named.groups(), failure: undefined };
  } catch (cause) {
    return { groups: [], failure: reasonOf(cause) };
  }
};

function reasonOf(cause: unknown): string {
  if (cause instanceof RequestError) return cause.message;
  // In the words of protobufjs and of the language; a body that breaks off is a RangeError as well.
  const isDeep = cause instanceof JsonTooDeepError || /max depth|call stack/.test(String(cause));
  return isDeep ? 'The request is nested too deep.' : 'The request cannot be decoded.';
}

/** Says in its message why a request is none. */
class RequestError extends Error {}

/** The records of a request, which are decoded as they are asked for; what it throws, `reasonOf` words. */
export function decodeLogs(body: Buffer, isProtobuf: boolean): Iterable<LogGroup> {
  return groupsOf(isProtobuf ? protobufOf(body) : (jsonOf(body.toString('utf8')) as Loose));
}

function jsonOf(text: string): JsonValue {
  assertFits(valuesIn(text, mostValues));
  return parseJson(text);
}

/** As JSON has it; what is repeated is decoded when it is asked for. */
function protobufOf(body: Buffer): Loose {
  assertFits(weightIn(requestType, protobuf.Reader.create(body), body.length, mostValues));
  return {
    resourceLogs: each(body, 1, (resourceLogs) => ({
      resource: last(resourceLogs, 1, resourceType),
      scopeLogs: each(resourceLogs, 2, (scopeLogs) => ({
        scope: last(scopeLogs, 1, scopeType),
        logRecords: each(scopeLogs, 2, (record) => decoded(recordType, record)),
      })),
    })),
  };
}

function decoded(type: protobuf.Type, bytes: Uint8Array): Loose {
  return type.toObject(type.decode(bytes), { longs: String });
}

function* each(
  message: Uint8Array,
  id: number,
  read: (bytes: Uint8Array) => Loose,
): Generator<Loose> {
  for (const bytes of fieldsOf(message, id)) yield read(bytes);
}

/** The messages of a field, not decoded. */
function* fieldsOf(message: Uint8Array, id: number): Generator<Uint8Array> {
  const reader = protobuf.Reader.create(message);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag >>> 3 === id && (tag & 7) === lengthDelimited) yield reader.bytes();
    else reader.skipType(tag & 7);
  }
}

function last(message: Uint8Array, id: number, type: protobuf.Type): Loose {
  let found: Uint8Array | undefined;
  for (const bytes of fieldsOf(message, id)) found = bytes;
  return found === undefined ? {} : decoded(type, found);
}

function assertFits(values: number): void {
  if (values > mostValues) {
    throw new RequestError(`The request has more than ${mostValues} values.`);
  }
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

/** JSON in either form, whose members are what they are supposed to be, or not. */
type Loose = Readonly<Record<string, unknown>>;

const objectOf = (value: unknown): Loose =>
  typeof value === 'object' && value !== null ? (value as Loose) : {};
const listOf = (value: unknown): readonly Loose[] =>
  Array.isArray(value) ? value.map(objectOf) : [];

function* groupsOf(request: Loose): Generator<LogGroup> {
  if (Array.isArray(request)) {
    throw new RequestError('The request is no object.');
  }
  for (const resourceLogs of messagesOf(request, 'resourceLogs')) {
    // Once, however many scopes there are.
    const resource = attributesOf(objectOf(resourceLogs['resource'])['attributes'], 0);
    for (const scopeLogs of messagesOf(resourceLogs, 'scopeLogs')) {
      const { name, attributes } = objectOf(scopeLogs['scope']);
      yield {
        resource,
        scope: textOf(name),
        scopeAttributes: attributesOf(attributes, 0),
        records: recordsOf(messagesOf(scopeLogs, 'logRecords')),
      };
    }
  }
}

function* recordsOf(records: Iterable<Loose>): Generator<LogEntry> {
  for (const record of records) {
    yield {
      body: record['body'] === undefined ? undefined : bodyOf(objectOf(record['body'])),
      attributes: attributesOf(record['attributes'], 0),
    };
  }
}

/** Bytes are the text that they are, as far as they are one. */
function bodyOf(value: Loose): JsonValue {
  const { bytesValue } = value as { bytesValue?: unknown };
  if (bytesValue instanceof Uint8Array) return textOf(bytesValue);
  return typeof bytesValue === 'string'
    ? Buffer.from(bytesValue, 'base64').toString()
    : anyValueOf(value, 0);
}

/** In JSON a text, in protobuf its bytes. */
function textOf(value: unknown): string {
  if (value instanceof Uint8Array) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString();
  }
  return typeof value === 'string' ? value : '';
}

/** What holds records: passed over, they would be lost without a word. */
function* messagesOf(message: Loose, name: string): Generator<Loose> {
  const value = message[name] ?? [];
  if (typeof value === 'object' && Symbol.iterator in value) {
    for (const item of value as Iterable<unknown>) yield objectOf(item);
    return;
  }
  throw new RequestError(`${name} is no list.`);
}

function attributesOf(list: unknown, depth: number): JsonObject {
  const entries = listOf(list).map(({ key, value }) => [
    textOf(key),
    anyValueOf(objectOf(value), depth),
  ]);
  return Object.fromEntries(entries);
}

/** By the name of AnyValue's member. */
const readers: Readonly<Record<string, (value: unknown, depth: number) => JsonValue>> = {
  stringValue: (value) => (value instanceof Uint8Array ? textOf(value) : wordOf(value)),
  boolValue: (value) => value === true,
  intValue: integerOf,
  doubleValue: (value) =>
    typeof value === 'number' && Number.isFinite(value) ? value : wordOf(value),
  arrayValue: (value, depth) =>
    listOf(objectOf(value)['values']).map((each) => anyValueOf(each, depth + 1)),
  kvlistValue: (value, depth) => attributesOf(objectOf(value)['values'], depth + 1),
  bytesValue: (value) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('base64') : wordOf(value),
};

function anyValueOf(value: Loose, depth: number): JsonValue {
  if (depth > deepest) throw new JsonTooDeepError();
  for (const name in value) {
    const read = Object.hasOwn(readers, name) ? readers[name] : undefined;
    if (read) return read(value[name], depth);
  }
  return null;
}

/** JSON where a text should be is kept as it is written: a list's own text takes the square of its depth in time. */
function wordOf(value: unknown): string {
  return typeof value === 'object' ? compactJson(value as JsonValue) : String(value);
}

/** JSON has 64-bit integers as text. */
function integerOf(value: unknown): JsonValue {
  if (value instanceof ExactNumber) return value;
  const digits = wordOf(value);
  if (!/^-?(?:0|[1-9]\d{0,19})$/.test(digits)) return digits;
  const number = Number(digits);
  return Number.isSafeInteger(number) ? number : new ExactNumber(digits);
}

/** By the name that may stand for their connector: an attribute, or the scope's name. */
function* addEvents(
  events: NamedItems,
  groups: Iterable<LogGroup>,
  mostBytes: number,
): Generator<void> {
  for (const { resource, scope, scopeAttributes, records } of groups) {
    const host = nameIn(resource['host.name']);
    yield;
    for (const { body, attributes } of records) {
      yield;
      const name =
        nameIn(attributes[sourceAttribute]) ??
        nameIn(scopeAttributes[sourceAttribute]) ??
        nameIn(resource[sourceAttribute]) ??
        scope;
      events.add(name, eventOf(body, attributes, host));
      if (events.sizeBytes > mostBytes) {
        throw new RequestError(`The request has events of more than ${mostBytes} bytes.`);
      }
    }
  }
}

/** A body that is a document is the event; a text is one with its attributes beside it. */
function eventOf(
  body: JsonValue | undefined,
  attributes: Readonly<Record<string, JsonValue>>,
  host: string | undefined,
): string {
  const isEmpty = body === undefined || body === null || body === '';
  if (typeof body === 'string' && !isEmpty) return withEnvelope(body, host);
  return compactJson(isEmpty ? attributes : body);
}

function nameIn(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
