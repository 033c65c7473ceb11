import type { ScalarFunction } from '../../functions.js';
import { arrayText } from '../../json.js';
import type { Operand } from '../../operand.js';
import { overPair, overSeries, seriesText, wholeText } from '../../series.js';
import { type Sql, sql } from '../../sql.js';

/** Element by element; an element that is no number, or that the other series lacks, is null. */
function binary(doc: string, combine: Sql, keepsWhole: boolean, example: Example): ScalarFunction {
  const emit = (left: Operand, right: Operand) =>
    overPair(left, right, (a, b, areWhole) => {
      const numbers = sql`arrayMap((_x, _y) -> ${combine}, ${a}, ${b})`;
      if (!keepsWhole) return seriesText(numbers);
      return sql`if(${areWhole}, ${wholeText(numbers)}, ${seriesText(numbers)})`;
    });
  return { doc, costly: true, emit, examples: [example] };
}

type Example = readonly [kql: string, value: string];

function comparison(doc: string, test: Sql, example: Example): ScalarFunction {
  const emit = (left: Operand, right: Operand) =>
    overPair(left, right, (a, b) =>
      arrayText(
        sql`arrayMap((_x, _y) -> multiIf(isNull(_x) OR isNull(_y), 'null', ${test}, 'true', 'false'), ${a}, ${b})`,
      ),
    );
  return { doc, costly: true, emit, examples: [example] };
}

function unary(doc: string, apply: Sql, keepsWhole: boolean, example: Example): ScalarFunction {
  const emit = (series: Operand) =>
    overSeries(series, (numbers, json) => {
      const applied = sql`arrayMap(_x -> ${apply}, ${numbers})`;
      if (!keepsWhole) return seriesText(applied);
      return sql`if(match(${json}, '[.eE"]'), ${seriesText(applied)}, ${wholeText(applied)})`;
    });
  return { doc, costly: true, emit, examples: [example] };
}

export const seriesElementFunctions = {
  series_add: binary('series-add-function', sql`_x + _y`, true, [
    'series_add(dynamic([1,2,4]), dynamic([4,2]))',
    '[5,4,null]',
  ]),
  series_subtract: binary('series-subtract-function', sql`_x - _y`, true, [
    'series_subtract(dynamic([1,2.5]), dynamic([4,2]))',
    '[-3.0,0.5]',
  ]),
  series_multiply: binary('series-multiply-function', sql`_x * _y`, true, [
    'series_multiply(dynamic([1,2]), 10)',
    '[10,20]',
  ]),
  series_divide: binary('series-divide-function', sql`_x / _y`, false, [
    'series_divide(dynamic([1,2]), dynamic([4,0]))',
    '[0.25,"Infinity"]',
  ]),
  series_pow: binary('series-pow-function', sql`pow(_x, _y)`, false, [
    'series_pow(dynamic([2,3]), dynamic([3,0.5]))',
    '[8.0,1.7320508075688772]',
  ]),
  series_greater: comparison('series-greater-function', sql`_x > _y`, [
    'series_greater(dynamic([1,4]), dynamic([4,1]))',
    '[false,true]',
  ]),
  series_greater_equals: comparison('series-greater-equals-function', sql`_x >= _y`, [
    'series_greater_equals(dynamic([1,4]), dynamic([1,5]))',
    '[true,false]',
  ]),
  series_less: comparison('series-less-function', sql`_x < _y`, [
    'series_less(dynamic([1,4]), dynamic([4,1]))',
    '[true,false]',
  ]),
  series_less_equals: comparison('series-less-equals-function', sql`_x <= _y`, [
    'series_less_equals(dynamic([1,4]), dynamic([1,1]))',
    '[true,false]',
  ]),
  series_equals: comparison('series-equals-function', sql`_x = _y`, [
    'series_equals(dynamic([1,4,5]), dynamic([1,1]))',
    '[true,false,null]',
  ]),
  series_not_equals: comparison('series-not-equals-function', sql`_x != _y`, [
    'series_not_equals(dynamic([1,4]), dynamic([1,1]))',
    '[false,true]',
  ]),
  series_abs: unary('series-abs-function', sql`abs(_x)`, true, [
    'series_abs(dynamic([-6,0,8]))',
    '[6,0,8]',
  ]),
  series_sign: unary('series-sign-function', sql`toFloat64(sign(_x))`, true, [
    'series_sign(dynamic([-6,0,8]))',
    '[-1,0,1]',
  ]),
  series_floor: unary('series-floor-function', sql`floor(_x)`, false, [
    'series_floor(dynamic([-1.5,2.5]))',
    '[-2.0,2.0]',
  ]),
  series_ceiling: unary('series-ceiling-function', sql`ceil(_x)`, false, [
    'series_ceiling(dynamic([-1.5,2.5]))',
    '[-1.0,3.0]',
  ]),
  series_exp: unary('series-exp-function', sql`exp(_x)`, false, [
    'series_exp(dynamic([0,1]))',
    '[1.0,2.718281828459045]',
  ]),
  series_log: unary('series-log-function', sql`log(_x)`, false, [
    'series_log(dynamic([1,0]))',
    '[0.0,"-Infinity"]',
  ]),
  series_sin: unary('series-sin-function', sql`sin(_x)`, false, [
    'series_sin(dynamic([0]))',
    '[0.0]',
  ]),
  series_cos: unary('series-cos-function', sql`cos(_x)`, false, [
    'series_cos(dynamic([0]))',
    '[1.0]',
  ]),
  series_tan: unary('series-tan-function', sql`tan(_x)`, false, [
    'series_tan(dynamic([0]))',
    '[0.0]',
  ]),
  series_asin: unary('series-asin-function', sql`asin(_x)`, false, [
    'series_asin(dynamic([1,2]))',
    '[1.5707963267948966,"NaN"]',
  ]),
  series_acos: unary('series-acos-function', sql`acos(_x)`, false, [
    'series_acos(dynamic([1]))',
    '[0.0]',
  ]),
  series_atan: unary('series-atan-function', sql`atan(_x)`, false, [
    'series_atan(dynamic([0]))',
    '[0.0]',
  ]),
} satisfies Record<string, ScalarFunction>;
