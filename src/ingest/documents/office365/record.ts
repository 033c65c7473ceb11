import { type JsonValue, setMember } from '../../json.js';
import { textFrom } from '../../windows/expression.js';
import { asObject, type JsonObject } from '../../windows/shape.js';
import { words } from '../../words.js';
import { documentIn, unfolded } from '../carried.js';
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

/** Columns of Sentinel's OfficeActivity that are not called as the log calls its members. */
const columns: Readonly<Record<string, string>> = words({
  AzureActiveDirectory_EventType: 'AzureActiveDirectoryEventType',
  Client_IPAddress: 'ClientIPAddress',
  Event_Data: 'EventData',
  Logon_Type: 'LogonType',
  OfficeId: 'Id',
  OfficeObjectId: 'ObjectId',
  OfficeWorkload: 'Workload',
  Site_: 'Site',
  Site_Url: 'SiteUrl',
  Source_Name: 'SourceName',
  TimeGenerated: 'CreationTime',
});

/** What the workspace adds. */
const ofWorkspace: ReadonlySet<string> = new Set(['TenantId', 'SourceSystem', 'Type', '$table']);

const logonTypes = words({ owner: 0, admin: 1, delegate: 2, delegated: 2 });

/** A row of OfficeActivity in the words of the log. */
function ofLogAnalytics(row: JsonObject): JsonObject | undefined {
  const { OfficeWorkload, RecordType, Operation, TimeGenerated } = row;
  const isRow = [OfficeWorkload, Operation, TimeGenerated].every((one) => typeof one === 'string');
  if (!isRow || textFrom(RecordType) === undefined) {
    return undefined;
  }
  const record: Record<string, JsonValue> = {};
  for (const name in row) {
    const value = row[name];
    if (value !== undefined && value !== null && value !== '' && !ofWorkspace.has(name)) {
      setMember(record, columns[name] ?? name, unfolded(value));
    }
  }
  const logonType = textFrom(record['LogonType'])?.toLowerCase();
  const known = logonType === undefined ? undefined : logonTypes[logonType];
  return known === undefined ? record : { ...record, LogonType: known };
}

/** The record of the unified audit log that a value is, or that a search or a shipper has put something around. */
export function auditRecord(value: JsonValue | undefined): JsonObject | undefined {
  const object = asObject(value);
  if (object && isAuditRecord(object)) {
    return object;
  }
  return (object && ofLogAnalytics(object)) ?? documentIn(value, isAuditRecord);
}

export const timeOf = textIn('CreationTime');
