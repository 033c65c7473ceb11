import { bound } from '../../bound.js';
import type { ScalarFunction } from '../../functions.js';
import { constantText, type Operand } from '../../operand.js';
import { literal, type Sql, sql } from '../../sql.js';
import { text } from './text.js';

/** What `parse-kv` is given. */
interface Options {
  readonly pair?: string;
  readonly kv?: string;
  readonly quotes: readonly string[];
  readonly escapes: readonly string[];
  readonly greedy: boolean;
}

/** Stands around a quoted text, which is in hexadecimal digits so that no delimiter is in it. */
const mark = '\x01\x02';
const masked = literal(`^${mark}[0-9A-F]*${mark}$`);

function quote(text: string): string {
  return text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&');
}

function oneOf(characters: readonly string[], negated = false): string {
  const inside = characters.map((character) => character.replace(/[\\\]^-]/g, '\\$&')).join('');
  return `[${negated ? '^' : ''}${inside}]`;
}

/** A quoted text with its quotes, in RE2. */
function quotedPattern({ quotes, escapes }: Options): string {
  return quotes
    .map((pair) => {
      const [open = '', close = open] = [...pair];
      const plain = oneOf([close, ...escapes], true);
      const inner = escapes.length > 0 ? `(?:${oneOf(escapes)}.|${plain})*` : `${plain}*`;
      return `${quote(open)}${inner}${quote(close)}`;
    })
    .join('|');
}

/** The text with its quoted keys and values masked; quotes count at the start of one alone. */
function withMasks(source: Sql, options: Options): Sql {
  if (options.quotes.length === 0) return source;
  const { pair, kv } = options;
  const before =
    pair !== undefined && kv !== undefined
      ? `(?:^|${quote(pair)}|${quote(kv)})\\s*`
      : String.raw`(?:^|[^\p{L}\p{N}])`;
  const others =
    pair !== undefined && kv !== undefined
      ? `.${oneOf([pair.charAt(0), kv.charAt(0)], true)}*`
      : String.raw`.[\p{L}\p{N}]*`;
  const pieces = literal(`(?s)(${before})(${quotedPattern(options)})|(${others})`);
  const piece = sql`if(empty(_m[2]), concat(_m[1], _m[3]), concat(_m[1], ${literal(mark)}, hex(_m[2]), ${literal(mark)}))`;
  return sql`arrayStringConcat(arrayMap(_m -> ${piece}, extractAllGroupsVertical(${source}, ${pieces})))`;
}

/** A key or value as it was, or what its quotes hold. */
function unmasked(value: Sql, { quotes, escapes }: Options): Sql {
  const trimmed = sql`trimBoth(${value}, ' \\t\\r\\n')`;
  if (quotes.length === 0) return trimmed;
  return bound(trimmed, (shown) => {
    const whole = sql`unhex(substring(${shown}, 3, length(${shown}) - 4))`;
    const inner = sql`substringUTF8(${whole}, 2, lengthUTF8(${whole}) - 2)`;
    const plain =
      escapes.length > 0
        ? sql`replaceRegexpAll(${inner}, ${literal(`(?s)${oneOf(escapes)}(.)`)}, '\\\\1')`
        : inner;
    const pieces = sql`splitByString(${literal(mark)}, ${shown})`;
    const restored = sql`arrayStringConcat(arrayMap((_p, _i) -> if(_i % 2 = 0, unhex(_p), _p), ${pieces}, arrayEnumerate(${pieces})))`;
    return sql`multiIf(position(${shown}, ${literal(mark)}) = 0, ${shown}, match(${shown}, ${masked}), ${plain}, ${restored})`;
  });
}

/** (key, value) tuples: what stands between pair delimiters and holds a delimiter of key and value. */
function delimitedPairs(source: Sql, options: Options, pair: string, kv: string): Sql {
  const [between, inside] = [literal(pair), literal(kv)];
  const hasKey = sql`position(_s, ${inside}) > 0`;
  const segments = sql`splitByString(${between}, ${withMasks(source, options)})`;
  // Greedy, a value goes on until the next key.
  const joined = options.greedy
    ? sql`arrayMap(_g -> arrayStringConcat(_g, ${between}), arraySplit(_s -> ${hasKey}, ${segments}))`
    : segments;
  const place = sql`position(_s, ${inside})`;
  const key = unmasked(sql`substring(_s, 1, ${place} - 1)`, options);
  const value = unmasked(sql`substring(_s, ${place} + length(${inside}))`, options);
  return sql`arrayMap(_s -> (${key}, ${value}), arrayFilter(_s -> ${hasKey}, ${joined}))`;
}

/** Every word with the one after it. */
function neighbouringWords(source: Sql, options: Options): Sql {
  const word = literal(`${mark}[0-9A-F]*${mark}|[\\p{L}\\p{N}]+`);
  const words = sql`arrayMap(_w -> ${unmasked(sql`_w`, options)}, extractAll(${withMasks(source, options)}, ${word}))`;
  return bound(words, (list) => sql`arrayZip(arrayPopBack(${list}), arrayPopFront(${list}))`);
}

export const keyValueFunctions = {
  kv_pairs: {
    doc: 'parse-kv-operator',
    emit: (source: Operand, given: Operand) => {
      // The plan wrote it from the same fields.
      const options = JSON.parse(constantText(given) ?? '{}') as Options;
      const { pair, kv } = options;
      return bound(text(source), (value) =>
        pair !== undefined && kv !== undefined
          ? delimitedPairs(value, options, pair, kv)
          : neighbouringWords(value, options),
      );
    },
  },
  kv_value: {
    doc: 'parse-kv-operator',
    trap: 'the first of equal keys counts',
    emit: (pairs: Operand, key: Operand) =>
      sql`tupleElement(arrayFirst(_p -> tupleElement(_p, 1) = ${text(key)}, ${pairs}), 2)`,
  },
} satisfies Record<string, ScalarFunction>;
