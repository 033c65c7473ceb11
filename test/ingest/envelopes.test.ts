import { describe, expect, it } from 'vitest';
import { builtinCatalog } from '../../src/catalog/catalog.js';
import { parseCustomTable, withCustomTable } from '../../src/catalog/custom-table.js';
import { customConnectors } from '../../src/ingest/custom/table-connector.js';
import { EventTables } from '../../src/ingest/normalize.js';
import { StreamParser } from '../../src/ingest/parser.js';
import { converted } from './convert.js';

const audit =
  'type=USER_LOGIN msg=audit(1767571200.123:42): pid=900 uid=0 auid=1000 ses=3 ' +
  `msg='op=login id=1000 exe="/usr/sbin/sshd" hostname=? addr=203.0.113.9 terminal=ssh res=success'`;

const dns = {
  ts: 1767571200.5,
  uid: 'CUM0KZ3MLUfNB0cl11',
  'id.orig_h': '10.0.0.5',
  'id.orig_p': 50123,
  'id.resp_h': '10.0.0.1',
  'id.resp_p': 53,
  proto: 'udp',
};
const ecs = {
  '@timestamp': '2026-01-05T00:00:00.000Z',
  event: { category: ['process'], type: ['start'], action: 'exec', id: 'a' },
  host: { hostname: 'web01' },
  process: { pid: 5, executable: '/usr/bin/id', name: 'id' },
};

/** As CloudWatch sends them to subscribers. */
const cloudWatch = (logStream: string, logGroup: string, messages: readonly string[]) => ({
  messageType: 'DATA_MESSAGE',
  owner: '123456789012',
  logGroup,
  logStream,
  subscriptionFilters: ['all'],
  logEvents: messages.map((message, index) => ({ id: `${index}`, timestamp: 1, message })),
});

