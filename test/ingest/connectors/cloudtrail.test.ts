import { describe, expect, it } from 'vitest';
import { converted, onlyRow, type Row } from '../convert.js';

const user = {
  type: 'IAMUser',
  principalId: 'AIDAEXAMPLE',
  arn: 'arn:aws:iam::111122223333:user/alice',
  accountId: '111122223333',
  accessKeyId: 'AKIAEXAMPLE',
  userName: 'alice',
};
const role = {
  type: 'AssumedRole',
  principalId: 'AROAEXAMPLE:i-0123',
  arn: 'arn:aws:sts::111122223333:assumed-role/Deploy/i-0123',
  accountId: '111122223333',
  sessionContext: {
    sessionIssuer: {
      type: 'Role',
      arn: 'arn:aws:iam::111122223333:role/Deploy',
      userName: 'Deploy',
    },
  },
};
const call = {
  eventVersion: '1.09',
  userIdentity: user,
  eventTime: '2026-01-05T10:11:12Z',
  eventSource: 'iam.amazonaws.com',
  eventName: 'CreateAccessKey',
  awsRegion: 'us-east-1',
  sourceIPAddress: '203.0.113.9',
  userAgent: 'aws-cli/2.15.0',
  requestParameters: { userName: 'backup' },
  responseElements: { accessKey: { userName: 'backup', accessKeyId: 'AKIAOTHER' } },
  requestID: 'd5d2f3f0',
  eventID: '0f7d7a62-6f3e-4d41-8a2e-2d9a1b6c7e01',
  readOnly: false,
  eventType: 'AwsApiCall',
  managementEvent: true,
  recipientAccountId: '111122223333',
  eventCategory: 'Management',
};
const rowOf = (more: object): Row => onlyRow(converted([{ ...call, ...more }]));

it('a call has a row as Defender for Cloud Apps has it', () => {
  const { source, rows, letters } = converted([call]);
  expect([source, letters]).toEqual(['cloudtrail', []]);
  expect(rows['CloudAppEvents']).toMatchObject([
    {
      Timestamp: '2026-01-05T10:11:12.0000000Z',
      ActionType: 'CreateAccessKey',
      Application: 'Amazon Web Services',
      ApplicationId: 11_599,
      AccountObjectId: 'AIDAEXAMPLE',
      AccountId: 'arn:aws:iam::111122223333:user/alice',
      AccountDisplayName: 'alice',
      AccountType: 'Regular',
      IsAdminOperation: true,
      IsExternalUser: false,
      IPAddress: '203.0.113.9',
      UserAgent: 'aws-cli/2.15.0',
      ActivityType: 'Create',
      ObjectName: 'backup',
      ObjectType: 'AWS::IAM::User',
      ObjectId: 'backup',
      ReportId: call.eventID,
      RawEventData: JSON.stringify(call),
      AdditionalFields: {
        EventSource: 'iam.amazonaws.com',
        AwsRegion: 'us-east-1',
        RecipientAccountId: '111122223333',
        AccessKeyId: 'AKIAEXAMPLE',
      },
    },
  ]);
  expect(rows['CloudAppEvents']?.[0]?.['CountryCode'] ?? '').toBe('');
});

const lookup = {
  EventId: call.eventID,
  EventName: call.eventName,
  ReadOnly: 'false',
  EventTime: 1_767_607_872,
  Username: 'alice',
  Resources: [],
  CloudTrailEvent: JSON.stringify(call),
};

