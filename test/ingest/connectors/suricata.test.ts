import { describe, expect, it } from 'vitest';
import { converted, onlyRow, type Row } from '../convert.js';

const base = {
  timestamp: '2026-01-05T10:11:12.251547+0000',
  flow_id: 586_497_171_462_735,
  in_iface: 'eth0',
  src_ip: '10.0.0.5',
  src_port: 50_096,
  dest_ip: '203.0.113.9',
  dest_port: 443,
  proto: 'TCP',
};
const event = (event_type: string, own: object, more: object = {}) => ({
  ...base,
  event_type,
  [event_type]: own,
  ...more,
});
const flow = {
  pkts_toserver: 7,
  pkts_toclient: 6,
  bytes_toserver: 700,
  bytes_toclient: 600,
  age: 2,
};
const rowOf = (record: object, extensions = false): Row => {
  const result = converted([record], undefined, { extensions });
  expect([result.source, result.letters]).toEqual(['suricata', []]);
  return onlyRow(result);
};
const ends = {
  table: 'DeviceNetworkEvents',
  LocalIP: '10.0.0.5',
  LocalPort: 50_096,
  LocalIPType: 'Private',
  RemoteIP: '203.0.113.9',
  RemotePort: 443,
  RemoteIPType: 'Public',
  Protocol: 'Tcp',
};

