import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtinCatalog, catalogOf } from '../../src/catalog/catalog.js';
import { type Harness, startHarness } from './harness.js';

const { tables, legacyTables, functions } = builtinCatalog;
const stored = [
  ['Seven', 'print n = 7'],
  ['Here', 'database("default").DeviceInfo'],
  ['There', 'Here | where DeviceName == "one"'],
  ['Far', 'database("other").DeviceInfo'],
  ['Near', "app('x').T"],
].map(([name = '', body = '']) => ({ name, summary: '', parameters: '', body }));

let kql: Harness;
beforeAll(async () => {
  kql = await startHarness({
    tables: true,
    catalog: catalogOf(tables, legacyTables, [...functions, ...stored]),
  });
  await kql.engine.command(
    "INSERT INTO tenant_default.DeviceInfo (Timestamp, DeviceId, DeviceName) VALUES (now64(), 'd1', 'one')",
  );
});
afterAll(() => kql.close());

describe("the tenant's own database", () => {
  test.each([
    ['by its name', 'database("default").DeviceInfo | project DeviceName', [['one']]],
    ['in any case', "database('DEFAULT').DeviceInfo | project DeviceName", [['one']]],
    ['with white space', 'database ( ) . DeviceInfo | count', [[1]]],
    ['with a name and white space', 'database(\n  "default"\n) . DeviceInfo | count', [[1]]],
    ['of whatever cluster', 'cluster("x").database("default").DeviceInfo | count', [[1]]],
    [
      'of a cluster, with white space',
      'union cluster( "x" ) . database( "Default" ) . DeviceIn* | count',
      [[1]],
    ],
    ['a function of a cluster', 'cluster("x").database("default").Seven()', [[7]]],
    [
      'a table() of a cluster',
      'cluster("x").database("default").table("DeviceInfo") | count',
      [[1]],
    ],
    ['in a function of its own', 'Here | count', [[1]]],
    ['in a function that another calls', 'There() | count', [[1]]],
    ['without a name', 'database().DeviceInfo | project DeviceName', [['one']]],
    ['by a constant', 'let d = "default"; database(d).DeviceInfo | project DeviceName', [['one']]],
    ['in brackets', 'database("default").["DeviceInfo"] | count', [[1]]],
    ['with table()', 'database("default").table("DeviceInfo") | count', [[1]]],
    ['its tables of earlier days', 'database("default").MachineInfo | count', [[1]]],
    ['a function of its own', 'database("default").Seven()', [[7]]],
    ['a function without parentheses', 'database("default").Seven | where n > 1', [[7]]],
    [
      'what the query calls so is another table',
      'let DeviceInfo = print n = 1; union (DeviceInfo | project n), (database("default").DeviceInfo | project n = 2) | sort by n asc',
      [[1], [2]],
    ],
    [
      'what the query makes of it',
      'let DeviceInfo = database("default").DeviceInfo | project DeviceName; DeviceInfo',
      [['one']],
    ],
    [
      'on the right of a join',
      'print DeviceId = "d1" | join kind=inner database("default").DeviceInfo on DeviceId | project DeviceName',
      [['one']],
    ],
    [
      'in a union',
      'union withsource=T database("default").DeviceInfo, DeviceInfo | summarize count() by T',
      [['DeviceInfo', 2]],
    ],
    ['by a wildcard', 'union database("default").DeviceIn* | summarize count()', [[1]]],
    ['in search', 'search in (database("default").DeviceInfo) "one" | count', [[1]]],
    ['in a function', 'let f = () { database("default").DeviceInfo | count }; f()', [[1]]],
    [
      'what is restricted to a view of its name',
      'let DeviceInfo = DeviceInfo | project DeviceName; restrict access to (DeviceInfo); DeviceInfo',
      [['one']],
    ],
    [
      'beside a view of its name where both are allowed',
      'let DeviceInfo = print n = 2; restrict access to (DeviceInfo, database().DeviceInfo); union DeviceInfo, (database().DeviceInfo | project n = 1) | sort by n asc',
      [[1], [2]],
    ],
    [
      'what is restricted',
      'restrict access to (database("default").DeviceInfo); DeviceInfo | count',
      [[1]],
    ],
  ])('%s', async (_name, query, expected) => {
    expect(await kql.values(query)).toEqual(expected);
  });

  test('by the name that the caller has for it', async () => {
    const text = 'database("Security").DeviceInfo | project DeviceName';
    expect(await kql.rows(text, { databaseName: 'security' })).toEqual([{ DeviceName: 'one' }]);
    expect((await kql.error(text)).code).toBe('kql.unsupported');
  });
});

