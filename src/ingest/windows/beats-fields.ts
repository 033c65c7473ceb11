import type { JsonValue } from '../json.js';
import { words } from '../words.js';
import { type EventData, lowerCase, textOf } from './event.js';
import { asObject, at, type JsonObject } from './shape.js';

/** A value of the event, out of the fields of ECS that it has been moved to. */
type Moved = string | readonly string[] | ((record: JsonObject) => string | undefined);

/**
 * Winlogbeat's modules, Elastic's pipelines for Sysmon, Security and PowerShell, and those of Security Onion do not
 * copy values to the fields of ECS but move them, so that `event_data` lacks them. By the names that they had.
 */
interface MovedFields {
  readonly of: Readonly<Record<number, Readonly<Record<string, Moved>>>>;
  /** Of events that are not among them. */
  readonly others: Readonly<Record<string, Moved>>;
}

const user: Moved = (record) => {
  const name = textOf(at(record, 'user.name'));
  const domain = textOf(at(record, 'user.domain'));
  return name === undefined || domain === undefined ? name : `${domain}\\${name}`;
};

const hashNames = ['sha1', 'md5', 'sha256', 'imphash'];
/** Security Onion has hashes of images and files alike there, and some of them under the names that Sysmon has. */
const hashPlaces = ['file.hash', 'hash'];

/** Hashes in Sysmon's form. */
const hashes =
  (...paths: readonly string[]): Moved =>
  (record) => {
    const found = hashNames.flatMap((name) => {
      const hash = [...paths, ...hashPlaces]
        .flatMap((path) => [`${path}.${name}`, `${path}.${name.toUpperCase()}`])
        .map((path) => textOf(at(record, path)))
        .find(Boolean);
      return hash === undefined ? [] : [`${name.toUpperCase()}=${hash}`];
    });
    return found.length === 0 ? undefined : found.join(',');
  };

const initiated: Moved = (record) => {
  const direction = textOf(at(record, 'network.direction'));
  return direction && String(!/^(?:in|ingress)/i.test(direction));
};

/** Numbers of record types that Sysmon writes with their number. */
const dnsNumbers: Readonly<Record<string, number>> = words({
  ...{ NS: 2, CNAME: 5, SOA: 6, PTR: 12, MX: 15, TXT: 16, SRV: 33 },
});

/** Answers in Sysmon's form. */
const queryResults: Moved = (record) => {
  const answers = at(record, 'dns.answers');
  const parts = (Array.isArray(answers) ? answers : [answers]).flatMap((answer) => {
    const { type, data, name } = asObject(answer) ?? {};
    const number = dnsNumbers[textOf(type)?.toUpperCase() ?? ''];
    // Security Onion has all of them, as they were, where others have a name.
    const text = textOf(data) ?? textOf(name);
    return text === undefined ? [] : [number === undefined ? text : `type:  ${number} ${text}`];
  });
  return parts.length === 0 ? undefined : `${parts.join(';')};`;
};

/** Numbers of the words for a query's status (winerror.h). */
const queryStatuses: Readonly<Record<string, number>> = words({
  SUCCESS: 0,
  ERROR_ACCESS_DENIED: 5,
  ERROR_INVALID_NAME: 123,
  ERROR_CANCELLED: 1223,
  ERROR_TIMEOUT: 1460,
  DNS_ERROR_RCODE_FORMAT_ERROR: 9001,
  DNS_ERROR_RCODE_SERVER_FAILURE: 9002,
  DNS_ERROR_RCODE_NAME_ERROR: 9003,
  DNS_ERROR_RCODE_NOT_IMPLEMENTED: 9004,
  DNS_ERROR_RCODE_REFUSED: 9005,
  DNS_INFO_NO_RECORDS: 9501,
  DNS_ERROR_BAD_PACKET: 9502,
  DNS_ERROR_NO_PACKET: 9503,
  DNS_REQUEST_PENDING: 9506,
  DNS_ERROR_INVALID_NAME_CHAR: 9560,
  DNS_ERROR_RECORD_DOES_NOT_EXIST: 9701,
  DNS_ERROR_NAME_DOES_NOT_EXIST: 9714,
  DNS_ERROR_NO_TCPIP: 9851,
  DNS_ERROR_NO_DNS_SERVERS: 9852,
});

const queryStatus: Moved = (record) => {
  const status = textOf(at(record, 'sysmon.dns.status'));
  return status === undefined ? undefined : String(queryStatuses[status] ?? status);
};

const process = {
  ProcessGuid: 'process.entity_id',
  ProcessId: 'process.pid',
  Image: 'process.executable',
  User: user,
};
const source = {
  SourceProcessGuid: 'process.entity_id',
  SourceProcessId: 'process.pid',
  SourceImage: 'process.executable',
};
const target = { ...process, TargetFilename: ['file.path', 'file.target'] };
const module = {
  ImageLoaded: ['dll.path', 'file.path'],
  Hashes: hashes('dll.hash'),
  Signed: ['dll.code_signature.signed', 'file.code_signature.signed'],
  Signature: ['dll.code_signature.subject_name', 'file.code_signature.subject_name'],
  SignatureStatus: ['dll.code_signature.status', 'file.code_signature.status'],
};
const hashedFile = { ...target, Hashes: hashes('file.hash', 'process.hash') };
const registry = { ...process, TargetObject: 'registry.path' };
const pipe = { ...process, PipeName: 'file.name' };
const wmi = { User: user };

