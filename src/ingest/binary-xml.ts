/**
 * The binary XML of Windows' event log (MS-EVEN6 2.2.12 and 3.1.4.7), as text. Names and templates are known by their
 * place in the chunk of the file, where they stand once.
 */

const token = {
  ...{ end: 0x00, open: 0x01, closeStart: 0x02, closeEmpty: 0x03, endElement: 0x04, text: 0x05 },
  ...{ attribute: 0x06, cdata: 0x07, character: 0x08, entity: 0x09, target: 0x0a, data: 0x0b },
  ...{ template: 0x0c, value: 0x0d, optionalValue: 0x0e, fragment: 0x0f },
} as const;
/** Set where more of the same kind follow, or attributes do. */
const more = 0x40;

const binaryXml = 0x21;
const array = 0x80;
/** Sizes of what arrays have, by the type. */
const itemSizes: Readonly<Record<number, number>> = {
  ...{ 3: 1, 4: 1, 5: 2, 6: 2, 7: 4, 8: 4, 9: 8, 10: 8, 11: 4, 12: 8, 13: 4, 15: 16, 17: 8 },
  ...{ 18: 16, 20: 4, 21: 8 },
};

/** Deeper than any event is; templates could have each other. */
const deepest = 32;
/** A value may stand in a template any number of times, and a template in others: characters and tokens of a chunk. */
const mostSpent = 4 * 1024 * 1024;

/** A value that is put in a template's place for it. */
interface Value {
  readonly type: number;
  readonly start: number;
  readonly end: number;
}

interface Content {
  /** More than one: an array, whose element is written once for each where it has no name. */
  readonly texts: readonly string[];
}

export class BinaryXml {
  readonly #chunk: Buffer;
  readonly #names = new Map<number, string>();
  #at = 0;
  #depth = 0;
  #spent = 0;
  /** Of a value, whose elements say nothing of what they depend on. */
  #isValue = false;

  constructor(chunk: Buffer) {
    this.#chunk = chunk;
  }

  /** @param start where a record's XML begins */
  text(start: number, end: number): string {
    this.#at = start;
    this.#depth = 0;
    this.#isValue = false;
    return this.#fragment([], end);
  }

