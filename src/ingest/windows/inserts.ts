import type { JsonValue } from '../json.js';
import type { EventData } from './event.js';

/** The values of an event in their order, for shippers that write them without names. */
interface Template {
  readonly names: readonly string[];
  /** Names that versions have added, the newest first: an older event lacks the first of them. */
  readonly added?: readonly string[];
}

function template(names: string, added = ''): Template {
  return { names: names.split(' '), added: added === '' ? [] : added.split(' ') };
}

const subject = 'SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId';
const target = 'TargetUserName TargetDomainName TargetSid';
const process = 'UtcTime ProcessGuid ProcessId';
const connection =
  'ProcessID Application Direction SourceAddress SourcePort DestAddress DestPort Protocol FilterRTID LayerName LayerRTID RemoteUserID RemoteMachineID';
const member = `MemberName MemberSid ${target} ${subject} PrivilegeList`;
const directoryObject = `OpCorrelationID AppCorrelationID ${subject} DSName DSType ObjectDN ObjectGUID ObjectClass`;
const device = `${subject} DeviceId DeviceDescription ClassId ClassName VendorIds CompatibleIds LocationInformation`;
const task = `${subject} TaskName TaskContent ClientProcessStartKey ClientProcessId ParentProcessId RpcCallClientLocality FQDN`;

const accountAttributes =
  'SamAccountName DisplayName UserPrincipalName HomeDirectory HomePath ScriptPath ProfilePath UserWorkstations PasswordLastSet AccountExpires PrimaryGroupId AllowedToDelegateTo OldUacValue NewUacValue UserAccountControl UserParameters SidHistory LogonHours';

const sysmon: Readonly<Record<number, Template>> = {
  1: template(
    `RuleName ${process} Image FileVersion Description Product Company OriginalFileName CommandLine CurrentDirectory User LogonGuid LogonId TerminalSessionId IntegrityLevel Hashes ParentProcessGuid ParentProcessId ParentImage ParentCommandLine ParentUser`,
    'ParentUser OriginalFileName RuleName',
  ),
  2: template(
    `RuleName ${process} Image TargetFilename CreationUtcTime PreviousCreationUtcTime User`,
    'User RuleName',
  ),
  3: template(
    `RuleName ${process} Image User Protocol Initiated SourceIsIpv6 SourceIp SourceHostname SourcePort SourcePortName DestinationIsIpv6 DestinationIp DestinationHostname DestinationPort DestinationPortName`,
    'RuleName',
  ),
  5: template(`RuleName ${process} Image User`, 'User RuleName'),
  6: template('RuleName UtcTime ImageLoaded Hashes Signed Signature SignatureStatus', 'RuleName'),
  7: template(
    `RuleName ${process} Image ImageLoaded FileVersion Description Product Company OriginalFileName Hashes Signed Signature SignatureStatus User`,
    'User OriginalFileName RuleName',
  ),
  8: template(
    'RuleName UtcTime SourceProcessGuid SourceProcessId SourceImage TargetProcessGuid TargetProcessId TargetImage NewThreadId StartAddress StartModule StartFunction SourceUser TargetUser',
    'TargetUser SourceUser RuleName',
  ),
  9: template(`RuleName ${process} Image Device User`, 'User RuleName'),
  10: template(
    'RuleName UtcTime SourceProcessGUID SourceProcessId SourceThreadId SourceImage TargetProcessGUID TargetProcessId TargetImage GrantedAccess CallTrace SourceUser TargetUser',
    'TargetUser SourceUser RuleName',
  ),
  11: template(`RuleName ${process} Image TargetFilename CreationUtcTime User`, 'User RuleName'),
  12: template(`RuleName EventType ${process} Image TargetObject User`, 'User RuleName'),
  13: template(`RuleName EventType ${process} Image TargetObject Details User`, 'User RuleName'),
  14: template(`RuleName EventType ${process} Image TargetObject NewName User`, 'User RuleName'),
  15: template(
    `RuleName ${process} Image TargetFilename CreationUtcTime Hash Contents User`,
    'User Contents RuleName',
  ),
  17: template(`RuleName EventType ${process} PipeName Image User`, 'User EventType RuleName'),
  18: template(`RuleName EventType ${process} PipeName Image User`, 'User EventType RuleName'),
  19: template('RuleName EventType UtcTime Operation User EventNamespace Name Query', 'RuleName'),
  20: template('RuleName EventType UtcTime Operation User Name Type Destination', 'RuleName'),
  21: template('RuleName EventType UtcTime Operation User Consumer Filter', 'RuleName'),
  22: template(`RuleName ${process} QueryName QueryStatus QueryResults Image User`, 'User'),
  23: template(
    `RuleName ${process} User Image TargetFilename Hashes IsExecutable Archived`,
    'Archived',
  ),
  24: template(`RuleName ${process} Image Session ClientInfo Hashes Archived User`, 'User'),
  25: template(`RuleName ${process} Image Type User`, 'User'),
  26: template(`RuleName ${process} User Image TargetFilename Hashes IsExecutable`),
  29: template(`RuleName ${process} User Image TargetFilename Hashes`),
};

