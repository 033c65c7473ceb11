import { describe, expect, it } from 'vitest';
import { converted, onlyRow } from '../convert.js';

const time = Date.UTC(2026, 0, 5, 10, 11, 12, 123);
const common = {
  time,
  metadata: { version: '1.3.0', uid: 'u1', product: { name: 'Sensor', vendor_name: 'Vendor' } },
  device: {
    hostname: 'PC1.contoso.com',
    ip: '10.0.0.5',
    os: { name: 'Windows 11 Pro', type: 'Windows', version: '10.0.22631', build: '22631' },
  },
};
const actor = {
  process: {
    pid: 7,
    uid: 'par',
    cmd_line: 'powershell -enc x',
    file: { name: 'PowerShell.exe', path: 'C:\\Windows\\PowerShell.exe' },
    parent_process: { pid: 3, file: { name: 'Explorer.exe' } },
  },
  user: { name: 'Bob', domain: 'CONTOSO', uid: 'S-1-5-21-1-2-3-4' },
};
const byActor = {
  InitiatingProcessFileName: 'powershell.exe',
  InitiatingProcessFolderPath: 'c:\\windows\\powershell.exe',
  InitiatingProcessId: 7,
  InitiatingProcessCommandLine: 'powershell -enc x',
  InitiatingProcessAccountName: 'bob',
  InitiatingProcessAccountDomain: 'contoso',
};
const end = (ip: string, port: number, more: object = {}) => ({ ip, port, ...more });

const launch = {
  ...common,
  class_uid: 1007,
  category_uid: 1,
  activity_id: 1,
  severity_id: 1,
  actor,
  process: {
    pid: 42,
    uid: 'chi',
    cmd_line: 'cmd /c whoami',
    created_time: time - 123,
    integrity: 'High',
    file: {
      name: 'cmd.exe',
      path: 'C:\\Windows\\cmd.exe',
      size: 12,
      hashes: [
        { algorithm: 'SHA-256', algorithm_id: 3, value: 'AB'.repeat(32) },
        { algorithm_id: 1, value: 'CD'.repeat(16) },
      ],
    },
    user: { name: 'Bob', domain: 'CONTOSO', uid: 'S-1-5-21-1-2-3-4' },
  },
};

