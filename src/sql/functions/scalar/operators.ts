import { HuntError } from '../../../errors.js';
import { convert } from '../../convert.js';
import type { ScalarFunction } from '../../functions.js';
import { datetimeOfTicks, type Operand, ticksOf } from '../../operand.js';
import { join, type Sql, sql } from '../../sql.js';

const numeric = new Set(['bool', 'int', 'long', 'real', 'decimal']);

/** Both operands as values that ClickHouse compares as KQL would. */
export function comparable(left: Operand, right: Operand): [Operand, Operand] {
  if (left.type === right.type) return [left, right];
  if (left.type === 'dynamic') return [convert(left, right.type), right];
  if (right.type === 'dynamic') return [left, convert(right, left.type)];
  if (left.type === 'string') return [convert(left, right.type), right];
  if (right.type === 'string') return [left, convert(right, left.type)];
  if (numeric.has(left.type) && numeric.has(right.type)) {
    const wide = left.type === 'decimal' || right.type === 'decimal' ? 'decimal' : undefined;
    if (wide) return [convert(left, wide), convert(right, wide)];
    if (left.type === 'bool') return [convert(left, right.type), right];
    if (right.type === 'bool') return [left, convert(right, left.type)];
  }
  return [left, right];
}

/** A comparison in which one null makes false (or true, for `!=`), and two nulls make null. */
function equality(
  left: Operand,
  right: Operand,
  operator: Sql,
  oneNull: Sql,
  filter: boolean,
): Sql {
  const [a, b] = comparable(left, right);
  const plain = sql`(${a} ${operator} ${b})`;
  if (!a.nullable && !b.nullable) return plain;
  if (filter && oneNull.text === 'false') return plain;
  const known =
    a.nullable && b.nullable
      ? sql`if(isNull(${a}) AND isNull(${b}), NULL, ifNull(${plain}, ${oneNull}))`
      : sql`ifNull(${plain}, ${oneNull})`;
  return known;
}

function ordering(operator: Sql): ScalarFunction {
  return {
    doc: 'numerical-operators',
    emit: (left: Operand, right: Operand) => {
      const [a, b] = comparable(left, right);
      return sql`(${a} ${operator} ${b})`;
    },
  };
}

function arithmetic(name: '+' | '-' | '*', symbol: Sql): ScalarFunction {
  return {
    doc: 'numerical-operators',
    emitCall: ({ type }, left: Operand, right: Operand) => {
      if (type === 'datetime') return shifted(left, right, symbol);
      if (left.type === 'datetime' && right.type === 'datetime') {
        return sql`(${ticksOf(left)} - ${ticksOf(right)})`;
      }
      if (type === 'timespan') {
        if (name === '*') return sql`toInt64(${number(left)} * ${number(right)})`;
        return sql`(${convert(left, 'timespan')} ${symbol} ${convert(right, 'timespan')})`;
      }
      const [a, b] = [convert(left, type), convert(right, type)];
      const result = sql`(${a} ${symbol} ${b})`;
      return type === 'int'
        ? sql`toInt32(${result})`
        : type === 'decimal' && name === '*'
          ? sql`CAST(${sql`CAST(${a} AS ${wider(a)})`} * ${b} AS ${wider(a)})`
          : result;
    },
  };
}

function wider(operand: Operand): Sql {
  return operand.nullable ? sql`Nullable(Decimal(76, 20))` : sql`Nullable(Decimal(76, 20))`;
}

/** Timespans count as their ticks. */
function number(operand: Operand): Operand {
  return operand.type === 'dynamic' || operand.type === 'string'
    ? convert(operand, 'real')
    : operand;
}

function shifted(left: Operand, right: Operand, symbol: Sql): Sql {
  const [instant, span] = left.type === 'timespan' ? [right, left] : [left, right];
  return datetimeOfTicks(
    sql`(${ticksOf(convert(instant, 'datetime'))} ${symbol} ${convert(span, 'timespan')})`,
  );
}

/** Floor towards minus infinity; KQL's `bin` of an instant counts from year 1. */
export function binned(value: Operand, step: Operand): Sql {
  switch (value.type) {
    case 'datetime': {
      const size = convert(step, 'timespan');
      const ticks = ticksOf(value);
      const width = size.constant?.value;
      // Steps that divide the days from year 1 to 1970 need no shift.
      const aligned = typeof width === 'bigint' && width > 0n && 621355968000000000n % width === 0n;
      const shiftedTicks = aligned ? ticks : sql`(${ticks} + 621355968000000000)`;
      return datetimeOfTicks(sql`(${ticks} - ${positiveModulo(shiftedTicks, size)})`);
    }
    case 'timespan': {
      const size = convert(step, 'timespan');
      return sql`(${value} - ${positiveModulo(value, size)})`;
    }
    case 'int':
    case 'long':
      if (step.type === 'real')
        return sql`if(${step} = 0, NULL, floor(${value} / ${step}) * ${step})`;
      return sql`(${value} - ${positiveModulo(value, convert(step, value.type))})`;
    case 'decimal':
      return sql`toDecimal256OrNull(toString(floor(toFloat64(${value}) / toFloat64(${step})) * toFloat64(${step})), 20)`;
    default: {
      const [a, b] = [convert(value, 'real'), convert(step, 'real')];
      return sql`(floor(${a} / ${b}) * ${b})`;
    }
  }
}

