import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Harness, startHarness } from './harness.js';

let kql: Harness;
beforeAll(async () => {
  kql = await startHarness();
});
afterAll(() => kql.close());

/** Two groups: one with values and nulls, one with nulls alone. */
const mixed = `datatable(k: long, i: int, r: real, d: datetime, t: timespan, s: string, b: bool, y: dynamic, c: decimal) [
  1, 3, 1.5, datetime(2024-01-02), 1h, "b", true, dynamic({"p": 1}), decimal(1.5),
  1, int(null), real(null), datetime(null), timespan(null), "", bool(null), dynamic(null), decimal(null),
  1, 1, 2.5, datetime(2024-01-01), 3h, "á", false, dynamic({"p": 2, "q": [1]}), decimal(2.5),
  2, int(null), real(null), datetime(null), timespan(null), "", bool(null), dynamic(null), decimal(null)]`;

type Case = readonly [what: string, query: string, rows: unknown[][]];

function runs(cases: readonly Case[]) {
  for (const [what, query, rows] of cases) {
    test(what, async () => {
      expect(await kql.values(query)).toEqual(rows);
    });
  }
}

describe('nulls count as values, or an empty group has no result', () => {
  runs([
    [
      'counts',
      `${mixed} | summarize count(), countif(b), dcount(i), dcount(s), dcount(y), count_distinct(t) by k | sort by k asc`,
      [
        [1, 3, 1, 2, 3, 2, 2],
        [2, 1, 0, 0, 1, 0, 0],
      ],
    ],
    [
      'values of columns',
      `${mixed} | summarize count(i), count(s), count(y), count(b), count(t) by k | sort by k asc`,
      [
        [1, 2, 3, 2, 1, 2],
        [2, 0, 1, 0, 0, 0],
      ],
    ],
    [
      'sums and averages',
      `${mixed} | summarize sum(i), sum(t), avg(r), avg(d), avg(c) by k | sort by k asc`,
      [
        [1, 4, '04:00:00', 2.0, '2024-01-01T12:00:00Z', '2'],
        [2, 0, '00:00:00', 'NaN', null, null],
      ],
    ],
    [
      'least and greatest',
      `${mixed} | summarize min(i), max(d), min(b), max(s), minif(r, i > 2), maxif(c, i > 9) by k | sort by k asc`,
      [
        [1, 1, '2024-01-02T00:00:00Z', 0, 'á', 1.5, null],
        [2, null, null, null, '', null, null],
      ],
    ],
    [
      'spreads',
      'range x from 1 to 4 step 1 | summarize stdev(x), stdevp(x), variance(x), variancep(x), covariance(x, x), stdevif(x, x > 3)',
      [[1.2909944487358056, 1.118033988749895, 1.6666666666666667, 1.25, 1.6666666666666667, 0.0]],
    ],
    [
      'over no rows at all',
      `${mixed} | where k > 9 | summarize count(), sum(i), avg(r), max(d), take_any(s), make_list(i), dcount(y), stdev(c), percentile(i, 50), hll(s)`,
      [[0, 0, 'NaN', null, '', [], 0, 0.0, null, null]],
    ],
    ['no rows with keys', `${mixed} | where k > 9 | summarize count() by k`, []],
  ]);
});

