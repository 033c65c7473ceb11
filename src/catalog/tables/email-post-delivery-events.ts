import type { Table } from '../types.js';

export const emailPostDeliveryEvents: Table = {
  name: 'EmailPostDeliveryEvents',
  category: 'Email & collaboration',
  summary: 'Actions taken on mails after they reached the mailbox.',
  timeColumn: 'Timestamp',
  deviceScoped: false,
  columns: [
    { name: 'Timestamp', type: 'datetime', summary: 'When the event or record happened (UTC)' },
    { name: 'NetworkMessageId', type: 'string', summary: 'Service-assigned mail identifier' },
    { name: 'InternetMessageId', type: 'string', summary: 'Message-ID header' },
    { name: 'Action', type: 'string', summary: 'Action taken' },
    { name: 'ActionType', type: 'string', summary: 'Manual remediation or purge kind' },
    { name: 'ActionTrigger', type: 'string', summary: 'What triggered the action' },
    { name: 'ActionResult', type: 'string', summary: 'Outcome' },
    {
      name: 'RecipientEmailAddress',
      type: 'string',
      summary: 'Recipient address after list expansion',
    },
    { name: 'DeliveryLocation', type: 'string', summary: 'Delivery location' },
    { name: 'ThreatTypes', type: 'string', summary: 'Threat verdicts' },
    { name: 'DetectionMethods', type: 'string', summary: 'How threats were detected' },
    { name: 'ReportId', type: 'string', summary: 'Event identifier' },
    { name: 'SenderFromAddress', type: 'string', summary: 'From header address' },
    { name: 'EmailDirection', type: 'string', summary: 'Inbound, Outbound or Intra-org' },
    { name: 'SourceLocation', type: 'string', summary: 'Location that triggered the purge' },
  ],
  actionTypes: [
    'Malware ZAP',
    'Manual Remediation',
    'Phish ZAP',
    'Spam ZAP',
    'Manual remediation',
    'Redelivery',
  ],
};
