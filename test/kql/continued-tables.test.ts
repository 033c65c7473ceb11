import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Harness, startHarness } from './harness.js';

let kql: Harness;
beforeAll(async () => {
  kql = await startHarness({ tables: true });
  const insert = (table: string, rows: readonly (readonly [hoursAgo: number, id: string])[]) =>
    kql.engine.command(
      `INSERT INTO tenant_default.${table} (Timestamp, ReportId, ErrorCode) VALUES ${rows
        .map(([hours, id]) => `(now64(7) - INTERVAL ${hours} HOUR, '${id}', 50126)`)
        .join(', ')}`,
    );
  await insert('AADSignInEventsBeta', [
    [9, 'first'],
    [7, 'both'],
  ]);
  await kql.engine.command(
    `INSERT INTO tenant_default.EntraIdSignInEvents (Timestamp, ReportId, ErrorCode, EntraIdDeviceId, TokenIssuerType)
     SELECT Timestamp, ReportId, ErrorCode, 'd1', '0' FROM tenant_default.AADSignInEventsBeta WHERE ReportId = 'both'`,
  );
  await insert('EntraIdSignInEvents', [[3, 'later']]);
  await insert('EntraIdSpnSignInEvents', [[3, 'principal']]);
});
afterAll(() => kql.close());

describe('a table that has another name by now', () => {
  test.each<[what: string, query: string, rows: unknown[][]]>([
    [
      'goes on with the rows of the other, from where its own end',
      'AADSignInEventsBeta | project ReportId, ErrorCode | order by ReportId asc',
      [
        ['both', 50126],
        ['first', 50126],
        ['later', 50126],
      ],
    ],
    ['by table(), too', 'table("AADSignInEventsBeta") | where Timestamp > ago(1d) | count', [[3]]],
    [
      'has all of them where it has no rows of its own',
      'AADSpnSignInEventsBeta | project ReportId',
      [['principal']],
    ],
    [
      'keeps its own columns',
      'AADSignInEventsBeta | where ReportId == "later" | project gettype(TokenIssuerType), isempty(AadDeviceId)',
      [['int', 1]],
    ],
    [
      "has today's values under its own names",
      'AADSignInEventsBeta | where Timestamp > ago(8h) and ErrorCode != 0 | summarize count() by AadDeviceId | count',
      [[1]],
    ],
    [
      'is itself alone beside the other',
      'union withsource=T AADSignInEventsBeta, EntraIdSignInEvents | summarize Rows = count() by T | order by T asc',
      [
        ['AADSignInEventsBeta', 2],
        ['EntraIdSignInEvents', 2],
      ],
    ],
    [
      'and among all tables',
      'union withsource=T * | where ReportId_string == "later" | project T',
      [['EntraIdSignInEvents']],
    ],
    ['is counted', 'AADSignInEventsBeta | count', [[3]]],
    ['the other is itself', 'EntraIdSignInEvents | count', [[2]]],
  ])('%s', async (_what, query, rows) => {
    expect(await kql.values(query)).toEqual(rows);
  });
});
