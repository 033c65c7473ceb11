import { isIP } from 'node:net';
import { Backlog } from '../backlog.js';
import type {
  Conversion,
  ConversionContext,
  DefenderEvent,
  Outcome,
  Place,
  RawRecord,
} from '../connector.js';
import type { Device } from '../correlation/devices.js';
import { rank } from '../correlation/process.js';
import { deviceSnapshots, Sighted } from '../correlation/snapshots.js';
import { epochText, type Moment, parseDatetime } from '../datetime.js';
import { rejectionOf } from '../dead-letters.js';
import { type JsonValue, setMember } from '../json.js';
import { reportId } from '../occurrences.js';
import { actorColumnsIn, type Columns, setActorColumns } from '../windows/actor.js';
import { addressType, baseName, integer, shortAddress } from '../windows/values.js';
import {
  type AuditHead,
  type AuditRecord,
  absolutePath,
  auditHead,
  commandLine,
  imageOf,
  parseAuditRecord,
  plainOf,
  processTitle,
  type SocketAddress,
  type Syscall,
  socketAddress,
  syscallOf,
  textOf,
} from './audit-record.js';
import { auditTexts } from './audit-shapes.js';

/** All records of one serial. */
interface AuditEvent {
  readonly id: string;
  readonly host: string;
  readonly records: readonly AuditRecord[];
  readonly time: Moment | undefined;
  /** undefined where no record is of a system call that has rows. */
  readonly call: Call | undefined;
}

interface Call {
  readonly record: AuditRecord;
  readonly does: Syscall;
  readonly name: string;
  readonly succeeded: boolean;
}

/** Records of a serial that are still coming in. */
interface OpenGroup {
  readonly host: string;
  readonly texts: string[];
  readonly place: Place | undefined;
}

/** What `ausearch` puts in front of an event. */
const betweenEvents = /^(?:-+|time->\w{3} \w{3} [ \d]\d [\d:]{8} \d{4})\s*$/;

/** The kernel writes the records of a serial together; so many others come between them at most. */
const mostOpen = 1_000;

/** Records of the audit system in the order of their serials become events, then rows. */
export class AuditConversion implements Conversion {
  readonly #context: ConversionContext;
  readonly #backlog: Backlog<AuditEvent>;
  #open = new Map<string, OpenGroup>();
  #heldText = 0;
  #sighted = new Sighted();

  constructor(context: ConversionContext) {
    this.#context = context;
    this.#backlog = new Backlog(context.correlation.folder);
  }

  get heldBytes(): number {
    return this.#backlog.sizeBytes + this.#heldText;
  }

  convert(record: RawRecord): readonly Outcome[] {
    const { host, texts } = auditTexts(record) ?? { host: undefined, texts: [] };
    let known = 0;
    for (const text of texts) {
      const head = auditHead(text);
      if (head) {
        known++;
        this.#take(text, head, host, record);
      }
    }
    return known > 0 || betweenEvents.test(record.text)
      ? []
      : [{ rejected: 'record.shape', detail: 'no record of the audit system' }];
  }

