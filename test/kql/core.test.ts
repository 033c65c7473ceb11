import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Harness, startHarness } from './harness.js';

let kql: Harness;
beforeAll(async () => {
  kql = await startHarness();
});
afterAll(() => kql.close());

const left = 'let L = datatable(k: string, a: long) ["x", 1, "x", 2, "y", 3, "", 4]; ';
const right = 'let R = datatable(k: string, b: long) ["x", 10, "x", 20, "z", 30]; ';
const sides = left + right;

/** Name, query, its columns, its rows. */
type Case = readonly [name: string, query: string, columns: string, rows: readonly unknown[][]];

function cases(title: string, list: readonly Case[], order: 'as given' | 'any' = 'as given'): void {
  const compared = (rows: readonly unknown[][]) =>
    order === 'any' ? rows.map((row) => JSON.stringify(row)).sort() : rows;
  describe(title, () => {
    test.each(list)('%s', async (_, query, columns, rows) => {
      expect((await kql.columns(query)).join(', ')).toBe(columns);
      expect(compared(await kql.values(query))).toEqual(compared(rows));
    });
  });
}

cases('join', [
  [
    'without a kind keeps one left row for each key',
    `${sides}L | join R on k | count`,
    'Count: long',
    [[2]],
  ],
  [
    'without a kind keeps a left row that the condition behind it wants',
    `${sides}L | join R on k | extend c = a | where c == 2 and b > 10 | project k, a, b`,
    'k: string, a: long, b: long',
    [['x', 2, 20]],
  ],
  [
    'inner',
    `${sides}L | join kind=inner R on k | sort by a asc, b asc`,
    'k: string, a: long, k1: string, b: long',
    [
      ['x', 1, 'x', 10],
      ['x', 1, 'x', 20],
      ['x', 2, 'x', 10],
      ['x', 2, 'x', 20],
    ],
  ],
  [
    'leftouter: texts of no match are empty, numbers null',
    `${sides}L | join kind=leftouter (R | where b == 10) on k | sort by a asc`,
    'k: string, a: long, k1: string, b: long',
    [
      ['x', 1, 'x', 10],
      ['x', 2, 'x', 10],
      ['y', 3, '', null],
      ['', 4, '', null],
    ],
  ],
  [
    'rightouter',
    `${sides}L | where a == 3 | join kind=rightouter R on k | sort by b asc`,
    'k: string, a: long, k1: string, b: long',
    [
      ['', null, 'x', 10],
      ['', null, 'x', 20],
      ['', null, 'z', 30],
    ],
  ],
  ['fullouter', `${sides}L | join kind=fullouter R on k | count`, 'Count: long', [[7]]],
  [
    'leftsemi',
    `${sides}L | join kind=leftsemi R on k | sort by a asc`,
    'k: string, a: long',
    [
      ['x', 1],
      ['x', 2],
    ],
  ],
  [
    'leftanti',
    `${sides}L | join kind=leftanti R on k | sort by a asc`,
    'k: string, a: long',
    [
      ['y', 3],
      ['', 4],
    ],
  ],
  [
    'rightsemi',
    `${sides}L | join kind=rightsemi R on k | sort by b asc`,
    'k: string, b: long',
    [
      ['x', 10],
      ['x', 20],
    ],
  ],
  ['rightanti', `${sides}L | join kind=rightanti R on k`, 'k: string, b: long', [['z', 30]]],
  [
    'on differently named columns of differing number types',
    'datatable(i: int) [1, 2] | join kind=inner (datatable(l: long) [2, 3]) on $left.i == $right.l',
    'i: int, l: long',
    [[2, 2]],
  ],
  [
    'a null key matches nothing',
    'datatable(n: long) [long(null), 1] | join kind=inner (datatable(n: long) [long(null), 1]) on n',
    'n: long, n1: long',
    [[1, 1]],
  ],
  [
    'lookup leaves the right key out',
    `${sides}L | lookup (R | where b == 10) on k | sort by a asc`,
    'k: string, a: long, b: long',
    [
      ['x', 1, 10],
      ['x', 2, 10],
      ['y', 3, null],
      ['', 4, null],
    ],
  ],
]);

