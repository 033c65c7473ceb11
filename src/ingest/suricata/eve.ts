import { isIPv6 } from 'node:net';
import { documentIn } from '../documents/carried.js';
import { listOf, valueAt } from '../documents/document.js';
import { compactJson, type JsonValue } from '../json.js';
import { textFrom } from '../windows/expression.js';
import { asObject, type JsonObject } from '../windows/shape.js';
import { shortAddress } from '../windows/values.js';
import { words } from '../words.js';
import { ZeekFields } from '../zeek/fields.js';
import { rulesOfLogs, type ZeekRule, zeekRules } from '../zeek/rules.js';

const ownLogs: ReadonlySet<string> = new Set([
  ...['conn', 'dns', 'http', 'ssl', 'ssh', 'ftp', 'smtp', 'kerberos', 'files'],
]);

/** What Suricata's rules found: it is there to find it, where to Zeek that is an extra. */
const alert: ZeekRule = {
  log: 'alert',
  table: 'DeviceNetworkEvents',
  actionType: () => 'NetworkSignatureInspected',
  actions: 'NetworkSignatureInspected',
  columns: {},
  additional: { SignatureName: (fields) => fields.get('alert.signature') },
};

const rules = [alert, ...zeekRules.filter(({ log }) => ownLogs.has(log))];

/** Rules for what Suricata tells, which are Zeek's where both tell the same. */
export const suricataLogs = rulesOfLogs(rules);

interface EventType {
  /** The log of Zeek's that tells the same. */
  readonly log: string;
  /** Its fields, by Suricata's paths below the name of the event type. */
  readonly fields: Readonly<Record<string, string>>;
}

/** Types of events; others have no row. */
const eventTypes: Readonly<Record<string, EventType>> = words<EventType>({
  flow: {
    log: 'conn',
    fields: {
      age: 'duration',
      pkts_toserver: 'orig_pkts',
      pkts_toclient: 'resp_pkts',
      bytes_toserver: 'orig_ip_bytes',
      bytes_toclient: 'resp_ip_bytes',
    },
  },
  dns: {
    log: 'dns',
    fields: { id: 'trans_id', rrname: 'query', rrtype: 'qtype_name', rcode: 'rcode_name' },
  },
  http: {
    log: 'http',
    fields: {
      hostname: 'host',
      url: 'uri',
      http_method: 'method',
      http_user_agent: 'user_agent',
      http_refer: 'referrer',
      status: 'status_code',
      length: 'response_body_len',
    },
  },
  tls: {
    log: 'ssl',
    fields: { sni: 'server_name', issuerdn: 'issuer', 'ja3.hash': 'ja3', 'ja3s.hash': 'ja3s' },
  },
  quic: { log: 'ssl', fields: { sni: 'server_name', 'ja3.hash': 'ja3', 'ja3s.hash': 'ja3s' } },
  ssh: {
    log: 'ssh',
    fields: { 'client.software_version': 'client', 'server.software_version': 'server' },
  },
  ftp: {
    log: 'ftp',
    fields: { command_data: 'arg', completion_code: 'reply_code', reply: 'reply_msg' },
  },
  smtp: { log: 'smtp', fields: { mail_from: 'mailfrom', rcpt_to: 'rcptto' } },
  krb5: { log: 'kerberos', fields: { sname: 'service', error_code: 'error_msg' } },
  fileinfo: { log: 'files', fields: { size: 'seen_bytes' } },
  alert: { log: 'alert', fields: {} },
});

/** Members of every event. */
const common: Readonly<Record<string, string>> = words({
  timestamp: 'ts',
  flow_id: 'uid',
  src_ip: 'id.orig_h',
  src_port: 'id.orig_p',
  dest_ip: 'id.resp_h',
  dest_port: 'id.resp_p',
  app_proto: 'service',
  // Zeek's word for another thing.
  direction: 'packet_direction',
});

function isEve(document: JsonObject): boolean {
  const type = textFrom(document['event_type']);
  return (
    type !== undefined &&
    textFrom(document['timestamp']) !== undefined &&
    ('flow_id' in document || 'src_ip' in document || asObject(document[type]) !== undefined)
  );
}

/** An event of Suricata's, out of what shippers put around it; undefined where there is none. */
export function eveEvent(value: JsonValue | undefined): JsonObject | undefined {
  return documentIn(value, isEve);
}

/** What Suricata tells, in Zeek's words. */
export function inZeeksWords(event: JsonObject): {
  readonly log: string;
  readonly fields: ZeekFields;
} {
  const name = textFrom(event['event_type']) ?? '';
  const type = eventTypes[name];
  const fields = new ZeekFields();
  for (const member in event) {
    if (member === name && type !== undefined) {
      continue;
    }
    setAll(fields, common[member] ?? member, event[member], {});
  }
  const own = asObject(event[name]);
  for (const member in type === undefined ? {} : own) {
    const prefix = name === 'alert' ? 'alert.' : '';
    setAll(fields, `${prefix}${member}`, own?.[member], type?.fields ?? {});
  }
  repair[name]?.(fields, event, own ?? {});
  shortenAddresses(fields);
  setProtocol(fields, event);
  return { log: type?.log ?? '', fields };
}

