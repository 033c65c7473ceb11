import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Harness, startHarness } from './harness.js';

let kql: Harness;
beforeAll(async () => {
  kql = await startHarness();
});
afterAll(() => kql.close());

const table = `datatable(s:string, n:long, r:real, b:bool, t:datetime, d:dynamic, g:guid)[
  "Cmd.exe /c", 1, 1.5, true, datetime(2020-01-01), dynamic("abc"), guid(11111111-1111-1111-1111-111111111111),
  "", long(null), real(null), bool(null), datetime(null), dynamic(null), guid(null)]`;

describe('a value is in a list', () => {
  test.each([
    ['s in ("Cmd.exe /c", "x")', [1, 0]],
    ['s in ("cmd.exe /c")', [0, 0]],
    ['s in~ ("cmd.EXE /C")', [1, 0]],
    ['s !in~ ("cmd.EXE /C")', [0, 1]],
    ['s in ("")', [0, 1]],
    ['n in (1, 5)', [1, 0]],
    ['n in (1.0, 3.5)', [1, 0]],
    ['n in ("1")', [1, 0]],
    ['n !in (1)', [0, 1]],
    ['n in (long(null))', [0, 0]],
    ['n !in (long(null))', [1, 1]],
    ['r in (1.5, 2)', [1, 0]],
    ['b in (true)', [1, 0]],
    ['t in (datetime(2020-01-01))', [1, 0]],
    ['d in ("abc")', [1, 0]],
    ['d in (dynamic(["abc", 1]))', [1, 0]],
    ['g in (guid(11111111-1111-1111-1111-111111111111))', [1, 0]],
    ['n in (dynamic([1, 2.0, "x"]))', [1, 0]],
    ['n in (n, 7)', [1, 0]],
    ['s in (tostring(n), "x")', [0, 1]],
    ['s in (split("a,Cmd.exe /c", ","))', [1, 0]],
    ['s in~ (split(tolower(s), ","))', [1, 1]],
    ['n in (range(1, 3))', [1, 0]],
    ['n in (pack_array(n, 7))', [1, 0]],
    ['n !in (split(s, " "))', [1, 1]],
    // Arrays inside are flattened into one list of values.
    ['n in (dynamic([5, [1, 2]]))', [1, 0]],
    ['s in (dynamic(["x", ["y", ["Cmd.exe /c"]]]))', [1, 0]],
    ['s !in~ (dynamic([["CMD.EXE /C"]]))', [0, 1]],
    ['n in (pack_array(5, dynamic([1])))', [1, 0]],
    ['n in (pack_array(n + 5, pack_array(n + 1, pack_array(n))))', [1, 0]],
    ['s in (pack_array(split("a,Cmd.exe /c", ","), "x["))', [1, 0]],
    ['s has_any (dynamic(["x", ["exe"]]))', [1, 0]],
    ['s has_all (pack_array(pack_array(s), "cmd"))', [1, 0]],
  ])('%s', async (expression, expected) => {
    const rows = await kql.values(`${table} | project x = ${expression}`);
    expect(rows.map(([value]) => value)).toEqual(expected);
  });
});

