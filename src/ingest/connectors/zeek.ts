import { isUtf8 } from 'node:buffer';
import {
  type Connector,
  type ConversionContext,
  type Outcome,
  type RawRecord,
  shareOf,
} from '../connector.js';
import { areNames } from '../csv.js';
import { compactJson, ExactNumber, type JsonValue, parseJson } from '../json.js';
import { Occurrences } from '../occurrences.js';
import { ZeekFields } from '../zeek/fields.js';
import { sensorEvents, type ZeekContext, zeekLogs } from '../zeek/rules.js';

/**
 * Zeek's logs as JSON lines. Shippers write `id.orig_h` or `id_orig_h`; which log it is stands in
 * `_path` or `@stream`, or shows in the fields that only that log has (docs.zeek.org, log files).
 */
export const zeekJson: Connector = {
  name: 'zeek-json',
  summary: 'Zeek logs as JSON lines: conn, dns, http, ssl, ssh, ftp, smtp, …',
  format: 'json',
  envelopes: ['hits.hits', 'logEvents', 'results'],
  detect(sample) {
    return shareOf(sample, ({ value }) => isZeek(value));
  },
  open(context) {
    const ofStream = contextOf(context);
    return { convert: (record) => convert(record, ofStream) };
  },
};

/** Zeek's logs in its own form: tab-separated, with a header that names the log and its fields. */
export const zeekTsv: Connector = {
  name: 'zeek-tsv',
  summary: 'Zeek logs as Zeek writes them: tab-separated, with #fields',
  format: 'text',
  detect: (sample) =>
    sample[0]?.text.startsWith('#separator') === true &&
    sample.some(({ text }) => text.startsWith('#fields'))
      ? 1
      : 0,
  open(context) {
    const header = new TsvHeader(contextOf(context));
    return { convert: ({ text }: RawRecord) => header.take(text) };
  },
};

function contextOf(context: ConversionContext): ZeekContext {
  return { ...context, occurrences: new Occurrences() };
}

function isZeek(value: JsonValue | undefined): boolean {
  const record = zeekRecord(value)?.record;
  if (record === undefined) return false;
  if (!('ts' in record)) return false;
  if ('@stream' in record || '_path' in record) return true;
  const { id } = record;
  const hasEnds =
    'id.orig_h' in record || 'id_orig_h' in record || (isObject(id) && 'orig_h' in id);
  return (typeof record['uid'] === 'string' && hasEnds) || ofNoConnection(record) !== undefined;
}

/** Logs whose records have no connection, by fields that no other has together. */
const withoutConnection: typeof tellTale = [
  ['files', 'fuid', 'seen_bytes'],
  ['x509', 'certificate.serial'],
  ['ocsp', 'hashAlgorithm', 'serialNumber'],
  ['pe', 'machine', 'compile_ts'],
  ['notice', 'note', 'actions'],
  ['signatures', 'sig_id', 'event_msg'],
  ['intel', 'seen.indicator', 'seen.where'],
  ['weird', 'name', 'notice', 'peer'],
  ['dhcp', 'uids', 'mac'],
  ['software', 'host', 'software_type'],
  ['known_services', 'host', 'port_num', 'port_proto'],
  ['known_certs', 'host', 'port_num', 'serial'],
  ['capture_loss', 'ts_delta', 'gaps'],
  ['stats', 'pkts_proc', 'peer'],
  ['reporter', 'level', 'message', 'location'],
];

function ofNoConnection(record: ZeekRecord): string | undefined {
  return withoutConnection.find(([, ...names]) => names.every((name) => name in record))?.[0];
}

/** Where shippers put a record as text. */
const textMembers = ['message', '_raw', 'log'];

