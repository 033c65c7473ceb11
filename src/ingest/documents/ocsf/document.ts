import type { JsonValue } from '../../json.js';
import { asObject, type JsonObject } from '../../windows/shape.js';
import { nested, textIn } from '../document.js';

export const classOf = textIn('class_uid');

const envelope = ['category_uid', 'activity_id', 'type_uid', 'metadata'];

/** The document of a record; undefined where it is of no class. */
export function ocsfDocument(value: JsonValue | undefined): JsonObject | undefined {
  const record = asObject(value);
  const document = record && nested(asObject(record['_source']) ?? record);
  if (document === undefined || !/^\d{1,9}$/.test(classOf(document) ?? '')) {
    return undefined;
  }
  return envelope.some((name) => name in document) ? document : undefined;
}

export const timeOf = textIn('time_dt');

export const idOf = textIn('metadata.uid');