describe('the values of arg_max come from different rows', () => {
  const two = `datatable(k: string, v: int, a: string, b: long) [
    "x", 1, "one", 10, "x", 2, "two", long(null), "x", int(null), "none", 30,
    "y", int(null), "first", 1, "y", int(null), "second", 2]`;
  runs([
    [
      'all columns of the greatest row, and the first row of nulls alone',
      `${two} | summarize arg_max(v, *) by k | sort by k asc`,
      [
        ['x', 2, 'two', null],
        ['y', null, 'first', 1],
      ],
    ],
    [
      'some columns of the least row',
      `${two} | summarize arg_min(v, b, t = strcat(a, "!")) by k | sort by k asc`,
      [
        ['x', 1, 10, 'one!'],
        ['y', null, 1, 'first!'],
      ],
    ],
    ['of no rows', `${two} | where v > 5 | summarize arg_max(v, *)`, [[null, '', '', null]]],
    [
      'one of them alone is asked for',
      `${two} | summarize arg_max(v, *) by k | project b | sort by b asc`,
      [[null], [1]],
    ],
    ['any row whole', 'datatable(a: string, b: long) ["x", 1] | summarize take_any(*)', [['x', 1]]],
    [
      'any row whole leaves out what it is grouped by',
      'datatable(a: string, b: long, c: real) ["x", 1, 2.5] | summarize take_any(*), count() by a',
      [['x', 1, 2.5, 1]],
    ],
    [
      'any row whole of nothing but keys',
      'datatable(a: string) ["x", "x"] | summarize take_any(*), count() by a',
      [['x', 2]],
    ],
    [
      'any row whole of two keys, under the older name',
      'datatable(a: string, b: long, c: real) ["x", 1, 2.5] | summarize any(*) by b, a | project b, a, any_c',
      [[1, 'x', 2.5]],
    ],
  ]);
  const shapes: [call: string, row: unknown][] = [
    ['arg_min(b, c, *)', { b: 1, c: 6, a: 'y' }],
    ['arg_min(b, *, c)', { b: 1, a: 'y', c: 6 }],
    ['arg_min(b, *, a, b)', { b: 1, a: 'y', c: 6 }],
    ['arg_min(b, b, c, c, *)', { b: 1, c: 6, a: 'y' }],
    ['arg_min(b, z = c, *)', { b: 1, z: 6, a: 'y' }],
    ['arg_min(b, toupper(a), *)', { b: 1, min_b_arg1: 'Y', a: 'y', c: 6 }],
    ['arg_min(b, c, *) by c', { c: 6, b: 1, a: 'y' }],
    ['take_any(c, c, *)', { c: 6, a: 'y', b: 1 }],
  ];
  runs(
    shapes.map(
      ([call, row]): Case => [
        `a star means the columns not given: ${call}`,
        `datatable(a: string, b: int, c: long) ["y", 1, 6] | summarize ${call} | project pack_all()`,
        [[row]],
      ],
    ),
  );
});

describe('percentiles are other than the nearest rank', () => {
  runs([
    [
      'several at once',
      'range x from 1 to 24 step 1 | summarize percentiles(x, 0, 5, 50, 99.9, 100)',
      [[1, 2, 12, 24, 24]],
    ],
    [
      'of times',
      `${mixed} | summarize percentile(d, 50), percentile(t, 100) by k | sort by k asc`,
      [
        [1, '2024-01-01T00:00:00Z', '03:00:00'],
        [2, null, null],
      ],
    ],
    [
      'with weights',
      'datatable(n: long, v: long) [8, 10, 6, 20, 3, 30, 1, 40, -5, 99] | summarize percentilesw(v, n, 50, 75, 99.9), percentilesw_array(v, n, dynamic([50, 75, 99.9]))',
      [[20, 20, 40, [20, 20, 40]]],
    ],
    [
      'from digests that were merged',
      `range x from 1 to 1000 step 1 | summarize d = tdigest(x) by x % 7 | summarize d = tdigest_merge(d)
       | project percentile_tdigest(d, 50, typeof(long)), rank_tdigest(d, 685), percentrank_tdigest(d, 500), percentiles_array_tdigest(d, 0, 100)`,
      [[500, 685.0, 50.0, [1, 1000]]],
    ],
  ]);

  test('a digest of many values strays by more than a percent', async () => {
    const [row] = await kql.values(
      'range x from 1 to 200000 step 1 | summarize d = tdigest(x) | project percentile_tdigest(d, 50, typeof(long)), percentile_tdigest(d, 99.9, typeof(long))',
    );
    const [half, top] = row as number[];
    expect(Math.abs((half ?? 0) - 100_000)).toBeLessThan(1000);
    expect(Math.abs((top ?? 0) - 199_800)).toBeLessThan(100);
  });
});

