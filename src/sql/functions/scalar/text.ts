import { convert } from '../../convert.js';
import type { ScalarFunction } from '../../functions.js';
import { constantText, type Operand } from '../../operand.js';
import { join, literal, type Sql, sql } from '../../sql.js';
import { regexOf } from './text-search.js';

function text(operand: Operand): Sql {
  return convert(operand, 'string');
}

/** The pattern of a regular expression function, with `.` as Kusto has it. */
function pattern(operand: Operand): Sql {
  const value = constantText(operand);
  return value === undefined ? sql`concat('(?-s)', ${text(operand)})` : literal(regexOf(value));
}

function replaceRegex(source: Operand, regex: Operand, replacement: Operand): Sql {
  return sql`replaceRegexpAll(${text(source)}, ${pattern(regex)}, ${text(replacement)})`;
}

const replace: ScalarFunction = {
  doc: 'replace-regex-function',
  emit: (source: Operand, regex: Operand, replacement: Operand) =>
    replaceRegex(source, regex, replacement),
};

export const textFunctions = {
  tolower: {
    doc: 'tolower-function',
    emit: (value: Operand) => sql`lowerUTF8(${text(value)})`,
    examples: [['tolower("WhoAmI.EXE")', 'whoami.exe']],
  },
  toupper: { doc: 'toupper-function', emit: (value: Operand) => sql`upperUTF8(${text(value)})` },
  strlen: {
    doc: 'strlen-function',
    emit: (value: Operand) => sql`toInt64(lengthUTF8(${text(value)}))`,
  },
  string_size: {
    doc: 'string-size-function',
    emit: (value: Operand) => sql`toInt64(length(${text(value)}))`,
  },
  strcat: {
    doc: 'strcat-function',
    emit: (...parts: Operand[]) =>
      parts.length === 1 && parts[0] ? text(parts[0]) : sql`concat(${join(parts.map(text))})`,
  },
  strcat_delim: {
    doc: 'strcat-delim-function',
    emit: (delimiter: Operand, ...parts: Operand[]) =>
      sql`arrayStringConcat([${join(parts.map(text))}], ${text(delimiter)})`,
  },
  substring: {
    doc: 'substring-function',
    trap: 'KQL counts from 0 and ClickHouse from 1, but from the end both count -1, -2, …',
    emit: (value: Operand, start: Operand, length?: Operand) => {
      const offset = sql`(${start} + (${start} >= 0))`;
      return length
        ? sql`substringUTF8(${text(value)}, ${offset}, greatest(${length}, 0))`
        : sql`substringUTF8(${text(value)}, ${offset})`;
    },
    examples: [
      ['substring("cmd.exe", 0, 3)', 'cmd'],
      ['substring("cmd.exe", -3, 2)', 'ex'],
    ],
  },
  split: {
    doc: 'split-function',
    emit: (source: Operand, delimiter: Operand, index?: Operand) => {
      const parts = sql`if(empty(${text(delimiter)}), [${text(source)}], splitByString(${text(delimiter)}, ${text(source)}))`;
      const chosen = index ? sql`arraySlice(${parts}, toInt64(${index}) + 1, 1)` : parts;
      return sql`concat('[', arrayStringConcat(arrayMap(_e -> toJSONString(_e), ${chosen}), ','), ']')`;
    },
    examples: [
      ['split("aa_bb", "_")', '["aa","bb"]'],
      ['split("aa_bb", "_", 1)', '["bb"]'],
    ],
  },
  replace_string: {
    doc: 'replace-string-function',
    emit: (source: Operand, from: Operand, to: Operand) =>
      sql`if(empty(${text(from)}), ${text(source)}, replaceAll(${text(source)}, ${text(from)}, ${text(to)}))`,
  },
  replace_regex: replace,
  replace,
  extract: {
    doc: 'extract-function',
    nullable: 'always',
    emitCall: ({ type }, regex: Operand, group: Operand, source: Operand) => {
      const index = Number(group.constant?.value ?? 0n);
      const whole = constantText(regex);
      // One more group around everything makes the whole match group 1.
      const wrapped =
        whole === undefined
          ? sql`concat('(?-s)(', ${text(regex)}, ')')`
          : literal(`(?-s)(${whole})`);
      const found: Operand = {
        ...sql`arrayElement(extractGroups(${text(source)}, ${wrapped}), ${{ text: String(index + 1) }})`,
        type: 'string',
        nullable: false,
        expression: source.expression,
      };
      return convert(found, type);
    },
    examples: [['extract("([0-9]+)", 1, "id=42")', '42']],
  },
  regex_groups: {
    doc: 'parse-operator',
    emit: (source: Operand, regex: Operand) => {
      const value = constantText(regex) ?? '';
      return sql`extractGroups(${text(source)}, ${literal(value.replace(/^(\(\?[^)]*\))?([\s\S]*)$/, '$1($2)'))})`;
    },
  },
  regex_group: {
    doc: 'parse-operator',
    emit: (groups: Operand, index: Operand) =>
      sql`arrayElement(${groups}, ${{ text: String(Number(index.constant?.value ?? 0n) + 1) }})`,
  },
  regex_matched: {
    doc: 'parse-operator',
    nullable: 'never',
    emit: (groups: Operand) => sql`notEmpty(${groups})`,
  },
  indexof: {
    doc: 'indexof-function',
    emit: (source: Operand, lookup: Operand) =>
      sql`(toInt64(positionUTF8(${text(source)}, ${text(lookup)})) - 1)`,
  },
  trim: {
    doc: 'trim-function',
    emit: (regex: Operand, source: Operand) => trimmed(regex, source, 'both'),
  },
  trim_start: {
    doc: 'trim-start-function',
    emit: (regex: Operand, source: Operand) => trimmed(regex, source, 'start'),
  },
  trim_end: {
    doc: 'trim-end-function',
    emit: (regex: Operand, source: Operand) => trimmed(regex, source, 'end'),
  },
  isempty: { doc: 'isempty-function', nullable: 'never', emit: (value: Operand) => isEmpty(value) },
  isnotempty: {
    doc: 'isnotempty-function',
    nullable: 'never',
    emit: (value: Operand) => sql`(NOT ${isEmpty(value)})`,
  },
  notempty: {
    doc: 'isnotempty-function',
    nullable: 'never',
    emit: (value: Operand) => sql`(NOT ${isEmpty(value)})`,
  },
  isnull: { doc: 'isnull-function', nullable: 'never', emit: isNull },
  isnotnull: {
    doc: 'isnotnull-function',
    nullable: 'never',
    emit: (value: Operand) => sql`(NOT ${isNull(value)})`,
  },
  notnull: {
    doc: 'isnotnull-function',
    nullable: 'never',
    emit: (value: Operand) => sql`(NOT ${isNull(value)})`,
  },
  countof: {
    doc: 'countof-function',
    emit: (source: Operand, search: Operand, kind?: Operand) =>
      kind && constantText(kind) === 'regex'
        ? sql`toInt64(countMatches(${text(source)}, ${pattern(search)}))`
        : sql`toInt64(countSubstrings(${text(source)}, ${text(search)}))`,
  },
} satisfies Record<string, ScalarFunction>;

function trimmed(regex: Operand, source: Operand, side: 'both' | 'start' | 'end'): Sql {
  const value = constantText(regex);
  const at = (before: string, after: string) =>
    value === undefined
      ? sql`concat(${literal(`(?-s)${before}(?:`)}, ${text(regex)}, ${literal(`)${after}`)})`
      : literal(`(?-s)${before}(?:${value})${after}`);
  const start = sql`replaceRegexpOne(${text(source)}, ${at('^', '')}, '')`;
  if (side === 'start') return start;
  const from = side === 'both' ? start : text(source);
  return sql`replaceRegexpOne(${from}, ${at('', '$')}, '')`;
}

function isEmpty(value: Operand): Sql {
  if (value.type === 'string') return sql`empty(${value})`;
  if (value.type === 'dynamic') return sql`(${value} IN ('', '""'))`;
  return value.nullable ? sql`isNull(${value})` : sql`false`;
}

function isNull(value: Operand): Sql {
  if (value.type === 'string') return sql`false`;
  if (value.type === 'dynamic') return sql`empty(${value})`;
  return value.nullable ? sql`isNull(${value})` : sql`false`;
}
