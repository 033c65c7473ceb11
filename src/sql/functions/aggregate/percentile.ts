import type { ScalarType } from '../../../catalog/types.js';
import { HuntError } from '../../../errors.js';
import { convert, jsonElement } from '../../convert.js';
import type { AggregateCall, AggregateFunction } from '../../functions.js';
import { letIn } from '../../let.js';
import { datetimeOfTicks, type Operand, ticksOf } from '../../operand.js';
import { join, type Sql, sql } from '../../sql.js';
import { all, oneForAll, presence, writtenNumber } from './arguments.js';

const measurable: ReadonlySet<ScalarType> = new Set([
  'int',
  'long',
  'real',
  'decimal',
  'datetime',
  'timespan',
]);

/** Percents that are written out, or an array of those that are computed. */
type Percents = readonly number[] | Sql;

const isWritten = (percents: Percents): percents is readonly number[] => Array.isArray(percents);

/** Arguments that are percents, or arrays of them. */
function percentsOf(call: AggregateCall, operands: readonly Operand[]): Percents {
  const written = operands.flatMap(writtenPercents);
  if (!written.includes(undefined)) return written.map((value) => inRange(call, value ?? 0));
  return sql`arrayMap(_e -> ${checked}, arrayConcat(${join(operands.map((operand) => computedPercents(call, operand)))}))`;
}

function writtenPercents(operand: Operand): (number | undefined)[] {
  const { constant } = operand;
  if (operand.type !== 'dynamic') return [writtenNumber(operand)];
  const items: unknown =
    typeof constant?.value === 'string' ? JSON.parse(constant.value) : undefined;
  return Array.isArray(items) ? items.map(Number) : [undefined];
}

function inRange(call: AggregateCall, value: number): number {
  if (value >= 0 && value <= 100) return value;
  throw new HuntError(
    'kql.semantic',
    { message: `A percentile has to be between 0 and 100, and ${value} is not` },
    { span: call.span },
  );
}

function computedPercents(call: AggregateCall, operand: Operand): Sql {
  const one = oneForAll(call, operand, 'A percentile');
  if (one.type === 'dynamic') return sql`JSONExtract(${one}, 'Array(Float64)')`;
  return sql`[ifNull(${convert(one, 'real')}, -1)]`;
}

const checked = sql`if(throwIf(NOT (_e BETWEEN 0 AND 100), 'A percentile has to be between 0 and 100') = 0, _e, 0)`;

/** The value as a number that sorts as it does. */
function measure(call: AggregateCall, value: Operand): Operand {
  if (!measurable.has(value.type)) {
    throw new HuntError(
      'kql.unsupported',
      { what: `A percentile of ${value.type} values`, because: 'it takes numbers and times' },
      { span: call.span },
    );
  }
  if (value.type === 'int') return convert(value, 'long');
  if (value.type === 'decimal') return convert(value, 'real');
  if (value.type === 'datetime') return { ...value, ...ticksOf(value) };
  return value;
}

/** The nearest ranks of several percentiles, as an array in their order. */
function ranked(call: AggregateCall, value: Operand, percents: Percents): Sql {
  const number = measure(call, value);
  if (!isWritten(percents)) return rankedAt(number, percents);
  // The engine takes the place floor(level * size), counted from 0, where the nearest rank is
  // ceil(level * size), counted from 1: they differ where the product is whole.
  const levels = percents.map((percent) => ({
    text: Math.max(percent / 100 - 1e-12, 0).toFixed(15),
  }));
  const kept = presence(number);
  const known = number.nullable ? sql`assumeNotNull(${number})` : number;
  return kept
    ? sql`quantilesExactIf(${join(levels)})(${known}, ${kept})`
    : sql`quantilesExact(${join(levels)})(${known})`;
}

function weighted(call: AggregateCall, value: Operand, weight: Operand, percents: Percents): Sql {
  const number = measure(call, value);
  const amount = convert(weight, 'long');
  const kept = all(presence(number), sql`ifNull(${amount} > 0, false)`) ?? sql`true`;
  const known = number.nullable ? sql`assumeNotNull(${number})` : number;
  const count = sql`toUInt64(greatest(0, ifNull(${amount}, 0)))`;
  if (!isWritten(percents)) return weightedAt(known, count, kept, percents);
  const levels = percents.map((percent) => ({ text: (percent / 100).toFixed(15) }));
  return sql`quantilesExactWeightedIf(${join(levels)})(${known}, ${count}, ${kept})`;
}

/** The engine takes levels that are written out alone: others choose among all values. */
function rankedAt(number: Operand, percents: Sql): Sql {
  const kept = presence(number);
  const known = number.nullable ? sql`assumeNotNull(${number})` : number;
  const values = kept ? sql`groupArrayIf(${known}, ${kept})` : sql`groupArray(${known})`;
  const place = sql`toUInt64(greatest(1, ceil(_q * length(_qs) / 100 - 1e-9)))`;
  return letIn(
    { _qs: sql`arraySort(${values})`, _qp: percents },
    sql`arrayMap(_q -> arrayElement(_qs, ${place}), _qp)`,
  );
}

