import type { RawRecord } from '../connector.js';
import { ExactNumber, type JsonValue, parseJson } from '../json.js';
import { typeOfNumber } from './audit-record.js';
import { messageText, syslogOf } from './syslog.js';

type JsonObject = { readonly [name: string]: JsonValue };

/** Records of the audit system in its own form, out of what a shipper has made of them. */
export interface AuditTexts {
  readonly host: string | undefined;
  readonly texts: readonly string[];
}

/** Beats join the records of an event. */
const betweenRecords = /\r?\n(?=(?:node=\S+ )?type=[A-Z])/;

/** The texts of a record, whichever shipper wrote it; undefined where it is none of the audit system. */
export function auditTexts(record: RawRecord): AuditTexts | undefined {
  const document = objectOf(record.value);
  const whole = document && (eventIn(document) ?? journal(document));
  if (whole) {
    return whole;
  }
  const syslog = syslogOf(record);
  const message = syslog?.message.trim() ?? '';
  const written = message.startsWith('{') ? objectOf(jsonOf(message)) : undefined;
  const event = written && eventIn(written);
  return event
    ? { ...event, host: event.host ?? syslog?.host }
    : syslog && { host: syslog.host, texts: recordsOf(message) };
}

/** An event that a program has made an object of. */
function eventIn(document: JsonObject): AuditTexts | undefined {
  return laurel(document) ?? goAudit(document);
}

function jsonOf(text: string): JsonValue | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

function recordsOf(message: string): readonly string[] {
  return message.includes('\n') ? message.split(betweenRecords) : [message];
}

/** Seconds since 1970 and the serial; each of an event's records gets it. */
const eventId = /^\d{1,12}(?:\.\d{1,9})?:\d{1,20}$/;

/** LAUREL has all records of an event as members of one object, by their types. */
function laurel(document: JsonObject): AuditTexts | undefined {
  const { ID: id, NODE: node } = document;
  if (typeof id !== 'string' || !eventId.test(id)) {
    return undefined;
  }
  const texts = Object.entries(document).flatMap(([type, value]) =>
    (Array.isArray(value) ? value : [value]).flatMap((part) => {
      const fields = objectOf(part);
      return fields && /^[A-Z][A-Z0-9_]+$/.test(type) ? recordsOfPart(type, id, fields) : [];
    }),
  );
  return texts.length === 0
    ? undefined
    : { host: typeof node === 'string' ? node : undefined, texts };
}

/** What it knows of the parent stands within SYSCALL, where older versions have a part of its own for it. */
function recordsOfPart(type: string, id: string, fields: JsonObject): string[] {
  const { PPID: parent, ...own } = fields;
  const known = objectOf(parent);
  const text = (name: string, values: JsonObject) =>
    `type=${name} msg=audit(${id}): ${fieldsText(name, values)}`;
  return known ? [text(type, own), text('PARENT_INFO', known)] : [text(type, fields)];
}

function fieldsText(type: string, fields: JsonObject): string {
  return Object.entries(fields)
    .flatMap(([name, value]) => {
      if (value === null) {
        return [];
      }
      if (name === 'ARGV' && Array.isArray(value)) {
        const parts = value.map((part) => bytesOf(part));
        return type === 'PROCTITLE'
          ? [`proctitle=${hexOf(Buffer.concat(parts.flatMap((part) => [part, nul])))}`]
          : parts.map((part, index) => `a${index}=${quoted(part)}`);
      }
      if (name === 'ARGV_STR' && !('ARGV' in fields)) {
        return [`a0=${quoted(bytesOf(value))}`];
      }
      if (name === 'saddr') {
        return [`saddr=${hexOf(bytesOf(value))}`];
      }
      const object = objectOf(value);
      const { addr, port } = (object ?? {}) as Record<string, JsonValue>;
      if (typeof addr === 'string') {
        return [`${name}={ laddr=${addr} lport=${scalarOf(port)} }`];
      }
      const text = object && scalarText(object);
      return text !== undefined && inBraces.test(text)
        ? [`${name}=${text}`]
        : [`${name}=${quoted(bytesOf(value))}`];
    })
    .join(' ');
}

