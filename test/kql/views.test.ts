import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Harness, startHarness } from './harness.js';

let kql: Harness;
beforeAll(async () => {
  kql = await startHarness();
});
afterAll(() => kql.close());

const views = `
let Cold1 = view () { print n=1, note='frost' };
let Cold2 = view () { print n=2, note='snow' };
let Cold3 = () { print n=3, note='frost' };
`;

describe('a wildcard that stands for views of the query', () => {
  test.each([
    [
      'union',
      'union withsource=t Cold* | project t, n | order by n asc',
      [
        ['Cold1', 1],
        ['Cold2', 2],
      ],
    ],
    ['union with a table', 'Cold3 | union Cold* | summarize sum(n)', [[6]]],
    ['search', "search in (Cold*) 'frost' | project n", [[1]]],
    [
      'a fuzzy union',
      'union isfuzzy=true Cold*, Warm*, (Hot | where n > 0) | summarize sum(n)',
      [[3]],
    ],
    [
      'a fuzzy union that begins with what is not there',
      'union isfuzzy=true (Hot | where n > 0), Cold* | summarize sum(n)',
      [[3]],
    ],
    ['find', 'find in (Cold*) where n > 1 | project note', [['snow']]],
  ])('%s', async (_name, query, expected) => {
    expect(await kql.values(`${views} ${query}`)).toEqual(expected);
  });
});

test('a column that is called as withsource calls its own keeps its values under another name', async () => {
  expect(
    await kql.rows('union withsource=a (print a=1, a1="x"), (print b=2) | sort by a asc'),
  ).toEqual([
    { a: 'union_arg0', a11: 1, a1: 'x', b: null },
    { a: 'union_arg1', a11: null, a1: '', b: 2 },
  ]);
});

test.each(['union isfuzzy=true Warm*', 'union isfuzzy=true Hot, (Warm | take 1) | count'])(
  'a fuzzy union of nothing: %s',
  async (query) => {
    const error = await kql.error(query);
    expect(error.message).toMatch(/Failed to resolve table or column expression named/);
  },
);

describe('restrict access', () => {
  test.each([
    ['one function', 'restrict access to (Cold3); Cold3 | project n', [[3]]],
    [
      'what the function itself reads',
      'let All = () { union Cold1, Cold2 }; restrict access to (All); All | count',
      [[2]],
    ],
    ['a pattern', 'restrict access to (Cold*); Cold1 | project n', [[1]]],
    ['all of the query', 'restrict access to (*); Cold2 | project n', [[2]]],
    ['scalars stay', 'let x = 7; restrict access to (Cold1); Cold1 | project x', [[7]]],
  ])('%s can be read', async (_name, query, expected) => {
    expect(await kql.values(`${views} ${query}`)).toEqual(expected);
  });

  test.each([
    ['another function', 'restrict access to (Cold3); Cold1'],
    ['a stored table', 'restrict access to (*); DeviceEvents | count'],
    ['a table not in the list', 'restrict access to (database().DeviceInfo); DeviceEvents | count'],
  ])('%s cannot be read', async (_name, query) => {
    const error = await kql.error(`${views} ${query}`);
    expect(error.message).toMatch(/Failed to resolve table or column expression named/);
  });
});
