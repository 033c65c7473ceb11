import { bound } from '../../bound.js';
import { convert } from '../../convert.js';
import type { ScalarFunction } from '../../functions.js';
import { arrayText, elementsOf } from '../../json.js';
import { constantInteger, constantText, type Operand } from '../../operand.js';
import { integer, join, literal, type Sql, sql } from '../../sql.js';
import { elementOperand } from './list-items.js';

export function text(operand: Operand): Operand {
  return convert(operand, 'string');
}

/** A whole number that is never null, or the default where it is. */
export function whole(operand: Operand | undefined, otherwise: bigint): Sql {
  if (!operand) return integer(otherwise);
  const constant = constantInteger(operand);
  if (constant !== undefined) return integer(constant);
  const value = convert(operand, 'long');
  return value.nullable ? sql`ifNull(${value}, ${integer(otherwise)})` : value;
}

/** A ClickHouse array of texts as a dynamic array of strings. */
export function stringArray(texts: Sql): Sql {
  return arrayText(sql`arrayMap(_s -> toJSONString(_s), ${texts})`);
}

/** A text's characters from a place, counted from 0; from the end where it is negative. */
function substring(value: Operand, start: Operand, length?: Operand): Sql {
  const from = constantInteger(start);
  const cut = (source: Sql, offset: Sql) => {
    const size = length && sql`, greatest(${whole(length, 0n)}, 0)`;
    return sql`substringUTF8(${source}, ${offset}${size ?? sql``})`;
  };
  if (from !== undefined && from >= 0n) return cut(text(value), integer(from + 1n));
  return bound(text(value), (source) => {
    const place = whole(start, 0n);
    const offset = sql`if(${place} < 0, greatest(toInt64(lengthUTF8(${source})) + ${place}, 0), ${place}) + 1`;
    return cut(source, offset);
  });
}

/** The pieces between delimiters, of which the engine has to know each when it compiles. */
function pieces(source: Operand, delimiter: Operand): Sql {
  const known = constantText(delimiter);
  if (known === '') return sql`[${text(source)}]`;
  if (known !== undefined) return sql`splitByString(${literal(known)}, ${text(source)})`;
  return bound(text(delimiter), (separator) => {
    const marked = sql`replaceAll(${text(source)}, ${separator}, '\\0')`;
    return sql`if(empty(${separator}), [${text(source)}], splitByChar('\\0', ${marked}))`;
  });
}

/** One of the pieces, counted from 0 or, from the end, from -1. */
function pieceAt(
  key: Operand,
  source: Operand,
  delimiter: Operand,
  index?: Operand,
): Sql | undefined {
  const place = constantInteger(key);
  if (index || place === undefined) return undefined;
  return sql`arrayElement(${pieces(source, delimiter)}, ${integer(place < 0n ? place : place + 1n)})`;
}

function split(source: Operand, delimiter: Operand, index?: Operand): Sql {
  const parts = pieces(source, delimiter);
  if (!index) return stringArray(parts);
  const place = whole(index, -1n);
  const isKnown = constantInteger(index) !== undefined;
  if (isKnown) {
    const at = constantInteger(index) ?? -1n;
    return at < 0n ? sql`'[]'` : stringArray(sql`arraySlice(${parts}, ${integer(at + 1n)}, 1)`);
  }
  return sql`if(${place} < 0, '[]', ${stringArray(sql`arraySlice(${parts}, greatest(${place}, 0) + 1, 1)`)})`;
}

/** Whether some proper prefix of the text is also its suffix, so that two occurrences can overlap. */
function overlapsItself(value: string): boolean {
  for (let size = 1; size < value.length; size++) {
    if (value.startsWith(value.slice(size))) return true;
  }
  return false;
}

