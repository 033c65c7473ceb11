import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Harness, startHarness } from './harness.js';

let kql: Harness;
beforeAll(async () => {
  kql = await startHarness();
});
afterAll(() => kql.close());

const rows = 'let rows = datatable(ok: bool, n: long) [true, 1, false, 2];';

describe('a function is told by text which columns and tables it reads', () => {
  test.each<[what: string, query: string, values: unknown[][]]>([
    [
      "a column's type is its own, not that of what stands in for it",
      `${rows} let f = (T: (*), flag: string) {
         T | extend flagged = column_ifexists(flag, "") | where flagged and true | summarize countif(flagged), dcountif(flagged, (flagged)) };
       rows | invoke f("ok")`,
      [[1, 1]],
    ],
    [
      'a table of the query',
      `${rows} let f = (name: string, column: string) { table(name) | project value = column_ifexists(column, 0) + 1 };
       f("rows", "n") | sort by value asc`,
      [[2], [3]],
    ],
    [
      'a table of the query, by its name alone',
      `${rows} table("rows") | where ok | project n`,
      [[1]],
    ],
    [
      'the same name inside of the function',
      `${rows} let f = (name: string) { let rows = (table(name) | extend more = n * 10); rows | where ok | project more }; f("rows")`,
      [[10]],
    ],
  ])('%s', async (_what, query, values) => {
    expect(await kql.values(query)).toEqual(values);
  });

  test.each([
    ['print n = 1 | extend flagged = column_ifexists("n", "") | where flagged', 'type bool'],
    ['let f = (a: string) { print x = a | where x and true }; f("y")', "operator 'and'"],
    ['table("nowhere") | count', 'nowhere'],
    ['let f = (name: string) { table(name) | count }; f("nowhere")', 'nowhere'],
  ])('%s', async (query, message) => {
    const error = await kql.error(query);
    expect(error.code).toBe('kql.semantic');
    expect(error.message).toContain(message);
  });
});
