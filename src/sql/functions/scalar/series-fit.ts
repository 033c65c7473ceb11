import { allBound, bound } from '../../bound.js';
import { convert } from '../../convert.js';
import type { CallSite, ScalarFunction } from '../../functions.js';
import type { Operand } from '../../operand.js';
import { bag, numberText, overKnown, seriesText, tuple } from '../../series.js';
import { join, type Sql, sql } from '../../sql.js';
import { invalid } from '../refused.js';

/** JSON texts of what describes a fit, by KQL's names and in its order. */
type Fit = Readonly<Record<string, Sql>>;

const number = (value: Sql) => bound(value, numberText);

/** The sample variance; of fewer than two numbers 0. */
function variance(numbers: Sql): Sql {
  return sql`if(length(${numbers}) < 2, 0, arrayReduce('varSamp', ${numbers}))`;
}

/** How much of the variance a fit explains. */
function explained(total: Sql, residual: Sql): Sql {
  return sql`if(${total} = 0, 0, 1 - ${residual} / ${total})`;
}

/** Slope and intercept of the line of least squares over the places 1, 2, … as a tuple. */
export function lineOf(numbers: Sql): Sql {
  const places = sql`arrayMap(_i -> toFloat64(_i), arrayEnumerate(${numbers}))`;
  return allBound(
    [places, sql`arrayAvg(${numbers})`, sql`(length(${numbers}) + 1) / 2`],
    (x, meanY, meanX) => {
      const xy = sql`arraySum((_x, _y) -> (_x - ${meanX}) * (_y - ${meanY}), ${x}, ${numbers})`;
      const xx = sql`arraySum(_x -> (_x - ${meanX}) * (_x - ${meanX}), ${x})`;
      return bound(
        sql`if(length(${numbers}) < 2, toFloat64(0), ${xy} / ${xx})`,
        (slope) => sql`(${slope}, ${meanY} - ${slope} * ${meanX})`,
      );
    },
  );
}

/** The line's values over as many places as the series has. */
export function lineValues(line: Sql, numbers: Sql): Sql {
  return sql`arrayMap(_i -> ${line}.1 * _i + ${line}.2, arrayEnumerate(${numbers}))`;
}

export function fittedLine(numbers: Sql): Sql {
  return bound(lineOf(numbers), (line) => lineValues(line, numbers));
}

function residuals(numbers: Sql, fitted: Sql): Sql {
  return sql`arrayMap((_y, _f) -> _y - _f, ${numbers}, ${fitted})`;
}

function fitLine(numbers: Sql, use: (fit: Fit) => Sql): Sql {
  return bound(lineOf(numbers), (line) =>
    bound(lineValues(line, numbers), (fitted) =>
      allBound([variance(numbers), variance(residuals(numbers, fitted))], (total, residual) =>
        use({
          rsquare: number(explained(total, residual)),
          slope: number(sql`${line}.1`),
          variance: number(total),
          rvariance: number(residual),
          interception: number(sql`${line}.2`),
          line_fit: seriesText(fitted),
        }),
      ),
    ),
  );
}

/**
 * Where two lines fit best: the number of elements on the left. From running sums, so that every split
 * costs the same; each side has two elements at least.
 */
function splitOf(numbers: Sql): Sql {
  const places = sql`arrayMap(_i -> toFloat64(_i) - 1, arrayEnumerate(${numbers}))`;
  // Around the mean the sums stay small.
  const centered = bound(
    sql`arrayAvg(${numbers})`,
    (mean) => sql`arrayMap(_y -> _y - ${mean}, ${numbers})`,
  );
  return allBound([places, centered], (x, y) => {
    const sums = [
      y,
      sql`arrayMap((_x, _y) -> _x * _y, ${x}, ${y})`,
      sql`arrayMap(_y -> _y * _y, ${y})`,
    ].map((values) => sql`arrayCumSum(${values})`);
    return allBound(sums, (...running) => {
      const totals = [sql`toFloat64(length(${y}))`, ...running.map((sum) => sql`${sum}[-1]`)];
      // A lambda that named the arrays would be handed a copy of them for each element.
      return allBound(totals, (size = sql``, sy = sql``, sxy = sql``, syy = sql``) => {
        const left = squaredError(sql`_n`, sql`_y`, sql`_xy`, sql`_yy`, sql`0`);
        const rest = [
          sql`(${size} - _n)`,
          sql`(${sy} - _y)`,
          sql`(${sxy} - _xy)`,
          sql`(${syy} - _yy)`,
        ];
        const [n = sql``, sumY = sql``, sumXy = sql``, sumYy = sql``] = rest;
        const right = squaredError(n, sumY, sumXy, sumYy, sql`_n`);
        const errors = sql`arrayMap((_n, _y, _xy, _yy) -> if(_n < 2 OR ${size} - _n < 2, inf, ${left} + ${right}), arrayMap(_i -> toFloat64(_i), arrayEnumerate(${y})), ${join(running)})`;
        return bound(errors, (all) => sql`indexOf(${all}, arrayMin(${all}))`);
      });
    });
  });
}