describe('records in what their source wraps around them', () => {
  it.each([
    ['i-0abcd1234ef567890', 'i-0abcd1234ef567890'],
    ['ip-10-0-0-7.ec2.internal/audit.log', 'ip-10-0-0-7.ec2.internal'],
    ['2026/01/05/[$LATEST]abc', undefined],
    ['10.0.0.7', undefined],
    ['audit.log', undefined],
    ['', undefined],
  ])('of CloudWatch, the stream %s is of the machine %s', (stream, name) => {
    const { source, rows } = converted([cloudWatch(stream, '/var/log/audit', [audit, audit])]);
    expect(source).toBe('auditd');
    expect(rows['DeviceLogonEvents']?.[0]?.['DeviceName']).toBe(name);
  });

  it.each([
    [
      { events: [{ message: audit }], nextForwardToken: 'f/1', nextBackwardToken: 'b/1' },
      undefined,
    ],
    [
      {
        events: [{ logStreamName: 'i-0abcd1234ef567890', timestamp: 1, message: audit }],
        searchedLogStreams: [],
      },
      'i-0abcd1234ef567890',
    ],
  ])('of an answer of CloudWatch: %j', (answer, name) => {
    const { source, rows } = converted([JSON.stringify(answer, null, 2)]);
    expect([source, rows['DeviceLogonEvents']?.[0]?.['DeviceName']]).toEqual(['auditd', name]);
  });

  it("keeps the machine's name that the message itself has", () => {
    const line = `Jan  5 00:00:00 web01 audispd: ${audit}`;
    const { rows } = converted([cloudWatch('i-0abcd1234ef567890', 'audit', [line])]);
    expect(rows['DeviceLogonEvents']).toMatchObject([{ DeviceName: 'web01' }]);
  });

  it('of CloudWatch, the group or the stream may name the log', () => {
    const { rows } = converted([cloudWatch('sensor1', '/zeek/dns.log', [JSON.stringify(dns)])]);
    expect(rows['DeviceNetworkEvents']).toMatchObject([{ ActionType: 'DnsConnectionInspected' }]);
  });

  it('of an answer of Elasticsearch', () => {
    const hits = [ecs, { ...ecs, event: { ...ecs.event, id: 'b' } }].map((_source) => ({
      _index: 'x',
      _source,
    }));
    const { source, rows } = converted(
      JSON.stringify({ took: 1, hits: { total: { value: 2 }, hits } }, null, 2),
    );
    expect(source).toBe('ecs');
    expect(rows['DeviceProcessEvents']).toHaveLength(2);
  });

  describe('of an answer of Log Analytics', () => {
    const answerOf = (...rows: readonly object[]) => {
      const all: object = Object.assign({}, ...rows);
      return {
        tables: [
          {
            name: 'PrimaryResult',
            columns: Object.keys(all).map((name) => ({ name, type: 'string' })),
            rows: rows.map((row) => Object.values({ ...all, ...row })),
          },
        ],
      };
    };
    const at = { TimeGenerated: '2026-01-05T00:00:00Z' };
    const signIn = {
      ...{ ...at, AppId: 'a', UserPrincipalName: 'Bob@contoso.com', ResultType: '50126' },
      ...{ Category: 'SignInLogs', Id: 'i-1', Status: '{"errorCode":50126}' },
    };

    it.each<[string, object, string, string]>([
      ['sign-ins', { ...signIn, Type: 'SigninLogs' }, 'entra-id', 'EntraIdSignInEvents'],
      ['sign-ins whose table nobody names', signIn, 'entra-id', 'EntraIdSignInEvents'],
      [
        'sign-ins whose table is null',
        { ...signIn, Type: null },
        'entra-id',
        'EntraIdSignInEvents',
      ],
      [
        'what was done in the directory',
        { ...at, ActivityDisplayName: 'Add user', InitiatedBy: '{}', TargetResources: '[]' },
        'entra-id',
        'CloudAppEvents',
      ],
      [
        'lines of syslog',
        { ...at, Computer: 'web01', SyslogMessage: audit },
        'auditd',
        'DeviceLogonEvents',
      ],
      [
        'events of Windows’ logs',
        {
          ...{ ...at, Computer: 'pc1', EventSourceName: 'Microsoft-Windows-Security-Auditing' },
          ...{
            Channel: 'Security',
            EventID: 4688,
            NewProcessName: 'C:\\a.exe',
            NewProcessId: '0x1f4',
          },
          ...{ ProcessId: '0x4', CommandLine: 'a', Type: 'SecurityEvent' },
        },
        'windows-event',
        'DeviceProcessEvents',
      ],
    ])('%s', (_name, row, source, table) => {
      const result = converted(JSON.stringify(answerOf(row, { ...row, Id: 'i-2' }), null, 1));
      expect([result.source, result.letters]).toEqual([source, []]);
      expect(result.rows[table]?.length).toBeGreaterThan(0);
    });

    it('rows of Defender’s tables stay with their own connector', () => {
      const row = { Timestamp: at.TimeGenerated, DeviceName: 'a', Type: 'DeviceInfo' };
      expect(converted([answerOf(row)]).source).toBe('defender-rows');
    });

    it('rows that have more than there are columns are refused', () => {
      const [columns, rows] = [[{ name: 'TimeGenerated' }], [[at.TimeGenerated], ['a', 'b']]];
      const { letters } = converted([{ tables: [{ columns, rows }] }], 'entra-id');
      expect(letters.map((letter) => letter['RawEvent'])).toContain('["a","b"]');
    });

    it('of which two columns have one name is refused as a whole', () => {
      const [table] = answerOf(signIn).tables;
      const columns = [...(table?.columns ?? []), { name: 'Id' }];
      const rows = table?.rows.map((row) => [...row, 'i-2']);
      const { letters } = converted([{ tables: [{ columns, rows }] }], 'entra-id');
      expect(letters).toHaveLength(1);
    });

    it('of very many rows with very long names is refused as a whole', () => {
      const columns = [{ name: 'x'.repeat(70_000) }];
      const rows = Array.from({ length: 1000 }, () => [1]);
      const { letters } = converted([{ tables: [{ columns, rows }] }], 'entra-id');
      expect(letters).toHaveLength(1);
    });
  });

  describe('of an answer of Splunk', () => {
    const answer = (raw: readonly string[]) => ({
      ...{ preview: false, init_offset: 0, messages: [], fields: [{ name: '_raw' }] },
      results: raw.map((_raw) => ({ _raw, host: 'web01', punct: '_'.repeat(800) })),
      highlighted: {},
    });

    it.each<[string, readonly string[], string, string]>([
      ['auditd', [audit, audit.replaceAll(':42', ':43')], 'auditd', 'DeviceLogonEvents'],
      [
        'Zeek',
        [dns, { ...dns, ts: dns.ts + 1 }].map((each) => JSON.stringify({ ...each, _path: 'dns' })),
        'zeek-json',
        'DeviceNetworkEvents',
      ],
    ])('%s, on one line and on many', (_name, raw, source, table) => {
      for (const indent of [0, 1]) {
        const text = JSON.stringify(answer(raw), null, indent);
        const { rows, source: found, letters } = converted(text);
        expect([found, rows[table]?.length, letters]).toEqual([source, 2, []]);
      }
    });

    it('of more bytes than a record may have, as its results are smaller', () => {
      const many = Array.from({ length: 1_500 }, (_, serial) => audit.replace(':42', `:${serial}`));
      const text = JSON.stringify(answer(many));
      expect(text.length).toBeGreaterThan(1024 * 1024);
      const { rows, source } = converted(text);
      expect([source, rows['DeviceLogonEvents']?.length]).toEqual(['auditd', 1_500]);
    });
  });

  it('does not repeat a name that CloudWatch would not give', () => {
    const record = cloudWatch('s'.repeat(600), 'g', [audit]);
    expect(converted([record]).rows['DeviceLogonEvents']).toMatchObject([{ LogonId: 3 }]);
  });
});

