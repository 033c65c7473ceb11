import type { FastifyRequest } from 'fastify';
import { HuntError } from '../../errors.js';
import { readJsonBody } from '../body.js';
import { checkQueryText } from '../hunting.js';

/**
 * What a program asks of Kusto's REST API: `{"db", "csl", "properties"}`, in a body or in the address
 * (learn.microsoft.com/kusto/api/rest/request). Options that are not here are passed over, as Kusto does.
 */
export interface KustoRequest {
  /** As it was named; whose data are asked for, the token says. */
  readonly database: string;
  readonly text: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly window: { readonly from?: Date; readonly to?: Date } | undefined;
  /** `servertimeout`. */
  readonly wallSeconds: number | undefined;
  /** `query_take_max_records`. */
  readonly rows: number | undefined;
}

/** @throws HuntError `request.body` `request.parameter` */
export function readKustoRequest(request: FastifyRequest): KustoRequest {
  const asked =
    request.method === 'GET'
      ? (request.query as Record<string, unknown>)
      : readJsonBody(request.body, request.headers['content-type'], {
          rawControls: false,
          unreadable: 'The request body is no JSON.',
        });
  const { db, csl } = asked;
  const { Options: options, Parameters: parameters } = propertiesOf(asked['properties']);
  const known = objectOf(options, 'properties.Options');
  return {
    database: typeof db === 'string' ? db : '',
    text: checkQueryText(csl),
    parameters: Object.fromEntries(
      Object.entries(objectOf(parameters, 'properties.Parameters')).map(([name, value]) => [
        name,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
    ),
    window: windowOf(known),
    wallSeconds: secondsOf(known['servertimeout'], 'servertimeout'),
    rows: countOf(known['query_take_max_records'], 'query_take_max_records'),
  };
}

/** An object, or its JSON text. */
function propertiesOf(properties: unknown): Readonly<Record<string, unknown>> {
  if (typeof properties !== 'string') return objectOf(properties, 'properties');
  if (properties.trim() === '') return {};
  try {
    return objectOf(JSON.parse(properties), 'properties');
  } catch (cause) {
    if (cause instanceof HuntError) throw cause;
    throw wrong('properties', 'an object or its JSON text');
  }
}

function objectOf(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw wrong(name, 'an object');
  return value as Record<string, unknown>;
}

function windowOf(options: Readonly<Record<string, unknown>>): KustoRequest['window'] {
  const from = dateOf(options['query_datetimescope_from'], 'query_datetimescope_from');
  const to = dateOf(options['query_datetimescope_to'], 'query_datetimescope_to');
  return from || to ? { ...(from && { from }), ...(to && { to }) } : undefined;
}

function dateOf(value: unknown, name: string): Date | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const date = typeof value === 'string' ? new Date(value) : new Date(Number.NaN);
  if (Number.isNaN(date.getTime())) throw wrong(name, 'a datetime');
  return date;
}

/** `[d.]hh:mm:ss[.fffffff]`, as a count of seconds. */
function secondsOf(value: unknown, name: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  const found = /^(?:(\d{1,4})\.)?(\d{1,2}):(\d{1,2}):(\d{1,2}(?:\.\d{1,7})?)$/.exec(String(value));
  const [days, hours, minutes, seconds] = (found?.slice(1) ?? []).map((part) => Number(part ?? 0));
  const total = (((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0);
  if (!found || total <= 0) throw wrong(name, 'a timespan of more than nothing');
  return total;
}

function countOf(value: unknown, name: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  const count = Number(value);
  if (!Number.isSafeInteger(count) || count < 1) throw wrong(name, 'a count of rows, from 1');
  return count;
}

function wrong(name: string, expected: string): HuntError {
  return new HuntError('request.parameter', { message: `${name} must be ${expected}.` });
}
