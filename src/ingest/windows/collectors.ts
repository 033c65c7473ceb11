import type { JsonValue } from '../json.js';
import { words } from '../words.js';
import { EventData, textOf } from './event.js';
import {
  addEventData,
  addUserData,
  asObject,
  at,
  type Envelope,
  hitFields,
  type JsonObject,
  members,
  parsedText,
  type Shape,
  unwrapTree,
  without,
} from './shape.js';
import { isSnare, unwrapSnare } from './snare.js';
import { unescapeXml } from './values.js';
import { parseXml } from './xml.js';

/** Splunk's own fields of an event, and those that its add-ons take from the header. */
const splunkFields = new Set([
  ...[
    'host',
    'source',
    'sourcetype',
    'index',
    'linecount',
    'punct',
    'splunk_server',
    'timestartpos',
  ],
  ...['timeendpos', 'eventtype', 'tag', 'tag::eventtype', 'splunk_server_group', 'EventCode'],
  ...['EventID', 'Computer', 'ComputerName', 'Channel', 'LogName', 'SourceName', 'Name', 'Guid'],
  ...['EventRecordID', 'RecordNumber', 'SystemTime', 'TimeCreated', 'Message', 'Version', 'Level'],
  ...['Task', 'TaskCategory', 'Opcode', 'OpCode', 'Keywords', 'Type', 'Qualifiers', 'ThreadID'],
  ...['ProcessID', 'vendor_product', 'EventData_Xml', 'System_Props_Xml', 'RecordID'],
]);

const splunkSource = /^(?:Xml)?WinEventLog:(.*)$/i;

function splunkChannel(record: JsonObject): JsonValue | undefined {
  const source = record['source'];
  const named = typeof source === 'string' ? splunkSource.exec(source)?.[1] : undefined;
  return record['Channel'] ?? record['LogName'] ?? named;
}

function unwrapSplunk(record: JsonObject): Envelope {
  const data = new EventData();
  for (const name in record) {
    if (!splunkFields.has(name) && !name.startsWith('_') && !name.startsWith('date_')) {
      data.put(name, record[name]);
    }
  }
  const pid = record['ProcessID'];
  return {
    provider: record['SourceName'] ?? unquoted(record['Name']),
    id: record['EventCode'] ?? record['EventID'],
    channel: splunkChannel(record),
    computer: record['Computer'] ?? record['ComputerName'] ?? record['host'],
    time: unquoted(record['SystemTime']) ?? record['_time'] ?? record['TimeCreated'],
    recordId: record['EventRecordID'] ?? record['RecordNumber'],
    headerPid: unquoted(pid),
    message: record['Message'],
    data,
  };
}

/** Add-ons leave the quotes of XML's attributes. */
function unquoted(value: JsonValue | undefined): JsonValue | undefined {
  return typeof value === 'string' ? value.replace(/^'(.*)'$/, '$1') : value;
}

const textMembers = ['_raw', 'message', 'Message', 'event', 'raw', 'log'];
// A line end's `\r` is a part of its line here: told apart, there would be two ways to read each line.
const textEvent = /^[^\n]{0,101}\n(?:[A-Za-z]+=[^\n]*\n)*?LogName=/;

/** Whether a text is an event of Windows' log as Splunk's collector writes it: a time, `Name=value` lines, the message. */
export function isTextEvent(text: string): boolean {
  return textEvent.test(text);
}

/** The member that is a text of some kind. */
function textMember(record: JsonObject, isOfKind: (text: string) => boolean): string | undefined {
  return textMembers
    .map((name) => record[name])
    .find((value) => typeof value === 'string' && isOfKind(value)) as string | undefined;
}

export function unwrapText(text: string): Envelope {
  const [head = '', ...rest] = text.split(/\r?\nMessage=/);
  const [time = '', ...lines] = head.split(/\r?\n/);
  const fields = new Map(
    lines.map((line) => {
      const end = line.indexOf('=');
      return [line.slice(0, end), line.slice(end + 1)] as const;
    }),
  );
  return {
    provider: fields.get('SourceName'),
    id: fields.get('EventCode'),
    channel: fields.get('LogName'),
    computer: fields.get('ComputerName'),
    time: time.trim(),
    // Of the machine, without its zone.
    hasTrueTime: false,
    recordId: fields.get('RecordNumber'),
    message: rest.join('\nMessage='),
    data: new EventData(),
  };
}

