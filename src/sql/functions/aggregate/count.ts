import type { AggregateCall, AggregateFunction } from '../../functions.js';
import type { Operand } from '../../operand.js';
import { type Sql, sql } from '../../sql.js';
import { all, condition, oneForAll, presence, writtenNumber } from './arguments.js';

/** Registers of the sketch as a power of two, by KQL's accuracy level: errors of 1.6 % to 0.2 %. */
const precisions = [14, 17, 17, 18, 19];

function precision(call: AggregateCall, accuracy: Operand | undefined): Sql {
  const written = accuracy ? writtenNumber(accuracy) : 1;
  if (accuracy && written === undefined) oneForAll(call, accuracy, 'An accuracy');
  // The engine wants it before it computes anything: the best of them is right for every level.
  return { text: String(written === undefined ? 19 : (precisions[written] ?? 17)) };
}

function count(test?: Operand): Sql {
  return test ? sql`toInt64(countIf(${condition(test)}))` : sql`toInt64(count())`;
}

function distinct(
  call: AggregateCall,
  value: Operand,
  accuracy: Operand | undefined,
  test?: Operand,
): Sql {
  // Nulls do not count; the engine leaves out those that are NULL by itself.
  const kept = all(test && condition(test), value.type === 'dynamic' ? presence(value) : undefined);
  const sketch = kept
    ? sql`uniqCombined64If(${precision(call, accuracy)})(${value}, ${kept})`
    : sql`uniqCombined64(${precision(call, accuracy)})(${value})`;
  // Unlike the engine's other counts, this one of nulls alone is NULL.
  return value.nullable ? sql`toInt64(ifNull(${sketch}, 0))` : sql`toInt64(${sketch})`;
}

function exactlyDistinct(value: Operand, test?: Operand): Sql {
  const kept = all(test && condition(test), value.type === 'dynamic' ? presence(value) : undefined);
  return kept ? sql`toInt64(uniqExactIf(${value}, ${kept}))` : sql`toInt64(uniqExact(${value}))`;
}

/** The rows, those that pass a test, or those that have a value in a column: no string is null. */
function countOf(counted?: Operand): Sql {
  if (!counted || counted.type === 'bool') return count(counted);
  const present = presence(counted);
  return present ? sql`toInt64(countIf(${present}))` : count();
}

const counter: AggregateFunction = {
  doc: 'count-aggregation-function',
  trap: 'an argument that is no test counts the rows in which it is not null',
  nullable: 'never',
  emit: (_call, counted?: Operand) => countOf(counted),
  examples: [['range x from 1 to 3 step 1 | summarize count()', '3']],
};

export const countAggregates: Readonly<Record<string, AggregateFunction>> = {
  count: counter,
  cnt: counter,
  countif: {
    doc: 'countif-aggregation-function',
    nullable: 'never',
    emit: (_call, test: Operand) => count(test),
    examples: [['range x from 1 to 3 step 1 | summarize countif(x > 1)', '2']],
  },
  dcount: {
    doc: 'dcount-aggregation-function',
    trap: 'an empty string counts as a value, a null does not',
    nullable: 'never',
    emit: (call, value: Operand, accuracy?: Operand) => distinct(call, value, accuracy),
    examples: [['datatable(x: string) ["a", "", "a"] | summarize dcount(x)', '2']],
  },
  dcountif: {
    doc: 'dcountif-aggregation-function',
    nullable: 'never',
    emit: (call, value: Operand, test: Operand, accuracy?: Operand) =>
      distinct(call, value, accuracy, test),
    examples: [['range x from 1 to 9 step 1 | summarize dcountif(x % 4, x > 2)', '4']],
  },
  count_distinct: {
    doc: 'count-distinct-aggregation-function',
    nullable: 'never',
    emit: (_call, value: Operand) => exactlyDistinct(value),
    examples: [['datatable(x: long) [1, 1, long(null)] | summarize count_distinct(x)', '1']],
  },
  count_distinctif: {
    doc: 'count-distinctif-aggregation-function',
    nullable: 'never',
    emit: (_call, value: Operand, test: Operand) => exactlyDistinct(value, test),
    examples: [['range x from 1 to 9 step 1 | summarize count_distinctif(x % 4, x > 6)', '3']],
  },
};
