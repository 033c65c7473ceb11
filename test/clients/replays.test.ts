import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkConfiguration } from '../../src/configuration.js';
import { addSecret, registerApp } from '../../src/identity/apps.js';
import { type Quarry, startQuarry } from '../../src/main.js';
import { dataPaths } from '../../src/server/data-directory.js';
import { openStore } from '../../src/store/store.js';
import { type Answer, read } from '../api/fixture.js';

// Requests of programs that cannot run here, as their sources make them, and what those read of the answer.

let directory: string;
let quarry: Quarry;
let clientId: string;
let secret: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quarry-replays-'));
  quarry = await startQuarry(checkConfiguration({ data: directory, port: 0, logLevel: 'silent' }));
  const store = await openStore(dataPaths(directory).store);
  const roles = [
    ...['AdvancedQuery.Read.All', 'AdvancedHunting.Read.All', 'ThreatHunting.Read.All'],
    'Telemetry.Ingest',
  ];
  clientId = (await registerApp(store, { tenant: 'default', name: 'replay', roles })).clientId;
  secret = await addSecret(store, clientId);
  await store.close();
  const authorization = `Bearer ${await v2('api://quarry/.default')}`;
  const events = Array.from({ length: 5 }, (_, index) => ({
    category: 'AdvancedHunting-DeviceInfo',
    properties: {
      Timestamp: new Date(Date.now() - (index + 1) * 60_000).toISOString(),
      DeviceId: `d${index}`,
      DeviceName: `ws-${index}.contoso.example`,
      IsAzureADJoined: index % 2 === 0,
      LoggedOnUsers: '[{"UserName":"rob"}]',
      ReportId: 1000 + index,
    },
  }));
  await call('/api/ingest/streaming-api', JSON.stringify({ records: events }), { authorization });
  await quarry.flush();
});
afterAll(async () => {
  await quarry.close();
  await rm(directory, { recursive: true });
});

/** A POST without a Content-Type of its own. */
async function call(path: string, body: string, headers: Record<string, string>): Promise<Answer> {
  const bytes = Buffer.from(body);
  return read(await fetch(quarry.url + path, { method: 'POST', body: bytes, headers }));
}

async function token(path: string, fields: Record<string, string>): Promise<string> {
  const all = { client_id: clientId, client_secret: secret, grant_type: 'client_credentials' };
  const body = new URLSearchParams({ ...all, ...fields }).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const { json } = await call(path, body, headers);
  return String(json['access_token']);
}
const v1 = (resource: string) => token('/default/oauth2/token', { resource });
const v2 = (scope: string) => token('/default/oauth2/v2.0/token', { scope });

const json = { 'content-type': 'application/json', accept: 'application/json' };
const resultsOf = ({ json: body }: Answer) =>
  (body['Results'] ?? body['results']) as Record<string, unknown>[];

describe('msticpy', () => {
  test.each([
    ['MDE', 'https://api.securitycenter.microsoft.com/.default', '/api/advancedqueries/run'],
    ['M365DGraph', 'https://graph.microsoft.com/.default', '/v1.0/security/runHuntingQuery'],
  ])('%s reads rows, date columns, and the message of an error', async (_what, scope, path) => {
    const headers = { ...json, authorization: `Bearer ${await v2(scope)}` };
    const answer = await call(
      path,
      '{"Query": "DeviceInfo | project Timestamp, DeviceName"}',
      headers,
    );
    expect(resultsOf(answer)).toHaveLength(5);
    const schema = (answer.json['Schema'] ?? answer.json['schema']) as Record<string, string>[];
    const dates = schema.filter((column) => (column['Type'] ?? column['type']) === 'DateTime');
    expect(dates.map((column) => column['Name'] ?? column['name'])).toEqual(['Timestamp']);
    for (const body of ['{"Query": "DeviceInfo | nonsense"}', '{}', 'x']) {
      expect((await call(path, body, headers)).json.error.message).toBeTypeOf('string');
    }
    const { status, json: refused } = await call(path, '{}', {
      ...json,
      authorization: 'Bearer x',
    });
    expect(status).toBe(401);
    expect(refused.error.message).toBeTypeOf('string');
  });
});

