import { allBound, bound } from '../../bound.js';
import { convert } from '../../convert.js';
import type { CallSite, ScalarFunction } from '../../functions.js';
import { constantText, type Operand } from '../../operand.js';
import { overKnown, overSeries, seriesText, tuple, wholeText } from '../../series.js';
import { type Sql, sql } from '../../sql.js';
import { invalid } from '../refused.js';
import { lineOf, lineValues } from './series-fit.js';
import { bestPeriod } from './series-periods.js';

/** The median of the values at each place of the period, repeated over `size` places. */
function seasonalOf(numbers: Sql, period: Sql, size: Sql): Sql {
  const byPlace = sql`arraySort(_v -> _v.1, arrayMap((_y, _i) -> ((_i - 1) % ${period}, _y), ${numbers}, arrayEnumerate(${numbers})))`;
  const pattern = bound(byPlace, (all) => {
    const cuts = sql`arrayMap((_v, _b) -> _v.1 != _b.1, ${all}, arrayPushFront(arrayPopBack(${all}), ${all}[1]))`;
    return sql`arrayMap(_g -> arrayReduce('quantileExactInclusive(0.5)', arrayMap(_v -> _v.2, _g)), arraySplit((_v, _c) -> _c, ${all}, ${cuts}))`;
  });
  return bound(
    pattern,
    (values) =>
      sql`arrayResize(arrayFlatten(arrayWithConstant(intDiv(${size}, greatest(1, length(${values}))) + 1, ${values})), ${size})`,
  );
}

/** The numbers without those at the end that are not learnt from. */
function learntOf(numbers: Sql, testPoints: Operand | undefined): Sql {
  if (!testPoints) return numbers;
  const points = sql`greatest(0, ifNull(${convert(testPoints, 'long')}, 0))`;
  return sql`arraySlice(${numbers}, 1, greatest(0, toInt64(length(${numbers})) - ${points}))`;
}

const zeros = (size: Sql) => sql`arrayWithConstant(${size}, toFloat64(0))`;

/** A period that is given, found (-1), or none (0). */
function periodOf(numbers: Sql, seasonality: Operand | undefined, threshold: Sql): Sql {
  const found = bestPeriod(numbers, threshold);
  if (!seasonality) return found;
  const given = sql`ifNull(${convert(seasonality, 'long')}, -1)`;
  const known = seasonality.constant?.value;
  if (typeof known === 'bigint') {
    return known < 0n ? found : { text: String(known) };
  }
  return sql`if(${given} < 0, ${found}, ${given})`;
}

/** `series_seasonal()` has its own threshold, and a period that is not shorter than the series means none. */
function seasonal(series: Operand, period?: Operand, testPoints?: Operand): Sql {
  return overKnown(series, (numbers) =>
    bound(learntOf(numbers, testPoints), (learnt) =>
      bound(periodOf(learnt, period, sql`0.7`), (k) => {
        const size = sql`length(${numbers})`;
        const values = sql`if(${k} > 0 AND ${k} <= length(${learnt}), ${seasonalOf(learnt, sql`greatest(1, ${k})`, size)}, ${zeros(size)})`;
        return seriesText(sql`arrayMap(_v -> toNullable(_v), ${values})`);
      }),
    ),
  );
}

interface Options {
  readonly seasonality: Operand | undefined;
  readonly trend: Operand | undefined;
  /** Elements at the end that are not learnt from. */
  readonly testPoints: Operand | undefined;
  readonly threshold: Operand | undefined;
}

interface Components {
  readonly baseline: Sql;
  readonly seasonal: Sql;
  readonly trend: Sql;
  readonly residual: Sql;
}

const trends: ReadonlySet<string> = new Set(['avg', 'linefit', 'none']);

/** The trend of what is learnt from, over all places. */
function trendOf(call: CallSite, learnt: Sql, numbers: Sql, trend: Operand | undefined): Sql {
  const kind = trend ? constantText(trend) : 'avg';
  if (kind === undefined || !trends.has(kind)) {
    throw invalid(call, "the trend has to be 'avg', 'linefit' or 'none'");
  }
  const size = sql`length(${numbers})`;
  if (kind === 'none') return zeros(size);
  if (kind === 'linefit') return bound(lineOf(learnt), (line) => lineValues(line, numbers));
  return sql`arrayWithConstant(${size}, if(empty(${learnt}), toFloat64(0), arrayAvg(${learnt})))`;
}

