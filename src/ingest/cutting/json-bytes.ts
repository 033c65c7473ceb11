const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/** Bytes that are gone through without a pause. */
const pauseBytes = 64 * 1024;

/** Where bytes are no JSON. */
export class JsonBytesError extends SyntaxError {
  constructor(position: number, isAtEnd: boolean) {
    super(isAtEnd ? `it breaks off at byte ${position}` : `there is no JSON at byte ${position}`);
    this.name = 'JsonBytesError';
  }
}

/** What is done where a value begins: it goes behind the value. */
export type AtValue = () => Generator<void>;

/**
 * Goes through JSON in bytes, with pauses, so that parts of it can be parsed one by one. What is entered is checked as
 * it is gone through; what is skipped is not, but for its brackets.
 */
export class JsonBytes {
  readonly bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** The byte that the next value begins with; undefined at the end. */
  get first(): number | undefined {
    this.#skipSpace();
    return this.bytes[this.at];
  }

  get isObject(): boolean {
    return this.first === openBrace;
  }

  get isArray(): boolean {
    return this.first === openBracket;
  }

  /** @throws JsonBytesError where something follows */
  assertEnd(): void {
    if (this.first !== undefined) throw this.#error();
  }

  /**
   * Goes through the members of an object.
   * @param others for those of other names
   * @throws JsonBytesError
   */
  *members(visitors: Readonly<Record<string, AtValue>>, others: AtValue): Generator<void> {
    this.#expect(openBrace);
    if (this.first === closeBrace) {
      this.at++;
      return;
    }
    for (;;) {
      const name = this.#name();
      this.#expect(colon);
      const visit = Object.hasOwn(visitors, name) ? visitors[name] : undefined;
      yield* (visit ?? others)();
      if (this.#isLast(closeBrace)) return;
    }
  }

  /**
   * Goes through the values of an array.
   * @throws JsonBytesError
   */
  *elements(visit: AtValue): Generator<void> {
    this.#expect(openBracket);
    if (this.first === closeBracket) {
      this.at++;
      return;
    }
    for (;;) {
      yield* visit();
      if (this.#isLast(closeBracket)) return;
    }
  }

  /**
   * Goes behind the next value, and returns where it began.
   * @throws JsonBytesError where it does not end
   */
  *skip(): Generator<void, number> {
    this.#skipSpace();
    const { bytes } = this;
    const start = this.at;
    let depth = 0;
    let isInString = false;
    for (let at = start; at < bytes.length; ) {
      if (at > start) yield;
      for (const end = Math.min(at + pauseBytes, bytes.length); at < end; at++) {
        let byte = bytes[at];
        if (isInString) {
          while (byte !== quote && byte !== backslash && at < end) byte = bytes[++at];
          if (at >= end) break;
          if (byte === backslash) {
            at++;
          } else {
            isInString = false;
            if (depth === 0) return this.#behind(start, at + 1);
          }
        } else if (byte === quote) {
          isInString = true;
        } else if (byte === openBrace || byte === openBracket) {
          depth++;
        } else if (byte === closeBrace || byte === closeBracket) {
          if (depth === 0) return this.#behind(start, at);
          if (--depth === 0) return this.#behind(start, at + 1);
        } else if (depth === 0 && (byte === comma || isSpace(byte))) {
          return this.#behind(start, at);
        }
      }
    }
    if (depth > 0 || isInString) {
      this.at = bytes.length;
      throw this.#error();
    }
    return this.#behind(start, bytes.length);
  }

  #behind(start: number, end: number): number {
    this.at = end;
    if (end === start) throw this.#error();
    return start;
  }

  #name(): string {
    if (this.first !== quote) throw this.#error();
    const { bytes } = this;
    const start = this.at++;
    while (this.at < bytes.length && bytes[this.at] !== quote) {
      this.at += bytes[this.at] === backslash ? 2 : 1;
    }
    this.at++;
    return this.parsed(start, JSON.parse) as string;
  }

  /**
   * What is parsed of the text from `start` up to here.
   * @throws JsonBytesError where the text is no JSON; others, as they are
   */
  parsed<T>(start: number, parse: (text: string) => T): T {
    const { buffer, byteOffset } = this.bytes;
    const text = Buffer.from(buffer, byteOffset + start, this.at - start).toString();
    try {
      return parse(text);
    } catch (cause) {
      if (!(cause instanceof SyntaxError)) throw cause;
      throw new JsonBytesError(start, false);
    }
  }

  #isLast(close: number): boolean {
    const byte = this.first;
    if (byte !== comma && byte !== close) throw this.#error();
    this.at++;
    return byte === close;
  }

  #expect(byte: number): void {
    if (this.first !== byte) throw this.#error();
    this.at++;
  }

  #skipSpace(): void {
    while (isSpace(this.bytes[this.at])) this.at++;
  }

  #error(): JsonBytesError {
    const { length } = this.bytes;
    return new JsonBytesError(Math.min(this.at, length), this.at >= length);
  }
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
