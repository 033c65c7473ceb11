import type { ScalarType } from '../../../catalog/types.js';
import type { AggregateCall, AggregateFunction } from '../../functions.js';
import { literalSql, type Operand, ticksOf } from '../../operand.js';
import { join, type Sql, sql } from '../../sql.js';
import { condition } from './arguments.js';

const isText = (type: ScalarType) => type === 'string' || type === 'dynamic';

/** What a row with a null key counts as: less than every other for the greatest, more for the least. */
const beyond = {
  max: { long: -(2n ** 63n), int: -(2n ** 31n), decimal: '-1e50', bool: -1n },
  min: { long: 2n ** 63n - 1n, int: 2n ** 31n - 1n, decimal: '1e50', bool: 2n },
};

/**
 * The key in an order without nulls: the row of a null key is taken only where all keys of the group
 * are null, as Kusto takes one then.
 */
function rank(key: Operand, end: 'max' | 'min'): Sql {
  switch (key.type) {
    case 'string':
    case 'dynamic':
      return key;
    case 'real':
      return end === 'max'
        ? sql`assumeNotNull(if(${key} > -inf, ${key}, -inf))`
        : sql`assumeNotNull(if(${key} < inf, ${key}, inf))`;
    case 'datetime':
      return key.nullable ? orEnd(ticksOf(key), 'long', end) : key;
    case 'bool':
      return key.nullable ? orEnd(sql`toInt8(${key})`, 'bool', end) : key;
    case 'decimal':
      return key.nullable ? orEnd(key, 'decimal', end) : key;
    case 'int':
      return key.nullable ? orEnd(key, 'int', end) : key;
    default:
      return key.nullable ? orEnd(key, 'long', end) : key;
  }
}

function orEnd(key: Sql, type: 'long' | 'int' | 'decimal' | 'bool', end: 'max' | 'min'): Sql {
  const value = beyond[end][type];
  const last =
    type === 'bool' ? sql`toInt8(${{ text: String(value) }})` : literalSql({ type, value });
  return sql`assumeNotNull(ifNull(${key}, ${last}))`;
}

/** Values that one aggregate takes from one row; over no rows they are null. */
function rowOf(call: AggregateCall, values: readonly Operand[]): Sql {
  const items = values.map((value) =>
    call.keyed || value.nullable || isText(value.type) ? value : sql`toNullable(${value})`,
  );
  return sql`tuple(${join(items)})`;
}

function itemsOf(count: number): (state: Sql) => Sql[] {
  return (state) =>
    Array.from(
      { length: count },
      (_, index) => sql`tupleElement(${state}, ${{ text: String(index + 1) }})`,
    );
}

type Example = readonly [kql: string, value: string];

function argument(doc: string, fn: Sql, end: 'max' | 'min', example: Example): AggregateFunction {
  const state = (call: AggregateCall, key: Operand, values: readonly Operand[]) =>
    sql`${fn}(${rowOf(call, values)}, ${rank(key, end)})`;
  return {
    doc,
    trap: 'where all keys of a group are null there is still a row; its other values may be null too',
    nullable: 'arguments',
    emit: (call, key: Operand, value: Operand) =>
      sql`tupleElement(${state(call, key, [value])}, 1)`,
    joint: (call, ...calls) => {
      const [key] = calls[0] ?? [];
      if (!key) throw new Error('an argument aggregate without a key');
      const values = calls.flatMap(([, value]) => value ?? []);
      return { state: state(call, key, values), results: itemsOf(values.length) };
    },
    examples: [example],
  };
}

/** Any value; one that is not null or empty where there is one. */
function any(call: AggregateCall, value: Operand, test?: Operand): Sql {
  const kept = test && condition(test);
  if (isText(value.type)) {
    const there = sql`notEmpty(${value})`;
    return sql`anyIf(${value}, ${kept ? sql`(${there} AND ${kept})` : there})`;
  }
  if (kept) return sql`anyOrNullIf(${value}, ${kept})`;
  return call.keyed ? sql`any(${value})` : sql`anyOrNull(${value})`;
}

const takeAny: AggregateFunction = {
  doc: 'take-any-aggregation-function',
  nullable: 'arguments',
  emit: (call, value: Operand) => any(call, value),
  joint: (call, ...calls) => {
    const values = calls.flatMap(([value]) => value ?? []);
    return { state: sql`any(${rowOf(call, values)})`, results: itemsOf(values.length) };
  },
  examples: [['datatable(x: string) ["", "a"] | summarize take_any(x)', 'a']],
};

const takeAnyIf: AggregateFunction = {
  doc: 'take-anyif-aggregation-function',
  nullable: 'always',
  emit: (call, value: Operand, test: Operand) => any(call, value, test),
  examples: [['range x from 1 to 3 step 1 | summarize take_anyif(x, x > 2)', '3']],
};

const two = 'datatable(x: long, s: string) [1, "a", 2, "b"]';

export const rowAggregates: Readonly<Record<string, AggregateFunction>> = {
  arg_max: argument('arg-max-aggregation-function', sql`argMax`, 'max', [
    `${two} | summarize arg_max(x, s) | project s`,
    'b',
  ]),
  arg_min: argument('arg-min-aggregation-function', sql`argMin`, 'min', [
    `${two} | summarize arg_min(x, s) | project s`,
    'a',
  ]),
  argmax: argument('arg-max-aggregation-function', sql`argMax`, 'max', [
    `${two} | summarize argmax(x, s) | project max_x_s`,
    'b',
  ]),
  argmin: argument('arg-min-aggregation-function', sql`argMin`, 'min', [
    `${two} | summarize argmin(x, s) | project min_x_s`,
    'a',
  ]),
  take_any: takeAny,
  any: takeAny,
  take_anyif: takeAnyIf,
  anyif: takeAnyIf,
};
