import { describe, expect, it } from 'vitest';
import { converted, type Row } from '../convert.js';

const userObjectId = '0b6e7f9e-31c1-4d6a-9d0e-1f2a3b4c5d6e';
const common = {
  CreationTime: '2026-01-05T10:11:12',
  Id: '7f8a9b0c-0000-4000-8000-000000000001',
  OrganizationId: '4b8c18bd-0000-4000-8000-000000000000',
  UserKey: '10032000AAAAAAAA',
  UserType: 0,
  Version: 1,
  UserId: 'Bob@contoso.com',
};

const inboxRule = {
  ...common,
  ...{ RecordType: 1, Operation: 'New-InboxRule', Workload: 'Exchange', ResultStatus: 'True' },
  ...{ UserKey: userObjectId, UserType: 2, ClientIP: '[2001:db8::5]:40123' },
  ObjectId: 'EURPR01A001.prod.outlook.com/contoso/bob\\Hide',
  ...{ ExternalAccess: false, AppId: '00000002-0000-0ff1-ce00-000000000000' },
  Parameters: [
    { Name: 'Name', Value: '.' },
    { Name: 'ForwardTo', Value: 'eve@example.org' },
  ],
  SessionId: 's-1',
};

const fileDownload = {
  ...common,
  ...{ RecordType: 6, Operation: 'FileDownloaded', Workload: 'OneDrive', ItemType: 'File' },
  ...{ UserKey: 'i:0h.f|membership|10032000aaaaaaaa@live.com', ClientIP: '203.0.113.7' },
  ObjectId: 'https://contoso-my.sharepoint.com/personal/bob/Documents/plan.xlsx',
  ...{ SourceFileName: 'plan.xlsx', SourceFileExtension: 'xlsx', EventSource: 'SharePoint' },
  ...{ UserAgent: 'Mozilla/5.0', SiteUrl: 'https://contoso-my.sharepoint.com/personal/bob/' },
  ApplicationId: '66035fdf-7b75-4675-b48b-b0dfb359a836',
};

const mailAccess = {
  ...common,
  ...{ RecordType: 50, Operation: 'MailItemsAccessed', Workload: 'Exchange' },
  ...{ LogonType: 2, MailboxOwnerUPN: 'amy@contoso.com', ClientInfoString: 'Client=REST;;' },
  ClientIPAddress: '::ffff:198.51.100.9',
  OperationProperties: [
    { Name: 'MailAccessType', Value: 'Bind' },
    { Name: 'IsThrottled', Value: 'False' },
  ],
  ClientAppId: '5a95e683-0000-4000-8000-000000000000',
};

const roleMember = {
  ...common,
  ...{ RecordType: 8, Operation: 'Add member to role.', Workload: 'AzureActiveDirectory' },
  ...{ ResultStatus: 'Success', AzureActiveDirectoryEventType: 1, ObjectId: 'eve@contoso.com' },
  Actor: [
    { ID: 'bob@contoso.com', Type: 5 },
    { ID: '10032000AAAAAAAA', Type: 3 },
    { ID: `User_${userObjectId}`, Type: 2 },
  ],
  Target: [
    { ID: 'User_11111111-2222-4333-8444-555555555555', Type: 2 },
    { ID: '11111111-2222-4333-8444-555555555555', Type: 2 },
    { ID: 'User', Type: 2 },
    { ID: 'eve@contoso.com', Type: 5 },
  ],
  ModifiedProperties: [{ Name: 'Role.DisplayName', NewValue: '"Global Administrator"' }],
};

const signIn = (more: object = {}) => ({
  ...common,
  ...{ RecordType: 15, Operation: 'UserLoggedIn', Workload: 'AzureActiveDirectory' },
  ...{ ResultStatus: 'Success', UserKey: userObjectId, ObjectId: 'Unknown' },
  ...{ ClientIP: '198.51.100.7', ActorIpAddress: '198.51.100.7' },
  ApplicationId: '4765445b-32c6-49b0-83e6-1d93765276ca',
  ExtendedProperties: [
    { Name: 'ResultStatusDetail', Value: 'Redirect' },
    { Name: 'UserAgent', Value: 'Mozilla/5.0 (X11)' },
    { Name: 'RequestType', Value: 'OAuth2:Authorize' },
  ],
  DeviceProperties: [
    { Name: 'OS', Value: 'Windows 10' },
    { Name: 'DisplayName', Value: 'PC1' },
  ],
  ErrorNumber: '0',
  ...more,
});