describe('wherever it was delivered to', () => {
  it.each<[string, string | object[]]>([
    ['a line', [call]],
    ['a file of a trail', JSON.stringify({ Records: [call] })],
    ['a file of a trail, printed', JSON.stringify({ Records: [call] }, null, 2)],
    [
      'EventBridge',
      [
        {
          version: '0',
          id: '36eb8523',
          'detail-type': 'AWS API Call via CloudTrail',
          source: 'aws.iam',
          account: '111122223333',
          time: '2026-01-05T10:11:20Z',
          region: 'us-east-1',
          resources: [],
          detail: call,
        },
      ],
    ],
    [
      'a subscription of CloudWatch Logs',
      [
        {
          messageType: 'DATA_MESSAGE',
          owner: '111122223333',
          logGroup: 'trail',
          logStream: '111122223333_CloudTrail_us-east-1',
          logEvents: [{ id: '1', timestamp: 1, message: JSON.stringify(call) }],
        },
      ],
    ],
    ['the answer of lookup-events', [{ Events: [lookup] }]],
    ['the answer of lookup-events, printed', JSON.stringify({ Events: [lookup] }, null, 2)],
    [
      'Filebeat without its module',
      [
        {
          '@timestamp': '2026-01-05T10:12:00.000Z',
          ecs: { version: '8.0.0' },
          input: { type: 'aws-s3' },
          message: JSON.stringify(call),
        },
      ],
    ],
  ])('%s', (_name, input) => {
    const result = converted(input);
    expect(result.source).toBe('cloudtrail');
    expect(onlyRow(result)).toMatchObject({ table: 'CloudAppEvents', ReportId: call.eventID });
  });

  it('a row of Sentinel’s AWSCloudTrail', () => {
    const row = {
      ...{ TenantId: 'workspace', SourceSystem: 'AWS', Type: 'AWSCloudTrail' },
      ...{ TimeGenerated: call.eventTime, AwsEventId: call.eventID, EventName: call.eventName },
      ...{ EventSource: call.eventSource, EventTypeName: call.eventType, AWSRegion: 'us-east-1' },
      ...{ SourceIpAddress: call.sourceIPAddress, UserAgent: call.userAgent, ErrorCode: '' },
      ...{ UserIdentityType: role.type, UserIdentityPrincipalid: role.principalId },
      ...{ UserIdentityArn: role.arn, UserIdentityAccountId: role.accountId },
      ...{ SessionIssuerType: 'Role', SessionIssuerUserName: 'Deploy' },
      ...{ SessionMfaAuthenticated: false, ReadOnly: false, ManagementEvent: true },
      ...{
        RecipientAccountId: call.recipientAccountId,
        RequestParameters: '{"userName":"backup"}',
      },
      ...{ Category: 'Management', AwsRequestId_: call.requestID },
    };
    const { source, rows, letters } = converted([row]);
    expect([source, letters]).toEqual(['cloudtrail', []]);
    const own = onlyRow(converted([{ ...call, userIdentity: role, responseElements: undefined }]));
    const { table: _, RawEventData: raw, ...columns } = own;
    expect(rows['CloudAppEvents']).toMatchObject([columns]);
    expect(JSON.parse(rows['CloudAppEvents']?.[0]?.['RawEventData'] as string)).toMatchObject({
      ...{ eventID: call.eventID, requestID: call.requestID },
      requestParameters: (JSON.parse(raw as string) as typeof call).requestParameters,
      userIdentity: { sessionContext: { attributes: { mfaAuthenticated: false } } },
    });
  });

  it('a file of more bytes than a record may have', () => {
    const padding = 'x'.repeat(2_000);
    const Records = Array.from({ length: 1_000 }, (_, number) => ({
      ...call,
      eventID: `e${number}`,
      requestParameters: { padding },
    }));
    const { source, rows, letters } = converted(JSON.stringify({ Records }));
    expect([source, rows['CloudAppEvents']?.length, letters]).toEqual(['cloudtrail', 1_000, []]);
  });
});

