import type { FastifyRequest } from 'fastify';
import { HuntError } from '../../errors.js';
import {
  compactJson,
  ExactNumber,
  isObject,
  type JsonValue,
  parseJson as readExactly,
} from '../../ingest/json.js';
import { parseJson, readJsonBody } from '../body.js';
import { checkQueryText } from '../hunting.js';
import type { Framing } from './data-set.js';

/**
 * What a program asks of Kusto's REST API: `{"db", "csl", "properties"}`, in a body or in the address
 * (learn.microsoft.com/kusto/api/rest/request). Options that are not here are passed over, as Kusto does,
 * but for those that would make it another answer.
 */
export interface KustoRequest {
  /** As it was named, if it was; whose data are asked for, the token says. */
  readonly database: string | undefined;
  readonly text: string;
  readonly parameters: Readonly<Record<string, { readonly literal: string }>>;
  readonly window: { readonly from?: Date; readonly to?: Date } | undefined;
  /** `query_now`. */
  readonly now: Date | undefined;
  /** `servertimeout`. */
  readonly wallSeconds: number | undefined;
  /** `query_take_max_records`. */
  readonly rows: number | undefined;
  readonly framing: Framing;
}

/** Characters of a database's name; it is repeated for every table and column that a command shows. */
const maxDatabaseLength = 256;

/** @throws HuntError `request.body` `request.parameter` */
export function readKustoRequest(request: FastifyRequest): KustoRequest {
  const asked =
    request.method === 'GET'
      ? (request.query as Record<string, unknown>)
      : readJsonBody(request.body, request.headers['content-type'], {
          rawControls: false,
          unreadable: 'The request body is no JSON.',
          // A parameter may be a number of more digits than JavaScript's have.
          read: readExactly,
        });
  const { db, csl } = asked;
  const { Options: options, Parameters: parameters } = propertiesOf(asked['properties']);
  const known = objectOf(options, 'properties.Options');
  refuseOthers(known);
  const progressive = isOn(known['results_progressive_enabled']);
  return {
    database: databaseOf(db),
    text: checkQueryText(csl),
    parameters: Object.fromEntries(
      Object.entries(objectOf(parameters, 'properties.Parameters')).map(([name, value]) => [
        name,
        { literal: typeof value === 'string' ? value : compactJson(value as JsonValue) },
      ]),
    ),
    window: windowOf(known),
    now: dateOf(known['query_now'], 'query_now'),
    wallSeconds: secondsOf(known['servertimeout'], 'servertimeout'),
    rows: countOf(known['query_take_max_records'], 'query_take_max_records'),
    framing: {
      fragmented: progressive || isOn(known['results_v2_fragment_primary_tables']),
      progressive,
      lineBreaks: isOn(known['results_v2_newlines_between_frames']),
    },
  };
}

/** @throws HuntError `request.parameter` for a text that is none */
export function databaseOf(name: unknown): string | undefined {
  if (name === undefined || name === null) return undefined;
  if (typeof name !== 'string' || name.length > maxDatabaseLength) {
    throw wrong('db', `a text of at most ${maxDatabaseLength} characters`);
  }
  return name.trim() === '' ? undefined : name;
}

function isOn(value: unknown): boolean {
  return value === true || (typeof value === 'string' && /^(true|1)$/i.test(value));
}

/** Options that ask for another answer than the hunt's own, and what they may be all the same. */
const others: Readonly<Record<string, (value: unknown) => boolean>> = {
  query_language: (value) => /^(kql|csl|kusto)$/i.test(String(value)),
  query_results_apply_getschema: (value) => !isOn(value),
  // Where a table has its time somewhere else, the scope is put there.
  query_datetimescope_column: (value) => /^(Timestamp|TimeGenerated)$/.test(String(value)),
};

function refuseOthers(options: Readonly<Record<string, unknown>>): void {
  for (const [name, isHarmless] of Object.entries(others)) {
    const value = options[name];
    if (value === undefined || value === null || value === '' || isHarmless(value)) continue;
    throw new HuntError('request.parameter', {
      message: `The option ${name} is not supported with that value.`,
    });
  }
}

