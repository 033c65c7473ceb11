import type { ScalarType } from '../catalog/types.js';
import { datetimeOfTicks, nullSql, type Operand } from './operand.js';
import { columnTypes, type Sql, sql } from './sql.js';

/** The operand as a value of another KQL type, as KQL's `to…()` functions convert; what cannot be is null. */
export function convert(operand: Operand, type: ScalarType): Operand {
  if (operand.type === type) return operand;
  const converter = converters[type];
  const nullable =
    type !== 'string' && type !== 'dynamic' && (operand.nullable || mayFail(operand.type, type));
  return { ...converter(operand), type, nullable, expression: operand.expression };
}

function mayFail(from: ScalarType, to: ScalarType): boolean {
  const order: readonly ScalarType[] = ['bool', 'int', 'long', 'real'];
  const [source, target] = [order.indexOf(from), order.indexOf(to)];
  return source < 0 || target < 0 || source > target;
}

type Converter = (operand: Operand) => Sql;

const converters: Readonly<Record<ScalarType, Converter>> = {
  string: toText,
  bool: toBool,
  int: (operand) => toWhole(operand, 'int'),
  long: (operand) => toWhole(operand, 'long'),
  real: toReal,
  decimal: toDecimal,
  datetime: toDatetime,
  timespan: toTimespan,
  guid: (operand) =>
    sql`toUUIDOrNull(trim(BOTH '{}' FROM ${operand.type === 'guid' ? operand : toText(operand)}))`,
  dynamic: dynamicOf,
};

function toText(operand: Operand): Sql {
  const text = textOf(operand);
  return operand.nullable ? sql`ifNull(${text}, '')` : text;
}

function textOf(operand: Operand): Sql {
  switch (operand.type) {
    case 'string':
      return operand;
    case 'dynamic':
      return dynamicText(operand);
    case 'bool':
      return sql`if(${operand}, 'true', 'false')`;
    case 'real':
      return realText(operand);
    case 'datetime':
      return datetimeText(operand);
    case 'timespan':
      return timespanText(operand);
    case 'int':
    case 'long':
    case 'decimal':
    case 'guid':
      return sql`toString(${operand})`;
  }
}

/** A dynamic's own text: a string's characters, else its JSON. */
export function dynamicText(operand: Sql): Sql {
  return sql`if(startsWith(${operand}, '"'), JSONExtractString(${operand}), ${operand})`;
}

/** `1.0`, `0.1`, `NaN`, `Infinity`: as .NET prints a double. */
export function realText(operand: Sql): Sql {
  const text = sql`toString(${operand})`;
  return sql`multiIf(isNaN(${operand}), 'NaN', isInfinite(${operand}), if(${operand} > 0, 'Infinity', '-Infinity'), match(${text}, '^-?[0-9]+$'), concat(${text}, '.0'), ${text})`;
}

/** `2020-01-02T03:04:05.1234567Z`, always seven digits. */
export function datetimeText(operand: Sql): Sql {
  return sql`concat(replaceOne(toString(${operand}), ' ', 'T'), 'Z')`;
}

/** `[-][d.]hh:mm:ss[.fffffff]` of ticks. */
export function timespanText(ticks: Sql): Sql {
  const size = sql`abs(${ticks})`;
  const two = (unit: string, of: string) =>
    sql`leftPad(toString(modulo(intDiv(${size}, ${{ text: unit }}), ${{ text: of }})), 2, '0')`;
  const days = sql`intDiv(${size}, 864000000000)`;
  const fraction = sql`modulo(${size}, 10000000)`;
  return sql`concat(if(${ticks} < 0, '-', ''), if(${days} > 0, concat(toString(${days}), '.'), ''), ${two('36000000000', '24')}, ':', ${two('600000000', '60')}, ':', ${two('10000000', '60')}, if(${fraction} > 0, concat('.', leftPad(toString(${fraction}), 7, '0')), ''))`;
}

function toBool(operand: Operand): Sql {
  switch (operand.type) {
    case 'int':
    case 'long':
    case 'real':
    case 'decimal':
      return sql`(${operand} != 0)`;
    case 'bool':
      return operand;
    default: {
      const text = sql`lower(${toText(operand)})`;
      return sql`multiIf(${text} = 'true', CAST(true AS Nullable(Bool)), ${text} = 'false', CAST(false AS Nullable(Bool)), match(${text}, '^-?[0-9]+$'), toInt64OrNull(${text}) != 0, CAST(NULL AS Nullable(Bool)))`;
    }
  }
}

function toWhole(operand: Operand, type: 'int' | 'long'): Sql {
  const target = { text: `'${columnTypes[type]}'` };
  switch (operand.type) {
    case 'bool':
      return type === 'int' ? sql`toInt32(${operand})` : sql`toInt64(${operand})`;
    case 'int':
      return sql`toInt64(${operand})`;
    case 'timespan':
      return type === 'long'
        ? sql`toInt64(${operand})`
        : sql`accurateCastOrNull(${operand}, ${target})`;
    case 'datetime':
      return sql`accurateCastOrNull(reinterpretAsInt64(${operand}) + 621355968000000000, ${target})`;
    case 'long':
      return sql`accurateCastOrNull(${operand}, ${target})`;
    case 'real':
    case 'decimal':
      return sql`accurateCastOrNull(trunc(${operand}), ${target})`;
    default: {
      // Text may be decimal, hexadecimal, or a number with a fraction that is cut off.
      const text = sql`trim(BOTH ' ' FROM ${toText(operand)})`;
      const hex = sql`reinterpretAsInt64(reverse(unhex(leftPad(substring(${text}, 3), 16, '0'))))`;
      const whole = sql`coalesce(toInt64OrNull(${text}), if(match(${text}, '^0[xX][0-9a-fA-F]{1,16}$'), ${hex}, accurateCastOrNull(trunc(toFloat64OrNull(${text})), 'Int64')))`;
      return type === 'long' ? whole : sql`accurateCastOrNull(${whole}, ${target})`;
    }
  }
}

