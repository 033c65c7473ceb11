import type { Table } from '../types.js';

export const behaviorInfo: Table = {
  name: 'BehaviorInfo',
  category: 'Alerts & behaviors',
  summary:
    'Behaviors (notable but not necessarily malicious activity) reported by cloud app security and UEBA.',
  timeColumn: 'Timestamp',
  deviceScoped: true,
  columns: [
    { name: 'Timestamp', type: 'datetime', summary: 'When the event or record happened (UTC)' },
    { name: 'BehaviorId', type: 'string', summary: 'Behavior identifier' },
    { name: 'Title', type: 'string', summary: 'Title' },
    { name: 'Description', type: 'string', summary: 'Description' },
    { name: 'Categories', type: 'string', summary: 'Threat categories, array text' },
    { name: 'AttackTechniques', type: 'string', summary: 'MITRE ATT&CK techniques' },
    { name: 'ServiceSource', type: 'string', summary: 'Product that raised it' },
    { name: 'DetectionSource', type: 'string', summary: 'Sensor or technology that detected it' },
    { name: 'DataSources', type: 'string', summary: 'Products that supplied the data' },
    {
      name: 'DeviceId',
      type: 'string',
      summary: 'Service-assigned device key (40 hex characters in practice)',
    },
    { name: 'AccountUpn', type: 'string', summary: 'Account UPN' },
    { name: 'AccountObjectId', type: 'string', summary: 'Account object identifier in Entra ID' },
    { name: 'StartTime', type: 'datetime', summary: 'First activity' },
    { name: 'EndTime', type: 'datetime', summary: 'Last activity' },
    {
      name: 'AdditionalFields',
      type: 'string',
      summary: 'Extra behavior details, JSON text',
      jsonText: true,
    },
    { name: 'ActionType', type: 'string', summary: 'Behavior kind' },
  ],
  actionTypes: ['ImpossibleTravelActivity'],
};
