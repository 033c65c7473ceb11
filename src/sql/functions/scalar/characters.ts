import { bound } from '../../bound.js';
import { convert } from '../../convert.js';
import type { ScalarFunction } from '../../functions.js';
import { arrayText, elementsOf, isArray } from '../../json.js';
import { constantText, type Operand } from '../../operand.js';
import { literal, type Sql, sql } from '../../sql.js';
import { text, whole } from './text.js';

/** The code points of a text, as a ClickHouse array. */
export function codePoints(value: Sql): Sql {
  return sql`arrayMap(_c -> reinterpretAsUInt32(convertCharset(_c, 'UTF-8', 'UTF-32LE')), extractAll(${value}, '(?s).'))`;
}

/** The text of an array of code points. */
export function ofCodePoints(codes: Sql): Sql {
  const last = sql`128 + modulo(_c, 64)`;
  const second = sql`128 + modulo(intDiv(_c, 64), 64)`;
  const third = sql`128 + modulo(intDiv(_c, 4096), 64)`;
  const character = sql`multiIf(_c < 128, char(_c), _c < 2048, char(192 + intDiv(_c, 64), ${last}), _c < 65536, char(224 + intDiv(_c, 4096), ${second}, ${last}), char(240 + intDiv(_c, 262144), ${third}, ${second}, ${last}))`;
  return sql`arrayStringConcat(arrayMap(_c -> ${character}, ${codes}))`;
}

const fromString: ScalarFunction = {
  doc: 'unicode-codepoints-from-string-function',
  emit: (value: Operand) => bound(text(value), (source) => arrayText(codePoints(source))),
  examples: [['unicode_codepoints_from_string("a⒦")', '[97,9382]']],
};

/** Numbers and arrays of numbers, one after another; one that is no character makes the whole empty. */
function stringOf(...parts: Operand[]): Sql {
  const lists = parts.map((part) => {
    if (part.type !== 'dynamic') return sql`[toNullable(${convert(part, 'long')})]`;
    const numbers = (texts: Sql) => sql`arrayMap(_e -> toInt64OrNull(_e), ${texts})`;
    return sql`if(${isArray(part)}, ${numbers(elementsOf(part))}, ${numbers(sql`[${part}]`)})`;
  });
  const [first, ...rest] = lists;
  const all = rest.reduce<Sql>(
    (list, next) => sql`arrayConcat(${list}, ${next})`,
    first ?? sql`[]`,
  );
  return bound(all, (codes) => {
    const isCharacter = sql`(ifNull(_c, -1) BETWEEN 0 AND 1114111 AND NOT ifNull(_c, -1) BETWEEN 55296 AND 57343)`;
    const known = sql`arrayMap(_c -> toUInt32(ifNull(_c, 0)), ${codes})`;
    return sql`if(arrayAll(_c -> ${isCharacter}, ${codes}), ${ofCodePoints(known)}, '')`;
  });
}

const toText: ScalarFunction = {
  doc: 'unicode-codepoints-to-string-function',
  emit: stringOf,
  examples: [
    ['unicode_codepoints_to_string(75, dynamic([117, 115]), 116, 111)', 'Kusto'],
    ['unicode_codepoints_to_string(9382)', '⒦'],
  ],
};

/** Each character of a list for the one at its place in another, which its last character continues. */
function translated(searched: Operand, replacements: Operand, source: Operand): Sql {
  const [from, to] = [constantText(searched), constantText(replacements)];
  if (from !== undefined && to !== undefined) {
    const known = [...new Set(from)];
    const given = [...to];
    const shown = known.map(
      (character) => given[[...from].indexOf(character)] ?? given.at(-1) ?? '',
    );
    return sql`translateUTF8(${text(source)}, ${literal(known.join(''))}, ${literal(shown.join(''))})`;
  }
  const characters = (value: Sql) => sql`extractAll(${value}, '(?s).')`;
  return bound(characters(text(searched)), (list) =>
    bound(characters(text(replacements)), (given) => {
      const place = sql`indexOf(${list}, _c)`;
      const shown = sql`if(empty(${given}), '', ${given}[least(${place}, length(${given}))])`;
      return sql`arrayStringConcat(arrayMap(_c -> if(${place} = 0, _c, ${shown}), ${characters(text(source))}))`;
    }),
  );
}

/** Lower-case hexadecimal digits, without zeros before them unless they are asked for. */
function hexadecimal(value: Operand, length?: Operand): Sql {
  const digits = sql`lower(hex(${value.type === 'int' ? value : convert(value, 'long')}))`;
  const short = bound(
    sql`trim(LEADING '0' FROM ${digits})`,
    (shown) => sql`if(empty(${shown}), '0', ${shown})`,
  );
  const size = length && sql`toUInt8(least(greatest(${whole(length, 0n)}, 0), 16))`;
  const padded = size
    ? bound(short, (shown) => sql`leftPad(${shown}, greatest(${size}, length(${shown})), '0')`)
    : short;
  return value.nullable ? sql`ifNull(${padded}, '')` : padded;
}

const units = ['Bytes', 'KB', 'MB', 'GB', 'TB', 'PB', 'EB'];

/** A size in the largest unit of which it has one, or in the unit that is asked for. */
function formatBytes(size: Operand, precision?: Operand, unit?: Operand): Sql {
  const value = convert(size, 'real');
  const names = sql`[${{ text: units.map((name) => `'${name}'`).join(', ') }}]`;
  const step = sql`toInt64(least(greatest(floor(log2(greatest(abs(${value}), 1)) / 10), 0), 6))`;
  const automatic = sql`(${step} + 1)`;
  const place = unit
    ? sql`if(empty(${text(unit)}), ${automatic}, toInt64(indexOf(arrayMap(_u -> lower(_u), ${names}), lower(${text(unit)}))))`
    : automatic;
  const digits = sql`toInt64(least(greatest(${whole(precision, 0n)}, 0), 15))`;
  const shown = bound(place, (index) => {
    const scaled = sql`(${value} / exp2(10 * (${index} - 1)))`;
    const factor = sql`exp10(${digits})`;
    const rounded = sql`(sign(${scaled}) * floor(abs(${scaled}) * ${factor} + 0.5) / ${factor})`;
    return sql`if(${index} < 1, '', concat(toString(${rounded}), ' ', ${names}[${index}]))`;
  });
  return value.nullable ? sql`ifNull(${shown}, '')` : shown;
}

export const characterFunctions = {
  unicode_codepoints_from_string: fromString,
  to_utf8: fromString,
  unicode_codepoints_to_string: toText,
  make_string: toText,
  translate: {
    doc: 'translate-function',
    emit: translated,
    examples: [
      ['translate("krasp", "otsku", "spark")', 'kusto'],
      ['translate("abc", "x", "abc")', 'xxx'],
      ['translate("abc", "", "ab")', ''],
    ],
  },
  tohex: {
    doc: 'tohex-function',
    emit: hexadecimal,
    examples: [
      ['tohex(256)', '100'],
      ['tohex(-256)', 'ffffffffffffff00'],
      ['tohex(toint(-256), 8)', 'ffffff00'],
      ['tohex(256, 8)', '00000100'],
    ],
  },
  format_bytes: {
    doc: 'format-bytes-function',
    emit: formatBytes,
    examples: [
      ['format_bytes(20010332, 2)', '19.08 MB'],
      ['format_bytes(20010332, 0, "KB")', '19541 KB'],
    ],
  },
} satisfies Record<string, ScalarFunction>;
