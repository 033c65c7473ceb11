import { ExactNumber, type JsonValue, parseJson } from '../json.js';
import { EventData, lowerCase, textOf, type WindowsEvent } from './event.js';
import { nameInserts } from './inserts.js';
import { dataOfMessage } from './message.js';
import { parseXml } from './xml.js';

export type JsonObject = { readonly [name: string]: JsonValue };

/** How one shipper writes an event. */
interface Shape {
  readonly name: string;
  /** Whether the record is of this shape; the first that says so unwraps it. */
  matches(record: JsonObject): boolean;
  unwrap(record: JsonObject): Envelope | undefined;
}

/** An event as its shipper gives it. */
interface Envelope {
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
  readonly inserts?: readonly JsonValue[];
}

const sysmonProvider = 'microsoft-windows-sysmon';

/** The event of a record, whichever shipper wrote it; undefined where it is none. */
export function unwrapEvent(value: JsonValue | undefined): WindowsEvent | undefined {
  const record = asObject(value);
  if (record === undefined) {
    return undefined;
  }
  const document = asObject(record['_source']) ?? record;
  const envelope = shapes.find((shape) => shape.matches(document))?.unwrap(document);
  return envelope && eventOf(envelope);
}

/** The event of an XML text. */
export function unwrapXml(text: string): WindowsEvent | undefined {
  return unwrapEvent(parseXml(text));
}

