import type { Conversion, HoldingConversion, Outcome, RawRecord } from '../connector.js';
import { syslogHeader } from './shapes.js';

/** An event that goes over several lines, as far as they have come. */
interface OpenEvent {
  readonly kind: 'xml' | 'text';
  readonly texts: string[];
  readonly first: RawRecord;
  /** It begins behind the header of a line of syslog. */
  readonly isInSyslog: boolean;
  length: number;
}

const xmlStart = /<Event[\s>]/;
/** What begins with XML, and has none as a part of one of its values. */
const isXml = /^\s*<(?:\?xml|Events?)[\s>]/;
/** Within text, where a script may have the rest. */
const xmlStartInText = /^\s*<Event\s[^>]*xmlns/;
const xmlEnd = '</Event>';
/** Of an event without anything in it, which is all of it. */
const emptyEvent = /<Event\s[^<>]*\/>/y;
/** Splunk's collector begins an event with the time alone on a line. */
const textStart = /^\d\d\/\d\d\/\d{4} \d\d:\d\d:\d\d(?:\.\d+)?(?: [AP]M)?$/;
/** What tools write around events, a piece at a time. */
const around = /<\?xml[^>]*\?>|<\/?Events(?:\s[^>]*)?>|Record \d+|\s+/y;

/** Longer than that no event of a log is; what claims to be is let go line by line. */
const longest = 1024 * 1024;

/** Lines that are part of an event, or stand around events. */
export function isEventLine(text: string): boolean {
  return xmlStart.test(text) || textStart.test(text) || isAround(text);
}

function isAround(text: string): boolean {
  let end = 0;
  around.lastIndex = 0;
  while (around.test(text)) {
    end = around.lastIndex;
  }
  return end === text.length;
}

/**
 * Events whose XML, or whose text, has line breaks in it: the lines of each are put together before they
 * are converted. JSON that is no line of them is left as it is.
 */
export class EventLines implements Conversion {
  readonly #inner: HoldingConversion;
  readonly #isEvent: (record: RawRecord) => boolean;
  #open: OpenEvent | undefined;

  /** @param isEvent whether a record is an event by itself, and no line of a script */
  constructor(inner: HoldingConversion, isEvent: (record: RawRecord) => boolean) {
    this.#inner = inner;
    this.#isEvent = isEvent;
  }

  get heldBytes(): number {
    return this.#inner.heldBytes + (this.#open?.length ?? 0);
  }

  get heldFrom(): number | undefined {
    return this.#open?.first.place?.offset;
  }

  convert(record: RawRecord): readonly Outcome[] {
    if (record.value !== undefined && this.#open === undefined) {
      return this.#inner.convert(record);
    }
    if (record.value !== undefined && this.#isEvent(record)) {
      return [...this.#finish(), ...this.#inner.convert(record)];
    }
    const { text } = record;
    if (this.#open?.isInSyslog && syslogHeader.test(text)) {
      return [...this.#finish(), ...this.convert(record)];
    }
    if (this.#open?.kind === 'xml') {
      return this.#continueXml(this.#open, record);
    }
    if (textStart.test(text)) {
      return this.#begin('text', record);
    }
    if ((this.#open ? xmlStartInText : xmlStart).test(text)) {
      // A value of an event that is no XML may look like some.
      return !this.#open && !isXml.test(text) && this.#isEvent(record)
        ? this.#inner.convert(record)
        : this.#xml(record);
    }
    if (this.#open) {
      return this.#continue(this.#open, text);
    }
    return isAround(text) ? [] : this.#inner.convert(record);
  }

  *release(flowing: boolean): Generator<Outcome> {
    if (!flowing) {
      yield* this.#finish();
    }
    yield* this.#inner.release(flowing);
  }

  close(): void {
    this.#open = undefined;
    this.#inner.close();
  }

  /** One event, several, or the beginning of one. */
  #xml(record: RawRecord): Outcome[] {
    const { text } = record;
    const outcomes = this.#finish();
    for (const { event, isWhole } of eventsIn(text)) {
      const part = { ...record, text: event };
      outcomes.push(
        ...(isWhole
          ? this.#inner.convert(part)
          : this.#begin('xml', part, syslogHeader.test(text))),
      );
    }
    return outcomes;
  }

  /** Behind the end of one event the next may begin. */
  #continueXml(open: OpenEvent, record: RawRecord): Outcome[] {
    const { text } = record;
    const end = text.indexOf(xmlEnd);
    const own = end < 0 ? text : text.slice(0, end + xmlEnd.length);
    if (xmlStart.test(own)) {
      return this.#xml(record);
    }
    const outcomes = this.#continue(open, own);
    const rest = text.slice(own.length);
    return xmlStart.test(rest) ? [...outcomes, ...this.#xml({ ...record, text: rest })] : outcomes;
  }

  #begin(kind: OpenEvent['kind'], first: RawRecord, isInSyslog = false): Outcome[] {
    const before = this.#finish();
    this.#open = { kind, texts: [first.text], first, isInSyslog, length: first.text.length };
    return before;
  }

  #continue(open: OpenEvent, text: string): Outcome[] {
    open.texts.push(text);
    open.length += text.length + 1;
    const isWhole = open.kind === 'xml' && text.includes(xmlEnd);
    return isWhole || open.length > longest ? this.#finish() : [];
  }

  #finish(): Outcome[] {
    const open = this.#open;
    if (open === undefined) {
      return [];
    }
    this.#open = undefined;
    const { place } = open.first;
    // The line that stands between two events is no part of the first.
    const text = open.texts.join('\n').trimEnd();
    return [
      ...this.#inner.convert({
        text,
        value: undefined,
        ...(place && { place: { ...place, sizeBytes: open.length } }),
      }),
    ];
  }
}

/** The events of a text, of which the last may not end in it. */
function* eventsIn(text: string): Generator<{ event: string; isWhole: boolean }> {
  const starts = new RegExp(xmlStart, 'g');
  for (let start = starts.exec(text); start !== null; start = starts.exec(text)) {
    const end = endOfEvent(text, start.index);
    if (end === undefined) {
      yield { event: text.slice(start.index), isWhole: false };
      return;
    }
    yield { event: text.slice(start.index, end), isWhole: true };
    starts.lastIndex = end;
  }
}

/** undefined where it does not end in the text. */
function endOfEvent(text: string, start: number): number | undefined {
  emptyEvent.lastIndex = start;
  if (emptyEvent.test(text)) {
    return emptyEvent.lastIndex;
  }
  const end = text.indexOf(xmlEnd, start);
  return end < 0 ? undefined : end + xmlEnd.length;
}
