import type { ScalarType } from '../catalog/types.js';
import { checkedDatetime, nullSql, type Operand, ticksBefore1970, ticksOf } from './operand.js';
import {
  datetimeOfText,
  decimalOfText,
  exactWholeOfText,
  guidOfText,
  realOfText,
  timespanOfText,
  wholeOfText,
} from './parse-text.js';
import { columnTypes, type Sql, sql } from './sql.js';

/** The operand as a value of another KQL type, as KQL's `to…()` functions convert; what cannot be is null. */
export function convert(operand: Operand, type: ScalarType): Operand {
  if (operand.type === type) return operand;
  // A path into a document is read as the type in one step.
  const direct = operand.read?.(type);
  const converter = direct ? () => direct : converters[type];
  const nullable =
    type !== 'string' && type !== 'dynamic' && (operand.nullable || mayFail(operand.type, type));
  return { ...converter(operand), type, nullable, expression: operand.expression };
}

/** Each of these holds every value of those before it. */
const widening: readonly ScalarType[] = ['bool', 'int', 'long', 'real'];

function mayFail(from: ScalarType, to: ScalarType): boolean {
  if (from === 'decimal' && (to === 'real' || to === 'bool')) return false;
  if (from === 'timespan' || from === 'datetime') return to !== 'long' && to !== 'real';
  if (to === 'decimal') return from === 'real' || !widening.includes(from);
  if (to === 'bool') return !widening.includes(from);
  if (to === 'timespan') return from !== 'int' && from !== 'long';
  const [source, target] = [widening.indexOf(from), widening.indexOf(to)];
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
  guid: (operand) => (isText(operand) ? guidOfText(toText(operand)) : nullSql('guid')),
  dynamic: dynamicOf,
};

function isText({ type }: Operand): boolean {
  return type === 'string' || type === 'dynamic';
}

function toText(operand: Operand): Sql {
  const text = textOf(operand);
  return operand.nullable ? sql`ifNull(${text}, '')` : text;
}