cases('union', [
  [
    'columns of one name and several types are told apart',
    'union (print x = 1), (print x = "a") | sort by x_string asc',
    'x_long: long, x_string: string',
    [
      [1, ''],
      [null, 'a'],
    ],
  ],
  [
    'kind=inner keeps what all have',
    'union kind=inner (print x = 1, y = 2), (print x = 3) | sort by x asc',
    'x: long',
    [[1], [3]],
  ],
  [
    'withsource names tables and counts what has no name',
    'let A = view () { print x = 1 }; union withsource=T A, (print x = 2) | sort by x asc',
    'T: string, x: long',
    [
      ['A', 1],
      ['union_arg1', 2],
    ],
  ],
  [
    'a fuzzy one has no rows of unknown tables',
    'union isfuzzy=true (print x = 1), Nowhere',
    'x: long',
    [[1]],
  ],
]);

cases('an order of dynamic values', [
  [
    'numbers by their size, texts before them',
    'print x = dynamic(["b", 10, 9, "a", null, 2.5]) | mv-expand x | sort by x asc',
    'x: dynamic',
    [[null], ['a'], ['b'], [2.5], [9], [10]],
  ],
  [
    'the greatest',
    'print x = dynamic([{"n": 9}, {"n": 10}, {"n": 1}]) | mv-expand x | top 2 by x.n | project n = x.n',
    'n: dynamic',
    [[10], [9]],
  ],
]);

cases('let', [
  ['a scalar', 'let a = 2; let b = a * 3; print b = b', 'b: long', [[6]]],
  [
    'a function with a default and a named argument',
    'let f = (a: long, b: string = "d") { strcat(b, a) }; print f(1), f(a = 2, b = "e")',
    'print_0: string, print_1: string',
    [['d1', 'e2']],
  ],
  [
    'a function of a table',
    'let f = (T: (x: long), n: long) { T | where x > n | summarize s = sum(x) }; f(datatable(x: long) [1, 2, 3], 1)',
    's: long',
    [[5]],
  ],
  [
    'a function sees the names where it was declared',
    'let n = 1; let f = () { n }; let g = (n: long) { f() + n }; print g(10)',
    'print_0: long',
    [[11]],
  ],
  [
    'materialize() is evaluated once',
    'let T = materialize(range i from 1 to 3 step 1 | extend r = rand()); T | join kind=inner T on i | where r != r1 | count',
    'Count: long',
    [[0]],
  ],
  [
    'materialize() is evaluated once, whatever other names its rows have',
    'let m = materialize(range x from 1 to 3 step 1 | extend r = rand()); m | as A | join kind=inner (A | extend q = r) on x | where r == q | count',
    'Count: long',
    [[3]],
  ],
  [
    'other tables are evaluated at each use',
    'let T = range i from 1 to 3 step 1 | extend r = rand(), g = new_guid(); T | join kind=inner T on i | where r != r1 and g != g1 | count',
    'Count: long',
    [[3]],
  ],
  [
    'a sample is another one at each use',
    'let T = range i from 1 to 1000000 step 1 | sample 3; union T, T | summarize max(i), dcount(i)',
    'max_i: long, dcount_i: long',
    [[expect.any(Number), 6]],
  ],
  [
    'a table named by as is evaluated at each use, unless a hint says once',
    `let once = toscalar(range i from 1 to 1000000 step 1 | sample 3 | as hint.materialized=true T | union T | summarize dcount(i));
     range i from 1 to 1000000 step 1 | sample 3 | as T | union T | summarize dcount(i), once`,
    'dcount_i: long, once: long',
    [[6, 3]],
  ],
  [
    'a value by chance of each element',
    'range i from 1 to 2 step 1 | mv-expand k = range(1, 3) | extend r = rand(), g = new_guid() | summarize dcount(r), dcount(g)',
    'dcount_r: long, dcount_g: long',
    [[6, 6]],
  ],
  [
    'pairs by chance',
    'range i from 1 to 2 step 1 | extend j = 1 | join kind=inner (range k from 1 to 1000 step 1 | extend j = 1) on j | where rand() < 0.5 | summarize n = count() by i | where n between (400 .. 600) | count',
    'Count: long',
    [[2]],
  ],
  [
    'rows by chance among the elements of a row',
    'range i from 1 to 2 step 1 | mv-expand k = range(1, 1000) | where rand() < 0.5 | summarize n = count() by i | where n between (300 .. 700) | count',
    'Count: long',
    [[2]],
  ],
  [
    'a value by chance is another one at each use',
    'let f = () { rand() }; let r = rand(); let g = new_guid(); range i from 1 to 2 step 1 | where f() != f() and r != r and g != g | count',
    'Count: long',
    [[2]],
  ],
  [
    'a value by chance in toscalar() is the same for all rows and uses',
    'let f = () { toscalar(rand()) }; let T = range i from 1 to 3 step 1 | extend r = f(); union T, T | summarize dcount(r), countif(r == f())',
    'dcount_r: long, countif_: long',
    [[1, 6]],
  ],
  [
    'toscalar() is a constant of the query',
    'let m = toscalar(range i from 1 to 5 step 1 | summarize max(i)); print m + 1',
    'print_0: long',
    [[6]],
  ],
  [
    'a query parameter with its default',
    'declare query_parameters (n: long = 4); print n',
    'print_0: long',
    [[4]],
  ],
  [
    'a number read from a text is a constant, too',
    'range x from tolong("0x2") to toint("9") step 1 | take tolong("5") | top toint(" 3 ") by x asc',
    'x: long',
    [[2], [3], [4]],
  ],
]);

