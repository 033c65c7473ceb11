import { afterAll, beforeAll, expect, test } from 'vitest';
import { builtinCatalog } from '../../src/catalog/catalog.js';
import { compileNow } from '../compile-here.js';
import { type Harness, startHarness, tenantScope } from './harness.js';

let kql: Harness;
beforeAll(async () => {
  kql = await startHarness({ tables: true });
  await kql.engine.command(
    `INSERT INTO tenant_default.DeviceProcessEvents (Timestamp, DeviceId, FileName, ProcessId)
     SELECT now64(7), concat('d', toString(number % 4)), concat('p', toString(number)), if(number = 3, NULL, number)
     FROM numbers(8)`,
  );
});
afterAll(() => kql.close());

/** Whether the stored table is read first, so that the other side is the one held in memory. */
function isStoredFirst(query: string): boolean {
  const compiled = compileNow(query, builtinCatalog, tenantScope);
  if (compiled.kind !== 'query') throw new Error('not a query');
  return compiled.sql.indexOf('DeviceProcessEvents') < compiled.sql.indexOf(' JOIN ');
}

const few = 'datatable(k: string, n: long)["d1", 10, "d1", 11, "d9", 90]';
const stored = 'DeviceProcessEvents | project k = DeviceId, f = FileName, p = ProcessId';
const shown = 'project k, k1, n, f, p | sort by n asc, f asc';

test.each([
  [
    'inner',
    [
      ['d1', 'd1', 10, 'p1', 1],
      ['d1', 'd1', 10, 'p5', 5],
      ['d1', 'd1', 11, 'p1', 1],
      ['d1', 'd1', 11, 'p5', 5],
    ],
  ],
  [
    'leftouter',
    [
      ['d1', 'd1', 10, 'p1', 1],
      ['d1', 'd1', 10, 'p5', 5],
      ['d1', 'd1', 11, 'p1', 1],
      ['d1', 'd1', 11, 'p5', 5],
      ['d9', '', 90, '', null],
    ],
  ],
])('a few rows joined with a stored table, %s', async (kind, rows) => {
  const query = `${few} | join kind=${kind} (${stored}) on k | ${shown}`;
  expect(isStoredFirst(query)).toBe(true);
  expect(await kql.values(query)).toEqual(rows);
});

test('a stored table joined with a few rows, all of these kept', async () => {
  const query = `${stored} | join kind=rightouter (${few}) on k | where k1 != "d1" | project k, k1, n, f, p`;
  expect(isStoredFirst(query)).toBe(true);
  expect(await kql.values(query)).toEqual([['', 'd9', 90, '', null]]);
});

test('a few rows joined with a stored table, all of that kept', async () => {
  const query = `${few} | join kind=rightouter (${stored}) on k | where p in (0, 5) or isnull(p) | ${shown}`;
  expect(isStoredFirst(query)).toBe(true);
  expect(await kql.values(query)).toEqual([
    ['', 'd0', null, 'p0', 0],
    ['', 'd3', null, 'p3', null],
    ['d1', 'd1', 10, 'p5', 5],
    ['d1', 'd1', 11, 'p5', 5],
  ]);
});

test('one row of each key joined with a stored table', async () => {
  const query = `DeviceProcessEvents | where FileName startswith "p" | project k = DeviceId, n = 1
    | join (${stored}) on k | summarize count(), dcount(f)`;
  expect(isStoredFirst(query)).toBe(true);
  expect(await kql.values(query)).toEqual([[8, 8]]);
});

test('a lookup of a stored table in a few rows keeps its sides', async () => {
  const query = `${stored} | lookup (datatable(k: string, x: long)["d1", 1]) on k | summarize sum(x), count()`;
  expect(isStoredFirst(query)).toBe(true);
  expect(await kql.values(query)).toEqual([[2, 8]]);
});
