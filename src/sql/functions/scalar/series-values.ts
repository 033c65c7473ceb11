import { bound } from '../../bound.js';
import { convert } from '../../convert.js';
import type { ScalarFunction } from '../../functions.js';
import type { Operand } from '../../operand.js';
import {
  bag,
  broadcast,
  known,
  numbersOf,
  numberText,
  overKnown,
  overSeries,
  tuple,
} from '../../series.js';
import { type Sql, sql } from '../../sql.js';

const noReal = sql`CAST(NULL AS Nullable(Float64))`;

/** One number of a series in which every element is one; else null. */
function total(doc: string, of: (numbers: Sql) => Sql, example: Example): ScalarFunction {
  const emit = (series: Operand) =>
    overKnown(series, (numbers) => sql`toNullable(${of(numbers)})`, noReal);
  return { doc, costly: true, nullable: 'always', emit, examples: [example] };
}

type Example = readonly [kql: string, value: string];

const sum = (numbers: Sql) => sql`toFloat64(arraySum(${numbers}))`;

/** Two vectors cut to the same length, pairs with a gap left out; null where one is empty. */
function overVectors(left: Operand, right: Operand, use: (a: Sql, b: Sql) => Sql): Sql {
  const vector = (value: Operand, other: Sql) =>
    value.type === 'dynamic'
      ? numbersOf(convert(value, 'dynamic'))
      : broadcast(value, sql`length(${other})`);
  const [series, number] = left.type === 'dynamic' ? [left, right] : [right, left];
  if (series.type !== 'dynamic') return noReal;
  return bound(numbersOf(convert(series, 'dynamic')), (x) =>
    bound(vector(number, x), (y) => {
      const size = sql`least(length(${x}), length(${y}))`;
      const pairs = sql`arrayFilter(_p -> isNotNull(_p.1) AND isNotNull(_p.2), arrayZip(arrayResize(${x}, ${size}), arrayResize(${y}, ${size})))`;
      const body = bound(pairs, (both) =>
        use(
          sql`arrayMap(_p -> assumeNotNull(_p.1), ${both})`,
          sql`arrayMap(_p -> assumeNotNull(_p.2), ${both})`,
        ),
      );
      return sql`if(empty(${x}) OR empty(${y}), ${noReal}, toNullable(${body}))`;
    }),
  );
}

function dot(a: Sql, b: Sql): Sql {
  return sql`toFloat64(arraySum((_x, _y) -> _x * _y, ${a}, ${b}))`;
}

const size = (vector: Sql) => sql`sqrt(${dot(vector, vector)})`;

function sizeOr(given: Operand | undefined, vector: Sql): Sql {
  return given ? sql`ifNull(${convert(given, 'real')}, ${size(vector)})` : size(vector);
}

/** Pearson's coefficient of two series of the same length without gaps. */
function correlation(left: Operand, right: Operand): Sql {
  return overKnown(
    left,
    (a) =>
      overKnown(
        right,
        (b) =>
          sql`if(length(${a}) != length(${b}) OR empty(${a}), ${noReal}, toNullable(arrayReduce('corr', ${a}, ${b})))`,
        noReal,
      ),
    noReal,
  );
}

const statisticNames = ['min', 'min_idx', 'max', 'max_idx', 'avg', 'stdev', 'variance'] as const;

/** JSON texts of the statistics of the finite numbers; a series with others has none unless they are left out. */
function statistics(
  series: Operand,
  ignore: Operand | undefined,
  use: (texts: Readonly<Record<string, Sql>>) => Sql,
  none: Sql,
): Sql {
  const isIgnored = ignore ? sql`ifNull(${convert(ignore, 'bool')}, false)` : sql`false`;
  return overSeries(
    series,
    (numbers) => {
      const finite = sql`arrayFilter(_v -> isNotNull(_v) AND isFinite(ifNull(_v, 0)), ${numbers})`;
      return bound(known(finite), (values) => {
        const extreme = (name: Sql) => sql`${name}(${values})`;
        const place = (name: Sql) =>
          sql`toString(toInt64(indexOf(${numbers}, ${extreme(name)})) - 1)`;
        const spread = (name: Sql) =>
          sql`if(length(${values}) < 2, 0, arrayReduce(${name}, ${values}))`;
        const number = (value: Sql) => bound(value, numberText);
        const texts = {
          min: number(extreme(sql`arrayMin`)),
          min_idx: place(sql`arrayMin`),
          max: number(extreme(sql`arrayMax`)),
          max_idx: place(sql`arrayMax`),
          avg: number(sql`arrayAvg(${values})`),
          stdev: number(spread(sql`'stddevSamp'`)),
          variance: number(spread(sql`'varSamp'`)),
          sum: number(sum(values)),
          len: sql`toString(length(${numbers}))`,
        };
        const isWhole = sql`(length(${values}) = length(${numbers}) OR ${isIgnored}) AND notEmpty(${values})`;
        return sql`if(${isWhole}, ${use(texts)}, ${none})`;
      });
    },
    none,
  );
}