function toReal(operand: Operand): Sql {
  switch (operand.type) {
    case 'real':
      return operand;
    case 'bool':
    case 'int':
    case 'long':
    case 'decimal':
    case 'timespan':
      return sql`toFloat64(${operand})`;
    case 'datetime':
      return sql`toFloat64(reinterpretAsInt64(${operand}) + 621355968000000000)`;
    default: {
      const text = sql`trim(BOTH ' ' FROM ${toText(operand)})`;
      return sql`coalesce(toFloat64OrNull(${text}), toFloat64(${toWhole(operand, 'long')}))`;
    }
  }
}

function toDecimal(operand: Operand): Sql {
  switch (operand.type) {
    case 'bool':
    case 'int':
    case 'long':
      return sql`toDecimal256(${operand}, 20)`;
    case 'real':
      return sql`toDecimal256OrNull(toString(${operand}), 20)`;
    default:
      return sql`toDecimal256OrNull(trim(BOTH ' ' FROM ${toText(operand)}), 20)`;
  }
}

function toDatetime(operand: Operand): Sql {
  switch (operand.type) {
    case 'datetime':
      return operand;
    case 'int':
    case 'long':
      return datetimeOfTicks(sql`(toInt64(${operand}) - 621355968000000000)`);
    case 'real':
    case 'bool':
    case 'decimal':
    case 'timespan':
    case 'guid':
      return nullSql('datetime');
    default:
      return sql`parseDateTime64BestEffortOrNull(${toText(operand)}, 7, 'UTC')`;
  }
}

function toTimespan(operand: Operand): Sql {
  switch (operand.type) {
    case 'timespan':
      return operand;
    case 'int':
    case 'long':
      return sql`toInt64(${operand})`;
    case 'string':
    case 'dynamic':
      return timespanOfText(toText(operand));
    default:
      return nullSql('timespan');
  }
}

/** Ticks of `[-][d.]hh:mm[:ss[.fffffff]]`, a number of days, or a number with a unit such as `1.5h`. */
function timespanOfText(text: Sql): Sql {
  const parts = sql`extractGroups(trim(BOTH ' ' FROM ${text}), '^(-?)(?:(\\\\d+)[.:])?(\\\\d{1,2}):(\\\\d{1,2})(?::(\\\\d{1,2})(?:\\\\.(\\\\d{1,7}))?)?$')`;
  const number = (index: string) => sql`toInt64OrZero(arrayElement(${parts}, ${{ text: index }}))`;
  const fraction = sql`toInt64OrZero(rightPad(arrayElement(${parts}, 6), 7, '0'))`;
  const size = sql`(${number('2')} * 864000000000 + ${number('3')} * 36000000000 + ${number('4')} * 600000000 + ${number('5')} * 10000000 + ${fraction})`;
  const clock = sql`if(arrayElement(${parts}, 1) = '-', -${size}, ${size})`;
  const named = sql`extractGroups(trim(BOTH ' ' FROM ${text}), '^(-?\\\\d+(?:\\\\.\\\\d+)?)\\\\s*([a-z]*)$')`;
  const unit = sql`transform(arrayElement(${named}, 2), ['', 'd', 'day', 'days', 'h', 'hour', 'hours', 'm', 'min', 'minute', 'minutes', 's', 'sec', 'second', 'seconds', 'ms', 'millisecond', 'milliseconds', 'microsecond', 'microseconds', 'tick', 'ticks'], [864000000000, 864000000000, 864000000000, 864000000000, 36000000000, 36000000000, 36000000000, 600000000, 600000000, 600000000, 600000000, 10000000, 10000000, 10000000, 10000000, 10000, 10000, 10000, 10, 10, 1, 1], 0)`;
  const amount = sql`toInt64(round(toFloat64OrZero(arrayElement(${named}, 1)) * ${unit}))`;
  return sql`multiIf(notEmpty(${parts}) AND ${number('3')} < 24 AND ${number('4')} < 60 AND ${number('5')} < 60, toNullable(${clock}), notEmpty(${named}) AND ${unit} > 0, toNullable(${amount}), CAST(NULL AS Nullable(Int64)))`;
}

/** A value as the JSON text that stands for it inside a dynamic; the null of any type is ''. */
function dynamicOf(operand: Operand): Sql {
  const text = jsonOf(operand);
  return operand.nullable ? sql`ifNull(${text}, '')` : text;
}

function jsonOf(operand: Operand): Sql {
  switch (operand.type) {
    case 'dynamic':
      return operand;
    case 'bool':
    case 'int':
    case 'long':
      return textOf(operand);
    case 'real':
      return sql`if(isFinite(${operand}), ${realText(operand)}, concat('"', ${realText(operand)}, '"'))`;
    case 'string':
      return sql`toJSONString(${operand})`;
    case 'decimal':
    case 'datetime':
    case 'timespan':
    case 'guid':
      return sql`concat('"', ${textOf(operand)}, '"')`;
  }
}

/** A value as an element of a JSON array or object, where the null of any type is `null`. */
export function jsonElement(operand: Operand): Sql {
  const text = convert(operand, 'dynamic');
  const canBeEmpty = operand.nullable || operand.type === 'dynamic';
  return canBeEmpty ? sql`if(empty(${text}), 'null', ${text})` : text;
}