describe('the Linköping IntelMQ bot', () => {
  test('sends JSON without its type, asks v1 for the first host, adds a limit', async () => {
    const bearer = await v1('https://api.securitycenter.windows.com');
    const query = 'DeviceInfo\n| where DeviceName startswith "ws-"\n| limit 1';
    const answer = await call('/api/advancedqueries/run', JSON.stringify({ Query: query }), {
      authorization: `Bearer ${bearer}`,
    });
    expect(resultsOf(answer)).toHaveLength(1);
  });
});

describe('stix-shifter', () => {
  test('pings, asks for a token of the host, and pages by row number', async () => {
    const { hostname } = new URL(quarry.url);
    const authorization = `Bearer ${await v2(`https://${hostname}/.default`)}`;
    const ping = await fetch(`${quarry.url}/api`, { headers: { authorization } });
    expect(ping.ok).toBe(true);
    const page = async (offset: number) =>
      resultsOf(
        await call(
          '/api/advancedqueries/run',
          JSON.stringify({
            Query: `(find withsource = TableName in (DeviceInfo) where DeviceName != "") | order by DeviceName asc | serialize rn = row_number() | where rn >= ${offset} | limit 2`,
          }),
          { ...json, authorization },
        ),
      );
    expect((await page(1)).map((row) => row['rn'])).toEqual([1, 2]);
    expect((await page(3)).map((row) => row['rn'])).toEqual([3, 4]);
  });
});

describe('XSOAR', () => {
  test('keeps the digits of a report id and the statistics', async () => {
    const bearer = await v2('https://api.security.microsoft.com/.default');
    const { text, json: body } = await call(
      '/api/advancedhunting/run',
      '{"Query":"print ReportId = 639199803770463703"}',
      { ...json, authorization: `Bearer ${bearer}` },
    );
    expect(text).toContain('"ReportId":639199803770463703');
    expect(Object.keys(body)).toEqual(['Stats', 'Schema', 'Results']);
  });
});

describe('PowerShell scripts', () => {
  test('with raw line breaks, a charset, and the audience of the other host', async () => {
    const bearer = await v1('https://api.securitycenter.windows.com');
    const body = '{"Query":"DeviceInfo\r\n| project DeviceName\r\n| limit 2"}';
    const answer = await call('/api/advancedhunting/run', body, {
      'content-type': 'application/json; charset=utf-8',
      authorization: `Bearer ${bearer}`,
    });
    expect(resultsOf(answer)).toHaveLength(2);
  });

  test('DefenderAPI turns SByte into booleans by the schema', async () => {
    const bearer = await v2('https://api.securitycenter.microsoft.com/.default');
    const answer = await call(
      '/api/advancedqueries/run',
      '{"Query":"DeviceInfo | where DeviceName == \\"ws-0.contoso.example\\" | project IsAzureADJoined, LoggedOnUsers"}',
      { ...json, authorization: `Bearer ${bearer}` },
    );
    expect(answer.json['Schema']).toEqual([
      { Name: 'IsAzureADJoined', Type: 'SByte' },
      { Name: 'LoggedOnUsers', Type: 'String' },
    ]);
    expect(resultsOf(answer)).toEqual([
      { IsAzureADJoined: 1, LoggedOnUsers: '[{"UserName":"rob"}]' },
    ]);
  });
});

describe('Logic Apps', () => {
  test('asks for the schema, then for the rows and their number', async () => {
    const headers = {
      ...json,
      authorization: `Bearer ${await v1('https://api.securitycenter.windows.com')}`,
    };
    const body = '{"Query":"DeviceInfo | project DeviceName, ReportId"}';
    const schema = await call('/api/advancedqueries/schema', body, headers);
    expect(schema.json).toEqual({
      type: 'object',
      properties: { DeviceName: { type: 'string' }, ReportId: { type: 'integer' } },
    });
    const answer = await call('/api/advancedqueries/run', body, headers);
    expect(answer.json['Stats']).toMatchObject({ dataset_statistics: [{ table_row_count: 5 }] });
  });
});

