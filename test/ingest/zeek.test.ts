import { describe, expect, test } from 'vitest';
import type { ConversionContext, DefenderEvent, RawRecord } from '../../src/ingest/connector.js';
import { zeekJson, zeekTsv } from '../../src/ingest/connectors/zeek.js';
import { detectConnector } from '../../src/ingest/connectors.js';
import { isolatedContext } from '../../src/ingest/correlation/correlation.js';
import { JsonTooDeepError, parseJson } from '../../src/ingest/json.js';
import { converted } from './convert.js';

const json = (value: object): RawRecord => ({ text: JSON.stringify(value), value: value as never });
const line = (text: string): RawRecord => ({ text, value: undefined });

const context: ConversionContext = { ...isolatedContext(), extensions: true };

const out = {
  'id.orig_h': '10.0.0.5',
  'id.orig_p': 50000,
  'id.resp_h': '203.0.113.9',
  'id.resp_p': 443,
};
const base = { ts: 1588205199.82437, uid: 'C1' };

/** A record, and what of its event is compared. */
const records: readonly (readonly [name: string, record: object, columns: object | null])[] = [
  [
    'an outgoing connection',
    { ...base, ...out, proto: 'tcp', conn_state: 'SF', orig_bytes: 12 },
    {
      Timestamp: '2020-04-30T00:06:39.8243700Z',
      ActionType: 'ConnectionSuccess',
      LocalIP: '10.0.0.5',
      LocalIPType: 'Private',
      RemoteIP: '203.0.113.9',
      Protocol: 'Tcp',
      AdditionalFields: { direction: 'Out', uid: 'C1', conn_state: 'SF', orig_bytes: '12' },
    },
  ],
  [
    'one that nobody answered',
    { ...base, ...out, proto: 'tcp', conn_state: 'S0' },
    { ActionType: 'ConnectionFailed' },
  ],
  [
    'one from outside, with the names that shippers write',
    {
      ...base,
      id_orig_h: '203.0.113.9',
      id_orig_p: 1,
      id_resp_h: '10.0.0.5',
      id_resp_p: 22,
      proto: 'tcp',
      conn_state: 'SF',
    },
    {
      ActionType: 'InboundConnectionAccepted',
      LocalIP: '10.0.0.5',
      LocalPort: '22',
      RemoteIP: '203.0.113.9',
    },
  ],
  [
    'a ping',
    { ...base, ...out, proto: 'icmp', conn_state: 'OTH' },
    { ActionType: 'IcmpConnectionInspected', Protocol: 'Icmp' },
  ],
  [
    'a request',
    { ...base, ...out, '@stream': 'http', method: 'GET', host: 'a.example', uri: '/x' },
    { ActionType: 'HttpConnectionInspected', RemoteUrl: 'a.example' },
  ],
  [
    'a deleted file on a share',
    {
      ...base,
      ...out,
      _path: 'smb_files',
      action: 'SMB::FILE_DELETE',
      path: '\\\\s\\c$',
      name: 'dir\\a.exe',
    },
    {
      ActionType: 'FileDeleted',
      FileName: 'a.exe',
      FolderPath: '\\\\s\\c$\\dir\\a.exe',
      ShareName: '\\\\s\\c$',
    },
  ],
  [
    'a share that is opened',
    { ...base, ...out, path: '\\\\SRV.corp.example\\ADMIN$', share_type: 'DISK' },
    {
      ActionType: 'SMB session',
      IPAddress: '10.0.0.5',
      DestinationIPAddress: '203.0.113.9',
      TargetDeviceName: 'srv.corp.example',
    },
  ],
  [
    'a file that is sent, as newer versions have it',
    { ...base, ...out, _path: 'files', fuid: 'F', source: 'SMB', is_orig: true, filename: 'a' },
    { ActionType: 'FileCreated', RequestProtocol: 'Smb', RequestSourceIP: '10.0.0.5' },
  ],
  [
    'an address that is for examples, which is public as any',
    { ...base, ...out, proto: 'tcp', conn_state: 'SF' },
    { RemoteIPType: 'Public' },
  ],
  [
    'milliseconds',
    { ...out, uid: 'C1', ts: 1588205199824.37, proto: 'tcp', conn_state: 'SF' },
    { Timestamp: '2020-04-30T00:06:39.8243700Z' },
  ],
  [
    'a transfer of a file',
    { ...base, ...out, user: 'anonymous', command: 'STOR', arg: 'ftp://x/a', reply_code: 226 },
    { ActionType: 'FtpConnectionInspected' },
  ],
  [
    'a ticket, which has a cipher as well',
    {
      ...{ ...base, ...out, request_type: 'TGS', success: false, error_msg: 'KDC_ERR' },
      ...{ client: 'RonHD/LAB.LOCAL', service: 'HOST/pc1', cipher: 'rc4-hmac' },
    },
    {
      ActionType: 'LogonFailed',
      Protocol: 'Kerberos',
      AccountName: 'ronhd',
      AccountDomain: 'lab.local',
      FailureReason: 'KDC_ERR',
      IPAddress: '10.0.0.5',
      DestinationIPAddress: '203.0.113.9',
      AdditionalFields: { service: 'HOST/pc1', cipher: 'rc4-hmac' },
    },
  ],
  [
    'a logon with NTLM',
    {
      ...{ ...base, ...out, username: 'JeffV', hostname: 'PC9', domainname: 'LAB' },
      ...{ success: true, server_dns_computer_name: 'PC1.lab.local' },
    },
    {
      ActionType: 'LogonSuccess',
      AccountName: 'jeffv',
      DeviceName: 'pc9',
      DestinationDeviceName: 'pc1.lab.local',
    },
  ],
  ...(
    [
      ['svcctl', 'CreateServiceW', 'Service creation'],
      ['ITaskSchedulerService', 'SchRpcRegisterTask', 'Task scheduling'],
      ['drsuapi', 'DRSGetNCChanges', 'Directory Services replication'],
      ['IWbemServices', 'ExecMethod', 'Wmi execution'],
    ] as const
  ).map(([endpoint, operation, ActionType]): (typeof records)[number] => [
    `${operation} on another machine`,
    { ...base, ...out, rtt: 0.1, named_pipe: '135', endpoint, operation },
    {
      ActionType,
      Protocol: 'DCE/RPC',
      IPAddress: '10.0.0.5',
      DestinationIPAddress: '203.0.113.9',
      AdditionalFields: { endpoint, operation },
    },
  ]),
  [
    'what is asked of a machine, and does nothing',
    { ...base, ...out, endpoint: 'svcctl', operation: 'OpenSCManagerW' },
    null,
  ],
  [
    'a signature, whose ends have names of their own',
    {
      ...{ ts: base.ts, src_addr: '203.0.113.7', src_port: 4000, dst_addr: '10.0.0.5' },
      ...{ dst_port: 443, note: 'Signatures::Sensitive_Signature', sig_id: 's', event_msg: 'm' },
    },
    {
      ActionType: 'NetworkSignatureInspected',
      LocalIP: '10.0.0.5',
      LocalPort: '443',
      RemoteIP: '203.0.113.7',
      RemotePort: '4000',
      Protocol: undefined,
    },
  ],
  [
    'a handshake of NTLM whose end was not seen',
    { ...base, ...out, username: 'JeffV', hostname: 'PC9', domainname: 'LAB' },
    null,
  ],
  [
    'a notice that is of no single connection',
    {
      ...{ ts: base.ts, note: 'Scan::Port_Scan', msg: 'x scanned', src: '203.0.113.7' },
      ...{ dst: '10.0.0.5', p: 443, actions: ['Notice::ACTION_LOG'], suppress_for: 3600 },
    },
    {
      ActionType: 'NetworkSignatureInspected',
      LocalIP: '10.0.0.5',
      LocalPort: '443',
      RemoteIP: '203.0.113.7',
      AdditionalFields: { SignatureName: 'Scan::Port_Scan', msg: 'x scanned' },
    },
  ],
  [
    'a certificate, which is of no connection',
    { ts: base.ts, id: 'Fx', 'certificate.serial': '2D', 'certificate.subject': 'CN=x' },
    null,
  ],
  [
    'a file, as older versions have it',
    {
      ...{ ts: base.ts, fuid: 'FM', tx_hosts: ['203.0.113.4'], rx_hosts: ['10.0.0.5'] },
      ...{ conn_uids: ['C8'], source: 'HTTP', seen_bytes: 947, filename: 'a.exe' },
    },
    { ActionType: 'FileCreated', FileName: 'a.exe', RequestSourceIP: '203.0.113.4' },
  ],
  [
    'a record whose dotted names were made a tree',
    {
      ...{ ...base, proto: 'tcp', conn_state: 'SF' },
      id: { orig_h: '10.0.0.5', orig_p: 50000, resp_h: '203.0.113.9', resp_p: 443 },
    },
    { LocalIP: '10.0.0.5', RemoteIP: '203.0.113.9', RemotePort: '443' },
  ],
  [
    'a connection to a network of its own whose addresses are public',
    { ...base, ...out, ...{ local_orig: false, local_resp: true, proto: 'tcp', conn_state: 'SF' } },
    { ActionType: 'InboundConnectionAccepted', LocalIP: '203.0.113.9', RemoteIP: '10.0.0.5' },
  ],
  [
    'a direction in words of its own',
    { ...base, ...out, auth_attempts: 0, direction: 'OUTBOUND', client: 'SSH-2.0-x' },
    { ActionType: 'SshConnectionInspected', AdditionalFields: { direction: 'Out' } },
  ],
  [
    'a lease, which has a transaction as well',
    { ...base, ...out, trans_id: 5, mac: 'x', assigned_ip: '10.0.0.9' },
    null,
  ],
  [
    'the text of a record, as Filebeat has it',
    {
      '@timestamp': '2020-04-30T00:06:40.000Z',
      log: { file: { path: '/opt/zeek/logs/current/ssh.log' } },
      message: JSON.stringify({ ...base, ...out, version: 2, client: 'SSH-2.0-x' }),
    },
    { ActionType: 'SshConnectionInspected', Timestamp: '2020-04-30T00:06:39.8243700Z' },
  ],
  [
    'the text of a record, in an export of Splunk',
    {
      preview: false,
      result: {
        _raw: JSON.stringify({ ...base, ...out, query: 'a.example' }),
        sourcetype: 'bro:dns:json',
      },
    },
    { ActionType: 'DnsConnectionInspected' },
  ],
  ['a log that says nothing of its own', { ...base, ...out, _path: 'weird', name: 'x' }, null],
];