describe('answers that hold no record need no source', () => {
  const columns = [{ name: 'TimeGenerated', type: 'datetime' }];
  const splunk = { preview: false, init_offset: 0, messages: [], fields: [], results: [] };
  const answers = {
    'of Splunk': splunk,
    'of the hunting API': { Stats: { ExecutionTime: 1 }, Schema: columns, Results: [] },
    "of Graph's hunting API": { '@odata.context': 'x', schema: columns, results: [] },
    'of Log Analytics': { tables: [{ name: 'PrimaryResult', columns, rows: [] }] },
    'of Elasticsearch': { took: 1, hits: { total: { value: 0 }, hits: [] } },
    'of CloudWatch': { events: [], nextForwardToken: 'f/1' },
    'messages of Event Hubs': { records: [] },
    "of a trail's events": { Events: [], NextToken: 'n' },
    'files of a trail': { Records: [] },
    lists: [],
  };

  it.each(Object.entries(answers))('%s', (_name, answer) => {
    for (const indent of [0, 1]) {
      const text = JSON.stringify(answer, null, indent);
      for (const input of [text, `${text}\n`, `${text}\n${text}\n`]) {
        const { source, rows, letters } = converted(input);
        expect([source, rows, letters]).toEqual([undefined, {}, []]);
      }
    }
  });

  it('and what follows them tells its own', () => {
    const { source, rows } = converted([splunk, audit]);
    expect([source, Object.keys(rows)]).toEqual(['auditd', ['DeviceLogonEvents']]);
  });

  it.each([
    {},
    { results: [] },
    { tables: [] },
    { tables: [{ rows: [] }] },
    { user: 'bob', tables: [] },
    { user: 'bob', records: [] },
    { user: 'bob', Records: [] },
    { user: 'bob', Events: [] },
    { user: 'bob', logEvents: [] },
    { user: 'bob', hits: { hits: [] } },
  ])('others do: %j', (answer) => {
    expect(() => converted([answer])).toThrow('no connector recognizes');
  });
});

describe("a tenant's own table", () => {
  const catalog = withCustomTable(
    builtinCatalog,
    parseCustomTable({
      name: 'Searches',
      columns: [
        { name: 'Timestamp', type: 'datetime', from: 'at' },
        { name: 'Total', type: 'long', from: 'hits.total' },
        { name: 'AdditionalFields', type: 'dynamic' },
      ],
      detect: { fields: ['search'] },
    }),
  );

  it.each([undefined, 'custom:Searches'])('takes its records whole (connector: %s)', (name) => {
    const own = customConnectors(catalog);
    const parser = new StreamParser({
      tables: new EventTables(catalog),
      connector: own.find((connector) => connector.name === name),
      own,
      maxRecordBytes: 10_000,
      keepFrom: null,
      origin: 'test',
    });
    const record = {
      at: '2026-01-05T00:00:00Z',
      search: 'x',
      hits: { total: 2, hits: [{ a: 1 }, { b: 2 }] },
      logEvents: [{ message: audit }],
      Records: [{ c: 1 }],
    };
    parser.write(Buffer.from(JSON.stringify(record)));
    parser.end();
    parser.proceed(Number.POSITIVE_INFINITY);
    const { events, rejected } = parser.take();
    expect(rejected).toBe(0);
    const lines = events.flatMap((rows) => Buffer.from(rows.lines).toString().trim().split('\n'));
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      {
        Total: 2,
        AdditionalFields: JSON.stringify({
          search: 'x',
          hits: { hits: [{ a: 1 }, { b: 2 }] },
          logEvents: [{ message: audit }],
          Records: [{ c: 1 }],
        }),
      },
    ]);
  });
});
