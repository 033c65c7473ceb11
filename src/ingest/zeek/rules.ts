import { epochTime, ipType, isPrivateAddress, protocolName } from '../addresses.js';
import type { DefenderEvent, Outcome } from '../connector.js';

/** A record of a Zeek log: its fields as text, arrays as JSON text, unset ones absent. */
export type ZeekFields = ReadonlyMap<string, string>;

/** Logs that become events; what the others say is in these as well, or is about Zeek itself. */
export type ZeekLog = 'conn' | 'dns' | 'http' | 'ssl' | 'ssh' | 'ftp' | 'smtp' | 'smb_files';

/** Inspected protocols: Defender's own Zeek-derived rows have these actions. */
const inspections: Readonly<Partial<Record<ZeekLog, { action: string; url?: string }>>> = {
  dns: { action: 'DnsConnectionInspected' },
  http: { action: 'HttpConnectionInspected', url: 'host' },
  ssl: { action: 'SslConnectionInspected', url: 'server_name' },
  ssh: { action: 'SshConnectionInspected' },
  ftp: { action: 'FtpConnectionInspected' },
  smtp: { action: 'SmtpConnectionInspected' },
};

const failedStates: ReadonlySet<string> = new Set(['S0', 'REJ', 'RSTOS0', 'SH', 'RSTRH']);

const fileActions: Readonly<Record<string, string>> = {
  'SMB::FILE_DELETE': 'FileDeleted',
  'SMB::FILE_RENAME': 'FileRenamed',
  'SMB::FILE_WRITE': 'FileModified',
};

/** The events of one record. */
export function zeekEvents(log: string, fields: ZeekFields): readonly Outcome[] {
  const time = epochTime(fields.get('ts') ?? '');
  if (time === undefined) return [{ rejected: 'record.shape', detail: 'no time in "ts"' }];
  if (log === 'conn') return [connection(fields, time)];
  if (log === 'smb_files') return fileEvent(fields, time);
  const inspection = inspections[log as ZeekLog];
  return inspection ? [inspected(fields, time, inspection)] : [];
}

/** The two ends: orig is local when it alone is private, or both are; otherwise resp is. */
function ends(fields: ZeekFields) {
  const orig = { ip: fields.get('id.orig_h') ?? '', port: fields.get('id.orig_p') };
  const resp = { ip: fields.get('id.resp_h') ?? '', port: fields.get('id.resp_p') };
  const isOutbound = isPrivateAddress(orig.ip);
  const [local, remote] = isOutbound ? [orig, resp] : [resp, orig];
  return {
    direction: isOutbound ? 'Out' : 'In',
    columns: {
      LocalIP: local.ip,
      LocalPort: local.port,
      LocalIPType: ipType(local.ip),
      RemoteIP: remote.ip,
      RemotePort: remote.port,
      RemoteIPType: ipType(remote.ip),
    },
  };
}

function connection(fields: ZeekFields, time: string): DefenderEvent {
  const { direction, columns } = ends(fields);
  const protocol = fields.get('proto') ?? '';
  const state = fields.get('conn_state') ?? '';
  const action =
    protocol === 'icmp'
      ? 'IcmpConnectionInspected'
      : failedStates.has(state)
        ? 'ConnectionFailed'
        : direction === 'In'
          ? 'InboundConnectionAccepted'
          : 'ConnectionSuccess';
  return {
    table: 'DeviceNetworkEvents',
    columns: {
      Timestamp: time,
      ActionType: action,
      ...columns,
      Protocol: protocolName(protocol),
      AdditionalFields: additional(fields, direction),
    },
  };
}

function inspected(
  fields: ZeekFields,
  time: string,
  { action, url }: { readonly action: string; readonly url?: string },
): DefenderEvent {
  const { direction, columns } = ends(fields);
  return {
    table: 'DeviceNetworkEvents',
    columns: {
      Timestamp: time,
      ActionType: action,
      ...columns,
      Protocol: protocolName(fields.get('proto') ?? 'tcp'),
      RemoteUrl: url === undefined ? undefined : fields.get(url),
      AdditionalFields: additional(fields, direction),
    },
  };
}

function fileEvent(fields: ZeekFields, time: string): readonly DefenderEvent[] {
  const action = fileActions[fields.get('action') ?? ''];
  if (action === undefined) return [];
  const share = fields.get('path') ?? '';
  const name = fields.get('name') ?? '';
  return [
    {
      table: 'DeviceFileEvents',
      columns: {
        Timestamp: time,
        ActionType: action,
        FileName: baseName(name),
        FolderPath: share === '' ? name : `${share}\\${name}`,
        PreviousFileName: baseName(fields.get('prev_name') ?? ''),
        FileSize: fields.get('size'),
        RequestProtocol: 'Smb',
        RequestSourceIP: fields.get('id.orig_h'),
        RequestSourcePort: fields.get('id.orig_p'),
        ShareName: share,
        AdditionalFields: additional(fields, undefined),
      },
    },
  ];
}

function baseName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? '';
}

/** Fields that have columns of their own. */
const inColumns: ReadonlySet<string> = new Set([
  'ts',
  'proto',
  'id.orig_h',
  'id.orig_p',
  'id.resp_h',
  'id.resp_p',
]);

/** Everything else under Zeek's own names, values as text. */
function additional(fields: ZeekFields, direction: string | undefined): Record<string, string> {
  const rest = [...fields].filter(([name]) => !inColumns.has(name));
  return Object.fromEntries([
    ...(direction === undefined ? [] : [['direction', direction] as const]),
    ...rest,
  ]);
}