it.each<[string, object, object]>([
  [
    'a flow',
    event(
      'flow',
      { ...flow, start: '2026-01-05T10:11:10.5+0000', state: 'closed' },
      { app_proto: 'tls' },
    ),
    {
      ...ends,
      ActionType: 'ConnectionSuccess',
      // When it began, as Zeek has it.
      Timestamp: '2026-01-05T10:11:10.5000000Z',
      AdditionalFields: {
        direction: 'Out',
        uid: '586497171462735',
        service: 'tls',
        orig_pkts: '7',
        resp_ip_bytes: '600',
        state: 'closed',
        in_iface: 'eth0',
      },
    },
  ],
  [
    'one that nobody answered',
    event('flow', { ...flow, pkts_toclient: 0 }),
    { ...ends, ActionType: 'ConnectionFailed' },
  ],
  [
    'one that was never more than a SYN',
    event('flow', flow, { tcp: { state: 'syn_sent' } }),
    { ActionType: 'ConnectionFailed' },
  ],
  [
    'one of IPv6, which is written in full',
    event('flow', flow, {
      src_ip: 'fd00:0000:0000:0000:0000:0000:0000:0005',
      dest_ip: '2001:0db8:0000:0000:0000:0000:0000:0009',
    }),
    { LocalIP: 'fd00::5', LocalIPType: 'Private', RemoteIP: '2001:db8::9' },
  ],
  [
    'one that was refused',
    event(
      'flow',
      { ...flow, pkts_toserver: 1, pkts_toclient: 1 },
      {
        tcp: { tcp_flags: '16', tcp_flags_ts: '02', tcp_flags_tc: '14', state: 'closed' },
      },
    ),
    { ActionType: 'ConnectionFailed', AdditionalFields: { conn_state: 'REJ' } },
  ],
  [
    'one that was reset after it had been accepted',
    event('flow', flow, { tcp: { tcp_flags_ts: '1b', tcp_flags_tc: '1e', state: 'closed' } }),
    { ActionType: 'ConnectionSuccess' },
  ],
  [
    'one from outside',
    event('flow', flow, { src_ip: '203.0.113.9', src_port: 1, dest_ip: '10.0.0.5', dest_port: 22 }),
    {
      ActionType: 'InboundConnectionAccepted',
      LocalIP: '10.0.0.5',
      LocalPort: 22,
      RemoteIP: '203.0.113.9',
      AdditionalFields: { direction: 'In' },
    },
  ],
  [
    'a ping',
    event('flow', flow, { proto: 'IPv6-ICMP', src_port: undefined, dest_port: undefined }),
    { ActionType: 'IcmpConnectionInspected', Protocol: 'Icmp' },
  ],
  [
    'a question and its answer, version 2, one by one',
    event(
      'dns',
      {
        version: 2,
        type: 'answer',
        id: 7,
        rrname: 'a.example',
        rrtype: 'A',
        rcode: 'NOERROR',
        answers: [{ rrname: 'a.example', rrtype: 'A', ttl: 5, rdata: '192.0.2.1' }],
      },
      { proto: 'UDP' },
    ),
    {
      ActionType: 'DnsConnectionInspected',
      Protocol: 'Udp',
      AdditionalFields: {
        query: 'a.example',
        qtype_name: 'A',
        rcode_name: 'NOERROR',
        trans_id: '7',
        answers: '["192.0.2.1"]',
      },
    },
  ],
  [
    'version 3, by types',
    event('dns', {
      version: 3,
      type: 'response',
      queries: [{ rrname: 'a.example', rrtype: 'AAAA' }],
      grouped: { AAAA: ['2001:db8::1'], CNAME: ['b.example'] },
    }),
    {
      AdditionalFields: {
        query: 'a.example',
        qtype_name: 'AAAA',
        answers: '["2001:db8::1","b.example"]',
      },
    },
  ],
  [
    'version 1',
    event('dns', { type: 'answer', rrname: 'a.example', rrtype: 'A', rdata: '192.0.2.1' }),
    { AdditionalFields: { query: 'a.example', answers: '["192.0.2.1"]' } },
  ],
  [
    'answers that are told twice',
    event('dns', {
      ...{ version: 2, type: 'answer', rrname: 'a.example', rrtype: 'A' },
      answers: [{ rrname: 'a.example', rrtype: 'A', rdata: '192.0.2.1' }],
      grouped: { A: ['192.0.2.1'] },
    }),
    { AdditionalFields: { answers: '["192.0.2.1"]' } },
  ],
  [
    'QUIC',
    event('quic', { version: '1', sni: 'a.example', ja3: { hash: 'e7' } }, { proto: 'UDP' }),
    {
      ActionType: 'SslConnectionInspected',
      Protocol: 'Udp',
      RemoteUrl: 'a.example',
      AdditionalFields: { server_name: 'a.example', ja3: 'e7' },
    },
  ],
  [
    'a request',
    event('http', {
      hostname: 'a.example',
      url: '/x?y=1',
      http_user_agent: 'curl/8',
      http_method: 'GET',
      status: 200,
      http_content_type: 'text/html',
    }),
    {
      ...ends,
      ActionType: 'HttpConnectionInspected',
      RemoteUrl: 'a.example',
      AdditionalFields: {
        direction: 'Out',
        host: 'a.example',
        uri: '/x?y=1',
        user_agent: 'curl/8',
        method: 'GET',
        status_code: '200',
        http_content_type: 'text/html',
      },
    },
  ],
  [
    'TLS',
    event('tls', { sni: 'a.example', subject: 'CN=a', issuerdn: 'CN=ca', ja3: { hash: 'e7' } }),
    {
      ActionType: 'SslConnectionInspected',
      RemoteUrl: 'a.example',
      AdditionalFields: { server_name: 'a.example', subject: 'CN=a', issuer: 'CN=ca', ja3: 'e7' },
    },
  ],
  [
    'SSH',
    event('ssh', { client: { software_version: 'OpenSSH_9' }, server: { software_version: 'x' } }),
    {
      ActionType: 'SshConnectionInspected',
      AdditionalFields: { client: 'OpenSSH_9', server: 'x' },
    },
  ],
  [
    'FTP',
    event('ftp', { command: 'RETR', command_data: 'a', completion_code: ['226'] }),
    {
      ActionType: 'FtpConnectionInspected',
      AdditionalFields: { command: 'RETR', arg: 'a', reply_code: '["226"]' },
    },
  ],
  [
    'SMTP',
    event('smtp', { helo: 'h', mail_from: '<a@b.example>', rcpt_to: ['<c@d.example>'] }),
    { ActionType: 'SmtpConnectionInspected', AdditionalFields: { mailfrom: '<a@b.example>' } },
  ],
  [
    'an alert',
    event('alert', { gid: 1, signature_id: 2018358, signature: 'ET HUNTING X', severity: 2 }),
    {
      ...ends,
      ActionType: 'NetworkSignatureInspected',
      AdditionalFields: {
        SignatureName: 'ET HUNTING X',
        'alert.signature_id': '2018358',
        'alert.severity': '2',
      },
    },
  ],
  [
    'an alert about a packet that comes back',
    event(
      'alert',
      { signature: 'ET X' },
      {
        ...{ src_ip: '203.0.113.9', src_port: 443, dest_ip: '10.0.0.5', dest_port: 50_096 },
        direction: 'to_client',
        flow: { src_ip: '10.0.0.5', src_port: 50_096, dest_ip: '203.0.113.9', dest_port: 443 },
      },
    ),
    { ...ends, AdditionalFields: { direction: 'Out', packet_direction: 'to_client' } },
  ],
])('%s', (_name, record, wanted) => {
  expect(rowOf(record)).toMatchObject(wanted);
});

