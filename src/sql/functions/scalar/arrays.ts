import { allBound, bound } from '../../bound.js';
import { convert } from '../../convert.js';
import type { ScalarFunction } from '../../functions.js';
import { arrayText, elementsOf, isArray, textArray } from '../../json.js';
import type { Operand } from '../../operand.js';
import { join, type Sql, sql } from '../../sql.js';
import {
  count,
  elementText,
  isElement,
  overAll,
  overArray,
  overElements,
  placeOf,
  rearranged,
} from './elements.js';

/** The array as it stands behind `array_concat`: null has no elements, a scalar is one. */
function concatenated(...values: Operand[]): Sql {
  const texts = values.map((value) => convert(value, 'dynamic'));
  return allBound(texts, (...jsons) => {
    const parts = jsons.map(
      (json) =>
        sql`multiIf(${isArray(json)}, ${elementsOf(json)}, empty(${json}), emptyArrayString(), [${json}])`,
    );
    const none = join(
      jsons.map((json) => sql`empty(${json})`),
      sql` AND `,
    );
    return sql`if(${none}, '', ${arrayText(sql`arrayConcat(${join(parts)})`)})`;
  });
}

/** A branch of `array_iff` as long as the condition: an array's elements, or the scalar each time. */
function branch(value: Operand, size: Sql): Sql {
  if (value.type !== 'dynamic') return sql`arrayWithConstant(${size}, ${elementText(value)})`;
  return bound(
    value,
    (json) =>
      sql`if(${isArray(json)}, arrayResize(${elementsOf(json)}, ${size}, 'null'), arrayWithConstant(${size}, ${elementText({ ...value, ...json })}))`,
  );
}

function chosen(condition: Operand, then: Operand, otherwise: Operand): Sql {
  return rearranged(condition, (elements) => {
    const size = sql`length(${elements})`;
    return sql`arrayMap((_c, _t, _f) -> multiIf(_c IN ('true', 'false'), if(_c = 'true', _t, _f), isNull(toFloat64OrNull(_c)), 'null', toFloat64OrNull(_c) != 0, _t, _f), ${elements}, ${branch(then, size)}, ${branch(otherwise, size)})`;
  });
}

const noLong = sql`CAST(NULL AS Nullable(Int64))`;

function indexOf(array: Operand, value: Operand, ...range: Operand[]): Sql {
  const find = (elements: Sql) =>
    range.length === 0
      ? sql`toNullable(toInt64(${placeOf(elements, value)}) - 1)`
      : indexInRange(elements, value, range);
  return overArray(array, (json) => bound(elementsOf(json), find), noLong);
}

/** The place, in a part of the array, of the value's first or n-th occurrence. */
function indexInRange(elements: Sql, value: Operand, range: readonly Operand[]): Sql {
  const [start, length, occurrence] = range;
  const size = sql`toInt64(length(${elements}))`;
  const offset = start ? count(start) : sql`0`;
  const from = sql`if(${offset} < 0, greatest(0, ${size} + ${offset}), ${offset})`;
  const most = length ? count(length) : sql`-1`;
  const nth = occurrence ? count(occurrence) : sql`1`;
  return allBound([from, most, nth], (first, length, wanted) => {
    const isInside = sql`_i >= ${first} AND (${length} < 0 OR _i < ${first} + ${length})`;
    const places = sql`arrayFilter((_i, _e) -> ${isInside} AND ${isElement(sql`_e`, value)}, arrayMap(_i -> toInt64(_i), range(length(${elements}))), ${elements})`;
    return bound(
      places,
      (found) =>
        sql`multiIf(${length} < -1 OR ${wanted} < 0, ${noLong}, ${wanted} = 0 OR length(${found}) < ${wanted}, toNullable(toInt64(-1)), toNullable(${found}[greatest(1, ${wanted})]))`,
    );
  });
}

const arrayLength: ScalarFunction = {
  doc: 'array-length-function',
  trap: 'null where the value is no array',
  nullable: 'always',
  emit: (array: Operand) =>
    overArray(array, (json) => sql`toNullable(toInt64(JSONLength(${json})))`, noLong),
  examples: [['array_length(dynamic([1,2,"x"]))', '3']],
};

const arrayIff: ScalarFunction = {
  doc: 'array-iff-function',
  emit: chosen,
  examples: [['array_iff(dynamic([true,0,1]), "yes", dynamic([4,5]))', '["yes",5,"yes"]']],
};

/** Rotation to the left; a negative count rotates to the right. */
function rotated(array: Operand, by: Sql): Sql {
  return rearranged(array, (elements) =>
    bound(
      sql`toInt64(positiveModulo(${by}, greatest(1, toInt64(length(${elements})))))`,
      (n) => sql`arrayConcat(arraySlice(${elements}, ${n} + 1), arraySlice(${elements}, 1, ${n}))`,
    ),
  );
}

/** Shift to the left with the gap filled; a negative count shifts to the right. */
function shifted(array: Operand, by: Sql, fill?: Operand): Sql {
  return rearranged(array, (elements) => {
    const isText = sql`notEmpty(${elements}) AND arrayAll(_e -> startsWith(_e, '"'), ${elements})`;
    const gap = fill ? elementText(fill) : sql`if(${isText}, '""', 'null')`;
    const size = sql`toInt64(length(${elements}))`;
    return bound(
      sql`greatest(-${size}, least(${size}, ${by}))`,
      (n) =>
        sql`if(${n} >= 0, arrayConcat(arraySlice(${elements}, ${n} + 1), arrayWithConstant(${n}, ${gap})), arrayConcat(arrayWithConstant(greatest(0, -${n}), ${gap}), arraySlice(${elements}, 1, ${size} + ${n})))`,
    );
  });
}

