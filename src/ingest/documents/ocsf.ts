import { epochText } from '../datetime.js';
import type { JsonValue } from '../json.js';
import type { Columns } from '../windows/actor.js';
import {
  type Condition,
  computed,
  type Expression,
  joined,
  literal,
  match,
  textFrom,
  transform,
} from '../windows/expression.js';
import { asObject, type JsonObject } from '../windows/shape.js';
import { failureReason } from '../windows/values.js';
import { comesFromOutside } from './direction.js';
import { firstTextIn, nested, textIn, valueAt } from './document.js';
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
  textAt,
  when,
} from './expression.js';
import { finding } from './ocsf-findings.js';
import { account, file, hashAt, registryText, sidOf, userOf } from './ocsf-objects.js';
import type { DocumentRule, DocumentSource, ProcessMembers, StartMembers } from './rule.js';
import type { DocumentScope } from './scope.js';
import * as to from './transforms.js';

const epoch = (path: string): Expression => {
  const [count, text] = [at(path), at(`${path}_dt`)];
  return computed(`time(${path})`, (scope) => momentText(count.read(scope)) ?? text.read(scope), [
    path,
    `${path}_dt`,
  ]);
};

/** Milliseconds, as the schema says; what would not be of our days in them is counted otherwise. */
function momentText(value: JsonValue | undefined): string | undefined {
  const text = textFrom(value);
  if (text === undefined || !/^-?\d+(?:\.\d+)?$/.test(text)) {
    return text;
  }
  const count = Math.abs(Number(text));
  const unit = units.find(([least]) => count >= least)?.[1] ?? 'seconds';
  return epochText(text, unit);
}

const units = [
  [1e17, 'nanoseconds'],
  [1e14, 'microseconds'],
  [1e11, 'milliseconds'],
] as const;

/** The number of a session, where it is one. */
function sessionOf(path: string): Expression {
  const { read, text, fields } = at(`${path}.uid`);
  return computed(
    text,
    (scope) => {
      const id = textFrom(read(scope)) ?? '';
      return /^(?:0x)?0*$/i.test(id) ? undefined : id;
    },
    fields,
  );
}

const acting: ProcessMembers = {
  guid: at('actor.process.uid'),
  pid: at('actor.process.pid'),
  image: firstOf(
    at('actor.process.file.path'),
    at('actor.process.file.name'),
    at('actor.process.name'),
  ),
  commandLine: at('actor.process.cmd_line'),
  user: firstOf(userOf('actor.user'), userOf('actor.process.user')),
  sid: firstOf(sidOf('actor.user'), sidOf('actor.process.user')),
  logonId: firstOf(sessionOf('actor.session'), sessionOf('actor.process.session')),
};

const actorDetails: Readonly<Record<string, Expression>> = {
  InitiatingProcessFileName: to.lower(
    firstOf(
      at('actor.process.file.name'),
      to.baseName(at('actor.process.file.path')),
      at('actor.process.name'),
    ),
  ),
  InitiatingProcessCreationTime: epoch('actor.process.created_time'),
  InitiatingProcessSHA1: to.hash(hashAt('actor.process.file', 'SHA1')),
  InitiatingProcessSHA256: to.hash(hashAt('actor.process.file', 'SHA256')),
  InitiatingProcessMD5: to.hash(hashAt('actor.process.file', 'MD5')),
  InitiatingProcessFileSize: to.integer(at('actor.process.file.size')),
  InitiatingProcessIntegrityLevel: to.integrityLevel(at('actor.process.integrity')),
  InitiatingProcessParentFileName: firstOf(
    at('actor.process.parent_process.file.name'),
    to.baseName(at('actor.process.parent_process.file.path')),
    at('actor.process.parent_process.name'),
  ),
  InitiatingProcessParentId: to.integer(at('actor.process.parent_process.pid')),
  InitiatingProcessParentCreationTime: epoch('actor.process.parent_process.created_time'),
};

const activity = (...ids: readonly number[]) => lists('activity_id', ...ids.map(String));
const hasFailed = lists('status_id', '2');
const hasDevice = any(isThere('device.hostname'), isThere('device.name'), isThere('device.ip'));