/** What the best line over `n` places from `start` on misses, squared, from the sums of y, xy and yy. */
function squaredError(n: Sql, y: Sql, xy: Sql, yy: Sql, start: Sql): Sql {
  const x = sql`(${n} * ${start} + ${n} * (${n} - 1) / 2)`;
  const xx = sql`(${n} * (${n} * ${n} - 1) / 12)`;
  const covariance = sql`(${xy} - ${x} * ${y} / ${n})`;
  return sql`greatest(0, ${yy} - ${y} * ${y} / ${n} - ${covariance} * ${covariance} / ${xx})`;
}

interface TwoLines {
  readonly whole: Fit;
  readonly right: Fit;
  readonly left: Fit;
}

function fitTwoLines(numbers: Sql, use: (fit: TwoLines) => Sql): Sql {
  // Too short to be split: one line, and nothing on the right.
  const split = bound(
    splitOf(numbers),
    (at) => sql`if(length(${numbers}) < 4, length(${numbers}), ${at})`,
  );
  return bound(split, (at) =>
    allBound(
      [sql`arraySlice(${numbers}, 1, ${at})`, sql`arraySlice(${numbers}, ${at} + 1)`],
      (first, second) => {
        const fitted = sql`arrayConcat(${fittedLine(first)}, ${fittedLine(second)})`;
        return bound(fitted, (both) =>
          allBound([variance(numbers), variance(residuals(numbers, both))], (total, residual) =>
            fitLine(second, (right) =>
              fitLine(first, (left) =>
                use({
                  whole: {
                    rsquare: number(explained(total, residual)),
                    split_idx: sql`toString(${at})`,
                    variance: number(total),
                    rvariance: number(residual),
                    line_fit: seriesText(both),
                  },
                  right: withoutFit(right),
                  left: withoutFit(left),
                }),
              ),
            ),
          ),
        );
      },
    ),
  );
}

/** The parts of the two-line functions, in their order. */
function withoutFit(fit: Fit): Fit {
  const order = ['rsquare', 'slope', 'interception', 'variance', 'rvariance'];
  return Object.fromEntries(order.map((name) => [name, fit[name] ?? sql`'null'`]));
}

/**
 * A polynomial of least squares by orthogonal polynomials, which stay exact where powers do not. Each step
 * adds a degree: the last two polynomials' values and coefficients, the last norm, and the fit so far.
 */
function fitPolynomial(y: Sql, x: Sql, degree: Sql, use: (fit: Fit) => Sql): Sql {
  const dot = (a: Sql, b: Sql) => sql`arraySum((_p, _q) -> _p * _q, ${a}, ${b})`;
  const zeros = sql`arrayMap(_x -> toFloat64(0), ${x})`;
  const ones = sql`arrayMap(_x -> toFloat64(1), ${x})`;
  const blank = sql`arrayWithConstant(${degree} + 1, toFloat64(0))`;
  const unit = sql`arrayConcat([toFloat64(1)], arrayWithConstant(${degree}, toFloat64(0)))`;
  // _s: values before, values, coefficients before, coefficients, norm before, fitted, fitted coefficients.
  const start = sql`(${zeros}, ${ones}, ${blank}, ${unit}, toFloat64(0), ${zeros}, ${blank})`;
  const norm = dot(sql`_s.2`, sql`_s.2`);
  const step = bound(norm, (n) =>
    allBound(
      [
        sql`if(${n} = 0, 0, ${dot(y, sql`_s.2`)} / ${n})`,
        sql`if(${n} = 0, 0, arraySum((_x, _p) -> _x * _p * _p, ${x}, _s.2) / ${n})`,
        sql`if(_s.5 = 0, 0, ${n} / _s.5)`,
      ],
      (weight, center, ratio) => {
        const next = sql`arrayMap((_x, _p, _o) -> (_x - ${center}) * _p - ${ratio} * _o, ${x}, _s.2, _s.1)`;
        const raised = sql`arrayConcat([toFloat64(0)], arrayPopBack(_s.4))`;
        const coefficients = sql`arrayMap((_h, _p, _o) -> _h - ${center} * _p - ${ratio} * _o, ${raised}, _s.4, _s.3)`;
        const fitted = sql`arrayMap((_f, _p) -> _f + ${weight} * _p, _s.6, _s.2)`;
        const sum = sql`arrayMap((_f, _p) -> _f + ${weight} * _p, _s.7, _s.4)`;
        return sql`(_s.2, ${next}, _s.4, ${coefficients}, ${n}, ${fitted}, ${sum})`;
      },
    ),
  );
  const walk = sql`arrayFold((_s, _d) -> ${step}, range(toUInt64(${degree} + 1)), ${start})`;
  return bound(walk, (end) =>
    allBound([variance(y), variance(residuals(y, sql`${end}.6`))], (total, residual) =>
      use({
        rsquare: number(explained(total, residual)),
        coefficients: seriesText(sql`arrayReverse(${end}.7)`),
        variance: number(total),
        rvariance: number(residual),
        poly_fit: seriesText(sql`${end}.6`),
      }),
    ),
  );
}

