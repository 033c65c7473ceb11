import { Backlog } from '../backlog.js';
import type { Conversion, HoldingConversion, Outcome, RawRecord } from '../connector.js';
import { areNames, CsvLines, csvDelimiters, csvFields, csvRejection, typeLine } from '../csv.js';
import { type JsonValue, parseJson } from '../json.js';
import type { JsonObject } from './shape.js';
import { isOfShape, unwrapEvent } from './shapes.js';

/** The columns of an export, and what stands between them. */
interface Header {
  readonly names: readonly string[];
  readonly delimiter: string;
  /** Without one, as Event Viewer writes them, there is no device to put the events to. */
  readonly hasComputer: boolean;
}

const eventViewer = ['Date and Time', 'Source', 'Event ID'];
const computerColumn = /computer|machine|host/i;

/** Whether lines begin as an export of event logs as CSV. */
export function startsEventCsv(lines: readonly string[]): boolean {
  const start = lines.findIndex((line) => line.trim() !== '' && !typeLine.test(line));
  const first = lines[start];
  if (first === undefined) {
    return false;
  }
  return (
    headerIn(first) !== undefined ||
    // Where the event is in one of the columns, the names do not tell.
    csvDelimiters.some((delimiter) => {
      const names = namesIn(first, delimiter);
      const fields = names && firstRecord(lines.slice(start + 1), delimiter);
      return fields !== undefined && unwrapEvent(recordOf(names ?? [], fields)) !== undefined;
    })
  );
}

function firstRecord(lines: readonly string[], delimiter: string): readonly string[] | undefined {
  const record = new CsvLines();
  for (const text of lines) {
    const whole = record.add({ text, value: undefined });
    if (whole) {
      return csvFields(whole.text, delimiter);
    }
  }
  return undefined;
}

function headerIn(text: string): Header | undefined {
  for (const delimiter of csvDelimiters) {
    const names = namesIn(text, delimiter) ?? [];
    const isOfEventViewer = eventViewer.every((name) => names.includes(name));
    if (isOfEventViewer || isOfShape(Object.fromEntries(names.map((name) => [name, ''])))) {
      return { names, delimiter, hasComputer: names.some((name) => computerColumn.test(name)) };
    }
  }
  return undefined;
}

function namesIn(text: string, delimiter: string): readonly string[] | undefined {
  const fields = csvFields(text, delimiter);
  return fields && areNames(fields) ? fields.map(columnName) : undefined;
}

/** Log Analytics tells the zone behind the name. */
function columnName(field: string): string {
  return field.trim().replace(/ \[\w+\]$/, '');
}

function recordOf(names: readonly string[], fields: readonly string[]): JsonObject {
  const record: Record<string, JsonValue> = {};
  for (const [index, name] of names.entries()) {
    const value = fields[index] ?? '';
    record[name] = value === '' ? null : value;
  }
  return record;
}

const timeColumns = ['TimeCreated', 'TimeGenerated', 'Date and Time'];
/** A day as PowerShell writes it, in the order of the machine's language. */
const dayAndRest = /^(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?=\s|$)(.*)$/;

function timeColumn(record: JsonObject): string {
  return timeColumns.find((name) => name in record) ?? '';
}

function timeIn(record: JsonObject): string | undefined {
  const time = record[timeColumn(record)];
  return typeof time === 'string' ? time : undefined;
}

type DayOrder = 'day first' | 'month first';

/** undefined where the text may be either, `none` where it is no such day. */
function orderIn(text: string): DayOrder | 'none' | undefined {
  const [, first, mark, second] = dayAndRest.exec(text) ?? [];
  if (first === undefined) {
    return 'none';
  }
  if (mark !== '/' || Number(first) > 12) {
    return 'day first';
  }
  return Number(second) > 12 ? 'month first' : undefined;
}

function monthFirst(text: string, order: DayOrder): string {
  return order === 'day first' ? text.replace(dayAndRest, '$3/$1/$4$5') : text;
}

/** Records of CSV, each handed on as an object of its columns. */
export class EventCsv implements Conversion {
  readonly #inner: HoldingConversion;
  #header: Header | undefined;
  readonly #lines = new CsvLines();
  #dayOrder: DayOrder | undefined;
  /** Records of which it cannot be told yet whether the day or the month is first. */
  readonly #undated: Backlog<JsonObject>;

  /** @param folder for what does not fit into memory */
  constructor(inner: HoldingConversion, folder?: string) {
    this.#inner = inner;
    this.#undated = new Backlog(folder);
  }

  get heldBytes(): number {
    return this.#inner.heldBytes + this.#undated.sizeBytes + this.#lines.heldBytes;
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
      yield* this.#dated();
    }
    yield* this.#inner.release(flowing);
  }

  close(): void {
    this.#undated.close();
    this.#inner.close();
  }

  #record(record: RawRecord): readonly Outcome[] {
    const header = this.#header;
    if (header === undefined) {
      this.#header = headerIn(record.text) ?? plainHeader(record.text);
      return this.#header ? [] : [csvRejection('no header of CSV', record)];
    }
    if (!header.hasComputer) {
      return [csvRejection(withoutComputer, record)];
    }
    const { names, delimiter } = header;
    const fields = csvFields(record.text, delimiter);
    const fits = fields?.length === names.length;
    // Exports that are one behind the other have a header each.
    const next = fits && fields[0] !== names[0] ? undefined : headerIn(record.text);
    if (next) {
      this.#header = next;
      return [];
    }
    if (!fits) {
      return [csvRejection('the fields do not fit the header', record)];
    }
    const value = recordOf(names, fields);
    // A record that says what its fields are.
    return this.#event({ ...record, text: JSON.stringify(value) }, value);
  }

  #event(record: RawRecord, value: JsonObject): readonly Outcome[] {
    const time = timeIn(value);
    const order = time === undefined ? 'none' : orderIn(time);
    if (order === 'none') {
      return this.#inner.convert({ ...record, value });
    }
    if (this.#dayOrder === undefined && order === undefined) {
      this.#undated.add(record, value);
      return [];
    }
    const before = this.#dayOrder === undefined ? [...this.#dated(order)] : [];
    return [...before, ...this.#convertDated(record, value)];
  }

  /** What has waited for the order, which is the American one where nothing tells. */
  *#dated(order: DayOrder = 'month first'): Generator<Outcome> {
    this.#dayOrder ??= order;
    for (const { record, parsed } of this.#undated.drain()) {
      yield* this.#convertDated(record, parsed ?? (parseJson(record.text) as JsonObject));
    }
  }

  #convertDated(record: RawRecord, value: JsonObject): readonly Outcome[] {
    const time = monthFirst(timeIn(value) ?? '', this.#dayOrder ?? 'month first');
    const dated = { ...value, [timeColumn(value)]: time };
    return this.#inner.convert({ ...record, text: JSON.stringify(dated), value: dated });
  }
}

const withoutComputer =
  "no column says which computer an event is of, as in Event Viewer's CSV: save the events as XML or EVTX";

function plainHeader(text: string): Header | undefined {
  const names = namesIn(text, ',');
  return names && { names, delimiter: ',', hasComputer: true };
}
