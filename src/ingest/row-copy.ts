import type { ScalarType } from '../catalog/types.js';
import { type Moment, parseDatetime } from './datetime.js';
import { type JsonValue, parseJson, wideDigits } from './json.js';
import type { PlainMembers } from './plain-json.js';
import type { Coerced } from './values.js';

/** A column, as it is found in a record and written into a row. */
export interface CopiedColumn {
  readonly name: string;
  readonly type: ScalarType;
  /** Its texts may be JSON. */
  readonly jsonText: boolean;
  /** `"Name":`, ready to be written. */
  readonly prefix: string;
  readonly coerce: (value: JsonValue) => Coerced;
}

/** A row's bytes; they hold until the next row is copied. */
export interface CopiedRow {
  /** What the row's identity is the hash of: table, time and members. */
  readonly content: Uint8Array;
  /** The members' part of it. */
  readonly members: Uint8Array;
  readonly time: Moment | undefined;
}

/** Copied byte by byte: up to this length that is quicker. */
const longestLoop = 64;
/** From the end of a name to its value: the quote and the colon. */
const gap = 2;
const comma = 0x2c;
const quote = 0x22;
const zero = 0x30;
const plus = 0x2b;
const letterE = 0x65;
const nine = 0x39;
/** As many digits are less than 2^31, whatever they are. */
const intDigits = 9;

/**
 * Copies an event's columns from a record's bytes into a row, where nothing about them has to be
 * changed: what nearly every record of a source is like that writes Defender's own columns. The row is
 * the one that `NormalTable.normalize` makes, several times as fast.
 */
export class RowCopier {
  readonly #head: string;
  readonly #columns: readonly CopiedColumn[];
  readonly #prefixes: readonly Uint8Array[];
  readonly #positions: ReadonlyMap<string, number>;
  readonly #timePosition: number;
  /** By column, and last at the start: the column that came behind it before, and is likely to come again. */
  readonly #following: Int32Array;
  /** By column: where the member stands that is to be copied; the end is 0 where there is none. */
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;
  /** By column: the value, where the member is not copied. */
  readonly #texts: (string | undefined)[];
  #time: Moment | undefined;
  #bytes = Buffer.alloc(0);
  #used = 0;

  /** @param timePosition of the column of the row's time; -1 where there is none */
  constructor(table: string, columns: readonly CopiedColumn[], timePosition: number) {
    this.#head = table;
    this.#columns = columns;
    this.#prefixes = columns.map(({ prefix }) => Buffer.from(prefix));
    this.#positions = new Map(columns.map(({ name }, position) => [name, position]));
    this.#timePosition = timePosition;
    this.#following = new Int32Array(columns.length + 1).fill(-1);
    this.#starts = new Int32Array(columns.length);
    this.#ends = new Int32Array(columns.length);
    this.#texts = new Array<string | undefined>(columns.length);
  }

  /**
   * The members of an object that has been entered, as a row; undefined where they have to be read as
   * values: unknown names, values of other types, problems of any kind.
   */
  copy(members: PlainMembers): CopiedRow | undefined {
    if (!this.#read(members)) {
      return undefined;
    }
    if (this.#timePosition >= 0 && this.#time === undefined) {
      return undefined;
    }
    return this.#write(members.bytes);
  }

  #read(members: PlainMembers): boolean {
    this.#ends.fill(0);
    this.#texts.fill(undefined);
    this.#time = undefined;
    let before = this.#columns.length;
    for (;;) {
      const likely = this.#following[before] ?? -1;
      const found = members.next(this.#prefixes[likely]);
      if (found === 'end') {
        return true;
      }
      if (found !== 'scalar' && found !== 'null') {
        return false;
      }
      const position = members.isExpected ? likely : this.#positions.get(members.name);
      if (position === undefined) {
        return false;
      }
      this.#following[before] = position;
      before = position;
      if (this.#ends[position] !== 0 || this.#texts[position] !== undefined) {
        // A name that comes twice: the last value counts.
        return false;
      }
      if (found === 'scalar' && !this.#value(members, position)) {
        return false;
      }
    }
  }