  #take(
    text: string,
    { node, type, id }: AuditHead,
    outer: string | undefined,
    record: RawRecord,
  ): void {
    const host = node ?? outer ?? '';
    const key = `${host} ${id}`;
    const group = this.#open.get(key) ?? { host, texts: [], place: record.place };
    group.texts.push(text);
    this.#heldText += text.length;
    this.#open.set(key, group);
    if (type === 'EOE') {
      this.#finish(key, group);
    } else if (this.#open.size > mostOpen) {
      for (const [oldest, first] of this.#open) {
        this.#finish(oldest, first);
        break;
      }
    }
  }

  get heldFrom(): number | undefined {
    const places = [...this.#open.values()].flatMap(({ place }) => place?.offset ?? []);
    return places.length === 0 ? undefined : Math.min(...places);
  }

  *release(flowing: boolean): Generator<Outcome> {
    for (const [key, group] of flowing ? [] : this.#open) {
      this.#finish(key, group);
    }
    const { correlation } = this.#context;
    correlation.epoch++;
    for (const { record, parsed } of this.#backlog.drain()) {
      try {
        yield* this.#outcomes(parsed ?? eventOf(record.text), record);
      } catch (error) {
        yield rejectionOf(error, record);
      }
    }
    yield* deviceSnapshots(this.#sighted);
    this.#sighted = new Sighted();
  }

  close(): void {
    this.#backlog.close();
  }

  #finish(key: string, { host, texts, place }: OpenGroup): void {
    this.#open.delete(key);
    const text = [host, ...texts].join('\n');
    this.#heldText -= texts.reduce((sum, one) => sum + one.length, 0);
    const event = eventOf(text);
    this.#learn(event);
    this.#backlog.add({ text, value: undefined, ...(place && { place }) }, event);
  }

  /** Program starts explain what comes after them, and before: exports are not always in order. */
  #learn(event: AuditEvent): void {
    const { call, time } = event;
    if (call?.does !== 'execve' || !call.succeeded || time === undefined) {
      return;
    }
    const { fields } = call.record;
    const { devices, processes } = this.#context.correlation;
    const device = devices.of(event.host);
    device.platform ??= 'Linux';
    processes.start(device.name, {
      pid: pidOf(fields.get('pid')),
      startMs: time.milliseconds,
      started: time.text,
      by: rank.security,
      facts: {
        image: imageOf(fields.get('exe')),
        commandLine: commandOf(event, call.record),
        user: userOf(fields, 'uid', 'user'),
        logonId: plainOf(fields.get('ses')),
        parentPid: pidOf(fields.get('ppid')),
      },
    });
  }

  *#outcomes(event: AuditEvent, record: RawRecord): Generator<Outcome> {
    const { host, id, time } = event;
    const device = this.#context.correlation.devices.of(host);
    device.platform ??= 'Linux';
    let count = 0;
    for (const { table, columns: own } of rowsOf(event)) {
      const identity = `audit\n${host.toLowerCase()}\n${id}\n${count++}`;
      const columns: Columns = { Timestamp: time?.text, ReportId: reportId(identity) };
      if (host !== '') {
        columns['DeviceId'] = device.id;
        columns['DeviceName'] = device.name;
      }
      this.#setActor(columns, event, table, device);
      yield { table, columns: Object.assign(columns, own), identity, record };
      if (time && host !== '') {
        this.#sighted.add(device, time.milliseconds);
      }
    }
    if (count === 0) {
      yield { passed: 'unmapped' };
    }
  }

  /** The process that acted; of a start it is the parent, because execve replaces the image of its own. */
  #setActor(columns: Columns, event: AuditEvent, table: string, device: Device): void {
    const isStart = table === 'DeviceProcessEvents';
    const fields = event.call?.record.fields ?? event.records[0]?.fields ?? new Map();
    const ms = event.time?.milliseconds ?? 0;
    const pid = pidOf(fields.get(isStart ? 'ppid' : 'pid'));
    const parent = ofType(event, 'PARENT_INFO');
    const image = imageOf((isStart ? parent : fields)?.get('exe'));
    const { correlation } = this.#context;
    const process =
      pid === undefined ? undefined : correlation.processes.find(device.name, { pid, image, ms });
    const named = {
      guid: undefined,
      pid,
      image,
      commandLine: undefined,
      user: isStart ? undefined : userOf(fields, 'uid', 'user'),
      sid: undefined,
      logonId: isStart ? undefined : plainOf(fields.get('ses')),
    };
    setActorColumns(columns, actorColumnsIn(table), named, process, device, correlation);
    const path = process?.facts.image ?? image;
    // Upper and lower case are different files there.
    columns['InitiatingProcessFolderPath'] = path;
    columns['InitiatingProcessFileName'] = path && baseName(path);
    const parentImage = isStart ? undefined : imageOf(parent?.get('exe'));
    columns['InitiatingProcessParentId'] ??= pidOf((isStart ? parent : fields)?.get('ppid'));
    columns['InitiatingProcessParentFileName'] ??= parentImage && baseName(parentImage);
  }
}