/** A process runs as its own user where that is told, else as the one who started it. */
const hasUser = any(isThere('process.user.name'), isThere('process.user.email_addr'));
const ofUser = (read: (path: string) => Expression) =>
  when(hasUser, read('process.user'), read('actor.user'));

const starts: StartMembers = {
  guid: at('process.uid'),
  pid: at('process.pid'),
  image: firstOf(at('process.file.path'), at('process.file.name'), at('process.name')),
  commandLine: at('process.cmd_line'),
  user: ofUser(userOf),
  sid: ofUser(sidOf),
  started: epoch('process.created_time'),
  integrityLevel: at('process.integrity'),
  company: at('process.file.company_name'),
  product: at('process.file.product.name'),
  fileVersion: at('process.file.version'),
  description: at('process.file.desc'),
  parentGuid: firstOf(at('actor.process.uid'), at('process.parent_process.uid')),
  parentPid: firstOf(at('actor.process.pid'), at('process.parent_process.pid')),
  parentImage: firstOf(
    at('actor.process.file.path'),
    at('process.parent_process.file.path'),
    at('actor.process.file.name'),
  ),
  hashes: to.hashList({
    SHA1: hashAt('process.file', 'SHA1'),
    SHA256: hashAt('process.file', 'SHA256'),
    MD5: hashAt('process.file', 'MD5'),
  }),
};

const processStart: DocumentRule = {
  event: '1007 process activity: launch',
  table: 'DeviceProcessEvents',
  actionType: 'ProcessCreated',
  condition: all(activity(1), not(hasFailed)),
  starts,
  actor: {
    guid: firstOf(at('actor.process.uid'), at('process.parent_process.uid')),
    pid: firstOf(at('actor.process.pid'), at('process.parent_process.pid')),
    image: firstOf(
      at('actor.process.file.path'),
      at('process.parent_process.file.path'),
      at('actor.process.file.name'),
      at('process.parent_process.file.name'),
    ),
    commandLine: firstOf(at('actor.process.cmd_line'), at('process.parent_process.cmd_line')),
    user: firstOf(userOf('actor.user'), userOf('actor.process.user')),
    sid: firstOf(sidOf('actor.user'), sidOf('actor.process.user')),
    logonId: firstOf(sessionOf('actor.session'), sessionOf('actor.process.session')),
  },
  columns: {
    ...actorDetails,
    InitiatingProcessFileName: to.lower(
      firstOf(
        at('actor.process.file.name'),
        to.baseName(at('actor.process.file.path')),
        at('process.parent_process.file.name'),
        to.baseName(at('process.parent_process.file.path')),
        at('actor.process.name'),
      ),
    ),
    ...file('process.file'),
    FileName: firstOf(
      at('process.file.name'),
      to.baseName(at('process.file.path')),
      at('process.name'),
    ),
    ProcessId: to.integer(at('process.pid')),
    ProcessCommandLine: at('process.cmd_line'),
    ProcessCreationTime: firstOf(epoch('process.created_time'), epoch('time')),
    ProcessUniqueId: at('process.uid'),
    ProcessIntegrityLevel: to.integrityLevel(at('process.integrity')),
    ProcessVersionInfoCompanyName: at('process.file.company_name'),
    ProcessVersionInfoProductName: at('process.file.product.name'),
    ProcessVersionInfoProductVersion: at('process.file.version'),
    ProcessVersionInfoFileDescription: at('process.file.desc'),
    AccountName: to.accountName(ofUser((path) => at(`${path}.name`))),
    AccountDomain: firstOf(
      to.lower(ofUser((path) => at(`${path}.domain`))),
      to.accountDomain(ofUser((path) => at(`${path}.name`))),
    ),
    AccountSid: ofUser(sidOf),
    LogonId: to.integer(firstOf(sessionOf('process.session'), sessionOf('actor.session'))),
  },
};

