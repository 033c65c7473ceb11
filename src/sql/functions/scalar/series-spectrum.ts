import { allBound, bound } from '../../bound.js';
import { unlessFailing } from '../../fail.js';
import type { ScalarFunction } from '../../functions.js';
import type { Operand } from '../../operand.js';
import { overKnown, seriesText, tuple } from '../../series.js';
import { type Sql, sql } from '../../sql.js';

/** Complex numbers as two arrays: real and imaginary parts. */
interface Complex {
  readonly re: Sql;
  readonly im: Sql;
}

/** Elements that a transformed series may have. */
const maxElements = 100_000;

/**
 * The transform of a series whose length is a power of two, as a tuple of both parts: Stockham's form,
 * which needs no bit reversal. Each step adds and subtracts the halves, turns the differences, and
 * interleaves both in blocks that double in length.
 */
function powerOfTwo({ re, im }: Complex): Sql {
  const half = sql`intDiv(length(_x.1), 2)`;
  const low = (part: Sql) => sql`arraySlice(${part}, 1, ${half})`;
  const high = (part: Sql) => sql`arraySlice(${part}, ${half} + 1)`;
  const step = allBound(
    [low(sql`_x.1`), high(sql`_x.1`), low(sql`_x.2`), high(sql`_x.2`), sql`_x.3`],
    (ar = sql``, br = sql``, ai = sql``, bi = sql``, block = sql``) => {
      const turns = bound(
        sql`pi() / length(${ar})`,
        (unit) =>
          sql`arrayMap(_k -> -${unit} * toFloat64((_k - 1) - (_k - 1) % ${block}), arrayEnumerate(${ar}))`,
      );
      return bound(turns, (angles) => {
        const sum = (a: Sql, b: Sql) => sql`arrayMap((_p, _q) -> _p + _q, ${a}, ${b})`;
        const turned = (own: Sql) =>
          sql`arrayMap((_p, _q, _u, _v, _w) -> ${own}, ${ar}, ${br}, ${ai}, ${bi}, ${angles})`;
        const blocks = (part: Sql) =>
          bound(
            part,
            (values) =>
              sql`arraySplit((_v, _k) -> (_k - 1) % ${block} = 0, ${values}, arrayEnumerate(${values}))`,
          );
        const interleaved = (a: Sql, b: Sql) =>
          sql`arrayFlatten(arrayMap((_p, _q) -> arrayConcat(_p, _q), ${blocks(a)}, ${blocks(b)}))`;
        const real = interleaved(
          sum(ar, br),
          turned(sql`(_p - _q) * cos(_w) - (_u - _v) * sin(_w)`),
        );
        const imaginary = interleaved(
          sum(ai, bi),
          turned(sql`(_p - _q) * sin(_w) + (_u - _v) * cos(_w)`),
        );
        return sql`(${real}, ${imaginary}, ${block} * 2)`;
      });
    },
  );
  const steps = sql`range(toUInt64(round(log2(greatest(1, length(${re}))))))`;
  return sql`arrayFold((_x, _i) -> ${step}, ${steps}, (${re}, ${im}, toUInt64(1)))`;
}

/** The next power of two that holds a convolution of the series with itself. */
function paddedSize(size: Sql): Sql {
  return sql`toUInt64(exp2(ceil(log2(greatest(1, 2 * toInt64(${size}) - 1)))))`;
}

