import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Harness, startHarness } from './harness.js';

let kql: Harness;
beforeAll(async () => {
  kql = await startHarness();
});
afterAll(() => kql.close());

type Case = readonly [what: string, query: string, rows: unknown[][]];

function runs(cases: readonly Case[]) {
  for (const [what, query, rows] of cases) {
    test(what, async () => {
      expect(await kql.values(query)).toEqual(rows);
    });
  }
}

function refuses(cases: readonly (readonly [what: string, query: string, message: RegExp])[]) {
  test.each(cases)('%s is answered', async (_what, query, message) => {
    const error = await kql.error(query);
    expect(error.message).toMatch(message);
    expect(error.status).toBe(400);
  });
}

/** Start and stop of two users, out of order. */
const events = `datatable(u: string, n: long, e: string) [
  "b", 2, "start", "a", 1, "start", "a", 3, "x", "b", 4, "stop", "a", 5, "stop", "a", 6, "x", "a", 7, "start"]
  | sort by n asc`;

describe('a state is lost, or another row is matched', () => {
  runs([
    [
      'a running sum',
      'range x from 1 to 4 step 1 | scan declare (s: long = 0) with (step a: true => s = x + a.s;)',
      [
        [1, 1],
        [2, 3],
        [3, 6],
        [4, 10],
      ],
    ],
    [
      'from a start to a stop',
      `${events} | scan with_match_id=id with (step a: e == "start"; step b: e != "start" and e != "stop"; step c: e == "stop";) | project id, n, e`,
      [
        [0, 1, 'start'],
        [0, 2, 'start'],
        [0, 3, 'x'],
        [0, 4, 'stop'],
        [0, 5, 'stop'],
        [1, 7, 'start'],
      ],
    ],
    [
      'numbers count sequences of which nothing is shown',
      'range x from 1 to 8 step 1 | scan with_match_id=id with (step a output=none: x % 3 == 1; step b: x % 3 == 2 and x > 3;) | project id, x',
      [
        [0, 5],
        [1, 8],
      ],
    ],
    [
      'numbers and last matches of each part, whatever parts them',
      `${events} | scan with_match_id=id order by n asc partition by toupper(u) with (step a output=last: e != "stop"; step c: e == "stop";) | sort by n asc | project id, u, n`,
      [
        [0, 'b', 2],
        [0, 'a', 3],
        [0, 'b', 4],
        [0, 'a', 5],
        [1, 'a', 7],
      ],
    ],
    [
      'of each user, in an order of its own',
      `${events} | scan with_match_id=id order by n asc partition by u with (step a: e == "start"; step c: e == "stop" and n > a.n;) | sort by n asc | project id, u, n`,
      [
        [0, 'a', 1],
        [0, 'b', 2],
        [0, 'b', 4],
        [0, 'a', 5],
        [1, 'a', 7],
      ],
    ],
    [
      'values from the step before, with defaults',
      `${events} | scan declare (since: long = -1, seen: string) with (step a: e == "start" => since = n; step b: e == "stop" => since = a.since, seen = strcat(a.u, "-", u);) | project n, since, seen`,
      [
        [1, 1, ''],
        [2, 2, ''],
        [4, 2, 'b-b'],
        [5, 2, 'b-a'],
        [7, 7, ''],
      ],
    ],
    [
      'a column of the rows that is assigned to',
      'datatable(x: long) [1, long(null), 3, long(null)] | serialize | scan with (step a: true => x = coalesce(x, a.x);)',
      [[1], [1], [3], [3]],
    ],
    [
      'only the last row of a step',
      `${events} | scan with (step a output=last: e != "stop"; step b: e == "stop";) | project n`,
      [[3], [4], [5], [7]],
    ],
    [
      'a step without output',
      `${events} | scan with (step a output=none: e == "start"; step b: e == "stop";) | project n`,
      [[4], [5]],
    ],
    [
      'no step is met',
      `${events} | scan with (step a: e == "nothing"; step b: true;) | count`,
      [[0]],
    ],
    ['no rows', `${events} | where n > 99 | scan with (step a: true;) | count`, [[0]]],
    [
      'a state of each type',
      `datatable(s: string, d: datetime, t: timespan, b: bool, r: real, y: dynamic, c: decimal) ["a", datetime(2024-01-01), 1h, true, 0.5, dynamic({"p": 1}), decimal(1.5), "b", datetime(2024-01-02), 2h, false, 1.5, dynamic([1]), decimal(2.5)]
       | serialize | scan declare (s0: string, d0: datetime, t0: timespan, b0: bool, r0: real, y0: dynamic, c0: decimal) with (step a: true => s0 = strcat(a.s0, s), d0 = coalesce(a.d0, d), t0 = t + coalesce(a.t0, 0s), b0 = b or coalesce(a.b0, false), r0 = r + coalesce(a.r0, 0.0), y0 = a.y, c0 = a.c;)
       | project s0, d0, t0, b0, r0, y0, c0`,
      [
        ['a', '2024-01-01T00:00:00Z', '01:00:00', 1, 0.5, null, null],
        ['ab', '2024-01-01T00:00:00Z', '03:00:00', 1, 2.0, { p: 1 }, '1.5'],
      ],
    ],
  ]);

  refuses([
    [
      'a long partition',
      'range x from 1 to 60000 step 1 | scan with (step a: true;) | count',
      /50000/,
    ],
    [
      'a table without an order',
      'range x from 1 to 3 step 1 | summarize by x | scan with (step a: true;)',
      /serialize/,
    ],
    [
      'two steps of one name',
      'range x from 1 to 3 step 1 | scan with (step a: true; step b: true; step a: x > 1;)',
      /already declared/,
    ],
  ]);
});