/** Occurrences of a text in another, also those that overlap. */
export function countOccurrences(source: Operand, search: Operand): Sql {
  const known = constantText(search);
  if (known !== undefined && !overlapsItself(known)) {
    return sql`toInt64(countSubstrings(${text(source)}, ${literal(known)}))`;
  }
  return bound(text(source), (whole) =>
    bound(text(search), (part) => {
      const size = sql`toInt64(length(${part}))`;
      const last = sql`greatest(toInt64(length(${whole})) - ${size} + 2, 1)`;
      return sql`if(empty(${part}), toInt64(0), toInt64(arrayCount(_i -> substring(${whole}, _i, ${size}) = ${part}, range(1, ${last}))))`;
    }),
  );
}

/** The place of a text in another, as `indexof` counts and bounds it. */
function indexOf(
  source: Operand,
  match: Operand,
  start?: Operand,
  length?: Operand,
  occurrence?: Operand,
): Sql {
  if (!start) return sql`(toInt64(positionUTF8(${text(source)}, ${text(match)})) - 1)`;
  return bound(text(source), (all) =>
    bound(text(match), (part) => {
      const given = whole(start, 0n);
      const from = sql`if(${given} < 0, greatest(toInt64(lengthUTF8(${all})) + ${given}, 0), ${given})`;
      const size = whole(length, -1n);
      const nth = whole(occurrence, 1n);
      // Each search is as long as the first, wherever it starts.
      const window = (at: Sql) =>
        length
          ? sql`if(${size} < 0, substringUTF8(${all}, ${at} + 1), substringUTF8(${all}, ${at} + 1, ${size}))`
          : sql`substringUTF8(${all}, ${at} + 1)`;
      const found = (at: Sql) => sql`toInt64(positionUTF8(${window(at)}, ${part}))`;
      const last = occurrence
        ? nthEnd(from, nth, found)
        : bound(from, (at) => endOf(at, found(at)));
      return sql`if(${size} < -1 OR ${nth} < 0, NULL, greatest(${last} - 1, -1))`;
    }),
  );
}

/** Where to look on after a match at a position, from 1, of what begins at a place; negative without one. */
function endOf(at: Sql, position: Sql): Sql {
  return bound(position, (found) => sql`if(${found} = 0, toInt64(-1), toInt64(${at} + ${found}))`);
}

function nthEnd(from: Sql, nth: Sql, found: (at: Sql) => Sql): Sql {
  const step = sql`if(_at < 0, _at, ${endOf(sql`_at`, found(sql`_at`))})`;
  const times = sql`range(toUInt64(least(${nth}, 100000)))`;
  return sql`if(${nth} < 1, toInt64(-1), arrayFold((_at, _i) -> ${step}, ${times}, toInt64(${from})))`;
}

function repeated(value: Operand, count: Operand, delimiter?: Operand): Sql {
  const times = sql`toUInt64(least(greatest(${whole(count, 0n)}, 0), 1024))`;
  if (!delimiter) return sql`repeat(${text(value)}, ${times})`;
  const pair = sql`concat(${text(delimiter)}, ${text(value)})`;
  return sql`if(${times} = 0, '', concat(${text(value)}, repeat(${pair}, ${times} - 1)))`;
}

const strcatArray: ScalarFunction = {
  doc: 'strcat-array-function',
  emit: (array: Operand, delimiter: Operand) =>
    bound(convert(array, 'dynamic'), (json) => {
      const element = elementOperand(sql`_e`, array);
      const texts = sql`arrayMap(_e -> if(_e = 'null', '', ${convert(element, 'string')}), ${elementsOf(json)})`;
      return constantText(delimiter) !== undefined
        ? sql`arrayStringConcat(${texts}, ${text(delimiter)})`
        : sql`arrayStringConcat(arrayMap((_e, _i) -> if(_i = 1, _e, concat(${text(delimiter)}, _e)), ${texts}, arrayEnumerate(${texts})))`;
    }),
  examples: [['strcat_array(dynamic([1, "a"]), "->")', '1->a']],
};

