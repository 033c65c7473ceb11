import type { JsonValue } from '../../json.js';
import { textFrom } from '../../windows/expression.js';
import { asObject, type JsonObject } from '../../windows/shape.js';
import { documentIn } from '../carried.js';
import { textIn } from '../document.js';

/** Members of every record of which one is enough beside its time, operation and kind. */
const common = ['Workload', 'OrganizationId', 'UserType', 'UserKey'];

function isAuditRecord(record: JsonObject): boolean {
  return (
    typeof record['CreationTime'] === 'string' &&
    typeof record['Operation'] === 'string' &&
    textFrom(record['RecordType']) !== undefined &&
    common.some((name) => name in record)
  );
}

/** The record of the unified audit log that a value is, or that a search or a shipper has put something around. */
export function auditRecord(value: JsonValue | undefined): JsonObject | undefined {
  const object = asObject(value);
  return object && isAuditRecord(object) ? object : documentIn(value, isAuditRecord);
}

export const timeOf = textIn('CreationTime');
