import { convert, jsonElement } from '../../convert.js';
import type { ScalarFunction } from '../../functions.js';
import type { Operand } from '../../operand.js';
import { join, literal, type Sql, sql } from '../../sql.js';
import { elementsOf } from './lists.js';

/** A text as a dynamic: compact JSON; a text that is none is a JSON string. A dynamic stays as it is. */
export function parsedJson(value: Operand): Sql {
  if (value.type !== 'string') return convert(value, 'dynamic');
  return sql`multiIf(empty(trim(${value})), '', trim(${value}) = 'null', '', isValidJSON(${value}), JSONExtractRaw(${value}), toJSONString(${value}))`;
}

/** The JSON `null` inside a document is the null dynamic. */
export function known(raw: Sql): Sql {
  return sql`if(${raw} = 'null', '', ${raw})`;
}

/** A value by a path of keys and places; a place in what is no array, or a key of what is no object, is null. */
function access(base: Operand, ...path: Operand[]): Sql {
  let document: Sql = jsonBase(base);
  let keys: Sql[] = [];
  const read = () => (keys.length > 0 ? sql`JSONExtractRaw(${document}, ${join(keys)})` : document);
  for (const step of path) {
    const key = step.constant?.value;
    if (typeof key === 'string' && step.type === 'string') {
      keys.push(literal(key));
    } else if (typeof key === 'bigint') {
      const place = { text: String(key >= 0n ? key + 1n : key) };
      const array = read();
      document = sql`if(startsWith(${array}, '['), JSONExtractRaw(${array}, ${place}), '')`;
      keys = [];
    } else {
      const holder = read();
      const byPlace = step.type === 'int' || step.type === 'long';
      const selector = byPlace
        ? sql`if(${step} >= 0, ${step} + 1, ${step})`
        : convert(step, 'string');
      document = byPlace
        ? sql`if(startsWith(${holder}, '['), ifNull(JSONExtractRaw(${holder}, assumeNotNull(${selector})), ''), '')`
        : sql`if(startsWith(${holder}, '{'), JSONExtractRaw(${holder}, ${selector}), '')`;
      keys = [];
    }
  }
  return known(read());
}

/** Reading into `parse_json(text)` needs no reprint of the whole text first. */
function jsonBase(base: Operand): Sql {
  return base;
}

function pack(...parts: Operand[]): Sql {
  return object(parts, (_name, value) => value);
}

function object(
  parts: readonly Operand[],
  member: (name: Operand, value: Sql, operand: Operand) => Sql,
): Sql {
  const items: Sql[] = [];
  for (let index = 0; index + 1 < parts.length; index += 2) {
    const [name, value] = [parts[index], parts[index + 1]];
    if (!name || !value) continue;
    const key = sql`concat(toJSONString(${convert(name, 'string')}), ':')`;
    items.push(member(name, sql`concat(${key}, ${jsonElement(value)})`, value));
  }
  if (items.length === 0) return sql`'{}'`;
  return sql`concat('{', arrayStringConcat([${join(items)}], ','), '}')`;
}

export const dynamicFunctions = {
  access: { doc: 'scalar-data-types/dynamic', emit: access },
  pack_array: {
    doc: 'pack-array-function',
    emit: (...parts: Operand[]) =>
      parts.length === 0
        ? sql`'[]'`
        : sql`concat('[', arrayStringConcat([${join(parts.map(jsonElement))}], ','), ']')`,
  },
  bag_pack: { doc: 'bag-pack-function', emit: pack },
  pack: { doc: 'pack-function', emit: pack },
  pack_dictionary: { doc: 'pack-dictionary-function', emit: pack },
  bag_pack_nonempty: {
    doc: 'pack-all-function',
    emit: (...parts: Operand[]) => {
      const items: Sql[] = [];
      for (let index = 0; index + 1 < parts.length; index += 2) {
        const [name, value] = [parts[index], parts[index + 1]];
        if (!name || !value) continue;
        const text = convert(value, 'dynamic');
        items.push(sql`if(${text} IN ('', '""'), '', concat(toJSONString(${name}), ':', ${text}))`);
      }
      return items.length === 0
        ? sql`'{}'`
        : sql`concat('{', arrayStringConcat(arrayFilter(_m -> notEmpty(_m), [${join(items)}]), ','), '}')`;
    },
  },
  array_length: {
    doc: 'array-length-function',
    nullable: 'always',
    emit: (array: Operand) =>
      sql`if(startsWith(${convert(array, 'dynamic')}, '['), toNullable(toInt64(JSONLength(${convert(array, 'dynamic')}))), CAST(NULL AS Nullable(Int64)))`,
  },
  arraylength: {
    doc: 'array-length-function',
    nullable: 'always',
    emit: (array: Operand) =>
      sql`if(startsWith(${convert(array, 'dynamic')}, '['), toNullable(toInt64(JSONLength(${convert(array, 'dynamic')}))), CAST(NULL AS Nullable(Int64)))`,
  },
  elements_of: {
    doc: 'mv-expand-operator',
    emit: (value: Operand) =>
      sql`multiIf(startsWith(${value}, '['), arrayMap(_e -> if(_e = 'null', '', _e), ${elementsOf(value)}), startsWith(${value}, '{'), arrayMap(_p -> concat('{', toJSONString(_p.1), ':', _p.2, '}'), JSONExtractKeysAndValuesRaw(${value})), empty(${value}), emptyArrayString(), [${value}])`,
  },
  elements_of_bag_as_pairs: {
    doc: 'mv-expand-operator',
    emit: (value: Operand) =>
      sql`multiIf(startsWith(${value}, '['), arrayMap(_e -> if(_e = 'null', '', _e), ${elementsOf(value)}), startsWith(${value}, '{'), arrayMap(_p -> concat('[', toJSONString(_p.1), ',', _p.2, ']'), JSONExtractKeysAndValuesRaw(${value})), empty(${value}), emptyArrayString(), [${value}])`,
  },
} satisfies Record<string, ScalarFunction>;
