import type { Table } from '../types.js';

export const emailAttachmentInfo: Table = {
  name: 'EmailAttachmentInfo',
  category: 'Email & collaboration',
  summary: 'Files attached to mails and the verdicts on them.',
  timeColumn: 'Timestamp',
  deviceScoped: false,
  columns: [
    { name: 'Timestamp', type: 'datetime', summary: 'When the event or record happened (UTC)' },
    { name: 'NetworkMessageId', type: 'string', summary: 'Service-assigned mail identifier' },
    { name: 'SenderFromAddress', type: 'string', summary: 'From header address' },
    { name: 'SenderDisplayName', type: 'string', summary: 'Sender display name' },
    { name: 'SenderObjectId', type: 'string', summary: 'Sender object identifier' },
    {
      name: 'RecipientEmailAddress',
      type: 'string',
      summary: 'Recipient address after list expansion',
    },
    { name: 'RecipientObjectId', type: 'string', summary: 'Recipient object identifier' },
    { name: 'FileName', type: 'string', summary: 'Name of the affected file' },
    { name: 'FileType', type: 'string', summary: 'File kind' },
    { name: 'SHA256', type: 'string', summary: 'SHA-256 of the affected file, often empty' },
    { name: 'FileSize', type: 'long', summary: 'File size, bytes' },
    { name: 'ThreatTypes', type: 'string', summary: 'Threat verdicts' },
    { name: 'ThreatNames', type: 'string', summary: 'Threat names' },
    { name: 'DetectionMethods', type: 'string', summary: 'How threats were detected' },
    { name: 'ReportId', type: 'string', summary: 'Event identifier' },
  ],
  hiddenColumns: [{ name: 'FileExtension', type: 'string', summary: 'File name extension' }],
  columnAliases: [
    { name: 'MalwareFilterVerdict', column: 'ThreatTypes' },
    { name: 'PhishFilterVerdict', column: 'ThreatTypes' },
    { name: 'MalwareDetectionMethod', column: 'DetectionMethods' },
    { name: 'PhishDetectionMethod', column: 'DetectionMethods' },
  ],
};
