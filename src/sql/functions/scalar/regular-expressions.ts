import { bound } from '../../bound.js';
import { convert } from '../../convert.js';
import type { CallSite, ScalarFunction } from '../../functions.js';
import { arrayText } from '../../json.js';
import { constantInteger, constantText, type Operand } from '../../operand.js';
import type { Capture, ParsedRegex } from '../../regex/syntax.js';
import { integer, literal, type Sql, sql } from '../../sql.js';
import { fixedPattern, type Pattern, patternOf } from '../pattern.js';
import { invalid, refused } from '../refused.js';
import { countOccurrences, text, whole } from './text.js';

/** What one group takes at the first match, '' where there is none. */
function extracted(call: CallSite, regex: Operand, group: Operand, source: Operand): Sql {
  const pattern = patternOf(call, regex);
  const index = constantInteger(group);
  if (index === undefined) return extractedByIndex(call, pattern, group, source);
  if (!pattern.parsed) return extractedAtRuntime(pattern, index, source);
  if (index < 0n || index > pattern.parsed.captures.length) return sql`''`;
  return pattern.over(
    text(source),
    (searched, expression) => sql`extract(${searched}, ${expression})`,
    { captures: (capture) => capture.index === Number(index) },
  );
}

function extractedByIndex(call: CallSite, pattern: Pattern, group: Operand, source: Operand): Sql {
  if (!pattern.isFixed)
    throw refused(call, 'A capture group that differs from row to row', 'the pattern does too');
  const place = whole(group, -1n);
  const groups = pattern.over(
    text(source),
    (searched, expression) => sql`extractGroups(${searched}, ${expression})`,
    { around: ['(', ')'] },
  );
  return sql`if(${place} < 0, '', arrayElement(${groups}, ${place} + 1))`;
}

/** The engine replaces by patterns that it meets in the rows, but it does not extract by them. */
function extractedAtRuntime(pattern: Pattern, index: bigint, source: Operand): Sql {
  if (index < 0n || index > 8n) return sql`''`;
  if (pattern.isFixed) {
    return pattern.over(
      text(source),
      (searched, expression) =>
        sql`arrayElement(extractGroups(${searched}, ${expression}), ${integer(index + 1n)})`,
      { around: ['(', ')'] },
    );
  }
  const group = literal(`\\${index + 1n}`);
  return pattern.over(
    text(source),
    (searched, expression) =>
      sql`if(match(${searched}, ${expression}), replaceRegexpOne(${searched}, ${expression}, ${group}), '')`,
    { around: ['^(?s:.*?)(', ')(?s:.*)$'] },
  );
}

/** The groups that `extract_all` is asked for, by their numbers. */
function wantedGroups(call: CallSite, parsed: ParsedRegex, groups?: Operand): Capture[] {
  const { captures } = parsed;
  if (captures.length === 0 || captures.length > 16)
    throw invalid(
      call,
      'extract_all(): the regular expression needs from 1 to 16 capturing groups',
    );
  if (!groups) return [...captures];
  const known = groups.constant?.value;
  const list: unknown = typeof known === 'string' ? JSON.parse(known) : undefined;
  if (!Array.isArray(list))
    throw invalid(
      call,
      'extract_all(): the groups have to be a constant array of their numbers and names',
    );
  return list.map((wanted: unknown) => {
    const found = captures.find(({ index, name }) => wanted === index || wanted === name);
    if (!found)
      throw invalid(
        call,
        `extract_all(): the regular expression has no capturing group ${JSON.stringify(wanted)}`,
      );
    return found;
  });
}

function extractAll(call: CallSite, regex: Operand, source: Operand, groups?: Operand): Sql {
  const pattern = fixedPattern(call, regex);
  if (!pattern.parsed)
    throw refused(
      call,
      'extract_all() with a pattern known only when it runs',
      'its groups have to be known',
    );
  const wanted = wantedGroups(call, pattern.parsed, groups);
  const matches = pattern.over(
    text(source),
    (searched, expression) => sql`extractAllGroupsVertical(${searched}, ${expression})`,
  );
  const item = ({ index }: Capture) => sql`toJSONString(_m[${integer(index)}])`;
  const [only] = wanted;
  const element =
    wanted.length === 1 && only
      ? item(only)
      : arrayText({ text: `[${wanted.map((capture) => item(capture).text).join(', ')}]` });
  return bound(
    matches,
    (found) =>
      sql`if(empty(${found}), '', ${arrayText(sql`arrayMap(_m -> ${element}, ${found})`)})`,
  );
}