cases('order', [
  [
    'sorting is descending, nulls last',
    'datatable(a: long) [1, long(null), 2] | sort by a',
    'a: long',
    [[2], [1], [null]],
  ],
  [
    'ascending: nulls first',
    'datatable(a: long) [1, long(null), 2] | sort by a asc',
    'a: long',
    [[null], [1], [2]],
  ],
  [
    'nulls where they are wanted',
    'datatable(a: long) [1, long(null), 2] | sort by a asc nulls last',
    'a: long',
    [[1], [2], [null]],
  ],
  [
    'an order outlives where, extend and project',
    'range i from 1 to 6 step 1 | sort by i desc | where i % 2 == 0 | extend j = i * 10 | project j',
    'j: long',
    [[60], [40], [20]],
  ],
  [
    'take after sort takes the first',
    'range i from 1 to 9 step 1 | sort by i desc | take 2 | project-rename n = i',
    'n: long',
    [[9], [8]],
  ],
  [
    'a list keeps the order of its rows',
    'range i from 1 to 5 step 1 | sort by i desc | summarize make_list(i)',
    'list_i: dynamic',
    [[[5, 4, 3, 2, 1]]],
  ],
  [
    'top by an expression',
    'range i from -3 to 3 step 1 | top 2 by abs(i) * 10 - i | project i',
    'i: long',
    [[-3], [3]],
  ],
]);

const two = `let A = datatable(k: string, n: long, own: string) ["x", 1, "here", "y", 2, ""];
  let B = datatable(k: string, n: long, other: bool) ["x", 3, true]; let C = datatable(z: long) [7]; `;

cases('mv-expand and mv-apply', [
  [
    'take is limit',
    'print a = dynamic([1, 2, 3]), b = 7 | mv-expand a to typeof(long) take 2 | take 9',
    'a: long, b: long',
    [
      [1, 7],
      [2, 7],
    ],
  ],
  [
    'take is limit before a sub-query too',
    'print a = dynamic([1, 2, 3]) | mv-apply x = a to typeof(long) take 2 on (summarize s = sum(x))',
    'a: dynamic, s: long',
    [[[1, 2, 3], 3]],
  ],
]);

