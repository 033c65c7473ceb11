import {
  computed,
  field,
  firstOf,
  inPart,
  is,
  literal,
  match,
  transform,
  when,
} from './expression.js';
import { type EventLog, header, type Rule } from './rule.js';
import { client } from './subject.js';
import * as to from './transforms.js';

export const services: EventLog = {
  name: 'System',
  providers: ['service control manager'],
  rules: [
    {
      id: 7045,
      table: 'DeviceEvents',
      actionType: 'ServiceInstalled',
      twin: {
        kind: 'service',
        role: 'secondary',
        key: ({ data }) => data.get('servicename')?.toLowerCase(),
      },
      note: 'No row of its own where Security event 4697 tells of the same service.',
      columns: {
        FileName: to.fileName(to.serviceImage('ImagePath')),
        FolderPath: to.path(to.serviceImage('ImagePath')),
        ProcessCommandLine: field('ImagePath'),
      },
      additional: {
        ServiceName: field('ServiceName'),
        ServiceAccount: field('AccountName'),
        ServiceType: to.serviceType('ServiceType'),
        ServiceStartType: to.serviceStart('StartType'),
      },
    },
  ],
};

/** It also writes into the Security log, about that log. */
export const eventLog: EventLog = {
  name: 'Event log service',
  providers: ['microsoft-windows-eventlog', 'eventlog'],
  withoutRow: { 104: 'another log than Security cleared' },
  rules: [
    {
      id: 1102,
      table: 'DeviceEvents',
      actionType: 'SecurityLogCleared',
      actor: client,
      columns: {
        ...to.account('SubjectUserSid', 'SubjectUserName', 'SubjectDomainName'),
      },
    },
  ],
};

function taskEvent(id: number, actionType: string): Rule {
  return {
    id,
    table: 'DeviceEvents',
    actionType,
    actor: { user: userName, sid: sidGiven },
    twin: {
      kind: 'task',
      role: 'secondary',
      key: ({ data }) => `${actionType} ${data.get('taskname')?.toLowerCase()}`,
    },
    note: 'No row of its own where the Security log tells of the same task.',
    columns: {
      ...to.accountOf(userName),
      AccountSid: firstOf(sidGiven, to.sidOfUser(userName)),
    },
    additional: { TaskName: field('TaskName') },
  };
}

/** Some versions of Windows have the SID there. */
const userGiven = { ...firstOf('UserName', 'UserContext'), text: 'UserName or UserContext' };
const userName = to.userGiven(userGiven);
const sidGiven = to.sidGiven(userGiven);

export const taskScheduler: EventLog = {
  name: 'TaskScheduler',
  providers: ['microsoft-windows-taskscheduler'],
  rules: [
    taskEvent(106, 'ScheduledTaskCreated'),
    taskEvent(140, 'ScheduledTaskUpdated'),
    taskEvent(141, 'ScheduledTaskDeleted'),
    taskEvent(142, 'ScheduledTaskDisabled'),
  ],
};

export const dnsClient: EventLog = {
  name: 'DNS client',
  providers: ['microsoft-windows-dns-client'],
  rules: [
    {
      id: 3010,
      table: 'DeviceEvents',
      actionType: 'DnsQueryRequest',
      actor: { pid: header },
      columns: {},
      additional: { DnsQueryString: field('QueryName') },
    },
    {
      id: 3008,
      table: 'DeviceEvents',
      actionType: 'DnsQueryResponse',
      actor: { pid: header },
      twin: {
        kind: 'query',
        role: 'secondary',
        key: ({ data }) => data.get('queryname')?.toLowerCase(),
      },
      note: 'No row of its own where Sysmon event 22 tells of the same query.',
      columns: {},
      additional: {
        DnsQueryString: field('QueryName'),
        DnsQueryResult: to.dnsResults('QueryResults'),
        QueryStatus: to.long('QueryStatus'),
      },
    },
  ],
};

/** `Start IWbemServices::ExecMethod - …` */
const operationType = transform('type', (text) => /\bIWbemServices::(\w+)/.exec(text)?.[1]);
const isLocal = is('IsLocal', 'true', '1');
/** The process that has asked, where it is on the same machine. */
const localClient = when(isLocal, 'ClientProcessId', literal(''));

