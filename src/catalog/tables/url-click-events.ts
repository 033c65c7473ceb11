import { columnsOf } from '../shared-columns.js';
import type { Table } from '../types.js';

export const urlClickEvents: Table = {
  name: 'UrlClickEvents',
  category: 'Email & collaboration',
  summary: 'Safe Links clicks from mail, Teams and Office apps.',
  note: 'A documented sample compares the bool column IsClickedThrough with the text "0".',
  timeColumn: 'Timestamp',
  deviceScoped: false,
  columns: columnsOf(
    { name: 'Timestamp', type: 'datetime', summary: 'Click time (UTC)' },
    'Url',
    { name: 'ActionType', type: 'string', summary: 'Click allowed or blocked' },
    { name: 'AccountUpn', type: 'string', summary: 'Clicking account UPN' },
    'Workload',
    'NetworkMessageId',
    'ThreatTypes',
    'DetectionMethods',
    'IPAddress',
    { name: 'IsClickedThrough', type: 'bool', summary: 'User clicked past the warning' },
    { name: 'UrlChain', type: 'string', summary: 'Redirect chain' },
    {
      name: 'ReportId',
      type: 'string',
      summary: 'Click identifier, shared by click-through records',
    },
    { name: 'AppName', type: 'string', summary: 'Application name' },
    { name: 'AppVersion', type: 'string', summary: 'Application version' },
    { name: 'SourceId', type: 'string', summary: 'Click source identifier' },
    { name: 'TenantId', type: 'string', summary: 'Workspace identifier' },
    'Type',
    'SourceSystem',
    'TimeGenerated',
  ),
  actionTypes: [
    'ClickAllowed',
    'ClickBlocked',
    'ClickBlockedByTenantPolicy',
    'UrlErrorPage',
    'UrlScanInProgress',
  ],
};
