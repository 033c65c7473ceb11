import { convert } from '../../convert.js';
import type { CallSite, ScalarFunction } from '../../functions.js';
import { constantText, type Operand } from '../../operand.js';
import { anyCharacter, requiredText } from '../../regex/required.js';
import { join, literal, type Sql, sql } from '../../sql.js';
import {
  afterTerm,
  beforeTerm,
  edgesOf,
  foldedPair,
  foldedText,
  hasSigma,
  ofDictionary,
  overTerms,
  partText,
  termsOf,
  termText,
} from '../../terms.js';
import { patternOf } from '../pattern.js';
import { refused } from '../refused.js';

type Test = (call: Site, subject: Operand, needle: Operand) => Sql;
type Site = Pick<CallSite, 'span' | 'filter'>;

function text(operand: Operand): Operand {
  return convert(operand, 'string');
}

/** Lower case of every script. */
export function folded(operand: Operand): Sql {
  const value = constantText(operand);
  return value === undefined
    ? foldedText(text(withAnyCase(operand)))
    : literal(value.toLowerCase());
}

/** What a test that ignores case looks at. */
export function withAnyCase(subject: Operand): Operand {
  return subject.lowerCaseOf ?? subject;
}

/** A text and a part of it, as they are compared without case. */
function foldedForms(subject: Operand, needle: Operand): [Sql, Sql] {
  const value = constantText(needle);
  // Known once for all rows: the index serves it.
  if (needle.expression.kind === 'scalarSubquery') return [folded(subject), folded(needle)];
  if (value === undefined) return [partText(text(subject)), partText(text(needle))];
  const pair = foldedPair(text(subject), value.toLowerCase());
  return [pair.text, literal(pair.part)];
}

/** The lower case that the engine gives a stored text: only of ASCII is it known to be JavaScript's too. */
export function storedFolded(operand: Operand): Sql {
  const value = constantText(operand);
  return value !== undefined && /^[ -~]*$/.test(value)
    ? literal(value.toLowerCase())
    : foldedText(operand);
}

function all(tests: readonly Sql[]): Sql {
  const [only] = tests;
  return tests.length === 1 && only ? only : sql`(${join(tests, sql` AND `)})`;
}

/** `%…%` around the text, in which nothing is a wildcard. */
function likeAround(value: string): Sql {
  return literal(`%${value.replace(/[\\%_]/g, '\\$&')}%`);
}

function foldedLike(subject: Sql, lower: string): Sql {
  const { text: searched, part } = foldedPair(subject, lower);
  return sql`(${searched} LIKE ${likeAround(part)})`;
}

/**
 * A test of the stored text that every row has to pass, for the index alone: a dynamic's own text is
 * no column, but what letters and digits it has in a row stand so in its JSON.
 */
function narrowed({ filter }: Site, subject: Operand, lower: string, test: Sql): Sql {
  if (!filter || subject.type !== 'dynamic' || subject.expression.kind !== 'column') return test;
  const longest = lower
    .split(/[^a-z0-9]+/)
    .reduce((best, run) => (run.length > best.length ? run : best), '');
  return longest.length < 4 ? test : all([foldedLike(subject, longest), test]);
}

// ---- terms ---------------------------------------------------------------------------------------

/** Whether a term stands in the text, or a phrase whose own ends are ends of terms. */
export function has(call: Site, searched: Operand, needle: Operand): Sql {
  const subject = withAnyCase(searched);
  const value = constantText(needle);
  if (value !== undefined) {
    const lower = value.toLowerCase();
    return narrowed(call, subject, lower, hasConstant(subject, lower));
  }
  const [haystack, phrase] = foldedForms(subject, needle);
  return hasPhrase(haystack, phrase);
}

function hasConstant(subject: Operand, lower: string): Sql {
  const terms = termsOf(lower);
  if (lower === '') return sql`true`;
  if (terms.length === 0) return foldedLike(text(subject), lower);
  const sure = terms.filter((term) => !hasSigma(term));
  const tokens = testTerms(subject, (searched) =>
    all(sure.map((term) => sql`hasToken(${searched}, ${literal(term)})`)),
  );
  if (sure[0] === lower) return tokens;
  const { text: searched, part } = foldedPair(text(subject), lower);
  const phrase = matchesPhrase(searched, part);
  return sure.length === 0 ? phrase : all([tokens, phrase]);
}

/** A test of the terms of a text. */
export function testTerms(subject: Operand, test: (terms: Sql) => Sql): Sql {
  if (subject.storage === 'few') return ofDictionary(subject, test);
  const isUnknown = subject.expression.kind === 'column' && subject.storage === undefined;
  return isUnknown && subject.type === 'string'
    ? overTerms(subject, test)
    : test(termText(text(subject)));
}

type Edges = ReturnType<typeof edgesOf>;

function matchesPhrase(subject: Sql, phrase: string, edges = edgesOf(phrase)): Sql {
  return sql`match(${subject}, ${literal(phrasePattern(escapeRegex(phrase), edges))})`;
}

function phrasePattern(pattern: string, { first, last }: Edges): string {
  return `${first ? beforeTerm : ''}${pattern}${last ? afterTerm : ''}`;
}

