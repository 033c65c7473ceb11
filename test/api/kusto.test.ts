import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Answer } from './fixture.js';
import { openServer, processEvent, type Server } from './quarry-fixture.js';

let server: Server;
let token: string;

beforeAll(async () => {
  server = await openServer({
    profiles: { define: { few: { rows: 3 } }, generations: { kusto: 'few' } },
  });
  token = await server.mint({ app: 'kusto', roles: ['ThreatHunting.Read.All'] });
  await server.send({ DeviceProcessEvents: [processEvent('ws-1', 'Sales')] });
});
afterAll(() => server.close());

const ask = (path: string, body: object, headers: Record<string, string> = {}) =>
  server.fetch(path, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, ...headers },
    body: JSON.stringify(body),
  });

const query = (csl: string, properties?: unknown, version = 'v2') =>
  ask(`/${version}/rest/query`, { db: 'NetDefaultDB', csl, properties });

interface Table {
  readonly TableName: string;
  readonly TableKind?: string;
  readonly Columns: { ColumnName: string; ColumnType: string; DataType?: string }[];
  readonly Rows: unknown[][];
}

const primary = ({ json }: Answer): Table => {
  const frames = json as unknown as Table[];
  return frames.find(({ TableKind }) => TableKind === 'PrimaryResult') as Table;
};

const everyType =
  'print b = true, i = int(7), l = 9007199254740993, r = 1.5, inf = real(+inf), m = decimal(1.10), s = "a\\"b", ' +
  'd = datetime(2026-03-01), t = 1d + 2s, g = guid(5f0f1ee6-9f5c-4d3b-8f5a-2f1f6f2f7a10), o = dynamic({"a":[1,null]}), ' +
  'none = int(null), nothing = dynamic(null), empty = ""';

describe('version 2', () => {
  test('is frames around the rows', async () => {
    const answer = await query('print x = 1 | render piechart with (title="a b")');
    const frames = answer.json as unknown as Record<string, unknown>[];
    expect(answer.status).toBe(200);
    expect(frames.map(({ FrameType, TableKind }) => TableKind ?? FrameType)).toEqual([
      'DataSetHeader',
      'QueryProperties',
      'PrimaryResult',
      'QueryCompletionInformation',
      'DataSetCompletion',
    ]);
    expect(frames[0]).toEqual({
      FrameType: 'DataSetHeader',
      IsProgressive: false,
      Version: 'v2.0',
    });
    const [shown] = (frames[1]?.['Rows'] ?? []) as unknown[][];
    expect(JSON.parse(String(shown?.[2]))).toMatchObject({
      Visualization: 'piechart',
      Title: 'a b',
    });
    expect(frames[2]).toEqual({
      FrameType: 'DataTable',
      TableId: 1,
      TableKind: 'PrimaryResult',
      TableName: 'PrimaryResult',
      Columns: [{ ColumnName: 'x', ColumnType: 'long' }],
      Rows: [[1]],
    });
    expect(frames[4]).toEqual({
      FrameType: 'DataSetCompletion',
      HasErrors: false,
      Cancelled: false,
    });
  });

  test('has values of every type as Kusto writes them', async () => {
    const { text } = await query(everyType);
    expect(text).toContain(
      '"Rows":[[true,7,9007199254740993,1.5,"Infinity","1.1","a\\"b","2026-03-01T00:00:00.0000000Z","1.00:00:02",' +
        '"5f0f1ee6-9f5c-4d3b-8f5a-2f1f6f2f7a10",{"a":[1,null]},null,null,""]]',
    );
  });

  test('reads stored events', async () => {
    const answer = await query('DeviceProcessEvents | project FileName, DeviceName');
    expect(primary(answer).Rows).toEqual([['ws-1.exe', 'ws-1.contoso.example']]);
  });

  test.each<[string, string, unknown, unknown[][]]>([
    [
      'parameters',
      'declare query_parameters(n: long, s: string = "x", d: datetime); print n + 1, s, d',
      { Parameters: { n: 'long(5)', s: 'long(5)', d: 'datetime(2026-01-02)' } },
      [[6, 'long(5)', '2026-01-02T00:00:00.0000000Z']],
    ],
    [
      'parameters that are numbers, in properties that are text',
      'declare query_parameters(n: long); print n',
      JSON.stringify({ Parameters: { n: 7 } }),
      [[7]],
    ],
    [
      'query_take_max_records',
      'range x from 1 to 5 step 1',
      { Options: { query_take_max_records: 2, servertimeout: '00:01:00', unknown: 1 } },
      [[1], [2]],
    ],
    [
      'query_datetimescope_from and _to',
      'DeviceProcessEvents | count',
      {
        Options: {
          query_datetimescope_from: '2001-01-01T00:00:00Z',
          query_datetimescope_to: '2001-01-02T00:00:00Z',
        },
      },
      [[0]],
    ],
  ])('minds %s', async (_, csl, properties, rows) => {
    expect(primary(await query(csl, properties)).Rows).toEqual(rows);
  });

  test('warns where the limit cut rows off', async () => {
    const answer = await query('range x from 1 to 5 step 1');
    expect(primary(answer).Rows).toHaveLength(3);
    const [, , , completion] = answer.json as unknown as Table[];
    expect(completion?.Rows[0]).toContain('Warning');
  });

  test('is had by GET, too', async () => {
    const address = new URLSearchParams({ db: 'x', csl: 'print x = 1' });
    const headers = { authorization: `Bearer ${token}` };
    const answer = await server.fetch(`/v2/rest/query?${address}`, { headers });
    expect(primary(answer).Rows).toEqual([[1]]);
  });
});

