import { epochText } from '../datetime.js';
import { type JsonValue, parseJson } from '../json.js';
import type { Columns } from '../windows/actor.js';
import {
  computed,
  type Expression,
  inPart,
  literal,
  match,
  textFrom,
  transform,
} from '../windows/expression.js';
import { asObject, type JsonObject } from '../windows/shape.js';
import { extended, nested } from './document.js';
import { all, any, at, choose, firstOf, isThere, lists, matches, not, when } from './expression.js';
import { Memory } from './memory.js';
import type { DocumentRule, DocumentSource, ProcessMembers, SourceDocument } from './rule.js';
import type { DocumentScope } from './scope.js';
import * as to from './transforms.js';

/** What a result says besides its columns, among them under names that no table has. */
const queryName = at('@query');

const common: Readonly<Record<string, Expression>> = {
  QueryName: queryName,
  Decorations: at('@decorations'),
};

const epoch = (name: string): Expression => {
  const { read } = at(name);
  return computed(
    `epoch(${name})`,
    (scope) => {
      const text = textFrom(read(scope));
      return text !== undefined && Number(text) > earliestSeconds ? timeText(text) : undefined;
    },
    [name],
  );
};

const timeOfSeconds = new Memory<string>();

/** The time that is so many seconds after 1970; many events share it. */
function timeText(seconds: string): string | undefined {
  return timeOfSeconds.of(seconds, () => epochText(seconds, 'seconds') ?? '') || undefined;
}

/** Smaller numbers are no times: seconds since the start of something, or unknown. */
const earliestSeconds = 1_000_000_000;

const uptimeless = { ProcessCreationTime: firstOf(epoch('time'), at('@time')) };

const acting: ProcessMembers = { pid: at('pid'), image: at('path'), user: userOf() };

/** A user by name: the row's own, what the host's users have told, else what is the same everywhere. */
function userOf(column = 'uid'): Expression {
  const [name, uid] = [at('username'), at(column)];
  return computed(
    `user of ${column}`,
    (scope) => {
      const id = textFrom(uid.read(scope)) ?? '';
      return name.read(scope) ?? (scope.device.about.get(userFact(id)) as string) ?? everywhere[id];
    },
    ['username'],
  );
}

const everywhere: Readonly<Record<string, string>> = { '0': 'root', '65534': 'nobody' };

/** What a device is told to remember the name of a user by. */
function userFact(uid: string): string {
  return `user ${uid}`;
}

const file = (path: string): Readonly<Record<string, Expression>> => ({
  FolderPath: at(path),
  FileName: to.baseName(at(path)),
});

const hashes: Readonly<Record<string, Expression>> = {
  SHA1: to.hash(at('sha1')),
  SHA256: to.hash(at('sha256')),
  MD5: to.hash(at('md5')),
};

const parentPid = firstOf(at('parent'), at('ppid'));

const processStart: DocumentRule = {
  event: 'process_events, bpf_process_events, es_process_events, process_etw_events',
  table: 'DeviceProcessEvents',
  actionType: 'ProcessCreated',
  condition: all(
    isThere('path'),
    not(lists('event_type', 'exit', 'fork')),
    not(lists('type', 'ProcessStop')),
    not(lists('syscall', 'fork', 'vfork', 'clone', 'kill', 'setuid')),
    // The search along PATH, and what may not be run.
    not(all(isThere('syscall'), matches('exit_code', /^-|^18446744073709/, 'is negative'))),
  ),
  starts: {
    pid: at('pid'),
    image: at('path'),
    commandLine: at('cmdline'),
    user: userOf(),
    started: epoch('time'),
    parentPid,
    integrityLevel: at('mandatory_label'),
    tokenElevation: at('token_elevation_type'),
  },
  actor: { pid: parentPid },
  columns: {
    ...file('path'),
    ProcessId: to.integer(at('pid')),
    ProcessCommandLine: at('cmdline'),
    ...uptimeless,
    AccountName: to.accountName(userOf()),
    AccountDomain: to.accountDomain(userOf()),
    ProcessIntegrityLevel: to.integrityLevel(at('mandatory_label')),
    ProcessTokenElevation: to.tokenElevation(at('token_elevation_type')),
    CreatedProcessSessionId: to.integer(at('session_id')),
    ProcessUniqueId: at('process_sequence_number'),
  },
  additional: { ...common, ProcessCurrentWorkingDirectory: to.unquoted(at('cwd')) },
};

