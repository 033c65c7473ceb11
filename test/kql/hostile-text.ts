import fc from 'fast-check';
import { scalarFunctions } from '../../src/sql/functions/scalar.js';
import { corpus } from './corpus.js';

const hunts: readonly string[] = [
  ...corpus,
  ...Object.values(scalarFunctions)
    .flatMap(({ examples }) => examples ?? [])
    .map(([kql]) => `print x = ${kql}`),
];

const pieces = [
  ...'()[]{}|,;:=.*"\'@\\\n\0\u00a0é'.split(''),
  ' and ',
  ' or ',
  ' by ',
  ' in ',
  'where ',
  '| take 1',
  '| summarize count()',
  'toscalar(',
  'let x = ',
  "'; DROP TABLE x --",
  '`',
  '\ud800',
];

const literals = [
  'null',
  'dynamic(null)',
  'dynamic([1, "a", {"k": null}])',
  '0',
  '-1',
  '9223372036854775807',
  'int(null)',
  'real(nan)',
  '1e308',
  'decimal(1.5)',
  'datetime(null)',
  'datetime(0001-01-01)',
  '1d',
  '-10675199d',
  '""',
  '"é\\u0000\ud83d\ude00"',
  'true',
  'guid(74be27de-1e4e-49d9-b579-fe0b331d3642)',
  'x',
  'Timestamp',
  'DeviceId',
];

/** Calls, words, texts and numbers; the rest stays as it is. */
const token = /[A-Za-z_]\w* ?\(|[A-Za-z_]\w*|"(?:[^"\\]|\\.)*"|\d+(?:\.\d+)?\w*/g;
const kindOf = (text: string) =>
  text.endsWith('(') ? 'call' : /^[A-Za-z_]/.test(text) ? 'word' : 'literal';
const tokens = new Map<string, readonly string[]>(
  ['call', 'word', 'literal'].map((kind) => [
    kind,
    [...new Set(hunts.flatMap((text) => text.match(token) ?? []))]
      .filter((text) => kindOf(text) === kind)
      .concat(kind === 'literal' ? literals : []),
  ]),
);

interface Edit {
  readonly at: number;
  readonly remove: number;
  readonly insert: string;
  readonly other: number;
}

const edit = fc.record({
  /** Evenly spread, as real numbers of fast-check are not. */
  at: fc.nat({ max: 9999 }).map((part) => part / 10_000),
  remove: fc.integer({ min: 0, max: 12 }),
  insert: fc.constantFrom('', ...pieces, ...literals),
  other: fc.nat(),
});
const edits = fc.array(edit, { minLength: 1, maxLength: 3 });
const hunt = fc.constantFrom(...hunts);

/** Characters away and others in their place. */
function cut(current: string, { at, remove, insert }: Edit): string {
  const place = Math.floor(at * current.length);
  return current.slice(0, place) + insert + current.slice(place + remove);
}

/** A word or a literal replaced by another one, so that more texts are valid. */
function swap(current: string, { at, other }: Edit): string {
  const found = [...current.matchAll(token)];
  const chosen = found[Math.floor(at * found.length)];
  if (!chosen) return current;
  const choice = tokens.get(kindOf(chosen[0])) ?? [];
  const insert = choice[other % choice.length] ?? '';
  return current.slice(0, chosen.index) + insert + current.slice(chosen.index + chosen[0].length);
}

/** Hunts with up to three edits each. */
export const mutatedHunt = fc.oneof(
  fc.tuple(hunt, edits).map(([text, changes]) => changes.reduce(cut, text)),
  {
    weight: 3,
    arbitrary: fc.tuple(hunt, edits).map(([text, changes]) => changes.reduce(swap, text)),
  },
);

/** Characters of any kind. */
export const anyText = fc.string({ unit: 'binary', maxLength: 300 });
