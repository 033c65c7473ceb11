import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtinCatalog } from '../../src/catalog/catalog.js';
import { type Harness, startHarness } from './harness.js';

const catalog = {
  ...builtinCatalog,
  version: 'with functions',
  functions: [
    ...builtinCatalog.functions,
    {
      name: 'PipeNames',
      summary: 'Names of pipes',
      parameters: 'since: timespan',
      body: 'DeviceEvents | where Timestamp > ago(since) | project tostring(AdditionalFields.PipeName), f = "fixed"',
    },
  ],
};

let kql: Harness;
beforeAll(async () => {
  kql = await startHarness({ tables: true, catalog });
  await kql.engine.command(`INSERT INTO tenant_default.DeviceEvents (Timestamp, DeviceId, AdditionalFields)
    VALUES (now64(), 'd1', '{"PipeName":"mojo","n":[1,2],"inner":{"a b":true}}')`);
  await kql.engine.command(`INSERT INTO tenant_default.DeviceInfo (Timestamp, DeviceId, LoggedOnUsers)
    VALUES (now64(), 'd1', '[{"UserName":"ann"},{"UserName":"bob"}]')`);
}, 60_000);
afterAll(() => kql.close());

describe('a column whose text is JSON is read into as it is in a workspace', () => {
  test.each([
    ['a key', 'DeviceEvents | where AdditionalFields.PipeName == "mojo" | project DeviceId', 'd1'],
    ['a path', 'DeviceEvents | project tostring(AdditionalFields.inner["a b"])', 'true'],
    ['an element', 'DeviceInfo | project tostring(LoggedOnUsers[1].UserName)', 'bob'],
    [
      'elements as rows',
      'DeviceInfo | mv-expand LoggedOnUsers | where LoggedOnUsers.UserName startswith "b" | project tostring(LoggedOnUsers.UserName)',
      'bob',
    ],
    [
      'elements under a name',
      'DeviceInfo | mv-apply u = LoggedOnUsers on (summarize n = count() by DeviceId) | project n',
      2,
    ],
    ['a length', 'DeviceInfo | project array_length(LoggedOnUsers)', 2],
    [
      'slots as columns',
      'DeviceEvents | evaluate bag_unpack(AdditionalFields) | project PipeName',
      'mojo',
    ],
    ['in a function of the catalog', 'PipeNames(1h) | project AdditionalFields_PipeName', 'mojo'],
  ])('%s', async (_what, query, value) => {
    expect(await kql.values(query)).toEqual([[value]]);
  });

  test('columns are named as those of a dynamic one', async () => {
    expect(
      await kql.columns(
        'DeviceEvents | project AdditionalFields.PipeName, AdditionalFields["n"][0]',
      ),
    ).toEqual(['AdditionalFields_PipeName: dynamic', 'AdditionalFields_n_0: dynamic']);
  });

  test('other text is not', async () => {
    const error = await kql.error('DeviceEvents | where DeviceName.x == 1');
    expect([error.message, error.span?.start]).toEqual([
      "'where' operator: Failed to resolve table or column expression named 'x'. Fix semantic errors in your query.",
      32,
    ]);
  });
});

test('an error behind a function of the catalog is where the query has it', async () => {
  const error = await kql.error('PipeNames(1h) | where Nothing == 1');
  expect(error.span).toEqual({ start: 22, length: 7 });
});

test.each([
  'DeviceEvents | extend a = parse_json(AdditionalFields) | evaluate bag_unpack(a) | summarize arg_max(TimeGenerated, *) by PipeName | project DeviceId, PipeName',
  'DeviceEvents | extend a = parse_json(AdditionalFields) | evaluate bag_unpack(a) | join kind=inner (DeviceInfo | where TimeGenerated > ago(1d)) on DeviceId | where TimeGenerated > ago(1d) | project DeviceId, PipeName',
])('a name of earlier days behind unpacked columns: %s', async (query) => {
  expect(await kql.values(query)).toEqual([['d1', 'mojo']]);
});

describe("a name outside * is every table's in a query of several", () => {
  test.each([
    ['behind a wildcard', 'union Device* | where TimeGenerated > ago(1d)'],
    ['behind all tables', 'union * | where TimeGenerated > ago(1d)'],
    [
      'that one of them shows in its rows',
      'union UrlClickEvents, DeviceEvents, DeviceInfo | where TimeGenerated > ago(1d)',
    ],
    [
      'behind a table that nobody knows',
      'union isfuzzy=true Nowhere, DeviceEvents, (DeviceInfo | where TimeGenerated > ago(1d))',
    ],
    ['in a search', 'search in (Device*) TimeGenerated > ago(1d) and DeviceId == "d1"'],
    ['behind a search of all', 'search "d1" | where TimeGenerated > ago(1d)'],
    [
      'in a find',
      'find where TimeGenerated > ago(1d) and MachineId == "d1" project MachineId, Type',
    ],
  ])('%s', async (_what, query) => {
    expect(await kql.values(`${query} | summarize count() by Type | sort by Type asc`)).toEqual([
      ['DeviceEvents', 1],
      ['DeviceInfo', 1],
    ]);
  });

  test('but a name of its own is not', async () => {
    const query =
      'union (DeviceEvents | extend Type = "event"), DeviceInfo | project Type | sort by Type asc';
    expect(await kql.values(query)).toEqual([[''], ['event']]);
  });
});

