import { Readable } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { framed } from '../../src/api/kusto/data-set.js';
import { joined } from '../../src/api/kusto/tables.js';
import { HuntError } from '../../src/errors.js';
import type { HuntAnswer } from '../../src/hunting/hunt.js';
import { type Answer, openFixture } from './fixture.js';
import { openServer, processEvent, type Server } from './quarry-fixture.js';

let server: Server;
let token: string;

beforeAll(async () => {
  server = await openServer({
    profiles: { define: { few: { rows: 6, resultMegabytes: 1 } }, generations: { kusto: 'few' } },
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
      IsFragmented: false,
      ErrorReportingPlacement: 'InData',
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

  test('reads its database by the name that it asks for', async () => {
    const named = await query('database("NetDefaultDB").DeviceProcessEvents | count');
    expect(primary(named).Rows).toEqual([[1]]);
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
      'parameters with the digits that they have',
      'declare query_parameters(n: long, o: dynamic); print tostring(n), tostring(o)',
      '{"Parameters":{"n":639199803770463703,"o":{"a":-639199803770463703,"b":"1234567890123456"}},"Options":{"servertimeout":9223372036854775807}}',
      [['639199803770463703', '{"a":-639199803770463703,"b":"1234567890123456"}']],
    ],
    [
      'parameters that are literals',
      'declare query_parameters(a: string, b: string, c: string, l: long, o: dynamic, t: timespan); print a, b, c, l, o, t',
      {
        Parameters: {
          a: '"a \\"b\\"\\n"',
          b: "@'c:\\\\d'",
          c: '"a" and "b"',
          l: 'long(null)',
          o: 'dynamic({"a":1})',
          t: 'timespan(1.02:03:04)',
        },
      },
      [['a "b"\n', 'c:\\\\d', '"a" and "b"', null, { a: 1 }, '1.02:03:04']],
    ],
    [
      'parameters that are literals by the other names of their types',
      'declare query_parameters(b: bool, d: datetime, g: guid, i: int, l: long, r: real, t: timespan); print b, d, g, i, l, r, t',
      {
        Parameters: {
          b: 'boolean(true)',
          d: 'date(2026-01-02)',
          g: 'uuid(5f0f1ee6-9f5c-4d3b-8f5a-2f1f6f2f7a10)',
          i: 'int32(1)',
          l: 'int64(2)',
          r: 'double(2.5)',
          t: 'time(1.02:03:04)',
        },
      },
      [
        [
          true,
          '2026-01-02T00:00:00.0000000Z',
          '5f0f1ee6-9f5c-4d3b-8f5a-2f1f6f2f7a10',
          ...[1, 2, 2.5, '1.02:03:04'],
        ],
      ],
    ],
    [
      'parameters and options by any name',
      'declare query_parameters(n: long); print n',
      '{"Parameters":{"n":"1","__proto__":"2","constructor":"3"},"Options":{"__proto__":{"query_take_max_records":0}}}',
      [[1]],
    ],
    [
      'query_take_max_records',
      'range x from 1 to 5 step 1',
      { Options: { query_take_max_records: 2, servertimeout: '00:01:00', unknown: 1 } },
      [[1], [2]],
    ],
    [
      'query_now',
      'print now(), ago(1d)',
      { Options: { query_now: 'datetime(2026-01-02 03:04:05)' } },
      [['2026-01-02T03:04:05.0000000Z', '2026-01-01T03:04:05.0000000Z']],
    ],
    [
      'query_datetimescope_from and _to',
      'DeviceProcessEvents | count',
      {
        Options: {
          query_datetimescope_from: '2001-01-01 00:00:00.000000+00:00',
          query_datetimescope_to: 'datetime(2001-01-02)',
          query_datetimescope_column: 'Timestamp',
          query_language: 'kql',
          queryconsistency: 'strongconsistency',
          notruncation: true,
          request_readonly: true,
          results_progressive_enabled: false,
        },
      },
      [[0]],
    ],
  ])('minds %s', async (_, csl, properties, rows) => {
    expect(primary(await query(csl, properties)).Rows).toEqual(rows);
  });

  test.each(['00:04:30', '0:04:30', '1.00:00:00', '1 day, 0:00:00', '4m', '1.5h', 270_000, null])(
    'servertimeout may be %s',
    async (servertimeout) => {
      expect((await query('print 1', { Options: { servertimeout } })).status).toBe(200);
    },
  );

  test('warns where the limit cut rows off', async () => {
    const answer = await query('range x from 1 to 9 step 1');
    expect(primary(answer).Rows).toHaveLength(6);
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

describe('version 1', () => {
  const tables = async (csl: string, properties?: unknown) => {
    const { json } = await query(csl, properties, 'v1');
    return (json as unknown as { Tables: Table[] }).Tables;
  };

  test('is the rows, what `render` said, how it ended, and which table is which', async () => {
    const [first, properties, status, contents] = await tables(
      'print x = 1, y = "a" | render piechart',
    );
    expect(first).toEqual({
      TableName: 'Table_0',
      Columns: [
        { ColumnName: 'x', DataType: 'Int64', ColumnType: 'long' },
        { ColumnName: 'y', DataType: 'String', ColumnType: 'string' },
      ],
      Rows: [[1, 'a']],
    });
    expect(JSON.parse(String(properties?.Rows[0]?.[0]))).toMatchObject({
      Visualization: 'piechart',
    });
    expect(status?.Columns.map(({ ColumnName }) => ColumnName)).toContain('StatusDescription');
    expect(status?.Rows.map((row) => row.length)).toEqual([10, 10]);
    expect(contents?.Rows.map((row) => row.slice(0, 3))).toEqual([
      [0, 'QueryResult', 'PrimaryResult'],
      [1, 'QueryProperties', '@ExtendedProperties'],
      [2, 'QueryStatus', 'QueryStatus'],
    ]);
  });

  test('warns where the limit cut rows off, and not where that many were asked for', async () => {
    const severities = async (properties?: unknown) => {
      const [, , status] = await tables('range x from 1 to 9 step 1', properties);
      return status?.Rows.map(([, , severity]) => severity);
    };
    expect(await severities()).toEqual(['Warning', 'Info', 'Info']);
    expect(await severities({ Options: { query_take_max_records: 2 } })).toEqual(['Info', 'Info']);
  });

  test('answers commands as the other address does', async () => {
    const [first, ...others] = await tables('.show databases schema');
    expect(others).toEqual([]);
    expect(first?.Columns[1]?.ColumnName).toBe('TableName');
  });
});

describe('frames that are read line by line', () => {
  const options = {
    results_v2_newlines_between_frames: true,
    results_v2_fragment_primary_tables: true,
    results_error_reporting_placement: 'end_of_table',
    servertimeout: 270_000_000_000,
  };
  const framesOf = async (csl: string, asked: object = options) => {
    const { text } = await query(csl, { Options: asked });
    const frames = text.split('\n').slice(0, -1);
    // A program drops the first character of each line, whichever it is.
    return frames.map((line) => JSON.parse(line.slice(1))) as Record<string, unknown>[];
  };

  test.each<[string, unknown[][]]>([
    ['print x = "a\\nb", o = dynamic({"k": [1, 2]})', [['a\nb', { k: [1, 2] }]]],
    ['range x from 1 to 3 step 1', [[1], [2], [3]]],
    ['print x = 1 | where x == 2', []],
  ])('%s', async (csl, rows) => {
    const frames = await framesOf(csl);
    const fragments = frames.filter(({ TableFragmentType }) => TableFragmentType === 'DataAppend');
    expect(frames.map(({ FrameType }) => FrameType)).toEqual([
      'DataSetHeader',
      'DataTable',
      'TableHeader',
      ...fragments.map(() => 'TableFragment'),
      'TableCompletion',
      'DataTable',
      'DataSetCompletion',
    ]);
    expect(frames[0]).toMatchObject({ IsFragmented: true, ErrorReportingPlacement: 'EndOfTable' });
    expect(fragments.flatMap(({ Rows }) => Rows)).toEqual(rows);
    const [completion] = frames.filter(({ FrameType }) => FrameType === 'TableCompletion');
    expect(completion).toEqual({
      FrameType: 'TableCompletion',
      TableId: 1,
      RowCount: rows.length,
    });
  });

  test('frames may tell of the progress', async () => {
    const frames = await framesOf('range x from 1 to 3 step 1 | extend y = x', {
      results_v2_newlines_between_frames: true,
      results_progressive_enabled: true,
    });
    expect(frames[0]).toMatchObject({ IsProgressive: true });
    const fragments = frames.filter(({ FrameType }) => FrameType === 'TableFragment');
    expect(fragments.flatMap(({ Rows }) => Rows)).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    expect(new Set(fragments.map(({ FieldCount }) => FieldCount))).toEqual(new Set([2]));
    const ends = frames.map(({ FrameType }) => FrameType).slice(-4);
    expect(ends).toEqual(['TableProgress', 'TableCompletion', 'DataTable', 'DataSetCompletion']);
  });

  test('line breaks alone may be asked for', async () => {
    const frames = await framesOf('range x from 1 to 3 step 1', {
      results_v2_newlines_between_frames: true,
    });
    expect(frames[2]).toMatchObject({ TableKind: 'PrimaryResult', Rows: [[1], [2], [3]] });
  });

  test('rows that come in any pieces are as many as they were', async () => {
    const rows = Array.from({ length: 50 }, (_, index) => `[${index},"${'x'.repeat(index % 7)}"]`);
    const bytes = Buffer.from(rows.join(',\n'));
    for (const size of [1, 2, 3, 7, 64, 10_000]) {
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        Buffer.from(bytes.subarray(index * size, (index + 1) * size)),
      );
      const stream = Readable.from(pieces).pipe(framed({ fragmented: true }, 2));
      const written = `[{"Rows":[${await textOf(stream)}]}]`;
      const frames = JSON.parse(written) as { Rows: unknown[] }[];
      expect(frames.flatMap(({ Rows }) => Rows)).toEqual(JSON.parse(`[${bytes}]`));
      expect(written.split('\n')).toHaveLength(frames.length);
    }
  });
});

test.each(['KNC.execute;17', 'KFRTI_MCP.kusto_query:5f0f|a=b/c,{d}'])(
  'requests are told apart by their ids: %s',
  async (id) => {
    const body = { db: 'x', csl: 'print 1' };
    const { headers } = await ask('/v2/rest/query', body, { 'x-ms-client-request-id': id });
    expect(headers.get('x-ms-client-request-id')).toBe(id);
    expect(headers.get('x-ms-activity-id')).toMatch(/^[0-9a-f-]{36}$/);
  },
);

test.each([undefined, 'x'.repeat(300), 'é'])(
  'a request that has no id, or none that is fit, is given one: %.5s',
  async (id) => {
    const { headers, text } = await ask(
      '/v2/rest/query',
      { csl: 'print 1' },
      id === undefined ? {} : { 'x-ms-client-request-id': id },
    );
    const given = `unspecified;${headers.get('x-ms-activity-id')}`;
    expect(headers.get('x-ms-client-request-id')).toBe(given);
    expect(text).toContain(given);
  },
);

describe('several tables', () => {
  const T = 'let T = datatable(a: string, b: long)["x", 1, "y", 2, "x", 3, "y", 4]; ';
  const cases: readonly (readonly [string, [string, string[], unknown[][]][]])[] = [
    [
      `${T}T | fork (where b > 3) small=(where b < 3 | order by b asc | project b) (count)`,
      [
        ['PrimaryResult', ['a', 'b'], [['y', 4]]],
        ['small', ['b'], [[1], [2]]],
        ['PrimaryResult', ['Count'], [[4]]],
      ],
    ],
    [
      `${T}T | where b > 1 | facet by a, b with (top 1 by b)`,
      [
        ['PrimaryResult', ['a', 'b'], [['y', 4]]],
        [
          'PrimaryResult',
          ['a', 'count_a'],
          [
            ['x', 1],
            ['y', 2],
          ],
        ],
        [
          'PrimaryResult',
          ['b', 'count_b'],
          [
            [2, 1],
            [3, 1],
            [4, 1],
          ],
        ],
      ],
    ],
    [
      `${T}T | facet by a with count`,
      [
        ['PrimaryResult', ['Count'], [[4]]],
        [
          'PrimaryResult',
          ['a', 'count_a'],
          [
            ['x', 2],
            ['y', 2],
          ],
        ],
      ],
    ],
    [
      `${T}T | order by b desc | evaluate preview(2)`,
      [
        [
          'PrimaryResult',
          ['a', 'b'],
          [
            ['y', 4],
            ['x', 3],
          ],
        ],
        ['PrimaryResult', ['Count'], [[4]]],
      ],
    ],
    [
      `${T}T | where b == 1; let n = 5; print n; T | fork (take 0 | project a) (count)`,
      [
        ['PrimaryResult', ['a', 'b'], [['x', 1]]],
        ['PrimaryResult', ['print_0'], [[5]]],
        ['PrimaryResult', ['a'], []],
        ['PrimaryResult', ['Count'], [[4]]],
      ],
    ],
  ];
  const named = ({ Columns }: Table) => Columns.map(({ ColumnName }) => ColumnName);

  test.each(cases)('version 2: %s', async (csl, expected) => {
    const { json } = await query(csl);
    const frames = json as unknown as (Table & { TableId?: number })[];
    const tables = frames.filter(({ TableKind }) => TableKind === 'PrimaryResult');
    expect(tables.map((table) => [table.TableName, named(table), table.Rows])).toEqual(expected);
    const numbered = frames.flatMap(({ TableId }) => TableId ?? []);
    expect(numbered).toEqual(numbered.map((_, index) => index));
  });

  test.each(cases)('version 2 in fragments: %s', async (csl, expected) => {
    const { text } = await query(csl, {
      Options: { results_progressive_enabled: true, results_v2_newlines_between_frames: true },
    });
    const lines = text.split('\n').slice(0, -1);
    const frames = lines.map((line) => JSON.parse(line.slice(1))) as (Table & {
      FrameType: string;
      TableId: number;
      FieldCount: number;
      RowCount: number;
    })[];
    const of = (type: string) => frames.filter(({ FrameType }) => FrameType === type);
    const rowsOf = (id: number) =>
      of('TableFragment').flatMap(({ TableId, Rows }) => (TableId === id ? Rows : []));
    expect(
      of('TableHeader').map((table) => [table.TableName, named(table), rowsOf(table.TableId)]),
    ).toEqual(expected);
    expect(of('TableCompletion').map(({ RowCount }) => RowCount)).toEqual(
      expected.map(([, , rows]) => rows.length),
    );
    expect(of('TableFragment').map(({ TableId, FieldCount }) => [TableId, FieldCount])).toEqual(
      of('TableFragment').map(({ TableId }) => [TableId, expected[TableId - 1]?.[1].length]),
    );
  });

  test.each(cases)('version 1: %s', async (csl, expected) => {
    const { json } = await query(csl, undefined, 'v1');
    const { Tables } = json as unknown as { Tables: Table[] };
    expect(Tables.map(({ TableName }) => TableName)).toEqual(
      Tables.map((_, index) => `Table_${index}`),
    );
    const contents = Tables.at(-1)?.Rows ?? [];
    const results = contents.filter(([, kind]) => kind === 'QueryResult');
    expect(
      results.map(([ordinal, , name]) => {
        const table = Tables[Number(ordinal)] as Table;
        return [name, named(table), table.Rows];
      }),
    ).toEqual(expected);
  });

  test.each([
    'print now() | fork (take 1) (where print_0 > datetime(2000-01-01))',
    'print now(); print now(); print now()',
  ])('all have the same present: %s', async (csl) => {
    const frames = (await query(csl)).json as unknown as Table[];
    const rows = frames.flatMap(({ TableKind, Rows }) =>
      TableKind === 'PrimaryResult' ? Rows : [],
    );
    expect(rows.length).toBeGreaterThan(1);
    expect(new Set(rows.map(([now]) => now)).size).toBe(1);
  });

  test('what it cost is told in the words of Kusto', async () => {
    const frames = (await query('print 1')).json as unknown as Table[];
    const completion = frames.find(({ TableKind }) => TableKind === 'QueryCompletionInformation');
    const payload = completion?.Rows.find((row) => row.includes('QueryResourceConsumption'))?.at(
      -1,
    );
    const time = expect.stringMatching(/^\d\d:\d\d:\d\d(\.\d{7})?$/);
    expect(JSON.parse(String(payload))).toMatchObject({
      resource_usage: { cpu: { user: time, kernel: time, 'total cpu': time } },
      dataset_statistics: [{ table_row_count: 1 }],
    });
  });

  test.each([1, 2, 20])('rows of %i tables that nobody reads are closed', async (count) => {
    const answers = Array.from({ length: count }, () => ({
      columns: [],
      rows: new Readable({ read: () => undefined }),
      stats: {} as HuntAnswer['stats'],
    }));
    const rows = joined(
      answers,
      (answer) => answer.rows,
      () => '',
    );
    rows.destroy();
    await expect.poll(() => answers.every((answer) => answer.rows.destroyed)).toBe(true);
  });

  test.each<[string, number | undefined, number[], boolean]>([
    ['range x from 1 to 4 step 1 | fork (take 3) (take 2)', undefined, [3, 2], false],
    ['range x from 1 to 4 step 1 | fork (take 4) (take 4) (take 4)', undefined, [4, 2, 0], true],
    ['range x from 1 to 4 step 1 | fork (take 4) (take 4)', 2, [2, 2], false],
    ['range x from 1 to 4 step 1 | fork (take 4) (take 4) (take 4)', 3, [3, 3, 0], true],
  ])('the limit of rows is that of all: %s', async (csl, most, expected, isCut) => {
    const options = most === undefined ? {} : { query_take_max_records: most };
    const frames = (await query(csl, { Options: options })).json as unknown as Table[];
    const of = (kind: string) => frames.filter(({ TableKind }) => TableKind === kind);
    expect(of('PrimaryResult').map(({ Rows }) => Rows.length)).toEqual(expected);
    const [completion] = of('QueryCompletionInformation');
    const warnings = completion?.Rows.filter((row) => row.includes('Warning'));
    expect(warnings).toHaveLength(isCut ? 1 : 0);
    if (isCut) expect(JSON.stringify(warnings)).toContain('The result has 6 rows');
  });

  test('the limit of bytes is that of all', async () => {
    const text = 'let T = print s = strcat_array(repeat("x", 700000), ""); ';
    expect((await query(`${text}T | fork (count) (take 1)`)).status).toBe(200);
    const { status, json } = await query(`${text}T | fork (take 1) (take 1)`);
    expect([status, json.error.code]).toEqual([400, 'LimitsExceeded']);
  });

  test('one that fails is an error and no half answer', async () => {
    const { status, json } = await query(
      `${T}T | fork (count) (order by b asc | extend prev(b, b))`,
    );
    expect(status).toBe(400);
    expect(json.error).toMatchObject({ '@message': expect.stringMatching(/prev\(\)/) });
  });

  test.each([
    [`${T}T | fork ${'(count) '.repeat(21)}`, /more than 20 tables/],
    [`${T}let U = T | fork (count) (take 1); U`, /./],
    [`${T}union (T | fork (count) (take 1)), T`, /./],
  ])('%s is refused', async (csl, message) => {
    const { status, json } = await query(csl);
    expect(status).toBe(400);
    expect(json.error).toMatchObject({ '@message': expect.stringMatching(message) });
  });

  test('the hunting APIs refuse them', async () => {
    const path = '/v1.0/security/runHuntingQuery';
    for (const Query of [
      `${T}T | fork (count) (take 1)`,
      `${T}T | facet by a`,
      `${T}T | evaluate preview(1)`,
      'print 1; print 2',
    ]) {
      const { status, json } = await ask(path, { Query }, { 'content-type': 'application/json' });
      expect([status, json.error.message]).toEqual([400, expect.stringMatching(/table/)]);
    }
  });
});

describe('commands', () => {
  const command = async (csl: string) => {
    const { status, json } = await ask('/v1/rest/mgmt', { db: 'NetDefaultDB', csl });
    const { Tables, error } = json as unknown as { Tables?: [Table]; error?: object };
    return { status, columns: Tables?.[0].Columns ?? [], rows: Tables?.[0].Rows ?? [], error };
  };

  test.each<[string, readonly unknown[]]>([
    ['.show tables', ['DeviceProcessEvents', 'NetDefaultDB', 'Devices']],
    ['.SHOW   databases;', ['NetDefaultDB']],
    ['// What is there?\r\n//\n\n  .show databases', ['NetDefaultDB']],
    ['.show database', ['NetDefaultDB']],
    ['.show database default identity', ['default']],
    ['.show databases identity', ['NetDefaultDB']],
    ['.show database details', ['NetDefaultDB']],
    ['.show database ["my db"] details', ['my db']],
    ['.show database hunts schema', ['hunts', 'DeviceProcessEvents', 'ProcessId']],
    [
      '.show databases schema if_later_than "v1.0"',
      ['NetDefaultDB', 'DeviceProcessEvents', 'ProcessId'],
    ],
    ['.show database cslschema', ['DeviceProcessEvents']],
    ['.show table DeviceProcessEvents', ['ProcessId', 'System.Int64']],
    [".show table ['DeviceProcessEvents']", ['ProcessId', 'System.Int64']],
    ['.show table ["NetDefaultDB"].DeviceProcessEvents', ['ProcessId', 'System.Int64']],
    ['.show tables details', ['DeviceProcessEvents', 'NetDefaultDB', 'Devices']],
    ['.show functions', ['FileProfile']],
    ['.show function FileProfile', ['FileProfile']],
    [
      '.show databases entities with (showObfuscatedStrings=true)',
      ['NetDefaultDB', 'Table', 'DeviceInfo'],
    ],
    ['.show principal roles', ['Database: NetDefaultDB', 'kusto']],
    [
      ".show database ['NetDefaultDB'] principals",
      ['Database NetDefaultDB Viewer', 'AAD Application', 'kusto'],
    ],
    ['.show cluster principals', ['AllDatabasesViewer', 'AAD Application', 'kusto']],
    ['.show cluster', ['', '', 'Quarry']],
    ['.show diagnostics', [true]],
    ['.show database [hunts] schema', ['hunts', 'DeviceProcessEvents', 'ProcessId']],
    ['.show database [@"my db"] cslschema', ['DeviceProcessEvents']],
    ['.show version', ['', null, 'Engine']],
  ])('%s', async (csl, expected) => {
    const { rows, columns } = await command(csl);
    const found = rows.filter((row) => expected.every((value, index) => row[index] === value));
    expect(found.map((row) => row.length)).toEqual([columns.length]);
  });

  test.each([
    '.show materialized-views',
    '.show external tables',
    '.show entity_groups',
    '.show graph_models',
  ])('%s: there are none', async (csl) => {
    const { rows, columns } = await command(csl);
    expect(rows).toEqual([]);
    expect(columns.length).toBeGreaterThan(1);
  });

  test('how much of a table there is', async () => {
    const { rows, columns } = await command('.show table DeviceProcessEvents details');
    const index = columns.findIndex(({ ColumnName }) => ColumnName === 'TotalRowCount');
    expect(rows.map((row) => row[index])).toEqual([1]);
  });

  test.each<[string, unknown[][]]>([
    [
      '.show databases | project DatabaseName, DatabaseAccessMode, PrettyName, DatabaseId',
      [['NetDefaultDB', 'ReadOnly', 'NetDefaultDB', '00000000-0000-0000-0000-000000000000']],
    ],
    [
      ".show databases entities with (showObfuscatedStrings=true) | where DatabaseName == 'NetDefaultDB' and EntityName == 'DeviceInfo' | project EntityName, EntityType, Properties",
      [['DeviceInfo', 'Table', {}]],
    ],
    ['.show graph_models | project-away DatabaseName | count', [[0]]],
    ['.show version | project BuildTime, ServiceType', [[null, 'Engine']]],
    [
      '.show database schema\n| where ColumnName == "ProcessId" and TableName == "DeviceProcessEvents"\n| project ColumnType',
      [['System.Int64']],
    ],
    ['.show cluster | count', [[1]]],
    [
      ".show diagnostics | extend Passed= (IsHealthy) and not(IsScaleOutRequired) | extend Summary = strcat('Cluster is ', iif(Passed, '', 'NOT'), 'healthy.'),Details=pack('MachinesTotal', MachinesTotal, 'DiskCacheCapacity', round(ClusterDataCapacityFactor,1)) | project Summary, Details;",
      [['Cluster is healthy.', { MachinesTotal: 1, DiskCacheCapacity: null }]],
    ],
    [
      '.show diagnostics | project IsHealthy, NotHealthyReason, IsAttentionRequired, AttentionRequiredReason, IsScaleOutRequired',
      [[true, '', false, '', false]],
    ],
    [".show table ['DeviceInfo'] | where AttributeName has_any ('|', 'DeviceId') | count", [[1]]],
  ])('%s', async (csl, rows) => {
    expect(await command(csl)).toMatchObject({ status: 200, rows });
  });

  test('what a command is piped into is on record as it was written', async () => {
    const csl = '.show tables | where TableName == "on record" | count';
    await command(csl);
    const roles = ['ThreatHunting.Read.All', 'Audit.Read'];
    const authorization = `Bearer ${await server.mint({ app: 'auditor', roles })}`;
    const kql =
      'QuarryAuditLogs | where QueryText startswith ".show" and Generation == "kusto" and QueryText has "on record" | distinct QueryText';
    await expect
      .poll(
        async () => primary(await ask('/v2/rest/query', { csl: kql }, { authorization })).Rows,
        { timeout: 10_000 },
      )
      .toEqual([[csl]]);
  });

  test('commands are on record, also those that are refused', async () => {
    await command('.show tables details');
    await command('.drop table OnRecord');
    await command('.drop table OnRecord | count');
    const roles = ['ThreatHunting.Read.All', 'Audit.Read'];
    const authorization = `Bearer ${await server.mint({ app: 'auditor', roles })}`;
    const kql =
      'QuarryAuditLogs | where Action == "Command" and (QueryText has "OnRecord" or QueryText == ".show tables details") | summarize by QueryText, Kind, Generation, Outcome, Status, ActorName, Shown = RowCount > 0 | order by QueryText asc';
    await expect
      .poll(
        async () => primary(await ask('/v2/rest/query', { csl: kql }, { authorization })).Rows,
        { timeout: 10_000 },
      )
      .toEqual([
        ['.drop table OnRecord', 'Hunt', 'kusto', 'kql.unsupported', 400, 'kusto', null],
        ['.drop table OnRecord | count', 'Hunt', 'kusto', 'kql.unsupported', 400, 'kusto', null],
        ['.show tables details', 'Hunt', 'kusto', 'Succeeded', 200, 'kusto', true],
      ]);
  });

  test('commands count as calls', async () => {
    const few = await openServer({
      profiles: {
        define: { two: { quotas: [{ kind: 'calls', limit: 2, windowSeconds: 86_400 }] } },
        generations: { kusto: 'two' },
      },
    });
    const authorization = `Bearer ${await few.mint({ app: 'kusto', roles: ['ThreatHunting.Read.All'] })}`;
    const statuses = [];
    for (const csl of ['.show tables', '.show databases', '.show version']) {
      const body = JSON.stringify({ csl });
      const asked = { method: 'POST', headers: { authorization }, body };
      statuses.push((await few.fetch('/v1/rest/mgmt', asked)).status);
    }
    await few.close();
    expect(statuses).toEqual([200, 200, 429]);
  });

  test('all tables of an answer count as one call, and are one record', async () => {
    const one = await openServer({
      profiles: {
        define: { one: { quotas: [{ kind: 'calls', limit: 1, windowSeconds: 86_400 }] } },
        generations: { kusto: 'one' },
      },
    });
    const roles = ['ThreatHunting.Read.All', 'Audit.Read'];
    const bearer = await one.mint({ app: 'kusto', roles });
    const statusOf = async (csl: string) => {
      const headers = { authorization: `Bearer ${bearer}` };
      const asked = { method: 'POST', headers, body: JSON.stringify({ csl }) };
      return (await one.fetch('/v2/rest/query', asked)).status;
    };
    const statuses = [await statusOf('print 1; print 2'), await statusOf('print 3; print 4')];
    const kql =
      'QuarryAuditLogs | where QueryText startswith "print" | project QueryText, Status, RowCount | order by QueryText';
    const recorded = async () => (await one.hunt(bearer, kql)).rows;
    await expect.poll(recorded, { timeout: 10_000 }).toEqual([
      ['print 3; print 4', 429, null],
      ['print 1; print 2', 200, 2],
    ]);
    await one.close();
    expect(statuses).toEqual([200, 429]);
  });

  test('an error in what a command is piped into has its place in the text', async () => {
    const { status, error } = await command('.show tables\n| where Foo == 1');
    expect(status).toBe(400);
    expect(error).toMatchObject({
      '@message': expect.stringMatching(/SEM0100: .*Foo.*\[line:position=2:9\]$/),
    });
  });

  test('the audit table is shown to those who may read it', async () => {
    const named = async (bearer: string) => {
      const { json } = await server.fetch('/v1/rest/mgmt', {
        method: 'POST',
        headers: { authorization: `Bearer ${bearer}` },
        body: JSON.stringify({ csl: '.show schema as json | project d = DatabaseSchema' }),
      });
      return JSON.stringify(json).includes('QuarryAuditLogs');
    };
    const roles = ['ThreatHunting.Read.All', 'Audit.Read'];
    expect(await named(token)).toBe(false);
    expect(await named(await server.mint({ app: 'auditor', roles }))).toBe(true);
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

  test.each([
    ['.show schema as json', 'NetDefaultDB'],
    ['.show databases schema as json', 'NetDefaultDB'],
    ['.show database ["my db"] schema as json', 'my db'],
    ['.show database __proto__ schema as json', '__proto__'],
  ])('the whole schema: %s', async (csl, name) => {
    const { rows } = await command(csl);
    const { Databases } = JSON.parse(String(rows[0]?.[0]));
    const database = Object.entries(Databases).find(([key]) => key === name)?.[1];
    expect(database).toMatchObject({ Name: name, MaterializedViews: {}, EntityGroups: {} });
    const { Tables, Functions } = database as Record<
      string,
      Record<string, Record<string, unknown>>
    >;
    expect(Tables?.['DeviceInfo']?.['OrderedColumns']).toContainEqual(
      expect.objectContaining({ Name: 'DeviceId', CslType: 'string' }),
    );
    expect(Functions?.['FileProfile']?.['InputParameters']).toEqual([
      { Name: 'Files', Columns: [] },
      {
        Name: 'HashColumn',
        Type: 'System.String',
        CslType: 'string',
        CslDefaultValue: '"SHA1"',
      },
      { Name: 'MaxFiles', Type: 'System.Int64', CslType: 'long', CslDefaultValue: '100' },
    ]);
  });

  test.each<[string, number, RegExp]>([
    ['.show table NoSuchTable', 400, /NoSuchTable was not found/],
    ['.show function NoSuchFunction', 400, /NoSuchFunction was not found/],
    ['.show database __proto__.x schema', 400, /command is not supported/],
    ['.drop table DeviceInfo', 400, /command is not supported/],
    ['DeviceInfo', 400, /has to be sent to \/v2\/rest\/query/],
  ])('%s is refused', async (csl, status, message) => {
    const answer = await command(csl);
    expect(answer.status).toBe(status);
    expect(answer.error).toMatchObject({ '@message': expect.stringMatching(message) });
  });

  test.each<[string, string, RegExp]>([
    ['a long name', `.show table ${'a'.repeat(500_000)}`, /command is not supported/],
    ['much space', `.show${' '.repeat(500_000)}tables x`, /command is not supported/],
    ['many quotes', `.show tables ${'\'|"'.repeat(100_000)}`, /command is not supported/],
    ['a long name of a database', `.show database ${'x'.repeat(300)} schema`, /db must be/],
  ])('%s is refused', async (_, csl, message) => {
    const answer = await command(csl);
    expect(answer.error).toMatchObject({ '@message': expect.stringMatching(message) });
  });
});

describe('users', () => {
  const scopes = ['ThreatHunting.Read.All'];
  let bearer: string;
  let subject: string;
  const admin = (method: string, path: string, body?: object) =>
    server
      .mint({ app: 'admin', roles: ['Quarry.Admin'] })
      .then((token) => server.call(method, `/api/quarry/tenants/default/${path}`, token, body));
  const assign = (role: object) =>
    admin('PUT', 'role-assignments', { subjectKind: 'user', subject, ...role });
  const show = async (csl: string) => {
    const answer = await ask('/v1/rest/mgmt', { csl }, { authorization: `Bearer ${bearer}` });
    const { Tables } = answer.json as unknown as { Tables?: [Table] };
    return { status: answer.status, rows: Tables?.[0].Rows };
  };

  beforeAll(async () => {
    bearer = await server.mint({ app: 'tool', user: 'asha', scopes });
    const users = await admin('GET', 'users');
    subject = (users.json['users'] as { id: string; name: string }[])[0]?.id ?? '';
    await admin('PUT', 'device-groups/Elsewhere', {});
  });

  test('without View Data are shown nothing', async () => {
    await assign({ viewsData: false, deviceGroups: null });
    for (const csl of ['.show tables', '.show databases | count', '.show version']) {
      expect((await show(csl)).status).toBe(403);
    }
  });

  test('of some devices are shown how much there is of those', async () => {
    await assign({ viewsData: true, deviceGroups: ['Elsewhere'] });
    const csl =
      '.show tables details | where TableName in ("DeviceProcessEvents", "QuarryIngestErrors")';
    expect(await show(`${csl} | project TableName, TotalRowCount`)).toEqual({
      status: 200,
      rows: [['DeviceProcessEvents', 0]],
    });
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
    ['// tables\n.show tables', undefined, /\/v1\/rest\/mgmt/],
    ['print 1', { Options: { query_language: 'sql' } }, /query_language is not supported/],
    ['print 1', { Options: { query_now: 'soon' } }, /query_now must be a datetime/],
    [
      'print 1',
      { Options: { query_datetimescope_column: 'CreationTime' } },
      /query_datetimescope_column is not/,
    ],
    ['print 1', { Options: { servertimeout: '-00:01:00' } }, /servertimeout must be/],
    ['print 1', 'no json', /properties must be/],
    ['print 1', { Options: { servertimeout: 'soon' } }, /servertimeout must be/],
    ...[0, true, [2], [], '0x10', '', '1.5', 1e30].map(
      (most) =>
        [
          'print 1',
          { Options: { query_take_max_records: most } },
          /query_take_max_records must be/,
        ] as [string, object, RegExp],
    ),
    ['print 1', { Options: { query_datetimescope_from: 'x' } }, /query_datetimescope_from must be/],
    ['print 1', { Options: { query_now: '2026-02-30' } }, /query_now must be/],
    ['print 1', { Options: { query_now: '2026-01-01 25:00' } }, /query_now must be/],
    ['print 1', { Options: { query_now: '0000-12-31' } }, /query_now must be/],
    ['print 1', { Options: { query_now: '9999-12-31 23:00 -12:00' } }, /query_now must be/],
    ['print 1', { Options: [] }, /properties.Options must be/],
    ['print 1', '9223372036854775807', /properties must be/],
    ['print 1', '{"Parameters":9223372036854775807}', /properties.Parameters must be/],
    ['', undefined, /Missing query/],
  ])('%s with %s', async (csl, properties, message) => {
    const { status, json } = await query(csl, properties);
    expect(status).toBe(400);
    expect(json.error).toMatchObject({ '@message': expect.stringMatching(message) });
  });

  test.each([
    ['int', '7.5'],
    ['long', 'abc'],
    ['long', '1.5'],
    ['long', '99999999999999999999'],
    ['long', 'long(x)'],
    ['long', ''],
    ['real', 'much'],
    ['decimal', 'decimal(1,5)'],
    ['bool', 'perhaps'],
    ['datetime', 'datetime(2026-13-01)'],
    ['timespan', 'soon'],
    ['guid', '5f0f1ee6'],
  ])('a parameter of type %s is not %s', async (type, value) => {
    const { status, json } = await query(`declare query_parameters(p: ${type}); print p`, {
      Parameters: { p: value },
    });
    expect(status).toBe(400);
    const shown = value.replace(/^\w+\(|\)$/g, '').replace(/[()]/g, '\\$&');
    expect(json.error).toMatchObject({
      '@message': expect.stringMatching(
        new RegExp(`The query parameter 'p' is of type ${type}, and '${shown}' is none`),
      ),
    });
  });

  test('a parameter that is nested too deeply', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const { status, json } = await query('print 1', `{"Parameters":{"a":${deep}}}`);
    expect(status).toBe(400);
    expect(json.error.message).toMatch(/nested more deeply than 64 levels/);
  });

  test.each<[string, string | undefined, string, string, RegExp]>([
    [
      'range x from 1 to 10000000000 step 1 | summarize dcount(hash(x))',
      '00:00:00.0000001',
      'RequestExecutionTimeout',
      'KustoServiceTimeoutException',
      /timeout/,
    ],
    [
      'print 1\n| evaluate python(typeof(*), "")',
      undefined,
      'General_BadRequest',
      'KustoBadRequestException',
      /not supported.*\[line:position=2:\d+\]$/,
    ],
  ])('%s', async (csl, servertimeout, code, type, message) => {
    const { status, json } = await query(csl, { Options: { servertimeout } });
    const isTimeout = code === 'RequestExecutionTimeout';
    expect(status).toBe(isTimeout ? 504 : 400);
    expect(json.error).toMatchObject({
      code,
      '@permanent': !isTimeout,
      '@type': `Kusto.Data.Exceptions.${type}`,
      '@message': expect.stringMatching(message),
    });
  });

  test.each([
    ['/v1/rest/query', 'GET, POST', ['PUT', 'PATCH', 'DELETE', 'HEAD']],
    ['/v2/rest/query', 'GET, POST', ['PUT', 'PATCH', 'DELETE', 'HEAD']],
    ['/v1/rest/mgmt', 'POST', ['GET', 'PUT', 'PATCH', 'DELETE']],
    ['/v1/rest/auth/metadata', 'GET', ['POST', 'PUT', 'DELETE']],
  ])('%s has the methods %s', async (path, allowed, others) => {
    for (const method of others) {
      const headers = { authorization: `Bearer ${token}` };
      const answer = await server.fetch(path, { method, headers });
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, allowed]);
      if (method !== 'HEAD') expect(answer.json.error).toMatchObject({ '@permanent': true });
    }
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

test('the record has the status that was answered', async () => {
  const slow = 'range x from 1 to 10000000000 step 1 | summarize dcount(hash(x))';
  const answered = [
    (await query(slow, { Options: { servertimeout: '00:00:00.001' } })).status,
    (await ask('/v1/rest/mgmt', { csl: '.show table NotOnRecord' })).status,
  ];
  const roles = ['ThreatHunting.Read.All', 'Audit.Read'];
  const authorization = `Bearer ${await server.mint({ app: 'auditor', roles })}`;
  const kql =
    'QuarryAuditLogs | where Outcome in ("hunt.timeout", "request.notFound") and QueryText has_any ("dcount", "NotOnRecord") | distinct Outcome, Status | order by Outcome asc';
  const recorded = async () =>
    primary(await ask('/v2/rest/query', { csl: kql }, { authorization })).Rows;
  await expect.poll(recorded, { timeout: 10_000 }).toEqual([
    ['hunt.timeout', 504],
    ['request.notFound', 400],
  ]);
  expect(answered).toEqual([504, 400]);
});

test.each<[string, Error | undefined, unknown[], number]>([
  ['serves', undefined, [true, 0, false, ''], 1],
  ['has no engine', new HuntError('engine.unavailable', {}), [false, 1, true, /restart/], 0],
  ['has no space', new HuntError('engine.storage', {}), [false, 0, true, /disk space/], 1],
  ['cannot say why', new Error('at 10.0.0.1'), [false, 0, true, /^An unexpected error/], 1],
])('a server that %s says so', async (_, failure, expected, nodes) => {
  const fixture = await openFixture({
    ready: async () => {
      if (failure) throw failure;
      return true;
    },
  });
  const authorization = `Bearer ${await fixture.token({ roles: ['ThreatHunting.Read.All'] })}`;
  const show = async (csl: string) => {
    const { json } = await fixture.post('/v1/rest/mgmt', JSON.stringify({ csl }), {
      authorization,
    });
    return (json as unknown as { Tables: [Table] }).Tables[0];
  };
  const { Columns, Rows } = await show('.show diagnostics');
  const cluster = await show('.show cluster');
  await fixture.close();
  const value = (name: string) =>
    Rows[0]?.[Columns.findIndex(({ ColumnName }) => ColumnName === name)];
  const [isHealthy, offline, needsAttention, reason] = expected;
  expect([
    value('IsHealthy'),
    value('MachinesTotal'),
    value('MachinesOffline'),
    value('IsAttentionRequired'),
  ]).toEqual([isHealthy, 1, offline, needsAttention]);
  for (const name of ['AttentionRequiredReason', 'NotHealthyReason']) {
    expect(value(name)).toEqual(reason instanceof RegExp ? expect.stringMatching(reason) : reason);
  }
  expect(cluster.Rows).toHaveLength(nodes);
});

test.each([
  ['GET', '/v2/rest/%zz', 400],
  ['GET', '/v1/rest/%ff?db=a', 400],
  ['GET', '/v1/rest/ping%', 400],
  ['POST', '/v1/rest/ingest/db/T', 404],
  ['GET', '/v2/rest', 404],
  ['PUT', '/v1/rest/query', 401],
])('%s %s is refused in the words of Kusto', async (method, path, status) => {
  const authorization = `Bearer ${status === 401 ? 'x' : token}`;
  const headers = { authorization, 'x-ms-client-request-id': 'probe;1' };
  const refused = await server.fetch(path, { method, headers });
  expect([refused.status, refused.headers.get('x-ms-client-request-id')]).toEqual([
    status,
    'probe;1',
  ]);
  expect(refused.json.error).toMatchObject({
    '@message': expect.any(String),
    '@context': { clientRequestId: 'probe;1' },
    '@permanent': true,
  });
});

test('answers a ping without a token', async () => {
  const { status, text } = await server.fetch('/v1/rest/ping');
  expect([status, text]).toEqual([200, '']);
});

test('says where tokens are to be had', async () => {
  const { json } = await server.fetch('/v1/rest/auth/metadata');
  expect(json['AzureAD']).toMatchObject({
    LoginEndpoint: server.url,
    KustoServiceResourceId: 'https://kusto.kusto.windows.net',
  });
});

test('says that they are to be had elsewhere', async () => {
  const other = await openServer({ embeddedIssuer: false });
  const { status, json } = await other.fetch('/v1/rest/auth/metadata');
  await other.close();
  expect(status).toBe(404);
  expect(json.error).toMatchObject({ '@permanent': true });
});
