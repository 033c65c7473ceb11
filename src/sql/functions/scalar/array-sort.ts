import { allBound, bound } from '../../bound.js';
import { convert } from '../../convert.js';
import type { ScalarFunction } from '../../functions.js';
import { arrayText, elementsOf, isArray } from '../../json.js';
import type { Operand } from '../../operand.js';
import { join, type Sql, sql } from '../../sql.js';

/**
 * What elements are sorted by: numbers first, then strings, then the rest, and nulls where they are
 * wanted. In the descending order the kinds keep their order, so their ranks are turned round.
 */
function sortKeys(elements: Sql, descending: boolean, nullsLast: Sql): Sql {
  const ranks = sql`multiIf(_e = 'null', if(${nullsLast}, 9, 0), match(_e, '^[-0-9]'), 1, startsWith(_e, '"'), 2, 3)`;
  const rank = descending ? sql`-${ranks}` : ranks;
  return sql`arrayMap(_e -> (${rank}, toFloat64OrZero(_e), _e), ${elements})`;
}

/** The arrays in the order of the first; one of another length is null. Several make an array of arrays. */
function sorted(descending: boolean, parts: readonly Operand[]): Sql {
  const last = parts.at(-1);
  const flag = last && last.type !== 'dynamic' ? last : undefined;
  const arrays = flag ? parts.slice(0, -1) : parts;
  const nullsLast = flag ? convert(flag, 'bool') : sql`true`;
  const texts = arrays.map((array) => convert(array, 'dynamic'));
  return allBound(texts, (first, ...others) => {
    const isFirst = isArray(first ?? sql`''`);
    return sql`if(${isFirst}, ${bound(elementsOf(first ?? sql`''`), (elements) =>
      bound(sortKeys(elements, descending, sql`ifNull(${nullsLast}, true)`), (keys) => {
        const own = arrayText(inOrder(elements, keys, descending));
        if (others.length === 0) return own;
        const rest = others.map((other) =>
          bound(elementsOf(other), (list) => {
            const fits = sql`${isArray(other)} AND length(${list}) = length(${elements})`;
            return sql`if(${fits}, ${arrayText(inOrder(list, keys, descending))}, 'null')`;
          }),
        );
        return arrayText(sql`[${join([own, ...rest])}]`);
      }),
    )}, '')`;
  });
}

/** Equal keys keep their order. */
function inOrder(elements: Sql, keys: Sql, descending: boolean): Sql {
  const sort = descending ? sql`arrayReverseSort` : sql`arraySort`;
  const place = descending ? sql`-toInt64(_i)` : sql`_i`;
  return sql`${sort}((_e, _k, _i) -> (_k, ${place}), ${elements}, arrayResize(${keys}, length(${elements})), arrayEnumerate(${elements}))`;
}

export const arraySortFunctions = {
  array_sort_asc: {
    doc: 'array-sort-asc-function',
    trap: 'nulls come last unless the last argument is false; of several arrays the first decides',
    emit: (...parts: Operand[]) => sorted(false, parts),
    examples: [
      ['array_sort_asc(dynamic([3,null,1,"b","a"]))', '[1,3,"a","b",null]'],
      ['array_sort_asc(dynamic([2,1]), dynamic(["b","a"]))[1]', '["a","b"]'],
    ],
  },
  array_sort_desc: {
    doc: 'array-sort-desc-function',
    trap: 'nulls come last unless the last argument is false; of several arrays the first decides',
    emit: (...parts: Operand[]) => sorted(true, parts),
    examples: [['array_sort_desc(dynamic([1,null,3]), false)', '[null,3,1]']],
  },
} satisfies Record<string, ScalarFunction>;
