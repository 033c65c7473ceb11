import { type Connector, type RawRecord, shareOf } from '../connector.js';
import { auditHead } from '../linux/audit-record.js';
import { auditTexts } from '../linux/audit-shapes.js';
import { AuditConversion } from '../linux/auditd.js';

/** The Linux audit system: audit.log as it is, in syslog, or merged by AUOMS, also in JSON. */
export const auditd: Connector = {
  name: 'auditd',
  summary:
    'Linux audit: audit.log, its records in syslog, the journal or JSON, AUOMS, LAUREL, go-audit, …',
  format: 'mixed',
  envelopes: ['hits.hits', 'logEvents', 'results', 'tables'],
  detect(sample) {
    return shareOf(sample, isAudit);
  },
  open: (context) => new AuditConversion(context),
};

function isAudit(record: RawRecord): boolean {
  return auditTexts(record)?.texts.some((text) => auditHead(text) !== undefined) ?? false;
}
