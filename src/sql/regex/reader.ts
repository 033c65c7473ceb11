import { RegexError } from './syntax.js';

/** A pattern's characters (code points), one after another. */
export class Reader {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text.toWellFormed();
  }

  get done(): boolean {
    return this.#position >= this.#text.length;
  }

  /** The next character, '' at the end. */
  peek(): string {
    const code = this.#text.codePointAt(this.#position);
    return code === undefined ? '' : String.fromCodePoint(code);
  }

  next(): string {
    const character = this.peek();
    if (character === '') throw new RegexError('unexpected end of the pattern');
    this.#position += character.length;
    return character;
  }

  at(text: string): boolean {
    return this.#text.startsWith(text, this.#position);
  }

  take(text: string): boolean {
    if (!this.at(text)) return false;
    this.#position += text.length;
    return true;
  }

  skip(length: number): void {
    this.#position += length;
  }

  rest(length = this.#text.length): string {
    return this.#text.slice(this.#position, this.#position + length);
  }

  until(end: string): string {
    const stop = this.#text.indexOf(end, this.#position);
    if (stop < 0) throw new RegexError(`missing '${end}'`);
    const text = this.#text.slice(this.#position, stop);
    this.#position = stop + end.length;
    return text;
  }

  /** Tries to read; on failure nothing was read. */
  attempt<T>(read: () => T): T | undefined {
    const start = this.#position;
    try {
      return read();
    } catch (error) {
      if (!(error instanceof RegexError)) throw error;
      this.#position = start;
      return undefined;
    }
  }
}

const controls: Readonly<Record<string, string>> = {
  a: '\x07',
  f: '\f',
  t: '\t',
  n: '\n',
  r: '\r',
  v: '\v',
};

const hexDigits: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** The character that an escape stands for; the backslash is read already. */
export function readEscapedCharacter(reader: Reader): string {
  const letter = reader.next();
  const control = controls[letter];
  if (control !== undefined) return control;
  const digits = hexDigits[letter];
  if (digits !== undefined) return readCodePoint(reader, digits);
  if (letter === '0' || (/[1-7]/.test(letter) && /^[0-7]{2}/.test(reader.rest(2)))) {
    const octal = /^[0-7]{0,2}/.exec(reader.rest(2))?.[0] ?? '';
    reader.skip(octal.length);
    return String.fromCodePoint(Number.parseInt(letter + octal, 8));
  }
  if (/[1-9]/.test(letter)) throw new RegexError('backreferences are not supported');
  if (/[0-9A-Za-z]/.test(letter) || letter > '\x7f') {
    throw new RegexError(`unrecognized escape sequence '\\${letter}'`);
  }
  return letter;
}

function readCodePoint(reader: Reader, digits: number): string {
  const isBraced = reader.take('{');
  const text = isBraced ? reader.until('}') : reader.rest(digits);
  if (!isBraced) reader.skip(digits);
  if (!/^[0-9A-Fa-f]+$/.test(text) || (!isBraced && text.length < digits)) {
    throw new RegexError('invalid hexadecimal digit');
  }
  const code = Number.parseInt(text, 16);
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
    throw new RegexError(`U+${text} is no Unicode character`);
  }
  return String.fromCodePoint(code);
}
