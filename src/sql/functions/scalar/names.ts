import { bound } from '../../bound.js';
import type { ScalarFunction } from '../../functions.js';
import { letIn } from '../../let.js';
import type { Operand } from '../../operand.js';
import { literal, type Sql, sql } from '../../sql.js';
import { codePoints, ofCodePoints } from './characters.js';
import { text } from './text.js';

/** Punycode, RFC 3492; the letters in comments are those of its pseudocode. */

/** Longer names are none: each character costs a step, and a step costs as much as there are characters. */
const maxCharacters = sql`1000`;

/** Section 6.1: the bias after a delta, `points` characters in. */
function adapted(delta: Sql, points: Sql, isFirst: Sql): Sql {
  const scaled = sql`intDiv(${delta}, if(${isFirst}, 700, 2))`;
  return bound(sql`(${scaled} + intDiv(${scaled}, ${points}))`, (value) => {
    const divisions = [1, 35, 1225, 42_875, 1_500_625, 52_521_875];
    const cases = divisions.map((divisor, index) => {
      const part = `intDiv(${value.text}, ${divisor})`;
      return `${value.text} < ${456 * divisor}, ${36 * index} + intDiv(36 * ${part}, ${part} + 38)`;
    });
    return { text: `multiIf(${cases.join(', ')}, 0)` };
  });
}

/** t: the least digit that is not the last. */
function threshold(k: Sql, bias: Sql): Sql {
  return sql`toInt64(least(greatest(${k} - ${bias}, 1), 26))`;
}

// ---- encoding ------------------------------------------------------------------------------------

/** A delta as digits, the lowest first. */
function digits(delta: Sql, bias: Sql): Sql {
  const t = threshold(sql`_k`, bias);
  const isLast = sql`_v.1 < ${t}`;
  const digit = sql`if(${isLast}, _v.1, ${t} + modulo(_v.1 - ${t}, 36 - ${t}))`;
  const next = sql`if(${isLast}, toInt64(-1), intDiv(_v.1 - ${t}, 36 - ${t}))`;
  const shown = sql`substring('abcdefghijklmnopqrstuvwxyz0123456789', ${digit} + 1, 1)`;
  const step = sql`if(_v.1 < 0, _v, (${next}, concat(_v.2, ${shown})))`;
  return sql`arrayFold((_v, _k) -> ${step}, [36, 72, 108, 144, 180, 216, 252], (toInt64(${delta}), '')).2`;
}

/**
 * The characters beyond ASCII in the order in which they are inserted, each with where: what lies between
 * two of them is a delta, and the bias follows from the delta before.
 */
function encoded(value: Sql): Sql {
  const others = sql`arraySort(arrayFilter(_x -> _x.1 >= 128, arrayZip(_c, arrayEnumerate(_c))))`;
  const places = sql`arrayMap(_x -> arrayCount((_y, _j) -> _j < _x.2 AND _y <= _x.1, _c, arrayEnumerate(_c)), _o)`;
  const basics = sql`toInt64(arrayCount(_x -> _x < 128, _c))`;
  const before = (list: Sql, first: Sql) => sql`if(_n = 1, ${first}, ${list})`;
  const delta = sql`toInt64((toInt64(_o[_n].1) - ${before(sql`toInt64(_o[_n - 1].1)`, sql`128`)}) * (${basics} + _n) + toInt64(_i[_n]) - ${before(sql`toInt64(_i[_n - 1]) + 1`, sql`0`)})`;
  const bias = sql`if(_n = 1, 72, ${adapted(sql`_d[_n - 1]`, sql`(${basics} + _n - 1)`, sql`_n = 2`)})`;
  const inserted = sql`arrayStringConcat(arrayMap((_e, _n) -> ${digits(sql`_e`, bias)}, _d, arrayEnumerate(_d)))`;
  const ascii = sql`replaceRegexpAll(${value}, ${literal('[^\\x00-\\x7f]')}, '')`;
  const whole = sql`concat(${ascii}, if(empty(${ascii}), '', '-'), ${inserted})`;
  const withDeltas = letIn({ _d: sql`arrayMap(_n -> ${delta}, arrayEnumerate(_o))` }, whole);
  const body = letIn(
    { _c: codePoints(value) },
    letIn({ _o: others }, letIn({ _i: places }, withDeltas)),
  );
  return sql`if(lengthUTF8(${value}) > ${maxCharacters}, '', ${body})`;
}

// ---- decoding ------------------------------------------------------------------------------------

/** A digit's value; 99 for what is none. */
const digitOf = sql`if(_x >= 97 AND _x <= 122, _x - 97, if(_x >= 65 AND _x <= 90, _x - 65, if(_x >= 48 AND _x <= 57, _x - 22, 99)))`;

