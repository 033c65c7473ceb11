import { epochText } from '../../datetime.js';
import { ExactNumber, type JsonValue } from '../../json.js';
import { textFrom } from '../../windows/expression.js';
import { asObject, type JsonObject } from '../../windows/shape.js';
import { documentIn, documentOf } from '../carried.js';
import { firstTextIn, onlyOf, textIn, valueAt } from '../document.js';

/** Members that say of an event what kind it is. */
const kindMembers = ['category', 'kind', 'action', 'dataset', 'module', 'type'];

/** Whether an event says what kind it is; OCSF has events, too. */
function isEvent(document: JsonObject): boolean {
  const event = asObject(document['event']);
  return (
    event !== undefined &&
    kindMembers.some((name) => name in event) &&
    textFrom(document['class_uid']) === undefined
  );
}

/** The document of a record: one that it carries, where only the shipper's own is around it. */
export function ecsDocument(value: JsonValue | undefined): JsonObject | undefined {
  return documentIn(value, isEvent) ?? ofVersion(documentOf(value));
}

function ofVersion(document: JsonObject | undefined): JsonObject | undefined {
  const hasVersion = document && textFrom(asObject(document['ecs'])?.['version']) !== undefined;
  return hasVersion &&
    asObject(document['event']) === undefined &&
    textFrom(document['class_uid']) === undefined
    ? document
    : undefined;
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
