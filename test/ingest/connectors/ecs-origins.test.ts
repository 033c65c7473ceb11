import { describe, expect, it } from 'vitest';
import { converted, type Row } from '../convert.js';

const ecs = { version: '8.11.0' };
const agent = { name: 'collector', type: 'filebeat' };
const host = { name: 'collector', hostname: 'collector', ip: ['10.9.9.9'] };
const tenant = '11111111-0000-4000-8000-000000000001';
const alice = '22222222-0000-4000-8000-000000000002';
const firefox = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Firefox/128.0';
const network = { geo: { country_iso_code: 'SE', city_name: 'Lund' }, as: { number: 64_500 } };
const source = { ip: '203.0.113.5', address: '203.0.113.5', ...network };
const user_agent = { original: firefox, os: { name: 'Windows' }, name: 'Firefox' };

interface Case {
  readonly native: object;
  /** What the pipeline makes of it. */
  readonly inEcs: object;
}

const signIn: Case = {
  native: {
    time: '2026-01-05T10:11:12.345Z',
    category: 'SignInLogs',
    resourceId: `/tenants/${tenant}/providers/Microsoft.aadiam`,
    operationName: 'Sign-in activity',
    tenantId: tenant,
    resultType: '50126',
    resultDescription: 'Invalid username or password.',
    callerIpAddress: '203.0.113.5',
    location: 'SE',
    properties: {
      id: '33333333-0000-4000-8000-000000000003',
      createdDateTime: '2026-01-05T10:10:00.1Z',
      userDisplayName: 'Alice Ek',
      userPrincipalName: 'Alice@contoso.com',
      userId: alice,
      appId: '44444444-0000-4000-8000-000000000004',
      appDisplayName: 'Office 365',
      ipAddress: '203.0.113.5',
      status: { errorCode: 50126, failureReason: 'Invalid username or password.' },
      clientAppUsed: 'Browser',
      userAgent: firefox,
      deviceDetail: {
        displayName: 'WKS1',
        operatingSystem: 'Windows 10',
        trustType: 'Azure AD joined',
      },
      location: {
        city: 'Malmo',
        state: 'Skane',
        countryOrRegion: 'SE',
        geoCoordinates: { latitude: 55.6, longitude: 13 },
      },
      correlationId: '55555555-0000-4000-8000-000000000005',
      conditionalAccessStatus: 'notApplied',
      riskLevelDuringSignIn: 'medium',
      riskLevelAggregated: 'none',
      riskState: 'atRisk',
      tokenIssuerType: 'AzureAD',
      resourceDisplayName: 'Windows Azure Active Directory',
      authenticationProtocol: 'oAuth2',
    },
  },
  inEcs: {
    '@timestamp': '2026-01-05T10:11:12.345Z',
    event: {
      ...{ dataset: 'azure.signinlogs', kind: 'event', category: ['authentication'] },
      ...{ action: 'Sign-in activity', outcome: 'failure', type: ['info'] },
    },
    azure: {
      tenant_id: tenant,
      resource: {
        id: `/tenants/${tenant}/providers/Microsoft.aadiam`,
        provider: 'Microsoft.aadiam',
      },
      signinlogs: {
        category: 'SignInLogs',
        operation_name: 'Sign-in activity',
        result_type: '50126',
        result_description: 'Invalid username or password.',
        properties: {
          id: '33333333-0000-4000-8000-000000000003',
          created_at: '2026-01-05T10:10:00.1Z',
          user_display_name: 'Alice Ek',
          user_principal_name: 'Alice@contoso.com',
          user_id: alice,
          app_id: '44444444-0000-4000-8000-000000000004',
          app_display_name: 'Office 365',
          ip_address: '203.0.113.5',
          status: { error_code: 50126 },
          client_app_used: 'Browser',
          device_detail: {
            display_name: 'WKS1',
            operating_system: 'Windows 10',
            trust_type: 'Azure AD joined',
          },
          correlation_id: '55555555-0000-4000-8000-000000000005',
          conditional_access_status: 'notApplied',
          risk_level_during_signin: 'medium',
          risk_level_aggregated: 'none',
          risk_state: 'atRisk',
          token_issuer_type: 'AzureAD',
          resource_display_name: 'Windows Azure Active Directory',
          authentication_protocol: 'oAuth2',
        },
      },
    },
    geo: {
      city_name: 'Malmo',
      country_name: 'Skane',
      country_iso_code: 'SE',
      location: { lat: 55.6, lon: 13 },
    },
    message: 'Invalid username or password.',
    user: { name: 'Alice', domain: 'contoso.com', full_name: 'Alice Ek', id: alice },
    source,
    user_agent,
  },
};

