import { convert, ticksFromYear1 } from '../../convert.js';
import type { CallSite, Emitted, ScalarFunction } from '../../functions.js';
import { datetimeOfTicks, nullSql, type Operand, ticksOf } from '../../operand.js';
import { columnTypes, type Sql, sql } from '../../sql.js';

/** Ticks from year 1 to 1970, from where KQL counts the bins of instants. */
const ticksBefore1970 = 621_355_968_000_000_000n;

/** The multiple of the step that is nearest below; KQL's `bin` of an instant counts from year 1. */
function binned({ type }: CallSite, value: Operand, step: Operand): Emitted {
  const width = positive(step, type);
  if (!width) return { ...nullSql(type), nullable: true };
  return { ...lowerMultiple(type, value, width), nullable: value.nullable || width.nullable };
}

function lowerMultiple(type: Operand['type'], value: Operand, width: Operand): Sql {
  switch (type) {
    case 'datetime': {
      const ticks = ticksOf(value);
      const size = width.constant?.value;
      // Steps that divide the days from year 1 to 1970 need no shift.
      const aligned = typeof size === 'bigint' && ticksBefore1970 % size === 0n;
      const counted = aligned ? ticks : ticksFromYear1(value);
      return datetimeOfTicks(sql`(${ticks} - positiveModulo(${counted}, ${width}))`);
    }
    case 'decimal': {
      const number = convert(value, 'decimal');
      return sql`(${number} - positiveModulo(${number}, ${width}))`;
    }
    case 'real':
      return sql`(floor(${value} / ${width}) * ${width})`;
    default:
      return sql`(${value} - positiveModulo(${value}, ${width}))`;
  }
}

/** The step in the type of the bins, null where it is not above zero; undefined when it never is. */
function positive(step: Operand, type: Operand['type']): Operand | undefined {
  const size = convert(step, type === 'datetime' ? 'timespan' : type);
  const value = step.constant?.value;
  if (value === null) return undefined;
  if (typeof value === 'bigint' || typeof value === 'number') return value > 0 ? size : undefined;
  return { ...size, ...sql`if(${size} > 0, ${size}, NULL)`, nullable: true };
}

/** Bins of which one starts at a given point. */
function binnedAt(call: CallSite, value: Operand, step: Operand, point: Operand): Emitted {
  const { type } = call;
  const width = positive(step, type);
  if (!width) return { ...nullSql(type), nullable: true };
  const nullable = [value, width, point].some((part) => part.nullable);
  const [from, to] = [convert(point, type), convert(value, type)];
  switch (type) {
    case 'datetime': {
      const distance = sql`(${ticksOf(to)} - ${ticksOf(from)})`;
      return {
        ...datetimeOfTicks(sql`(${ticksOf(to)} - positiveModulo(${distance}, ${width}))`),
        nullable,
      };
    }
    case 'real':
      return { ...sql`(floor((${to} - ${from}) / ${width}) * ${width} + ${from})`, nullable };
    default: {
      const text = sql`(${to} - positiveModulo((${to} - ${from}), ${width}))`;
      return type === 'int'
        ? { ...sql`CAST(${text} AS Nullable(${{ text: columnTypes.int }}))`, nullable: true }
        : { ...text, nullable };
    }
  }
}

const bin: ScalarFunction = {
  doc: 'bin-function',
  trap: 'below zero too the multiple lies below the value; ClickHouse divides towards zero',
  emitCall: binned,
  examples: [
    ['bin(-7, 3)', '-9'],
    ['bin(4.5, 1)', '4.0'],
    ['bin(datetime(1969-12-31T23:59:59), 1h)', '1969-12-31T23:00:00.0000000Z'],
    ['bin(-30m, 1h)', '-01:00:00'],
    ['isnull(bin(5, -1))', 'true'],
  ],
};

export const binFunctions = {
  bin,
  floor: { ...bin, doc: 'floor-function' },
  bin_at: {
    doc: 'bin-at-function',
    emitCall: binnedAt,
    examples: [
      ['bin_at(6.5, 2.5, 7)', '4.5'],
      ['bin_at(1h, 1d, 12h)', '-12:00:00'],
      [
        'bin_at(datetime(2017-05-15 10:20:00.0), 1d, datetime(1970-01-01 12:00:00.0))',
        '2017-05-14T12:00:00.0000000Z',
      ],
    ],
  },
} satisfies Record<string, ScalarFunction>;
