import { epochText } from '../datetime.js';
import { ExactNumber, type JsonValue } from '../json.js';
import { absolutePath } from '../linux/audit-record.js';
import type { Columns } from '../windows/actor.js';
import {
  type Condition,
  computed,
  type Expression,
  joined,
  literal,
  type RuleScope,
  textFrom,
  transform,
} from '../windows/expression.js';
import { asObject, hitFields, type JsonObject } from '../windows/shape.js';
import { registryParent, registryValueName } from '../windows/values.js';
import { comesFromOutside } from './direction.js';
import { firstTextIn, nested, textIn, valueAt } from './document.js';
import { alert, guardDuty } from './ecs-alerts.js';
import { file } from './ecs-objects.js';
import { isOfCloud, isOfService, services } from './ecs-services.js';
import {
  all,
  any,
  at,
  choose,
  firstAt,
  firstOf,
  inPartAt,
  isThere,
  lists,
  matches,
  not,
  rawAt,
  textAt,
  when,
} from './expression.js';
import type { DocumentRule, DocumentSource, ProcessMembers, StartMembers } from './rule.js';
import type { DocumentScope } from './scope.js';
import * as to from './transforms.js';

const category = (...words: readonly string[]) => lists('event.category', ...words);
const type = (...words: readonly string[]) => lists('event.type', ...words);
const action = (...words: readonly string[]) => lists('event.action', ...words);
const actionText = (pattern: RegExp, words: string) => matches('event.action', pattern, words);

const accountAt = (path: string) =>
  when(isThere(`${path}.name`), joined('\\', at(`${path}.domain`), at(`${path}.name`)), '');
const user = firstOf(
  accountAt('user'),
  accountAt('process.user'),
  at('carbon_black_cloud.endpoint_event.process.username'),
);

/** The audit system has a record for each step of a logon, and the title of each process. */
const isAudit = any(
  isThere('auditd.message_type'),
  lists('service.type', 'auditd'),
  lists('event.module', 'auditd'),
);

const commandLine = firstOf(
  at('process.command_line'),
  to.commandLine('process.args'),
  // Elsewhere it is that of a window.
  when(isAudit, at('process.title'), literal('')),
);

const acting: ProcessMembers = {
  guid: at('process.entity_id'),
  pid: at('process.pid'),
  image: firstOf(at('process.executable'), at('process.name')),
  commandLine,
  user,
  sid: firstOf(at('user.id'), at('process.user.id')),
  logonId: at('process.Ext.authentication_id'),
};

/** The columns for the process that another does something to. */
const targetProcess: Readonly<Record<string, Expression>> = {
  FileName: firstOf(at('Target.process.name'), to.baseName(at('Target.process.executable'))),
  FolderPath: at('Target.process.executable'),
  ProcessId: to.integer(at('Target.process.pid')),
  ProcessUniqueId: at('Target.process.entity_id'),
};

/** The columns for what ECS says of the acting process besides. */
const actorDetails: Readonly<Record<string, Expression>> = {
  InitiatingProcessFileName: to.lower(
    firstOf(to.baseName(at('process.name')), to.baseName(at('process.executable'))),
  ),
  InitiatingProcessCreationTime: at('process.start'),
  InitiatingProcessSHA1: to.hash(at('process.hash.sha1')),
  InitiatingProcessSHA256: to.hash(at('process.hash.sha256')),
  InitiatingProcessMD5: to.hash(at('process.hash.md5')),
  InitiatingProcessParentId: to.integer(at('process.parent.pid')),
  InitiatingProcessParentFileName: firstOf(
    at('process.parent.name'),
    to.baseName(at('process.parent.executable')),
  ),
  InitiatingProcessParentCreationTime: at('process.parent.start'),
  InitiatingProcessVersionInfoCompanyName: at('process.pe.company'),
  InitiatingProcessVersionInfoProductName: at('process.pe.product'),
  InitiatingProcessVersionInfoProductVersion: at('process.pe.file_version'),
  InitiatingProcessVersionInfoOriginalFileName: at('process.pe.original_file_name'),
  InitiatingProcessVersionInfoFileDescription: at('process.pe.description'),
  InitiatingProcessIntegrityLevel: to.integrityLevel(at('process.Ext.token.integrity_level_name')),
  InitiatingProcessTokenElevation: elevation(),
};

/** Elastic Endpoint's words for it. */
const elevations: Readonly<Record<string, string>> = {
  default: 'TokenElevationTypeDefault',
  full: 'TokenElevationTypeFull',
  limited: 'TokenElevationTypeLimited',
};

function elevation(): Expression {
  const named = transform('elevation', (word) => elevations[word.toLowerCase()]);
  return named(
    firstOf(at('process.Ext.token.elevation_level'), at('process.Ext.token.elevation_type')),
  );
}

const starts: StartMembers = {
  ...acting,
  started: at('process.start'),
  parentGuid: at('process.parent.entity_id'),
  parentPid: firstOf(at('process.parent.pid'), at('process.ppid')),
  parentImage: firstOf(at('process.parent.executable'), at('process.parent.name')),
  integrityLevel: at('process.Ext.token.integrity_level_name'),
  tokenElevation: elevation(),
  company: at('process.pe.company'),
  product: at('process.pe.product'),
  fileVersion: at('process.pe.file_version'),
  originalFileName: at('process.pe.original_file_name'),
  description: at('process.pe.description'),
  hashes: to.hashList({
    SHA1: at('process.hash.sha1'),
    SHA256: at('process.hash.sha256'),
    MD5: at('process.hash.md5'),
  }),
};

const account: Readonly<Record<string, Expression>> = {
  AccountName: to.accountName(at('user.name')),
  AccountDomain: firstOf(to.lower(at('user.domain')), to.accountDomain(at('user.name'))),
  AccountSid: at('user.id'),
};

/** The account that a process runs as: an event's own may be said of the process alone. */
const processAccount: Readonly<Record<string, Expression>> = {
  AccountName: to.accountName(firstOf(at('user.name'), at('process.user.name'))),
  AccountDomain: when(
    isThere('user.name'),
    firstOf(to.lower(at('user.domain')), to.accountDomain(at('user.name'))),
    firstOf(to.lower(at('process.user.domain')), to.accountDomain(at('process.user.name'))),
  ),
  AccountSid: firstOf(at('user.id'), at('process.user.id')),
};

const [ownAddresses, sourceAddress, destinationAddress] = [
  at('host.ip'),
  at('source.ip'),
  at('destination.ip'),
];

const comesFromHost: Condition = {
  test: (scope) => listOf(ownAddresses.read(scope)).includes(sourceAddress.read(scope) ?? null),
  text: 'source.ip in host.ip',
  fields: [],
};

/** A request as the server logs it that answers it, which names the client alone. */
const isServed = all(
  category('web'),
  type('access'),
  isThere('source.ip'),
  not(isThere('destination.ip')),
  not(isThere('destination.domain')),
);

