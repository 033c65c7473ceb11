import type { ScalarType } from '../../../catalog/types.js';
import { convert, realJson, ticksFromYear1 } from '../../convert.js';
import type { CallSite, Emitted, ScalarFunction } from '../../functions.js';
import {
  checkedDatetime,
  datetimeOfTicks,
  isBounded,
  isDatetime,
  type Operand,
  ticksOf,
} from '../../operand.js';
import { type Sql, sql } from '../../sql.js';
import { refused } from '../refused.js';

type Symbol = '+' | '-' | '*' | '/' | '%';

const symbols: Readonly<Record<Symbol, Sql>> = {
  '+': sql`+`,
  '-': sql`-`,
  '*': sql`*`,
  '/': sql`/`,
  '%': sql`%`,
};

function operator(symbol: Symbol, texts: Partial<ScalarFunction> = {}): ScalarFunction {
  return {
    doc: 'numerical-operators',
    ...texts,
    emitCall: (call, left: Operand, right: Operand) =>
      emitters[call.type](call, symbol, left, right),
  };
}

type Emitter = (call: CallSite, symbol: Symbol, left: Operand, right: Operand) => Emitted;

/** By the type of the result. */
const emitters: Readonly<Record<ScalarType, Emitter>> = {
  bool: undefinedFor,
  string: undefinedFor,
  guid: undefinedFor,
  int: (_call, symbol, left, right) => {
    const { nullable, ...long } = whole(symbol, left, right);
    return nullable
      ? { ...sql`CAST(${long} AS Nullable(Int32))`, nullable }
      : sql`toInt32(${long})`;
  },
  long: (_call, symbol, left, right) => whole(symbol, left, right),
  real,
  decimal,
  timespan,
  datetime,
  dynamic,
};

function undefinedFor(call: CallSite, symbol: Symbol): never {
  throw refused(call, `'${symbol}' between these types`, 'its result is not defined');
}

function eitherNullable(left: Operand, right: Operand): boolean {
  return left.nullable || right.nullable;
}

/** ClickHouse widens its whole numbers itself. */
function asWhole(operand: Operand): Operand {
  return operand.type === 'int' || operand.type === 'long' || operand.type === 'timespan'
    ? operand
    : convert(operand, 'long');
}

function whole(symbol: Symbol, left: Operand, right: Operand): Emitted {
  const [a, b] = [asWhole(left), asWhole(right)];
  const divisor = b.constant?.value;
  const isSafe = typeof divisor === 'bigint' && divisor !== 0n && divisor !== -1n;
  const nullable = eitherNullable(a, b);
  switch (symbol) {
    case '/':
      return isSafe
        ? { ...sql`intDiv(${convert(a, 'long')}, ${b})`, nullable }
        : { ...sql`intDivOrNull(${convert(a, 'long')}, ${convert(b, 'long')})`, nullable: true };
    case '%':
      // The remainder is never negative, whatever the signs.
      return isSafe
        ? { ...sql`toInt64(positiveModulo(${a}, ${b}))`, nullable }
        : { ...sql`toInt64(positiveModuloOrNull(${a}, ${b}))`, nullable: true };
    default:
      return { ...sql`(${a} ${symbols[symbol]} ${b})`, nullable };
  }
}

function real(_call: CallSite, symbol: Symbol, left: Operand, right: Operand): Emitted {
  if (left.type === 'datetime') return quotient(sql`${ticksFromYear1(left)}`, left, right);
  if (left.type === 'timespan') return quotient(left, left, right);
  const plain = (operand: Operand) =>
    operand.type === 'int' || operand.type === 'long' ? operand : convert(operand, 'real');
  const [a, b] = [plain(left), plain(right)];
  const nullable = eitherNullable(a, b);
  return symbol === '%'
    ? { ...sql`positiveModulo(${convert(a, 'real')}, ${convert(b, 'real')})`, nullable }
    : { ...sql`(${a} ${symbols[symbol]} ${b})`, nullable };
}

/** How often a timespan goes into another, or into the time since year 1. */
function quotient(ticks: Sql, left: Operand, right: Operand): Emitted {
  const divisor = convert(right, right.type === 'datetime' ? 'long' : 'timespan');
  return { ...sql`(${ticks} / ${divisor})`, nullable: left.nullable || divisor.nullable };
}

function decimal(_call: CallSite, symbol: Symbol, left: Operand, right: Operand): Emitted {
  const [a, b] = [convert(left, 'decimal'), convert(right, 'decimal')];
  const nullable = eitherNullable(a, b);
  switch (symbol) {
    case '*':
      return { ...sql`multiplyDecimal(${a}, ${b}, 20)`, nullable };
    case '/':
      return divided(a, b);
    case '%':
      return { ...sql`positiveModulo(${a}, nullIf(${b}, 0))`, nullable: true };
    default:
      return { ...sql`(${a} ${symbols[symbol]} ${b})`, nullable };
  }
}

/** divideDecimal() evaluates what stands behind a null too, so the divisor is kept off zero. */
function divided(a: Operand, b: Operand): Emitted {
  const divisor = sql`ifNull(nullIf(${b}, 0), toDecimal256(1, 20))`;
  const quotient = sql`divideDecimal(${a}, ${divisor}, 20)`;
  return { ...sql`if(ifNull(${b} = 0, true), NULL, ${quotient})`, nullable: true };
}

