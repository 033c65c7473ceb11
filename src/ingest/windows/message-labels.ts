import { type EventData, lowerCase } from './event.js';

type Labels = Readonly<Record<string, string>>;

/** Labels under the heading of an account, by what its fields' names start with. */
function account(prefix: string, sid: string): Labels {
  return {
    'security id': sid,
    'account name': `${prefix}UserName`,
    'account domain': `${prefix}DomainName`,
    'domain name': `${prefix}DomainName`,
    'logon id': `${prefix}LogonId`,
  };
}

const logonGuid: Labels = { 'logon guid': 'LogonGuid' };

const subject = account('Subject', 'SubjectUserSid');
const loggedOn = account('Target', 'TargetUserSid');
const outbound: Labels = {
  'network account name': 'TargetOutboundUserName',
  'network account domain': 'TargetOutboundDomainName',
};
const changed = account('Target', 'TargetSid');
const group: Labels = {
  ...changed,
  'group name': 'TargetUserName',
  'group domain': 'TargetDomainName',
};

/** What stands under a heading of the message; headings and labels in lower case. */
const sections: Readonly<Record<string, Labels>> = {
  subject: { ...subject, ...logonGuid },
  'creator subject': subject,
  'new logon': { ...loggedOn, ...logonGuid, ...outbound },
  'target subject': loggedOn,
  'account for which logon failed': loggedOn,
  'account whose credentials were used': { ...loggedOn, 'logon guid': 'TargetLogonGuid' },
  'source account': { 'security id': 'SourceSid', 'account name': 'SourceUserName' },
  'target account': changed,
  'new account': changed,
  member: { 'security id': 'MemberSid', 'account name': 'MemberName' },
  group,
  'new group': group,
  'deleted group': group,
  'target server': {
    'target server name': 'TargetServerName',
    'additional information': 'TargetInfo',
  },
  'account information': {
    ...changed,
    ...logonGuid,
    'supplied realm name': 'TargetDomainName',
    'user id': 'TargetSid',
  },
  'account that was locked out': changed,
  'computer account that was created': changed,
  'new computer account': changed,
  'account modified': {},
  'audit policy change': {
    category: 'CategoryId',
    subcategory: 'SubcategoryId',
    'subcategory guid': 'SubcategoryGuid',
    changes: 'AuditPolicyChanges',
  },
  'directory service': { name: 'DSName', type: 'DSType' },
  object: { dn: 'ObjectDN', guid: 'ObjectGUID', class: 'ObjectClass' },
  attribute: {
    'ldap display name': 'AttributeLDAPDisplayName',
    'syntax (oid)': 'AttributeSyntaxOID',
    value: 'AttributeValue',
  },
  operation: { type: 'OperationType', 'correlation id': 'OpCorrelationID' },
};

