import { ticksFromYear1 } from '../../convert.js';
import type { CallSite, Emitted, ScalarFunction } from '../../functions.js';
import {
  checkedDatetime,
  constantInteger,
  constantText,
  datetimeOfTicks,
  isBounded,
  type Operand,
  ticksOf,
} from '../../operand.js';
import { type Sql, sql } from '../../sql.js';
import { invalid } from '../refused.js';

const ticksPerDay = '864000000000';
const ticksPerWeek = '6048000000000';

/** Ticks as an instant, checked only where they can leave the years that KQL has. */
function instantAt(ticks: Sql, from: Operand, later: Operand | undefined): Emitted {
  return isBounded(from) && (!later || isFew(later))
    ? { ...datetimeOfTicks(ticks), nullable: from.nullable }
    : checkedDatetime(ticks);
}

/** Days or weeks that ticks can count: others are null before they wrap around. */
function countable(later: Operand): Operand {
  if (isFew(later)) return later;
  return { ...later, ...sql`if(abs(${later}) < 4000000, ${later}, NULL)`, nullable: true };
}

function isFew(count: Operand): boolean {
  const value = constantInteger(count);
  return value !== undefined && value > -10_000n && value < 10_000n;
}

/** Ticks of the start of the day or week around an instant, and some more of them later. */
function startOfDays(instant: Operand, unit: 'day' | 'week', later: Sql | undefined): Sql {
  const ticks = ticksOf(instant);
  // Signed, or the remainder would be that of an unsigned number.
  const size = sql`toInt64(${{ text: unit === 'day' ? ticksPerDay : ticksPerWeek }})`;
  // 1970 began on a Thursday, weeks begin on a Sunday.
  const counted = unit === 'day' ? ticks : sql`${ticks} + 3456000000000`;
  const first = sql`${ticks} - positiveModulo(${counted}, ${size})`;
  return later ? sql`(${first} + ${later} * ${size})` : sql`(${first})`;
}

/** The first day of the month or year around an instant, and some more of them later; null out of range. */
function startOfMonths(instant: Sql, months: 1 | 12, later: Sql | undefined): Sql {
  const first = months === 1 ? sql`toStartOfMonth(${instant})` : sql`toStartOfYear(${instant})`;
  return later ? addedMonths(sql`toDateTime64(${first}, 7, 'UTC')`, months, later) : first;
}

/** So many months later, on the same day or the month's last; null outside the years 1 to 9999. */
function addedMonths(instant: Sql, months: number, count: Sql): Sql {
  const size = { text: String(months) };
  const index = sql`(toInt64(toYear(${instant})) * 12 + toMonth(${instant}) - 1 + ${count} * ${size})`;
  const isSmall = sql`abs(${count}) < 200000`;
  const moved = sql`addMonths(${instant}, if(${isSmall}, ${count} * ${size}, 0))`;
  return sql`if(${isSmall} AND ${index} BETWEEN 12 AND 119999, ${moved}, NULL)`;
}

type Unit = 'day' | 'week' | 'month' | 'year';

const start =
  (unit: Unit) =>
  (instant: Operand, offset?: Operand): Emitted => {
    if (unit === 'day' || unit === 'week') {
      const ticks = startOfDays(instant, unit, offset && countable(offset));
      return instantAt(ticks, instant, offset);
    }
    const first = startOfMonths(instant, unit === 'month' ? 1 : 12, offset);
    const nullable = instant.nullable || offset !== undefined;
    return { ...sql`toDateTime64(${first}, 7, 'UTC')`, nullable };
  };

const end =
  (unit: Unit) =>
  (instant: Operand, offset?: Operand): Emitted => {
    if (unit === 'day' || unit === 'week') {
      const later = offset ? sql`(${countable(offset)} + 1)` : sql`1`;
      return instantAt(sql`(${startOfDays(instant, unit, later)} - 1)`, instant, offset);
    }
    const first = startOfMonths(instant, unit === 'month' ? 1 : 12, offset);
    const lastMonth = unit === 'month' ? first : sql`addMonths(${first}, 11)`;
    const lastDay = sql`toDateTime64(toLastDayOfMonth(${lastMonth}), 7, 'UTC')`;
    const ticks = sql`(${ticksOf(lastDay)} + 863999999999)`;
    return { ...datetimeOfTicks(ticks), nullable: instant.nullable || offset !== undefined };
  };

/** Units of a fixed length, in ticks. */
const lengths = {
  week: 6_048_000_000_000n,
  day: 864_000_000_000n,
  hour: 36_000_000_000n,
  minute: 600_000_000n,
  second: 10_000_000n,
  millisecond: 10_000n,
  microsecond: 10n,
} as const;