const onProcess: Readonly<Record<string, Expression>> = {
  ...actorDetails,
  FileName: firstOf(
    at('process.file.name'),
    to.baseName(at('process.file.path')),
    at('process.name'),
  ),
  FolderPath: at('process.file.path'),
  ProcessId: to.integer(at('process.pid')),
  ProcessCommandLine: at('process.cmd_line'),
  ProcessCreationTime: epoch('process.created_time'),
  AccountName: to.accountName(at('process.user.name')),
  AccountDomain: to.lower(at('process.user.domain')),
};

/** A verb for each number of an activity. */
function verbs(cases: Readonly<Record<number, string>>, otherwise = ''): Expression {
  return match(at('activity_id'), Object.fromEntries(Object.entries(cases)), otherwise);
}

function rule(
  event: string,
  table: string,
  more: Omit<DocumentRule, 'event' | 'table'>,
): DocumentRule {
  return { event, table, ...more };
}

const processAccess = rule('1007 process activity: open, inject', 'DeviceEvents', {
  actionType: verbs({ 3: 'OpenProcessApiCall', 4: 'CreateRemoteThreadApiCall' }),
  condition: activity(3, 4),
  actor: acting,
  columns: onProcess,
  additional: { DesiredAccess: to.integer(at('requested_permissions')) },
});

const windowsResource = rule('201003 Windows resource activity: access', 'DeviceEvents', {
  actionType: 'OpenProcessApiCall',
  condition: all(activity(1), lists('win_resource.type', 'Process'), not(hasFailed)),
  note: 'Access to files, keys and accounts has none.',
  actor: acting,
  columns: {
    ...actorDetails,
    FileName: to.baseName(at('win_resource.name')),
    FolderPath: to.path(at('win_resource.name')),
  },
  additional: {
    DesiredAccess: to.integer(firstOf(at('access_mask'), at('unmapped.Access Mask'))),
  },
});

const memory = rule('1004 memory activity', 'DeviceEvents', {
  actionType: verbs({
    1: 'NtAllocateVirtualMemoryApiCall',
    7: 'ReadProcessMemoryApiCall',
    8: 'WriteProcessMemoryApiCall',
    9: 'NtMapViewOfSectionRemoteApiCall',
  }),
  actor: acting,
  columns: onProcess,
});

const isRename = activity(5);

const fileSystem = rule('1001 file system activity', 'DeviceFileEvents', {
  actionType: verbs({ 1: 'FileCreated', 3: 'FileModified', 4: 'FileDeleted', 5: 'FileRenamed' }),
  condition: not(hasFailed),
  note: 'On a rename the new name is that of file_result.',
  actor: acting,
  columns: {
    ...actorDetails,
    ...file('file'),
    FileName: firstOf(
      when(isRename, at('file_result.name'), literal('')),
      when(isRename, to.baseName(at('file_result.path')), literal('')),
      at('file.name'),
      to.baseName(at('file.path')),
    ),
    FolderPath: firstOf(when(isRename, at('file_result.path'), literal('')), at('file.path')),
    PreviousFileName: when(
      isRename,
      firstOf(at('file.name'), to.baseName(at('file.path'))),
      literal(''),
    ),
    PreviousFolderPath: when(isRename, at('file.path'), literal('')),
    RequestProtocol: literal('Local'),
    RequestAccountName: to.nameOfUser(at('actor.user.name')),
    RequestAccountDomain: firstOf(at('actor.user.domain'), to.domainOfUser(at('actor.user.name'))),
    RequestAccountSid: sidOf('actor.user'),
  },
});

const moduleLoad = rule('1005 module activity: load', 'DeviceImageLoadEvents', {
  actionType: 'ImageLoaded',
  condition: activity(1),
  actor: acting,
  columns: { ...actorDetails, ...file('module.file') },
});

const driverLoad = rule('1002 kernel extension activity: load', 'DeviceEvents', {
  actionType: 'DriverLoad',
  condition: activity(1),
  actor: acting,
  columns: { ...actorDetails, ...file('driver.file') },
});

