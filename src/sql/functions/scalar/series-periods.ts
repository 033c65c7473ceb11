import { bound } from '../../bound.js';
import { convert } from '../../convert.js';
import { unlessFailing } from '../../fail.js';
import type { ScalarFunction } from '../../functions.js';
import { arrayText } from '../../json.js';
import type { Operand } from '../../operand.js';
import { numberText, overKnown, seriesText, tuple } from '../../series.js';
import { join, type Sql, sql } from '../../sql.js';
import { fittedLine } from './series-fit.js';

/**
 * Periods by the series' likeness to itself: the correlation with the series some places later, for
 * every distance up to half its length, each over the pairs there are. Kusto's own method is not
 * published; this one finds the periods of its documentation with their scores.
 */

/** Elements whose periods can be looked for: the work grows with the square. */
const maxElements = 10_000;

/** The shortest period that is looked for, as in Kusto. */
const shortest = 4;

/** The correlations at distances 1, 2, … up to half the length. */
function correlations(numbers: Sql): Sql {
  const centered = bound(
    sql`arrayAvg(${numbers})`,
    (mean) => sql`arrayMap(_y -> _y - ${mean}, ${numbers})`,
  );
  return bound(centered, (z) =>
    bound(sql`arraySum(_z -> _z * _z, ${z})`, (energy) => {
      const size = sql`toInt64(length(${z}))`;
      const later = sql`arraySum((_p, _q) -> _p * _q, arraySlice(${z}, 1, ${size} - _k), arraySlice(${z}, _k + 1))`;
      const one = sql`${later} / ${energy} * ${size} / (${size} - _k)`;
      const all = sql`arrayFold((_c, _k) -> arrayPushBack(_c, ${one}), arrayMap(_i -> toInt64(_i) + 1, range(intDiv(length(${z}), 2))), emptyArrayFloat64())`;
      return unlessFailing(
        sql`length(${z}) > ${{ text: String(maxElements) }}`,
        'A period can be looked for in series of at most 10000 elements',
        sql`if(${energy} = 0, emptyArrayFloat64(), ${all})`,
        sql`emptyArrayFloat64()`,
      );
    }),
  );
}

/** A true period is as alike at each of its multiples: the least of their correlations, at least 0. */
function score(correlation: Sql, period: Sql): Sql {
  return sql`greatest(0, arrayMin(arrayFilter((_c, _m) -> _m % ${period} = 0, ${correlation}, arrayEnumerate(${correlation}))))`;
}

/** How far apart two distances are taken for the same. */
const tolerance = sql`0.2`;

/** How much more alike a multiple of a period has to be, to be one of its own. */
const advantage = sql`0.05`;

/** The periods between the bounds as an array of (period, score), the best first. */
function detected(correlation: Sql, least: Sql, most: Sql): Sql {
  const peaks = sql`arrayFilter((_k, _c, _l, _r) -> _k >= ${least} AND _k <= ${most} AND _c > _l AND _c >= _r, arrayMap(_i -> toInt64(_i), arrayEnumerate(${correlation})), ${correlation}, arrayPopBack(arrayPushFront(${correlation}, 1)), arrayResize(arrayPushBack(arrayPopFront(${correlation}), 2), length(${correlation})))`;
  const scored = sql`arrayFold((_s, _k) -> arrayPushBack(_s, (_k, ${score(correlation, sql`_k`)})), ${peaks}, CAST([] AS Array(Tuple(Int64, Float64))))`;
  return bound(scored, (all) => {
    const isBeside = sql`arrayExists(_o -> _o.1 != _k.1 AND abs(_o.1 - _k.1) <= ${tolerance} * _k.1 AND _o.2 > _k.2, ${all})`;
    const isMultiple = sql`arrayExists(_o -> abs(_k.1 - round(_k.1 / _o.1) * _o.1) <= ${tolerance} * _o.1 / 2 AND _k.2 <= _o.2 + ${advantage}, _s)`;
    const chosen = sql`arrayFold((_s, _k) -> if(_k.2 <= 0 OR ${isBeside} OR ${isMultiple}, _s, arrayPushBack(_s, _k)), ${all}, CAST([] AS Array(Tuple(Int64, Float64))))`;
    return sql`arraySort(_k -> (-_k.2, _k.1), ${chosen})`;
  });
}

