import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Harness, startHarness } from './harness.js';

let kql: Harness;
beforeAll(async () => {
  kql = await startHarness();
});
afterAll(() => kql.close());

type Case = readonly [what: string, query: string, values: unknown[][]];

const things = `let Things = datatable(n: int, a: string, b: string) [
  1, 'lamp', 'q', 2, 'Lamp', 'é', 3, '', '', 4, 'lam\\np', 'x'];`;

describe.each<readonly [string, readonly Case[]]>([
  [
    'a dynamic number and a whole one are in the wrong order',
    [
      [
        'more',
        'print d=dynamic({"x": 10.5}) | extend d.x > 10, d.x >= 10, 10 < d.x, d.x > 10.0, d.x < 11',
        [[{ x: 10.5 }, 0, 1, 0, 1, 1]],
      ],
      [
        'between',
        'datatable(d: dynamic)[dynamic(2.5), dynamic("3.5"), dynamic(7)] | where d between (2 .. 4) | count',
        [[2]],
      ],
      ['beyond 53 bits', 'print dynamic(9007199254740993) > 9007199254740992', [[1]]],
      ['no number', 'print isnull(dynamic("x") > 1)', [[1]]],
    ],
  ],
  [
    'one row whose seconds are no number ends the hunt',
    [
      [
        'an instant of computed parts',
        'print s = real(nan), h = 5 | extend s = iff(rand() < 2, s, s) | project make_datetime(2017, 10, 1, 11, h, s), make_timespan(1, 11, h, s)',
        [[null, null]],
      ],
      [
        'an instant of columns',
        'datatable(y: long, s: real)[2020, real(nan), long(null), 1.5, 2021, real(+inf), 2022, 1.5] | extend d = iff(y > 0, 1, long(null)) | project make_datetime(y, d, d, d, d, s), make_timespan(d, d, d, s)',
        [
          [null, null],
          [null, null],
          [null, null],
          ['2022-01-01T01:01:01.5Z', '1.01:01:01.5000000'],
        ],
      ],
    ],
  ],
  [
    'a column is passed over, or two are read as one',
    [
      [
        'an anchored expression over all columns',
        `${things} Things | where * matches regex '^lamp$' | project n`,
        [[1]],
      ],
      ['an empty text', `${things} Things | where * matches regex '^$' | project n`, [[3]]],
      [
        'an expression over lines',
        `${things} Things | where * matches regex 'm\\\\sp' | project n`,
        [[4]],
      ],
      ['a needle of two lines', `${things} Things | where * contains 'p\\nq' | count`, [[0]]],
      [
        'numbers, which have no terms',
        `${things} Things | where * startswith '2' or * endswith_cs 'x' or * endswith '3' | project n`,
        [[4]],
      ],
      [
        'no texts at all',
        'print 12 | where * startswith "1" or * contains "2" or * matches regex "1" | count',
        [[0]],
      ],
      [
        'a star among arguments',
        `${things} Things | take 1 | project pack_array(*)`,
        [[[1, 'lamp', 'q']]],
      ],
    ],
  ],
  [
    'a wildcard inside a searched term',
    [
      [
        'stands between terms',
        `datatable(a: string)['red lamp post', 'redlamp post', 'tired lamp post'] | search 'red*post' | project a`,
        [['red lamp post'], ['redlamp post']],
      ],
    ],
  ],
  [
    'a datetime literal',
    [
      ['with spaces', 'print datetime(2021 - 03 - 04)', [['2021-03-04T00:00:00Z']]],
      ['a time of day', 'print datetime(8:05) - startofday(now())', [['08:05:00']]],
    ],
  ],
  [
    'schemas as one',
    [
      [
        'a column that has moved',
        'let A = datatable(a: string, n: int)[]; let B = datatable(a: string, m: real, n: int)[]; A | getschema | union (B | getschema) | evaluate schema_merge() | project ColumnName, ColumnOrdinal, ColumnType',
        [
          ['a', 0, 'string'],
          ['m', 1, 'real'],
          ['n', -1, 'ERROR(columns are out of order)'],
        ],
      ],
      [
        'the wider number',
        'let A = datatable(a: string, n: int)[]; let B = datatable(a: string, m: real, n: long)[]; A | getschema | union (B | getschema) | evaluate schema_merge(PreserveOrder=false) | where ColumnOrdinal > 0',
        [
          ['m', 1, 'System.Double', 'real'],
          ['n', 2, 'System.Int64', 'long'],
        ],
      ],
    ],
  ],
  [
    'a name for a literal inside a function',
    [
      [
        'part of a date',
        "let f = (t: (d: datetime)) { let part = 'day'; let x = (t | extend n = datetime_diff(part, d, datetime(2020-01-01))); x | project n }; f(datatable(d: datetime)[datetime(2020-01-03)])",
        [[2]],
      ],
    ],
  ],
])('%s', (_broken, cases) => {
  test.each(cases)('%s', async (_what, query, values) => {
    expect(await kql.values(query)).toEqual(values);
  });
});

test.each([
  ['print nofun(1)', "Unknown function: 'nofun'. Fix semantic errors in your query.", 6],
  ['nofun(1) | take 1', "Unknown function: 'nofun'. Fix semantic errors in your query.", 0],
  [
    'DeviceEvents | where nofun(FileName)',
    "Unknown function: 'nofun'. Fix semantic errors in your query.",
    21,
  ],
])('an unknown function is called one, at its place: %s', async (query, message, start) => {
  const error = await kql.error(query);
  expect(error.message).toBe(message);
  expect(error.span?.start).toBe(start);
});
