import { describe, expect, it } from 'vitest';
import { converted, onlyRow } from '../convert.js';
import { type Data, event, guids, type Log, start } from './events.js';

const actor = {
  ProcessGuid: guids.child,
  ProcessId: '42',
  Image: 'C:\\Windows\\System32\\Cmd.exe',
};
const byActor = {
  InitiatingProcessFileName: 'cmd.exe',
  InitiatingProcessFolderPath: 'c:\\windows\\system32\\cmd.exe',
  InitiatingProcessId: 42,
  InitiatingProcessUniqueId: guids.child,
};
const subject = {
  SubjectUserSid: 'S-1-5-21-1-2-3-500',
  SubjectUserName: 'Admin',
  SubjectDomainName: 'CONTOSO',
  SubjectLogonId: '0x1f4',
};
const bySubject = {
  InitiatingProcessAccountName: 'admin',
  InitiatingProcessAccountDomain: 'contoso',
  InitiatingProcessAccountSid: 'S-1-5-21-1-2-3-500',
};
const bySubjectAccount = {
  AccountName: 'admin',
  AccountDomain: 'contoso',
  AccountSid: 'S-1-5-21-1-2-3-500',
};
const target = {
  TargetUserName: 'Mallory',
  TargetDomainName: 'PC1',
  TargetSid: 'S-1-5-21-1-2-3-1001',
};
const file = { TargetFilename: 'C:\\Temp\\A.TXT' };
const sha1 = 'ab'.repeat(20);
const hashes = { Hashes: `SHA1=${sha1.toUpperCase()},SHA256=${'0'.repeat(64)}` };

interface Case {
  readonly what: string;
  readonly log: Log;
  readonly id: number;
  readonly data: Data;
  readonly wanted: Data;
  readonly pid?: number;
  readonly user?: Data;
}

const one = (
  log: Log,
  id: number,
  what: string,
  data: Data,
  wanted: Data,
  more: Data = {},
): Case => ({
  what,
  log,
  id,
  data,
  wanted,
  ...more,
});