/** Patterns that find any of the phrases, each of about so many characters. */
export function phrasePatterns(phrases: readonly string[], size: number): string[] {
  const groups = new Map<string, { edges: Edges; parts: string[]; length: number }>();
  const patterns: string[] = [];
  const flush = ({ edges, parts }: { edges: Edges; parts: readonly string[] }) =>
    patterns.push(phrasePattern(`(?:${parts.join('|')})`, edges));
  for (const phrase of phrases) {
    const edges = edgesOf(phrase);
    const key = JSON.stringify(edges);
    const group = groups.get(key) ?? { edges, parts: [], length: 0 };
    group.parts.push(escapeRegex(phrase));
    group.length += phrase.length;
    groups.set(key, group);
    if (group.length > size) {
      flush(group);
      groups.delete(key);
    }
  }
  for (const group of groups.values()) flush(group);
  return patterns;
}

function escapeRegex(value: string): string {
  return value.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&');
}

/** The same for a phrase that is known only when the query runs. Both are in lower case, or neither. */
export function hasPhrase(subject: Sql, phrase: Sql, first = true, last = true): Sql {
  const edge = (wanted: boolean, at: string, boundary: string) =>
    wanted ? sql`if(match(${phrase}, ${literal(at)}), ${literal(boundary)}, '')` : sql`''`;
  const before = edge(first, String.raw`^[\p{L}\p{N}]`, beforeTerm);
  const after = edge(last, String.raw`[\p{L}\p{N}]$`, afterTerm);
  return sql`(position(${subject}, ${phrase}) > 0 AND match(${subject}, concat(${before}, regexpQuoteMeta(${phrase}), ${after})))`;
}

const hasCaseSensitive: Test = (call, subject, needle) => {
  const value = constantText(needle);
  if (value === undefined) return hasPhrase(text(subject), text(needle));
  if (value === '') return sql`true`;
  const exactly = matchesPhrase(text(subject), value);
  return call.filter ? all([has(call, subject, needle), exactly]) : exactly;
};

/** The needle at the start (or the end) of a term. */
function affix(end: 'first' | 'last', isFolded: boolean): Test {
  const edges = { first: end === 'first', last: end === 'last' };
  return (call, searched, needle) => {
    const value = constantText(needle);
    const subject = isFolded ? withAnyCase(searched) : searched;
    if (value === undefined) {
      const [haystack, phrase] = isFolded
        ? foldedForms(subject, needle)
        : [text(subject), text(needle)];
      return hasPhrase(haystack, phrase, edges.first, edges.last);
    }
    const { text: haystack, part } = isFolded
      ? foldedPair(text(subject), value.toLowerCase())
      : { text: text(subject), part: value };
    if (!edgesOf(part)[end])
      return (isFolded ? contains : containsCaseSensitive)(call, subject, needle);
    return all([contains(call, subject, needle), matchesPhrase(haystack, part, edges)]);
  };
}

// ---- parts of the text ---------------------------------------------------------------------------

function contains(call: Site, searched: Operand, needle: Operand): Sql {
  const subject = withAnyCase(searched);
  const value = constantText(needle);
  if (value === undefined) return sql`(position(${join(foldedForms(subject, needle))}) > 0)`;
  const lower = value.toLowerCase();
  return narrowed(call, subject, lower, foldedLike(text(subject), lower));
}

function containsCaseSensitive(call: Site, subject: Operand, needle: Operand): Sql {
  const value = constantText(needle);
  if (value === undefined) return sql`(position(${text(subject)}, ${text(needle)}) > 0)`;
  const exactly = sql`(${text(subject)} LIKE ${likeAround(value)})`;
  const isIndexed = call.filter && subject.storage === 'searched';
  return isIndexed ? all([exactly, contains(call, subject, needle)]) : exactly;
}

/** The needle at the text's own start or end. */
function edge(test: Sql, isFolded: boolean): Test {
  return (call, searched, needle) => {
    const value = constantText(needle);
    const subject = isFolded ? withAnyCase(searched) : searched;
    const lower = sql`${test}(${join(foldedForms(subject, needle))})`;
    const exactly = isFolded ? lower : sql`${test}(${text(subject)}, ${text(needle)})`;
    // Long enough for the n-gram index, which serves such a test of the lower case too.
    const isLong = value !== undefined && [...value].length >= 4;
    if (!call.filter || subject.storage !== 'searched' || !isLong) return exactly;
    if (subject.type === 'dynamic') return all([exactly, contains(call, subject, needle)]);
    return isFolded ? exactly : all([exactly, lower]);
  };
}

// ---- patterns ------------------------------------------------------------------------------------

const matchesRegex: Test = (call, subject, needle) => {
  const pattern = patternOf(call, needle);
  const test = pattern.over(
    text(subject),
    (searched, expression) => sql`match(${searched}, ${expression})`,
  );
  const required = call.filter && pattern.parsed && requiredText(pattern.parsed.root);
  if (!required) return test;
  const like = literal(`%${required.replace(/[\\%_]/g, '\\$&').replaceAll(anyCharacter, '_')}%`);
  return all([sql`(${foldedText(text(withAnyCase(subject)))} LIKE ${like})`, test]);
};

