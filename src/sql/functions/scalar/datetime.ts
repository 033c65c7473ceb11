import { convert } from '../../convert.js';
import type { ScalarFunction } from '../../functions.js';
import { datetimeOfTicks, type Operand, ticksOf } from '../../operand.js';
import { type Sql, sql } from '../../sql.js';

const dayTicks = sql`864000000000`;

/** The first instant of a day, month … that lies whole units after the one around the value. */
function start(unit: 'day' | 'week' | 'month' | 'year') {
  return (value: Operand, offset?: Operand): Sql => {
    const instant = convert(value, 'datetime');
    const moved = offset
      ? sql`${addFunctions[unit]}(${dateOf(instant, unit)}, ${offset})`
      : dateOf(instant, unit);
    return sql`toDateTime64(${moved}, 7, 'UTC')`;
  };
}

const addFunctions = {
  day: sql`addDays`,
  week: sql`addWeeks`,
  month: sql`addMonths`,
  year: sql`addYears`,
} as const;

function dateOf(instant: Sql, unit: 'day' | 'week' | 'month' | 'year'): Sql {
  switch (unit) {
    case 'day':
      return sql`toDateTime64(${datetimeOfTicks(sql`(${ticksOf(instant)} - positiveModulo(${ticksOf(instant)}, ${dayTicks}))`)}, 7, 'UTC')`;
    case 'week':
      return sql`toDateTime64(${datetimeOfTicks(sql`(${ticksOf(instant)} - positiveModulo(${ticksOf(instant)} + 3456000000000, 6048000000000))`)}, 7, 'UTC')`;
    case 'month':
      return sql`toStartOfMonth(${instant})`;
    case 'year':
      return sql`toStartOfYear(${instant})`;
  }
}

export const datetimeFunctions = {
  startofday: { doc: 'startofday-function', emit: start('day') },
  startofweek: { doc: 'startofweek-function', trap: 'weeks start on Sunday', emit: start('week') },
  startofmonth: { doc: 'startofmonth-function', emit: start('month') },
  startofyear: { doc: 'startofyear-function', emit: start('year') },
} satisfies Record<string, ScalarFunction>;
