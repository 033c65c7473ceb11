import { epochText } from '../../datetime.js';
import { ExactNumber, type JsonValue } from '../../json.js';
import { textFrom } from '../../windows/expression.js';
import { asObject, hitFields, type JsonObject } from '../../windows/shape.js';
import { firstTextIn, nested, onlyOf, textIn, valueAt } from '../document.js';

/** Members that say of an event what kind it is. */
const kindMembers = ['category', 'kind', 'action', 'dataset', 'module', 'type'];

function isEcs(document: JsonObject): boolean {
  const event = asObject(document['event']);
  if (event) {
    return kindMembers.some((name) => name in event);
  }
  return asObject(document['ecs'])?.['version'] !== undefined;
}

/** The document of a record, out of what Elasticsearch and its exports put around it. */
export function ecsDocument(value: JsonValue | undefined): JsonObject | undefined {
  const record = asObject(value);
  if (record === undefined) {
    return undefined;
  }
  const document = nested(asObject(record['_source']) ?? hitFields(record) ?? record);
  return isEcs(document) && textFrom(document['class_uid']) === undefined ? document : undefined;
}

const [timestamp, created] = [['@timestamp'], ['event', 'created']];

export function timeOf(document: JsonObject): string | undefined {
  const value = onlyOf(valueAt(document, timestamp) ?? valueAt(document, created));
  const isNumber = typeof value === 'number' || value instanceof ExactNumber;
  const text = textFrom(value);
  return isNumber && text !== undefined ? epochText(text, 'milliseconds') : text;
}

/** Where `event.id` is the session's, which many events have. */
const ofSessions: ReadonlySet<string> = new Set(['zeek', 'corelight', 'suricata', 'auditd']);

export const moduleOf = firstTextIn('event.module', 'service.type');

export const datasetOf = textIn('event.dataset');

const idOf = textIn('event.id');

/** What tells the event from others; undefined where its whole text has to. */
export function ownId(document: JsonObject): string | undefined {
  const id = idOf(document);
  return id === undefined || isOfSession(document) ? undefined : id;
}

function isOfSession(document: JsonObject): boolean {
  const dataset = datasetOf(document) ?? '';
  return [moduleOf(document), dataset.split(/[._]/)[0]].some(
    (name) => name !== undefined && ofSessions.has(name.toLowerCase()),
  );
}