/** The record itself, out of what shippers and searches wrap it in. */
function zeekRecord(value: JsonValue | undefined): FoundRecord | undefined {
  if (!isObject(value)) return undefined;
  const { _source, result } = value;
  const document = [_source, result].find(isObject) ?? value;
  if ('ts' in document) return { record: document };
  const tagged = taggedRecord(document);
  if (tagged !== undefined) return tagged;
  for (const name of textMembers) {
    const text = document[name];
    if (typeof text === 'string' && /^\s*\{/.test(text) && text.includes('"ts"')) {
      return recordIn(text, document);
    }
  }
  return undefined;
}

interface FoundRecord {
  readonly record: ZeekRecord;
  /** The log, where it stands above the record; that makes no record one of Zeek's. */
  readonly tag?: string;
}

/** What shippers put a record under, whatever it is. */
const wrappers: ReadonlySet<string> = new Set([
  ...textMembers,
  ...['body', 'data', 'event', 'payload', 'raw', 'record', 'result', 'value'],
]);

/** `{"conn": {…}}`: Zeek's writer to Kafka names the log so. */
function taggedRecord(document: ZeekRecord): FoundRecord | undefined {
  const [tag = '', other] = firstNames(document);
  const record = document[tag];
  const isAlone = other === undefined && isObject(record) && 'ts' in record;
  return isAlone && /^[a-z][a-z0-9_]*$/.test(tag) && !wrappers.has(tag)
    ? { record, tag }
    : undefined;
}

function firstNames(record: ZeekRecord): readonly string[] {
  const names: string[] = [];
  for (const name in record) {
    names.push(name);
    if (names.length === 2) break;
  }
  return names;
}

function recordIn(text: string, around: ZeekRecord): FoundRecord | undefined {
  try {
    const value = parseJson(text);
    const named = logNamed(around);
    if (!isObject(value)) return undefined;
    const found = taggedRecord(value) ?? { record: value };
    return named === undefined || found.tag !== undefined || '_path' in found.record
      ? found
      : { record: { ...found.record, _path: named } };
  } catch {
    return undefined;
  }
}

/** The log as its envelope names it: `zeek.dns`, `bro:dns:json`, `/opt/zeek/logs/current/dns.log`. */
function logNamed(around: ZeekRecord): string | undefined {
  const { event, log, sourcetype, source, logStream, logStreamName, logGroup } = around;
  const file = isObject(log) && isObject(log['file']) ? log['file']['path'] : undefined;
  const words = [
    isObject(event) ? event['dataset'] : undefined,
    sourcetype,
    file ?? source,
    logStream ?? logStreamName,
    logGroup,
  ];
  for (const word of words) {
    const name =
      typeof word === 'string'
        ? /^(?:zeek|bro|corelight)[.:_]([a-z_]+)|(?<![a-z_])([a-z_]+)(?:\.[\d:.-]+)?\.log$/i.exec(
            word,
          )
        : null;
    const found = name?.[1] ?? name?.[2];
    if (found !== undefined) return found === 'connection' ? 'conn' : found;
  }
  return undefined;
}

type ZeekRecord = { readonly [key: string]: JsonValue };

function isObject(value: JsonValue | undefined): value is ZeekRecord {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof ExactNumber)
  );
}

function convert({ value, text }: RawRecord, context: ZeekContext): readonly Outcome[] {
  const { record, tag } = zeekRecord(value) ?? { record: value };
  if (!isObject(record)) return [{ rejected: 'record.shape', detail: 'no JSON object' }];
  const fields = fieldsOf(record);
  const named = record['_path'] ?? record['@stream'] ?? tag;
  const log = typeof named === 'string' ? named : (ofNoConnection(record) ?? logOf(fields));
  return sensorEvents(zeekLogs, log, fields, text, context);
}

/** Names that shippers write without their dots. */
const dottedNames = new Map(
  ['id.orig_h', 'id.orig_p', 'id.resp_h', 'id.resp_p'].map((name) => [
    name.replace('.', '_'),
    name,
  ]),
);

function fieldsOf(record: ZeekRecord): ZeekFields {
  const fields = new ZeekFields();
  for (const name in record) {
    const value = record[name];
    // Some shippers make a tree of the dotted names.
    if (name === 'id' && isObject(value)) {
      for (const part in value) setField(fields, `id.${part}`, value[part]);
    } else if (!name.startsWith('@') && name !== '_path') {
      setField(fields, dottedNames.get(name) ?? name, value);
    }
  }
  return fields;
}

function setField(fields: ZeekFields, name: string, value: JsonValue | undefined): void {
  const text = value === undefined ? undefined : textOf(value);
  if (text !== undefined) fields.set(name, text);
}