const inbound = any(
  lists('network.direction', 'ingress', 'inbound', 'incoming'),
  all(
    not(lists('network.direction', 'egress', 'outbound', 'outgoing')),
    not(action('connection_attempted', 'connected-to')),
    not(comesFromHost),
    any(comesToHost(), isServed),
  ),
);

/** The destination is an address of the host; where neither end is, what is seen comes from outside. */
function comesToHost(): Condition {
  return {
    test: (scope) => {
      const [source, destination] = [sourceAddress.read(scope), destinationAddress.read(scope)];
      return (
        destination !== undefined &&
        (listOf(ownAddresses.read(scope)).includes(destination) ||
          comesFromOutside(source, destination))
      );
    },
    text: 'destination.ip in host.ip, or alone private',
    fields: [],
  };
}

const isListening = any(
  action('bound-socket', 'listen', 'network_listen', 'bound'),
  actionText(
    /connection_listen|^(?:networklisten|rawbind)ip\d$/,
    'is CONNECTION_LISTEN, NetworkListenIP4 or RawBindIP4',
  ),
);

/** Of what is listened at there is one end, whichever the source calls it. */
const isOneEnd = all(isListening, not(all(isThere('source.ip'), isThere('destination.ip'))));

const ends = (name: string, convert: (operand: Expression) => Expression) => {
  const [source, destination] = [at(`source.${name}`), at(`destination.${name}`)];
  const [local, remote] = [when(inbound, destination, source), when(inbound, source, destination)];
  return {
    local: convert(when(isOneEnd, firstOf(source, destination), local)),
    remote: convert(when(isOneEnd, literal(''), remote)),
  };
};
const addresses = ends('ip', to.address);
const addressTypes = ends('ip', to.addressType);
const ports = ends('port', to.integer);

const connection: Readonly<Record<string, Expression>> = {
  LocalIP: addresses.local,
  LocalPort: ports.local,
  RemoteIP: addresses.remote,
  RemotePort: ports.remote,
  RemoteUrl: firstOf(at('url.full'), at('destination.domain'), at('tls.client.server_name')),
  Protocol: to.protocolName(firstOf(at('network.transport'), at('network.iana_number'))),
  LocalIPType: addressTypes.local,
  RemoteIPType: addressTypes.remote,
};

const hasFailed = lists('event.outcome', 'failure', 'failed');

const loadsModule = all(isThere('dll.path'), actionText(/load/, 'has load'));

const executes = action('process_started', 'executed', 'exec', 'fork_exec', 'start');

/** What Elastic Endpoint watches processes do on Linux. */
const ofRunning = action(
  ...['ptrace', 'memfd_create', 'shmget', 'load_module', 'init_module'],
  ...['uid_change', 'gid_change', 'session_id_change', 'text_output'],
);

const processStart: DocumentRule = {
  event: 'process start',
  table: 'DeviceProcessEvents',
  actionType: 'ProcessCreated',
  condition: all(
    any(category('process'), lists('event.dataset', 'process', 'endpoint.events.process')),
    any(type('start'), executes),
    // What sudo was asked for is no process yet. One event may tell of all that a process did.
    any(executes, not(any(action('fork', 'ran-command'), ofRunning))),
    not(loadsModule),
    not(hasFailed),
  ),
  note: 'The initiating process is the parent.',
  starts,
  actor: {
    guid: at('process.parent.entity_id'),
    pid: firstOf(at('process.parent.pid'), at('process.ppid')),
    image: firstOf(at('process.parent.executable'), at('process.parent.name')),
    commandLine: firstOf(at('process.parent.command_line'), to.commandLine('process.parent.args')),
  },
  columns: {
    ...file('process'),
    FileName: firstOf(to.baseName(at('process.name')), to.baseName(at('process.executable'))),
    FolderPath: at('process.executable'),
    FileSize: to.integer(at('file.size')),
    ProcessId: to.integer(at('process.pid')),
    ProcessCommandLine: commandLine,
    ProcessCreationTime: firstOf(at('process.start'), at('@timestamp')),
    ProcessUniqueId: at('process.entity_id'),
    ProcessIntegrityLevel: to.integrityLevel(at('process.Ext.token.integrity_level_name')),
    ProcessTokenElevation: elevation(),
    LogonId: to.integer(at('process.Ext.authentication_id')),
    ProcessVersionInfoCompanyName: at('process.pe.company'),
    ProcessVersionInfoProductName: at('process.pe.product'),
    ProcessVersionInfoProductVersion: at('process.pe.file_version'),
    ProcessVersionInfoOriginalFileName: at('process.pe.original_file_name'),
    ProcessVersionInfoFileDescription: at('process.pe.description'),
    ...processAccount,
    InitiatingProcessFileName: to.lower(
      firstOf(at('process.parent.name'), to.baseName(at('process.parent.executable'))),
    ),
    InitiatingProcessCreationTime: at('process.parent.start'),
    InitiatingProcessSHA256: to.hash(at('process.parent.hash.sha256')),
    InitiatingProcessSHA1: to.hash(at('process.parent.hash.sha1')),
    InitiatingProcessMD5: to.hash(at('process.parent.hash.md5')),
    InitiatingProcessParentId: to.integer(at('process.parent.ppid')),
    InitiatingProcessParentFileName: to.baseName(at('process.parent.parent.executable')),
  },
};

/** What a sensor says of a process that another starts, where `process` is the other. */
interface Child {
  readonly guid: Expression;
  readonly pid: Expression;
  readonly image: Expression;
  readonly commandLine: Expression;
  readonly user: Expression;
  readonly hashes: Readonly<Record<'SHA1' | 'SHA256' | 'MD5', Expression>>;
  readonly started?: Expression;
  readonly integrityLevel?: Expression;
}

function childStart(sensor: string, condition: Condition, child: Child): DocumentRule {
  const { started = literal(''), integrityLevel = literal(''), hashes: ofChild } = child;
  return {
    event: `process start, by its parent (${sensor})`,
    table: 'DeviceProcessEvents',
    actionType: 'ProcessCreated',
    condition: all(category('process'), condition, not(hasFailed)),
    note: 'The initiating process is the one in process.',
    starts: {
      guid: child.guid,
      pid: child.pid,
      image: child.image,
      commandLine: child.commandLine,
      user: child.user,
      started,
      integrityLevel,
      parentGuid: at('process.entity_id'),
      parentPid: at('process.pid'),
      parentImage: firstOf(at('process.executable'), at('process.name')),
      hashes: to.hashList(ofChild),
    },
    actor: acting,
    columns: {
      ...actorDetails,
      FileName: to.baseName(child.image),
      FolderPath: child.image,
      SHA1: to.hash(ofChild.SHA1),
      SHA256: to.hash(ofChild.SHA256),
      MD5: to.hash(ofChild.MD5),
      ProcessId: to.integer(child.pid),
      ProcessCommandLine: child.commandLine,
      ProcessCreationTime: firstOf(started, at('@timestamp')),
      ProcessUniqueId: child.guid,
      ProcessIntegrityLevel: to.integrityLevel(integrityLevel),
      AccountName: to.accountName(child.user),
      AccountDomain: to.accountDomain(child.user),
    },
  };
}