/** The row with its JSON texts as values. */
const parsed = (row: Row) => ({
  ...row,
  ...Object.fromEntries(
    ['ActivityObjects', 'RawEventData'].flatMap((name) =>
      row[name] === undefined ? [] : [[name, JSON.parse(String(row[name]))]],
    ),
  ),
});

describe('records of the unified audit log', () => {
  it.each<[string, object, object]>([
    [
      'a cmdlet of Exchange',
      inboxRule,
      {
        Timestamp: '2026-01-05T10:11:12.0000000Z',
        ActionType: 'New-InboxRule',
        Application: 'Microsoft Exchange Online',
        ApplicationId: 20893,
        AccountObjectId: userObjectId,
        AccountId: 'Bob@contoso.com',
        AccountDisplayName: 'Bob@contoso.com',
        AccountType: 'Admin',
        IsAdminOperation: true,
        IsExternalUser: false,
        IPAddress: '2001:db8::5',
        ActivityType: 'Run',
        ObjectName: 'New-InboxRule',
        ObjectType: 'Task',
        ObjectId: 'EURPR01A001.prod.outlook.com/contoso/bob\\Hide',
        OAuthAppId: '00000002-0000-0ff1-ce00-000000000000',
        ReportId: common.Id,
        RawEventData: inboxRule,
        ActivityObjects: expect.arrayContaining([
          {
            Type: 'User',
            Role: 'Actor',
            Name: 'Bob@contoso.com',
            Id: userObjectId,
            ApplicationId: 11161,
            ApplicationInstance: 0,
          },
          {
            Type: 'Task',
            Role: 'Target object',
            Name: 'New-InboxRule',
            Id: 'EURPR01A001.prod.outlook.com/contoso/bob\\Hide',
          },
          { Type: 'Property', Role: 'Parameter', Name: 'Name', Value: '.' },
          { Type: 'Property', Role: 'Parameter', Name: 'ForwardTo', Value: 'eve@example.org' },
          {
            ServiceObjectType: 'Session ID',
            Type: 'Structured object',
            Role: 'Parameter',
            Name: 's-1',
          },
        ]),
      },
    ],
    [
      'a file of OneDrive',
      fileDownload,
      {
        ActionType: 'FileDownloaded',
        Application: 'Microsoft OneDrive for Business',
        ApplicationId: 15600,
        AccountType: 'Regular',
        IsAdminOperation: false,
        IPAddress: '203.0.113.7',
        UserAgent: 'Mozilla/5.0',
        ActivityType: 'View',
        ObjectName: 'plan.xlsx',
        ObjectType: 'File',
        ObjectId: 'https://contoso-my.sharepoint.com/personal/bob/Documents/plan.xlsx',
        OAuthAppId: '66035fdf-7b75-4675-b48b-b0dfb359a836',
      },
    ],
    [
      'a mailbox opened by a delegate',
      mailAccess,
      {
        ActionType: 'MailItemsAccessed',
        IPAddress: '198.51.100.9',
        UserAgent: 'Client=REST;;',
        IsImpersonated: true,
        ObjectName: 'MailItemsAccessed',
        OAuthAppId: '5a95e683-0000-4000-8000-000000000000',
        ActivityObjects: expect.arrayContaining([
          { Type: 'User', Role: 'Parameter', Name: 'amy@contoso.com' },
          { Type: 'Property', Role: 'Parameter', Name: 'MailAccessType', Value: 'Bind' },
        ]),
      },
    ],
    [
      'a change in the directory',
      roleMember,
      {
        ActionType: 'Add member to role.',
        Application: 'Office 365',
        ApplicationId: 11161,
        AccountObjectId: userObjectId,
        ActivityType: 'Basic',
        ObjectName: 'eve@contoso.com',
        ObjectType: 'User',
        ObjectId: '11111111-2222-4333-8444-555555555555',
        RawEventData: roleMember,
      },
    ],
    [
      'Teams, by a guest',
      {
        ...common,
        ...{ RecordType: 25, Operation: 'MemberAdded', Workload: 'MicrosoftTeams' },
        ...{ UserId: 'eve_example.org#EXT#@contoso.onmicrosoft.com', TeamName: 'Finance' },
        Members: [{ UPN: 'amy@contoso.com', DisplayName: 'Amy', Role: 1 }],
        ClientIP: '203.0.113.7:51234',
      },
      {
        Application: 'Microsoft Teams',
        ApplicationId: 28375,
        IsExternalUser: true,
        IPAddress: '203.0.113.7',
        ActivityType: 'Create',
        ObjectName: 'Finance',
        ObjectType: 'Team',
        ActivityObjects: expect.arrayContaining([
          { Type: 'User', Role: 'Target object', Name: 'amy@contoso.com' },
        ]),
      },
    ],
    [
      'a program',
      {
        ...common,
        ...{ RecordType: 4, Operation: 'ListUpdated', Workload: 'SharePoint', UserType: 5 },
        ...{ UserId: 'app@sharepoint', ClientIP: '<null>' },
      },
      {
        Application: 'Microsoft SharePoint Online',
        ApplicationId: 20892,
        AccountType: 'Application',
        ActivityType: 'Edit',
      },
    ],
    [
      'names instead of numbers, and no workload',
      { ...common, RecordType: 'PowerBIAudit', Operation: 'ViewReport', UserType: 'DcAdmin' },
      { Application: 'Office 365', AccountType: 'Admin', IsAdminOperation: true },
    ],
  ])('%s', (_name, record, expected) => {
    const { source, rows, counts } = converted([record]);
    expect(source).toBe('office365');
    expect(rows['CloudAppEvents']?.map(parsed)).toEqual([expect.objectContaining(expected)]);
    expect(counts).toEqual({ rejected: 0, unmapped: 0, merged: 0, expired: 0 });
  });

  it('has no address where the record has none', () => {
    const { rows } = converted([{ ...fileDownload, ClientIP: '<null>' }]);
    expect(rows['CloudAppEvents']?.[0]).not.toHaveProperty('IPAddress');
  });

  it.each<[string, object, object]>([
    [
      'a sign-in',
      signIn(),
      {
        ActionType: 'LogonSuccess',
        Application: 'Office 365',
        LogonType: 'OAuth2:Authorize',
        AccountName: 'bob',
        AccountDomain: 'contoso.com',
        AccountUpn: 'bob@contoso.com',
        AccountObjectId: userObjectId,
        DeviceName: 'pc1',
        OSPlatform: 'Windows 10',
        IPAddress: '198.51.100.7',
        ReportId: common.Id,
      },
    ],
    [
      'a sign-in that failed',
      signIn({ Operation: 'UserLoginFailed', LogonError: 'InvalidUserNameOrPassword' }),
      { ActionType: 'LogonFailed', FailureReason: 'InvalidUserNameOrPassword' },
    ],
  ])('%s is in both tables', (_name, record, expected) => {
    const { rows } = converted([record]);
    expect(rows['IdentityLogonEvents']).toEqual([expect.objectContaining(expected)]);
    expect(rows['CloudAppEvents']).toEqual([
      expect.objectContaining({
        Application: 'Office 365',
        UserAgent: 'Mozilla/5.0 (X11)',
        OSPlatform: 'Windows 10',
      }),
    ]);
  });
});