const directoryAudit: Case = {
  native: {
    time: '2026-01-05T10:11:12.345Z',
    category: 'AuditLogs',
    resourceId: `/tenants/${tenant}/providers/Microsoft.aadiam`,
    operationName: 'Add member to role',
    tenantId: tenant,
    properties: {
      id: 'Directory_7',
      activityDateTime: '2026-01-05T10:11:12.3Z',
      activityDisplayName: 'Add member to role',
      loggedByService: 'Core Directory',
      category: 'RoleManagement',
      result: 'success',
      initiatedBy: {
        user: { id: alice, userPrincipalName: 'alice@contoso.com', ipAddress: '203.0.113.5' },
      },
      targetResources: [
        {
          id: 't1',
          type: 'User',
          userPrincipalName: 'eve@contoso.com',
          modifiedProperties: [
            { displayName: 'Role.DisplayName', oldValue: null, newValue: '"Global Administrator"' },
          ],
        },
        { id: 't2', type: 'Role', displayName: 'Global Administrator', modifiedProperties: [] },
      ],
      additionalDetails: [{ key: 'User-Agent', value: firefox }],
    },
  },
  inEcs: {
    '@timestamp': '2026-01-05T10:11:12.345Z',
    'azure.auditlogs.category': 'AuditLogs',
    'azure.auditlogs.operation_name': 'Add member to role',
    'azure.auditlogs.properties.id': 'Directory_7',
    'azure.auditlogs.properties.activity_datetime': '2026-01-05T10:11:12.3Z',
    'azure.auditlogs.properties.activity_display_name': 'Add member to role',
    'azure.auditlogs.properties.logged_by_service': 'Core Directory',
    'azure.auditlogs.properties.category': 'RoleManagement',
    'azure.auditlogs.properties.initiated_by.user.id': alice,
    'azure.auditlogs.properties.initiated_by.user.userPrincipalName': 'alice@contoso.com',
    'azure.auditlogs.properties.initiated_by.user.ipAddress': '203.0.113.5',
    'azure.auditlogs.properties.target_resources': {
      '0': {
        id: 't1',
        type: 'User',
        user_principal_name: 'eve@contoso.com',
        modified_properties: {
          '0': { display_name: 'Role.DisplayName', new_value: '"Global Administrator"' },
        },
      },
      '1': { id: 't2', type: 'Role', display_name: 'Global Administrator' },
    },
    'azure.auditlogs.properties.additional_details': [{ key: 'User-Agent', value: firefox }],
    'azure.resource.id': `/tenants/${tenant}/providers/Microsoft.aadiam`,
    'azure.tenant_id': tenant,
    event: {
      ...{ dataset: 'azure.auditlogs', kind: 'event', action: 'Add member to role' },
      outcome: 'success',
    },
    source,
  },
};

