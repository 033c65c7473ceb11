import type { JsonValue } from '../../json.js';
import type { JsonObject } from '../../windows/shape.js';
import { documentIn } from '../carried.js';
import { extended, textIn } from '../document.js';
import { classNamed } from './class-names.js';

export const classOf = textIn('class_uid');

const className = textIn('class_name');

const envelope = ['category_uid', 'activity_id', 'type_uid', 'metadata'];

/** The document of a record; undefined where it is of no class. Of some, the class has no more than its name. */
export function ocsfDocument(value: JsonValue | undefined): JsonObject | undefined {
  const document = documentIn(value, isOcsf);
  if (document === undefined || classOf(document) !== undefined) {
    return document;
  }
  const uid = classNamed(className(document));
  return uid === undefined ? undefined : extended(document, { class_uid: uid });
}

function isOcsf(document: JsonObject): boolean {
  const uid = classOf(document);
  const isOfClass =
    uid === undefined ? classNamed(className(document)) !== undefined : /^\d{1,9}$/.test(uid);
  return isOfClass && envelope.some((name) => name in document);
}

export const timeOf = textIn('time_dt');

export const idOf = textIn('metadata.uid');
