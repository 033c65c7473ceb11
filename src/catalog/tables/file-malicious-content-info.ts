import type { Table } from '../types.js';

export const fileMaliciousContentInfo: Table = {
  name: 'FileMaliciousContentInfo',
  category: 'Email & collaboration',
  summary: 'Files with malicious content found in SharePoint, OneDrive and Teams.',
  timeColumn: 'Timestamp',
  deviceScoped: false,
  columns: [
    { name: 'Timestamp', type: 'datetime', summary: 'When the event or record happened (UTC)' },
    { name: 'Workload', type: 'string', summary: 'Originating workload' },
    { name: 'FileName', type: 'string', summary: 'Name of the affected file' },
    {
      name: 'FolderPath',
      type: 'string',
      summary: 'Folder (often full path) of the affected file',
    },
    { name: 'FileSize', type: 'long', summary: 'File size, bytes' },
    { name: 'SHA256', type: 'string', summary: 'SHA-256 of the affected file, often empty' },
    { name: 'FileOwnerDisplayName', type: 'string', summary: 'File owner name' },
    { name: 'FileOwnerUpn', type: 'string', summary: 'File owner UPN' },
    { name: 'DocumentId', type: 'string', summary: 'File identifier' },
    { name: 'ThreatTypes', type: 'dynamic', summary: 'Threat verdicts' },
    { name: 'ThreatNames', type: 'string', summary: 'Threat names' },
    { name: 'DetectionMethods', type: 'string', summary: 'How threats were detected' },
    { name: 'LastModifyingAccountUpn', type: 'string', summary: 'Last editor UPN' },
    { name: 'LastModifiedTime', type: 'datetime', summary: 'Last change' },
    { name: 'FileCreationTime', type: 'datetime', summary: 'File creation time' },
    { name: 'ReportId', type: 'string', summary: 'Record identifier' },
  ],
};
