import { describe, expect, it } from 'vitest';
import { converted, onlyRow, type Row } from '../convert.js';

const common = { '@timestamp': '2026-01-05T10:11:12.345Z', ecs: { version: '8.11.0' } };
const collector = { name: 'collector', hostname: 'collector', ip: ['10.9.9.9'] };
const rowOf = (document: object): Row => onlyRow(converted([{ ...common, ...document }]));

const files = [
  'o365',
  'google_workspace',
  'box',
  'box_events',
  'aws',
  'gcp',
  'azure',
  'salesforce',
];

describe('files in services', () => {
  it.each(
    files.flatMap((service) =>
      Object.entries({
        creation: 'FileUploaded',
        deletion: 'FileDeleted',
        change: 'FileModified',
        access: 'FileAccessed',
      }).map(([type, actionType]) => [service, type, actionType] as const),
    ),
  )('%s: %s of a file without an action is %s', (service, type, actionType) => {
    const row = rowOf({
      event: { dataset: `${service}.events`, category: ['file'], type: [type], id: '1' },
      file: { name: 'plan.xlsx' },
      user: { email: 'a@contoso.com', id: '7' },
      host: collector,
    });
    expect(row).toMatchObject({
      table: 'CloudAppEvents',
      ActionType: actionType,
      ObjectName: 'plan.xlsx',
      AccountId: 'a@contoso.com',
    });
  });

  it('what says nothing of what was done has no row', () => {
    const event = { dataset: 'o365.audit', category: ['file'], type: ['info'] };
    const { rows, counts } = converted([{ ...common, event, file: { name: 'a' } }]);
    expect([rows, counts.unmapped]).toEqual([{}, 1]);
  });
});

describe('authentication in services is none on a device', () => {
  it.each<[string, object, object]>([
    [
      'Google Workspace, by SAML',
      {
        event: {
          ...{ dataset: 'google_workspace.saml', action: 'login_failure', outcome: 'failure' },
          ...{ category: ['authentication', 'session'], type: ['start'] },
        },
        source: { ip: '203.0.113.5', user: { email: 'foo@bar.com' } },
        user: { name: 'foo', domain: 'bar.com' },
      },
      { table: 'IdentityLogonEvents', ActionType: 'LogonFailed', AccountUpn: 'foo@bar.com' },
    ],
    [
      'Salesforce',
      {
        event: {
          ...{ module: 'salesforce', dataset: 'salesforce.login', action: 'login-attempt' },
          ...{ category: ['authentication'], type: ['info'], outcome: 'success' },
        },
        user: { email: 'user@x.example', id: '005' },
      },
      { table: 'IdentityLogonEvents', ActionType: 'LogonSuccess', AccountUpn: 'user@x.example' },
    ],
    [
      'a warning of an account, which is no sign-in',
      {
        event: {
          ...{ dataset: 'google_workspace.login', action: 'account_disabled_password_leak' },
          ...{ category: ['authentication'], type: ['user', 'change'], provider: 'login' },
        },
        source: { ip: '203.0.113.5', user: { email: 'foo@bar.com' } },
        user: { name: 'foo', target: { name: 'bar' } },
      },
      {
        table: 'CloudAppEvents',
        ActionType: 'account_disabled_password_leak',
        Application: 'Google Workspace',
        ObjectName: 'bar',
      },
    ],
    [
      'a resource of Google Cloud',
      {
        event: {
          ...{ dataset: 'gcp.audit', action: 'storage.buckets.delete', type: ['deletion'] },
          category: ['network', 'configuration'],
        },
        gcp: { audit: { resource_name: 'projects/_/buckets/payroll' } },
      },
      { table: 'CloudAppEvents', ObjectName: 'projects/_/buckets/payroll' },
    ],
    [
      '1Password',
      {
        event: {
          ...{ dataset: '1password.signin_attempts', action: 'success', type: ['info'] },
          ...{ category: ['authentication'], outcome: 'success' },
        },
        user: { email: 'user@x.example' },
        host: collector,
      },
      { table: 'IdentityLogonEvents', AccountUpn: 'user@x.example', Application: '1password' },
    ],
    [
      'the console of AWS',
      {
        event: {
          ...{ action: 'ConsoleLogin', type: ['info'], outcome: 'failure' },
          ...{ category: ['authentication'], provider: 'signin.amazonaws.com' },
        },
        user: { name: 'bob' },
      },
      { table: 'IdentityLogonEvents', ActionType: 'LogonFailed', AccountName: 'bob' },
    ],
    [
      'a role of AWS that a program takes on',
      {
        event: {
          ...{ module: 'aws', dataset: 'aws.cloudtrail', action: 'AssumeRole', type: ['info'] },
          ...{ category: ['authentication'], provider: 'sts.amazonaws.com', outcome: 'success' },
        },
        user: { name: 'bob' },
        cloud: { provider: 'aws' },
      },
      { table: 'CloudAppEvents', ActionType: 'AssumeRole', AccountDisplayName: 'bob' },
    ],
  ])('%s', (_name, document, wanted) => {
    expect(rowOf(document)).toMatchObject({ ...wanted });
  });
});