test('version 1 is one table', async () => {
  const { json } = await query('print x = 1, y = "a"', undefined, 'v1');
  expect(json).toEqual({
    Tables: [
      {
        TableName: 'Table_0',
        Columns: [
          { ColumnName: 'x', DataType: 'Int64', ColumnType: 'long' },
          { ColumnName: 'y', DataType: 'String', ColumnType: 'string' },
        ],
        Rows: [[1, 'a']],
      },
    ],
  });
});

test('requests are told apart by their ids', async () => {
  const body = { db: 'x', csl: 'print 1' };
  const { headers } = await ask('/v2/rest/query', body, {
    'x-ms-client-request-id': 'KNC.execute;17',
  });
  expect(headers.get('x-ms-client-request-id')).toBe('KNC.execute;17');
  expect(headers.get('x-ms-activity-id')).toMatch(/^[0-9a-f-]{36}$/);
});

describe('commands', () => {
  const command = async (csl: string) => {
    const { status, json } = await ask('/v1/rest/mgmt', { db: 'NetDefaultDB', csl });
    const { Tables, error } = json as unknown as { Tables?: [Table]; error?: object };
    return { status, columns: Tables?.[0].Columns ?? [], rows: Tables?.[0].Rows ?? [], error };
  };

  test.each<[string, readonly unknown[]]>([
    ['.show tables', ['DeviceProcessEvents', 'default', 'Devices']],
    ['.SHOW   databases;', ['default']],
    ['.show database NetDefaultDB schema', ['default', 'DeviceProcessEvents', 'ProcessId']],
    ['.show table DeviceProcessEvents', ['ProcessId', 'System.Int64']],
    [".show table ['DeviceProcessEvents']", ['ProcessId', 'System.Int64']],
    ['.show functions', ['FileProfile']],
    ['.show version', ['Engine']],
  ])('%s', async (csl, expected) => {
    const { rows, columns } = await command(csl);
    const found = rows.filter((row) => expected.every((value, index) => row[index] === value));
    expect(found.map((row) => row.length)).toEqual([columns.length]);
  });

  test('the schema of a table, in two forms', async () => {
    const { rows } = await command('.show table DeviceProcessEvents cslschema');
    expect(rows[0]?.[1]).toMatch(/^Timestamp:datetime,DeviceId:string,/);
    const asJson = await command('.show table DeviceProcessEvents schema as json');
    expect(JSON.parse(String(asJson.rows[0]?.[1])).OrderedColumns[0]).toMatchObject({
      Name: 'Timestamp',
      Type: 'System.DateTime',
      CslType: 'datetime',
    });
  });

  test.each(['.show schema as json', '.show database ["default"] schema as json'])(
    'the whole schema: %s',
    async (csl) => {
      const { rows } = await command(csl);
      const { Databases } = JSON.parse(String(rows[0]?.[0]));
      expect(Databases.default.Tables.DeviceInfo.OrderedColumns.length).toBeGreaterThan(10);
      expect(Databases.default.Functions.FileProfile.Parameters).toMatch(/^\(/);
    },
  );

  test.each<[string, number, RegExp]>([
    ['.show table NoSuchTable', 404, /NoSuchTable was not found/],
    ['.drop table DeviceInfo', 400, /command is not supported/],
    ['DeviceInfo', 400, /has to be sent to \/v2\/rest\/query/],
  ])('%s is refused', async (csl, status, message) => {
    const answer = await command(csl);
    expect(answer.status).toBe(status);
    expect(answer.error).toMatchObject({ '@message': expect.stringMatching(message) });
  });
});

describe('failures', () => {
  test.each<[string, string, object]>([
    [
      'DeviceInfo\n| where Foo == 1',
      'SEM0100',
      {
        '@message': expect.stringMatching(
          /^Semantic error: SEM0100: .*Foo.*\[line:position=2:9\]$/,
        ),
      },
    ],
    ['print (', 'SYN0002', { '@message': expect.stringMatching(/^Syntax error: SYN0002: /) }],
  ])('%s', async (csl, code, inner) => {
    const { status, json } = await query(csl);
    expect(status).toBe(400);
    expect(json.error).toMatchObject({
      code: 'General_BadRequest',
      '@permanent': true,
      '@message': expect.stringContaining('Request is invalid and cannot be processed: '),
      innererror: { code, ...inner },
    });
  });

  test.each<[string, unknown, RegExp]>([
    ['.show tables', undefined, /\/v1\/rest\/mgmt/],
    ['print 1', 'no json', /properties must be/],
    ['print 1', { Options: { servertimeout: 'soon' } }, /servertimeout must be/],
    ['print 1', { Options: { query_take_max_records: 0 } }, /query_take_max_records must be/],
    ['print 1', { Options: { query_datetimescope_from: 'x' } }, /query_datetimescope_from must be/],
    ['print 1', { Options: [] }, /properties.Options must be/],
    ['', undefined, /Missing query/],
  ])('%s with %s', async (csl, properties, message) => {
    const { status, json } = await query(csl, properties);
    expect(status).toBe(400);
    expect(json.error).toMatchObject({ '@message': expect.stringMatching(message) });
  });

  test('without a token, and without the role', async () => {
    const asked = { method: 'POST', body: '{"db":"x","csl":"print 1"}' };
    expect((await server.fetch('/v2/rest/query', asked)).status).toBe(401);
    const sender = await server.mint({ app: 'sender', roles: ['Telemetry.Ingest'] });
    const headers = { authorization: `Bearer ${sender}` };
    const refused = await server.fetch('/v2/rest/query', { ...asked, headers });
    expect(refused.status).toBe(403);
    expect(refused.json.error).toMatchObject({ '@permanent': true });
  });
});

test('says where tokens are to be had', async () => {
  const { json } = await server.fetch('/v1/rest/auth/metadata');
  expect(json['AzureAD']).toMatchObject({
    LoginEndpoint: server.url,
    KustoServiceResourceId: 'https://kusto.kusto.windows.net',
  });
});
