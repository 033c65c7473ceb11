import { type JsonValue, maxJsonDepth, parseJson, setMember } from '../../json.js';
import type { Expression } from '../../windows/expression.js';
import { asObject, type JsonObject } from '../../windows/shape.js';
import { extended, replacedAt, textIn, valueAt } from '../document.js';
import { at, firstOf } from '../expression.js';
import type { DocumentRule, DocumentSource } from '../rule.js';
import * as to from '../transforms.js';
import { datasetOf, ecsDocument, moduleOf, timeOf } from './document.js';

/** A source with a connector of its own, of which ECS's pipelines make events, too. */
export interface Origin {
  readonly source: DocumentSource;
  /** Data sets, whole or up to a full stop; an event may have members of that name alone. */
  readonly datasets: readonly string[];
  /** Where an event has what the source alone says. */
  readonly own: readonly string[];
  /** The source's record, of the members that pipelines make of it; undefined where too little is left. */
  recordOf(event: JsonObject): JsonObject | undefined;
  /** In place of the source's own, which would have all of the event. */
  readonly columns?: Readonly<Record<string, Expression>>;
  /** The record that the pipeline has kept as text begins somewhere in it. */
  readonly isWithinText?: true;
}

/** Where the record stands beside what the event says. */
export const wholeRecord = '@record';

/** What ECS knows besides of the address and of the program, in tables that have columns for it. */
const enrichments: Readonly<Record<string, Readonly<Record<string, Expression>>>> = {
  CloudAppEvents: {
    IPAddress: to.address(at('source.ip')),
    CountryCode: firstOf(at('source.geo.country_iso_code'), at('client.geo.country_iso_code')),
    City: firstOf(at('source.geo.city_name'), at('client.geo.city_name')),
    Isp: at('source.as.organization.name'),
    UserAgent: at('user_agent.original'),
    OSPlatform: at('user_agent.os.name'),
    DeviceType: at('user_agent.device.name'),
  },
  IdentityLogonEvents: {
    IPAddress: to.address(at('source.ip')),
    Port: to.integer(at('source.port')),
    Location: firstOf(at('source.geo.country_iso_code'), at('client.geo.country_iso_code')),
    Isp: at('source.as.organization.name'),
    OSPlatform: at('user_agent.os.name'),
    DeviceType: at('user_agent.device.name'),
  },
  EntraIdSignInEvents: { Country: at('source.geo.country_iso_code') },
  EntraIdSpnSignInEvents: { Country: at('source.geo.country_iso_code') },
};

/** Copies of what the record says: told where a row has them. */
const copies: readonly string[] = [
  ...['event.action', 'event.code', 'event.id', 'event.provider', 'event.reason', 'event.hash'],
  ...['user.id', 'user.name', 'user.email', 'user.full_name', 'user.domain'],
  ...['source.address', 'source.ip', 'client.address', 'client.ip', 'organization.id'],
  ...['cloud.account.id', 'cloud.region', 'error.message', 'message', 'user_agent.original'],
  ...['file.name', 'group.name', 'url.original', 'user.target.id'],
].map((path) => `?${path}`);

/** Of every event. */
export const ofShippers: readonly string[] = [
  '@timestamp',
  '@version',
  'ecs.version',
  'agent.ephemeral_id',
  'event.ingested',
];

/** Reads the records of an origin out of events in ECS. */
export interface SourceInEcs extends DocumentSource {
  isOf(event: JsonObject): boolean;
}

export function inEcs(origin: Origin): SourceInEcs {
  const { source } = origin;
  const rules = new Map<DocumentRule, DocumentRule>();
  const enriched = (rule: DocumentRule): DocumentRule => {
    const known = rules.get(rule) ?? withEnrichments(rule, origin, enriched);
    rules.set(rule, known);
    return known;
  };
  return {
    ...source,
    rules: source.rules.map(enriched),
    told: [...source.told, ...ofShippers, ...origin.own, wholeRecord, ...copies],
    isOf: (event) => isOf(origin, event),
    read({ value, text }) {
      const event = ecsDocument(value);
      const found = event && recordIn(origin, event);
      if (found === undefined) {
        return undefined;
      }
      const { record, rest } = found;
      const whole = origin.columns && { [wholeRecord]: record };
      return source.read({ value: record, text })?.map((each) => ({
        ...each,
        document: extended(rest, { ...each.document, ...whole }),
        time: each.time ?? timeOf(rest),
        rules: each.rules.map(enriched),
      }));
    },
  };
}

