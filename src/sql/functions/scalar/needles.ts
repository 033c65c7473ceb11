import { convert } from '../../convert.js';
import type { CallSite, ScalarFunction } from '../../functions.js';
import { constantText, type Operand } from '../../operand.js';
import { join, literal, type Sql, sql } from '../../sql.js';
import { foldedText, hasSigma, termsOf } from '../../terms.js';
import { columnOf, constantOperand, elementOperand, elementTexts, listOf } from './list-items.js';
import { folded, has, hasPhrase, phrasePatterns, testTerms, withAnyCase } from './text-search.js';

type Site = Pick<CallSite, 'span' | 'filter'>;

/** Needles that a table may give, as Kusto bounds them. */
const maxNeedles = sql`10000`;

/** How one of several needles, or all of them, are looked for. */
interface Combination {
  readonly isAny: boolean;
  readonly tokens: Sql;
  readonly array: Sql;
  readonly operator: Sql;
}

const any: Combination = {
  isAny: true,
  tokens: sql`hasAnyTokens`,
  array: sql`arrayExists`,
  operator: sql` OR `,
};
const every: Combination = {
  isAny: false,
  tokens: sql`hasAllTokens`,
  array: sql`arrayAll`,
  operator: sql` AND `,
};

function hasList(
  call: Site,
  searched: Operand,
  items: readonly Operand[],
  combination: Combination,
): Sql {
  const subject = withAnyCase(searched);
  const { values, arrays, tables } = listOf(items);
  const haystack = convert(subject, 'string');
  const tests = [
    ...needleTests(call, subject, values, combination),
    ...arrays.map((array) =>
      array.expression.kind === 'scalarSubquery'
        ? hasTable(subject, sql`SELECT arrayJoin(${needleTexts(array)}) AS _n`, combination)
        : hasElements(haystack, array, combination),
    ),
    ...tables.map((table) => hasTable(subject, needleRows(table), combination)),
  ];
  if (tests.length === 0) return combination.isAny ? sql`false` : sql`true`;
  return sql`(${join(tests, combination.operator)})`;
}

/** Of several needles, those of one term each go to the index together, and so do those of several. */
function needleTests(
  call: Site,
  subject: Operand,
  values: readonly Operand[],
  { isAny }: Combination,
): Sql[] {
  const needles = values.map(textNeedle);
  if (!isAny) return needles.map((needle) => has(call, subject, needle));
  const terms = new Map<string, Operand>();
  const phrases = new Map<string, Operand>();
  const others: Operand[] = [];
  for (const needle of needles) {
    const lower = constantText(needle)?.toLowerCase() ?? '';
    const [first] = termsOf(lower);
    if (first === undefined || hasSigma(lower)) others.push(needle);
    else (first === lower ? terms : phrases).set(lower, needle);
  }
  const together = (of: Map<string, Operand>, test: typeof hasAnyTerm) =>
    of.size < 2
      ? [...of.values()].map((needle) => has(call, subject, needle))
      : [test(call, subject, [...of.keys()])];
  return [
    ...together(terms, hasAnyTerm),
    ...together(phrases, hasAnyPhrase),
    ...others.map((needle) => has(call, subject, needle)),
  ];
}

/** Characters of one pattern, far from the most that the engine compiles. */
const longestPattern = 20_000;

/** A term of each phrase finds the rows in which a pattern of all of them then looks. */
function hasAnyPhrase(call: Site, subject: Operand, phrases: readonly string[]): Sql {
  const found = hasAnyTerm(call, subject, telling(phrases));
  const searched = foldedText(convert(subject, 'string'));
  const patterns = phrasePatterns(phrases, longestPattern);
  const tests = patterns.map((pattern) => sql`match(${searched}, ${literal(pattern)})`);
  return sql`(${found} AND (${join(tests, sql` OR `)}))`;
}

/** Of each phrase the term that the fewest others have, and of these the longest. */
function telling(phrases: readonly string[]): string[] {
  const termsOfEach = phrases.map((phrase) => [...new Set(termsOf(phrase))]);
  const counts = new Map<string, number>();
  for (const term of termsOfEach.flat()) counts.set(term, (counts.get(term) ?? 0) + 1);
  const rarity = (term: string) => counts.get(term) ?? 0;
  const best = termsOfEach.map((terms) =>
    terms.reduce((one, other) => {
      const difference = rarity(other) - rarity(one) || one.length - other.length;
      return difference < 0 ? other : one;
    }),
  );
  return [...new Set(best)];
}

