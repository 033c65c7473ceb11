import { directoryRules } from './directory.js';
import type { WindowsEvent } from './event.js';
import { computed, field, firstOf, has, is, joined, literal, match, when } from './expression.js';
import type { EventLog, ProcessFields, Rule } from './rule.js';
import { client, subject } from './subject.js';
import * as to from './transforms.js';
import {
  binaryDetails,
  connectionKey,
  deletedRowKey,
  deletedValueKey,
  writtenValueKey,
} from './twin-keys.js';
import {
  baseName,
  integer,
  present,
  registryNumber,
  registryType,
  shortAddress,
} from './values.js';

const actor: ProcessFields = { ...subject, pid: 'ProcessId', image: 'ProcessName' };

const subjectColumns = {
  ...to.account('SubjectUserSid', 'SubjectUserName', 'SubjectDomainName'),
  LogonId: to.long('SubjectLogonId'),
};

const remoteEnd = {
  RemoteIP: to.address('IpAddress'),
  RemoteIPType: to.addressType('IpAddress'),
  RemotePort: to.long('IpPort'),
};

const isLocalLogon = computed(
  'IpAddress is absent or loopback',
  ({ event }) => {
    const address = present(event.data.get('ipaddress'));
    return address === undefined || /^(?:(?:::ffff:)?127\.|::1$)/.test(shortAddress(address));
  },
  [],
);

const logon = {
  LogonType: to.logonType('LogonType'),
  AccountName: to.accountName('TargetUserName'),
  AccountDomain: to.lower('TargetDomainName'),
  AccountSid: field('TargetUserSid'),
  Protocol: to.authenticationProtocol(),
  ...remoteEnd,
  RemoteDeviceName: field('WorkstationName'),
};

/** The account of a new process: the target where there is one, else who started it. */
const account = (ofTarget: string, ofSubject: string) =>
  when(has('TargetUserName'), ofTarget, ofSubject);

function accountEvent(id: number, actionType: string): Rule {
  return {
    id,
    table: 'DeviceEvents',
    actionType,
    actor: subject,
    columns: {
      AccountName: to.accountName('TargetUserName'),
      AccountDomain: to.lower('TargetDomainName'),
      AccountSid: firstOf('TargetSid', 'TargetUserSid'),
    },
  };
}

const group = {
  GroupName: field('TargetUserName'),
  GroupDomainName: field('TargetDomainName'),
  GroupSid: field('TargetSid'),
};

function groupEvent(id: number, actionType: string): Rule {
  return { ...accountEvent(id, actionType), additional: group };
}

function memberEvent(id: number, actionType: string): Rule {
  return {
    id,
    table: 'DeviceEvents',
    actionType,
    actor: subject,
    note: 'The account is the member; the group is in AdditionalFields.',
    columns: {
      AccountSid: field('MemberSid'),
      AccountName: to.accountName(to.commonName('MemberName')),
    },
    additional: { ...group, MemberSid: field('MemberSid') },
  };
}

function taskEvent(id: number, actionType: string): Rule {
  return {
    id,
    table: 'DeviceEvents',
    actionType,
    actor: client,
    twin: {
      kind: 'task',
      role: 'primary',
      key: ({ data }) => `${actionType} ${data.get('taskname')?.toLowerCase()}`,
    },
    columns: subjectColumns,
    additional: {
      SubjectUserName: field('SubjectUserName'),
      TaskName: field('TaskName'),
      TaskContent: to.unescaped(firstOf('TaskContent', 'TaskContentNew')),
    },
  };
}

function shareEvent(id: number, actionType: string): Rule {
  const { LogonId, ...columns } = subjectColumns;
  return {
    id,
    table: 'DeviceEvents',
    actionType,
    actor: subject,
    columns,
    additional: { ShareName: field('ShareName') },
  };
}

/** What an account did, all of which is among the additional fields. */
function subjectEvent(id: number, actionType: string, actor = subject): Rule {
  return { id, table: 'DeviceEvents', actionType, actor, columns: subjectColumns };
}

const inbound = is('Direction', '%%14592', 'inbound');
/** The code, or what it stands for. */
const ofInbound = (actionType: string) => ({ '%%14592': actionType, inbound: actionType });

