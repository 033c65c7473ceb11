import { bound } from '../../bound.js';
import { convert } from '../../convert.js';
import type { ScalarFunction } from '../../functions.js';
import { arrayText, elementsOf, isArray } from '../../json.js';
import type { Operand } from '../../operand.js';
import { type Sql, sql } from '../../sql.js';
import { text } from './text.js';

/** Percent-encoding as .NET writes it: lower-case digits, and `!*()` as they are. */
function urlEncoded(url: Operand): Sql {
  const pieces = sql`splitByChar('%', encodeURLComponent(${text(url)}))`;
  const lower = sql`arrayMap((_p, _i) -> if(_i = 1, _p, concat(lower(substring(_p, 1, 2)), substring(_p, 3))), _u, arrayEnumerate(_u))`;
  const joined = sql`arrayMap(_u -> arrayStringConcat(${lower}, '%'), [${pieces}])[1]`;
  const kept: readonly (readonly [string, string])[] = [
    ['%21', '!'],
    ['%2a', '*'],
    ['%28', '('],
    ['%29', ')'],
    ['~', '%7e'],
  ];
  return kept.reduce(
    (encoded, [from, to]) =>
      sql`replaceAll(${encoded}, ${{ text: `'${from}'` }}, ${{ text: `'${to}'` }})`,
    joined,
  );
}

/** What is no text after decoding is nothing. */
function textOfBytes(bytes: Sql): Sql {
  return bound(bytes, (decoded) => sql`if(isValidUTF8(${decoded}), ${decoded}, '')`);
}

/** The bytes of a ClickHouse string as whole numbers. */
export function bytesOf(value: Sql): Sql {
  return sql`arrayMap(_i -> reinterpretAsUInt8(substring(${value}, _i, 1)), range(1, length(${value}) + 1))`;
}

const encodeToString: ScalarFunction = {
  doc: 'base64-encode-tostring-function',
  emit: (value: Operand) => sql`base64Encode(${text(value)})`,
  examples: [['base64_encode_tostring("Kusto")', 'S3VzdG8=']],
};

const decodeToString: ScalarFunction = {
  doc: 'base64-decode-tostring-function',
  trap: 'empty where the bytes are no UTF-8',
  emit: (value: Operand) => textOfBytes(sql`tryBase64Decode(${text(value)})`),
  examples: [
    ['base64_decode_tostring("S3VzdG8=")', 'Kusto'],
    ['base64_decode_tostring("U3RyaW5n0KHR0tGA0L7Rh9C60LA=")', ''],
  ],
};

/** A GUID's bytes in .NET's order, the first three groups turned round; the places are those of its digits. */
const guidBytes = [7, 5, 3, 1, 11, 9, 15, 13, 17, 19, 21, 23, 25, 27, 29, 31];

function inGuidOrder(digits: Sql): Sql {
  const pairs = guidBytes.map((place) => `substring(${digits.text}, ${place}, 2)`);
  return { text: `concat(${pairs.join(', ')})` };
}

export const encodingFunctions = {
  url_encode: {
    doc: 'url-encode-function',
    emit: (url: Operand) => sql`replaceAll(${urlEncoded(url)}, '%20', '+')`,
    examples: [['url_encode("https://a.b/c d")', 'https%3a%2f%2fa.b%2fc+d']],
  },
  url_encode_component: {
    doc: 'url-encode-component-function',
    emit: urlEncoded,
    examples: [['url_encode_component("https://a.b/c d")', 'https%3a%2f%2fa.b%2fc%20d']],
  },
  url_decode: {
    doc: 'url-decode-function',
    emit: (url: Operand) => sql`toValidUTF8(decodeURLFormComponent(${text(url)}))`,
    examples: [['url_decode("https%3a%2f%2fa.b%2fc+d%20e")', 'https://a.b/c d e']],
  },
  base64_encode_tostring: encodeToString,
  base64_encodestring: encodeToString,
  base64_decode_tostring: decodeToString,
  base64_decodestring: decodeToString,
  base64_decode_toarray: {
    doc: 'base64-decode-toarray-function',
    emit: (value: Operand) =>
      bound(text(value), (encoded) =>
        bound(
          sql`tryBase64Decode(${encoded})`,
          (decoded) =>
            sql`if(empty(${decoded}) AND notEmpty(${encoded}), '', ${arrayText(bytesOf(decoded))})`,
        ),
      ),
    examples: [['base64_decode_toarray("S3VzdG8=")', '[75,117,115,116,111]']],
  },
  base64_encode_fromarray: {
    doc: 'base64-encode-fromarray-function',
    emit: (bytes: Operand) =>
      bound(convert(bytes, 'dynamic'), (json) =>
        bound(sql`arrayMap(_e -> toUInt8OrNull(_e), ${elementsOf(json)})`, (codes) => {
          const decoded = sql`arrayStringConcat(arrayMap(_c -> char(ifNull(_c, 0)), ${codes}))`;
          const isBytes = sql`${isArray(json)} AND NOT arrayExists(_c -> isNull(_c), ${codes})`;
          return sql`if(${isBytes}, base64Encode(${decoded}), '')`;
        }),
      ),
    examples: [['base64_encode_fromarray(dynamic([75, 117, 115, 116, 111]))', 'S3VzdG8=']],
  },
  base64_encode_fromguid: {
    doc: 'base64-encode-fromguid-function',
    emit: (guid: Operand) => {
      const value = convert(guid, 'guid');
      const digits = sql`replaceAll(${convert(value, 'string')}, '-', '')`;
      return bound(
        digits,
        (hex) => sql`if(empty(${hex}), '', base64Encode(unhex(${inGuidOrder(hex)})))`,
      );
    },
    examples: [
      [
        'base64_encode_fromguid(toguid("ae3133f2-6e22-49ae-b06a-16e6a9b212eb"))',
        '8jMxriJurkmwahbmqbIS6w==',
      ],
    ],
  },
  base64_decode_toguid: {
    doc: 'base64-decode-toguid-function',
    nullable: 'always',
    emit: (value: Operand) =>
      bound(
        sql`lower(hex(tryBase64Decode(${text(value)})))`,
        (hex) => sql`if(length(${hex}) = 32, toUUIDOrNull(${inGuidOrder(hex)}), NULL)`,
      ),
    examples: [
      ['base64_decode_toguid("8jMxriJurkmwahbmqbIS6w==")', 'ae3133f2-6e22-49ae-b06a-16e6a9b212eb'],
    ],
  },
} satisfies Record<string, ScalarFunction>;
