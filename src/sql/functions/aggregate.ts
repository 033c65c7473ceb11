import { convert, jsonElement } from '../convert.js';
import type { AggregateCall, AggregateFunction } from '../functions.js';
import type { Operand } from '../operand.js';
import { type Sql, sql } from '../sql.js';

const condition = (test: Operand): Sql =>
  test.nullable ? sql`ifNull(${convert(test, 'bool')}, false)` : convert(test, 'bool');

/** The default size of make_list and make_set. */
const maxElements = 1_048_576;

const limitOf = (limit: Operand | undefined): Sql => {
  const value = limit?.constant?.value;
  return { text: String(typeof value === 'bigint' && value >= 0n ? value : maxElements) };
};

const array = (elements: Sql): Sql => sql`concat('[', arrayStringConcat(${elements}, ','), ']')`;

/** Elements in their rows' order, nulls left out, as JSON texts. */
function list(
  call: AggregateCall,
  value: Operand,
  limit: Operand | undefined,
  test?: Operand,
): Sql {
  const element = jsonElement(value);
  const kept =
    value.type === 'dynamic'
      ? sql`notEmpty(${value})`
      : value.nullable
        ? sql`isNotNull(${value})`
        : sql`true`;
  const all = test ? sql`(${condition(test)} AND ${kept})` : kept;
  if (call.position) {
    const pairs = sql`groupArrayIf((${call.position}, ${element}), ${all})`;
    return array(
      sql`arraySlice(arrayMap(_p -> _p.2, arraySort(_p -> _p.1, ${pairs})), 1, ${limitOf(limit)})`,
    );
  }
  return array(sql`groupArrayIf(${limitOf(limit)})(${element}, ${all})`);
}

function set(call: AggregateCall, value: Operand, limit: Operand | undefined, test?: Operand): Sql {
  const element = jsonElement(value);
  const kept =
    value.type === 'dynamic'
      ? sql`notEmpty(${value})`
      : value.nullable
        ? sql`isNotNull(${value})`
        : sql`true`;
  const all = test ? sql`(${condition(test)} AND ${kept})` : kept;
  if (call.position) {
    const pairs = sql`groupArrayIf((${call.position}, ${element}), ${all})`;
    return array(
      sql`arraySlice(arrayDistinct(arrayMap(_p -> _p.2, arraySort(_p -> _p.1, ${pairs}))), 1, ${limitOf(limit)})`,
    );
  }
  // Distinct in the order of the first appearance, as far as the rows have one.
  return array(sql`groupUniqArrayIf(${limitOf(limit)})(${element}, ${all})`);
}

const makeList: AggregateFunction = {
  doc: 'make-list-aggregation-function',
  nullable: 'never',
  emit: (call, value: Operand, limit?: Operand) => list(call, value, limit),
};
const makeSet: AggregateFunction = {
  doc: 'make-set-aggregation-function',
  nullable: 'never',
  emit: (call, value: Operand, limit?: Operand) => set(call, value, limit),
};
const count: AggregateFunction = {
  doc: 'count-aggregation-function',
  nullable: 'never',
  emit: () => sql`toInt64(count())`,
};