const runningProcess: DocumentRule = {
  event: 'processes',
  table: 'DeviceProcessEvents',
  actionType: 'ProcessCreated',
  note: 'A row for each process, at the time of its start, however often it is seen.',
  condition: isThere('pid'),
  starts: {
    pid: at('pid'),
    image: firstOf(at('path'), at('name')),
    commandLine: at('cmdline'),
    user: userOf(),
    started: epoch('start_time'),
    parentPid: at('parent'),
  },
  actor: { pid: at('parent') },
  time: epoch('start_time'),
  identity: computed('pid, start_time and path', ({ document }) => {
    const { pid, start_time, path } = (document ?? {}) as Record<string, JsonValue>;
    return Number(start_time) > earliestSeconds
      ? [pid, start_time, path].map((value) => textFrom(value) ?? '').join(' ')
      : undefined;
  }),
  columns: {
    FolderPath: at('path'),
    FileName: firstOf(to.baseName(at('path')), at('name')),
    ProcessId: to.integer(at('pid')),
    ProcessCommandLine: at('cmdline'),
    ProcessCreationTime: epoch('start_time'),
    AccountName: to.accountName(userOf()),
    AccountDomain: to.accountDomain(userOf()),
    ...hashes,
  },
  additional: { ...common, ProcessCurrentWorkingDirectory: to.unquoted(at('cwd')) },
};

const [localAddress, remoteAddress] = [at('local_address'), at('remote_address')].map(
  to.anyAddress,
) as [Expression, Expression];

const ends: Readonly<Record<string, Expression>> = {
  LocalIP: localAddress,
  LocalPort: to.port(at('local_port')),
  LocalIPType: to.addressType(localAddress),
  RemoteIP: remoteAddress,
  RemotePort: to.port(at('remote_port')),
  RemoteIPType: to.addressType(remoteAddress),
  Protocol: firstOf(to.protocolName(nonZero('protocol')), ofSocket()),
};

function nonZero(name: string): Expression {
  const { read, text, fields } = at(name);
  return computed(
    text,
    (scope) => {
      const value = read(scope);
      return textFrom(value) === '0' ? undefined : value;
    },
    fields,
  );
}

/** By the type of a socket: SOCK_STREAM, SOCK_DGRAM. */
function ofSocket(): Expression {
  return match(at('type'), { 1: 'Tcp', 2: 'Udp' }, '');
}

const call = firstOf(at('action'), at('syscall'));

const socketEvent: DocumentRule = {
  event: 'socket_events, bpf_socket_events',
  table: 'DeviceNetworkEvents',
  actionType: computed(
    'by action and status: InboundConnectionAccepted, ListeningConnectionCreated, ConnectionSuccess, ConnectionFailed',
    (scope) => {
      const action = textFrom(call.read(scope))?.toLowerCase() ?? '';
      if (action === 'connect') {
        const status = textFrom(socketStatus.read(scope))?.toLowerCase();
        return status === undefined || succeeded.has(status)
          ? 'ConnectionSuccess'
          : 'ConnectionFailed';
      }
      return socketActions[action];
    },
    ['action', 'syscall', 'status', 'success'],
  ),
  actor: acting,
  columns: ends,
  additional: common,
};

const socketStatus = firstOf(at('status'), at('success'), at('exit_code'));
const succeeded = new Set(['0', '1', 'in_progress', 'succeeded', 'no_client']);
/** -EINPROGRESS, as bpf_socket_events have it: in 64 bits without a sign, or in as many with one. */
for (const underWay of ['-115', '18446744073709551501']) {
  succeeded.add(underWay);
}
const socketActions: Readonly<Record<string, string>> = {
  accept: 'InboundConnectionAccepted',
  accept4: 'InboundConnectionAccepted',
  bind: 'ListeningConnectionCreated',
  listen: 'ListeningConnectionCreated',
};

const openSocket: DocumentRule = {
  event: 'process_open_sockets',
  table: 'DeviceNetworkEvents',
  actionType: choose(
    [lists('state', 'LISTEN'), 'ListeningConnectionCreated'],
    [undefined, 'ConnectionSuccess'],
  ),
  condition: all(isThere('remote_address'), not(lists('remote_address', '0.0.0.0', '::'))),
  actor: acting,
  columns: ends,
  additional: common,
};

