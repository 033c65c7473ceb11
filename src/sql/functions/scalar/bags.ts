import { bound } from '../../bound.js';
import { convert } from '../../convert.js';
import { unlessFailing } from '../../fail.js';
import type { CallSite, ScalarFunction } from '../../functions.js';
import { arrayText, bagText, elementsOf, isArray, isBag, pairsOf, textArray } from '../../json.js';
import type { Operand } from '../../operand.js';
import { join, literal, type Sql, sql } from '../../sql.js';
import { invalid } from '../refused.js';
import { elementText } from './elements.js';
import { isPath, pathKeys } from './json-path.js';

/** The value's JSON text, handed to `use` where it is a bag, which a text that is parsed can be too. */
function overBag(value: Operand, use: (json: Sql) => Sql, otherwise: Sql = sql`''`): Sql {
  const text = value.read?.('json');
  return bound(text ?? convert(value, 'dynamic'), (json) => {
    const test = text ? sql`JSONType(${json}) = 'Object'` : isBag(json);
    return sql`if(${test}, ${use(json)}, ${otherwise})`;
  });
}

function packed(...parts: Operand[]): Sql {
  return sql`concat('{', ${members(parts, (name, value) => sql`concat(${name}, ${elementText(value)})`)}, '}')`;
}

/** Null and empty values are left out. */
function packedNonEmpty(...parts: Operand[]): Sql {
  return sql`concat('{', ${members(parts, (name, value) =>
    bound(
      convert(value, 'dynamic'),
      (text) => sql`if(${text} IN ('', '""'), '', concat(${name}, ${text}))`,
    ),
  )}, '}')`;
}

function members(parts: readonly Operand[], member: (name: Sql, value: Operand) => Sql): Sql {
  const texts: Sql[] = [];
  for (let index = 0; index + 1 < parts.length; index += 2) {
    const [name, value] = [parts[index], parts[index + 1]];
    if (name && value) texts.push(member(memberName(name), value));
  }
  return sql`arrayStringConcat(arrayFilter(_m -> notEmpty(_m), ${textArray(texts)}), ',')`;
}

function memberName(name: Operand): Sql {
  const known = name.constant?.value;
  return name.type === 'string' && typeof known === 'string'
    ? literal(`${JSON.stringify(known)}:`)
    : sql`concat(toJSONString(${convert(name, 'string')}), ':')`;
}

/** Of equal names the first bag's counts; what is no bag adds nothing. */
function merged(...bags: Operand[]): Sql {
  const texts = bags.map((bag) => convert(bag, 'dynamic'));
  const pairs = sql`arrayConcat(${join(texts.map(pairsOf))})`;
  const any = join(texts.map(isBag), sql` OR `);
  const unique = bound(
    pairs,
    (all) =>
      sql`arrayFilter((_p, _n) -> _n = 1, ${all}, arrayEnumerateUniq(arrayMap(_p -> _p.1, ${all})))`,
  );
  return sql`if(${any}, ${bagText(unique)}, '')`;
}

function hasKey(call: CallSite, bag: Operand, key: Operand): Sql {
  const known = key.constant?.value;
  const none = sql`CAST(NULL AS Nullable(Bool))`;
  if (typeof known === 'string') {
    const path = isPath(known) ? pathKeys(call, known) : [known];
    const keys = path.map(literal);
    return overBag(bag, (json) => sql`toNullable(JSONHas(${join([json, ...keys])}))`, none);
  }
  const name = convert(key, 'string');
  return overBag(
    bag,
    (json) =>
      sql`toNullable(${withoutPath(isPathText(name), sql`JSONHas(${json}, ${name})`, sql`0`)})`,
    none,
  );
}

/** Keys that are known only when the query runs name members; the keys of a path have to be written out. */
function withoutPath(isPath: Sql, value: Sql, instead: Sql): Sql {
  return unlessFailing(isPath, 'A JSON path has to be a constant in this function', value, instead);
}

function isPathText(key: Sql): Sql {
  return sql`match(${key}, '^\\\\$[.\\\\[]')`;
}

/** The bag without the names and paths of an array. */
function removed(call: CallSite, bag: Operand, keys: Operand): Sql {
  const known = keys.constant?.value;
  if (typeof known === 'string') {
    const list: unknown = JSON.parse(known);
    const texts = (Array.isArray(list) ? list : [list]).filter((key) => typeof key === 'string');
    const paths = texts.map((key) => (isPath(key) ? pathKeys(call, key) : [key]));
    return overBag(bag, (json) => withoutPaths(json, paths));
  }
  const names = sql`JSONExtract(${convert(keys, 'dynamic')}, 'Array(String)')`;
  return overBag(bag, (json) =>
    bound(names, (list) => {
      const kept = bagText(sql`arrayFilter(_p -> NOT has(${list}, _p.1), ${pairsOf(json)})`);
      return withoutPath(sql`arrayExists(_k -> ${isPathText(sql`_k`)}, ${list})`, kept, sql`''`);
    }),
  );
}