export const textFunctions = {
  row_texts: {
    doc: 'search-operator',
    nullable: 'never',
    emit: (...values: Operand[]) =>
      values.length === 0
        ? sql`''`
        : sql`arrayStringConcat([${join(values.map((value) => text(value)))}], '\\n')`,
  },
  tolower: {
    doc: 'tolower-function',
    emit: (value: Operand) => sql`lowerUTF8(${text(value)})`,
    isLowerCase: true,
    examples: [['tolower("WhoAmI.EXE")', 'whoami.exe']],
  },
  toupper: {
    doc: 'toupper-function',
    emit: (value: Operand) => sql`upperUTF8(${text(value)})`,
    examples: [['toupper("zürich")', 'ZÜRICH']],
  },
  strlen: {
    doc: 'strlen-function',
    nullable: 'never',
    emit: (value: Operand) => sql`toInt64(lengthUTF8(${text(value)}))`,
    examples: [['strlen("⒦⒰⒮⒯⒪")', '5']],
  },
  string_size: {
    doc: 'string-size-function',
    nullable: 'never',
    emit: (value: Operand) => sql`toInt64(length(${text(value)}))`,
    examples: [['string_size("⒦⒰⒮⒯⒪")', '15']],
  },
  strcat: {
    doc: 'strcat-function',
    emit: (...parts: Operand[]) =>
      parts.length === 1 && parts[0] ? text(parts[0]) : sql`concat(${join(parts.map(text))})`,
    examples: [['strcat("a", 1, 2s)', 'a100:00:02']],
  },
  strcat_delim: {
    doc: 'strcat-delim-function',
    emit: (delimiter: Operand, ...parts: Operand[]) => {
      const [first, ...rest] = parts.map(text);
      const between = rest.flatMap((part) => [text(delimiter), part]);
      return sql`concat(${join([first ?? sql`''`, ...between, sql`''`])})`;
    },
    examples: [['strcat_delim("-", 1, "2", "A", 1s)', '1-2-A-00:00:01']],
  },
  strcat_array: strcatArray,
  array_strcat: strcatArray,
  strcmp: {
    doc: 'strcmp-function',
    nullable: 'never',
    emit: (a: Operand, b: Operand) =>
      sql`toInt64(multiIf(${text(a)} < ${text(b)}, -1, ${text(a)} > ${text(b)}, 1, 0))`,
    examples: [
      ['strcmp("ABC", "abc")', '-1'],
      ['strcmp("abcde", "abc")', '1'],
    ],
  },
  strrep: {
    doc: 'strrep-function',
    trap: 'at most 1024 times',
    emit: repeated,
    examples: [
      ['strrep("ABC", 2)', 'ABCABC'],
      ['strrep(123, 3, ".")', '123.123.123'],
    ],
  },
  substring: {
    doc: 'substring-function',
    trap: 'KQL counts from 0 and ClickHouse from 1, but from the end both count -1, -2, …',
    emit: substring,
    examples: [
      ['substring("cmd.exe", 0, 3)', 'cmd'],
      ['substring("cmd.exe", -3, 2)', 'ex'],
    ],
  },
  split: {
    doc: 'split-function',
    emit: split,
    textAt: pieceAt,
    examples: [
      ['split("aa_bb", "_")', '["aa","bb"]'],
      ['split("aa_bb", "_", 1)', '["bb"]'],
    ],
  },
  indexof: {
    doc: 'indexof-function',
    trap: 'a negative start counts from the end',
    nullable: 'always',
    emit: (source: Operand, match: Operand, ...rest: Operand[]) => ({
      ...indexOf(source, match, ...rest),
      nullable: rest.length > 0,
    }),
    examples: [
      ['indexof("abcdefg", "cde")', '2'],
      ['indexof("abcdefg", "cde", -5)', '2'],
      ['indexof("abcdefgabcdefg", "cde", 1, 10, 2)', '9'],
    ],
  },
  replace_string: {
    doc: 'replace-string-function',
    emit: (source: Operand, from: Operand, to: Operand) =>
      constantText(from)
        ? sql`replaceAll(${text(source)}, ${text(from)}, ${text(to)})`
        : sql`if(empty(${text(from)}), ${text(source)}, replaceAll(${text(source)}, ${text(from)}, ${text(to)}))`,
    examples: [['replace_string("a cat", "cat", "hamster")', 'a hamster']],
  },
  replace_strings: {
    doc: 'replace-strings-function',
    trap: 'a text earlier in the list is replaced first, and what was replaced is not searched again',
    emit: (source: Operand, lookups: Operand, rewrites: Operand) =>
      replaceStrings(source, convert(lookups, 'dynamic'), convert(rewrites, 'dynamic')),
    examples: [
      ['replace_strings("This is", dynamic(["This", "is"]), dynamic(["This", "was"]))', 'This was'],
    ],
  },
  reverse: {
    doc: 'reverse-function',
    emit: (value: Operand) => sql`reverseUTF8(${text(value)})`,
    examples: [['reverse("añb")', 'bña']],
  },
  isempty: {
    doc: 'isempty-function',
    nullable: 'never',
    emit: isEmpty,
    examples: [['isempty("")', 'true']],
  },
  isnotempty: { doc: 'isnotempty-function', nullable: 'never', emit: isNotEmpty },
  notempty: { doc: 'isnotempty-function', nullable: 'never', emit: isNotEmpty },
  isnull: {
    doc: 'isnull-function',
    nullable: 'never',
    emit: isNull,
    examples: [
      ['isnull(int(null))', 'true'],
      ['isnull("")', 'false'],
    ],
  },
  isnotnull: { doc: 'isnotnull-function', nullable: 'never', emit: isNotNull },
  notnull: { doc: 'isnotnull-function', nullable: 'never', emit: isNotNull },
  isascii: {
    doc: 'isascii-function',
    nullable: 'never',
    emit: (value: Operand) => sql`isValidASCII(${text(value)})`,
    examples: [['isascii("abc")', 'true']],
  },
  isutf8: {
    doc: 'isutf8-function',
    nullable: 'never',
    emit: (value: Operand) => sql`isValidUTF8(${text(value)})`,
    examples: [['isutf8("añb")', 'true']],
  },
} satisfies Record<string, ScalarFunction>;