/** Source is the side that opened the connection: inbound, the remote one. */
const localEnd = (end: string) => when(inbound, `Dest${end}`, `Source${end}`);
const otherEnd = (end: string) => when(inbound, `Source${end}`, `Dest${end}`);

const ends = {
  LocalIP: to.address(localEnd('Address')),
  LocalPort: to.long(localEnd('Port')),
  RemoteIP: to.address(otherEnd('Address')),
  RemotePort: to.long(otherEnd('Port')),
};

const application: ProcessFields = { pid: 'ProcessID', image: 'Application' };

function accessKey({ data }: WindowsEvent): string | undefined {
  const [pid, object] = [integer(data.get('processid') ?? ''), data.get('objectname')];
  return typeof pid === 'number' && object ? `${pid} ${baseName(object).toLowerCase()}` : undefined;
}

/** That of the key itself has no name. */
const valueName = firstOf('ObjectValueName', literal('(Default)'));
/** What Sysmon writes the data of; of other types it has none. */
const typesInSysmon = new Set(['String', 'ExpandString', 'Dword', 'Qword']);
const isDeletion = is('OperationType', '%%1906', 'registry value deleted');

/** @param isRow what both logs' rows tell; else what both logs' events have */
function valueKey(event: WindowsEvent, isRow: boolean): string | undefined {
  const { data } = event;
  const key = data.get('objectname');
  if (key === undefined) {
    return undefined;
  }
  const name = present(data.get('objectvaluename')) ?? '(Default)';
  if (isDeletion.test({ event })) {
    const deleted = deletedValueKey(key, name);
    return isRow ? deletedRowKey(deleted, present(data.get('oldvalue')) ?? '') : deleted;
  }
  const type = present(data.get('newvaluetype'));
  const isWritten = type === undefined || typesInSysmon.has(registryType(type));
  const value = isRow || isWritten ? (present(data.get('newvalue')) ?? '') : binaryDetails;
  return writtenValueKey(key, name, registryNumber(value, type));
}

