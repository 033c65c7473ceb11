import type { Catalog, FieldSource, Table, TableSource } from '../../catalog/types.js';
import type { Connector, Conversion, Outcome, RawRecord } from '../connector.js';
import { areNames, CsvLines, csvFields } from '../csv.js';
import { type EpochUnit, epochText } from '../datetime.js';
import { ExactNumber, isObject, type JsonObject, type JsonValue } from '../json.js';
import {
  type FieldPath,
  fieldPath,
  follow,
  isEmpty,
  type Taken,
  takenBy,
  without,
} from './path.js';

/** How the sources of declared tables are called: `custom:` and the table's name. */
export const customPrefix = 'custom:';

/** The connectors of the tables that a tenant's operators have declared. */
export function customConnectors(catalog: Catalog): readonly Connector[] {
  return catalog.tables.flatMap((table) =>
    table.source === undefined ? [] : [tableConnector(table, table.source)],
  );
}

function tableConnector(table: Table, source: TableSource): Connector {
  return {
    name: `${customPrefix}${table.name}`,
    summary: table.summary,
    format: source.csv ? 'mixed' : 'json',
    blankLines: source.csv !== undefined,
    hasHeader: source.csv !== undefined && source.csv.fields === undefined,
    detect: (sample) => certainty(source, sample),
    open: () => new TableConversion(table.name, source),
  };
}

/** How many of the records have what the declaration says of all of them. */
function certainty({ detect, csv }: TableSource, sample: readonly RawRecord[]): number {
  if (detect === undefined || sample.length === 0) {
    return 0;
  }
  const paths = detect.fields.map(fieldPath);
  const values = Object.entries(detect.values).map(
    ([path, wanted]) => [fieldPath(path), new Set(wanted)] as const,
  );
  const isOwn = (record: JsonObject) =>
    paths.every((path) => follow(record, path) !== undefined) &&
    values.every(([path, wanted]) => {
      const found = follow(record, path)?.value;
      return found !== undefined && wanted.has(textOf(found));
    });
  const [first] = sample;
  if (csv && !csv.fields && first?.value === undefined) {
    // A header says nothing of values, so those of the first lines below it have to be right.
    const header = csvFields(first?.text ?? '', csv.delimiter) ?? [];
    const records = sample.slice(1).map(({ text }) => recordOf(header, text, csv.delimiter));
    const empty = recordOf(header, header.map(() => '').join(csv.delimiter), csv.delimiter);
    const all = records.length === 0 && values.length === 0 ? [empty] : records;
    return all.filter((record) => record && isOwn(record)).length / Math.max(all.length, 1);
  }
  const records = sample.map(({ value, text }) =>
    value === undefined && csv?.fields
      ? recordOf(csv.fields, text, csv.delimiter)
      : isObject(value)
        ? value
        : undefined,
  );
  return records.filter((record) => record && isOwn(record)).length / sample.length;
}

function textOf(value: JsonValue): string {
  return value instanceof ExactNumber ? value.digits : String(value);
}

interface Column {
  readonly name: string;
  readonly paths: readonly FieldPath[];
  readonly unix: EpochUnit | undefined;
}

function columnOf({ column, paths, unix }: FieldSource): Column {
  return {
    name: column,
    paths: paths.map(fieldPath),
    unix: unix === undefined ? undefined : epochUnits[unix],
  };
}

/** One stream of records of a declared table. */
class TableConversion implements Conversion {
  readonly #table: string;
  readonly #source: TableSource;
  readonly #columns: readonly Column[];
  /** What the stream holds is told by its first record. */
  #kind: 'objects' | 'lines' | undefined;
  #header: readonly string[] | undefined;
  readonly #lines = new CsvLines();
  /** What the columns took of the record before: most records of a stream have the same fields. */
  #found: readonly (readonly string[])[] = [];
  #taken: Taken = new Map();

