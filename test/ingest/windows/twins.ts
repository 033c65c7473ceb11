import type { Row } from '../convert.js';
import { event, guids, start } from './events.js';

export const actor = {
  ProcessGuid: guids.child,
  ProcessId: '42',
  Image: 'C:\\Windows\\System32\\Cmd.exe',
};

export const security4688 = {
  SubjectUserSid: 'S-1-5-21-1-2-3-1104',
  SubjectUserName: 'Bob',
  SubjectDomainName: 'CONTOSO',
  SubjectLogonId: '0x3e7',
  NewProcessId: '0x2a',
  NewProcessName: 'C:\\Windows\\System32\\Cmd.exe',
  TokenElevationType: '%%1937',
  ProcessId: '0x7',
  ParentProcessName: 'C:\\Windows\\Explorer.EXE',
  CommandLine: 'cmd.exe /c whoami',
};

/** What two logs tell of one occurrence: the better one's event, and the other's; the row's table, and what is in it. */
export const twins: readonly (readonly [string, object, object, table: string, Row])[] = [
  [
    'process start: elevation and SID are from 4688',
    event('sysmon', 1, start()),
    event('security', 4688, security4688, { seconds: 13 }),
    'DeviceProcessEvents',
    {
      ProcessUniqueId: guids.child,
      ProcessTokenElevation: 'TokenElevationTypeFull',
      AccountSid: 'S-1-5-21-1-2-3-1104',
    },
  ],
  [
    'connection',
    event('sysmon', 3, {
      ...actor,
      Protocol: 'tcp',
      Initiated: 'true',
      SourceIp: '0:0:0:0:0:0:0:1',
      SourcePort: '1',
      DestinationIp: 'fe80:0:0:0:0:0:0:1',
      DestinationPort: '2',
    }),
    event(
      'security',
      5156,
      {
        ProcessID: '42',
        Application: '\\device\\harddiskvolume2\\a.exe',
        Direction: '%%14593',
        SourceAddress: '::1',
        SourcePort: '1',
        DestAddress: 'fe80::1',
        DestPort: '2',
        Protocol: '6',
      },
      { seconds: 40 },
    ),
    'DeviceNetworkEvents',
    { InitiatingProcessUniqueId: guids.child },
  ],
  [
    'access to a process',
    event('sysmon', 10, {
      SourceProcessGUID: guids.child,
      SourceProcessId: '42',
      SourceImage: 'C:\\a.exe',
      TargetImage: 'C:\\Windows\\system32\\lsass.exe',
      TargetProcessId: '9',
      GrantedAccess: '0x10',
    }),
    event(
      'security',
      4663,
      {
        ObjectType: 'Process',
        ObjectName: '\\Device\\HarddiskVolume2\\Windows\\System32\\lsass.exe',
        AccessMask: '0x10',
        ProcessId: '0x2a',
        ProcessName: 'C:\\a.exe',
      },
      { seconds: 13 },
    ),
    'DeviceEvents',
    { ProcessId: 9 },
  ],
  [
    'registry value: what was there before is from 4657',
    event('sysmon', 13, {
      ...actor,
      EventType: 'SetValue',
      TargetObject: 'HKLM\\SOFTWARE\\x\\v',
      Details: 'DWORD (0x0000000a)',
    }),
    event(
      'security',
      4657,
      {
        ObjectName: '\\REGISTRY\\MACHINE\\SOFTWARE\\x',
        ObjectValueName: 'v',
        OperationType: '%%1905',
        OldValueType: '%%1873',
        OldValue: 'before',
        NewValueType: '%%1876',
        NewValue: '0xA',
        ProcessId: '0x2a',
      },
      { seconds: 13 },
    ),
    'DeviceRegistryEvents',
    { InitiatingProcessUniqueId: guids.child, PreviousRegistryValueData: 'before' },
  ],
  [
    'registry value: a number of before is decimal, as that of after',
    event('sysmon', 13, {
      ...actor,
      EventType: 'SetValue',
      TargetObject: 'HKLM\\SOFTWARE\\x\\v',
      Details: 'QWORD (0x00000000-0x00000010)',
    }),
    event(
      'security',
      4657,
      {
        ObjectName: '\\REGISTRY\\MACHINE\\SOFTWARE\\x',
        ObjectValueName: 'v',
        OperationType: '%%1905',
        OldValueType: '%%1883',
        OldValue: '0x8000000000000000',
        NewValueType: '%%1883',
        NewValue: '0x10',
      },
      { seconds: 13 },
    ),
    'DeviceRegistryEvents',
    { RegistryValueData: '16', PreviousRegistryValueData: '9223372036854775808' },
  ],
  [
    'registry value: an empty text',
    event('sysmon', 13, {
      ...actor,
      EventType: 'SetValue',
      TargetObject: 'HKLM\\SOFTWARE\\x\\v',
      Details: '(Empty)',
    }),
    event(
      'security',
      4657,
      {
        ObjectName: '\\REGISTRY\\MACHINE\\SOFTWARE\\x',
        ObjectValueName: 'v',
        OperationType: '%%1905',
        OldValueType: '%%1873',
        OldValue: 'abc',
        NewValueType: '%%1873',
        NewValue: '-',
      },
      { seconds: 13 },
    ),
    'DeviceRegistryEvents',
    { PreviousRegistryValueData: 'abc' },
  ],
  [
    'a setting of Defender',
    event('sysmon', 13, {
      ...actor,
      EventType: 'SetValue',
      TargetObject: 'HKLM\\SOFTWARE\\Microsoft\\Windows Defender\\Exclusions\\Paths\\C:\\Temp',
      Details: 'DWORD (0x00000000)',
    }),
    event(
      'defender',
      5007,
      {
        'New Value':
          'HKLM\\SOFTWARE\\Microsoft\\Windows Defender\\Exclusions\\Paths\\C:\\Temp = 0x0',
      },
      { seconds: 13 },
    ),
    'DeviceRegistryEvents',
    { InitiatingProcessUniqueId: guids.child },
  ],
  [
    'query',
    event('sysmon', 22, {
      ...actor,
      QueryName: 'A.example',
      QueryStatus: '0',
      QueryResults: '192.0.2.1;',
    }),
    event(
      'dns',
      3008,
      { QueryName: 'a.example', QueryStatus: '0', QueryResults: '192.0.2.1;' },
      { seconds: 13 },
    ),
    'DeviceEvents',
    { InitiatingProcessUniqueId: guids.child },
  ],
  [
    'service',
    event('security', 4697, {
      SubjectUserSid: 'S-1-5-18',
      ServiceName: 'Evil',
      ServiceFileName: 'C:\\a.exe',
    }),
    event('system', 7045, { ServiceName: 'evil', ImagePath: 'C:\\a.exe' }, { seconds: 13 }),
    'DeviceEvents',
    { AccountName: 'system' },
  ],
  [
    'task',
    event('security', 4698, { SubjectUserSid: 'S-1-5-18', TaskName: '\\evil', TaskContent: 'x' }),
    event('tasks', 106, { TaskName: '\\evil' }, { seconds: 13 }),
    'DeviceEvents',
    { AccountName: 'system' },
  ],
];