/** Season, then the trend of what it leaves, then the rest. */
function decomposed(
  call: CallSite,
  numbers: Sql,
  options: Options,
  use: (components: Components) => Sql,
): Sql {
  const threshold = options.threshold
    ? sql`ifNull(${convert(options.threshold, 'real')}, 0.6)`
    : sql`0.6`;
  const size = sql`length(${numbers})`;
  const minus = (a: Sql, b: Sql) => sql`arrayMap((_a, _b) -> _a - _b, ${a}, ${b})`;
  return bound(learntOf(numbers, options.testPoints), (known) =>
    bound(periodOf(known, options.seasonality, threshold), (k) => {
      const season = sql`if(${k} > 0 AND ${k} <= length(${known}), ${seasonalOf(known, sql`greatest(1, ${k})`, size)}, ${zeros(size)})`;
      return bound(season, (seasonalPart) => {
        const rest = minus(known, sql`arrayResize(${seasonalPart}, length(${known}))`);
        const trend = bound(rest, (deseasonal) =>
          trendOf(call, deseasonal, numbers, options.trend),
        );
        return bound(trend, (trendPart) => {
          const baseline = sql`arrayMap((_a, _b) -> _a + _b, ${seasonalPart}, ${trendPart})`;
          return bound(baseline, (sum) =>
            bound(minus(numbers, sum), (residual) =>
              use({ baseline: sum, seasonal: seasonalPart, trend: trendPart, residual }),
            ),
          );
        });
      });
    }),
  );
}

const reals = (numbers: Sql) => seriesText(sql`arrayMap(_v -> toNullable(_v), ${numbers})`);

function decompose(
  call: CallSite,
  series: Operand,
  seasonality?: Operand,
  trend?: Operand,
  testPoints?: Operand,
  threshold?: Operand,
): Sql {
  const options = { seasonality, trend, testPoints, threshold };
  return overKnown(
    series,
    (numbers) =>
      decomposed(call, numbers, options, (parts) =>
        tuple(
          reals(parts.baseline),
          reals(parts.seasonal),
          reals(parts.trend),
          reals(parts.residual),
        ),
      ),
    sql`'[]'`,
  );
}

function forecast(
  call: CallSite,
  series: Operand,
  points: Operand,
  seasonality?: Operand,
  trend?: Operand,
  threshold?: Operand,
): Sql {
  const options = { seasonality, trend, testPoints: points, threshold };
  return overKnown(series, (numbers) =>
    decomposed(call, numbers, options, ({ baseline }) => reals(baseline)),
  );
}

/** Percentiles between which values are normal, of 0 to 1. */
interface Fences {
  readonly low: Sql;
  readonly high: Sql;
}

function fencesOf(call: CallSite, kind: Operand | undefined, low: Sql, high: Sql): Fences {
  const name = kind ? constantText(kind) : 'ctukey';
  if (name === 'tukey') return { low: sql`0.25`, high: sql`0.75` };
  if (name !== 'ctukey') throw invalid(call, "the kind has to be 'tukey' or 'ctukey'");
  return { low, high };
}

/** How far each number lies outside the fences, in distances between them. */
function tukeyScores(numbers: Sql, sample: Sql, { low, high }: Fences): Sql {
  const quantile = (rank: Sql) => sql`arrayReduce('quantileExactInclusive(${rank})', ${sample})`;
  return allBound([quantile(low), quantile(high)], (from, to) => {
    const range = sql`(${to} - ${from})`;
    const far = (distance: Sql) =>
      sql`if(${range} = 0, if(${distance} = 0, 0, ${distance} * inf), ${distance} / ${range})`;
    return sql`arrayMap(_v -> toFloat64(multiIf(_v > ${to}, ${far(sql`(_v - ${to})`)}, _v < ${from}, ${far(sql`(_v - ${from})`)}, 0)), ${numbers})`;
  });
}

function outliers(
  call: CallSite,
  series: Operand,
  kind?: Operand,
  ignored?: Operand,
  low?: Operand,
  high?: Operand,
  testPoints?: Operand,
): Sql {
  const fences = fencesOf(call, kind, rank(call, low, 10), rank(call, high, 90));
  const skip = ignored && convert(ignored, 'real');
  const isKept = skip ? sql`isNotNull(_v) AND NOT ifNull(_v = ${skip}, false)` : sql`isNotNull(_v)`;
  return overSeries(series, (numbers) => {
    const sample = sql`arrayMap(_v -> assumeNotNull(_v), arrayFilter(_v -> ${isKept}, ${learntOf(numbers, testPoints)}))`;
    const filled = sql`arrayMap(_v -> ifNull(_v, 0), ${numbers})`;
    return bound(sample, (known) => {
      const scores = sql`arrayMap((_s, _v) -> toNullable(if(${isKept}, _s, 0)), ${tukeyScores(filled, known, fences)}, ${numbers})`;
      return sql`if(empty(${known}), ${seriesText(sql`arrayMap(_v -> toNullable(toFloat64(0)), ${numbers})`)}, ${seriesText(scores)})`;
    });
  });
}