/** Its first line is the host's name. */
function eventOf(text: string): AuditEvent {
  const [host = '', ...lines] = text.split('\n');
  const records = lines.map(parseAuditRecord).filter((record) => record !== undefined);
  const id = records[0]?.id ?? '';
  return { id, host, records, time: timeOf(id), call: callOf(records) };
}

function timeOf(id: string): Moment | undefined {
  const text = epochText(id.split(':')[0] ?? '', 'seconds');
  return text === undefined ? undefined : parseDatetime(text);
}

/** The system call of an event. AUOMS merges its records into one. */
function callOf(records: readonly AuditRecord[]): Call | undefined {
  const record = records.find(({ fields }) => fields.has('syscall'));
  const call = record && syscallOf(record.fields);
  return (
    record &&
    call && { record, ...call, succeeded: plainOf(record.fields.get('success')) === 'yes' }
  );
}

function ofType({ records }: AuditEvent, type: string): ReadonlyMap<string, string> | undefined {
  return records.find((record) => record.type === type)?.fields;
}

function pidOf(value: string | undefined): number | undefined {
  const pid = integer(plainOf(value) ?? '');
  return typeof pid === 'number' && pid >= 0 ? pid : undefined;
}

const knownUsers: Readonly<Record<string, string>> = { '0': 'root', '65534': 'nobody' };

/** A user by its name, where the daemon has resolved it, else by its id, where that is the same everywhere. */
function userOf(
  fields: ReadonlyMap<string, string>,
  id: string,
  resolved: string,
): string | undefined {
  const name = textOf(fields.get(id.toUpperCase())) ?? plainOf(fields.get(resolved));
  const isName = name !== undefined && name !== 'unset' && name !== 'unknown';
  const own = plainOf(fields.get(id)) ?? '';
  return isName ? name : /^\d*$|^unset$/.test(own) ? knownUsers[own] : own;
}

function commandOf(event: AuditEvent, { fields }: AuditRecord): string | undefined {
  return (
    fields.get('cmdline') ??
    commandLine(event.records) ??
    processTitle(ofType(event, 'PROCTITLE')?.get('proctitle'))
  );
}

function workingFolder(event: AuditEvent, { fields }: AuditRecord): string | undefined {
  return textOf(ofType(event, 'CWD')?.get('cwd')) ?? textOf(fields.get('cwd'));
}

type AuditRow = Pick<DefenderEvent, 'table' | 'columns'>;

function rowsOf(event: AuditEvent): readonly AuditRow[] {
  const { call, records } = event;
  return call
    ? (callRows[call.does]?.(event, call) ?? [])
    : records.flatMap(({ type, fields }) => userRows[type]?.(type, fields) ?? []);
}

type CallRows = (event: AuditEvent, call: Call) => readonly AuditRow[];

const callRows: Readonly<Record<Syscall, CallRows>> = {
  // A failed one is the search along PATH.
  execve: (event, { record, succeeded }) => (succeeded ? [processRow(event, record)] : []),
  connect(event, { record, succeeded }) {
    const isUnderWay = /^"?(?:-115$|EINPROGRESS)/.test(record.fields.get('exit') ?? '');
    return remoteRows(
      event,
      record,
      succeeded || isUnderWay ? 'ConnectionSuccess' : 'ConnectionFailed',
    );
  },
  accept: (event, { record, succeeded }) =>
    succeeded ? remoteRows(event, record, 'InboundConnectionAccepted') : [],
  bind(event, { record, succeeded }) {
    const end = endOf(event, record);
    // A port of the system's choice is not waited at.
    if (end === undefined || end.port === 0 || !succeeded) {
      return [];
    }
    return [
      {
        table: 'DeviceNetworkEvents',
        columns: {
          ActionType: 'ListeningConnectionCreated',
          LocalIP: end.address,
          LocalPort: end.port,
          LocalIPType: addressType(end.address),
          AdditionalFields: additional(record.fields),
        },
      },
    ];
  },
  trace: traceRows,
  delete: fileRows,
  open: fileRows,
  create: fileRows,
  link: fileRows,
  module: moduleRows,
  rename(event, call) {
    const [from, to] = ['DELETE', 'CREATE'].map((kind) => pathsOf(event, call, kind)[0]);
    if (!call.succeeded || from === undefined || to === undefined) {
      return [];
    }
    return [
      {
        table: 'DeviceFileEvents',
        columns: {
          ActionType: 'FileRenamed',
          FolderPath: to,
          FileName: baseName(to),
          PreviousFolderPath: from,
          PreviousFileName: baseName(from),
          AdditionalFields: additional(call.record.fields),
        },
      },
    ];
  },
};