function eventOf(envelope: Envelope): WindowsEvent | undefined {
  const provider = textOf(envelope.provider)?.trim().toLowerCase() ?? '';
  const id = Number(textOf(envelope.id));
  const computer = textOf(envelope.computer)?.trim() ?? '';
  if (provider === '' || computer === '' || !Number.isInteger(id) || id < 0) {
    return undefined;
  }
  const message = textOf(envelope.message);
  const { data } = envelope;
  if (envelope.inserts) {
    nameInserts(data, provider, id, envelope.inserts);
  }
  if (data.size === 0 && message !== undefined) {
    dataOfMessage(data, provider, id, message);
  }
  if (isSysmon({ provider })) {
    undouble(data);
  }
  const headerPid = Number(textOf(envelope.headerPid));
  return {
    provider,
    id,
    channel: textOf(envelope.channel) ?? '',
    computer,
    time: textOf(envelope.time),
    hasTrueTime: envelope.hasTrueTime ?? true,
    recordId: textOf(envelope.recordId),
    headerPid: Number.isInteger(headerPid) && headerPid > 0 ? headerPid : undefined,
    message,
    data,
  };
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
function at(record: JsonObject, path: string): JsonValue | undefined {
  const whole = record[path];
  if (whole !== undefined) {
    return whole;
  }
  let dot = path.indexOf('.');
  while (dot > 0) {
    const part = asObject(record[path.slice(0, dot)]);
    const found = part && at(part, path.slice(dot + 1));
    if (found !== undefined) {
      return found;
    }
    dot = path.indexOf('.', dot + 1);
  }
  return undefined;
}

/** Members of an object, or of all names that start with a path. */
function members(record: JsonObject, path: string): EventData {
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

function without(record: JsonObject, envelope: ReadonlySet<string>): EventData {
  const data = new EventData();
  for (const name in record) {
    if (!envelope.has(name)) {
      data.put(name, record[name]);
    }
  }
  return data;
}

/** Adds what `UserData` holds: one element, whose children are the values. */
function addUserData(data: EventData, value: JsonValue | undefined): void {
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
function addEventData(data: EventData, value: JsonValue | undefined): JsonValue[] {
  const nameless: JsonValue[] = [];
  for (const [name, member] of Object.entries(asObject(value) ?? {})) {
    if (name === 'Data') {
      for (const item of Array.isArray(member) ? member : [member]) {
        nameless.push(...addDataItem(data, item));
      }
    } else if (!/^[@#]|^xmlns$/i.test(name)) {
      const element = asObject(member);
      data.put(name, element ? (element['#text'] ?? '') : member);
    }
  }
  return nameless;
}

function addDataItem(data: EventData, item: JsonValue): JsonValue[] {
  const element = asObject(item);
  if (element === undefined) {
    return item === '' || item === null ? [] : [item];
  }
  const name = attribute(element, 'Name') ?? element['name'];
  const text = element['#text'] ?? element['_'] ?? element['Value'] ?? '';
  if (typeof name === 'string') {
    data.put(name, text);
    return [];
  }
  return Array.isArray(text) ? [...text] : text === '' ? [] : [text];
}

/** An attribute of an element, in the ways that converters of XML write it. */
function attribute(element: JsonObject | undefined, name: string): JsonValue | undefined {
  if (element === undefined) {
    return undefined;
  }
  const attributes =
    asObject(element['#attributes']) ?? asObject(element['$']) ?? asObject(element['_attributes']);
  return attributes?.[name] ?? element[`@${name}`] ?? element[name];
}

/** An attribute of a child, which `evtx_dump --separate-json-attributes` puts beside it. */
function childAttribute(parent: JsonObject, child: string, name: string): JsonValue | undefined {
  return (
    attribute(asObject(parent[child]), name) ??
    attribute(asObject(parent[`${child}_attributes`]), name)
  );
}

function textOfElement(value: JsonValue | undefined): JsonValue | undefined {
  const element = asObject(value);
  return element ? (element['#text'] ?? element['_'] ?? element['Value']) : value;
}

function unwrapTree(tree: JsonObject): Envelope | undefined {
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
function parsedText(value: JsonValue | undefined): JsonValue | undefined {
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
  return asObject(item ?? tree)?.['EventData'] ?? tree;
}

/** Names of top-level members that are the shipper's own, not the event's. */
const nxlogEnvelope = new Set([
  ...['SourceName', 'ProviderGuid', 'EventID', 'Version', 'Task', 'Opcode', 'OpcodeValue'],
  ...['Keywords', 'EventTime', 'EventReceivedTime', 'Hostname', 'Channel', 'Category', 'Severity'],
  ...['SeverityValue', 'RecordNumber', 'ExecutionProcessID', 'ExecutionThreadID', 'ThreadID'],
  ...['ActivityID', 'RelatedActivityID', 'SourceModuleName', 'SourceModuleType', 'Message', 'host'],
  ...['port', 'tags', '@timestamp', '@version', 'EventTypeOrignal', 'MessageSourceAddress'],
  // The account that wrote the record, never the one that acted.
  ...['AccountName', 'AccountType', 'Domain', 'UserID'],
]);

const flatEnvelope = new Set([
  ...['SourceName', 'ProviderName', 'Provider', 'ProviderGuid', 'ProviderId', 'EventID', 'EventId'],
  ...['Id', 'Version', 'Level', 'LevelDisplayName', 'Task', 'TaskDisplayName', 'Opcode'],
  ...['OpcodeDisplayName', 'Keywords', 'KeywordsDisplayNames', 'Channel', 'LogName', 'Hostname'],
  ...[
    'MachineName',
    'Computer',
    'ComputerName',
    'TimeCreated',
    '@timestamp',
    '@version',
    'Message',
  ],
  ...['RecordId', 'RecordNumber', 'EventRecordID', 'Qualifiers', 'ActivityId', 'RelatedActivityId'],
  ...['ThreadId', 'Bookmark', 'tags', 'host', 'port', 'Properties'],
]);

const logAnalyticsEnvelope = new Set([
  ...['TenantId', 'TimeGenerated', 'SourceSystem', 'Computer', 'EventSourceName', 'Provider'],
  ...[
    'Channel',
    'Task',
    'Level',
    'EventLevel',
    'EventLevelName',
    'EventData',
    'EventID',
    'Activity',
  ],
  ...['SourceComputerId', 'EventOriginId', 'MG', 'TimeCollected', 'ManagementGroupName', 'Type'],
  ...['_ResourceId', '_SubscriptionId', 'Opcode', 'Keywords', 'Version', 'EventRecordId', 'Role'],
  ...['SystemUserId', 'SystemProcessId', 'SystemThreadId', 'Correlation', 'RawEventData', 'Data'],
  ...['AzureDeploymentID', 'PartitionKey', 'RowKey', 'StorageAccount', 'ItemCount', 'Source'],
  ...['EventLog', 'UserName', 'RenderedDescription', 'ParameterXml', 'EventCategory', 'InstanceId'],
  // Made of the columns beside them.
  ...['Account', 'AccountType', 'SubjectAccount', 'TargetAccount', 'LogonTypeName', 'Process'],
]);

const typeSuffix = /_(?:string|long|int|dynamic|guid|bool|real|datetime)$/;

/** Exports of several tables in one carry the type in the names. */
function withoutTypeSuffixes(record: JsonObject): JsonObject {
  if (!Object.keys(record).some((name) => typeSuffix.test(name))) {
    return record;
  }
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name.replace(typeSuffix, ''), value]),
  );
}

/** NXLog's own event types, which stand where Sysmon's would. */
const nxlogTypes = new Set([
  ...['INFO', 'WARNING', 'ERROR', 'CRITICAL', 'VERBOSE', 'AUDIT_SUCCESS', 'AUDIT_FAILURE'],
]);

const xmlMembers = ['message', 'Message', 'SyslogMessage', '_raw', 'raw', 'xml', 'Event', 'log'];

function xmlMember(record: JsonObject): string | undefined {
  for (const name of xmlMembers) {
    const value = record[name];
    if (typeof value === 'string' && /^\s*(?:<\?xml[^>]*>\s*)?<Event[\s>]/.test(value)) {
      return value;
    }
  }
  return undefined;
}

function unwrapWinlog(record: JsonObject): Envelope {
  const data = members(record, 'winlog.event_data');
  const userData = at(record, 'winlog.user_data');
  if (userData !== undefined) {
    addUserData(data, userData);
  }
  return {
    provider: at(record, 'winlog.provider_name'),
    id: at(record, 'winlog.event_id') ?? at(record, 'event.code'),
    channel: at(record, 'winlog.channel'),
    computer: at(record, 'winlog.computer_name'),
    time: at(record, '@timestamp'),
    recordId: at(record, 'winlog.record_id'),
    headerPid: at(record, 'winlog.process.pid'),
    message: record['message'],
    ...namelessParams(data),
  };
}

/** Winlogbeat calls values without a name `param1`, `param2`, …. */
function namelessParams(data: EventData): { data: EventData; inserts?: readonly JsonValue[] } {
  const { names } = data;
  if (names.length === 0 || !names.every((name) => /^param\d+$/.test(name))) {
    return { data };
  }
  return {
    data: new EventData(),
    inserts: names.map((_, index) => data.get(`param${index + 1}`) ?? ''),
  };
}

/** In the order in which they are tried: the surest signs first. */
const shapes: readonly Shape[] = [
  {
    name: 'Winlogbeat 7 and later, Elastic Agent',
    matches: (record) =>
      at(record, 'winlog.provider_name') !== undefined ||
      at(record, 'winlog.event_id') !== undefined,
    unwrap: unwrapWinlog,
  },
  {
    name: 'Winlogbeat 6 and earlier',
    matches: (record) => 'source_name' in record && 'event_id' in record,
    unwrap: (record) => {
      const data = members(record, 'event_data');
      addUserData(data, record['user_data']);
      return {
        provider: record['source_name'],
        id: record['event_id'],
        channel: record['log_name'],
        computer: record['computer_name'],
        time: record['@timestamp'],
        recordId: record['record_number'],
        headerPid: record['process_id'],
        message: record['message'],
        ...namelessParams(data),
      };
    },
  },
  {
    name: 'evtx_dump and other trees of System and EventData',
    matches: (record) => asObject(record['Event'])?.['System'] !== undefined || 'System' in record,
    unwrap: (record) => unwrapTree(asObject(record['Event']) ?? record),
  },
  {
    name: 'EvtxECmd',
    matches: (record) => 'Payload' in record && 'EventId' in record,
    unwrap: (record) => {
      const data = new EventData();
      const payload = asObject(parsedText(record['Payload']));
      const inserts = addEventData(data, payload?.['EventData']);
      addUserData(data, payload?.['UserData']);
      return {
        provider: record['Provider'],
        id: record['EventId'],
        channel: record['Channel'],
        computer: record['Computer'],
        time: record['TimeCreated'],
        recordId: record['EventRecordId'] ?? record['RecordNumber'],
        headerPid: record['ProcessId'],
        data,
        inserts,
      };
    },
  },
  {
    name: 'Wazuh',
    matches: (record) => at(record, 'data.win.system') !== undefined,
    unwrap: (record) => {
      const system = asObject(at(record, 'data.win.system')) ?? {};
      return {
        provider: system['providerName'],
        id: system['eventID'],
        channel: system['channel'],
        computer: system['computer'],
        time: system['systemTime'],
        recordId: system['eventRecordID'],
        headerPid: system['processID'],
        message: system['message'],
        data: members(record, 'data.win.eventdata'),
      };
    },
  },
  {
    name: 'Fluent Bit (winevtlog, winlog)',
    matches: (record) => Array.isArray(record['StringInserts']),
    unwrap: (record) => ({
      provider: record['ProviderName'] ?? record['SourceName'],
      id: record['EventID'] ?? record['EventId'],
      channel: record['Channel'],
      computer: record['Computer'] ?? record['ComputerName'],
      time: record['TimeCreated'] ?? record['TimeGenerated'],
      recordId: record['EventRecordID'] ?? record['RecordNumber'],
      headerPid: record['ProcessID'],
      message: record['Message'],
      data: new EventData(),
      inserts: record['StringInserts'] as readonly JsonValue[],
    }),
  },
  {
    name: 'Logstash (eventlog input)',
    matches: (record) => Array.isArray(record['InsertionStrings']) && 'SourceName' in record,
    unwrap: (record) => ({
      provider: record['SourceName'],
      id: record['EventCode'] ?? record['EventIdentifier'],
      channel: record['Logfile'],
      computer: record['ComputerName'],
      time: record['@timestamp'] ?? record['TimeGenerated'],
      recordId: record['RecordNumber'],
      message: record['Message'],
      data: new EventData(),
      inserts: record['InsertionStrings'] as readonly JsonValue[],
    }),
  },
  {
    name: 'Log Analytics (WindowsEvent, SecurityEvent, Event)',
    matches: (record) => 'EventID' in record && 'TimeGenerated' in record && 'Computer' in record,
    unwrap: (original) => {
      const record = withoutTypeSuffixes(original);
      const data = without(record, logAnalyticsEnvelope);
      const parsed = parsedText(record['EventData']);
      const named = new EventData();
      const inserts = Array.isArray(parsed) ? parsed : addEventData(named, parsed);
      for (const name of named.names) {
        data.put(name, named.get(name.toLowerCase()));
      }
      const isSecurity = record['Type'] === 'SecurityEvent' || record['Channel'] === 'Security';
      const isNamed = 'EventSourceName' in record || 'Provider' in record || 'Source' in record;
      return {
        provider:
          record['EventSourceName'] ??
          record['Provider'] ??
          record['Source'] ??
          (isSecurity || !isNamed ? 'Microsoft-Windows-Security-Auditing' : undefined),
        id: record['EventID'],
        channel: record['Channel'] ?? record['EventLog'],
        computer: record['Computer'],
        time: record['TimeGenerated'],
        recordId: record['EventRecordId'],
        headerPid: record['SystemProcessId'],
        message: record['RenderedDescription'],
        data,
        inserts,
      };
    },
  },
  {
    name: 'NXLog (im_msvistalog)',
    matches: (record) =>
      'SourceName' in record &&
      'EventID' in record &&
      ('EventTime' in record || 'SourceModuleType' in record),
    unwrap: (record) => {
      const data = without(record, nxlogEnvelope);
      const isOwnType = nxlogTypes.has(String(record['EventType']));
      if (isOwnType) {
        data.set('EventType', '');
      }
      const time = record['EventTime'];
      return {
        provider: record['SourceName'],
        id: record['EventID'],
        channel: record['Channel'],
        computer: record['Hostname'],
        time,
        hasTrueTime: typeof time === 'string' && /(?:Z|[+-]\d\d:?\d\d)$/.test(time.trim()),
        recordId: record['RecordNumber'],
        headerPid: record['ExecutionProcessID'],
        message: record['Message'],
        data,
      };
    },
  },
  {
    name: 'flat exports, Get-WinEvent',
    matches: (record) =>
      ('EventID' in record || 'EventId' in record || 'Id' in record) &&
      ('SourceName' in record || 'ProviderName' in record || 'Provider' in record) &&
      ('TimeCreated' in record || '@timestamp' in record),
    unwrap: unwrapFlat,
  },
  {
    name: 'XML within another record',
    matches: (record) => xmlMember(record) !== undefined,
    unwrap: (record) => {
      const tree = parseXml(xmlMember(record) ?? '');
      const event = asObject(tree?.['Event']);
      return event && unwrapTree(event);
    },
  },
];

function unwrapFlat(record: JsonObject): Envelope {
  const isGetWinEvent = 'MachineName' in record && 'Id' in record;
  const data = without(record, flatEnvelope);
  const properties = record['Properties'];
  if (isGetWinEvent) {
    // The header's process is called so here.
    data.set('ProcessId', '');
  }
  return {
    provider: record['SourceName'] ?? record['ProviderName'] ?? record['Provider'],
    id: record['EventID'] ?? record['EventId'] ?? record['Id'],
    channel: record['Channel'] ?? record['LogName'],
    computer:
      record['Hostname'] ?? record['MachineName'] ?? record['Computer'] ?? record['ComputerName'],
    time: record['TimeCreated'] ?? record['@timestamp'],
    // Local time with a false Z is common; `/Date(…)/` counts from 1970 and cannot be false.
    hasTrueTime: /^\/Date/.test(String(record['TimeCreated'])),
    recordId: record['RecordNumber'] ?? record['RecordId'] ?? record['EventRecordID'],
    headerPid: isGetWinEvent ? record['ProcessId'] : undefined,
    message: record['Message'],
    data: isGetWinEvent ? new EventData() : data,
    ...(Array.isArray(properties)
      ? { inserts: properties.map((item) => asObject(item)?.['Value'] ?? item) }
      : {}),
  };
}

/** The event log doubles every `%` of Sysmon's values; in the Security log `%%1833` is a message's code. */
function undouble(data: EventData): void {
  for (const name of data.names) {
    const value = data.get(lowerCase(name));
    if (value?.includes('%%')) {
      data.set(name, value.replaceAll('%%', '%'));
    }
  }
}

export function isSysmon({ provider }: Pick<WindowsEvent, 'provider'>): boolean {
  return provider === sysmonProvider || provider === 'linux-sysmon';
}
