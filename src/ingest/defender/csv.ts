import type { Conversion, Outcome, RawRecord } from '../connector.js';
import { csvFields, isOpen } from '../custom/csv.js';
import type { JsonValue } from '../json.js';
import type { JsonObject } from '../windows/shape.js';

const delimiters = [',', ';', '\t'];
/** What the portals call the time of a row, and say of its zone. */
const timeColumn = /^(?:Timestamp|TimeGenerated)(?: \[(?:UTC|Local Time)\])?$/i;
/** Longer than that no row is; one that claims to be is let go. */
const longest = 1024 * 1024;

/** Columns of a device's timeline, which has most others' names with spaces, and theirs in hunting. */
const timelineColumns: Readonly<Record<string, string>> = {
  'Event Time': 'Timestamp',
  'Machine Id': 'DeviceId',
  'Computer Name': 'DeviceName',
  'Remote Computer Name': 'RemoteDeviceName',
};

interface Header {
  readonly names: readonly string[];
  readonly delimiter: string;
}

/**
 * Whether lines begin as rows under a header.
 * @param isRow a row of one of the tables; asked with all columns filled where there is no row
 */
export function startsRowCsv(
  lines: readonly string[],
  isRow: (row: JsonObject) => boolean,
): boolean {
  const start = lines.findIndex((line) => line.trim() !== '');
  const header = headerIn(lines[start] ?? '');
  if (header === undefined) {
    return false;
  }
  const rows = rowsUnder(header, lines.slice(start + 1));
  return rows.length === 0
    ? isRow(Object.fromEntries(header.names.map((name) => [name, '?'])))
    : rows.some(isRow);
}

function rowsUnder({ names, delimiter }: Header, lines: readonly string[]): readonly JsonObject[] {
  const rows: JsonObject[] = [];
  let text: string | undefined;
  for (const line of lines) {
    text = text === undefined ? line : `${text}\n${line}`;
    if (text.trim() === '' || isOpen(text)) {
      continue;
    }
    const fields = csvFields(text, delimiter);
    if (fields?.length === names.length) {
      rows.push(rowOf(names, fields));
    }
    text = undefined;
  }
  return rows;
}

function headerIn(text: string): Header | undefined {
  for (const delimiter of delimiters) {
    const names = columnNames(csvFields(text, delimiter) ?? []);
    if (names.length > 1 && names.some((name) => timeColumn.test(name))) {
      return { names, delimiter };
    }
  }
  return undefined;
}

function columnNames(fields: readonly string[]): readonly string[] {
  const names = fields.map((field) => field.trim());
  const isTimeline = names.includes('Event Time') && names.includes('Action Type');
  return isTimeline
    ? names.map((name) => timelineColumns[name] ?? name.replaceAll(' ', ''))
    : names;
}

function rowOf(names: readonly string[], fields: readonly string[]): Record<string, JsonValue> {
  const row: Record<string, JsonValue> = Object.create(null);
  for (const [index, name] of names.entries()) {
    row[name] = fields[index] || null;
  }
  return row;
}

/** What a timeline says of nearly all of its rows. */
const usualNotes: readonly (readonly [name: string, value: string])[] = [
  ['DataType', 'Events'],
  ['IsMarked', 'False'],
];

/** A row of which more lines come. */
interface OpenRow {
  readonly first: RawRecord;
  readonly texts: string[];
  length: number;
}

/** Rows of CSV, each handed on as an object of its columns. */
export class RowCsv implements Conversion {
  readonly #inner: Conversion;
  #header: Header | undefined;
  #open: OpenRow | undefined;

  constructor(inner: Conversion) {
    this.#inner = inner;
  }

  get heldBytes(): number {
    return this.#open?.length ?? 0;
  }

  convert(line: RawRecord): readonly Outcome[] {
    const open = this.#open;
    const { text } = line;
    if (open === undefined) {
      if (text.trim() === '') {
        return [];
      }
      if (!isOpen(text)) {
        return this.#record(line);
      }
      this.#open = { first: line, texts: [text], length: text.length };
      return [];
    }
    open.texts.push(text);
    open.length += text.length + 1;
    return isOpen(text) || open.length > longest ? this.#record(this.#taken(open)) : [];
  }

  *release(flowing: boolean): Generator<Outcome> {
    if (this.#open && !flowing) {
      yield rejection('a quoted field does not end', this.#taken(this.#open));
    }
  }

  close(): void {
    this.#open = undefined;
  }

  #taken({ first, texts, length }: OpenRow): RawRecord {
    this.#open = undefined;
    const { place } = first;
    return {
      text: texts.join('\n'),
      value: undefined,
      ...(place && { place: { ...place, sizeBytes: length } }),
    };
  }

  #record(record: RawRecord): readonly Outcome[] {
    // Exports that are one behind the other have a header each.
    const header = headerIn(record.text);
    if (header || this.#header === undefined) {
      this.#header = header;
      return header ? [] : [rejection('no header of CSV with a time', record)];
    }
    const { names, delimiter } = this.#header;
    const fields = csvFields(record.text, delimiter);
    if (fields?.length !== names.length) {
      return [rejection('the fields do not fit the header', record)];
    }
    const value = rowOf(names, fields);
    if (value['DataType'] === 'Techniques') {
      // Those that Defender sees in some of the events.
      return [{ passed: 'unmapped' }];
    }
    for (const [name, usual] of usualNotes) {
      if (value[name] === usual) {
        value[name] = null;
      }
    }
    // A record that says what its fields are.
    const named = { ...record, text: JSON.stringify(value), value };
    return this.#inner.convert(named).map((outcome) => ({ ...outcome, record: named }));
  }
}

function rejection(detail: string, record: RawRecord): Outcome {
  return { rejected: 'record.shape', detail, record };
}