const job = rule('1006 scheduled job activity', 'DeviceEvents', {
  actionType: verbs({
    1: 'ScheduledTaskCreated',
    2: 'ScheduledTaskUpdated',
    3: 'ScheduledTaskDeleted',
    4: 'ScheduledTaskEnabled',
    5: 'ScheduledTaskDisabled',
  }),
  actor: acting,
  columns: { ...actorDetails, ...account('actor.user'), ProcessCommandLine: at('job.cmd_line') },
  additional: { TaskName: at('job.name') },
});

const script = rule('1009 script activity', 'DeviceEvents', {
  actionType: 'AmsiScriptContent',
  condition: activity(1),
  actor: acting,
  columns: { ...actorDetails, ...file('script.file') },
  additional: {
    ScriptBlockId: at('script.uid'),
    Content: firstOf(at('script.script_content.value'), at('script.script_content')),
  },
});

const service = rule('201004 Windows service activity', 'DeviceEvents', {
  actionType: 'ServiceInstalled',
  condition: activity(1),
  actor: acting,
  columns: {
    ...actorDetails,
    ProcessCommandLine: at('win_service.cmd_line'),
    ...account('actor.user'),
  },
  additional: { ServiceName: at('win_service.name'), ServiceAccount: at('win_service.run_as') },
});

const logCleared = rule('1008 event log activity: clear', 'DeviceEvents', {
  actionType: 'SecurityLogCleared',
  condition: all(activity(1), lists('log_name', 'Security')),
  actor: acting,
  columns: { ...actorDetails, ...account('actor.user') },
});

const registryKey = rule('201001 registry key activity', 'DeviceRegistryEvents', {
  actionType: verbs({ 1: 'RegistryKeyCreated', 4: 'RegistryKeyDeleted', 5: 'RegistryKeyRenamed' }),
  actor: acting,
  columns: {
    ...actorDetails,
    RegistryKey: to.registryKey(at('reg_key.path')),
    PreviousRegistryKey: to.registryKey(at('prev_reg_key.path')),
  },
});

const registryValue = rule('201002 registry value activity', 'DeviceRegistryEvents', {
  actionType: verbs({ 2: 'RegistryValueSet', 3: 'RegistryValueSet', 4: 'RegistryValueDeleted' }),
  actor: acting,
  columns: {
    ...actorDetails,
    RegistryKey: to.registryKey(firstOf(at('reg_value.path'), at('reg_key.path'))),
    RegistryValueName: at('reg_value.name'),
    RegistryValueType: to.registryType(at('reg_value.type')),
    RegistryValueData: to.registryData(registryText('reg_value'), at('reg_value.type')),
    PreviousRegistryValueName: at('prev_reg_value.name'),
    PreviousRegistryValueData: to.registryData(
      registryText('prev_reg_value'),
      at('prev_reg_value.type'),
    ),
  },
});

/** A request as the server logs it that answers it, or what guards that, which name the client alone. */
const isServed = all(
  lists('class_uid', '4002'),
  isThere('src_endpoint.ip'),
  ...['ip', 'hostname', 'domain'].map((name) => not(isThere(`dst_endpoint.${name}`))),
);

const isInbound = any(
  lists('connection_info.direction_id', '1'),
  all(
    not(lists('connection_info.direction_id', '1', '2', '3')),
    any(
      lists('connection_info.direction', 'inbound', 'ingress'),
      comesToDevice(),
      all(isServed, not(comesFromDevice())),
    ),
  ),
);

function comesFromDevice(): Condition {
  const [own, from] = [at('device.ip'), at('src_endpoint.ip')];
  return {
    test: (scope) => own.read(scope) === from.read(scope),
    text: 'src_endpoint.ip = device.ip',
    fields: [],
  };
}

/**
 * Of the two ends, the destination alone has the address of the device; where neither has, what is seen comes
 * from outside.
 */
function comesToDevice(): Condition {
  const [own, from, to] = [at('device.ip'), at('src_endpoint.ip'), at('dst_endpoint.ip')];
  return {
    test: (scope) => {
      const [address, source, destination] = [own, from, to].map(({ read }) => read(scope));
      if (address !== undefined && (address === source || address === destination)) {
        return address !== source;
      }
      return comesFromOutside(source, destination);
    },
    text: 'dst_endpoint.ip = device.ip, or alone private',
    fields: [],
  };
}

