import type { Outcome, RawRecord } from './connector.js';

/** What stands between the fields of exports whose header does not say it. */
export const csvDelimiters: readonly string[] = [',', ';', '\t'];

/** PowerShell's `Export-Csv` writes the type of its objects before their header. */
export const typeLine = /^\ufeff?#TYPE /;

/** A line of more fields, or of more text, is refused. */
const mostFields = 10_000;

/** Names of columns come with each record. */
const longestName = 256;

/** Whether fields can be the names of columns. */
export function areNames(fields: readonly string[]): boolean {
  return fields.every((field) => field.length <= longestName);
}

/** Text of one record of several lines; one that claims to be longer is let go. */
const longestRecord = 1024 * 1024;

const quote = '"';

/** Puts together the lines of records whose quoted fields hold line breaks. */
export class CsvLines {
  #first: RawRecord | undefined;
  #texts: string[] = [];
  #length = 0;
  #sizeBytes = 0;

  /** Of a record of which more lines come; 0 between records. */
  get heldBytes(): number {
    return this.#length;
  }

  /** The record that the line ends; undefined where more of it comes. */
  add(line: RawRecord): RawRecord | undefined {
    const { text, place } = line;
    const ends = (this.#first !== undefined) === isOpen(text);
    if (this.#first === undefined && ends) {
      return line;
    }
    this.#first ??= line;
    this.#texts.push(text);
    this.#length += text.length + 1;
    this.#sizeBytes += (place?.sizeBytes ?? 0) + 1;
    return ends || this.#length > longestRecord ? this.take() : undefined;
  }

  /** The same, where an empty line between records is none. */
  next(line: RawRecord): RawRecord | undefined {
    return this.#length === 0 && line.text.trim() === '' ? undefined : this.add(line);
  }

  /** The rejection of what has come of a record that never ends. */
  rejected(): readonly Outcome[] {
    const begun = this.take();
    return begun ? [csvRejection('a quoted field does not end', begun)] : [];
  }

  /** What has come of a record that has not ended. */
  take(): RawRecord | undefined {
    const first = this.#first;
    const text = this.#texts.join('\n');
    const sizeBytes = this.#sizeBytes - 1;
    this.#first = undefined;
    this.#texts = [];
    this.#length = 0;
    this.#sizeBytes = 0;
    return (
      first && {
        ...first,
        text,
        value: undefined,
        ...(first.place && { place: { ...first.place, sizeBytes } }),
      }
    );
  }
}

const lineFeed = 0x0a;

/** How long the first record is that is not empty, with all before it; 0 where it does not end. */
export function headerBytes(start: Buffer): number {
  const lines = new CsvLines();
  let from = 0;
  for (let end = start.indexOf(lineFeed); end >= 0; end = start.indexOf(lineFeed, from)) {
    const text = start.toString('utf8', from, end);
    from = end + 1;
    const record = lines.next({ text, value: undefined });
    if (record && !typeLine.test(record.text)) {
      return from;
    }
  }
  return 0;
}

/** Whether a quoted field that begins in the text goes on in the next line. */
function isOpen(text: string): boolean {
  let quotes = 0;
  for (let at = text.indexOf(quote); at >= 0; at = text.indexOf(quote, at + 1)) {
    quotes++;
  }
  return quotes % 2 === 1;
}

/**
 * The fields of one record (RFC 4180): a quoted field may hold the delimiter, line breaks, and quotes
 * written twice. undefined where the text is none, or has too many.
 */
export function csvFields(text: string, delimiter: string): string[] | undefined {
  if (!text.includes(quote)) {
    const fields = text.split(delimiter);
    return fields.length > mostFields ? undefined : fields;
  }
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    if (fields.length >= mostFields) {
      return undefined;
    }
    if (text[at] === quote) {
      const end = closingQuote(text, at + 1);
      if (end < 0) {
        return undefined;
      }
      fields.push(text.slice(at + 1, end).replaceAll('""', quote));
      at = end + 1;
      if (at < text.length && text[at] !== delimiter) {
        return undefined;
      }
    } else {
      const end = text.indexOf(delimiter, at);
      fields.push(text.slice(at, end < 0 ? text.length : end));
      at = end < 0 ? text.length : end;
    }
    if (at >= text.length) {
      return fields;
    }
    at++;
    if (at === text.length) {
      fields.push('');
      return fields;
    }
  }
}

function closingQuote(text: string, from: number): number {
  for (let at = text.indexOf(quote, from); at >= 0; at = text.indexOf(quote, at + 1)) {
    if (text[at + 1] !== quote) {
      return at;
    }
    at++;
  }
  return -1;
}

/** A record that is none of its source. */
export function csvRejection(detail: string, record: RawRecord): Outcome {
  return { rejected: 'record.shape', detail, record };
}