const listening: DocumentRule = {
  event: 'listening_ports',
  table: 'DeviceNetworkEvents',
  actionType: 'ListeningConnectionCreated',
  condition: all(isThere('port'), not(lists('port', '0'))),
  actor: acting,
  columns: {
    LocalIP: to.address(at('address')),
    LocalPort: to.integer(at('port')),
    LocalIPType: to.addressType(at('address')),
    Protocol: to.protocolName(at('protocol')),
  },
  additional: common,
};

const fileEvent: DocumentRule = {
  event: 'file_events',
  table: 'DeviceFileEvents',
  actionType: match(
    at('action'),
    {
      CREATED: 'FileCreated',
      DELETED: 'FileDeleted',
      MOVED_TO: 'FileRenamed',
      UPDATED: 'FileModified',
    },
    '',
  ),
  columns: {
    ...file('target_path'),
    FileSize: to.integer(at('size')),
    ...hashes,
    RequestProtocol: literal('Local'),
  },
  additional: common,
};

const processFileEvent: DocumentRule = {
  event: 'process_file_events, es_process_file_events',
  table: 'DeviceFileEvents',
  actionType: choose(
    [matches('operation', /creat/, 'has create'), 'FileCreated'],
    [matches('operation', /renam|mov/, 'has rename'), 'FileRenamed'],
    [matches('operation', /unlink|delet/, 'has unlink'), 'FileDeleted'],
    [matches('operation', /write|truncat|open/, 'has write'), 'FileModified'],
    [matches('event_type', /creat/, 'has create'), 'FileCreated'],
    [matches('event_type', /renam/, 'has rename'), 'FileRenamed'],
    [matches('event_type', /unlink|delet/, 'has unlink'), 'FileDeleted'],
    [matches('event_type', /write|truncat/, 'has write'), 'FileModified'],
  ),
  actor: { pid: at('pid'), image: firstOf(at('executable'), at('path')), user: userOf() },
  columns: {
    FolderPath: firstOf(at('dest_path'), at('dest_filename'), at('filename'), at('path')),
    FileName: to.baseName(
      firstOf(at('dest_path'), at('dest_filename'), at('filename'), at('path')),
    ),
    PreviousFolderPath: when(
      any(isThere('dest_path'), isThere('dest_filename')),
      firstOf(at('filename'), at('path')),
      literal(''),
    ),
    RequestProtocol: literal('Local'),
  },
  additional: common,
};

const journalEvent: DocumentRule = {
  event: 'ntfs_journal_events',
  table: 'DeviceFileEvents',
  actionType: match(
    at('action'),
    {
      ...{ FileCreate: 'FileCreated', FileCreation: 'FileCreated' },
      ...{ FileDelete: 'FileDeleted', FileDeletion: 'FileDeleted' },
      ...{ FileRename: 'FileRenamed', FileRename_NewName: 'FileRenamed' },
    },
    'FileModified',
  ),
  // Its new name comes with the old one.
  condition: not(
    any(
      lists('action', 'FileRename_OldName'),
      matches('action', /^directory/, 'starts with Directory'),
    ),
  ),
  columns: {
    ...file('path'),
    PreviousFolderPath: at('old_path'),
    PreviousFileName: to.baseName(at('old_path')),
    RequestProtocol: literal('Local'),
  },
  additional: common,
};

const accountIn = transform('acct', (text) => /\bacct="([^"]+)"/.exec(text)?.[1]);

/** Who logs on: the process is that of a daemon, which is root. */
const loggingOn = firstOf(
  inPart(accountIn(at('message'))),
  when(not(lists('auid', '4294967295', '-1')), userOf('auid'), literal('')),
  when(not(lists('uid', '0')), userOf(), literal('')),
);

const userEvent: DocumentRule = {
  event: 'user_events',
  table: 'DeviceLogonEvents',
  actionType: choose(
    [matches('message', /success/, 'has success'), 'LogonSuccess'],
    [matches('message', /fail/, 'has fail'), 'LogonFailed'],
    [undefined, 'LogonAttempted'],
  ),
  note: 'The message has not always the result in it.',
  condition: lists('type', '1100', '1112', 'user_login', 'user_auth'),
  actor: acting,
  columns: {
    AccountName: to.accountName(loggingOn),
    RemoteIP: to.address(at('address')),
    RemoteIPType: to.addressType(at('address')),
  },
  additional: common,
};