const carbonBlack = (name: string) => at(`carbon_black_cloud.endpoint_event.${name}`);
const sentinelOne = (name: string) => at(`sentinel_one_cloud_funnel.event.tgt.process.${name}`);

const childStarts: readonly DocumentRule[] = [
  childStart(
    'Carbon Black Cloud',
    all(type('start'), isThere('carbon_black_cloud.endpoint_event.childproc.name')),
    {
      guid: carbonBlack('childproc.guid'),
      pid: carbonBlack('childproc.pid'),
      image: carbonBlack('childproc.name'),
      commandLine: carbonBlack('target_cmdline'),
      user: carbonBlack('childproc.username'),
      hashes: {
        SHA1: carbonBlack('childproc.hash.sha1'),
        SHA256: carbonBlack('childproc.hash.sha256'),
        MD5: carbonBlack('childproc.hash.md5'),
      },
    },
  ),
  childStart(
    'SentinelOne',
    all(
      lists('sentinel_one_cloud_funnel.event.meta_event_name', 'PROCESSCREATION'),
      isThere('sentinel_one_cloud_funnel.event.tgt.process.pid'),
    ),
    {
      guid: sentinelOne('uid'),
      pid: sentinelOne('pid'),
      image: firstOf(sentinelOne('image.path'), sentinelOne('name')),
      commandLine: sentinelOne('cmd_line'),
      user: sentinelOne('user.name'),
      hashes: {
        SHA1: sentinelOne('image.sha1'),
        SHA256: sentinelOne('image.sha256'),
        MD5: sentinelOne('image.md5'),
      },
      started: sentinelOne('start_time'),
      integrityLevel: sentinelOne('integrity_level'),
    },
  ),
];

const loaded: DocumentRule = {
  event: 'library load',
  table: 'DeviceImageLoadEvents',
  actionType: 'ImageLoaded',
  condition: all(
    any(category('library'), action('load'), loadsModule),
    not(category('driver')),
    not(isThere('driver.name')),
  ),
  actor: acting,
  columns: { ...actorDetails, ...file('dll'), FileSize: to.integer(at('dll.Ext.size')) },
};

const trace: DocumentRule = {
  event: 'process traced',
  table: 'DeviceEvents',
  actionType: 'PTraceDetected',
  condition: all(category('process'), action('ptrace', 'traced-process'), not(hasFailed)),
  actor: acting,
  columns: {
    ...actorDetails,
    ...targetProcess,
  },
};

const driver: DocumentRule = {
  event: 'driver load',
  table: 'DeviceEvents',
  actionType: 'DriverLoad',
  condition: any(
    category('driver'),
    isThere('driver.name'),
    all(category('library'), isThere('driver.path')),
    all(category('process'), action('load_module', 'init_module'), not(hasFailed)),
  ),
  actor: acting,
  columns: {
    ...actorDetails,
    ...file('dll'),
    FileName: firstOf(
      at('dll.name'),
      at('driver.name'),
      at('file.name'),
      to.baseName(at('dll.path')),
      when(action('loaded-kernel-module'), at('auditd.summary.object.primary'), literal('')),
    ),
    FolderPath: firstOf(at('dll.path'), at('driver.path'), at('file.path')),
  },
};

/** What the audit system says of a file that gets another name: both of its names, and their folders. */
const isAuditRename = all(isAudit, action('renamed'));

/** @param kind what the path is to the call: CREATE, DELETE */
function auditPath(kind: string): Expression {
  const [paths, folder] = [rawAt('auditd.paths'), textAt('process.working_directory')];
  return computed(`auditd.paths of ${kind}`, (scope) => {
    const list = paths(scope);
    const named = (Array.isArray(list) ? (list as readonly JsonValue[]) : [])
      .map(asObject)
      .find((path) => path?.['nametype'] === kind);
    const name = textFrom(named?.['name']);
    return name === undefined ? undefined : absolutePath(folder(scope), name);
  });
}

const [auditCreated, auditDeleted] = ['CREATE', 'DELETE'].map((kind) =>
  when(isAuditRename, auditPath(kind), literal('')),
) as [Expression, Expression];

/** A file on a share, as a sensor sees it. */
const isOnShare = lists('event.dataset', 'zeek.smb_files', 'corelight.smb_files', 'smb_files');

const fileEvent: DocumentRule = {
  event: 'file',
  table: 'DeviceFileEvents',
  actionType: choose(
    [actionText(/renam|moved/, 'has rename'), 'FileRenamed'],
    [type('creation'), 'FileCreated'],
    [type('deletion'), 'FileDeleted'],
    // Some sensors say that all are changes.
    [actionText(/creat/, 'has create'), 'FileCreated'],
    [actionText(/delet|unlink/, 'has delete'), 'FileDeleted'],
    [type('change'), 'FileModified'],
    [actionText(/modif|overwrit|updat|write/, 'has modify'), 'FileModified'],
  ),
  condition: all(category('file'), not(hasFailed), not(isOfService)),
  actor: acting,
  columns: {
    ...actorDetails,
    ...file('file'),
    FileName: firstOf(to.baseName(auditCreated), at('file.name'), to.baseName(at('file.path'))),
    FolderPath: firstOf(auditCreated, at('file.path')),
    FileSize: to.integer(at('file.size')),
    PreviousFolderPath: firstOf(
      at('file.Ext.original.path'),
      at('file.previous.path'),
      auditDeleted,
    ),
    PreviousFileName: firstOf(
      at('file.Ext.original.name'),
      to.baseName(at('file.Ext.original.path')),
      to.baseName(auditDeleted),
    ),
    FileOriginUrl: firstOf(at('file.origin_url'), at('file.Ext.windows.zone_identifier_host_url')),
    FileOriginReferrerUrl: at('file.origin_referrer_url'),
    RequestProtocol: when(isOnShare, literal('Smb'), literal('Local')),
    RequestSourceIP: when(isOnShare, to.address(at('source.ip')), literal('')),
    RequestSourcePort: when(isOnShare, to.integer(at('source.port')), literal('')),
    RequestAccountName: to.nameOfUser(at('user.name')),
    RequestAccountDomain: firstOf(at('user.domain'), to.domainOfUser(at('user.name'))),
    RequestAccountSid: at('user.id'),
  },
};

