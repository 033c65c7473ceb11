import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Harness, startHarness } from './harness.js';

let kql: Harness;
beforeAll(async () => {
  kql = await startHarness({ tables: true });
  // Twenty devices of 5,000 rows each; of the last device two rows have the latest moment.
  await kql.engine.command(
    `INSERT INTO tenant_default.DeviceProcessEvents
       (Timestamp, DeviceId, FileName, FolderPath, ProcessId, ProcessCommandLine, AdditionalFields)
     SELECT toDateTime64('2026-01-02 00:00:00', 7, 'UTC') - intDiv(number + (number % 20 = 19) * 20, 40),
       concat('d', toString(number % 20)), 'a.exe', repeat('p', 200), if(number < 20, NULL, number),
       concat('line ', toString(number)), repeat('x', 300)
     FROM numbers(100000)`,
  );
});
afterAll(() => kql.close());

/** What the aggregate takes along is compared with what a sort finds. */
const values = 'FileName, FolderPath, ProcessId, ProcessCommandLine, AdditionalFields';

describe('of the greatest rows alone all columns are read', () => {
  test.each([
    ['all columns', `arg_max(Timestamp, *) by DeviceId`],
    ['some columns', `arg_max(Timestamp, ${values}) by DeviceId`],
    ['the least', `arg_min(Timestamp, *) by DeviceId`],
    ['a computed group', `arg_max(Timestamp, ${values}) by d = DeviceId, bin(Timestamp, 1d)`],
  ])('%s', async (_what, summary) => {
    const { rows, stats } = await kql.answer(`DeviceProcessEvents | summarize ${summary}`);
    rows.destroy();
    expect(stats.bytesRead).toBeLessThan(25e6);
  });
});

test.each([
  ['max', 'desc'],
  ['min', 'asc'],
])('the row with the %s is the one that a sort puts first', async (end, order) => {
  const found = await kql.values(
    `DeviceProcessEvents | summarize arg_${end}(Timestamp, ${values}) by DeviceId
     | project DeviceId, Timestamp, ProcessCommandLine | sort by DeviceId asc`,
  );
  const sorted = await kql.values(
    `DeviceProcessEvents | sort by Timestamp ${order} | partition hint.strategy=native by DeviceId (take 1)
     | project DeviceId, Timestamp | sort by DeviceId asc`,
  );
  expect(found.map((row) => row.slice(0, 2))).toEqual(sorted);
  expect(found).toHaveLength(20);
  // Device and line belong to one row.
  for (const [device, , line] of found) {
    expect(Number(String(line).slice(5)) % 20).toBe(Number(String(device).slice(1)));
  }
});

test.each([
  ['where a group has no name', 'by isempty(DeviceId), ProcessId % 1', 2],
  ['of no rows', 'by DeviceId | where DeviceId == "none"', 0],
  ['of one device', 'by DeviceId | where DeviceId == "d7"', 1],
])('%s', async (_what, groups, count) => {
  const query = `DeviceProcessEvents | summarize arg_max(Timestamp, ${values}) ${groups} | count`;
  expect(await kql.values(query)).toEqual([[count]]);
});

test('groups by chance are those of one throw', async () => {
  const query = `DeviceProcessEvents | summarize arg_max(Timestamp, *) by g = tostring(rand(1000000000))
    | summarize count(), countif(isnotempty(FileName))`;
  const [[groups, named] = []] = await kql.values(query);
  expect(groups).toBeGreaterThan(99_000);
  expect(named).toBe(groups);
});

test('a filter before and one behind', async () => {
  const query = `let T = DeviceProcessEvents | where ProcessId > 50000 and DeviceId in ("d1", "d2");
    T | summarize arg_max(Timestamp, *) by DeviceId | where ProcessId > 0 | project DeviceId, ProcessId | sort by DeviceId asc`;
  expect(await kql.values(query)).toEqual([
    ['d1', 50001],
    ['d2', 50002],
  ]);
});
