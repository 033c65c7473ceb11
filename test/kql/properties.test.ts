import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Harness, startHarness } from './harness.js';
import { bound, condition, key, needle, number, scalar, table } from './random-queries.js';

let kql: Harness;
beforeAll(async () => {
  kql = await startHarness();
});
afterAll(() => kql.close());

/** How many tables each property is tried with; a nightly run asks for more. */
const numRuns = Number(process.env['QUARRY_PROPERTY_RUNS'] ?? 5);
/** The same tables every time; another number tries others. */
const seed = Number(process.env['QUARRY_PROPERTY_SEED'] ?? 4711);

/** Two ways to the same rows over a table `T`. */
type Routes = readonly [string, string];

const properties: readonly (readonly [name: string, routes: fc.Arbitrary<Routes>])[] = [
  [
    'where before and after extend',
    fc
      .tuple(condition, number)
      .map(([c, e]) => [`T | where ${c} | extend x = ${e}`, `T | extend x = ${e} | where ${c}`]),
  ],
  [
    'one where of two conditions and two of one',
    fc
      .tuple(condition, condition)
      .map(([a, b]) => [`T | where ${a} | where ${b}`, `T | where (${a}) and (${b})`]),
  ],
  [
    'a condition, its opposite and neither are all rows',
    condition.map((c) => [
      'T | project n, s',
      `union (T | where ${c}), (T | where not(${c})), (T | where isnull(${c})) | project n, s`,
    ]),
  ],
  [
    'a computed condition and the condition itself',
    condition.map((c) => [`T | where ${c}`, `T | extend x = (${c}) | where x | project-away x`]),
  ],
  [
    'top, and sort with take',
    fc
      .tuple(scalar, fc.constantFrom('asc', 'desc'), fc.nat({ max: 5 }))
      .map(([k, order, n]) => [
        `T | top ${n} by ${k} ${order} | project ${k}`,
        `T | sort by ${k} ${order} | take ${n} | project ${k}`,
      ]),
  ],
  ['distinct and summarize by', key.map((k) => [`T | distinct ${k}`, `T | summarize by ${k}`])],
  [
    'distinct and the keys of counts',
    key.map((k) => [`T | distinct ${k}`, `T | summarize count() by ${k} | project-away count_`]),
  ],
  [
    'summarize in one step and in two',
    fc
      .tuple(key, scalar)
      .map(([k, also]) => [
        `T | summarize c = count(), m = max(n), x = min(n), u = sum(n) by ${k}`,
        `T | summarize c = count(), m = max(n), x = min(n), u = sum(n) by ${k}, o = ${also} | summarize c = sum(c), m = max(m), x = min(x), u = sum(u) by ${k}`,
      ]),
  ],
  [
    'countif and the count of a filter',
    condition.map((c) => [
      `T | summarize x = countif(${c})`,
      `T | where ${c} | summarize x = count()`,
    ]),
  ],
  [
    'sumif and the sum of a case',
    condition.map((c) => [
      `T | summarize x = sumif(n, ${c})`,
      `T | summarize x = sum(iff(${c}, n, 0))`,
    ]),
  ],
  [
    'the order of a union',
    fc
      .tuple(condition, condition)
      .map(([a, b]) => [
        `union (T | where ${a}), (T | where ${b})`,
        `union (T | where ${b}), (T | where ${a})`,
      ]),
  ],
  [
    'a semi join and in',
    fc
      .tuple(fc.constantFrom('s', 'n', 't'), condition)
      .map(([k, c]) => [
        `T | where isnotempty(${k}) | join kind=leftsemi (T | where ${c}) on ${k}`,
        `T | where isnotempty(${k}) | where ${k} in ((T | where ${c} | project ${k}))`,
      ]),
  ],
  [
    'an anti join and !in',
    fc
      .tuple(fc.constantFrom('s', 'n', 't'), condition)
      .map(([k, c]) => [
        `T | where isnotempty(${k}) | join kind=leftanti (T | where ${c}) on ${k}`,
        `T | where isnotempty(${k}) | where ${k} !in ((T | where ${c} | project ${k}))`,
      ]),
  ],
  [
    'an outer join and its two parts',
    fc
      .tuple(fc.constantFrom('s', 'n'), condition)
      .map(([k, c]) => [
        `T | project ${k}, b | join kind=leftouter (T | where ${c} | project ${k}, r) on ${k} | project ${k}, b, r`,
        `union (T | project ${k}, b | join kind=inner (T | where ${c} | project ${k}, r) on ${k} | project ${k}, b, r), (T | project ${k}, b | join kind=leftanti (T | where ${c} | project ${k}, r) on ${k} | extend r = real(null))`,
      ]),
  ],
  [
    'innerunique, and inner after one row of each key',
    condition.map((c) => [
      `T | summarize by s | join kind=innerunique (T | where ${c}) on s`,
      `T | summarize by s | join kind=inner (T | where ${c}) on s`,
    ]),
  ],
  [
    'rows of mv-expand and lengths of arrays',
    condition.map((c) => [
      `T | where ${c} | mv-expand l | summarize x = count()`,
      `T | where ${c} | summarize x = sum(array_length(l))`,
    ]),
  ],
  [
    'mv-apply and the whole array',
    fc.constant([
      'T | mv-apply x = l to typeof(string) on (summarize y = strcat_array(make_list(x), "+")) | project s, y',
      // An empty list has no row to apply anything to.
      'T | where array_length(l) > 0 | project s, y = strcat_array(l, "+")',
    ]),
  ],
  [
    'iff and case',
    fc
      .tuple(condition, number, number)
      .map(([c, a, b]) => [
        `T | project x = iff(${c}, ${a}, ${b})`,
        `T | project x = case(${c}, ${a}, ${b})`,
      ]),
  ],
  [
    'nested iff and case',
    fc
      .tuple(condition, condition)
      .map(([c, d]) => [
        `T | project x = iff(${c}, 1, iff(${d}, 2, 3))`,
        `T | project x = case(${c}, 1, ${d}, 2, 3)`,
      ]),
  ],
  [
    'has and a regular expression of word edges',
    needle.map((word) => [
      `T | where s has "${word}"`,
      `T | where s matches regex @"(?i)(^|[^a-z0-9])${word}([^a-z0-9]|$)"`,
    ]),
  ],
  [
    'contains, a regular expression, and its place',
    needle.map((word) => [
      `T | where s contains "${word}" and indexof(tolower(s), tolower("${word}")) >= 0`,
      `T | where s matches regex "(?i)${word}"`,
    ]),
  ],
  [
    'has_any and several has',
    fc
      .tuple(needle, needle)
      .map(([a, b]) => [
        `T | where s has_any ("${a}", "${b}")`,
        `T | where s has "${a}" or s has "${b}"`,
      ]),
  ],
  [
    'in~ and comparisons that ignore case',
    fc
      .tuple(needle, needle)
      .map(([a, b]) => [
        `T | where s in~ ("${a}", "${b}")`,
        `T | where s =~ "${a}" or s =~ "${b}"`,
      ]),
  ],
  [
    'between and two comparisons',
    fc
      .tuple(number, bound, bound)
      .map(([e, from, to]) => [
        `T | where ${e} between (${from} .. ${to})`,
        `T | where ${e} >= ${from} and ${e} <= ${to}`,
      ]),
  ],
  [
    'bin and the remainder',
    fc
      .tuple(fc.constantFrom('n', 'n + 1'), fc.integer({ min: 1, max: 5 }))
      .map(([e, size]) => [
        `T | project x = bin(${e}, ${size})`,
        `T | project x = (${e}) - ((${e}) % ${size} + ${size}) % ${size}`,
      ]),
  ],
  [
    'arg_max and the first of each partition',
    fc
      .constantFrom('s', 'b')
      .map((k) => [
        `T | where isnotnull(n) | summarize arg_max(n) by ${k}`,
        `T | where isnotnull(n) | partition hint.strategy=native by ${k} (top 1 by n) | project ${k}, n`,
      ]),
  ],
  [
    'a let table and its text twice',
    fc
      .tuple(condition, key)
      .map(([c, k]) => [
        `let X = T | where ${c} | summarize c = count() by ${k}; X | join kind=inner X on ${k} | project c, c1`,
        `let X = materialize(T | where ${c} | summarize c = count() by ${k}); X | join kind=inner X on ${k} | project c, c1`,
      ]),
  ],
];

/** The rows in an order of their own. */
async function sorted(query: string): Promise<string[]> {
  return (await kql.values(query)).map((row) => JSON.stringify(row)).sort();
}

describe('two ways to the same rows that differ', () => {
  test.each(properties)(
    '%s',
    async (_, routes) => {
      await fc.assert(
        fc.asyncProperty(table, routes, async (rows, [first, second]) => {
          const [a, b] = [`let T = ${rows}; ${first}`, `let T = ${rows}; ${second}`];
          expect(await sorted(a), `${a}\n${b}`).toEqual(await sorted(b));
        }),
        { seed, numRuns },
      );
    },
    3_600_000,
  );
});