export const security: EventLog = {
  name: 'Security',
  providers: ['microsoft-windows-security-auditing'],
  withoutRow: {
    4627: 'group membership of a logon',
    4634: 'logoff',
    4647: 'logoff',
    4656: 'handle requested: 4663 is the access',
    4658: 'handle closed',
    4672: 'privileges of a logon',
    4673: 'privileged service called',
    4674: 'privileged operation',
    4689: 'end of a process: from then on its id may be of another',
    4690: 'handle duplicated',
    4703: 'rights of a token adjusted',
    5140: 'share opened: 5145 is the access',
    5158: 'local bind',
    5447: 'filter changed',
  },
  rules: [
    {
      id: 4624,
      table: 'DeviceLogonEvents',
      actionType: 'LogonSuccess',
      actor,
      note: 'IsLocalAdmin says that the token is elevated, the nearest that the log has.',
      columns: {
        ...logon,
        LogonId: to.long('TargetLogonId'),
        IsLocalAdmin: computed('ElevatedToken = %%1842', ({ event }) => {
          // Versions of the event before Windows 10 do not say.
          const elevated = present(event.data.get('elevatedtoken'));
          return elevated && /^(?:%%1842|yes)$/i.test(elevated);
        }),
      },
      additional: {
        IsLocalLogon: isLocalLogon,
        LogonProcessName: to.trimmed('LogonProcessName'),
      },
    },
    {
      id: 4625,
      table: 'DeviceLogonEvents',
      actionType: 'LogonFailed',
      actor,
      columns: { ...logon, FailureReason: to.failureReason() },
      additional: {
        IsLocalLogon: isLocalLogon,
        LogonProcessName: to.trimmed('LogonProcessName'),
        Status: field('Status'),
        SubStatus: field('SubStatus'),
      },
    },
    {
      id: 4648,
      table: 'DeviceLogonEvents',
      actionType: 'LogonAttempted',
      actor,
      note: 'With credentials given explicitly: runas, over-pass-the-hash.',
      columns: {
        AccountName: to.accountName('TargetUserName'),
        AccountDomain: to.lower('TargetDomainName'),
        AccountSid: to.sidOfUser(joined('\\', 'TargetDomainName', 'TargetUserName')),
        RemoteDeviceName: field('TargetServerName'),
        ...remoteEnd,
      },
    },
    {
      id: 4688,
      table: 'DeviceProcessEvents',
      actionType: 'ProcessCreated',
      actor: { ...subject, pid: 'ProcessId', image: 'ParentProcessName' },
      note: 'No row of its own where Sysmon event 1 tells of the same start. ProcessId is that of the creator. The command line needs the audit policy for it.',
      columns: {
        FileName: to.fileName('NewProcessName'),
        FolderPath: to.path('NewProcessName'),
        ProcessId: to.long('NewProcessId'),
        ProcessCommandLine: field('CommandLine'),
        ProcessIntegrityLevel: to.integrityLevel('MandatoryLabel'),
        ProcessTokenElevation: to.tokenElevation('TokenElevationType'),
        ProcessCreationTime: computed('time of the event', ({ time }) => time),
        ...to.account(
          firstOf(
            to.ownSid(account('TargetUserSid', 'SubjectUserSid')),
            to.sidOfLogon(account('TargetLogonId', 'SubjectLogonId')),
            to.sidOfUser(
              joined(
                '\\',
                account('TargetDomainName', 'SubjectDomainName'),
                account('TargetUserName', 'SubjectUserName'),
              ),
            ),
          ),
          account('TargetUserName', 'SubjectUserName'),
          account('TargetDomainName', 'SubjectDomainName'),
        ),
        LogonId: to.long(account('TargetLogonId', 'SubjectLogonId')),
      },
    },
    {
      id: 4697,
      table: 'DeviceEvents',
      actionType: 'ServiceInstalled',
      actor: client,
      twin: {
        kind: 'service',
        role: 'primary',
        key: ({ data }) => data.get('servicename')?.toLowerCase(),
      },
      columns: {
        FileName: to.fileName(to.serviceImage('ServiceFileName')),
        FolderPath: to.path(to.serviceImage('ServiceFileName')),
        ProcessCommandLine: field('ServiceFileName'),
        ...subjectColumns,
      },
      additional: {
        ServiceName: field('ServiceName'),
        ServiceAccount: field('ServiceAccount'),
        ServiceType: to.long('ServiceType'),
        ServiceStartType: to.long('ServiceStartType'),
      },
    },
    taskEvent(4698, 'ScheduledTaskCreated'),
    taskEvent(4699, 'ScheduledTaskDeleted'),
    taskEvent(4700, 'ScheduledTaskEnabled'),
    taskEvent(4701, 'ScheduledTaskDisabled'),
    taskEvent(4702, 'ScheduledTaskUpdated'),
    accountEvent(4720, 'UserAccountCreated'),
    accountEvent(4726, 'UserAccountDeleted'),
    accountEvent(4738, 'UserAccountModified'),
    accountEvent(4723, 'PasswordChangeAttempt'),
    accountEvent(4724, 'PasswordChangeAttempt'),
    // Of a computer, and of a domain: global and universal ones.
    ...[4731, 4727, 4754].map((id) => groupEvent(id, 'SecurityGroupCreated')),
    ...[4734, 4730, 4758].map((id) => groupEvent(id, 'SecurityGroupDeleted')),
    memberEvent(4732, 'UserAccountAddedToLocalGroup'),
    memberEvent(4733, 'UserAccountRemovedFromLocalGroup'),
    {
      id: 4657,
      table: 'DeviceRegistryEvents',
      actionType: when(isDeletion, literal('RegistryValueDeleted'), literal('RegistryValueSet')),
      actor,
      twin: {
        kind: 'registry value',
        role: 'secondary',
        key: (event) => valueKey(event, false),
        rowKey: (event) => valueKey(event, true),
        lends: ['oldvalue', 'oldvaluetype', 'newvalue', 'newvaluetype'],
      },
      note: 'No row of its own where Sysmon event 13, or 12 of what is deleted, tells of the same value.',
      columns: {
        RegistryKey: to.registryKey('ObjectName'),
        RegistryValueName: valueName,
        RegistryValueType: to.registryType('NewValueType'),
        RegistryValueData: to.registryData('NewValue', 'NewValueType'),
        PreviousRegistryValueName: valueName,
        PreviousRegistryValueData: to.registryData('OldValue', 'OldValueType'),
      },
    },
    {
      id: 4663,
      table: 'DeviceEvents',
      actionType: 'OpenProcessApiCall',
      condition: is('ObjectType', 'Process'),
      actor,
      twin: { kind: 'access', role: 'secondary', key: accessKey },
      note: 'No row of its own where Sysmon event 10 tells of the same access. Access to files, keys and accounts has none.',
      columns: { FileName: to.fileName('ObjectName'), FolderPath: to.path('ObjectName') },
      additional: { DesiredAccess: to.long('AccessMask') },
    },
    {
      id: 5145,
      table: 'DeviceEvents',
      actionType: 'NetworkShareObjectAccessChecked',
      columns: {
        FileName: to.fileName('RelativeTargetName'),
        FolderPath: joined('\\', 'ShareName', 'RelativeTargetName'),
        RemoteIP: to.address('IpAddress'),
        RemotePort: to.long('IpPort'),
        ...subjectColumns,
      },
      additional: {
        ShareName: field('ShareName'),
        ShareLocalPath: field('ShareLocalPath'),
        RelativeTargetName: field('RelativeTargetName'),
        AccessMask: field('AccessMask'),
      },
    },
    shareEvent(5142, 'NetworkShareObjectAdded'),
    shareEvent(5143, 'NetworkShareObjectModified'),
    shareEvent(5144, 'NetworkShareObjectDeleted'),
    {
      id: 5156,
      table: 'DeviceNetworkEvents',
      actionType: match('Direction', ofInbound('InboundConnectionAccepted'), 'ConnectionSuccess'),
      actor: application,
      twin: {
        kind: 'connection',
        role: 'secondary',
        key: ({ data }) =>
          connectionKey(
            data.get('protocol'),
            [data.get('sourceaddress'), data.get('sourceport')],
            [data.get('destaddress'), data.get('destport')],
          ),
      },
      note: 'No row of its own where Sysmon event 3 tells of the same connection.',
      columns: {
        ...ends,
        Protocol: to.protocolName('Protocol'),
        LocalIPType: to.addressType(localEnd('Address')),
        RemoteIPType: to.addressType(otherEnd('Address')),
      },
    },
    {
      id: 5154,
      table: 'DeviceNetworkEvents',
      actionType: 'ListeningConnectionCreated',
      actor: { pid: 'ProcessId', image: 'Application' },
      columns: {
        LocalIP: to.address('SourceAddress'),
        LocalPort: to.long('SourcePort'),
        Protocol: to.protocolName('Protocol'),
        LocalIPType: to.addressType('SourceAddress'),
      },
    },
    {
      id: 5157,
      table: 'DeviceEvents',
      actionType: match(
        'Direction',
        ofInbound('FirewallInboundConnectionBlocked'),
        'FirewallOutboundConnectionBlocked',
      ),
      actor: application,
      columns: ends,
    },
    {
      ...subjectEvent(4717, 'LogonRightsSettingEnabled'),
      additional: { LogonRights: field('AccessGranted') },
    },
    subjectEvent(4719, 'AuditPolicyModification'),
    subjectEvent(5136, 'DirectoryServiceObjectModified'),
    subjectEvent(5137, 'DirectoryServiceObjectCreated'),
    subjectEvent(5376, 'CredentialsBackup', client),
    subjectEvent(6416, 'PnpDeviceConnected'),
    subjectEvent(6423, 'PnpDeviceBlocked'),
    subjectEvent(6424, 'PnpDeviceAllowed'),
    {
      id: 4797,
      table: 'DeviceEvents',
      actionType: 'AccountCheckedForBlankPassword',
      actor: subject,
      columns: {
        AccountName: to.accountName('TargetUserName'),
        AccountDomain: to.lower('TargetDomainName'),
      },
    },
    ...directoryRules,
    { id: 5025, table: 'DeviceEvents', actionType: 'FirewallServiceStopped', columns: {} },
    {
      id: 5031,
      table: 'DeviceEvents',
      actionType: 'FirewallInboundConnectionToAppBlocked',
      actor: { image: 'Application' },
      columns: { FileName: to.fileName('Application'), FolderPath: to.path('Application') },
    },
  ],
};