describe('what has to be constant is not written out', () => {
  const ten = 'range x from 1 to 10 step 1';
  runs([
    [
      'percentiles, by a query of their own',
      `let p = toscalar(print 25); ${ten} | summarize percentile(x, p), percentiles(x, 2 * p, 100), percentilesw(x, 11 - x, p, 50), percentiles_array(x, range(0, 100, p)), percentilesw_array(x, 1, pack_array(p, 2 * p))`,
      [[3, 5, 10, 2, 4, [1, 3, 5, 8, 10], [3, 5]]],
    ],
    [
      'sizes and accuracies',
      `let n = toscalar(print 2); ${ten} | summarize make_list(x, n), array_length(make_set(x, n)), make_bag(bag_pack("a", x, "b", x, "c", x), n), make_list_if(x, x > 2, n - 2), dcount(x, n), dcount_hll(hll(x, n))`,
      [[[1, 2], 2, { a: 1, b: 1 }, [], 10, 10]],
    ],
    [
      'none of a group without values',
      `let p = toscalar(print 25); datatable(k: string, x: datetime) ["a", datetime(2020-01-01), "b", datetime(null)] | summarize percentile(x, p), percentiles_array(x, pack_array(p)) by k | sort by k asc`,
      [
        ['a', '2020-01-01T00:00:00Z', ['2020-01-01T00:00:00.0000000Z']],
        ['b', null, null],
      ],
    ],
  ]);

  test.each([
    [`${ten} | summarize percentile(x, x)`, 'kql.unsupported', 'A percentile of each row'],
    [`${ten} | summarize make_list(x, x)`, 'kql.unsupported', 'A size of an array of each row'],
    [
      `let p = toscalar(print 101); ${ten} | summarize percentile(x, p)`,
      'hunt.evaluation',
      'between 0 and 100',
    ],
  ])('%s', async (query, code, message) => {
    const error = await kql.error(query);
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
  });
});

describe('sketches of distinct values', () => {
  runs([
    [
      'exact while they are small, also merged and intersected',
      `range x from 1 to 100 step 1 | summarize a = hll(x), b = hll_if(x, x > 90), c = hll(x + 50)
       | project dcount_hll(a), dcount_hll(b), dcount_hll(hll_merge(a, c))`,
      [[100, 10, 150]],
    ],
    [
      'something else than a sketch',
      'print dcount_hll(parse_json(\'{"a": [1]}\')), dcount_hll(dynamic(null))',
      [[0, null]],
    ],
  ]);

  test('a sketch of many values strays by more than two percent', async () => {
    const [row] = await kql.values(
      'range x from 1 to 300000 step 1 | summarize h = hll(x) by x % 3 | summarize h = hll_merge(h) | project dcount_hll(h)',
    );
    expect(Math.abs(Number(row?.[0]) - 300_000)).toBeLessThan(6000);
  });
});

describe('arrays and bags lose their order, their nulls or their types', () => {
  runs([
    [
      'a list in the order of a sort',
      'range x from 1 to 5 step 1 | sort by x desc | summarize make_list(x), make_list(x, 2), make_set(x % 3)',
      [
        [
          [5, 4, 3, 2, 1],
          [5, 4],
          [2, 1, 0],
        ],
      ],
    ],
    [
      'nulls are left out or kept',
      `${mixed} | summarize make_list(i), make_list_with_nulls(i), make_list(y), make_set(s) by k | where k == 2`,
      [[2, [], [null], [], ['']]],
    ],
    [
      'values keep their types',
      'print s = "é\\"", d = datetime(2024-01-01), t = 1h, r = 2.0, b = true | summarize make_list(s), make_list(d), make_list(t), make_list(r), make_list(b)',
      [[['é"'], ['2024-01-01T00:00:00.0000000Z'], ['01:00:00'], [2.0], [true]]],
    ],
    [
      'a set of arrays is one of their elements',
      'datatable(y: dynamic) [dynamic([1, null, 2]), dynamic([2]), dynamic("x"), dynamic(null)] | summarize array_sort_asc(make_set(y))',
      [[[1, 2, 'x']]],
    ],
    [
      'the first member of a name counts, and what is no bag does not',
      'datatable(y: dynamic) [dynamic({"a": 1}), dynamic([1]), dynamic({"a": 2, "b": {"c": null}})] | summarize make_bag(y), make_bag(y, 1)',
      [[{ a: 1, b: { c: null } }, { a: 1 }]],
    ],
    [
      'the old names hold 128 values',
      'range x from 1 to 200 step 1 | summarize array_length(makelist(x)), array_length(makeset(x)), array_length(make_set(x))',
      [[128, 128, 200]],
    ],
    [
      'a schema of nested documents',
      'datatable(y: dynamic) [dynamic({"x": 1, "y": 3.5}), dynamic({"x": "v", "z": [1, "a"]}), dynamic({"y": {"w": true}})] | summarize buildschema(y)',
      [
        [
          {
            x: ['long', 'string'],
            y: ['double', { w: 'bool' }],
            z: { '`indexer`': ['long', 'string'] },
          },
        ],
      ],
    ],
  ]);
});

