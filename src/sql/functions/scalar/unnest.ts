import { bound } from '../../bound.js';
import { convert } from '../../convert.js';
import type { ScalarFunction } from '../../functions.js';
import { elementsOf, isArray, isBag, pairsOf } from '../../json.js';
import type { Operand } from '../../operand.js';
import { type Sql, sql } from '../../sql.js';
import { overArray } from './elements.js';

/**
 * The values that `mv-expand` makes rows of, as a ClickHouse array: an array's elements, a bag's
 * members, a scalar itself, null once, and none of what is empty.
 */
function values(value: Operand, member: Sql): Sql {
  const elements = (json: Sql) => sql`arrayMap(_e -> if(_e = 'null', '', _e), ${elementsOf(json)})`;
  const others = bound(
    convert(value, 'dynamic'),
    (json) => sql`if(${isBag(json)}, arrayMap(_p -> ${member}, ${pairsOf(json)}), [${json}])`,
  );
  return overArray(value, elements, others);
}

export const unnestFunctions = {
  elements_of: {
    doc: 'mv-expand-operator',
    emit: (value: Operand) => values(value, sql`concat('{', toJSONString(_p.1), ':', _p.2, '}')`),
  },
  elements_of_bag_as_pairs: {
    doc: 'mv-expand-operator',
    emit: (value: Operand) => values(value, sql`concat('[', toJSONString(_p.1), ',', _p.2, ']')`),
  },
  /** The elements' texts, for `to typeof(string)`. */
  texts_of: {
    doc: 'mv-expand-operator',
    emit: (value: Operand) =>
      bound(
        convert(value, 'dynamic'),
        (json) =>
          sql`if(${isArray(json)}, JSONExtract(${json}, 'Array(String)'), arrayMap(_e -> if(startsWith(_e, '"'), JSONExtractString(_e), _e), ${values({ ...value, ...json, type: 'dynamic', read: undefined }, sql`concat('{', toJSONString(_p.1), ':', _p.2, '}')`)}))`,
      ),
  },
} satisfies Record<string, ScalarFunction>;