/** Suricata writes IPv6 in full. */
function shortenAddresses(fields: ZeekFields): void {
  for (const name of ['id.orig_h', 'id.resp_h', 'tx_host']) {
    const address = fields.get(name);
    if (address?.includes(':') && isIPv6(address)) {
      fields.set(name, shortAddress(address));
    }
  }
}

const deepest = 10;
/** Each member of an object has the path before its name, so no longer one is put there. */
const longestPath = 100;

/** Sets a value, of objects their members by paths. */
function setAll(
  fields: ZeekFields,
  path: string,
  value: JsonValue | undefined,
  names: Readonly<Record<string, string>>,
  depth = 0,
): void {
  const isNear = depth < deepest && path.length <= longestPath;
  const inner = isNear ? asObject(value) : undefined;
  if (inner) {
    for (const member in inner) {
      setAll(fields, `${path}.${member}`, inner[member], names, depth + 1);
    }
  } else if (value !== undefined && value !== null) {
    const name = Object.hasOwn(names, path) ? (names[path] ?? path) : path;
    fields.set(
      name,
      typeof value === 'object' ? (textFrom(value) ?? compactJson(value)) : String(value),
    );
  }
}

/** Zeek's names for protocols below those that are looked into. */
function setProtocol(fields: ZeekFields, event: JsonObject): void {
  const protocol = textFrom(event['proto'])?.toLowerCase();
  if (protocol !== undefined) {
    fields.set('proto', /icmp/.test(protocol) ? 'icmp' : protocol);
  }
}

type Repair = (fields: ZeekFields, event: JsonObject, own: JsonObject) => void;

/** Of a TCP segment, or of all that came from one end. */
const [syn, reset] = [0x02, 0x04];

function flagsOf(hex: JsonValue | undefined): number {
  return Number.parseInt(textFrom(hex) ?? '0', 16);
}

/** What is more than another name. */
const repair: Readonly<Record<string, Repair>> = words<Repair>({
  flow(fields, event, own) {
    const tcp = asObject(event['tcp']) ?? {};
    const isUnanswered =
      textFrom(tcp['state']) === 'syn_sent' || Number(textFrom(own['pkts_toclient'])) === 0;
    const isRefused =
      (flagsOf(tcp['tcp_flags_ts']) & syn) !== 0 &&
      (flagsOf(tcp['tcp_flags_tc']) & (syn | reset)) === reset;
    fields.set('conn_state', isUnanswered ? 'S0' : isRefused ? 'REJ' : 'SF');
    // The event comes at the end of the flow, Zeek's time is that of its start.
    setText(fields, 'ts', own['start']);
  },
  dns(fields, _event, own) {
    setText(fields, 'query', valueAt(own, ['queries', 'rrname']) ?? own['rrname']);
    setText(fields, 'qtype_name', valueAt(own, ['queries', 'rrtype']) ?? own['rrtype']);
    const answers = answersOf(own);
    if (answers.length > 0) {
      fields.set('answers', compactJson(answers));
    }
  },
  krb5(fields, _event, own) {
    const [name, realm] = [textFrom(own['cname']), textFrom(own['realm'])];
    fields.set('client', [name, realm].filter((part) => part).join('/'));
    fields.set('success', String(own['msg_type'] !== 'KRB_ERROR'));
  },
  fileinfo(fields, event) {
    // The event goes the way of the file.
    setText(fields, 'tx_host', event['src_ip']);
    fields.set('source', (textFrom(event['app_proto']) ?? '').toUpperCase());
  },
  alert(fields, event) {
    // Those of the packet may be the other way round.
    const flow = asObject(event['flow']) ?? {};
    if (textFrom(flow['src_ip']) !== undefined && textFrom(flow['dest_ip']) !== undefined) {
      setText(fields, 'id.orig_h', flow['src_ip']);
      setText(fields, 'id.orig_p', flow['src_port']);
      setText(fields, 'id.resp_h', flow['dest_ip']);
      setText(fields, 'id.resp_p', flow['dest_port']);
    }
  },
});

function setText(fields: ZeekFields, name: string, value: JsonValue | undefined): void {
  const text = textFrom(value);
  if (text !== undefined) {
    fields.set(name, text);
  }
}

/** One by one, by their types, or the only one, as the version of the log has them: often in both of the first ways. */
function answersOf({ answers, grouped, rdata }: JsonObject): readonly string[] {
  const single = listOf(answers).map((answer) => asObject(answer)?.['rdata']);
  const byType = Object.values(asObject(grouped) ?? {}).flatMap(listOf);
  const told = [single, byType, [rdata]].map((each) => each.flatMap((one) => textFrom(one) ?? []));
  return told.find((each) => each.length > 0) ?? [];
}

/** For the reference: types of events with their rules. */
export const suricataRules = Object.entries(eventTypes).flatMap(([name, { log }]) =>
  rules.filter((rule) => rule.log === log).map((rule) => ({ ...rule, log: name })),
);