cases(
  'find and search',
  [
    [
      'what is not common to the tables is packed',
      `${two} find in (A, B) where k == "x"`,
      'source_: string, k: string, n: long, pack_: dynamic',
      [
        ['A', 'x', 1, { own: 'here' }],
        ['B', 'x', 3, { other: true }],
      ],
    ],
    [
      'project-smart and another name of the source',
      `${two} find withsource=table in (A, B) where n == 3 project-smart`,
      'table: string, k: string, n: long, pack_: dynamic',
      [['B', 'x', 3, { other: true }]],
    ],
    [
      'pack_all() behind listed columns',
      `${two} find in (A, B) where n == 1 project k, own, pack_all()`,
      'source_: string, k: string, own: string, pack_: dynamic',
      [['A', 'x', 'here', { n: 1 }]],
    ],
    [
      'a table without a column of the condition has no rows',
      `${two} find in (A, C) where k != "x" project k`,
      'source_: string, k: string',
      [['A', 'y']],
    ],
    [
      'a term alone',
      `${two} find in (A, B) where "HERE" and n < 9 project n`,
      'source_: string, n: long',
      [['A', 1]],
    ],
    [
      'a column of several types is one for each',
      `${two} let D = datatable(k: string, n: string) ["z", "4"]; find in (A, D) where n == 2 or k == "z"`,
      'source_: string, k: string, n_long: long, n_string: string, pack_: dynamic',
      [
        ['A', 'y', 2, '', { own: '' }],
        ['D', 'z', null, '4', {}],
      ],
    ],
    [
      'a column of several types under the one that is asked for',
      `${two} let D = datatable(k: string, n: string) ["z", "4"]; find in (A, D) where n == 2 or k == "z" project k, n: string`,
      'source_: string, k: string, n_string: string',
      [
        ['A', 'y', '2'],
        ['D', 'z', '4'],
      ],
    ],
    [
      'later operators know it by the names of the result',
      `${two} let D = datatable(k: string, n: string) ["z", "4"]; find in (A, D) where n == 2 or k == "z" | where n_long == 2 or n_string == "4" | project n = coalesce(n_long, tolong(n_string)), pack_`,
      'n: long, pack_: dynamic',
      [
        [2, { own: '' }],
        [4, {}],
      ],
    ],
    [
      'and by the name with the type that is asked for',
      `${two} let D = datatable(k: string, n: string) ["z", "4"]; find in (A, D) where n == 2 or k == "z" project k, n: string | where n_string == "4"`,
      'source_: string, k: string, n_string: string',
      [['D', 'z', '4']],
    ],
    [
      'a name that is taken already',
      `${two} let D = datatable(k: string, n: string, n_long: string) ["z", "4", "q"]; find in (A, D) where n == 2 or k == "z" or n_long == "p" | project n_long, n_long1, n_string`,
      'n_long: string, n_long1: long, n_string: string',
      [
        ['', 2, ''],
        ['q', null, '4'],
      ],
    ],
    [
      'a name that is taken in a table alone',
      `${two} let D = datatable(k: string, n: string, n_long: string) ["z", "4", "q"]; find in (A, D) where n == 2 or k == "z" | sort by k asc | project n_long, n_string, pack_`,
      'n_long: long, n_string: string, pack_: dynamic',
      [
        [2, '', { own: '' }],
        [null, '4', { n_long: 'q' }],
      ],
    ],
    [
      'columns that the tables have under another name',
      `${two} let D = datatable(k: string, x: string) ["z", "4"] | project-rename n = x; find in (A, D) where n == 2 or k == "z" | sort by k asc | project n_long, n_string`,
      'n_long: long, n_string: string',
      [
        [2, ''],
        [null, '4'],
      ],
    ],
    [
      'a star finds every row',
      `${two} A | search *`,
      '$table: string, k: string, n: long, own: string',
      [
        ['', 'x', 1, 'here'],
        ['', 'y', 2, ''],
      ],
    ],
    [
      'a search looks into the tables that have a column it names',
      'let A = view () { print n = 5 }; let B = view () { print n = 5, k = "x" }; let C = view () { print m = 5 }; search n == 5',
      '$table: string, n: long, k: string',
      [
        ['A', 5, ''],
        ['B', 5, 'x'],
      ],
    ],
    [
      'behind a search, columns of all tables are known',
      `${two} search in (A, B) own == "here" | project k, other`,
      'k: string, other: bool',
      [['x', null]],
    ],
    [
      'a star and more',
      `${two} search in (A, B) * and n > 2 | project k, n`,
      'k: string, n: long',
      [['x', 3]],
    ],
  ],
  // Rows of several tables come in no order.
  'any',
);

