import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../../src/engine/engine.js';
import { type Harness, startHarness } from './harness.js';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());

const rows = `datatable(k:string, x:long, s:string, t:datetime)[
  "a", 1, "one=1", datetime(2024-01-01), "b", 2, "two=2", datetime(2024-01-02),
  "b", 3, "three=3", datetime(2024-01-04), "c", 4, "four=4", datetime(2024-01-05)]`;

/** A constant's type, its value written out, and a query that wants it where `§` stands. */
const places: readonly (readonly [type: string, value: string, query: string])[] = [
  ['long', '2', 'T | order by x asc | take §'],
  ['long', '2', 'T | top § by x'],
  ['long', '1', 'T | top-nested 2 of k by max(x), top-nested § of x by max(x)'],
  ['long', '1', 'T | partition by k (top § by x asc) | order by x asc'],
  ['long', '2', 'range i from 1 to 9 step §'],
  ['timespan', '12h', 'range i from datetime(2024-01-01) to datetime(2024-01-03) step §'],
  ['long', '2', 'T | order by x asc | extend p = prev(x, §), n = next(x, §)'],
  ['long', '-1', 'T | order by x asc | extend p = prev(x, §)'],
  ['string', '"([a-z]+)=([0-9])"', 'T | extend f = extract_all(§, s)'],
  ['dynamic', 'dynamic([2])', 'T | extend f = extract_all("([a-z]+)=([0-9])", §, s)'],
  ['string', '"(?i)^T\\\\b|wo"', 'T | where s matches regex §'],
  ['string', '"([a-z]+)="', 'T | extend f = replace_regex(s, §, "<\\\\1>")'],
  ['string', '"$.a[1]"', 'print extract_json(§, \'{"a":[1,2]}\')'],
  ['string', '"ctukey"', 'print series_outliers(dynamic([1,2,3,2,1,50,2,1]), §)'],
  ['real', '20.5', 'print series_outliers(dynamic([1,2,3,2,1,50,2,1]), "ctukey", 0, §, 80)'],
  ['string', '"linefit"', 'print series_decompose(range(1, 16), 4, §)'],
  ['string', '"day"', 'T | extend f = datetime_add(§, 1, t)'],
  ['string', '"hour"', 'T | extend f = datetime_diff(§, t, datetime(2024-01-01))'],
  ['string', '"Month"', 'T | extend f = datetime_part(§, t)'],
  ['string', '"windows"', 'print parse_command_line(\'a "b c"\', §)'],
  ['string', '"browser"', 'print parse_user_agent("Mozilla/5.0 (X11) Firefox/5.0", §)'],
  ['string', '"eJwLSS0uUSguKcrMS1cwNDIGACxqBQ4="', 'print zlib_decompress_from_base64_string(§)'],
  ['string', '"x"', 'T | extend f = column_ifexists(§, 0)'],
  ['real', '0.5', 'T | project k | evaluate basket(§)'],
  [
    'timespan',
    '1d',
    'T | evaluate sliding_window_counts(k, t, datetime(2024-01-01), datetime(2024-01-06), 2d, §)',
  ],
  [
    'dynamic',
    'dynamic([1d, 2d])',
    'T | evaluate funnel_sequence_completion(k, t, datetime(2024-01-01), datetime(2024-01-06), 1d, s, dynamic(["one=1", "two=2"]), §)',
  ],
  [
    'long',
    '2',
    'datatable(a:string, b:string)["1", "2", "2", "3"] | make-graph a --> b with_node_id=n | graph-match (m)-[e*1..§]->(o) project m.n, o.n | order by m_n asc, o_n asc',
  ],
];

/** The same value as the query may come by it, under the name `given`. */
const origins: Readonly<Record<string, (type: string, value: string, query: string) => string>> = {
  'a computed let': (_type, value, query) =>
    `let given = iff(strlen("abc") == 3, ${value}, ${value}); ${query}`,
  'toscalar() of a table': (_type, value, query) =>
    `let given = toscalar(T | where x == 1 | project v = ${value}); ${query}`,
  "a function's parameter": (type, value, query) =>
    `let f = (given: ${type}) { ${query} }; f(iff(strlen("abc") == 3, ${value}, ${value}))`,
};

describe('a constant that has to be computed is as good as one that is written', () => {
  test.each(places)('%s %s in %s', async (type, value, query) => {
    const ask = (text: string) => harness.rows(`let T = ${rows}; ${text}`);
    const written = await ask(query.replaceAll('§', value));
    for (const [origin, make] of Object.entries(origins)) {
      const text = make(type, value, query.replaceAll('§', 'given'));
      expect(await ask(text), origin).toEqual(written);
    }
  });
});

