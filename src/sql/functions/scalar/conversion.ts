import type { ScalarType } from '../../../catalog/types.js';
import { convert } from '../../convert.js';
import type { ScalarFunction } from '../../functions.js';
import type { Operand } from '../../operand.js';
import { join, type Sql, sql } from '../../sql.js';

function conversion(
  doc: string,
  type: ScalarType,
  ...examples: [kql: string, value: string][]
): ScalarFunction {
  return { doc, emit: (value: Operand) => convert(value, type), examples };
}

const toReal = conversion('toreal-function', 'real', ['toreal("123.4")', '123.4']);
const toBool = conversion(
  'tobool-function',
  'bool',
  ['tobool("True")', 'true'],
  ['tobool(123)', 'true'],
);
const toTimespan = conversion(
  'totimespan-function',
  'timespan',
  ['totimespan("0.00:01:00")', '00:01:00'],
  ['totimespan("1.02:03:04.5")', '1.02:03:04.5000000'],
);

/** Digits without leading zeros, filled to a least length of at most 16; negative numbers have all of theirs. */
function hexadecimal(value: Operand, length?: Operand): Sql {
  const digits = sql`trim(LEADING '0' FROM lower(hex(${value})))`;
  const text = sql`if(${value} = 0, '0', ${digits})`;
  const padded = length
    ? sql`leftPad(${text}, greatest(toInt64(length(${text})), least(toInt64(${length}), 16)), '0')`
    : text;
  return value.nullable || length?.nullable ? sql`ifNull(${padded}, '')` : padded;
}

/** Bytes by type; a text's own length. */
const sizes: Readonly<Record<Exclude<ScalarType, 'string' | 'dynamic'>, number>> = {
  bool: 1,
  int: 4,
  long: 8,
  real: 8,
  decimal: 16,
  datetime: 8,
  timespan: 8,
  guid: 16,
};

function sizeOf(value: Operand): Sql {
  return value.type === 'string' || value.type === 'dynamic'
    ? sql`length(${value})`
    : { text: String(sizes[value.type]) };
}

export const conversionFunctions = {
  tostring: conversion(
    'tostring-function',
    'string',
    ['tostring(123)', '123'],
    ['tostring(1.0)', '1.0'],
    ['tostring(long(null))', ''],
    ['tostring(dynamic({"a":1}))', '{"a":1}'],
  ),
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
  estimate_data_size: {
    doc: 'estimate-data-size-function',
    nullable: 'never',
    emit: (...values: Operand[]) => sql`toInt64(${join(values.map(sizeOf), sql` + `)})`,
    examples: [['print x = 1 | extend s = estimate_data_size(x) | project tostring(s)', '8']],
  },
  toint: conversion('toint-function', 'int', ['toint(2.9)', '2'], ['toint("0x10")', '16']),
  tolong: conversion('tolong-function', 'long', ['tolong("123")', '123']),
  toreal: toReal,
  todouble: toReal,
  todecimal: conversion('todecimal-function', 'decimal', ['todecimal("123.45678")', '123.45678']),
  tobool: toBool,
  toboolean: toBool,
  todatetime: conversion(
    'todatetime-function',
    'datetime',
    ['todatetime("2015-12-31 23:59:59.9")', '2015-12-31T23:59:59.9000000Z'],
    ['todatetime("Sat, 8 Nov 14 15:05:02 GMT")', '2014-11-08T15:05:02.0000000Z'],
    ['isnull(todatetime("2015-13-01"))', 'true'],
  ),
  totimespan: toTimespan,
  totime: toTimespan,
  toguid: conversion('toguid-function', 'guid', [
    'toguid("0123456789abcdef0123456789abcdef")',
    '01234567-89ab-cdef-0123-456789abcdef',
  ]),
} satisfies Record<string, ScalarFunction>;
