import { letIn } from './let.js';
import { checkedDatetime, nullSql, ticksOf } from './operand.js';
import { literal, type Sql, sql } from './sql.js';

/** Values that KQL reads from texts. Each fragment is the type's null where the text is none. */

const trimmed = (text: Sql) => sql`trimBoth(${text})`;
const matches = (text: Sql, pattern: string) => sql`match(${text}, ${literal(pattern)})`;

/** A whole number in decimal or hexadecimal digits, or the whole part of another number. */
export function wholeOfText(text: Sql): Sql {
  const digits = trimmed(text);
  const hexadecimal = sql`reinterpretAsInt64(reverse(unhex(leftPad(substring(${digits}, 3), 16, '0'))))`;
  const real = sql`accurateCastOrNull(trunc(toFloat64OrNull(${digits})), 'Int64')`;
  return sql`multiIf(isNotNull(toInt64OrNull(${digits})), toInt64OrNull(${digits}), ${matches(digits, '^0[xX][0-9a-fA-F]{1,16}$')}, ${hexadecimal}, ${real})`;
}

/** The whole number that a text is, if it is one: `1.5` is none. */
export function exactWholeOfText(text: Sql): Sql {
  const digits = trimmed(text);
  return sql`ifNull(toInt64OrNull(${digits}), accurateCastOrNull(toFloat64OrNull(${digits}), 'Int64'))`;
}

export function realOfText(text: Sql): Sql {
  return sql`toFloat64OrNull(${trimmed(text)})`;
}

export function decimalOfText(text: Sql): Sql {
  return sql`toDecimal256OrNull(${trimmed(text)}, 20)`;
}

/** The first 32 hexadecimal digits, wherever hyphens stand between them. */
export function guidOfText(text: Sql): Sql {
  const digits = sql`substring(replaceRegexpAll(${text}, '[-{}() ]', ''), 1, 32)`;
  return sql`if(isNotNull(toUUIDOrNull(${text})), toUUIDOrNull(${text}), toUUIDOrNull(${digits}))`;
}

const clock = String.raw`(?:[01]?\d|2[0-3]):[0-5]?\d(?::[0-5]?\d(?:\.\d*)?)?(?: ?[AP]M)?`;
const month = '(?:0?[1-9]|1[0-2])';
const day = String.raw`\d{4}[-/]${month}[-/]\d{1,2}(?:(?:T| +)${clock})?`;
const utc = ' ?(?:Z|UTC|GMT)?';
const offset = String.raw` ?[-+]\d{1,2}(?::?\d{2})?`;
const weekday = '(?:[A-Z]{3,9},? +)?';
const time = `(?: +${clock})?(?:${utc}|${offset})`;

const datetimeForms = {
  iso: `(?i)^(?:${day}${utc}|\\d{4}(?:-${month})?)$`,
  isoOffset: `(?i)^${day}${offset}$`,
  american: `(?i)^${month}[-/]\\d{1,2}[-/]\\d{4}${time}$`,
  dayMonthYear: `${weekday}\\d{1,2}[- ][A-Z]{3,9}[- ,]+(?:\\d{4}|\\d{2})${time}`,
  monthDayYear: `${weekday}[A-Z]{3,9} +\\d{1,2},? +\\d{4}${time}`,
  c: `[A-Z]{3} [A-Z]{3} +\\d{1,2} ${clock} \\d{4}`,
};
const named = `(?i)^(?:${datetimeForms.dayMonthYear}|${datetimeForms.monthDayYear}|${datetimeForms.c})$`;

/** ISO 8601, RFC 822, RFC 850, C's asctime, month first where only digits stand; UTC without an offset. */
export function datetimeOfText(text: Sql): Sql {
  const instant = trimmed(text);
  const parse = (part: Sql) => sql`parseDateTime64BestEffortOrNull(${part}, 7, 'UTC')`;
  const american = sql`parseDateTime64BestEffortUSOrNull(${instant}, 7, 'UTC')`;
  const parts: Sql[] = [
    matches(instant, datetimeForms.iso),
    parse(instant),
    matches(instant, datetimeForms.isoOffset),
    checkedDatetime(ticksOf(parse(instant))),
    matches(instant, datetimeForms.american),
    american,
    matches(instant, named),
    parse(withCentury(instant)),
    nullSql('datetime'),
  ];
  return sql`multiIf(${{ text: parts.map((part) => part.text).join(', ') }})`;
}

/** Two-digit years are those from 1950 to 2049. */
function withCentury(text: Sql): Sql {
  const year = (decades: string) => literal(`(?i)(\\d[- ][A-Z]+[- ,]+)(${decades}\\d)( |$)`);
  const put = (century: string) => literal(`\\1${century}\\2\\3`);
  const recent = sql`replaceRegexpOne(${text}, ${year('[0-4]')}, ${put('20')})`;
  return sql`replaceRegexpOne(${recent}, ${year('[5-9]')}, ${put('19')})`;
}

const unitNames = {
  '1': ['tick', 'ticks'],
  '10': ['microsecond', 'microseconds', 'micro', 'micros'],
  '10000': ['ms', 'milli', 'millis', 'millisecond', 'milliseconds', 'millisec', 'millisecs'],
  '10000000': ['s', 'sec', 'secs', 'second', 'seconds'],
  '600000000': ['m', 'min', 'mins', 'minute', 'minutes'],
  '36000000000': ['h', 'hr', 'hrs', 'hour', 'hours'],
  '864000000000': ['', 'd', 'day', 'days'],
} as const;

/** Ticks of `[-][d.]hh:mm[:ss[.fffffff]]`, a number of days, or a number with a unit such as `1.5h`. */
export function timespanOfText(text: Sql): Sql {
  const groups = (pattern: string) => sql`extractGroups(${trimmed(text)}, ${literal(pattern)})`;
  const ofClock = groups(
    String.raw`^(-?)(?:(\d+)\.)?([01]?\d|2[0-3]):([0-5]?\d)(?::([0-5]?\d)(?:\.(\d{1,7}))?)?$`,
  );
  const ofUnit = groups(String.raw`^([-+]?\d+(?:\.\d+)?)\s*([a-zA-Z]*)$`);
  const number = (index: number) => sql`toInt64OrZero(_tc[${{ text: String(index) }}])`;
  const fraction = sql`toInt64OrZero(rightPad(_tc[6], 7, '0'))`;
  const size = sql`(${number(2)} * 864000000000 + ${number(3)} * 36000000000 + ${number(4)} * 600000000 + ${number(5)} * 10000000 + ${fraction})`;
  const clockTicks = sql`toNullable(if(_tc[1] = '-', -${size}, ${size}))`;
  const unit = sql`nullIf(transform(lower(_tu[2]), ${unitList()}, 0), 0)`;
  const unitTicks = sql`accurateCastOrNull(round(toFloat64OrNull(_tu[1]) * ${unit}), 'Int64')`;
  return letIn({ _tc: ofClock, _tu: ofUnit }, sql`if(notEmpty(_tc), ${clockTicks}, ${unitTicks})`);
}

/** Names of units, and the ticks of each. */
function unitList(): Sql {
  const pairs = Object.entries(unitNames).flatMap(([ticks, names]) =>
    names.map((name) => [literal(name).text, ticks] as const),
  );
  const [names, ticks] = [pairs.map(([name]) => name), pairs.map(([, size]) => size)];
  return { text: `[${names.join(', ')}], [${ticks.join(', ')}]` };
}
