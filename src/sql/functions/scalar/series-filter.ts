import { allBound, bound } from '../../bound.js';
import { convert } from '../../convert.js';
import { unlessFailing } from '../../fail.js';
import type { ScalarFunction } from '../../functions.js';
import type { Operand } from '../../operand.js';
import { overKnown, seriesText } from '../../series.js';
import { type Sql, sql } from '../../sql.js';

/** Products that one series may cost: a function on one value cannot be interrupted. */
const maxProducts = 50_000_000;

/** The sum of the series, each time one place later and times the next coefficient. */
function convolved(numbers: Sql, filter: Sql): Sql {
  const delayed = sql`arrayConcat(arrayWithConstant(_k - 1, toFloat64(0)), arraySlice(${numbers}, 1, greatest(0, toInt64(length(${numbers})) - toInt64(_k) + 1)))`;
  const size = sql`length(${numbers})`;
  const sum = sql`arrayFold((_s, _f, _k) -> arrayMap((_x, _d) -> _x + _f * _d, _s, arrayResize(${delayed}, ${size})), ${filter}, arrayEnumerate(${filter}), arrayWithConstant(${size}, toFloat64(0)))`;
  return unlessFailing(
    sql`${size} * length(${filter}) > ${{ text: String(maxProducts) }}`,
    'series_fir(): the series and its filter are too long',
    sum,
    sql`emptyArrayFloat64()`,
  );
}

/** A finite impulse response: backwards from each element, or around it. */
function fir(series: Operand, filter: Operand, normalize?: Operand, center?: Operand): Sql {
  const isCentered = center ? sql`ifNull(${convert(center, 'bool')}, false)` : sql`false`;
  return overKnown(series, (numbers) =>
    overKnown(filter, (given) => {
      const isSigned = sql`arrayExists(_f -> _f < 0, ${given})`;
      const isNormal = normalize
        ? sql`ifNull(${convert(normalize, 'bool')}, NOT ${isSigned})`
        : sql`NOT ${isSigned}`;
      return bound(isNormal, (normal) => {
        const scale = sql`if(${normal}, arraySum(${given}), 1)`;
        const weights = bound(scale, (divisor) => sql`arrayMap(_f -> _f / ${divisor}, ${given})`);
        return bound(weights, (coefficients) => {
          const size = sql`length(${numbers})`;
          const half = sql`toInt64(intDiv(length(${given}), 2))`;
          const padded = sql`arrayResize(${numbers}, ${size} + ${half}, toFloat64(0))`;
          const around = bound(
            padded,
            (longer) => sql`arraySlice(${convolved(longer, coefficients)}, ${half} + 1)`,
          );
          const filtered = sql`if(${isCentered}, ${around}, ${convolved(numbers, coefficients)})`;
          return sql`if(${normal} AND ${isSigned}, '', ${seriesText(filtered)})`;
        });
      });
    }),
  );
}

/** Elements that a recursive filter walks through at most. */
const maxSteps = 20_000;

/** An infinite impulse response: each output also depends on those before it. */
function iir(series: Operand, numerators: Operand, denominators: Operand): Sql {
  return overKnown(series, (numbers) =>
    overKnown(numerators, (b) =>
      overKnown(denominators, (a) =>
        bound(convolved(numbers, b), (inputs) =>
          allBound([sql`${a}[1]`, sql`arraySlice(${a}, 2)`], (first, rest) => {
            const order = sql`toInt64(length(${rest}))`;
            const last = sql`arrayResize(arrayReverse(arraySlice(_y, -least(${order}, toInt64(length(_y))))), ${order})`;
            const feedback = sql`if(${order} = 0 OR empty(_y), 0, arraySum((_a, _o) -> _a * _o, ${rest}, ${last}))`;
            const walk = sql`arrayFold((_y, _u) -> arrayPushBack(_y, (_u - ${feedback}) / ${first}), ${inputs}, emptyArrayFloat64())`;
            const text = unlessFailing(
              sql`length(${numbers}) > ${{ text: String(maxSteps) }}`,
              'series_iir(): the series is too long',
              seriesText(walk),
              sql`''`,
            );
            return sql`if(empty(${a}) OR ${first} = 0, '', ${text})`;
          }),
        ),
      ),
    ),
  );
}

export const seriesFilterFunctions = {
  series_fir: {
    doc: 'series-fir-function',
    costly: true,
    trap: 'a filter without negative coefficients is divided by their sum unless the third argument is false',
    emit: fir,
    examples: [
      ['series_fir(dynamic([0,4,0,0]), dynamic([1,1]))', '[0.0,2.0,2.0,0.0]'],
      ['series_fir(dynamic([1,2,4]), dynamic([1,-1]))', '[1.0,1.0,2.0]'],
    ],
  },
  series_iir: {
    doc: 'series-iir-function',
    costly: true,
    emit: iir,
    examples: [['series_iir(dynamic([1,2,3]), dynamic([1]), dynamic([1,-1]))', '[1.0,3.0,6.0]']],
  },
} satisfies Record<string, ScalarFunction>;
