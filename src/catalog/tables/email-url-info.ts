import type { Table } from '../types.js';

export const emailUrlInfo: Table = {
  name: 'EmailUrlInfo',
  category: 'Email & collaboration',
  summary: 'URLs found in mails and attachments.',
  timeColumn: 'Timestamp',
  deviceScoped: false,
  columns: [
    { name: 'Timestamp', type: 'datetime', summary: 'When the event or record happened (UTC)' },
    { name: 'NetworkMessageId', type: 'string', summary: 'Service-assigned mail identifier' },
    { name: 'Url', type: 'string', summary: 'URL' },
    { name: 'UrlDomain', type: 'string', summary: 'Host of the URL' },
    { name: 'UrlLocation', type: 'string', summary: 'Part of the mail holding the URL' },
    { name: 'UrlChainId', type: 'string', summary: 'Redirect chain identifier' },
    { name: 'UrlChainPosition', type: 'int', summary: 'Position in the chain, root is 0' },
    { name: 'ReportId', type: 'string', summary: 'Event identifier' },
  ],
};