describe('arithmetic on constants', () => {
  test.each([
    ['timespan', '1d', 'long', '24', '/'],
    ['timespan', '-7tick', 'long', '2', '/'],
    ['timespan', '1d', 'long', '0', '/'],
    ['timespan', '1d', 'real', '2.5', '/'],
    ['timespan', '1d', 'real', '0.0', '/'],
    ['timespan', '7tick', 'real', '-1.5', '*'],
    ['real', '1e300', 'timespan', '1d', '*'],
    ['timespan', '1d', 'timespan', '7h', '/'],
    ['timespan', '1d', 'timespan', '0s', '/'],
    ['long', '-7', 'long', '2', '/'],
    ['long', '7', 'long', '0', '/'],
    ['long', 'long(-9223372036854775808)', 'long', '-1', '/'],
  ])('%s %s and %s %s with %s', async (left, a, right, b, operator) => {
    const of = (x: string, y: string) => `x = tostring(${x} ${operator} ${y})`;
    const computed = `datatable(a: ${left}, b: ${right})[${a}, ${b}] | project ${of('a', 'b')}`;
    expect(await harness.rows(`print ${of(a, b)}`)).toEqual(await harness.rows(computed));
  });

  test('asks the engine for nothing', async () => {
    let runs = 0;
    const engine: Engine = {
      ...harness.engine,
      run: (query) => {
        runs += 1;
        return harness.engine.run(query);
      },
    };
    const query = `let T = ${rows}; T | make-series count() on t from datetime(2024-01-01) to datetime(2024-01-02) step 1d / 24`;
    (await harness.answer(query, {}, engine)).rows.destroy();
    expect(runs).toBe(1);
  });
});

test('an element of an array may be a limit', async () => {
  expect(
    await harness.values('let a = dynamic([3, 2]); range x from 1 to 9 step 1 | take toint(a[1])'),
  ).toEqual([[1], [2]]);
});

test.each([
  'long(-9223372036854775808)',
  'tolong("-9223372036854775808")',
  'long(9223372036854775807)',
])('a distance of %s leads out of the rows', async (distance) => {
  const query = `range x from 1 to 2 step 1 | order by x asc | project prev(x, ${distance}), next(x, ${distance})`;
  expect(await harness.values(query)).toEqual([
    [null, null],
    [null, null],
  ]);
});

test('values that the query needs first are counted with it and have its time', async () => {
  const runs: { wallSeconds: number; cpu: number; rowsRead: number }[] = [];
  const engine: Engine = {
    ...harness.engine,
    run: async (query) => {
      const result = await harness.engine.run(query);
      const { userCpuSeconds, kernelCpuSeconds, rowsRead } = result.stats;
      const { wallSeconds } = query.limits;
      runs.push({ wallSeconds, cpu: userCpuSeconds + kernelCpuSeconds, rowsRead });
      return result;
    },
  };
  const { rows, stats } = await harness.answer(
    'let n = toscalar(range i from 1 to 100000 step 1 | where hash(i) % 7 == 1 | count) % 2; range x from 1 to 3 step 1 | order by x asc | extend p = prev(x, n)',
    {},
    engine,
  );
  rows.destroy();
  expect(runs.length).toBe(2);
  const sum = (member: 'cpu' | 'rowsRead') => runs.reduce((all, run) => all + run[member], 0);
  expect(stats.userCpuSeconds + stats.kernelCpuSeconds).toBeCloseTo(sum('cpu'), 6);
  expect(stats.rowsRead).toBe(sum('rowsRead'));
  expect(stats.resultRows).toBe(3);
  expect(runs[1]?.wallSeconds).toBeLessThan(runs[0]?.wallSeconds ?? 0);
});

test('constants of which one needs the other are found out one after the other', async () => {
  expect(
    await harness.values(
      'let n = toint("1"); let m = toscalar(range x from 5 to 7 step 1 | order by x asc | extend p = prev(x, n) | summarize min(p)) - 4; range x from 1 to 3 step 1 | order by x asc | project p = prev(x, m)',
    ),
  ).toEqual([[null], [1], [2]]);
});

test.each([
  ['let w = "two"; T | search w | project x', [[2]]],
  ['let w = strcat("t", "wo"); T | search kind=case_sensitive w | project x', [[2]]],
  ['let f = (w: string) { T | search x > 1 and (w) | project x }; f("t*")', [[2], [3]]],
  ['T | summarize sum(x * long(null)), sum(real(null) * x)', [[0, 0]]],
  [
    'let n = toscalar(T | where x > 9 | project x); T | summarize sum(x * n), max(x + n)',
    [[0, null]],
  ],
])('%s', async (query, expected) => {
  expect(await harness.values(`let T = ${rows}; ${query}`)).toEqual(expected);
});

describe('what is no constant is refused where it stands', () => {
  test.each([
    ['T | order by x asc | extend p = prev(x, x)', 'prev(x, x)', 'of each row in prev()'],
    ['T | order by x asc | extend p = next(x, toint(""))', 'next(x, toint(""))', 'that is null'],
    [
      'let zz = 5; T | order by x asc | scan declare (c: long = zz) with (step s: true;)',
      'zz',
      "the default 'zz'",
    ],
    [
      'datatable(a: string, b: string)["1", "2"] | make-graph a --> b with_node_id=n | graph-match (m)-[e*1..toint("2")]->(o) project m.n',
      '*1..toint("2")',
      'it needs two whole numbers',
    ],
    [
      'let size = toscalar(T | where x > 9 | project 1d); T | make-series count() on t step size',
      'size',
      'the step must be greater than zero',
    ],
    [
      'T | extend e = extract_all("(a)", todynamic("x"), s)',
      'extract_all("(a)", todynamic("x"), s)',
      'the groups have to be a constant array',
    ],
    ['T | extend d = datetime_add(k, 1, t)', 'datetime_add(k, 1, t)', 'has to be a constant'],
  ])('%s', async (query, place, message) => {
    const text = `let T = ${rows}; ${query}`;
    const error = await harness.error(text);
    expect(error.message).toContain(message);
    expect(error.span).toEqual({ start: text.lastIndexOf(place), length: place.length });
  });
});