export const wmi: EventLog = {
  name: 'WMI-Activity',
  providers: ['microsoft-windows-wmi-activity'],
  rules: [
    {
      id: 5861,
      table: 'DeviceEvents',
      actionType: 'WmiBindEventFilterToConsumer',
      columns: {},
      additional: {
        Namespace: field('Namespace'),
        ESS: field('ESS'),
        Consumer: field('CONSUMER'),
        PossibleCause: field('PossibleCause'),
      },
    },
    {
      id: 11,
      table: 'DeviceEvents',
      actionType: 'RemoteWmiOperation',
      condition: is('IsLocal', 'false', '0'),
      columns: {
        ...to.accountOf('User'),
        RemoteDeviceName: firstOf('ClientMachineFQDN', 'ClientMachine'),
      },
      additional: {
        Namespace: field('NamespaceName'),
        OperationType: inPart(operationType('Operation')),
        OperationDetails: field('Operation'),
      },
      note: 'The client’s process is on the other machine.',
    },
    {
      id: 23,
      table: 'DeviceEvents',
      actionType: 'ProcessCreatedUsingWmiQuery',
      actor: { pid: localClient },
      columns: {
        ProcessId: to.long('CreatedProcessId'),
        ProcessCommandLine: field('Commandline'),
        FileName: to.fileName(to.serviceImage('Commandline')),
        ...to.accountOf('User'),
        RemoteDeviceName: when(isLocal, literal(''), firstOf('ClientMachineFQDN', 'ClientMachine')),
      },
      additional: { IsRemoteMachine: computed('not IsLocal', (scope) => !isLocal.test(scope)) },
    },
  ],
};

/** The number that stands for USB among the kinds of bus of a disk. */
const usb = '7';

export const partitions: EventLog = {
  name: 'Partition',
  providers: ['microsoft-windows-partition'],
  rules: [
    {
      id: 1006,
      table: 'DeviceEvents',
      actionType: computed(
        'UsbDriveUnmounted if Capacity = 0, UsbDriveMounted else',
        ({ event }) =>
          event.data.get('capacity') === '0' ? 'UsbDriveUnmounted' : 'UsbDriveMounted',
      ),
      condition: is('BusType', usb),
      columns: {},
      additional: {
        BusType: literal('USB'),
        Manufacturer: to.trimmed('Manufacturer'),
        ProductName: to.trimmed('Model'),
        ProductRevision: to.trimmed('Revision'),
        SerialNumber: to.trimmed('SerialNumber'),
      },
    },
  ],
};

const scopes = { 0: 'Base', 1: 'OneLevel', 2: 'SubTree' };
const list = transform('list', (text) => text.split(/[;,\s]+/).filter((name) => name !== ''));

export const ldapClient: EventLog = {
  name: 'LDAP client',
  providers: ['microsoft-windows-ldap-client'],
  rules: [
    {
      id: 30,
      table: 'DeviceEvents',
      actionType: 'LdapSearch',
      actor: { pid: header },
      columns: {},
      additional: {
        AttributeList: list('AttributeList'),
        DistinguishedName: field('DistinguishedName'),
        ScopeOfSearch: match('ScopeOfSearch', scopes, ''),
        SearchFilter: field('SearchFilter'),
      },
    },
  ],
};

/** Defender has the properties of this event as objects. */
const property = transform('property', (text) => ({ PropertyValue: text }));

export const dataProtection: EventLog = {
  name: 'Data protection (DPAPI)',
  providers: ['microsoft-windows-crypto-dpapi'],
  rules: [
    {
      id: 16385,
      table: 'DeviceEvents',
      actionType: 'DpapiAccessed',
      condition: is('OperationType', 'SPCryptUnprotect'),
      actor: { pid: 'CallerProcessID' },
      columns: {},
      additional: {
        OperationType: property('OperationType'),
        DataDescription: property('DataDescription'),
      },
    },
  ],
};
