import { type JsonValue, parseJson } from '../json.js';
import { asObject, hitFields, type JsonObject } from '../windows/shape.js';
import { nested, valueAt } from './document.js';

/** Where shippers and searches put a document, as it is or as text. */
const carriers: readonly (readonly string[])[] = [
  ...[['message'], ['_raw'], ['raw'], ['log'], ['event'], ['event', 'original'], ['body']],
  ...[['data'], ['record'], ['payload']],
  // AWS: what EventBridge hands on, and what CloudTrail's own search finds.
  ...[['detail'], ['CloudTrailEvent']],
  // Searches of the unified audit log, in PowerShell, in Purview and with Graph.
  ...[['AuditData'], ['auditData']],
];

/**
 * The document of a record, out of what Elasticsearch, Splunk and shippers put around it; names that are paths are
 * unfolded. undefined where there is none.
 */
export function documentIn(
  value: JsonValue | undefined,
  isOwn: (document: JsonObject) => boolean,
): JsonObject | undefined {
  const document = documentOf(value);
  if (document === undefined || isOwn(document)) {
    return document;
  }
  if (saysItsKind(document)) {
    return undefined;
  }
  const around = asObject(document['result']) ?? document;
  for (const path of carriers) {
    const inner = objectIn(valueAt(around, path));
    const carried = inner && nested(inner);
    if (carried && isOwn(carried)) {
      return carried;
    }
  }
  return undefined;
}

/** An event in the Elastic Common Schema: who writes the text that it carries does not say what it is. */
function saysItsKind(document: JsonObject): boolean {
  const event = asObject(document['event']) ?? {};
  return 'kind' in event || 'category' in event;
}

/** A record's own document, whatever it carries. */
export function documentOf(value: JsonValue | undefined): JsonObject | undefined {
  const record = asObject(value);
  return record && nested(asObject(record['_source']) ?? hitFields(record) ?? record);
}

function objectIn(value: JsonValue | undefined): JsonObject | undefined {
  if (typeof value !== 'string' || !/^\s*\{/.test(value)) {
    return asObject(value);
  }
  try {
    return asObject(parseJson(value));
  } catch {
    return undefined;
  }
}

/** An object or a list that is text, as Log Analytics has it in some of its tables. */
export function unfolded(value: JsonValue): JsonValue {
  if (typeof value !== 'string' || !/^(?:\{.*\}|\[.*\])$/s.test(value)) {
    return value;
  }
  try {
    return parseJson(value);
  } catch {
    return value;
  }
}
