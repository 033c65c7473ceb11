import { isIP } from 'node:net';
import type { ConversionContext, Outcome } from '../connector.js';
import { epochText, parseDatetime } from '../datetime.js';
import type { JsonValue } from '../json.js';
import { type Occurrences, reportId } from '../occurrences.js';
import { protocolName } from '../windows/values.js';
import { words } from '../words.js';
import { type Ends, endsOf } from './ends.js';
import type { ZeekFields } from './fields.js';

/** What one log of Zeek's becomes. */
export interface ZeekRule {
  readonly log: string;
  readonly table:
    | 'DeviceNetworkEvents'
    | 'DeviceFileEvents'
    | 'IdentityLogonEvents'
    | 'IdentityDirectoryEvents';
  /** undefined: the record has no row. */
  readonly actionType: (fields: ZeekFields, direction: 'In' | 'Out') => string | undefined;
  /** As the reference prints it. */
  readonly actions: string;
  /** Columns besides those of the connection's ends, by the fields that they are from. */
  readonly columns: Readonly<Record<string, (fields: ZeekFields) => string | undefined>>;
  /** Of AdditionalFields, under other names than Zeek's. */
  readonly additional?: ZeekRule['columns'];
  /** Defender has no such row: off unless asked for. */
  readonly extension?: true;
}

const field = (name: string) => (fields: ZeekFields) => fields.get(name);
const failedStates: ReadonlySet<string> = new Set(['S0', 'REJ', 'RSTOS0', 'SH', 'RSTRH']);

function connectionAction(fields: ZeekFields, direction: 'In' | 'Out'): string {
  if (fields.get('proto') === 'icmp') return 'IcmpConnectionInspected';
  if (failedStates.has(fields.get('conn_state') ?? '')) return 'ConnectionFailed';
  return direction === 'In' ? 'InboundConnectionAccepted' : 'ConnectionSuccess';
}

/** A protocol that was looked into: Defender's own Zeek-derived rows have these actions. */
function inspected(log: string, action: string, url?: string): ZeekRule {
  return {
    log,
    table: 'DeviceNetworkEvents',
    actionType: () => action,
    actions: action,
    columns: url === undefined ? {} : { RemoteUrl: field(url) },
  };
}

/** What Zeek itself found: its notices, matches of signatures and of intelligence. */
function found(log: string, name: string): ZeekRule {
  return {
    log,
    table: 'DeviceNetworkEvents',
    extension: true,
    actionType: () => 'NetworkSignatureInspected',
    actions: 'NetworkSignatureInspected',
    columns: {},
    additional: { SignatureName: field(name) },
  };
}

/** Zeek sees an answer where there is one; NTLM's is in the protocol that carries it. */
const logonAction = (fields: ZeekFields) =>
  fields.get('success') === 'false' ? 'LogonFailed' : 'LogonSuccess';

const bothEnds: ZeekRule['columns'] = {
  IPAddress: field('id.orig_h'),
  Port: field('id.orig_p'),
  DestinationIPAddress: field('id.resp_h'),
  DestinationPort: field('id.resp_p'),
};

function logon(log: string, protocol: string, columns: ZeekRule['columns']): ZeekRule {
  return {
    log,
    table: 'IdentityLogonEvents',
    extension: true,
    actionType: (fields) => (fields.has('success') ? logonAction(fields) : undefined),
    actions: 'LogonSuccess, LogonFailed, by success',
    columns: { Protocol: () => protocol, ...bothEnds, ...columns },
  };
}

/** What is asked of a machine over DCE/RPC, by the interface and the start of the operation's name. */
const remoteActions: readonly (readonly [endpoint: RegExp, operation: RegExp, action: string])[] = [
  [/^svcctl$/i, /^R?CreateService/, 'Service creation'],
  [/^atsvc$/i, /^NetrJobAdd$/, 'Task scheduling'],
  [/^ITaskSchedulerService$/i, /^SchRpcRegisterTask$/, 'Task scheduling'],
  [/^drsuapi$/i, /^(?:DRS|Ds|IDL_DRS)GetNCChanges/, 'Directory Services replication'],
  [/^IWbemServices$/i, /^Exec(?:Method|MethodAsync)$/, 'Wmi execution'],
];

function remoteAction(fields: ZeekFields): string | undefined {
  const [endpoint = '', operation = ''] = [fields.get('endpoint'), fields.get('operation')];
  return remoteActions.find(([own, does]) => own.test(endpoint) && does.test(operation))?.[2];
}

