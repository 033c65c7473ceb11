import type { ScalarType } from '../catalog/types.js';
import { datetimeOfTicks, type Operand, ticksOf } from './operand.js';
import { columnTypes, type Sql, sql } from './sql.js';

/** A table function's rows, and the value of each: the source of KQL's `range`. */
export interface RangeSql {
  readonly from: Sql;
  readonly value: Sql;
}

/**
 * Values from the first, a step apart, up to the last or down to it; none where one of the three is
 * null or the step leads away. The engine makes the rows as they are read, so their number needs no
 * bound of its own.
 */
export function rangeSql(type: ScalarType, first: Operand, last: Operand, step: Operand): RangeSql {
  const isTime = type === 'datetime';
  const known = (operand: Operand): Sql =>
    operand.nullable ? sql`assumeNotNull(${operand})` : operand;
  const point = (operand: Operand) => (isTime ? ticksOf(known(operand)) : known(operand));
  const [start, end, size] = [point(first), point(last), known(step)];
  const index = sql`toInt64(number)`;
  const value = sql`(${start} + ${index} * ${size})`;
  return {
    from: sql`numbers(${rowCount(type, [first, last, step], start, end, size)})`,
    value: isTime ? datetimeOfTicks(value) : sql`CAST(${value} AS ${{ text: columnTypes[type] }})`,
  };
}

function rowCount(
  type: ScalarType,
  parts: readonly Operand[],
  start: Sql,
  end: Sql,
  size: Sql,
): Sql {
  const isReal = type === 'real' || type === 'decimal';
  // Wide enough for the distance between any two of the type's values.
  const wide = (part: Sql) => (isReal ? sql`toFloat64(${part})` : sql`toInt128(${part})`);
  const distance = sql`(${wide(end)} - ${wide(start)})`;
  const steps = isReal
    ? sql`accurateCastOrNull(floor(${distance} / ${size}), 'UInt64')`
    : sql`intDivOrNull(${distance}, ${wide(size)})`;
  const leads = sql`if(${size} > 0, ${distance} >= 0, ${size} < 0 AND ${distance} <= 0)`;
  const missing = parts.filter((part) => part.nullable).map((part) => `isNull(${part.text}) OR `);
  return sql`toUInt64(if(${{ text: missing.join('') }}NOT ${leads}, 0, ifNull(${steps} + 1, 0)))`;
}