function hasAnyTerm(call: Site, subject: Operand, terms: readonly string[]): Sql {
  const list = sql`[${join(terms.map(literal))}]`;
  const test = testTerms(subject, (searched) => sql`hasAnyTokens(${searched}, ${list})`);
  // For the index alone: see `narrowed`.
  const isNarrowed =
    call.filter && subject.type === 'dynamic' && subject.expression.kind === 'column';
  const isPlain = terms.length <= maxSearched && terms.every((term) => /^[a-z0-9]{4,}$/.test(term));
  return isNarrowed && isPlain
    ? sql`(multiSearchAny(${foldedText(subject)}, ${list}) AND ${test})`
    : test;
}

/** What the engine takes at a time. */
const maxSearched = 255;

function textNeedle(value: Operand): Operand {
  if (value.type === 'string') return value;
  const constant = value.constant;
  const isPlain =
    constant &&
    (constant.type === 'long' || constant.type === 'int' || constant.type === 'dynamic');
  return isPlain && constant.value !== null
    ? constantOperand({ type: 'string', value: String(constant.value) }, value)
    : convert(value, 'string');
}

function needleTexts(array: Operand): Sql {
  const text = convert(elementOperand(sql`_e`, array), 'string');
  return sql`arrayMap(_e -> ${foldedText(text)}, ${elementTexts(array)})`;
}

function hasElements(haystack: Operand, array: Operand, { array: fn }: Combination): Sql {
  const searched = folded(haystack);
  return sql`${fn}(_n -> ${hasPhrase(searched, sql`_n`)}, ${needleTexts(array)})`;
}

function needleRows(table: Operand): Sql {
  const column = columnOf(table);
  if (table.type === 'dynamic') {
    return sql`SELECT arrayJoin(${needleTexts(column)}) AS _n FROM (${table})`;
  }
  return sql`SELECT ${foldedText(convert(column, 'string'))} AS _n FROM (${table})`;
}

/** Needles that are known when the query starts: one-term ones for the index, and the rest. */
function hasTable(
  subject: Operand,
  rows: Sql,
  { isAny, tokens, array, operator }: Combination,
): Sql {
  const isSingle = sql`match(_n, '^[\\\\p{L}\\\\p{N}]+$')`;
  const longest = sql`arraySort(_t -> -length(_t), extractAll(_n, '[\\\\p{L}\\\\p{N}]+'))[1]`;
  const needles = sql`(SELECT (groupUniqArrayIf(${maxNeedles})(_n, ${isSingle}), groupUniqArrayIf(${maxNeedles})(_n, NOT ${isSingle}), groupUniqArrayIf(${maxNeedles})(${longest}, NOT ${isSingle})) FROM (${rows}))`;
  const [single, phrases, telling] = [1, 2, 3].map(
    (place) => sql`tupleElement(${needles}, ${{ text: String(place) }})`,
  ) as [Sql, Sql, Sql];
  const phrase = sql`${array}(_n -> ${hasPhrase(folded(convert(subject, 'string')), sql`_n`)}, ${phrases})`;
  // A term of each phrase finds the rows in which the phrases are then looked for, unless one has no term.
  const ofPhrases = isAny
    ? sql`((has(${telling}, '') OR ${testTerms(subject, (searched) => sql`hasAnyTokens(${searched}, ${telling})`)}) AND ${phrase})`
    : phrase;
  // Constants: where there is no such needle the engine drops the test.
  const some = (list: Sql, test: Sql) =>
    isAny ? sql`(notEmpty(${list}) AND ${test})` : sql`(empty(${list}) OR ${test})`;
  const ofSingle = testTerms(subject, (searched) => sql`${tokens}(${searched}, ${single})`);
  return sql`(${some(single, ofSingle)}${operator}${some(phrases, ofPhrases)})`;
}

export const needleFunctions = {
  has_any: {
    doc: 'has-any-operator',
    nullable: 'never',
    emitCall: (call, value: Operand, ...items: Operand[]) => hasList(call, value, items, any),
    examples: [
      ['"North America" has_any ("south", "north")', 'true'],
      ['"cmd.exe /c whoami" has_any (dynamic(["net.exe", "cmd.exe"]))', 'true'],
    ],
  },
  has_all: {
    doc: 'has-all-operator',
    nullable: 'never',
    emitCall: (call, value: Operand, ...items: Operand[]) => hasList(call, value, items, every),
    examples: [['"visual studio code" has_all ("code", "Visual")', 'true']],
  },
  has_any_index: {
    doc: 'has-any-index-function',
    nullable: 'never',
    emit: (source: Operand, values: Operand) => {
      const searched = folded(convert(source, 'string'));
      const list = needleTexts(convert(values, 'dynamic'));
      return sql`(toInt64(arrayFirstIndex(_n -> ${hasPhrase(searched, sql`_n`)}, ${list})) - 1)`;
    },
    examples: [
      ['has_any_index("this is an example", dynamic(["not", "example"]))', '1'],
      ['has_any_index("this is an example", dynamic([]))', '-1'],
    ],
  },
} satisfies Record<string, ScalarFunction>;
