import { type JsonValue, maxJsonDepth, parseJson, setMember } from '../../json.js';
import type { Expression } from '../../windows/expression.js';
import { asObject, type JsonObject } from '../../windows/shape.js';
import { extended, replacedAt, textIn, valueAt } from '../document.js';
import { at, firstOf } from '../expression.js';
import type { DocumentRule, DocumentSource, SourceDocument } from '../rule.js';
import * as to from '../transforms.js';
import { cloudCaller } from './cloud.js';
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
  /** The record that the pipeline has kept as text may have a header of syslog before it. */
  readonly isBehindHeader?: true;
  /** Names of the record's at which ECS has something else; it is told under `ecs`. */
  readonly ambiguous?: readonly string[];
}

/** Where the record stands beside what the event says. */
export const wholeRecord = '@record';

/** What ECS knows besides of the address and of the program, in tables that have columns for it. */
const enrichments: Readonly<Record<string, Readonly<Record<string, Expression>>>> = {
  CloudAppEvents: cloudCaller,
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
  /** @param text the event's */
  documentsOf(event: JsonObject, text: string): readonly SourceDocument[] | undefined;
}

export function inEcs(origin: Origin): SourceInEcs {
  const { source } = origin;
  const isOf = isOfDatasets(origin.datasets);
  const rules = new Map<DocumentRule, DocumentRule>();
  const enriched = (rule: DocumentRule): DocumentRule => {
    const known = rules.get(rule) ?? withEnrichments(rule, origin, enriched);
    rules.set(rule, known);
    return known;
  };
  const documentsOf: SourceInEcs['documentsOf'] = (event, text) => {
    const found = recordIn(origin, event);
    if (found === undefined) {
      return undefined;
    }
    const { record, rest } = found;
    const whole = origin.columns && { [wholeRecord]: record };
    return source.read({ value: record, text })?.map((each) => ({
      ...each,
      document: beside(rest, { ...each.document, ...whole }, origin.ambiguous),
      time: each.time ?? timeOf(rest),
      rules: each.rules.map(enriched),
    }));
  };
  return {
    ...source,
    rules: source.rules.map(enriched),
    told: [...source.told, ...ofShippers, ...origin.own, wholeRecord, ...copies],
    isOf,
    documentsOf,
    read({ value, text }) {
      const event = ecsDocument(value);
      return event && documentsOf(event, text);
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

/** What an event says besides, and its record; where both have a name, the record's value counts. */
function beside(
  rest: JsonObject,
  record: JsonObject,
  ambiguous: readonly string[] = [],
): JsonObject {
  const isCovered = (name: string) => Object.hasOwn(record, name) || ambiguous.includes(name);
  if (!Object.keys(rest).some(isCovered)) {
    return extended(rest, record);
  }
  const moved = Object.entries(rest).filter(([name]) => isCovered(name));
  const others = Object.entries(rest).filter(([name]) => !isCovered(name));
  const ecs = { ...asObject(rest['ecs']), ...Object.fromEntries(moved) };
  return extended({ ...Object.fromEntries(others), ecs }, record);
}

/**
 * Whether an event is of one of the data sets: by what it says of itself, or by members of that name. Those alone do
 * not do where it says that it is of something else: programs whose logs are JSON choose members, too.
 */
export function isOfDatasets(datasets: readonly string[]): (event: JsonObject) => boolean {
  const known = datasets.map((name) => ({
    name,
    start: `${name}.`,
    path: name.split('.'),
    module: moduleIn(name),
  }));
  return (event) => {
    const names = [datasetOf(event), moduleOf(event)].flatMap((name) => name?.toLowerCase() ?? []);
    return known.some(
      ({ name, start, path, module }) =>
        names.some((each) => each === name || each.startsWith(start)) ||
        ((names.length === 0 || names.some((each) => moduleIn(each) === module)) &&
          asObject(valueAt(event, path)) !== undefined),
    );
  };
}

const moduleIn = (dataset: string) => dataset.split('.', 1)[0];

interface Found {
  readonly record: JsonObject;
  /** What the event says besides. */
  readonly rest: JsonObject;
}

const [original, originalText] = [['event', 'original'], textIn('event.original')];

/** The record that the pipeline has kept, else the one that its members tell of. */
function recordIn(origin: Origin, event: JsonObject): Found | undefined {
  const kept = objectIn(originalText(event), origin.isBehindHeader);
  const isWhole = kept && origin.source.read({ value: kept, text: '' }) !== undefined;
  if (isWhole) {
    return { record: kept, rest: replacedAt(event, original, null) };
  }
  const record = origin.recordOf(event);
  return record && { record, rest: event };
}

/** No header of syslog is longer. */
const longestHeader = 300;
/** Up to the message: the tag, which is the first word with a colon, or the structured data of RFC 5424. */
const syslogHeader =
  /^(?:<\d{1,3}>\d{1,2}(?: [^\s{]+){5} (?:-|\[[^{]*\])\s*|(?:(?!:\s)[^{])+:\s+)\ufeff?$/;

/** The object that is the whole text or message: what only stands in a message may be anyone's. */
function objectIn(text: string | undefined, isBehindHeader?: true): JsonObject | undefined {
  const start = text?.slice(0, isBehindHeader ? longestHeader : 1).indexOf('{') ?? -1;
  if (text === undefined || start < 0 || (start > 0 && !syslogHeader.test(text.slice(0, start)))) {
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