/** Any length, by Bluestein: the transform as a convolution with a chirp, which powers of two transform. */
function anyLength(value: Complex, use: (result: Complex) => Sql): Sql {
  return bound(sql`length(${value.re})`, (size) => {
    // The square of a place wraps round at twice the length: so the angle stays exact.
    const places = sql`arrayMap(_k -> (_k - 1) * (_k - 1) % (2 * ${size}), arrayMap(_k -> toUInt64(_k), arrayEnumerate(${value.re})))`;
    const unit = sql`pi() / ${size}`;
    const chirp = bound(unit, (u) => sql`arrayMap(_k -> -${u} * _k, ${places})`);
    return allBound([chirp, paddedSize(size)], (angles, padded) => {
      const zeros = (part: Sql) => sql`arrayResize(${part}, ${padded}, toFloat64(0))`;
      const times = (own: Sql) =>
        sql`arrayMap((_p, _u, _w) -> ${own}, ${value.re}, ${value.im}, ${angles})`;
      const signal: Complex = {
        re: zeros(times(sql`_p * cos(_w) - _u * sin(_w)`)),
        im: zeros(times(sql`_p * sin(_w) + _u * cos(_w)`)),
      };
      // The chirp runs in both directions from the first place.
      const both = (own: Sql) =>
        bound(
          sql`arrayMap(_w -> ${own}, ${angles})`,
          (half) =>
            sql`arrayConcat(${half}, arrayWithConstant(${padded} - 2 * ${size} + 1, toFloat64(0)), arrayReverse(arrayPopFront(${half})))`,
        );
      const filter: Complex = { re: both(sql`cos(_w)`), im: both(sql`-sin(_w)`) };
      const spectra = [complex(signal, powerOfTwo), complex(filter, powerOfTwo)];
      return allBound(spectra, (a, b) => {
        // The inverse transform is that of the conjugate.
        const product: Complex = {
          re: sql`arrayMap((_p, _u, _q, _v) -> _p * _q - _u * _v, ${a}.1, ${a}.2, ${b}.1, ${b}.2)`,
          im: sql`arrayMap((_p, _u, _q, _v) -> -(_p * _v + _u * _q), ${a}.1, ${a}.2, ${b}.1, ${b}.2)`,
        };
        return bound(complex(product, powerOfTwo), (c) => {
          const cut = (part: Sql) => sql`arraySlice(${part}, 1, ${size})`;
          const back = (own: Sql) =>
            sql`arrayMap((_p, _u, _w) -> (${own}) / ${padded}, ${cut(sql`${c}.1`)}, ${cut(sql`${c}.2`)}, ${angles})`;
          return use({
            re: back(sql`_p * cos(_w) + _u * sin(_w)`),
            im: back(sql`_p * sin(_w) - _u * cos(_w)`),
          });
        });
      });
    });
  });
}

/** Both parts under names of their own. */
function complex(value: Complex, use: (named: Complex) => Sql): Sql {
  return allBound([value.re, value.im], (re, im) => use({ re, im }));
}

function transformed(value: Complex, use: (result: Complex) => Sql): Sql {
  const direct = bound(powerOfTwo(value), (x) => use({ re: sql`${x}.1`, im: sql`${x}.2` }));
  const isPower = sql`bitCount(length(${value.re})) = 1`;
  return unlessFailing(
    sql`length(${value.re}) > ${{ text: String(maxElements) }}`,
    'A series to be transformed may have at most 100000 elements',
    sql`if(${isPower}, ${direct}, ${anyLength(value, use)})`,
    sql`''`,
  );
}

const reals = (numbers: Sql) => seriesText(sql`arrayMap(_v -> toNullable(_v), ${numbers})`);
const negated = (numbers: Sql) => sql`arrayMap(_v -> -_v, ${numbers})`;

function transform(isInverse: boolean, real: Operand, imaginary?: Operand): Sql {
  const both = (use: (value: Complex) => Sql) =>
    overKnown(
      real,
      (re) =>
        imaginary
          ? overKnown(
              imaginary,
              (im) => sql`if(length(${re}) = length(${im}), ${use({ re, im })}, '[]')`,
              sql`'[]'`,
            )
          : bound(sql`arrayMap(_v -> toFloat64(0), ${re})`, (im) => use({ re, im })),
      sql`'[]'`,
    );
  return both((value) => {
    if (!isInverse) {
      const result = transformed(value, ({ re, im }) => tuple(reals(re), reals(im)));
      return sql`if(empty(${value.re}), '[[],[]]', ${result})`;
    }
    const scaled = (part: Sql, size: Sql) => sql`arrayMap(_v -> _v / ${size}, ${part})`;
    const result = bound(sql`length(${value.re})`, (size) =>
      complex({ re: value.re, im: negated(value.im) }, (conjugate) =>
        transformed(conjugate, ({ re, im }) =>
          tuple(reals(scaled(re, size)), reals(scaled(negated(im), size))),
        ),
      ),
    );
    return sql`if(empty(${value.re}), '[[],[]]', ${result})`;
  });
}

export const seriesSpectrumFunctions = {
  series_fft: {
    doc: 'series-fft-function',
    costly: true,
    emit: (real: Operand, imaginary?: Operand) => transform(false, real, imaginary),
    examples: [
      [
        'print (re, im) = series_fft(dynamic([1,0,0,0])) | project tostring(re)',
        '[1.0,1.0,1.0,1.0]',
      ],
    ],
  },
  series_ifft: {
    doc: 'series-ifft-function',
    costly: true,
    emit: (real: Operand, imaginary?: Operand) => transform(true, real, imaginary),
    examples: [
      [
        'print (re, im) = series_ifft(dynamic([4,0,0,0])) | project tostring(re)',
        '[1.0,1.0,1.0,1.0]',
      ],
    ],
  },
} satisfies Record<string, ScalarFunction>;
