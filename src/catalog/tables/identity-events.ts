import { columnsOf } from '../shared-columns.js';
import type { Table } from '../types.js';

export const identityEvents: Table = {
  name: 'IdentityEvents',
  category: 'Identities',
  summary:
    'Events from third-party identity providers (for example Okta) connected to the service.',
  timeColumn: 'Timestamp',
  deviceScoped: false,
  columns: columnsOf(
    'Timestamp',
    'ReportId',
    { name: 'AccountId', type: 'string', summary: 'Account identifier' },
    { name: 'AccountType', type: 'string', summary: 'Account kind' },
    'AccountDisplayName',
    { name: 'AccountUpn', type: 'string', summary: 'Alternate identifier or mail at the provider' },
    'ActionType',
    'ActionResult',
    { name: 'ActionFailureReason', type: 'string', summary: 'Why it failed' },
    'IPAddress',
    'UserAgent',
    { name: 'TargetObjects', type: 'dynamic', summary: 'Objects acted on' },
    'Application',
    { name: 'ApplicationInstanceId', type: 'string', summary: 'Domain of the source application' },
    {
      name: 'ApplicationEventId',
      type: 'string',
      summary: 'Event identifier at the source application',
    },
    {
      name: 'ApplicationSessionId',
      type: 'string',
      summary: 'Session identifier at the source application',
    },
    'RawEventData',
    { name: 'AdditionalFields', type: 'dynamic', summary: 'Extra event details' },
  ),
};