const ofRegistryKey = any(
  actionText(/^(?!.*value).*key/, 'has key and not value'),
  matches('sentinel_one_cloud_funnel.event.meta_event_name', /^regkey/, 'starts with REGKEY'),
);
const ofRegistryValue = all(
  not(ofRegistryKey),
  any(
    actionText(/value/, 'has value'),
    isThere('registry.value'),
    isThere('registry.data.type'),
    isThere('registry.data.strings'),
    isThere('registry.data.bytes'),
  ),
);
const deletesRegistry = any(type('deletion'), actionText(/delet/, 'has delete'));
const createsRegistry = any(type('creation'), actionText(/creat/, 'has create'));

const registryEvent: DocumentRule = {
  event: 'registry',
  table: 'DeviceRegistryEvents',
  actionType: choose(
    [all(deletesRegistry, ofRegistryValue), 'RegistryValueDeleted'],
    [deletesRegistry, 'RegistryKeyDeleted'],
    [all(createsRegistry, not(ofRegistryValue)), 'RegistryKeyCreated'],
    [actionText(/rename/, 'has rename'), 'RegistryKeyRenamed'],
    [all(type('access'), not(type('change'))), ''],
    [undefined, 'RegistryValueSet'],
  ),
  condition: any(category('registry'), all(isThere('registry.path'), category('configuration'))),
  actor: acting,
  columns: {
    ...actorDetails,
    RegistryKey: to.registryKey(registryKeyPath()),
    RegistryValueName: registryValue(),
    RegistryValueType: to.registryType(at('registry.data.type')),
    RegistryValueData: to.registryData(
      firstOf(to.listText('registry.data.strings'), at('registry.data.bytes')),
      at('registry.data.type'),
    ),
  },
};

const registryMembers = ['hive', 'key', 'path', 'value'].map((name) => at(`registry.${name}`));

/** The path of the key, and the name of the value that it ends with. */
function registryParts(scope: RuleScope): { readonly key?: string; readonly value?: string } {
  const [hive, ownKey, path, ownValue] = registryMembers.map(({ read }) => textFrom(read(scope)));
  if (ofRegistryKey.test(scope) && path !== undefined) {
    return { key: path };
  }
  if (ownKey !== undefined) {
    const key = hive === undefined ? ownKey : `${hive}\\${ownKey}`;
    return ownValue === undefined ? { key } : { key, value: ownValue };
  }
  if (path === undefined) {
    return hive === undefined ? {} : { key: hive };
  }
  if (ownValue !== undefined) {
    const isPart = path.endsWith(`\\${ownValue}`);
    return { key: isPart ? path.slice(0, -ownValue.length - 1) : path, value: ownValue };
  }
  return ofRegistryValue.test(scope)
    ? { key: registryParent(path), value: registryValueName(path) }
    : { key: path };
}

function registryKeyPath(): Expression {
  return computed(
    'registry.hive\\registry.key, or registry.path without the value',
    (scope) => registryParts(scope).key,
    ['registry.hive', 'registry.key', 'registry.path'],
  );
}

function registryValue(): Expression {
  return computed(
    'registry.value, or the end of registry.path',
    (scope) => registryParts(scope).value,
    ['registry.value'],
  );
}

const query: DocumentRule = {
  event: 'DNS',
  table: 'DeviceEvents',
  actionType: choose(
    [action('lookup_requested'), 'DnsQueryRequest'],
    [undefined, 'DnsQueryResponse'],
  ),
  condition: any(isThere('dns.question.name'), isThere('dns.query.name')),
  actor: acting,
  columns: {
    ...actorDetails,
    LocalIP: to.address(at('source.ip')),
    LocalPort: to.integer(at('source.port')),
    RemoteIP: to.address(at('destination.ip')),
    RemotePort: to.integer(at('destination.port')),
  },
  additional: {
    // Security Onion has other names for it.
    DnsQueryString: to.domainName(firstOf(at('dns.question.name'), at('dns.query.name'))),
    DnsQueryResult: dnsAnswers(),
    DnsQueryType: firstOf(at('dns.question.type'), at('dns.query.type_name')),
    DnsResponseCode: firstOf(at('dns.response_code'), at('dns.response.code_name')),
  },
};

function dnsAnswers(): Expression {
  const list = to.renamed('dns.answers', { type: 'DnsQueryType', data: 'Result' });
  const addressesOf = at('dns.resolved_ip');
  return computed(
    'dns.answers',
    (scope) => {
      const answers = list.read(scope) as readonly JsonValue[];
      const plain = addressesOf.read(scope);
      return answers.length > 0 || !Array.isArray(plain)
        ? answers
        : plain.map((each: JsonValue) => ({
            DnsQueryType: String(each).includes(':') ? 'AAAA' : 'A',
            Result: each,
          }));
    },
    ['dns.answers'],
  );
}

const signature: DocumentRule = {
  event: 'network alert',
  table: 'DeviceNetworkEvents',
  actionType: 'NetworkSignatureInspected',
  condition: all(
    any(
      lists('event.kind', 'alert'),
      // Security Onion says so in the name of the log.
      all(lists('event.dataset', 'alert', 'suricata.alert'), isThere('rule.name')),
      isThere('notice.note'),
    ),
    category('network', 'intrusion_detection'),
    any(isThere('source.ip'), isThere('destination.ip')),
  ),
  actor: acting,
  columns: { ...actorDetails, ...connection },
  additional: { SignatureName: firstOf(at('rule.name'), at('notice.note'), inPartAt('message')) },
};

/** Sensors that look into connections; they have a log for each protocol. */
const seen = (protocol: string) =>
  any(
    lists(
      'event.dataset',
      ...['', 'zeek.', 'corelight.', 'network_traffic.'].map((sensor) => `${sensor}${protocol}`),
    ),
    all(lists('event.module', 'suricata'), lists('suricata.eve.event_type', protocol)),
  );

/** Protocols that are looked into, under the names that Defender has for it. */
function inspected(
  actionType: string,
  protocols: readonly string[],
  additional: DocumentRule['additional'] = {},
): DocumentRule {
  return {
    event: `${protocols.join(', ')}, looked into`,
    table: 'DeviceNetworkEvents',
    actionType,
    condition: all(
      category('network', 'network_traffic', 'web'),
      any(...protocols.map(seen)),
      any(isThere('source.ip'), isThere('destination.ip')),
    ),
    actor: acting,
    columns: { ...actorDetails, ...connection },
    additional: { direction: choose([inbound, 'In'], [undefined, 'Out']), ...additional },
  };
}

/** Of the names here, the second is Security Onion's. */
const looksInto: readonly DocumentRule[] = [
  inspected('HttpConnectionInspected', ['http'], {
    method: firstOf(at('http.request.method'), at('http.method')),
    host: firstOf(inPartAt('url.domain'), at('http.virtual_host'), inPartAt('destination.domain')),
    uri: firstOf(at('url.original'), at('http.uri'), at('url.path')),
    user_agent: firstOf(at('user_agent.original'), at('http.useragent')),
    status_code: firstOf(at('http.response.status_code'), at('http.status_code')),
  }),
  inspected('SslConnectionInspected', ['ssl', 'tls'], {
    server_name: firstOf(inPartAt('tls.client.server_name'), at('ssl.server_name')),
  }),
  inspected('SshConnectionInspected', ['ssh']),
  inspected('FtpConnectionInspected', ['ftp']),
  inspected('SmtpConnectionInspected', ['smtp']),
];

