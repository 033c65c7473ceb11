import { columnsOf } from '../shared-columns.js';
import type { Table } from '../types.js';

export const messageUrlInfo: Table = {
  name: 'MessageUrlInfo',
  category: 'Email & collaboration',
  summary: 'URLs carried by Teams messages.',
  timeColumn: 'Timestamp',
  deviceScoped: false,
  columns: columnsOf('Timestamp', 'TeamsMessageId', 'Url', 'UrlDomain', 'ThreatTypes', 'ReportId'),
};
