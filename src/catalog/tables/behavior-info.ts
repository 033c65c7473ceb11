import { columnsOf } from '../shared-columns.js';
import type { Table } from '../types.js';

export const behaviorInfo: Table = {
  name: 'BehaviorInfo',
  category: 'Alerts & behaviors',
  summary:
    'Behaviors (notable but not necessarily malicious activity) reported by cloud app security and UEBA.',
  timeColumn: 'Timestamp',
  deviceScoped: true,
  columns: columnsOf(
    'Timestamp',
    'BehaviorId',
    'Title',
    'Description',
    { name: 'Categories', type: 'string', summary: 'Threat categories, array text' },
    'AttackTechniques',
    'ServiceSource',
    'DetectionSource',
    { name: 'DataSources', type: 'string', summary: 'Products that supplied the data' },
    'DeviceId',
    'AccountUpn',
    'AccountObjectId',
    'StartTime',
    'EndTime',
    {
      name: 'AdditionalFields',
      type: 'string',
      summary: 'Extra behavior details, JSON text',
      jsonText: true,
    },
    { name: 'ActionType', type: 'string', summary: 'Behavior kind' },
  ),
  actionTypes: ['ImpossibleTravelActivity'],
};