const detection =
  'Product Name|Product Version|Detection ID|Detection Time|Unused|Unused2|Threat ID|Threat Name|Severity ID|Severity Name|Category ID|Category Name|FWLink|Status Code|Status Description|State|Source ID|Source Name|Process Name|Detection User|Unused3|Path|Origin ID|Origin Name|Execution ID|Execution Name|Type ID|Type Name|Pre Execution Status|Action ID|Action Name|Unused4|Error Code|Error Description|Unused5|Post Clean Status|Additional Actions ID|Additional Actions String|Remediation User|Unused6|Security intelligence Version|Engine Version';

const reduction =
  'Product Name|Product Version|Unused|ID|Detection Time|User|Path|Process Name|Security intelligence Version|Engine Version|RuleType|Target Commandline|Parent Commandline|Involved File|Inheritance Flags';

const appLockerRule =
  'PolicyNameLength PolicyName RuleId RuleNameLength RuleName RuleSddlLength RuleSddl TargetUser TargetProcessId';
const appLockerFile = `${appLockerRule} FilePathLength FilePath FileHashLength FileHash FqbnLength Fqbn TargetLogonId FullFilePathLength FullFilePath`;
const appLockerPackage = `${appLockerRule} PackageLength Package FqbnLength Fqbn TargetLogonId`;

const each = (ids: readonly number[], known: Template): Record<number, Template> =>
  Object.fromEntries(ids.map((id) => [id, known]));

