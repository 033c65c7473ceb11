import type { Table } from '../types.js';

export const messagePostDeliveryEvents: Table = {
  name: 'MessagePostDeliveryEvents',
  category: 'Email & collaboration',
  summary: 'Actions taken on Teams messages after delivery.',
  timeColumn: 'Timestamp',
  deviceScoped: false,
  columns: [
    { name: 'Timestamp', type: 'datetime', summary: 'When the event or record happened (UTC)' },
    { name: 'TeamsMessageId', type: 'string', summary: 'Teams message identifier' },
    { name: 'Action', type: 'string', summary: 'Action taken' },
    { name: 'ActionType', type: 'string', summary: 'Manual remediation or purge kind' },
    { name: 'ActionTrigger', type: 'string', summary: 'What triggered the action' },
    { name: 'ActionResult', type: 'string', summary: 'Outcome' },
    { name: 'SenderEmailAddress', type: 'string', summary: 'Sender address' },
    { name: 'RecipientDetails', type: 'dynamic', summary: 'Recipients, array of objects' },
    { name: 'ThreatTypes', type: 'string', summary: 'Threat verdicts' },
    { name: 'ConfidenceLevel', type: 'dynamic', summary: 'Verdict confidence' },
    { name: 'DetectionMethods', type: 'string', summary: 'How threats were detected' },
    { name: 'LatestDeliveryLocation', type: 'string', summary: 'Newest known location' },
    { name: 'ReportId', type: 'string', summary: 'Record identifier' },
    { name: 'IsExternalThread', type: 'bool', summary: 'Has external members' },
    { name: 'SafetyTip', type: 'string', summary: 'Safety tip shown' },
  ],
  actionTypes: ['Manual remediation', 'Phish ZAP', 'Malware ZAP'],
};