describe('OCSF documents', () => {
  it('a process launch', () => {
    const result = converted([launch]);
    expect(result.source).toBe('ocsf');
    expect(result.letters).toEqual([]);
    expect(onlyRow(result)).toMatchObject({
      table: 'DeviceProcessEvents',
      ActionType: 'ProcessCreated',
      Timestamp: '2026-01-05T10:11:12.1230000Z',
      DeviceName: 'pc1.contoso.com',
      FileName: 'cmd.exe',
      FolderPath: 'C:\\Windows\\cmd.exe',
      FileSize: 12,
      ProcessId: 42,
      ProcessCommandLine: 'cmd /c whoami',
      ProcessCreationTime: '2026-01-05T10:11:12.0000000Z',
      ProcessUniqueId: 'chi',
      ProcessIntegrityLevel: 'High',
      SHA256: 'ab'.repeat(32),
      MD5: 'cd'.repeat(16),
      AccountName: 'bob',
      AccountDomain: 'contoso',
      AccountSid: 'S-1-5-21-1-2-3-4',
      ...byActor,
      InitiatingProcessParentFileName: 'Explorer.exe',
      InitiatingProcessParentId: 3,
      AdditionalFields: { class_uid: 1007, severity_id: 1 },
    });
    expect(result.snapshots['DeviceInfo']?.[0]).toMatchObject({
      OSPlatform: 'Windows11',
      OSVersion: '10.0.22631',
      OSBuild: 22631,
    });
    expect(result.snapshots['DeviceNetworkInfo']?.[0]?.['IPAddresses']).toContain('10.0.0.5');
  });

  it.each<[string, object, object]>([
    [
      'process opened',
      { class_uid: 1007, activity_id: 3, process: { pid: 500, file: { name: 'lsass.exe' } } },
      {
        table: 'DeviceEvents',
        ActionType: 'OpenProcessApiCall',
        FileName: 'lsass.exe',
        ProcessId: 500,
        ...byActor,
      },
    ],
    [
      'file renamed',
      {
        class_uid: 1001,
        activity_id: 5,
        file: { name: 'a.txt', path: 'C:\\a.txt' },
        file_result: { name: 'b.txt', path: 'C:\\b.txt' },
      },
      {
        table: 'DeviceFileEvents',
        ActionType: 'FileRenamed',
        FileName: 'b.txt',
        FolderPath: 'C:\\b.txt',
        PreviousFileName: 'a.txt',
        PreviousFolderPath: 'C:\\a.txt',
        ...byActor,
      },
    ],
    [
      'file created',
      { class_uid: 1001, activity_id: 1, file: { name: 'a.txt', path: 'C:\\a.txt' } },
      { ActionType: 'FileCreated', FileName: 'a.txt' },
    ],
    [
      'file of a user whose name comes with its domain',
      {
        ...{ class_uid: 1001, activity_id: 4, file: { path: 'C:\\a.txt' } },
        actor: { user: { name: 'NT AUTHORITY\\SYSTEM' } },
      },
      {
        ActionType: 'FileDeleted',
        RequestAccountName: 'SYSTEM',
        RequestAccountDomain: 'NT AUTHORITY',
      },
    ],
    [
      'access to a process, as a resource of Windows',
      {
        ...{ class_uid: 201003, activity_id: 1, access_mask: 16 },
        win_resource: {
          ...{ name: '\\Device\\HarddiskVolume2\\Windows\\System32\\lsass.exe', type: 'Process' },
          uid: '0x564',
        },
      },
      {
        table: 'DeviceEvents',
        ActionType: 'OpenProcessApiCall',
        FileName: 'lsass.exe',
        FolderPath: 'C:\\Windows\\System32\\lsass.exe',
        AdditionalFields: { DesiredAccess: 16 },
        ...byActor,
      },
    ],
    [
      'module loaded',
      { class_uid: 1005, activity_id: 1, module: { file: { name: 'a.dll', path: 'C:\\a.dll' } } },
      { table: 'DeviceImageLoadEvents', ActionType: 'ImageLoaded', FileName: 'a.dll', ...byActor },
    ],
    [
      'registry key',
      { class_uid: 201001, activity_id: 1, reg_key: { path: 'HKLM\\Software\\X' } },
      {
        table: 'DeviceRegistryEvents',
        ActionType: 'RegistryKeyCreated',
        RegistryKey: 'HKEY_LOCAL_MACHINE\\SOFTWARE\\X',
        ...byActor,
      },
    ],
    [
      'registry value',
      {
        class_uid: 201002,
        activity_id: 2,
        reg_value: { path: 'HKLM\\SOFTWARE\\X', name: 'Run', type: 'REG_DWORD', data: '1' },
        prev_reg_value: { name: 'Run', type: 'DWORD', data: '0x0000000a' },
      },
      {
        ActionType: 'RegistryValueSet',
        RegistryValueName: 'Run',
        RegistryValueType: 'Dword',
        RegistryValueData: '1',
        PreviousRegistryValueData: '10',
      },
    ],
    [
      'the clearing of a log',
      { class_uid: 1008, activity_id: 1, log_name: 'Security' },
      { table: 'DeviceEvents', ActionType: 'SecurityLogCleared' },
    ],
    [
      'outbound connection',
      {
        class_uid: 4001,
        activity_id: 1,
        src_endpoint: end('10.0.0.5', 5000),
        dst_endpoint: end('203.0.113.1', 443, { hostname: 'evil.example' }),
        connection_info: { protocol_name: 'TCP', direction_id: 2 },
      },
      {
        table: 'DeviceNetworkEvents',
        ActionType: 'ConnectionSuccess',
        LocalIP: '10.0.0.5',
        LocalPort: 5000,
        RemoteIP: '203.0.113.1',
        RemotePort: 443,
        RemoteUrl: 'evil.example',
        Protocol: 'Tcp',
        RemoteIPType: 'Public',
        ...byActor,
      },
    ],
    [
      'inbound connection',
      {
        class_uid: 4001,
        activity_id: 6,
        src_endpoint: end('203.0.113.1', 5000),
        dst_endpoint: end('10.0.0.5', 443),
        connection_info: { protocol_num: 6, direction_id: 1 },
      },
      {
        ActionType: 'InboundConnectionAccepted',
        LocalIP: '10.0.0.5',
        LocalPort: 443,
        RemoteIP: '203.0.113.1',
        Protocol: 'Tcp',
      },
    ],
    [
      'connection to the device, without a direction',
      {
        class_uid: 4001,
        activity_id: 6,
        src_endpoint: end('203.0.113.1', 5000),
        dst_endpoint: end('10.0.0.5', 443),
        connection_info: { direction: 'Unknown', direction_id: 0 },
      },
      { ActionType: 'InboundConnectionAccepted', LocalPort: 443, RemoteIP: '203.0.113.1' },
    ],
    [
      'what a column cannot take is kept',
      {
        class_uid: 3002,
        activity_id: 1,
        status_id: 1,
        user: { name: 'alice' },
        session: { uid: '2e6b0374-6409-11ee-9a31-0242ac110005' },
      },
      {
        ActionType: 'LogonSuccess',
        AdditionalFields: { session: { uid: '2e6b0374-6409-11ee-9a31-0242ac110005' } },
      },
    ],
    [
      'refused connection',
      {
        class_uid: 4001,
        activity_id: 5,
        src_endpoint: end('10.0.0.5', 1),
        dst_endpoint: end('10.0.0.6', 2),
      },
      { ActionType: 'ConnectionFailed', RemoteIP: '10.0.0.6' },
    ],
    [
      'HTTP request',
      {
        class_uid: 4002,
        activity_id: 3,
        src_endpoint: end('10.0.0.5', 1),
        dst_endpoint: end('203.0.113.6', 80),
        http_request: {
          http_method: 'GET',
          user_agent: 'curl',
          url: { hostname: 'x.example', path: '/a', url_string: 'http://x.example/a' },
        },
        http_response: { code: 200 },
      },
      {
        ActionType: 'HttpConnectionInspected',
        RemoteUrl: 'http://x.example/a',
        AdditionalFields: { direction: 'Out', method: 'GET', host: 'x.example', status_code: 200 },
      },
    ],
    [
      'a request that a web application firewall sees, from outside',
      {
        class_uid: 4002,
        activity_id: 6,
        src_endpoint: end('198.51.100.9', 40000),
        http_request: {
          http_method: 'POST',
          url: { hostname: 'www', path: '/uploads/shell.php', query_string: 'cmd=id' },
        },
      },
      {
        ActionType: 'HttpConnectionInspected',
        RemoteIP: '198.51.100.9',
        RemotePort: 40000,
        AdditionalFields: { direction: 'In', host: 'www', uri: '/uploads/shell.php?cmd=id' },
      },
    ],
    [
      'a request of the device itself, to what has a name alone',
      {
        class_uid: 4002,
        activity_id: 3,
        device: { hostname: 'pc', ip: '10.0.0.5' },
        src_endpoint: end('10.0.0.5', 40000),
        http_request: { http_method: 'GET', url: { hostname: 'x.example', path: '/a' } },
      },
      { LocalIP: '10.0.0.5', LocalPort: 40000, AdditionalFields: { direction: 'Out' } },
    ],
    [
      'a connection from outside, to none of the device',
      {
        class_uid: 4001,
        activity_id: 6,
        src_endpoint: end('203.0.113.1', 5000),
        dst_endpoint: end('10.0.0.77', 443),
      },
      { ActionType: 'InboundConnectionAccepted', LocalIP: '10.0.0.77', RemoteIP: '203.0.113.1' },
    ],
    [
      'what is taken from a bucket',
      {
        class_uid: 6005,
        activity_id: 1,
        api: { operation: 'GetObject', service: { name: 's3.amazonaws.com' } },
        databucket: { name: 'secrets' },
      },
      { table: 'CloudAppEvents', ActionType: 'GetObject', ObjectName: 'secrets' },
    ],
    [
      'DNS',
      {
        class_uid: 4003,
        activity_id: 6,
        query: { hostname: 'a.example', type: 'A' },
        answers: [{ rdata: '192.0.2.1', type: 'A' }],
      },
      {
        table: 'DeviceEvents',
        ActionType: 'DnsQueryResponse',
        AdditionalFields: {
          DnsQueryString: 'a.example',
          DnsQueryResult: [{ Result: '192.0.2.1', DnsQueryType: 'A' }],
        },
      },
    ],
    [
      'SSH',
      {
        class_uid: 4007,
        activity_id: 1,
        src_endpoint: end('203.0.113.6', 1),
        dst_endpoint: end('10.0.0.5', 22),
        connection_info: { direction_id: 1 },
      },
      {
        ActionType: 'SshConnectionInspected',
        LocalPort: 22,
        AdditionalFields: { direction: 'In' },
      },
    ],
    [
      'logon',
      {
        class_uid: 3002,
        activity_id: 1,
        status_id: 2,
        status_detail: 'Bad password',
        user: { name: 'Alice', domain: 'CONTOSO', uid: 'S-1-5-21-9' },
        logon_type_id: 10,
        auth_protocol: 'NTLM',
        src_endpoint: end('203.0.113.6', 1, { hostname: 'evil' }),
      },
      {
        table: 'DeviceLogonEvents',
        ActionType: 'LogonFailed',
        AccountName: 'alice',
        AccountDomain: 'contoso',
        AccountSid: 'S-1-5-21-9',
        LogonType: 'RemoteInteractive',
        Protocol: 'NTLM',
        RemoteIP: '203.0.113.6',
        RemotePort: 1,
        RemoteDeviceName: 'evil',
        FailureReason: 'Bad password',
      },
    ],
    [
      'logon, with the codes and names that Windows has',
      {
        class_uid: 3002,
        activity_id: 1,
        status_id: 2,
        status: '0xC000006D',
        status_detail: 'Unknown user name or bad password.',
        user: { name: 'Alice', domain: 'PC1', uid: 'NULL SID' },
        auth_protocol: 'Other',
        auth_protocol_id: 99,
        session: { uid: '0x0' },
        src_endpoint: { ip: '-', name: 'PC1', port: 0 },
      },
      {
        FailureReason: 'InvalidUserNameOrPassword',
        AccountName: 'alice',
        AdditionalFields: expect.objectContaining({
          status_detail: 'Unknown user name or bad password.',
          auth_protocol: 'Other',
        }),
      },
    ],
    [
      'launch by a user, whose names and ids are of no other',
      {
        ...launch,
        process: {
          ...launch.process,
          user: { name: '-', domain: '-', uid: 'NULL SID' },
          session: { uid: '0x0' },
        },
        actor: {
          process: { pid: 7, file: { name: 'cmd.exe' } },
          user: { name: 'Administrator', domain: 'LAB', uid: 'LAB\\Administrator' },
          session: { uid: '0x55E621' },
        },
      },
      {
        AccountName: 'administrator',
        AccountDomain: 'lab',
        LogonId: 0x55e621,
        InitiatingProcessLogonId: 0x55e621,
        InitiatingProcessAccountName: 'administrator',
      },
    ],
    [
      'traffic, at a time in seconds',
      {
        time: 1767607872.25,
        class_uid: 4001,
        src_endpoint: end('10.0.0.5', 5000),
        dst_endpoint: end('203.0.113.1', 443),
      },
      { ActionType: 'ConnectionSuccess', Timestamp: '2026-01-05T10:11:12.2500000Z' },
    ],
    [
      'DNS, a question alone, whose name ends with the root',
      { class_uid: 4003, activity_id: 1, query: { hostname: 'a.example.', type: 'A' } },
      { ActionType: 'DnsQueryRequest', AdditionalFields: { DnsQueryString: 'a.example' } },
    ],
    [
      'account created',
      { class_uid: 3001, activity_id: 1, user: { name: 'mallory', uid: 'S-1' } },
      {
        table: 'DeviceEvents',
        ActionType: 'UserAccountCreated',
        AccountName: 'mallory',
        AccountSid: 'S-1',
      },
    ],
    [
      'scheduled job',
      { class_uid: 1006, activity_id: 1, job: { name: '\\evil', cmd_line: 'calc' } },
      {
        table: 'DeviceEvents',
        ActionType: 'ScheduledTaskCreated',
        AdditionalFields: { TaskName: '\\evil' },
      },
    ],
    [
      'memory written',
      { class_uid: 1004, activity_id: 8, process: { pid: 500 } },
      { ActionType: 'WriteProcessMemoryApiCall', ProcessId: 500 },
    ],
  ])('%s', (_what, event, wanted) => {
    const result = converted([{ ...common, actor, ...event }]);
    expect(result.letters).toEqual([]);
    expect(onlyRow(result)).toMatchObject(wanted);
  });

  describe("records of CloudTrail have the columns that CloudTrail's own have", () => {
    const ofCloudTrail = {
      time: common.time,
      metadata: { version: '1.1.0', uid: 'e1', product: { name: 'CloudTrail' } },
      cloud: { provider: 'AWS', region: 'eu-north-1' },
      src_endpoint: { ip: '198.51.100.1' },
      http_request: { user_agent: 'aws-cli' },
    };
    const [arn, id] = ['arn:aws:iam::111122223333:user/bob', 'AIDA1'];
    const wanted = {
      AccountId: arn,
      AccountObjectId: id,
      AccountDisplayName: 'bob',
      AccountType: 'Regular',
      IPAddress: '198.51.100.1',
    };

    it.each<[string, object]>([
      ['1.1 and later', { uid: arn, uid_alt: id }],
      ['1.0', { uid: id, uuid: arn }],
    ])('who it was, as the schema has it in %s', (_version, identifiers) => {
      const { rows } = converted([
        {
          ...ofCloudTrail,
          class_uid: 6003,
          activity_id: 2,
          status_id: 2,
          actor: {
            user: { ...identifiers, name: 'bob', type: 'IAMUser', credential_uid: 'AKIA1' },
          },
          api: {
            operation: 'GetBucketAcl',
            service: { name: 's3.amazonaws.com' },
            response: { error: 'AccessDenied', message: 'Access Denied' },
          },
          resources: [{ uid: 'arn:aws:s3:::payroll', type: 'AWS::S3::Bucket' }],
        },
      ]);
      expect(rows['CloudAppEvents']).toMatchObject([
        {
          ...wanted,
          ObjectName: 'payroll',
          ObjectId: 'arn:aws:s3:::payroll',
          ActivityObjects: '[{"Id":"arn:aws:s3:::payroll","Type":"AWS::S3::Bucket"}]',
          AdditionalFields: {
            EventSource: 's3.amazonaws.com',
            AwsRegion: 'eu-north-1',
            ErrorCode: 'AccessDenied',
            ErrorMessage: 'Access Denied',
            AccessKeyId: 'AKIA1',
          },
        },
      ]);
      expect(rows['CloudAppEvents']?.[0]?.['AdditionalFields']).not.toHaveProperty('resources');
    });

    it('why a login to the console has failed', () => {
      const user = { name: 'bob', type: 'IAMUser', uid: arn, uid_alt: id };
      const { rows } = converted([
        {
          ...ofCloudTrail,
          class_uid: 3002,
          activity_id: 1,
          status_id: 2,
          actor: { user },
          user,
          is_mfa: false,
          api: { operation: 'ConsoleLogin', response: { message: 'Failed authentication' } },
        },
      ]);
      expect(rows['CloudAppEvents']).toMatchObject([wanted]);
      expect(rows['CloudAppEvents']?.[0]).not.toHaveProperty('ObjectName');
      expect(rows['IdentityLogonEvents']).toMatchObject([
        {
          ActionType: 'LogonFailed',
          AccountObjectId: id,
          LogonType: 'ConsoleLogin',
          FailureReason: 'Failed authentication',
          AdditionalFields: { MFAUsed: 'No', UserAgent: 'aws-cli' },
        },
      ]);
    });
  });

  describe('names that are asked for', () => {
    const { device, ...elsewhere } = common;
    const asked = {
      ...elsewhere,
      class_uid: 4003,
      activity_id: 1,
      query: { hostname: 'a.example', type: 'A' },
      src_endpoint: { ip: '10.0.0.5', port: 50000 },
    };
    it.each<[string, object, string, object]>([
      ['no more than that', {}, 'DeviceEvents', { ActionType: 'DnsQueryRequest' }],
      [
        'and answered, in one event',
        { answers: [{ rdata: '192.0.2.7', type: 'A' }], rcode_id: 0 },
        'DeviceEvents',
        { ActionType: 'DnsQueryResponse', AdditionalFields: { DnsQueryType: 'A' } },
      ],
      [
        'as Zeek sees it',
        {
          metadata: { ...common.metadata, product: { name: 'Zeek' } },
          dst_endpoint: { ip: '192.0.2.1', port: 53 },
          connection_info: { protocol_name: 'udp' },
          rcode: 'NOERROR',
        },
        'DeviceNetworkEvents',
        {
          ActionType: 'DnsConnectionInspected',
          RemoteIP: '192.0.2.1',
          Protocol: 'Udp',
          AdditionalFields: { direction: 'Out', query: 'a.example', rcode_name: 'NOERROR' },
        },
      ],
    ])('%s', (_what, more, table, wanted) => {
      expect(converted([{ ...asked, ...more }]).rows[table]).toMatchObject([wanted]);
    });
  });

  it('API activity, sign-ins and findings have no device', () => {
    const { device, ...elsewhere } = common;
    const { rows, letters } = converted([
      {
        ...elsewhere,
        class_uid: 6003,
        activity_id: 1,
        activity_name: 'Create',
        api: { operation: 'CreateUser', service: { name: 'iam.amazonaws.com' } },
        actor: { user: { uid: 'AIDA', name: 'bob' } },
        src_endpoint: { ip: '198.51.100.1' },
        resources: [{ name: 'mallory', type: 'AWS::IAM::User' }],
      },
      {
        ...elsewhere,
        class_uid: 3002,
        activity_id: 1,
        status_id: 1,
        user: { name: 'bob', email_addr: 'Bob@contoso.com' },
      },
      {
        ...elsewhere,
        class_uid: 2004,
        activity_id: 1,
        severity_id: 4,
        finding_info: { uid: 'f1', title: 'Found' },
        attacks: [{ tactic: { name: 'Impact' }, technique: { name: 'Wipe', uid: 'T1561' } }],
      },
      {
        ...elsewhere,
        class_uid: 4009,
        activity_id: 1,
        direction_id: 1,
        email: {
          from: 'Eve <eve@evil.example>',
          to: ['a@contoso.com', 'b@contoso.com'],
          subject: 'Hi',
          message_uid: '<1@x>',
        },
      },
    ]);
    expect(letters).toEqual([]);
    expect(rows['CloudAppEvents']?.[0]).toMatchObject({
      ActionType: 'CreateUser',
      Application: 'iam.amazonaws.com',
      AccountObjectId: 'AIDA',
      IPAddress: '198.51.100.1',
      ObjectName: 'mallory',
      ReportId: 'u1',
    });
    expect(rows['IdentityLogonEvents']?.[0]).toMatchObject({
      ActionType: 'LogonSuccess',
      AccountUpn: 'bob@contoso.com',
    });
    expect(rows['AlertInfo']?.[0]).toMatchObject({
      AlertId: 'f1',
      Title: 'Found',
      Severity: 'High',
      Category: 'Impact',
      AttackTechniques: '["Wipe (T1561)"]',
    });
    expect(
      rows['EmailEvents']?.map(
        ({ RecipientEmailAddress, SenderFromAddress, SenderDisplayName }) => [
          RecipientEmailAddress,
          SenderFromAddress,
          SenderDisplayName,
        ],
      ),
    ).toEqual([
      ['a@contoso.com', 'eve@evil.example', 'Eve'],
      ['b@contoso.com', 'eve@evil.example', 'Eve'],
    ]);
  });

  describe('what a finding names is evidence of its alert', () => {
    const finding = {
      ...common,
      class_uid: 2004,
      activity_id: 1,
      severity_id: 4,
      finding_info: { uid: 'f1', title: 'Found' },
      attacks: [{ tactic: { name: 'Impact' }, technique: { name: 'Wipe', uid: 'T1561' } }],
    };
    const alert = { AlertId: 'f1', Title: 'Found', Severity: 'High', ServiceSource: 'Sensor' };
    const device = { EntityType: 'Machine', EvidenceRole: 'Impacted', LocalIP: '10.0.0.5' };
    const [sha1, sha256] = ['cd'.repeat(20), 'ab'.repeat(32)];
    const user = { name: 'Bob', domain: 'CONTOSO', uid: 'S-1-5-21-1' };
    const bob = { EntityType: 'User', AccountName: 'bob', AccountSid: 'S-1-5-21-1' };

    it.each<[string, object, readonly object[]]>([
      ['nothing but its device', {}, []],
      [
        'a process, the one that started it, and their user',
        {
          evidences: [
            {
              actor: { process: { pid: 3, name: 'explorer.exe' }, user },
              process: {
                pid: 7,
                cmd_line: 'x -y',
                file: {
                  name: 'x.exe',
                  path: 'C:\\x.exe',
                  hashes: [{ algorithm_id: 3, value: sha256.toUpperCase() }],
                },
              },
            },
          ],
        },
        [
          {
            EntityType: 'Process',
            FileName: 'explorer.exe',
            AdditionalFields: { process: { pid: 3 } },
          },
          {
            EntityType: 'Process',
            EvidenceRole: 'Related',
            FileName: 'x.exe',
            FolderPath: 'C:\\x.exe',
            SHA256: sha256,
            ProcessCommandLine: 'x -y',
            AdditionalFields: { process: { pid: 7 } },
          },
          { ...bob, EvidenceRole: 'Impacted', AccountDomain: 'contoso' },
        ],
      ],
      [
        'each once, however many evidences name it',
        { evidences: [{ actor: { user } }, { actor: { user } }, { user }] },
        [bob],
      ],
      [
        'the ends of a connection',
        {
          evidences: [
            { src_endpoint: end('10.0.0.5', 5000), dst_endpoint: end('203.0.113.1', 443) },
            { dst_endpoint: { hostname: 'evil.example' } },
          ],
        },
        [
          { EntityType: 'Ip', EvidenceDirection: 'Source', RemoteIP: '10.0.0.5' },
          { EntityType: 'Ip', EvidenceDirection: 'Destination', RemoteIP: '203.0.113.1' },
          { EntityType: 'Url', RemoteUrl: 'evil.example' },
        ],
      ],
      [
        'a file, a URL, a question, a mail and a call',
        {
          evidences: [
            {
              file: { name: 'a.dll', path: 'C:\\a.dll', size: 9 },
              url: { url_string: 'http://evil.example/a' },
              query: { hostname: 'evil.example.' },
              email: { uid: 'm1', subject: 'Hi' },
              api: { operation: 'Put', service: { name: 's3' } },
            },
          ],
        },
        [
          { EntityType: 'File', FileName: 'a.dll', FolderPath: 'C:\\a.dll', FileSize: 9 },
          { EntityType: 'Url', RemoteUrl: 'http://evil.example/a' },
          { EntityType: 'Url', RemoteUrl: 'evil.example' },
          { EntityType: 'MailMessage', NetworkMessageId: 'm1', EmailSubject: 'Hi' },
          { EntityType: 'CloudApplication', Application: 's3' },
        ],
      ],
      [
        'the registry',
        {
          evidences: [
            {
              reg_key: { path: 'HKLM\\Software\\X' },
              reg_value: { path: 'HKLM\\SOFTWARE\\X', name: 'Run', data: '1' },
            },
          ],
        },
        [
          { EntityType: 'RegistryKey', RegistryKey: 'HKEY_LOCAL_MACHINE\\SOFTWARE\\X' },
          { EntityType: 'RegistryValue', RegistryValueName: 'Run', RegistryValueData: '1' },
        ],
      ],
      [
        'a device of its own',
        { evidences: [{ device: { hostname: 'PC2' } }] },
        [{ EntityType: 'Machine', DeviceName: 'pc2' }],
      ],
      [
        'resources, and a user of a service',
        {
          resources: [{ uid: 'arn:1', name: 'vm', type: 'AWS::EC2::Instance' }],
          evidences: [{ actor: { user: { uid: 'AIDA', email_addr: 'Bob@x.example' } } }],
        },
        [
          { EntityType: 'User', AccountObjectId: 'AIDA', AccountUpn: 'bob@x.example' },
          {
            EntityType: 'CloudResource',
            EvidenceRole: 'Impacted',
            CloudResource: 'vm',
            ResourceType: 'AWS::EC2::Instance',
            ResourceID: 'arn:1',
          },
        ],
      ],
      [
        'observables, where nothing else tells them',
        {
          evidences: [{ dst_endpoint: end('203.0.113.1', 443) }],
          observables: [
            { name: 'device.hostname', type_id: 1, value: 'pc1.CONTOSO.com' },
            { name: 'evidences.dst_endpoint.ip', type_id: 2, value: '203.0.113.1' },
            { name: 'a', type_id: 2, value: '203.0.113.2' },
            { name: 'b', type_id: 4, value: 'CONTOSO\\Alice' },
            { name: 'c', type_id: 5, value: 'eve@evil.example' },
            { name: 'd', type_id: 6, value: 'http://evil.example/b' },
            { name: 'e', type_id: 7, value: 'b.dll' },
            { name: 'f', type_id: 8, value: sha1 },
            { name: 'g', type_id: 9, value: 'y.exe' },
            { name: 'h', type_id: 25 },
            { name: 'i', type_id: 99, value: 'z' },
            'j',
          ],
        },
        [
          { EntityType: 'Ip', RemoteIP: '203.0.113.1' },
          { EntityType: 'Ip', RemoteIP: '203.0.113.2' },
          { EntityType: 'User', AccountName: 'alice', AccountDomain: 'contoso' },
          { EntityType: 'Mailbox', AccountUpn: 'eve@evil.example' },
          { EntityType: 'Url', RemoteUrl: 'http://evil.example/b' },
          { EntityType: 'File', FileName: 'b.dll' },
          { EntityType: 'File', SHA1: sha1 },
          { EntityType: 'Process', FileName: 'y.exe' },
        ],
      ],
    ])('%s', (_what, members, wanted) => {
      const { rows, letters, counts } = converted([{ ...finding, ...members }]);
      expect(letters).toEqual([]);
      expect(counts).toEqual({ rejected: 0, unmapped: 0, merged: 0, expired: 0 });
      expect(rows['AlertInfo']).toHaveLength(1);
      const all = [device, ...wanted].map((row) =>
        expect.objectContaining({ ...alert, Categories: '["Impact"]', ...row }),
      );
      expect(rows['AlertEvidence']).toEqual(all);
    });

    it('of the first 250 parts', () => {
      const observables = Array.from({ length: 1000 }, (_, index) => ({
        type_id: 2,
        value: `198.51.${index >> 8}.${index & 255}`,
      }));
      expect(converted([{ ...finding, observables }]).rows['AlertEvidence']).toHaveLength(250);
    });

    it('a finding without a time is refused once', () => {
      const { rows, counts } = converted([{ ...finding, time: undefined }], 'ocsf');
      expect([rows, counts.rejected]).toEqual([{}, 1]);
    });
  });

  it('no SID where Windows has a name for it', () => {
    const user = { name: 'Alice', uid: 'NT AUTHORITY\\SYSTEM' };
    const row = onlyRow(converted([{ ...common, class_uid: 3002, activity_id: 1, user }]));
    expect(row).not.toHaveProperty('AccountSid');
    expect(row).toMatchObject({ AdditionalFields: { user: { uid: 'NT AUTHORITY\\SYSTEM' } } });
  });

  it('mail by its envelope, and what became of it', () => {
    const { rows } = converted([
      {
        ...{ time, metadata: { uid: 'm' }, class_uid: 4009, activity_id: 4, status: 'Quarantined' },
        email: { smtp_from: 'eve@evil.example', smtp_to: ['a@x.example', 'b@x.example'] },
      },
    ]);
    expect(
      rows['EmailEvents']?.map((row) => [row['RecipientEmailAddress'], row['DeliveryAction']]),
    ).toEqual([
      ['a@x.example', 'Blocked'],
      ['b@x.example', 'Blocked'],
    ]);
  });

  it('a large mail to many does not become much larger', () => {
    const to = Array.from({ length: 1000 }, (_, index) => `${index}@x.example`);
    const mail = {
      ...{ time, metadata: { uid: 'm' }, class_uid: 4009, activity_id: 1 },
      email: { from: 'eve@evil.example', to, subject: 'x'.repeat(800_000) },
    };
    const { rows, letters } = converted([mail]);
    const most = Math.floor((64 * 1024 * 1024) / JSON.stringify(mail).length);
    expect(rows['EmailEvents']).toHaveLength(most);
    const reason = expect.stringContaining(`more than ${most} email.to`);
    expect(letters).toMatchObject([{ Reason: reason }]);
  });

  it.each<[string, object, object]>([
    [
      'a policy that is made',
      {
        ...{ class_uid: 3004, activity_id: 1, activity_name: 'Create' },
        entity: { name: 'AllowAll', type: 'Policy', uid: 'arn:p' },
        api: { operation: 'CreatePolicy' },
      },
      {
        ActionType: 'CreatePolicy',
        ObjectName: 'AllowAll',
        ObjectType: 'Policy',
        ObjectId: 'arn:p',
      },
    ],
    [
      'a file that is taken from a service of files',
      {
        ...{ class_uid: 4010, activity_id: 2, activity_name: 'Download' },
        file: { name: 'plan.docx' },
        actor: { user: { email_addr: 'a@contoso.com' } },
      },
      { ActionType: 'Download', ObjectName: 'plan.docx', AccountId: 'a@contoso.com' },
    ],
    [
      'a role that a program takes on, which is no sign-in',
      {
        ...{ class_uid: 3002, activity_id: 1, status_id: 1 },
        api: { operation: 'AssumeRole', service: { name: 'sts.amazonaws.com' } },
        actor: { user: { name: 'deploy' } },
      },
      { ActionType: 'AssumeRole', AccountDisplayName: 'deploy', Application: 'sts.amazonaws.com' },
    ],
  ])('activity in a service: %s', (_name, event, wanted) => {
    const { device, ...elsewhere } = common;
    const { rows } = converted([{ ...elsewhere, ...event }]);
    expect(Object.keys(rows)).toEqual(['CloudAppEvents']);
    expect(rows['CloudAppEvents']).toMatchObject([wanted]);
  });

  it('a change of an account in a service names it', () => {
    const { device, ...elsewhere } = common;
    const { rows } = converted([
      {
        ...elsewhere,
        class_uid: 3001,
        activity_id: 1,
        api: { operation: 'CreateUser', service: { name: 'iam.amazonaws.com' } },
        actor: { user: { uid: 'arn:aws:sts::1:assumed-role/Admin' } },
        user: { name: 'mallory' },
      },
    ]);
    expect(rows['CloudAppEvents']?.[0]).toMatchObject({
      ActionType: 'CreateUser',
      ObjectName: 'mallory',
    });
  });

  it('closed connections, ended processes and unknown classes have no row', () => {
    const { rows, counts } = converted(
      [
        { ...common, class_uid: 4001, activity_id: 2 },
        { ...launch, activity_id: 2 },
        { ...common, class_uid: 999_999, activity_id: 1 },
        { class_uid: 'x' },
      ],
      'ocsf',
    );
    expect([rows, counts.unmapped, counts.rejected]).toEqual([{}, 3, 1]);
  });
});

describe('an event whose class has no more than its name', () => {
  const { class_uid, ...unnumbered } = launch;

  it.each(['Process Activity', 'process_activity', 'PROCESS ACTIVITY'])('%s', (class_name) => {
    const { source, ...named } = converted([{ ...unnumbered, class_name }]);
    expect(source).toBe('ocsf');
    expect(onlyRow({ source, ...named })).toMatchObject({
      table: 'DeviceProcessEvents',
      ActionType: 'ProcessCreated',
      ProcessId: 42,
    });
  });

  it('is of that class wherever its number counts', () => {
    const request = {
      ...common,
      class_name: 'HTTP Activity',
      activity_id: 3,
      device: { hostname: 'web1' },
      src_endpoint: end('203.0.113.9', 40_000),
    };
    expect(onlyRow(converted([request]))).toMatchObject({
      ActionType: 'HttpConnectionInspected',
      RemoteIP: '203.0.113.9',
    });
  });

  it('is none by a name that is no class of the schema', () => {
    const { counts } = converted([{ ...unnumbered, class_name: 'constructor' }], 'ocsf');
    expect(counts.rejected).toBe(1);
  });
});
