import { startOf } from './actor.js';
import type { WindowsEvent } from './event.js';
import {
  type Condition,
  computed,
  field,
  firstOf,
  is,
  literal,
  match,
  when,
} from './expression.js';
import type { EventLog, ProcessFields, Rule, Twin } from './rule.js';
import * as to from './transforms.js';
import {
  binaryDetails,
  connectionKey,
  deletedObjectKey,
  deletedRowKey,
  registryValueKey,
} from './twin-keys.js';
import { baseName, hasStream, registryNumber } from './values.js';

const actor: ProcessFields = {
  guid: 'ProcessGuid',
  pid: 'ProcessId',
  image: 'Image',
  user: 'User',
};

const parent: ProcessFields = {
  guid: 'ParentProcessGuid',
  pid: 'ParentProcessId',
  image: 'ParentImage',
  commandLine: 'ParentCommandLine',
  user: 'ParentUser',
};

const source: ProcessFields = {
  guid: 'SourceProcessGuid',
  pid: 'SourceProcessId',
  image: 'SourceImage',
  user: 'SourceUser',
};

const target: ProcessFields = {
  guid: 'TargetProcessGuid',
  pid: 'TargetProcessId',
  image: 'TargetImage',
  user: 'TargetUser',
};

const inbound = is('Initiated', 'false');

/** Source and destination are those of the first packet, so inbound the source is the remote end. */
function local(end: string) {
  return when(inbound, `Destination${end}`, `Source${end}`);
}

function remote(end: string) {
  return when(inbound, `Source${end}`, `Destination${end}`);
}

const connectionTwin: Twin = {
  kind: 'connection',
  role: 'primary',
  key: ({ data }) =>
    connectionKey(
      data.get('protocol'),
      [data.get('sourceip'), data.get('sourceport')],
      [data.get('destinationip'), data.get('destinationport')],
    ),
};

const named = (name: string) => ({
  FileName: to.fileName(name),
  FolderPath: to.path(name),
});

/** The user of the process acted on: from the event since Sysmon 13.30, before from its start. */
const targetUser = firstOf(
  'TargetUser',
  computed('user of the target', ({ target: process }) => process?.facts.user),
);

const onProcess = {
  ...named('TargetImage'),
  ProcessId: firstOf(
    to.long('TargetProcessId'),
    computed('process id of the target', ({ target: process }) => process?.pid),
  ),
  ProcessCommandLine: computed(
    'command line of the target',
    ({ target: process }) => process?.facts.commandLine,
  ),
  ProcessCreationTime: computed(
    'start of the target',
    ({ target: process }) => process && startOf(process),
  ),
  ...to.accountOf(targetUser),
  AccountSid: firstOf(
    to.sidOfUser(targetUser),
    computed('SID of the target', ({ target: process }) => process?.facts.sid),
  ),
};

function accessKey({ data }: WindowsEvent): string | undefined {
  const [pid, image] = [data.get('sourceprocessid'), data.get('targetimage')];
  return pid && image ? `${Number(pid)} ${baseName(image).toLowerCase()}` : undefined;
}

/** What another event says of the same. */
const lent = (name: string, title: string) => computed(title, ({ twin }) => twin?.[name]);

const deletesValue = is('EventType', 'DeleteValue');
const isBinary = is('Details', binaryDetails);
const hasTwin: Condition = {
  test: ({ twin }) => twin !== undefined,
  text: '4657 tells of it',
  fields: [],
};
const previousData = computed(
  'OldValue of 4657',
  ({ twin }) => twin && registryNumber(twin['oldvalue'] ?? '', twin['oldvaluetype']),
);
const fileOfStream = to.withoutStream('TargetFilename');
const namesStream = {
  test: ({ event }: { event: WindowsEvent }) => hasStream(event.data.get('targetfilename') ?? ''),
  text: 'TargetFilename names a stream',
  fields: [],
};

/** The account that runs the process asks for what this does to files; in the case that it is written in. */
const request = {
  RequestProtocol: literal('Local'),
  RequestAccountName: to.nameOfUser('User'),
  RequestAccountDomain: to.domainOfUser('User'),
  RequestAccountSid: to.sidOfUser('User'),
};

const fileWithHashes = { ...named('TargetFilename'), ...to.hashes('Hashes'), ...request };
/** It has no column. */
const importHash = { IMPHASH: to.hash('Hashes', 'IMPHASH') };

