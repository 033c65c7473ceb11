import { convert } from '../../convert.js';
import type { CallSite, Emitted, ScalarFunction } from '../../functions.js';
import { datetimeOfTicks, type Operand, ticksOf } from '../../operand.js';
import { join, literal, type Sql, sql } from '../../sql.js';
import { invalid, refused } from '../refused.js';

const isNullable = (operand: Operand) => operand.nullable;

const iff: ScalarFunction = {
  doc: 'iff-function',
  trap: 'a null condition chooses the last value',
  emitCall: ({ type }, test: Operand, then: Operand, otherwise: Operand) => {
    const [a, b] = [convert(then, type), convert(otherwise, type)];
    return {
      ...sql`if(${convert(test, 'bool')}, ${a}, ${b})`,
      nullable: a.nullable || b.nullable,
    };
  },
  examples: [
    ['iff(1 > 2, "a", "b")', 'b'],
    ['iff(bool(null), 1, 2.5)', '2.5'],
  ],
};

/** Conditions and values in turn, and a last value. */
function chosen({ type }: CallSite, ...parts: Operand[]): Emitted {
  const isCondition = (index: number) => index % 2 === 0 && index < parts.length - 1;
  const values = parts.map((part, index) => convert(part, isCondition(index) ? 'bool' : type));
  const nullable = values.some((value, index) => !isCondition(index) && value.nullable);
  return { ...sql`multiIf(${join(values)})`, nullable };
}

function firstKnown({ type }: CallSite, ...parts: Operand[]): Emitted {
  const values = parts.map((part) => convert(part, type));
  if (type === 'string' || type === 'dynamic') {
    const known = values.map((value) => sql`nullIf(${value}, '')`);
    return sql`coalesce(${join(known)}, '')`;
  }
  return { ...sql`coalesce(${join(values)})`, nullable: values.every(isNullable) };
}

/** Of the values that are not null. */
function extreme(name: Sql) {
  return ({ type }: CallSite, ...parts: Operand[]): Emitted => {
    const values = parts.map((part) => convert(part, type));
    return { ...sql`${name}(${join(values)})`, nullable: values.some(isNullable) };
  };
}

/** Within a distance of a value; by the type of the centre. */
function around(call: CallSite, value: Operand, center: Operand, delta: Operand): Emitted {
  const { type } = center;
  if (type === 'string' || type === 'guid' || type === 'dynamic' || type === 'bool') {
    throw refused(call, `around() a ${type}`, 'it has no distance');
  }
  const distance = convert(delta, type === 'datetime' ? 'timespan' : type);
  const subject = convert(value, type);
  const bound = (symbol: Sql) =>
    type === 'datetime'
      ? datetimeOfTicks(sql`(${ticksOf(center)} ${symbol} ${distance})`)
      : sql`(${center} ${symbol} ${distance})`;
  return {
    ...sql`(${subject} BETWEEN ${bound(sql`-`)} AND ${bound(sql`+`)})`,
    nullable: [subject, center, distance].some(isNullable),
  };
}

/** Checked when the query is compiled where it can be; else its first row that fails ends the hunt. */
function asserted(call: CallSite, test: Operand, message: Operand): Emitted {
  const text = `assert() has failed with message: '${message.constant?.value ?? ''}'`;
  if (test.constant) {
    if (test.constant.value !== true) throw invalid(call, text);
    return { ...sql`true`, nullable: false };
  }
  const failed = sql`throwIf(NOT ifNull(${convert(test, 'bool')}, false), ${literal(text)})`;
  return { ...sql`(${failed} = 0)`, nullable: false };
}

export const logicFunctions = {
  iff,
  iif: iff,
  case: {
    doc: 'case-function',
    emitCall: chosen,
    examples: [['case(1 > 2, "a", 2 > 1, "b", "c")', 'b']],
  },
  coalesce: {
    doc: 'coalesce-function',
    trap: 'an empty string counts as missing',
    emitCall: firstKnown,
    examples: [
      ['coalesce(tolong("x"), tolong("42"), 33)', '42'],
      ['coalesce("", "a")', 'a'],
    ],
  },
  max_of: {
    doc: 'max-of-function',
    emitCall: extreme(sql`greatest`),
    examples: [
      ['max_of(10, 1, -3, 17)', '17'],
      ['max_of(long(null), 2)', '2'],
    ],
  },
  min_of: {
    doc: 'min-of-function',
    emitCall: extreme(sql`least`),
    examples: [['min_of(10, long(null), 20)', '10']],
  },
  around: {
    doc: 'around-function',
    emitCall: around,
    examples: [['around(11, 10, 1)', 'true']],
  },
  assert: {
    doc: 'assert-function',
    emitCall: asserted,
    examples: [['assert(1 > 0, "no")', 'true']],
  },
} satisfies Record<string, ScalarFunction>;
