import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Harness, startHarness } from './harness.js';

let kql: Harness;
beforeAll(async () => {
  kql = await startHarness();
});
afterAll(() => kql.close());

const unpack = 'evaluate bag_unpack(d)';

describe('a function whose columns the data name can be called again', () => {
  test.each<[string, string, string[], unknown[][]]>([
    [
      'with other values',
      `let f = (x: int) { print d = bag_pack("a", x) | ${unpack} }; union f(1), f(2) | sort by a asc`,
      ['a: long'],
      [[1], [2]],
    ],
    [
      'without parameters',
      `let f = () { print d = dynamic({"a": 1}) | ${unpack} }; union f(), f`,
      ['a: long'],
      [[1], [1]],
    ],
    [
      'by another function',
      `let f = (x: int) { print d = bag_pack("a", x) | ${unpack} }; let g = (y: int) { f(y) }; union f(1), g(2), g(3) | where a > 1 | sort by a asc`,
      ['a: long'],
      [[2], [3]],
    ],
    [
      'where the first call has no rows',
      `let f = (x: int) { print v = x | where v > 1 | extend d = bag_pack("a", v) | ${unpack} }; union f(1), f(2), f(3), f(0) | sort by a asc`,
      ['v: int', 'a: long'],
      [
        [2, 2],
        [3, 3],
      ],
    ],
    [
      'where none has rows',
      `let f = (x: int) { print v = x | where v > 5 | extend d = bag_pack("a", v) | ${unpack} }; union f(1), f(2) | where a == 1`,
      ['v: int', 'a: string'],
      [],
    ],
    [
      'of the same text as another one',
      `let f = (x: int) { print d = bag_pack("a", x) | ${unpack} }; let g = (x: int) { print d = bag_pack("a", x) | ${unpack} }; union f(1), g(2) | sort by a asc`,
      ['a: long'],
      [[1], [2]],
    ],
    [
      'with pivot',
      'let f = (x: int) { print k = "c", v = x | evaluate pivot(k, sum(v)) }; union f(1), f(2) | sort by c asc',
      ['c: long'],
      [[1], [2]],
    ],
  ])('%s', async (_name, query, columns, expected) => {
    expect(await kql.columns(query)).toEqual(columns);
    expect(await kql.values(query)).toEqual(expected);
  });

  test.each([
    [
      'bag_unpack',
      `let f = (x: int) { print d = bag_pack(strcat("a", x), 1) | ${unpack} }; union f(1), f(2)`,
    ],
    [
      'pivot',
      'let f = (x: int) { print k = x, v = 2 | evaluate pivot(k, sum(v)) }; union f(1), f(2)',
    ],
  ])('unless its columns differ: %s', async (name, query) => {
    const { message, span } = await kql.error(query);
    expect(message).toBe(
      `${name} in a function whose calls have different columns is not supported: declare them behind it: (Name: type, …).`,
    );
    expect(span?.start).toBe(query.indexOf(`${name}(`));
  });
});

describe('what is refused in a function stands where it was written', () => {
  test.each([
    ['let f = (x: int) { print current_cluster_endpoint() }; f(1)', 'current_cluster_endpoint()'],
    [
      'let g = (y: int) { print current_cluster_endpoint() }; let f = () { g(1) }; f',
      'current_cluster_endpoint()',
    ],
    [
      'let f = () { print 1 | evaluate python(typeof(*), "x") }; f() | count',
      'python(typeof(*), "x")',
    ],
    [
      'let f = (n: long) { strcat(n, current_cluster_endpoint()) }; print f(1)',
      'current_cluster_endpoint()',
    ],
  ])('%s', async (query, text) => {
    const { span } = await kql.error(query);
    expect(span).toEqual({ start: query.indexOf(text), length: text.length });
  });
});
