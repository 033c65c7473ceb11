import type { Connector, ConversionContext, Outcome, RawRecord } from '../connector.js';
import { ExactNumber, type JsonValue } from '../json.js';
import { type ZeekFields, zeekEvents } from '../zeek/rules.js';

/**
 * Zeek's logs as JSON lines. Shippers write `id.orig_h` or `id_orig_h`; which log it is stands in
 * `_path` or `@stream`, or shows in the fields that only that log has (docs.zeek.org, log files).
 */
export const zeekJson: Connector = {
  name: 'zeek-json',
  summary: 'Zeek logs as JSON lines: conn, dns, http, ssl, ssh, ftp, smtp, …',
  format: 'json',
  detect(sample) {
    const own = sample.filter(({ value }) => isZeek(value));
    return own.length / Math.max(sample.length, 1);
  },
  open: (context) => ({ convert: (record) => convert(record, context) }),
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
    const header = new TsvHeader(context);
    return { convert: ({ text }: RawRecord) => header.take(text) };
  },
};

function isZeek(value: JsonValue | undefined): boolean {
  if (!isObject(value)) return false;
  const isNamed = '@stream' in value || '_path' in value;
  const hasUid = typeof value['uid'] === 'string' || isNamed;
  const hasEnds = 'id.orig_h' in value || 'id_orig_h' in value || isNamed;
  return 'ts' in value && hasUid && hasEnds;
}

function isObject(value: JsonValue | undefined): value is { readonly [key: string]: JsonValue } {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof ExactNumber)
  );
}

function convert({ value, text }: RawRecord, context: ConversionContext): readonly Outcome[] {
  if (!isObject(value)) return [{ rejected: 'record.shape', detail: 'no JSON object' }];
  const fields = new Map<string, string>();
  for (const [key, field] of Object.entries(value)) {
    const text = textOf(field);
    if (text !== undefined && !key.startsWith('@') && key !== '_path') {
      fields.set(key.replace(/^id_(orig|resp)_([hp])$/, 'id.$1_$2'), text);
    }
  }
  const named = value['_path'] ?? value['@stream'];
  return zeekEvents(typeof named === 'string' ? named : logOf(fields), fields, text, context);
}

function textOf(value: JsonValue): string | undefined {
  if (value === null) return undefined;
  if (typeof value === 'string') return value;
  if (value instanceof ExactNumber) return value.digits;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The log, by a field that no other has. */
const tellTale: readonly (readonly [field: string, log: string])[] = [
  ['conn_state', 'conn'],
  ['qtype', 'dns'],
  ['trans_id', 'dns'],
  ['method', 'http'],
  ['cipher', 'ssl'],
  ['server_name', 'ssl'],
  ['auth_attempts', 'ssh'],
  ['mailfrom', 'smtp'],
  ['data_channel.passive', 'ftp'],
  ['fuid', 'files'],
];

function logOf(fields: ZeekFields): string {
  if (fields.get('action')?.startsWith('SMB::')) return 'smb_files';
  return tellTale.find(([field]) => fields.has(field))?.[1] ?? '';
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
  readonly #context: ConversionContext;

  constructor(context: ConversionContext) {
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
    const fields = new Map<string, string>();
    for (const [index, name] of this.#fields.entries()) {
      const cell = cells[index];
      if (cell === undefined || cell === this.#unset) continue;
      fields.set(name, this.#value(cell, this.#types[index] ?? 'string'));
    }
    return zeekEvents(this.#log, fields, line, this.#context);
  }

  #read(line: string): void {
    if (line.startsWith('#separator')) {
      this.#separator = unescaped(line.slice('#separator'.length).trim());
      return;
    }
    const [name, ...values] = line.slice(1).split(this.#separator);
    const [first = ''] = values;
    if (name === 'path') this.#log = first;
    else if (name === 'fields') this.#fields = values;
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

/** Zeek writes bytes that would break its form as `\x09`. */
function unescaped(text: string): string {
  return text.replace(/\\x([0-9a-fA-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
