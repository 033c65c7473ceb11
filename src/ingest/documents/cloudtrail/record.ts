import type { JsonValue } from '../../json.js';
import { textFrom } from '../../windows/expression.js';
import { asObject, type JsonObject } from '../../windows/shape.js';
import { documentIn, documentOf } from '../carried.js';
import { textIn } from '../document.js';

/** Members of which every record has one; with an id and a time they are its alone. */
const origins = ['userIdentity', 'awsRegion', 'recipientAccountId'];

/** Not those of S3's notifications and of DynamoDB's streams, whose sources are `aws:s3` and the like. */
function isRecord(document: JsonObject): boolean {
  const [source, name] = [textFrom(document['eventSource']), textFrom(document['eventName'])];
  return (
    textFrom(document['eventID']) !== undefined &&
    textFrom(document['eventTime']) !== undefined &&
    origins.some((member) => member in document) &&
    ((name !== undefined && source !== undefined && !source.includes(':')) || isInsight(document))
  );
}

/** An unusual rate of calls, which is no activity of anyone. */
function isInsight(document: JsonObject): boolean {
  return asObject(document['insightDetails']) !== undefined;
}

/** The record, out of what services and shippers put around it; undefined where there is none. */
export function cloudTrailRecord(value: JsonValue | undefined): JsonObject | undefined {
  return documentIn(value, isRecord);
}

/** The hashes of a trail's files, which are beside them. */
export function isDigest(value: JsonValue | undefined): boolean {
  const document = documentOf(value);
  return document !== undefined && 'digestStartTime' in document && 'logFiles' in document;
}

export const idOf = textIn('eventID');

export const timeOf = textIn('eventTime');
