import { columnsOf } from '../shared-columns.js';
import type { Table } from '../types.js';

export const campaignInfo: Table = {
  name: 'CampaignInfo',
  category: 'Email & collaboration',
  summary: 'Mail campaigns recognised by the mail protection service, per message and recipient.',
  timeColumn: 'Timestamp',
  deviceScoped: false,
  columns: columnsOf(
    'Timestamp',
    { name: 'CampaignName', type: 'string', summary: 'Campaign name' },
    { name: 'CampaignId', type: 'string', summary: 'Campaign identifier' },
    { name: 'CampaignType', type: 'string', summary: 'Campaign kind' },
    { name: 'CampaignSubtype', type: 'string', summary: 'Campaign details such as spoofed brand' },
    'NetworkMessageId',
    'RecipientEmailAddress',
    'ReportId',
  ),
};