const end = (name: string, local: boolean) =>
  when(
    isInbound,
    at(`${local ? 'dst' : 'src'}_endpoint.${name}`),
    at(`${local ? 'src' : 'dst'}_endpoint.${name}`),
  );

const connection: Readonly<Record<string, Expression>> = {
  ...actorDetails,
  LocalIP: to.address(end('ip', true)),
  LocalPort: to.port(end('port', true)),
  RemoteIP: to.address(end('ip', false)),
  RemotePort: to.port(end('port', false)),
  LocalIPType: to.addressType(end('ip', true)),
  RemoteIPType: to.addressType(end('ip', false)),
  RemoteUrl: firstOf(
    at('http_request.url.url_string'),
    at('url.url_string'),
    end('hostname', false),
    end('domain', false),
  ),
  Protocol: to.protocolName(
    firstOf(at('connection_info.protocol_name'), at('connection_info.protocol_num')),
  ),
};

const isDenied = any(
  activity(4, 5),
  hasFailed,
  lists('action_id', '2'),
  lists('disposition_id', '2', '6'),
);

const network = rule('4001 network activity', 'DeviceNetworkEvents', {
  actionType: choose(
    [activity(7), 'ListeningConnectionCreated'],
    [isDenied, 'ConnectionFailed'],
    [isInbound, 'InboundConnectionAccepted'],
    [undefined, 'ConnectionSuccess'],
  ),
  condition: not(activity(2, 3)),
  note: 'Local and remote change places for inbound connections.',
  actor: acting,
  columns: connection,
});

/** Protocols that are looked into, under the names that Defender has for it. */
function inspected(event: string, actionType: string, additional: DocumentRule['additional'] = {}) {
  return rule(event, 'DeviceNetworkEvents', {
    actionType,
    actor: acting,
    columns: connection,
    additional: { direction: choose([isInbound, 'In'], [undefined, 'Out']), ...additional },
  });
}

const http = inspected('4002 HTTP activity', 'HttpConnectionInspected', {
  method: at('http_request.http_method'),
  host: at('http_request.url.hostname'),
  uri: joined('?', at('http_request.url.path'), at('http_request.url.query_string')),
  user_agent: at('http_request.user_agent'),
  status_code: at('http_response.code'),
});
const ssh = inspected('4007 SSH activity', 'SshConnectionInspected');
const ftp = inspected('4008 FTP activity', 'FtpConnectionInspected');

const session = (event: string) =>
  rule(event, 'DeviceNetworkEvents', {
    actionType: choose(
      [isDenied, 'ConnectionFailed'],
      [isInbound, 'InboundConnectionAccepted'],
      [undefined, 'ConnectionSuccess'],
    ),
    actor: acting,
    columns: connection,
  });

const dns = rule('4003 DNS activity', 'DeviceEvents', {
  actionType: choose([activity(1), 'DnsQueryRequest'], [undefined, 'DnsQueryResponse']),
  actor: acting,
  columns: {
    ...actorDetails,
    LocalIP: to.address(at('src_endpoint.ip')),
    LocalPort: to.port(at('src_endpoint.port')),
    RemoteIP: to.address(at('dst_endpoint.ip')),
    RemotePort: to.port(at('dst_endpoint.port')),
  },
  additional: {
    DnsQueryString: to.domainName(at('query.hostname')),
    DnsQueryResult: to.renamed('answers', { type: 'DnsQueryType', rdata: 'Result' }),
    QueryStatus: to.integer(at('rcode_id')),
  },
});

/** Not where it is one that the schema has no name for. */
const protocol = when(lists('auth_protocol_id', '0', '99'), literal(''), at('auth_protocol'));

/** By Windows' code, wherever that stands; else in the source's own words. */
const whyFailed = firstOf(
  failureCode('status_code'),
  failureCode('status'),
  failureCode('status_detail'),
  at('status_detail'),
  at('status_code'),
);

function failureCode(path: string): Expression {
  return transform('failure', (text) =>
    /^0x[\da-f]{8}$/i.test(text) ? failureReason(text, undefined) : undefined,
  )(inPartAt(path));
}