const lengthOf = (unit: string): bigint | undefined =>
  Object.hasOwn(lengths, unit) ? lengths[unit as keyof typeof lengths] : undefined;

const monthsIn: Readonly<Record<string, number>> = { year: 12, quarter: 3, month: 1 };

/** The unit's name. */
function unitOf(call: CallSite, name: Operand, known: (unit: string) => boolean): string {
  const unit = constantText(name)?.toLowerCase();
  if (unit === undefined) throw invalid(call, 'The part of a datetime has to be a constant');
  if (!known(unit)) throw invalid(call, `'${unit}' is not a part of a datetime`);
  return unit;
}

const isPeriod = (unit: string) =>
  lengthOf(unit) !== undefined || Object.hasOwn(monthsIn, unit) || unit === 'nanosecond';

function added(call: CallSite, name: Operand, amount: Operand, instant: Operand): Emitted {
  const unit = unitOf(call, name, isPeriod);
  const months = monthsIn[unit];
  if (months) return { ...addedMonths(instant, months, amount), nullable: true };
  const length = lengthOf(unit);
  const span = length
    ? sql`${amount} * ${{ text: String(length) }}`
    : sql`intDiv(toInt64(${amount}), 100)`;
  // Beyond it no amount leaves an instant within range, and the product could wrap around.
  const largest = { text: String(3_200_000_000_000_000_000n / (length ?? 1n)) };
  const moved = checkedDatetime(sql`(${ticksOf(instant)} + ${span})`);
  return length
    ? { ...sql`if(abs(${amount}) <= ${largest}, ${moved}, NULL)`, nullable: true }
    : moved;
}

/** How many starts of a period lie between two instants. */
function difference(call: CallSite, name: Operand, later: Operand, earlier: Operand): Emitted {
  const unit = unitOf(call, name, isPeriod);
  if (unit === 'nanosecond') {
    const ticks = sql`(${ticksOf(later)} - ${ticksOf(earlier)})`;
    const isCountable = sql`abs(${ticks}) <= 92233720368547758`;
    return { ...sql`if(${isCountable}, ${ticks} * 100, NULL)`, nullable: true };
  }
  const number = (instant: Operand): Sql => {
    if (unit === 'year') return sql`toYear(${instant})`;
    if (unit === 'quarter') return sql`(toYear(${instant}) * 4 + toQuarter(${instant}))`;
    if (unit === 'month') return sql`(toYear(${instant}) * 12 + toMonth(${instant}))`;
    // Year 1 began on a Monday, weeks begin on a Sunday.
    const ticks = ticksFromYear1(instant);
    const counted = unit === 'week' ? sql`${ticks} + ${{ text: ticksPerDay }}` : ticks;
    return sql`intDiv(${counted}, ${{ text: String(lengthOf(unit)) }})`;
  };
  const count = sql`(toInt64(${number(later)}) - toInt64(${number(earlier)}))`;
  return call.type === 'real' ? sql`toFloat64(${count})` : count;
}

const fraction = (instant: Sql) => sql`positiveModulo(${ticksOf(instant)}, 10000000)`;

const parts: Readonly<Record<string, (instant: Sql) => Sql>> = {
  year: (instant) => sql`toYear(${instant})`,
  quarter: (instant) => sql`toQuarter(${instant})`,
  month: (instant) => sql`toMonth(${instant})`,
  week_of_year: (instant) => sql`toISOWeek(${instant})`,
  // Weeks from Sunday; the first has four days of the year.
  weekofyear: (instant) => sql`toWeek(${instant}, 6)`,
  day: (instant) => sql`toDayOfMonth(${instant})`,
  dayofyear: (instant) => sql`toDayOfYear(${instant})`,
  hour: (instant) => sql`toHour(${instant})`,
  minute: (instant) => sql`toMinute(${instant})`,
  second: (instant) => sql`toSecond(${instant})`,
  millisecond: (instant) => sql`intDiv(${fraction(instant)}, 10000)`,
  microsecond: (instant) => sql`intDiv(${fraction(instant)}, 10)`,
  nanosecond: (instant) => sql`(${fraction(instant)} * 100)`,
};

function wholePart(call: Pick<CallSite, 'type'>, unit: string, instant: Operand): Sql {
  const value = parts[unit]?.(instant) ?? sql`NULL`;
  return call.type === 'int' ? sql`toInt32(${value})` : sql`toInt64(${value})`;
}

function part(doc: string, unit: string, ...examples: [string, string][]): ScalarFunction {
  return { doc, emitCall: (call, instant: Operand) => wholePart(call, unit, instant), examples };
}

