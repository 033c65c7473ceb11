import { allBound, bound } from '../../bound.js';
import { convert } from '../../convert.js';
import { arrayText, elementsOf, isArray, orNull } from '../../json.js';
import type { Operand } from '../../operand.js';
import { join, type Sql, sql } from '../../sql.js';

/** The elements' JSON texts, handed to `use` where the value is an array; else the null dynamic. */
export function overElements(value: Operand, use: (elements: Sql) => Sql): Sql {
  return overArray(value, (json) => bound(elementsOf(json), use));
}

/** A new array of an array's elements; what is no array gives the null dynamic. */
export function rearranged(value: Operand, use: (elements: Sql) => Sql): Sql {
  return overElements(value, (elements) => arrayText(use(elements)));
}

/** The value's JSON text, handed to `use` where it is an array, which a text that is parsed can be too. */
export function overArray(value: Operand, use: (json: Sql) => Sql, otherwise: Sql = sql`''`): Sql {
  const text = value.read?.('json');
  return bound(text ?? convert(value, 'dynamic'), (json) => {
    const test = text ? sql`JSONType(${json}) = 'Array'` : isArray(json);
    return sql`if(${test}, ${use(json)}, ${otherwise})`;
  });
}

/** Every value's elements as ClickHouse arrays; where one is no array the result is `otherwise`. */
export function overAll(
  values: readonly Operand[],
  use: (...elements: Sql[]) => Sql,
  otherwise: Sql = sql`''`,
): Sql {
  const texts = values.map((value) => convert(value, 'dynamic'));
  return allBound(texts, (...jsons) => {
    const test = join(jsons.map(isArray), sql` AND `);
    return sql`if(${test}, ${allBound(jsons.map(elementsOf), use)}, ${otherwise})`;
  });
}

/** The value as it stands among the elements of an array. */
export function elementText(value: Operand): Sql {
  const text = convert(value, 'dynamic');
  return value.type === 'dynamic' || value.nullable ? orNull(text) : text;
}

/** Types whose values a JSON array holds as numbers. */
const numeric: ReadonlySet<string> = new Set(['int', 'long', 'real', 'decimal']);

/** Whether an element, as JSON text, is the value: numbers compare as numbers, all else as text. */
export function isElement(element: Sql, value: Operand): Sql {
  if (numeric.has(value.type)) {
    return sql`ifNull(toFloat64OrNull(${element}) = ${convert(value, 'real')}, false)`;
  }
  const text = elementText(value);
  if (value.type !== 'dynamic') return sql`(${element} = ${text})`;
  return sql`(${element} = ${text} OR ifNull(toFloat64OrNull(${element}) = toFloat64OrNull(${text}), false))`;
}

/** Whether the value is among the elements. */
export function hasElement(elements: Sql, value: Operand): Sql {
  return sql`${placeOf(elements, value)} > 0`;
}

/** The place of the value among the elements, from 1; 0 where it is not. */
export function placeOf(elements: Sql, value: Operand): Sql {
  if (numeric.has(value.type)) {
    return sql`indexOf(arrayMap(_e -> toFloat64OrNull(_e), ${elements}), ${convert(value, 'real')})`;
  }
  return value.type === 'dynamic'
    ? sql`arrayFirstIndex(_e -> ${isElement(sql`_e`, value)}, ${elements})`
    : sql`indexOf(${elements}, ${elementText(value)})`;
}

/** A whole number that is known, or not null: for counts and positions. */
export function count(value: Operand): Sql {
  const whole = convert(value, 'long');
  return whole.nullable ? sql`ifNull(${whole}, 0)` : whole;
}