function weightedAt(known: Sql, count: Sql, kept: Sql, percents: Sql): Sql {
  const pairs = sql`arraySort(groupArrayIf(tuple(${known}, ${count}), ${kept}))`;
  const place = sql`greatest(1, arrayFirstIndex(_w -> _w >= _q * arrayElement(_qc, -1) / 100 - 1e-9, _qc))`;
  return letIn(
    { _qs: pairs, _qp: percents },
    letIn(
      { _qc: sql`arrayCumSum(_x -> _x.2, _qs)` },
      sql`arrayMap(_q -> arrayElement(_qs, ${place}).1, _qp)`,
    ),
  );
}

/** Whether any row took part. */
function some(call: AggregateCall, value: Operand, weight?: Operand): Sql | undefined {
  const amount = weight && convert(weight, 'long');
  const kept = all(presence(value), amount && sql`ifNull(${amount} > 0, false)`);
  if (kept) return sql`countIf(${kept}) > 0`;
  return call.keyed ? undefined : sql`count() > 0`;
}

function resultOf(call: AggregateCall, array: Sql, index: number, there: Sql | undefined): Sql {
  const item = sql`arrayElement(${array}, ${{ text: String(index + 1) }})`;
  const value = call.type === 'datetime' ? datetimeOfTicks(item) : item;
  return there ? sql`if(${there}, toNullable(${value}), NULL)` : value;
}

function percentile(doc: string, isWeighted: boolean, example: Example): AggregateFunction {
  const split = (parts: readonly Operand[]) => {
    const [value, second] = parts;
    const weight = isWeighted ? second : undefined;
    const percents = parts.slice(isWeighted ? 2 : 1);
    if (!value) throw new Error('a percentile without a value');
    return { value, weight, percents };
  };
  const joint: NonNullable<AggregateFunction['joint']> = (call, ...calls) => {
    const { value, weight } = split(calls[0] ?? []);
    const percents = percentsOf(
      call,
      calls.flatMap((parts) => split(parts).percents.slice(0, 1)),
    );
    const state = weight ? weighted(call, value, weight, percents) : ranked(call, value, percents);
    const there = some(call, value, weight);
    return {
      state,
      results: (name) => calls.map((_, index) => resultOf(call, name, index, there)),
    };
  };
  return {
    doc,
    trap: 'the nearest rank, never a value between two',
    nullable: isWeighted ? 'always' : 'arguments',
    emit: (call, ...parts) => {
      const { state, results } = joint(call, parts);
      return results(state)[0] ?? state;
    },
    joint,
    examples: [example],
  };
}

/** Percentiles as one array; the percents come one by one or as a constant array. */
function percentileArray(doc: string, isWeighted: boolean, example: Example): AggregateFunction {
  return {
    doc,
    nullable: 'never',
    emit: (call, value: Operand, ...rest: Operand[]) => {
      const weight = isWeighted ? rest[0] : undefined;
      const levels = percentsOf(call, rest.slice(isWeighted ? 1 : 0));
      const array = weight ? weighted(call, value, weight, levels) : ranked(call, value, levels);
      const type = value.type === 'int' ? 'long' : value.type === 'decimal' ? 'real' : value.type;
      const item = type === 'datetime' ? datetimeOfTicks(sql`_e`) : sql`_e`;
      const text = jsonElement({ ...value, ...item, type, nullable: false });
      const list = sql`concat('[', arrayStringConcat(arrayMap(_e -> ${text}, ${array}), ','), ']')`;
      const there = some({ ...call, keyed: call.keyed }, value, weight);
      return there ? sql`if(${there}, ${list}, '')` : list;
    },
    examples: [example],
  };
}

type Example = readonly [kql: string, value: string];

const four = 'range x from 1 to 4 step 1';

export const percentileAggregates: Readonly<Record<string, AggregateFunction>> = {
  percentile: percentile('percentiles-aggregation-function', false, [
    `${four} | summarize percentile(x, 50)`,
    '2',
  ]),
  percentiles: percentile('percentiles-aggregation-function', false, [
    `${four} | summarize percentiles(x, 75, 25)`,
    '3',
  ]),
  percentilew: percentile('percentilesw-aggregation-function', true, [
    `${four} | summarize percentilew(x, 10 - x, 50)`,
    '2',
  ]),
  percentilesw: percentile('percentilesw-aggregation-function', true, [
    `${four} | summarize percentilesw(x, x, 50, 75)`,
    '3',
  ]),
  percentiles_array: percentileArray('percentiles-aggregation-function', false, [
    `${four} | summarize percentiles_array(x, 25, 50)`,
    '[1,2]',
  ]),
  percentilesw_array: percentileArray('percentilesw-aggregation-function', true, [
    `${four} | summarize percentilesw_array(x, x, dynamic([10, 100]))`,
    '[1,4]',
  ]),
};