const logon = rule('3002 authentication: logon', 'DeviceLogonEvents', {
  actionType: choose([lists('status_id', '1'), 'LogonSuccess'], [undefined, 'LogonFailed']),
  condition: all(activity(1), any(hasDevice, isThere('dst_endpoint.hostname'))),
  actor: acting,
  columns: {
    ...actorDetails,
    ...account('user'),
    LogonType: to.logonType(firstOf(at('logon_type_id'), at('logon_type'))),
    LogonId: to.integer(sessionOf('session')),
    Protocol: protocol,
    RemoteIP: to.address(at('src_endpoint.ip')),
    RemotePort: to.port(at('src_endpoint.port')),
    RemoteIPType: to.addressType(at('src_endpoint.ip')),
    RemoteDeviceName: firstOf(at('src_endpoint.hostname'), at('src_endpoint.name')),
    FailureReason: when(lists('status_id', '1'), literal(''), whyFailed),
  },
});

const signIn = rule('3002 authentication: sign-in to a service', 'IdentityLogonEvents', {
  actionType: choose([lists('status_id', '1'), 'LogonSuccess'], [undefined, 'LogonFailed']),
  condition: activity(1),
  columns: {
    ReportId: at('metadata.uid'),
    Application: firstOf(at('service.name'), at('api.service.name'), at('metadata.product.name')),
    LogonType: firstOf(at('logon_type'), at('activity_name')),
    Protocol: protocol,
    FailureReason: when(lists('status_id', '1'), literal(''), whyFailed),
    AccountName: to.accountName(firstOf(at('user.name'), at('actor.user.name'))),
    AccountDomain: to.lower(at('user.domain')),
    AccountUpn: to.lower(firstOf(at('user.email_addr'), at('actor.user.email_addr'))),
    AccountObjectId: at('user.uid'),
    AccountDisplayName: at('user.full_name'),
    IPAddress: to.address(at('src_endpoint.ip')),
    Port: to.port(at('src_endpoint.port')),
    Location: at('src_endpoint.location.country'),
    Isp: at('src_endpoint.location.isp'),
    OSPlatform: at('device.os.name'),
  },
});

const accountChange = rule('3001 account change', 'DeviceEvents', {
  actionType: verbs(
    {
      1: 'UserAccountCreated',
      3: 'PasswordChangeAttempt',
      4: 'PasswordChangeAttempt',
      6: 'UserAccountDeleted',
    },
    'UserAccountModified',
  ),
  condition: hasDevice,
  actor: acting,
  columns: { ...actorDetails, ...account('user') },
});

const groupChange = rule('3006 group management', 'DeviceEvents', {
  actionType: verbs({
    3: 'UserAccountAddedToLocalGroup',
    4: 'UserAccountRemovedFromLocalGroup',
    5: 'SecurityGroupDeleted',
    6: 'SecurityGroupCreated',
  }),
  condition: hasDevice,
  actor: acting,
  columns: { ...actorDetails, ...account('user') },
  additional: {
    GroupName: at('group.name'),
    GroupDomainName: at('group.domain'),
    GroupSid: at('group.uid'),
  },
});

const cloud = (event: string) =>
  rule(event, 'CloudAppEvents', {
    actionType: firstOf(at('api.operation'), at('activity_name'), at('type_name')),
    columns: {
      ReportId: at('metadata.uid'),
      Application: firstOf(at('api.service.name'), at('app.name'), at('metadata.product.name')),
      AccountObjectId: firstOf(at('actor.user.uid'), at('user.uid')),
      AccountId: firstOf(
        at('actor.user.email_addr'),
        at('actor.user.uid_alt'),
        at('actor.user.name'),
        at('actor.user.uid'),
      ),
      AccountDisplayName: firstOf(at('actor.user.full_name'), at('actor.user.name')),
      AccountType: at('actor.user.type'),
      IPAddress: to.address(at('src_endpoint.ip')),
      CountryCode: at('src_endpoint.location.country'),
      City: at('src_endpoint.location.city'),
      Isp: at('src_endpoint.location.isp'),
      UserAgent: at('http_request.user_agent'),
      ActivityType: at('activity_name'),
      ActivityObjects: at('resources'),
      ObjectName: firstOf(
        firstAt('resources.name'),
        at('resource.name'),
        at('web_resources.name'),
        at('file.name'),
        at('user.name'),
        at('group.name'),
        at('databucket.name'),
        at('database.name'),
      ),
      ObjectType: firstOf(firstAt('resources.type'), at('resource.type')),
      ObjectId: firstOf(firstAt('resources.uid'), at('resource.uid')),
      RawEventData: firstOf(at('unmapped'), at('raw_data')),
    },
  });

