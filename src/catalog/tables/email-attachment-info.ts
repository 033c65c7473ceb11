import { columnsOf } from '../shared-columns.js';
import type { Table } from '../types.js';

export const emailAttachmentInfo: Table = {
  name: 'EmailAttachmentInfo',
  category: 'Email & collaboration',
  summary: 'Files attached to mails and the verdicts on them.',
  timeColumn: 'Timestamp',
  deviceScoped: false,
  columns: columnsOf(
    'Timestamp',
    'NetworkMessageId',
    'SenderFromAddress',
    'SenderDisplayName',
    'SenderObjectId',
    'RecipientEmailAddress',
    'RecipientObjectId',
    'FileName',
    { name: 'FileType', type: 'string', summary: 'File kind' },
    'SHA256',
    'FileSize',
    'ThreatTypes',
    'ThreatNames',
    'DetectionMethods',
    { name: 'ReportId', type: 'string', summary: 'Event identifier' },
  ),
  hiddenColumns: [{ name: 'FileExtension', type: 'string', summary: 'File name extension' }],
  columnAliases: [
    { name: 'MalwareFilterVerdict', column: 'ThreatTypes' },
    { name: 'PhishFilterVerdict', column: 'ThreatTypes' },
    { name: 'MalwareDetectionMethod', column: 'DetectionMethods' },
    { name: 'PhishDetectionMethod', column: 'DetectionMethods' },
  ],
};