function moduleRows(event: AuditEvent, { record: { fields }, succeeded }: Call): AuditRow[] {
  return succeeded
    ? [
        {
          table: 'DeviceEvents',
          columns: {
            ActionType: 'DriverLoad',
            FileName: textOf(ofType(event, 'KERN_MODULE')?.get('name')),
            AdditionalFields: additional(fields),
          },
        },
      ]
    : [];
}

/** Requests of ptrace that attach to a process, or write to it (linux/ptrace.h); in hex. */
const attaching: ReadonlySet<string> = new Set([
  ...['4', '5', '6', 'd', 'f', '10', '4205', '4206'],
  ...['PTRACE_POKETEXT', 'PTRACE_POKEDATA', 'PTRACE_POKEUSR', 'PTRACE_SETREGS'],
  ...['PTRACE_SETFPREGS', 'PTRACE_ATTACH', 'PTRACE_SETREGSET', 'PTRACE_SEIZE'],
]);

function traceRows(event: AuditEvent, { record: { fields }, succeeded }: Call): AuditRow[] {
  const traced = ofType(event, 'OBJ_PID');
  if (!succeeded || !attaching.has(plainOf(fields.get('a0')) ?? '')) {
    return [];
  }
  return [
    {
      table: 'DeviceEvents',
      columns: {
        ActionType: 'PTraceDetected',
        ProcessId: pidOf(traced?.get('opid')),
        FileName: textOf(traced?.get('ocomm')),
        AdditionalFields: additional(fields),
      },
    },
  ];
}

function remoteRows(event: AuditEvent, record: AuditRecord, actionType: string): AuditRow[] {
  const end = endOf(event, record);
  return end === undefined
    ? []
    : [
        {
          table: 'DeviceNetworkEvents',
          columns: {
            ActionType: actionType,
            RemoteIP: end.address,
            RemotePort: end.port,
            RemoteIPType: addressType(end.address),
            AdditionalFields: additional(record.fields),
          },
        },
      ];
}

/** The address that a call was about. */
function endOf(event: AuditEvent, { fields }: AuditRecord): SocketAddress | undefined {
  const own = ofType(event, 'SOCKADDR');
  const end =
    socketAddress(own?.get('saddr')) ??
    socketAddress(own?.get('SADDR')) ??
    socketAddress(fields.get('saddr'));
  return end && { ...end, address: shortAddress(end.address) };
}

function processRow(event: AuditEvent, record: AuditRecord): AuditRow {
  const { fields } = record;
  const image = imageOf(fields.get('exe'));
  return {
    table: 'DeviceProcessEvents',
    columns: {
      ActionType: 'ProcessCreated',
      FolderPath: image,
      FileName: image && baseName(image),
      ProcessId: pidOf(fields.get('pid')),
      ProcessCommandLine: commandOf(event, record),
      ProcessCreationTime: event.time?.text,
      AccountName: userOf(fields, 'uid', 'user'),
      LogonId: integer(plainOf(fields.get('ses')) ?? ''),
      AdditionalFields: additional(fields, {
        ProcessCurrentWorkingDirectory: workingFolder(event, record),
      }),
    },
  };
}