const login: Case = {
  native: {
    CreationTime: '2026-01-05T10:11:12',
    Id: '66666666-0000-4000-8000-000000000006',
    Operation: 'UserLoginFailed',
    OrganizationId: tenant,
    RecordType: 15,
    UserKey: alice,
    UserType: 0,
    Version: 1,
    Workload: 'AzureActiveDirectory',
    ClientIP: '203.0.113.5',
    ActorIpAddress: '203.0.113.5',
    ObjectId: '00000002-0000-0000-c000-000000000000',
    UserId: 'alice@contoso.com',
    ExtendedProperties: [
      { Name: 'UserAgent', Value: firefox },
      { Name: 'RequestType', Value: 'OAuth2:Authorize' },
    ],
    DeviceProperties: [{ Name: 'OS', Value: 'Windows 10' }],
    LogonError: 'InvalidUserNameOrPassword',
    ErrorNumber: '50126',
  },
  inEcs: {
    '@timestamp': '2026-01-05T10:11:12.000Z',
    event: {
      ...{ dataset: 'o365.audit', kind: 'event', action: 'UserLoginFailed', outcome: 'failure' },
      ...{ id: '66666666-0000-4000-8000-000000000006', provider: 'AzureActiveDirectory' },
      ...{ code: 'AzureActiveDirectoryStsLogon', category: ['web', 'authentication'] },
      type: ['info', 'start', 'access'],
    },
    o365: {
      audit: {
        CreationTime: '2026-01-05T10:11:12',
        RecordType: '15',
        UserKey: alice,
        UserType: '0',
        Version: '1',
        ObjectId: '00000002-0000-0000-c000-000000000000',
        UserId: 'alice@contoso.com',
        ActorIpAddress: '203.0.113.5',
        ExtendedProperties: { RequestType: 'OAuth2:Authorize' },
        DeviceProperties: [{ Name: 'OS', Value: 'Windows 10' }],
        LogonError: 'InvalidUserNameOrPassword',
        ErrorNumber: '50126',
      },
    },
    organization: { id: tenant },
    user: { id: 'alice@contoso.com', email: 'alice@contoso.com', name: 'alice' },
    client: { address: '203.0.113.5', ip: '203.0.113.5' },
    source,
    user_agent,
  },
};

const newUser: Case = {
  native: {
    CreationTime: '2026-01-05T10:11:12',
    Id: '77777777-0000-4000-8000-000000000007',
    Operation: 'Add user.',
    OrganizationId: tenant,
    RecordType: 8,
    UserKey: '100320009@contoso.com',
    UserType: 0,
    Version: 1,
    Workload: 'AzureActiveDirectory',
    ObjectId: 'eve@contoso.com',
    UserId: 'alice@contoso.com',
    ResultStatus: 'Success',
    ModifiedProperties: [{ Name: 'AccountEnabled', NewValue: '[true]', OldValue: '[]' }],
    Target: [{ ID: 'eve@contoso.com', Type: 5 }],
  },
  inEcs: {
    '@timestamp': '2026-01-05T10:11:12.000Z',
    event: {
      ...{ dataset: 'o365.audit', kind: 'event', action: 'added-user-account' },
      ...{ id: '77777777-0000-4000-8000-000000000007', provider: 'AzureActiveDirectory' },
      ...{ code: 'AzureActiveDirectory', category: ['web', 'iam'], outcome: 'success' },
      type: ['info', 'user', 'creation'],
    },
    o365: {
      audit: {
        ...{ RecordType: '8', UserKey: '100320009@contoso.com', UserType: '0', Version: '1' },
        ...{ ObjectId: 'eve@contoso.com', UserId: 'alice@contoso.com', ResultStatus: 'Success' },
        ModifiedProperties: { AccountEnabled: { NewValue: '[true]', OldValue: '[]' } },
        Target: [{ ID: 'eve@contoso.com', Type: 5 }],
      },
    },
    organization: { id: tenant },
    user: { id: 'alice@contoso.com', name: 'alice', target: { id: 'eve@contoso.com' } },
  },
};

const shared: Case = {
  native: {
    CreationTime: '2026-01-05T10:11:12',
    Id: '88888888-0000-4000-8000-000000000008',
    Operation: 'FileDownloaded',
    OrganizationId: tenant,
    RecordType: 6,
    UserKey: 'i:0h.f|membership|1003@live.com',
    UserType: 0,
    Version: 1,
    Workload: 'OneDrive',
    ClientIP: '203.0.113.5',
    UserAgent: firefox,
    UserId: 'alice@contoso.com',
    ObjectId: 'https://contoso-my.sharepoint.com/personal/alice/Documents/plan.xlsx',
    ItemType: 'File',
    SourceFileName: 'plan.xlsx',
    SourceFileExtension: 'xlsx',
    SourceRelativeUrl: 'Documents',
  },
  inEcs: {
    '@timestamp': '2026-01-05T10:11:12.000Z',
    event: {
      ...{ dataset: 'o365.audit', kind: 'event', action: 'FileDownloaded', outcome: 'success' },
      ...{ id: '88888888-0000-4000-8000-000000000008', provider: 'OneDrive' },
      ...{ code: 'SharePointFileOperation', category: ['web', 'file'], type: ['info', 'access'] },
    },
    o365: {
      audit: {
        ...{ RecordType: '6', UserKey: 'i:0h.f|membership|1003@live.com', UserType: '0' },
        ...{ Version: '1', UserId: 'alice@contoso.com', ItemType: 'File' },
      },
    },
    file: { name: 'plan.xlsx', extension: 'xlsx', directory: 'Documents' },
    url: { original: 'https://contoso-my.sharepoint.com/personal/alice/Documents/plan.xlsx' },
    organization: { id: tenant },
    user: { id: 'alice@contoso.com', email: 'alice@contoso.com', name: 'alice' },
    source,
    user_agent,
  },
};