describe('another database', () => {
  const called = "; this one is called 'default'";
  const far = `is not supported: other databases and clusters are not reachable${called}.`;
  test.each([
    ['database("other").DeviceInfo | count', `database("other").DeviceInfo ${far}`, 0],
    ['database("other").NoSuch', `database("other").NoSuch ${far}`, 0],
    ['database("tenant_default").DeviceInfo', `database("tenant_default").DeviceInfo ${far}`, 0],
    ['database("hunting").DeviceInfo', `database("hunting").DeviceInfo ${far}`, 0],
    ["database('').DeviceInfo", `database('').DeviceInfo ${far}`, 0],
    ['print 1 | union database("other").*', `database("other").* ${far}`, 16],
    [
      'DeviceInfo | join database("other").DeviceInfo on DeviceId',
      `database("other").DeviceInfo ${far}`,
      18,
    ],
    [
      'cluster("x").database("other").DeviceInfo',
      `cluster("x").database("other").DeviceInfo ${far}`,
      0,
    ],
    ['cluster("x").database().DeviceInfo', `cluster("x").database().DeviceInfo ${far}`, 0],
    ['cluster("default").DeviceInfo', `cluster("default").DeviceInfo ${far}`, 0],
    ['print 1 | union (cluster("x"))', `cluster("x") ${far}`, 17],
    [
      'print n = 1 | extend m = 2 | union Far',
      `database("other").DeviceInfo (in the function 'Far') ${far}`,
      35,
    ],
    [
      'let f = (d: string) { database(d).DeviceInfo }; f("default")',
      `database(d).DeviceInfo ${far}`,
      22,
    ],
    ['database("default").NoSuch', /Failed to resolve table .*'NoSuch'/, 20],
    [
      'restrict access to (database().DeviceEvents); database("default").DeviceInfo',
      /Failed to resolve table .*'DeviceInfo'/,
      66,
    ],
    [
      'let DeviceInfo = view () { print n = 1 }; restrict access to (DeviceInfo); database().DeviceInfo',
      /Failed to resolve table .*'DeviceInfo'/,
      86,
    ],
  ])('%s', async (query, message, start) => {
    const error = await kql.error(query);
    if (typeof message === 'string') expect(error.message).toBe(message);
    else expect(error.message).toMatch(message);
    expect([error.status, error.span?.start]).toEqual([400, start]);
  });
});

describe('what a query is told of where and for whom it runs', () => {
  test.each([
    ['print current_database()', [['default']]],
    ['let here = () { current_database() }; print toupper(here())', [['DEFAULT']]],
    ['print current_principal()', [['aadapp=test;default']]],
    ['DeviceInfo | summarize count() by who = current_principal()', [['aadapp=test;default', 1]]],
    [
      "print iff(current_principal() startswith 'aadapp=', split(current_principal(), ';')[1], '')",
      [['default']],
    ],
  ])('%s', async (query, expected) => {
    expect(await kql.values(query)).toEqual(expected);
  });

  test('by the name that the caller has for it', async () => {
    const rows = await kql.rows('print d = current_database()', { databaseName: 'Security' });
    expect(rows).toEqual([{ d: 'Security' }]);
  });
});

describe('data of something else', () => {
  test.each([
    ['workspace("x").DeviceInfo | count', 'workspace() is not supported: a hunt reads', 0],
    ["union app('x').T, DeviceInfo", 'app() is not supported: a hunt reads', 6],
    ["DeviceInfo | join adx('h/d').T on DeviceId", 'adx() is not supported: a hunt reads', 18],
    ["resource('x').T", 'resource() is not supported', 0],
    ["arg('').Resources", 'arg() is not supported', 0],
    ["external_table('x') | count", 'external_table() is not supported', 15],
    ["materialized_view('x') | count", 'materialized_view() is not supported', 18],
    ["stored_query_result('x') | count", 'stored_query_result() is not supported', 20],
    ['Near', "app() (in the function 'Near') is not supported", 0],
  ])('%s', async (query, message, start) => {
    const error = await kql.error(query);
    expect([error.code, error.message, error.span?.start]).toEqual([
      'kql.unsupported',
      expect.stringContaining(message),
      start,
    ]);
  });

  test.each([
    ["print ip = '1.2.3.4' | evaluate ipv4_lookup(Nope, ip, cidr)", 'Nope', 'table or column'],
    ["print ip = '1.2.3.4' | evaluate ipv4_lookup(DeviceInfo, Nope, PublicIP)", 'Nope', 'scalar'],
    ['let f = (T: (x: long), y: long) { T }; print x = 1 | invoke f(Nope)', 'Nope', 'scalar'],
    [
      'let f = (T: (x: long), U: (x: long)) { T }; print x = 1 | invoke f(Nope)',
      'Nope',
      'table or column',
    ],
    ['let f = (T: (x: long)) { T }; print 1 | where 1 in (f(Nope))', 'Nope', 'table or column'],
  ])('a name that nothing has: %s', async (query, name, kind) => {
    const { message } = await kql.error(query);
    expect(message).toContain(`Failed to resolve ${kind} expression named '${name}'`);
  });
});
