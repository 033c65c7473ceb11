import type { ScalarType } from '../../../catalog/types.js';
import { allBound, bound } from '../../bound.js';
import { convert } from '../../convert.js';
import type { ScalarFunction } from '../../functions.js';
import { arrayText } from '../../json.js';
import { datetimeOfTicks, literalSql, type Operand, ticksOf } from '../../operand.js';
import { join, type Sql, sql } from '../../sql.js';
import { elementText } from './elements.js';

const oneHour: Operand = {
  ...literalSql({ type: 'timespan', value: 36_000_000_000n }),
  type: 'timespan',
  nullable: false,
  expression: { kind: 'literal', type: 'timespan', value: 36_000_000_000n },
};

const one: Operand = {
  ...literalSql({ type: 'long', value: 1n }),
  type: 'long',
  nullable: false,
  expression: { kind: 'literal', type: 'long', value: 1n },
};

/** What the values of a range are: instants and spans go by their ticks. */
function rangeType(start: Operand, stop: Operand, step: Operand | undefined): ScalarType {
  const types = [start.type, stop.type, step?.type ?? start.type];
  for (const type of ['datetime', 'timespan', 'decimal', 'real'] as const) {
    if (types.includes(type)) return type === 'decimal' ? 'real' : type;
  }
  return 'long';
}

/** An array has at most 1,048,576 elements, as KQL's own; the rest is cut off. */
function range(start: Operand, stop: Operand, step?: Operand): Sql {
  const type = rangeType(start, stop, step);
  const isTime = type === 'datetime' || type === 'timespan';
  const by = convert(step ?? (isTime ? oneHour : one), isTime ? 'timespan' : type);
  const parts = [convert(start, type), convert(stop, type), by];
  const numbers = parts.map((part) => (part.type === 'datetime' ? ticksOf(part) : part));
  const known = parts.map((part, index) => {
    const number = numbers[index] ?? part;
    return part.nullable ? sql`assumeNotNull(${number})` : number;
  });
  const array = allBound(known, (from, to, width) => {
    const isReached = sql`(${width} > 0 AND ${from} <= ${to} OR ${width} < 0 AND ${from} >= ${to})`;
    const last =
      type === 'real'
        ? sql`least(floor((${to} - ${from}) / ${width}), 1048575.)`
        : sql`least(ifNull(intDivOrNull(${to} - ${from}, ${width}), 0), 1048575)`;
    const size = sql`toUInt64(if(${isReached}, ${last} + 1, 0))`;
    const number = sql`arrayMap(_i -> ${from} + _i * ${width}, range(${size}))`;
    const text = convert(
      {
        ...(type === 'datetime' ? datetimeOfTicks(sql`toInt64(_v)`) : sql`_v`),
        type,
        nullable: false,
        expression: start.expression,
      },
      'dynamic',
    );
    return arrayText(sql`arrayMap(_v -> ${text}, ${number})`);
  });
  const nulls = parts.flatMap((part) => (part.nullable ? [sql`isNull(${part})`] : []));
  return nulls.length > 0 ? sql`if(${join(nulls, sql` OR `)}, '', ${array})` : array;
}

export const sequenceFunctions = {
  range: {
    doc: 'range-function',
    trap: 'the last value may be the stop itself; an array has at most 1,048,576 elements',
    emit: range,
    examples: [
      ['range(1, 8, 3)', '[1,4,7]'],
      ['range(1h, 3h)', '["01:00:00","02:00:00","03:00:00"]'],
    ],
  },
  repeat: {
    doc: 'repeat-function',
    emit: (value: Operand, times: Operand) => {
      const n = convert(times, 'long');
      const text = bound(
        n.nullable ? sql`assumeNotNull(${n})` : n,
        (size) =>
          sql`if(${size} < 0, '', ${arrayText(sql`arrayWithConstant(least(greatest(${size}, 0), 1048576), ${elementText(value)})`)})`,
      );
      return n.nullable ? sql`if(isNull(${n}), '', ${text})` : text;
    },
    examples: [['repeat(1, 3)', '[1,1,1]']],
  },
} satisfies Record<string, ScalarFunction>;