export const aggregateFunctions: Readonly<Record<string, AggregateFunction>> = {
  count,
  cnt: count,
  countif: {
    doc: 'countif-aggregation-function',
    nullable: 'never',
    emit: (_call, test: Operand) => sql`toInt64(countIf(${condition(test)}))`,
  },
  dcount: {
    doc: 'dcount-aggregation-function',
    nullable: 'never',
    emit: (_call, value: Operand) => sql`toInt64(uniqCombined64(${value}))`,
  },
  dcountif: {
    doc: 'dcountif-aggregation-function',
    nullable: 'never',
    emit: (_call, value: Operand, test: Operand) =>
      sql`toInt64(uniqCombined64If(${value}, ${condition(test)}))`,
  },
  count_distinct: {
    doc: 'count-distinct-aggregation-function',
    nullable: 'never',
    emit: (_call, value: Operand) => sql`toInt64(uniqExact(${value}))`,
  },
  count_distinctif: {
    doc: 'count-distinctif-aggregation-function',
    nullable: 'never',
    emit: (_call, value: Operand, test: Operand) =>
      sql`toInt64(uniqExactIf(${value}, ${condition(test)}))`,
  },
  sum: {
    doc: 'sum-aggregation-function',
    emit: (call, value: Operand) => sql`sum(${convert(value, call.type)})`,
  },
  sumif: {
    doc: 'sumif-aggregation-function',
    emit: (call, value: Operand, test: Operand) =>
      sql`sumIf(${convert(value, call.type)}, ${condition(test)})`,
  },
  avg: {
    doc: 'avg-aggregation-function',
    nullable: 'always',
    emit: (call, value: Operand) => average(call, value, sql`true`),
  },
  avgif: {
    doc: 'avgif-aggregation-function',
    nullable: 'always',
    emit: (call, value: Operand, test: Operand) => average(call, value, condition(test)),
  },
  min: extreme('min-aggregation-function', sql`minOrNull`),
  max: extreme('max-aggregation-function', sql`maxOrNull`),
  minif: {
    doc: 'minif-aggregation-function',
    emit: (_call, value: Operand, test: Operand) => sql`minOrNullIf(${value}, ${condition(test)})`,
  },
  maxif: {
    doc: 'maxif-aggregation-function',
    emit: (_call, value: Operand, test: Operand) => sql`maxOrNullIf(${value}, ${condition(test)})`,
  },
  arg_max: {
    doc: 'arg-max-aggregation-function',
    trap: 'the value of the row may itself be null',
    emit: (call, key: Operand, value: Operand) => argument(call, sql`argMax`, key, value),
  },
  arg_min: {
    doc: 'arg-min-aggregation-function',
    emit: (call, key: Operand, value: Operand) => argument(call, sql`argMin`, key, value),
  },
  take_any: {
    doc: 'take-any-aggregation-function',
    emit: (call, value: Operand) => textual(call, sql`anyOrNull(${value})`),
  },
  make_list: makeList,
  makelist: makeList,
  make_list_if: {
    doc: 'make-list-if-aggregation-function',
    nullable: 'never',
    emit: (call, value: Operand, test: Operand, limit?: Operand) => list(call, value, limit, test),
  },
  make_set: makeSet,
  makeset: makeSet,
  make_set_if: {
    doc: 'make-set-if-aggregation-function',
    nullable: 'never',
    emit: (call, value: Operand, test: Operand, limit?: Operand) => set(call, value, limit, test),
  },
};

function extreme(doc: string, fn: Sql): AggregateFunction {
  return { doc, emit: (call, value: Operand) => textual(call, sql`${fn}(${value})`) };
}

/** A text is never null: that of no rows is empty. */
function textual(call: AggregateCall, value: Sql): Sql {
  return call.type === 'string' || call.type === 'dynamic' ? sql`ifNull(${value}, '')` : value;
}

function argument(call: AggregateCall, fn: Sql, key: Operand, value: Operand): Sql {
  return textual(call, sql`(${fn}OrNull(tuple(${value}), ${key})).1`);
}

function average(call: AggregateCall, value: Operand, test: Sql): Sql {
  if (call.type === 'timespan')
    return sql`accurateCastOrNull(avgOrNullIf(${value}, ${test}), 'Int64')`;
  if (call.type === 'datetime')
    return sql`reinterpret(accurateCastOrNull(avgOrNullIf(reinterpretAsInt64(${value}), ${test}), 'Int64'), 'DateTime64(7, \\'UTC\\')')`;
  if (call.type === 'decimal')
    return sql`toDecimal256OrNull(toString(avgOrNullIf(${value}, ${test})), 20)`;
  return sql`avgOrNullIf(${convert(value, 'real')}, ${test})`;
}