cases('rows of which no column is read', [
  ...[
    ['range i from 1 to 3 step 1 | count', 1],
    ['range i from 1 to 3 step 1 | summarize m = max(i), l = make_list(i)', 1],
    ['range i from 1 to 3 step 1 | where i > 3 | summarize arg_max(i, *)', 1],
    ['range i from 1 to 4 step 1 | summarize m = max(i) by k = i % 2', 2],
    ['range i from 1 to 4 step 1 | extend k = i % 2 | distinct k', 2],
    ['range i from 1 to 4 step 1 | top 3 by i', 3],
    ['print d = dynamic([1, 2]) | mv-expand d', 2],
    ['range i from 1 to 2 step 1 | join kind=inner (range i from 1 to 2 step 1) on i', 2],
    ['range i from 1 to 2 step 1 | make-series c = count() on i from 1 to 3 step 1', 1],
    ['range i from 1 to 2 step 1 | partition by i (count)', 2],
  ].map(([query, rows]): Case => [`${query}`, `${query} | count`, 'Count: long', [[rows]]]),
  [
    'of one row of counts, once for each row of another table',
    'range i from 1 to 2 step 1 | extend k = 1 | join kind=inner (range j from 1 to 3 step 1 | count | extend k = 1) on k | project i',
    'i: long',
    [[1], [2]],
  ],
]);