const extractAllFunction: ScalarFunction = {
  doc: 'extract-all-function',
  constants: [0, 1],
  emitCall: (call, regex: Operand, ...rest: Operand[]) => {
    const [first, second] = rest;
    if (!first) throw invalid(call, 'extract_all(): it needs a source');
    return second ? extractAll(call, regex, second, first) : extractAll(call, regex, first);
  },
  examples: [
    ['extract_all(@"(\\d+)", "123, 567")', '["123","567"]'],
    ['extract_all(@"(\\w)(\\w+)", dynamic([2]), "ab cd")', '["b","d"]'],
  ],
};

/** A rewrite pattern in which groups that the expression does not have are empty. */
function rewriteOf(pattern: Pattern, rewrite: Operand): Sql {
  const known = constantText(rewrite);
  const count = pattern.parsed?.captures.length;
  if (known === undefined || count === undefined) return text(rewrite);
  const shown = known.replace(/\\(.?)/gs, (reference, next: string) => {
    if (/\d/.test(next)) return Number(next) <= count ? reference : '';
    return next === '\\' ? reference : `\\\\${next}`;
  });
  return literal(shown);
}

function replaced(call: CallSite, source: Operand, regex: Operand, rewrite: Operand): Sql {
  const pattern = patternOf(call, regex);
  const by = rewriteOf(pattern, rewrite);
  return pattern.over(
    text(source),
    (searched, expression) => sql`replaceRegexpAll(${searched}, ${expression}, ${by})`,
  );
}

function trimmed(
  call: CallSite,
  regex: Operand,
  source: Sql,
  around: readonly [string, string],
): Sql {
  const pattern = patternOf(call, regex);
  return pattern.over(
    source,
    (searched, expression) => sql`replaceRegexpOne(${searched}, ${expression}, '')`,
    { around, captures: () => false },
  );
}

const atStart = ['^(?:', ')'] as const;
const atEnd = ['(?:', ')$'] as const;

/** The place of a match, as `indexof_regex` counts and bounds it. */
function indexOfRegex(
  call: CallSite,
  source: Operand,
  regex: Operand,
  start?: Operand,
  length?: Operand,
  occurrence?: Operand,
): Sql {
  const pattern = fixedPattern(call, regex);
  const from = whole(start, 0n);
  const size = whole(length, -1n);
  const nth = whole(occurrence, 1n);
  const window = start
    ? bound(
        text(source),
        (all) =>
          sql`if(${size} < 0, substringUTF8(${all}, greatest(${from}, 0) + 1), substringUTF8(${all}, greatest(${from}, 0) + 1, greatest(${size}, 0)))`,
      )
    : text(source);
  // Every match with what stands before it: matches do not overlap.
  const matches = pattern.over(
    window,
    (searched, expression) => sql`extractAllGroupsVertical(${searched}, ${expression})`,
    { around: ['((?s:.*?))(', ')'], captures: () => false },
  );
  const found = bound(matches, (pairs) => {
    const before = sql`arraySlice(${pairs}, 1, greatest(${nth}, 1) - 1)`;
    const place = sql`arraySum(arrayMap(_m -> lengthUTF8(_m[1]) + lengthUTF8(_m[2]), ${before})) + lengthUTF8(${pairs}[greatest(${nth}, 1)][1])`;
    return sql`if(${nth} < 1 OR length(${pairs}) < ${nth}, toInt64(-1), toInt64(${place} + greatest(${from}, 0)))`;
  });
  return start ? sql`if(${from} < 0 OR ${size} < -1 OR ${nth} < 0, NULL, ${found})` : found;
}

/** A group of `regex_groups`, whose first element is the whole match. */
function groupOf(groups: Operand, index: Operand): Sql {
  return sql`arrayElement(${groups}, ${integer((constantInteger(index) ?? 0n) + 1n)})`;
}