  #byte(): number {
    return this.#chunk.readUInt8(this.#at++);
  }

  #word(): number {
    const value = this.#chunk.readUInt16LE(this.#at);
    this.#at += 2;
    return value;
  }

  #double(): number {
    const value = this.#chunk.readUInt32LE(this.#at);
    this.#at += 4;
    return value;
  }

  #peek(): number {
    return this.#chunk.readUInt8(this.#at) & ~more;
  }

  #characters(count: number): string {
    const end = this.#at + 2 * count;
    if (end > this.#chunk.length) {
      throw new RangeError('a text goes beyond its chunk');
    }
    this.#spend(count);
    const text = this.#chunk.toString('utf16le', this.#at, end);
    this.#at = end;
    return text;
  }

  #name(): string {
    const place = this.#double();
    const isHere = place === this.#at;
    const after = this.#at;
    this.#at = place + 6;
    const count = this.#word();
    const name = this.#names.get(place) ?? this.#characters(count);
    this.#names.set(place, name);
    this.#spend(name.length);
    // A zero ends it.
    this.#at = isHere ? place + 8 + 2 * count + 2 : after;
    return name;
  }

  /** What stands elsewhere; what comes after it here is read next. */
  #elsewhere(start: number, end: number, values: readonly Value[], isValue: boolean): string {
    this.#deeper();
    const [after, wasValue] = [this.#at, this.#isValue];
    this.#at = start;
    this.#isValue = isValue;
    const text = this.#fragment(values, end);
    this.#at = after;
    this.#isValue = wasValue;
    this.#depth--;
    return text;
  }

  #deeper(): void {
    if (++this.#depth > deepest) {
      throw new RangeError('it is nested too deep');
    }
  }

  #fragment(values: readonly Value[], end: number): string {
    let text = '';
    while (this.#at < end) {
      this.#spend(1);
      switch (this.#peek()) {
        case token.fragment:
          this.#at += 4;
          break;
        case token.template:
          text += this.#template();
          break;
        case token.open:
          text += this.#element(values);
          break;
        default:
          return text;
      }
    }
    return text;
  }

  #template(): string {
    this.#at += 6;
    const place = this.#double();
    const start = place + 24;
    const end = start + this.#chunk.readUInt32LE(start - 4);
    if (place === this.#at) {
      this.#at = end;
    }
    const sizes = Array.from({ length: this.#valueCount() }, () => {
      const size = this.#word();
      const type = this.#byte();
      this.#at++;
      return { size, type };
    });
    const values = sizes.map(({ size, type }): Value => {
      this.#at += size;
      return { type, start: this.#at - size, end: this.#at };
    });
    if (this.#at > this.#chunk.length) {
      throw new RangeError('values go beyond their chunk');
    }
    return this.#elsewhere(start, end, values, false);
  }

  #valueCount(): number {
    const count = this.#double();
    if (count * 4 > this.#chunk.length - this.#at) {
      throw new RangeError('values go beyond their chunk');
    }
    this.#spend(count);
    return count;
  }

  #element(values: readonly Value[]): string {
    this.#deeper();
    const hasAttributes = (this.#byte() & more) !== 0;
    this.#at += this.#isValue ? 4 : 6;
    const name = this.#name();
    let attributes = '';
    if (hasAttributes) {
      this.#at += 4;
      while (this.#peek() === token.attribute) {
        this.#at++;
        attributes += ` ${this.#name()}="${this.#content(values).texts.join(', ')}"`;
      }
    }
    const close = this.#byte();
    if (close !== token.closeStart && close !== token.closeEmpty) {
      throw new RangeError(`an element has the token ${close}`);
    }
    const tag = `${name}${attributes}`;
    let text = `<${tag}/>`;
    if (close === token.closeStart) {
      const { texts } = this.#content(values);
      this.#expect(token.endElement);
      const contents = attributes === '' ? texts : [texts.join(', ')];
      // Before they are put together: a long list may have a long name.
      this.#spend(contents.length * (tag.length + name.length));
      text = contents.map((each) => `<${tag}>${each}</${name}>`).join('');
    }
    this.#depth--;
    this.#spend(text.length);
    return text;
  }

  #expect(wanted: number): void {
    const found = this.#byte();
    if (found !== wanted) {
      throw new RangeError(`the token ${found} stands where ${wanted} would`);
    }
  }

  #spend(count: number): void {
    this.#spent += count;
    if (this.#spent > mostSpent) {
      throw new RangeError('values or templates are repeated too often');
    }
  }

  /** Up to what belongs to the element around it. */
  #content(values: readonly Value[]): Content {
    let text = '';
    let list: readonly string[] | undefined;
    for (;;) {
      this.#spend(1);
      switch (this.#peek()) {
        case token.text:
          this.#at += 2;
          text += escaped(this.#characters(this.#word()));
          break;
        case token.cdata:
          this.#at++;
          text += escaped(this.#characters(this.#word()));
          break;
        case token.character:
          this.#at++;
          text += `&#${this.#word()};`;
          break;
        case token.entity:
          this.#at++;
          text += `&${this.#name()};`;
          break;
        case token.target:
          this.#at++;
          this.#name();
          break;
        case token.data:
          this.#at++;
          this.#characters(this.#word());
          break;
        case token.value:
        case token.optionalValue: {
          this.#at++;
          const value = values[this.#word()];
          this.#at++;
          const texts = value ? this.#textsOf(value) : [];
          list = text === '' && texts.length > 1 ? texts : undefined;
          const joined = texts.join(', ');
          this.#spend(joined.length);
          text += joined;
          break;
        }
        case token.open:
          text += this.#element(values);
          break;
        case token.template:
        case token.fragment:
          text += this.#fragment(values, this.#chunk.length);
          break;
        default:
          return { texts: list && text === list.join(', ') ? list : [text] };
      }
    }
  }

  #textsOf(value: Value): readonly string[] {
    const { type, start, end } = value;
    // It may be of many bytes and hardly any text.
    this.#spend(end - start);
    if (type === binaryXml) {
      return [this.#elsewhere(start, end, [], true)];
    }
    const bytes = this.#chunk.subarray(start, end);
    if ((type & array) === 0) {
      return [escaped(textOf(type, bytes))];
    }
    return itemsOf(type & ~array, bytes).map(escaped);
  }
}

function itemsOf(type: number, bytes: Buffer): readonly string[] {
  if (type === 1 || type === 2) {
    const all = bytes.toString(type === 1 ? 'utf16le' : 'latin1').split('\0');
    return all.at(-1) === '' ? all.slice(0, -1) : all;
  }
  const size = itemSizes[type];
  if (size === undefined) {
    return [bytes.toString('hex').toUpperCase()];
  }
  const count = Math.floor(bytes.length / size);
  return Array.from({ length: count }, (_, index) =>
    textOf(type, bytes.subarray(index * size, (index + 1) * size)),
  );
}

type Format = (bytes: Buffer) => string;

const number =
  (read: (bytes: Buffer) => number | bigint): Format =>
  (bytes) =>
    String(read(bytes));
const unsigned = (bytes: Buffer) =>
  bytes.length === 8 ? bytes.readBigUInt64LE() : bytes.readUIntLE(0, Math.min(bytes.length, 6));
const hexadecimal: Format = (bytes) => `0x${unsigned(bytes).toString(16)}`;

/** Without the zeros that end it. */
function withoutZeros(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 0) {
    end--;
  }
  return text.slice(0, end);
}