describe('a state that many rows carry on is not the one that they were left', () => {
  const rows = 'range x from 1 to 1000 step 1';
  runs([
    [
      'a sum, which forgets nothing',
      `${rows} | scan declare (s: long = 0) with (step a: true => s = x + a.s;) | summarize countif(s != x * (x + 1) / 2)`,
      [[0]],
    ],
    [
      'the last of few values, which is the same for hundreds of rows',
      `${rows} | scan declare (v: long) with (step a: true => v = iff(x % 300 == 1, x, a.v);) | summarize countif(v != bin(x - 1, 300) + 1)`,
      [[0]],
    ],
    [
      'a value that stays null, and one that is no number',
      `${rows} | scan declare (n: long, f: real = 0.0) with (step a: true => n = a.n + x, f = iff(x == 1, real(nan), a.f);) | summarize countif(isnull(n)), countif(isnan(f))`,
      [[1000, 1000]],
    ],
    [
      'a step that was reached long ago',
      `${rows} | scan with_match_id=id with (step a: x % 250 == 3; step b: x % 250 == 2 and x - a.x > 200; step c: x % 250 == 2 and x == b.x;) | project id, x`,
      [
        [0, 3],
        [0, 252],
        [1, 253],
        [1, 502],
        [2, 503],
        [2, 752],
        [3, 753],
      ],
    ],
    [
      'of partitions of other lengths',
      `${rows} | extend p = iff(x <= 130, "a", iff(x % 2 == 0, "b", "c")) | scan with_match_id=id partition by p declare (n: long = 0) with (step a: true => n = a.n + 1;) | summarize n = max(n), ids = dcount(id) by p | sort by p asc`,
      [
        ['a', 130, 1],
        ['b', 435, 1],
        ['c', 435, 1],
      ],
    ],
    [
      'a session that begins where the one before ends',
      `${rows} | extend t = datetime(2020-01-01) + x * 1m + (x / 170) * 1h | serialize start = row_window_session(t, 1d, 30m) | summarize n = count() by start | sort by start asc | project n`,
      [[169], [170], [170], [170], [170], [151]],
    ],
  ]);
});

