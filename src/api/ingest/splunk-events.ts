import { stringEndAfter } from './json-text.js';

/** An event as the collector's clients send it. */
export interface CollectorEvent {
  readonly text: string;
  readonly host: string | undefined;
  /** Empty where it is not given. */
  readonly sourcetype: string;
}

const row = (status: number, code: number, text: string) => ({ status, body: { text, code } });

/** Splunk's answers, by what they are for. */
export const splunkAnswers = {
  success: row(200, 0, 'Success'),
  tokenRequired: row(401, 2, 'Token is required'),
  invalidAuthorization: row(401, 3, 'Invalid authorization'),
  invalidToken: row(403, 4, 'Invalid token'),
  noData: row(400, 5, 'No data'),
  invalidFormat: row(400, 6, 'Invalid data format'),
  internal: row(500, 8, 'Internal server error'),
  busy: row(503, 9, 'Server is busy'),
  channelMissing: row(400, 10, 'Data channel is missing'),
  channelInvalid: row(400, 11, 'Invalid data channel'),
  eventRequired: row(400, 12, 'Event field is required'),
  eventBlank: row(400, 13, 'Event field cannot be blank'),
  queryAuthorization: row(400, 16, 'Query string authorization is not enabled'),
  healthy: row(200, 17, 'HEC is healthy'),
  unhealthy: row(503, 18, 'HEC is unhealthy, queues are full'),
} as const;

/** A failure in Splunk's own words. */
export class SplunkError extends Error {
  readonly kind: keyof typeof splunkAnswers;
  readonly details: object;

  constructor(kind: keyof typeof splunkAnswers, details: object = {}) {
    super(splunkAnswers[kind].body.text);
    this.name = 'SplunkError';
    this.kind = kind;
    this.details = details;
  }
}

const mostEvents = 200_000;
/** With its envelope; a record of more than four megabytes is refused in any case. */
const longestEvent = 5 * 1024 * 1024;
/** So far its end is looked for; beyond that the rest of the body is one, and none. */
const longestSearch = 16 * 1024 * 1024;
/** After so many that are no events, what follows is taken for none. */
const mostFailures = 100;
/** Of a raw request. */
const mostLines = 1_000_000;
/** So many lines are taken at a time. */
const portionLines = 50_000;

interface ParsedEvents {
  readonly events: readonly CollectorEvent[];
  /** Names the first event that is none. */
  readonly failure: SplunkError | undefined;
}

/**
 * The events of a body: JSON objects one after the other, with or without space between them, or in an
 * array. Those that are none are left out.
 */
export function parseEvents(body: string): ParsedEvents {
  const events: CollectorEvent[] = [];
  let failure: SplunkError | undefined;
  let failures = 0;
  let number = 0;
  for (const text of valuesOf(body)) {
    const event = number < mostEvents ? eventIn(text) : 'invalidFormat';
    if (typeof event === 'object') {
      events.push(event);
    } else {
      failure ??= new SplunkError(event, { 'invalid-event-number': number });
      failures++;
    }
    if (number++ === mostEvents || failures === mostFailures) break;
  }
  return { events, failure: number === 0 ? new SplunkError('noData') : failure };
}

/**
 * Lines of a body that are not blank, by the portion.
 * @throws SplunkError where there are none, or too many
 */
export function* portionsOfLines(
  body: string,
  common: Omit<CollectorEvent, 'text'>,
): Generator<CollectorEvent[]> {
  let portion: CollectorEvent[] = [];
  let count = 0;
  for (const text of linesOf(body)) {
    if (count++ === mostLines) throw new SplunkError('invalidFormat');
    portion.push({ ...common, text });
    if (portion.length === portionLines) {
      yield portion;
      portion = [];
    }
  }
  if (count === 0) throw new SplunkError('noData');
  if (portion.length > 0) yield portion;
}

function* linesOf(text: string): Generator<string> {
  const visible = /\S/g;
  for (let found = visible.exec(text); found; found = visible.exec(text)) {
    const start = text.lastIndexOf('\n', found.index) + 1;
    const feed = text.indexOf('\n', found.index);
    const end = feed < 0 ? text.length : feed;
    yield text.slice(start, end).replace(/\r$/, '');
    visible.lastIndex = end;
  }
}

/** The event, or why it is none. */
function eventIn(text: string): CollectorEvent | keyof typeof splunkAnswers {
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
