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

describe('instants in a series are no numbers', () => {
  const days =
    'range t from datetime(2020-01-01) to datetime(2020-01-03) step 1d | summarize t = make_list(t)';
  runs([
    [
      'their ticks stand for them',
      'print series_add(dynamic(["2020-01-01T00:00:00.0000000Z", "2020-01-01", null]), 0)',
      [[[637134336000000000, null, null]]],
    ],
    [
      'an axis of time becomes one from 0 to 1',
      `${days} | extend series_stats(series_add(t, 0)) | project series_divide(series_subtract(t, series_stats__min), series_stats__max - series_stats__min)`,
      [[[0, 0.5, 1]]],
    ],
  ]);
});

describe('a result too many shifts the names of those after it', () => {
  test.each<[query: string, columns: string[]]>([
    ['print (a, b) = series_stats(dynamic([1, 2, 3])), 7', ['a', 'b', 'print_1']],
    [
      'print y = dynamic([1, 2, 3]) | extend a = series_decompose_forecast(y, 1), b = series_periods_validate(y, 2), 7',
      ['y', 'a', 'b', 'series_periods_validate_y_scores', 'Column1'],
    ],
    [
      'print y = dynamic([1, 2, 3]) | project series_decompose_forecast(y, 1), z = series_decompose_forecast(y, 1), s = 5',
      ['series_decompose_forecast_y_baseline', 'z', 's'],
    ],
    ['print p = series_periods_detect(dynamic([1, 2, 3]), 0.0, 5.0, 1), q = 2', ['p', 'q']],
    [
      'print series_periods_validate(dynamic([1, 2]), 4.0), series_decompose_forecast(dynamic([1, 2]), 1), z = 1',
      [
        'series_periods_validate__periods',
        'series_periods_validate__scores',
        'series_decompose_forecast__baseline',
        'z',
      ],
    ],
  ])('%s', async (query, columns) => {
    expect((await kql.columns(query)).map((column) => column.split(':')[0])).toEqual(columns);
  });
});

describe('what the binder knows of a dynamic value decides whether a hunt runs', () => {
  const smoothed = `let smoothed = (T: (*), name: string) {
      T | extend values = column_ifexists(name, dynamic(0))
      | project series_fir(values, repeat(1, 2), false, true), head = values[0], twice = series_add(values, values) };`;
  runs([
    [
      'a column that a function names, with a number where it is missing',
      `${smoothed} print a = dynamic([1, 2]) | invoke smoothed("a")`,
      [[[3, 2], 1, [2, 4]]],
    ],
    [
      'a value of another shape',
      'print array_length(dynamic(1)), series_sum(dynamic({"a": 1})), bag_keys(dynamic([1])), dynamic(1)[0]',
      [[null, null, null, null]],
    ],
    [
      'a type as .NET spells it',
      'print a = dynamic(["2020-01-01"]) | mv-expand a to typeof(DateTime)',
      [['2020-01-01T00:00:00Z']],
    ],
  ]);

  test.each([
    ['print series_fir("a", dynamic([1]))', 'The expression value must be a dynamic array'],
    [
      'print series_add(dynamic([1]), "a")',
      "The function 'series_add' is not compatible with arguments (dynamic, string)",
    ],
    [
      'print series_equals(dynamic([1]))',
      "The function 'series_equals' is not compatible with arguments (dynamic)",
    ],
    ['print format_ipv4_mask()', "The function 'format_ipv4_mask' expects"],
    ['print format_ipv4_mask(beta_inv(2))', "The function 'beta_inv' expects"],
    [
      'print datetime_add(strcat("day", series_fit_poly("a")), 1, now())',
      'The expression value must be',
    ],
    ['print strlen("a")[0]["b"]', 'The element access operator [] is not allowed'],
    ['print extract("a", 0, "a", typeof(Text))', "The name 'Text' is not a valid type name"],
  ])('%s', async (query, message) => {
    const error = await kql.error(query);
    expect(error.code).toBe('kql.semantic');
    expect(error.message).toContain(message);
  });
});
