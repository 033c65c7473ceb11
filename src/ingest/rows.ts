import { type Moment, ticksOf } from './datetime.js';

/** Whether a row that is stored already is looked for. */
export type Sameness =
  /** Among all rows of the same table and time. */
  | 'event'
  /** Among the rows of the last day: for rows whose time is that of their arrival. */
  | 'recent';

/** What tells a row from all others of its table. */
export interface RowKey {
  /** Its time, in ticks since 1970. */
  readonly ticks: bigint;
  /** The column `_seq`. */
  readonly identity: bigint;
}

/** Rows of the same table, stored or on their way, that others take the place of. */
export interface ReplacedRows {
  /** For each, the position of the row that takes its place. */
  readonly by: Uint32Array;
  readonly ticks: BigInt64Array;
  readonly identities: BigUint64Array;
}

/** Rows of one table, ready for the engine, with what tells each from every other. */
export interface TableRows {
  readonly table: string;
  readonly timeColumn: string | null;
  readonly sameness: Sameness;
  /** One JSON object a line, UTF-8. */
  readonly lines: Uint8Array;
  /** Where each line ends in `lines`, its line feed included. */
  readonly ends: Uint32Array;
  /** Time of each row, in ticks since 1970; 0 in tables without time. */
  readonly ticks: BigInt64Array;
  /** Identity of each row among those of its table and time: the column `_seq`. */
  readonly identities: BigUint64Array;
  /** undefined: they take no other's place. */
  readonly replaced?: ReplacedRows | undefined;
}

/** All that rows are made of, in the order of the journal. */
export function arraysOf({ lines, ends, ticks, identities, replaced }: TableRows) {
  const own = [lines, ends, ticks, identities];
  return replaced ? [...own, replaced.by, replaced.ticks, replaced.identities] : own;
}

/** The rows at some of the positions, in their order. */
export function pickRows<T extends TableRows>(rows: T, positions: readonly number[]): T {
  if (positions.length === rows.ends.length) {
    return rows;
  }
  const start = (position: number) => (position === 0 ? 0 : (rows.ends[position - 1] ?? 0));
  const end = (position: number) => rows.ends[position] ?? 0;
  const size = positions.reduce((sum, position) => sum + end(position) - start(position), 0);
  const lines = new Uint8Array(size);
  const ends = new Uint32Array(positions.length);
  const ticks = new BigInt64Array(positions.length);
  const identities = new BigUint64Array(positions.length);
  let at = 0;
  for (const [index, position] of positions.entries()) {
    lines.set(rows.lines.subarray(start(position), end(position)), at);
    at += end(position) - start(position);
    ends[index] = at;
    ticks[index] = rows.ticks[position] ?? 0n;
    identities[index] = rows.identities[position] ?? 0n;
  }
  return { ...rows, lines, ends, ticks, identities, replaced: replacedBy(rows, positions) };
}

/** What the rows at some of the positions take the place of. */
function replacedBy(
  { replaced }: TableRows,
  positions: readonly number[],
): ReplacedRows | undefined {
  if (replaced === undefined) {
    return undefined;
  }
  const moved = new Map(positions.map((position, index) => [position, index]));
  const kept = [...replaced.by.keys()].filter((index) => moved.has(replaced.by[index] ?? -1));
  return kept.length === 0
    ? undefined
    : {
        by: Uint32Array.from(kept, (index) => moved.get(replaced.by[index] ?? -1) ?? 0),
        ticks: BigInt64Array.from(kept, (index) => replaced.ticks[index] ?? 0n),
        identities: BigUint64Array.from(kept, (index) => replaced.identities[index] ?? 0n),
      };
}

const rowEnd = '}\n';
const firstCapacity = 64 * 1024;
const firstRows = 256;
/** A UTF-16 unit is three bytes of UTF-8 at most. */
const bytesPerUnit = 3;

/** Collects rows of one table as bytes, so that they do not weigh on the heap. */
export class RowBuffer {
  readonly #table: Pick<TableRows, 'table' | 'timeColumn' | 'sameness'>;
  #bytes: Buffer;
  #used = 0;
  #count = 0;
  #ends = new Uint32Array(firstRows);
  #ticks = new BigInt64Array(firstRows);
  #identities = new BigUint64Array(firstRows);
  readonly #replaced: { readonly by: number; readonly key: RowKey }[] = [];

  /** @param expectedBytes what is likely to come; more takes a larger buffer and a copy */
  constructor(table: Pick<TableRows, 'table' | 'timeColumn' | 'sameness'>, expectedBytes = 0) {
    this.#table = table;
    this.#bytes = Buffer.allocUnsafeSlow(Math.max(Math.ceil(expectedBytes), firstCapacity));
  }

  get sizeBytes(): number {
    return this.#used;
  }

  get count(): number {
    return this.#count;
  }

  /** @param members the row's JSON members, `"name":value,…`, without braces */
  add(members: string, time: Moment | undefined, identity: bigint): void {
    const line = `{"_seq":"${identity}",${members}${rowEnd}`;
    this.#reserve(line.length * bytesPerUnit);
    this.#used += this.#bytes.write(line, this.#used);
    this.#added(time, identity);
  }

  /** The row added last takes the place of others. */
  replaces(rows: readonly RowKey[]): void {
    for (const key of rows) {
      this.#replaced.push({ by: this.#count - 1, key });
    }
  }

  /** @param members the same as UTF-8 */
  addBytes(members: Uint8Array, time: Moment | undefined, identity: bigint): void {
    const head = `{"_seq":"${identity}",`;
    this.#reserve(head.length + members.length + rowEnd.length);
    this.#used += this.#bytes.write(head, this.#used, 'latin1');
    this.#bytes.set(members, this.#used);
    this.#used += members.length;
    this.#used += this.#bytes.write(rowEnd, this.#used, 'latin1');
    this.#added(time, identity);
  }

  #added(time: Moment | undefined, identity: bigint): void {
    if (this.#count === this.#ends.length) {
      this.#reserveRows(2 * this.#count);
    }
    const index = this.#count++;
    this.#ends[index] = this.#used;
    this.#ticks[index] = time === undefined ? 0n : ticksOf(time);
    this.#identities[index] = identity;
  }

  /** The rows so far; the buffer is used up by it. */
  take(): TableRows {
    return {
      ...this.#table,
      lines: new Uint8Array(this.#bytes.buffer, 0, this.#used),
      ends: this.#ends.slice(0, this.#count),
      ticks: this.#ticks.slice(0, this.#count),
      identities: this.#identities.slice(0, this.#count),
      replaced: this.#replacedRows(),
    };
  }

  #replacedRows(): ReplacedRows | undefined {
    const replaced = this.#replaced;
    return replaced.length === 0
      ? undefined
      : {
          by: Uint32Array.from(replaced, ({ by }) => by),
          ticks: BigInt64Array.from(replaced, ({ key }) => key.ticks),
          identities: BigUint64Array.from(replaced, ({ key }) => key.identity),
        };
  }

  #reserveRows(rows: number): void {
    const [ends, ticks, identities] = [this.#ends, this.#ticks, this.#identities];
    this.#ends = new Uint32Array(rows);
    this.#ends.set(ends);
    this.#ticks = new BigInt64Array(rows);
    this.#ticks.set(ticks);
    this.#identities = new BigUint64Array(rows);
    this.#identities.set(identities);
  }

  #reserve(bytes: number): void {
    if (this.#used + bytes <= this.#bytes.length) {
      return;
    }
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.#used + bytes));
    this.#bytes.copy(larger, 0, 0, this.#used);
    this.#bytes = larger;
  }
}