describe('summarize', () => {
  runs([
    [
      'expressions over aggregates and keys',
      `${mixed} | summarize n = count() * 2 + sum(i), round(avg(i), 1) by k | sort by k asc`,
      [
        [1, 10, 2.0],
        [2, 2, 'NaN'],
      ],
    ],
    [
      'null keys are one group',
      'datatable(a: long, b: dynamic) [1, dynamic(null), long(null), dynamic(null), long(null), dynamic([1])] | summarize count() by a | sort by a asc',
      [
        [null, 2],
        [1, 1],
      ],
    ],
    [
      'keys alone',
      'range x from 1 to 4 step 1 | summarize by y = x % 2 | sort by y asc',
      [[0], [1]],
    ],
    [
      'several names for one aggregate, and a hint',
      'range x from 1 to 4 step 1 | summarize hint.strategy=shuffle (a, b) = arg_max(x, y = x * 2), (p, q) = percentiles(x, 25, 75)',
      [[4, 8, 1, 3]],
    ],
  ]);

  test('an aggregate without a name gets another one than in Kusto', async () => {
    expect(
      await kql.columns(
        'range x from 1 to 2 step 1 | extend y = x | summarize count(), count(x), dcount(x), sum(x), sum(x + 1), percentile(x, 99.9), covariance(x, y), make_set(x), arg_max(x, y)',
      ),
    ).toEqual([
      'count_: long',
      'count_x: long',
      'dcount_x: long',
      'sum_x: long',
      'sum_: long',
      'percentile_x_99_9: long',
      'covariance_x_y: real',
      'set_x: dynamic',
      'x: long',
      'y: long',
    ]);
  });

  test('later operators know a covariance by both of its arguments', async () => {
    const query = 'range x from 1 to 2 step 1 | summarize covariance(x, x), covariancep(x, x + 1)';
    expect(
      await kql.values(
        `${query} | where covariance_x_x > 0 | mv-apply n = dynamic([1, 2]) to typeof(long) on (summarize sum(n))`,
      ),
    ).toEqual([[0.5, 0.25, 3]]);
  });

  test('a function of the query that starts like it is no covariance', async () => {
    expect(
      await kql.columns(
        'let covarianceOf = (x: long, y: long) { x * y }; print x = 2, y = 3 | extend covarianceOf(x, y)',
      ),
    ).toEqual(['x: long', 'y: long', 'Column1: long']);
  });

  test.each([
    [
      'a percentile that is computed',
      'range x from 1 to 3 step 1 | summarize percentiles_array(x, dynamic([150]))',
      'kql.semantic',
    ],
    [
      'a percentile of texts',
      'print x = "a" | summarize percentilesw_array(x, 1, 50)',
      'kql.unsupported',
    ],
    ['bits of a real', 'print x = 1.5 | summarize binary_all_or(x)', 'kql.unsupported'],
    ['a sum of datetimes', 'print x = now() | summarize sum(x)', 'kql.unsupported'],
    [
      'a deep document',
      `print x = parse_json("${'['.repeat(20)}1${']'.repeat(20)}") | summarize buildschema(x)`,
      'hunt.evaluation',
    ],
  ])('%s is answered', async (_what, query, code) => {
    expect(await kql.error(query)).toMatchObject({ code });
  });
});
