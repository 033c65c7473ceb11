import type { JsonObject } from '../windows/shape.js';
import { activity } from './office365/activity.js';
import { logon } from './office365/logons.js';
import { auditRecord, timeOf } from './office365/record.js';
import { threatClick, threatMail } from './office365/threats.js';
import { audit } from './office365/values.js';
import type { DocumentRule, DocumentSource, SourceDocument } from './rule.js';

/** Operations that tables of their own tell of, too. */
const besides: ReadonlyMap<string, DocumentRule> = new Map([
  ['userloggedin', logon],
  ['userloginfailed', logon],
  ['timaildata', threatMail],
  ['tiurlclickdata', threatClick],
]);

function documentsOf(record: JsonObject): readonly SourceDocument[] {
  const common = { computer: undefined, time: timeOf(record), id: undefined };
  const operation = record['Operation'];
  const rule = typeof operation === 'string' ? besides.get(operation.toLowerCase()) : undefined;
  return [
    { ...common, document: { [audit]: record }, rules: [activity] },
    ...(rule ? [{ ...common, document: record, rules: [rule], isBesides: true as const }] : []),
  ];
}

/** The unified audit log of Microsoft 365 (learn.microsoft.com/office/office-365-management-api). */
export const office365: DocumentSource = {
  name: 'Office 365',
  isOneOfRecord: false,
  rules: [activity, logon, threatMail, threatClick],
  told: ['CreationTime', 'Id', 'RecordType', 'Operation', 'OrganizationId', 'Version'],
  read({ value }) {
    const record = auditRecord(value);
    return record && documentsOf(record);
  },
};