const namedPart: ScalarFunction = {
  doc: 'datetime-part-function',
  constants: [0],
  emitCall: (call, name: Operand, instant: Operand) =>
    wholePart(
      call,
      unitOf(call, name, (unit) => Object.hasOwn(parts, unit)),
      instant,
    ),
  examples: [
    ['datetime_part("quarter", datetime(2017-10-30))', '4'],
    ['datetime_part("microsecond", datetime(2017-10-30 01:02:03.7654321))', '765432'],
  ],
};

export const datetimeFunctions = {
  startofday: {
    doc: 'startofday-function',
    emit: start('day'),
    examples: [['startofday(datetime(2017-01-01 10:10:17), -1)', '2016-12-31T00:00:00.0000000Z']],
  },
  startofweek: {
    doc: 'startofweek-function',
    trap: 'weeks start on Sunday',
    emit: start('week'),
    examples: [['startofweek(datetime(2017-01-03))', '2017-01-01T00:00:00.0000000Z']],
  },
  startofmonth: {
    doc: 'startofmonth-function',
    emit: start('month'),
    examples: [['startofmonth(datetime(2017-01-31), 1)', '2017-02-01T00:00:00.0000000Z']],
  },
  startofyear: {
    doc: 'startofyear-function',
    emit: start('year'),
    examples: [['startofyear(datetime(0001-05-05))', '0001-01-01T00:00:00.0000000Z']],
  },
  endofday: {
    doc: 'endofday-function',
    emit: end('day'),
    examples: [['endofday(datetime(2017-01-01 10:10:17))', '2017-01-01T23:59:59.9999999Z']],
  },
  endofweek: {
    doc: 'endofweek-function',
    emit: end('week'),
    examples: [['endofweek(datetime(2017-01-01))', '2017-01-07T23:59:59.9999999Z']],
  },
  endofmonth: {
    doc: 'endofmonth-function',
    emit: end('month'),
    examples: [['endofmonth(datetime(2024-01-31), 1)', '2024-02-29T23:59:59.9999999Z']],
  },
  endofyear: {
    doc: 'endofyear-function',
    emit: end('year'),
    examples: [['endofyear(datetime(9999-05-05))', '9999-12-31T23:59:59.9999999Z']],
  },
  datetime_add: {
    doc: 'datetime-add-function',
    constants: [0],
    emitCall: added,
    examples: [
      ['datetime_add("month", 1, datetime(2024-01-31))', '2024-02-29T00:00:00.0000000Z'],
      ['datetime_add("week", -1, datetime(2017-01-01))', '2016-12-25T00:00:00.0000000Z'],
      ['isnull(datetime_add("year", 1, datetime(9999-01-01)))', 'true'],
    ],
  },
  datetime_diff: {
    doc: 'datetime-diff-function',
    constants: [0],
    trap: 'counts the boundaries between the two instants, not whole periods',
    emitCall: difference,
    examples: [
      ['datetime_diff("year", datetime(2017-01-01), datetime(2000-12-31))', '17'],
      ['datetime_diff("hour", datetime(2017-10-31 01:00), datetime(2017-10-30 23:59))', '2'],
    ],
  },
  datetime_part: namedPart,
  datepart: namedPart,
  getyear: part('getyear-function', 'year', ['getyear(datetime(2015-10-12))', '2015']),
  getmonth: part('getmonth-function', 'month', ['getmonth(datetime(2015-10-12))', '10']),
  monthofyear: part('monthofyear-function', 'month', ['monthofyear(datetime(2015-12-14))', '12']),
  dayofmonth: part('day-of-month-function', 'day', ['dayofmonth(datetime(2015-12-14))', '14']),
  dayofyear: part('day-of-year-function', 'dayofyear', ['dayofyear(datetime(2015-12-14))', '348']),
  hourofday: part('hour-of-day-function', 'hour', ['hourofday(datetime(2015-12-14 18:54))', '18']),
  week_of_year: part('week-of-year-function', 'week_of_year', [
    'week_of_year(datetime(2020-12-31))',
    '53',
  ]),
  weekofyear: part('week-of-year-function', 'weekofyear', [
    'weekofyear(datetime(2017-01-01))',
    '1',
  ]),
  dayofweek: {
    doc: 'day-of-week-function',
    trap: 'a timespan: the days since the Sunday before',
    emit: (instant: Operand) => {
      const day = sql`intDiv(${ticksFromYear1(instant)}, ${{ text: ticksPerDay }})`;
      return sql`toInt64(modulo(${day} + 1, 7) * ${{ text: ticksPerDay }})`;
    },
    examples: [['dayofweek(datetime(1970-05-11))', '1.00:00:00']],
  },
} satisfies Record<string, ScalarFunction>;
