import type { Table } from '../types.js';

export const alertInfo: Table = {
  name: 'AlertInfo',
  category: 'Alerts & behaviors',
  summary: 'One row per alert with severity, category and originating product.',
  timeColumn: 'Timestamp',
  deviceScoped: false,
  columns: [
    { name: 'Timestamp', type: 'datetime', summary: 'When the event or record happened (UTC)' },
    { name: 'AlertId', type: 'string', summary: 'Alert identifier' },
    { name: 'Title', type: 'string', summary: 'Title' },
    { name: 'Category', type: 'string', summary: 'Threat category' },
    { name: 'Severity', type: 'string', summary: 'Severity' },
    { name: 'ServiceSource', type: 'string', summary: 'Product that raised it' },
    { name: 'DetectionSource', type: 'string', summary: 'Sensor or technology that detected it' },
    { name: 'AttackTechniques', type: 'string', summary: 'MITRE ATT&CK techniques' },
  ],
  hiddenColumns: [
    { name: 'MachineGroup', type: 'string', summary: 'Device group used for access control' },
  ],
};