const accessMode = 3;

/** Whether a file that was there before is changed: opening it does so only for writing. */
function writesTo({ name, record, does }: Call): boolean {
  if (does !== 'open') {
    return does === 'create';
  }
  const flags = plainOf(record.fields.get(name === 'open' ? 'a1' : 'a2')) ?? '';
  return /\bO_(?:WRONLY|RDWR)\b/.test(flags) || (Number.parseInt(flags, 16) & accessMode) !== 0;
}

function fileRows(event: AuditEvent, call: Call): AuditRow[] {
  if (!call.succeeded) {
    return [];
  }
  const kinds = [
    ['DELETE', 'FileDeleted'],
    ['CREATE', 'FileCreated'],
    ...(writesTo(call) ? [['NORMAL', 'FileModified']] : []),
  ] as const;
  return kinds.flatMap(([kind = '', actionType = '']) =>
    pathsOf(event, call, kind).map((path) => ({
      table: 'DeviceFileEvents',
      columns: {
        ActionType: actionType,
        FolderPath: path,
        FileName: baseName(path),
        AdditionalFields: additional(call.record.fields),
      },
    })),
  );
}

/** Paths of an event that play a part in it: DELETE, CREATE, NORMAL. */
function pathsOf(event: AuditEvent, { record }: Call, kind: string): string[] {
  const folder = workingFolder(event, record);
  const named = event.records
    .filter(({ type, fields }) => type === 'PATH' && partOf(fields) === kind)
    .map(({ fields }) => textOf(fields.get('name')));
  const merged = mergedPaths(record, kind);
  return [...named, ...merged]
    .filter((name) => name !== undefined)
    .map((name) => absolutePath(folder, name));
}

/** Kernels before 4.x call it `objtype`. */
function partOf(fields: Fields): string | undefined {
  return plainOf(fields.get('nametype') ?? fields.get('objtype'));
}

/** AUOMS lists the paths in one record. */
function mergedPaths({ fields }: AuditRecord, kind: string): string[] {
  try {
    const names = JSON.parse(fields.get('path_name') ?? '[]') as unknown[];
    const kinds = JSON.parse(fields.get('path_nametype') ?? '[]') as unknown[];
    return names.filter(
      (name, index) => kinds[index] === kind && typeof name === 'string',
    ) as string[];
  } catch {
    return [];
  }
}

type Fields = ReadonlyMap<string, string>;

const userRows: Readonly<Record<string, (type: string, fields: Fields) => AuditRow | undefined>> = {
  USER_LOGIN: logonRow,
  USER_AUTH: logonRow,
  ADD_USER: accountRow,
  DEL_USER: accountRow,
  ADD_GROUP: accountRow,
  DEL_GROUP: accountRow,
  USER_MGMT: accountRow,
  GRP_MGMT: accountRow,
  USER_CHAUTHTOK: accountRow,
  ACCT_LOCK: accountRow,
  ACCT_UNLOCK: accountRow,
};

function hasSucceeded(fields: Fields): boolean {
  return /^(?:success|yes|1)$/.test(plainOf(fields.get('res')) ?? '');
}

/** The account that a program acted on: by its name, else by its id. */
function accountOf(fields: Fields): string | undefined {
  const id = plainOf(fields.get('id')) ?? '';
  return (
    textOf(fields.get('acct')) ??
    textOf(fields.get('ID')) ??
    // Where ids have been resolved, it is the name.
    (/^\d*$|^unset$|^unknown\(\d+\)$/.test(id) ? knownUsers[id] : id)
  );
}

const unsetSession = '4294967295';

