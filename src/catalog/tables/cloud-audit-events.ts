import { columnsOf } from '../shared-columns.js';
import type { Table } from '../types.js';

export const cloudAuditEvents: Table = {
  name: 'CloudAuditEvents',
  category: 'Apps & cloud',
  summary: 'Control-plane audit events of cloud platforms watched by Defender for Cloud.',
  timeColumn: 'Timestamp',
  deviceScoped: false,
  columns: columnsOf(
    'Timestamp',
    'ReportId',
    'DataSource',
    'ActionType',
    { name: 'OperationName', type: 'string', summary: 'Operation name' },
    'ResourceId',
    'IPAddress',
    'IsAnonymousProxy',
    'CountryCode',
    'City',
    'Isp',
    'UserAgent',
    'RawEventData',
    { name: 'AdditionalFields', type: 'dynamic', summary: 'Extra event details' },
  ),
  actionTypes: ['Unknown', 'Create', 'Read', 'Update', 'Delete', 'Other'],
};
