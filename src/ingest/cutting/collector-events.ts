import type { Cutter } from './cutter.js';
import { stringEndAfter } from './json-text.js';
import { eventsTogether, mostBytesOf, NamedItems } from './named-items.js';
import { withEnvelope } from './text-events.js';

/** With its envelope; a record of more than four megabytes is refused in any case. */
const longestEvent = 5 * 1024 * 1024;
/** So far its end is looked for; beyond that the rest of the body is one, and none. */
const longestSearch = 16 * 1024 * 1024;
/** After so many that are no events, what follows is taken for none. */
const mostFailures = 100;
/** Why a part of a request is no event. */
type CollectorProblem = 'noData' | 'invalidFormat' | 'eventRequired' | 'eventBlank' | 'tooLarge';

export interface CollectorFailure {
  readonly problem: CollectorProblem;
  /** Of the first event that is none, from 0. */
  readonly number?: number;
}

interface CollectorEvent {
  readonly text: string;
  readonly host: string | undefined;
  /** Empty where it is not given. */
  readonly sourcetype: string;
}

/**
 * The events of a body: JSON objects one after the other, with or without space between them, or in an
 * array. Those that are none are left out.
 */
export const collectorEvents: Cutter<undefined, CollectorFailure> = function* (
  body,
  _,
  connectorOf,
) {
  const named = new NamedItems(connectorOf, eventsTogether);
  let failure: CollectorFailure | undefined;
  let failures = 0;
  let number = 0;
  for (const text of valuesOf(body.toString('utf8'))) {
    yield;
    const event = eventIn(text);
    if (typeof event === 'object') {
      named.add(event.sourcetype, withEnvelope(event.text, event.host));
    } else {
      failure ??= { problem: event, number };
      failures++;
    }
    number++;
    if (failures === mostFailures) break;
  }
  if (number === 0) failure = { problem: 'noData' };
  return { groups: named.groups(), failure };
};

/** What stands in the address of raw text. */
export interface RawText {
  readonly host: string | undefined;
  /** Empty where it is not given. */
  readonly sourcetype: string;
}

/** Lines of a body that are not blank, in groups that are taken one after the other. */
export const collectorLines: Cutter<RawText, CollectorFailure> = function* (
  body,
  { host, sourcetype },
) {
  const named = new NamedItems(() => '', eventsTogether);
  for (const text of linesOf(body.toString('utf8'))) {
    yield;
    named.add(sourcetype, withEnvelope(text, host));
    if (named.sizeBytes > mostBytesOf(body))
      return { groups: [], failure: { problem: 'tooLarge' } };
  }
  const groups = [...named.groups()];
  return { groups, failure: groups.length === 0 ? { problem: 'noData' } : undefined };
};

function* linesOf(text: string): Generator<string> {
  const visible = /\S/g;
  let end = 0;
  for (let found = visible.exec(text); found; found = visible.exec(text)) {
    // Of the space before it; further back would be the same text again for each event of a long line.
    const start = end + text.slice(end, found.index).lastIndexOf('\n') + 1;
    end = xmlEnd(text, found.index) ?? lineEnd(text, found.index);
    yield text.slice(start, end).replace(/\r$/, '');
    visible.lastIndex = end;
  }
}

function lineEnd(text: string, start: number): number {
  const feed = text.indexOf('\n', start);
  return feed < 0 ? text.length : feed;
}

const xmlStart = /<Event[\s>]/y;
/** The end of an event, or the start of the next one, which the one before has no end then. */
const xmlMark = /<\/Event>|\n[^\S\n]*<Event[\s>]/g;

/** Where an event of Windows' logs ends that starts there as XML: it may have several lines. */
function xmlEnd(text: string, start: number): number | undefined {
  xmlStart.lastIndex = start;
  if (!xmlStart.test(text)) return undefined;
  xmlMark.lastIndex = start;
  return xmlMark.exec(text)?.[0] === '</Event>' ? xmlMark.lastIndex : undefined;
}

/** The event, or why it is none. */
function eventIn(text: string): CollectorEvent | CollectorProblem {
  let value: unknown;
  try {
    value = text.length > longestEvent ? undefined : JSON.parse(text);
  } catch {
    return 'invalidFormat';
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'invalidFormat';
  const { event, host, sourcetype } = value as Record<string, unknown>;
  if (event === undefined || event === null) return 'eventRequired';
  if (event === '') return 'eventBlank';
  return {
    text: typeof event === 'string' ? event : memberText(text, 'event'),
    host: typeof host === 'string' && host !== '' ? host : undefined,
    sourcetype: typeof sourcetype === 'string' ? sourcetype : '',
  };
}

const structure = /["{}[\]]/g;

/** The JSON values of a text, cut by their brackets; what is between them, but for commas, is a value too. */
function* valuesOf(text: string): Generator<string> {
  const isArray = /^\s*\[/.test(text);
  const content = isArray ? text.trim().replace(/^\[|\]$/g, '') : text;
  let start = 0;
  for (let end = valueEnd(content, 0); end > 0; end = valueEnd(content, start)) {
    const value = content.slice(start, end).replace(/^[\s,]+/, '');
    if (value !== '') yield value;
    start = end;
  }
  const rest = content.slice(start).trim();
  if (rest !== '') yield rest;
}

/** Where the object or array ends that begins at `start` or behind it; 0: none does. */
function valueEnd(text: string, start: number): number {
  let depth = 0;
  structure.lastIndex = start;
  for (let found = structure.exec(text); found; found = structure.exec(text)) {
    if (found.index - start > longestSearch) return 0;
    const [mark] = found;
    if (mark === '"') {
      structure.lastIndex = stringEndAfter(text, structure.lastIndex);
    } else if (mark === '{' || mark === '[') {
      depth++;
    } else {
      depth--;
      if (depth <= 0) return structure.lastIndex;
    }
  }
  return 0;
}

/** The text of a member of an object's text, with all its digits; the last of that name, as JSON.parse has it. */
function memberText(object: string, name: string): string {
  let member = '';
  const key = /"((?:[^"\\]|\\.)*)"\s*:\s*/y;
  for (let at = object.indexOf('{') + 1; at < object.length; ) {
    const space = /[\s,]*/y;
    space.lastIndex = at;
    space.exec(object);
    key.lastIndex = space.lastIndex;
    const found = key.exec(object);
    if (!found) break;
    at = memberEnd(object, key.lastIndex);
    if (JSON.parse(`"${found[1]}"`) === name) member = object.slice(key.lastIndex, at);
  }
  return member.trim();
}

/** Where a member's value ends: at the comma or brace behind it. */
function memberEnd(text: string, start: number): number {
  const first = text[start];
  if (first === '{' || first === '[') return valueEnd(text, start);
  if (first === '"') return stringEndAfter(text, start + 1);
  const end = /[,}]/g;
  end.lastIndex = start;
  return end.exec(text)?.index ?? text.length;
}
