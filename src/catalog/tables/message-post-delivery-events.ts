import { columnsOf } from '../shared-columns.js';
import type { Table } from '../types.js';

export const messagePostDeliveryEvents: Table = {
  name: 'MessagePostDeliveryEvents',
  category: 'Email & collaboration',
  summary: 'Actions taken on Teams messages after delivery.',
  timeColumn: 'Timestamp',
  deviceScoped: false,
  columns: columnsOf(
    'Timestamp',
    'TeamsMessageId',
    { name: 'Action', type: 'string', summary: 'Action taken' },
    { name: 'ActionType', type: 'string', summary: 'Manual remediation or purge kind' },
    'ActionTrigger',
    'ActionResult',
    'SenderEmailAddress',
    'RecipientDetails',
    'ThreatTypes',
    { name: 'ConfidenceLevel', type: 'dynamic', summary: 'Verdict confidence' },
    'DetectionMethods',
    'LatestDeliveryLocation',
    'ReportId',
    'IsExternalThread',
    'SafetyTip',
  ),
  actionTypes: ['Manual remediation', 'Phish ZAP', 'Malware ZAP'],
};
