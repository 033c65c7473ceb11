import type { Table } from '../types.js';

export const messageUrlInfo: Table = {
  name: 'MessageUrlInfo',
  category: 'Email & collaboration',
  summary: 'URLs carried by Teams messages.',
  timeColumn: 'Timestamp',
  deviceScoped: false,
  columns: [
    { name: 'Timestamp', type: 'datetime', summary: 'When the event or record happened (UTC)' },
    { name: 'TeamsMessageId', type: 'string', summary: 'Teams message identifier' },
    { name: 'Url', type: 'string', summary: 'URL' },
    { name: 'UrlDomain', type: 'string', summary: 'Host of the URL' },
    { name: 'ThreatTypes', type: 'string', summary: 'Threat verdicts' },
    { name: 'ReportId', type: 'string', summary: 'Record identifier' },
  ],
};