function timespan(call: CallSite, symbol: Symbol, left: Operand, right: Operand): Emitted {
  if (symbol === '+' || symbol === '-') return distance(symbol, left, right);
  if (symbol === '%') {
    const ticks = left.type === 'datetime' ? withText(left, ticksFromYear1(left)) : left;
    return whole('%', ticks, right.type === 'real' ? convert(right, 'long') : right);
  }
  if (left.type === 'timespan' && right.type === 'timespan') return undefinedFor(call, symbol);
  const isWhole = [left, right].every(({ type }) => type !== 'real' && type !== 'decimal');
  if (isWhole) return whole(symbol, left, right);
  const number = (operand: Operand) =>
    operand.type === 'decimal' ? convert(operand, 'real') : operand;
  const product = sql`(${number(left)} ${symbols[symbol]} ${number(right)})`;
  return { ...sql`accurateCastOrNull(trunc(${product}), 'Int64')`, nullable: true };
}

function withText(operand: Operand, text: Sql): Operand {
  return { ...operand, ...text, type: 'long' };
}

/** Between two instants, or two timespans; a dynamic is read as what stands beside it. */
function distance(symbol: '+' | '-', left: Operand, right: Operand): Emitted {
  const instants = left.type === 'datetime' || right.type === 'datetime';
  const type = instants && symbol === '-' ? 'datetime' : 'timespan';
  const [a, b] = [convert(left, type), convert(right, type)];
  const ticks = (operand: Operand) => (type === 'datetime' ? ticksOf(operand) : operand);
  return {
    ...sql`(${ticks(a)} ${symbols[symbol]} ${ticks(b)})`,
    nullable: eitherNullable(a, b),
  };
}

function datetime(call: CallSite, symbol: Symbol, left: Operand, right: Operand): Emitted {
  const spanFirst = left.type === 'timespan';
  const [instant, other] = spanFirst ? [right, left] : [left, right];
  const movable = symbol === '+' || (symbol === '-' && !spanFirst);
  if (!movable || other.type === 'datetime') return undefinedFor(call, symbol);
  return moved(convert(instant, 'datetime'), symbols[symbol], convert(other, 'timespan'));
}

/** An instant moved by a timespan; null outside the years that KQL has. */
export function moved(instant: Operand, symbol: Sql, span: Operand): Emitted {
  const ticks = sql`(${ticksOf(instant)} ${symbol} ${span})`;
  const size = span.constant?.value;
  const isNear = typeof size === 'bigint' && isDatetime(size) && isDatetime(-size);
  return isNear && isBounded(instant)
    ? { ...datetimeOfTicks(ticks), nullable: instant.nullable }
    : checkedDatetime(ticks);
}

/** Numbers in two dynamics: whole ones give a whole one. */
function dynamic(_call: CallSite, symbol: Symbol, left: Operand, right: Operand): Emitted {
  const isWhole = (operand: Operand) =>
    operand.type === 'dynamic' ? sql`match(${operand}, '^-?[0-9]+$')` : sql`true`;
  const long = whole(symbol, convert(left, 'long'), convert(right, 'long'));
  const double = { ...real(_call, symbol, left, right), type: 'real' as const };
  const text = realJson({ ...double, nullable: true, expression: left.expression });
  return sql`ifNull(if(${isWhole(left)} AND ${isWhole(right)}, toString(${long}), ${text}), '')`;
}

export const arithmeticFunctions = {
  '+': operator('+', {
    examples: [
      ['1 + 1.5', '2.5'],
      ['datetime(2024-02-28) + 1d', '2024-02-29T00:00:00.0000000Z'],
      ['isnull(datetime(9999-12-31) + 1d)', 'true'],
    ],
  }),
  '-': operator('-', {
    examples: [['datetime(2024-03-01) - datetime(2024-02-28)', '2.00:00:00']],
  }),
  '*': operator('*', {
    examples: [
      ['1.5 * 1h', '01:30:00'],
      ['decimal(1.5) * 2', '3'],
    ],
  }),
  '/': operator('/', {
    trap: 'whole numbers divide to whole numbers, towards zero; their division by zero is null',
    examples: [
      ['7 / 2', '3'],
      ['-7 / 2', '-3'],
      ['isnull(1 / 0)', 'true'],
      ['1d / 1h', '24.0'],
    ],
  }),
  '%': operator('%', {
    trap: 'the remainder is never negative',
    examples: [
      ['-14 % 12', '10'],
      ['14 % -12', '2'],
      ['datetime(2024-01-15 08:30:00) % 1d', '08:30:00'],
    ],
  }),
  negate: {
    doc: 'numerical-operators',
    emitCall: ({ type }, value: Operand) => {
      const { nullable } = value;
      switch (type) {
        case 'int':
          return { ...sql`toInt32(-${value})`, nullable };
        case 'long':
          return { ...sql`(-${convert(value, 'long')})`, nullable };
        case 'dynamic': {
          const zero: Operand = {
            ...sql`toInt64(0)`,
            type: 'long',
            nullable: false,
            expression: value.expression,
          };
          return dynamic(
            { type, span: { start: 0, length: 0 }, filter: false, place: 0 },
            '-',
            zero,
            value,
          );
        }
        default:
          return { ...sql`(-${value})`, nullable };
      }
    },
    examples: [['-(1 + 5)', '-6']],
  },
} satisfies Record<string, ScalarFunction>;
