import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Harness, startHarness } from './harness.js';

let kql: Harness;
beforeAll(async () => {
  kql = await startHarness();
});
afterAll(() => kql.close());

const sales = `datatable(fruit: string, shop: string, size: int, n: long) [
  'fig', 'A', 1, 1, 'fig', 'A', 1, 1, 'fig', 'A', 2, 1, 'fig', 'B', 2, 1, 'kiwi', 'B', 2, 5, 'lime', 'C', 3, 1]`;

describe('a pattern that is missing, counted wrongly or shown twice', () => {
  test.each([
    [
      'basket: values that always come together are one pattern',
      `${sales} | project-away n | evaluate basket(0.5)`,
      [
        [0, 4, 66.67, 'fig', '', null],
        [1, 3, 50, '', '', 2],
        [2, 3, 50, 'fig', 'A', null],
      ],
    ],
    [
      'basket: weights and wildcards',
      `${sales} | evaluate basket(0.5, n, '~', '*', int(-1))`,
      [
        [0, 7, 70, '*', '*', 2],
        [1, 6, 60, '*', 'B', 2],
        [2, 5, 50, 'kiwi', 'B', 2],
      ],
    ],
    ['basket: no rows', `${sales} | where n > 9 | evaluate basket()`, []],
    [
      'diffpatterns: what one set has and the other lacks',
      `${sales} | project fruit, shop, big=size > 1 | evaluate diffpatterns(big, 'false', 'true', '~', 0.7)`,
      [[0, 2, 1, 100, 25, 75, 'fig', 'A']],
    ],
    [
      'autocluster: the best pattern of each frequent row',
      `${sales} | project fruit, shop | evaluate autocluster(0.5, '~', 2)`,
      [
        [0, 3, 50, 'fig', 'A'],
        [1, 1, 16.67, 'lime', 'C'],
      ],
    ],
  ])('%s', async (_what, query, expected) => {
    expect(await kql.values(query)).toEqual(expected);
  });

  test.each([
    ['a threshold out of range', `${sales} | evaluate basket(0.001)`, /from 0.015 to 1/],
    ['a weight that is no column', `${sales} | evaluate basket(0.1, 5)`, /Column name expected/],
    [
      'more columns than can be searched',
      `print ${Array.from({ length: 40 }, (_, index) => `c${index}=1`).join(', ')} | evaluate basket()`,
      /finds no patterns of 5 among 40 columns/,
    ],
  ])('%s is answered', async (_what, query, message) => {
    const error = await kql.error(query);
    expect(error.message).toMatch(message);
    expect(error.status).toBe(400);
  });
});