/** Labels that mean the same under whatever heading. */
const anywhere: Labels = {
  'logon type': 'LogonType',
  'elevated token': 'ElevatedToken',
  'logon process': 'LogonProcessName',
  'authentication package': 'AuthenticationPackageName',
  'package name (ntlm only)': 'LmPackageName',
  'workstation name': 'WorkstationName',
  'source network address': 'IpAddress',
  'network address': 'IpAddress',
  port: 'IpPort',
  status: 'Status',
  'sub status': 'SubStatus',
  'process id': 'ProcessId',
  'process name': 'ProcessName',
  'caller process id': 'ProcessId',
  'caller process name': 'ProcessName',
  'new process id': 'NewProcessId',
  'new process name': 'NewProcessName',
  'token elevation type': 'TokenElevationType',
  'mandatory label': 'MandatoryLabel',
  'creator process id': 'ProcessId',
  'creator process name': 'ParentProcessName',
  'process command line': 'CommandLine',
  'service name': 'ServiceName',
  'service file name': 'ServiceFileName',
  'service type': 'ServiceType',
  'service start type': 'ServiceStartType',
  'service account': 'ServiceAccount',
  'task name': 'TaskName',
  'task content': 'TaskContent',
  'task new content': 'TaskContentNew',
  'object type': 'ObjectType',
  'object name': 'ObjectName',
  'object value name': 'ObjectValueName',
  'operation type': 'OperationType',
  'old value type': 'OldValueType',
  'old value': 'OldValue',
  'new value type': 'NewValueType',
  'new value': 'NewValue',
  'access mask': 'AccessMask',
  accesses: 'AccessList',
  'share name': 'ShareName',
  'share path': 'ShareLocalPath',
  'relative target name': 'RelativeTargetName',
  'application name': 'Application',
  direction: 'Direction',
  'source address': 'SourceAddress',
  'source port': 'SourcePort',
  'destination address': 'DestAddress',
  'destination port': 'DestPort',
  protocol: 'Protocol',
  'client address': 'IpAddress',
  'client port': 'IpPort',
  'result code': 'Status',
  'failure code': 'Status',
  'error code': 'Status',
  'ticket options': 'TicketOptions',
  'ticket encryption type': 'TicketEncryptionType',
  'service id': 'ServiceSid',
  'logon account': 'TargetUserName',
  'source workstation': 'Workstation',
  'caller workstation': 'Workstation',
  'target account name': 'TargetUserName',
  'target account domain': 'TargetDomainName',
  'access right': 'AccessGranted',
  properties: 'Properties',
  clientprocessid: 'ClientProcessId',
  parentprocessid: 'ParentProcessId',
  'device id': 'DeviceId',
  'device name': 'DeviceDescription',
  'class id': 'ClassId',
  'class name': 'ClassName',
  'vendor ids': 'VendorIds',
  'hardware ids': 'HardwareIds',
  'compatible ids': 'CompatibleIds',
  'location information': 'LocationInformation',
  'object server': 'ObjectServer',
  'handle id': 'HandleId',
  'sam account name': 'SamAccountName',
  'display name': 'DisplayName',
  'user principal name': 'UserPrincipalName',
  'home directory': 'HomeDirectory',
  'home drive': 'HomePath',
  'script path': 'ScriptPath',
  'profile path': 'ProfilePath',
  'user workstations': 'UserWorkstations',
  'password last set': 'PasswordLastSet',
  'account expires': 'AccountExpires',
  'primary group id': 'PrimaryGroupId',
  allowedtodelegateto: 'AllowedToDelegateTo',
  'old uac value': 'OldUacValue',
  'new uac value': 'NewUacValue',
  'user account control': 'UserAccountControl',
  'user parameters': 'UserParameters',
  'sid history': 'SidHistory',
  'logon hours': 'LogonHours',
  'dns host name': 'DnsHostName',
  'service principal names': 'ServicePrincipalNames',
  'old account name': 'OldTargetUserName',
  'new account name': 'NewTargetUserName',
  'failure reason': 'FailureReason',
  'key length': 'KeyLength',
  'transited services': 'TransmittedServices',
  'impersonation level': 'ImpersonationLevel',
  'restricted admin mode': 'RestrictedAdminMode',
  'virtual account': 'VirtualAccount',
  'linked logon id': 'TargetLinkedLogonId',
  'pre-authentication type': 'PreAuthType',
  'filter run-time id': 'FilterRTID',
  'layer name': 'LayerName',
  'layer run-time id': 'LayerRTID',
  'old remark': 'OldRemark',
  'new remark': 'NewRemark',
  'old maxusers': 'OldMaxUsers',
  'new maxusers': 'NewMaxUsers',
  'old shareflags': 'OldShareFlags',
  'new shareflags': 'NewShareFlags',
  'old sd': 'OldSD',
  'new sd': 'NewSD',
  'resource attributes': 'ResourceAttributes',
  rpccallclientlocality: 'RpcCallClientLocality',
  fqdn: 'FQDN',
};

/** What may go on over several lines. */
const longNames: ReadonlySet<string> = new Set([
  ...['TaskContent', 'TaskContentNew', 'Properties', 'AccessList', 'UserAccountControl'],
  ...['ServicePrincipalNames'],
  ...['VendorIds', 'HardwareIds', 'CompatibleIds', 'LocationInformation'],
]);