/** `name/REALM`: a client of Kerberos. */
const ofClient = (index: number) => (fields: ZeekFields) =>
  fields.get('client')?.split('/')[index]?.toLowerCase();

/** Of `\\\\host\\share`, where it is called by a name. */
function hostOfShare(fields: ZeekFields): string | undefined {
  const host = /^\\\\([^\\]+)\\/.exec(fields.get('path') ?? '')?.[1]?.toLowerCase();
  return host === undefined || isIP(host) !== 0 ? undefined : host;
}

const fileActions: Readonly<Record<string, string>> = words({
  'SMB::FILE_DELETE': 'FileDeleted',
  'SMB::FILE_RENAME': 'FileRenamed',
  'SMB::FILE_WRITE': 'FileModified',
});

/** Logs that become events; what the others say is in these as well, or is about Zeek itself. */
export const zeekRules: readonly ZeekRule[] = [
  {
    log: 'conn',
    table: 'DeviceNetworkEvents',
    actionType: connectionAction,
    actions:
      'IcmpConnectionInspected, ConnectionFailed, InboundConnectionAccepted, ConnectionSuccess',
    columns: {},
  },
  inspected('dns', 'DnsConnectionInspected'),
  inspected('http', 'HttpConnectionInspected', 'host'),
  inspected('ssl', 'SslConnectionInspected', 'server_name'),
  inspected('ssh', 'SshConnectionInspected'),
  inspected('ftp', 'FtpConnectionInspected'),
  inspected('smtp', 'SmtpConnectionInspected'),
  found('notice', 'note'),
  found('intel', 'seen.indicator'),
  found('signatures', 'sig_id'),
  logon('kerberos', 'Kerberos', {
    AccountName: ofClient(0),
    AccountDomain: ofClient(1),
    FailureReason: field('error_msg'),
  }),
  logon('ntlm', 'NTLM', {
    AccountName: (fields) => fields.get('username')?.toLowerCase(),
    AccountDomain: (fields) => fields.get('domainname')?.toLowerCase(),
    DeviceName: (fields) => fields.get('hostname')?.toLowerCase(),
    DestinationDeviceName: (fields) =>
      (
        fields.get('server_dns_computer_name') ?? fields.get('server_nb_computer_name')
      )?.toLowerCase(),
  }),
  {
    log: 'dce_rpc',
    table: 'IdentityDirectoryEvents',
    extension: true,
    actionType: remoteAction,
    actions: [...new Set(remoteActions.map(([, , action]) => action))].join(', '),
    columns: { Protocol: () => 'DCE/RPC', ...bothEnds },
  },
  {
    log: 'smb_mapping',
    table: 'IdentityDirectoryEvents',
    extension: true,
    actionType: () => 'SMB session',
    actions: 'SMB session',
    columns: { Protocol: () => 'SMB', ...bothEnds, TargetDeviceName: hostOfShare },
    additional: { ShareName: field('path') },
  },
  {
    log: 'smb_files',
    table: 'DeviceFileEvents',
    extension: true,
    actionType: (fields) => fileActions[fields.get('action') ?? ''],
    actions: 'FileDeleted, FileRenamed, FileModified',
    columns: {
      FileName: (fields) => baseName(fields.get('name')),
      FolderPath: (fields) => {
        const [share = '', name = ''] = [fields.get('path'), fields.get('name')];
        return share === '' ? name : `${share}\\${name}`;
      },
      PreviousFileName: (fields) => baseName(fields.get('prev_name')),
      FileSize: field('size'),
      RequestProtocol: () => 'Smb',
      RequestSourceIP: field('id.orig_h'),
      RequestSourcePort: field('id.orig_p'),
      ShareName: field('path'),
    },
  },
  {
    log: 'files',
    table: 'DeviceFileEvents',
    extension: true,
    actionType: () => 'FileCreated',
    actions: 'FileCreated',
    columns: {
      FileName: (fields) => baseName(fields.get('filename')),
      FolderPath: field('filename'),
      FileSize: (fields) => fields.get('total_bytes') ?? fields.get('seen_bytes'),
      MD5: field('md5'),
      SHA1: field('sha1'),
      SHA256: field('sha256'),
      RequestProtocol: (fields) => (fields.get('source') === 'SMB' ? 'Smb' : fields.get('source')),
      RequestSourceIP: (fields) =>
        firstOf(fields.get('tx_hosts')) ??
        fields.get('tx_host') ??
        fields.get(fields.get('is_orig') === 'true' ? 'id.orig_h' : 'id.resp_h'),
    },
  },
];