cases('project and extend', [
  [
    'automatic names',
    'print d = dynamic({"a": {"b": [1]}}) | project d.a.b[0], strcat("x", 1), d',
    'd_a_b_0: dynamic, Column1: string, d: dynamic',
    [[1, 'x1', { a: { b: [1] } }]],
  ],
  [
    'extend replaces a column in its place',
    'print a = 1, b = 2 | extend a = strcat(a, "!"), c = 3',
    'a: string, b: long, c: long',
    [['1!', 2, 3]],
  ],
  [
    'a value without a name replaces the column whose name it gets',
    'print x = "7", t = datetime(2020-01-01 10:20) | extend toint(x), bin(t, 1h) | extend y = x + 1',
    'x: int, t: datetime, y: long',
    [[7, '2020-01-01T10:00:00Z', 8]],
  ],
  [
    'so does one that an earlier value has made, and the others keep their names',
    'print d = dynamic({"a": "1"}) | extend d.a, toint(d.a), 5, gettype(d.a), strlen(tostring(d.a))',
    'd: dynamic, d_a: int, Column1: long, type_d_a: string, strlen_d_a: long',
    [[{ a: '1' }, 1, 5, 'string', 1]],
  ],
  [
    'in the place of the value that it replaces, whatever stands between',
    'print d = dynamic({"a": [2, 1]}) | extend d["a"], array_length(d.a), array_sort_asc(d.a), array_sort_asc(d.a, d.a), tostring(d.a), x = 1',
    'd: dynamic, d_a: string, Column1: long, d_a_sorted: dynamic, d_a_sorted1: dynamic, d_a_sorted2: dynamic, x: long',
    [[{ a: [2, 1] }, '[2,1]', 2, [1, 2], [1, 2], [1, 2], 1]],
  ],
  [
    'a sorted value that is no array, which for the binder has no result',
    'print x = array_sort_asc(dynamic(3)), 7, array_sort_asc(dynamic(3)), array_sort_asc(dynamic([2, 1])) | extend array_sort_asc(dynamic(3)), y = array_sort_asc(dynamic(3)), 8',
    'x: dynamic, print_1: long, print_2: dynamic, print_3: dynamic, y: dynamic, Column1: long',
    [[null, 7, null, [1, 2], null, 8]],
  ],
  [
    'a column that is there is not added again',
    'print x = "1", y = 2 | extend (y), tostring(x), column_ifexists("y", 0), tolower(x)',
    'x: string, y: long, Column1: string',
    [['1', 2, '1']],
  ],
  [
    'a projection can swap names',
    'print a = 1, b = 2 | project a = b, b = a',
    'a: long, b: long',
    [[2, 1]],
  ],
  [
    'project-away and keep by pattern',
    'print ab = 1, ac = 2, b = 3 | project-away a* | extend x = 1 | project-keep b',
    'b: long',
    [[3]],
  ],
  [
    'project-by-names: the order of the names, patterns, and names of no column',
    'print a = 1, ba = 2, bb = 3 | project-by-names "b*", dynamic(["none", "a"])',
    'ba: long, bb: long, a: long',
    [[2, 3, 1]],
  ],
  [
    'project-by-names of what a function is given',
    `let Side = datatable(k: string, x: long, y: long) ["q", 1, 2];
     let With = (T: (k: string), added: dynamic) { T | lookup Side on k | project-by-names column_names_of(T), added };
     print k = "q", own = true | invoke With(dynamic(["y", "z"]))`,
    'k: string, own: bool, y: long',
    [['q', 1, 2]],
  ],
  [
    'project-away of a wildcard that no column fits',
    'print a = 1 | join kind=inner (print a = 1, b = 2) on a | project-away a1 | project-away *1 | project-away b*, *2',
    'a: long',
    [[1]],
  ],
  [
    'project-keep of a wildcard that no column fits',
    'print a = 1, b = 2 | project-keep z*, b',
    'b: long',
    [[2]],
  ],
  [
    'project-reorder',
    'print a = 1, b = 2, c = 3 | project-reorder c, b',
    'c: long, b: long, a: long',
    [[3, 2, 1]],
  ],
  [
    'project-reorder with wildcards that no column fits',
    'print a = 1, b = 2, c = 3 | project-reorder z*, c, y* desc, b | project-reorder x* asc | project-rename d = c | summarize take_any(*) by b',
    'b: long, d: long, a: long',
    [[2, 3, 1]],
  ],
  [
    'project-reorder with a column named twice',
    'print a = 1, b = 2, c = 3 | project-reorder c, b, c, b* | project-reorder c*, a asc, c',
    'c: long, a: long, b: long',
    [[3, 1, 2]],
  ],
  [
    'getschema',
    'print a = 1, d = dynamic(1) | getschema',
    'ColumnName: string, ColumnOrdinal: long, DataType: string, ColumnType: string',
    [
      ['a', 0, 'System.Int64', 'long'],
      ['d', 1, 'System.Object', 'dynamic'],
    ],
  ],
]);

cases('graphs', [
  [
    'a path of one to three edges',
    `let E = datatable(s: string, t: string) ["a", "b", "b", "c", "c", "d"];
     E | make-graph s --> t with_node_id=id | graph-match (x)-[p*1..3]->(y) where x.id == "a" project y.id, map(p, t) | sort by y_id asc`,
    'y_id: string, Column1: dynamic',
    [
      ['b', ['b']],
      ['c', ['b', 'c']],
      ['d', ['b', 'c', 'd']],
    ],
  ],
  [
    'the shortest path',
    `let E = datatable(s: string, t: string) ["a", "b", "b", "c", "a", "c"];
     E | make-graph s --> t with_node_id=id | graph-shortest-paths (x)-[p*1..4]->(y) where x.id == "a" and y.id == "c" project map(p, t)`,
    'Column1: dynamic',
    [[['c']]],
  ],
]);