  /** False where the value is not simply one of the column. */
  #value(members: PlainMembers, position: number): boolean {
    const { nameStart, nameEnd, valueStart, valueEnd } = members;
    if (position === this.#timePosition) {
      return this.#setTime(members, position);
    }
    const { type = 'dynamic', jsonText } = this.#columns[position] ?? {};
    if (isEmptyText(members, type)) {
      return true;
    }
    if (isUsualValue(members, type) && !(jsonText && mayBeUnreadable(members))) {
      if (valueStart !== nameEnd + gap) {
        this.#texts[position] = members.token;
        return true;
      }
      this.#starts[position] = nameStart - 1;
      this.#ends[position] = valueEnd;
      return true;
    }
    return this.#coerce(members, position);
  }

  #setTime(members: PlainMembers, position: number): boolean {
    const { text } = members;
    const time = text === undefined ? undefined : parseDatetime(text.trim());
    this.#time = time;
    this.#texts[position] = time && `"${time.text}"`;
    return time !== undefined;
  }

  #coerce(members: PlainMembers, position: number): boolean {
    try {
      const text = this.#columns[position]?.coerce(parseJson(members.token));
      this.#texts[position] = text ?? undefined;
      return text !== undefined;
    } catch {
      return false;
    }
  }

  #write(source: Uint8Array): CopiedRow {
    this.#used = 0;
    this.#text(`${this.#head}\n${this.#time?.text ?? ''}\n`);
    const start = this.#used;
    for (let position = 0; position < this.#columns.length; position++) {
      const end = this.#ends[position] ?? 0;
      if (end > 0) {
        this.#separate(start);
        this.#copy(source, this.#starts[position] ?? 0, end);
        continue;
      }
      const text = this.#texts[position];
      const prefix = this.#prefixes[position];
      if (text !== undefined && prefix !== undefined) {
        this.#separate(start);
        this.#copy(prefix, 0, prefix.length);
        this.#text(text);
      }
    }
    const content = this.#bytes.subarray(0, this.#used);
    return { content, members: content.subarray(start), time: this.#time };
  }

  #separate(start: number): void {
    if (this.#used > start) {
      this.#reserve(1);
      this.#bytes[this.#used++] = comma;
    }
  }

  #text(text: string): void {
    this.#reserve(text.length * 3);
    this.#used += this.#bytes.write(text, this.#used);
  }

  #copy(source: Uint8Array, start: number, end: number): void {
    const length = end - start;
    this.#reserve(length);
    const bytes = this.#bytes;
    if (length > longestLoop) {
      bytes.set(source.subarray(start, end), this.#used);
    } else {
      for (let from = start, to = this.#used; from < end; from++, to++) {
        bytes[to] = source[from] ?? 0;
      }
    }
    this.#used += length;
  }

  #reserve(length: number): void {
    if (this.#used + length > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(2 * (this.#used + length));
      this.#bytes.copy(larger, 0, 0, this.#used);
      this.#bytes = larger;
    }
  }
}

/** Whether the token has digits that may be those of a number that the engine cannot read. */
function mayBeUnreadable({ bytes, valueStart, valueEnd }: PlainMembers): boolean {
  let digits = 0;
  for (let at = valueStart; at < valueEnd; at++) {
    const byte = bytes[at] ?? 0;
    if (byte >= zero && byte <= nine) {
      if (++digits === wideDigits) {
        return true;
      }
    } else {
      // An exponent of three digits.
      if (digits > 0 && (byte | 0x20) === letterE) {
        const from = bytes[at + 1] === plus ? at + 2 : at + 1;
        if (isDigit(bytes[from]) && isDigit(bytes[from + 1]) && isDigit(bytes[from + 2])) {
          return true;
        }
      }
      digits = 0;
    }
  }
  return false;
}

function isDigit(byte = 0): boolean {
  return byte >= zero && byte <= nine;
}

function isEmptyText({ first, valueStart, valueEnd }: PlainMembers, type: ScalarType): boolean {
  return type === 'string' && first === quote && valueEnd - valueStart === 2;
}

/** Whether the token is what the row has for the value, byte for byte. */
function isUsualValue(members: PlainMembers, type: ScalarType): boolean {
  const { first, isUsual, valueStart, valueEnd } = members;
  if (!isUsual) {
    return false;
  }
  const isNumber = first !== quote && first <= nine;
  switch (type) {
    case 'string':
      return first === quote;
    case 'long':
    case 'real':
      return isNumber;
    case 'int':
      return isNumber && valueEnd - valueStart <= intDigits;
    case 'bool':
      return first === 0x74 || first === 0x66;
    default:
      return false;
  }
}
