import { Transform } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** How a dynamic object begins in a row of Graph's: as `sql/encode.ts` writes it. */
const objectStart = '{"@odata.type":"#microsoft.graph.security.dynamicColumnValue"';

/** Objects within objects beyond it are passed on as they are. */
const maxDepth = 100;

/**
 * Goes on inside dynamic objects where the engine's encoding of a row ends: objects within them say
 * what they are, whole numbers that they are 64-bit, and lists hold text. Rows are lines.
 */
export function annotateDynamics(): Transform {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const text = rest + decoder.write(chunk);
      const end = text.lastIndexOf('\n') + 1;
      rest = text.slice(end);
      done(null, annotateRows(text.slice(0, end)));
    },
    flush: (done) => done(null, annotateRows(rest + decoder.end())),
  });
}

function annotateRows(text: string): string {
  if (!text.includes(objectStart)) return text;
  return text.split('\n').map(annotateRow).join('\n');
}

/** The row, with every dynamic object in it annotated through and through. */
export function annotateRow(row: string): string {
  let done = '';
  let position = 0;
  for (;;) {
    // Quotes within texts are escaped: outside of them only a dynamic object begins so. A row itself
    // may too, where a column has that name.
    const start = row.indexOf(objectStart, Math.max(1, position));
    if (start === -1) return done + row.slice(position);
    const inside = start + objectStart.length;
    const reader = new Reader(row, inside);
    done += row.slice(position, inside) + reader.membersToEnd(1);
    position = reader.position;
  }
}

/** Reads JSON that the engine has written, and writes it annotated. */
class Reader {
  readonly #text: string;
  position: number;

  constructor(text: string, position: number) {
    this.#text = text;
    this.position = position;
  }

  /** The members up to the object's end and that end; `position` stands behind the last value. */
  membersToEnd(depth: number): string {
    const parts: string[] = [];
    for (;;) {
      this.#skipSpace();
      const separator = this.#text[this.position];
      this.position += 1;
      if (separator === undefined) throw new Error('a row ends within an object');
      parts.push(separator);
      if (separator === '}') return parts.join('');
      parts.push(this.#member(depth));
    }
  }

  #member(depth: number): string {
    this.#skipSpace();
    const key = this.#string();
    this.#skipSpace();
    this.position += 1;
    this.#skipSpace();
    const annotated = (type: string) => `${key.slice(0, -1)}@odata.type":"${type}",${key}:`;
    const first = this.#text[this.position];
    if (first === '{' && depth < maxDepth) return `${key}:${this.#object(depth + 1)}`;
    if (first === '[') return annotated('#Collection(String)') + this.#list();
    const value = this.#value();
    return (/^-?\d+$/.test(value) ? annotated('#Int64') : `${key}:`) + value;
  }

  #object(depth: number): string {
    this.position += 1;
    this.#skipSpace();
    const isEmpty = this.#text[this.position] === '}';
    if (isEmpty) {
      this.position += 1;
      return `${objectStart}}`;
    }
    // The first member has no separator before it: it gets the one that the annotation needs.
    const first = this.#member(depth);
    return `${objectStart},${first}${this.membersToEnd(depth)}`;
  }

  #list(): string {
    const elements: string[] = [];
    this.position += 1;
    for (;;) {
      this.#skipSpace();
      const next = this.#text[this.position];
      if (next === ']' || next === ',') this.position += 1;
      if (next === ']') return `[${elements.join(',')}]`;
      this.#skipSpace();
      if (this.#text[this.position] === ']') continue;
      const value = this.#value();
      elements.push(value.startsWith('"') || value === 'null' ? value : JSON.stringify(value));
    }
  }

  /** The text of one value, whatever it is. */
  #value(): string {
    const start = this.position;
    let depth = 0;
    for (;;) {
      const next = this.#text[this.position];
      if (next === undefined) throw new Error('a row ends within a value');
      if (next === '"') this.#string();
      else if (next === '{' || next === '[') {
        depth += 1;
        this.position += 1;
      } else if (next === '}' || next === ']') {
        if (depth === 0) break;
        depth -= 1;
        this.position += 1;
      } else if (next === ',' && depth === 0) break;
      else this.position += 1;
      if (depth === 0 && (next === '"' || next === '}' || next === ']')) break;
    }
    return this.#text.slice(start, this.position).trimEnd();
  }

  #string(): string {
    const start = this.position;
    let end = start;
    do {
      end = this.#text.indexOf('"', end + 1);
      if (end === -1) throw new Error('a row ends within a text');
    } while (isEscaped(this.#text, end));
    this.position = end + 1;
    return this.#text.slice(start, this.position);
  }

  #skipSpace(): void {
    while (this.#text[this.position] === ' ' || this.#text[this.position] === '\t') {
      this.position += 1;
    }
  }
}

/** Whether an odd number of backslashes stands before a position. */
function isEscaped(text: string, position: number): boolean {
  let start = position;
  while (text[start - 1] === '\\') start -= 1;
  return (position - start) % 2 === 1;
}