const threat = {
  ...common,
  ...{ RecordType: 28, Operation: 'TIMailData', Workload: 'ThreatIntelligence', UserType: 4 },
  ...{ UserId: 'ThreatIntel', UserKey: 'ThreatIntel', MessageTime: '2026-01-05T10:05:00' },
  ...{
    NetworkMessageId: 'd3d1ecd6-0000-4000-8000-000000000000',
    InternetMessageId: '<1@x.example>',
  },
  ...{ P1Sender: 'bounce@mail.example.org', P2Sender: 'Eve@example.org', SenderIp: '203.0.113.9' },
  ...{ Recipients: ['bob@contoso.com', 'amy@contoso.com'], Subject: 'Invoice' },
  ...{ DeliveryAction: 'DeliveredAsSpam', Directionality: 'IntraOrg', Verdict: 'Phish' },
  ...{ OriginalDeliveryLocation: 'JunkFolder', LatestDeliveryLocation: 'Quarantine' },
  ...{ Policy: 'Spoof', PolicyAction: 'MoveToJmf' },
  ThreatsAndDetectionTech: [
    'Phish: [Spoof external domain, URL reputation]',
    'Spam: [Advanced filter]',
  ],
  AuthDetails: [
    { Name: 'SPF', Value: 'Fail' },
    { Name: 'DMARC', Value: 'None' },
  ],
  AttachmentData: [{ FileName: 'a.html', FileType: 'html' }],
};

