import type { ScalarType } from '../../../catalog/types.js';
import { bound } from '../../bound.js';
import { convert } from '../../convert.js';
import type { CallSite, ScalarFunction } from '../../functions.js';
import { elementsOf, isArray, isBag, pairsOf } from '../../json.js';
import type { Operand } from '../../operand.js';
import { type Sql, sql } from '../../sql.js';
import { overArray } from './elements.js';

/** A bag's member as a bag of its own. */
const asBag = sql`concat('{', toJSONString(_p.1), ':', _p.2, '}')`;

/** A bag's member as a pair of name and value. */
const asPair = sql`concat('[', toJSONString(_p.1), ',', _p.2, ']')`;

/**
 * The values that `mv-expand` makes rows of, as a ClickHouse array: an array's elements, a bag's
 * members, a scalar itself, null once, and none of what is empty.
 */
function values(value: Operand, member: Sql): Sql {
  const elements = (json: Sql) => sql`arrayMap(_e -> if(_e = 'null', '', _e), ${elementsOf(json)})`;
  const others = bound(convert(value, 'dynamic'), (json) => othersOf(json, member));
  return overArray(value, elements, others);
}

/** What is no array: a bag's members, or the one value. */
function othersOf(json: Sql, member: Sql): Sql {
  return sql`if(${isBag(json)}, arrayMap(_p -> ${member}, ${pairsOf(json)}), [${json}])`;
}

/** The same values as strings: an array is read in one go. */
function texts(value: Operand, member: Sql): Sql {
  return bound(convert(value, 'dynamic'), (json) => {
    const text = sql`if(startsWith(_e, '"'), JSONExtractString(_e), _e)`;
    return sql`if(${isArray(json)}, JSONExtract(${json}, 'Array(String)'), arrayMap(_e -> ${text}, ${othersOf(json, member)}))`;
  });
}

/** How a JSON text starts whose value can be cast, not converted, to a type. */
const castable: Partial<Readonly<Record<ScalarType, Sql>>> = {
  bool: sql`'^[tf]'`,
  int: sql`'^[-0-9]'`,
  long: sql`'^[-0-9]'`,
  real: sql`'^([-0-9]|"-?(NaN|Infinity)")'`,
  decimal: sql`'^"?[-0-9]'`,
  datetime: sql`'^"'`,
  timespan: sql`'^"'`,
  guid: sql`'^"'`,
};

/** An element as `to typeof(…)` wants it; one of another kind is null. */
function cast({ type }: CallSite, element: Operand): Sql {
  const start = castable[type];
  const value = convert(element, type);
  return start ? sql`if(match(${element}, ${start}), ${value}, NULL)` : value;
}

export const unnestFunctions = {
  elements_of: { doc: 'mv-expand-operator', emit: (value: Operand) => values(value, asBag) },
  elements_of_pairs: { doc: 'mv-expand-operator', emit: (value: Operand) => values(value, asPair) },
  texts_of: { doc: 'mv-expand-operator', emit: (value: Operand) => texts(value, asBag) },
  texts_of_pairs: { doc: 'mv-expand-operator', emit: (value: Operand) => texts(value, asPair) },
  element_as: { doc: 'mv-expand-operator', nullable: 'always', emitCall: cast },
} satisfies Record<string, ScalarFunction>;
