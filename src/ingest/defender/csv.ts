import type { Conversion, Outcome, RawRecord } from '../connector.js';
import { areNames, CsvLines, csvDelimiters, csvFields, csvRejection, typeLine } from '../csv.js';
import type { JsonValue } from '../json.js';
import type { JsonObject } from '../windows/shape.js';

/** What the portals call the time of a row, and say of its zone. */
const timeColumn = /^(?:Timestamp|TimeGenerated)(?: \[(?:UTC|Local Time)\])?$/i;

/** Columns of a device's timeline, which has most others' names with spaces, and theirs in hunting. */
const timelineColumns: ReadonlyMap<string, string> = new Map([
  ['Event Time', 'Timestamp'],
  ['Machine Id', 'DeviceId'],
  ['Computer Name', 'DeviceName'],
  ['Remote Computer Name', 'RemoteDeviceName'],
]);

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
  const start = lines.findIndex((line) => line.trim() !== '' && !typeLine.test(line));
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
  const records = new CsvLines();
  return lines.flatMap((text) => {
    const record = records.add({ text, value: undefined });
    const fields = record && csvFields(record.text, delimiter);
    return fields?.length === names.length ? [rowOf(names, fields)] : [];
  });
}

function headerIn(text: string): Header | undefined {
  for (const delimiter of csvDelimiters) {
    const fields = csvFields(text, delimiter) ?? [];
    const names = areNames(fields) ? columnNames(fields) : [];
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
    ? names.map((name) => timelineColumns.get(name) ?? name.replaceAll(' ', ''))
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

/** Rows of CSV, each handed on as an object of its columns. */
export class RowCsv implements Conversion {
  readonly #inner: Conversion;
  #header: Header | undefined;
  readonly #lines = new CsvLines();

  constructor(inner: Conversion) {
    this.#inner = inner;
  }

  get heldBytes(): number {
    return this.#lines.heldBytes;
  }

  convert(line: RawRecord): readonly Outcome[] {
    if (this.#lines.heldBytes === 0 && typeLine.test(line.text)) {
      return [];
    }
    const record = this.#lines.next(line);
    return record ? this.#record(record) : [];
  }

  *release(flowing: boolean): Generator<Outcome> {
    if (!flowing) {
      yield* this.#lines.rejected();
    }
  }

  #record(record: RawRecord): readonly Outcome[] {
    // Exports that are one behind the other have a header each.
    const header = headerIn(record.text);
    if (header || this.#header === undefined) {
      this.#header = header;
      return header ? [] : [csvRejection('no header of CSV with a time', record)];
    }
    const { names, delimiter } = this.#header;
    const fields = csvFields(record.text, delimiter);
    if (fields?.length !== names.length) {
      return [csvRejection('the fields do not fit the header', record)];
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