const ofNetworkLogon = (one: string, other: string) => firstOf(at(one), at(other));

/** Sensors in the network see who logs on to what: it is not their own host. */
const networkLogon: DocumentRule = {
  event: 'logon, as a sensor sees it',
  table: 'IdentityLogonEvents',
  actionType: choose([hasFailed, 'LogonFailed'], [undefined, 'LogonSuccess']),
  condition: all(
    category('network', 'authentication'),
    any(seen('kerberos'), seen('ntlm')),
    any(isThere('event.outcome'), isThere('zeek.ntlm.success'), isThere('zeek.kerberos.success')),
  ),
  columns: {
    Protocol: choose([seen('ntlm'), 'NTLM'], [undefined, 'Kerberos']),
    AccountName: to.lower(ofNetworkLogon('user.name', 'client.user.name')),
    AccountDomain: to.lower(ofNetworkLogon('user.domain', 'client.user.domain')),
    IPAddress: to.address(at('source.ip')),
    Port: to.integer(at('source.port')),
    DestinationIPAddress: to.address(at('destination.ip')),
    DestinationPort: to.integer(at('destination.port')),
    DeviceName: to.lower(at('zeek.ntlm.hostname')),
    FailureReason: when(
      hasFailed,
      firstOf(at('zeek.kerberos.error.msg'), at('event.reason')),
      literal(''),
    ),
  },
};

/** Zeek's states of connections that did not come about. */
const hasNoAnswer = any(
  ...['zeek.connection.state', 'connection.state'].map((path) =>
    lists(path, 'S0', 'REJ', 'RSTOS0', 'SH', 'RSTRH'),
  ),
);

/** What a sensor has a log of its own for, beside that of all connections. */
const isOfConnection = any(
  all(lists('event.module', 'zeek', 'corelight'), not(any(seen('connection'), seen('conn')))),
  all(
    lists('event.module', 'suricata'),
    isThere('suricata.eve.event_type'),
    not(lists('suricata.eve.event_type', 'flow', 'netflow', 'drop')),
  ),
);

const isIcmp = any(
  lists('network.transport', 'icmp', 'ipv6-icmp'),
  lists('network.iana_number', '1', '58'),
);

/** Programs that do not wait for a connection are told that it is being made. */
const isUnderWay = lists('auditd.data.exit', 'EINPROGRESS');

const isFlow = all(action('network_flow'), isThere('flow.id'), isThere('event.start'));

const networkEvent: DocumentRule = {
  event: 'network connection',
  table: 'DeviceNetworkEvents',
  actionType: choose(
    [all(isIcmp, not(type('denied'))), 'IcmpConnectionInspected'],
    [all(type('denied'), inbound), 'ConnectionFailed'],
    [
      any(
        all(hasFailed, not(isUnderWay)),
        type('denied', 'error'),
        actionText(/connection_create_failed/, 'has CONNECTION_CREATE_FAILED'),
        hasNoAnswer,
      ),
      'ConnectionFailed',
    ],
    [isListening, 'ListeningConnectionCreated'],
    [inbound, 'InboundConnectionAccepted'],
    [action('connection_attempted'), 'ConnectionSuccess'],
    [undefined, 'ConnectionSuccess'],
  ),
  condition: all(
    any(
      category('network', 'network_traffic', 'web'),
      all(action('socket_opened'), lists('event.dataset', 'socket')),
    ),
    any(
      type('connection', 'start', 'access', 'protocol', 'allowed', 'denied'),
      action('network_flow', 'socket_opened'),
      // Security Onion says no more of its kind.
      all(lists('event.module', 'zeek'), lists('event.dataset', 'conn', 'zeek.conn')),
      all(type('info'), isThere('process.pid'), isThere('source.ip'), isThere('destination.ip')),
    ),
    not(all(type('end'), not(type('start')), not(type('connection')))),
    not(isOfConnection),
    any(isThere('source.ip'), isThere('destination.ip'), isThere('destination.domain')),
  ),
  actor: acting,
  note: 'Local and remote change places for inbound connections. A flow has one row, at its start, however often it is reported.',
  time: when(isFlow, at('event.start'), literal('')),
  identity: when(isFlow, joined(' ', at('flow.id'), at('event.start')), literal('')),
  columns: { ...actorDetails, ...connection },
};

/** Sign-ins to services, by the modules that collect them. */
const cloudSignIn = any(
  lists('event.dataset', 'azure.signinlogs', 'okta.system', 'o365.audit', 'google_workspace.login'),
  lists(
    'event.module',
    'okta',
    'o365',
    'google_workspace',
    'auth0',
    'duo',
    'onelogin',
    'ping_one',
    'azure',
  ),
  lists('event.provider', 'okta', 'AzureActiveDirectory', 'signin.amazonaws.com'),
);

const identityLogon: DocumentRule = {
  event: 'sign-in to a service',
  table: 'IdentityLogonEvents',
  actionType: choose([hasFailed, 'LogonFailed'], [undefined, 'LogonSuccess']),
  condition: all(category('authentication'), not(type('end')), cloudSignIn),
  columns: {
    ReportId: eventId(),
    Application: firstOf(
      at('azure.signinlogs.properties.app_display_name'),
      at('event.provider'),
      at('event.module'),
    ),
    LogonType: firstOf(at('azure.signinlogs.properties.client_app_used'), at('event.action')),
    Protocol: firstOf(
      at('azure.signinlogs.properties.authentication_protocol'),
      at('network.protocol'),
    ),
    FailureReason: when(
      hasFailed,
      firstOf(
        at('error.message'),
        at('event.reason'),
        at('okta.outcome.reason'),
        at('azure.signinlogs.properties.status.failure_reason'),
        at('azure.signinlogs.result_description'),
      ),
      literal(''),
    ),
    AccountName: to.lower(at('user.name')),
    AccountDomain: firstOf(to.lower(at('user.domain')), to.mailDomain(at('user.name'))),
    AccountUpn: to.lower(
      firstOf(
        at('user.email'),
        ...['user.name', 'user.id', 'okta.actor.alternate_id'].map(withDomain),
        at('azure.signinlogs.properties.user_principal_name'),
        at('source.user.email'),
      ),
    ),
    AccountObjectId: firstOf(at('user.id'), at('client.user.id'), at('okta.actor.id')),
    AccountDisplayName: at('user.full_name'),
    OSPlatform: firstOf(
      at('user_agent.os.name'),
      at('azure.signinlogs.properties.device_detail.operating_system'),
    ),
    DeviceType: at('user_agent.device.name'),
    IPAddress: to.address(at('source.ip')),
    Port: to.integer(at('source.port')),
    Location: firstOf(
      at('source.geo.country_iso_code'),
      at('client.geo.country_iso_code'),
      at('client.geo.country_name'),
    ),
    Isp: at('source.as.organization.name'),
    TargetAccountDisplayName: at('user.target.full_name'),
  },
};

