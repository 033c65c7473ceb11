import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HuntError } from '../../src/errors.js';
import { corpus } from './corpus.js';
import { type Harness, startHarness } from './harness.js';
import { anyText, mutatedHunt } from './hostile-text.js';

let kql: Harness;
beforeAll(async () => {
  kql = await startHarness({ tables: true });
});
afterAll(() => kql.close());

/** How many mutated texts are tried; a nightly run asks for more. */
const runs = Number(process.env['QUARRY_FUZZ_RUNS'] ?? 2000);
/** The same texts every time; `QUARRY_FUZZ_SEED` tries others, and `bench/hostile-text.ts` many more. */
const seed = Number(process.env['QUARRY_FUZZ_SEED'] ?? 4711);

const limits = { wallSeconds: 20, memoryBytes: 1e9, rows: 1000, resultBytes: 50e6 };

/** Null when the text was answered or refused as it should be, else what happened. */
async function misbehaviour(text: string): Promise<string | null> {
  try {
    await kql.rows(text, { limits });
    return null;
  } catch (error) {
    if (!(error instanceof HuntError)) return `${(error as Error).stack}`;
    return error.status < 500 ? null : `${error.message} ${String(error.cause)}`;
  }
}

describe('a text that gets neither an answer nor a refusal', () => {
  test.each(corpus.map((text) => [text]))('%s', async (text) => {
    expect(await misbehaviour(text)).toBeNull();
  });

  test('mutations of valid hunts', async () => {
    await fc.assert(
      fc.asyncProperty(mutatedHunt, async (text) => {
        const found = await misbehaviour(text);
        if (found) throw new Error(`${text}\n=> ${found}`);
      }),
      { seed, numRuns: runs, endOnFailure: true },
    );
  }, 600_000);

  test('any text', async () => {
    await fc.assert(
      fc.asyncProperty(anyText, async (text) => {
        const found = await misbehaviour(text);
        if (found) throw new Error(`${JSON.stringify(text)}\n=> ${found}`);
      }),
      { seed, numRuns: Math.ceil(runs / 3) },
    );
  }, 600_000);

  test.each([
    ['a datetime with a sign', 'print floor(-datetime(2020-01-01), 1h)'],
    ['nested brackets', `print ${'('.repeat(10_000)}1${')'.repeat(10_000)}`],
    ['nested calls', `print ${'strcat('.repeat(3000)}"a"${')'.repeat(3000)}`],
    [
      'a long chain of or',
      `DeviceEvents | where ${Array.from({ length: 5000 }, (_, i) => `ReportId == ${i}`).join(' or ')}`,
    ],
    [
      'a long list',
      `DeviceEvents | where FileName in (${Array.from({ length: 20_000 }, (_, i) => `"f${i}"`).join(', ')})`,
    ],
    ['a long pipe', `DeviceEvents${' | extend x = 1'.repeat(1500)}`],
    [
      'lets that use the one before twice',
      `let a0 = dynamic([1]); ${Array.from({ length: 60 }, (_, n) => `let a${n + 1} = array_concat(a${n}, a${n});`).join(' ')} print a60`,
    ],
    [
      'columns that use the one before twice',
      `print x = 1${' | extend x = iff(x > 1, x + 1, x)'.repeat(40)}`,
    ],
    ['a union of many', `print x = 1${' | union (print x = 2)'.repeat(200)}`],
    ['a long sum', `print ${'1+'.repeat(5000)}1`],
    ['a decimal that is none', 'print x = decimal("abc") * 2, y = decimal("1e77")'],
    ['a guid that is none', 'print x = indexof(guid(59-1e4e), "cde")'],
    ['a name that is computed', 'print x = datetime_diff(guid(1), now(), now())'],
    [
      'a text for a number',
      'let f = (n: long, s: string) { strcat(s, n) }; print f(1, ""), f("", "")',
    ],
    ['an argument too few', 'print series_fill_const(dynamic([1, null]))'],
    ['texts in a digest', 'print x = percentiles_array_tdigest(dynamic([1, "a", 3]), 1, 0)'],
    ['a number as text', 'DeviceEvents | invoke FileProfile(SHA1, "a") | project SHA1'],
    ['NUL and lone surrogates', 'print "a\0b\ud800c"'],
    ['one megabyte', `print "${'x'.repeat(1_000_000)}"`],
  ])(
    '%s',
    async (_, text) => {
      expect(await misbehaviour(text)).toBeNull();
    },
    120_000,
  );
});
