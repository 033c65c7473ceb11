import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Harness, startHarness } from './harness.js';

let kql: Harness;
beforeAll(async () => {
  kql = await startHarness();
});
afterAll(() => kql.close());

describe('values that differ from those of Kusto', () => {
  test.each<[what: string, query: string, rows: unknown[][]]>([
    [
      'a list of arrays is the list of their elements',
      'datatable(i: int, a: dynamic) [2, dynamic([1, 2]), 1, dynamic([2, [3]]), 3, dynamic("x"), 4, dynamic([])] | sort by i asc | summarize make_list(a), make_list(a, 3), make_list_if(a, i > 1)',
      [
        [
          [2, [3], 1, 2, 'x'],
          [2, [3], 1],
          [1, 2, 'x'],
        ],
      ],
    ],
    [
      'a timespan of fractions of a second',
      'print make_timespan(1, 2, 3, 4.5), make_timespan(1, 2, 60.0), make_timespan(1, 2, "x")',
      [['1.02:03:04.5000000', null, null]],
    ],
  ])('%s', async (_, query, rows) => {
    expect(await kql.values(query)).toEqual(rows);
  });
});
