import { columnsOf } from '../shared-columns.js';
import type { Table } from '../types.js';

export const alertInfo: Table = {
  name: 'AlertInfo',
  category: 'Alerts & behaviors',
  summary: 'One row per alert with severity, category and originating product.',
  timeColumn: 'Timestamp',
  deviceScoped: false,
  columns: columnsOf(
    'Timestamp',
    'AlertId',
    'Title',
    { name: 'Category', type: 'string', summary: 'Threat category' },
    'Severity',
    'ServiceSource',
    'DetectionSource',
    'AttackTechniques',
  ),
  hiddenColumns: [
    { name: 'MachineGroup', type: 'string', summary: 'Device group used for access control' },
  ],
};