const unknownTables: readonly [operator: string, query: string, start: number][] = [
  ['join', 'print s = "x" | join Nowhere on s', 21],
  ['join', 'print s = "x" | join kind=inner (Nowhere) on s', 33],
  ['join', 'print s = "x" | join (print s = "x" | join Nowhere on s) on s', 43],
  ['lookup', 'print s = "x" | lookup (Nowhere) on s', 24],
  ['union', 'print 1 | union (print 2), Nowhere', 27],
  ['where', 'print 1 | join (Nowhere | where a == 1) on a', 16],
];

describe('a name in place of a value that it cannot be', () => {
  test.each<[query: string, message: string | RegExp, start: number]>([
    [
      'print x',
      "'print' operator: Failed to resolve scalar expression named 'x'. Fix semantic errors in your query.",
      6,
    ],
    [
      'Nowhere | take 1',
      "'take' operator: Failed to resolve table or column expression named 'Nowhere'. Fix semantic errors in your query.",
      0,
    ],
    [
      'print 1 | where y == 2',
      "'where' operator: Failed to resolve table or column expression named 'y'. Fix semantic errors in your query.",
      16,
    ],
    ...unknownTables.map(([operator, query, start]): [string, string, number] => [
      query,
      `'${operator}' operator: Failed to resolve table or column expression named 'Nowhere'. Fix semantic errors in your query.`,
      start,
    ]),
    [
      'let f = (T: (a: string)) { T }; f(Nowhere)',
      "Failed to resolve table or column expression named 'Nowhere'. Fix semantic errors in your query.",
      34,
    ],
    [
      'print s = "x" | join (print s = "x") on t',
      "'join' operator: Failed to resolve scalar expression named 't'. Fix semantic errors in your query.",
      40,
    ],
    [
      'print d = dynamic([1]) | mv-expand with_itemindex=d d',
      /A column with the name 'd' is already declared/,
      25,
    ],
    [
      'print a = 1, s = "x" | union kind=inner (print a = 2) | join (print s = "x") on s',
      /The column 's' must exist on both sides of the join/,
      80,
    ],
    ['print 1 | whre 2', 'Query operator expected.. Fix syntax errors in your query.', 10],
    ['print 1 | evaluate python(typeof(*), "x")', /not supported/, 19],
  ])('%s', async (query, message, start) => {
    const error = await kql.error(query);
    if (typeof message === 'string') expect(error.message).toBe(message);
    else expect(error.message).toMatch(message);
    expect([error.status, error.span?.start]).toEqual([400, start]);
  });
});

describe('text of a query that becomes SQL', () => {
  const hostile = [
    "'; DROP TABLE x; --",
    "\\'",
    "\\\\' OR 1=1 --",
    '`',
    '"',
    '\u0000',
    '{x:String}',
    '$$a$$',
    '/* */',
    '\u2028',
    '\ud800'.toWellFormed(),
  ];
  test.each(hostile)('a literal stays a literal: %j', async (text) => {
    const quoted = JSON.stringify(text);
    const rows = await kql.values(
      `print a = ${quoted}, b = strlen(${quoted}), c = ${quoted} == ${quoted}, d = dynamic([${quoted}])`,
    );
    expect(rows).toEqual([[text, [...text].length, 1, [text]]]);
  });
  test.each(hostile.filter((text) => !text.includes('\0') && text !== '\u2028'))(
    'a column name stays a name: %j',
    async (text) => {
      const name = `['${text.replace(/[\\']/g, '\\$&')}']`;
      expect(
        await kql.rows(`print ${name} = 1 | extend b = ${name} + 1 | project ${name}, b`),
      ).toEqual([{ [text]: 1, b: 2 }]);
    },
  );
});

test('a score that each of forty steps adds to', async () => {
  const step = '| extend score = iff(y > 1, score + 1, score)';
  const query = `range y from 1 to 2 step 1 | extend score = 0 ${step.repeat(40)}`;
  expect(await kql.values(`${query} | sort by y asc`)).toEqual([
    [1, 0],
    [2, 40],
  ]);
});