/** One of several texts. An expression may reach over the end of a line, so they are not joined into one. */
const anyMatchesRegex: ScalarFunction = {
  doc: 'matches-regex-operator',
  nullable: 'never',
  emitCall: (call, needle: Operand, ...texts: Operand[]) => {
    const pattern = patternOf(call, needle);
    const test = pattern.over(
      sql`_r`,
      (searched, expression) => sql`match(${searched}, ${expression})`,
    );
    return sql`arrayExists(_r -> ${test}, CAST([${join(texts.map(text))}] AS Array(String)))`;
  },
};

/** SQL's LIKE, in which a backslash is a character like others. */
function like(isFolded: boolean): Test {
  return (call, subject, needle) => {
    const value = constantText(needle);
    if (value?.includes('[')) throw refused(call, `The pattern '${value}'`, 'it has a set');
    const form = isFolded ? folded : text;
    const pattern =
      value === undefined
        ? sql`replaceAll(${form(needle)}, '\\\\', '\\\\\\\\')`
        : literal((isFolded ? value.toLowerCase() : value).replaceAll('\\', '\\\\'));
    return sql`(${form(subject)} LIKE ${pattern})`;
  };
}

// ---- the operators -------------------------------------------------------------------------------

const equalsFolded: Test = (_call, a, b) => sql`(${folded(a)} = ${folded(b)})`;

type Examples = readonly (readonly [kql: string, value: string])[];

/** Name and negation, page, test, examples of the former. */
const tests: readonly (readonly [string, string, string, Test, Examples])[] = [
  ['=~', '!~', 'equals-operator', equalsFolded, [['"abc" =~ "ABC"', 'true']]],
  [
    'has',
    '!has',
    'has-operator',
    has,
    [
      ['"North America" has "america"', 'true'],
      ['"NorthAmerica" has "america"', 'false'],
      ['"“quoted” text" has "quoted"', 'true'],
    ],
  ],
  ['has_cs', '!has_cs', 'has-cs-operator', hasCaseSensitive, [['"a_Bc" has_cs "bc"', 'false']]],
  [
    'hasprefix',
    '!hasprefix',
    'hasprefix-operator',
    affix('first', true),
    [['"a-Bcd" hasprefix "bc"', 'true']],
  ],
  ['hasprefix_cs', '!hasprefix_cs', 'hasprefix-cs-operator', affix('first', false), []],
  [
    'hassuffix',
    '!hassuffix',
    'hassuffix-operator',
    affix('last', true),
    [['"abC-d" hassuffix "bc"', 'true']],
  ],
  ['hassuffix_cs', '!hassuffix_cs', 'hassuffix-cs-operator', affix('last', false), []],
  [
    'contains',
    '!contains',
    'contains-operator',
    contains,
    [['"FabriKam" contains "BRik"', 'true']],
  ],
  ['contains_cs', '!contains_cs', 'contains-cs-operator', containsCaseSensitive, []],
  ['startswith', '!startswith', 'startswith-operator', edge(sql`startsWith`, true), []],
  ['startswith_cs', '!startswith_cs', 'startswith-cs-operator', edge(sql`startsWith`, false), []],
  ['endswith', '!endswith', 'endswith-operator', edge(sql`endsWith`, true), []],
  ['endswith_cs', '!endswith_cs', 'endswith-cs-operator', edge(sql`endsWith`, false), []],
  [
    'matches regex',
    '!matches regex',
    'matches-regex-operator',
    matchesRegex,
    [['"Fabrikam" matches regex "b.*k"', 'true']],
  ],
  ['like', 'notlike', 'datatypes-string-operators', like(true), [['"abc" like "A%"', 'true']]],
  ['likecs', 'notlikecs', 'datatypes-string-operators', like(false), []],
  [':', '!:', 'search-operator', has, []],
];

const traps: Readonly<Record<string, string>> = {
  has: 'a term is a maximal run of letters and digits, so "_" ends one',
  'matches regex':
    'letters beyond ASCII are no part of \\b, and an expression from the data is in RE2’s own dialect',
};

export const textSearchFunctions: Readonly<Record<string, ScalarFunction>> = {
  any_matches_regex: anyMatchesRegex,
  ...Object.fromEntries(tests.flatMap(bothWays)),
};

/** A test and its negation. */
function bothWays([name, negated, doc, test, examples]: (typeof tests)[number]): [
  string,
  ScalarFunction,
][] {
  const trap = traps[name];
  const constants = name === 'matches regex' ? { constants: [1] } : {};
  return [
    [
      name,
      {
        doc,
        nullable: 'never',
        ...(trap && { trap }),
        ...constants,
        emitCall: test,
        examples,
      },
    ],
    [
      negated,
      {
        doc: doc.replace(/^(?!datatypes)/, 'not-'),
        nullable: 'never',
        ...constants,
        // Prefilters of what is not wanted would only cost.
        emitCall: (call, a: Operand, b: Operand) =>
          sql`(NOT ${test({ ...call, filter: false }, a, b)})`,
      },
    ],
  ];
}
