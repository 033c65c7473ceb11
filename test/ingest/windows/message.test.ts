import { describe, expect, it } from 'vitest';
import { converted, onlyRow } from '../convert.js';

const computer = 'PC1.contoso.com';

describe('values that are in the message alone', () => {
  const said = (source: string, id: number, message: string) => ({
    Id: id,
    ProviderName: source,
    MachineName: computer,
    TimeCreated: '/Date(1767607872400)/',
    Message: message.replaceAll('\n', '\r\n'),
  });
  const auditing = 'Microsoft-Windows-Security-Auditing';
  const subject = `Subject:
\tSecurity ID:\t\tS-1-5-21-1-2-3-500
\tAccount Name:\t\tAdmin
\tAccount Domain:\t\tCONTOSO
\tLogon ID:\t\t0x1F4
`;
  const start = `A new process has been created.

Creator ${subject}
Target Subject:
\tSecurity ID:\t\tNULL SID
\tAccount Name:\t\t-
\tAccount Domain:\t\t-
\tLogon ID:\t\t0x0

Process Information:
\tNew Process ID:\t\t0x2a
\tNew Process Name:\tC:\\Windows\\System32\\cmd.exe
\tToken Elevation Type:\t%%1936
\tMandatory Label:\t\tMandatory Label\\High Mandatory Level
\tCreator Process ID:\t0x7
\tCreator Process Name:\tC:\\Windows\\explorer.exe
\tProcess Command Line:\tcmd.exe /c whoami
`;
  const started = {
    table: 'DeviceProcessEvents',
    DeviceName: 'pc1.contoso.com',
    ProcessId: 42,
    FolderPath: 'C:\\Windows\\System32\\cmd.exe',
    ProcessCommandLine: 'cmd.exe /c whoami',
    ProcessIntegrityLevel: 'High',
    ProcessTokenElevation: 'TokenElevationTypeDefault',
    AccountName: 'admin',
    AccountDomain: 'contoso',
    AccountSid: 'S-1-5-21-1-2-3-500',
    LogonId: 500,
    InitiatingProcessId: 7,
    InitiatingProcessFileName: 'explorer.exe',
  };

  it.each([
    ['a process start', said(auditing, 4688, start), started],
    [
      'a process start by the system, whose SID has a name',
      said(
        auditing,
        4688,
        start
          .replace('S-1-5-21-1-2-3-500', 'NT AUTHORITY\\SYSTEM')
          .replace('Admin', 'PC1$')
          .replace('%%1936', 'TokenElevationTypeDefault (1)'),
      ),
      {
        ProcessTokenElevation: 'TokenElevationTypeDefault',
        AccountName: 'system',
        AccountDomain: 'nt authority',
        AccountSid: 'S-1-5-18',
        InitiatingProcessAccountName: 'system',
      },
    ],
    [
      'an audit policy changed',
      said(
        auditing,
        4719,
        `System audit policy was changed.

${subject}
Audit Policy Change:
\tCategory:\t\tLogon/Logoff
\tSubcategory:\t\tLogon
\tSubcategory GUID:\t{0cce9215-69ae-11d9-bed3-505054503030}
\tChanges:\t\tSuccess removed
`,
      ),
      {
        ActionType: 'AuditPolicyModification',
        AccountName: 'admin',
        AdditionalFields: {
          CategoryId: 'Logon/Logoff',
          SubcategoryId: 'Logon',
          SubcategoryGuid: '{0cce9215-69ae-11d9-bed3-505054503030}',
          AuditPolicyChanges: 'Success removed',
        },
      },
    ],
    [
      'an object of the directory changed',
      said(
        auditing,
        5136,
        `A directory service object was modified.

${subject}
Directory Service:
\tName:\tcontoso.com
\tType:\tActive Directory Domain Services

Object:
\tDN:\tCN=Eve,DC=contoso,DC=com
\tGUID:\t{1}
\tClass:\tuser

Attribute:
\tLDAP Display Name:\tservicePrincipalName
\tSyntax (OID):\t2.5.5.12
\tValue:\thttp/eve

Operation:
\tType:\tValue Added
\tCorrelation ID:\t{2}
`,
      ),
      {
        ActionType: 'DirectoryServiceObjectModified',
        AdditionalFields: {
          DSName: 'contoso.com',
          ObjectDN: 'CN=Eve,DC=contoso,DC=com',
          ObjectClass: 'user',
          AttributeLDAPDisplayName: 'servicePrincipalName',
          AttributeValue: 'http/eve',
          OperationType: '%%14674',
        },
      },
    ],
    [
      'a device, with lists of several lines',
      said(
        auditing,
        6416,
        `A new external device was recognized by the system.

${subject}
Device ID:\tUSBSTOR\\Disk

Device Name:\tStick

Class Name:\tDiskDrive

Vendor IDs:\t
\t\tUSBSTOR\\A
\t\tUSBSTOR\\B

Location Information:
\t\tBus 1
`,
      ),
      {
        ActionType: 'PnpDeviceConnected',
        AdditionalFields: {
          DeviceId: 'USBSTOR\\Disk',
          DeviceDescription: 'Stick',
          ClassName: 'DiskDrive',
          VendorIds: expect.stringMatching(/USBSTOR\\A\s+USBSTOR\\B/),
          LocationInformation: expect.stringContaining('Bus 1'),
        },
      },
    ],
    [
      'a task, by its own log',
      said(
        'Microsoft-Windows-TaskScheduler',
        106,
        'User "CONTOSO\\Admin"  registered Task Scheduler task "\\Evil task"',
      ),
      {
        ActionType: 'ScheduledTaskCreated',
        AccountName: 'admin',
        AccountDomain: 'contoso',
        AdditionalFields: { TaskName: '\\Evil task' },
      },
    ],
    [
      'a program that AppLocker has stopped',
      said(
        'Microsoft-Windows-AppLocker',
        8004,
        '%OSDRIVE%\\TEMP\\A B.EXE was prevented from running.',
      ),
      { ActionType: 'AppControlExecutableBlocked', FolderPath: 'C:\\TEMP\\A B.EXE' },
    ],
    [
      'Remote Desktop',
      said(
        'Microsoft-Windows-TerminalServices-RemoteConnectionManager',
        1149,
        `Remote Desktop Services: User authentication succeeded:

User: Admin
Domain: CONTOSO
Source Network Address: 203.0.113.9`,
      ),
      {
        ActionType: 'RemoteDesktopConnection',
        AccountName: 'admin',
        AccountDomain: 'contoso',
        RemoteIP: '203.0.113.9',
      },
    ],
    [
      'malware',
      said(
        'Microsoft-Windows-Windows Defender',
        1116,
        `Microsoft Defender Antivirus has detected malware or other potentially unwanted software.
 For more information please see the following:
https://example.org/?name=EICAR
 \tName: Virus:DOS/EICAR_Test_File
 \tID: 2147519003
 \tSeverity: Severe
 \tCategory: Virus
 \tPath: file:_C:\\Temp\\eicar.com
 \tUser: CONTOSO\\Admin
 \tProcess Name: C:\\Windows\\explorer.exe
`,
      ),
      {
        ActionType: 'AntivirusDetection',
        FolderPath: 'C:\\Temp\\eicar.com',
        AccountName: 'admin',
        InitiatingProcessFileName: 'explorer.exe',
        AdditionalFields: {
          ThreatName: 'Virus:DOS/EICAR_Test_File',
          Severity: 'Severe',
          Category: 'Virus',
        },
      },
    ],
    [
      'malware put away',
      said(
        'Microsoft-Windows-Windows Defender',
        1117,
        `Microsoft Defender Antivirus has taken action to protect this machine.
 \tName: Virus:DOS/EICAR_Test_File
 \tPath: file:_C:\\Temp\\eicar.com
 \tAction: Quarantine
 \tAction Status:  No additional actions required
 \tError Code: 0x00000000
`,
      ),
      { FileName: 'eicar.com', AdditionalFields: { Action: 2, WasRemediated: true } },
    ],
    [
      'a scan',
      said(
        'Microsoft-Windows-Windows Defender',
        1001,
        `Microsoft Defender Antivirus scan has finished.
 \tScan ID: {1}
 \tScan Type: Antimalware
 \tScan Parameters: Quick Scan
 \tUser: NT AUTHORITY\\SYSTEM
`,
      ),
      {
        ActionType: 'AntivirusScanCompleted',
        AdditionalFields: { ScanId: '{1}', ScanTypeIndex: 'Quick', User: 'NT AUTHORITY\\SYSTEM' },
      },
    ],
    [
      'tampering',
      said(
        'Microsoft-Windows-Windows Defender',
        5013,
        `Tamper Protection Blocked a change to Microsoft Defender Antivirus.
 \tValue: HKLM\\SOFTWARE\\a\\DisableRealtimeMonitoring = 0x1()
`,
      ),
      {
        ActionType: 'TamperingAttempt',
        AdditionalFields: {
          Status: 'Blocked',
          Target: 'HKLM\\SOFTWARE\\a\\DisableRealtimeMonitoring',
          TamperingAttemptedValue: '0x1',
        },
      },
    ],
    [
      'a setting of Defender',
      said(
        'Microsoft-Windows-Windows Defender',
        5007,
        `Microsoft Defender Antivirus Configuration has changed.
 \tOld value:
 \tNew value: HKLM\\SOFTWARE\\Microsoft\\Windows Defender\\Exclusions\\Extensions\\.ps1 = 0x0
`,
      ),
      { table: 'DeviceRegistryEvents', RegistryValueName: '.ps1', RegistryValueData: '0' },
    ],
    [
      'a member of a group that every Windows has',
      said(
        auditing,
        4732,
        `A member was added to a security-enabled local group.

${subject}
Member:
\tSecurity ID:\t\tCONTOSO\\eve
\tAccount Name:\t\tCN=eve,DC=contoso,DC=com

Group:
\tSecurity ID:\t\tBUILTIN\\Administrators
\tGroup Name:\t\tAdministrators
\tGroup Domain:\t\tBuiltin
`,
      ),
      { AccountName: 'eve', AdditionalFields: { GroupSid: 'S-1-5-32-544' } },
    ],
    [
      'a logon',
      said(
        auditing,
        4624,
        `An account was successfully logged on.

Subject:
\tSecurity ID:\t\tNULL SID
\tAccount Name:\t\t-
\tAccount Domain:\t\t-
\tLogon ID:\t\t0x0

Logon Information:
\tLogon Type:\t\t3
\tElevated Token:\t\tYes

New Logon:
\tSecurity ID:\t\tS-1-5-21-1-2-3-1001
\tAccount Name:\t\tMallory
\tAccount Domain:\t\tCONTOSO
\tLogon ID:\t\t0x2A

Network Information:
\tWorkstation Name:\tKALI
\tSource Network Address:\t10.0.0.9
\tSource Port:\t\t50000

Detailed Authentication Information:
\tLogon Process:\t\tNtLmSsp
\tAuthentication Package:\tNTLM
\tPackage Name (NTLM only):\tNTLM V2
`,
      ),
      {
        ActionType: 'LogonSuccess',
        LogonType: 'Network',
        AccountName: 'mallory',
        AccountSid: 'S-1-5-21-1-2-3-1001',
        LogonId: 42,
        Protocol: 'NTLM',
        RemoteIP: '10.0.0.9',
        RemotePort: 50000,
        RemoteDeviceName: 'KALI',
        IsLocalAdmin: true,
      },
    ],
    [
      'a history of SIDs, with the account that it is of',
      said(
        auditing,
        4765,
        `SID History was added to an account.

${subject}
Target Account:
\tSecurity ID:\t\tS-1-5-21-1-2-3-1001
\tAccount Name:\t\tMallory
\tAccount Domain:\t\tCONTOSO

Source Account:
\tSecurity ID:\t\tS-1-5-21-9-9-9-500
\tAccount Name:\t\tAdministrator

Additional Information:
\tPrivileges:\t\t-
\tSID List:\t\t\t-
`,
      ),
      {
        TargetAccountDisplayName: 'Mallory',
        AdditionalFields: {
          SourceUserName: 'Administrator',
          SourceSid: 'S-1-5-21-9-9-9-500',
          TargetSid: 'S-1-5-21-1-2-3-1001',
        },
      },
    ],
    [
      'a group of a domain that is deleted',
      said(
        auditing,
        4730,
        `A security-enabled global group was deleted.

${subject}
Deleted Group:
\tSecurity ID:\t\tS-1-5-21-1-2-3-1200
\tGroup Name:\t\tDrop
\tGroup Domain:\t\tCONTOSO

Additional Information:
\tPrivileges:\t\t-
`,
      ),
      {
        ...{ ActionType: 'SecurityGroupDeleted', AccountName: 'drop', AccountDomain: 'contoso' },
        ...{ AccountSid: 'S-1-5-21-1-2-3-1200', InitiatingProcessAccountName: 'admin' },
      },
    ],
    [
      'a ticket for a service',
      said(
        auditing,
        4769,
        `A Kerberos service ticket was requested.

Account Information:
\tAccount Name:\t\tbob@CONTOSO.COM
\tAccount Domain:\t\tCONTOSO.COM
\tLogon GUID:\t\t{11111111-0000-0000-0000-000000000000}

Service Information:
\tService Name:\t\tsvc_sql
\tService ID:\t\tS-1-5-21-1-2-3-1200

Network Information:
\tClient Address:\t\t::ffff:10.0.0.9
\tClient Port:\t\t50002

Additional Information:
\tTicket Options:\t\t0x40810000
\tTicket Encryption Type:\t0x17
\tFailure Code:\t\t0x0
\tTransited Services:\t-
`,
      ),
      {
        AccountName: 'bob',
        IPAddress: '10.0.0.9',
        AdditionalFields: {
          TicketEncryptionType: '0x17',
          LogonGuid: '{11111111-0000-0000-0000-000000000000}',
        },
      },
    ],
    [
      'a right of an account that is known by its name',
      said(
        auditing,
        4717,
        `System security access was granted to an account.

${subject}
Account Modified:
\tAccount Name:\t\tCONTOSO\\Mallory

Access Granted:
\tAccess Right:\t\tSeRemoteInteractiveLogonRight
`,
      ),
      {
        ActionType: 'LogonRightsSettingEnabled',
        AdditionalFields: {
          TargetUserName: 'CONTOSO\\Mallory',
          LogonRights: 'SeRemoteInteractiveLogonRight',
        },
      },
    ],
    [
      'a right of an account by its SID',
      said(
        auditing,
        4717,
        `System security access was granted to an account.

${subject}
Account Modified:
\tAccount Name:\t\tS-1-5-21-1-2-3-1001

Access Granted:
\tAccess Right:\t\tSeBatchLogonRight
`,
      ),
      { AdditionalFields: { TargetSid: 'S-1-5-21-1-2-3-1001' } },
    ],
    [
      'an application that the firewall has blocked',
      said(
        auditing,
        5031,
        `The Windows Firewall Service blocked an application from accepting incoming connections on the network.

Profiles:\t\tPublic
Application:\t\tC:\\Temp\\evil.exe
`,
      ),
      {
        ActionType: 'FirewallInboundConnectionToAppBlocked',
        FolderPath: 'C:\\Temp\\evil.exe',
        AdditionalFields: { Profiles: 'Public' },
      },
    ],
    [
      'a query of the DNS client',
      said(
        'Microsoft-Windows-DNS-Client',
        3008,
        'DNS query is completed for the name evil.example, type 1, query options 140737488355328 with status 0 Results type:  5 x.evil.example;192.0.2.7;',
      ),
      {
        ActionType: 'DnsQueryResponse',
        AdditionalFields: {
          DnsQueryString: 'evil.example',
          DnsQueryResult: [
            { DnsQueryType: 'CNAME', Result: 'x.evil.example' },
            { DnsQueryType: 'A', Result: '192.0.2.7' },
          ],
          QueryStatus: 0,
          QueryType: '1',
        },
      },
    ],
    [
      'a new member of a group',
      said(
        auditing,
        4732,
        `A member was added to a security-enabled local group.

${subject}
Member:
\tSecurity ID:\t\tS-1-5-21-1-2-3-1001
\tAccount Name:\t\t-

Group:
\tSecurity ID:\t\tS-1-5-32-544
\tGroup Name:\t\tAdministrators
\tGroup Domain:\t\tBuiltin
`,
      ),
      {
        ActionType: 'UserAccountAddedToLocalGroup',
        AccountSid: 'S-1-5-21-1-2-3-1001',
        InitiatingProcessAccountName: 'admin',
        AdditionalFields: { GroupName: 'Administrators', GroupSid: 'S-1-5-32-544' },
      },
    ],
    [
      'a task, whose content has lines of its own',
      said(
        auditing,
        4698,
        `A scheduled task was created.

${subject}
Task Information:
\tTask Name: \t\t\\Evil
\tTask Content: \t\t<?xml version="1.0" encoding="UTF-16"?>
<Task>
  <Command>evil.exe</Command>
</Task>
`,
      ),
      {
        ActionType: 'ScheduledTaskCreated',
        AccountName: 'admin',
        AdditionalFields: {
          TaskName: '\\Evil',
          TaskContent: expect.stringMatching(/<Command>evil.exe<\/Command>\n<\/Task>$/),
        },
      },
    ],
    [
      'an account, with its attributes and what was changed of them',
      said(
        auditing,
        4738,
        `A user account was changed.

${subject}
Target Account:
\tSecurity ID:\t\tS-1-5-21-1-2-3-1001
\tAccount Name:\t\tMallory
\tAccount Domain:\t\tCONTOSO

Changed Attributes:
\tSAM Account Name:\t-
\tDisplay Name:\t\tMallory M
\tOld UAC Value:\t\t0x10
\tNew UAC Value:\t\t0x2010
\tUser Account Control:\t
\t\t'Trusted For Delegation' - Enabled
\t\t'Normal Account' - Enabled
\tUser Parameters:\t-
\tSID History:\t\t-

Additional Information:
\tPrivileges:\t\t-
`,
      ),
      {
        ActionType: 'UserAccountModified',
        AccountName: 'mallory',
        AdditionalFields: {
          DisplayName: 'Mallory M',
          OldUacValue: '0x10',
          NewUacValue: '0x2010',
          UserAccountControl: expect.stringMatching(/Trusted For Delegation[\s\S]*Normal Account/),
        },
      },
    ],
    [
      'a check of access to a share, with all that was asked for',
      said(
        auditing,
        5145,
        `A network share object was checked to see whether client can be granted desired access.
\t
${subject}
Network Information:\t
\tObject Type:\t\tFile
\tSource Address:\t\t10.0.0.9
\tSource Port:\t\t50111
\t
Share Information:
\tShare Name:\t\t\\\\*\\ADMIN$
\tShare Path:\t\t\\??\\C:\\Windows
\tRelative Target Name:\tTemp\\x.exe

Access Request Information:
\tAccess Mask:\t\t0x120089
\tAccesses:\t\tREAD_CONTROL
\t\t\t\tSYNCHRONIZE
\t\t\t\t
Access Check Results:
\t-
`,
      ),
      {
        ActionType: 'NetworkShareObjectAccessChecked',
        RemoteIP: '10.0.0.9',
        FileName: 'x.exe',
        AdditionalFields: { AccessList: expect.stringMatching(/^READ_CONTROL\s+SYNCHRONIZE\s*$/) },
      },
    ],
    [
      'a failed logon, in what it says besides',
      said(
        auditing,
        4625,
        `An account failed to log on.

${subject}
Logon Type:\t\t\t3

Account For Which Logon Failed:
\tSecurity ID:\t\tNULL SID
\tAccount Name:\t\tmallory
\tAccount Domain:\t\tCONTOSO

Failure Information:
\tFailure Reason:\t\tUnknown user name or bad password.
\tStatus:\t\t\t0xC000006D
\tSub Status:\t\t0xC0000064

Network Information:
\tWorkstation Name:\tKALI
\tSource Network Address:\t10.0.0.9
\tSource Port:\t\t50111

Detailed Authentication Information:
\tLogon Process:\t\tNtLmSsp 
\tAuthentication Package:\tNTLM
\tTransited Services:\t-
\tPackage Name (NTLM only):\t-
\tKey Length:\t\t0
`,
      ),
      {
        ActionType: 'LogonFailed',
        AccountName: 'mallory',
        FailureReason: 'InvalidUserNameOrPassword',
        AdditionalFields: { FailureReason: 'Unknown user name or bad password.', KeyLength: '0' },
      },
    ],
    [
      'a service',
      said(
        'Service Control Manager',
        7045,
        `A service was installed in the system.

Service Name:  Evil
Service File Name:  %COMSPEC% /c evil.exe
Service Type:  user mode service
Service Start Type:  demand start
Service Account:  LocalSystem`,
      ),
      {
        ActionType: 'ServiceInstalled',
        FileName: 'cmd.exe',
        AdditionalFields: {
          ServiceName: 'Evil',
          ServiceAccount: 'LocalSystem',
          ServiceType: 16,
          ServiceStartType: 3,
        },
      },
    ],
    [
      'a script block',
      said(
        'Microsoft-Windows-PowerShell',
        4104,
        `Creating Scriptblock text (1 of 1):
iex $a
iex $b

ScriptBlock ID: 5f0c1a3e-0000-4000-8000-000000000001
Path: C:\\a.ps1`,
      ),
      {
        ActionType: 'AmsiScriptContent',
        AdditionalFields: {
          ScriptBlockId: '5f0c1a3e-0000-4000-8000-000000000001',
          Path: 'C:\\a.ps1',
          MessageNumber: 1,
          MessageTotal: 1,
          Content: 'iex $a\r\niex $b',
        },
      },
    ],
    [
      'a command',
      said(
        'Microsoft-Windows-PowerShell',
        4103,
        `CommandInvocation(Get-Item): "Get-Item"
ParameterBinding(Get-Item): name="Path"; value="x"


Context:
        Severity = Informational
        User = CONTOSO\\Bob
        Connected User = 


User Data:

`,
      ),
      {
        ActionType: 'PowerShellCommand',
        InitiatingProcessAccountName: 'bob',
        AdditionalFields: expect.objectContaining({ Command: 'Get-Item' }),
      },
    ],
  ])('%s', (_name, record, wanted) => {
    expect(onlyRow(converted([record], undefined, { extensions: true }))).toMatchObject(wanted);
  });

  it.each([
    [
      'a WMI subscription',
      {
        SourceName: 'Microsoft-Windows-WMI-Activity',
        EventID: 5861,
        Message:
          'Namespace = //./root/subscription; Eventfilter = Evil (refer to its activate eventid:5859); Consumer = CommandLineEventConsumer="Evil"; PossibleCause = Binding',
      },
      {
        ActionType: 'WmiBindEventFilterToConsumer',
        AdditionalFields: {
          Namespace: '//./root/subscription',
          ESS: 'Evil',
          Consumer: 'CommandLineEventConsumer="Evil"',
          PossibleCause: 'Binding',
        },
      },
    ],
    [
      'a cleared log',
      {
        SourceName: 'Microsoft-Windows-Eventlog',
        EventID: 1102,
        Message: `The audit log was cleared.\r\n${subject.replaceAll('\n', '\r\n')}`,
      },
      { ActionType: 'SecurityLogCleared', AccountName: 'admin', AccountDomain: 'contoso' },
    ],
  ])('NXLog, which has a type of its own: %s', (_name, record, wanted) => {
    const nxlog = { EventTime: '2026-01-05 10:11:12', Hostname: computer, EventType: 'INFO' };
    expect(onlyRow(converted([{ ...nxlog, ...record }]))).toMatchObject(wanted);
  });

  it.each([
    [
      'a replication of the directory, under a heading with a space before its colon',
      said(
        auditing,
        4662,
        `An operation was performed on an object.

${subject.replace('Subject:', 'Subject :')}
Object:
\tObject Server:\t\tDS
\tObject Type:\t\tdomainDNS
\tObject Name:\t\tDC=contoso,DC=com
\tHandle ID:\t\t0x0

Operation:
\tOperation Type:\t\tObject Access
\tAccesses:\t\tControl Access
\t\t\t\t
\tAccess Mask:\t\t0x100
\tProperties:\t\tControl Access
\t\t{1131f6ad-9c07-11d1-f79f-00c04fc2dcd2}
\tdomainDNS
`,
      ),
      {
        table: 'IdentityDirectoryEvents',
        ActionType: 'Directory Services replication',
        AccountName: 'admin',
        AccountSid: 'S-1-5-21-1-2-3-500',
        AdditionalFields: { ObjectServer: 'DS', AccessMask: '0x100' },
      },
    ],
    [
      'an account with another name',
      said(
        auditing,
        4781,
        `The name of an account was changed:

${subject}
Target Account:
\tSecurity ID:\t\tS-1-5-21-1-2-3-1710
\tAccount Domain:\t\tCONTOSO
\tOld Account Name:\tEVILPC$
\tNew Account Name:\tDC1
`,
      ),
      {
        ActionType: 'Account Name changed',
        AccountName: 'admin',
        TargetAccountDisplayName: 'DC1',
        AdditionalFields: { OldTargetUserName: 'EVILPC$' },
      },
    ],
    [
      'a request for a ticket without authentication before it',
      said(
        auditing,
        4768,
        `A Kerberos authentication ticket (TGT) was requested.

Account Information:
\tAccount Name:\t\tmallory
\tSupplied Realm Name:\tCONTOSO
\tUser ID:\t\t\tS-1-5-21-1-2-3-1001

Service Information:
\tService Name:\t\tkrbtgt
\tService ID:\t\tS-1-5-21-1-2-3-502

Network Information:
\tClient Address:\t\t::ffff:10.0.0.9
\tClient Port:\t\t51000

Additional Information:
\tTicket Options:\t\t0x40800010
\tResult Code:\t\t0x0
\tTicket Encryption Type:\t0x17
\tPre-Authentication Type:\t0
`,
      ),
      {
        ActionType: 'LogonSuccess',
        AccountName: 'mallory',
        IPAddress: '10.0.0.9',
        AdditionalFields: { TicketEncryptionType: '0x17', PreAuthType: '0' },
      },
    ],
  ])('for tables of the directory: %s', (_name, record, wanted) => {
    expect(onlyRow(converted([record], undefined, { extensions: true }))).toMatchObject(wanted);
  });

  it('PowerShell has a value that is called as a part of events is', () => {
    const record = {
      SourceName: 'Microsoft-Windows-PowerShell',
      EventID: 4103,
      Hostname: computer,
      TimeCreated: '2026-01-05T10:11:12.400Z',
      ContextInfo: 'User = CONTOSO\\Bob',
      UserData: 'x',
      Payload: 'CommandInvocation(Get-Item): "Get-Item"',
    };
    expect(onlyRow(converted([record]))).toMatchObject({
      AdditionalFields: { UserData: 'x', Command: 'Get-Item' },
    });
  });

  it('Log Analytics has that value, too', () => {
    const record = {
      ...{ TimeGenerated: '2026-01-05T10:11:12.400Z', Computer: computer, EventID: 4103 },
      ...{ Provider: 'Microsoft-Windows-PowerShell', Type: 'WindowsEvent' },
      EventData: {
        ContextInfo: 'User = CONTOSO\\Bob',
        UserData: '',
        Payload: 'CommandInvocation(Get-Item): "Get-Item"',
      },
    };
    expect(onlyRow(converted([record]))).toMatchObject({
      AdditionalFields: { Command: 'Get-Item' },
    });
  });

  const text = `01/05/2026 10:11:12 AM
LogName=Security
SourceName=Microsoft Windows security auditing.
EventCode=4688
EventType=0
ComputerName=${computer}
RecordNumber=5
Message=${start}`;

  it.each([
    ['in a field', { host: 'collector', message: text }],
    ['in an export', { preview: false, result: { _raw: text } }],
  ])('an event as text of Splunk, %s', (_name, record) => {
    expect(onlyRow(converted([record]))).toMatchObject(started);
  });
});

