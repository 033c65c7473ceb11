import { convert } from '../../convert.js';
import type { ScalarFunction } from '../../functions.js';
import { isIndexed, type Operand } from '../../operand.js';
import { join, type Sql, sql } from '../../sql.js';
import { foldedText } from '../../terms.js';
import { comparable } from './comparison.js';
import { columnOf, elementOperand, elementTexts, listOf } from './list-items.js';
import { folded, storedFolded } from './text-search.js';

type Fold = (operand: Operand) => Sql;

/** `x in (…)`. A null is in no list. */
function contained(
  subject: Operand,
  items: readonly Operand[],
  isFolded: boolean,
  isFilter: boolean,
): Sql {
  const fold: Fold = (operand) =>
    isFolded && operand.type === 'string' ? folded(operand) : operand;
  const { values, arrays, tables } = listOf(items);
  const tests = [
    ...amongValues(subject, values, fold, isFilter && !isFolded && isIndexed(subject)),
    ...arrays.map((array) => amongElements(subject, array, fold)),
    ...tables.map((table) => inTable(subject, table, fold)),
  ];
  const test = tests.length === 0 ? sql`false` : sql`(${join(tests, sql` OR `)})`;
  return subject.nullable || subject.type === 'dynamic' ? sql`ifNull(${test}, false)` : test;
}

/** One IN for all constants that compare with the value in the same form, and comparisons with the rest. */
function amongValues(
  subject: Operand,
  values: readonly Operand[],
  fold: Fold,
  withIndex: boolean,
): Sql[] {
  const sets = new Map<string, { left: Sql; items: Sql[]; folded: Sql[] }>();
  const tests: Sql[] = [];
  for (const value of values) {
    if (value.constant && value.nullable) continue;
    const [a, b] = comparable(subject, value);
    const [left, right] = [fold(a), fold(b)];
    if (value.constant) {
      const set = sets.get(left.text) ?? { left, items: [], folded: [] };
      set.items.push(right);
      if (withIndex && a.type === 'string') set.folded.push(storedFolded(b));
      sets.set(left.text, set);
    } else tests.push(sql`ifNull(${left} = ${right}, false)`);
  }
  const inSets = [...sets.values()].map(({ left, items, folded }) => {
    const test = sql`${left} IN (${join(items)})`;
    // Indexes of texts are of their lower case: a test of that besides lets them skip.
    return folded.length > 0 ? sql`(${test} AND ${foldedText(left)} IN (${join(folded)}))` : test;
  });
  return [...inSets, ...tests];
}

function amongElements(subject: Operand, array: Operand, fold: Fold): Sql {
  const type = subject.type === 'dynamic' ? 'string' : subject.type;
  const left = fold(convert(subject, type));
  const element = fold(convert(elementOperand(sql`_e`, array), type));
  const elements = sql`arrayMap(_e -> ${element}, ${elementTexts(array)})`;
  // Known once for all rows: a set is faster than a look through the array.
  if (array.expression.kind === 'scalarSubquery') {
    return sql`${left} IN (SELECT arrayJoin(${elements}))`;
  }
  // The engine finds a null among nulls, and elements of other types are nulls here.
  const found = sql`has(${elements}, ${left})`;
  return subject.nullable ? sql`(isNotNull(${left}) AND ${found})` : found;
}

function inTable(subject: Operand, table: Operand, fold: Fold): Sql {
  const type = subject.type === 'dynamic' ? 'string' : subject.type;
  const left = fold(convert(subject, type));
  const column = columnOf(table);
  if (table.type === 'dynamic') {
    const element = fold(convert(elementOperand(sql`_e`, table), type));
    return sql`${left} IN (SELECT arrayJoin(arrayMap(_e -> ${element}, ${elementTexts(column)})) FROM (${table}))`;
  }
  const right = fold(convert(column, type));
  if (right.text === column.text) return sql`${left} IN (${table})`;
  return sql`${left} IN (SELECT ${right} FROM (${table}))`;
}

type Examples = readonly (readonly [kql: string, value: string])[];

function membership(
  doc: string,
  isFolded: boolean,
  isIn: boolean,
  examples: Examples,
): ScalarFunction {
  return {
    doc,
    nullable: 'never',
    emitCall: (call, value: Operand, ...items: Operand[]) => {
      const test = contained(value, items, isFolded, call.filter && isIn);
      return isIn ? test : sql`(NOT ${test})`;
    },
    examples,
  };
}

export const listFunctions = {
  in: membership('in-cs-operator', false, true, [
    ['"abc" in ("123", "abc")', 'true'],
    ['2 in (dynamic([1, 2]))', 'true'],
    ['int(null) in (1)', 'false'],
  ]),
  '!in': membership('not-in-cs-operator', false, false, [['"bca" !in ("123", "abc")', 'true']]),
  'in~': membership('in-operator', true, true, [['"Abc" in~ ("123", "ABC")', 'true']]),
  '!in~': membership('not-in-operator', true, false, [['"Abc" !in~ ("ABC")', 'false']]),
} satisfies Record<string, ScalarFunction>;
