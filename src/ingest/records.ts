import { isJson } from './json.js';

/** A record's bytes, cut out of a stream. */
export interface CutRecord {
  /** The record, or its beginning where it is larger than the limit. */
  readonly text: string;
  /** The same as UTF-8, where it was cut out of bytes. */
  readonly bytes?: Uint8Array;
  /** Where it starts, in bytes of the (unpacked) stream. */
  readonly offset: number;
  /** Its number in what was cut out with others, from 1. */
  readonly part?: number;
  readonly sizeBytes: number;
  readonly tooLarge: boolean;
}

type Sink = (record: CutRecord) => void;

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
/** RFC 7464 has a record separator before every value. */
const recordSeparator = 0x1e;
const space = new Set([0x20, 0x09, carriageReturn, lineFeed, recordSeparator]);
const noRoom = Buffer.alloc(0);
const byteOrderMark = Buffer.from('\ufeff');

/** Exports of event logs have all of their XML on one line. */
const xmlStart = /^\s*<(?:\?xml|Events?)[\s>]/;
const xmlStartBytes = 64;
const eventEnd = Buffer.from('</Event>');

/** How deep in the brackets of an answer its tables stand, and what stands in one of them. */
const inTables = 1;
const insideTable = 2;

const punctuation = new Set([comma, openBrace, closeBrace, openBracket, closeBracket]);

/** A request of OTLP, as the collector writes them into files, is many records: it may have so many times their bytes. */
const logsTimes = 4;
const resourceLogs = Buffer.from('"resourceLogs"');

/** Whether a record is a request of OTLP's logs. */
export function startsLogs(record: Uint8Array): boolean {
  const brace = spaceEnd(record, 0);
  if (record[brace] !== openBrace) {
    return false;
  }
  const name = spaceEnd(record, brace + 1);
  return resourceLogs.every((byte, index) => record[name + index] === byte);
}

function spaceEnd(bytes: Uint8Array, start: number): number {
  let end = start;
  while (space.has(bytes[end] ?? 0)) {
    end++;
  }
  return end;
}

/** How much of a record that is too large is kept. */
const headBytes = 64 * 1024;
/** Long enough for the start of any document that `documentStart` knows. */
const startBytes = 256;