describe('threats in mail', () => {
  it('have a row for each recipient beside the activity', () => {
    const { rows } = converted([threat, { ...threat, Id: 'later', Verdict: 'Malware' }]);
    const mails = rows['EmailEvents'] ?? [];
    expect(mails.map(({ RecipientEmailAddress }: Row) => RecipientEmailAddress)).toEqual([
      'bob@contoso.com',
      'amy@contoso.com',
      'bob@contoso.com',
      'amy@contoso.com',
    ]);
    expect(mails[0]).toMatchObject({
      Timestamp: '2026-01-05T10:05:00.0000000Z',
      NetworkMessageId: 'd3d1ecd6-0000-4000-8000-000000000000',
      InternetMessageId: '<1@x.example>',
      SenderFromAddress: 'Eve@example.org',
      SenderFromDomain: 'example.org',
      SenderMailFromDomain: 'mail.example.org',
      SenderIPv4: '203.0.113.9',
      EmailDirection: 'Intra-org',
      DeliveryAction: 'Junked',
      DeliveryLocation: 'Junk folder',
      LatestDeliveryLocation: 'Quarantine',
      ThreatTypes: 'Phish, Spam',
      EmailAction: 'Move message to junk mail folder',
      EmailActionPolicy: 'Spoof',
      AttachmentCount: 1,
    });
    expect(JSON.parse(String(mails[0]?.['DetectionMethods']))).toEqual({
      Phish: ['Spoof external domain', 'URL reputation'],
      Spam: ['Advanced filter'],
    });
    expect(JSON.parse(String(mails[0]?.['AuthenticationDetails']))).toEqual({
      SPF: 'Fail',
      DMARC: 'None',
    });
    expect(rows['CloudAppEvents']?.map(({ ActionType }) => ActionType)).toEqual([
      'TIMailData',
      'TIMailData',
    ]);
  });

  it.each([
    [2, 'ClickBlocked', false],
    ['BlockPageOverride', 'ClickBlocked', true],
    [3, 'UrlScanInProgress', false],
  ])('a click with the action %s is %s', (URLClickAction, actionType, isClickedThrough) => {
    const { rows } = converted([
      {
        ...common,
        ...{ RecordType: 41, Operation: 'TIUrlClickData', Workload: 'ThreatIntelligence' },
        ...{ URL: 'http://x.example/', AppName: 'Mail', SourceId: 'd3d1', UserIp: '203.0.113.9' },
        ...{ TimeOfClick: '2026-01-05T10:00:00', URLClickAction },
      },
    ]);
    expect(rows['UrlClickEvents']).toEqual([
      expect.objectContaining({
        Timestamp: '2026-01-05T10:00:00.0000000Z',
        ActionType: actionType,
        Url: 'http://x.example/',
        AccountUpn: 'bob@contoso.com',
        NetworkMessageId: 'd3d1',
        IPAddress: '203.0.113.9',
        IsClickedThrough: isClickedThrough,
      }),
    ]);
  });
});

const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
const text = JSON.stringify(inboxRule);

