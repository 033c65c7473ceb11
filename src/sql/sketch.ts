import { datetimeText, timespanText } from './convert.js';
import { letIn } from './let.js';
import { datetimeOfTicks, type Operand, ticksOf } from './operand.js';
import { join, type Sql, sql } from './sql.js';

/*
 * The states of `hll()` and `tdigest()` as JSON texts, which a query may keep, merge and read. Both are
 * exact while few values are in them. They are data from outside: nothing in them is decoded by the engine
 * other than numbers.
 *
 * hll:     [[k],[h1,h2,…]]           the k least hashes of the values
 * tdigest: [["long"],[v,…],[w,…]]    values in their order, and how often each stands for
 */

// ---- distinct values --------------------------------------------------------------------------------

/** A hash that is the same for equal values of any column. */
export function hashOf(value: Operand): Sql {
  const plain = value.nullable ? sql`assumeNotNull(${value})` : value;
  switch (value.type) {
    case 'int':
      return sql`sipHash64(toInt64(${plain}))`;
    case 'datetime':
      return sql`sipHash64(${ticksOf(plain)})`;
    case 'string':
    case 'dynamic':
      return sql`sipHash64(toString(${plain}))`;
    default:
      return sql`sipHash64(${plain})`;
  }
}

export function hashesOf(state: Sql): Sql {
  return sql`JSONExtract(${state}, 2, 'Array(UInt64)')`;
}

export function sizeOfHashes(state: Sql): Sql {
  return sql`JSONExtract(${state}, 1, 1, 'UInt32')`;
}

/** The state of distinct hashes; that of none is null. */
export function hashState(size: Sql, hashes: Sql): Sql {
  const kept = sql`arrayStringConcat(arraySlice(arraySort(${hashes}), 1, ${size}), ',')`;
  return sql`if(empty(${hashes}), '', concat('[[', toString(${size}), '],[', ${kept}, ']]'))`;
}

/** How many distinct values a state stands for. */
export function countOfHashes(state: Sql): Sql {
  const [size, hashes] = [sizeOfHashes(state), hashesOf(state)];
  // Of evenly spread hashes, the k-th least tells how densely they lie.
  const dense = sql`toInt64(round((toFloat64(${size}) - 1) * 18446744073709551616. / greatest(toFloat64(${hashes}[-1]), 1.)))`;
  return sql`if(length(${hashes}) < ${size}, toInt64(length(${hashes})), ${dense})`;
}

/** How many values all of the states have: their share of the least hashes of all together. */
export function countOfCommonHashes(states: readonly Sql[]): Sql {
  const lists = states.map(hashesOf);
  const size = sql`arrayMin([${join(states.map(sizeOfHashes))}])`;
  const least = sql`arraySlice(arraySort(arrayDistinct(arrayConcat(${join(lists)}))), 1, ${size})`;
  const common = sql`length(arrayIntersect(_u, ${join(lists)}))`;
  const whole = sql`(toFloat64(_k) - 1) * 18446744073709551616. / greatest(toFloat64(_u[-1]), 1.)`;
  const body = sql`if(length(_u) < _k OR _k = 0, toInt64(${common}), toInt64(round(${common} / _k * ${whole})))`;
  return letIn({ _u: least, _k: size }, body);
}

// ---- distributions ----------------------------------------------------------------------------------

/** More values than these are merged with their neighbours, least at the ends of the distribution. */
const mostCentroids = sql`1000`;

/** The value as a number that keeps its order: ticks for points in time and spans. */
export function digestKey(value: Operand): Sql {
  const plain = value.nullable ? sql`assumeNotNull(${value})` : value;
  switch (value.type) {
    case 'datetime':
      return ticksOf(plain);
    case 'int':
    case 'long':
    case 'timespan':
      return sql`toInt64(${plain})`;
    default:
      return sql`toFloat64(${plain})`;
  }
}

export function digestTag(value: Operand): Sql {
  switch (value.type) {
    case 'int':
    case 'long':
      return sql`'"long"'`;
    case 'datetime':
      return sql`'"datetime"'`;
    case 'timespan':
      return sql`'"timespan"'`;
    default:
      return sql`'"real"'`;
  }
}

