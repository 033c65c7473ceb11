import type { Hint, Problem, Schema } from '../api/types.js';
import { strings } from './strings.js';
import { wordsOf } from './words.js';

/** What a name that nothing is called was probably meant to be, with the fix that writes it. */
export function nearestName(
  query: string,
  problem: Problem | undefined,
  schema: Schema | undefined,
): Hint | undefined {
  const { position } = problem ?? {};
  if (problem?.code !== 'kql.semantic' || !position || !schema) return undefined;
  const { start, length } = position;
  const wrong = query.slice(start, start + length);
  if (!/^[A-Za-z_]\w{2,}$/.test(wrong)) return undefined;
  const words = new Set(wordsOf(query).map(({ text }) => text));
  const tables = schema.tables.filter(({ replacedBy }) => replacedBy === undefined);
  const used = tables.filter(({ name }) => words.has(name));
  const names = [
    ...used.flatMap(({ columns }) => columns.map(({ name }) => name)),
    ...tables.map(({ name }) => name),
  ];
  const text = closest(wrong, names);
  if (text === undefined) return undefined;
  return { message: strings.didYouMean(text), start, length, fix: { start, length, text } };
}

/** The name with the fewest letters to change, where that is a slip and not another word. */
function closest(wrong: string, names: readonly string[]): string | undefined {
  const most = Math.max(1, Math.floor(wrong.length / 4));
  let found: { readonly name: string; readonly changes: number } | undefined;
  for (const name of names) {
    if (Math.abs(name.length - wrong.length) > most) continue;
    const changes = distance(wrong.toLowerCase(), name.toLowerCase());
    if (changes <= most && changes < (found?.changes ?? Infinity)) found = { name, changes };
  }
  return found?.name;
}

/** Letters to add, take away or change (Levenshtein). */
function distance(a: string, b: string): number {
  let before = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = (before[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(same, (before[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    before = row;
  }
  return before[b.length] ?? 0;
}
