import type { Connector, RawRecord } from '../connector.js';
import { auditHead } from '../linux/audit-record.js';
import { AuditConversion } from '../linux/auditd.js';
import { syslogOf } from '../linux/syslog.js';

/** The Linux audit system: audit.log as it is, in syslog, or merged by AUOMS, also in JSON. */
export const auditd: Connector = {
  name: 'auditd',
  summary: 'Linux audit: audit.log, or its records in syslog or JSON (auditd, AUOMS)',
  format: 'mixed',
  detect(sample) {
    const own = sample.filter(isAudit);
    return own.length / Math.max(sample.length, 1);
  },
  open: (context) => new AuditConversion(context),
};

function isAudit(record: RawRecord): boolean {
  const syslog = syslogOf(record);
  return syslog !== undefined && auditHead(syslog.message) !== undefined;
}
