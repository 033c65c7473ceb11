/** What `PlainMembers.next` found. */
export type Found =
  /** A member whose value is a string, a number, `true` or `false`. */
  | 'scalar'
  | 'null'
  /** A member whose value is an object, which `enter` goes into. */
  | 'object'
  /** The end of the object. */
  | 'end'
  /** Something else, or no JSON: to be read by JSON.parse. */
  | 'other';

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const space = 0x20;
const minus = 0x2d;
const zero = 0x30;
const nine = 0x39;
const del = 0x7f;

/** The escapes that JSON.stringify writes, too. */
const isUsualEscape = byteSet((byte) => '"\\bfnrt'.includes(String.fromCharCode(byte)));
const isNumber = byteSet((byte) => '+-.0123456789eE'.includes(String.fromCharCode(byte)));
/** As many digits are exact in a JavaScript number, whatever they are. */
const exactDigits = 15;

function byteSet(has: (byte: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (has(byte) ? 1 : 0));
}

/**
 * Goes through the members of JSON objects in bytes, without making values of them. It knows the JSON
 * that programs write; for anything unusual it says `other`, and never takes for JSON what is none.
 */
export class PlainMembers {
  bytes: Uint8Array = new Uint8Array();
  /** The member's name, without quotes. */
  nameStart = 0;
  nameEnd = 0;
  /** The value's token. */
  valueStart = 0;
  valueEnd = 0;
  /** The first byte of the value's token. */
  first = 0;
  /** The token is what JSON.stringify would write: a string, a whole number, a truth. */
  isUsual = false;
  /** The member has the name that was expected. */
  isExpected = false;
  #hasEscapes = false;
  #at = 0;
  #isFirst = true;

  /** Begins with an object that the bytes start with; false when they do not. */
  open(bytes: Uint8Array): boolean {
    this.bytes = bytes;
    this.#at = 0;
    return this.enter();
  }

  /** Goes into the object that `next` found; after its end `next` goes on with what it stands in. */
  enter(): boolean {
    if (this.bytes[this.#at] !== openBrace) {
      return false;
    }
    this.#at++;
    this.#isFirst = true;
    return true;
  }

  /** Whether nothing is left. */
  get isAtEnd(): boolean {
    return this.#at === this.bytes.length;
  }

  nameIs(name: string): boolean {
    return (
      this.nameEnd - this.nameStart === name.length && isWordAt(this.bytes, this.nameStart, name)
    );
  }

  get name(): string {
    return this.#text(this.nameStart, this.nameEnd);
  }

  /** The value's token, as it stands. */
  get token(): string {
    return this.#text(this.valueStart, this.valueEnd);
  }

  /** A string value; undefined for others, and for strings that are not written as they are. */
  get text(): string | undefined {
    const isText = this.first === quote && this.isUsual && !this.#hasEscapes;
    return isText ? this.token.slice(1, -1) : undefined;
  }

  #text(start: number, end: number): string {
    const { buffer, byteOffset, byteLength } = this.bytes;
    return Buffer.from(buffer, byteOffset, byteLength).toString('utf8', start, end);
  }

  /** @param expected the start of the member that is likely to be next, `"Name":`; such a one is found more quickly */
  next(expected?: Uint8Array): Found {
    const { bytes } = this;
    this.#skipSpaces();
    if (bytes[this.#at] === closeBrace) {
      return this.#end();
    }
    if (!this.#isFirst) {
      if (bytes[this.#at] !== comma) {
        return 'other';
      }
      this.#at++;
      this.#skipSpaces();
    }
    this.#isFirst = false;
    this.nameStart = this.#at + 1;
    this.isExpected = expected !== undefined && isAt(expected, bytes, this.#at);
    if (expected !== undefined && this.isExpected) {
      this.#at += expected.length;
      this.nameEnd = this.#at - 2;
      this.#skipSpaces();
      return this.#value();
    }
    if (bytes[this.#at] !== quote || !this.#string() || !this.isUsual || this.#hasEscapes) {
      return 'other';
    }
    this.nameEnd = this.#at - 1;
    this.#skipSpaces();
    if (bytes[this.#at] !== colon) {
      return 'other';
    }
    this.#at++;
    this.#skipSpaces();
    return this.#value();
  }

  #end(): Found {
    // A comma before it would have been followed by a name.
    this.#at++;
    this.#isFirst = false;
    return 'end';
  }

  #value(): Found {
    const { bytes } = this;
    const first = bytes[this.#at] ?? 0;
    this.first = first;
    this.valueStart = this.#at;
    if (first === quote) {
      return this.#string() ? this.#scalar() : 'other';
    }
    if (first === minus || (first >= zero && first <= nine)) {
      this.#number();
      return this.#scalar();
    }
    switch (first) {
      case 0x6e:
        return this.#word('null') ? 'null' : 'other';
      case 0x74:
        return this.#word('true') ? this.#scalar() : 'other';
      case 0x66:
        return this.#word('false') ? this.#scalar() : 'other';
      case openBrace:
        return 'object';
      default:
        return 'other';
    }
  }

  #scalar(): Found {
    this.valueEnd = this.#at;
    return 'scalar';
  }

  #skipSpaces(): void {
    while (this.bytes[this.#at] === space) {
      this.#at++;
    }
  }

  /** Goes behind the string that begins here; false where it does not end or holds a control character. */
  #string(): boolean {
    const { bytes } = this;
    let at = this.#at + 1;
    let isUsual = true;
    this.#hasEscapes = false;
    for (;;) {
      let byte = bytes[at] ?? 0;
      while (byte >= space && byte < del && byte !== quote && byte !== backslash) {
        byte = bytes[++at] ?? 0;
      }
      if (byte === quote) {
        this.#at = at + 1;
        this.isUsual = isUsual;
        return true;
      }
      // Behind the last byte, too.
      if (byte < space) {
        return false;
      }
      if (byte === backslash) {
        this.#hasEscapes = true;
        isUsual &&= isUsualEscape[bytes[at + 1] ?? 0] === 1;
        at += 2;
      } else {
        isUsual = false;
        at++;
      }
    }
  }

  #number(): void {
    const { bytes } = this;
    const start = this.#at;
    const digits = bytes[start] === minus ? start + 1 : start;
    let at = digits;
    let byte = bytes[at] ?? 0;
    while (byte >= zero && byte <= nine) {
      byte = bytes[++at] ?? 0;
    }
    const count = at - digits;
    const isRound = bytes[digits] === zero;
    this.isUsual =
      isNumber[byte] === 0 &&
      count >= 1 &&
      count <= exactDigits &&
      (!isRound || (count === 1 && digits === start));
    while (isNumber[bytes[at] ?? 0] === 1) {
      at++;
    }
    this.#at = at;
  }

  #word(word: string): boolean {
    if (!isWordAt(this.bytes, this.#at, word)) {
      return false;
    }
    this.#at += word.length;
    this.isUsual = true;
    return true;
  }
}

/** Whether the bytes are these ASCII characters from there on. */
function isWordAt(bytes: Uint8Array, start: number, word: string): boolean {
  for (let index = 0; index < word.length; index++) {
    if (bytes[start + index] !== word.charCodeAt(index)) {
      return false;
    }
  }
  return true;
}

/** Whether the bytes are these from there on. */
function isAt(expected: Uint8Array, bytes: Uint8Array, start: number): boolean {
  // The last of them first: names that differ often begin alike.
  for (let index = expected.length - 1; index >= 0; index--) {
    if (expected[index] !== bytes[start + index]) {
      return false;
    }
  }
  return true;
}
