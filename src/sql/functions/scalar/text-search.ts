import { convert } from '../../convert.js';
import type { ScalarFunction } from '../../functions.js';
import { constantText, type Operand } from '../../operand.js';
import { join, literal, type Sql, sql } from '../../sql.js';

/** Letters and digits: a term is a maximal run of them. */
const termPattern = /[\p{L}\p{N}]+/gu;
const boundaryBefore = '(?:^|[^\\p{L}\\p{N}])';
const boundaryAfter = '(?:[^\\p{L}\\p{N}]|$)';

function text(operand: Operand): Operand {
  return convert(operand, 'string');
}

/** Lower case of every script: the expression that the text indexes are built on. */
function folded(operand: Operand): Sql {
  const value = constantText(operand);
  return value === undefined ? sql`lowerUTF8(${text(operand)})` : literal(value.toLowerCase());
}

export function escapeLike(value: string): string {
  return value.replace(/[\\%_]/g, '\\$&');
}

export function escapeRegex(value: string): string {
  return value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Whether a term (or a phrase whose own ends are term boundaries) stands in the text. */
function has(subject: Operand, needle: Operand): Sql {
  const value = constantText(needle);
  if (value !== undefined) return hasConstant(text(subject), value);
  const pattern = sql`concat('(?:^|[^\\\\p{L}\\\\p{N}])', regexpQuoteMeta(${folded(needle)}), '(?:[^\\\\p{L}\\\\p{N}]|$)')`;
  return sql`(empty(${text(needle)}) OR match(${folded(subject)}, ${pattern}))`;
}

function hasConstant(subject: Operand, needle: string): Sql {
  const lower = needle.toLowerCase();
  const haystack = sql`lowerUTF8(${subject})`;
  const terms = lower.match(termPattern) ?? [];
  const [only] = terms;
  if (lower === '') return sql`true`;
  if (only === lower) return sql`hasToken(${haystack}, ${literal(lower)})`;
  const tokens = terms
    .filter((term) => /^[a-z0-9]+$/.test(term))
    .map((term) => sql`hasToken(${haystack}, ${literal(term)})`);
  const checks = [...tokens, sql`match(${haystack}, ${literal(phrasePattern(lower))})`];
  return sql`(${join(checks, sql` AND `)})`;
}

/** The phrase between term boundaries, at those of its ends that are letters or digits. */
function phrasePattern(phrase: string): string {
  const characters = [...phrase];
  const isTerm = (character: string | undefined) =>
    character !== undefined && /[\p{L}\p{N}]/u.test(character);
  return `(?s)${isTerm(characters[0]) ? boundaryBefore : ''}${escapeRegex(phrase)}${isTerm(characters.at(-1)) ? boundaryAfter : ''}`;
}

function hasCaseSensitive(subject: Operand, needle: Operand): Sql {
  const value = constantText(needle);
  if (value === undefined) {
    const pattern = sql`concat('(?:^|[^\\\\p{L}\\\\p{N}])', regexpQuoteMeta(${text(needle)}), '(?:[^\\\\p{L}\\\\p{N}]|$)')`;
    return sql`match(${text(subject)}, ${pattern})`;
  }
  return sql`(${hasConstant(text(subject), value)} AND match(${text(subject)}, ${literal(phrasePattern(value))}))`;
}

function contains(subject: Operand, needle: Operand): Sql {
  const value = constantText(needle);
  if (value === undefined) return sql`(position(${folded(subject)}, ${folded(needle)}) > 0)`;
  return sql`(lowerUTF8(${text(subject)}) LIKE ${literal(`%${escapeLike(value.toLowerCase())}%`)})`;
}

function containsCaseSensitive(subject: Operand, needle: Operand): Sql {
  const value = constantText(needle);
  if (value === undefined) return sql`(position(${text(subject)}, ${text(needle)}) > 0)`;
  return sql`(${text(subject)} LIKE ${literal(`%${escapeLike(value)}%`)} AND ${contains(subject, needle)})`;
}

function edge(fn: Sql, subject: Operand, needle: Operand): Sql {
  const value = constantText(needle);
  const test = sql`${fn}(${folded(subject)}, ${folded(needle)})`;
  // Long enough for the n-gram index: the redundant LIKE lets it skip.
  return value !== undefined && [...value].length >= 4
    ? sql`(${test} AND ${contains(subject, needle)})`
    : test;
}

function edgeCaseSensitive(fn: Sql, subject: Operand, needle: Operand): Sql {
  const value = constantText(needle);
  const test = sql`${fn}(${text(subject)}, ${text(needle)})`;
  return value !== undefined && [...value].length >= 4
    ? sql`(${test} AND ${contains(subject, needle)})`
    : test;
}

function affix(before: string, after: string, isFolded: boolean) {
  return (subject: Operand, needle: Operand): Sql => {
    const haystack = isFolded ? folded(subject) : text(subject);
    const value = constantText(needle);
    if (value !== undefined) {
      const shown = isFolded ? value.toLowerCase() : value;
      if (shown === '') return sql`true`;
      const pattern = `(?s)${before}${escapeRegex(shown)}${after}`;
      return sql`(${contains(subject, needle)} AND match(${haystack}, ${literal(pattern)}))`;
    }
    const quoted = sql`regexpQuoteMeta(${isFolded ? folded(needle) : text(needle)})`;
    return sql`match(${haystack}, concat(${literal(before)}, ${quoted}, ${literal(after)}))`;
  };
}

function matchesRegex(subject: Operand, pattern: Operand): Sql {
  const value = constantText(pattern);
  if (value === undefined) return sql`match(${text(subject)}, concat('(?-s)', ${text(pattern)}))`;
  const required = requiredLiteral(value);
  const test = sql`match(${text(subject)}, ${literal(regexOf(value))})`;
  return required === undefined
    ? test
    : sql`(${test} AND lowerUTF8(${text(subject)}) LIKE ${literal(`%${escapeLike(required)}%`)})`;
}

/** ClickHouse lets `.` match a line break unless told otherwise; Kusto does not. */
export function regexOf(pattern: string): string {
  return `(?-s)${pattern}`;
}

/** A text of four or more characters that every match of the pattern contains, lower-cased; only where that is plain to see. */
export function requiredLiteral(pattern: string): string | undefined {
  if (
    /[|()[\]{}?*\\^$]/.test(
      pattern.replace(/\\[.\\/\-_ ]/g, '').replace(/\.[*+]\??|\^|\$|\(\?i\)/g, ''),
    )
  )
    return undefined;
  const pieces = pattern
    .replace(/^\(\?i\)|^\^|\$$/g, '')
    .replace(/\\([.\\/\-_ ])/g, (_, c: string) => (c === '.' ? '\u0000' : c))
    .split(/\.[*+]?\??|\+/)
    .map((piece) => piece.replaceAll('\u0000', '.'));
  // A quantifier could take a piece's last character away, so `+` ends one before it.
  const longest = pieces.reduce((best, piece) => (piece.length > best.length ? piece : best), '');
  return longest.length >= 4 && !pattern.includes('+') ? longest.toLowerCase() : undefined;
}

function like(pattern: Operand): Sql {
  const value = constantText(pattern);
  return value === undefined ? text(pattern) : literal(value);
}

type Test = (subject: Operand, needle: Operand) => Sql;

function pair(doc: string, test: Test): [ScalarFunction, ScalarFunction] {
  return [
    { doc, nullable: 'never', emit: test },
    {
      doc,
      nullable: 'never',
      emit: (subject: Operand, needle: Operand) => sql`(NOT ${test(subject, needle)})`,
    },
  ];
}

const startsWith: Test = (a, b) => edge(sql`startsWith`, a, b);
const endsWith: Test = (a, b) => edge(sql`endsWith`, a, b);

/** Name, documentation page, test; each with its negation. */
const tests: readonly (readonly [name: string, negated: string, doc: string, test: Test])[] = [
  ['=~', '!~', 'equals-operator', (a, b) => sql`(${folded(a)} = ${folded(b)})`],
  ['has', '!has', 'has-operator', has],
  ['has_cs', '!has_cs', 'has-cs-operator', hasCaseSensitive],
  ['hasprefix', '!hasprefix', 'hasprefix-operator', affix(boundaryBefore, '', true)],
  ['hasprefix_cs', '!hasprefix_cs', 'hasprefix-cs-operator', affix(boundaryBefore, '', false)],
  ['hassuffix', '!hassuffix', 'hassuffix-operator', affix('', boundaryAfter, true)],
  ['hassuffix_cs', '!hassuffix_cs', 'hassuffix-cs-operator', affix('', boundaryAfter, false)],
  ['contains', '!contains', 'contains-operator', contains],
  ['contains_cs', '!contains_cs', 'contains-cs-operator', containsCaseSensitive],
  ['startswith', '!startswith', 'startswith-operator', startsWith],
  [
    'startswith_cs',
    '!startswith_cs',
    'startswith-cs-operator',
    (a, b) => edgeCaseSensitive(sql`startsWith`, a, b),
  ],
  ['endswith', '!endswith', 'endswith-operator', endsWith],
  [
    'endswith_cs',
    '!endswith_cs',
    'endswith-cs-operator',
    (a, b) => edgeCaseSensitive(sql`endsWith`, a, b),
  ],
  ['matches regex', '!matches regex', 'matches-regex-operator', matchesRegex],
  [
    'like',
    'notlike',
    'datatypes-string-operators',
    (a, b) => sql`(${folded(a)} LIKE lowerUTF8(${like(b)}))`,
  ],
  [
    'likecs',
    'notlikecs',
    'datatypes-string-operators',
    (a, b) => sql`(${text(a)} LIKE ${like(b)})`,
  ],
  [':', '!:', 'search-operator', has],
];

export const textSearchFunctions: Readonly<Record<string, ScalarFunction>> = Object.fromEntries(
  tests.flatMap(([name, negated, doc, test]) => {
    const [positive, negative] = pair(doc, test);
    return [
      [name, positive],
      [negated, negative],
    ];
  }),
);

/** The needle tests that list operators are made of. */
export const needleTests = { has, folded, text };