function sliced(array: Operand, start: Operand, end: Operand): Sql {
  return rearranged(array, (elements) => {
    const size = sql`toInt64(length(${elements}))`;
    const place = (value: Sql) => sql`if(${value} < 0, ${size} + ${value}, ${value})`;
    return allBound(
      [sql`greatest(0, ${place(count(start))})`, sql`least(${size} - 1, ${place(count(end))})`],
      (from, to) => sql`arraySlice(${elements}, ${from} + 1, greatest(0, ${to} - ${from} + 1))`,
    );
  });
}

/** The parts between the places; places beyond the ends count as the ends. */
function split(array: Operand, places: Operand): Sql {
  const given =
    places.type === 'dynamic'
      ? bound(
          places,
          (json) =>
            sql`if(${isArray(json)}, JSONExtract(${json}, 'Array(Int64)'), [JSONExtract(${json}, 'Int64')])`,
        )
      : sql`[${count(places)}]`;
  return rearranged(array, (elements) => {
    return bound(sql`toInt64(length(${elements}))`, (size) => {
      const cuts = sql`arrayMap(_c -> greatest(0, least(${size}, if(_c < 0, ${size} + _c, _c))), ${given})`;
      return bound(
        cuts,
        (ends) =>
          sql`arrayMap((_f, _t) -> ${arrayText(sql`arraySlice(${elements}, _f + 1, greatest(0, _t - _f))`)}, arrayPushFront(${ends}, toInt64(0)), arrayPushBack(${ends}, ${size}))`,
      );
    });
  });
}

/** JSON texts as the characters of strings, and everything else as it stands. */
function joinedText(array: Operand, delimiter: Operand): Sql {
  return overElements(array, (elements) => {
    const texts = sql`arrayMap(_e -> multiIf(startsWith(_e, '"'), JSONExtractString(_e), _e = 'null', '', _e), ${elements})`;
    return sql`arrayStringConcat(${texts}, ${convert(delimiter, 'string')})`;
  });
}

const strcatArray: ScalarFunction = {
  doc: 'strcat-array-function',
  emit: joinedText,
  examples: [['strcat_array(dynamic([1,"b",null]), "->")', '1->b->']],
};

export const arrayFunctions = {
  pack_array: {
    doc: 'pack-array-function',
    emit: (...parts: Operand[]) => arrayText(textArray(parts.map(elementText))),
    examples: [['pack_array(1, "a", dynamic(null))', '[1,"a",null]']],
  },
  array_length: arrayLength,
  arraylength: arrayLength,
  array_concat: {
    doc: 'array-concat-function',
    emit: concatenated,
    examples: [['array_concat(dynamic([1]), dynamic([2,3]))', '[1,2,3]']],
  },
  array_iff: arrayIff,
  array_iif: arrayIff,
  array_index_of: {
    doc: 'array-index-of-function',
    nullable: 'always',
    emit: indexOf,
    examples: [
      ['array_index_of(dynamic(["this","is","an","an"]), "an")', '2'],
      ['array_index_of(dynamic([1,2,1]), 1, 0, -1, 2)', '2'],
    ],
  },
  array_reverse: {
    doc: 'array-reverse-function',
    emit: (array: Operand) => rearranged(array, (elements) => sql`arrayReverse(${elements})`),
    examples: [['array_reverse(dynamic([1,2,3]))', '[3,2,1]']],
  },
  array_rotate_left: {
    doc: 'array-rotate-left-function',
    emit: (array: Operand, by: Operand) => rotated(array, count(by)),
    examples: [['array_rotate_left(dynamic([1,2,3,4,5]), 2)', '[3,4,5,1,2]']],
  },
  array_rotate_right: {
    doc: 'array-rotate-right-function',
    emit: (array: Operand, by: Operand) => rotated(array, sql`-${count(by)}`),
    examples: [['array_rotate_right(dynamic([1,2,3,4,5]), 2)', '[4,5,1,2,3]']],
  },
  array_shift_left: {
    doc: 'array-shift-left-function',
    trap: 'the gap is null, in an array of strings the empty string',
    emit: (array: Operand, by: Operand, fill?: Operand) => shifted(array, count(by), fill),
    examples: [['array_shift_left(dynamic([1,2,3]), 1)', '[2,3,null]']],
  },
  array_shift_right: {
    doc: 'array-shift-right-function',
    emit: (array: Operand, by: Operand, fill?: Operand) => shifted(array, sql`-${count(by)}`, fill),
    examples: [['array_shift_right(dynamic([1,2,3]), 1, 0)', '[0,1,2]']],
  },
  array_slice: {
    doc: 'array-slice-function',
    trap: 'both ends belong to the slice',
    emit: sliced,
    examples: [['array_slice(dynamic([1,2,3,4,5]), -3, -2)', '[3,4]']],
  },
  array_split: {
    doc: 'array-split-function',
    emit: split,
    examples: [['array_split(dynamic([1,2,3,4,5]), dynamic([1,3]))', '[[1],[2,3],[4,5]]']],
  },
  strcat_array: strcatArray,
  array_strcat: strcatArray,
  zip: {
    doc: 'zip-function',
    emit: (...arrays: Operand[]) =>
      overAll(arrays, (...lists) => {
        const size = sql`greatest(${join(lists.map((list) => sql`length(${list})`))})`;
        const names = lists.map((_, index) => ({ text: `_z${index}` }));
        const padded = lists.map((list) => sql`arrayResize(${list}, ${size}, 'null')`);
        return arrayText(
          sql`arrayMap((${join(names)}) -> ${arrayText(textArray(names))}, ${join(padded)})`,
        );
      }),
    examples: [['zip(dynamic([1,3]), dynamic(["a"]))', '[[1,"a"],[3,null]]']],
  },
} satisfies Record<string, ScalarFunction>;