/** Degrees that a fit may have. */
const maxDegree = 50;

function polynomial(call: CallSite, series: Operand, independent?: Operand, degree?: Operand): Sql {
  if (degree && degree.type !== 'int' && degree.type !== 'long') {
    throw invalid(call, 'series_fit_poly(): the degree has to be a whole number');
  }
  const wanted = degree ? sql`ifNull(${convert(degree, 'long')}, 1)` : sql`toInt64(1)`;
  const order = sql`greatest(0, least(${{ text: String(maxDegree) }}, ${wanted}))`;
  return overKnown(
    series,
    (y) =>
      bound(order, (d) => {
        const onPlaces = (x: Sql) =>
          fitPolynomial(y, x, d, (result) => tuple(...Object.values(result)));
        if (independent) {
          return overKnown(
            independent,
            (x) => sql`if(length(${x}) = length(${y}) AND notEmpty(${y}), ${onPlaces(x)}, '[]')`,
            sql`'[]'`,
          );
        }
        const places = sql`arrayMap(_i -> toFloat64(_i), arrayEnumerate(${y}))`;
        return sql`if(empty(${y}), '[]', ${bound(places, onPlaces)})`;
      }),
    sql`'[]'`,
  );
}

const overSome = (series: Operand, use: (numbers: Sql) => Sql, none: Sql) =>
  overKnown(series, (numbers) => sql`if(empty(${numbers}), ${none}, ${use(numbers)})`, none);

export const seriesFitFunctions = {
  series_fit_line: {
    doc: 'series-fit-line-function',
    costly: true,
    emit: (series: Operand) =>
      overSome(
        series,
        (numbers) => fitLine(numbers, (fit) => tuple(...Object.values(fit))),
        sql`'[]'`,
      ),
    examples: [['print (r, slope) = series_fit_line(dynamic([1,3,5])) | project slope', '2']],
  },
  series_fit_line_dynamic: {
    doc: 'series-fit-line-dynamic-function',
    costly: true,
    emit: (series: Operand) => overSome(series, (numbers) => fitLine(numbers, bag), sql`''`),
    examples: [['series_fit_line_dynamic(dynamic([1,3,5])).line_fit', '[1.0,3.0,5.0]']],
  },
  series_fit_2lines: {
    doc: 'series-fit-2lines-function',
    costly: true,
    emit: (series: Operand) =>
      overSome(
        series,
        (numbers) =>
          fitTwoLines(numbers, ({ whole, right, left }) =>
            tuple(...[whole, right, left].flatMap((part) => Object.values(part))),
          ),
        sql`'[]'`,
      ),
    examples: [
      ['print (r, split) = series_fit_2lines(dynamic([0,1,2,3,9,7,5,3])) | project split', '4'],
    ],
  },
  series_fit_2lines_dynamic: {
    doc: 'series-fit-2lines-dynamic-function',
    costly: true,
    emit: (series: Operand) =>
      overSome(
        series,
        (numbers) =>
          fitTwoLines(numbers, ({ whole, right, left }) =>
            bag({ ...whole, right: bag(right), left: bag(left) }),
          ),
        sql`''`,
      ),
    examples: [['series_fit_2lines_dynamic(dynamic([0,1,2,3,9,7,5,3])).right.slope', '-2.0']],
  },
  series_fit_poly: {
    doc: 'series-fit-poly-function',
    costly: true,
    trap: 'without x values the places are counted from 1, and coefficients start with the highest power',
    emitCall: polynomial,
    examples: [
      [
        'print (r, c) = series_fit_poly(dynamic([1,4,9]), dynamic([1,2,3]), int(2)) | project array_length(c)',
        '3',
      ],
    ],
  },
} satisfies Record<string, ScalarFunction>;