describe('a table is a list', () => {
  test.each([
    ['n in ((datatable(x:long)[1, 2]))', [1, 0]],
    ['n in ((print x = "1"))', [1, 0]],
    ['n in ((range x from 1 to 3 step 1))', [1, 0]],
    ['s in~ ((range x from 1 to 1 step 1 | project y = "CMD.EXE /C"))', [1, 0]],
    ['s !in ((range x from 1 to 1 step 1 | project y = "Cmd.exe /c"))', [0, 1]],
    ['n in ((range x from 1 to 3 step 1 | summarize make_set(x)))', [1, 0]],
    ['n in (toscalar(range x from 1 to 3 step 1 | summarize make_set(x)))', [1, 0]],
    ['n in ((range x from 1 to 3 step 1 | project y = pack_array(5, pack_array(x))))', [1, 0]],
    ['s has_any ((datatable(x:string)["EXE", "none"]))', [1, 0]],
    ['s has_any ((range x from 1 to 1 step 1 | project y = "exe"))', [1, 0]],
    ['s has_any ((range x from 1 to 1 step 1 | project y = "cmd.exe"))', [1, 0]],
    ['s has_any ((range x from 1 to 1 step 1 | project y = "md.exe"))', [0, 0]],
    ['s has_all ((range x from 1 to 2 step 1 | project y = iff(x == 1, "c", "cmd.exe")))', [1, 0]],
    ['s has_all ((range x from 1 to 2 step 1 | project y = iff(x == 1, "c", "dd")))', [0, 0]],
    ['s has_any ((range x from 1 to 3 step 1 | where x > 5 | project y = "exe"))', [0, 0]],
    ['s has_all ((range x from 1 to 3 step 1 | where x > 5 | project y = "exe"))', [1, 1]],
    ['s has_any (toscalar(print x = dynamic(["zzz", "exe"])))', [1, 0]],
  ])('%s', async (expression, expected) => {
    const rows = await kql.values(`${table} | project x = ${expression}`);
    expect(rows.map(([value]) => value)).toEqual(expected);
    const [counted] = await kql.values(`${table} | where ${expression} | count`);
    expect(counted?.[0]).toBe(expected.filter((value) => value === 1).length);
  });
});

describe('needles', () => {
  test.each([
    ['s has_any ("exe", "none")', [1, 0]],
    ['s has_any ("exe /c", "none")', [1, 0]],
    ['s has_any ("ex", "none")', [0, 0]],
    ['s has_any ("md.exe", "exe /", "cmd.ex")', [1, 0]],
    ['s has_any ("md.exe", "cmd.ex", "c/")', [0, 0]],
    ['s has_any (".exe /C", "a+b", "(x)")', [1, 0]],
    ['s has_any ("a.b", "/", "d-e")', [1, 0]],
    ['s has_any ("a.b", "", "d-e")', [1, 1]],
    ['not(s has_any ("cmd.exe", "none.exe"))', [0, 1]],
    [
      's has_any ((range x from 1 to 2 step 1 | project y = iff(x == 1, "a.b", "CMD.exe")))',
      [1, 0],
    ],
    ['s has_any ((range x from 1 to 2 step 1 | project y = iff(x == 1, "a.b", "md.exe")))', [0, 0]],
    ['s has_any ((range x from 1 to 2 step 1 | project y = iff(x == 1, "a.b", " /")))', [1, 0]],
    ['s has_any ((range x from 1 to 2 step 1 | project y = iff(x == 1, "", "b")))', [1, 1]],
    ['s has_any (5, "exe")', [1, 0]],
    ['s has_any (dynamic(["none", "EXE"]))', [1, 0]],
    ['s has_any (dynamic([]))', [0, 0]],
    ['s has_all ("cmd", "exe", "C")', [1, 0]],
    ['s has_all (dynamic(["cmd", "none"]))', [0, 0]],
    ['s has_any (split(s, " "))', [1, 1]],
    ['s has_any ("")', [1, 1]],
    ['has_any_index(s, dynamic(["none", "exe"]))', [1, -1]],
    ['has_any_index(s, dynamic([]))', [-1, -1]],
  ])('%s', async (expression, expected) => {
    const rows = await kql.values(`${table} | project x = ${expression}`);
    expect(rows.map(([value]) => value)).toEqual(expected);
  });
});

/** What is pasted from a feed of indicators. */
const many = Array.from({ length: 33_000 }, (_, value) => `"v${value}"`).join(', ');

describe('a list has more values than the binder counts', () => {
  test.each([
    ['in', ['v32999']],
    ['!in~', ['else']],
    ['has_any', ['V32999', 'v32999']],
  ])('%s', async (operator, found) => {
    const query = `datatable(s: string)["v32999", "V32999", "else"] | where s ${operator} (${many}) | sort by s asc`;
    expect((await kql.values(query)).flat()).toEqual(found);
  });

  test('and a value that does not fit is still refused', async () => {
    const error = await kql.error(`print s = "a" | where s in (${many}, nowhere)`);
    expect(error.message).toContain("'nowhere'");
  });
});