/** A rule with its columns as lists. */
interface PreparedRule {
  readonly rule: ZeekRule;
  readonly columns: readonly FieldColumn[];
  readonly additional: readonly FieldColumn[];
}

type FieldColumn = readonly [name: string, read: (fields: ZeekFields) => string | undefined];

/** Rules by the logs that they are for. */
export type RulesOfLogs = ReadonlyMap<string, PreparedRule>;

export function rulesOfLogs(rules: readonly ZeekRule[]): RulesOfLogs {
  return new Map(
    rules.map((rule) => [
      rule.log,
      {
        rule,
        columns: Object.entries(rule.columns),
        additional: Object.entries(rule.additional ?? {}),
      },
    ]),
  );
}

export const zeekLogs = rulesOfLogs(zeekRules);

/** What a stream's records are read with. */
export interface ZeekContext extends ConversionContext {
  readonly occurrences: Occurrences;
}

/**
 * The events of one record of a sensor's.
 * @param text of the record, which tells it from all others that are not the same
 */
export function sensorEvents(
  logs: RulesOfLogs,
  log: string,
  fields: ZeekFields,
  text: string,
  context: ZeekContext,
): readonly Outcome[] {
  const time = timeOf((fields.get('ts') ?? '').trim());
  if (time === undefined) return [{ rejected: 'record.shape', detail: 'no time in "ts"' }];
  const prepared = logs.get(log);
  if (prepared === undefined) return [{ passed: 'unmapped' }];
  const { rule } = prepared;
  const ends = endsOf(fields);
  const action = rule.actionType(fields, ends.direction);
  const isWanted = rule.extension !== true || context.extensions;
  if (action === undefined || !isWanted) return [{ passed: 'unmapped' }];
  const columns: Columns = {
    Timestamp: time,
    ActionType: action,
    ReportId: reportId(reportedText(rule.log, fields)),
  };
  const isConnection = rule.table === 'DeviceNetworkEvents';
  if (isConnection) {
    // What is found may be of any protocol; the logs of connections without one are of TCP.
    const protocol = fields.get('proto') ?? (rule.extension ? undefined : 'tcp');
    setConnection(columns, protocol, ends, context);
    // Over ssh.log's own, which has other words for it.
    fields.set('direction', ends.direction);
  }
  setFields(columns, prepared.columns, fields);
  setFields(fields.rest, prepared.additional, fields);
  columns['AdditionalFields'] = fields.rest;
  // Not the columns: what is known of devices may have grown when the record comes again.
  const identity = context.occurrences.identityOf(`${log}\n${text}`);
  return [{ table: rule.table, columns, identity }];
}

type Columns = Record<string, JsonValue | undefined>;

function reportedText(log: string, fields: ZeekFields): string {
  const text = (name: string) => fields.get(name) ?? '';
  // Several may be found at once.
  const found = ['alert.gid', 'alert.signature_id'].map(text).join('\n').trim();
  return `${log}\n${text('ts')}\n${text('uid')}\n${text('fuid')}\n${text('trans_id')}${found}`;
}

function setConnection(
  columns: Columns,
  protocol: string | undefined,
  { local, remote }: Ends,
  { correlation }: ConversionContext,
): void {
  const device = correlation.devices.atAddress(local.ip);
  if (device) {
    columns['DeviceId'] = device.id;
    columns['DeviceName'] = device.name;
  }
  columns['LocalIP'] = local.ip || undefined;
  columns['LocalPort'] = local.port;
  columns['LocalIPType'] = local.type;
  columns['RemoteIP'] = remote.ip || undefined;
  columns['RemotePort'] = remote.port;
  columns['RemoteIPType'] = remote.type;
  columns['Protocol'] = protocol && protocolName(protocol);
}

function setFields(columns: Columns, from: readonly FieldColumn[], fields: ZeekFields): void {
  for (const [name, read] of from) {
    const value = read(fields);
    if (value !== undefined) columns[name] = value;
  }
}

const epochTime = /^(\d+)(?:\.\d+)?$/;

/** Seconds since 1970, ISO text, or milliseconds: Zeek has a setting for it. */
function timeOf(written: string): string | undefined {
  const whole = epochTime.exec(written)?.[1];
  return whole === undefined
    ? parseDatetime(written)?.text
    : epochText(written, whole.length > 11 ? 'milliseconds' : 'seconds');
}

function baseName(path = ''): string {
  return path.split(/[\\/]/).at(-1) ?? '';
}

/** Of a set, which is JSON text here. */
function firstOf(text: string | undefined): string | undefined {
  return /"([^"]+)"/.exec(text ?? '')?.[1];
}
