import { builtinCatalog, findTable } from '../catalog/catalog.js';
import type { Table } from '../catalog/types.js';
import { formatMoment, type Moment } from './time.js';

/** Values by column name; a bigint is a long beyond what a JavaScript number holds exactly. */
export type Fields = Readonly<Record<string, string | number | bigint | boolean | null>>;

/**
 * Columns that many events share, such as those of one program or one running process. Their text is
 * made once per table; columns that the table lacks are left out.
 */
export class Part {
  readonly fields: Fields;
  readonly #rendered = new Map<RecordWriter, Rendered>();

  constructor(fields: Fields) {
    this.fields = fields;
  }

  for(writer: RecordWriter): Rendered {
    let rendered = this.#rendered.get(writer);
    if (!rendered) {
      rendered = writer.renderShared(this.fields);
      this.#rendered.set(writer, rendered);
    }
    return rendered;
  }
}

/** JSON members with a comma after each, and a short text that stands for the names they set. */
interface Rendered {
  readonly text: string;
  readonly shape: string;
}

export interface EventDevice {
  readonly id: string;
  readonly name: string;
  readonly group: string;
}

/** Writes the events of one table as Streaming API envelope records, one line each. */
export class RecordWriter {
  readonly #table: Table;
  readonly #columns: ReadonlySet<string>;
  readonly #prefix: string;
  /** Shared parts that set the same names have one shape. */
  readonly #shapeOf = new Map<string, string>();
  readonly #namesOf = new Map<string, readonly string[]>();
  /** The members of columns that nobody sets, by the shapes of what is set. */
  readonly #nulls = new Map<string, string>();
  readonly #devices = new Map<EventDevice, { before: string; after: string }>();

  constructor(table: Table, tenantId: string) {
    this.#table = table;
    this.#columns = new Set(table.columns.map((column) => column.name));
    this.#prefix = inOnePiece(
      `","tenantId":${JSON.stringify(tenantId)},"operationName":"Publish","category":"AdvancedHunting-${table.name}","properties":{"Timestamp":"`,
    );
  }

  renderShared(fields: Fields): Rendered {
    const { text, shape: names } = render(fields, this.#columns);
    let shape = this.#shapeOf.get(names);
    if (shape === undefined) {
      shape = `#${this.#shapeOf.size}`;
      this.#shapeOf.set(names, shape);
      this.#namesOf.set(shape, names.split(',').slice(0, -1));
    }
    return { text: inOnePiece(text), shape };
  }

  /** The record's line, ASCII only, line break included. `receivedAt` is when the service got the event. */
  line(
    happenedAt: Moment,
    receivedAt: Moment,
    device: EventDevice | null,
    fields: Fields,
    parts: readonly Part[],
  ): string {
    let { text, shape } = render(fields);
    for (const part of parts) {
      const shared = part.for(this);
      text += shared.text;
      shape += shared.shape;
    }
    const { before, after } = this.#place(device);
    return `{"time":"${formatMoment(receivedAt)}${this.#prefix}${formatMoment(happenedAt)}",${before}${text}${this.#nullsFor(shape, device)}${after}},"Tenant":"DefaultTenant"}\n`;
  }

  #place(device: EventDevice | null): { before: string; after: string } {
    if (!device) return { before: '', after: '"MachineGroup":null' };
    let place = this.#devices.get(device);
    if (!place) {
      place = {
        before: inOnePiece(`"DeviceId":"${device.id}","DeviceName":"${device.name}",`),
        after: inOnePiece(`"MachineGroup":"${device.group}"`),
      };
      this.#devices.set(device, place);
    }
    return place;
  }

  #nullsFor(shape: string, device: EventDevice | null): string {
    const key = device ? shape : `-${shape}`;
    let nulls = this.#nulls.get(key);
    if (nulls === undefined) {
      const set = this.#namesIn(shape);
      set.push('Timestamp', 'MachineGroup', ...(device ? ['DeviceId', 'DeviceName'] : []));
      nulls = this.#table.columns
        .filter(({ name }) => !set.includes(name))
        .map(({ name }) => `"${name}":null,`)
        .join('');
      this.#nulls.set(key, nulls);
    }
    return nulls;
  }

  #namesIn(shape: string): string[] {
    const names = shape
      .split(/,|(?=#)/)
      .filter((name) => name !== '')
      .flatMap((name) => this.#namesOf.get(name) ?? [name]);
    for (const [index, name] of names.entries()) {
      if (!this.#columns.has(name)) throw new Error(`${this.#table.name} has no column ${name}`);
      if (names.indexOf(name) !== index)
        throw new Error(`${this.#table.name}.${name} is set twice`);
    }
    return names;
  }
}

/** With `columns`, only those. */
function render(fields: Fields, columns?: ReadonlySet<string>): Rendered {
  let text = '';
  let shape = '';
  for (const name in fields) {
    if (columns && !columns.has(name)) continue;
    text += `"${name}":${jsonOf(fields[name] ?? null)},`;
    shape += `${name},`;
  }
  return { text, shape };
}

// Most values need no escape, and seeing that is cheaper than escaping.
const plain = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

function jsonOf(value: string | number | bigint | boolean | null): string {
  if (typeof value !== 'string') return String(value);
  return plain.test(value) ? `"${value}"` : asciiJson(value);
}

function asciiJson(value: string): string {
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The engine keeps a concatenated text as a tree of its pieces; texts that are used often are better copied. */
function inOnePiece(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}

/** The writers of one simulated tenant, made as tables come up. */
export function recordWriters(tenantId: string): (table: string) => RecordWriter {
  const writers = new Map<string, RecordWriter>();
  return (name) => {
    let writer = writers.get(name);
    if (!writer) {
      const table = findTable(builtinCatalog, name);
      if (!table) throw new Error(`the catalog has no table ${name}`);
      writer = new RecordWriter(table, tenantId);
      writers.set(name, writer);
    }
    return writer;
  };
}