/** `event_data` of OpenTelemetry's collector: a map, or a list of maps of one member each. */
function openTelemetryData(record: JsonObject): { data: EventData; inserts: JsonValue[] } {
  const data = new EventData();
  const inserts: JsonValue[] = [];
  addUserData(data, record['user_data']);
  const object = asObject(record['event_data']) ?? {};
  const list = object['data'];
  const parts = Array.isArray(list) ? list.map((item) => asObject(item) ?? {}) : [object];
  for (const part of parts) {
    for (const name in part) {
      if (name === '' || /^param\d+$/.test(name)) {
        inserts.push(part[name] ?? '');
      } else {
        data.put(name, part[name]);
      }
    }
  }
  return { data, inserts };
}

/** NXLog's own event types, which stand where Sysmon's would. */
const nxlogTypes = new Set([
  ...['INFO', 'WARNING', 'ERROR', 'CRITICAL', 'VERBOSE', 'AUDIT_SUCCESS', 'AUDIT_FAILURE'],
]);

/** Takes back what NXLog has done to the values of an event. */
export function mendNxlog(data: EventData, message: string): void {
  if (nxlogTypes.has(data.get('eventtype') ?? '')) {
    data.delete('EventType');
  }
  if (data.get('imagepath') !== undefined) {
    // That of the event stands where the service's would.
    data.put('AccountName', serviceAccount.exec(message)?.[1]);
  }
  let searched = 0;
  for (const [slot, value] of data.values.entries()) {
    if (value.includes('&') && searched++ < mostEscaped && isEscaped(value, message)) {
      data.replace(slot, unescapeXml(value));
    }
  }
}

/** No event has so many values; for each of them the message is searched. */
const mostEscaped = 200;

const serviceAccount = /^Service Account:[ \t]*(\S[^\r\n]*)/m;
const xmlEscape = /&(?:lt|gt|amp|quot|apos);/;
const neverEscaped = /[<>]|&(?!(?:lt|gt|amp|quot|apos);)/;
/** Up to where values and messages may differ: in their ends of lines, and in `%`, which the event log doubles. */
const before = /[^\r\n%]{0,20}$/;
const after = /^[^\r\n%]{0,20}/;

/** Some versions of NXLog read events as XML and leave the escapes of values in place; messages have none. */
function isEscaped(value: string, message: string): boolean {
  const found = xmlEscape.exec(value);
  if (found === null || neverEscaped.test(value)) {
    return false;
  }
  const start = before.exec(value.slice(Math.max(found.index - 20, 0), found.index))?.[0] ?? '';
  const rest = value.slice(found.index);
  return !message.includes(start + (after.exec(rest.slice(0, 20))?.[0] ?? ''));
}

const gelfFields = new Set([
  ...['version', 'host', 'short_message', 'full_message', 'timestamp', 'level', 'facility'],
  ...['EventReceivedTime', 'Hostname', 'Severity', 'SeverityValue', 'SourceModuleName', 'Opcode'],
  ...['SourceModuleType', 'OpcodeValue', 'Task', 'Keywords', 'ProviderGuid', 'ThreadID'],
  ...['ExecutionProcessID', 'ExecutionThreadID', 'AccountName', 'AccountType', 'Domain', 'UserID'],
  ...['SourceName', 'EventID', 'Channel', 'RecordNumber', 'EventTime', 'Category'],
  ...['gl2_source_input', 'gl2_source_node', 'gl2_remote_ip', 'gl2_remote_port', 'streams'],
]);

/** Graylog's form has `_` before the names of all fields but its own. */
function unwrapGelf(record: JsonObject): Envelope {
  const plain = Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name.replace(/^_/, ''), value]),
  );
  const data = without(plain, gelfFields);
  mendNxlog(data, textOf(plain['full_message']) ?? '');
  return {
    provider: plain['SourceName'],
    id: plain['EventID'],
    channel: plain['Channel'],
    computer: plain['Hostname'] ?? plain['host'],
    time: plain['timestamp'] ?? plain['EventTime'],
    recordId: plain['RecordNumber'],
    headerPid: plain['ExecutionProcessID'],
    message: plain['full_message'],
    data,
  };
}

/** What Hayabusa calls logs. */
const hayabusaLogs: Readonly<Record<string, string>> = words({
  Sec: 'Security',
  Sys: 'System',
  Sysmon: 'Microsoft-Windows-Sysmon/Operational',
  PwSh: 'Microsoft-Windows-PowerShell/Operational',
  PwShClassic: 'Windows PowerShell',
  Defender: 'Microsoft-Windows-Windows Defender/Operational',
  TaskSch: 'Microsoft-Windows-TaskScheduler/Operational',
  WMI: 'Microsoft-Windows-WMI-Activity/Operational',
  PwShCore: 'PowerShellCore/Operational',
  AppLocker: 'Microsoft-Windows-AppLocker/EXE and DLL',
  CodeInteg: 'Microsoft-Windows-CodeIntegrity/Operational',
  SecMitig: 'Microsoft-Windows-Security-Mitigations/KernelMode',
  'RDS-RCM': 'Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational',
  'LDAP-Cli': 'Microsoft-Windows-LDAP-Client/Debug',
});