function withoutPaths(json: Sql, paths: readonly (readonly string[])[]): Sql {
  const names = paths.flatMap((path) => (path.length === 1 ? path : []));
  const deeper = new Map<string, (readonly string[])[]>();
  for (const [name, ...rest] of paths) {
    if (name === undefined || rest.length === 0) continue;
    deeper.set(name, [...(deeper.get(name) ?? []), rest]);
  }
  const pairs = pairsOf(json);
  const kept =
    names.length > 0
      ? sql`arrayFilter(_p -> _p.1 NOT IN (${join(names.map(literal))}), ${pairs})`
      : pairs;
  if (deeper.size === 0) return bagText(kept);
  const cases = [...deeper].map(
    ([name, rest]) =>
      sql`_p.1 = ${literal(name)} AND ${isBag(sql`_p.2`)}, (_p.1, ${bound(sql`_p.2`, (inner) => withoutPaths(inner, rest))})`,
  );
  return bagText(sql`arrayMap(_p -> multiIf(${join(cases)}, _p), ${kept})`);
}

function withKey(call: CallSite, bag: Operand, key: Operand, value: Operand): Sql {
  const known = key.constant?.value;
  const text = elementText(value);
  if (typeof known === 'string') {
    const path = isPath(known) ? pathKeys(call, known) : [known];
    if (path.length === 0) throw invalid(call, 'bag_set_key(): the path names no key');
    return overBag(bag, (json) => bound(text, (member) => withMember(json, path, member)));
  }
  const name = convert(key, 'string');
  return overBag(bag, (json) => {
    const kept = sql`arrayFilter(_p -> _p.1 != ${name}, ${pairsOf(json)})`;
    const set = bagText(sql`arrayPushBack(${kept}, (${name}, ${text}))`);
    return withoutPath(isPathText(name), set, sql`''`);
  });
}

/** The bag with a member at a path; what is no bag on the way becomes one. */
function withMember(json: Sql, path: readonly string[], value: Sql): Sql {
  const [name = '', ...rest] = path;
  const member =
    rest.length === 0
      ? value
      : bound(sql`JSONExtractRaw(${json}, ${literal(name)})`, (inner) =>
          withMember(sql`if(${isBag(inner)}, ${inner}, '{}')`, rest, value),
        );
  const others = sql`arrayFilter(_p -> _p.1 != ${literal(name)}, ${pairsOf(json)})`;
  return bagText(sql`arrayPushBack(${others}, (${literal(name)}, ${member}))`);
}

function zipped(keys: Operand, values: Operand): Sql {
  return bound(convert(keys, 'dynamic'), (names) => {
    const elements = bound(elementsOf(names), (list) => {
      const padded = sql`arrayResize(${elementsOf(convert(values, 'dynamic'))}, length(${list}), 'null')`;
      return sql`arrayMap(_p -> (JSONExtractString(_p.1), _p.2), arrayFilter(_p -> startsWith(_p.1, '"'), arrayZip(${list}, ${padded})))`;
    });
    return sql`if(${isArray(names)}, ${bagText(elements)}, '')`;
  });
}

const pack: ScalarFunction = {
  doc: 'pack-function',
  emit: packed,
  examples: [['bag_pack("a", 1, "b", "x")', '{"a":1,"b":"x"}']],
};

export const bagFunctions = {
  bag_pack: pack,
  pack,
  pack_dictionary: pack,
  bag_pack_nonempty: { doc: 'pack-all-function', emit: packedNonEmpty },
  bag_keys: {
    doc: 'bag-keys-function',
    emit: (bag: Operand) =>
      overBag(bag, (json) =>
        arrayText(sql`arrayMap(_k -> toJSONString(_k), JSONExtractKeys(${json}))`),
      ),
    examples: [['bag_keys(dynamic({"a":1,"b":{"c":2}}))', '["a","b"]']],
  },
  bag_has_key: {
    doc: 'bag-has-key-function',
    nullable: 'always',
    emitCall: hasKey,
    examples: [['bag_has_key(dynamic({"a":{"b":1}}), "$.a.b")', 'true']],
  },
  bag_merge: {
    doc: 'bag-merge-function',
    trap: 'of equal keys the leftmost is taken',
    emit: merged,
    examples: [['bag_merge(dynamic({"a":1}), dynamic({"a":2,"b":3}))', '{"a":1,"b":3}']],
  },
  bag_remove_keys: {
    doc: 'bag-remove-keys-function',
    emitCall: removed,
    examples: [
      [
        'bag_remove_keys(dynamic({"a":1,"b":{"c":2,"d":3}}), dynamic(["a","$.b.c"]))',
        '{"b":{"d":3}}',
      ],
    ],
  },
  bag_set_key: {
    doc: 'bag-set-key-function',
    emitCall: withKey,
    examples: [['bag_set_key(dynamic({"a":1}), "$.b.c", 2)', '{"a":1,"b":{"c":2}}']],
  },
  bag_zip: {
    doc: 'bag-zip',
    emit: zipped,
    examples: [['bag_zip(dynamic(["a",8,"b"]), dynamic([1,2]))', '{"a":1,"b":null}']],
  },
} satisfies Record<string, ScalarFunction>;
