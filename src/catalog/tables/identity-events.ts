import type { Table } from '../types.js';

export const identityEvents: Table = {
  name: 'IdentityEvents',
  category: 'Identities',
  summary:
    'Events from third-party identity providers (for example Okta) connected to the service.',
  timeColumn: 'Timestamp',
  deviceScoped: false,
  columns: [
    { name: 'Timestamp', type: 'datetime', summary: 'When the event or record happened (UTC)' },
    { name: 'ReportId', type: 'string', summary: 'Record identifier' },
    { name: 'AccountId', type: 'string', summary: 'Account identifier' },
    { name: 'AccountType', type: 'string', summary: 'Account kind' },
    { name: 'AccountDisplayName', type: 'string', summary: 'Account display name' },
    { name: 'AccountUpn', type: 'string', summary: 'Alternate identifier or mail at the provider' },
    { name: 'ActionType', type: 'string', summary: 'Event kind' },
    { name: 'ActionResult', type: 'string', summary: 'Outcome' },
    { name: 'ActionFailureReason', type: 'string', summary: 'Why it failed' },
    { name: 'IPAddress', type: 'string', summary: 'IP address' },
    { name: 'UserAgent', type: 'string', summary: 'User agent text' },
    { name: 'TargetObjects', type: 'dynamic', summary: 'Objects acted on' },
    { name: 'Application', type: 'string', summary: 'Application' },
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
    { name: 'RawEventData', type: 'dynamic', summary: 'Complete original event' },
    { name: 'AdditionalFields', type: 'dynamic', summary: 'Extra event details' },
  ],
};