/** `Name: value ¦ Name: value`, as it is in CSV. */
function listedFields(text: string): EventData {
  const data = new EventData();
  for (const part of text.split(' ¦ ')) {
    const [, name, value] = /^\s*(\w[\w -]*?): ?([\s\S]*)$/.exec(part) ?? [];
    if (name !== undefined && value !== undefined) {
      data.put(name, value);
    }
  }
  return data;
}

/** A hit of a rule, with all of its event; the event of several hits is one. */
function unwrapHayabusa(record: JsonObject): Envelope {
  const channel = textOf(record['Channel']) ?? '';
  const provider = textOf(record['Provider']) ?? '';
  const log = hayabusaLogs[channel] ?? channel;
  const all = record['AllFieldInfo'];
  const data = typeof all === 'string' ? listedFields(all) : members(record, 'AllFieldInfo');
  const logonType = /^(\d+) - /.exec(data.get('logontype') ?? '')?.[1];
  if (logonType !== undefined) {
    data.set('LogonType', logonType);
  }
  return {
    provider: provider === channel || provider in hayabusaLogs ? undefined : provider,
    id: record['EventID'],
    channel: log,
    computer: record['Computer'],
    time: record['Timestamp'],
    recordId: record['RecordID'],
    data,
  };
}

/** What Graylog's Beats input puts before each name, where it is asked to. */
const graylogPrefixes = ['winlogbeat_', ''];

function graylogPrefix(record: JsonObject): string | undefined {
  return graylogPrefixes.find(
    (prefix) => `${prefix}winlog_event_id` in record || `${prefix}winlog_channel` in record,
  );
}

/** Names that are paths with `_` for the dots. */
function unwrapUnderscores(record: JsonObject): Envelope {
  const before = graylogPrefix(record) ?? '';
  const winlog = (name: string) => record[`${before}winlog_${name}`];
  const data = new EventData();
  for (const part of ['event', 'user']) {
    const prefix = `${before}winlog_${part}_data_`;
    for (const name in record) {
      if (name.startsWith(prefix) && !name.endsWith('_xml_name')) {
        data.put(name.slice(prefix.length), record[name]);
      }
    }
  }
  return {
    provider: winlog('provider_name'),
    id: winlog('event_id') ?? record[`${before}event_code`],
    channel: winlog('channel'),
    computer: winlog('computer_name') ?? record[`${before}host_name`],
    time: record['timestamp'] ?? record[`${before}@timestamp`],
    recordId: winlog('record_id'),
    headerPid: winlog('process_pid'),
    message: record['message'] ?? record[`${before}message`],
    data,
  };
}

/** Elements of `EventData` without the element itself, as Promtail has them. */
function elementsOf(value: JsonValue | undefined): JsonValue | undefined {
  const text = textOf(value)?.trim() ?? '';
  const whole = text.startsWith('<EventData') ? text : `<EventData>${text}</EventData>`;
  return text === '' ? undefined : asObject(parseXml(whole))?.['EventData'];
}

/** As Kibana writes it in reports, of the browser's zone: `Jan 5, 2026 @ 10:11:12.400`. */
export const kibanaTime = /^[A-Z][a-z]{2} \d{1,2}, \d{4} @ /;