it.each<[string, object, readonly string[]]>([
  ['the console', { action: 'ConsoleLogin' }, ['CloudAppEvents', 'IdentityLogonEvents']],
  ['a role', { action: 'AssumeRole' }, ['CloudAppEvents']],
])(
  'of CloudTrail without module and data set, as the collector has it: %s',
  (_name, own, tables) => {
    const { rows } = converted([
      {
        ...common,
        event: { category: ['authentication'], outcome: 'success', ...own },
        aws: { cloudtrail: { event_type: 'AwsApiCall' } },
        host: collector,
        user: { name: 'bob' },
      },
    ]);
    expect(Object.keys(rows)).toEqual(tables);
  },
);

it.each<[string, object, string]>([
  [
    'malware in OneDrive',
    {
      event: {
        ...{ dataset: 'o365.audit', action: 'FileMalwareDetected', type: ['info'] },
        category: ['malware', 'file'],
      },
      file: { name: 'x.exe', path: '/personal/x.exe' },
    },
    'FileMalwareDetected',
  ],
  [
    'an alert of Box, about files',
    {
      event: {
        ...{ kind: 'alert', dataset: 'box_events.events', action: 'SHIELD_ALERT' },
        ...{ category: ['threat', 'file'], type: ['indicator', 'access'] },
      },
      rule: { name: 'Anomalous Download Rule' },
      host: collector,
    },
    'SHIELD_ALERT',
  ],
])('%s is no event of a device', (_name, document, actionType) => {
  expect(rowOf(document)).toMatchObject({ table: 'CloudAppEvents', ActionType: actionType });
});

it.each([
  [{ dataset: 'o365.audit', provider: 'SharePoint' }, 'Microsoft SharePoint Online'],
  [{ dataset: 'o365.audit', provider: 'OneDrive' }, 'Microsoft OneDrive for Business'],
  [{ module: 'o365', provider: 'Exchange' }, 'Microsoft Exchange Online'],
  [{ dataset: 'o365.audit', provider: 'MicrosoftTeams' }, 'Microsoft Teams'],
  [{ dataset: 'o365.audit', provider: 'constructor' }, 'constructor'],
  [{ dataset: 'aws.cloudtrail', provider: 's3.amazonaws.com' }, 'Amazon Web Services'],
  [{ dataset: 'aws.s3access', provider: 's3.amazonaws.com' }, 's3.amazonaws.com'],
  [{ dataset: 'zoom.webhook', module: 'zoom' }, 'Zoom'],
  [{ dataset: 'github.audit' }, 'GitHub'],
  [{ dataset: 'box_events.events' }, 'Box'],
  [{ dataset: 'google_workspace.drive', provider: 'drive' }, 'Google Workspace'],
  [{ dataset: 'gcp.audit', provider: 'data_access' }, 'Google Cloud Platform'],
  [{ dataset: 'jumpcloud.events' }, 'jumpcloud'],
])('the application of %j is %s', (event, application) => {
  const row = rowOf({ event: { category: ['web'], action: 'x', ...event } });
  expect(row).toMatchObject({ table: 'CloudAppEvents', Application: application });
});

it.each([
  ['Exchange', 20893],
  ['SharePoint', 20892],
  ['AzureActiveDirectory', 11161],
  ['PowerBI', undefined],
])('the activity of %s has the application %s', (provider, id) => {
  const event = { dataset: 'o365.audit', action: 'x', category: ['web'], provider };
  expect(rowOf({ event, user: { id: 'a' } })['ApplicationId']).toBe(id);
});
