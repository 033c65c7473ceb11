import { gunzipSync, inflateSync } from 'node:zlib';
import { bound } from '../../bound.js';
import type { CallSite, ScalarFunction } from '../../functions.js';
import { constantText, type Operand } from '../../operand.js';
import { literal, type Sql, sql } from '../../sql.js';
import { refused } from '../refused.js';
import { bytesOf } from './encoding.js';
import { text } from './text.js';

/** The largest text that a literal of the query may unpack to. */
const maxUnpackedBytes = 1_048_576;

/** DEFLATE's blocks that hold their bytes as they are: the engine has no function that compresses. */
function storedBlocks(value: Sql): Sql {
  const count = sql`greatest(intDiv(length(${value}) + 65534, 65535), 1)`;
  const size = sql`length(_d)`;
  const head = sql`char(_k = ${count}, modulo(${size}, 256), intDiv(${size}, 256), 255 - modulo(${size}, 256), 255 - intDiv(${size}, 256))`;
  const block = sql`arrayMap(_d -> concat(${head}, _d), [substring(${value}, (_k - 1) * 65535 + 1, 65535)])[1]`;
  return sql`arrayStringConcat(arrayMap(_k -> ${block}, range(1, ${count} + 1)))`;
}

/** Four bytes, the smallest first or last. */
function fourBytes(number: Sql, isSmallFirst: boolean): Sql {
  const bytes = [0, 1, 2, 3].map(
    (place) => `bitAnd(bitShiftRight(toUInt32(${number.text}), ${place * 8}), 255)`,
  );
  return { text: `char(${(isSmallFirst ? bytes : bytes.reverse()).join(', ')})` };
}

function gzip(value: Sql): Sql {
  const head = sql`unhex('1f8b08000000000000ff')`;
  const tail = sql`${fourBytes(sql`CRC32(${value})`, true)}, ${fourBytes(sql`length(${value})`, true)}`;
  return sql`base64Encode(concat(${head}, ${storedBlocks(value)}, ${tail}))`;
}

function zlib(value: Sql): Sql {
  const sums = bound(bytesOf(value), (bytes) => {
    const size = sql`length(${value})`;
    const first = sql`modulo(1 + arraySum(${bytes}), 65521)`;
    const weighted = sql`arraySum(arrayMap((_c, _i) -> _c * toUInt64(${size} - _i + 1), ${bytes}, arrayEnumerate(${bytes})))`;
    return sql`(modulo(${size} + ${weighted}, 65521) * 65536 + ${first})`;
  });
  return sql`base64Encode(concat(unhex('7801'), ${storedBlocks(value)}, ${fourBytes(sums, false)}))`;
}

type Unpack = (packed: Buffer, options: { maxOutputLength: number }) => Buffer;

function unpacked(call: CallSite, value: Operand, name: string, unpack: Unpack): Sql {
  const known = constantText(value);
  if (known === undefined)
    throw refused(call, `${name}() of values in the data`, 'the engine cannot decompress');
  return literal(unpackedText(known, unpack));
}

/** '' where the text is no base64 of anything packed, or what was packed is no text. */
function unpackedText(packed: string, unpack: Unpack): string {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(packed)) return '';
  try {
    const bytes = unpack(Buffer.from(packed, 'base64'), { maxOutputLength: maxUnpackedBytes });
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // Whatever is wrong with it: KQL gives the empty text.
    return '';
  }
}

const stored = 'the bytes are stored without being compressed';

export const compressionFunctions = {
  gzip_compress_to_base64_string: {
    doc: 'gzip-base64-compress',
    trap: stored,
    emit: (value: Operand) => bound(text(value), gzip),
    examples: [
      [
        'gzip_compress_to_base64_string("1234567890qwertyuiop")',
        'H4sIAAAAAAAA/wEUAOv/MTIzNDU2Nzg5MHF3ZXJ0eXVpb3A6m7f2FAAAAA==',
      ],
    ],
  },
  zlib_compress_to_base64_string: {
    doc: 'zlib-base64-compress',
    trap: stored,
    emit: (value: Operand) => bound(text(value), zlib),
    examples: [
      [
        'zlib_compress_to_base64_string("1234567890qwertyuiop")',
        'eAEBFADr/zEyMzQ1Njc4OTBxd2VydHl1aW9wOAkGdw==',
      ],
    ],
  },
  gzip_decompress_from_base64_string: {
    doc: 'gzip-base64-decompress',
    constants: [0],
    trap: 'of constants alone',
    emitCall: (call, value: Operand) =>
      unpacked(call, value, 'gzip_decompress_from_base64_string', gunzipSync),
    examples: [
      [
        'gzip_decompress_from_base64_string("H4sIAAAAAAAA/wEUAOv/MTIzNDU2Nzg5MHF3ZXJ0eXVpb3A6m7f2FAAAAA==")',
        '1234567890qwertyuiop',
      ],
    ],
  },
  zlib_decompress_from_base64_string: {
    doc: 'zlib-base64-decompress',
    constants: [0],
    trap: 'of constants alone',
    emitCall: (call, value: Operand) =>
      unpacked(call, value, 'zlib_decompress_from_base64_string', inflateSync),
    examples: [
      ['zlib_decompress_from_base64_string("eJwLSS0uUSguKcrMS1cwNDIGACxqBQ4=")', 'Test string 123'],
    ],
  },
} satisfies Record<string, ScalarFunction>;