const mailColumns: Readonly<Record<string, Expression>> = {
  ReportId: at('metadata.uid'),
  NetworkMessageId: firstOf(
    at('email_uid'),
    at('email.uid'),
    at('message_trace_uid'),
    at('metadata.uid'),
    at('email.message_uid'),
  ),
};

const sender = firstOf(firstAt('email.from'), at('email.smtp_from'));

const recipient = firstOf(firstAt('email.to'), firstAt('email.smtp_to'), firstAt('smtp_to'));

const mail = rule('4009 email activity', 'EmailEvents', {
  each: ['email.to', 'email.smtp_to', 'smtp_to'],
  note: 'One row for each recipient.',
  columns: {
    ...mailColumns,
    InternetMessageId: at('email.message_uid'),
    SenderFromAddress: to.mailAddress(sender),
    SenderDisplayName: to.mailName(sender),
    SenderFromDomain: to.mailDomain(sender),
    SenderMailFromAddress: to.mailAddress(firstOf(at('email.smtp_from'), at('smtp_from'), sender)),
    SenderMailFromDomain: to.mailDomain(firstOf(at('email.smtp_from'), at('smtp_from'), sender)),
    SenderIPv4: to.ofFamily(firstOf(at('src_endpoint.ip'), at('email.x_originating_ip')), 4),
    SenderIPv6: to.ofFamily(firstOf(at('src_endpoint.ip'), at('email.x_originating_ip')), 6),
    RecipientEmailAddress: to.mailAddress(recipient),
    RecipientDomain: to.mailDomain(recipient),
    Cc: to.listText('email.cc'),
    Subject: at('email.subject'),
    EmailSize: to.integer(at('email.size')),
    EmailDirection: match(at('direction_id'), { 1: 'Inbound', 2: 'Outbound', 3: 'Intra-org' }, ''),
    DeliveryAction: choose(
      [matches('status', /spam|junk/, 'has spam'), 'Junked'],
      [
        any(
          lists('action_id', '2'),
          lists('disposition_id', '2', '3', '6'),
          hasFailed,
          matches('status', /quarantin|block|reject|fail/, 'has quarantine'),
        ),
        'Blocked',
      ],
      [undefined, 'Delivered'],
    ),
    AttachmentCount: to.count('email.files'),
    UrlCount: to.count('email.urls'),
    AuthenticationDetails: at('email_auth'),
  },
});

const mailFile = rule('4011 email file activity', 'EmailAttachmentInfo', {
  columns: {
    ...mailColumns,
    SenderFromAddress: to.mailAddress(firstAt('email.from')),
    RecipientEmailAddress: to.mailAddress(firstAt('email.to')),
    FileName: at('file.name'),
    FileType: firstOf(at('file.ext'), at('file.mime_type'), at('file.type')),
    SHA256: to.hash(hashAt('file', 'SHA256')),
    FileSize: to.integer(at('file.size')),
  },
});

const mailUrl = rule('4012 email URL activity', 'EmailUrlInfo', {
  columns: {
    ...mailColumns,
    Url: at('url.url_string'),
    UrlDomain: firstOf(at('url.hostname'), at('url.domain')),
  },
});