const cases: readonly Case[] = [
  one('sysmon', 1, 'process start', start(), {
    table: 'DeviceProcessEvents',
    ActionType: 'ProcessCreated',
    Timestamp: '2026-01-05T10:11:12.4000000Z',
    DeviceName: 'pc1.contoso.com',
    FileName: 'Cmd.exe',
    FolderPath: 'C:\\Windows\\System32\\Cmd.exe',
    SHA1: sha1,
    SHA256: 'ef'.repeat(32),
    MD5: 'cd'.repeat(16),
    ProcessId: 42,
    ProcessCommandLine: 'cmd.exe /c whoami',
    ProcessIntegrityLevel: 'High',
    ProcessCreationTime: '2026-01-05T10:11:12.4000000Z',
    ProcessUniqueId: guids.child,
    AccountName: 'bob',
    AccountDomain: 'contoso',
    LogonId: 999,
    CreatedProcessSessionId: 1,
    ProcessVersionInfoCompanyName: 'Microsoft Corporation',
    ProcessVersionInfoFileDescription: undefined,
    InitiatingProcessId: 7,
    InitiatingProcessFileName: 'explorer.exe',
    InitiatingProcessFolderPath: 'c:\\windows\\explorer.exe',
    InitiatingProcessCommandLine: 'explorer.exe',
    // What its GUID says, because its start was not seen.
    InitiatingProcessCreationTime: '2026-01-05T10:11:02.0000000Z',
    AdditionalFields: { CurrentDirectory: 'C:\\Temp\\' },
  }),
  one(
    'sysmon',
    1,
    'hashes in any order, one of which has no column',
    start({ Hashes: `IMPHASH=${'A1'.repeat(16)},MD5=${'CD'.repeat(16)}` }),
    {
      MD5: 'cd'.repeat(16),
      SHA256: undefined,
      AdditionalFields: { CurrentDirectory: 'C:\\Temp\\', IMPHASH: 'a1'.repeat(16) },
    },
  ),
  one('sysmon', 1, 'an AppContainer', start({ IntegrityLevel: 'AppContainer' }), {
    ProcessIntegrityLevel: 'Low',
  }),
  one(
    'sysmon',
    1,
    'a file of which versions of Sysmon know nothing',
    start({
      Company: '?',
      Product: '?',
      FileVersion: '?',
      OriginalFileName: '?',
      CommandLine: '?',
    }),
    {
      ProcessCommandLine: '?',
      ProcessVersionInfoCompanyName: undefined,
      ProcessVersionInfoProductName: undefined,
      ProcessVersionInfoProductVersion: undefined,
      ProcessVersionInfoOriginalFileName: undefined,
    },
  ),
  one('sysmon', 1, 'doubled per cent signs', start({ CommandLine: '%%COMSPEC%% /c' }), {
    ProcessCommandLine: '%COMSPEC% /c',
  }),
  one(
    'sysmon',
    2,
    'file time changed',
    {
      ...actor,
      ...file,
      CreationUtcTime: '2020-01-01 00:00:00.000',
      PreviousCreationUtcTime: '2026-01-01 00:00:00.000',
    },
    {
      table: 'DeviceEvents',
      ActionType: 'FileTimestampModificationEvent',
      FileName: 'A.TXT',
      FolderPath: 'C:\\Temp\\A.TXT',
      ...byActor,
      AdditionalFields: {
        PreviousCreationTime: '2026-01-01T00:00:00.0000000Z',
        CreationTime: '2020-01-01T00:00:00.0000000Z',
      },
    },
  ),
  one(
    'sysmon',
    3,
    'an outbound connection',
    {
      ...actor,
      Protocol: 'tcp',
      Initiated: 'true',
      SourceIp: '10.0.0.5',
      SourcePort: '50000',
      DestinationIp: '203.0.113.9',
      DestinationPort: '443',
      DestinationHostname: 'evil.example',
    },
    {
      table: 'DeviceNetworkEvents',
      ActionType: 'ConnectionSuccess',
      LocalIP: '10.0.0.5',
      LocalPort: 50000,
      LocalIPType: 'Private',
      RemoteIP: '203.0.113.9',
      RemotePort: 443,
      RemoteUrl: 'evil.example',
      RemoteIPType: 'Public',
      Protocol: 'Tcp',
      ...byActor,
    },
  ),
  one(
    'sysmon',
    3,
    'an inbound connection, where source is the remote end',
    {
      ...actor,
      Protocol: 'udp',
      Initiated: 'false',
      SourceIp: '0:0:0:0:0:0:0:1',
      SourcePort: '50000',
      DestinationIp: 'fe80:0:0:0:0:0:0:1',
      DestinationPort: '5353',
      DestinationHostname: '-',
    },
    {
      ActionType: 'InboundConnectionAccepted',
      LocalIP: 'fe80::1',
      LocalPort: 5353,
      LocalIPType: 'LinkLocal',
      RemoteIP: '::1',
      RemoteIPType: 'Loopback',
      RemotePort: 50000,
      RemoteUrl: undefined,
      Protocol: 'Udp',
    },
  ),
  one(
    'sysmon',
    3,
    'the name of the local end, which has no column',
    { ...actor, Initiated: 'true', SourceHostname: 'pc1.lan', DestinationHostname: 'a.example' },
    { RemoteUrl: 'a.example', AdditionalFields: { SourceHostname: 'pc1.lan' } },
  ),
  one(
    'sysmon',
    15,
    'the hash of a stream, which has no column',
    { ...actor, TargetFilename: 'C:\\a.exe:x', Hash: 'MD5=AB' },
    {
      FolderPath: 'C:\\a.exe',
      MD5: undefined,
      AdditionalFields: { Hash: 'MD5=AB', StreamName: 'x' },
    },
  ),
  one(
    'sysmon',
    6,
    'a driver',
    {
      ImageLoaded: 'C:\\Windows\\System32\\drivers\\Evil.sys',
      ...hashes,
      Signed: 'false',
      Signature: '-',
      SignatureStatus: 'Unavailable',
    },
    {
      table: 'DeviceEvents',
      ActionType: 'DriverLoad',
      FileName: 'Evil.sys',
      SHA1: sha1,
      SHA256: undefined,
      AdditionalFields: { Signed: 'false', SignatureStatus: 'Unavailable' },
    },
  ),
  one(
    'sysmon',
    7,
    'a module, whose company is not the process’s',
    { ...actor, ImageLoaded: 'C:\\Evil.dll', Company: 'Evil Inc', ...hashes },
    {
      table: 'DeviceImageLoadEvents',
      ActionType: 'ImageLoaded',
      FileName: 'Evil.dll',
      InitiatingProcessVersionInfoCompanyName: undefined,
      ...byActor,
    },
  ),
  one(
    'sysmon',
    8,
    'a remote thread',
    {
      SourceProcessGuid: guids.child,
      SourceProcessId: '42',
      SourceImage: 'C:\\Windows\\System32\\Cmd.exe',
      TargetProcessGuid: guids.parent,
      TargetProcessId: '7',
      TargetImage: 'C:\\Windows\\Explorer.EXE',
      NewThreadId: '5',
      StartAddress: '0x1',
      StartModule: '-',
      StartFunction: '-',
    },
    {
      table: 'DeviceEvents',
      ActionType: 'CreateRemoteThreadApiCall',
      FileName: 'Explorer.EXE',
      ProcessId: 7,
      ...byActor,
      AdditionalFields: { StartAddress: '0x1', NewThreadId: 5 },
    },
  ),
  one(
    'sysmon',
    10,
    'a process access',
    {
      SourceProcessGUID: guids.child,
      SourceProcessId: '42',
      SourceImage: 'C:\\Windows\\System32\\Cmd.exe',
      TargetProcessGUID: guids.parent,
      TargetProcessId: '7',
      TargetImage: 'C:\\Windows\\system32\\lsass.exe',
      GrantedAccess: '0x1010',
      CallTrace: 'ntdll',
    },
    {
      ActionType: 'OpenProcessApiCall',
      FileName: 'lsass.exe',
      ...byActor,
      AdditionalFields: { DesiredAccess: 4112, CallTrace: 'ntdll' },
    },
  ),
  one(
    'sysmon',
    11,
    'a file',
    { ...actor, ...file },
    {
      table: 'DeviceFileEvents',
      ActionType: 'FileCreated',
      FileName: 'A.TXT',
      FolderPath: 'C:\\Temp\\A.TXT',
      RequestProtocol: 'Local',
      ...byActor,
    },
  ),
  one(
    'sysmon',
    12,
    'a key',
    {
      ...actor,
      EventType: 'CreateKey',
      TargetObject: 'HKLM\\System\\CurrentControlSet\\Services\\x',
    },
    {
      table: 'DeviceRegistryEvents',
      ActionType: 'RegistryKeyCreated',
      RegistryKey: 'HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\x',
      ...byActor,
    },
  ),
  one(
    'sysmon',
    12,
    'a deleted key',
    { ...actor, EventType: 'DeleteKey', TargetObject: 'HKCR\\x' },
    {
      ActionType: 'RegistryKeyDeleted',
      RegistryKey: 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Classes\\x',
    },
  ),
  one(
    'sysmon',
    12,
    'a deleted value',
    { ...actor, EventType: 'DeleteValue', TargetObject: 'HKU\\S-1-5-21-1\\Software\\x\\Value' },
    {
      ActionType: 'RegistryValueDeleted',
      RegistryKey: 'HKEY_CURRENT_USER\\S-1-5-21-1\\Software\\x',
      RegistryValueName: 'Value',
    },
  ),
  one(
    'sysmon',
    13,
    'a number',
    {
      ...actor,
      EventType: 'SetValue',
      TargetObject: 'HKLM\\SOFTWARE\\x\\Value',
      Details: 'DWORD (0x0000000a)',
    },
    {
      ActionType: 'RegistryValueSet',
      RegistryKey: 'HKEY_LOCAL_MACHINE\\SOFTWARE\\x',
      RegistryValueName: 'Value',
      RegistryValueType: 'Dword',
      RegistryValueData: '10',
      PreviousRegistryValueName: 'Value',
    },
  ),
  one(
    'sysmon',
    13,
    'a long number',
    {
      ...actor,
      TargetObject: 'HKLM\\SOFTWARE\\x\\Value',
      Details: 'QWORD (0x00000001-0x00000000)',
    },
    {
      RegistryValueType: 'Qword',
      RegistryValueData: '4294967296',
    },
  ),
  one(
    'sysmon',
    13,
    'a value whose name is a path',
    {
      ...actor,
      TargetObject: 'HKLM\\SOFTWARE\\SharedDLLs\\C:\\Windows\\a.dll',
      Details: 'Binary Data',
    },
    {
      RegistryKey: 'HKEY_LOCAL_MACHINE\\SOFTWARE\\SharedDLLs',
      RegistryValueName: 'C:\\Windows\\a.dll',
      RegistryValueType: 'Binary',
      RegistryValueData: undefined,
    },
  ),
  one(
    'sysmon',
    13,
    'empty text',
    { ...actor, TargetObject: 'HKLM\\SOFTWARE\\x\\(Default)', Details: '(Empty)' },
    {
      RegistryValueName: '(Default)',
      RegistryValueType: 'String',
      RegistryValueData: undefined,
    },
  ),
  one(
    'sysmon',
    14,
    'a renamed key',
    {
      ...actor,
      EventType: 'RenameKey',
      TargetObject: 'HKLM\\SOFTWARE\\a',
      NewName: 'HKLM\\SOFTWARE\\b',
    },
    {
      ActionType: 'RegistryKeyRenamed',
      RegistryKey: 'HKEY_LOCAL_MACHINE\\SOFTWARE\\b',
      PreviousRegistryKey: 'HKEY_LOCAL_MACHINE\\SOFTWARE\\a',
    },
  ),
  one(
    'sysmon',
    15,
    'the mark of the web: the hash is the stream’s',
    {
      ...actor,
      TargetFilename: 'C:\\Temp\\a.exe:Zone.Identifier',
      Hash: hashes.Hashes,
      Contents:
        '[ZoneTransfer]  ZoneId=3  ReferrerUrl=https://a.example/  HostUrl=https://b.example/a.exe',
    },
    {
      table: 'DeviceFileEvents',
      ActionType: 'FileCreated',
      FileName: 'a.exe',
      FolderPath: 'C:\\Temp\\a.exe',
      FileOriginUrl: 'https://b.example/a.exe',
      FileOriginReferrerUrl: 'https://a.example/',
      SHA1: undefined,
    },
  ),
  one(
    'sysmon',
    17,
    'a pipe',
    { ...actor, PipeName: '\\evil' },
    {
      ActionType: 'NamedPipeEvent',
      AdditionalFields: {
        PipeName: '\\Device\\NamedPipe\\evil',
        FileOperation: 'File created',
        NamedPipeEnd: 'Server',
      },
    },
  ),
  one(
    'sysmon',
    18,
    'an anonymous pipe',
    { ...actor, PipeName: '<Anonymous Pipe>' },
    {
      AdditionalFields: {
        PipeName: '<Anonymous Pipe>',
        FileOperation: 'File opened',
        NamedPipeEnd: 'Client',
      },
    },
  ),
  one(
    'sysmon',
    21,
    'a WMI binding',
    { Operation: 'Created', User: 'CONTOSO\\Bob', Consumer: 'c', Filter: 'f' },
    {
      ActionType: 'WmiBindEventFilterToConsumer',
      InitiatingProcessAccountName: 'bob',
      AdditionalFields: { Operation: 'Created', Consumer: 'c', ESS: 'f' },
    },
  ),
  one(
    'sysmon',
    22,
    'a query',
    {
      ...actor,
      QueryName: 'a.example',
      QueryStatus: '0',
      QueryResults: 'type:  5 b.example;::ffff:192.0.2.1;2001:db8:0:0:0:0:0:1;',
    },
    {
      table: 'DeviceEvents',
      ActionType: 'DnsQueryResponse',
      RemoteUrl: undefined,
      AdditionalFields: {
        DnsQueryString: 'a.example',
        DnsQueryResult: [
          { DnsQueryType: 'CNAME', Result: 'b.example' },
          { DnsQueryType: 'A', Result: '192.0.2.1' },
          { DnsQueryType: 'AAAA', Result: '2001:db8::1' },
        ],
        QueryStatus: 0,
      },
    },
  ),
  one(
    'sysmon',
    23,
    'a deleted file',
    { ...actor, ...file, ...hashes },
    { ActionType: 'FileDeleted', SHA1: sha1 },
  ),
  one(
    'sysmon',
    11,
    'a file, and who asked for it',
    { ...actor, ...file, User: 'NT AUTHORITY\\SYSTEM' },
    {
      RequestProtocol: 'Local',
      RequestAccountName: 'SYSTEM',
      RequestAccountDomain: 'NT AUTHORITY',
      RequestAccountSid: 'S-1-5-18',
    },
  ),
  one(
    'sysmon',
    24,
    'the clipboard',
    { ...actor, Session: '1', ClientInfo: 'user: x' },
    {
      ActionType: 'GetClipboardData',
      AdditionalFields: { Session: 1, ClientInfo: 'user: x' },
    },
  ),
  one(
    'sysmon',
    26,
    'a deletion that is noted',
    { ...actor, ...file, ...hashes },
    { ActionType: 'FileDeleted' },
  ),
  one(
    'sysmon',
    29,
    'an executable',
    { ...actor, ...file, ...hashes },
    {
      ActionType: 'FileCreated',
      SHA1: sha1,
      AdditionalFields: { FileType: 'PortableExecutable' },
    },
  ),
  one(
    'security',
    4624,
    'a logon of a Windows that does not say whether the token is elevated',
    { TargetUserName: 'Bob', TargetDomainName: 'CONTOSO', LogonType: '2' },
    { LogonType: 'Interactive', IsLocalAdmin: undefined },
  ),
  ...(
    [
      ['-', true],
      ['127.0.0.1', true],
      ['::1', true],
      ['0:0:0:0:0:0:0:1', true],
      ['::ffff:127.0.0.1', true],
      ['::ffff:10.0.0.9', false],
    ] as const
  ).map(([IpAddress, IsLocalLogon]) =>
    one(
      'security',
      4624,
      `a logon from ${IpAddress}`,
      { ...target, LogonType: '3', IpAddress },
      { AdditionalFields: { IsLocalLogon } },
    ),
  ),
  one(
    'security',
    4624,
    'a logon over the network',
    {
      ...subject,
      TargetUserSid: 'S-1-5-21-1-2-3-4',
      TargetUserName: 'Bob',
      TargetDomainName: 'CONTOSO',
      TargetLogonId: '0x3e8',
      LogonType: '3',
      LogonProcessName: 'NtLmSsp ',
      AuthenticationPackageName: 'NTLM',
      LmPackageName: 'NTLM V2',
      WorkstationName: 'EVIL',
      IpAddress: '203.0.113.9',
      IpPort: '50000',
      ElevatedToken: '%%1842',
      ProcessId: '0x2a',
      ProcessName: 'C:\\Windows\\System32\\lsass.exe',
    },
    {
      table: 'DeviceLogonEvents',
      ActionType: 'LogonSuccess',
      LogonType: 'Network',
      AccountName: 'bob',
      AccountDomain: 'contoso',
      AccountSid: 'S-1-5-21-1-2-3-4',
      LogonId: 1000,
      Protocol: 'NTLM',
      RemoteIP: '203.0.113.9',
      RemoteIPType: 'Public',
      RemotePort: 50000,
      RemoteDeviceName: 'EVIL',
      IsLocalAdmin: true,
      InitiatingProcessId: 42,
      InitiatingProcessFileName: 'lsass.exe',
      ...bySubject,
      AdditionalFields: { IsLocalLogon: false, LogonProcessName: 'NtLmSsp' },
    },
  ),
  one(
    'security',
    4625,
    'a failed logon',
    {
      ...subject,
      TargetUserSid: 'S-1-0-0',
      TargetUserName: 'Bob',
      TargetDomainName: '-',
      LogonType: '10',
      Status: '0xc000006d',
      SubStatus: '0xc0000234',
      IpAddress: '-',
      IpPort: '-',
    },
    {
      ActionType: 'LogonFailed',
      LogonType: 'RemoteInteractive',
      AccountName: 'bob',
      AccountDomain: undefined,
      FailureReason: 'AccountLockedOut',
      RemoteIP: undefined,
      AdditionalFields: { IsLocalLogon: true, Status: '0xc000006d', SubStatus: '0xc0000234' },
    },
  ),
  one(
    'security',
    4648,
    'explicit credentials',
    {
      ...subject,
      TargetUserName: 'Root',
      TargetDomainName: 'CONTOSO',
      TargetServerName: 'DC1',
      IpAddress: '::1',
      IpPort: '0',
      ProcessId: '0x2a',
      ProcessName: 'C:\\a.exe',
    },
    {
      ActionType: 'LogonAttempted',
      AccountName: 'root',
      RemoteDeviceName: 'DC1',
      RemoteIP: '::1',
      RemoteIPType: 'Loopback',
      InitiatingProcessId: 42,
      ...bySubject,
    },
  ),
  one(
    'security',
    4688,
    'a process start: ProcessId is the creator’s',
    {
      SubjectUserSid: 'S-1-5-18',
      SubjectUserName: 'PC1$',
      SubjectDomainName: 'CONTOSO',
      SubjectLogonId: '0x3e7',
      NewProcessId: '0x2a',
      NewProcessName: 'C:\\Windows\\System32\\Cmd.exe',
      TokenElevationType: '%%1937',
      MandatoryLabel: 'S-1-16-16384',
      ProcessId: '0x7',
      ParentProcessName: 'C:\\Windows\\Services.exe',
      CommandLine: 'cmd',
      TargetUserName: '-',
    },
    {
      table: 'DeviceProcessEvents',
      ActionType: 'ProcessCreated',
      FileName: 'Cmd.exe',
      ProcessId: 42,
      ProcessCommandLine: 'cmd',
      ProcessIntegrityLevel: 'System',
      ProcessTokenElevation: 'TokenElevationTypeFull',
      ProcessCreationTime: '2026-01-05T10:11:12.5000000Z',
      AccountName: 'system',
      AccountDomain: 'nt authority',
      AccountSid: 'S-1-5-18',
      LogonId: 999,
      InitiatingProcessId: 7,
      InitiatingProcessFileName: 'services.exe',
    },
  ),
  ...(
    [
      ['0x3e4', 'PC1$', 'CONTOSO', 'network service', 'nt authority', 'S-1-5-20'],
      ['0x3E5', 'LOKALER DIENST', 'NT-AUTORITÄT', 'local service', 'nt authority', 'S-1-5-19'],
      ['0x8b2a', 'UMFD-1', 'Font Driver Host', 'umfd-1', 'font driver host', 'S-1-5-96-0-1'],
      ['0x9c3f1', 'Bob', 'PC1', 'bob', 'pc1', undefined],
    ] as const
  ).map(([logonId, name, domain, AccountName, AccountDomain, AccountSid]) =>
    one(
      'security',
      4688,
      `a process of ${AccountName}, whose SID the event does not have`,
      {
        SubjectUserSid: 'S-1-5-18',
        SubjectUserName: 'PC1$',
        SubjectDomainName: 'CONTOSO',
        SubjectLogonId: '0x3e7',
        NewProcessId: '0x2a',
        NewProcessName: 'C:\\Windows\\System32\\svchost.exe',
        ProcessId: '0x7',
        TargetUserSid: 'S-1-0-0',
        TargetUserName: name,
        TargetDomainName: domain,
        TargetLogonId: logonId,
      },
      {
        AccountName,
        AccountDomain,
        AccountSid,
        LogonId: Number(logonId),
        AdditionalFields: undefined,
      },
    ),
  ),
  one(
    'security',
    4697,
    'a service',
    {
      ...subject,
      ServiceName: 'evil',
      ServiceFileName: '%COMSPEC% /b /c start',
      ServiceType: '0x10',
      ServiceStartType: '3',
      ServiceAccount: 'LocalSystem',
    },
    {
      ActionType: 'ServiceInstalled',
      FileName: 'cmd.exe',
      FolderPath: 'C:\\Windows\\System32\\cmd.exe',
      ProcessCommandLine: '%COMSPEC% /b /c start',
      ...bySubjectAccount,
      AdditionalFields: {
        ServiceName: 'evil',
        ServiceAccount: 'LocalSystem',
        ServiceType: 16,
        ServiceStartType: 3,
      },
    },
  ),
  one(
    'system',
    7045,
    'a service, in the other log',
    {
      ServiceName: 'evil',
      ImagePath: '"C:\\a b\\x.exe" -s',
      ServiceType: 'user mode service',
      StartType: 'demand start',
      AccountName: 'LocalSystem',
    },
    {
      ActionType: 'ServiceInstalled',
      FileName: 'x.exe',
      FolderPath: 'C:\\a b\\x.exe',
      AdditionalFields: {
        ServiceName: 'evil',
        ServiceAccount: 'LocalSystem',
        ServiceType: 16,
        ServiceStartType: 3,
      },
    },
  ),
  ...(
    [
      [4698, 'ScheduledTaskCreated'],
      [4699, 'ScheduledTaskDeleted'],
      [4700, 'ScheduledTaskEnabled'],
      [4701, 'ScheduledTaskDisabled'],
      [4702, 'ScheduledTaskUpdated'],
    ] as const
  ).map(([id, ActionType]) =>
    one(
      'security',
      id,
      'a task',
      {
        ...subject,
        TaskName: '\\evil',
        [id === 4702 ? 'TaskContentNew' : 'TaskContent']: '&lt;Task/&gt;',
      },
      {
        table: 'DeviceEvents',
        ActionType,
        ...bySubjectAccount,
        AdditionalFields: { TaskName: '\\evil', TaskContent: '<Task/>' },
      },
    ),
  ),
  ...(
    [
      [4720, 'UserAccountCreated'],
      [4726, 'UserAccountDeleted'],
      [4738, 'UserAccountModified'],
      [4723, 'PasswordChangeAttempt'],
      [4724, 'PasswordChangeAttempt'],
      [4731, 'SecurityGroupCreated'],
      [4734, 'SecurityGroupDeleted'],
      [4727, 'SecurityGroupCreated'],
      [4730, 'SecurityGroupDeleted'],
      [4754, 'SecurityGroupCreated'],
      [4758, 'SecurityGroupDeleted'],
    ] as const
  ).map(([id, ActionType]) =>
    one(
      'security',
      id,
      'an account',
      { ...subject, ...target },
      {
        table: 'DeviceEvents',
        ActionType,
        AccountName: 'mallory',
        AccountDomain: 'pc1',
        AccountSid: target.TargetSid,
        ...bySubject,
        AdditionalFields: ActionType.startsWith('SecurityGroup')
          ? { GroupName: 'Mallory', GroupDomainName: 'PC1', GroupSid: target.TargetSid }
          : undefined,
      },
    ),
  ),
  ...(
    [
      [4732, 'UserAccountAddedToLocalGroup'],
      [4733, 'UserAccountRemovedFromLocalGroup'],
    ] as const
  ).map(([id, ActionType]) =>
    one(
      'security',
      id,
      'a member: the account is the member’s',
      {
        ...subject,
        MemberName: 'CN=Mal Lory,OU=x',
        MemberSid: 'S-1-5-21-9',
        TargetUserName: 'Administrators',
        TargetDomainName: 'Builtin',
        TargetSid: 'S-1-5-32-544',
      },
      {
        ActionType,
        AccountSid: 'S-1-5-21-9',
        AccountName: 'mal lory',
        AdditionalFields: {
          GroupName: 'Administrators',
          GroupDomainName: 'Builtin',
          GroupSid: 'S-1-5-32-544',
          MemberSid: 'S-1-5-21-9',
        },
      },
    ),
  ),
  one(
    'security',
    4657,
    'a registry value: message codes stay',
    {
      ...subject,
      ObjectName: '\\REGISTRY\\MACHINE\\SOFTWARE\\x',
      ObjectValueName: 'v',
      OperationType: '%%1905',
      OldValueType: '%%1876',
      OldValue: '0x1',
      NewValueType: '%%1876',
      NewValue: '0xA',
      ProcessId: '0x2a',
      ProcessName: 'C:\\a.exe',
    },
    {
      table: 'DeviceRegistryEvents',
      ActionType: 'RegistryValueSet',
      RegistryKey: 'HKEY_LOCAL_MACHINE\\SOFTWARE\\x',
      RegistryValueName: 'v',
      RegistryValueType: 'Dword',
      RegistryValueData: '10',
      PreviousRegistryValueData: '1',
    },
  ),
  one(
    'security',
    4657,
    'a registry value, in words',
    {
      ...subject,
      ObjectName: '\\REGISTRY\\USER\\S-1-5-21-1\\Software\\x',
      ObjectValueName: 'v',
      OperationType: 'Registry value deleted',
      OldValueType: 'REG_DWORD',
      OldValue: '0xA',
      NewValueType: '-',
      NewValue: '-',
    },
    {
      ActionType: 'RegistryValueDeleted',
      RegistryKey: 'HKEY_CURRENT_USER\\S-1-5-21-1\\Software\\x',
      PreviousRegistryValueData: '10',
    },
  ),
  one(
    'security',
    5156,
    'a direction in words',
    {
      ...{ ProcessID: '42', Application: '\\device\\harddiskvolume2\\a.exe', Direction: 'Inbound' },
      ...{
        SourceAddress: '10.0.0.9',
        SourcePort: '50000',
        DestAddress: '10.0.0.5',
        DestPort: '445',
      },
      Protocol: '6',
    },
    {
      ActionType: 'InboundConnectionAccepted',
      LocalIP: '10.0.0.5',
      LocalPort: 445,
      RemoteIP: '10.0.0.9',
      RemotePort: 50000,
    },
  ),
  one(
    'security',
    4663,
    'access to a process',
    {
      ...subject,
      ObjectType: 'Process',
      ObjectName: '\\Device\\HarddiskVolume2\\Windows\\System32\\lsass.exe',
      AccessMask: '0x10',
      ProcessId: '0x2a',
      ProcessName: 'C:\\a.exe',
    },
    {
      ActionType: 'OpenProcessApiCall',
      FileName: 'lsass.exe',
      FolderPath: 'C:\\Windows\\System32\\lsass.exe',
      AdditionalFields: { DesiredAccess: 16 },
    },
  ),
  one(
    'security',
    5145,
    'a share',
    {
      ...subject,
      ShareName: '\\\\*\\ADMIN$',
      ShareLocalPath: '\\??\\C:\\Windows',
      RelativeTargetName: 'Temp\\a.exe',
      AccessMask: '0x2',
      IpAddress: '10.0.0.9',
      IpPort: '50000',
    },
    {
      ActionType: 'NetworkShareObjectAccessChecked',
      FileName: 'a.exe',
      FolderPath: '\\\\*\\ADMIN$\\Temp\\a.exe',
      RemoteIP: '10.0.0.9',
      RemotePort: 50000,
      ...bySubjectAccount,
      AdditionalFields: {
        ShareName: '\\\\*\\ADMIN$',
        RelativeTargetName: 'Temp\\a.exe',
        AccessMask: '0x2',
      },
    },
  ),
  ...(
    [
      [5142, 'NetworkShareObjectAdded'],
      [5143, 'NetworkShareObjectModified'],
      [5144, 'NetworkShareObjectDeleted'],
    ] as const
  ).map(([id, ActionType]) =>
    one(
      'security',
      id,
      'a share',
      { ...subject, ShareName: '\\\\*\\x' },
      {
        ActionType,
        ...bySubjectAccount,
        AdditionalFields: { ShareName: '\\\\*\\x' },
      },
    ),
  ),
  one(
    'security',
    5156,
    'an inbound connection; its pid is decimal',
    {
      ProcessID: '42',
      Application: '\\device\\harddiskvolume2\\windows\\system32\\svchost.exe',
      Direction: '%%14592',
      SourceAddress: '203.0.113.9',
      SourcePort: '50000',
      DestAddress: '10.0.0.5',
      DestPort: '445',
      Protocol: '6',
    },
    {
      table: 'DeviceNetworkEvents',
      ActionType: 'InboundConnectionAccepted',
      LocalIP: '10.0.0.5',
      LocalPort: 445,
      RemoteIP: '203.0.113.9',
      RemotePort: 50000,
      Protocol: 'Tcp',
      InitiatingProcessId: 42,
      InitiatingProcessFolderPath: 'c:\\windows\\system32\\svchost.exe',
    },
  ),
  one(
    'security',
    5154,
    'a listening port',
    {
      ProcessId: '42',
      Application: '\\device\\harddiskvolume2\\a.exe',
      SourceAddress: '::',
      SourcePort: '445',
      Protocol: '17',
    },
    {
      ActionType: 'ListeningConnectionCreated',
      LocalIP: '::',
      LocalIPType: 'Reserved',
      Protocol: 'Udp',
    },
  ),
  one(
    'security',
    5157,
    'a blocked connection',
    {
      ProcessID: '42',
      Application: '\\device\\harddiskvolume2\\a.exe',
      Direction: '%%14593',
      SourceAddress: '10.0.0.5',
      SourcePort: '1',
      DestAddress: '203.0.113.9',
      DestPort: '2',
    },
    {
      table: 'DeviceEvents',
      ActionType: 'FirewallOutboundConnectionBlocked',
      RemoteIP: '203.0.113.9',
      RemotePort: 2,
    },
  ),
  one(
    'eventlog',
    1102,
    'the log cleared',
    {},
    {
      ActionType: 'SecurityLogCleared',
      ...bySubjectAccount,
      ...bySubject,
      InitiatingProcessId: 42,
    },
    { user: { ...subject, ClientProcessId: '42' } },
  ),
  one(
    'powershell',
    4103,
    'a command',
    {
      ContextInfo:
        '        Host Application = powershell.exe -ep bypass\r\n        User = CONTOSO\\Bob\n        Connected User = ',
      Payload: 'CommandInvocation(Get-Process): "Get-Process"',
    },
    {
      ActionType: 'PowerShellCommand',
      InitiatingProcessId: 99,
      InitiatingProcessAccountName: 'bob',
      InitiatingProcessCommandLine: 'powershell.exe -ep bypass',
      AdditionalFields: { Command: 'Get-Process' },
    },
  ),
  one(
    'powershell',
    4103,
    'a command of a host with a path',
    {
      ContextInfo: '  Host Application = "C:\\a b\\PowerShell.exe" -nop\r\n',
      Payload: '',
    },
    {
      InitiatingProcessFileName: 'powershell.exe',
      InitiatingProcessFolderPath: 'c:\\a b\\powershell.exe',
      InitiatingProcessCommandLine: '"C:\\a b\\PowerShell.exe" -nop',
    },
  ),
  one(
    'powershell',
    4103,
    'a command on a system of another language',
    {
      ContextInfo: [
        ...['Schweregrad = Informational', 'Hostname = ConsoleHost', 'Hostversion = 5.1.1'],
        ...['Host-ID = 1', 'Hostanwendung = powershell.exe -ep bypass -c $a=1'],
        ...['Modulversion = 5.1.1', 'Runspace-ID = 2', 'Pipeline-ID = 3', 'Befehlsname = dir'],
        ...['Befehlstyp = Cmdlet', 'Skriptname = ', 'Befehlspfad = ', 'Sequenznummer = 16'],
        ...[
          'Benutzer = CONTOSO\\Bob',
          'Verbundener Benutzer = ',
          'Shell-ID = Microsoft.PowerShell',
        ],
        ...['', ''],
      ].join('\r\n        '),
      Payload: '',
    },
    {
      InitiatingProcessAccountName: 'bob',
      InitiatingProcessCommandLine: 'powershell.exe -ep bypass -c $a=1',
    },
  ),
  one(
    'powershell',
    4103,
    'a command of whoever is connected',
    {
      ContextInfo: `        User = \n        Connected User = CONTOSO\\Eve   \n${' \n'.repeat(50_000)}`,
      Payload: '',
    },
    { InitiatingProcessAccountName: 'eve', InitiatingProcessCommandLine: undefined },
  ),
  one(
    'powershell',
    4103,
    'a command of the system, which PowerShell puts into the domain',
    { ContextInfo: '        User = CONTOSO\\SYSTEM\n', Payload: '' },
    {
      InitiatingProcessAccountName: 'system',
      InitiatingProcessAccountDomain: 'nt authority',
      InitiatingProcessAccountSid: 'S-1-5-18',
    },
  ),
  one(
    'powershell',
    4104,
    'a script',
    {
      ScriptBlockText: 'iex $x',
      ScriptBlockId: 'b',
      MessageNumber: '1',
      MessageTotal: '2',
      Path: '',
    },
    {
      ActionType: 'AmsiScriptContent',
      InitiatingProcessId: 99,
      AdditionalFields: {
        ScriptBlockId: 'b',
        MessageNumber: 1,
        MessageTotal: 2,
        Content: 'iex $x',
      },
    },
  ),
  one(
    'wmi',
    5861,
    'a WMI binding',
    {},
    {
      ActionType: 'WmiBindEventFilterToConsumer',
      AdditionalFields: { Namespace: 'root', ESS: 'f', Consumer: 'c', PossibleCause: 'p' },
    },
    { user: { Namespace: 'root', ESS: 'f', CONSUMER: 'c', PossibleCause: 'p' } },
  ),
  one(
    'dns',
    3008,
    'a query',
    { QueryName: 'a.example', QueryStatus: '0', QueryResults: '192.0.2.1;' },
    {
      ActionType: 'DnsQueryResponse',
      InitiatingProcessId: 99,
      AdditionalFields: { DnsQueryString: 'a.example', QueryStatus: 0 },
    },
  ),
  one(
    'tasks',
    106,
    'a task',
    { TaskName: '\\evil', UserContext: 'CONTOSO\\Bob' },
    {
      ActionType: 'ScheduledTaskCreated',
      AccountName: 'bob',
      InitiatingProcessAccountName: 'bob',
      InitiatingProcessAccountDomain: 'contoso',
      AdditionalFields: { TaskName: '\\evil' },
    },
  ),
  one(
    'tasks',
    140,
    'a task that the system has changed, by its SID',
    { TaskName: '\\evil', UserName: 'S-1-5-18' },
    {
      ActionType: 'ScheduledTaskUpdated',
      AccountName: 'system',
      AccountDomain: 'nt authority',
      AccountSid: 'S-1-5-18',
      InitiatingProcessAccountName: 'system',
      InitiatingProcessAccountDomain: 'nt authority',
      InitiatingProcessAccountSid: 'S-1-5-18',
    },
  ),
  one(
    'tasks',
    141,
    'a task of someone who is known by a SID alone',
    { TaskName: '\\evil', UserName: 'S-1-5-21-1-2-3-1104' },
    {
      ActionType: 'ScheduledTaskDeleted',
      AccountName: undefined,
      AccountDomain: undefined,
      AccountSid: 'S-1-5-21-1-2-3-1104',
      InitiatingProcessAccountSid: 'S-1-5-21-1-2-3-1104',
      AdditionalFields: { TaskName: '\\evil' },
    },
  ),
  one(
    'defender',
    1116,
    'malware',
    {
      'Threat Name': 'EICAR',
      Path: 'file:_C:\\a.txt',
      'Detection User': 'CONTOSO\\Bob',
      'Process Name': 'C:\\b.exe',
    },
    {
      ActionType: 'AntivirusDetection',
      FileName: 'a.txt',
      AccountName: 'bob',
      InitiatingProcessFileName: 'b.exe',
      AdditionalFields: { ThreatName: 'EICAR' },
    },
  ),
  one(
    'defender',
    1116,
    'malware of no process',
    { 'Threat Name': 'EICAR', Path: 'file:_C:\\a.txt', 'Process Name': 'Unknown' },
    { FileName: 'a.txt', InitiatingProcessFileName: undefined },
  ),
  one(
    'defender',
    1116,
    'malware in an archive from the web, in a process',
    {
      'Threat Name': 'EICAR',
      Path: 'containerfile:_C:\\x;y\\a.zip; file:_C:\\x;y\\a.zip->b.exe; process:_pid:77,ProcessStart:1;',
      'Detection User': '(unknown user)',
    },
    {
      FolderPath: 'C:\\x;y\\a.zip->b.exe',
      ProcessId: 77,
      ProcessCommandLine: undefined,
      AccountName: undefined,
    },
  ),
  one(
    'defender',
    1015,
    'behaviour that is suspicious',
    { 'Threat Name': 'Behavior:Win32/A', Path: 'file:_C:\\a.exe' },
    { ActionType: 'AntivirusDetection', FileName: 'a.exe' },
  ),
  one(
    'defender',
    1117,
    'malware that has been put away',
    {
      'Severity ID': '4',
      'Severity Name': 'Élevée',
      'Action ID': '2',
      'Action Name': 'Quarantaine',
      'Execution ID': '3',
      Path: 'file:_C:\\a.exe',
    },
    {
      ActionType: 'AntivirusMalwareBlocked',
      AdditionalFields: {
        Severity: 'High',
        'Severity Name': 'Élevée',
        'Severity ID': '4',
        Action: 2,
        'Action Name': 'Quarantaine',
        WasExecutingWhileDetected: true,
        WasRemediated: true,
      },
    },
  ),
  one(
    'defender',
    1116,
    'nobody known, in the words of the system',
    {
      Path: 'file:_C:\\a.exe',
      'Process Name': 'Inconnu',
      'Detection User': '(utilisateur inconnu)',
    },
    {
      FileName: 'a.exe',
      AccountName: undefined,
      InitiatingProcessFileName: undefined,
      InitiatingProcessFolderPath: undefined,
      AdditionalFields: { 'Process Name': 'Inconnu', 'Detection User': '(utilisateur inconnu)' },
    },
  ),
  one(
    'defender',
    1116,
    'by the system itself',
    { Path: 'file:_C:\\a.exe', 'Process Name': 'System', 'Detection User': 'NT AUTHORITY\\SYSTEM' },
    { AccountName: 'system', InitiatingProcessFileName: 'system' },
  ),
  one(
    'defender',
    1118,
    'malware that could not be put away',
    { 'Action ID': '2', Path: 'file:_C:\\a.exe' },
    { ActionType: 'AntivirusMalwareActionFailed', AdditionalFields: { WasRemediated: false } },
  ),
  one(
    'defender',
    1117,
    'a download',
    { Path: 'webfile:_C:\\a.zip|https://example.org/a.zip|pid:1,ProcessStart:2' },
    { FileName: 'a.zip', FolderPath: 'C:\\a.zip', ProcessId: undefined },
  ),
  one(
    'defender',
    1116,
    'behaviour, which is of no file',
    { Path: 'behavior:_pid:77:5; CmdLine:_C:\\a.exe -x; regkey:_HKLM\\a' },
    {
      FileName: undefined,
      FolderPath: undefined,
      ProcessId: 77,
      ProcessCommandLine: 'C:\\a.exe -x',
    },
  ),
  one(
    'defender',
    1122,
    'an attack surface reduction rule that would have blocked',
    {
      ID: '{D1E49AAC-8F56-4280-B9BA-993A6D77406C}',
      Path: 'C:\\a.exe',
      User: '(unknown user)',
      'Target Commandline': 'a -x',
      'Parent Commandline': 'b',
    },
    {
      ActionType: 'AsrPsexecWmiChildProcessAudited',
      ProcessCommandLine: 'a -x',
      InitiatingProcessCommandLine: 'b',
      InitiatingProcessAccountName: undefined,
      AdditionalFields: {
        RuleId: 'd1e49aac-8f56-4280-b9ba-993a6d77406c',
        IsAudit: true,
        ParentProcessCommandLine: 'b',
      },
    },
  ),
  one(
    'defender',
    1129,
    'a warning passed by',
    { ID: 'C0033C00-D16D-4114-A5A0-DC9B3A7D2CEB', Path: 'C:\\a.exe' },
    { ActionType: 'AsrAbusedSystemToolWarnBypassed', AdditionalFields: { IsAudit: false } },
  ),
  one(
    'defender',
    1001,
    'a scan',
    { 'Scan Parameters': 'Quick Scan', Domain: 'NT AUTHORITY', User: 'SYSTEM' },
    {
      ActionType: 'AntivirusScanCompleted',
      AdditionalFields: { ScanTypeIndex: 'Quick', User: 'SYSTEM' },
    },
  ),
  one(
    'defender',
    1005,
    'a scan that failed, in another language',
    {
      'Scan ID': '{1}',
      'Scan Parameters Index': '2',
      'Scan Parameters': 'Vollständige Überprüfung',
      'Error Code': '0x80508014',
    },
    {
      ActionType: 'AntivirusScanFailed',
      AdditionalFields: { ScanId: '{1}', ScanTypeIndex: 'Full', ErrorCode: '0x80508014' },
    },
  ),
  one(
    'defender',
    1119,
    'an error with malware',
    { 'Threat Name': 'EICAR', Path: 'file:_C:\\a.txt' },
    { ActionType: 'AntivirusError', FileName: 'a.txt', AdditionalFields: { WasRemediated: false } },
  ),
  one(
    'defender',
    2010,
    'an update in haste',
    {},
    { ActionType: 'AntivirusEmergencyUpdatesInstalled' },
  ),
  one(
    'defender',
    5013,
    'tampering',
    { 'Changed Type': 'Blocked', Value: 'HKLM\\SOFTWARE\\a\\DisableAntiSpyware = 0x1()' },
    {
      ActionType: 'TamperingAttempt',
      AdditionalFields: {
        Status: 'Blocked',
        Target: 'HKLM\\SOFTWARE\\a\\DisableAntiSpyware',
        TamperingAction: 'RegistryModification',
        TamperingAttemptedValue: '0x1',
      },
    },
  ),
  one(
    'defender',
    1126,
    'network protection',
    { Destination: 'http://example.org', 'Process Name': 'C:\\b.exe' },
    {
      ActionType: 'ExploitGuardNetworkProtectionBlocked',
      RemoteUrl: 'http://example.org',
      AdditionalFields: { IsAudit: false, Uri: 'http://example.org' },
    },
  ),
  one(
    'defender',
    5007,
    'an exclusion',
    {
      'Product Name': 'x',
      'Old Value': '',
      'New Value': 'HKLM\\SOFTWARE\\Microsoft\\Windows Defender\\Exclusions\\Paths\\C:\\Temp = 0x0',
    },
    {
      table: 'DeviceRegistryEvents',
      ActionType: 'RegistryValueSet',
      RegistryKey: 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows Defender\\Exclusions\\Paths',
      RegistryValueName: 'C:\\Temp',
      RegistryValueType: 'Dword',
      RegistryValueData: '0',
      InitiatingProcessId: 99,
    },
  ),
  one(
    'defender',
    5007,
    'an exclusion taken back',
    {
      Old_Value: 'HKLM\\SOFTWARE\\Microsoft\\Windows Defender\\Exclusions\\Extensions\\.ps1 = 0x0',
      New_Value: '',
    },
    {
      ActionType: 'RegistryValueDeleted',
      RegistryValueName: '.ps1',
      RegistryValueData: undefined,
      PreviousRegistryValueData: '0',
    },
  ),
  one(
    'defender',
    5007,
    'a setting that had its default',
    {
      'Old Value': 'Default\\SpyNet\\DisableBlockAtFirstSeen = 0x0',
      'New Value':
        'HKLM\\SOFTWARE\\Microsoft\\Windows Defender\\SpyNet\\DisableBlockAtFirstSeen = 0x1',
    },
    {
      ActionType: 'RegistryValueSet',
      RegistryValueName: 'DisableBlockAtFirstSeen',
      RegistryValueData: '1',
      PreviousRegistryValueData: undefined,
    },
  ),
  one(
    'defender',
    1117,
    'malware, with names as Winlogbeat has them',
    {
      Threat_Name: 'EICAR',
      Path: 'file:_C:\\a.txt',
      Detection_User: 'CONTOSO\\Bob',
      Process_Name: 'C:\\b.exe',
    },
    {
      ActionType: 'AntivirusMalwareBlocked',
      AccountName: 'bob',
      InitiatingProcessFileName: 'b.exe',
      AdditionalFields: { ThreatName: 'EICAR', Path: 'file:_C:\\a.txt' },
    },
  ),
  one(
    'security',
    4719,
    'audit policy',
    { ...subject, SubcategoryGuid: '{g}', AuditPolicyChanges: '%%8448' },
    {
      ActionType: 'AuditPolicyModification',
      ...bySubjectAccount,
      AdditionalFields: { SubcategoryGuid: '{g}', AuditPolicyChanges: '%%8448' },
    },
  ),
  one(
    'security',
    6416,
    'a new device',
    { ...subject, DeviceId: 'USB\\x', DeviceDescription: 'Stick', ClassName: 'DiskDrive' },
    {
      ActionType: 'PnpDeviceConnected',
      AdditionalFields: { DeviceId: 'USB\\x', DeviceDescription: 'Stick', ClassName: 'DiskDrive' },
    },
  ),
  one(
    'security',
    4797,
    'a blank password tried',
    { ...subject, TargetUserName: 'Guest', TargetDomainName: 'PC1' },
    {
      ActionType: 'AccountCheckedForBlankPassword',
      AccountName: 'guest',
      AccountDomain: 'pc1',
    },
  ),
  one(
    'applocker',
    8004,
    'AppLocker',
    {},
    {
      ActionType: 'AppControlExecutableBlocked',
      FileName: 'A.EXE',
      FolderPath: 'C:\\TEMP\\A.EXE',
      SHA256: undefined,
      AccountSid: 'S-1-5-21-1',
      InitiatingProcessId: 7,
      AdditionalFields: { AuthenticodeHash: 'ab'.repeat(32) },
    },
    {
      user: {
        FilePath: '%OSDRIVE%\\TEMP\\A.EXE',
        FileHash: 'AB'.repeat(32),
        TargetUser: 'S-1-5-21-1',
        TargetProcessId: '7',
      },
    },
  ),
  one(
    'integrity',
    3077,
    'code integrity',
    {
      'File Name': '\\Device\\HarddiskVolume3\\a.dll',
      'Process Name': '\\Device\\HarddiskVolume3\\b.exe',
      'SHA1 Hash': 'CD'.repeat(20),
      'SHA256 Hash': 'CD'.repeat(32),
      'SHA1 Flat Hash': 'AB'.repeat(20),
      'SHA256 Flat Hash': 'AB'.repeat(32),
      'Requested Signing Level': '2',
    },
    {
      ActionType: 'AppControlCodeIntegrityPolicyBlocked',
      FileName: 'a.dll',
      FolderPath: 'C:\\a.dll',
      SHA1: 'ab'.repeat(20),
      SHA256: 'ab'.repeat(32),
      InitiatingProcessFileName: 'b.exe',
      AdditionalFields: { AuthenticodeHash: 'cd'.repeat(32), RequestedSigningLevel: '2' },
    },
  ),
  one(
    'integrity',
    3036,
    'a file whose signature has been revoked',
    {
      FileNameBuffer: '\\Device\\HarddiskVolume3\\a.dll',
      ProcessNameBuffer: '\\Device\\HarddiskVolume3\\b.exe',
    },
    {
      ActionType: 'AppControlCodeIntegrityImageRevoked',
      FileName: 'a.dll',
      FolderPath: 'C:\\a.dll',
      InitiatingProcessFileName: 'b.exe',
    },
  ),
  one(
    'applocker',
    8007,
    'a script',
    {},
    {
      ActionType: 'AppControlScriptBlocked',
      FileName: 'a.ps1',
      SHA256: 'ab'.repeat(32),
    },
    { user: { FullFilePath: 'C:\\a.ps1', FileHash: 'AB'.repeat(32) } },
  ),
  one(
    'integrity',
    3092,
    'a file of bad reputation',
    { 'File Name': '\\Device\\HarddiskVolume3\\a.dll' },
    { ActionType: 'AppControlCodeIntegrityOriginBlocked', FileName: 'a.dll' },
  ),
  one(
    'ldap',
    30,
    'a search of the directory',
    {
      ScopeOfSearch: 2,
      SearchFilter: '(objectClass=*)',
      DistinguishedName: 'DC=contoso,DC=com',
      AttributeList: 'cn;member;',
    },
    {
      ActionType: 'LdapSearch',
      InitiatingProcessId: 99,
      AdditionalFields: {
        ScopeOfSearch: 'SubTree',
        SearchFilter: '(objectClass=*)',
        DistinguishedName: 'DC=contoso,DC=com',
        AttributeList: ['cn', 'member'],
      },
    },
  ),
  one(
    'dns',
    3010,
    'a query that is sent',
    { QueryName: 'a.example', QueryType: '1' },
    {
      ActionType: 'DnsQueryRequest',
      InitiatingProcessId: 99,
      AdditionalFields: { DnsQueryString: 'a.example' },
    },
  ),
  one(
    'wmi',
    11,
    'WMI from elsewhere',
    {},
    {
      ActionType: 'RemoteWmiOperation',
      AccountName: 'bob',
      RemoteDeviceName: 'kali.example',
      AdditionalFields: { Namespace: '\\\\.\\root\\cimv2', OperationType: 'ExecMethod' },
    },
    {
      user: {
        ClientMachine: 'KALI',
        ClientMachineFQDN: 'kali.example',
        User: 'CONTOSO\\Bob',
        NamespaceName: '\\\\.\\root\\cimv2',
        Operation: 'Start IWbemServices::ExecMethod - root\\cimv2 : Win32_Process::Create',
        IsLocal: 'false',
      },
    },
  ),
  one(
    'wmi',
    23,
    'a process started by WMI',
    {},
    {
      ActionType: 'ProcessCreatedUsingWmiQuery',
      ProcessId: 77,
      ProcessCommandLine: 'cmd.exe /c whoami',
      FileName: 'cmd.exe',
      InitiatingProcessId: 55,
      RemoteDeviceName: undefined,
      AdditionalFields: { IsRemoteMachine: false },
    },
    {
      user: {
        Commandline: 'cmd.exe /c whoami',
        CreatedProcessId: 77,
        ClientMachine: 'PC1',
        ClientProcessId: 55,
        IsLocal: 'true',
      },
    },
  ),
  one(
    'dpapi',
    16385,
    'a secret unprotected',
    {
      OperationType: 'SPCryptUnprotect',
      DataDescription: 'Google Chrome',
      CallerProcessID: 42,
    },
    {
      ActionType: 'DpapiAccessed',
      InitiatingProcessId: 42,
      AdditionalFields: {
        DataDescription: { PropertyValue: 'Google Chrome' },
        OperationType: { PropertyValue: 'SPCryptUnprotect' },
      },
    },
  ),
  one(
    'partitions',
    1006,
    'a USB drive',
    {
      BusType: 7,
      Capacity: 16008609792,
      Manufacturer: 'SanDisk',
      Model: 'Ultra ',
      Revision: '1.00',
      SerialNumber: 'A1',
    },
    {
      ActionType: 'UsbDriveMounted',
      AdditionalFields: {
        BusType: 'USB',
        Manufacturer: 'SanDisk',
        ProductName: 'Ultra',
        ProductRevision: '1.00',
        SerialNumber: 'A1',
      },
    },
  ),
  one(
    'partitions',
    1006,
    'a USB drive taken away',
    { BusType: '7', Capacity: '0', SerialNumber: 'A1' },
    { ActionType: 'UsbDriveUnmounted' },
  ),
  one(
    'mitigations',
    4,
    'exploit protection',
    {
      ProcessPath: '\\Device\\HarddiskVolume3\\b.exe',
      ProcessCommandLine: 'b',
      ChildImagePathName: '\\Device\\HarddiskVolume3\\c.exe',
      ChildCommandLine: 'c -x',
    },
    {
      ActionType: 'ExploitGuardChildProcessBlocked',
      FileName: 'c.exe',
      ProcessCommandLine: 'c -x',
      InitiatingProcessFileName: 'b.exe',
      InitiatingProcessCommandLine: 'b',
      AdditionalFields: { IsAudit: false, ChildCommandLine: 'c -x' },
    },
  ),
  one(
    'rdp',
    1149,
    'Remote Desktop',
    {},
    {
      ActionType: 'RemoteDesktopConnection',
      AccountName: 'bob',
      AccountDomain: 'contoso',
      RemoteIP: '203.0.113.9',
    },
    { user: { Param1: 'Bob', Param2: 'CONTOSO', Param3: '203.0.113.9' } },
  ),
];

