import { bound } from '../../bound.js';
import { convert } from '../../convert.js';
import type { ScalarFunction } from '../../functions.js';
import { arrayText, elementsOf } from '../../json.js';
import type { Operand } from '../../operand.js';
import { join, type Sql, sql } from '../../sql.js';
import { hasElement, overAll, overArray } from './elements.js';

/** Sets keep the order in which their elements first appear. */
const distinct = (elements: Sql) => sql`arrayDistinct(${elements})`;

function setFunction(
  doc: string,
  combine: (lists: readonly Sql[]) => Sql,
  example: readonly [string, string],
): ScalarFunction {
  return {
    doc,
    emit: (...sets: Operand[]) => overAll(sets, (...lists) => arrayText(combine(lists))),
    examples: [example],
  };
}

/** The first list's elements that are in none of the others; the engine hashes, and keeps the order. */
function difference(lists: readonly Sql[]): Sql {
  const [first, ...others] = lists;
  return others.reduce(
    (rest, other) => sql`arrayExcept(${rest}, ${other})`,
    distinct(first ?? sql`[]`),
  );
}

function intersection(lists: readonly Sql[]): Sql {
  const [first, ...others] = lists;
  return others.reduce(
    (rest, other) =>
      bound(rest, (list) => sql`arrayExcept(${list}, arrayExcept(${list}, ${other}))`),
    distinct(first ?? sql`[]`),
  );
}

const noBool = sql`CAST(NULL AS Nullable(Bool))`;

export const setFunctions = {
  set_union: setFunction(
    'set-union-function',
    (lists) => distinct(sql`arrayConcat(${join(lists)})`),
    ['set_union(dynamic([1,2,1]), dynamic([8]))', '[1,2,8]'],
  ),
  set_intersect: setFunction('set-intersect-function', intersection, [
    'set_intersect(dynamic([1,2,3]), dynamic([3,2]))',
    '[2,3]',
  ]),
  set_difference: setFunction('set-difference-function', difference, [
    'set_difference(dynamic([1,2,3]), dynamic([2]), dynamic([3]))',
    '[1]',
  ]),
  set_equals: {
    doc: 'scalar-functions',
    nullable: 'always',
    emit: (left: Operand, right: Operand) =>
      overAll(
        [left, right],
        (a, b) => sql`toNullable(arraySort(${distinct(a)}) = arraySort(${distinct(b)}))`,
        noBool,
      ),
    examples: [['set_equals(dynamic([1,2]), dynamic([2,1,2]))', 'true']],
  },
  set_has_element: {
    doc: 'set-has-element-function',
    trap: 'what is no array, as of a row that a join found no partner for, has no element',
    nullable: 'never',
    emit: (set: Operand, value: Operand) =>
      overArray(set, (json) => sql`(${hasElement(elementsOf(json), value)})`, sql`false`),
    examples: [['set_has_element(dynamic(["a","b"]), "b")', 'true']],
  },
  jaccard_index: {
    doc: 'jaccard-index-function',
    nullable: 'always',
    emitCall: ({ type }, left: Operand, right: Operand) => {
      const index = overAll(
        [left, right],
        (a, b) => {
          const common = sql`length(${intersection([a, b])})`;
          const all = sql`length(${distinct(sql`arrayConcat(${a}, ${b})`)})`;
          return sql`if(${all} = 0, NULL, ${common} / ${all})`;
        },
        sql`CAST(NULL AS Nullable(Float64))`,
      );
      return convert({ ...index, type: 'real', nullable: true, expression: left.expression }, type);
    },
    examples: [['jaccard_index(dynamic([1,2,3]), dynamic([1,2,3,4]))', '0.75']],
  },
} satisfies Record<string, ScalarFunction>;
