import { ExactNumber, type JsonValue, parseJson } from '../json.js';
import { EventData } from './event.js';
import { parseXml } from './xml.js';

export type JsonObject = { readonly [name: string]: JsonValue };

/** How one shipper writes an event. */
export interface Shape {
  readonly name: string;
  /** Whether the record is of this shape; the first that says so unwraps it. */
  matches(record: JsonObject): boolean;
  unwrap(record: JsonObject): Envelope | undefined;
}

/** An event as its shipper gives it. */
export interface Envelope {
  readonly provider: JsonValue | undefined;
  readonly id: JsonValue | undefined;
  readonly channel?: JsonValue | undefined;
  readonly computer: JsonValue | undefined;
  readonly time: JsonValue | undefined;
  readonly hasTrueTime?: boolean;
  readonly recordId?: JsonValue | undefined;
  readonly headerPid?: JsonValue | undefined;
  readonly message?: JsonValue | undefined;
  readonly data: EventData;
  /** Values without names, in the order of the event's template. */
  readonly inserts?: readonly JsonValue[] | undefined;
}

export function asObject(value: JsonValue | undefined): JsonObject | undefined {
  return typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof ExactNumber)
    ? (value as JsonObject)
    : undefined;
}

/** A member by its path, of which some shippers write a part, or all, as one name with dots. */
export function at(record: JsonObject, path: string): JsonValue | undefined {
  const whole = record[path];
  if (whole !== undefined) {
    return whole;
  }
  for (const [head, rest] of partings.get(path) ?? partingsOf(path)) {
    const part = asObject(record[head]);
    const found = part && at(part, rest);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

type Partings = readonly (readonly [head: string, rest: string])[];

/** Of the paths that shapes ask for, which are few. */
const partings = new Map<string, Partings>();

/** At each dot, what comes before it and what comes after it. */
function partingsOf(path: string): Partings {
  const dots = [...path.matchAll(/(?<=.)\./g)].map(({ index }) => index);
  const found = dots.map((dot) => [path.slice(0, dot), path.slice(dot + 1)] as const);
  partings.set(path, found);
  return found;
}

/** Members of an object, or of all names that start with a path. */
export function members(record: JsonObject, path: string): EventData {
  const data = new EventData();
  const object = asObject(at(record, path));
  if (object) {
    for (const name in object) {
      data.put(name, object[name]);
    }
    return data;
  }
  const prefix = `${path}.`;
  for (const name in record) {
    if (name.startsWith(prefix)) {
      data.put(name.slice(prefix.length), record[name]);
    }
  }
  return data;
}

export function without(record: JsonObject, envelope: ReadonlySet<string>): EventData {
  const data = new EventData();
  for (const name in record) {
    if (!envelope.has(name)) {
      data.put(name, record[name]);
    }
  }
  return data;
}

/** Adds what `UserData` holds: one element, whose children are the values. */
export function addUserData(data: EventData, value: JsonValue | undefined): void {
  for (const [name, member] of Object.entries(asObject(value) ?? {})) {
    const element = asObject(member);
    if (element) {
      addUserData(data, element);
    } else if (!/^[@#]|^xmlns|^xml_name$/i.test(name)) {
      data.put(name, member);
    }
  }
}

/**
 * Adds `EventData` as a tree has it: names as members, or a list of `Data` with a name and a text each.
 * Returns the values that have no name.
 */
export function addEventData(data: EventData, value: JsonValue | undefined): JsonValue[] {
  const nameless: JsonValue[] = [];
  for (const [name, member] of Object.entries(asObject(value) ?? {})) {
    if (name === 'Data') {
      const named = namedMembers(member);
      const items: readonly JsonValue[] = Array.isArray(member) ? member : [member];
      for (const item of named ? [] : items) {
        addDataItem(data, nameless, item, items.length > 1);
      }
      for (const each in named) {
        data.put(each, named[each]);
      }
    } else if (!/^[@#]|^xmlns$/i.test(name)) {
      const element = asObject(member);
      data.put(name, element ? (element['#text'] ?? '') : member);
    }
  }
  return nameless;
}

/** Values by their names, as Datadog's agent makes them of the list; undefined for an element of it. */
function namedMembers(member: JsonValue | undefined): JsonObject | undefined {
  const object = asObject(member);
  const hasNames = object && Object.keys(object).some((name) => !elementMembers.has(name));
  return hasNames ? object : undefined;
}

/** What converters of XML call attributes and text of an element. */
const elementMembers: ReadonlySet<string> = new Set([
  ...['#text', '#attributes', '_', '$', '_attributes', '@Name', 'Name', 'name', 'Value'],
  ...['@Type', 'Type'],
]);

/** @param hasPlace what is empty stands for a value that is, among others */
function addDataItem(
  data: EventData,
  nameless: JsonValue[],
  item: JsonValue,
  hasPlace: boolean,
): void {
  const element = asObject(item);
  if (element === undefined) {
    if (hasPlace || (item !== '' && item !== null)) {
      nameless.push(item ?? '');
    }
    return;
  }
  const name = attribute(element, 'Name') ?? element['name'];
  const text = element['#text'] ?? element['_'] ?? element['Value'] ?? '';
  if (typeof name === 'string') {
    data.put(name, text);
  } else if (Array.isArray(text)) {
    nameless.push(...text);
  } else if (text !== '' || hasPlace) {
    nameless.push(text);
  }
}

/** The attributes that are asked for, as most converters of XML write them. */
const attributeMembers = {
  Name: '@Name',
  SystemTime: '@SystemTime',
  ProcessID: '@ProcessID',
} as const;

type Attribute = keyof typeof attributeMembers;

/** An attribute of an element, in the ways that converters of XML write it. */
function attribute(element: JsonObject | undefined, name: Attribute): JsonValue | undefined {
  if (element === undefined) {
    return undefined;
  }
  const attributes =
    asObject(element['#attributes']) ?? asObject(element['$']) ?? asObject(element['_attributes']);
  return attributes?.[name] ?? element[attributeMembers[name]] ?? element[name];
}

/** An attribute of a child, which `evtx_dump --separate-json-attributes` puts beside it. */
function childAttribute(parent: JsonObject, child: string, name: Attribute): JsonValue | undefined {
  return (
    attribute(asObject(parent[child]), name) ??
    attribute(asObject(parent[`${child}_attributes`]), name)
  );
}

function textOfElement(value: JsonValue | undefined): JsonValue | undefined {
  const element = asObject(value);
  return element
    ? (element['#text'] ?? element['_'] ?? element['Value'] ?? element['value'])
    : value;
}

export function unwrapTree(tree: JsonObject): Envelope | undefined {
  const system = asObject(tree['System']);
  if (system === undefined) {
    return undefined;
  }
  const data = new EventData();
  const eventData = parsedText(tree['EventData']);
  const inserts = Array.isArray(eventData) ? eventData : addEventData(data, eventData);
  addUserData(data, parsedText(tree['UserData']));
  return {
    provider: childAttribute(system, 'Provider', 'Name') ?? textOfElement(system['Provider']),
    id: textOfElement(system['EventID']),
    channel: textOfElement(system['Channel']),
    computer: textOfElement(system['Computer']),
    time:
      childAttribute(system, 'TimeCreated', 'SystemTime') ?? textOfElement(system['TimeCreated']),
    recordId: textOfElement(system['EventRecordID']),
    headerPid: childAttribute(system, 'Execution', 'ProcessID'),
    message: textOfElement(asObject(tree['RenderingInfo'])?.['Message']) ?? tree['Message'],
    data,
    inserts,
  };
}

/** A value that is a JSON or XML text, as what it says. */
export function parsedText(value: JsonValue | undefined): JsonValue | undefined {
  if (typeof value !== 'string') {
    return value;
  }
  const text = value.trimStart();
  if (text.startsWith('{') || text.startsWith('[')) {
    try {
      return parseJson(text);
    } catch {
      return undefined;
    }
  }
  if (!text.startsWith('<')) {
    return undefined;
  }
  const tree = parseXml(text);
  const item = asObject(tree?.['DataItem']);
  return asObject(item ?? tree)?.['EventData'] ?? item ?? tree;
}

/** A search's hit may have `fields` instead of the document, each of them a list. */
export function hitFields(record: JsonObject): JsonObject | undefined {
  const fields = '_index' in record ? asObject(record['fields']) : undefined;
  return (
    fields &&
    Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [
        name,
        Array.isArray(value) && value.length === 1 ? (value[0] as JsonValue) : value,
      ]),
    )
  );
}