function withEnrichments(
  rule: DocumentRule,
  origin: Origin,
  enriched: (rule: DocumentRule) => DocumentRule,
): DocumentRule {
  const columns = { ...rule.columns };
  for (const [name, more] of Object.entries(enrichments[rule.table] ?? {})) {
    const own = columns[name];
    columns[name] = own === undefined ? more : firstOf(own, more);
  }
  for (const [name, own] of Object.entries(origin.columns ?? {})) {
    if (name in columns) {
      columns[name] = own;
    }
  }
  const { parts } = rule;
  return {
    ...rule,
    columns,
    ...(parts && { parts: { ...parts, rules: parts.rules.map(enriched) } }),
  };
}

function isOf({ datasets }: Origin, event: JsonObject): boolean {
  const names = [datasetOf(event), moduleOf(event)].map((name) => name?.toLowerCase());
  return datasets.some(
    (each) =>
      names.some((name) => name === each || name?.startsWith(`${each}.`)) ||
      asObject(valueAt(event, each.split('.'))) !== undefined,
  );
}

interface Found {
  readonly record: JsonObject;
  /** What the event says besides. */
  readonly rest: JsonObject;
}

const [original, originalText] = [['event', 'original'], textIn('event.original')];

/** The record that the pipeline has kept, else the one that its members tell of. */
function recordIn(origin: Origin, event: JsonObject): Found | undefined {
  const kept = objectIn(originalText(event), origin.isWithinText);
  const isWhole = kept && origin.source.read({ value: kept, text: '' }) !== undefined;
  if (isWhole) {
    return { record: kept, rest: replacedAt(event, original, null) };
  }
  const record = origin.recordOf(event);
  return record && { record, rest: event };
}

/** Behind a header of syslog, no further than here. */
const longestHeader = 300;

function objectIn(text: string | undefined, isWithin?: true): JsonObject | undefined {
  const start = text?.slice(0, isWithin ? longestHeader : 1).indexOf('{') ?? -1;
  if (text === undefined || start < 0) {
    return undefined;
  }
  try {
    return asObject(parseJson(text.slice(start)));
  } catch {
    return undefined;
  }
}

/** Reads an object at a path. */
export function objectAt(path: string): (event: JsonObject) => JsonObject | undefined {
  const parts = path.split('.');
  return (event) => asObject(valueAt(event, parts));
}

/** Members with the small letters and underscores of Elasticsearch, as services write them. */
export function inCamelCase(
  value: JsonValue,
  names: Readonly<Record<string, string>>,
  depth = 0,
): JsonValue {
  if (depth >= maxJsonDepth) {
    return value;
  }
  if (Array.isArray(value)) {
    return value.map((each: JsonValue) => inCamelCase(each, names, depth + 1));
  }
  const object = asObject(value);
  if (object === undefined) {
    return value;
  }
  const result: Record<string, JsonValue> = {};
  for (const name in object) {
    const member = object[name];
    if (member !== undefined) {
      setMember(result, names[name] ?? camelCase(name), inCamelCase(member, names, depth + 1));
    }
  }
  return listed(result);
}

const camelCase = (name: string) =>
  name.replace(/(?<=[a-z\d])_([a-z\d])/g, (_, letter: string) => letter.toUpperCase());

/** Some pipelines make objects of lists, with numbers for names. */
function listed(object: JsonObject): JsonValue {
  const names = Object.keys(object);
  return names.length > 0 && names.every((name, index) => name === String(index))
    ? Object.values(object)
    : object;
}

/** Without the members that have no value. */
export function known(members: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(members).filter(
      (member): member is [string, JsonValue] => member[1] !== undefined && member[1] !== null,
    ),
  );
}