it('two alerts about one packet are told apart', () => {
  const { rows } = converted([
    event('alert', { signature_id: 1, signature: 'a' }),
    event('alert', { signature_id: 2, signature: 'b' }),
  ]);
  const ids = (rows['DeviceNetworkEvents'] ?? []).map((row) => row['ReportId']);
  expect(new Set(ids).size).toBe(2);
});

describe('what is an extension of Zeek’s is one here', () => {
  it.each<[string, object, object]>([
    [
      'a file on the wire',
      event(
        'fileinfo',
        { filename: '/x/a.exe', size: 12, sha256: 'ab'.repeat(32) },
        // From the server, as the file goes.
        { app_proto: 'http', src_ip: '203.0.113.9', dest_ip: '10.0.0.5' },
      ),
      {
        table: 'DeviceFileEvents',
        RequestSourceIP: '203.0.113.9',
        ActionType: 'FileCreated',
        FileName: 'a.exe',
        FileSize: 12,
        SHA256: 'ab'.repeat(32),
        RequestProtocol: 'HTTP',
      },
    ],
    [
      'a ticket that was refused',
      event('krb5', { msg_type: 'KRB_ERROR', cname: 'Bob', realm: 'X.EXAMPLE', error_code: 24 }),
      {
        table: 'IdentityLogonEvents',
        ActionType: 'LogonFailed',
        AccountName: 'bob',
        AccountDomain: 'x.example',
      },
    ],
  ])('%s', (_name, record, wanted) => {
    expect(converted([record]).counts.unmapped).toBe(1);
    expect(rowOf(record, true)).toMatchObject(wanted);
  });
});

it.each(['stats', 'anomaly', 'netflow', 'smb', 'dhcp', 'constructor'])(
  'of %s there is no row, and it is counted',
  (type) => {
    const { source, rows, counts, letters } = converted([event(type, { a: 1 })]);
    expect([source, rows, counts.unmapped, letters]).toEqual(['suricata', {}, 1, []]);
  },
);

it('the rows are those that Zeek’s logs have', () => {
  const zeek = {
    _path: 'conn',
    ts: 1_767_607_872.25,
    uid: 'C1',
    'id.orig_h': base.src_ip,
    'id.orig_p': base.src_port,
    'id.resp_h': base.dest_ip,
    'id.resp_p': base.dest_port,
    proto: 'tcp',
    conn_state: 'SF',
  };
  const columns = Object.keys(ends).filter((name) => name !== 'table');
  const of = (record: object) => {
    const row = onlyRow(converted([record]));
    return ['table', 'ActionType', ...columns].map((name) => row[name]);
  };
  expect(of(event('flow', flow))).toEqual(of(zeek));
});

it('in what shippers put around it', () => {
  const { source, rows } = converted([{ message: JSON.stringify(event('flow', flow)) }]);
  expect([source, rows['DeviceNetworkEvents']?.length]).toEqual(['suricata', 1]);
});

it('a long name is not told again with each of the members below it', () => {
  const members = Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`m${n}`, n]));
  const record = event('flow', flow, { ['x'.repeat(10_000)]: members, a: { b: { c: 1 } } });
  const { AdditionalFields: fields } = rowOf(record) as { AdditionalFields: object };
  expect(fields).toMatchObject({ 'a.b.c': '1' });
  expect(JSON.stringify(fields).length).toBeLessThan(2 * JSON.stringify(record).length);
});