const consoleLogin: Case = {
  native: {
    eventVersion: '1.08',
    userIdentity: {
      type: 'IAMUser',
      principalId: 'AIDA1',
      arn: 'arn:aws:iam::111122223333:user/bob',
      accountId: '111122223333',
      userName: 'bob',
    },
    eventTime: '2026-01-05T10:11:12Z',
    eventSource: 'signin.amazonaws.com',
    eventName: 'ConsoleLogin',
    awsRegion: 'us-east-1',
    sourceIPAddress: '203.0.113.5',
    userAgent: firefox,
    errorMessage: 'Failed authentication',
    requestParameters: null,
    responseElements: { ConsoleLogin: 'Failure' },
    additionalEventData: { LoginTo: 'https://console.aws.amazon.com/', MFAUsed: 'No' },
    eventID: '99999999-0000-4000-8000-000000000009',
    readOnly: false,
    eventType: 'AwsConsoleSignIn',
    managementEvent: true,
    recipientAccountId: '111122223333',
  },
  inEcs: {
    '@timestamp': '2026-01-05T10:11:12.000Z',
    aws: {
      cloudtrail: {
        event_version: '1.08',
        additional_eventdata: '{LoginTo=https://console.aws.amazon.com/, MFAUsed=No}',
        console_login: { additional_eventdata: { mfa_used: false } },
        error_message: 'Failed authentication',
        event_type: 'AwsConsoleSignIn',
        flattened: {
          additional_eventdata: { LoginTo: 'https://console.aws.amazon.com/', MFAUsed: 'No' },
          response_elements: { ConsoleLogin: 'Failure' },
        },
        management_event: true,
        read_only: false,
        recipient_account_id: '111122223333',
        response_elements: '{ConsoleLogin=Failure}',
        user_identity: { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/bob' },
      },
    },
    cloud: { account: { id: '111122223333' }, region: 'us-east-1', provider: 'aws' },
    event: {
      ...{ dataset: 'aws.cloudtrail', kind: 'event', action: 'ConsoleLogin', outcome: 'failure' },
      ...{ id: '99999999-0000-4000-8000-000000000009', provider: 'signin.amazonaws.com' },
      ...{ category: ['authentication'], type: ['info'] },
    },
    user: { id: 'AIDA1', name: 'bob' },
    source,
    user_agent,
  },
};

const roleSession: Case = {
  native: {
    eventVersion: '1.08',
    userIdentity: {
      type: 'AssumedRole',
      principalId: 'AROA1:session',
      arn: 'arn:aws:sts::111122223333:assumed-role/Deploy/session',
      accountId: '111122223333',
      accessKeyId: 'ASIA1',
      sessionContext: {
        sessionIssuer: {
          type: 'Role',
          principalId: 'AROA1',
          arn: 'arn:aws:iam::111122223333:role/Deploy',
          accountId: '111122223333',
          userName: 'Deploy',
        },
        attributes: { creationDate: '2026-01-05T09:00:00Z', mfaAuthenticated: 'false' },
      },
    },
    eventTime: '2026-01-05T10:11:12Z',
    eventSource: 's3.amazonaws.com',
    eventName: 'GetObject',
    awsRegion: 'eu-north-1',
    sourceIPAddress: '203.0.113.5',
    userAgent: 'aws-cli/2.1',
    errorCode: 'AccessDenied',
    errorMessage: 'Access Denied',
    requestParameters: { bucketName: 'payroll', key: '2026/jan.csv' },
    responseElements: null,
    requestID: 'R1',
    eventID: 'aaaaaaaa-0000-4000-8000-00000000000a',
    readOnly: true,
    resources: [
      { type: 'AWS::S3::Object', ARN: 'arn:aws:s3:::payroll/2026/jan.csv' },
      { accountId: '111122223333', type: 'AWS::S3::Bucket', ARN: 'arn:aws:s3:::payroll' },
    ],
    eventType: 'AwsApiCall',
    managementEvent: false,
    recipientAccountId: '444455556666',
    eventCategory: 'Data',
  },
  inEcs: {
    '@timestamp': '2026-01-05T10:11:12.000Z',
    aws: {
      cloudtrail: {
        error_code: 'AccessDenied',
        error_message: 'Access Denied',
        event_category: 'Data',
        event_type: 'AwsApiCall',
        event_version: '1.08',
        flattened: { request_parameters: { bucketName: 'payroll', key: '2026/jan.csv' } },
        management_event: false,
        read_only: true,
        recipient_account_id: '444455556666',
        request_id: 'R1',
        request_parameters: '{bucketName=payroll, key=2026/jan.csv}',
        resources: [
          { type: 'AWS::S3::Object', arn: 'arn:aws:s3:::payroll/2026/jan.csv' },
          { account_id: '111122223333', type: 'AWS::S3::Bucket', arn: 'arn:aws:s3:::payroll' },
        ],
        user_identity: {
          type: 'AssumedRole',
          arn: 'arn:aws:sts::111122223333:assumed-role/Deploy/session',
          access_key_id: 'ASIA1',
          session_context: {
            creation_date: '2026-01-05T09:00:00Z',
            mfa_authenticated: 'false',
            session_issuer: {
              type: 'Role',
              principal_id: 'AROA1',
              arn: 'arn:aws:iam::111122223333:role/Deploy',
              account_id: '111122223333',
            },
          },
        },
      },
    },
    cloud: { account: { id: '111122223333' }, region: 'eu-north-1', provider: 'aws' },
    event: {
      ...{ module: 'aws', kind: 'event', action: 'GetObject', outcome: 'failure' },
      ...{ id: 'aaaaaaaa-0000-4000-8000-00000000000a', provider: 's3.amazonaws.com' },
      type: ['info'],
    },
    user: { id: 'AROA1:session', name: 'Deploy' },
    source,
    user_agent: { original: 'aws-cli/2.1' },
  },
};

const falco: Case = {
  native: {
    uuid: 'bbbbbbbb-0000-4000-8000-00000000000b',
    hostname: 'node7',
    output: 'Notice A shell was spawned (command=bash -i)',
    priority: 'Notice',
    rule: 'Terminal shell in container',
    source: 'syscall',
    tags: ['T1059', 'container', 'mitre_execution'],
    time: '2026-01-05T10:11:12.123456789Z',
    output_fields: {
      'container.id': '3ad7b26ded6d',
      'container.name': 'web',
      'evt.type': 'execve',
      'proc.cmdline': 'bash -i',
      'proc.exepath': '/bin/bash',
      'proc.name': 'bash',
      'proc.pname': 'runc',
      'user.name': 'root',
    },
  },
  inEcs: {
    '@timestamp': '2026-01-05T10:11:12.123456789Z',
    event: { kind: 'alert', dataset: 'falco.alerts', provider: 'syscall' },
    'event.category': ['process'],
    'event.type': ['start'],
    falco: {
      hostname: 'node7',
      output: 'Notice A shell was spawned (command=bash -i)',
      output_fields: { evt: { type: 'execve' } },
      priority: 'Notice',
      source: 'syscall',
      tags: ['T1059', 'container', 'mitre_execution'],
      time: '2026-01-05T10:11:12.123456789Z',
      uuid: 'bbbbbbbb-0000-4000-8000-00000000000b',
    },
    observer: { hostname: 'node7', product: 'falco', type: 'sensor' },
    container: { id: '3ad7b26ded6d', name: 'web' },
    process: {
      command_line: 'bash -i',
      executable: '/bin/bash',
      name: 'bash',
      parent: { name: 'runc' },
      user: { name: 'root' },
    },
    rule: { name: 'Terminal shell in container' },
  },
};

const cases = Object.entries({
  'a sign-in to Entra ID': signIn,
  "an activity of Entra ID's": directoryAudit,
  'a login to Microsoft 365': login,
  'a new user, whose operation has a name of ECS': newUser,
  'a file in OneDrive': shared,
  'a login to the console of AWS': consoleLogin,
  'a call of a role that is denied': roleSession,
  'an alert of Falco': falco,
});

const besides: ReadonlySet<string> = new Set(['AdditionalFields', 'RawEventData']);

/** The columns that have values, but for those that hold all of a record. */
function facts(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).filter(
      ([name, value]) => !besides.has(name) && value !== '' && value !== null,
    ),
  );
}