describe('a message that is made to be slow', () => {
  const many = 100_000;
  const powershell = 'Microsoft-Windows-PowerShell';
  const wmi = 'Microsoft-Windows-WMI-Activity';
  const auditing = 'Microsoft-Windows-Security-Auditing';
  const sysmon = 'Microsoft-Windows-Sysmon';
  const blank = '\r\n'.repeat(many);
  const spaces = ' '.repeat(many);

  it.each([
    ['4103, lines before its context', powershell, 4103, `a${blank}b`],
    ['4103, lines of its context', powershell, 4103, `a\r\nContext:\r\n${blank}b`],
    ['4104, lines', powershell, 4104, `Creating Scriptblock text (1 of 1):\r\n${blank}b`],
    [
      '4104, spaces',
      powershell,
      4104,
      `Creating Scriptblock text (1 of 1):\r\n${spaces}b\r\nScriptBlock ID: 1\r\nPath: `,
    ],
    [
      '5861, marks',
      wmi,
      5861,
      `Namespace = ${'; Eventfilter = '.repeat(many)}${'; Consumer = '.repeat(many)}`,
    ],
    ['4688, lines', auditing, 4688, `A new process has been created.${blank}b`],
    ['4688, a long line', auditing, 4688, `A new process has been created.\r\na:${spaces}b`],
    ['4688, tabs', auditing, 4688, `A new process has been created.\r\n${'\t'.repeat(many)}b`],
    ['22, a long line', sysmon, 22, `Dns query:\r\nQueryName:${spaces}b${spaces}b`],
    ['1, lines', sysmon, 1, `Process Create:${blank}Image${spaces}: b`],
    ['1116, lines', 'Microsoft-Windows-Windows Defender', 1116, `a${blank}${spaces}:b`],
    ['5007, spaces', 'Microsoft-Windows-Windows Defender', 5007, `a\r\nNew value:${spaces}b`],
  ])('is read in no time: %s', (_what, source, id, message) => {
    const start = performance.now();
    const record = {
      ...{ Id: id, ProviderName: source, MachineName: computer, Message: message },
      TimeCreated: '/Date(1767607872400)/',
    };
    converted([record], 'windows-event');
    expect(performance.now() - start).toBeLessThan(1_500);
  });
});