function textOf(value: JsonValue): string | undefined {
  if (value === null) return undefined;
  return typeof value === 'object' ? compactJson(value) : String(value);
}

/** The log, by fields that no other has together. */
const tellTale: readonly (readonly [log: string, ...fields: string[]])[] = [
  ['conn', 'conn_state'],
  ['dns', 'qtype'],
  ['dns', 'trans_id', 'rejected'],
  ['dns', 'trans_id', 'query'],
  ['kerberos', 'request_type'],
  ['ntlm', 'domainname', 'username'],
  ['dce_rpc', 'endpoint', 'operation'],
  ['smb_mapping', 'share_type'],
  ['sip', 'call_id'],
  ['ssl', 'established'],
  ['ssl', 'cipher'],
  ['ssl', 'server_name'],
  ['ssh', 'auth_attempts'],
  ['ssh', 'host_key_alg'],
  ['smtp', 'mailfrom'],
  ['smtp', 'helo'],
  ['http', 'method'],
  ['http', 'trans_depth'],
  ['ftp', 'data_channel.passive'],
  ['ftp', 'command', 'reply_code'],
  ['files', 'fuid'],
];

function logOf(fields: ZeekFields): string {
  if (fields.get('action')?.startsWith('SMB::')) return 'smb_files';
  return tellTale.find(([, ...names]) => names.every((name) => fields.has(name)))?.[0] ?? '';
}

/** The header of one file; a rotated file joined to another brings its own. */
class TsvHeader {
  #log = '';
  #fields: readonly string[] = [];
  #types: readonly string[] = [];
  #separator = '\t';
  #unset = '-';
  #empty = '(empty)';
  #setSeparator = ',';
  readonly #context: ZeekContext;

  constructor(context: ZeekContext) {
    this.#context = context;
  }

  take(line: string): readonly Outcome[] {
    if (line.startsWith('#')) {
      this.#read(line);
      return [];
    }
    if (line === '') return [];
    if (this.#fields.length === 0) {
      return [{ rejected: 'record.shape', detail: 'no #fields before it' }];
    }
    const cells = line.split(this.#separator);
    const fields = new ZeekFields();
    for (const [index, name] of this.#fields.entries()) {
      const cell = cells[index];
      if (cell === undefined || cell === this.#unset) continue;
      fields.set(name, this.#value(cell, this.#types[index] ?? 'string'));
    }
    return sensorEvents(zeekLogs, this.#log, fields, line, this.#context);
  }

  #read(line: string): void {
    if (line.startsWith('#separator')) {
      this.#separator = unescaped(line.slice('#separator'.length).trim());
      return;
    }
    const [name, ...values] = line.slice(1).split(this.#separator);
    const [first = ''] = values;
    if (name === 'path') this.#log = first;
    else if (name === 'fields') this.#fields = areNames(values) ? values : [];
    else if (name === 'types') this.#types = values;
    else if (name === 'unset_field') this.#unset = first;
    else if (name === 'empty_field') this.#empty = first;
    else if (name === 'set_separator') this.#setSeparator = first;
  }

  #value(cell: string, type: string): string {
    if (type === 'bool') return cell === 'T' ? 'true' : 'false';
    if (/^(set|vector)\[/.test(type)) {
      const elements = cell === this.#empty ? [] : cell.split(this.#setSeparator).map(unescaped);
      return JSON.stringify(elements);
    }
    return cell === this.#empty ? '' : unescaped(cell);
  }
}

const escapes = /\\\\|(?:\\x[\da-fA-F]{2})+/g;

/**
 * Zeek writes bytes that would break its form as `\x09`, those beyond ASCII too, and a backslash twice; where
 * one stands alone, an old version has written it that doubles none.
 */
function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  const backslash = text.replace(escapes, '').includes('\\') ? '\\\\' : '\\';
  return text.replace(escapes, (sign) => (sign === '\\\\' ? backslash : textOfBytes(sign)));
}

function textOfBytes(written: string): string {
  const bytes = Buffer.from(written.replaceAll('\\x', ''), 'hex');
  return isUtf8(bytes) ? bytes.toString() : bytes.toString('latin1');
}
