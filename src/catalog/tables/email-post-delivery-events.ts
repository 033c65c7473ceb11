import { columnsOf } from '../shared-columns.js';
import type { Table } from '../types.js';

export const emailPostDeliveryEvents: Table = {
  name: 'EmailPostDeliveryEvents',
  category: 'Email & collaboration',
  summary: 'Actions taken on mails after they reached the mailbox.',
  timeColumn: 'Timestamp',
  deviceScoped: false,
  columns: columnsOf(
    'Timestamp',
    'NetworkMessageId',
    'InternetMessageId',
    { name: 'Action', type: 'string', summary: 'Action taken' },
    { name: 'ActionType', type: 'string', summary: 'Manual remediation or purge kind' },
    'ActionTrigger',
    'ActionResult',
    'RecipientEmailAddress',
    'DeliveryLocation',
    'ThreatTypes',
    'DetectionMethods',
    { name: 'ReportId', type: 'string', summary: 'Event identifier' },
    'SenderFromAddress',
    'EmailDirection',
    { name: 'SourceLocation', type: 'string', summary: 'Location that triggered the purge' },
  ),
  actionTypes: [
    'Malware ZAP',
    'Manual Remediation',
    'Phish ZAP',
    'Spam ZAP',
    'Manual remediation',
    'Redelivery',
  ],
};