describe('programs on Graph', () => {
  let headers: Record<string, string>;
  beforeAll(async () => {
    headers = {
      ...json,
      authorization: `Bearer ${await v2('https://graph.microsoft.com/.default')}`,
    };
  });
  const qualified = '/v1.0/security/microsoft.graph.security.runHuntingQuery';

  test('OpenAEV: Python’s date as the time span, JSON text in each element of a list', async () => {
    const since = new Date(Date.now() - 3_600_000).toISOString();
    const timespan = `${since.slice(0, 10)} ${since.slice(11, 19)}.123456+00:00`;
    const query =
      'DeviceInfo | summarize rows = make_list(pack("name", DeviceName, "id", ReportId))';
    const answer = await call(qualified, JSON.stringify({ query, timespan }), headers);
    const [row] = resultsOf(answer);
    expect(row?.['rows@odata.type']).toBe('#Collection(String)');
    const rows = ((row?.['rows'] ?? []) as string[]).map((text) => JSON.parse(text));
    expect(rows).toHaveLength(5);
    expect(rows[0]).toEqual({ name: expect.any(String), id: expect.any(Number) });
  });

  test('graph2otel: {} for null, numbers for booleans, partitions by hash', async () => {
    const query =
      'print b = true, d = datetime(null), n = long(null), o = dynamic(null), s = "", a = dynamic([]), v = dynamic({"k":{"t":true,"l":9007199254740993}})';
    const { text } = await call(qualified, JSON.stringify({ Query: query }), headers);
    expect(text.slice(text.indexOf('"results":'))).toBe(
      '"results":[{"b@odata.type":"#SByte","b":1,"d":{},"n":{},"o":{},"s":"",' +
        '"a@odata.type":"#Collection(String)","a":[],' +
        '"v":{"@odata.type":"#microsoft.graph.security.dynamicColumnValue",' +
        '"k":{"@odata.type":"#microsoft.graph.security.dynamicColumnValue","t":true,' +
        '"l@odata.type":"#Int64","l":9007199254740993}}}]}',
    );
    const parts = await Promise.all(
      [0, 1, 2].map(async (k) =>
        resultsOf(
          await call(
            qualified,
            JSON.stringify({
              Query: `DeviceInfo | where hash(DeviceId, 3) == ${k} | project DeviceId`,
            }),
            headers,
          ),
        ),
      ),
    );
    expect(parts.flat()).toHaveLength(5);
  });

  test('Start-MgSecurityHuntingQuery matches the words of an error', async () => {
    const { json: body } = await call(qualified, '{"Query":"DeviceInfo | | x"}', headers);
    expect(body.error.message).toMatch(/Fix syntax errors in your query/);
  });
});

