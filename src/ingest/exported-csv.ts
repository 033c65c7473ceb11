import { isDeepStrictEqual } from 'node:util';
import type { Connector, Conversion, ConversionContext, Outcome, RawRecord } from './connector.js';
import { CsvLines, csvDelimiters, csvFields, csvRejection, typeLine } from './csv.js';
import { compactJson, type JsonValue, parseJson } from './json.js';

type SourceOf = (record: RawRecord) => Connector | undefined;

interface Header {
  readonly names: readonly string[];
  readonly delimiter: string;
}

/** Paths of fields, and what Splunk and Kibana call their own. */
const fieldName = /^[\w@][\w@.:\- ]{0,255}$/;

function headersIn(text: string): readonly Header[] {
  return csvDelimiters.flatMap((delimiter) => {
    const names = (csvFields(text, delimiter) ?? []).map((name) => name.trim());
    const isHeader = names.length > 1 && names.every((name) => fieldName.test(name));
    return isHeader ? [{ names, delimiter }] : [];
  });
}

/** Whether lines begin as a header and a record of one of the sources. */
export function startsExportedCsv(lines: readonly string[], sourceOf: SourceOf): boolean {
  const start = lines.findIndex((line) => line.trim() !== '' && !typeLine.test(line));
  return headersIn(lines[start] ?? '').some((header) => {
    const records = new CsvLines();
    return lines.slice(start + 1).some((text) => {
      const whole = records.add({ text, value: undefined });
      const record = whole && recordOf(whole, header);
      return record !== undefined && sourceOf(record) !== undefined;
    });
  });
}

/** Kibana has `-` where a document has no such field, as Zeek's logs do. */
const nothing = new Set(['', '-']);

/** The record as an object of its fields; undefined where they do not fit the header. */
function recordOf(record: RawRecord, { names, delimiter }: Header): RawRecord | undefined {
  const fields = csvFields(record.text, delimiter);
  if (fields?.length !== names.length) {
    return undefined;
  }
  const value: Record<string, JsonValue> = Object.create(null);
  for (const [index, name] of names.entries()) {
    const text = fields[index] ?? '';
    if (!nothing.has(text)) {
      value[name] = fieldValue(name, text);
    }
  }
  return { ...record, text: compactJson(value), value };
}

/** Fields of ECS that are lists, which Kibana writes with commas. */
const lists = new Set(['event.category', 'event.type', 'process.args', 'host.ip', 'related.ip']);
/** Those that hold an event as text stay as they are. */
const texts = new Set(['_raw', 'raw', 'message', 'log', 'body', 'event', 'event.original']);

function fieldValue(name: string, text: string): JsonValue {
  if (!texts.has(name) && /^(?:\{.*\}|\[.*\])$/s.test(text)) {
    try {
      return parseJson(text);
    } catch {
      return text;
    }
  }
  return lists.has(name) ? text.split(/, ?/) : text;
}

/** Records of CSV, each handed on as an object of its fields to the source that it is of. */
export class ExportedCsv implements Conversion {
  readonly #sourceOf: SourceOf;
  readonly #context: ConversionContext;
  readonly #lines = new CsvLines();
  readonly #conversions = new Map<Connector, Conversion>();
  #headers: readonly Header[] | undefined;

  constructor(sourceOf: SourceOf, context: ConversionContext) {
    this.#sourceOf = sourceOf;
    this.#context = context;
  }

  get heldBytes(): number {
    return [...this.#conversions.values()].reduce(
      (sum, { heldBytes = 0 }) => sum + heldBytes,
      this.#lines.heldBytes,
    );
  }

  get heldFrom(): number | undefined {
    const starts = [...this.#conversions.values()].flatMap(({ heldFrom }) => heldFrom ?? []);
    return starts.length === 0 ? undefined : Math.min(...starts);
  }

  convert(line: RawRecord): readonly Outcome[] {
    const record = this.#lines.next(line);
    return record ? this.#record(record) : [];
  }

  *release(flowing: boolean): Generator<Outcome> {
    if (!flowing) {
      yield* this.#lines.rejected();
    }
    for (const conversion of this.#conversions.values()) {
      yield* conversion.release?.(flowing) ?? [];
    }
  }

  close(): void {
    for (const conversion of this.#conversions.values()) {
      conversion.close?.();
    }
  }

  #record(record: RawRecord): readonly Outcome[] {
    if (typeLine.test(record.text)) {
      return [];
    }
    if (this.#headers === undefined) {
      this.#headers = headersIn(record.text);
      return this.#headers.length > 0 ? [] : [csvRejection('no header of CSV', record)];
    }
    for (const header of this.#headers) {
      const named = recordOf(record, header);
      const source = named && this.#sourceOf(named);
      if (source) {
        return this.#conversionOf(source)
          .convert(named)
          .map((outcome) => ({ record: named, ...outcome }));
      }
    }
    // Exports that are one behind the other have a header each.
    const [first] = headersIn(record.text);
    if (first && this.#headers.some(({ names }) => isDeepStrictEqual(names, first.names))) {
      return [];
    }
    return this.#headers.some((header) => recordOf(record, header))
      ? [{ rejected: 'source.unknown', record }]
      : [csvRejection('the fields do not fit the header', record)];
  }

  #conversionOf(source: Connector): Conversion {
    let conversion = this.#conversions.get(source);
    if (conversion === undefined) {
      conversion = source.open(this.#context);
      this.#conversions.set(source, conversion);
    }
    return conversion;
  }
}