const loggedIn: DocumentRule = {
  event: 'logged_in_users, last',
  table: 'DeviceLogonEvents',
  actionType: 'LogonSuccess',
  condition: lists('type', 'user', 'active', '7', 'user_process'),
  actor: { pid: at('pid') },
  time: epoch('time'),
  identity: computed('user, terminal and time', ({ document }) => {
    const { user, username, tty, time } = (document ?? {}) as Record<string, JsonValue>;
    return Number(time) > earliestSeconds
      ? [user ?? username, tty, time].map((value) => textFrom(value) ?? '').join(' ')
      : undefined;
  }),
  columns: {
    AccountName: to.accountName(firstOf(at('user'), at('username'))),
    AccountDomain: to.accountDomain(firstOf(at('user'), at('username'))),
    AccountSid: at('sid'),
    RemoteIP: to.anyAddress(at('host')),
    RemoteIPType: to.addressType(at('host')),
    RemoteDeviceName: to.notAddress(at('host')),
    LogonType: when(isThere('host'), literal('RemoteInteractive'), literal('Interactive')),
  },
  additional: common,
};

const logonSession: DocumentRule = {
  event: 'logon_sessions',
  table: 'DeviceLogonEvents',
  actionType: 'LogonSuccess',
  time: epoch('logon_time'),
  identity: computed('logon_id and logon_time', ({ document }) => {
    const { logon_id, logon_time } = (document ?? {}) as Record<string, JsonValue>;
    return `${textFrom(logon_id)} ${textFrom(logon_time)}`;
  }),
  columns: {
    AccountName: to.accountName(at('user')),
    AccountDomain: to.lower(at('logon_domain')),
    AccountSid: at('logon_sid'),
    LogonType: to.logonType(at('logon_type')),
    LogonId: to.integer(at('logon_id')),
    Protocol: at('authentication_package'),
  },
  additional: common,
};

const script: DocumentRule = {
  event: 'powershell_events',
  table: 'DeviceEvents',
  actionType: 'AmsiScriptContent',
  columns: {},
  additional: {
    ...common,
    ScriptBlockId: at('script_block_id'),
    Path: at('script_path'),
    Content: at('script_text'),
  },
};

const query: DocumentRule = {
  event: 'dns_lookup_events',
  table: 'DeviceEvents',
  actionType: 'DnsQueryResponse',
  actor: acting,
  columns: { AccountName: to.accountName(userOf()) },
  additional: { ...common, DnsQueryString: at('name'), DnsQueryResult: at('response') },
};

const yara: DocumentRule = {
  event: 'yara, yara_events',
  table: 'DeviceEvents',
  actionType: 'AntivirusDetection',
  condition: not(lists('count', '0')),
  columns: {
    FolderPath: firstOf(at('path'), at('target_path')),
    FileName: to.baseName(firstOf(at('path'), at('target_path'))),
  },
  additional: { ...common, ThreatName: at('matches') },
};

const hardware: DocumentRule = {
  event: 'hardware_events',
  table: 'DeviceEvents',
  actionType: 'PnpDeviceConnected',
  condition: lists('action', 'add', 'attach'),
  columns: {},
  additional: {
    ...common,
    ClassName: at('type'),
    DeviceDescription: at('model'),
    VendorIds: at('vendor'),
    DeviceId: at('serial'),
  },
};

const known = (name: string) =>
  computed(name, ({ device }) => device.about.get(name) as JsonValue | undefined);

const deviceFacts: DocumentRule = {
  event: 'os_version, system_info',
  table: 'DeviceInfo',
  columns: {
    OSPlatform: firstOf(
      known('OSPlatform'),
      computed('platform', ({ device }) => device.platform),
    ),
    OSVersion: known('OSVersion'),
    OSBuild: known('OSBuild'),
    OSArchitecture: known('OSArchitecture'),
    OSDistribution: known('OSDistribution'),
    Vendor: known('Vendor'),
    Model: known('Model'),
    HardwareUuid: known('HardwareUuid'),
    OnboardingStatus: literal('Onboarded'),
    DeviceCategory: literal('Endpoint'),
    SensorHealthState: literal('Active'),
  },
  additional: common,
};

const anything: DocumentRule = {
  event: 'other queries',
  table: 'DeviceEvents',
  actionType: 'OsqueryResult',
  note: 'The columns are in AdditionalFields.',
  columns: {},
  additional: { Action: at('@action'), ...common },
};

