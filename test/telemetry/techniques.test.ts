import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { startTestIngest } from '../ingest/fixture.js';
import { answer, load, type Row } from './recordings.js';

/** Small incidents as analysts hunt for them: each is found, and alike, whoever shipped its events. */

type Data = Readonly<Record<string, string>>;

interface LogEvent {
  readonly provider: string;
  readonly id: number;
  readonly data: Data;
}

const on =
  (provider: string) =>
  (id: number, data: Data): LogEvent => ({ provider, id, data });
const logOf = {
  sysmon: on('Microsoft-Windows-Sysmon'),
  security: on('Microsoft-Windows-Security-Auditing'),
  services: on('Service Control Manager'),
  powershell: on('Microsoft-Windows-PowerShell'),
  defender: on('Microsoft-Windows-Windows Defender'),
  dpapi: on('Microsoft-Windows-Crypto-DPAPI'),
  eventlog: on('Microsoft-Windows-Eventlog'),
  remoteDesktop: on('Microsoft-Windows-TerminalServices-RemoteConnectionManager'),
  tasks: on('Microsoft-Windows-TaskScheduler'),
};

const utc = '2026-01-05 10:11:12.345';
const isoTime = '2026-01-05T10:11:12.400Z';
const computer = 'PC1.contoso.com';
const guid = (n: number) => `{b34bc01c-8e40-695b-0${n}00-000000000a00}`;
const system32 = 'C:\\Windows\\System32\\';

let lastPid = 100;
/** A process: its start, and what names it in its other events. */
function process(image: string, commandLine: string, parent = 'C:\\Windows\\explorer.exe') {
  const pid = String(++lastPid);
  const own = { ProcessGuid: guid(lastPid), ProcessId: pid, Image: image, User: 'CONTOSO\\Bob' };
  const start = logOf.sysmon(1, {
    ...{ UtcTime: utc, ...own, CommandLine: commandLine, LogonId: '0x3e7', IntegrityLevel: 'High' },
    Hashes: `SHA256=${'AB'.repeat(32)},IMPHASH=${'CD'.repeat(16)},MD5=${'12'.repeat(16)}`,
    ...{ ParentProcessGuid: guid(9000 + parent.length), ParentImage: parent },
    ParentProcessId: String(9000 + parent.length),
    ParentCommandLine: parent,
  });
  const did = (id: number, data: Data) => logOf.sysmon(id, { UtcTime: utc, ...own, ...data });
  const toProcess = (id: number, data: Data) =>
    logOf.sysmon(id, {
      ...{ UtcTime: utc, SourceProcessGuid: own.ProcessGuid, SourceProcessId: pid },
      ...{ SourceImage: image, TargetProcessGuid: guid(8888), TargetProcessId: '8888', ...data },
    });
  return { start, did, toProcess };
}

const subject = {
  SubjectUserSid: 'S-1-5-21-1-2-3-500',
  SubjectUserName: 'Admin',
  SubjectDomainName: 'CONTOSO',
  SubjectLogonId: '0x1f4',
};
const logon = (more: Data) =>
  logOf.security(4624, {
    ...{ ...subject, TargetUserSid: 'S-1-5-21-1-2-3-1001', TargetUserName: 'Mallory' },
    ...{ TargetDomainName: 'CONTOSO', TargetLogonId: '0x2a', LogonType: '3', IpPort: '50000' },
    ...{ LogonProcessName: 'NtLmSsp ', AuthenticationPackageName: 'NTLM', IpAddress: '10.0.0.9' },
    ...{ WorkstationName: 'KALI', LmPackageName: 'NTLM V2', ProcessId: '0x0', ProcessName: '-' },
    ...more,
  });

interface Technique {
  readonly name: string;
  readonly events: () => readonly LogEvent[];
  readonly kql: string;
  readonly wanted: readonly Row[];
}