const rowsOf = (record: object) => {
  const { rows, letters } = converted([record]);
  expect(letters).toEqual([]);
  return rows;
};

describe("rows of Defender's own, in ECS", () => {
  const properties = {
    Timestamp: '2026-01-05T10:11:12Z',
    DeviceId: '73e7e2de709dff64ef64b1d0c30e67fab63279db',
    DeviceName: 'wks1.contoso.com',
    ActionType: 'DpapiAccessed',
    ReportId: 12345,
    FileName: 'a.exe',
    SHA256: 'ab'.repeat(32),
    InitiatingProcessAccountDomain: 'contoso',
    InitiatingProcessId: 42,
    AdditionalFields: '{"Key":"v"}',
  };
  const event = {
    ...{ dataset: 'm365_defender.event', kind: 'event', category: ['host'] },
    action: 'dpapiaccessed',
  };
  const members = {
    category: 'AdvancedHunting-DeviceEvents',
    operation_name: 'Publish',
    tenant: { id: tenant },
    timestamp: '2026-01-05T10:11:12.000Z',
    device: { id: properties.DeviceId, name: 'wks1.contoso.com' },
    action: { type: 'DpapiAccessed' },
    report_id: '12345',
    file: { name: 'a.exe' },
    sha256: properties.SHA256,
    initiating_process: { account_domain: 'contoso', id: 42 },
    additional_fields: { Key: 'v' },
    newer: { member: 1 },
  };
  const kept = JSON.stringify({ category: 'AdvancedHunting-DeviceEvents', properties });
  const wanted = {
    ...properties,
    Timestamp: '2026-01-05T10:11:12.0000000Z',
    AdditionalFields: { Key: 'v' },
  };

  it('as the pipeline has kept them', () => {
    const rows = rowsOf({
      ...{ ecs, '@timestamp': '2026-01-05T10:11:12Z', event: { ...event, original: kept } },
      m365_defender: { event: { category: 'AdvancedHunting-DeviceEvents' } },
      host: { ...host, id: properties.DeviceId.toUpperCase() },
      tags: ['production'],
    });
    const [native] =
      rowsOf({ category: 'AdvancedHunting-DeviceEvents', properties })['DeviceEvents'] ?? [];
    expect(native).toMatchObject(wanted);
    const { action: _copy, ...others } = event;
    const besides = { event: others, host, tags: ['production'] };
    expect(rows['DeviceEvents']).toEqual([
      { ...native, AdditionalFields: { Key: 'v', ecs: besides } },
    ]);
  });

  it('are the same rows, whoever hands them on and how often', () => {
    const of = (more: object, original?: string) => ({
      ...{ ecs, host, '@timestamp': '2026-01-05T10:11:12Z', event: { ...event, original } },
      tags: ['preserve_duplicate_custom_fields'],
      m365_defender: { event: { ...members, newer: undefined } },
      ...more,
    });
    const native = { category: 'AdvancedHunting-DeviceEvents', properties };
    const inEcs = [of({}, kept), of({}), of({ labels: { one: 'more' } })];
    const { identities } = converted([native]);
    expect(identities).toHaveLength(1);
    for (const each of inEcs) {
      expect(converted([each]).identities).toEqual(identities);
    }
    const { AdditionalFields: _none, ...plain } = properties;
    const { additional_fields: _noneOf, newer: _newer, ...ofPlain } = members;
    expect(converted([of({ m365_defender: { event: ofPlain } })]).identities).toEqual(
      converted([{ ...native, properties: plain }]).identities,
    );
  });

  it('by the names of their members, where those are all there', () => {
    const rows = rowsOf({
      ...{ ecs, host, event, '@timestamp': '2026-01-05T10:11:12Z' },
      tags: ['preserve_duplicate_custom_fields'],
      m365_defender: { event: members },
    });
    expect(rows['DeviceEvents']).toMatchObject([
      {
        ...wanted,
        AdditionalFields: {
          ...{ Key: 'v', 'newer.member': 1 },
          ecs: { host, event: { dataset: 'm365_defender.event', category: ['host'] } },
        },
      },
    ]);
  });

  it('an alert of an incident is that alert', () => {
    const rows = rowsOf({
      ...{ ecs, '@timestamp': '2026-01-05T10:11:12Z', message: 'Multi-stage incident' },
      event: { dataset: 'm365_defender.incident', kind: 'alert', id: '29723951' },
      m365_defender: {
        incident: {
          id: '29723951',
          alert: {
            ...{ id: 'da1_-9', title: 'Hidden file', category: 'DefenseEvasion', severity: 'low' },
            ...{ service_source: 'microsoftDefenderForEndpoint', mitre_techniques: ['T1564.001'] },
          },
        },
      },
    });
    expect(rows['AlertInfo']).toMatchObject([
      {
        AlertId: 'da1_-9',
        Title: 'Hidden file',
        Category: 'DefenseEvasion',
        Severity: 'Low',
        ServiceSource: 'Microsoft Defender for Endpoint',
        AttackTechniques: '["T1564.001"]',
      },
    ]);
  });
});