describe('a record of Zeek', () => {
  test.each(records)('is recognized: %s', (_, record) => {
    expect(detectConnector(() => [json(record)])?.name).toBe('zeek-json');
  });

  test.each(records)('%s', (_, record, columns) => {
    const outcomes = zeekJson.open(context).convert(json(record));
    if (columns === null) expect(outcomes).toEqual([{ passed: 'unmapped' }]);
    else expect(outcomes).toMatchObject([{ columns }]);
  });

  test('of a file on the wire has a row only where extensions are wanted', () => {
    const { correlation } = isolatedContext();
    const record = json({
      ...base,
      ...out,
      _path: 'files',
      fuid: 'F',
      filename: 'a.exe',
      md5: 'x',
    });
    for (const extensions of [true, false]) {
      const outcomes = zeekJson.open({ correlation, extensions }).convert(record);
      expect(outcomes).toMatchObject([
        extensions ? { columns: { FileName: 'a.exe', MD5: 'x' } } : { passed: 'unmapped' },
      ]);
    }
  });

  test('has the device that its address is known to be of', () => {
    const known = isolatedContext();
    known.correlation.devices.of('PC1.contoso.com').sawAddress('10.0.0.5', 1);
    const outcomes = zeekJson
      .open(known)
      .convert(json({ ...base, ...out, proto: 'tcp', conn_state: 'SF' }));
    expect(outcomes).toMatchObject([{ columns: { DeviceName: 'pc1.contoso.com' } }]);
  });

  test('may have its time in ISO form', () => {
    const outcomes = zeekJson
      .open(context)
      .convert(json({ ...base, ...out, ts: '2020-04-30T00:06:39.82437Z', conn_state: 'SF' }));
    expect(outcomes).toMatchObject([{ columns: { Timestamp: '2020-04-30T00:06:39.8243700Z' } }]);
  });

  test('keeps what its fields hold, whatever they are called', () => {
    const text =
      '{"ts":1,"uid":"C1","conn_state":"SF","__proto__":"p","constructor":true,"a":[12345678901234567890]}';
    const record = { text, value: parseJson(text) };
    const [event] = zeekJson.open(context).convert(record);
    const { AdditionalFields } = (event as DefenderEvent).columns;
    expect(Object.entries(AdditionalFields as object)).toEqual([
      ['uid', 'C1'],
      ['conn_state', 'SF'],
      ['__proto__', 'p'],
      ['constructor', 'true'],
      ['a', '[12345678901234567890]'],
      ['direction', 'In'],
    ]);
  });

  test('nested without end is refused', () => {
    const text = `{"ts":1,"uid":"C1","a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
    const record = { text, value: parseJson(text) };
    expect(() => zeekJson.open(context).convert(record)).toThrow(JsonTooDeepError);
  });

  test('without a time is rejected', () => {
    expect(
      zeekJson.open(context).convert(json({ ...out, uid: 'x', conn_state: 'SF' })),
    ).toMatchObject([{ rejected: 'record.shape' }]);
  });
});

test('lines that are the same are as many rows, and the same again when they come again', () => {
  const record = json({ ...base, ...out, proto: 'tcp', conn_state: 'SF' });
  const identitiesOf = () => {
    const { convert } = zeekJson.open(context);
    return [record, record, record].flatMap((each) =>
      convert(each).map((outcome) => 'table' in outcome && outcome.identity),
    );
  };
  const first = identitiesOf();
  expect(new Set(first).size).toBe(3);
  expect(identitiesOf()).toEqual(first);
});

describe("Zeek's own form", () => {
  const header = [
    '#separator \\x09',
    '#set_separator\t,',
    '#empty_field\t(empty)',
    '#unset_field\t-',
    '#path\tdns',
    '#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tquery\tRD\tanswers',
    '#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tstring\tbool\tvector[string]',
  ];

  test('is read by its header', () => {
    const conversion = zeekTsv.open(context);
    const rows = [
      ...header,
      '1692146028.495991\tC2\t10.0.0.5\t49873\t10.0.0.1\t53\tudp\ta\\x09b\tT\tx,y',
      '#close\tx',
    ];
    expect(rows.flatMap((text) => conversion.convert(line(text)))).toMatchObject([
      {
        table: 'DeviceNetworkEvents',
        columns: {
          ActionType: 'DnsConnectionInspected',
          Protocol: 'Udp',
          AdditionalFields: { query: 'a\tb', RD: 'true', answers: '["x","y"]' },
        },
      },
    ]);
  });

  test.each([
    ['a tab', 'a\\x09b', 'a\tb'],
    ['a letter beyond ASCII', 'caf\\xc3\\xa9', 'caf\u00e9'],
    ['bytes that are no text', '\\xff\\xfe', '\u00ff\u00fe'],
    ['a backslash', '\\\\\\\\srv\\\\C$', '\\\\srv\\C$'],
    ['a backslash before what looks like an escape', '\\\\x41', '\\x41'],
    ['a backslash of versions that do not double it', '\\\\srv\\C$', '\\\\srv\\C$'],
  ])('has %s as it was', (_name, written, wanted) => {
    const conversion = zeekTsv.open(context);
    const row = `1692146028.495991\tC2\t10.0.0.5\t49873\t10.0.0.1\t53\tudp\t${written}\tT\tx\\x2cy,z`;
    const outcomes = [...header, row].flatMap((text) => conversion.convert(line(text)));
    expect(outcomes).toMatchObject([
      { columns: { AdditionalFields: { query: wanted, answers: '["x,y","z"]' } } },
    ]);
  });

  test('without its header is rejected', () => {
    expect(zeekTsv.open(context).convert(line('1\t2'))).toMatchObject([
      { rejected: 'record.shape' },
    ]);
  });

  test('is recognised', () => {
    expect(detectConnector(() => header.map(line))?.name).toBe('zeek-tsv');
    expect(detectConnector(() => [json({ ...base, ...out, conn_state: 'SF' })])?.name).toBe(
      'zeek-json',
    );
  });
});

describe('records under the name of their log', () => {
  const dns = { ...base, ...out, proto: 'udp', query: 'a.example' };

  test.each<[string, object, string]>([
    ['conn', { conn: { ...base, ...out, proto: 'tcp' } }, 'ConnectionSuccess'],
    ['dns', { dns }, 'DnsConnectionInspected'],
    ['http', { http: { ...base, ...out, host: 'a.example' } }, 'HttpConnectionInspected'],
    ['text of a shipper', { message: JSON.stringify({ dns }) }, 'DnsConnectionInspected'],
    ['a document of a search', { _source: { dns } }, 'DnsConnectionInspected'],
    ['a stream that Corelight names', { ...dns, _path: 'dns' }, 'DnsConnectionInspected'],
  ])('%s', (_name, record, actionType) => {
    const sample = json(record);
    expect(detectConnector(() => [sample])?.name).toBe('zeek-json');
    const [event] = zeekJson.open(context).convert(sample) as DefenderEvent[];
    expect(event?.columns).toMatchObject({ ActionType: actionType });
  });

  test('the name is told also of a log that has no field of its own', () => {
    const cluster = { cluster: { ts: base.ts, node: 'manager', message: 'up' } };
    const { source, counts } = converted([{ dns }, cluster]);
    expect([source, counts.unmapped, counts.rejected]).toEqual(['zeek-json', 1, 0]);
  });

  test.each(['event', 'log', 'payload'])('%s is no name of a log', (name) => {
    expect(detectConnector(() => [json({ [name]: dns })])).toBe(undefined);
  });

  test('beside others it is no name of a log', () => {
    const sample = json({ dns, other: 1 });
    expect(detectConnector(() => [sample])).toBe(undefined);
  });
});