const processStart: Rule = {
  id: 1,
  table: 'DeviceProcessEvents',
  actionType: 'ProcessCreated',
  actor: parent,
  note: 'The initiating process is the parent. Security event 4688 of the same start adds elevation and SID.',
  columns: {
    ...named('Image'),
    ...to.hashes('Hashes'),
    ProcessId: firstOf(
      to.long('ProcessId'),
      computed('process id by the GUID', ({ started }) => started?.pid),
    ),
    ProcessCommandLine: field('CommandLine'),
    ProcessIntegrityLevel: to.integrityLevel('IntegrityLevel'),
    ProcessTokenElevation: to.tokenElevation(
      computed('TokenElevationType of 4688', ({ started }) => started?.facts.tokenElevation),
    ),
    ProcessCreationTime: to.utc('UtcTime'),
    ProcessUniqueId: field('ProcessGuid'),
    ...to.accountOf('User'),
    AccountSid: firstOf(
      to.sidOfUser('User'),
      computed('SID of 4688', ({ started }) => started?.facts.sid),
    ),
    LogonId: to.long('LogonId'),
    CreatedProcessSessionId: to.long('TerminalSessionId'),
    ProcessVersionInfoCompanyName: field('Company'),
    ProcessVersionInfoProductName: field('Product'),
    ProcessVersionInfoProductVersion: field('FileVersion'),
    ProcessVersionInfoOriginalFileName: field('OriginalFileName'),
    ProcessVersionInfoFileDescription: field('Description'),
  },
  additional: { CurrentDirectory: field('CurrentDirectory'), ...importHash },
};

const networkConnection: Rule = {
  id: 3,
  table: 'DeviceNetworkEvents',
  actionType: match('Initiated', { false: 'InboundConnectionAccepted' }, 'ConnectionSuccess'),
  actor,
  twin: connectionTwin,
  note: 'Local and remote change places for inbound connections.',
  columns: {
    LocalIP: to.address(local('Ip')),
    LocalPort: to.long(local('Port')),
    RemoteIP: to.address(remote('Ip')),
    RemotePort: to.long(remote('Port')),
    RemoteUrl: remote('Hostname'),
    Protocol: to.protocolName('Protocol'),
    LocalIPType: to.addressType(local('Ip')),
    RemoteIPType: to.addressType(remote('Ip')),
  },
  // The name of the local end, which has no column.
  additional: {
    SourceHostname: when(inbound, literal(''), 'SourceHostname'),
    DestinationHostname: when(inbound, 'DestinationHostname', literal('')),
  },
};

const rawAccess: Rule = {
  id: 9,
  table: 'DeviceEvents',
  actionType: 'RawAccessRead',
  actor,
  extension: true,
  columns: { FolderPath: field('Device') },
};

const fileCreated: Rule = {
  id: 11,
  table: 'DeviceFileEvents',
  actionType: 'FileCreated',
  actor,
  note: 'Overwriting is logged so, too. No hash and no size.',
  columns: { ...named('TargetFilename'), ...request },
};

const fileDeleted: Rule = {
  id: 23,
  table: 'DeviceFileEvents',
  actionType: 'FileDeleted',
  actor,
  columns: fileWithHashes,
  additional: importHash,
};

/** `"name"`, as filters and consumers have their own names. */
const ownName = ({ data }: WindowsEvent) =>
  data.get('name')?.trim().replace(/^"|"$/g, '').toLowerCase();
/** `"…:__EventFilter.Name=\"name\""`, as a binding names them. */
const nameIn = (field: string) => (event: WindowsEvent) =>
  /\.Name=\\*"([^"\\]*)/.exec(event.data.get(field) ?? '')?.[1]?.toLowerCase();

const filterTwin = { kind: 'subscription filter', lends: ['eventnamespace', 'query'] } as const;
const consumerTwin = { kind: 'subscription consumer', lends: ['type', 'destination'] } as const;

function pipe(id: number, operation: string, end: string): Rule {
  return {
    id,
    table: 'DeviceEvents',
    actionType: 'NamedPipeEvent',
    actor,
    columns: {},
    additional: {
      PipeName: to.pipeName('PipeName'),
      FileOperation: literal(operation),
      NamedPipeEnd: literal(end),
    },
  };
}

const withoutRow = {
  4: 'state of the Sysmon service',
  5: 'end of a process: from then on its id may be of another',
  16: 'Sysmon configuration',
  27: 'blocked by Sysmon',
  28: 'blocked by Sysmon',
  255: 'error of Sysmon',
};