interface QueriedTable {
  readonly names: readonly string[];
  /** Columns that only these tables have together. */
  readonly columns: readonly string[];
  /** None of them is there. */
  readonly without?: readonly string[];
  readonly rule: DocumentRule;
}

/** Queries have names of people's choice, so that the columns tell which table was asked. */
const tables: readonly QueriedTable[] = [
  {
    names: ['logon_sessions'],
    columns: ['logon_id', 'logon_type', 'logon_domain'],
    rule: logonSession,
  },
  { names: ['os_version'], columns: ['version', 'major', 'minor', 'platform'], rule: deviceFacts },
  { names: ['system_info'], columns: ['hardware_model', 'hardware_vendor'], rule: deviceFacts },
  { names: ['powershell_events'], columns: ['script_text', 'script_block_id'], rule: script },
  { names: ['dns_lookup_events'], columns: ['name', 'response', 'pid'], rule: query },
  {
    names: ['socket_events', 'bpf_socket_events'],
    columns: ['remote_address', 'remote_port', 'status'],
    rule: socketEvent,
  },
  { names: [], columns: ['remote_address', 'remote_port', 'action'], rule: socketEvent },
  { names: [], columns: ['remote_address', 'remote_port', 'syscall'], rule: socketEvent },
  {
    names: ['process_open_sockets'],
    columns: ['remote_address', 'remote_port', 'local_port'],
    rule: openSocket,
  },
  { names: ['listening_ports'], columns: ['port', 'address', 'protocol'], rule: listening },
  {
    names: ['process_file_events'],
    columns: ['executable', 'operation', 'path'],
    rule: processFileEvent,
  },
  {
    names: ['es_process_file_events'],
    columns: ['event_type', 'filename'],
    rule: processFileEvent,
  },
  { names: ['ntfs_journal_events'], columns: ['action', 'path', 'old_path'], rule: journalEvent },
  { names: ['yara', 'yara_events'], columns: ['matches', 'count'], rule: yara },
  { names: ['file_events'], columns: ['target_path', 'action'], rule: fileEvent },
  { names: ['hardware_events'], columns: ['action', 'vendor', 'model', 'serial'], rule: hardware },
  { names: ['user_events'], columns: ['message', 'terminal', 'type'], rule: userEvent },
  { names: ['logged_in_users', 'last'], columns: ['tty', 'host', 'type', 'time'], rule: loggedIn },
  { names: ['processes'], columns: ['pid', 'parent', 'start_time'], rule: runningProcess },
  {
    names: [],
    columns: ['pid', 'name', 'cmdline', 'parent'],
    rule: runningProcess,
  },
  {
    names: ['process_events', 'bpf_process_events', 'es_process_events', 'process_etw_events'],
    columns: ['pid', 'path', 'cmdline'],
    without: ['start_time', 'resident_size'],
    rule: processStart,
  },
];

const byName = new Map(tables.flatMap((table) => table.names.map((name) => [name, table])));

function ruleOf(kind: string, columns: JsonObject): DocumentRule {
  const named = byName.get(kind);
  if (named?.columns.some((name) => name in columns)) {
    return named.rule;
  }
  const told = tables.find((table) => isOf(table, columns, kind));
  return told?.rule ?? anything;
}

/** Whether the columns are those of the table. */
function isOf(
  { columns: own, without = [] }: QueriedTable,
  columns: JsonObject,
  kind: string,
): boolean {
  return (
    (own.length > 2 || kind === '') &&
    own.every((name) => name in columns) &&
    !without.some((name) => name in columns)
  );
}

const tableNames = [...byName.keys()].sort((a, b) => b.length - a.length);
const kindOfQuery = new Memory<string>();

/** The table that the query's name ends with: `pack_attacks_process_events`. */
function kindOf(query: string): string {
  return kindOfQuery.of(query, () => {
    const last = query.toLowerCase().split(/[/:.]/).at(-1) ?? '';
    return tableNames.find((name) => last === name || last.endsWith(`_${name}`)) ?? '';
  });
}

/** One result: an event, or a row of a snapshot or of a difference. */
export interface Result {
  readonly result: JsonObject;
  readonly columns: JsonObject;
  readonly action: string;
}

