import { columnsOf } from '../shared-columns.js';
import type { Table } from '../types.js';

export const emailUrlInfo: Table = {
  name: 'EmailUrlInfo',
  category: 'Email & collaboration',
  summary: 'URLs found in mails and attachments.',
  timeColumn: 'Timestamp',
  deviceScoped: false,
  columns: columnsOf(
    'Timestamp',
    'NetworkMessageId',
    'Url',
    'UrlDomain',
    { name: 'UrlLocation', type: 'string', summary: 'Part of the mail holding the URL' },
    { name: 'UrlChainId', type: 'string', summary: 'Redirect chain identifier' },
    { name: 'UrlChainPosition', type: 'int', summary: 'Position in the chain, root is 0' },
    { name: 'ReportId', type: 'string', summary: 'Event identifier' },
  ),
};
