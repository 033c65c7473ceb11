import { allBound, bound } from '../../bound.js';
import { convert } from '../../convert.js';
import { unlessFailing } from '../../fail.js';
import type { ScalarFunction } from '../../functions.js';
import { arrayText } from '../../json.js';
import { datetimeOfTicks, type Operand, ticksOf } from '../../operand.js';
import { type Sql, sql } from '../../sql.js';
import { elementText } from './elements.js';

/**
 * What `make-series` is planned with. An axis is cut into slots of one step each, counted from the origin:
 * the start of the series, or where `bin()` counts from.
 */

/** Elements that a series has at most, as KQL's own. */
const maxElements = 1_048_576;

/** A place on the axis as a number: instants by their ticks. */
function number(value: Operand): Sql {
  return value.type === 'datetime' ? ticksOf(value) : value;
}

const isWhole = ({ type }: Operand) => type !== 'real' && type !== 'decimal';

/** The slot of a value: how many whole steps it lies behind the origin. */
function slot(value: Operand, step: Operand, origin: Operand): Sql {
  const distance = sql`(${number(value)} - ${number(origin)})`;
  if (!isWhole(step)) return sql`accurateCastOrNull(floor(${distance} / ${step}), 'Int64')`;
  const rest = sql`positiveModulo(${distance}, ${positive(step)})`;
  return sql`toInt64(intDiv(${distance} - ${rest}, ${positive(step)}))`;
}

/** The planner has seen to it that a known step is positive; another that is not would divide by zero. */
function positive(step: Operand): Sql {
  return step.constant ? step : sql`greatest(1, ${step.nullable ? sql`ifNull(${step}, 1)` : step})`;
}

/** The first slot that starts at the value or behind it. */
function slotFrom(value: Operand, step: Operand, origin: Operand): Sql {
  const distance = sql`(${number(value)} - ${number(origin)})`;
  if (!isWhole(step)) return sql`accurateCastOrNull(ceil(${distance} / ${step}), 'Int64')`;
  const missing = sql`positiveModulo(-${distance}, ${positive(step)})`;
  return sql`toInt64(intDiv(${distance} + ${missing}, ${positive(step)}))`;
}

/** How many slots a series has, from one to another. */
function size(first: Operand, end: Operand): Sql {
  const count = sql`greatest(0, ifNull(${end} - ${first}, 0))`;
  return bound(count, (n) =>
    unlessFailing(
      sql`${n} > ${{ text: String(maxElements) }}`,
      'make-series: a series would have more than 1048576 elements',
      n,
      sql`0`,
    ),
  );
}

/** The values of the slots from `first` to before `end`; a slot without one has the default. */
function values(points: Operand, first: Operand, end: Operand, otherwise: Operand): Sql {
  const from = first.nullable ? sql`ifNull(${first}, 0)` : first;
  return allBound([points, size(first, end), elementText(otherwise)], (all, length, gap) => {
    const known = sql`arrayFilter(_p -> _p.1 >= ${from} AND _p.1 < ${from} + ${length}, ${all})`;
    return bound(known, (inside) => {
      const before = sql`arrayPushFront(arrayPopBack(arrayMap(_p -> _p.1, ${inside})), ${from} - 1)`;
      const filled = sql`arrayFlatten(arrayMap((_p, _b) -> arrayPushBack(arrayWithConstant(greatest(0, _p.1 - _b - 1), ${gap}), _p.2), ${inside}, arrayResize(${before}, length(${inside}))))`;
      return arrayText(sql`arrayResize(${filled}, ${length}, ${gap})`);
    });
  });
}

/** Where the slots start, as an array of the axis's type. */
function axis(first: Operand, end: Operand, step: Operand, origin: Operand): Sql {
  const from = first.nullable ? sql`ifNull(${first}, 0)` : first;
  return bound(size(first, end), (length) => {
    const places = sql`arrayMap(_i -> ${number(origin)} + (${from} + toInt64(_i)) * ${step}, range(toUInt64(${length})))`;
    const place: Operand = {
      ...(origin.type === 'datetime' ? datetimeOfTicks(sql`toInt64(_v)`) : sql`_v`),
      type: origin.type,
      nullable: false,
      expression: origin.expression,
    };
    const known = origin.nullable ? sql`arrayMap(_v -> assumeNotNull(_v), ${places})` : places;
    return arrayText(sql`arrayMap(_v -> ${convert(place, 'dynamic')}, ${known})`);
  });
}

export const makeSeriesFunctions = {
  series_slot: { doc: 'make-series-operator', emit: slot },
  series_slot_from: { doc: 'make-series-operator', emit: slotFrom },
  series_values: { doc: 'make-series-operator', emit: values },
  series_axis: { doc: 'make-series-operator', emit: axis },
} satisfies Record<string, ScalarFunction>;