export const regexFunctions = {
  extract: {
    doc: 'extract-function',
    constants: [0],
    nullable: 'always',
    emitCall: (call, regex: Operand, group: Operand, source: Operand) => {
      const found: Operand = {
        ...extracted(call, regex, group, source),
        type: 'string',
        nullable: false,
        expression: source.expression,
      };
      return convert(found, call.type);
    },
    examples: [
      ['extract("([0-9]+)", 1, "id=42")', '42'],
      ['extract("a(.)", 0, "cab")', 'ab'],
      ['extract("([0-9]+)", 1, "id=42", typeof(long)) + 1', '43'],
    ],
  },
  extract_all: extractAllFunction,
  extractall: extractAllFunction,
  replace_regex: {
    doc: 'replace-regex-function',
    constants: [1, 2],
    emitCall: replaced,
    examples: [['replace_regex("Number is 1", @"is (\\d+)", @"was: \\1")', 'Number was: 1']],
  },
  replace: {
    doc: 'replace-regex-function',
    trap: 'its older form: the text comes last',
    constants: [0, 1],
    emitCall: (call, regex: Operand, rewrite: Operand, source: Operand) =>
      replaced(call, source, regex, rewrite),
    examples: [['replace(@"is (\\d+)", @"was: \\1", "Number is 1")', 'Number was: 1']],
  },
  trim: {
    doc: 'trim-function',
    constants: [0],
    emitCall: (call, regex: Operand, source: Operand) =>
      trimmed(call, regex, trimmed(call, regex, text(source), atStart), atEnd),
    examples: [['trim(@"[^\\w]+", "-- a b //")', 'a b']],
  },
  trim_start: {
    doc: 'trim-start-function',
    constants: [0],
    emitCall: (call, regex: Operand, source: Operand) =>
      trimmed(call, regex, text(source), atStart),
    examples: [['trim_start("https://", "https://bing.com")', 'bing.com']],
  },
  trim_end: {
    doc: 'trim-end-function',
    constants: [0],
    emitCall: (call, regex: Operand, source: Operand) => trimmed(call, regex, text(source), atEnd),
    examples: [['trim_end(".com", "bing.com")', 'bing']],
  },
  countof: {
    doc: 'countof-function',
    constants: [1, 2],
    trap: 'occurrences of a text may overlap, matches of an expression do not',
    nullable: 'never',
    emitCall: (call, source: Operand, search: Operand, kind?: Operand) => {
      const chosen = kind ? constantText(kind) : 'normal';
      if (chosen === 'normal') return countOccurrences(source, search);
      if (chosen !== 'regex') throw invalid(call, "countof(): the kind is 'normal' or 'regex'");
      return fixedPattern(call, search).over(
        text(source),
        (searched, expression) => sql`toInt64(countMatches(${searched}, ${expression}))`,
        { captures: () => false },
      );
    },
    examples: [
      ['countof("aaaa", "aa")', '3'],
      ['countof("ababa", "aba", "regex")', '1'],
    ],
  },
  indexof_regex: {
    doc: 'indexof-regex-function',
    constants: [1],
    trap: 'a negative start is null',
    nullable: 'always',
    emitCall: (call, source: Operand, regex: Operand, ...rest: Operand[]) => ({
      ...indexOfRegex(call, source, regex, ...rest),
      nullable: rest.length > 0,
    }),
    examples: [
      ['indexof_regex("abcabc", @"a.c")', '0'],
      ['indexof_regex("abcabcdefg", @"a.c", 0, 9, 2)', '3'],
    ],
  },
  regex_quote: {
    doc: 'regex-quote-function',
    emit: (value: Operand) =>
      sql`replaceRegexpAll(${text(value)}, ${literal(String.raw`[\\.+*?()|\[\]{}^$#&\-~]`)}, ${literal(String.raw`\\\0`)})`,
    examples: [['regex_quote("(so$me.Te^xt)")', '\\(so\\$me\\.Te\\^xt\\)']],
  },
  regex_groups: {
    doc: 'parse-operator',
    trap: 'what the groups named q1, q2, … take; empty without a match',
    emitCall: (call, source: Operand, regex: Operand) =>
      fixedPattern(call, regex).over(
        text(source),
        (searched, expression) => sql`extractGroups(${searched}, ${expression})`,
        { captures: ({ name }) => name !== null && /^_q\d+$/.test(name), around: ['(', ')'] },
      ),
  },
  regex_group: {
    doc: 'parse-operator',
    emit: groupOf,
  },
  regex_value: {
    doc: 'parse-operator',
    trap: 'without white space around it, for values that are no texts',
    emit: (groups: Operand, index: Operand) =>
      sql`trimBoth(${groupOf(groups, index)}, ' \\t\\r\\n')`,
  },
  regex_matched: {
    doc: 'parse-operator',
    nullable: 'never',
    emit: (groups: Operand) => sql`notEmpty(${groups})`,
  },
  regex_pairs: {
    doc: 'parse-kv-operator',
    emitCall: (call, source: Operand, regex: Operand) => {
      const pattern = fixedPattern(call, regex);
      if (pattern.parsed?.captures.length !== 2)
        throw invalid(call, 'parse-kv: the regular expression needs two capturing groups');
      return sql`arrayMap(_m -> (trimBoth(_m[1]), trimBoth(_m[2])), ${pattern.over(
        text(source),
        (searched, expression) => sql`extractAllGroupsVertical(${searched}, ${expression})`,
      )})`;
    },
  },
} satisfies Record<string, ScalarFunction>;
