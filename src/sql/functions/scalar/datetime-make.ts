import { convert } from '../../convert.js';
import type { Emitted, ScalarFunction } from '../../functions.js';
import { datetimeOfTicks, type Operand, ticksOf } from '../../operand.js';
import { type Sql, sql } from '../../sql.js';

const whole = (operand: Operand) => convert(operand, 'long');

/** Ticks of a number of seconds, which may have a fraction. */
function secondTicks(seconds: Operand | undefined): Sql {
  if (!seconds) return sql`0`;
  return seconds.type === 'int' || seconds.type === 'long'
    ? sql`(${seconds} * 10000000)`
    : sql`accurateCastOrNull(round(${convert(seconds, 'real')} * 10000000), 'Int64')`;
}

/** Between a number and one below another, where there is one. */
const within = (value: Operand | undefined, from: number, below: number) => {
  const [low, high] = [{ text: String(from) }, { text: String(below) }];
  return value ? sql`${value} >= ${low} AND ${value} < ${high}` : sql`true`;
};

function madeDatetime(...parts: Operand[]): Emitted {
  const [year, month, day, hour, minute, second] = parts;
  if (!month || !day) return year ? convert(year, 'datetime') : sql`NULL`;
  const digits = (part: Operand, size: number) =>
    sql`leftPad(toString(${whole(part)}), ${{ text: String(size) }}, '0')`;
  const date = year
    ? sql`concat(${digits(year, 4)}, '-', ${digits(month, 2)}, '-', ${digits(day, 2)})`
    : sql`''`;
  const midnight = sql`parseDateTime64BestEffortOrNull(${date}, 7, 'UTC')`;
  const time = [
    hour ? sql`${whole(hour)} * 36000000000` : sql`0`,
    minute ? sql`${whole(minute)} * 600000000` : sql`0`,
    secondTicks(second),
  ];
  const valid = [
    within(year, 1, 10_000),
    within(month, 1, 13),
    within(day, 1, 32),
    within(hour, 0, 24),
    within(minute, 0, 60),
    within(second, 0, 60),
  ];
  const ticks = sql`(${ticksOf(midnight)} + ${{ text: time.map((part) => part.text).join(' + ') }})`;
  const condition = { text: valid.map((part) => part.text).join(' AND ') };
  return { ...sql`if(${condition}, ${datetimeOfTicks(ticks)}, NULL)`, nullable: true };
}

function madeTimespan(...parts: Operand[]): Emitted {
  const [first, ...rest] = parts;
  if (first && rest.length === 0) return convert(first, 'timespan');
  const numbers = parts.map((part, place) =>
    place >= 2 && place === parts.length - 1 && part.type !== 'int' && part.type !== 'long'
      ? convert(part, 'real')
      : whole(part),
  );
  const [days, hours, minutes, seconds] = parts.length === 4 ? numbers : [undefined, ...numbers];
  const ticks = [
    days ? sql`${days} * 864000000000` : sql`0`,
    hours ? sql`${hours} * 36000000000` : sql`0`,
    minutes ? sql`${minutes} * 600000000` : sql`0`,
    secondTicks(seconds),
  ];
  const valid = [
    within(days, 0, 10_675_199),
    within(hours, 0, 24),
    within(minutes, 0, 60),
    within(seconds, 0, 60),
  ];
  const sum = { text: ticks.map((part) => part.text).join(' + ') };
  const condition = { text: valid.map((part) => part.text).join(' AND ') };
  return { ...sql`if(${condition}, toInt64(${sum}), NULL)`, nullable: true };
}

/** An instant by the time since 1970 in a unit; null outside the years 1 to 9999. */
function unixTime(name: string, unitsPerSecond: bigint, example: string): ScalarFunction {
  const [from, to] = [-62_135_596_800n * unitsPerSecond, 253_402_300_800n * unitsPerSecond];
  const isValid = (value: Operand) =>
    sql`${value} >= ${{ text: `(${from})` }} AND ${value} < ${{ text: String(to) }}`;
  return {
    doc: `${name.replaceAll('_', '-')}-function`,
    nullable: 'always',
    emit: (value: Operand) => {
      const isWhole = value.type === 'int' || value.type === 'long';
      const number = isWhole ? value : convert(value, 'real');
      return sql`if(${isValid(number)}, ${datetimeOfTicks(ticksOfUnits(number, unitsPerSecond))}, NULL)`;
    },
    examples: [[`${name}(${example})`, '2019-01-01T00:00:00.0000000Z']],
  };
}

function ticksOfUnits(number: Operand, unitsPerSecond: bigint): Sql {
  const factor = Number(10_000_000n) / Number(unitsPerSecond);
  if (number.type === 'real') return sql`toInt64(round(${number} * ${{ text: String(factor) }}))`;
  return factor >= 1
    ? sql`toInt64(${number} * ${{ text: String(factor) }})`
    : sql`toInt64(intDiv(${number}, ${{ text: String(1 / factor) }}))`;
}

export const datetimeMakeFunctions = {
  make_datetime: {
    doc: 'make-datetime-function',
    emit: madeDatetime,
    examples: [
      ['make_datetime(2017, 10, 01, 12, 11, 0.1234567)', '2017-10-01T12:11:00.1234567Z'],
      ['isnull(make_datetime(2020, 13, 1))', 'true'],
    ],
  },
  make_timespan: {
    doc: 'make-timespan-function',
    emit: madeTimespan,
    examples: [
      ['make_timespan(1, 12, 30, 55)', '1.12:30:55'],
      ['make_timespan(1, 30, 5.25)', '01:30:05.2500000'],
      ['make_timespan(12, 30)', '12:30:00'],
      ['isnull(make_timespan(24, 0))', 'true'],
    ],
  },
  unixtime_seconds_todatetime: unixTime('unixtime_seconds_todatetime', 1n, '1546300800'),
  unixtime_milliseconds_todatetime: unixTime(
    'unixtime_milliseconds_todatetime',
    1_000n,
    '1546300800000',
  ),
  unixtime_microseconds_todatetime: unixTime(
    'unixtime_microseconds_todatetime',
    1_000_000n,
    '1546300800000000',
  ),
  unixtime_nanoseconds_todatetime: unixTime(
    'unixtime_nanoseconds_todatetime',
    1_000_000_000n,
    '1546300800000000000',
  ),
} satisfies Record<string, ScalarFunction>;
