import { type JsonValue, parseJson } from '../../json.js';
import { textFrom } from '../../windows/expression.js';
import { asObject, type JsonObject } from '../../windows/shape.js';
import { nested } from '../document.js';
import type { DocumentRule } from '../rule.js';
import { earliestSeconds, timeText } from './columns.js';

/** One result: an event, or a row of a snapshot or of a difference. */
export interface Result {
  readonly result: JsonObject;
  readonly columns: JsonObject;
  readonly action: string;
}

function resultsIn(result: JsonObject): readonly Result[] | undefined {
  if (typeof result['name'] !== 'string') {
    return undefined;
  }
  const { columns, snapshot, diffResults, action } = result as Record<string, JsonValue>;
  const one = asObject(columns);
  if (one) {
    return [{ result, columns: one, action: textFrom(action) ?? 'added' }];
  }
  if (Array.isArray(snapshot)) {
    return rows(result, snapshot, 'snapshot');
  }
  const difference = asObject(diffResults);
  return (
    difference && [
      ...rows(result, difference['added'], 'added'),
      ...rows(result, difference['removed'], 'removed'),
    ]
  );
}

function rows(result: JsonObject, list: JsonValue | undefined, action: string): readonly Result[] {
  return (Array.isArray(list) ? (list as readonly JsonValue[]) : []).map((row) => ({
    result,
    columns: asObject(row) ?? {},
    action,
  }));
}

/** The results of a record; none for what osquery says of itself; undefined where it is not osquery's. */
export function osqueryResults(value: JsonValue | undefined): readonly Result[] | undefined {
  const record = asObject(value);
  const document = record && unwrapped(nested(asObject(record['_source']) ?? record));
  if (document === undefined) {
    return undefined;
  }
  if (isOfItself(document)) {
    return [];
  }
  if (typeof document['log_type'] === 'string' && Array.isArray(document['data'])) {
    return document['log_type'] === 'result'
      ? (document['data'] as readonly JsonValue[]).flatMap(
          (each) => resultsIn(asObject(each) ?? {}) ?? [],
        )
      : [];
  }
  return hostMembers.some((name) => name in document) ? resultsIn(document) : undefined;
}

/** Where shippers put a result as text. */
const textMembers = ['message', '_raw', 'log', 'full_log'];

/** A result out of what shippers put around it: Filebeat's module has it as a member, others as text. */
function unwrapped(document: JsonObject): JsonObject {
  const module = asObject(document['osquery']);
  const result = module && asObject(module['result']);
  if (result) {
    return result;
  }
  const inner = asObject(document['result']) ?? document;
  for (const name of textMembers) {
    const text = inner[name];
    if (typeof text === 'string' && /^\s*\{/.test(text) && text.includes('"calendarTime"')) {
      return resultIn(text) ?? document;
    }
  }
  return document;
}

function resultIn(text: string): JsonObject | undefined {
  try {
    return asObject(parseJson(text));
  } catch {
    return undefined;
  }
}

/** What osquery says of its own work. */
function isOfItself(document: JsonObject): boolean {
  const { severity, filename, line, message } = document;
  return (
    !('name' in document) &&
    [severity, filename, line, message].every((value) => textFrom(value) !== undefined) &&
    hostMembers.some((name) => name in document)
  );
}

const hostMembers = ['hostIdentifier', 'host_identifier', 'hostname', 'decorations', 'unixTime'];

export function hostOf(result: JsonObject): string | undefined {
  const decorations = asObject(result['decorations']) ?? {};
  for (const value of [
    decorations['hostname'],
    decorations['host_name'],
    result['hostname'],
    result['hostIdentifier'],
    result['host_identifier'],
    decorations['host_uuid'],
  ]) {
    const text = textFrom(value)?.trim();
    if (text) {
      return text;
    }
  }
  return undefined;
}

export function timeOf(
  result: JsonObject,
  columns: JsonObject,
  rule: DocumentRule,
): string | undefined {
  const own = textFrom(columns['time']);
  const isEvent = rule.time === undefined && own !== undefined && Number(own) > earliestSeconds;
  const seconds = isEvent ? own : textFrom(result['unixTime'] ?? result['unix_time']);
  if (seconds !== undefined && /^\d+(?:\.\d+)?$/.test(seconds)) {
    return timeText(seconds);
  }
  const written = textFrom(result['calendarTime'] ?? result['calendar_time']);
  // `Mon Jan  5 10:11:12 2026 UTC`
  const [, month, day, time, year] =
    /^\w{3} (\w{3})\s+(\d{1,2}) (\d\d:\d\d:\d\d) (\d{4})/.exec(written ?? '') ?? [];
  return month === undefined ? written : `${day} ${month} ${year} ${time} GMT`;
}
