import { isObject, type JsonObject, type JsonValue, setMember } from './json.js';

/**
 * What some sources' records come in, several in one: answers of Elasticsearch, Splunk, CloudTrail, Graph and Log
 * Analytics, events of CloudWatch.
 */
export type Envelope = 'hits.hits' | 'logEvents' | 'results' | 'Events' | 'value' | 'tables';

/**
 * The records that a JSON value holds where it is not one itself: an array, the wrapper of Event Hubs or of a trail's
 * files, or one that the connector's records may come in.
 */
export function partsOf(
  value: JsonValue,
  envelopes: readonly Envelope[] = [],
): readonly JsonValue[] | undefined {
  if (Array.isArray(value) || value === null) {
    return value ?? undefined;
  }
  if (!isObject(value) || 'properties' in value) {
    return undefined;
  }
  const records = listIn(value['records']) ?? onlyListIn(value, 'Records');
  if (records) {
    return records;
  }
  for (const envelope of envelopes) {
    const parts = cutters[envelope](value);
    if (parts) {
      return parts;
    }
  }
  return undefined;
}

type Cutter = (value: JsonObject) => readonly JsonValue[] | undefined;

const cutters: Readonly<Record<Envelope, Cutter>> = {
  'hits.hits': ({ hits }) => listIn(isObject(hits) ? hits['hits'] : undefined),
  logEvents(value) {
    const common = withoutLongNames(value);
    // Subscribers get the first, who asks the second.
    const isAnswer = 'nextForwardToken' in value || 'searchedLogStreams' in value;
    return listIn(value['logEvents'] ?? (isAnswer ? value['events'] : undefined))?.map((event) =>
      isObject(event) ? { ...common, ...event } : event,
    );
  },
  // Splunk says so of each of its answers; other programs have results, too.
  results: (value) => ('preview' in value ? listIn(value['results']) : undefined),
  Events: (value) => listIn(value['Events']),
  value: (value) =>
    '@odata.context' in value || '@odata.nextLink' in value ? listIn(value['value']) : undefined,
  tables: rowsOfTables,
};

/** What the names of all rows may take, which come with each of them: bytes, roughly. */
const mostNameBytes = 64 * 1024 * 1024;
/** Of a member, besides its name. */
const memberBytes = 16;

/** Rows of `{tables: [{columns: [{name}], rows: [[…]]}]}` as objects. */
function rowsOfTables({ tables }: JsonObject): readonly JsonValue[] | undefined {
  const parts = listIn(tables)?.map((table) => {
    const columns = isObject(table) ? listIn(table['columns']) : undefined;
    const rows = isObject(table) ? listIn(table['rows']) : undefined;
    return columns && rows && { names: columns.map(nameOf), rows };
  });
  if (!parts?.every((part) => part !== undefined) || parts.length === 0) {
    return undefined;
  }
  if (parts.some(({ names }) => new Set(names).size < names.length)) {
    return undefined;
  }
  const bytes = parts.reduce(
    (sum, { names, rows }) =>
      sum + rows.length * names.reduce((all, name) => all + name.length + memberBytes, 0),
    0,
  );
  return bytes > mostNameBytes
    ? undefined
    : parts.flatMap(({ names, rows }) => rows.map((row) => rowOf(names, row)));
}

function nameOf(column: JsonValue): string {
  const name = isObject(column) ? column['name'] : undefined;
  return typeof name === 'string' ? name : '';
}

function rowOf(names: readonly string[], row: JsonValue): JsonValue {
  const cells = listIn(row);
  if (cells === undefined || cells.length > names.length) {
    return row;
  }
  const members: Record<string, JsonValue> = {};
  for (const [index, name] of names.entries()) {
    setMember(members, name, cells[index] ?? null);
  }
  return members;
}

/** Whether a value is a list, an envelope or the answer of a query that holds no record, and is none itself. */
export function holdsNothing(value: JsonValue | undefined): boolean {
  const parts =
    value === undefined ? undefined : partsOf(value, Object.keys(cutters) as Envelope[]);
  return parts ? parts.length === 0 && isNoRecord(value) : rowsOf(value)?.length === 0;
}

/** Members that no record has, but what sends records as answers or in envelopes. */
const marks = [
  ...['took', 'preview', 'messageType', 'nextForwardToken', 'searchedLogStreams'],
  ...['@odata.context', '@odata.nextLink'],
];

/** Whether nothing is lost with what stands beside an empty list. */
function isNoRecord(value: JsonValue | undefined): boolean {
  if (!isObject(value)) {
    return true;
  }
  const names = Object.keys(value).filter((name) => name !== 'NextToken');
  return names.length === 1 || marks.some((mark) => mark in value);
}

/** Of the hunting APIs and of Log Analytics, where they say which columns the rows have. */
function rowsOf(value: JsonValue | undefined): readonly JsonValue[] | undefined {
  if (!isObject(value)) {
    return undefined;
  }
  const { Schema, schema = Schema, Results, results = Results, tables } = value;
  if (Array.isArray(tables) && tables.length > 0) {
    const rows = tables.map((table) =>
      isObject(table) && Array.isArray(table['columns']) ? listIn(table['rows']) : undefined,
    );
    return rows.every((each) => each !== undefined) ? rows.flat() : undefined;
  }
  return Array.isArray(schema) ? listIn(results) : undefined;
}

/** Files of a trail have nothing beside it: a record may have a member of that name. */
function onlyListIn(value: JsonObject, name: string): readonly JsonValue[] | undefined {
  return Object.keys(value).length === 1 ? listIn(value[name]) : undefined;
}

function listIn(value: JsonValue | undefined): readonly JsonValue[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

/** What says where events of CloudWatch are from; each of them gets it. */
const origin = ['owner', 'logGroup', 'logStream'] as const;
/** CloudWatch has no longer ones, and they come as often as there are events. */
const longestName = 512;

function withoutLongNames(value: JsonObject): JsonObject {
  return Object.fromEntries(
    origin.flatMap((name) => {
      const text = value[name];
      return typeof text === 'string' && text.length <= longestName ? [[name, text]] : [];
    }),
  );
}