/** The best period with at least the score, or 0; a trend does not hide it. */
export function bestPeriod(numbers: Sql, threshold: Sql): Sql {
  const level = bound(
    fittedLine(numbers),
    (line) => sql`arrayMap((_y, _f) -> _y - _f, ${numbers}, ${line})`,
  );
  return bound(bound(level, correlations), (correlation) =>
    bound(
      detected(
        correlation,
        sql`${{ text: String(shortest) }}`,
        sql`toInt64(length(${correlation})) - 1`,
      ),
      (found) => sql`if(notEmpty(${found}) AND ${found}[1].2 >= ${threshold}, ${found}[1].1, 0)`,
    ),
  );
}

function detect(series: Operand, least: Operand, most: Operand, count: Operand): Sql {
  const from = sql`greatest(toFloat64(${{ text: String(shortest) }}), ifNull(${convert(least, 'real')}, 0))`;
  const to = sql`ifNull(${convert(most, 'real')}, 0)`;
  const wanted = sql`toUInt64(least(100, greatest(0, ifNull(${convert(count, 'long')}, 1))))`;
  return overKnown(
    series,
    (numbers) =>
      bound(correlations(numbers), (correlation) =>
        bound(
          detected(correlation, from, sql`least(${to}, toFloat64(length(${correlation})) - 1)`),
          (found) => {
            const part = (of: Sql) =>
              seriesText(
                sql`arrayMap(_v -> toNullable(_v), arrayResize(arrayMap(_k -> toFloat64(${of}), ${found}), ${wanted}, toFloat64(0)))`,
              );
            return tuple(part(sql`_k.1`), part(sql`_k.2`));
          },
        ),
      ),
    sql`'[]'`,
  );
}

function validate(series: Operand, ...periods: Operand[]): Sql {
  const given = periods.map((period) => convert(period, 'real'));
  const values = given.map((period) => sql`ifNull(${period}, 0)`);
  return overKnown(
    series,
    (numbers) =>
      bound(correlations(numbers), (correlation) => {
        const scores = values.map((period) =>
          bound(sql`toInt64(round(least(toFloat64(1000000000), ${period})))`, (k) => {
            const isInside = sql`${period} >= ${{ text: String(shortest) }} AND ${k} <= length(${correlation})`;
            const isPeak = sql`${correlation}[${k}] >= ${correlation}[${k} - 1] AND (${k} = length(${correlation}) OR ${correlation}[${k}] >= ${correlation}[${k} + 1])`;
            return sql`if(${isInside} AND ${isPeak}, ${score(correlation, k)}, 0)`;
          }),
        );
        const texts = (list: readonly Sql[]) =>
          arrayText(sql`[${join(list.map((value) => bound(value, numberText)))}]`);
        return tuple(texts(values), texts(scores.map((value) => sql`toFloat64(${value})`)));
      }),
    sql`'[]'`,
  );
}

export const seriesPeriodFunctions = {
  series_periods_detect: {
    doc: 'series-periods-detect-function',
    trap: 'periods of at least 4 elements, shorter than half the series; places without one are 0',
    costly: true,
    emit: detect,
    examples: [
      [
        'print (p, s) = series_periods_detect(dynamic([8,12,14,12,10,10,12,14,12,10,10,12,14,12,10,10,12,14,12,10]), 0.0, 50.0, 1) | project tostring(p)',
        '[5.0]',
      ],
    ],
  },
  series_periods_validate: {
    doc: 'series-periods-validate-function',
    costly: true,
    emit: validate,
    examples: [
      [
        'print (p, s) = series_periods_validate(dynamic([1,2,3,4,1,2,3,4,1,2,3,4]), 3.0) | project tostring(s)',
        '[0.0]',
      ],
    ],
  },
} satisfies Record<string, ScalarFunction>;