it('what CloudTrail tells is the whole record, and no more', () => {
  const { native, inEcs } = roleSession;
  const [row] = rowsOf({ ecs, agent, host, ...inEcs })['CloudAppEvents'] ?? [];
  const told = JSON.parse(String(row?.['RawEventData']));
  const { responseElements: _none, ...wanted } = native as { responseElements: null };
  expect({ ...told, eventTime: '2026-01-05T10:11:12Z' }).toEqual(wanted);
});

describe('what a source tells natively and in ECS has the same rows', () => {
  it.each(cases)('%s', (_name, { native, inEcs }) => {
    const wanted = rowsOf(native);
    const rows = rowsOf({ ecs, agent, host, ...inEcs });
    expect(Object.keys(rows).sort()).toEqual(Object.keys(wanted).sort());
    for (const table in wanted) {
      expect(rows[table]).toMatchObject((wanted[table] ?? []).map(facts));
    }
  });

  it.each(cases)('%s, of which the pipeline has kept the original', (_name, { native, inEcs }) => {
    const { event, ...others } = inEcs as { event: object };
    const original = JSON.stringify(native);
    const rows = rowsOf({ ecs, agent, host, ...others, event: { ...event, original } });
    const wanted = rowsOf(native);
    for (const table in wanted) {
      expect(rows[table]).toMatchObject((wanted[table] ?? []).map(facts));
    }
    expect(JSON.stringify(rows)).not.toContain('"original":"{');
  });

  it.each(cases)('%s, twice, is one', (_name, { native, inEcs }) => {
    const [one, other] = [converted([native]), converted([{ ecs, agent, host, ...inEcs }])];
    const ids = [one, other].map(({ rows }) =>
      Object.values(rows).flatMap((each) =>
        each.map(({ ReportId, AlertId }) => ReportId ?? AlertId),
      ),
    );
    expect(ids[1]).toEqual(ids[0]);
  });
});