export const digestParts = {
  tag: (state: Sql) => sql`JSONExtractRaw(${state}, 1, 1)`,
  keys: (state: Sql) => sql`JSONExtractArrayRaw(${state}, 2)`,
  weights: (state: Sql) => sql`JSONExtract(${state}, 3, 'Array(Int64)')`,
};

/** The state of (keys, weights) as `sumMap` gives them: keys are distinct and, as numbers or texts, in some order. */
export function digestState(tag: Sql, sums: Sql): Sql {
  const lists = { _v: sql`tupleElement(_d, 1)`, _c: sql`tupleElement(_d, 2)` };
  const text = sql`if(empty(_k), '', concat('[[', ${tag}, '],[', arrayStringConcat(${lists._v}, ','), '],[', arrayStringConcat(${lists._c}, ','), ']]'))`;
  return letIn(
    {
      _k: sql`arrayMap(_x -> toString(_x), tupleElement(${sums}, 1))`,
      _w: sql`tupleElement(${sums}, 2)`,
    },
    letIn({ _d: compressed(sorted()) }, text),
  );
}

/** Texts of numbers in the order of the numbers; doubles alone cannot tell neighbouring ticks apart. */
function sorted(): Sql {
  return sql`arraySort(_t -> tuple(toFloat64OrZero(tupleElement(_t, 1)), toInt64OrZero(tupleElement(_t, 1))), arrayZip(_k, _w))`;
}

function compressed(pairs: Sql): Sql {
  const place = sql`toInt32(floor(318.3 * asin(least(1., greatest(-1., 2 * (_c - tupleElement(_t, 2) / 2) / _n - 1)))))`;
  // The least and the greatest value stand alone, so that percentiles 0 and 100 are exact.
  const bucket = sql`multiIf(_c = tupleElement(_t, 2), -1000, _c = _n, 1000, ${place})`;
  const buckets = sql`arrayMap((_t, _c) -> ${bucket}, _p, arrayCumSum(arrayMap(_t -> tupleElement(_t, 2), _p)))`;
  const groups = sql`arraySplit((_t, _b) -> _b != 0, _p, arrayDifference(${buckets}))`;
  const merged = sql`arrayMap(_g -> tuple(tupleElement(_g[-1], 1), arraySum(arrayMap(_t -> tupleElement(_t, 2), _g))), ${groups})`;
  const whole = sql`if(length(_p) <= ${mostCentroids}, _p, ${merged})`;
  return letIn(
    { _p: pairs },
    letIn(
      { _n: sql`arraySum(arrayMap(_t -> tupleElement(_t, 2), _p))` },
      letIn(
        { _r: whole },
        sql`tuple(arrayMap(_t -> tupleElement(_t, 1), _r), arrayMap(_t -> tupleElement(_t, 2), _r))`,
      ),
    ),
  );
}

/** The least value that so many percent of the values do not exceed, as JSON text; '' of an empty state. */
export function percentileText(state: Sql, percent: Sql): Sql {
  const { tag, keys, weights } = digestParts;
  const place = sql`arrayFirstIndex(_c -> _c >= ceil(_n * least(100., greatest(0., ${percent})) / 100 - 1e-9), arrayCumSum(_w))`;
  const key = letIn(
    { _w: weights(state) },
    letIn({ _n: sql`arraySum(_w)` }, sql`arrayElement(${keys(state)}, ${place})`),
  );
  const [ticks, time] = [
    sql`toInt64OrZero(_v)`,
    datetimeText(datetimeOfTicks(sql`toInt64OrZero(_v)`)),
  ];
  return letIn(
    { _v: key, _g: tag(state) },
    sql`multiIf(empty(_v), '', _g = '"datetime"', concat('"', ${time}, '"'), _g = '"timespan"', concat('"', ${timespanText(ticks)}, '"'), _v)`,
  );
}

/** How many of the state's values are not greater than the value. */
export function rankIn(state: Sql, value: Sql): Sql {
  const { keys, weights } = digestParts;
  return sql`arraySum(arrayMap((_v, _c) -> if(toFloat64OrZero(_v) <= ${value}, _c, 0), ${keys(state)}, ${weights(state)}))`;
}

export function totalOf(state: Sql): Sql {
  return sql`arraySum(${digestParts.weights(state)})`;
}
