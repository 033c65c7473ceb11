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
      },
      {
        ActionType: 'RegistryValueSet',
        RegistryValueName: 'Run',
        RegistryValueType: 'Dword',
        RegistryValueData: '1',
      },
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
