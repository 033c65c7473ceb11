import type { JsonValue } from '../../json.js';
import type { JsonObject } from '../../windows/shape.js';
import { documentIn } from '../carried.js';
import { textIn } from '../document.js';

export const classOf = textIn('class_uid');

const envelope = ['category_uid', 'activity_id', 'type_uid', 'metadata'];

/** The document of a record; undefined where it is of no class. */
export function ocsfDocument(value: JsonValue | undefined): JsonObject | undefined {
  return documentIn(value, isOcsf);
}

function isOcsf(document: JsonObject): boolean {
  return /^\d{1,9}$/.test(classOf(document) ?? '') && envelope.some((name) => name in document);
}

export const timeOf = textIn('time_dt');

export const idOf = textIn('metadata.uid');