describe('an event of Windows', () => {
  it.each(cases)('$log $id: $what', ({ log, id, data, wanted, user }) => {
    const result = converted([event(log, id, data, user ? { user } : {})], 'windows-event');
    expect(result.letters).toEqual([]);
    const row = onlyRow(result);
    for (const [name, value] of Object.entries(wanted)) {
      if (name === 'AdditionalFields') expect(row[name]).toMatchObject(value as object);
      else expect([name, row[name]]).toEqual([name, value]);
    }
  });

  it.each<[Log, number]>([
    ...[4, 5, 9, 16, 19, 20, 25, 27, 28, 255].map((id): [Log, number] => ['sysmon', id]),
    ...[4634, 4647, 4672, 4627, 4689, 4658, 4690, 4703, 4673, 4674, 5158, 5447, 5140, 4662].map(
      (id): [Log, number] => ['security', id],
    ),
    ...[4768, 4769, 4776, 4656].map((id): [Log, number] => ['security', id]),
    ['eventlog', 104],
    ['powershell', 4105],
    ['powershell', 4106],
  ])('%s %i has no row', (log, id) => {
    const { rows, counts } = converted([event(log, id, actor)], 'windows-event');
    expect([rows, counts.unmapped]).toEqual([{}, 1]);
  });

  it('a disk of another bus than USB has no row', () => {
    const { rows } = converted([event('partitions', 1006, { BusType: '17' })], 'windows-event');
    expect(rows).toEqual({});
  });

  it('names in place of SIDs are no SIDs, but those that every Windows has', () => {
    const names = {
      ...subject,
      SubjectUserSid: 'NT AUTHORITY\\SYSTEM',
      SubjectUserName: 'PC1$',
      NewProcessName: 'C:\\a.exe',
      TargetUserSid: 'NULL SID',
      TargetUserName: '-',
    };
    const ofSid = (more: object) =>
      onlyRow(converted([event('security', 4688, { ...names, ...more })], 'windows-event'));
    expect(ofSid({})).toMatchObject({
      AccountName: 'system',
      AccountDomain: 'nt authority',
      AccountSid: 'S-1-5-18',
      InitiatingProcessAccountSid: 'S-1-5-18',
    });
    const ofDomain = ofSid({ SubjectUserSid: 'CONTOSO\\Admin', SubjectUserName: 'Admin' });
    expect(ofDomain).toMatchObject({ AccountName: 'admin' });
    expect(ofDomain['AccountSid']).toBeUndefined();
    expect(ofDomain['InitiatingProcessAccountSid']).toBeUndefined();
    expect(ofSid({ SubjectUserSid: '%{S-1-5-21-1-2-3-500}' })).toMatchObject({
      AccountSid: 'S-1-5-21-1-2-3-500',
    });
    expect(ofSid({ SubjectUserSid: 'Window Manager\\DWM-2' })).toMatchObject({
      AccountSid: 'S-1-5-90-0-2',
    });
    expect(ofSid({ SubjectUserSid: 'ANONYMOUS LOGON' })).toMatchObject({ AccountSid: 'S-1-5-7' });
  });

  it('a member without a name of its own has that in place of its SID', () => {
    const member = {
      ...subject,
      MemberName: '-',
      MemberSid: 'PC1\\Eve',
      TargetSid: 'BUILTIN\\Users',
    };
    expect(onlyRow(converted([event('security', 4732, member)], 'windows-event'))).toMatchObject({
      AccountName: 'eve',
      AdditionalFields: { GroupSid: 'S-1-5-32-545' },
    });
  });

  it('a service or a task is made by the process that asked for it', () => {
    const asked = (more: object) =>
      converted(
        [
          event('sysmon', 1, start()),
          event('security', 4698, { ...subject, TaskName: '\\a', ...more }, { seconds: 20 }),
        ],
        'windows-event',
      ).rows['DeviceEvents']?.[0];
    expect(asked({ ClientProcessId: '42' })).toMatchObject({
      ...bySubject,
      InitiatingProcessId: 42,
      InitiatingProcessFileName: 'cmd.exe',
      InitiatingProcessCommandLine: 'cmd.exe /c whoami',
    });
    expect(asked({ ClientProcessId: '0' })).not.toHaveProperty('InitiatingProcessId');
  });

  it('ids are of their provider: Security has another 10 than Sysmon', () => {
    const { rows } = converted([event('security', 10, actor)], 'windows-event');
    expect(rows).toEqual({});
  });

  it('access to a file is no access to a process', () => {
    const { rows } = converted(
      [event('security', 4663, { ...subject, ObjectType: 'File', ObjectName: 'C:\\a' })],
      'windows-event',
    );
    expect(rows).toEqual({});
  });
});