describe('the rows of a partition are mixed with others', () => {
  const rows = `datatable(k: string, v: long) ["a", 1, "b", 5, "a", 3, "b", 4, "a", 2]`;
  runs([
    [
      'the greatest of each',
      `${rows} | partition by k (top 1 by v | project k, v) | sort by k asc`,
      [
        ['a', 3],
        ['b', 5],
      ],
    ],
    [
      'an aggregate, and a hint',
      `${rows} | partition hint.strategy=native by k (summarize s = sum(v), k = take_any(k)) | sort by k asc | project k, s`,
      [
        ['a', 6],
        ['b', 9],
      ],
    ],
    [
      'numbers of rows and neighbours',
      `${rows} | partition by k (sort by v asc | extend n = row_number(), p = prev(v)) | sort by k asc, n asc`,
      [
        ['a', 1, 1, null],
        ['a', 2, 2, 1],
        ['a', 3, 3, 2],
        ['b', 4, 1, null],
        ['b', 5, 2, 4],
      ],
    ],
    [
      'all rows of one are dropped before they are counted',
      `${rows} | partition by k (where v > 3 | where v < 5 | count) | sort by Count asc`,
      [[0], [1]],
    ],
    [
      'the same with several aggregates',
      `${rows} | partition by k (where v > 3 | extend w = -v | sort by w asc | summarize make_list(w), take_any(k), max(w)) | sort by max_w asc`,
      [
        [[], '', null],
        [[-5, -4], 'b', -4],
      ],
    ],
    [
      'rows of an array of which none is left',
      `datatable(k: long, y: dynamic) [1, dynamic([1, 2, 3]), 2, dynamic([4])] | mv-apply y to typeof(long) on (where y < 3 | summarize s = make_list(y), count()) | sort by k asc`,
      [
        [1, [1, 2], 2],
        [2, [], 0],
      ],
    ],
    [
      'elements behind a scan that numbers no sequences',
      'range x from 1 to 2 step 1 | scan with (step a: true;) | mv-apply y = dynamic([1, 2]) to typeof(long) on (summarize s = sum(y)) | sort by x asc',
      [
        [1, 3],
        [2, 3],
      ],
    ],
    [
      'operators other than a filter leave none before they are counted',
      `union (${rows} | partition by k (take 0 | count)),
             (${rows} | partition by k (where v > 2 | extend d = iff(k == "a", dynamic([]), dynamic([1, 2])) | mv-expand d | top 9 by v | count)),
             (${rows} | partition by k (extend s = tostring(v) | parse-where s with "4" rest | summarize n = count() | project Count = n + 10))
       | sort by Count asc`,
      [[0], [0], [0], [4], [10], [11]],
    ],
    [
      'parts by chance',
      'range x from 1 to 2 step 1 | extend r = rand() | partition by r (take 1 | count)',
      [[1], [1]],
    ],
    [
      'counts of which only the number is asked for',
      `union (${rows} | partition by k (where v > 9 | count) | count),
             (${rows} | mv-apply x = dynamic([1, 2]) to typeof(long) on (where x > v | count) | count)
       | sort by Count asc`,
      [[2], [5]],
    ],
    [
      'two counts one after the other',
      `${rows} | partition by k (where v > 3 | count | where Count > 0 | count) | sort by Count asc`,
      [[0], [1]],
    ],
    [
      'a list of an order of which none is left',
      'datatable(k: long, y: dynamic) [1, dynamic([2, 1]), 2, dynamic([4])] | mv-apply y to typeof(long) on (take 0 | summarize make_list(y)) | sort by k asc',
      [
        [1, []],
        [2, []],
      ],
    ],
    [
      'a search of each',
      `${rows} | partition by k (search v == 4 | count) | sort by Count asc`,
      [[0], [1]],
    ],
    [
      'a scan of each',
      `${rows} | partition by k (sort by v asc | scan declare (s: long = 0) with (step x: true => s = v + x.s;)) | sort by k asc, v asc | project s`,
      [[1], [3], [6], [4], [9]],
    ],
    [
      'partitions of partitions',
      `${rows} | extend odd = v % 2 | partition by k (partition by odd (top 1 by v) | extend n = row_number()) | sort by k asc, v asc | project k, v`,
      [
        ['a', 2],
        ['a', 3],
        ['b', 4],
        ['b', 5],
      ],
    ],
    [
      'a source of its own in each partition of partitions',
      `let other = ${rows}; ${rows} | where v < 3 | partition by k (partition by v { other | where v == toscalar(v) | count } | summarize sum(Count))`,
      [[2]],
    ],
    [
      'as many partitions as there may be',
      'range v from 1 to 1000 step 1 | extend k = iff(v % 64 == 0, long(null), v % 64) | partition by k (count) | count',
      [[64]],
    ],
    [
      'more partitions, and of each partition no more',
      `range v from 1 to 1000 step 1 | partition hint.strategy=native by v (count) | count
       | extend parts = toscalar(range v from 1 to 400 step 1 | extend k = bin(v, 40) | partition by k (partition by v (count)) | count)`,
      [[1000, 400]],
    ],
    [
      'a source of its own',
      `let other = ${rows}; datatable(k: string) ["a", "c", "a"] | partition by k { other | where k == toscalar(k) | count } | sort by Count asc`,
      [[0], [3]],
    ],
  ]);

  runs([
    [
      'a name for the rows of each',
      `${rows} | partition by k (as Part | extend share = v * 60 / toscalar(Part | summarize sum(v)), n = toscalar(Part | where v > 1 | count)) | sort by k asc, v asc`,
      [
        ['a', 1, 10, 2],
        ['a', 2, 20, 2],
        ['a', 3, 30, 2],
        ['b', 4, 26, 2],
        ['b', 5, 33, 2],
      ],
    ],
    [
      'a name for the rows of each, where keys of two partitions read the same one behind the other',
      `datatable(p: string, q: string, v: long) ["a b", "c", 1, "a", "b c", 2]
       | partition by p (partition by q (as Part | extend s = toscalar(Part | summarize sum(v)))) | sort by v asc`,
      [
        ['a b', 'c', 1, 1],
        ['a', 'b c', 2, 2],
      ],
    ],
    [
      'a name for what a filter leaves of each',
      `${rows} | partition by k (where v > 2 | as Part | extend low = toscalar(Part | top 1 by v asc | project v) | summarize take_any(k), max(low)) | sort by k asc`,
      [
        ['a', 3],
        ['b', 4],
      ],
    ],
    [
      'a name for the elements of a row, and what is computed of them',
      'datatable(k: string, y: dynamic) ["a", dynamic([3, 1]), "b", dynamic([5])] | mv-apply y to typeof(long) on (as Part | extend most = toscalar(Part | summarize max(y)) | where y < most + 1) | sort by k asc, y asc',
      [
        ['a', 1, 3],
        ['a', 3, 3],
        ['b', 5, 5],
      ],
    ],
    [
      'a count of elements of which none is left',
      `datatable(k: string, y: dynamic) ["a", dynamic([3, 1]), "b", dynamic([5])]
       | mv-apply y to typeof(long) on (where y > 3 | as Part
         | summarize c = count(), d = toscalar(Part | count), n = 1 + toscalar(Part | where y > toscalar(Part | count) | summarize s = make_list(y) | project array_length(s)))
       | sort by k asc`,
      [
        ['a', 0, 0, 1],
        ['b', 1, 1, 2],
      ],
    ],
    [
      'a scalar of the elements within another of them',
      `datatable(k: string, y: dynamic) ["a", dynamic([3, 1]), "b", dynamic([5])]
       | mv-apply y to typeof(long) on (as Part | extend second = toscalar(Part | where y < toscalar(Part | summarize max(y)) | summarize max(y)))
       | sort by k asc, y asc`,
      [
        ['a', 1, 1],
        ['a', 3, 1],
        ['b', 5, null],
      ],
    ],
    [
      'a scalar of the elements around within one of those at hand',
      `datatable(k: string, y: dynamic) ["a", dynamic([3, 1]), "b", dynamic([5])]
       | mv-apply y to typeof(long) on (as Outer | mv-apply z = range(1, 3) to typeof(long) on (as Inner | summarize n = count() | extend
           m = toscalar(Inner | where z < toscalar(Outer | summarize max(y)) | summarize max(z))))
       | sort by k asc, y asc`,
      [
        ['a', 1, 3, 2],
        ['a', 3, 3, 2],
        ['b', 5, 3, 3],
      ],
    ],
    [
      'members of bags as pairs',
      'print b = dynamic({"x": 1, "y": 2}) | mv-apply kind=array b on (project k = tostring(b[0]), v = tolong(b[1]) | sort by k asc)',
      [
        ['x', 1],
        ['y', 2],
      ],
    ],
    [
      'a scalar of all rows',
      `let T = ${rows}; T | partition by k (extend n = toscalar(T | count) | top 1 by v) | sort by k asc`,
      [
        ['a', 3, 5],
        ['b', 5, 5],
      ],
    ],
    [
      'a join of each keeps one row of a key in each',
      `${rows} | extend same = 1 | partition by k (join (datatable(same: long, other: bool) [1, true]) on same | project k, other) | sort by k asc`,
      [
        ['a', 1],
        ['b', 1],
      ],
    ],
    [
      'rows that others exclude, and a list of others',
      `let Out = datatable(v: long) [5, 1]; ${rows} | partition by k (join kind=leftanti Out on v | where v !in (Out) | summarize take_any(k), sum(v)) | sort by k asc`,
      [
        ['a', 5],
        ['b', 4],
      ],
    ],
    [
      'a lookup and a search',
      `${rows} | partition by k (lookup (datatable(k: string, word: string) ["b", "blue"]) on k | search "blue" | top 1 by v | project k, v)`,
      [['b', 5]],
    ],
  ]);

  refuses([
    [
      'the rows of a part within the one at hand',
      'print y = dynamic([3]) | mv-apply y on (as Outer | mv-apply z = range(1, 3) on (as Inner | extend m = toscalar(Outer | extend n = toscalar(Inner | count) | project n)))',
      /'Inner' in this place is not supported: it names the rows of a part within the one at hand/,
    ],
    ['right rows', `${rows} | partition by k (join kind=rightouter (${rows}) on k)`, /right rows/],
    ['rows of each', `${rows} | partition by k (as P | where v in (P))`, /toscalar/],
    ['rows of others', `${rows} | partition by k (union (${rows}))`, /union/],
    [
      'a scalar of a row',
      `let T = ${rows}; T | partition by k { T | join (T | extend v = toscalar(k)) on v }`,
      /resolve|type/,
    ],
  ]);
});