function eventId(): Expression {
  return firstOf(at('event.id'), at('event.hash'));
}

function withDomain(path: string): Expression {
  const { read } = at(path);
  return computed(`${path} with a domain`, (scope) => {
    const name = textFrom(read(scope));
    return name?.includes('@') ? name : undefined;
  });
}

/** Who logs on, where that is not who asks for it. */
const hasEffective = any(isThere('user.effective.name'), isThere('user.effective.id'));
const ofLogon = (name: string) =>
  when(hasEffective, at(`user.effective.${name}`), at(`user.${name}`));

const logon: DocumentRule = {
  event: 'authentication',
  table: 'DeviceLogonEvents',
  actionType: choose(
    [
      any(hasFailed, action('logon-failed', 'login_failed', 'authentication_failure')),
      'LogonFailed',
    ],
    [action('logged-in-explicit'), 'LogonAttempted'],
    [undefined, 'LogonSuccess'],
  ),
  condition: all(
    any(
      category('authentication'),
      all(category('session'), type('start')),
      lists('event.dataset', 'login'),
    ),
    not(all(type('end'), not(type('start')))),
    not(action('logged-out', 'log_off', 'user_logout', 'boot', 'shutdown', 'ended-session')),
    // Auditbeat's words, and Filebeat's.
    not(all(isAudit, not(action('logged-in', 'authenticated', 'user_login', 'user_auth')))),
  ),
  actor: {
    guid: at('process.entity_id'),
    pid: at('process.pid'),
    image: firstOf(at('process.executable'), at('process.name')),
    user: when(hasEffective, user, literal('')),
    sid: when(hasEffective, at('user.id'), literal('')),
  },
  columns: {
    AccountName: to.accountName(ofLogon('name')),
    AccountDomain: firstOf(to.lower(ofLogon('domain')), to.accountDomain(ofLogon('name'))),
    AccountSid: ofLogon('id'),
    LogonType: to.logonType(
      firstOf(
        at('winlog.logon.type'),
        at('process.Ext.session_info.logon_type'),
        at('user.Ext.logon.type'),
      ),
    ),
    LogonId: to.integer(
      firstOf(at('winlog.logon.id'), at('process.Ext.session_info.id'), at('auditd.session')),
    ),
    RemoteIP: to.address(firstOf(at('source.ip'), at('process.Ext.session_info.client_address'))),
    RemotePort: to.integer(at('source.port')),
    RemoteIPType: to.addressType(
      firstOf(at('source.ip'), at('process.Ext.session_info.client_address')),
    ),
    RemoteDeviceName: firstOf(at('source.domain'), at('source.hostname')),
    Protocol: firstOf(
      at('process.Ext.session_info.authentication_package'),
      at('system.auth.ssh.method'),
    ),
    FailureReason: when(
      hasFailed,
      firstOf(at('winlog.logon.failure.reason'), at('event.reason'), at('error.message')),
      literal(''),
    ),
  },
};

const of = (words: readonly string[], more: RegExp, text: string) =>
  any(all(type(words[0] ?? ''), type(words[1] ?? '')), actionText(more, text));

const group = (one: string) => ({
  GroupName: at(`${one}.name`),
  GroupDomainName: at(`${one}.domain`),
  GroupSid: at(`${one}.id`),
});

const hasTarget = any(isThere('user.target.name'), isThere('user.target.id'));

/** Whom a change is about: all of it is of one user. */
const ofChanged = (name: string) => when(hasTarget, at(`user.target.${name}`), ofLogon(name));

/** Where an event has one user alone, that is the one whom it is about, not who acted. */
const changing: ProcessMembers = {
  ...acting,
  user: when(any(hasTarget, hasEffective), user, literal('')),
  sid: when(any(hasTarget, hasEffective), at('user.id'), literal('')),
};

const accountChange = {
  event: 'accounts and groups',
  table: 'DeviceEvents',
  actionType: choose(
    [action('added-member-to-group', 'user_added_to_group'), 'UserAccountAddedToLocalGroup'],
    [
      action('removed-member-from-group', 'user_removed_from_group'),
      'UserAccountRemovedFromLocalGroup',
    ],
    [actionText(/password/, 'has password'), 'PasswordChangeAttempt'],
    [
      of(
        ['group', 'creation'],
        /^added-group-account(?:-to)?$|group.*(?:added|created)/,
        'adds a group',
      ),
      'SecurityGroupCreated',
    ],
    [
      of(
        ['group', 'deletion'],
        /^(?:deleted|removed)-group-account(?:-from)?$|group.*(?:removed|deleted)/,
        'removes a group',
      ),
      'SecurityGroupDeleted',
    ],
    [
      of(['user', 'creation'], /added-user-account|user_added|user.*created/, 'adds a user'),
      'UserAccountCreated',
    ],
    [
      of(['user', 'deletion'], /deleted-user-account|user_removed|user.*deleted/, 'removes a user'),
      'UserAccountDeleted',
    ],
    [
      of(['user', 'change'], /modified-user-account|user_changed|user.*modified/, 'changes a user'),
      'UserAccountModified',
    ],
  ),
  condition: all(category('iam'), not(isOfCloud)),
  actor: changing,
  columns: {
    ...actorDetails,
    AccountName: to.accountName(ofChanged('name')),
    AccountDomain: to.lower(ofChanged('domain')),
    AccountSid: ofChanged('id'),
  },
  additional: group('group'),
} satisfies DocumentRule;

const mail: DocumentRule = {
  event: 'email',
  table: 'EmailEvents',
  condition: category('email'),
  each: 'email.to.address',
  note: 'One row for each recipient.',
  columns: {
    ReportId: eventId(),
    NetworkMessageId: firstOf(at('email.local_id'), at('event.id'), at('email.message_id')),
    InternetMessageId: at('email.message_id'),
    SenderFromAddress: firstAt('email.from.address'),
    SenderMailFromAddress: firstOf(at('email.sender.address'), firstAt('email.from.address')),
    SenderFromDomain: to.mailDomain(firstAt('email.from.address')),
    SenderMailFromDomain: to.mailDomain(
      firstOf(at('email.sender.address'), firstAt('email.from.address')),
    ),
    SenderIPv4: to.ofFamily(at('source.ip'), 4),
    SenderIPv6: to.ofFamily(at('source.ip'), 6),
    RecipientEmailAddress: firstAt('email.to.address'),
    RecipientDomain: to.mailDomain(firstAt('email.to.address')),
    Cc: to.listText('email.cc.address'),
    Subject: at('email.subject'),
    EmailDirection: choose(
      [lists('email.direction', 'inbound', 'incoming'), 'Inbound'],
      [lists('email.direction', 'outbound', 'outgoing'), 'Outbound'],
      [lists('email.direction', 'internal'), 'Intra-org'],
    ),
    DeliveryAction: choose(
      [actionText(/block|reject|drop|quarantin|held|bounc/, 'has block'), 'Blocked'],
      [any(type('denied'), hasFailed), 'Blocked'],
      [actionText(/junk|spam/, 'has spam'), 'Junked'],
      [undefined, 'Delivered'],
    ),
    AttachmentCount: to.count('email.attachments'),
    EmailSize: to.integer(at('email.size')),
    ThreatNames: at('threat.indicator.name'),
  },
};