/** Labels that an event uses for something else. */
const ofEvent: Readonly<Record<string, Labels>> = {
  4624: { 'source port': 'IpPort' },
  4625: { 'source port': 'IpPort' },
  5140: { 'source address': 'IpAddress', 'source port': 'IpPort' },
  5145: { 'source address': 'IpAddress', 'source port': 'IpPort' },
  4717: { 'account name': 'TargetSid' },
  4740: { 'caller computer name': 'TargetDomainName' },
  4776: { 'authentication package': 'PackageName' },
  5031: { profiles: 'Profiles', application: 'Application' },
  7045: {
    'service file name': 'ImagePath',
    'service start type': 'StartType',
    'service account': 'AccountName',
  },
};

/** Words of messages for what values have as codes. */
const codes: Readonly<Record<string, Labels>> = {
  ElevatedToken: { yes: '%%1842', no: '%%1843' },
  Direction: { inbound: '%%14592', outbound: '%%14593' },
  OperationType: {
    'new registry value created': '%%1904',
    'existing registry value modified': '%%1905',
    'registry value deleted': '%%1906',
    'value added': '%%14674',
    'value deleted': '%%14675',
  },
  OldValueType: registryTypes(),
  NewValueType: registryTypes(),
};

function registryTypes(): Labels {
  return {
    reg_none: '%%1872',
    reg_sz: '%%1873',
    reg_expand_sz: '%%1874',
    reg_binary: '%%1875',
    reg_dword: '%%1876',
    reg_multi_sz: '%%1879',
    reg_qword: '%%1883',
  };
}

const providers = new Set([
  'microsoft-windows-security-auditing',
  'microsoft-windows-eventlog',
  'service control manager',
]);

/** Of an event whose values have come, one of them at least is there. */
const usualNames = [
  ...['subjectusersid', 'subjectusername', 'targetusername', 'application', 'servicename'],
  ...['sourceaddress', 'membersid', 'param1'],
];

const heading = /^([A-Z][A-Za-z ]{2,60}?) ?:\s*$/;
const labelled = /^\s*([A-Za-z][A-Za-z ()-]{0,40}?):[ \t]*(.*)$/;

/** Reads a message of headings, with labels and their values below each, as the Security log has them. */
export function sectionedMessage(
  data: EventData,
  provider: string,
  id: number,
  message: string,
): void {
  if (!providers.has(provider) || usualNames.some((name) => data.get(name) !== undefined)) {
    return;
  }
  let section: Labels = {};
  let last: string | undefined;
  for (const text of message.split(/\r?\n/)) {
    const above = heading.exec(text)?.[1];
    const [, label = '', value = ''] = labelled.exec(text) ?? [];
    const key = label.trim().toLowerCase();
    const name = ownOf(section, key) ?? ownOf(ofEvent[id], key) ?? ownOf(anywhere, key);
    if (above !== undefined && name === undefined) {
      section = ownOf(sections, above.toLowerCase()) ?? {};
      last = undefined;
    } else if (name !== undefined) {
      setOnce(data, name, value.trim());
      last = name;
    } else if (last !== undefined && longNames.has(last)) {
      data.set(last, `${data.get(last.toLowerCase())}\n${text}`);
    }
  }
  for (const name of longNames) {
    const value = data.get(lowerCase(name));
    if (value !== undefined) {
      data.set(name, value.trimEnd());
    }
  }
}

/** A word's value, where it is none that every object has. */
function ownOf<Value>(
  table: Readonly<Record<string, Value>> | undefined,
  word: string,
): Value | undefined {
  return table !== undefined && Object.hasOwn(table, word) ? table[word] : undefined;
}

/** Messages have an account's name for its SID where that is known to the machine. */
function setOnce(data: EventData, name: string, text: string): void {
  if (data.get(name.toLowerCase()) === undefined) {
    data.set(name, ownOf(codes[name], text.toLowerCase().replace(/\.$/, '')) ?? text);
  }
}