// A stream that starts so is one document, or several, of which the records are parts: an array, an
// Event Hubs message ({"records": [...]}), a file of AWS CloudTrail ({"Records": [...]}), JSON printed
// over several lines.
const documentStart =
  /^\s*(?:\[\s*(?:[{\]]|$)|\{\s*"(?:(?:[Rr]ecords|tables)"\s*:\s*\[|(?:Stats|Schema|schema|@odata\.context|preview)"\s*:)|\{\s*$)/;
const wrapperStart = /^\{\s*"[Rr]ecords"\s*:\s*\[/;
/** Answers of the hunting APIs have their rows in such a list, behind the schema, and those of Splunk and Graph. */
const answerBegun = /^\{\s*"(?:Stats|Schema|schema|@odata\.context|preview)"\s*:/;
const answerRows = /"(?:Results|results|value)"\s*:\s*$/;
const longestAnswerRows = 256;
/** The rows start within so many bytes. */
const answerBytes = 64 * 1024;
/**
 * Answers of Log Analytics have tables, whose rows are lists of values. Some rows together are an answer
 * of their own, and a record.
 */
const tablesStart = /^\{\s*"tables"\s*:\s*\[\s*/;
const tableStart = /^\{[^[\]{}]*"columns"\s*:\s*\[[^[\]]*\]\s*,[^[\]{}]*"rows"\s*:\s*\[/;
/** No fewer, where there are more: what stands before the rows is read with each. */
const rowsBytes = answerBytes;
const rowFrame = (table: string) => ({ before: `{"tables":[${table}`, after: ']}]}' });
/** May still become a wrapper's start when more bytes come. */
const wrapperBegun = /^\{\s*(?:"[^"]{0,30}(?:"\s*(?::\s*)?)?)?$/;

/** What evtx_dump writes above each record, whatever the form. */
const aboveRecord = /^Record \d{1,20}\r?$/;

/** Where what the first record starts with begins: below a line above it. */
function belowFirstLine(content: Buffer): Buffer {
  const lineEnd = content.indexOf(lineFeed);
  const isAbove =
    lineEnd > 0 && aboveRecord.test(content.toString('utf8', 0, Math.min(lineEnd, startBytes)));
  return isAbove ? content.subarray(lineEnd + 1) : content;
}

/** Whether a file that starts so is a document, which can only be read whole; undefined: not to be seen yet. */
export function startsDocument(start: Buffer): boolean | undefined {
  const content = belowFirstLine(start.subarray(contentStart(start, 0, start.length)));
  const lineEnd = content.indexOf(lineFeed);
  const line = lineEnd < 0 ? content : content.subarray(0, lineEnd);
  if (!documentStart.test(line.toString('utf8', 0, startBytes))) {
    return content.length === 0 ? undefined : false;
  }
  return lineEnd < 0 ? undefined : !isJson(line.toString());
}

/**
 * Cuts a stream of bytes into records, holding no more of it than one record.
 *
 * Lines are the rule: a broken one costs itself and nothing else. A stream that starts as a document is
 * cut by its brackets instead; there a record with a line break inside a string, which JSON forbids,
 * ends at that line break.
 */
export class RecordCutter {
  /** Lines of nothing but space are records, too: for sources whose records may hold line breaks. */
  blankLines = false;
  readonly #maxBytes: number;
  #held: Buffer = Buffer.alloc(0);
  #room: Buffer = noRoom;
  /** Position in the stream of the first byte held. */
  #offset = 0;
  #cut: (final: boolean, sink: Sink) => void;
  #skipped: { head: string; offset: number; size: number } | undefined;
  readonly #scan = new Scan();
  /** Lines end behind an event, too; undefined: not to be seen yet. */
  #isXml: boolean | undefined;
  #isBehindEvent = false;

  /**
   * @param lines take lines whatever they start with: for text sources
   * @param offset where in its source the stream starts
   */
  constructor(options: {
    readonly maxBytes: number;
    readonly lines: boolean;
    readonly offset?: number;
  }) {
    this.#maxBytes = options.maxBytes;
    this.#offset = options.offset ?? 0;
    this.#cut = options.lines ? this.#cutLines : this.#cutUnknown;
  }

  /** Up to where lines have been cut; undefined where the stream is no lines, or is within one too long. */
  get settled(): number | undefined {
    return this.#cut === this.#cutLines && this.#skipped === undefined ? this.#offset : undefined;
  }

  write(chunk: Uint8Array, sink: Sink): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (this.#isWithinLine(bytes)) {
      this.#append(bytes);
      return;
    }
    // Of a stream of lines only the one that has begun is put together, and not all that follows it.
    const lineEnd =
      this.#cut === this.#cutLines && this.#held.length > 0 ? bytes.indexOf(lineFeed) + 1 : 0;
    if (lineEnd > 0) {
      this.#held = Buffer.concat([this.#held, bytes.subarray(0, lineEnd)]);
      this.#cut(false, sink);
    }
    this.#append(bytes.subarray(lineEnd));
    this.#cut(false, sink);
  }

  /** Whether nothing is to be cut yet: what is held need not be searched again. */
  #isWithinLine(bytes: Buffer): boolean {
    return (
      this.#cut === this.#cutLines &&
      this.#held.length > 0 &&
      this.#isXml === false &&
      this.#skipped === undefined &&
      this.#held.length + bytes.length <= this.#mostBytesAt(0) &&
      !bytes.includes(lineFeed)
    );
  }

  /** A long record comes in many chunks: there is room for them behind what is held. */
  #append(bytes: Buffer): void {
    const held = this.#held;
    const size = held.length + bytes.length;
    if (held.length === 0) {
      this.#held = bytes;
      this.#room = noRoom;
    } else if (held.length <= bytes.length) {
      this.#held = Buffer.concat([held, bytes]);
    } else {
      let room = this.#room;
      let start = held.byteOffset;
      if (held.buffer !== room.buffer || start + size > room.length) {
        room = Buffer.allocUnsafeSlow(2 * size);
        room.set(held);
        start = 0;
      }
      room.set(bytes, start + held.length);
      this.#room = room;
      this.#held = room.subarray(start, start + size);
    }
  }

  /** Of the record that is held from there on. Its start alone is looked at: it is asked for with each chunk. */
  #mostBytesAt(start: number): number {
    const isMany =
      this.#held.length > this.#maxBytes &&
      startsLogs(this.#held.subarray(start, start + startBytes));
    return isMany ? logsTimes * this.#maxBytes : this.#maxBytes;
  }

  end(sink: Sink): void {
    this.#cut(true, sink);
  }

  #release(bytes: number): void {
    this.#held = this.#held.subarray(bytes);
    this.#offset += bytes;
  }

  #cutUnknown(final: boolean, sink: Sink): void {
    this.#release(contentStart(this.#held, 0, this.#held.length));
    this.#release(this.#held.length - belowFirstLine(this.#held).length);
    const lineEnd = this.#held.indexOf(lineFeed);
    const complete = lineEnd >= 0 || final || this.#held.length > this.#maxBytes;
    if (this.#held.length === 0 || !complete) {
      return;
    }
    this.#cut = this.#isDocument(lineEnd) ? this.#cutDocument : this.#cutLines;
    this.#cut(final, sink);
  }

  #isDocument(lineEnd: number): boolean {
    const line = this.#held.subarray(0, lineEnd < 0 ? this.#held.length : lineEnd);
    if (!documentStart.test(line.toString('utf8', 0, startBytes))) {
      return false;
    }
    return line.length > this.#maxBytes || !isJson(line.toString());
  }

  #cutLines(final: boolean, sink: Sink): void {
    this.#isXml ??= startsXml(this.#held);
    let start = 0;
    let lineAt = this.#held.indexOf(lineFeed);
    let eventAt = this.#isXml ? this.#held.indexOf(eventEnd) : -1;
    while (lineAt >= 0 || eventAt >= 0) {
      if (eventAt >= 0 && (lineAt < 0 || eventAt < lineAt)) {
        const end = eventAt + eventEnd.length;
        this.#line(start, end, sink);
        this.#isBehindEvent = true;
        start = end;
        eventAt = this.#held.indexOf(eventEnd, start);
      } else {
        this.#line(start, lineAt, sink);
        this.#isBehindEvent = false;
        start = lineAt + 1;
        lineAt = this.#held.indexOf(lineFeed, start);
      }
    }
    this.#release(start);
    if (final) {
      if (this.#held.length > 0 || this.#skipped) {
        this.#line(0, this.#held.length, sink);
      }
      this.#release(this.#held.length);
    } else if (this.#skipped) {
      const passed = this.#passable(0);
      this.#skipped.size += passed;
      this.#release(passed);
    } else if (this.#held.length > this.#maxBytes) {
      this.#longLine(sink);
    }
  }

  #line(start: number, end: number, sink: Sink): void {
    if (this.#skipped) {
      this.#finishSkipped(end - start, sink);
      return;
    }
    const to = this.#held[end - 1] === carriageReturn ? end - 1 : end;
    const from = contentStart(this.#held, start, to);
    if (from < to) {
      this.#emit(from, to, sink);
    } else if (this.blankLines && !this.#isBehindEvent) {
      this.#emit(start, to, sink);
    }
  }

  /** Bytes from there on that can be passed over: the end of an event may have begun. */
  #passable(start: number): number {
    const kept = this.#isXml ? eventEnd.length - 1 : 0;
    return Math.max(0, this.#held.length - start - kept);
  }

  #longLine(sink: Sink): void {
    if (documentStart.test(this.#held.toString('utf8', 0, startBytes))) {
      this.#cut = this.#cutDocument;
      this.#cut(false, sink);
      return;
    }
    if (this.#held.length > this.#mostBytesAt(0)) {
      this.#skip(0);
    }
  }

  #cutDocument(final: boolean, sink: Sink): void {
    const scan = this.#scan;
    for (;;) {
      const found = scan.next(this.#held, final);
      if (found === undefined) {
        break;
      }
      if (this.#skipped) {
        this.#finishSkipped(found.end - found.start, sink);
      } else {
        this.#emit(found.start, found.end, sink, found.frame);
      }
    }
    const start = scan.recordStart ?? scan.position;
    this.#release(start);
    scan.shift(start);
    if (scan.recordStart === undefined) {
      return;
    }
    if (this.#skipped) {
      this.#skipped.size += this.#held.length;
    } else if (this.#held.length > this.#mostBytesAt(0)) {
      this.#skip(0);
    } else {
      return;
    }
    this.#release(scan.position);
    scan.shift(scan.position);
  }

  #skip(start: number): void {
    const isOfLines = this.#cut === this.#cutLines;
    const size = isOfLines ? this.#passable(start) : this.#held.length - start;
    this.#skipped = {
      head: this.#held.toString('utf8', start, start + headBytes),
      offset: this.#offset + start,
      size,
    };
    if (isOfLines) {
      this.#release(start + size);
    }
  }

  #finishSkipped(bytes: number, sink: Sink): void {
    if (this.#skipped) {
      const { head, offset, size } = this.#skipped;
      this.#skipped = undefined;
      sink({ text: head, offset, sizeBytes: size + bytes, tooLarge: true });
    }
  }

  #emit(start: number, end: number, sink: Sink, frame?: Frame): void {
    const sizeBytes = end - start;
    const tooLarge = sizeBytes > this.#mostBytesAt(start);
    const own = this.#held.subarray(start, tooLarge ? start + headBytes : end);
    const bytes =
      frame && !tooLarge
        ? Buffer.concat([Buffer.from(frame.before), own, Buffer.from(frame.after)])
        : own;
    sink(new BytesRecord(bytes, this.#offset + start, sizeBytes, tooLarge));
  }
}

/** Made text when it is asked for, which the quick ways do not. */
class BytesRecord implements CutRecord {
  readonly bytes: Buffer;
  readonly offset: number;
  readonly sizeBytes: number;
  readonly tooLarge: boolean;

  constructor(bytes: Buffer, offset: number, sizeBytes: number, tooLarge: boolean) {
    this.bytes = bytes;
    this.offset = offset;
    this.sizeBytes = sizeBytes;
    this.tooLarge = tooLarge;
  }

  get text(): string {
    return this.bytes.toString();
  }
}

/** undefined where there is too little to tell. */
function startsXml(start: Buffer): boolean | undefined {
  const head = start.toString('utf8', 0, xmlStartBytes).replace(/^\ufeff/, '');
  return xmlStart.test(head) || (head.trim().length < xmlStartEnough ? undefined : false);
}

const xmlStartEnough = '<Events>'.length;

/** Where what is not space begins; `end` when there is nothing. A text line keeps its indentation. */
function contentStart(bytes: Buffer, start: number, end: number): number {
  let position = start;
  if (bytes.subarray(position, position + byteOrderMark.length).equals(byteOrderMark)) {
    position += byteOrderMark.length;
  }
  if (bytes[position] === recordSeparator) {
    position++;
  }
  let content = position;
  while (content < end && space.has(bytes[content] ?? 0)) {
    content++;
  }
  return content === end ? end : position;
}

/** What a record has to stand in to be understood. */
type Frame = ReturnType<typeof rowFrame>;

interface Found {
  readonly start: number;
  readonly end: number;
  readonly frame: Frame | undefined;
}

/** Where in a document the scan stands; it goes on where it stopped when more bytes have come. */
class Scan {
  position = 0;
  /** Start of the record that has begun and not ended. */
  recordStart: number | undefined;
  #depth = 0;
  #inString = false;
  #escaped = false;
  /** `]` and `}` that end what the records stand in. */
  #inArray = false;
  #inWrapper = false;
  /** Nothing has followed the bracket that ends the records. */
  #isBehindRecords = false;
  /** Brackets of the wrapper that are open, but its own and that of the records. */
  #wrapperDepth = 0;
  /** Of the table's rows, where the wrapper has tables. */
  #frame: Frame | undefined;
  /** How far an answer has been searched for its rows, and how deep in its brackets that is. */
  #search: { at: number; depth: number } | undefined;
  /** A record that is no object or array; it ends before the next comma, bracket or line end. */
  #isScalar = false;

  shift(bytes: number): void {
    this.position -= bytes;
    if (this.#search) {
      this.#search.at -= bytes;
    }
    if (this.recordStart !== undefined) {
      this.recordStart = Math.max(0, this.recordStart - bytes);
    }
  }

  /** The next whole record; undefined when the bytes are at their end. */
  next(bytes: Buffer, final: boolean): Found | undefined {
    while (this.position < bytes.length) {
      if (this.recordStart === undefined) {
        if (!this.#between(bytes, final)) {
          return undefined;
        }
      } else if (this.#within(bytes)) {
        return this.#endRecord();
      }
    }
    return final && this.recordStart !== undefined ? this.#endRecord() : undefined;
  }

  #endRecord(): Found {
    const start = this.recordStart ?? 0;
    this.recordStart = undefined;
    this.#depth = 0;
    this.#inString = false;
    this.#escaped = false;
    this.#isScalar = false;
    return { start, end: this.position, frame: this.#inArray ? this.#frame : undefined };
  }

  /** One step outside of records; false when more bytes are needed. */
  #between(bytes: Buffer, final: boolean): boolean {
    const byte = bytes[this.position] ?? 0;
    if (space.has(byte) || byte === comma) {
      this.#isBehindRecords &&= byte !== comma;
      this.position++;
    } else if (this.#inArray && byte === closeBracket) {
      this.#inArray = false;
      this.#isBehindRecords = true;
      this.position++;
    } else if (!this.#inArray && this.#inWrapper) {
      return this.#wrapperTail(byte, bytes, final);
    } else if (!this.#inArray && byte === openBracket) {
      this.#inArray = true;
      this.position++;
    } else if (!this.#inArray && byte === openBrace) {
      return this.#objectStart(bytes, final);
    } else {
      this.#begin(byte);
    }
    return true;
  }

  #begin(byte: number): void {
    this.#endSearch();
    this.recordStart = this.position;
    this.#isScalar = byte !== openBrace && byte !== openBracket;
    if (this.#isScalar && byte !== quote) {
      // A stray bracket would end its own record before it began.
      this.position++;
    }
  }

  #objectStart(bytes: Buffer, final: boolean): boolean {
    const start = bytes.toString('utf8', this.position, this.position + startBytes);
    const tables = tablesStart.exec(start)?.[0];
    if (tables !== undefined) {
      return this.#tableStart(bytes, final, tables.length);
    }
    const length = answerBegun.test(start)
      ? this.#answerHead(bytes)
      : Buffer.byteLength(wrapperStart.exec(start)?.[0] ?? '');
    if (length === undefined && this.#isHeadShort(bytes, final)) {
      return false;
    }
    if (length !== undefined && length > 0) {
      this.#enter(length, 0);
    } else if (wrapperBegun.test(start) && start.length < startBytes && !final) {
      return false;
    } else {
      this.#begin(openBrace);
    }
    return true;
  }

  /** Bytes of what stands before an answer's rows; 0 where it has none, undefined where they may follow. */
  #answerHead(bytes: Buffer): number | undefined {
    this.#search ??= { at: this.position, depth: 0 };
    const search = this.#search;
    const end = Math.min(this.position + answerBytes, bytes.length);
    while (search.at < end) {
      const byte = bytes[search.at++] ?? 0;
      if (this.#inString) {
        if (byte === lineFeed) {
          return 0;
        }
        this.#stringByte(byte);
      } else if (byte === quote) {
        this.#inString = true;
      } else if (byte === openBrace || byte === openBracket) {
        // Those of the answer itself: what it tells of may have results, too.
        if (byte === openBracket && search.depth === 1 && this.#namesRows(bytes, search.at - 1)) {
          return search.at - this.position;
        }
        search.depth++;
      } else if ((byte === closeBrace || byte === closeBracket) && --search.depth === 0) {
        return 0;
      }
    }
    return undefined;
  }

  #namesRows(bytes: Buffer, list: number): boolean {
    const from = Math.max(this.position, list - longestAnswerRows);
    return answerRows.test(bytes.toString('latin1', from, list));
  }

  #endSearch(): void {
    if (this.#search) {
      this.#search = undefined;
      this.#inString = false;
      this.#escaped = false;
    }
  }

  /** A table, whose rows are the records; what cannot be read as one is a record itself. */
  #tableStart(bytes: Buffer, final: boolean, at: number): boolean {
    const table = tableStart.exec(this.#head(bytes, this.position + at))?.[0];
    if (table !== undefined) {
      this.#enter(at + Buffer.byteLength(table), insideTable);
      this.#frame = rowFrame(table);
    } else if (this.#isHeadShort(bytes, final)) {
      return false;
    } else {
      this.#begin(openBrace);
    }
    return true;
  }

  #enter(bytes: number, depth: number): void {
    this.#endSearch();
    this.position += bytes;
    this.#inWrapper = true;
    this.#inArray = true;
    this.#wrapperDepth = depth;
  }

  #leave(): void {
    this.#inWrapper = false;
    this.#isBehindRecords = false;
    this.#frame = undefined;
  }

  #head(bytes: Buffer, start: number): string {
    return bytes.toString('utf8', start, start + answerBytes);
  }

  #isHeadShort(bytes: Buffer, final: boolean): boolean {
    return bytes.length - this.position < answerBytes && !final;
  }

  /**
   * What an Event Hubs message holds after its records is passed over, up to its closing brace; further
   * tables of an answer are not. False when more bytes are needed.
   */
  #wrapperTail(byte: number, bytes: Buffer, final: boolean): boolean {
    if (this.#frame && !this.#inString && byte === openBrace && this.#wrapperDepth === inTables) {
      return this.#tableStart(bytes, final, 0);
    }
    if (this.#isBehindRecords && byte !== closeBrace && byte !== closeBracket) {
      // No JSON: what it should have been is told of it.
      this.#leave();
      this.#begin(byte);
      return true;
    }
    this.#isBehindRecords = false;
    this.position++;
    if (this.#inString) {
      this.#stringByte(byte);
    } else if (byte === quote) {
      this.#inString = true;
    } else if (byte === openBrace || byte === openBracket) {
      this.#wrapperDepth++;
    } else if (byte === closeBrace || byte === closeBracket) {
      if (this.#wrapperDepth === 0) {
        this.#leave();
      } else if (--this.#wrapperDepth === 0) {
        // Whatever follows is behind the tables.
        this.#frame = undefined;
      }
    }
    return true;
  }

  /** Goes through a record; true when it has ended before `position`. */
  #within(bytes: Buffer): boolean {
    while (this.position < bytes.length) {
      const byte = bytes[this.position] ?? 0;
      if (this.#inString) {
        if (byte === lineFeed) {
          return true;
        }
        this.#stringByte(byte);
      } else if (byte === quote) {
        this.#inString = true;
      } else if (this.#isScalar) {
        if (byte === lineFeed || punctuation.has(byte)) {
          return true;
        }
      } else if (byte === openBrace || byte === openBracket) {
        this.#depth++;
      } else if (byte === closeBrace || byte === closeBracket) {
        if (this.#depth === 0) {
          // Of the table, behind its last row.
          return true;
        }
        this.#depth--;
        if (this.#depth === 0 && !this.#takesMore()) {
          this.position++;
          return true;
        }
      }
      this.position++;
    }
    return false;
  }

  /** Whether the record goes on behind a row. */
  #takesMore(): boolean {
    const isOfTable = this.#inArray && this.#frame !== undefined;
    return isOfTable && this.position - (this.recordStart ?? 0) < rowsBytes;
  }

  #stringByte(byte: number): void {
    if (this.#escaped) {
      this.#escaped = false;
    } else if (byte === backslash) {
      this.#escaped = true;
    } else if (byte === quote) {
      this.#inString = false;
    }
  }
}