/** Rules by the number of their class. */
const byClass: Readonly<Record<string, readonly DocumentRule[]>> = {
  1001: [fileSystem],
  1002: [driverLoad],
  1004: [memory],
  1005: [moduleLoad],
  1006: [job],
  1007: [processStart, processAccess],
  1008: [logCleared],
  1009: [script],
  2001: [finding],
  2004: [finding],
  2006: [finding],
  3001: [accountChange, cloud('3001 account change in a service')],
  3002: [logon, signIn],
  3005: [cloud('3005 user access management')],
  3006: [groupChange, cloud('3006 group management in a service')],
  4001: [network],
  4002: [http],
  4003: [dns],
  4005: [session('4005 RDP activity')],
  4006: [session('4006 SMB activity')],
  4007: [ssh],
  4008: [ftp],
  4009: [mail],
  4011: [mailFile],
  4012: [mailUrl],
  6001: [cloud('6001 web resources activity')],
  6003: [cloud('6003 API activity')],
  6005: [cloud('6005 datastore activity')],
  6006: [cloud('6006 file hosting activity')],
  201001: [registryKey],
  201002: [registryValue],
  201003: [windowsResource],
  // Before version 1.0.
  1010: [windowsResource],
  201004: [service],
};

const classOf = textIn('class_uid');
const envelope = ['category_uid', 'activity_id', 'type_uid', 'metadata'];

/** The document of a record; undefined where it is of no class. */
export function ocsfDocument(value: JsonValue | undefined): JsonObject | undefined {
  const record = asObject(value);
  const document = record && nested(asObject(record['_source']) ?? record);
  if (document === undefined || !/^\d{1,9}$/.test(classOf(document) ?? '')) {
    return undefined;
  }
  return envelope.some((name) => name in document) ? document : undefined;
}

const device = {
  os: textAt('device.os.name'),
  osType: textAt('device.os.type'),
  osVersion: textAt('device.os.version'),
  osBuild: textAt('device.os.build'),
  osBits: textAt('device.os.cpu_bits'),
  architecture: textAt('device.hw_info.cpu_architecture'),
  model: textAt('device.model'),
  vendor: textAt('device.vendor_name'),
  hardwareVendor: textAt('device.hw_info.vendor_name'),
  type: textAt('device.type'),
  mac: textAt('device.mac'),
  ip: textAt('device.ip'),
  provider: textAt('cloud.provider'),
};

function about(scope: DocumentScope): Columns {
  const name = device.os(scope);
  const platform = to.platformOf(device.osType(scope), name);
  return {
    OSPlatform: platform,
    OSVersion: device.osVersion(scope),
    OSBuild: to.wholeNumber(device.osBuild(scope)),
    OSDistribution: platform === 'Linux' ? name : undefined,
    OSArchitecture: to.architectureOf(device.architecture(scope) ?? device.osBits(scope)),
    Model: device.model(scope),
    Vendor: device.vendor(scope) ?? device.hardwareVendor(scope),
    DeviceType: device.type(scope),
    MacAddress: device.mac(scope),
    CloudPlatforms: device.provider(scope),
  };
}

const hostOf = firstTextIn('device.hostname', 'device.name');
const logonHostOf = textIn('dst_endpoint.hostname');

function computerOf(document: JsonObject): string | undefined {
  const name =
    hostOf(document) ?? (classOf(document) === '3002' ? logonHostOf(document) : undefined);
  return name?.trim() === '' ? undefined : name;
}

const timeOf = textIn('time_dt');
const idOf = textIn('metadata.uid');

/** Open Cybersecurity Schema Framework, 1.x (schema.ocsf.io). */
export const ocsf: DocumentSource = {
  name: 'OCSF',
  isOneOfRecord: true,
  rules: [...new Set(Object.values(byClass).flat())].flatMap((each) => [
    each,
    ...(each.parts?.rules ?? []),
  ]),
  told: ['time', 'time_dt', 'device.hostname', 'metadata.version', 'metadata.processed_time'],
  read({ value }) {
    const document = ocsfDocument(value);
    return (
      document && [
        {
          document,
          computer: computerOf(document),
          time: momentText(valueAt(document, ['time'])) ?? timeOf(document),
          id: idOf(document),
          rules: byClass[classOf(document) ?? ''] ?? [],
        },
      ]
    );
  },
  about,
  addresses: (scope) => {
    const ip = device.ip(scope);
    return ip === undefined ? [] : [ip];
  },
};
