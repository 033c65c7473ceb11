import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtinCatalog } from '../../src/catalog/catalog.js';
import { bind } from '../../src/kql/bind.js';
import type { Scope } from '../../src/plan/scope.js';
import { compileNow } from '../compile-here.js';
import { type Harness, startHarness, tenantScope } from './harness.js';

let kql: Harness;
beforeAll(async () => {
  kql = await startHarness({ tables: true });
  await kql.engine.command(
    `INSERT INTO tenant_default.DeviceProcessEvents (Timestamp, DeviceId, FileName, ProcessId)
     SELECT now64(7), concat('d', toString(number)), if(number = 0, 'needle.exe', 'hay.exe'), number FROM numbers(3)`,
  );
  await kql.engine.command(
    `INSERT INTO tenant_default.DeviceLogonEvents (Timestamp, DeviceId, AccountName) VALUES (now64(7), 'd1', 'needle')`,
  );
});
afterAll(() => kql.close());

function sqlOf(query: string, scope: Scope): string {
  const compiled = compileNow(query, builtinCatalog, scope);
  if (compiled.kind !== 'query') throw new Error('not a query');
  return compiled.sql;
}

async function rowsOf(query: string, scope: Scope): Promise<string[]> {
  const rows = await kql.engine.select<{ row: string }>(sqlOf(query, scope));
  return rows.map(({ row }) => row).toSorted();
}

const ofAll = [
  'search "needle"',
  'union withsource=T * | where DeviceId == "d1"',
  'find in (Device*) where DeviceId == "d1"',
  'union Device*, (datatable(x: long)[]) | where * has "needle" | summarize count() by DeviceId',
];

describe.each(ofAll)('%s', (query) => {
  const empty = builtinCatalog.tables
    .map(({ name }) => name)
    .filter((name) => name !== 'DeviceProcessEvents' && name !== 'DeviceLogonEvents');

  test('is right for every table, had each of them rows', async () => {
    const all = await rowsOf(query, tenantScope);
    expect(all.length).toBeGreaterThan(0);
    expect(await rowsOf(query, { ...tenantScope, emptyTables: empty })).toEqual(all);
  });

  test('does not prepare tables that are known to have no rows', () => {
    const sql = sqlOf(query, { ...tenantScope, emptyTables: empty });
    expect(sql).toContain('DeviceProcessEvents');
    expect(sql.match(/`tenant_default`\.`\w+`/g)).toHaveLength(2);
  });
});

test.each([
  'union *',
  'union *Events | where ProcessId > 0',
  'search "needle"',
  'search in (*) "needle"',
  'find where InitiatingProcessFileSize > 0 | where InitiatingProcessId > 0',
  'find in (*Events) where ProcessId > 0',
])('%s knows no columns of the old tables, of which it reads none', (query) => {
  const compiled = compileNow(query, builtinCatalog, tenantScope);
  const columns = compiled.kind === 'query' ? compiled.columns : [];
  expect(columns.map(({ name }) => name)).toEqual(
    bind(query, builtinCatalog).columns.map(({ name }) => name),
  );
});

test.each<[query: string, rows: unknown[][]]>([
  ['union DeviceEvents, DeviceFileEvents | project a = strlen(DeviceId) * 2', []],
  ['union withsource=T Device* | where DeviceId == "nobody" | take 3 | project T, DeviceId', []],
  ['union (datatable(x: long)[]), (datatable(y: string)[]) | extend z = strcat(y, x)', []],
  ['search in (DeviceEvents, DeviceFileEvents) "x*" | count', [[0]]],
  [
    'union (union DeviceEvents, DeviceFileEvents), (print a = 1) | where a * 1 == 1 | project a',
    [[1]],
  ],
])('no table has rows: %s', async (query, rows) => {
  expect(await kql.values(query)).toEqual(rows);
});

