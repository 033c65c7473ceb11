import { addressType, baseName, integer, shortAddress } from '../windows/values.js';
import { type AuditRow, additional } from './audit-additional.js';
import {
  type AuditEvent,
  type Call,
  commandOf,
  type Fields,
  ofType,
  pidOf,
  userOf,
  workingFolder,
} from './audit-event.js';
import {
  type AuditRecord,
  absolutePath,
  imageOf,
  plainOf,
  type SocketAddress,
  type Syscall,
  socketAddress,
  textOf,
} from './audit-record.js';

type CallRows = (event: AuditEvent, call: Call) => readonly AuditRow[];

export const callRows: Readonly<Record<Syscall, CallRows>> = {
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
  const more = additional(call.record.fields);
  return kinds.flatMap(([kind = '', actionType = '']) =>
    pathsOf(event, call, kind).map((path) => ({
      table: 'DeviceFileEvents',
      columns: {
        ActionType: actionType,
        FolderPath: path,
        FileName: baseName(path),
        AdditionalFields: more,
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