it.each<[string, object, object]>([
  [
    'a role that a machine has',
    { userIdentity: role },
    { AccountDisplayName: 'Deploy', AccountType: 'Application', AccountId: role.arn },
  ],
  [
    'the root of an account',
    {
      userIdentity: {
        type: 'Root',
        principalId: '111122223333',
        arn: 'arn:aws:iam::111122223333:root',
        accountId: '111122223333',
      },
    },
    { AccountDisplayName: 'root', AccountType: 'Admin' },
  ],
  [
    'a service',
    {
      userIdentity: { type: 'AWSService', invokedBy: 'autoscaling.amazonaws.com' },
      sourceIPAddress: 'autoscaling.amazonaws.com',
    },
    {
      AccountId: 'autoscaling.amazonaws.com',
      AccountDisplayName: 'autoscaling.amazonaws.com',
      AccountType: 'System',
    },
  ],
  [
    'someone of another account',
    { userIdentity: { type: 'AWSAccount', principalId: 'AIDAOTHER', accountId: '999988887777' } },
    { AccountId: 'AIDAOTHER', AccountType: 'Application', IsExternalUser: true },
  ],
  [
    'a user of Identity Center',
    {
      userIdentity: {
        type: 'IdentityCenterUser',
        accountId: '111122223333',
        onBehalfOf: { userId: '93c4-1', identityStoreArn: 'arn:aws:identitystore::1:s/d-1' },
      },
    },
    { AccountObjectId: '93c4-1', AccountId: '93c4-1', AccountType: 'Regular' },
  ],
])('who: %s', (_name, more, wanted) => {
  expect(rowOf(more)).toMatchObject(wanted);
});

it('a service that calls has no address, and its name is kept', () => {
  const row = rowOf({ sourceIPAddress: 'AWS Internal' });
  expect(row['IPAddress'] ?? '').toBe('');
  expect(row['AdditionalFields']).toMatchObject({ SourceIPAddress: 'AWS Internal' });
});

it.each<[string, object, string, boolean | undefined]>([
  ['ListUsers', { readOnly: true }, 'View', false],
  ['GetObject', { readOnly: true, managementEvent: false, eventCategory: 'Data' }, 'View', false],
  ['TerminateInstances', {}, 'Delete', true],
  ['AttachUserPolicy', {}, 'Edit', true],
  ['StopLogging', {}, 'Run', true],
  ['AssumeRole', { readOnly: true, eventSource: 'sts.amazonaws.com' }, 'View', false],
  ['DeleteObject', { managementEvent: false, eventCategory: 'Data' }, 'Delete', false],
  ['DescribeThings', { readOnly: undefined, managementEvent: undefined }, 'View', undefined],
])('%s %j is %s', (eventName, more, activityType, isAdmin) => {
  const row = rowOf({ eventName, ...more });
  expect(row['ActivityType']).toBe(activityType);
  expect(row['IsAdminOperation'] ?? undefined).toBe(isAdmin);
});