/** An object, or its JSON text. */
function propertiesOf(properties: unknown): Readonly<Record<string, unknown>> {
  if (typeof properties !== 'string') return objectOf(properties, 'properties');
  if (properties.trim() === '') return {};
  try {
    return objectOf(parseJson(properties, readExactly), 'properties');
  } catch (cause) {
    if (cause instanceof HuntError) throw cause;
    throw wrong('properties', 'an object or its JSON text');
  }
}

function objectOf(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (value === undefined || value === null) return {};
  // It was read from JSON.
  if (!isObject(value as JsonValue)) throw wrong(name, 'an object');
  return value as Record<string, unknown>;
}

function windowOf(options: Readonly<Record<string, unknown>>): KustoRequest['window'] {
  const from = dateOf(options['query_datetimescope_from'], 'query_datetimescope_from');
  const to = dateOf(options['query_datetimescope_to'], 'query_datetimescope_to');
  return from || to ? { ...(from && { from }), ...(to && { to }) } : undefined;
}

/** A date and perhaps a time, as programs print them; in UTC where no zone is given, as everywhere in Kusto. */
const datePattern =
  /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?))? ?(Z|[+-]\d\d:?\d\d)?$/i;

function dateOf(value: unknown, name: string): Date | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const text = typeof value === 'string' ? value.trim() : '';
  const written = /^datetime\(([^()]*)\)$/i.exec(text)?.[1]?.trim() ?? text;
  const [, day, time = '00:00', zone = 'Z'] = datePattern.exec(written) ?? [];
  const offset = zone.replace(/^(...)(\d\d)$/, '$1:$2').toUpperCase();
  const date = new Date(`${day}T${time}${offset}`);
  if (day === undefined || !isDay(day) || !isInstant(date)) throw wrong(name, 'a datetime');
  return date;
}

/** To JavaScript `2026-02-30` is a day of March. */
function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

/** Kusto's years are those from 1 to 9999. */
function isInstant(date: Date): boolean {
  return date.getTime() >= earliest && date.getTime() <= latest;
}

const earliest = Date.parse('0001-01-01T00:00:00Z');
const latest = Date.parse('9999-12-31T23:59:59.999Z');

/** `[d.]hh:mm:ss[.fffffff]`, also as Python prints it: `1 day, 0:00:00`. */
const timespanPattern =
  /^(?:(\d{1,4})(?:\.| days?, ))?(\d{1,2}):(\d{1,2}):(\d{1,2}(?:\.\d{1,9})?)$/;
/** As KQL writes it: `4m`. */
const literalPattern = /^(\d{1,9}(?:\.\d{1,9})?) ?(d|h|m|s|ms)$/i;
const secondsOfUnit: Readonly<Record<string, number>> = {
  d: 86_400,
  h: 3600,
  m: 60,
  s: 1,
  ms: 0.001,
};

/** Less is nothing to the engine, and nothing no limit. */
const leastSeconds = 0.001;

/** A count of seconds. A number is passed over: of some programs it is milliseconds, of others nanoseconds. */
function secondsOf(value: unknown, name: string): number | undefined {
  if (value === undefined || value === null || isNumber(value)) return undefined;
  const text = typeof value === 'string' ? value.trim() : '';
  const total = clockSeconds(text) ?? literalSeconds(text) ?? 0;
  if (total <= 0) throw wrong(name, 'a timespan of more than nothing');
  return Math.max(total, leastSeconds);
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' || value instanceof ExactNumber;
}

function clockSeconds(text: string): number | undefined {
  const found = timespanPattern.exec(text);
  if (!found) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = found
    .slice(1)
    .map((part) => Number(part ?? 0));
  return ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
}

function literalSeconds(text: string): number | undefined {
  const [, count, unit = ''] = literalPattern.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * (secondsOfUnit[unit.toLowerCase()] ?? 0);
}

function countOf(value: unknown, name: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  const isWritten = typeof value === 'string' && /^\s*\d+\s*$/.test(value);
  const count = typeof value === 'number' || isWritten ? Number(value) : 0;
  if (!Number.isSafeInteger(count) || count < 1) throw wrong(name, 'a count of rows, from 1');
  return count;
}

function wrong(name: string, expected: string): HuntError {
  return new HuntError('request.parameter', { message: `${name} must be ${expected}.` });
}
