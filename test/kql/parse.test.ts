import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Harness, startHarness } from './harness.js';

let kql: Harness;
beforeAll(async () => {
  kql = await startHarness();
});
afterAll(() => kql.close());

/** The values of the columns that an operator adds to one text. */
async function parsed(text: string, operator: string) {
  const query = `datatable(s:string)[${JSON.stringify(text)}] | ${operator} | project-away s`;
  const [row] = await kql.values(query);
  return row;
}

describe('parse: what a column takes', () => {
  test.each([
    ['a=1 b=x y', 'parse s with "a=" a:long " b=" b', [1, 'x y']],
    ['xx a=1 b=2', 'parse s with "a=" a:long *', [null]],
    ['xx a=1 b=2', 'parse s with * "a=" a:long *', [1]],
    ['xx a=1 b=2', 'parse s with * "a=" a:long', [null]],
    ['a=1\nb', 'parse s with "a=" a', ['1\nb']],
    ['a= 5 ;', 'parse s with "a=" a:long ";"', [5]],
    ['a=-5', 'parse s with "a=" a:int', [-5]],
    ['a=3000000000', 'parse s with "a=" a:int', [null]],
    ['a=1.5e3;', 'parse s with "a=" a:real ";"', [1500]],
    ['a=1.5 rest', 'parse s with "a=" a:real * "rest"', [1.5]],
    ['a=true', 'parse s with "a=" a:bool', [1]],
    ['a=x', 'parse s with "a=" a:bool', [null]],
    [
      'at 2020-01-02 03:04:05.5, x',
      'parse s with "at " a:datetime "," *',
      ['2020-01-02T03:04:05.5Z'],
    ],
    ['at 2020-01-02T03:04:05Z x', 'parse s with "at " a:datetime * "x"', ['2020-01-02T03:04:05Z']],
    ['took 01:02:03;', 'parse s with "took " a:timespan ";"', ['01:02:03']],
    [
      'id 11111111-1111-1111-1111-111111111111!',
      'parse s with "id " a:guid "!"',
      ['11111111-1111-1111-1111-111111111111'],
    ],
    ['j={"k":[1]}', 'parse s with "j=" a:dynamic', [{ k: [1] }]],
    ['a.b*c', 'parse s with "a.b*" a', ['c']],
    ['axbxc', 'parse s with "a.b*" a', ['']],
    ['', 'parse s with "a" a:long', [null]],
    ['a,b,c', 'parse s with a "," b "," c', ['a', 'b', 'c']],
    ['a,b,c', 'parse s with a "," b', ['a', 'b,c']],
  ])('%j | %s', async (text, operator, expected) => {
    expect(await parsed(text, operator)).toEqual(expected);
  });
});

describe('parse: kinds and flags', () => {
  test.each([
    ['n=x m=5', 'parse s with "n=" n:long " m=" m:long', [null, null]],
    ['n=x m=5', 'parse kind=relaxed s with "n=" n:long " m=" m:long', [null, 5]],
    ['n=7x m=5', 'parse kind=relaxed s with "n=" n:long " m=" m:long', [null, 5]],
    ['n=7x m=5', 'parse kind=relaxed s with "n=" n:long * " m=" m:long', [7, 5]],
    ['q=x', 'parse kind=relaxed s with "n=" n:long', [null]],
    ['k=a,b,c', 'parse kind=regex s with "k=" x "," *', ['a,b']],
    ['k=a,b,c', 'parse kind=regex flags=U s with "k=" x "," *', ['a']],
    ['K=A,B', 'parse kind=regex flags=Ui s with "k=" x "," *', ['A']],
    ['k1=a k2=b', String.raw`parse kind=regex s with @"k\d=" x @" (k\d)=" y`, ['a', 'b']],
    ['a\nb', 'parse kind=regex s with "a" x "b"', ['']],
    ['a\nb', 'parse kind=regex flags=s s with "a" x "b"', ['\n']],
  ])('%j | %s', async (text, operator, expected) => {
    expect(await parsed(text, operator)).toEqual(expected);
  });
});