it.each<[string, object, object]>([
  [
    'the first resource that has a whole name',
    {
      resources: [
        { type: 'AWS::S3::Object', ARNPrefix: 'arn:aws:s3:::plans/' },
        { type: 'AWS::S3::Bucket', ARN: 'arn:aws:s3:::plans', accountId: '111122223333' },
      ],
    },
    { ObjectName: 'plans', ObjectType: 'AWS::S3::Bucket', ObjectId: 'arn:aws:s3:::plans' },
  ],
  [
    'an object of S3',
    { resources: [{ type: 'AWS::S3::Object', ARN: 'arn:aws:s3:::plans/a/b.txt' }] },
    { ObjectName: 'plans/a/b.txt', ObjectType: 'AWS::S3::Object' },
  ],
  [
    'a role',
    { resources: [{ type: 'AWS::IAM::Role', ARN: 'arn:aws:iam::111122223333:role/x/Deploy' }] },
    { ObjectName: 'x/Deploy', ObjectId: 'arn:aws:iam::111122223333:role/x/Deploy' },
  ],
  [
    'a policy that is a parameter',
    { requestParameters: { policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' } },
    { ObjectName: 'AdministratorAccess', ObjectType: 'AWS::IAM::Policy' },
  ],
  [
    'machines',
    {
      requestParameters: {
        instancesSet: { items: [{ instanceId: 'i-1' }, { instanceId: 'i-2' }] },
      },
    },
    { ObjectName: 'i-1', ObjectType: 'AWS::EC2::Instance', ObjectId: 'i-1' },
  ],
  ['a trail', { requestParameters: { name: 'main' } }, { ObjectName: 'main' }],
  ['nothing', { requestParameters: null }, { ActionType: 'CreateAccessKey' }],
])('what it was done to: %s', (_name, more, wanted) => {
  expect(rowOf(more)).toMatchObject(wanted);
});

it('what was refused says why', () => {
  const row = rowOf({ errorCode: 'AccessDenied', errorMessage: 'not authorized to perform' });
  expect(row['AdditionalFields']).toMatchObject({
    ErrorCode: 'AccessDenied',
    ErrorMessage: 'not authorized to perform',
  });
});

it('members that AWS adds to its records are kept', () => {
  expect(rowOf({ newMember: { a: 1 } })['AdditionalFields']).toMatchObject({ newMember: { a: 1 } });
});

it.each([
  [{ responseElements: { ConsoleLogin: 'Success' } }, 'LogonSuccess', undefined],
  [
    { responseElements: { ConsoleLogin: 'Failure' }, errorMessage: 'Failed authentication' },
    'LogonFailed',
    'Failed authentication',
  ],
])('a sign-in to the console is an activity and a sign-in: %j', (more, actionType, reason) => {
  const { rows } = converted([
    {
      ...call,
      ...more,
      eventName: 'ConsoleLogin',
      eventSource: 'signin.amazonaws.com',
      eventType: 'AwsConsoleSignIn',
      requestParameters: null,
      additionalEventData: { MFAUsed: 'Yes', LoginTo: 'https://console.aws.amazon.com/' },
    },
  ]);
  expect(rows['CloudAppEvents']).toMatchObject([
    { ActionType: 'ConsoleLogin', IsAdminOperation: false },
  ]);
  expect(rows['IdentityLogonEvents']).toMatchObject([
    {
      ActionType: actionType,
      Application: 'Amazon Web Services',
      AccountName: 'alice',
      AccountObjectId: 'AIDAEXAMPLE',
      IPAddress: '203.0.113.9',
      ReportId: call.eventID,
      AdditionalFields: { MFAUsed: 'Yes' },
    },
  ]);
  expect(rows['IdentityLogonEvents']?.[0]?.['FailureReason'] || undefined).toBe(reason);
});

it('a record that is delivered twice is the same row', () => {
  const { rows } = converted([
    call,
    { 'detail-type': 'AWS API Call via CloudTrail', source: 'aws.iam', detail: call },
  ]);
  const [first, second] = rows['CloudAppEvents'] ?? [];
  expect(first).toEqual(second);
});

it.each([
  [
    'an insight',
    {
      eventVersion: '1.09',
      eventTime: '2026-01-05T10:11:00Z',
      awsRegion: 'us-east-1',
      eventID: 'i1',
      eventType: 'AwsCloudTrailInsight',
      recipientAccountId: '111122223333',
      insightDetails: { state: 'Start', eventSource: 'iam.amazonaws.com', eventName: 'ListUsers' },
    },
  ],
  [
    'the digest of a trail',
    { awsAccountId: '1', digestStartTime: '2026-01-05T10:00:00Z', logFiles: [] },
  ],
])('%s has no row, and is counted', (_name, record) => {
  const { rows, counts, letters } = converted([record], 'cloudtrail');
  expect([rows, counts.unmapped, letters]).toEqual([{}, 1, []]);
});

it.each([
  [
    'a notification of S3',
    {
      Records: [
        {
          eventVersion: '2.1',
          eventSource: 'aws:s3',
          awsRegion: 'us-east-1',
          eventTime: '2026-01-05T10:11:12Z',
          eventName: 'ObjectCreated:Put',
          userIdentity: { principalId: 'A' },
          s3: { bucket: { name: 'b' } },
        },
      ],
    },
  ],
  [
    'a change of DynamoDB',
    {
      eventID: '1',
      eventName: 'INSERT',
      eventSource: 'aws:dynamodb',
      awsRegion: 'us-east-1',
      eventTime: 'x',
    },
  ],
])('%s is no record of CloudTrail', (_name, record) => {
  const { counts, letters } = converted([record], 'cloudtrail');
  expect(counts.rejected).toBe(1);
  expect(letters[0]?.['Reason']).toContain('no document of CloudTrail');
});

/** The same call as other collectors have it. */
const signIn = {
  ...call,
  eventName: 'ConsoleLogin',
  eventSource: 'signin.amazonaws.com',
  requestParameters: null,
  responseElements: { ConsoleLogin: 'Failure' },
  errorMessage: 'Failed authentication',
};

function ofEcs(record: typeof call | typeof signIn) {
  const isSignIn = record.eventName === 'ConsoleLogin';
  return {
    '@timestamp': record.eventTime,
    event: {
      ...{ module: 'aws', dataset: 'aws.cloudtrail', kind: 'event', type: ['info'] },
      ...{ action: record.eventName, provider: record.eventSource, id: record.eventID },
      category: [isSignIn ? 'authentication' : 'iam'],
      outcome: isSignIn ? 'failure' : 'success',
      original: JSON.stringify(record),
    },
    ...(isSignIn && { error: { message: 'Failed authentication' } }),
    user: { id: user.principalId, name: user.userName },
    source: { ip: record.sourceIPAddress },
    user_agent: { original: record.userAgent },
    cloud: { provider: 'aws', region: record.awsRegion },
    aws: { cloudtrail: { user_identity: { type: user.type, arn: user.arn } } },
  };
}

function ofOcsf(record: typeof call | typeof signIn) {
  const isSignIn = record.eventName === 'ConsoleLogin';
  return {
    class_uid: isSignIn ? 3002 : 6003,
    category_uid: isSignIn ? 3 : 6,
    activity_id: 1,
    activity_name: isSignIn ? 'Logon' : 'Create',
    time: Date.parse(record.eventTime),
    metadata: { version: '1.1.0', uid: record.eventID, product: { name: 'CloudTrail' } },
    api: { operation: record.eventName, service: { name: record.eventSource } },
    actor: {
      user: { type: user.type, name: user.userName, uid: user.principalId, uid_alt: user.arn },
    },
    user: { name: user.userName, uid: user.principalId },
    status_id: isSignIn ? 2 : 1,
    ...(isSignIn && { status_detail: 'Failed authentication' }),
    src_endpoint: { ip: record.sourceIPAddress },
    http_request: { user_agent: record.userAgent },
    cloud: { provider: 'AWS', region: record.awsRegion },
  };
}

describe.each([
  ['a call', call],
  ['a sign-in', signIn],
])('hunts find %s whichever way it comes', (_name, record) => {
  const said = [
    ...['ActionType', 'Application', 'ApplicationId', 'AccountObjectId', 'AccountId', 'ReportId'],
    ...['AccountDisplayName', 'AccountType', 'IPAddress', 'UserAgent', 'ActivityType'],
    ...['AccountName', 'FailureReason', 'Timestamp'],
  ];
  const seen = (record: object) => {
    const { rows } = converted([record]);
    return Object.fromEntries(
      Object.entries(rows).map(([table, each]) => [
        table,
        each.map((row) => Object.fromEntries(said.map((name) => [name, row[name]]))),
      ]),
    );
  };

  it.each([
    ['ECS', ofEcs(record)],
    ['OCSF', ofOcsf(record)],
  ])('%s', (_way, other) => {
    expect(seen(other)).toEqual(seen(record));
  });
});

it('of ECS, the record that was kept is the raw event', () => {
  expect(onlyRow(converted([ofEcs(call)]))['RawEventData']).toBe(JSON.stringify(call));
});