/** What replaces a found text until all are found: a character for private use for each place in the list. */
const marker = sql`char(243, 176, 128 + intDiv(_i, 64), 128 + modulo(_i, 64))`;
const maxLookups = sql`4096`;

function replaceStrings(source: Operand, lookups: Operand, rewrites: Operand): Sql {
  const element = elementOperand(sql`_e`, lookups);
  const list = (array: Operand) =>
    sql`arraySlice(arrayMap(_e -> if(startsWith(_e, '"'), ${convert(element, 'string')}, ''), ${elementsOf(array)}), 1, ${maxLookups})`;
  return bound(list(lookups), (wanted) =>
    bound(list(rewrites), (given) => {
      const isText = sql`arrayMap(_e -> startsWith(_e, '"'), ${elementsOf(rewrites)})`;
      // A rewrite that is no text leaves what was found, which still counts as found.
      const kept = sql`arrayMap((_w, _n) -> if(${isText}[_n], ${given}[_n], _w), ${wanted}, arrayEnumerate(${wanted}))`;
      const places = sql`range(length(${wanted}))`;
      const marked = sql`arrayFold((_t, _w, _i) -> if(empty(_w), _t, replaceAll(_t, _w, ${marker})), ${wanted}, ${places}, ${text(source)})`;
      return sql`arrayFold((_t, _r, _i) -> replaceAll(_t, ${marker}, _r), ${kept}, ${places}, ${marked})`;
    }),
  );
}

function isEmpty(value: Operand): Sql {
  if (value.type === 'string') return sql`empty(${value})`;
  if (value.type === 'dynamic') return sql`(${value} IN ('', '""'))`;
  return value.nullable ? sql`isNull(${value})` : sql`false`;
}

function isNotEmpty(value: Operand): Sql {
  return value.type === 'string' ? sql`notEmpty(${value})` : sql`(NOT ${isEmpty(value)})`;
}

function isNull(value: Operand): Sql {
  if (value.type === 'string') return sql`false`;
  if (value.type === 'dynamic') return sql`empty(${value})`;
  return value.nullable ? sql`isNull(${value})` : sql`false`;
}

function isNotNull(value: Operand): Sql {
  return sql`(NOT ${isNull(value)})`;
}