function resultsIn(result: JsonObject): readonly Result[] | undefined {
  if (typeof result['name'] !== 'string') {
    return undefined;
  }
  const { columns, snapshot, diffResults, action } = result as Record<string, JsonValue>;
  const one = asObject(columns);
  if (one) {
    return [{ result, columns: one, action: textFrom(action) ?? 'added' }];
  }
  if (Array.isArray(snapshot)) {
    return rows(result, snapshot, 'snapshot');
  }
  const difference = asObject(diffResults);
  return (
    difference && [
      ...rows(result, difference['added'], 'added'),
      ...rows(result, difference['removed'], 'removed'),
    ]
  );
}

function rows(result: JsonObject, list: JsonValue | undefined, action: string): readonly Result[] {
  return (Array.isArray(list) ? (list as readonly JsonValue[]) : []).map((row) => ({
    result,
    columns: asObject(row) ?? {},
    action,
  }));
}

/** The results of a record; none for what osquery says of itself; undefined where it is not osquery's. */
export function osqueryResults(value: JsonValue | undefined): readonly Result[] | undefined {
  const record = asObject(value);
  const document = record && unwrapped(nested(asObject(record['_source']) ?? record));
  if (document === undefined) {
    return undefined;
  }
  if (isOfItself(document)) {
    return [];
  }
  if (typeof document['log_type'] === 'string' && Array.isArray(document['data'])) {
    return document['log_type'] === 'result'
      ? (document['data'] as readonly JsonValue[]).flatMap(
          (each) => resultsIn(asObject(each) ?? {}) ?? [],
        )
      : [];
  }
  return hostMembers.some((name) => name in document) ? resultsIn(document) : undefined;
}

/** Where shippers put a result as text. */
const textMembers = ['message', '_raw', 'log', 'full_log'];