/** One digit further: (i, n, bias, w, k, i before, characters). */
function decodingStep(): Sql {
  const t = threshold(sql`_a.5`, sql`_a.3`);
  const index = sql`(_a.1 + _x * _a.4)`;
  const size = sql`toInt64(length(_a.7) + 1)`;
  const going = sql`(${index}, _a.2, _a.3, _a.4 * (36 - ${t}), _a.5 + 36, _a.6, _a.7)`;
  const place = sql`modulo(${index}, ${size})`;
  const point = sql`(_a.2 + intDiv(${index}, ${size}))`;
  const bias = adapted(sql`(${index} - _a.6)`, size, sql`_a.6 = 0`);
  const characters = sql`arrayConcat(arraySlice(_a.7, 1, ${place}), [toUInt32(${point})], arraySlice(_a.7, ${place} + 1))`;
  const done = sql`(${place} + 1, ${point}, toInt64(${bias}), toInt64(1), toInt64(36), ${place} + 1, ${characters})`;
  // Beyond Unicode nothing follows: n stays where it is and is found there at the end.
  return sql`multiIf(_a.2 > 1114111 OR ${index} > 100000000000, (_a.1, toInt64(9999999), _a.3, _a.4, _a.5, _a.6, _a.7), _x < ${t}, ${done}, ${going})`;
}

/** '' where the text is no punycode. */
function decoded(value: Sql): Sql {
  const parts = sql`extractGroups(${value}, ${literal('(?s)^(?:(.*)-)?([^-]*)$')})`;
  const codes = sql`arrayMap(_x -> toInt64(${digitOf}), ${codePoints(sql`_p[2]`)})`;
  const start = sql`(toInt64(0), toInt64(128), toInt64(72), toInt64(1), toInt64(36), toInt64(0), ${codePoints(sql`_p[1]`)})`;
  const result = letIn(
    { _r: sql`arrayFold((_a, _x) -> ${decodingStep()}, _z, ${start})` },
    sql`if(_r.2 > 1114111 OR _r.5 != 36, '', ${ofCodePoints(sql`_r.7`)})`,
  );
  const checked = letIn({ _z: codes }, sql`if(has(_z, 99), '', ${result})`);
  const isName = sql`isValidASCII(${value}) AND length(${value}) <= ${maxCharacters}`;
  return sql`if(${isName}, ${letIn({ _p: parts }, checked)}, '')`;
}

// ---- domains -------------------------------------------------------------------------------------

/** Each label on its own; a label that cannot be read makes the whole empty. */
function eachLabel(labels: Sql, convert: (label: Sql) => Sql): Sql {
  const converted = sql`arrayMap(_l -> ${convert(sql`_l`)}, ${labels})`;
  return bound(
    converted,
    (list) =>
      sql`if(arrayExists((_l, _m) -> empty(_l) AND notEmpty(_m), ${list}, ${labels}), '', arrayStringConcat(${list}, '.'))`,
  );
}

export const nameFunctions = {
  punycode_from_string: {
    doc: 'punycode-from-string-function',
    emit: (value: Operand) => bound(text(value), encoded),
    examples: [
      ['punycode_from_string("académie-française")', 'acadmie-franaise-npb1a'],
      ['punycode_from_string("艺术")', 'cqv902d'],
    ],
  },
  punycode_to_string: {
    doc: 'punycode-to-string-function',
    emit: (value: Operand) => bound(text(value), decoded),
    examples: [['punycode_to_string("acadmie-franaise-npb1a")', 'académie-française']],
  },
  punycode_domain_from_string: {
    doc: 'punycode-domain-from-string-function',
    trap: 'it decodes, although its name says the opposite',
    emit: (value: Operand) =>
      bound(text(value), (domain) =>
        eachLabel(
          sql`splitByChar('.', ${domain})`,
          (label) =>
            sql`if(lower(left(${label}, 4)) = 'xn--', ${decoded(sql`substring(${label}, 5)`)}, ${label})`,
        ),
      ),
    examples: [['punycode_domain_from_string("xn--Ge-mia.Bulg.edu")', 'Gáe.Bulg.edu']],
  },
  punycode_domain_to_string: {
    doc: 'punycode-domain-to-string-function',
    trap: 'it encodes, although its name says the opposite',
    emit: (value: Operand) =>
      bound(text(value), (domain) =>
        eachLabel(
          sql`splitByChar('.', replaceRegexpAll(${domain}, '[。．｡]', '.'))`,
          (label) => sql`if(isValidASCII(${label}), ${label}, concat('xn--', ${encoded(label)}))`,
        ),
      ),
    examples: [['punycode_domain_to_string("Riðill｡org")', 'xn--Riill-jta.org']],
  },
} satisfies Record<string, ScalarFunction>;
