import type { RawRecord } from '../connector.js';
import { ExactNumber, type JsonValue } from '../json.js';

/** A message of syslog or the journal, out of its envelope. */
export interface SyslogMessage {
  readonly message: string;
  /** undefined where the envelope does not say. */
  readonly host: string | undefined;
}

type JsonObject = { readonly [name: string]: JsonValue };

/** Where shippers put the message: Log Analytics, rsyslog, Fluent Bit, Vector, the journal, Wazuh, …. */
const messageNames = [
  'SyslogMessage',
  'message',
  'Message',
  'MESSAGE',
  'msg',
  'log',
  '_raw',
  'raw',
  'full_log',
];
const hostNames = [
  'Computer',
  'HostName',
  'Hostname',
  'hostname',
  'host',
  '_HOSTNAME',
  'logsource',
];

/** The message of a record: a member of JSON, or what follows the header of a line. */
export function syslogOf({ value, text }: RawRecord): SyslogMessage | undefined {
  if (value === undefined) {
    return messageOfLine(text);
  }
  const record = objectOf(value);
  const document = record && (objectOf(record['_source']) ?? objectOf(record['result']) ?? record);
  if (document === undefined) {
    return undefined;
  }
  const message = firstText(document, messageNames);
  if (message === undefined) {
    return undefined;
  }
  const inner = messageOfLine(message);
  const host =
    firstText(document, hostNames) ??
    objectHost(document['host']) ??
    inner.host ??
    // Wazuh's agent is on the host; those of others may be collectors.
    ('full_log' in document ? objectHost(document['agent']) : undefined) ??
    hostOfStream(document['logStream'] ?? document['logStreamName']);
  return { message: inner.message, host };
}

function objectOf(value: JsonValue | undefined): JsonObject | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject && !(value instanceof ExactNumber) ? (value as JsonObject) : undefined;
}

function firstText(document: JsonObject, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = messageText(document[name]);
    if (value !== undefined && value !== '') {
      return value;
    }
  }
  return undefined;
}

/** The journal has what is not all printable as a list of bytes. */
export function messageText(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'string') {
    return value;
  }
  return Array.isArray(value) && value.every(isByte)
    ? Buffer.from(value as readonly number[] as number[]).toString()
    : undefined;
}

function isByte(value: JsonValue): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 256;
}

/** Streams of CloudWatch's agent are called by the machine, by its name and the file's, or by a file alone. */
const streamOfHost = /^(?=[\d.-]*[a-z])(?![^/]*\.log(?:\/|$))([\w-]+(?:\.[\w-]+)*)(?:\/.*)?$/i;

function hostOfStream(stream: JsonValue | undefined): string | undefined {
  return typeof stream === 'string' ? streamOfHost.exec(stream)?.[1] : undefined;
}

/** ECS has the host as an object. */
function objectHost(host: JsonValue | undefined): string | undefined {
  const object = objectOf(host);
  return object && firstText(object, ['hostname', 'name']);
}

// RFC 5424, and RFC 3164 with the times that daemons write.
const modern = /^<\d{1,3}>\d \S+ (\S+) \S+ \S+ \S+ (?:-|(?:\[[^\]]*\])+) ?([\s\S]*)$/;
const classic =
  /^(?:<\d{1,3}>)?(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT[\d:.,]+(?:Z|[+-]\d\d:?\d\d)) (\S+) (?:(?=\{)|[^\s:]+: ?)([\s\S]*)$/;

/** What follows the header of a line and the program's name; all of it where it has none. */
export function messageOfLine(line: string): SyslogMessage {
  const [, host, message] = modern.exec(line) ?? classic.exec(line) ?? [];
  return message === undefined
    ? { message: line, host: undefined }
    : { message: message.replace(/^\ufeff/, ''), host: host === '-' ? undefined : host };
}
