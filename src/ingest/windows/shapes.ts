import { parseDatetime } from '../datetime.js';
import type { JsonValue } from '../json.js';
import { messageOfLine } from '../linux/syslog.js';
import { addMovedFields } from './beats-fields.js';
import {
  collectors,
  isTextEvent,
  kibanaTime,
  mendNxlog,
  unwrapDocument,
  unwrapText,
} from './collectors.js';
import { EventData, lowerCase, textOf, type WindowsEvent } from './event.js';
import { nameInserts } from './inserts.js';
import { dataOfMessage } from './message.js';
import { providerNamed } from './provider.js';
import {
  addEventData,
  addUserData,
  asObject,
  at,
  type Envelope,
  type JsonObject,
  members,
  parsedText,
  type Shape,
  unwrapTree,
  without,
} from './shape.js';
import { mendSids } from './sids.js';
import { isSnare, unwrapSnare } from './snare.js';
import { timeText } from './written-time.js';
import { parseXml } from './xml.js';

const sysmonProvider = 'microsoft-windows-sysmon';
const hasSids = new Set(['microsoft-windows-security-auditing', 'microsoft-windows-eventlog']);

/** The event of a record, whichever shipper wrote it; undefined where it is none. */
export function unwrapEvent(value: JsonValue | undefined): WindowsEvent | undefined {
  const record = asObject(value);
  if (record === undefined) {
    return undefined;
  }
  return eventOfRecord(record) ?? eventOfMember(record) ?? eventInOtherCase(record);
}

function eventOfRecord(record: JsonObject | undefined): WindowsEvent | undefined {
  const document = record && unwrapDocument(record);
  const shape = document && shapes.find((each) => each.matches(document));
  const envelope = document && shape?.unwrap(document);
  return envelope && eventOf(envelope);
}

/** Whether the names of a record are those of events. */
export function isOfShape(record: JsonObject): boolean {
  return shapes.some((shape) => shape.matches(record));
}