function positiveModulo(value: Sql, step: Operand): Sql {
  const width = step.constant?.value;
  if (typeof width === 'bigint' && width !== 0n) return sql`positiveModulo(${value}, ${step})`;
  return sql`positiveModulo(${value}, nullIf(${step}, 0))`;
}

export const operatorFunctions = {
  and: {
    doc: 'logical-operators',
    emit: (...terms: Operand[]) => sql`(${join(terms.map(condition), sql` AND `)})`,
  },
  or: {
    doc: 'logical-operators',
    emit: (...terms: Operand[]) => sql`(${join(terms.map(condition), sql` OR `)})`,
  },
  not: { doc: 'not-function', emit: (term: Operand) => sql`(NOT ${condition(term)})` },
  '==': {
    doc: 'numerical-operators',
    emitCall: ({ filter }, a: Operand, b: Operand) => equality(a, b, sql`=`, sql`false`, filter),
  },
  '!=': {
    doc: 'numerical-operators',
    emitCall: ({ filter }, a: Operand, b: Operand) => equality(a, b, sql`!=`, sql`true`, filter),
  },
  '<': ordering(sql`<`),
  '<=': ordering(sql`<=`),
  '>': ordering(sql`>`),
  '>=': ordering(sql`>=`),
  between: {
    doc: 'between-operator',
    emit: (value: Operand, from: Operand, to: Operand) => {
      const [v1, a] = comparable(value, from);
      const [v2, b] = comparable(value, to);
      return sql`(${v1} >= ${a} AND ${v2} <= ${b})`;
    },
  },
  '!between': {
    doc: 'not-between-operator',
    emit: (value: Operand, from: Operand, to: Operand) => {
      const [v1, a] = comparable(value, from);
      const [v2, b] = comparable(value, to);
      return sql`(${v1} < ${a} OR ${v2} > ${b})`;
    },
  },
  '+': arithmetic('+', sql`+`),
  '-': arithmetic('-', sql`-`),
  '*': arithmetic('*', sql`*`),
  '/': {
    doc: 'numerical-operators',
    nullable: 'always',
    trap: 'whole numbers divide to whole numbers, towards zero; a division by zero is null',
    emitCall: ({ type }, left: Operand, right: Operand) => {
      if (type === 'timespan')
        return sql`toInt64OrNull(toString(trunc(${number(left)} / nullIf(${number(right)}, 0))))`;
      if (left.type === 'timespan' || left.type === 'datetime')
        return sql`(toFloat64(${left}) / toFloat64(${right}))`;
      const [a, b] = [convert(left, type), convert(right, type)];
      if (type === 'int' || type === 'long') {
        const quotient = sql`intDivOrNull(${a}, if(${b} = 0, NULL, ${b}))`;
        return type === 'int' ? sql`toInt32(${quotient})` : quotient;
      }
      if (type === 'decimal')
        return sql`toDecimal256OrNull(toString(toFloat64(${a}) / toFloat64(${b})), 20)`;
      return sql`(${a} / ${b})`;
    },
  },
  '%': {
    doc: 'numerical-operators',
    nullable: 'always',
    emitCall: ({ type }, left: Operand, right: Operand) => {
      const [a, b] = [convert(left, type), convert(right, type)];
      if (type === 'real') return sql`(${a} - floor(${a} / ${b}) * ${b})`;
      if (type === 'decimal')
        return sql`toDecimal256OrNull(toString(positiveModulo(toFloat64(${a}), toFloat64(${b}))), 20)`;
      const result = sql`positiveModulo(${a}, nullIf(${b}, 0))`;
      return type === 'int' ? sql`toInt32(${result})` : sql`toInt64(${result})`;
    },
  },
  negate: {
    doc: 'numerical-operators',
    emitCall: ({ type }, value: Operand) =>
      type === 'int' ? sql`toInt32(-${convert(value, type)})` : sql`(-${convert(value, type)})`,
  },
  bin: {
    doc: 'bin-function',
    nullable: 'always',
    emit: (value: Operand, step: Operand) => binned(value, step),
  },
  floor: {
    doc: 'floor-function',
    nullable: 'always',
    emit: (value: Operand, step?: Operand) => (step ? binned(value, step) : sql`floor(${value})`),
  },
  tuple_item: {
    doc: 'extend-operator',
    nullable: 'always',
    emitCall: ({ type }, tuple: Operand, index: Operand) => {
      const position = Number(index.constant?.value ?? 0n) + 1;
      const item: Operand = {
        ...sql`JSONExtractRaw(${tuple}, ${{ text: String(position) }})`,
        type: 'dynamic',
        nullable: false,
        expression: tuple.expression,
      };
      const known: Operand = {
        ...sql`if(${item} = 'null', '', ${item})`,
        type: 'dynamic',
        nullable: false,
        expression: tuple.expression,
      };
      return convert(known, type);
    },
  },
} satisfies Record<string, ScalarFunction>;

/** A term of a logical operator; numbers count as whether they differ from zero. */
function condition(term: Operand): Sql {
  if (term.table)
    throw new HuntError('kql.unsupported', {
      what: 'a table as a condition',
      because: 'a condition is a bool',
    });
  return convert(term, 'bool');
}
