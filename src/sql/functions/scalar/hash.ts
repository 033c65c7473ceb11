import { convert } from '../../convert.js';
import type { ScalarFunction } from '../../functions.js';
import { type Operand, ticksBefore1970, ticksOf } from '../../operand.js';
import { type Sql, sql } from '../../sql.js';
import { text } from './text.js';

/** What xxhash64 is taken of: a text's bytes, or those of the number that a value is held as. */
function hashedBytes(value: Operand): Sql {
  const eight = (number: Sql) => sql`reinterpret(${number}, 'FixedString(8)')`;
  switch (value.type) {
    case 'string':
    case 'dynamic':
      return value;
    case 'datetime':
      return eight(sql`(${ticksOf(value)} + ${ticksBefore1970})`);
    case 'bool':
    case 'int':
      return eight(convert(value, 'long'));
    case 'long':
    case 'timespan':
    case 'real':
      return eight(value);
    case 'decimal':
    case 'guid':
      return text(value);
  }
}

/** The hash of a null is 0. */
function xxhash64(value: Operand): Sql {
  const hash = sql`reinterpret(xxHash64(${hashedBytes(value)}), 'Int64')`;
  return value.nullable ? sql`ifNull(${hash}, 0)` : hash;
}

function hash(doc: string): ScalarFunction {
  return {
    doc,
    nullable: 'always',
    emit: (value: Operand, modulus?: Operand) => {
      if (!modulus) return { ...xxhash64(value), nullable: false };
      const divisor = convert(modulus, 'long');
      return sql`toInt64(positiveModulo(${xxhash64(value)}, nullIf(${divisor}, 0)))`;
    },
    examples: [
      [`${doc.replace('-function', '').replaceAll('-', '_')}("World")`, '1846988464401551951'],
      [`${doc.replace('-function', '').replaceAll('-', '_')}("World", 100)`, '51'],
    ],
  };
}

function digest(doc: string, fn: Sql, example: readonly [string, string]): ScalarFunction {
  return {
    doc,
    trap: 'of the text of a value',
    emit: (value: Operand) => sql`lower(hex(${fn}(${text(value)})))`,
    examples: [example],
  };
}

export const hashFunctions = {
  hash: hash('hash-function'),
  hash_xxhash64: hash('hash-xxhash64-function'),
  hash_md5: digest('hash-md5-function', sql`MD5`, [
    'hash_md5("World")',
    'f5a7924e621e84c9280a9a27e1bcb7f6',
  ]),
  hash_sha1: digest('hash-sha1-function', sql`SHA1`, [
    'hash_sha1("World")',
    '70c07ec18ef89c5309bbb0937f3a6342411e1fdd',
  ]),
  hash_sha256: digest('hash-sha256-function', sql`SHA256`, [
    'hash_sha256("World")',
    '78ae647dc5544d227130a0682a51e30bc7777fbb6d8a8f17007463a3ecd1d524',
  ]),
} satisfies Record<string, ScalarFunction>;