export const sysmon: EventLog = {
  name: 'Sysmon',
  providers: ['microsoft-windows-sysmon'],
  withoutRow,
  rules: [
    processStart,
    {
      id: 2,
      table: 'DeviceEvents',
      actionType: 'FileTimestampModificationEvent',
      actor,
      columns: named('TargetFilename'),
      additional: {
        PreviousCreationTime: to.utc('PreviousCreationUtcTime'),
        CreationTime: to.utc('CreationUtcTime'),
      },
    },
    networkConnection,
    {
      id: 6,
      table: 'DeviceEvents',
      actionType: 'DriverLoad',
      columns: { ...named('ImageLoaded'), ...to.hashes('Hashes') },
      additional: {
        Signed: field('Signed'),
        Signature: field('Signature'),
        SignatureStatus: field('SignatureStatus'),
        ...importHash,
      },
    },
    {
      id: 7,
      table: 'DeviceImageLoadEvents',
      actionType: 'ImageLoaded',
      actor,
      note: 'Company, product and version are those of the module, for which there are no columns.',
      columns: { ...named('ImageLoaded'), ...to.hashes('Hashes') },
    },
    {
      id: 8,
      table: 'DeviceEvents',
      actionType: 'CreateRemoteThreadApiCall',
      actor: source,
      target,
      columns: onProcess,
      additional: {
        StartAddress: field('StartAddress'),
        StartModule: field('StartModule'),
        StartFunction: field('StartFunction'),
        NewThreadId: to.long('NewThreadId'),
      },
    },
    rawAccess,
    {
      id: 10,
      table: 'DeviceEvents',
      actionType: 'OpenProcessApiCall',
      actor: source,
      target,
      twin: { kind: 'access', role: 'primary', key: accessKey },
      columns: onProcess,
      additional: { DesiredAccess: to.long('GrantedAccess'), CallTrace: field('CallTrace') },
    },
    fileCreated,
    {
      id: 12,
      table: 'DeviceRegistryEvents',
      actionType: match(
        'EventType',
        { DeleteKey: 'RegistryKeyDeleted', DeleteValue: 'RegistryValueDeleted' },
        'RegistryKeyCreated',
      ),
      actor,
      twin: {
        kind: 'registry value',
        role: 'primary',
        key: (event) =>
          deletesValue.test({ event })
            ? deletedObjectKey(event.data.get('targetobject'))
            : undefined,
        rowKey: ({ data }, lent) => {
          const deleted = lent && deletedObjectKey(data.get('targetobject'));
          return deleted === undefined
            ? undefined
            : deletedRowKey(deleted, lent?.['oldvalue'] ?? '');
        },
      },
      note: 'Where the shipper has lost EventType, RegistryKeyCreated: most are. Data of a value that is deleted are from Security event 4657.',
      columns: {
        RegistryKey: to.registryKey(
          when(deletesValue, to.registryParent('TargetObject'), 'TargetObject'),
        ),
        RegistryValueName: when(deletesValue, to.registryValueName('TargetObject'), literal('')),
        PreviousRegistryValueName: when(hasTwin, to.registryValueName('TargetObject'), literal('')),
        PreviousRegistryValueData: previousData,
      },
    },
    {
      id: 13,
      table: 'DeviceRegistryEvents',
      actionType: 'RegistryValueSet',
      actor,
      twin: {
        kind: 'registry value',
        role: 'primary',
        key: ({ data }) => registryValueKey(data.get('targetobject'), data.get('details')),
        rowKey: (event, lent) =>
          registryValueKey(
            event.data.get('targetobject'),
            isBinary.test({ event })
              ? lent && registryNumber(lent['newvalue'] ?? '', lent['newvaluetype'])
              : event.data.get('details'),
          ),
      },
      note: 'Binary data is not logged: it is from Security event 4657, as are data from before the change.',
      columns: {
        RegistryKey: to.registryKey(to.registryParent('TargetObject')),
        RegistryValueName: to.registryValueName('TargetObject'),
        RegistryValueType: when(
          isBinary,
          firstOf(
            to.registryType(lent('newvaluetype', 'NewValueType of 4657')),
            to.registryDetailsType('Details'),
          ),
          to.registryDetailsType('Details'),
        ),
        RegistryValueData: when(
          isBinary,
          lent('newvalue', 'NewValue of 4657'),
          to.registryDetailsData('Details'),
        ),
        PreviousRegistryValueName: to.registryValueName('TargetObject'),
        PreviousRegistryValueData: previousData,
      },
    },
    {
      id: 14,
      table: 'DeviceRegistryEvents',
      actionType: 'RegistryKeyRenamed',
      actor,
      columns: {
        RegistryKey: to.registryKey('NewName'),
        PreviousRegistryKey: to.registryKey('TargetObject'),
      },
    },
    {
      id: 15,
      table: 'DeviceFileEvents',
      actionType: 'FileCreated',
      actor,
      note: 'The hash is that of the stream, and so left out where the stream has a name. The origin is that of a Zone.Identifier stream.',
      columns: {
        FileName: to.fileName(fileOfStream),
        FolderPath: to.path(fileOfStream),
        FileOriginUrl: to.iniValue('Contents', 'HostUrl'),
        FileOriginReferrerUrl: to.iniValue('Contents', 'ReferrerUrl'),
        SHA1: when(namesStream, literal(''), to.hash('Hash', 'SHA1')),
        SHA256: when(namesStream, literal(''), to.hash('Hash', 'SHA256')),
        MD5: when(namesStream, literal(''), to.hash('Hash', 'MD5')),
        ...request,
      },
      additional: {
        Hash: when(namesStream, 'Hash', literal('')),
        StreamName: to.streamName('TargetFilename'),
      },
    },
    pipe(17, 'File created', 'Server'),
    pipe(18, 'File opened', 'Client'),
    {
      id: 19,
      table: 'DeviceEvents',
      actionType: 'WmiEventFilter',
      actor: { user: 'User' },
      twin: { ...filterTwin, role: 'secondary', key: ownName },
      extension: true,
      columns: {},
      additional: {
        Operation: field('Operation'),
        Namespace: field('EventNamespace'),
        Name: field('Name'),
        Query: field('Query'),
      },
    },
    {
      id: 20,
      table: 'DeviceEvents',
      actionType: 'WmiEventConsumer',
      actor: { user: 'User' },
      twin: { ...consumerTwin, role: 'secondary', key: ownName },
      extension: true,
      columns: {},
      additional: {
        Operation: field('Operation'),
        Name: field('Name'),
        Type: field('Type'),
        Destination: field('Destination'),
      },
    },
    {
      id: 21,
      table: 'DeviceEvents',
      actionType: 'WmiBindEventFilterToConsumer',
      actor: { user: 'User' },
      lenders: [
        { ...filterTwin, key: nameIn('filter') },
        { ...consumerTwin, key: nameIn('consumer') },
      ],
      note: 'What the filter asks for and what the consumer does are from events 19 and 20 of their names.',
      columns: {},
      additional: {
        Operation: field('Operation'),
        Consumer: field('Consumer'),
        ESS: field('Filter'),
        EventNamespace: lent('eventnamespace', 'EventNamespace of 19'),
        Query: lent('query', 'Query of 19'),
        Type: lent('type', 'Type of 20'),
        Destination: lent('destination', 'Destination of 20'),
      },
    },
    {
      id: 22,
      table: 'DeviceEvents',
      actionType: 'DnsQueryResponse',
      actor,
      twin: {
        kind: 'query',
        role: 'primary',
        key: ({ data }) => data.get('queryname')?.toLowerCase(),
      },
      columns: {},
      additional: {
        DnsQueryString: field('QueryName'),
        DnsQueryResult: to.dnsResults('QueryResults'),
        QueryStatus: to.long('QueryStatus'),
      },
    },
    fileDeleted,
    {
      id: 24,
      table: 'DeviceEvents',
      actionType: 'GetClipboardData',
      actor,
      columns: {},
      additional: { ClientInfo: field('ClientInfo'), Session: to.long('Session') },
    },
    {
      id: 25,
      table: 'DeviceEvents',
      actionType: 'ProcessTampering',
      actor,
      extension: true,
      columns: {},
      additional: { Type: field('Type') },
    },
    { ...fileDeleted, id: 26 },
    {
      id: 29,
      table: 'DeviceFileEvents',
      actionType: 'FileCreated',
      actor,
      note: 'The only creation of a file that comes with hashes.',
      columns: fileWithHashes,
      additional: { FileType: literal('PortableExecutable'), ...importHash },
    },
  ],
};

/** Users have no domain there, hashes are mostly absent, images may be short names. */
export const linuxSysmon: EventLog = {
  name: 'Sysmon for Linux',
  providers: ['linux-sysmon'],
  withoutRow,
  rules: [
    processStart,
    networkConnection,
    rawAccess,
    {
      id: 10,
      table: 'DeviceEvents',
      actionType: 'PTraceDetected',
      actor: source,
      target,
      note: 'It watches ptrace.',
      columns: onProcess,
      additional: { DesiredAccess: to.long('GrantedAccess') },
    },
    fileCreated,
    fileDeleted,
  ],
};
