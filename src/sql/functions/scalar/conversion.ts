import type { ScalarType } from '../../../catalog/types.js';
import { convert } from '../../convert.js';
import type { ScalarFunction } from '../../functions.js';
import type { Operand } from '../../operand.js';
import { sql } from '../../sql.js';
import { parsedJson } from './dynamic.js';

function conversion(doc: string, type: ScalarType): ScalarFunction {
  return {
    doc,
    nullable: 'always',
    emit: (value: Operand) => convert(value, type),
  };
}

const toReal = conversion('toreal-function', 'real');
const toBool = conversion('tobool-function', 'bool');
const toTimespan = conversion('totimespan-function', 'timespan');
const toDynamic: ScalarFunction = { doc: 'todynamic-function', emit: parsedJson };

export const conversionFunctions = {
  tostring: {
    doc: 'tostring-function',
    emit: (value: Operand) => convert(value, 'string'),
    examples: [
      ['tostring(123)', '123'],
      ['tostring(long(null))', ''],
      ['tostring(dynamic({"a":1}))', '{"a":1}'],
    ],
  },
  toint: conversion('toint-function', 'int'),
  tolong: conversion('tolong-function', 'long'),
  toreal: toReal,
  todouble: toReal,
  todecimal: conversion('todecimal-function', 'decimal'),
  tobool: toBool,
  toboolean: toBool,
  todatetime: conversion('todatetime-function', 'datetime'),
  totimespan: toTimespan,
  totime: toTimespan,
  toguid: conversion('toguid-function', 'guid'),
  todynamic: toDynamic,
  toobject: toDynamic,
  parse_json: toDynamic,
  parsejson: toDynamic,
  gettype: {
    doc: 'gettype-function',
    emit: (value: Operand) => {
      if (value.type !== 'dynamic') return sql`${{ text: `'${value.type}'` }}`;
      return sql`multiIf(empty(${value}), 'null', startsWith(${value}, '['), 'array', startsWith(${value}, '{'), 'dictionary', startsWith(${value}, '"'), 'string', ${value} IN ('true', 'false'), 'bool', match(${value}, '^-?[0-9]+$'), 'long', 'real')`;
    },
    examples: [['gettype(dynamic([1]))', 'array']],
  },
} satisfies Record<string, ScalarFunction>;
