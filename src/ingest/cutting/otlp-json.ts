import { type JsonValue, parseJson } from '../json.js';
import { type AtValue, JsonBytes } from './json-bytes.js';
import { valuesIn } from './json-text.js';
import {
  mostRecordBytes,
  mostRecordValues,
  RequestError,
  scopeOf,
  type TakeRecord,
} from './otlp-request.js';
import { attributesOf, type JsonObject, type Loose, objectOf } from './otlp-values.js';

/** Records of a request in OTLP's JSON, parsed one by one. What it throws, `reasonOf` words. */
export function* jsonLogs(body: Uint8Array, take: TakeRecord): Generator<void> {
  const json = new JsonBytes(body);
  if (json.isArray) throw new RequestError('The request is no object.');
  if (json.isObject) {
    const resourceLogs = () => messagesIn(json, 'resourceLogs', () => takeResourceLogs(json, take));
    yield* json.members({ resourceLogs }, () => valueIn(json));
  } else {
    yield* valueIn(json);
  }
  json.assertEnd();
}

function* takeResourceLogs(json: JsonBytes, take: TakeRecord): Generator<void> {
  const resource = attributesOf((yield* memberIn(json, 'resource', 'scopeLogs'))['attributes']);
  const scopeLogs = () => messagesIn(json, 'scopeLogs', () => takeScopeLogs(json, resource, take));
  yield* json.members({ scopeLogs }, () => json.skip());
}

function* takeScopeLogs(json: JsonBytes, resource: JsonObject, take: TakeRecord): Generator<void> {
  const scope = scopeOf(resource, yield* memberIn(json, 'scope', 'logRecords'));
  const logRecords = () =>
    messagesIn(json, 'logRecords', function* () {
      yield;
      const record = yield* valueIn(json);
      take(record instanceof Uint8Array ? record : objectOf(record), scope);
    });
  yield* json.members({ logRecords }, () => json.skip());
}

/** A message that stands beside a list of what it is of, perhaps behind it: the list is not entered yet. */
function* memberIn(json: JsonBytes, name: string, list: string): Generator<void, Loose> {
  const start = json.at;
  let found: JsonValue | Uint8Array = null;
  const member = function* () {
    found = yield* valueIn(json);
  };
  yield* json.members({ [name]: member, [list]: () => json.skip() }, () => valueIn(json));
  json.at = start;
  if ((found as unknown) instanceof Uint8Array) {
    throw new RequestError(`A ${name} of the request is too large.`);
  }
  return objectOf(found);
}

/** Messages that hold records: passed over, they would be lost without a word. */
function* messagesIn(json: JsonBytes, name: string, visit: AtValue): Generator<void> {
  if (json.isArray) {
    yield* json.elements(() => (json.isObject ? visit() : valueIn(json)));
  } else if ((yield* valueIn(json)) !== null) {
    throw new RequestError(`${name} is no list.`);
  }
}

/** The next value; its bytes where it is too large to be parsed. */
function* valueIn(json: JsonBytes): Generator<void, JsonValue | Uint8Array> {
  const start = yield* json.skip();
  const bytes = json.bytes.subarray(start, json.at);
  if (bytes.length > mostRecordBytes) return bytes;
  return json.parsed(start, (text) => {
    const isTooLarge =
      text.length > mostRecordValues && valuesIn(text, mostRecordValues) > mostRecordValues;
    return isTooLarge ? bytes : parseJson(text);
  });
}