describe('programs on Kusto', () => {
  let headers: Record<string, string>;
  beforeAll(async () => {
    headers = {
      ...json,
      authorization: `Bearer ${await v2('https://kusto.kusto.windows.net/.default')}`,
    };
  });
  type Table = Record<'Columns' | 'Rows' | 'TableKind' | 'TableName', unknown[]>;
  const post = (path: string, body: object) => call(path, JSON.stringify(body), headers);
  const tablesOf = ({ json: body }: Answer) => body['Tables'] as Table[];

  test('Python: properties as text, every table by its kind, errors by their members', async () => {
    const properties = JSON.stringify({
      Options: {
        servertimeout: '0:04:00',
        request_readonly: true,
        deferpartialqueryfailures: false,
      },
      Parameters: { least: '1002' },
    });
    const csl = 'declare query_parameters(least: long); DeviceInfo | where ReportId > least';
    const answer = await post('/v2/rest/query', { db: 'NetDefaultDB', csl, properties });
    const tables = (answer.json as unknown as Record<string, unknown>[]).filter(
      ({ FrameType }) => FrameType === 'DataTable',
    );
    expect(tables.map(({ TableKind }) => TableKind)).toEqual([
      'QueryProperties',
      'PrimaryResult',
      'QueryCompletionInformation',
    ]);
    expect(tables[1]?.['Rows']).toHaveLength(2);
    for (const [path, command] of [
      ['/v2/rest/query', 'NoSuchTable'],
      ['/v2/rest/query', 'DeviceInfo | where'],
      ['/v1/rest/mgmt', '.show table NoSuchTable cslschema'],
      ['/v1/rest/mgmt', '.create table T (a: string)'],
    ] as const) {
      const { status, json: body } = await post(path, { db: 'x', csl: command });
      expect(status).toBe(400);
      const members = ['code', 'message', '@type', '@message', '@context', '@permanent'];
      expect(Object.keys(body.error)).toEqual(expect.arrayContaining(members));
    }
  });

  test('Go: parameters as literals, a frame on each line, the time-out as a number', async () => {
    const { text } = await post('/v2/rest/query', {
      db: 'NetDefaultDB',
      csl: 'declare query_parameters(name:string, since:datetime);\nDeviceInfo | where DeviceName startswith name and Timestamp > since',
      properties: {
        Options: {
          servertimeout: 270_000_000_000,
          results_v2_newlines_between_frames: true,
          results_v2_fragment_primary_tables: true,
          results_error_reporting_placement: 'end_of_table',
        },
        Parameters: { name: '"ws-"', since: 'datetime(2020-03-04T14:05:01.3109965Z)' },
      },
    });
    const lines = text.split('\n');
    expect(lines.pop()).toBe(']');
    const frames = lines.map((line) => JSON.parse(line.slice(1)));
    const rows = frames.flatMap(({ FrameType, Rows }) =>
      FrameType === 'TableFragment' ? Rows : [],
    );
    expect(rows).toHaveLength(5);
    expect(frames).toContainEqual({ FrameType: 'TableCompletion', TableId: 1, RowCount: 5 });
  });

  test('Grafana: tries a command as a query, reads the schema and the first table', async () => {
    const asked = { db: '', csl: '.show databases schema', properties: { Options: {} } };
    expect((await post('/v1/rest/query', asked)).status).toBe(200);
    const schema = await post('/v1/rest/mgmt', { ...asked, csl: '.show databases schema as json' });
    const [shown] = tablesOf(schema).flatMap(({ Rows }) => Rows as [string][]);
    const { Databases } = JSON.parse(shown?.[0] ?? '');
    expect(Object.keys(Databases.default.Tables)).toContain('DeviceInfo');
    const answer = await post('/v1/rest/query', {
      ...asked,
      csl: 'DeviceInfo | where Timestamp >= datetime(2020-01-01T00:00:00Z) | summarize count() by bin(Timestamp, 1h) | order by Timestamp asc',
      querySource: 'raw',
    });
    const first = tablesOf(answer).find(({ TableName }) => String(TableName) === 'Table_0');
    expect(
      first?.Columns.map((column) => (column as Record<string, string>)['ColumnType']),
    ).toEqual(['datetime', 'long']);
  });

  test('servers of the Model Context Protocol: commands piped into queries', async () => {
    for (const csl of [
      '.show databases | project DatabaseName, DatabaseAccessMode, PrettyName, DatabaseId',
      '.show tables | project-away DatabaseName',
      ".show databases entities with (showObfuscatedStrings=true) | where DatabaseName == 'NetDefaultDB' | project EntityName, EntityType, Folder, DocString, CslInputSchema, Content, CslOutputSchema",
      '.show table DeviceInfo cslschema',
      '.show function FileProfile',
    ]) {
      const answer = await post('/v1/rest/mgmt', { db: 'NetDefaultDB', csl });
      expect(tablesOf(answer)[0]?.Rows.length, csl).toBeGreaterThan(0);
    }
    const sample = await post('/v2/rest/query', { db: 'x', csl: 'DeviceInfo | sample 2' });
    expect(sample.status).toBe(200);
  });
});