/** Collectors that are not made for Windows alone, and exports of hunting tools. */
export const collectors: readonly Shape[] = [
  {
    name: 'OpenTelemetry Collector (windowseventlog)',
    matches: (record) =>
      asObject(record['event_id'])?.['id'] !== undefined &&
      asObject(record['provider'])?.['name'] !== undefined,
    unwrap: (record) => ({
      provider: at(record, 'provider.name'),
      id: at(record, 'event_id.id'),
      channel: record['channel'],
      computer: record['computer'],
      time: record['system_time'],
      recordId: record['record_id'],
      headerPid: at(record, 'execution.process_id'),
      message: record['message'],
      ...openTelemetryData(record),
    }),
  },
  {
    name: 'Promtail, Grafana Alloy',
    matches: (record) => 'event_id' in record && 'eventRecordID' in record && 'source' in record,
    unwrap: (record) => {
      const data = new EventData();
      const inserts = addEventData(data, elementsOf(record['event_data']));
      addUserData(data, parsedText(record['user_data']));
      return {
        provider: record['source'],
        id: record['event_id'],
        channel: record['channel'],
        computer: record['computer'],
        time: record['timeCreated'],
        recordId: record['eventRecordID'],
        headerPid: at(record, 'execution.processId'),
        message: record['message'],
        data,
        inserts,
      };
    },
  },
  {
    name: 'Fluent Bit with Render_Event_As_XML',
    matches: (record) =>
      typeof record['System'] === 'string' && /^\s*<(?:\?xml|Event)/.test(record['System']),
    unwrap: (record) => {
      const event = asObject(parseXml(textOf(record['System']) ?? '')?.['Event']);
      return event && unwrapTree({ ...event, Message: record['Message'] ?? '' });
    },
  },
  {
    name: 'Fluentd (windows_eventlog2)',
    matches: (record) => Array.isArray(record['EventData']) && 'ProviderName' in record,
    unwrap: (record) => ({
      provider: record['ProviderName'],
      id: record['EventID'],
      channel: record['Channel'],
      computer: record['Computer'],
      time: textOf(record['TimeCreated'])?.replaceAll('/', '-'),
      recordId: record['EventRecordID'],
      headerPid: record['ProcessID'],
      message: record['Description'],
      data: new EventData(),
      inserts: record['EventData'] as readonly JsonValue[],
    }),
  },
  {
    name: 'Get-EventLog',
    matches: (record) =>
      'ReplacementStrings' in record && 'Source' in record && 'MachineName' in record,
    unwrap: (record) => ({
      provider: record['Source'],
      // The upper bits of InstanceId are no part of it.
      id: record['EventID'],
      computer: record['MachineName'],
      time: record['TimeGenerated'],
      hasTrueTime: /^\/Date/.test(textOf(record['TimeGenerated']) ?? ''),
      recordId: record['Index'],
      message: record['Message'],
      data: new EventData(),
      // CSV has no more than the type of the list.
      inserts: Array.isArray(record['ReplacementStrings'])
        ? record['ReplacementStrings']
        : undefined,
    }),
  },
  {
    name: 'Graylog (Beats input), and others with `_` between the names of a path',
    matches: (record) => graylogPrefix(record) !== undefined,
    unwrap: unwrapUnderscores,
  },
  {
    name: 'Hayabusa (profiles with all fields)',
    matches: (record) =>
      'RuleTitle' in record &&
      'Channel' in record &&
      (asObject(record['AllFieldInfo']) !== undefined ||
        typeof record['AllFieldInfo'] === 'string'),
    unwrap: unwrapHayabusa,
  },
  {
    name: 'GELF (Graylog)',
    matches: (record) =>
      'short_message' in record && '_EventID' in record && '_SourceName' in record,
    unwrap: unwrapGelf,
  },
  {
    name: 'Splunk, events as text',
    matches: (record) => textMember(record, isTextEvent) !== undefined,
    unwrap: (record) => unwrapText(textMember(record, isTextEvent) ?? ''),
  },
  {
    name: 'Snare, in syslog',
    matches: (record) => textMember(record, isSnare) !== undefined,
    unwrap: (record) => unwrapSnare(textMember(record, isSnare) ?? ''),
  },
  {
    name: 'Splunk, fields of an event',
    matches: (record) =>
      ('EventCode' in record || 'EventID' in record) &&
      !('_raw' in record && String(record['_raw']).trimStart().startsWith('<Event')) &&
      ('sourcetype' in record || 'EventCode' in record) &&
      ('Computer' in record || 'ComputerName' in record) &&
      (splunkChannel(record) !== undefined || 'SourceName' in record),
    unwrap: unwrapSplunk,
  },
];

/** What wraps an event in answers of searches and in reports of tools. */
export function unwrapDocument(record: JsonObject): JsonObject {
  const isAnswer = 'preview' in record || 'offset' in record;
  return (
    asObject(record['_source']) ??
    hitFields(record) ??
    (isAnswer ? asObject(record['result']) : undefined) ??
    ('document' in record ? asObject(at(record, 'document.data')) : undefined) ??
    // Azure Diagnostics, which has the event as XML.
    (typeof at(record, 'properties.RawXml') === 'string'
      ? asObject(record['properties'])
      : undefined) ??
    // LimaCharlie's sensor.
    ('event' in record ? asObject(at(record, 'event.EVENT')) : undefined) ??
    record
  );
}
