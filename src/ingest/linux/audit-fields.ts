const quote = '"'.charCodeAt(0);
const backslash = '\\'.charCodeAt(0);
const openingBracket = '['.charCodeAt(0);
const closingBracket = ']'.charCodeAt(0);
/** What a value goes on to that starts so, whatever is in it. */
const closing: ReadonlyMap<number, string> = new Map([
  [0x27, "'"],
  [0x5b, ']'],
  [0x7b, '}'],
  [0x28, ')'],
]);

/**
 * Adds the `name=value` pairs of a text. A value is in quotes or brackets, or ends before white space; of
 * a name that comes twice the first value counts.
 */
export function readFields(text: string, fields: Map<string, string>): void {
  /** Signs that do not come any more. */
  const missing = new Set<string>();
  let at = 0;
  for (let equals = text.indexOf('='); equals >= 0; equals = text.indexOf('=', at)) {
    const start = nameStart(text, at, equals);
    at = equals + 1;
    if (start < equals) {
      const name = text.slice(start, equals);
      const end = valueEnd(text, at, missing);
      if (!fields.has(name)) {
        fields.set(name, text.slice(at, end));
      }
      at = end;
    }
  }
}

/**
 * Where a name starts that ends before `end`: a letter, then letters, digits, `_` and `-`, and the number of
 * a part where the value comes in several (`a1[0]`); `end` if none does.
 */
function nameStart(text: string, from: number, end: number): number {
  const wordEnd = partStart(text, from, end);
  let start = wordEnd;
  while (start > from && isOfName(text.charCodeAt(start - 1))) start--;
  while (start < wordEnd && !isLetter(text.charCodeAt(start))) start++;
  return start < wordEnd ? start : end;
}

/** Where `[0]` starts that ends before `end`; `end` where nothing of the kind does. */
function partStart(text: string, from: number, end: number): number {
  if (text.charCodeAt(end - 1) !== closingBracket) {
    return end;
  }
  let start = end - 1;
  while (start > from && isDigit(text.charCodeAt(start - 1))) start--;
  const isNumber = start < end - 1 && text.charCodeAt(start - 1) === openingBracket;
  return isNumber && start > from ? start - 1 : end;
}

function isOfName(code: number): boolean {
  return isLetter(code) || isDigit(code) || code === 0x5f || code === 0x2d;
}

function isLetter(code: number): boolean {
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

function valueEnd(text: string, start: number, missing: Set<string>): number {
  const first = text.charCodeAt(start);
  if (isLetter(first) || isDigit(first)) {
    return wordEnd(text, start);
  }
  const close = closing.get(first);
  const last =
    first === quote
      ? closingQuote(text, start)
      : close === undefined
        ? -1
        : closingSign(text, close, start, missing);
  return last < 0 ? wordEnd(text, start) : last + 1;
}

function closingSign(text: string, sign: string, start: number, missing: Set<string>): number {
  const end = missing.has(sign) ? -1 : text.indexOf(sign, start + 1);
  if (end < 0) {
    missing.add(sign);
  }
  return end;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** -1 where there is none, or where an escape stands before the end of a line. */
function closingQuote(text: string, start: number): number {
  for (let index = start + 1; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === quote) {
      return index;
    }
    if (code === backslash) {
      index++;
      if (isLineEnd(text.charCodeAt(index))) {
        return -1;
      }
    }
  }
  return -1;
}

function isLineEnd(code: number): boolean {
  return code === 0x0a || code === 0x0d || code === 0x2028 || code === 0x2029;
}

function wordEnd(text: string, start: number): number {
  let end = start;
  while (end < text.length && !isSpace(text, end)) end++;
  return end;
}

const space = /\s/;

function isSpace(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code < 0x80
    ? code === 0x20 || (code >= 0x09 && code <= 0x0d)
    : space.test(text[index] ?? '');
}