  constructor(table: string, source: TableSource) {
    this.#table = table;
    this.#source = source;
    this.#columns = source.columns.map(columnOf);
    this.#header = source.csv?.fields;
  }

  get heldBytes(): number {
    return this.#lines.heldBytes;
  }

  convert(record: RawRecord): readonly Outcome[] {
    if (this.heldBytes === 0 && record.text.trim() === '') {
      return [];
    }
    this.#kind ??= this.#source.csv && !isObject(record.value) ? 'lines' : 'objects';
    if (this.#kind === 'lines') {
      return this.#line(record);
    }
    return isObject(record.value)
      ? [this.#event(record.value, record)]
      : [{ rejected: 'record.shape', detail: 'no JSON object' }];
  }

  *release(): Generator<Outcome> {
    yield* this.#lines.rejected();
  }

  #line(line: RawRecord): readonly Outcome[] {
    const record = this.#lines.add(line);
    if (record === undefined) {
      return [];
    }
    const { delimiter = ',' } = this.#source.csv ?? {};
    if (this.#header === undefined) {
      const header = csvFields(record.text, delimiter);
      if (header === undefined || !areNames(header)) {
        return [unreadable(record)];
      }
      this.#header = distinct(header.map((name) => name.trim()));
      return [];
    }
    const fields = recordOf(this.#header, record.text, delimiter);
    return [fields ? this.#event(fields, record) : unreadable(record)];
  }

  #event(fields: JsonObject, record: RawRecord): Outcome {
    const columns: Record<string, JsonValue> = {};
    const found: (readonly string[])[] = [];
    for (const { name, paths, unix } of this.#columns) {
      for (const path of paths) {
        const at = follow(fields, path);
        if (at !== undefined) {
          found.push(at.keys);
          if (at.value !== null && at.value !== '') {
            columns[name] = unix === undefined ? at.value : momentOf(at.value, unix);
            break;
          }
        }
      }
    }
    const rest = without(fields, this.#takenBy(found));
    const { additionalFields } = this.#source;
    const unknown = additionalFields === undefined ? Object.keys(rest).length : 0;
    if (additionalFields !== undefined && !isEmpty(rest)) {
      columns[additionalFields] ??= rest;
    }
    return {
      table: this.#table,
      columns,
      // The record itself, which stays what it is when the table gets columns.
      identity: record.text,
      record,
      ...(unknown > 0 ? { unknown } : {}),
    };
  }

  #takenBy(found: readonly (readonly string[])[]): Taken {
    if (!areSame(found, this.#found)) {
      this.#taken = takenBy(found);
      this.#found = found;
    }
    return this.#taken;
  }
}

function areSame(
  one: readonly (readonly string[])[],
  other: readonly (readonly string[])[],
): boolean {
  return (
    one.length === other.length && one.every((keys, index) => areSameKeys(keys, other[index] ?? []))
  );
}

function areSameKeys(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((key, index) => key === other[index]);
}

const epochUnits = {
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
} as const satisfies Record<NonNullable<FieldSource['unix']>, EpochUnit>;

function momentOf(value: JsonValue, unit: EpochUnit): JsonValue {
  const text = typeof value === 'object' ? undefined : epochText(String(value), unit);
  return text ?? (value instanceof ExactNumber ? (epochText(value.digits, unit) ?? value) : value);
}

/** A name that comes again gets a number. */
function distinct(names: readonly string[]): string[] {
  const counts = new Map<string, number>();
  return names.map((name) => {
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return count === 1 ? name : `${name}_${count}`;
  });
}

function recordOf(
  header: readonly string[],
  text: string,
  delimiter: string,
): JsonObject | undefined {
  const fields = csvFields(text, delimiter);
  if (fields === undefined || fields.length > header.length) {
    return undefined;
  }
  return Object.fromEntries(fields.map((value, index) => [header[index] ?? '', value]));
}

function unreadable(record: RawRecord): Outcome {
  return { rejected: 'record.shape', detail: 'the fields do not fit the header', record };
}