/** The text of a value; NULL where a nullable operand is null. */
function textOf(operand: Operand): Sql {
  switch (operand.type) {
    case 'string':
      return operand;
    case 'dynamic':
      return dynamicText(operand);
    case 'bool':
      return boolText(operand, 'true', 'false');
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

/** Two texts for true and false, NULL for a null: `if` alone takes it for false. */
export function boolText(operand: Operand, yes: string, no: string): Sql {
  const [whenTrue, whenFalse] = [{ text: `'${yes}'` }, { text: `'${no}'` }];
  return operand.nullable
    ? sql`multiIf(isNull(${operand}), NULL, ${operand}, ${whenTrue}, ${whenFalse})`
    : sql`if(${operand}, ${whenTrue}, ${whenFalse})`;
}

/** A dynamic's own text: a string's characters, else its JSON. */
export function dynamicText(operand: Sql): Sql {
  return sql`if(startsWith(${operand}, '"'), JSONExtractString(${operand}), ${operand})`;
}

/** `1.0`, `0.1`, `NaN`, `Infinity`: as .NET prints a double. */
export function realText(operand: Operand): Sql {
  const text = sql`toString(${operand})`;
  const unlessNull = operand.nullable ? sql`isNull(${operand}), NULL, ` : sql``;
  return sql`multiIf(${unlessNull}${operand} = trunc(${operand}) AND abs(${operand}) < 1e21, concat(${text}, '.0'), isFinite(${operand}), ${text}, ${operand} > 0, 'Infinity', ${operand} < 0, '-Infinity', 'NaN')`;
}

/** `2020-01-02T03:04:05.1234567Z`, always seven digits. */
export function datetimeText(operand: Sql): Sql {
  return sql`concat(replaceOne(toString(${operand}), ' ', 'T'), 'Z')`;
}

/** `[-][d.]hh:mm:ss[.fffffff]` of ticks. */
export function timespanText(ticks: Sql): Sql {
  const size = sql`abs(${ticks})`;
  const days = sql`intDiv(${size}, 864000000000)`;
  const fraction = sql`modulo(${size}, 10000000)`;
  const secondOfDay = sql`modulo(intDiv(${size}, 10000000), 86400)`;
  const clock = sql`substring(toString(toDateTime(${secondOfDay}, 'UTC')), 12, 8)`;
  return sql`concat(if(${ticks} < 0, '-', ''), if(${days} > 0, concat(toString(${days}), '.'), ''), ${clock}, if(${fraction} > 0, concat('.', leftPad(toString(${fraction}), 7, '0')), ''))`;
}

function toBool(operand: Operand): Sql {
  switch (operand.type) {
    case 'int':
    case 'long':
    case 'real':
    case 'decimal':
      return sql`(${operand} != 0)`;
    case 'string':
    case 'dynamic': {
      const text = sql`lower(${toText(operand)})`;
      return sql`multiIf(${text} = 'true', true, ${text} = 'false', false, ${realOfText(text)} != 0)`;
    }
    default:
      return nullSql('bool');
  }
}

function toWhole(operand: Operand, type: 'int' | 'long'): Sql {
  const target = { text: `'${columnTypes[type]}'` };
  const narrowed = (long: Sql) =>
    type === 'long' ? long : sql`accurateCastOrNull(${long}, ${target})`;
  switch (operand.type) {
    case 'bool':
      return type === 'int' ? sql`toInt32(${operand})` : sql`toInt64(${operand})`;
    case 'int':
      return sql`toInt64(${operand})`;
    case 'long':
    case 'timespan':
      return narrowed(operand);
    case 'datetime':
      return narrowed(ticksFromYear1(operand));
    case 'real':
      return sql`accurateCastOrNull(trunc(${operand}), ${target})`;
    case 'decimal':
      // A cast of a decimal that is out of range would end the query.
      return narrowed(sql`toInt64OrNull(toString(trunc(${operand})))`);
    case 'string':
    case 'dynamic':
      return narrowed(wholeOfText(numberText(operand)));
    case 'guid':
      return nullSql(type);
  }
}

/** Ticks since year 1, as .NET counts them. */
export function ticksFromYear1(datetime: Sql): Sql {
  return sql`(${ticksOf(datetime)} + ${ticksBefore1970})`;
}

/** A text, or a dynamic, as it is read for a number: a dynamic bool counts as 1 and 0. */
function numberText(operand: Operand): Sql {
  if (operand.type === 'string') return operand;
  return sql`multiIf(${operand} = 'true', '1', ${operand} = 'false', '0', ${dynamicText(operand)})`;
}

/** A text or a dynamic as the long that it is equal to; null where there is none. */
export function exactLong(operand: Operand): Operand {
  const { expression } = operand;
  return { ...exactWholeOfText(numberText(operand)), type: 'long', nullable: true, expression };
}

function toReal(operand: Operand): Sql {
  switch (operand.type) {
    case 'datetime':
      return sql`toFloat64(${ticksFromYear1(operand)})`;
    case 'string':
    case 'dynamic':
      return realOfText(numberText(operand));
    case 'guid':
      return nullSql('real');
    default:
      return sql`toFloat64(${operand})`;
  }
}

function toDecimal(operand: Operand): Sql {
  switch (operand.type) {
    case 'bool':
    case 'int':
    case 'long':
    case 'timespan':
      return sql`toDecimal256(${operand}, 20)`;
    case 'real':
      return decimalOfText(sql`toString(${operand})`);
    case 'string':
    case 'dynamic':
      return decimalOfText(numberText(operand));
    default:
      return nullSql('decimal');
  }
}

function toDatetime(operand: Operand): Sql {
  switch (operand.type) {
    case 'int':
    case 'long':
      return checkedDatetime(sql`(toInt64(${operand}) - ${ticksBefore1970})`);
    case 'string':
    case 'dynamic':
      return datetimeOfText(toText(operand));
    default:
      return nullSql('datetime');
  }
}

function toTimespan(operand: Operand): Sql {
  switch (operand.type) {
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
      return realJson(operand);
    case 'string':
      return sql`toJSONString(${operand})`;
    case 'decimal':
    case 'datetime':
    case 'timespan':
    case 'guid':
      return sql`concat('"', ${textOf(operand)}, '"')`;
  }
}

/** What JSON has no number for is a string: `"NaN"`. */
export function realJson(operand: Operand): Sql {
  return sql`if(isFinite(${operand}), ${realText(operand)}, concat('"', ${realText(operand)}, '"'))`;
}

/** A value as an element of a JSON array or object, where the null of any type is `null`. */
export function jsonElement(operand: Operand): Sql {
  const text = convert(operand, 'dynamic');
  const canBeEmpty = operand.nullable || operand.type === 'dynamic';
  return canBeEmpty ? sql`if(empty(${text}), 'null', ${text})` : text;
}