test.each([
  'range v from 1 to 65 step 1 | partition by v (count)',
  'range v from 1 to 65 step 1 | partition hint.strategy=legacy by v { range w from 1 to 9 step 1 | where w == toscalar(v) }',
  'range v from 1 to 65 step 1 | extend k = 1 | partition by k (partition by v (top 1 by v))',
])('more partitions than the legacy strategy takes: %s', async (query) => {
  const error = await kql.error(query);
  expect(error.code).toBe('hunt.evaluation');
  expect(error.message).toMatch(/64/);
});

describe('the most frequent values are others', () => {
  const rows = `datatable(k: string, c: string, v: long) ["a", "x", 5, "a", "y", 3, "b", "x", 4, "b", "z", 1, "c", "x", 2]`;
  runs([
    [
      'levels of values',
      `${rows} | top-nested 2 of k by s = sum(v), top-nested 1 of c by t = max(v) | sort by k asc`,
      [
        ['a', 8, 'x', 5],
        ['b', 5, 'x', 4],
      ],
    ],
    [
      'what is left of each level',
      `${rows} | top-nested 1 of k with others = "rest" by s = sum(v), top-nested 1 of c with others = "more" by t = sum(v) | sort by k asc, c desc`,
      [
        ['a', 8, 'x', 5],
        ['a', 8, 'more', 3],
        ['rest', 7, 'more', 7],
      ],
    ],
    [
      'the least, and a level with all values',
      `${rows} | top-nested of k by ignore = max(1), top-nested 1 of c by t = sum(v) asc | sort by k asc | project k, c, t`,
      [
        ['a', 'y', 3],
        ['b', 'z', 1],
        ['c', 'x', 2],
      ],
    ],
    [
      'heaviest hitters',
      `${rows} | top-hitters 1 of c | union (${rows} | top-hitters 1 of c by v) | sort by approximate_count_c`,
      [
        ['x', 3, null],
        ['x', null, 11],
      ],
    ],
    [
      'samples are no larger than asked for, and their values distinct',
      `range x from 1 to 100 step 1 | extend y = x % 3 | as T | sample 10 | count | extend d = toscalar(range x from 1 to 100 step 1 | extend y = x % 3 | sample-distinct 2 of y | summarize dcount(y))`,
      [[10, 2]],
    ],
  ]);
});

describe('one of several result tables is left out', () => {
  refuses([
    ['fork', 'range x from 1 to 2 step 1 | fork (take 1) (count)', /fork/],
    ['facet', 'range x from 1 to 2 step 1 | facet by x', /facet/],
  ]);
});

describe('texts of one pattern are counted apart', () => {
  runs([
    [
      'reduce',
      'range n from 1 to 40 step 1 | extend t = iff(n % 4 == 0, "disk full", strcat("login of user", n, " failed")) | reduce by t | sort by Count desc | project Pattern, Count',
      [
        ['login of * failed', 30],
        ['disk full', 10],
      ],
    ],
  ]);
});