const [initiator, target] = [
  'azure.auditlogs.properties.initiated_by.user',
  'azure.auditlogs.properties.target_resources.0',
];

const cloudActivity: DocumentRule = {
  event: 'activity in a service',
  table: 'CloudAppEvents',
  actionType: firstOf(at('event.action'), at('event.code')),
  condition: all(
    isOfCloud,
    isThere('event.action'),
    not(isThere('process.pid')),
    not(all(category('network'), any(isThere('destination.ip'), isThere('network.transport')))),
  ),
  columns: {
    ReportId: eventId(),
    Application: firstOf(at('event.provider'), at('cloud.service.name'), at('event.module')),
    AccountObjectId: firstOf(
      at('user.id'),
      at('client.user.id'),
      inPartAt('okta.actor.id'),
      inPartAt(`${initiator}.id`),
    ),
    AccountId: firstOf(
      at('user.email'),
      at('client.user.email'),
      at('source.user.email'),
      inPartAt('okta.actor.alternate_id'),
      inPartAt(`${initiator}.userPrincipalName`),
      at('user.name'),
      at('user.id'),
    ),
    AccountDisplayName: firstOf(
      at('user.full_name'),
      inPartAt(`${initiator}.displayName`),
      at('user.name'),
    ),
    IPAddress: to.address(firstOf(at('source.ip'), at('client.ip'))),
    CountryCode: firstOf(at('source.geo.country_iso_code'), at('client.geo.country_iso_code')),
    City: firstOf(at('source.geo.city_name'), at('client.geo.city_name')),
    Isp: at('source.as.organization.name'),
    UserAgent: at('user_agent.original'),
    OSPlatform: at('user_agent.os.name'),
    DeviceType: at('user_agent.device.name'),
    ActivityType: choose(
      [type('creation'), 'Create'],
      [type('deletion'), 'Delete'],
      [type('change'), 'Edit'],
      [type('access'), 'View'],
      [undefined, 'Run'],
    ),
    ObjectName: firstOf(
      at('file.name'),
      at('user.target.name'),
      at('user.target.full_name'),
      at('group.name'),
      inPartAt(`${target}.display_name`),
    ),
    ObjectId: firstOf(at('user.target.id'), at('group.id'), inPartAt(`${target}.id`)),
    RawEventData: firstOf(
      at('o365.audit'),
      ...['azure.auditlogs', 'azure.activitylogs', 'aws.cloudtrail', 'gcp.audit'].map(at),
      ...['okta', 'github', 'google_workspace'].map(at),
    ),
  },
};

/** Calls that Elastic Endpoint watches, and Defender's names for them. */
const apiCalls: Readonly<Record<string, string>> = {
  openprocess: 'OpenProcessApiCall',
  openthread: 'OpenProcessApiCall',
  readprocessmemory: 'ReadProcessMemoryApiCall',
  writeprocessmemory: 'WriteProcessMemoryApiCall',
  virtualalloc: 'NtAllocateVirtualMemoryApiCall',
  virtualallocex: 'NtAllocateVirtualMemoryRemoteApiCall',
  virtualprotect: 'NtProtectVirtualMemoryApiCall',
  virtualprotectex: 'MemoryRemoteProtect',
  mapviewoffile: 'NtMapViewOfSectionRemoteApiCall',
  mapviewoffile2: 'NtMapViewOfSectionRemoteApiCall',
  queueuserapc: 'QueueUserApcRemoteApiCall',
  setthreadcontext: 'SetThreadContextRemoteApiCall',
  createremotethread: 'CreateRemoteThreadApiCall',
  getasynckeystate: 'GetAsyncKeyStateApiCall',
};

const [calledApi, actionOf] = [rawAt('process.Ext.api.name'), rawAt('event.action')];

const apiCall: DocumentRule = {
  event: 'API call',
  table: 'DeviceEvents',
  actionType: computed('by process.Ext.api.name', (scope) => {
    const name = textFrom(calledApi(scope) ?? actionOf(scope));
    return apiCalls[name?.toLowerCase() ?? ''];
  }),
  condition: category('api'),
  actor: acting,
  columns: {
    ...actorDetails,
    ...targetProcess,
    ProcessCommandLine: at('Target.process.command_line'),
    ProcessCreationTime: at('Target.process.start'),
  },
  additional: {
    DesiredAccess: to.integer(at('process.Ext.api.parameters.desired_access_numeric')),
  },
};

const malware: DocumentRule = {
  event: 'malware alert',
  table: 'DeviceEvents',
  actionType: choose(
    [actionText(/block|quarantin|delet|prevent/, 'has block'), 'AntivirusMalwareBlocked'],
    [undefined, 'AntivirusDetection'],
  ),
  condition: any(
    category('malware'),
    all(
      lists('event.kind', 'alert'),
      any(
        category('intrusion_detection', 'threat'),
        isThere('rule.name'),
        isThere('threat.indicator.name'),
        isThere('threat.technique.id'),
        isThere('threat.technique.name'),
        isThere('threat.tactic.name'),
      ),
      any(isThere('file.path'), isThere('process.pid'), isThere('process.entity_id')),
    ),
  ),
  actor: acting,
  columns: { ...actorDetails, ...file('file'), FileSize: to.integer(at('file.size')), ...account },
  additional: {
    ThreatName: firstOf(at('threat.indicator.name'), at('rule.name'), inPartAt('message')),
  },
};

const task: DocumentRule = {
  event: 'scheduled task',
  table: 'DeviceEvents',
  actionType: choose(
    [actionText(/created/, 'has created'), 'ScheduledTaskCreated'],
    [actionText(/updated/, 'has updated'), 'ScheduledTaskUpdated'],
    [actionText(/deleted/, 'has deleted'), 'ScheduledTaskDeleted'],
  ),
  condition: actionText(/^scheduled-task-|^scheduled_task_/, 'starts with scheduled-task'),
  actor: acting,
  columns: { ...actorDetails, ...account },
};