function logonRow(_: string, fields: Fields): AuditRow {
  const address = plainOf(fields.get('addr'));
  const host = plainOf(fields.get('hostname'));
  const session = plainOf(fields.get('ses'));
  return {
    table: 'DeviceLogonEvents',
    columns: {
      ActionType: hasSucceeded(fields) ? 'LogonSuccess' : 'LogonFailed',
      AccountName: accountOf(fields),
      LogonId: session === unsetSession ? undefined : integer(session ?? ''),
      RemoteIP: address && shortAddress(address),
      RemotePort: integer(plainOf(fields.get('rport')) ?? ''),
      RemoteIPType: address && addressType(address),
      RemoteDeviceName: host === undefined || isIP(host) !== 0 ? undefined : host,
      AdditionalFields: additional(fields, { op: plainOf(fields.get('op')) }),
    },
  };
}

/** What was done to an account or a group, by the type of the record and the program's own words. */
const changes: readonly (readonly [type: RegExp, words: RegExp, actionType: string])[] = [
  // The same, in another of the files that it is done in.
  [/./, /\bg?shadow\b/, ''],
  [/^(?:ADD|DEL)_/, /\b(?:home|mail)\b|\/etc\//, ''],
  [/./, /add\w*[- ](?:user|group member).*to[- ]group/, 'UserAccountAddedToLocalGroup'],
  [/./, /(?:delet|remov)\w*[- ]user.*from[- ]group/, 'UserAccountRemovedFromLocalGroup'],
  [/^ADD_USER$/, /(?:)/, 'UserAccountCreated'],
  [/^DEL_USER$/, /(?:)/, 'UserAccountDeleted'],
  [/^ADD_GROUP$/, /(?:)/, 'SecurityGroupCreated'],
  [/^DEL_GROUP$/, /(?:)/, 'SecurityGroupDeleted'],
  [/^ACCT_(?:UN)?LOCK$/, /(?:)/, 'UserAccountModified'],
  [/^USER_(?:MGMT|CHAUTHTOK)$/, /passw|chauthtok/, 'PasswordChangeAttempt'],
  [/^USER_(?:MGMT|CHAUTHTOK)$/, /^(?:chang|updat|modif|lock|unlock)/, 'UserAccountModified'],
];

function accountRow(type: string, fields: Fields): AuditRow | undefined {
  const did = plainOf(fields.get('op')) ?? '';
  const actionType = changes.find(([types, words]) => types.test(type) && words.test(did))?.[2];
  const isAttempt = actionType === 'PasswordChangeAttempt';
  if (!actionType || (!isAttempt && !hasSucceeded(fields))) {
    return undefined;
  }
  const isGroup = actionType.startsWith('SecurityGroup');
  const account = accountOf(fields);
  const group = textOf(fields.get('grp')) ?? (isGroup ? account : undefined);
  return {
    table: 'DeviceEvents',
    columns: {
      ActionType: actionType,
      AccountName: isGroup ? undefined : account,
      AdditionalFields: additional(fields, {
        op: plainOf(fields.get('op')),
        GroupName: group,
        res: isAttempt ? plainOf(fields.get('res')) : undefined,
      }),
    },
  };
}

/** Told by columns, or by the process that acted. */
const inColumns: ReadonlySet<string> = new Set([
  ...[
    'exe',
    'pid',
    'ppid',
    'ses',
    'success',
    'acct',
    'addr',
    'hostname',
    'res',
    'saddr',
    'cwd',
    'op',
  ],
  ...['node', 'cmdline', 'msg', 'argc'],
]);
/** Values that the kernel writes as text, and so in hex where they have to be. */
const textNames: ReadonlySet<string> = new Set(['comm', 'key', 'proctitle', 'name', 'cmd', 'data']);

/** What has no column, and what is given besides. */
function additional(
  fields: Fields,
  besides: Readonly<Record<string, string | undefined>> = {},
): Record<string, JsonValue> {
  const kept: Record<string, JsonValue> = {};
  for (const [name, value] of fields) {
    if (!inColumns.has(name)) {
      setText(kept, name, textNames.has(name) ? textOf(value) : plainOf(value));
    }
  }
  for (const name in besides) {
    setText(kept, name, besides[name]);
  }
  return kept;
}

function setText(kept: Record<string, JsonValue>, name: string, value: string | undefined): void {
  if (value !== undefined) {
    setMember(kept, name, value);
  }
}