describe('what an event says of itself decides whose record it carries', () => {
  const time = { '@timestamp': '2026-01-05T10:11:12Z' };
  const server = { host: { name: 'srv1' }, process: { name: 'app', pid: 7, executable: '/app' } };
  const properties = { Timestamp: '2026-01-05T10:11:12Z', DeviceName: 'dc1', ActionType: 'X' };
  const row = { category: 'AdvancedHunting-DeviceProcessEvents', properties };
  const start = { kind: 'event', category: ['process'], type: ['start'] };

  it.each([
    ['a row of Defender', row, { m365_defender: { event: { category: row.category } } }],
    ['a record of Microsoft 365', login.native, { o365: {} }],
    ['a record of Entra ID', signIn.native, { azure: { signinlogs: {} } }],
    ['a record of CloudTrail', consoleLogin.native, { aws: { cloudtrail: {} } }],
    ['an alert of Falco', falco.native, { falco: {} }],
  ])('a log of another program has members and text of %s', (_name, record, members) => {
    const event = { ...start, module: 'app', dataset: 'app.log', original: JSON.stringify(record) };
    const rows = rowsOf({ ecs, ...time, ...server, ...members, event });
    expect(Object.keys(rows)).toEqual(['DeviceProcessEvents']);
    expect(rows['DeviceProcessEvents']).toMatchObject([{ DeviceName: 'srv1', ProcessId: 7 }]);
    const unnamed = { ...start, original: JSON.stringify(record) };
    expect(JSON.stringify(rowsOf({ ecs, ...time, ...members, event: unnamed }))).not.toContain(
      'srv1',
    );
  });

  it.each([
    ['a header of syslog', '<5>2026-01-05T10:11:12Z node7 Falco[1]: ', true],
    ['a header as of old', '<5>Jan  5 10:11:12 node7 falco: ', true],
    ['a header of RFC 5424', '<5>1 2026-01-05T10:11:12Z node7 falco 1 - - ', true],
    ['its structured data', '<5>1 2026-01-05T10:11:12Z node7 falco 1 - [a@1 b="c d"] ', true],
    ['an alert as text', '10:11:12.123: Notice A shell (command=bash ', false],
    [
      'one in syslog',
      '<5>Jan  5 10:11:12 node7 falco[1]: 10:11:12.1: Notice (command=bash ',
      false,
    ],
    ['one in RFC 5424', '<5>1 2026-01-05T10:11:12Z node7 falco 1 - - Notice (command=bash ', false],
  ])('the text before an alert of Falco is %s', (_name, before, isWhole) => {
    const native = { ...falco.native, rule: 'Another' };
    const event = { kind: 'alert', dataset: 'falco', original: before + JSON.stringify(native) };
    const [info] =
      rowsOf({ ecs, ...time, event, falco: { rule: 'Real', uuid: 'u' } })['AlertInfo'] ?? [];
    expect(info?.['Title']).toBe(isWhole ? 'Another' : 'Real');
  });

  it('names that are anything are names', () => {
    const text = JSON.stringify(consoleLogin.native).replace('{', '{"__proto__":{"one":1},');
    const event = { dataset: 'aws.cloudtrail', kind: 'event', original: text };
    const record = JSON.stringify({ ecs, ...time, event, tags: ['a'] });
    const [row] =
      converted([record.replace('{', '{"__proto__":{"two":2},')]).rows['CloudAppEvents'] ?? [];
    expect(Object.entries(row?.['AdditionalFields'] as object)).toContainEqual([
      '__proto__',
      { one: 1 },
    ]);
    expect(row?.['AdditionalFields']).toMatchObject({ tags: ['a'] });
    expect(row?.['AdditionalFields']).not.toHaveProperty('one');
  });

  it('what ECS has under the names of a record is told, too', () => {
    const more = {
      tags: ['production'],
      rule: { name: 'Terminal shell in container', ruleset: 'ours' },
      source: { ip: '10.1.2.3', mac: '02-00-00-00-00-01' },
    };
    const event = {
      kind: 'alert',
      dataset: 'falco.alerts',
      original: JSON.stringify(falco.native),
    };
    for (const each of [
      { ecs, ...time, ...more, event },
      { ecs, agent, host, ...falco.inEcs, ...more },
    ]) {
      const machine = rowsOf(each)['AlertEvidence']?.find(
        ({ EntityType }) => EntityType === 'Machine',
      );
      expect(machine?.['AdditionalFields']).toMatchObject({
        alert: {
          source: 'syscall',
          ecs: {
            tags: ['production'],
            rule: { ruleset: 'ours' },
            source: { mac: '02-00-00-00-00-01' },
          },
        },
      });
    }
  });
});