/** A percentile of 2 to 98 as a fraction; the engine wants it as a constant. */
function rank(call: CallSite, percentile: Operand | undefined, otherwise: number): Sql {
  if (!percentile) return { text: String(otherwise / 100) };
  const value = percentile.constant?.value;
  const number =
    typeof value === 'bigint' || typeof value === 'number' ? Number(value) : Number.NaN;
  if (!(number >= 2 && number <= 98)) {
    throw invalid(call, 'a percentile has to be a constant between 2 and 98');
  }
  return { text: String(number / 100) };
}

function anomalies(
  call: CallSite,
  series: Operand,
  limit?: Operand,
  seasonality?: Operand,
  trend?: Operand,
  testPoints?: Operand,
  method?: Operand,
  threshold?: Operand,
): Sql {
  const fences = fencesOf(call, method, sql`0.1`, sql`0.9`);
  const most = limit ? sql`ifNull(${convert(limit, 'real')}, 1.5)` : sql`1.5`;
  const options = { seasonality, trend, testPoints, threshold };
  return overKnown(
    series,
    (numbers) =>
      sql`if(empty(${numbers}), '[[],[],[]]', ${decomposed(
        call,
        numbers,
        options,
        ({ baseline, residual }) =>
          bound(tukeyScores(residual, learntOf(residual, testPoints), fences), (scores) =>
            tuple(
              wholeText(
                sql`arrayMap(_s -> toFloat64(multiIf(_s > ${most}, 1, _s < -${most}, -1, 0)), ${scores})`,
              ),
              reals(scores),
              reals(baseline),
            ),
          ),
      )})`,
    sql`'[]'`,
  );
}

export const seriesDecomposeFunctions = {
  series_seasonal: {
    doc: 'series-seasonal-function',
    costly: true,
    emit: seasonal,
    examples: [
      ['series_seasonal(dynamic([1,3,5,1,3,5,2,4,6]), 3)', '[1.0,3.0,5.0,1.0,3.0,5.0,1.0,3.0,5.0]'],
      ['series_seasonal(dynamic([1,3,1,3,9,9]), 2, 2)', '[1.0,3.0,1.0,3.0,1.0,3.0]'],
    ],
  },
  series_decompose: {
    doc: 'series-decompose-function',
    constants: [2],
    costly: true,
    emitCall: decompose,
    examples: [
      [
        'print (b, s, t) = series_decompose(dynamic([1,3,5,1,3,5,1,3,5]), 3) | project tostring(t)',
        '[0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0]',
      ],
    ],
  },
  series_decompose_forecast: {
    doc: 'series-decompose-forecast-function',
    constants: [3],
    costly: true,
    emitCall: forecast,
    examples: [
      [
        "series_decompose_forecast(dynamic([1,2,3,4,0,0]), 2, 0, 'linefit')",
        '[1.0,2.0,3.0,4.0,5.0,6.0]',
      ],
    ],
  },
  series_decompose_anomalies: {
    doc: 'series-decompose-anomalies-function',
    constants: [3, 5],
    costly: true,
    emitCall: anomalies,
    examples: [
      [
        'print (flag) = series_decompose_anomalies(dynamic([1,2,1,2,1,2,1,2,1,2,1,90]), 1.5, 0) | project tostring(flag)',
        '[0,0,0,0,0,0,0,0,0,0,0,1]',
      ],
    ],
  },
  series_outliers: {
    doc: 'series-outliers-function',
    constants: [1, 3, 4],
    trap: 'without a kind values are compared with the 10th and 90th percentile, not with quartiles',
    costly: true,
    emitCall: outliers,
    examples: [
      ["series_outliers(dynamic([1,2,3,4,5]), 'tukey')", '[-0.5,0.0,0.0,0.0,0.5]'],
      [
        "series_outliers(dynamic([1,2,3,4,5,9]), 'tukey', real(null), 10, 90, 1)",
        '[-0.5,0.0,0.0,0.0,0.5,2.5]',
      ],
    ],
  },
} satisfies Record<string, ScalarFunction>;
