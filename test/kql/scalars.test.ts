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
      'whole numbers that no long has room for are reals, and leave the rest of a document alone',
      'print tostring(dynamic([9223372036854775808, -9223372036854775808, -9223372036854775809, 1e20, -0x1f])), dynamic([1e20, 2])[1], gettype(dynamic([1e16])[0]), tostring(parse_json("[18446744073709551616, 2]"))',
      [
        [
          '[9223372036854776000.0,-9223372036854775808,-9223372036854776000.0,100000000000000000000.0,-31]',
          2,
          'real',
          '[18446744073709552000.0,2]',
        ],
      ],
    ],
    [
      'long numbers keep their digits beside a real without a fraction',
      `print d = parse_json('{"a": 1.0, "b": [1234567890123456789, 18446744073709551615]}') | project tostring(d), tostring(d.b)`,
      [
        [
          '{"a":1.0,"b":[1234567890123456789,18446744073709551615]}',
          '[1234567890123456789,18446744073709551615]',
        ],
      ],
    ],
    [
      'a list inside a document is as good as one of its own',
      'datatable(d: dynamic) [dynamic({"a": ["10.0.0.0/8", "x"], "b": ["fe80::/10"], "c": ["10.0.0.1"]})] | project ipv4_is_in_any_range("10.0.0.1", d.a), ipv6_is_in_any_range("fe80::1", d.b), has_any_ipv4("at 10.0.0.1", d.c), has_any_ipv4_prefix("at 10.0.0.1", d.c), strcat_array(d.a, "-"), replace_strings("x y", d.a, d["b"])',
      [[1, 1, 1, 1, '10.0.0.0/8-x', 'x y']],
    ],
    [
      'the texts to replace come from a document',
      'let a = dynamic([["abc", "one"]]); print replace_strings("one abc", a[0], dynamic(["1", "2"]))',
      [['2 1']],
    ],
    [
      'literals with quotes',
      'print bool("true"), real("1.5"), decimal("1.5"), real("x"), bool("false")',
      [[1, 1.5, '1.5', null, 0]],
    ],
    [
      'a null is no number of a kind',
      'datatable(x: real) [real(null), real(nan), real(+inf), 1] | project isnan(x), isinf(x), isfinite(x), not(isnan(x))',
      [
        [0, 0, 0, 1],
        [1, 0, 0, 0],
        [0, 1, 0, 1],
        [0, 0, 1, 1],
      ],
    ],
    [
      'texts in a datatable become what their columns are',
      'datatable(a: datetime, b: real, c: timespan, d: guid, e: bool, f: int, g: dynamic, h: decimal, i: long) ["2020-01-01", "1.5", "1d", "74be27de-1e4e-49d9-b579-fe0b331d3642", "True", "7.9", "x", "1.5", "0x10", "a", "b", "c", "d", "e", "f", "", "h", "99999999999999999999"]',
      [
        [
          '2020-01-01T00:00:00Z',
          1.5,
          '1.00:00:00',
          '74be27de-1e4e-49d9-b579-fe0b331d3642',
          1,
          7,
          'x',
          '1.5',
          16,
        ],
        [null, null, null, null, null, null, null, null, null],
      ],
    ],
    [
      'numbers in a datatable',
      'datatable(a: long, b: int, c: real, d: bool, e: string) [2.9, 3000000000, 1, 2, 1.5, -2.9, true, 4503599627370497, 0, 1]',
      [
        [2, null, 1.0, 1, '1.5'],
        [-2, 1, 4503599627370497, 0, '1'],
      ],
    ],
    [
      'a datetime of nothing is the current time',
      'print datetime() == now(), datetime( ) - ago(1h), isnull(datetime(null)), datetime() between (now() .. 1h)',
      [[1, '01:00:00', 1, 1]],
    ],
    [
      'a timespan of fractions of a second',
      'print make_timespan(1, 2, 3, 4.5), make_timespan(1, 2, 60.0), make_timespan(1, 2, "x")',
      [['1.02:03:04.5000000', null, null]],
    ],
    [
      'what a call hands over is of the type that the parameter declares',
      'let f = (a: long, b: real, c: string, d: datetime = datetime(null), e: int = 7) { pack_array(gettype(a), a, gettype(b), b, gettype(c), c, gettype(d), d, gettype(e), e) }; print f("5", 2, 1h), f(1.9, "x", true, "2020-01-02", 5000000000)',
      [
        [
          ['long', 5, 'real', 2.0, 'string', '01:00:00', 'datetime', null, 'int', 7],
          [
            'long',
            1,
            'real',
            null,
            'string',
            'true',
            'datetime',
            '2020-01-02T00:00:00.0000000Z',
            'int',
            null,
          ],
        ],
      ],
    ],
    [
      'columns as arguments of another type than the parameter',
      'let f = (n: long, s: string) { strcat(n + 1, s) }; let g = (T: (s: string), least: long) { T | where tolong(s) >= least }; datatable(s: string, r: real) ["1", 2.5, "x", 3] | extend y = f(s, r) | invoke g("1")',
      [['1', 2.5, '22.5']],
    ],
    [
      'texts of a column are read as a literal is',
      'datatable(d: string, t: string) ["13/02/2022", "+5m", "2022-00-10", "-5m", "2/13/2022", "1d"] | project todatetime(d), totimespan(t)',
      [
        [null, '00:05:00'],
        [null, '-00:05:00'],
        ['2022-02-13T00:00:00Z', '1.00:00:00'],
      ],
    ],
    [
      'whole numbers as arguments of a distribution',
      'datatable(x: long, a: int, n: long) [1, 2, 3, long(null), 2, 3] | project beta_cdf(x, a, n), beta_pdf(x, a, n), beta_inv(x, a, n), round(welch_test(a, x, n, n, x, n), 3), round(beta_cdf(x / 2.0, decimal(2), n), 2)',
      [
        [1, 'NaN', 1, 0.288, 0.69],
        [null, null, null, null, null],
      ],
    ],
    [
      'a decimal beyond the whole numbers, and a text among the values of a digest',
      'datatable(d: decimal, t: string) [decimal(1e20), "x", decimal(-3000000000.9), "2", decimal(null), ""] | extend g = toscalar(range x from 1 to 4 step 1 | summarize tdigest(x)) | project tolong(d), toint(d), rank_tdigest(g, t)',
      [
        [null, null, null],
        [-3000000000, null, 2],
        [null, null, null],
      ],
    ],
    [
      'numbers by a path, however they are written',
      `datatable(d: dynamic) [dynamic({"x": 1.0}), dynamic({"x": 1e3}), dynamic({"x": " 7.5 "}), dynamic({"x": true}), dynamic({"x": null}), dynamic({"x": [1]}), dynamic({"x": {"a": 1}}), dynamic({"y": 1}), dynamic({"x": 3000000000.0}), dynamic({"x": "0x1f"})]
       | project toint(d.x), tolong(d.x), toreal(d.x), tostring(todecimal(d.x))`,
      [
        [1, 1, 1, '1'],
        [1000, 1000, 1000, '1000'],
        [7, 7, 7.5, '7.5'],
        [1, 1, 1, '1'],
        [null, null, null, ''],
        [null, null, null, ''],
        [null, null, null, ''],
        [null, null, null, ''],
        [null, 3000000000, 3000000000, '3000000000'],
        [31, 31, null, ''],
      ],
    ],
    [
      'what is parsed already stays as it is',
      `datatable(d: dynamic) [dynamic({"a": [1]}), dynamic("x"), dynamic(null)] | project todynamic(d), toobject(d).a[0], parse_json(d)`,
      [
        [{ a: [1] }, 1, { a: [1] }],
        ['x', null, 'x'],
        [null, null, null],
      ],
    ],
  ])('%s', async (_, query, rows) => {
    expect(await kql.values(query)).toEqual(rows);
  });
});
