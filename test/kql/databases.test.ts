import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtinCatalog, catalogOf } from '../../src/catalog/catalog.js';
import { type Harness, startHarness } from './harness.js';

const { tables, legacyTables, functions } = builtinCatalog;
const stored = { name: 'Seven', summary: '', parameters: '', body: 'print n = 7' };

let kql: Harness;
beforeAll(async () => {
  kql = await startHarness({
    tables: true,
    catalog: catalogOf(tables, legacyTables, [...functions, stored]),
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
      'cluster("x").database("default").DeviceInfo',
      `cluster("x").database("default").DeviceInfo ${far}`,
      0,
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