const sysmon: MovedFields = {
  others: process,
  of: {
    1: {
      ...process,
      CommandLine: 'process.command_line',
      CurrentDirectory: 'process.working_directory',
      Hashes: hashes('process.hash'),
      FileVersion: 'process.pe.file_version',
      Description: 'process.pe.description',
      Product: 'process.pe.product',
      Company: 'process.pe.company',
      OriginalFileName: 'process.pe.original_file_name',
      ParentProcessGuid: 'process.parent.entity_id',
      ParentProcessId: ['process.parent.pid', 'process.ppid'],
      ParentImage: 'process.parent.executable',
      ParentCommandLine: 'process.parent.command_line',
    },
    2: target,
    3: {
      ...process,
      Protocol: 'network.transport',
      Initiated: initiated,
      SourceIp: 'source.ip',
      SourceHostname: ['source.domain', 'source.hostname'],
      SourcePort: 'source.port',
      DestinationIp: 'destination.ip',
      DestinationHostname: ['destination.domain', 'destination.hostname'],
      DestinationPort: 'destination.port',
    },
    6: module,
    7: { ...process, ...module },
    8: source,
    9: { ...process, Device: 'file.path' },
    10: source,
    11: target,
    12: registry,
    13: registry,
    14: registry,
    15: { ...target, Hash: hashes('file.hash', 'process.hash') },
    17: pipe,
    18: pipe,
    19: wmi,
    20: wmi,
    21: wmi,
    22: {
      ...process,
      QueryName: ['dns.question.name', 'dns.query.name'],
      QueryStatus: queryStatus,
      QueryResults: queryResults,
    },
    23: hashedFile,
    26: hashedFile,
    29: hashedFile,
  },
};

/** Others have another account there, and leave this one where it was. */
const securityOnionUser: Moved = (record) =>
  textOf(at(record, 'event.module')) === 'windows_eventlog'
    ? textOf(at(record, 'user.name'))
    : undefined;

const acting = { SubjectUserName: securityOnionUser };

const security: MovedFields = {
  others: {
    ...acting,
    ProcessId: 'process.pid',
    ProcessName: 'process.executable',
    IpAddress: 'source.ip',
    IpPort: 'source.port',
    WorkstationName: 'source.domain',
  },
  of: {
    4688: {
      ...acting,
      NewProcessId: 'process.pid',
      NewProcessName: 'process.executable',
      CommandLine: 'process.command_line',
      ProcessId: 'process.parent.pid',
      ParentProcessName: 'process.parent.executable',
    },
  },
};

/** The command of an invocation, as `Payload` has it. */
const payload: Moved = (record) => {
  const details = at(record, 'powershell.command.invocation_details');
  const lines = (Array.isArray(details) ? details : [details]).flatMap((detail) => {
    const { type, related_command: command, name, value } = asObject(detail) ?? {};
    const said = [
      textOf(name) && `name="${textOf(name)}"`,
      textOf(value) && `value="${textOf(value)}"`,
    ];
    return textOf(type) === undefined
      ? []
      : [`${textOf(type)}(${textOf(command) ?? ''}): ${said.filter(Boolean).join('; ')}`];
  });
  return lines.length === 0 ? undefined : lines.join('\r\n');
};

const contextInfo: Moved = (record) => {
  const known = typeof user === 'function' ? user(record) : undefined;
  return known && `        User = ${known}`;
};

const powershell: MovedFields = {
  others: {},
  of: {
    4103: { ContextInfo: contextInfo, Payload: payload },
    4104: {
      MessageNumber: 'powershell.sequence',
      MessageTotal: 'powershell.total',
      ScriptBlockText: 'powershell.file.script_block_text',
      ScriptBlockId: 'powershell.file.script_block_id',
      Path: 'file.path',
    },
  },
};

const moved: Readonly<Record<string, MovedFields>> = words({
  'microsoft-windows-sysmon': sysmon,
  'microsoft-windows-security-auditing': security,
  'microsoft-windows-powershell': powershell,
  powershellcore: powershell,
  'linux-sysmon': sysmon,
});

/** Adds the values of an event that its shipper has moved out of `event_data`. */
export function addMovedFields(
  data: EventData,
  record: JsonObject,
  provider: string,
  id: number,
): void {
  const known = moved[lowerCase(provider)];
  if (known === undefined) {
    return;
  }
  const fields = known.of[id] ?? known.others;
  for (const name in fields) {
    const from = fields[name];
    if (from !== undefined && data.get(lowerCase(name)) === undefined) {
      data.put(name, valueFrom(record, from));
    }
  }
}

function valueFrom(record: JsonObject, moved: Moved): JsonValue | undefined {
  if (typeof moved === 'function') {
    return moved(record);
  }
  const paths = typeof moved === 'string' ? [moved] : moved;
  for (const path of paths) {
    const value = at(record, path);
    if (value !== undefined && value !== null) {
      return value;
    }
  }
  return undefined;
}