/** A result out of what shippers put around it: Filebeat's module has it as a member, others as text. */
function unwrapped(document: JsonObject): JsonObject {
  const module = asObject(document['osquery']);
  const result = module && asObject(module['result']);
  if (result) {
    return result;
  }
  const inner = asObject(document['result']) ?? document;
  for (const name of textMembers) {
    const text = inner[name];
    if (typeof text === 'string' && /^\s*\{/.test(text) && text.includes('"calendarTime"')) {
      return resultIn(text) ?? document;
    }
  }
  return document;
}

function resultIn(text: string): JsonObject | undefined {
  try {
    return asObject(parseJson(text));
  } catch {
    return undefined;
  }
}

/** What osquery says of its own work. */
function isOfItself(document: JsonObject): boolean {
  const { severity, filename, line, message } = document;
  return (
    !('name' in document) &&
    [severity, filename, line, message].every((value) => textFrom(value) !== undefined) &&
    hostMembers.some((name) => name in document)
  );
}

const hostMembers = ['hostIdentifier', 'host_identifier', 'hostname', 'decorations', 'unixTime'];

function hostOf(result: JsonObject): string | undefined {
  const decorations = asObject(result['decorations']) ?? {};
  for (const value of [
    decorations['hostname'],
    decorations['host_name'],
    result['hostname'],
    result['hostIdentifier'],
    result['host_identifier'],
    decorations['host_uuid'],
  ]) {
    const text = textFrom(value)?.trim();
    if (text) {
      return text;
    }
  }
  return undefined;
}

const hostNames: ReadonlySet<string> = new Set(['hostname', 'host_name', 'host_uuid']);

/** What an operator has every result say besides, but for the host. */
function furtherDecorations(result: JsonObject): JsonValue {
  const decorations = asObject(result['decorations']);
  if (decorations === undefined) {
    return null;
  }
  const further = Object.entries(decorations).filter(([name]) => !hostNames.has(name));
  return further.length === 0 ? null : Object.fromEntries(further);
}

function timeOf(result: JsonObject, columns: JsonObject, rule: DocumentRule): string | undefined {
  const own = textFrom(columns['time']);
  const isEvent = rule.time === undefined && own !== undefined && Number(own) > earliestSeconds;
  const seconds = isEvent ? own : textFrom(result['unixTime'] ?? result['unix_time']);
  if (seconds !== undefined && /^\d+(?:\.\d+)?$/.test(seconds)) {
    return timeText(seconds);
  }
  const written = textFrom(result['calendarTime'] ?? result['calendar_time']);
  // `Mon Jan  5 10:11:12 2026 UTC`
  const [, month, day, time, year] =
    /^\w{3} (\w{3})\s+(\d{1,2}) (\d\d:\d\d:\d\d) (\d{4})/.exec(written ?? '') ?? [];
  return month === undefined ? written : `${day} ${month} ${year} ${time} GMT`;
}

function documentOf({ result, columns, action }: Result): SourceDocument {
  const query = textFrom(result['name']) ?? '';
  const rule = ruleOf(kindOf(query), columns);
  const time = timeOf(result, columns, rule);
  return {
    document: extended(columns, {
      '@query': query,
      '@action': action,
      '@time': time ?? null,
      '@decorations': furtherDecorations(result),
    }),
    computer: hostOf(result),
    time,
    id: undefined,
    rules: rule === anything || isOfEvent(columns) ? [rule] : [rule, anything],
  };
}

/** What an event table has of no interest is not kept; states are. */
function isOfEvent(columns: JsonObject): boolean {
  return 'eid' in columns || 'ntime' in columns;
}

/** Results of osquery, as its loggers write them (osquery.readthedocs.io). */
export const osquery: DocumentSource = {
  name: 'osquery',
  isOneOfRecord: false,
  rules: [...new Set([...tables.map(({ rule }) => rule), anything])],
  told: ['@query', '@action', '@time', '@decorations', 'time'],
  read({ value }) {
    const results = osqueryResults(value);
    return results && osqueryDocuments(results);
  },
  about,
  addresses: ({ document }) => {
    const isInterface = 'interface' in document && 'mask' in document;
    const address = isInterface ? textFrom(document['address']) : undefined;
    return address === undefined ? [] : [address];
  },
};

/** Results as documents, but for those that are events of Windows' logs. */
export function osqueryDocuments(results: readonly Result[]): readonly SourceDocument[] {
  return results
    .filter(({ columns, action }) => action !== 'removed' && !isWindowsEvent(columns))
    .map(documentOf);
}

function isWindowsEvent(columns: JsonObject): boolean {
  return (
    'eventid' in columns && 'data' in columns && ('provider_name' in columns || 'source' in columns)
  );
}

/** Rows of windows_events as trees, as other converters write the events of Windows' logs. */
export function windowsEventsIn(results: readonly Result[]): readonly JsonObject[] {
  return results
    .filter(({ columns, action }) => action !== 'removed' && isWindowsEvent(columns))
    .map(({ result, columns }) => ({
      System: {
        Provider: { '@Name': columns['provider_name'] ?? '' },
        EventID: columns['eventid'] ?? '',
        Channel: columns['source'] ?? columns['channel'] ?? '',
        Computer: textFrom(columns['computer_name']) ?? hostOf(result) ?? '',
        TimeCreated: {
          '@SystemTime': columns['datetime'] ?? timeOf(result, columns, anything) ?? '',
        },
        Execution: { '@ProcessID': columns['pid'] ?? '' },
      },
      ...eventData(columns['data']),
    }));
}

function eventData(data: JsonValue | undefined): JsonObject {
  let parsed: JsonValue | undefined = data;
  if (typeof data === 'string') {
    try {
      parsed = parseJson(data);
    } catch {
      return {};
    }
  }
  const { EventData, UserData } = (asObject(parsed) ?? {}) as Record<string, JsonValue>;
  return {
    EventData: EventData ?? (UserData === undefined ? (parsed ?? null) : null),
    UserData: UserData ?? null,
  };
}

function about({ document }: DocumentScope): Columns {
  if ('major' in document && 'minor' in document && 'version' in document) {
    const platform = to.platformOf(textFrom(document['platform']), textFrom(document['name']));
    return {
      OSPlatform: platform,
      OSVersion: textFrom(document['version']),
      OSBuild: to.wholeNumber(textFrom(document['build'])),
      OSArchitecture: to.architectureOf(textFrom(document['arch'])),
      OSDistribution: platform === 'Linux' ? textFrom(document['name']) : undefined,
    };
  }
  if ('hardware_model' in document) {
    return {
      Vendor: textFrom(document['hardware_vendor']),
      Model: textFrom(document['hardware_model']),
      HardwareUuid: textFrom(document['uuid']),
      OSArchitecture: to.architectureOf(textFrom(document['cpu_type'])),
    };
  }
  const [uid, username] = [textFrom(document['uid']), textFrom(document['username'])];
  if (uid !== undefined && username) {
    return { [userFact(uid)]: username };
  }
  const mac = 'interface' in document ? textFrom(document['mac']) : undefined;
  return mac === undefined || /^[0:]*$/.test(mac) ? {} : { MacAddress: mac };
}