/** By the type of the value. */
const formats: Readonly<Record<number, Format>> = {
  0: () => '',
  1: (bytes) => withoutZeros(bytes.toString('utf16le')),
  2: (bytes) => withoutZeros(bytes.toString('latin1')),
  3: number((bytes) => bytes.readInt8()),
  4: number((bytes) => bytes.readUInt8()),
  5: number((bytes) => bytes.readInt16LE()),
  6: number((bytes) => bytes.readUInt16LE()),
  7: number((bytes) => bytes.readInt32LE()),
  8: number((bytes) => bytes.readUInt32LE()),
  9: number((bytes) => bytes.readBigInt64LE()),
  10: number((bytes) => bytes.readBigUInt64LE()),
  11: number((bytes) => bytes.readFloatLE()),
  12: number((bytes) => bytes.readDoubleLE()),
  13: (bytes) => String(bytes.some((byte) => byte !== 0)),
  15: guid,
  // Of the size of a pointer.
  16: hexadecimal,
  17: fileTime,
  18: systemTime,
  19: sid,
  20: hexadecimal,
  21: hexadecimal,
};

function textOf(type: number, bytes: Buffer): string {
  const format = formats[type];
  return bytes.length === 0 ? '' : format ? format(bytes) : bytes.toString('hex').toUpperCase();
}

function guid(bytes: Buffer): string {
  const hex = (start: number, end: number) =>
    Buffer.from(bytes.subarray(start, end)).reverse().toString('hex');
  const rest = bytes.toString('hex', 8, 16);
  return `{${hex(0, 4)}-${hex(4, 6)}-${hex(6, 8)}-${rest.slice(0, 4)}-${rest.slice(4)}}`.toUpperCase();
}

function sid(bytes: Buffer): string {
  const count = bytes.readUInt8(1);
  const parts = Array.from({ length: count }, (_, index) => bytes.readUInt32LE(8 + 4 * index));
  return ['S', bytes.readUInt8(0), bytes.readUIntBE(2, 6), ...parts].join('-');
}

/** Ticks of 100 ns since 1601. */
function fileTime(bytes: Buffer): string {
  const ticks = bytes.readBigUInt64LE();
  const date = new Date(Number(ticks / 10_000n - 11_644_473_600_000n));
  return Number.isNaN(date.getTime())
    ? String(ticks)
    : `${date.toISOString().slice(0, -5)}.${String(ticks % 10_000_000n).padStart(7, '0')}Z`;
}

function systemTime(bytes: Buffer): string {
  const part = (index: number, width: number) =>
    String(bytes.readUInt16LE(2 * index)).padStart(width, '0');
  // The third is the day of the week.
  const date = `${part(0, 4)}-${part(1, 2)}-${part(3, 2)}`;
  return `${date}T${part(4, 2)}:${part(5, 2)}:${part(6, 2)}.${part(7, 3)}Z`;
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

const escaped = (text: string) => text.replace(/[&<>"]/g, (sign) => escapes[sign] ?? sign);
