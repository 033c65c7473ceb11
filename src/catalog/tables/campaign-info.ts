import type { Table } from '../types.js';

export const campaignInfo: Table = {
  name: 'CampaignInfo',
  category: 'Email & collaboration',
  summary: 'Mail campaigns recognised by the mail protection service, per message and recipient.',
  timeColumn: 'Timestamp',
  deviceScoped: false,
  columns: [
    { name: 'Timestamp', type: 'datetime', summary: 'When the event or record happened (UTC)' },
    { name: 'CampaignName', type: 'string', summary: 'Campaign name' },
    { name: 'CampaignId', type: 'string', summary: 'Campaign identifier' },
    { name: 'CampaignType', type: 'string', summary: 'Campaign kind' },
    { name: 'CampaignSubtype', type: 'string', summary: 'Campaign details such as spoofed brand' },
    { name: 'NetworkMessageId', type: 'string', summary: 'Service-assigned mail identifier' },
    {
      name: 'RecipientEmailAddress',
      type: 'string',
      summary: 'Recipient address after list expansion',
    },
    { name: 'ReportId', type: 'string', summary: 'Record identifier' },
  ],
};
