import { columnsOf } from '../shared-columns.js';
import type { Table } from '../types.js';

export const fileMaliciousContentInfo: Table = {
  name: 'FileMaliciousContentInfo',
  category: 'Email & collaboration',
  summary: 'Files with malicious content found in SharePoint, OneDrive and Teams.',
  timeColumn: 'Timestamp',
  deviceScoped: false,
  columns: columnsOf(
    'Timestamp',
    'Workload',
    'FileName',
    'FolderPath',
    'FileSize',
    'SHA256',
    { name: 'FileOwnerDisplayName', type: 'string', summary: 'File owner name' },
    { name: 'FileOwnerUpn', type: 'string', summary: 'File owner UPN' },
    { name: 'DocumentId', type: 'string', summary: 'File identifier' },
    { name: 'ThreatTypes', type: 'dynamic', summary: 'Threat verdicts' },
    'ThreatNames',
    'DetectionMethods',
    { name: 'LastModifyingAccountUpn', type: 'string', summary: 'Last editor UPN' },
    'LastModifiedTime',
    { name: 'FileCreationTime', type: 'datetime', summary: 'File creation time' },
    'ReportId',
  ),
};
