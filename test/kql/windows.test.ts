import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Harness, startHarness } from './harness.js';

let kql: Harness;
beforeAll(async () => {
  kql = await startHarness({ tables: true });
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

const letters = `datatable(g: string, v: long) ["b", 5, "a", 3, "b", 1, "a", long(null), "a", 3]
  | sort by g asc, v desc`;
const numbers = 'range x from 1 to 5 step 1 | serialize';

describe('a neighbour comes from another row', () => {
  runs([
    [
      'before and after, at distances, with defaults',
      `${numbers} | project x, prev(x), next(x), prev(x, 2, 0), next(x, 2, -1), prev(x, 0), prev(x, -1)`,
      [
        [1, null, 2, 0, 3, 1, 2],
        [2, 1, 3, 0, 4, 2, 3],
        [3, 2, 4, 1, 5, 3, 4],
        [4, 3, 5, 2, -1, 4, 5],
        [5, 4, null, 3, -1, 5, null],
      ],
    ],
    [
      'a text, a time and a bag',
      'datatable(s: string, d: datetime, y: dynamic) ["a", datetime(2024-01-01), dynamic({"p": 1}), "b", datetime(2024-01-02), dynamic([2])] | serialize | project prev(s), prev(d), prev(y), next(s), d - prev(d)',
      [
        ['', null, null, 'b', null],
        ['a', '2024-01-01T00:00:00Z', { p: 1 }, '', '1.00:00:00'],
      ],
    ],
    [
      'a computed column in the order of a sort',
      `${letters} | extend c = strcat(g, v) | extend p = prev(c) | project p`,
      [[''], ['a3'], ['a3'], ['a'], ['b5']],
    ],
    [
      'a row whose group changes is kept by a filter',
      `${letters} | where g != prev(g) | project g, v`,
      [
        ['a', 3],
        ['b', 5],
      ],
    ],
    [
      'a filter between two of them counts its own rows',
      `${numbers} | extend p = prev(x) | where x % 2 == 1 | extend q = prev(x) | project x, p, q`,
      [
        [1, null, null],
        [3, 2, 1],
        [5, 4, 3],
      ],
    ],
  ]);
});

describe('numbers, ranks and sums do not begin anew', () => {
  runs([
    [
      'numbers of rows',
      `${letters} | extend a = row_number(), b = row_number(10), c = row_number(0, g != prev(g)) | project a, b, c`,
      [
        [1, 10, 0],
        [2, 11, 1],
        [3, 12, 2],
        [4, 13, 0],
        [5, 14, 1],
      ],
    ],
    [
      'ranks with ties, from the beginning and for each group',
      `datatable(g: string, v: long) ["a", 9, "a", 9, "a", 7, "b", 7, "b", 7, "b", 2, "b", long(null)]
       | serialize | extend d = row_rank_dense(v), m = row_rank_min(v), gd = row_rank_dense(v, g != prev(g)), gm = row_rank_min(v, g != prev(g)) | project d, m, gd, gm`,
      [
        [1, 1, 1, 1],
        [1, 1, 1, 1],
        [2, 3, 2, 3],
        [2, 3, 1, 1],
        [2, 3, 1, 1],
        [3, 6, 2, 3],
        [4, 7, 3, 4],
      ],
    ],
    [
      'sums of whole numbers and reals',
      `datatable(x: long, r: real) [1, 0.5, long(null), real(null), 3, 1.5]
       | serialize | project row_cumsum(x), row_cumsum(r), row_cumsum(x, x == 3)`,
      [
        [1, 0.5, 1],
        [1, 0.5, 1],
        [4, 2.0, 3],
      ],
    ],
    [
      'sessions end by their length or by a gap',
      `datatable(d: datetime) [datetime(2024-01-01 00:00), datetime(2024-01-01 00:04), datetime(2024-01-01 00:08), datetime(2024-01-01 00:12), datetime(2024-01-01 00:30)]
       | sort by d asc | extend s = row_window_session(d, 10m, 5m) | project format_datetime(s, "mm")`,
      [['00'], ['00'], ['00'], ['12'], ['30']],
    ],
    [
      'sessions of each user',
      `datatable(u: string, d: datetime) ["a", datetime(2024-01-01 00:00), "a", datetime(2024-01-01 00:01), "b", datetime(2024-01-01 00:02), "b", datetime(null)]
       | sort by u asc, d asc nulls last | project s = row_window_session(d, 1h, 5m, u != prev(u))`,
      [['2024-01-01T00:00:00Z'], ['2024-01-01T00:00:00Z'], ['2024-01-01T00:02:00Z'], [null]],
    ],
    [
      'sums of the rows of a window function',
      `${numbers} | extend n = row_number() | extend s = row_cumsum(n * x) | project s`,
      [[1], [5], [14], [30], [55]],
    ],
  ]);
});

describe('the order is another one', () => {
  runs([
    [
      'top, and a range as it is written',
      'range x from 1 to 4 step 1 | top 3 by x desc | extend n = row_number() | project n, x',
      [
        [1, 4],
        [2, 3],
        [3, 2],
      ],
    ],
    [
      'a named table that was sorted',
      'let T = range x from 1 to 3 step 1 | sort by x desc; T | extend n = row_number() | project n, x',
      [
        [1, 3],
        [2, 2],
        [3, 1],
      ],
    ],
    [
      'the order by a column that is gone',
      'range x from 1 to 3 step 1 | extend y = -x | sort by y asc | project z = x | extend n = row_number(), p = prev(z)',
      [
        [3, 1, null],
        [2, 2, 3],
        [1, 3, 2],
      ],
    ],
    [
      'rows of a table of the tenant',
      'DeviceProcessEvents | serialize n = row_number() | summarize count()',
      [[0]],
    ],
  ]);

  test.each([
    ['DeviceProcessEvents | extend n = row_number()'],
    ['DeviceProcessEvents | where Timestamp > prev(Timestamp)'],
    ['range x from 1 to 3 step 1 | sort by x asc | summarize count() by x | extend p = prev(x)'],
    [
      'let T = DeviceProcessEvents | sort by Timestamp asc; T | join kind=inner T on DeviceId | extend s = row_cumsum(1)',
    ],
  ])('a window over rows without an order is answered: %s', async (query) => {
    const error = await kql.error(query);
    expect(error.code).toBe('kql.semantic');
    expect(error.message).toMatch(/serialize/i);
  });

  test.each([
    ['range x from 1 to 3 step 1 | serialize | extend d = x | extend p = prev(x, d)', /constant/],
    ['range x from 1 to 3 step 1 | serialize | summarize count() by row_number()', /row_number/],
  ])('%s is answered', async (query, message) => {
    expect((await kql.error(query)).message).toMatch(message);
  });
});