export const seriesValueFunctions = {
  array_sum: total('array-sum-function', sum, ['array_sum(dynamic([1,2,3,4]))', '10.0']),
  series_sum: total('series-sum-function', sum, ['series_sum(dynamic([1,2,3.5]))', '6.5']),
  series_product: total(
    'series-product-function',
    (numbers) => sql`toFloat64(arrayProduct(${numbers}))`,
    ['series_product(dynamic([1,2,3,4]))', '24.0'],
  ),
  series_magnitude: {
    doc: 'series-magnitude-function',
    costly: true,
    nullable: 'always',
    emit: (series: Operand) => overVectors(series, series, (a) => size(a)),
    examples: [
      ['series_magnitude(dynamic([3,4]))', '5.0'],
      ['series_magnitude(dynamic([3,null,4]))', '5.0'],
    ],
  },
  series_dot_product: {
    doc: 'series-dot-product-function',
    costly: true,
    trap: 'the longer series is cut, and elements that are no numbers are left out',
    nullable: 'always',
    emit: (left: Operand, right: Operand) => overVectors(left, right, dot),
    examples: [['series_dot_product(dynamic([1,2,4]), dynamic([4,2,1]))', '12.0']],
  },
  series_cosine_similarity: {
    doc: 'series-cosine-similarity-function',
    costly: true,
    nullable: 'always',
    trap: 'sizes of the vectors that are given count as they are; others are computed',
    emit: (left: Operand, right: Operand, leftSize?: Operand, rightSize?: Operand) =>
      overVectors(left, right, (a, b) =>
        leftSize
          ? sql`${dot(a, b)} / (${sizeOr(leftSize, a)} * ${sizeOr(rightSize, b)})`
          : sql`${dot(a, b)} / sqrt(${dot(a, a)} * ${dot(b, b)})`,
      ),
    examples: [
      ['series_cosine_similarity(dynamic([1,0]), dynamic([0,2]))', '0.0'],
      ['series_cosine_similarity(dynamic([3,4]), dynamic([3,4]), 5, 5)', '1.0'],
      ['series_cosine_similarity(dynamic([3,4]), dynamic([3,4]), 10)', '0.5'],
    ],
  },
  series_pearson_correlation: {
    doc: 'series-pearson-correlation-function',
    costly: true,
    nullable: 'always',
    emit: correlation,
    examples: [['series_pearson_correlation(dynamic([1,2,3]), dynamic([2,4,6]))', '1.0']],
  },
  series_stats: {
    doc: 'series-stats-function',
    costly: true,
    trap: 'a series with gaps, NaN or an infinity has no statistics unless the second argument is true',
    emit: (series: Operand, ignore?: Operand) =>
      statistics(
        series,
        ignore,
        (texts) => tuple(...statisticNames.map((name) => texts[name] ?? sql`'null'`)),
        sql`'[]'`,
      ),
    examples: [['print series_stats(dynamic([1,2,6])) | project series_stats__avg', '3']],
  },
  series_stats_dynamic: {
    doc: 'series-stats-dynamic-function',
    costly: true,
    emit: (series: Operand, ignore?: Operand) => statistics(series, ignore, bag, sql`''`),
    examples: [['series_stats_dynamic(dynamic([1,2,6])).max_idx', '2']],
  },
} satisfies Record<string, ScalarFunction>;