describe('searches give the same row', () => {
  const expected = converted([inboxRule]).rows;
  it.each<[string, string]>([
    ['a content blob', JSON.stringify([inboxRule])],
    [
      'Search-UnifiedAuditLog as JSON',
      JSON.stringify([
        {
          ...{ RecordType: 'ExchangeAdmin', CreationDate: '/Date(1767607872000)/' },
          ...{ UserIds: 'Bob@contoso.com', Operations: 'New-InboxRule', AuditData: text },
          ...{ ResultIndex: 1, ResultCount: 1, Identity: common.Id, IsValid: true },
        },
      ]),
    ],
    [
      'Graph',
      JSON.stringify({
        '@odata.context': 'https://graph.microsoft.com/v1.0/$metadata#x',
        '@odata.nextLink': 'https://graph.microsoft.com/v1.0/x',
        value: [
          {
            ...{ id: common.Id, createdDateTime: '2026-01-05T10:11:12Z', service: 'Exchange' },
            ...{ operation: 'New-InboxRule', auditLogRecordType: 'exchangeAdmin' },
            auditData: inboxRule,
          },
        ],
      }),
    ],
    ['Splunk', JSON.stringify({ preview: false, results: [{ _raw: text }] })],
    [
      'CSV of Purview',
      `RecordId,CreationDate,RecordType,Operation,UserId,AuditData,AssociatedAdminUnits\r\n${common.Id},2026-01-05T10:11:12.0000000Z,1,New-InboxRule,Bob@contoso.com,${quoted(text)},\r\n`,
    ],
    [
      'CSV of PowerShell',
      `#TYPE Deserialized.Microsoft.Exchange.Data.ApplicationLogic.UnifiedAuditLogEvent\r\n"PSComputerName","RecordType","CreationDate","UserIds","Operations","AuditData"\r\n"outlook.office365.com","ExchangeAdmin","1/5/2026 10:11:12 AM","Bob@contoso.com","New-InboxRule",${quoted(text)}\r\n`,
    ],
  ])('%s', (_name, input) => {
    const { rows, counts } = converted(input);
    expect(rows).toEqual(expected);
    expect(counts.rejected).toBe(0);
  });
});

it('an event of ECS that carries a record stays one', () => {
  const { source } = converted([
    {
      '@timestamp': '2026-01-05T10:11:12Z',
      event: { kind: 'event', category: ['web'], dataset: 'o365.audit', original: text },
    },
  ]);
  expect(source).toBe('ecs');
});

it.each<[string, object, object, object]>([
  ['without a time is refused', { CreationTime: '?' }, { rejected: 1, unmapped: 0 }, {}],
  [
    'of another workload has one row',
    { Workload: 'Exchange' },
    { rejected: 0, unmapped: 0 },
    { CloudAppEvents: 1 },
  ],
])('a sign-in %s, and counted once', (_name, more, counted, told) => {
  const record = { ...common, RecordType: 15, Operation: 'UserLoggedIn' };
  const { rows, counts } = converted(
    [{ ...record, Workload: 'AzureActiveDirectory', ...more }],
    'office365',
  );
  expect(counts).toMatchObject(counted);
  expect(
    Object.fromEntries(Object.entries(rows).map(([table, each]) => [table, each.length])),
  ).toEqual(told);
});

describe('a row of OfficeActivity', () => {
  const row = {
    ...{ TenantId: 'workspace', SourceSystem: 'OfficeActivityManager', Type: 'OfficeActivity' },
    ...{ TimeGenerated: '2026-01-05T10:11:12Z', RecordType: 'ExchangeItemAggregated' },
    ...{ Operation: 'MailItemsAccessed', OfficeWorkload: 'Exchange', ResultStatus: 'Succeeded' },
    ...{ OfficeId: common.Id, OrganizationId: common.OrganizationId, OfficeObjectId: '' },
    ...{ UserType: 'Regular', UserKey: common.UserKey, UserId: 'Adm@contoso.com', ClientIP: '' },
    ...{
      Client_IPAddress: '203.0.113.7',
      ClientInfoString: 'Client=OWA',
      MailboxOwnerUPN: 'b@x.y',
    },
    OperationProperties: '[{"Name":"MailAccessType","Value":"Bind"}]',
  };

  it.each([
    ['Delegate', true],
    ['Owner', false],
  ])('is the record that it was made of, with a logon type of %s', (type, isImpersonated) => {
    const { source, rows, letters } = converted([{ ...row, Logon_Type: type }]);
    expect([source, letters]).toEqual(['office365', []]);
    const [event = {}] = rows['CloudAppEvents'] ?? [];
    expect(event).toMatchObject({
      Timestamp: '2026-01-05T10:11:12.0000000Z',
      ActionType: 'MailItemsAccessed',
      Application: 'Microsoft Exchange Online',
      AccountId: 'Adm@contoso.com',
      IPAddress: '203.0.113.7',
      UserAgent: 'Client=OWA',
      ReportId: common.Id,
      IsImpersonated: isImpersonated,
    });
    expect(JSON.parse(event['RawEventData'] as string)).toMatchObject({
      Id: common.Id,
      Workload: 'Exchange',
      OperationProperties: [{ Name: 'MailAccessType', Value: 'Bind' }],
    });
  });
});