/** The event of a text as Splunk's collector or Snare's agent writes it; undefined where it is none. */
export function unwrapPlainText(text: string): WindowsEvent | undefined {
  if (isSnare(text)) {
    return eventOf(unwrapSnare(text));
  }
  if (isTextEvent(text)) {
    return eventOf(unwrapText(text));
  }
  // A message that is one, and none that some program has in its text: whoever it writes of could have put it there.
  const message = messageOfLine(text).message.replace(/^<\d{1,3}>/, '');
  return /^\s*\{/.test(message) ? eventOfRecord(asObject(parsedText(message))) : undefined;
}

/** What a line of syslog begins with. */
export const syslogHeader = /^(?:<\d{1,3}>|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d |\d{4}-\d\d-\d\dT)/;

/** The event of an XML text. */
export function unwrapXml(text: string): WindowsEvent | undefined {
  return unwrapEvent(parseXml(text));
}

function eventOf(envelope: Envelope): WindowsEvent | undefined {
  const id = Number(textOf(envelope.id));
  const channel = textOf(envelope.channel) ?? '';
  const provider = providerNamed(textOf(envelope.provider) ?? '', channel, id);
  const computer = textOf(envelope.computer)?.trim() ?? '';
  if (provider === '' || computer === '' || !Number.isInteger(id) || id < 0) {
    return undefined;
  }
  const message = textOf(envelope.message);
  const { data } = envelope;
  if (envelope.inserts && envelope.inserts.length > 0) {
    nameInserts(data, provider, id, envelope.inserts);
  }
  if (message !== undefined) {
    dataOfMessage(data, provider, id, message);
    if (data.size === 0 && message.trim() !== '') {
      data.set('Message', message);
    }
  }
  if (isSysmon({ provider })) {
    addLost(data, message ?? '');
    mend(data);
  } else if (hasSids.has(provider)) {
    mendSids(data);
  }
  const headerPid = Number(textOf(envelope.headerPid));
  return {
    provider,
    id,
    channel,
    computer,
    time: timeText(envelope.time),
    hasTrueTime: envelope.hasTrueTime ?? true,
    recordId: textOf(envelope.recordId),
    headerPid: Number.isInteger(headerPid) && headerPid > 0 ? headerPid : undefined,
    data,
  };
}

/** Names of top-level members that are the shipper's own, not the event's. */
const nxlogEnvelope = new Set([
  ...['SourceName', 'ProviderGuid', 'EventID', 'Version', 'Task', 'Opcode', 'OpcodeValue'],
  ...['Keywords', 'EventTime', 'EventReceivedTime', 'Hostname', 'Channel', 'Category', 'Severity'],
  ...['LevelValue', 'TaskValue'],
  ...['SeverityValue', 'RecordNumber', 'ExecutionProcessID', 'ExecutionThreadID', 'ThreadID'],
  ...['ActivityID', 'RelatedActivityID', 'SourceModuleName', 'SourceModuleType', 'Message', 'host'],
  ...['port', 'tags', '@timestamp', '@version', 'EventTypeOrignal', 'MessageSourceAddress'],
  // Its word on values that it could not look up.
  'ERROR_EVT_UNRESOLVED',
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
  ...['ThreadId', 'Bookmark', 'tags', 'host', 'port'],
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
  // Of tools that export logs in this form.
  ...['TimeCreated', 'ProviderGuid', 'EventRecordID', 'Message'],
  // Made of the columns beside them.
  ...['Account', 'AccountType', 'SubjectAccount', 'TargetAccount', 'LogonTypeName', 'Process'],
]);

const byLowerCase = (names: readonly string[]) =>
  new Map(names.toReversed().map((name) => [name.toLowerCase(), name]));

/** Names of the records of NXLog and of flat exports, and those of EvtxECmd. */
const flatSpelling = byLowerCase([...nxlogEnvelope, ...flatEnvelope, 'EventData', 'UserData']);
const evtxSpelling = byLowerCase([
  ...['EventId', 'Payload', 'Provider', 'Channel', 'Computer', 'TimeCreated', 'EventRecordId'],
]);

const idMember = /^event_?(?:id|code)$/i;

/** Databases and scripts write all names in lower case, or in upper case. */
function eventInOtherCase(record: JsonObject): WindowsEvent | undefined {
  const within = asObject(record['_source']) ?? asObject(record['result']) ?? record;
  const names = Object.keys(within);
  const id = names.find((name) => idMember.test(name));
  if (id === undefined || (id !== id.toLowerCase() && id !== id.toUpperCase())) {
    return undefined;
  }
  const spelling = names.some((name) => /^payload$/i.test(name)) ? evtxSpelling : flatSpelling;
  const spelled = names.map((name) => [
    spelling.get(name.toLowerCase()) ?? name,
    within[name] ?? null,
  ]);
  return eventOfRecord(Object.fromEntries(spelled) as JsonObject);
}

const mostDelayMs = 15 * 60 * 1000;

/** Tools that export logs in this form have two local times, one of them on a 12-hour clock, each with a false Z. */
function logAnalyticsTime(record: JsonObject): Pick<Envelope, 'time' | 'hasTrueTime'> {
  const [generated, created] = ['TimeGenerated', 'TimeCreated'].map((name) =>
    parseDatetime(textOf(record[name]) ?? ''),
  );
  const delayMs = generated && created ? generated.milliseconds - created.milliseconds : 0;
  return Math.abs(delayMs) < mostDelayMs
    ? { time: record['TimeGenerated'] }
    : { time: record['TimeCreated'], hasTrueTime: false };
}

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

const xmlMembers = [
  ...['message', 'Message', 'SyslogMessage', '_raw', 'raw', 'xml', 'Xml', 'Event', 'event', 'log'],
  ...['RawXml', 'body'],
];

const carriers = [
  ...['message', 'Message', '_raw', 'raw', 'log', 'event', 'Event', 'full_log', 'body', 'data'],
  ...['record', 'payload', 'event.original'],
];

/** One of them is among the members of every event, whoever has written it. */
const eventMembers = [
  ...['System', 'Event', 'EventID', 'EventId', 'EventCode', 'Event ID', 'Id', 'event_id', 'winlog'],
  ...['winlog.event_id', 'winlog_event_id', 'win', '_EventID'],
];

/** The event within another record: as an object, or as text in JSON or XML. */
function eventOfMember(record: JsonObject): WindowsEvent | undefined {
  const within = asObject(record['_source']) ?? asObject(record['result']) ?? record;
  for (const name of carriers) {
    const value = at(within, name);
    const isJson = typeof value === 'string' && /^\s*\{/.test(value);
    const inner = asObject(isJson ? parsedText(value) : value);
    if (inner && eventMembers.some((each) => each in inner)) {
      const event = eventOfRecord(inner);
      if (event) {
        return event;
      }
    }
  }
  const xml = at(within, 'event.original');
  return isEventXml(xml) ? unwrapXml(xml) : undefined;
}

function isEventXml(value: JsonValue | undefined): value is string {
  return typeof value === 'string' && /^\s*(?:<\?xml[^>]*>\s*)?<Event[\s>]/.test(value);
}

function xmlMember(record: JsonObject): string | undefined {
  for (const name of xmlMembers) {
    const value = record[name];
    if (isEventXml(value)) {
      return value;
    }
  }
  return undefined;
}

const userDataPrefix = 'winlog.user_data.';

/** What names that start with its path have. */
function flatUserData(record: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(record).flatMap(([name, value]) =>
      name.startsWith(userDataPrefix) ? [[name.slice(userDataPrefix.length), value]] : [],
    ),
  );
}

function unwrapWinlog(record: JsonObject): Envelope {
  const data = members(record, 'winlog.event_data');
  if (data.size === 0) {
    addUserData(data, at(record, 'winlog.user_data') ?? flatUserData(record));
  }
  const provider = at(record, 'winlog.provider_name') ?? at(record, 'event.provider');
  const id = at(record, 'winlog.event_id') ?? at(record, 'event.code');
  addMovedFields(data, record, textOf(provider) ?? '', Number(textOf(id)));
  return {
    provider,
    id,
    channel: at(record, 'winlog.channel'),
    computer: at(record, 'winlog.computer_name'),
    time: at(record, '@timestamp'),
    hasTrueTime: !kibanaTime.test(textOf(at(record, '@timestamp')) ?? ''),
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

/** In an alert, or as the agent sends it. */
function wazuhEvent(record: JsonObject): JsonObject | undefined {
  const event = asObject(at(record, 'data.win')) ?? asObject(record['win']);
  return event && asObject(event['system']) ? event : undefined;
}

/** What Wazuh has of an event beside its header: `eventdata`, or the element of `UserData` under its own name. */
function wazuhData(event: JsonObject): EventData {
  const data = members(event, 'eventdata');
  for (const name in event) {
    if (name !== 'system' && name !== 'eventdata') {
      addUserData(data, { [name]: event[name] ?? null });
    }
  }
  return ofWazuh(data);
}

/** Wazuh begins names with a small letter, and escapes backslashes and quotes once more than JSON does. */
function ofWazuh(data: EventData): EventData {
  const plain = new EventData();
  for (const name of data.names) {
    const value = data.get(lowerCase(name)) ?? '';
    plain.set(name.charAt(0).toUpperCase() + name.slice(1), unescaped(value));
  }
  return plain;
}

const escapes = /\\(["\\])/g;

/** A text whose every backslash escapes something, and none of whose quotes is left out, is an escaped one. */
function unescaped(value: string): string {
  if (!value.includes('\\')) {
    return value;
  }
  const others = value.replace(escapes, '');
  const hasBareQuote = others.includes('"') && value.replaceAll('\\\\', '').includes('\\"');
  return others.includes('\\') || hasBareQuote ? value : value.replace(escapes, '$1');
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
    matches: (record) =>
      asObject(record['Event'])?.['System'] !== undefined ||
      asObject(record['System']) !== undefined,
    unwrap: (record) => unwrapTree(asObject(record['Event']) ?? record),
  },
  {
    name: 'EvtxECmd',
    matches: (record) => 'EventId' in record && ('Payload' in record || 'PayloadData1' in record),
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
        message: payload === undefined ? summaryOf(record) : undefined,
        data,
        inserts,
      };
    },
  },
  {
    name: 'Wazuh',
    matches: (record) => wazuhEvent(record) !== undefined,
    unwrap: (record) => {
      const event = wazuhEvent(record) ?? {};
      const system = asObject(event['system']) ?? {};
      return {
        provider: system['providerName'],
        id: system['eventID'],
        channel: system['channel'],
        computer: system['computer'],
        time: system['systemTime'],
        recordId: system['eventRecordID'],
        headerPid: system['processID'],
        message: system['message'],
        data: wazuhData(event),
      };
    },
  },
  {
    name: 'Fluent Bit (winevtlog, winlog)',
    matches: (record) => Array.isArray(record['StringInserts']) && !('System' in record),
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
      // Command invocations of PowerShell have a value of that name.
      const userData = asObject(asObject(parsed)?.['UserData']);
      const inserts = Array.isArray(parsed)
        ? parsed
        : addEventData(named, userData === undefined ? parsed : undefined);
      addUserData(named, userData);
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
        ...logAnalyticsTime(record),
        recordId: record['EventRecordId'] ?? record['EventRecordID'],
        headerPid: record['SystemProcessId'],
        message: record['RenderedDescription'] ?? record['Message'],
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
      // CaptureEventXML: the event as it was, with what NXLog's own fields have taken the place of.
      const event = asObject(parseXml(textOf(record['EventXML']) ?? '')?.['Event']);
      const whole = event && unwrapTree({ ...event, Message: record['Message'] ?? '' });
      if (whole) {
        return whole;
      }
      const data = without(record, nxlogEnvelope);
      mendNxlog(data, textOf(record['Message']) ?? '');
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
    name: 'Velociraptor (EvtxHunter)',
    matches: (record) =>
      'EventTime' in record &&
      'Provider' in record &&
      'EventID' in record &&
      ('EventData' in record || 'UserData' in record),
    unwrap: (record) => {
      const data = new EventData();
      const inserts = addEventData(data, parsedText(record['EventData']));
      addUserData(data, parsedText(record['UserData']));
      return {
        provider: record['Provider'],
        id: record['EventID'],
        channel: record['Channel'],
        computer: record['Computer'],
        time: record['EventTime'],
        recordId: record['EventRecordID'],
        message: record['Message'],
        data,
        inserts,
      };
    },
  },
  {
    name: 'flat exports, Get-WinEvent',
    matches: (record) =>
      ('EventID' in record || 'EventId' in record || 'Id' in record) &&
      flatOrigins.some((name) => name in record) &&
      ('TimeCreated' in record || '@timestamp' in record) &&
      !Array.isArray(record['EventData']),
    unwrap: unwrapFlat,
  },
  {
    name: 'columns of Event Viewer, with the computer',
    matches: (record) => 'Date and Time' in record && 'Event ID' in record && 'Computer' in record,
    unwrap: (record) => ({
      provider: record['Source'],
      id: record['Event ID'],
      channel: record['Log'],
      computer: record['Computer'],
      time: record['Date and Time'],
      hasTrueTime: false,
      message: record['Message'] ?? record['Description'],
      data: new EventData(),
    }),
  },
  ...collectors,
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

/** What EvtxECmd says of an event besides its values, which may have been left out. */
function summaryOf(record: JsonObject): string {
  return Object.keys(record)
    .filter((name) => name === 'MapDescription' || name.startsWith('PayloadData'))
    .map((name) => textOf(record[name]) ?? '')
    .filter((text) => text !== '')
    .join('; ');
}

/** The log's name may have to stand for the provider's. */
const flatOrigins = ['SourceName', 'ProviderName', 'Provider', 'Channel', 'LogName'];

function unwrapFlat(record: JsonObject): Envelope {
  const isGetWinEvent = 'MachineName' in record && 'Id' in record;
  const data = without(record, flatEnvelope);
  // Command invocations of PowerShell have a value of the second name.
  for (const name of ['EventData', 'UserData']) {
    const nested = name in record ? asObject(parsedText(record[name])) : undefined;
    if (nested) {
      data.delete(name);
      (name === 'EventData' ? addEventData : addUserData)(data, nested);
    }
  }
  const properties = record['Properties'];
  if (Array.isArray(properties)) {
    data.delete('Properties');
  }
  return {
    provider: record['SourceName'] ?? record['ProviderName'] ?? record['Provider'],
    id: record['EventID'] ?? record['EventId'] ?? record['Id'],
    channel: record['Channel'] ?? record['LogName'],
    computer:
      record['Hostname'] ?? record['MachineName'] ?? record['Computer'] ?? record['ComputerName'],
    time: record['TimeCreated'] ?? record['@timestamp'],
    // Local time with a false Z is common; `/Date(…)/` counts from 1970, and an offset says which it is.
    hasTrueTime: /^\/Date|[+-]\d\d:?\d\d$/.test(String(record['TimeCreated'])),
    recordId: record['RecordNumber'] ?? record['RecordId'] ?? record['EventRecordID'],
    headerPid: isGetWinEvent ? record['ProcessId'] : undefined,
    message: record['Message'],
    data: isGetWinEvent ? new EventData() : data,
    inserts: Array.isArray(properties) ? propertiesOf(properties) : undefined,
  };
}

/** Where JSON is not deep enough for them, PowerShell has only their type. */
const propertyType = 'System.Diagnostics.Eventing.Reader.EventProperty';

/** Values of a SID are objects themselves. */
function propertiesOf(items: readonly JsonValue[]): readonly JsonValue[] | undefined {
  if (items.includes(propertyType)) {
    return undefined;
  }
  return items.map((item) => {
    const value = asObject(item)?.['Value'] ?? item;
    return asObject(value)?.['Value'] ?? value;
  });
}

/** NXLog has its own type where Sysmon's was, and its own process in place of the one that acted. */
function addLost(data: EventData, message: string): void {
  const isTyped = data.get('targetobject') !== undefined || data.get('pipename') !== undefined;
  if (isTyped && data.get('eventtype') === undefined) {
    data.put('EventType', /^EventType: (\w+)/m.exec(message)?.[1]);
  }
  if (data.get('processguid') !== undefined && data.get('processid') === undefined) {
    data.put('ProcessId', /^ProcessId: (\d+)/m.exec(message)?.[1]);
  }
}

const bareGuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
const bareGuidLength = 36;

/** Of the version of a file, of which some versions of Sysmon write `?` where they know nothing. */
const versionFields: ReadonlySet<string> = new Set([
  ...['company', 'product', 'fileversion', 'description', 'originalfilename'],
]);

/**
 * The event log doubles every `%` of Sysmon's values (in the Security log `%%1833` is a message's code).
 * GUIDs have braces in Sysmon's log, which readers of its binary form leave out.
 */
function mend(data: EventData): void {
  for (const [slot, value] of data.values.entries()) {
    if (value.includes('%%')) {
      data.replace(slot, value.replaceAll('%%', '%'));
    } else if (value.length === bareGuidLength && isOfGuid(data, slot) && bareGuid.test(value)) {
      data.replace(slot, `{${value}}`);
    } else if (value === '?' && versionFields.has(lowerCase(data.names[slot] ?? ''))) {
      data.replace(slot, '-');
    }
  }
}

function isOfGuid({ names }: EventData, slot: number): boolean {
  return lowerCase(names[slot] ?? '').endsWith('guid');
}

export function isSysmon({ provider }: Pick<WindowsEvent, 'provider'>): boolean {
  return provider === sysmonProvider || provider === 'linux-sysmon';
}