/** By provider and event id. Newer versions of an event have more values behind the others. */
const templates: Readonly<Record<string, Readonly<Record<number, Template>>>> = {
  'microsoft-windows-sysmon': sysmon,
  'linux-sysmon': sysmon,
  'microsoft-windows-security-auditing': {
    4624: template(
      `${subject} TargetUserSid TargetUserName TargetDomainName TargetLogonId LogonType LogonProcessName AuthenticationPackageName WorkstationName LogonGuid TransmittedServices LmPackageName KeyLength ProcessId ProcessName IpAddress IpPort ImpersonationLevel RestrictedAdminMode RemoteCredentialGuard TargetOutboundUserName TargetOutboundDomainName VirtualAccount TargetLinkedLogonId ElevatedToken`,
      'RemoteCredentialGuard',
    ),
    4625: template(
      `${subject} TargetUserSid TargetUserName TargetDomainName Status FailureReason SubStatus LogonType LogonProcessName AuthenticationPackageName WorkstationName TransmittedServices LmPackageName KeyLength ProcessId ProcessName IpAddress IpPort`,
    ),
    4648: template(
      `${subject} LogonGuid TargetUserName TargetDomainName TargetLogonGuid TargetServerName TargetInfo ProcessId ProcessName IpAddress IpPort`,
    ),
    4662: template(
      `${subject} ObjectServer ObjectType ObjectName OperationType HandleId AccessList AccessMask Properties AdditionalInfo AdditionalInfo2`,
    ),
    4657: template(
      `${subject} ObjectName ObjectValueName HandleId OperationType OldValueType OldValue NewValueType NewValue ProcessId ProcessName`,
    ),
    4663: template(
      `${subject} ObjectServer ObjectType ObjectName HandleId AccessList AccessMask ProcessId ProcessName ResourceAttributes`,
    ),
    4688: template(
      `${subject} NewProcessId NewProcessName TokenElevationType ProcessId CommandLine TargetUserSid TargetUserName TargetDomainName TargetLogonId ParentProcessName MandatoryLabel`,
    ),
    4689: template(`${subject} Status ProcessId ProcessName`),
    4697: template(
      `${subject} ServiceName ServiceFileName ServiceType ServiceStartType ServiceAccount ClientProcessStartKey ClientProcessId ParentProcessId`,
    ),
    4698: template(task),
    4699: template(task),
    4700: template(task),
    4701: template(task),
    4702: template(task.replace('TaskContent', 'TaskContentNew')),
    4717: template(`${subject} TargetSid AccessGranted`),
    4719: template(`${subject} CategoryId SubcategoryId SubcategoryGuid AuditPolicyChanges`),
    4720: template(`${target} ${subject} PrivilegeList ${accountAttributes}`),
    4723: template(`${target} ${subject} PrivilegeList`),
    4724: template(`${target} ${subject}`),
    4726: template(`${target} ${subject} PrivilegeList`),
    ...each(
      [4731, 4727, 4754],
      template(`${target} ${subject} PrivilegeList SamAccountName SidHistory`),
    ),
    4728: template(member),
    4729: template(member),
    4732: template(member),
    4733: template(member),
    4756: template(member),
    4757: template(member),
    4722: template(`${target} ${subject}`),
    4725: template(`${target} ${subject}`),
    4740: template(`${target} ${subject}`),
    4741: template(
      `${target} ${subject} PrivilegeList ${accountAttributes} DnsHostName ServicePrincipalNames`,
    ),
    4765: template(`SourceUserName SourceSid ${target} ${subject} PrivilegeList SidList`),
    4781: template(
      `OldTargetUserName NewTargetUserName TargetDomainName TargetSid ${subject} PrivilegeList`,
    ),
    4768: template(
      'TargetUserName TargetDomainName TargetSid ServiceName ServiceSid TicketOptions Status TicketEncryptionType PreAuthType IpAddress IpPort CertIssuerName CertSerialNumber CertThumbprint',
    ),
    4769: template(
      'TargetUserName TargetDomainName ServiceName ServiceSid TicketOptions TicketEncryptionType IpAddress IpPort Status LogonGuid TransmittedServices',
    ),
    4771: template(
      'TargetUserName TargetSid ServiceName TicketOptions Status PreAuthType IpAddress IpPort CertIssuerName CertSerialNumber CertThumbprint',
    ),
    4776: template('PackageName TargetUserName Workstation Status'),
    4797: template(`${subject} Workstation TargetUserName TargetDomainName`),
    5031: template('Profiles Application'),
    5136: template(
      `${directoryObject} AttributeLDAPDisplayName AttributeSyntaxOID AttributeValue OperationType`,
    ),
    5137: template(directoryObject),
    5376: template(`${subject} BackupFileName ProcessCreationTime ClientProcessId`),
    6416: template(device),
    6423: template(device.replace('VendorIds', 'HardwareIds')),
    6424: template(device.replace('VendorIds', 'HardwareIds')),
    ...each([4734, 4730, 4758], template(`${target} ${subject} PrivilegeList`)),
    4738: template(`Dummy ${target} ${subject} PrivilegeList ${accountAttributes}`),
    5142: template(`${subject} ShareName ShareLocalPath`),
    5143: template(
      `${subject} ObjectType ShareName ShareLocalPath OldRemark NewRemark OldMaxUsers NewMaxUsers OldShareFlags NewShareFlags OldSD NewSD`,
    ),
    5144: template(`${subject} ShareName ShareLocalPath`),
    5145: template(
      `${subject} ObjectType IpAddress IpPort ShareName ShareLocalPath RelativeTargetName AccessMask AccessList AccessReason`,
    ),
    5154: template(
      'ProcessId Application SourceAddress SourcePort Protocol FilterRTID LayerName LayerRTID',
    ),
    5156: template(connection),
    5157: template(connection),
  },
  'microsoft-windows-eventlog': {
    1102: template(`${subject} ClientProcessId ClientProcessStartKey`),
  },
  'service control manager': {
    7045: template('ServiceName ImagePath ServiceType StartType AccountName'),
  },
  'microsoft-windows-powershell': {
    4103: template('ContextInfo UserData Payload'),
    4104: template('MessageNumber MessageTotal ScriptBlockText ScriptBlockId Path'),
  },
  powershellcore: {
    4103: template('ContextInfo UserData Payload'),
    4104: template('MessageNumber MessageTotal ScriptBlockText ScriptBlockId Path'),
  },
  'microsoft-windows-wmi-activity': {
    11: template(
      'CorrelationId GroupOperationId OperationId Operation ClientMachine ClientMachineFQDN User ClientProcessId ClientProcessCreationTime NamespaceName IsLocal',
    ),
    23: template(
      'CorrelationId GroupOperationId OperationId Commandline CreatedProcessId CreatedProcessCreationTime ClientMachine ClientMachineFQDN User ClientProcessId ClientProcessCreationTime IsLocal',
    ),
    5861: template('Namespace ESS CONSUMER PossibleCause'),
  },
  'microsoft-windows-dns-client': {
    3008: template('QueryName QueryType QueryOptions QueryStatus QueryResults'),
  },
  'microsoft-windows-taskscheduler': {
    106: template('TaskName UserContext'),
    140: template('TaskName UserName'),
    141: template('TaskName UserName'),
    142: template('TaskName UserName'),
  },
  'microsoft-windows-applocker': {
    ...each([8003, 8004, 8006, 8007], template(appLockerFile, 'FullFilePath FullFilePathLength')),
    ...each([8021, 8022, 8024, 8025], template(appLockerPackage)),
  },
  'microsoft-windows-crypto-dpapi': {
    16385: template(
      'OperationType DataDescription MasterKeyGUID Flags ProtectionFlags ReturnValue CallerProcessStartKey CallerProcessID CallerProcessCreationTime PlainTextDataSize',
    ),
  },
  'microsoft-windows-terminalservices-remoteconnectionmanager': {
    1149: template('Param1 Param2 Param3'),
  },
  'microsoft-windows-windows defender': {
    1116: { names: detection.split('|') },
    1117: { names: detection.split('|') },
    1118: { names: detection.split('|') },
    1119: { names: detection.split('|') },
    5007: { names: ['Product Name', 'Product Version', 'Old Value', 'New Value'] },
    5013: { names: ['Product Name', 'Product Version', 'Changed Type', 'Value'] },
    1121: { names: reduction.split('|') },
    1122: { names: reduction.split('|') },
  },
};

/** Names the values of an event that came without; those beyond what is known keep their number. */
export function nameInserts(
  data: EventData,
  provider: string,
  id: number,
  values: readonly JsonValue[],
): void {
  const names = namesFor(templates[provider]?.[id], values.length);
  for (const [index, value] of values.entries()) {
    data.put(names[index] ?? `param${index + 1}`, value);
  }
}

function namesFor(known: Template | undefined, count: number): readonly string[] {
  const { names = [], added = [] } = known ?? {};
  const missing = Math.max(0, names.length - count);
  const absent = new Set(added.slice(0, missing));
  return names.filter((name) => !absent.has(name));
}