/** Read as it is: nothing in it ends it. */
const inBraces = /^\{[^{}\n]*\}$/;
const nul = Buffer.alloc(1);

/** A value's bytes, some of which LAUREL writes as `%2b`: `%` and `+` among them. */
function bytesOf(value: JsonValue): Buffer {
  const bytes = Buffer.from(typeof value === 'string' ? value : scalarText(value));
  let used = 0;
  for (let at = 0; at < bytes.length; used++) {
    const code = bytes[at] === percent ? codeAt(bytes, at + 1) : undefined;
    bytes[used] = code ?? bytes[at] ?? 0;
    at += code === undefined ? 1 : 3;
  }
  return bytes.subarray(0, used);
}

const percent = 0x25;
const hexCode = /^[\da-f]{2}$/i;

/** What two hex digits stand for; undefined where there are none. */
function codeAt(bytes: Buffer, at: number): number | undefined {
  const digits = bytes.toString('latin1', at, at + 2);
  return hexCode.test(digits) ? Number.parseInt(digits, 16) : undefined;
}

/** As the kernel writes text: in quotes where they can stand, else in hex. */
function quoted(value: Buffer): string {
  const text = value.toString();
  return /["\s\\]|[^ -~]/.test(text) ? hexOf(value) : `"${text}"`;
}

function hexOf(bytes: Buffer): string {
  return bytes.toString('hex').toUpperCase();
}

function scalarText(value: JsonValue): string {
  return value instanceof ExactNumber ? value.digits : JSON.stringify(value);
}

/** go-audit has the messages of an event as a list, with their types as numbers. */
function goAudit(document: JsonObject): AuditTexts | undefined {
  const { sequence, timestamp, messages } = document;
  if (sequence === undefined || timestamp === undefined || !Array.isArray(messages)) {
    return undefined;
  }
  const users = objectOf(document['uid_map']) ?? {};
  const id = `${scalarOf(timestamp)}:${scalarOf(sequence)}`;
  if (!eventId.test(id)) {
    return undefined;
  }
  const texts = messages.flatMap((message) => {
    const { type, data } = objectOf(message) ?? {};
    return typeof data === 'string'
      ? [`type=${nameOf(type)} msg=audit(${id}): ${withUsers(data, users)}`]
      : [];
  });
  return texts.length === 0 ? undefined : { host: undefined, texts };
}

const microseconds = /^(\d{1,10})(\d{6})$/;

/** The journal has the id and the type of a record beside its message. */
function journal(document: JsonObject): AuditTexts | undefined {
  const { _AUDIT_ID: serial, MESSAGE: written, _HOSTNAME: host } = document;
  const message = messageText(written);
  const time = microseconds.exec(scalarOf(document['_SOURCE_REALTIME_TIMESTAMP']));
  if (serial === undefined || message === undefined || time === null) {
    return undefined;
  }
  const type = document['_AUDIT_TYPE_NAME'] ?? nameOf(document['_AUDIT_TYPE']);
  const id = `${time[1]}.${time[2]}:${scalarOf(serial)}`;
  return {
    host: typeof host === 'string' ? host : undefined,
    texts: [`type=${scalarOf(type)} msg=audit(${id}): ${message.replace(/^[A-Z][A-Z0-9_]* /, '')}`],
  };
}

function nameOf(type: JsonValue | undefined): string {
  const number = scalarOf(type);
  return typeOfNumber(number) ?? `TYPE_${number.replace(/\W/g, '')}`;
}

/** Each of an event's messages gets it. */
const longestUser = 256;

/** The users' names behind it, as the daemon writes them: each once, however often its id is there. */
function withUsers(data: string, users: JsonObject): string {
  const names = ['auid', 'uid', 'euid'].flatMap((field) => {
    const user = users[new RegExp(`\\b${field}=(\\d{1,20})`).exec(data)?.[1] ?? ''];
    const isName = typeof user === 'string' && user.length <= longestUser;
    return isName ? [`${field.toUpperCase()}="${user}"`] : [];
  });
  return [data, ...names].join(' ');
}

function scalarOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : scalarText(value ?? '');
}

function objectOf(value: JsonValue | undefined): JsonObject | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject && !(value instanceof ExactNumber) ? (value as JsonObject) : undefined;
}
