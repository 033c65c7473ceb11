import type { ScalarType } from '../../../catalog/types.js';
import { convert } from '../../convert.js';
import type { ScalarFunction } from '../../functions.js';
import type { Operand } from '../../operand.js';

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
} satisfies Record<string, ScalarFunction>;