const techniques: readonly Technique[] = [
  {
    name: 'lsass read by a tool',
    events: () => {
      const tool = process('C:\\Temp\\mimi.exe', 'mimi.exe sekurlsa');
      return [
        tool.start,
        tool.toProcess(10, { TargetImage: `${system32}lsass.exe`, GrantedAccess: '0x1010' }),
      ];
    },
    kql: `DeviceEvents | where ActionType == "OpenProcessApiCall" and FileName =~ "lsass.exe"
      | where binary_and(tolong(parse_json(AdditionalFields).DesiredAccess), 0x10) != 0
      | project InitiatingProcessFileName, InitiatingProcessCommandLine, InitiatingProcessAccountName`,
    wanted: [
      {
        InitiatingProcessFileName: 'mimi.exe',
        InitiatingProcessCommandLine: 'mimi.exe sekurlsa',
        InitiatingProcessAccountName: 'bob',
      },
    ],
  },
  {
    name: 'remote thread in another process',
    events: () => {
      const tool = process('C:\\Temp\\inject.exe', 'inject.exe 8888');
      return [
        tool.start,
        tool.toProcess(8, {
          ...{ TargetImage: `${system32}notepad.exe`, NewThreadId: '5', StartAddress: '0x10' },
          StartFunction: 'LoadLibraryA',
        }),
      ];
    },
    kql: `DeviceEvents | where ActionType == "CreateRemoteThreadApiCall"
      | project InitiatingProcessFileName, FileName, ProcessId,
          Function = tostring(parse_json(AdditionalFields).StartFunction)`,
    wanted: [
      {
        InitiatingProcessFileName: 'inject.exe',
        FileName: 'notepad.exe',
        ProcessId: 8888,
        Function: 'LoadLibraryA',
      },
    ],
  },
  {
    name: 'logon with NTLM and a hash',
    events: () => [logon({})],
    kql: `DeviceLogonEvents
      | where ActionType == "LogonSuccess" and LogonType == "Network" and Protocol == "NTLM" and AccountName == "mallory"
      | project AccountDomain, RemoteIP, RemoteIPType, RemotePort, RemoteDeviceName`,
    wanted: [
      {
        AccountDomain: 'contoso',
        RemoteIP: '10.0.0.9',
        RemoteIPType: 'Private',
        RemotePort: 50000,
        RemoteDeviceName: 'KALI',
      },
    ],
  },
  {
    name: 'over-pass-the-hash',
    events: () => [
      logon({
        LogonType: '9',
        TargetUserName: 'Bob',
        LogonProcessName: 'seclogo',
        IpAddress: '::1',
      }),
    ],
    kql: `DeviceLogonEvents | where LogonType == "NewCredentials"
      | project AccountName, RemoteIPType,
          Process = tostring(parse_json(AdditionalFields).LogonProcessName)`,
    wanted: [{ AccountName: 'bob', RemoteIPType: 'Loopback', Process: 'seclogo' }],
  },
  {
    name: 'passwords sprayed',
    events: () =>
      ['Alice', 'Carol', 'Dave'].map((TargetUserName) =>
        logOf.security(4625, {
          ...{ ...subject, TargetUserName, TargetDomainName: 'CONTOSO', LogonType: '3' },
          ...{ Status: '0xc000006d', SubStatus: '0xc000006a', IpAddress: '10.0.0.66' },
          AuthenticationPackageName: 'NTLM',
        }),
      ),
    kql: `DeviceLogonEvents | where ActionType == "LogonFailed" and FailureReason == "InvalidUserNameOrPassword"
      | summarize Accounts = dcount(AccountName) by RemoteIP | where Accounts >= 3`,
    wanted: [{ RemoteIP: '10.0.0.66', Accounts: 3 }],
  },
  {
    name: 'service of PsExec, told by two logs',
    events: () => [
      logOf.security(4697, {
        ...{ ...subject, ServiceName: 'PSEXESVC', ServiceFileName: '%SystemRoot%\\PSEXESVC.exe' },
        ...{ ServiceType: '0x10', ServiceStartType: '3', ServiceAccount: 'LocalSystem' },
      }),
      logOf.services(7045, {
        ...{ ServiceName: 'PSEXESVC', ImagePath: '%SystemRoot%\\PSEXESVC.exe' },
        ...{ ServiceType: 'user mode service', StartType: 'demand start' },
      }),
    ],
    kql: `DeviceEvents | where ActionType == "ServiceInstalled" and FileName =~ "psexesvc.exe"
      | extend A = parse_json(AdditionalFields)
      | project FileName, FolderPath, AccountName, Name = tostring(A.ServiceName), Start = toint(A.ServiceStartType)`,
    wanted: [
      {
        FileName: 'PSEXESVC.exe',
        FolderPath: 'C:\\Windows\\PSEXESVC.exe',
        AccountName: 'admin',
        Name: 'PSEXESVC',
        Start: 3,
      },
    ],
  },
  {
    name: 'scheduled task',
    events: () => [
      logOf.security(4698, {
        ...subject,
        TaskName: '\\Updater',
        TaskContent: '<Task><Actions><Exec><Command>evil.exe</Command></Exec></Actions></Task>',
      }),
    ],
    kql: `DeviceEvents | where ActionType == "ScheduledTaskCreated"
      | extend A = parse_json(AdditionalFields)
      | where tostring(A.TaskContent) has "evil.exe" | project AccountName, Task = tostring(A.TaskName)`,
    wanted: [{ AccountName: 'admin', Task: '\\Updater' }],
  },
  {
    name: 'run key of a user',
    events: () => {
      const reg = process(`${system32}reg.exe`, 'reg add HKCU\\...');
      return [
        reg.start,
        reg.did(13, {
          EventType: 'SetValue',
          TargetObject:
            'HKU\\S-1-5-21-1-2-3-1001\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run\\Updater',
          Details: 'powershell.exe -w hidden',
        }),
      ];
    },
    kql: `DeviceRegistryEvents
      | where ActionType == "RegistryValueSet" and RegistryKey endswith @"\\CurrentVersion\\Run"
      | project RegistryKey, RegistryValueName, RegistryValueType, RegistryValueData, InitiatingProcessFileName`,
    wanted: [
      {
        RegistryKey:
          'HKEY_CURRENT_USER\\S-1-5-21-1-2-3-1001\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run',
        RegistryValueName: 'Updater',
        RegistryValueType: 'String',
        RegistryValueData: 'powershell.exe -w hidden',
        InitiatingProcessFileName: 'reg.exe',
      },
    ],
  },
  {
    name: 'COM hijack',
    events: () => {
      const tool = process('C:\\Temp\\com.exe', 'com.exe');
      const key = 'HKU\\S-1-5-21-1-2-3-1001_Classes\\CLSID\\{0a29ff9e}\\InprocServer32';
      return [
        tool.start,
        tool.did(12, { EventType: 'CreateKey', TargetObject: key }),
        tool.did(13, {
          ...{ EventType: 'SetValue', TargetObject: `${key}\\(Default)` },
          Details: 'C:\\Users\\bob\\evil.dll',
        }),
      ];
    },
    kql: `DeviceRegistryEvents | where RegistryKey has "InprocServer32" and InitiatingProcessFileName == "com.exe"
      | summarize Actions = array_sort_asc(make_set(ActionType)), Data = take_anyif(RegistryValueData, isnotempty(RegistryValueData))`,
    wanted: [
      {
        Actions: ['RegistryKeyCreated', 'RegistryValueSet'],
        Data: 'C:\\Users\\bob\\evil.dll',
      },
    ],
  },
  {
    name: 'Defender switched off in the registry',
    events: () => {
      const tool = process(`${system32}reg.exe`, 'reg add HKLM\\...');
      return [
        tool.start,
        tool.did(13, {
          EventType: 'SetValue',
          TargetObject: 'HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows Defender\\DisableAntiSpyware',
          Details: 'DWORD (0x00000001)',
        }),
      ];
    },
    kql: `DeviceRegistryEvents | where RegistryValueName == "DisableAntiSpyware" and RegistryValueData == "1"
      | project RegistryKey, RegistryValueType`,
    wanted: [
      {
        RegistryKey: 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Microsoft\\Windows Defender',
        RegistryValueType: 'Dword',
      },
    ],
  },
  {
    name: 'module beside a program',
    events: () => {
      const program = process('C:\\Users\\bob\\Downloads\\Teams.exe', 'Teams.exe');
      return [
        program.start,
        program.did(7, {
          ...{ ImageLoaded: 'C:\\Users\\bob\\Downloads\\version.dll', Signed: 'false' },
          Hashes: `SHA256=${'EF'.repeat(32)},IMPHASH=${'12'.repeat(16)}`,
        }),
      ];
    },
    kql: `DeviceImageLoadEvents | where FileName =~ "version.dll" and FolderPath !startswith @"C:\\Windows"
      | project InitiatingProcessFileName, FolderPath, SHA256`,
    wanted: [
      {
        InitiatingProcessFileName: 'teams.exe',
        FolderPath: 'C:\\Users\\bob\\Downloads\\version.dll',
        SHA256: 'ef'.repeat(32),
      },
    ],
  },
  {
    name: 'pipe of a beacon',
    events: () => {
      const beacon = process('C:\\Temp\\beacon.exe', 'beacon.exe');
      return [
        beacon.start,
        beacon.did(17, { EventType: 'CreatePipe', PipeName: '\\MSSE-1-server' }),
      ];
    },
    kql: `DeviceEvents | where ActionType == "NamedPipeEvent"
      | extend A = parse_json(AdditionalFields) | where tostring(A.PipeName) has "MSSE-"
      | project Pipe = tostring(A.PipeName), Operation = tostring(A.FileOperation), InitiatingProcessFileName`,
    wanted: [
      {
        Pipe: '\\Device\\NamedPipe\\MSSE-1-server',
        Operation: 'File created',
        InitiatingProcessFileName: 'beacon.exe',
      },
    ],
  },
  {
    name: 'mark of the web',
    events: () => {
      const browser = process('C:\\Program Files\\Edge\\msedge.exe', 'msedge.exe');
      return [
        browser.start,
        browser.did(15, {
          TargetFilename: 'C:\\Users\\bob\\Downloads\\evil.iso:Zone.Identifier',
          Hash: `MD5=${'12'.repeat(16)}`,
          Contents: '[ZoneTransfer]  ZoneId=3  HostUrl=https://evil.example/evil.iso',
        }),
      ];
    },
    kql: `DeviceFileEvents | where isnotempty(FileOriginUrl) | project FileName, FileOriginUrl, MD5`,
    wanted: [{ FileName: 'evil.iso', FileOriginUrl: 'https://evil.example/evil.iso', MD5: '' }],
  },
  {
    name: 'time of a file changed',
    events: () => {
      const tool = process('C:\\Temp\\stomp.exe', 'stomp.exe');
      return [
        tool.start,
        tool.did(2, {
          TargetFilename: 'C:\\Windows\\evil.dll',
          CreationUtcTime: '2010-01-01 00:00:00.000',
          PreviousCreationUtcTime: '2026-01-05 10:00:00.000',
        }),
      ];
    },
    kql: `DeviceEvents | where ActionType == "FileTimestampModificationEvent"
      | extend A = parse_json(AdditionalFields)
      | where todatetime(A.CreationTime) < todatetime(A.PreviousCreationTime) - 365d
      | project FileName, InitiatingProcessFileName`,
    wanted: [{ FileName: 'evil.dll', InitiatingProcessFileName: 'stomp.exe' }],
  },
  {
    name: 'decoded script',
    events: () => [
      logOf.powershell(4104, {
        ...{ MessageNumber: '1', MessageTotal: '1', ScriptBlockId: 'a-1', Path: '' },
        ScriptBlockText: "[Ref].Assembly.GetType('System.Management.Automation.AmsiUtils')",
      }),
    ],
    kql: `DeviceEvents | where ActionType == "AmsiScriptContent" and AdditionalFields has "AmsiUtils"
      | project Id = tostring(parse_json(AdditionalFields).ScriptBlockId)`,
    wanted: [{ Id: 'a-1' }],
  },
  {
    name: 'encoded command below Office',
    events: () => [
      process(
        `${system32}WindowsPowerShell\\v1.0\\powershell.exe`,
        'powershell.exe -nop -enc SQBFAFgA',
        'C:\\Program Files\\Microsoft Office\\WINWORD.EXE',
      ).start,
    ],
    kql: `DeviceProcessEvents | where InitiatingProcessFileName in~ ("winword.exe", "excel.exe")
      | where ProcessCommandLine matches regex @"(?i)\\s-e(nc)?\\s"
      | project FileName, AccountDomain, AccountName, ProcessIntegrityLevel, LogonId, MD5`,
    wanted: [
      {
        FileName: 'powershell.exe',
        AccountDomain: 'contoso',
        AccountName: 'bob',
        ProcessIntegrityLevel: 'High',
        LogonId: 999,
        MD5: '12'.repeat(16),
      },
    ],
  },
  {
    name: 'Remote Desktop from outside',
    events: () => {
      const service = process(`${system32}svchost.exe`, 'svchost.exe -k TermService');
      return [
        service.start,
        service.did(3, {
          ...{ Protocol: 'tcp', Initiated: 'false', SourceIp: '198.51.100.7', SourcePort: '40000' },
          ...{ DestinationIp: '10.0.0.5', DestinationPort: '3389', DestinationHostname: computer },
        }),
        logon({ LogonType: '10', TargetUserName: 'Eve', IpAddress: '198.51.100.7' }),
      ];
    },
    kql: `DeviceNetworkEvents | where ActionType == "InboundConnectionAccepted" and LocalPort == 3389 and RemoteIPType == "Public"
      | join kind=inner (DeviceLogonEvents | where LogonType == "RemoteInteractive") on DeviceId, RemoteIP
      | project RemoteIP, AccountName`,
    wanted: [{ RemoteIP: '198.51.100.7', AccountName: 'eve' }],
  },
  {
    name: 'file on an administrative share',
    events: () => [
      logOf.security(5145, {
        ...{ ...subject, ObjectType: 'File', IpAddress: '10.0.0.9', IpPort: '50001' },
        ...{ ShareName: '\\\\*\\C$', ShareLocalPath: '\\??\\C:\\', AccessMask: '0x2' },
        RelativeTargetName: 'Windows\\Temp\\evil.exe',
      }),
    ],
    kql: `DeviceEvents | where ActionType == "NetworkShareObjectAccessChecked" and FileName endswith ".exe"
      | project RemoteIP, AccountName, FolderPath, Share = tostring(parse_json(AdditionalFields).ShareName)`,
    wanted: [
      {
        RemoteIP: '10.0.0.9',
        AccountName: 'admin',
        FolderPath: '\\\\*\\C$\\Windows\\Temp\\evil.exe',
        Share: '\\\\*\\C$',
      },
    ],
  },
  {
    name: 'names for a tunnel',
    events: () => {
      const tool = process('C:\\Temp\\dnscat.exe', 'dnscat.exe');
      return [
        tool.start,
        ...['a', 'b', 'c'].map((label) =>
          tool.did(22, {
            ...{ QueryName: `${label.repeat(40)}.evil.example`, QueryStatus: '0' },
            QueryResults: 'type:  5 x.evil.example;::ffff:192.0.2.1;',
          }),
        ),
      ];
    },
    kql: `DeviceEvents | where ActionType == "DnsQueryResponse"
      | extend A = parse_json(AdditionalFields), Name = tostring(parse_json(AdditionalFields).DnsQueryString)
      | where strlen(Name) > 40
      | summarize Names = dcount(Name), Address = take_any(tostring(A.DnsQueryResult[1].Result)) by InitiatingProcessFileName`,
    wanted: [{ InitiatingProcessFileName: 'dnscat.exe', Names: 3, Address: '192.0.2.1' }],
  },
  {
    name: 'new administrator',
    events: () => [
      logOf.security(4720, {
        ...{ ...subject, TargetUserName: 'Backdoor', TargetDomainName: 'PC1' },
        TargetSid: 'S-1-5-21-7-7-7-1002',
      }),
      logOf.security(4732, {
        ...{ ...subject, MemberName: '-', MemberSid: 'S-1-5-21-7-7-7-1002' },
        ...{
          TargetUserName: 'Administrators',
          TargetDomainName: 'Builtin',
          TargetSid: 'S-1-5-32-544',
        },
      }),
    ],
    kql: `DeviceEvents | where ActionType == "UserAccountCreated"
      | project DeviceId, AccountSid, NewAccount = AccountName
      | join kind=inner (DeviceEvents | where ActionType == "UserAccountAddedToLocalGroup"
          | extend GroupSid = tostring(parse_json(AdditionalFields).GroupSid)) on DeviceId, AccountSid
      | where GroupSid == "S-1-5-32-544" | project NewAccount, InitiatingProcessAccountName`,
    wanted: [{ NewAccount: 'backdoor', InitiatingProcessAccountName: 'admin' }],
  },
  {
    name: 'driver that can be abused',
    events: () => [
      logOf.sysmon(6, {
        ...{ UtcTime: utc, ImageLoaded: '\\??\\C:\\Temp\\RTCore64.sys', Signed: 'true' },
        Hashes: `SHA256=${'0A'.repeat(32)}`,
      }),
    ],
    kql: `DeviceEvents | where ActionType == "DriverLoad" | project FolderPath, SHA256`,
    wanted: [{ FolderPath: 'C:\\Temp\\RTCore64.sys', SHA256: '0a'.repeat(32) }],
  },
  {
    name: 'files deleted after use',
    events: () => {
      const tool = process('C:\\Temp\\sdelete.exe', 'sdelete.exe');
      return [
        tool.start,
        tool.did(11, { TargetFilename: 'C:\\Temp\\loot.zip', CreationUtcTime: utc }),
        tool.did(23, { TargetFilename: 'C:\\Temp\\loot.zip', Hashes: `MD5=${'34'.repeat(16)}` }),
      ];
    },
    kql: `DeviceFileEvents | where FileName == "loot.zip"
      | summarize Actions = array_sort_asc(make_set(ActionType)), MD5 = take_anyif(MD5, isnotempty(MD5))
          by FolderPath, InitiatingProcessFileName`,
    wanted: [
      {
        FolderPath: 'C:\\Temp\\loot.zip',
        InitiatingProcessFileName: 'sdelete.exe',
        Actions: ['FileCreated', 'FileDeleted'],
        MD5: '34'.repeat(16),
      },
    ],
  },
  {
    name: 'unwanted application put away',
    events: () => [
      logOf.defender(1117, {
        ...{ 'Threat Name': 'PUA:Win32/Adware', 'Severity Name': 'Low', 'Execution ID': '4' },
        ...{ Path: 'file:_C:\\Temp\\toolbar.exe', 'Action ID': '2', 'Action Name': 'Quarantaine' },
      }),
    ],
    kql: `DeviceEvents | where ActionType startswith "Antivirus"
      | extend x = parse_json(AdditionalFields)
      | project FolderPath, FileName, ThreatName = tostring(x.ThreatName), Action = toint(x.Action),
          WasExecutingWhileDetected = tostring(x.WasExecutingWhileDetected), WasRemediated = tobool(x.WasRemediated)
      | where ThreatName startswith_cs 'PUA:'`,
    wanted: [
      {
        FolderPath: 'C:\\Temp\\toolbar.exe',
        FileName: 'toolbar.exe',
        ThreatName: 'PUA:Win32/Adware',
        Action: 2,
        WasExecutingWhileDetected: 'false',
        WasRemediated: true,
      },
    ],
  },
  {
    name: 'passwords of a browser decrypted',
    events: () => {
      const thief = process('C:\\Temp\\RegAsm.exe', 'RegAsm.exe x.dll');
      return [
        thief.start,
        logOf.dpapi(16385, {
          ...{ OperationType: 'SPCryptUnprotect', DataDescription: 'Google Chrome' },
          CallerProcessID: String(lastPid),
        }),
      ];
    },
    kql: `DeviceEvents | where ActionType == "DpapiAccessed"
      | where InitiatingProcessFileName has_any ("RegAsm.exe", "MSBuild.exe")
      | where (AdditionalFields has_any("Google Chrome", "Microsoft Edge") and AdditionalFields has_any("SPCryptUnprotect"))
      | extend json = parse_json(AdditionalFields)
      | extend dataDesp = tostring(json.DataDescription.PropertyValue), opType = tostring(json.OperationType.PropertyValue)
      | where (dataDesp in~ ("Google Chrome", "Microsoft Edge") and opType =~ "SPCryptUnprotect")
      | project InitiatingProcessFileName, InitiatingProcessCommandLine, dataDesp`,
    wanted: [
      {
        InitiatingProcessFileName: 'regasm.exe',
        InitiatingProcessCommandLine: 'RegAsm.exe x.dll',
        dataDesp: 'Google Chrome',
      },
    ],
  },
  {
    name: 'folder that Defender is to leave alone',
    events: () => {
      const tool = process(`${system32}wbem\\wmiprvse.exe`, 'wmiprvse.exe');
      return [
        tool.start,
        tool.did(13, {
          EventType: 'SetValue',
          TargetObject:
            'HKLM\\SOFTWARE\\Microsoft\\Windows Defender\\Exclusions\\Paths\\%%TEMP%%\\evil',
          Details: 'DWORD (0x00000000)',
        }),
      ];
    },
    kql: `DeviceRegistryEvents | where RegistryKey endswith @"\\Windows Defender\\Exclusions\\Paths"
      | project RegistryValueName, RegistryValueType, RegistryValueData`,
    wanted: [
      { RegistryValueName: '%TEMP%\\evil', RegistryValueType: 'Dword', RegistryValueData: '0' },
    ],
  },
  {
    name: 'file of the system account',
    events: () => [
      logOf.sysmon(11, {
        ...{ UtcTime: utc, ProcessGuid: guid(9999), ProcessId: '9999' },
        ...{ Image: 'C:\\Temp\\dump.exe', User: 'NT AUTHORITY\\SYSTEM' },
        TargetFilename: '\\\\?\\UNC\\files\\drop\\lsass.dmp',
      }),
    ],
    kql: `DeviceFileEvents
      | where FolderPath endswith ".dmp" and InitiatingProcessFolderPath endswith "\\\\dump.exe"
      | where RequestAccountName =~ "SYSTEM" and RequestAccountDomain =~ "NT AUTHORITY"
      | project FileName, FolderPath, RequestAccountSid`,
    wanted: [
      {
        FileName: 'lsass.dmp',
        FolderPath: '\\\\files\\drop\\lsass.dmp',
        RequestAccountSid: 'S-1-5-18',
      },
    ],
  },
  {
    name: 'commands through a service, as smbexec runs them',
    events: () => [
      logOf.services(7045, {
        ...{ ServiceName: 'BTOBTO', ServiceType: 'user mode service', StartType: 'demand start' },
        ImagePath:
          '%COMSPEC% /Q /c echo dir ^> \\\\127.0.0.1\\C$\\__output 2^>^&1 > %TEMP%\\execute.bat & %COMSPEC% /Q /c %TEMP%\\execute.bat',
      }),
    ],
    kql: `DeviceEvents | where ActionType == "ServiceInstalled"
      | where ProcessCommandLine has_all ("/Q /c echo", "execute.bat") or AdditionalFields has "__output"
      | project FileName, FolderPath, Name = tostring(parse_json(AdditionalFields).ServiceName)`,
    wanted: [{ FileName: 'cmd.exe', FolderPath: 'C:\\Windows\\System32\\cmd.exe', Name: 'BTOBTO' }],
  },
  {
    name: 'driver that is a service',
    events: () => [
      logOf.services(7045, {
        ...{
          ServiceName: 'RTCore64',
          StartType: 'demand start',
          ServiceType: 'kernel mode driver',
        },
        ImagePath: '\\??\\C:\\Users\\bob\\AppData\\Local\\Temp\\RTCore64.sys',
      }),
    ],
    kql: `DeviceEvents | where ActionType == "ServiceInstalled"
      | extend A = parse_json(AdditionalFields) | where toint(A.ServiceType) == 1
      | where FolderPath has @"\\AppData\\Local\\Temp" | project FileName, Start = toint(A.ServiceStartType)`,
    wanted: [{ FileName: 'RTCore64.sys', Start: 3 }],
  },
  {
    name: 'shadow copies deleted, told by the Security log alone',
    events: () => [
      logOf.security(4688, {
        ...{ ...subject, NewProcessId: '0x1b2c', ProcessId: '0xa10', TokenElevationType: '%%1937' },
        ...{ NewProcessName: `${system32}vssadmin.exe`, ParentProcessName: `${system32}cmd.exe` },
        ...{ CommandLine: 'vssadmin delete shadows /all /quiet', MandatoryLabel: 'S-1-16-12288' },
      }),
    ],
    kql: `DeviceProcessEvents | where FileName =~ "vssadmin.exe" and ProcessCommandLine has_all ("delete", "shadows")
      | project InitiatingProcessFileName, ProcessId, InitiatingProcessId, ProcessIntegrityLevel,
          ProcessTokenElevation, AccountName`,
    wanted: [
      {
        InitiatingProcessFileName: 'cmd.exe',
        ...{ ProcessId: 6956, InitiatingProcessId: 2576, ProcessIntegrityLevel: 'High' },
        ...{ ProcessTokenElevation: 'TokenElevationTypeFull', AccountName: 'admin' },
      },
    ],
  },
  {
    name: 'passwords of WDigest switched on',
    events: () => [
      logOf.security(4657, {
        ...{ ...subject, OperationType: '%%1905', ProcessId: '0x1cc' },
        ...{ OldValueType: '%%1876', OldValue: '0', NewValueType: '%%1876', NewValue: '1' },
        ObjectName:
          '\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001\\Control\\SecurityProviders\\WDigest',
        ...{ ObjectValueName: 'UseLogonCredential', ProcessName: `${system32}reg.exe` },
      }),
    ],
    kql: `DeviceRegistryEvents
      | where RegistryKey has @"Control\\SecurityProviders\\WDigest" and RegistryValueName =~ "UseLogonCredential"
      | where RegistryValueData == "1"
      | project ActionType, RegistryKey, PreviousRegistryValueData, InitiatingProcessFileName, InitiatingProcessAccountName`,
    wanted: [
      {
        ActionType: 'RegistryValueSet',
        RegistryKey:
          'HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Control\\SecurityProviders\\WDigest',
        ...{ PreviousRegistryValueData: '0', InitiatingProcessFileName: 'reg.exe' },
        InitiatingProcessAccountName: 'admin',
      },
    ],
  },
  {
    name: 'debugger of an accessibility program',
    events: () => {
      const tool = process(`${system32}cmd.exe`, 'cmd.exe /c sticky');
      return [
        tool.start,
        tool.did(13, {
          EventType: 'SetValue',
          TargetObject:
            'HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Image File Execution Options\\sethc.exe\\Debugger',
          Details: `${system32}cmd.exe`,
        }),
      ];
    },
    kql: `DeviceRegistryEvents
      | where RegistryKey has @"Image File Execution Options" and RegistryValueName == "Debugger"
      | extend Program = tostring(split(RegistryKey, @"\\")[-1])
      | where Program in~ ("sethc.exe", "utilman.exe", "osk.exe", "magnify.exe")
      | project Program, RegistryValueData, InitiatingProcessCommandLine`,
    wanted: [
      {
        Program: 'sethc.exe',
        RegistryValueData: 'C:\\Windows\\System32\\cmd.exe',
        InitiatingProcessCommandLine: 'cmd.exe /c sticky',
      },
    ],
  },
  {
    name: 'service of the event log that no longer starts, and what was deleted',
    events: () => {
      const tool = process('C:\\Temp\\quiet.exe', 'quiet.exe');
      const key = 'HKLM\\System\\CurrentControlSet\\Services\\EventLog';
      return [
        tool.start,
        tool.did(13, {
          ...{ EventType: 'SetValue', TargetObject: `${key}\\Start` },
          Details: 'DWORD (0x00000004)',
        }),
        tool.did(14, {
          ...{ EventType: 'RenameKey', TargetObject: `${key}\\Security` },
          NewName: `${key}\\Sec2`,
        }),
      ];
    },
    kql: `DeviceRegistryEvents | where InitiatingProcessFileName == "quiet.exe"
      | where RegistryKey startswith @"HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\EventLog"
      | project ActionType, Name = tostring(split(RegistryKey, @"\\")[-1]), RegistryValueName, RegistryValueData,
          Before = tostring(split(PreviousRegistryKey, @"\\")[-1]) | order by ActionType asc`,
    wanted: [
      {
        ...{ ActionType: 'RegistryKeyRenamed', Name: 'Sec2', Before: 'Security' },
        ...{ RegistryValueName: '', RegistryValueData: '' },
      },
      {
        ...{ ActionType: 'RegistryValueSet', Name: 'EventLog', Before: '' },
        ...{ RegistryValueName: 'Start', RegistryValueData: '4' },
      },
    ],
  },
  {
    name: 'credentials of another account',
    events: () => [
      logOf.security(4648, {
        ...{ ...subject, TargetUserName: 'SVC_SQL', TargetDomainName: 'CONTOSO' },
        ...{ TargetServerName: 'sql1.contoso.com', TargetInfo: 'sql1.contoso.com' },
        ...{ ProcessId: '0x4c8', ProcessName: 'C:\\Temp\\Rubeus.exe', IpAddress: '-', IpPort: '-' },
      }),
    ],
    kql: `DeviceLogonEvents | where ActionType == "LogonAttempted" and InitiatingProcessFileName =~ "rubeus.exe"
      | project AccountName, AccountDomain, RemoteDeviceName, InitiatingProcessAccountName, InitiatingProcessId`,
    wanted: [
      {
        ...{ AccountName: 'svc_sql', AccountDomain: 'contoso' },
        ...{ RemoteDeviceName: 'sql1.contoso.com', InitiatingProcessAccountName: 'admin' },
        InitiatingProcessId: 1224,
      },
    ],
  },
  {
    name: 'logons that failed for other reasons than the password',
    events: () =>
      ['0xc0000072', '0xc0000234', '0xc0000193', '0xc0000071'].map((SubStatus, index) =>
        logOf.security(4625, {
          ...{ ...subject, TargetUserName: `Old${index}`, TargetDomainName: 'CONTOSO' },
          ...{ LogonType: '10', Status: '0xc000006e', SubStatus, IpAddress: '10.0.0.77' },
        }),
      ),
    kql: `DeviceLogonEvents | where ActionType == "LogonFailed" and RemoteIP == "10.0.0.77" and LogonType == "RemoteInteractive"
      | summarize Reasons = array_sort_asc(make_set(FailureReason))`,
    wanted: [
      { Reasons: ['AccountDisabled', 'AccountExpired', 'AccountLockedOut', 'PasswordExpired'] },
    ],
  },
  {
    name: 'security log cleared, and policy of audit before it',
    events: () => [
      logOf.security(4719, {
        ...{ ...subject, CategoryId: '%%8273', SubcategoryId: '%%12544' },
        AuditPolicyChanges: '%%8448, %%8450',
      }),
      logOf.eventlog(1102, subject),
    ],
    kql: `DeviceEvents | where ActionType in ("SecurityLogCleared", "AuditPolicyModification")
      | summarize Actions = array_sort_asc(make_set(ActionType)) by AccountName, AccountDomain, InitiatingProcessAccountSid`,
    wanted: [
      {
        ...{ AccountName: 'admin', AccountDomain: 'contoso' },
        InitiatingProcessAccountSid: 'S-1-5-21-1-2-3-500',
        Actions: ['AuditPolicyModification', 'SecurityLogCleared'],
      },
    ],
  },
  {
    name: 'rights over the directory that protected groups are given',
    events: () => [
      logOf.security(5136, {
        ...{ ...subject, DSName: 'contoso.com', ObjectClass: 'container' },
        ObjectDN: 'CN=AdminSDHolder,CN=System,DC=contoso,DC=com',
        ...{ AttributeLDAPDisplayName: 'nTSecurityDescriptor', OperationType: '%%14674' },
        AttributeValue: 'O:DAG:DAD:PAI(A;;GA;;;S-1-5-21-1-2-3-1105)',
      }),
    ],
    kql: `DeviceEvents | where ActionType == "DirectoryServiceObjectModified"
      | extend A = parse_json(AdditionalFields)
      | where tostring(A.ObjectDN) startswith "CN=AdminSDHolder" and A.AttributeLDAPDisplayName =~ "ntSecurityDescriptor"
      | project AccountName, Value = extract(@"S-1-5-21[\\d-]+", 0, tostring(A.AttributeValue))`,
    wanted: [{ AccountName: 'admin', Value: 'S-1-5-21-1-2-3-1105' }],
  },
  {
    name: 'pipes over the network',
    events: () =>
      ['efsrpc', 'spoolss'].map((RelativeTargetName) =>
        logOf.security(5145, {
          ...{ ...subject, ObjectType: 'File', IpAddress: '10.0.0.88', IpPort: '50444' },
          ...{ ShareName: '\\\\*\\IPC$', RelativeTargetName, AccessMask: '0x12019f' },
        }),
      ),
    kql: `DeviceEvents | where ActionType == "NetworkShareObjectAccessChecked" and RemoteIP == "10.0.0.88"
      | extend A = parse_json(AdditionalFields) | where tostring(A.ShareName) endswith "IPC$"
      | where FileName in~ ("efsrpc", "spoolss", "netdfs", "lsarpc")
      | summarize Pipes = array_sort_asc(make_set(FileName)) by AccountName, RemotePort`,
    wanted: [{ AccountName: 'admin', RemotePort: 50444, Pipes: ['efsrpc', 'spoolss'] }],
  },
  {
    name: 'Remote Desktop, before its session',
    events: () => [
      logOf.remoteDesktop(1149, { Param1: 'Eve', Param2: 'CONTOSO', Param3: '198.51.100.99' }),
    ],
    kql: `DeviceEvents | where ActionType == "RemoteDesktopConnection" and RemoteIP == "198.51.100.99"
      | project AccountName, AccountDomain`,
    wanted: [{ AccountName: 'eve', AccountDomain: 'contoso' }],
  },
  {
    name: 'task that was there for a moment',
    events: () => [
      logOf.tasks(106, { TaskName: '\\ZyxwV', UserContext: 'CONTOSO\\Bob' }),
      logOf.tasks(141, { TaskName: '\\ZyxwV', UserName: 'CONTOSO\\Bob' }),
    ],
    kql: `DeviceEvents | where ActionType in ("ScheduledTaskCreated", "ScheduledTaskDeleted")
      | extend Task = tostring(parse_json(AdditionalFields).TaskName) | where Task matches regex @"^\\\\[A-Za-z]{5,8}$" and Task != @"\\Updater"
      | summarize Actions = dcount(ActionType) by Task, AccountName | where Actions == 2`,
    wanted: [{ Task: '\\ZyxwV', AccountName: 'bob', Actions: 2 }],
  },
  {
    name: 'subscription of WMI',
    events: () => [
      logOf.sysmon(21, {
        ...{ EventType: 'WmiBindingEvent', UtcTime: utc, Operation: 'Created' },
        ...{ User: 'CONTOSO\\Bob', Filter: ' "__EventFilter.Name=\\"Updater\\""' },
        Consumer: ' "CommandLineEventConsumer.Name=\\"Updater\\""',
      }),
    ],
    kql: `DeviceEvents | where ActionType == "WmiBindEventFilterToConsumer"
      | extend A = parse_json(AdditionalFields)
      | where tostring(A.Consumer) has_any ("CommandLineEventConsumer", "ActiveScriptEventConsumer")
      | project InitiatingProcessAccountName, Filter = tostring(A.ESS) has "Updater"`,
    wanted: [{ InitiatingProcessAccountName: 'bob', Filter: true }],
  },
  {
    name: 'theft from lsass that was blocked',
    events: () => [
      logOf.defender(1121, {
        ...{ ID: '9E6C4E1F-7D60-472F-BA1A-A39EF669E4B2', User: 'CONTOSO\\Bob' },
        ...{ Path: `${system32}lsass.exe`, 'Process Name': 'C:\\Temp\\dumper.exe' },
      }),
    ],
    kql: `DeviceEvents | where ActionType startswith "Asr" and ActionType endswith "Blocked"
      | project ActionType, FileName, InitiatingProcessFileName, InitiatingProcessAccountName`,
    wanted: [
      {
        ...{ ActionType: 'AsrLsassCredentialTheftBlocked', FileName: 'lsass.exe' },
        ...{ InitiatingProcessFileName: 'dumper.exe', InitiatingProcessAccountName: 'bob' },
      },
    ],
  },
  {
    name: 'connection that the firewall blocked, and a port that was opened',
    events: () => [
      logOf.security(5157, {
        ...{ ProcessID: '6600', Application: '\\device\\harddiskvolume2\\temp\\nc.exe' },
        ...{ Direction: '%%14593', SourceAddress: '10.0.0.5', SourcePort: '50111' },
        ...{ DestAddress: '203.0.113.99', DestPort: '4444', Protocol: '6' },
      }),
      logOf.security(5154, {
        ...{ ProcessId: '6600', Application: '\\device\\harddiskvolume2\\temp\\nc.exe' },
        ...{ SourceAddress: '0.0.0.0', SourcePort: '4444', Protocol: '6' },
      }),
    ],
    kql: `union DeviceEvents, DeviceNetworkEvents
      | where ActionType in ("FirewallOutboundConnectionBlocked", "ListeningConnectionCreated") and InitiatingProcessFileName == "nc.exe"
      | project ActionType, InitiatingProcessFolderPath, RemoteIP, RemotePort, LocalPort | order by ActionType asc`,
    wanted: [
      {
        ActionType: 'FirewallOutboundConnectionBlocked',
        InitiatingProcessFolderPath: 'c:\\temp\\nc.exe',
        ...{ RemoteIP: '203.0.113.99', RemotePort: 4444, LocalPort: 50111 },
      },
      {
        ActionType: 'ListeningConnectionCreated',
        InitiatingProcessFolderPath: 'c:\\temp\\nc.exe',
        ...{ RemoteIP: '', RemotePort: null, LocalPort: 4444 },
      },
    ],
  },
  {
    name: 'program that the service control manager starts when it is asked from afar',
    events: () => {
      const manager = `${system32}services.exe`;
      const pid = 9000 + manager.length;
      return [
        logOf.sysmon(3, {
          ...{ UtcTime: utc, ProcessGuid: guid(pid), ProcessId: String(pid), Image: manager },
          ...{ Protocol: 'tcp', Initiated: 'false', SourceIp: '10.0.0.44', SourcePort: '50100' },
          ...{ DestinationIp: '10.0.0.5', DestinationPort: '49670' },
        }),
        process(`${system32}cmd.exe`, 'cmd.exe /c echo x > \\\\.\\pipe\\x', manager).start,
      ];
    },
    kql: `DeviceNetworkEvents
      | where InitiatingProcessFileName in~ ("services.exe") and ActionType =~ "InboundConnectionAccepted"
      | project-rename TimestampOfConnection = Timestamp
      | join kind=inner hint.strategy=shuffle (DeviceProcessEvents
          | where InitiatingProcessFileName =~ "services.exe"
          | project TimestampOfChild = Timestamp, DeviceId, FileName, ProcessCommandLine, InitiatingProcessFileName, InitiatingProcessId)
          on DeviceId, InitiatingProcessId, InitiatingProcessFileName
      | where datetime_diff("Second", TimestampOfChild, TimestampOfConnection) between (0 .. 10)
      | project RemoteIP, FileName, ToPipe = ProcessCommandLine has "pipe"`,
    wanted: [{ RemoteIP: '10.0.0.44', FileName: 'cmd.exe', ToPipe: true }],
  },
  {
    name: 'runas, and the logon that it has led to',
    events: () => [
      process(`${system32}runas.exe`, 'runas.exe /user:CONTOSO\\trudy cmd.exe').start,
      logon({
        ...{ TargetUserName: 'Trudy', TargetUserSid: 'S-1-5-21-1-2-3-1009', LogonType: '2' },
        ...{ LogonProcessName: 'seclogo', AuthenticationPackageName: 'Negotiate' },
        ...{ IpAddress: '::1', IpPort: '0', ElevatedToken: '%%1842', LmPackageName: '-' },
      }),
    ],
    kql: `DeviceProcessEvents | where FileName =~ "runas.exe"
      | extend Words = parse_command_line(tostring(ProcessCommandLine), "windows")
      | extend ElevatedAccount = tolower(extract("u(ser)?:([a-zA-Z0-9_\\\\\\\\]+)", 2, tostring(Words)))
      | extend CleanElevatedAccountName = trim("(.*\\\\\\\\)", ElevatedAccount)
      | join kind=leftouter (DeviceLogonEvents | project-rename CleanElevatedAccountName = AccountName)
          on CleanElevatedAccountName, DeviceId
      | where AccountName !~ CleanElevatedAccountName and LogonType != "Unknown"
      | project AccountName, ActionType1, LogonType, AccountSid1, IsLocalAdmin`,
    wanted: [
      {
        ...{ AccountName: 'bob', ActionType1: 'LogonSuccess', LogonType: 'Interactive' },
        ...{ AccountSid1: 'S-1-5-21-1-2-3-1009', IsLocalAdmin: true },
      },
    ],
  },
];

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** The same events as several shippers write them. */
const shippers: Readonly<Record<string, (event: LogEvent, record: number) => object | string>> = {
  winlogbeat: ({ provider, id, data }, record) => ({
    '@timestamp': isoTime,
    event: { code: String(id), provider, kind: 'event' },
    host: { name: 'collector' },
    winlog: {
      ...{ provider_name: provider, event_id: String(id), computer_name: computer },
      ...{ record_id: record, event_data: data },
    },
  }),
  nxlog: ({ provider, id, data }, record) => ({
    ...{ EventTime: '2026-01-05T10:11:12.400Z', Hostname: computer, SourceName: provider },
    ...{ EventID: id, RecordNumber: record, SourceModuleType: 'im_msvistalog', Severity: 'INFO' },
    ...data,
  }),
  xml: ({ provider, id, data }, record) =>
    `<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='${provider}'/><EventID>${id}</EventID><TimeCreated SystemTime='${isoTime}'/><EventRecordID>${record}</EventRecordID><Computer>${computer}</Computer></System><EventData>${Object.entries(
      data,
    )
      .map(([name, text]) => `<Data Name='${name}'>${escaped(text)}</Data>`)
      .join('')}</EventData></Event>`,
  evtxecmd: ({ provider, id, data }, record) => ({
    ...{ Provider: provider, EventId: id, Computer: computer, TimeCreated: isoTime },
    EventRecordId: String(record),
    Payload: JSON.stringify({
      EventData: {
        Data: Object.entries(data).map(([name, text]) => ({ '@Name': name, '#text': text })),
      },
    }),
  }),
  opentelemetry: ({ provider, id, data }, record) => ({
    ...{ computer, channel: 'x', system_time: isoTime, record_id: record },
    ...{ event_id: { id, qualifiers: 0 }, provider: { name: provider, guid: '' } },
    event_data: { data: Object.entries(data).map(([name, text]) => ({ [name]: text })) },
  }),
};

const events = techniques.flatMap((technique) => technique.events());

describe('techniques are found, whoever ships the events', async () => {
  const started = startTestIngest();
  for (const [shipper, write] of Object.entries(shippers)) {
    describe(shipper, () => {
      const tenant = `techniques-${shipper}`;
      let loaded: Promise<unknown> | undefined;
      it.each(techniques.map((technique) => [technique.name, technique] as const))(
        '%s',
        { timeout: 120_000 },
        async (_, { kql, wanted }) => {
          const test = await started;
          loaded ??= (async () => {
            const file = path.join(test.directory, `${shipper}.log`);
            const lines = events.map((event, index) => {
              const record = write(event, index + 1);
              return typeof record === 'string' ? record : JSON.stringify(record);
            });
            writeFileSync(file, `${lines.join('\n')}\n`);
            await load(test, tenant, [file]);
          })();
          await loaded;
          const rows = await answer(test.engine, tenant, kql);
          expect(rows.map((row) => ({ ...row }))).toEqual(wanted);
        },
      );
    });
  }
});
