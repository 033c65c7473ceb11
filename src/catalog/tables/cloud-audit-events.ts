import type { Table } from '../types.js';

export const cloudAuditEvents: Table = {
  name: 'CloudAuditEvents',
  category: 'Apps & cloud',
  summary: 'Control-plane audit events of cloud platforms watched by Defender for Cloud.',
  timeColumn: 'Timestamp',
  deviceScoped: false,
  columns: [
    { name: 'Timestamp', type: 'datetime', summary: 'When the event or record happened (UTC)' },
    { name: 'ReportId', type: 'string', summary: 'Record identifier' },
    { name: 'DataSource', type: 'string', summary: 'Source of the record' },
    { name: 'ActionType', type: 'string', summary: 'Event kind' },
    { name: 'OperationName', type: 'string', summary: 'Operation name' },
    { name: 'ResourceId', type: 'string', summary: 'Resource identifier' },
    { name: 'IPAddress', type: 'string', summary: 'IP address' },
    { name: 'IsAnonymousProxy', type: 'bool', summary: 'Known anonymous proxy' },
    { name: 'CountryCode', type: 'string', summary: 'Two-letter country code' },
    { name: 'City', type: 'string', summary: 'City' },
    { name: 'Isp', type: 'string', summary: 'Internet provider of the address' },
    { name: 'UserAgent', type: 'string', summary: 'User agent text' },
    { name: 'RawEventData', type: 'dynamic', summary: 'Complete original event' },
    { name: 'AdditionalFields', type: 'dynamic', summary: 'Extra event details' },
  ],
  actionTypes: ['Unknown', 'Create', 'Read', 'Update', 'Delete', 'Other'],
};