const usbDrive: DocumentRule = {
  event: 'USB drive',
  table: 'DeviceEvents',
  actionType: choose(
    [actionText(/^(?:mount|attach)/, 'starts with mount'), 'UsbDriveMounted'],
    [actionText(/^(?:unmount|detach)/, 'starts with unmount'), 'UsbDriveUnmounted'],
  ),
  condition: all(category('volume_device'), matches('device.bus_type', /usb/, 'has USB')),
  actor: acting,
  columns: actorDetails,
  additional: {
    DriveLetter: at('volume.mount_name'),
    BusType: at('device.bus_type'),
    Manufacturer: at('device.manufacturer'),
    ProductName: at('device.product_id'),
    SerialNumber: at('device.serial_number'),
    Volume: at('volume.device_name'),
  },
};

const rules: readonly DocumentRule[] = [
  alert,
  guardDuty,
  mail,
  signature,
  malware,
  query,
  ...looksInto,
  ...childStarts,
  processStart,
  trace,
  driver,
  loaded,
  fileEvent,
  registryEvent,
  apiCall,
  usbDrive,
  task,
  networkLogon,
  identityLogon,
  logon,
  accountChange,
  cloudActivity,
  networkEvent,
];

/** Members that say of an event what kind it is. */
const kindMembers = ['category', 'kind', 'action', 'dataset', 'module', 'type'];

function isEcs(document: JsonObject): boolean {
  const event = asObject(document['event']);
  if (event) {
    return kindMembers.some((name) => name in event);
  }
  return asObject(document['ecs'])?.['version'] !== undefined;
}

/** The document of a record, out of what Elasticsearch and its exports put around it. */
export function ecsDocument(value: JsonValue | undefined): JsonObject | undefined {
  const record = asObject(value);
  if (record === undefined) {
    return undefined;
  }
  const document = nested(asObject(record['_source']) ?? hitFields(record) ?? record);
  return isEcs(document) && textFrom(document['class_uid']) === undefined ? document : undefined;
}

const [timestamp, created] = [['@timestamp'], ['event', 'created']];

function timeOf(document: JsonObject): string | undefined {
  const value = valueAt(document, timestamp) ?? valueAt(document, created);
  const isNumber = typeof value === 'number' || value instanceof ExactNumber;
  const text = textFrom(value);
  return isNumber && text !== undefined ? epochText(text, 'milliseconds') : text;
}

/** `10.0.17763`, whatever is around it. */
const windowsBuild = /\b(?:6\.[0-4]|10\.0)\.(\d{4,6})\b/;

/** Where `event.id` is the session's, which many events have. */
const ofSessions: ReadonlySet<string> = new Set(['zeek', 'corelight', 'suricata', 'auditd']);

const moduleOf = firstTextIn('event.module', 'service.type');
const datasetOf = textIn('event.dataset');
const idOf = textIn('event.id');

/** What tells the event from others; undefined where its whole text has to. */
function ownId(document: JsonObject): string | undefined {
  const id = idOf(document);
  return id === undefined || isOfSession(document) ? undefined : id;
}

function isOfSession(document: JsonObject): boolean {
  const dataset = datasetOf(document) ?? '';
  return [moduleOf(document), dataset.split(/[._]/)[0]].some(
    (name) => name !== undefined && ofSessions.has(name.toLowerCase()),
  );
}

const hostOf = firstTextIn(
  'host.hostname',
  'winlog.computer_name',
  'host.name',
  'agent.hostname',
  'host.id',
);
/** The sensor's number, where there is a process: that is on its host. */
const sensorOf = firstTextIn('device.id', 'observer.serial_number');

/** Sensors in the network, whose host is neither end of what they see. */
const sensors: ReadonlySet<string> = new Set(['zeek', 'corelight', 'suricata']);
const endsOf = ['source', 'destination'].map((end) => textIn(`${end}.ip`));

/** Whether the host that is named is the collector's or the sensor's. */
function isOfAnother(document: JsonObject): boolean {
  const dataset = datasetOf(document)?.split('.')[0];
  const names = [moduleOf(document), dataset].map((name) => name?.toLowerCase() ?? '');
  if (names.some((name) => services.has(name))) {
    return true;
  }
  const own = valueAt(document, ['host', 'ip']);
  return (
    names.some((name) => sensors.has(name)) &&
    own !== undefined &&
    !endsOf.some((read) => listOf(own).includes(read(document) ?? null))
  );
}

function computerOf(document: JsonObject): string | undefined {
  if (isOfAnother(document)) {
    return undefined;
  }
  const name =
    hostOf(document) ?? (document['process'] === undefined ? undefined : sensorOf(document));
  return name?.trim() === '' ? undefined : name;
}

const host = {
  os: textAt('host.os.name'),
  osInFull: textAt('host.os.full'),
  osVersion: textAt('host.os.version'),
  osType: textAt('host.os.type'),
  osPlatform: textAt('host.os.platform'),
  architecture: textAt('host.architecture'),
  type: textAt('host.type'),
  mac: rawAt('host.mac'),
  ip: rawAt('host.ip'),
  provider: textAt('cloud.provider'),
};

function about(scope: DocumentScope): Columns {
  const [short, version] = [host.os(scope), host.osVersion(scope)];
  // Elastic Endpoint's name is no more than `Windows`.
  const name = short?.toLowerCase() === 'windows' ? (host.osInFull(scope) ?? short) : short;
  const platform = to.platformOf(host.osType(scope) ?? host.osPlatform(scope), name);
  return {
    OSPlatform: platform,
    OSVersion: version,
    OSBuild: to.wholeNumber(windowsBuild.exec(`${version}`)?.[1]),
    OSDistribution: platform === 'Linux' ? name : undefined,
    OSArchitecture: to.architectureOf(host.architecture(scope)),
    DeviceType: host.type(scope),
    MacAddress: textFrom(listOf(host.mac(scope))[0]),
    CloudPlatforms: host.provider(scope),
  };
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}

/** Elastic Common Schema (elastic.co/guide/en/ecs). */
export const ecs: DocumentSource = {
  name: 'ECS',
  isOneOfRecord: true,
  rules: rules.flatMap((rule) => [rule, ...(rule.parts?.rules ?? [])]),
  told: [
    '@timestamp',
    '@version',
    'host.hostname',
    'ecs.version',
    'agent.ephemeral_id',
    'event.ingested',
    // Command lines are made of them where there is none.
    'process.args',
    'process.args_count',
    'process.parent.args',
    'process.parent.args_count',
  ],
  read({ value }) {
    const document = ecsDocument(value);
    return (
      document && [
        {
          document,
          computer: computerOf(document),
          time: timeOf(document),
          id: ownId(document),
          rules,
        },
      ]
    );
  },
  about,
  addresses: (scope) => listOf(host.ip(scope)).flatMap((each) => textFrom(each) ?? []),
};