test('parse-where keeps the rows that match', async () => {
  const query = 'datatable(s:string)["a=1", "a=x", "b=2", ""] | parse-where s with "a=" a:long';
  expect(await kql.values(query)).toEqual([['a=1', 1]]);
});

test('a parsed column replaces one of its name, and others stay', async () => {
  const query = 'print s = "a=1", a = "old", z = 5 | parse s with "a=" a:long';
  expect(await kql.columns(query)).toEqual(['s: string', 'a: long', 'z: long']);
  expect(await kql.rows(query)).toEqual([{ s: 'a=1', a: 1, z: 5 }]);
});

test('what is no text is parsed by its text', async () => {
  expect(await kql.values('print n = 12.5 | parse n with a:long "." b:long')).toEqual([
    [12.5, 12, 5],
  ]);
});

describe('parse-kv: delimiters, quotes, escapes', () => {
  const keys = 'parse-kv s as (a:string, b:string, n:long)';
  test.each([
    ['a=1, b=x y ,n=5', `${keys} with (pair_delimiter=",", kv_delimiter="=")`, ['1', 'x y', 5]],
    ['a=1,a=2', `${keys} with (pair_delimiter=",", kv_delimiter="=")`, ['1', '', null]],
    ['a==1,b', `${keys} with (pair_delimiter=",", kv_delimiter="=")`, ['=1', '', null]],
    ['n=x', `${keys} with (pair_delimiter=",", kv_delimiter="=")`, ['', '', null]],
    ['a::1||b::2', `${keys} with (pair_delimiter="||", kv_delimiter="::")`, ['1', '2', null]],
    [
      'a="x, b=1", b="it\'s"',
      `${keys} with (pair_delimiter=",", kv_delimiter="=", quote='"')`,
      ['x, b=1', "it's", null],
    ],
    [
      'a=[x, y], "b"=(z)',
      `${keys} with (pair_delimiter=",", kv_delimiter="=", quote='[]', quote='"', quote='()')`,
      ['x, y', 'z', null],
    ],
    [
      'a="x\\"y", b=z"q"',
      `${keys} with (pair_delimiter=",", kv_delimiter="=", quote='"', escape='\\\\')`,
      ['x"y', 'z"q"', null],
    ],
    [
      'a=John Doe b=New York n=5',
      `${keys} with (pair_delimiter=" ", kv_delimiter="=")`,
      ['John', 'New', 5],
    ],
    [
      'a=John Doe b=New York n=5',
      `${keys} with (pair_delimiter=" ", kv_delimiter="=", greedy=true)`,
      ['John Doe', 'New York', 5],
    ],
    ['[INFO] a:x; b=y n 7', keys, ['x', 'y', 7]],
    ["a: 'x y' b", `${keys} with (quote="'")`, ['x y', '', null]],
    ['a is 1; n is 2', String.raw`${keys} with (regex=@"(\w+) is (\d+)")`, ['1', '', 2]],
    ['', keys, ['', '', null]],
  ])('%j | %s', async (text, operator, expected) => {
    expect(await parsed(text, operator)).toEqual(expected);
  });
});

describe('a pattern that cannot be right is refused', () => {
  test.each([
    ['print s = "a" | parse kind=regex s with "(" x', 'kql.semantic'],
    ['print s = "a" | parse kind=regex flags=q s with "a" x', 'kql.semantic'],
    ['print s = "a" | parse kind=other s with "a" x', /^kql\./],
    ['print s = "a" | parse-kv s as (a:string) with (regex="(a)")', 'kql.semantic'],
    ['print s = "a" | parse-kv s as (a:string) with (pair_delimiter=",")', 'kql.semantic'],
    [
      'print s = "a" | parse-kv s as (a:string) with (pair_delimiter="", kv_delimiter="=")',
      'kql.semantic',
    ],
  ])('%s', async (query, code) => {
    const error = await kql.error(query);
    expect(error.code).toMatch(code);
    expect(error.span).toBeDefined();
  });
});