test('rows of a table that had none before are found by the same text', async () => {
  const query = 'search "kept" | count';
  expect(await kql.values(query)).toEqual([[0]]);
  await kql.engine.command(
    `INSERT INTO tenant_default.DeviceFileEvents (Timestamp, DeviceId, FileName) VALUES (now64(7), 'd1', 'kept.txt')`,
  );
  expect(await kql.values(query)).toEqual([[1]]);
});

test.each<[what: string, query: string, rows: unknown[][]]>([
  [
    'behind several of the first',
    `union (datatable(a: long)[1]), (datatable(a: long)[2]), (datatable(a: string)["x"]), (datatable(a: real)[2.5])
     | where a_long == 2 or a_string == "x" or a_real > 2 | count`,
    [[3]],
  ],
  [
    'between them',
    `union (datatable(a: long)[1]), (datatable(a: string)["x"]), (datatable(a: long)[2])
     | project a_long, a_string | order by a_long asc nulls last`,
    [
      [1, ''],
      [2, ''],
      [null, 'x'],
    ],
  ],
  [
    'in stored tables',
    'union DeviceInfo, DeviceEvents, EmailEvents | where ReportId_long == 1 or ReportId_string == "x" | count',
    [[0]],
  ],
  [
    'in all of them',
    'union * | where isnull(ReportId_long) and ReportId_string == "x" | count',
    [[0]],
  ],
])('a column of a union has one for each type: %s', async (_what, query, rows) => {
  expect(await kql.values(query)).toEqual(rows);
});

describe('a condition behind a union is met by the rows of each of its tables', () => {
  const two = `union withsource=From
    (datatable(a: string, n: long, only: string)["x", 1, "left", "y", 2, ""] | as A),
    (datatable(a: string, n: real, o: dynamic)["x", 1.5, dynamic({"k": 1})] | as B)`;
  const both = [
    ['A', 1],
    ['B', null],
  ];
  test.each<[condition: string, rows: unknown[][]]>([
    ['a == "x"', both],
    ['From == "B"', [['B', null]]],
    ['only == "left"', [['A', 1]]],
    [
      'isempty(only)',
      [
        ['A', 2],
        ['B', null],
      ],
    ],
    [
      'only != "left"',
      [
        ['A', 2],
        ['B', null],
      ],
    ],
    ['isnull(n_long)', [['B', null]]],
    ['n_long > 1', [['A', 2]]],
    ['n_real < 2 or n_long < 2', both],
    ['not(n_long > 1)', [['A', 1]]],
    ['o.k == 1', [['B', null]]],
    [
      'isnull(o)',
      [
        ['A', 1],
        ['A', 2],
      ],
    ],
    ['only matches regex "^l"', [['A', 1]]],
    ['only has_any ("left", "right")', [['A', 1]]],
    ['* has "left"', [['A', 1]]],
    ['a in ((print "y"))', [['A', 2]]],
    ['a == toscalar(print "y")', [['A', 2]]],
    ['rand() < 2 and a == "y"', [['A', 2]]],
    ['coalesce(only, "none") == "none" and a =~ "X"', [['B', null]]],
    ['column_ifexists("nowhere", "z") == "z" and a == "x"', both],
  ])('%s', async (condition, rows) => {
    const query = `${two} | where ${condition} | project From, n_long | sort by From asc, n_long asc`;
    expect(await kql.values(query)).toEqual(rows);
  });

  test('one after the other, and of unions of unions', async () => {
    const query = `union (union withsource=S (print a = 1, b = "u"), (print a = 2, b = "v")), (print a = 3)
      | where a > 1 | where isempty(b) or b == "v" | project a, b | sort by a asc`;
    expect(await kql.values(query)).toEqual([
      [2, 'v'],
      [3, ''],
    ]);
  });

  test('of so many values that it is evaluated once for all', async () => {
    const values = Array.from({ length: 20_001 }, (_, value) => `"v${value}"`).join(', ');
    const query = `${two} | where a in (${values}, "y") | project n_long`;
    expect(await kql.values(query)).toEqual([[2]]);
  });
});
