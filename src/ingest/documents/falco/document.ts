import { hash } from 'node:crypto';
import type { JsonValue } from '../../json.js';
import { textFrom } from '../../windows/expression.js';
import { asObject, type JsonObject } from '../../windows/shape.js';
import { documentIn } from '../carried.js';
import { extended, nested } from '../document.js';

function isAlert(document: JsonObject): boolean {
  return (
    textFrom(document['rule']) !== undefined &&
    textFrom(document['priority']) !== undefined &&
    asObject(document['output_fields']) !== undefined
  );
}

/** The alert, out of what shippers put around it; undefined where there is none. */
export function falcoAlert(value: JsonValue | undefined): JsonObject | undefined {
  return documentIn(value, isAlert);
}

/** The alert with the paths of its fields unfolded, and an id where Falco has given it none. */
export function alertDocument(alert: JsonObject, text: string): JsonObject {
  const fields = nested(asObject(alert['output_fields']) ?? {});
  const uuid = textFrom(alert['uuid']) ?? hash('sha256', text, 'hex').slice(0, 32);
  return extended(alert, { output_fields: fields, uuid });
}