test.each([
  'let T = DeviceEvents | where DeviceId == "d1"; T',
  'let T = materialize(DeviceEvents); T',
  'union DeviceEvents, (DeviceInfo | summarize by DeviceId)',
  'DeviceEvents | union (DeviceInfo | where DeviceId == "none")',
  'search in (DeviceEvents) "d1"',
  'DeviceEvents | join kind=inner DeviceInfo on DeviceId',
  'DeviceEvents | join kind=leftanti (DeviceInfo | where DeviceId == "none") on DeviceId',
  'DeviceEvents | lookup (DeviceInfo | distinct DeviceId) on DeviceId',
])('when a row arrived is known behind %s', async (query) => {
  expect(await kql.values(`${query} | where ingestion_time() > ago(1h) | count`)).toEqual([[1]]);
});

test('the dates of certificates are times, whatever the documentation says', async () => {
  await kql.engine.command(`INSERT INTO tenant_default.DeviceTvmCertificateInfo
    (Thumbprint, ExpirationDate) VALUES ('a', '2020-01-02T03:04:05Z'), ('b', '2200-01-01'), ('c', '')`);
  const query = `DeviceTvmCertificateInfo | where ExpirationDate <= now()
    | project Thumbprint, datetime_diff("day", datetime(2020-01-05), todatetime(ExpirationDate))`;
  expect(await kql.values(query)).toEqual([['a', 3]]);
});

test('scores of vulnerabilities are numbers, whatever the documentation says', async () => {
  await kql.engine.command(`INSERT INTO tenant_default.DeviceTvmSoftwareVulnerabilitiesKB
    (CveId, CvssScore) VALUES ('a', '9.8'), ('b', '10'), ('c', '6.5'), ('d', '')`);
  const query = `DeviceTvmSoftwareVulnerabilitiesKB | where CvssScore >= 7
    | sort by CvssScore desc | project CveId, CvssScore, todouble(CvssScore) + 1`;
  expect(await kql.values(query)).toEqual([
    ['b', 10, 11],
    ['a', 9.8, 10.8],
  ]);
});

test.each(['join kind=inner', 'lookup'])(
  'the condition of a %s the other way round',
  async (operator) => {
    const query = `DeviceEvents | project a = DeviceId | ${operator} (DeviceInfo | project b = DeviceId)
      on $right.b == $left.a | project a`;
    expect(await kql.values(query)).toEqual([['d1']]);
    const error = await kql.error(query.replace('$left.a', '$right.a'));
    expect(error.code).toBe('kql.semantic');
  },
);

test.each([
  ['left out', '', 'UrlClickEvents'],
  ['there', ', TimeGenerated, Type', 'Type of its own'],
])("a record's time and table, where %s", async (what, more, type) => {
  const values = more && `, now64() - INTERVAL 3 HOUR, '${type}'`;
  await kql.engine.command(`INSERT INTO tenant_default.UrlClickEvents (Timestamp, Url${more})
    VALUES (now64() - INTERVAL 2 HOUR, '${what}'${values})`);
  const query = `UrlClickEvents | where Url == "${what}" and TimeGenerated > ago(1d)
    | project Type, iff(Timestamp == TimeGenerated, "the row's", "its own")`;
  expect(await kql.values(query)).toEqual([[type, more ? 'its own' : "the row's"]]);
});

describe('columns that no row is there to name are there all the same', () => {
  const nothing =
    'DeviceEvents | where DeviceId == "none" | extend a = parse_json(AdditionalFields)';

  test.each([
    [
      'as text',
      `${nothing} | evaluate bag_unpack(a) | where Url has "x" | summarize n = count() by Url, bin(Timestamp, 1d)`,
      ['Url: string', 'Timestamp: datetime', 'n: long'],
    ],
    [
      'as JSON',
      `${nothing} | evaluate bag_unpack(a) | mv-expand Parts | project Parts.Name, n = toint(Size)`,
      ['Parts_Name: dynamic', 'n: int'],
    ],
    [
      'behind a prefix, in two places',
      `let x = ${nothing} | evaluate bag_unpack(a, "p_"); x | where p_A == "1" | union (x | where p_B == "2") | project p_A, p_B`,
      ['p_A: string', 'p_B: string'],
    ],
    [
      'as results of an aggregate',
      'DeviceEvents | where DeviceId == "none" | evaluate pivot(ActionType, dcount(FileName), DeviceId) | extend Both = ProcessCreated + Other',
      ['DeviceId: string', 'Other: long', 'ProcessCreated: long', 'Both: long'],
    ],
  ])('%s', async (_what, query, columns) => {
    expect((await kql.columns(query)).sort()).toEqual([...columns].sort());
    expect(await kql.values(query)).toEqual([]);
  });

  test.each([
    [
      'rows that have another name',
      'DeviceEvents | evaluate bag_unpack(AdditionalFields) | where Url == 1',
      'Url',
    ],
    [
      'a name of another table',
      `${nothing} | evaluate bag_unpack(a) | join (DeviceInfo | where Nope == 1) on DeviceId`,
      'Nope',
    ],
  ])('but not %s', async (_what, query, name) => {
    const error = await kql.error(query);
    expect([error.code, error.message]).toEqual([
      'kql.semantic',
      `'where' operator: Failed to resolve table or column expression named '${name}'. Fix semantic errors in your query.`,
    ]);
    expect(error.span).toEqual({ start: query.indexOf(name), length: name.length });
  });
});

test.each([
  'let d = toscalar(DeviceInfo | where DeviceId == "none" | project DeviceName); DeviceEvents | where DeviceId != d | count',
  'let d = toscalar(DeviceInfo | where DeviceId == "none" | project OSPlatform); DeviceEvents | where isempty(d) | count',
  'let d = toscalar(DeviceEvents | join kind=leftouter (DeviceInfo | where DeviceId == "none") on DeviceId | project OSPlatform); print toint(d == "")',
])('toscalar() of no stored text is an empty one: %s', async (query) => {
  expect(await kql.values(query)).toEqual([[1]]);
});
