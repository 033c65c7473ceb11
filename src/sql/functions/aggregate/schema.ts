import type { AggregateFunction } from '../../functions.js';
import { letIn } from '../../let.js';
import type { Operand } from '../../operand.js';
import { type Sql, sql } from '../../sql.js';

/** Documents are read to this depth; deeper ones are refused when they are met. */
const depth = 12;
/** Places in all documents together. */
const mostPlaces = sql`5000`;

/** Before each name of a path. */
const mark = sql`'\x01'`;

/** Members of objects and elements of arrays, with their paths; an element's name is `indexer`. */
function childrenOf(nodes: Sql): Sql {
  const members = sql`arrayMap(_m -> tuple(concat(tupleElement(_t, 1), ${mark}, tupleElement(_m, 1)), tupleElement(_m, 2)), JSONExtractKeysAndValuesRaw(tupleElement(_t, 2)))`;
  const elements = sql`arrayMap(_m -> tuple(concat(tupleElement(_t, 1), ${mark}, '\`indexer\`'), _m), JSONExtractArrayRaw(tupleElement(_t, 2)))`;
  return sql`arrayFlatten(arrayMap(_t -> if(startsWith(tupleElement(_t, 2), '{'), ${members}, ${elements}), arrayFilter(_t -> match(tupleElement(_t, 2), '^[[{]'), ${nodes})))`;
}

const typeName = sql`multiIf(startsWith(_v, '"'), 'string', _v IN ('true', 'false'), 'bool', match(_v, '^-?[0-9]+$'), 'long', 'double')`;

/** The paths of a document's plain values and the names of their types, as JSON strings. */
function leavesOf(document: Sql): Sql {
  const tooDeep = sql`throwIf(notEmpty(_n), ${{ text: `'buildschema(): a value is nested deeper than ${depth} levels'` }})`;
  const plain = sql`arrayFilter(_t -> NOT match(tupleElement(_t, 2), '^[[{n]'), _a)`;
  let body = sql`if(${tooDeep} = 0, arrayMap(_t -> tuple(tupleElement(_t, 1), ${letIn({ _v: sql`tupleElement(_t, 2)` }, sql`concat('"', ${typeName}, '"')`)}), ${plain}), [])`;
  for (let level = 0; level < depth; level++) {
    body = letIn({ _n: childrenOf(sql`_n`) }, letIn({ _a: sql`arrayConcat(_a, _n)` }, body));
  }
  const root = sql`[tuple('', ${document})]`;
  return letIn({ _n: root }, letIn({ _a: sql`_n` }, body));
}

const union = (texts: Sql) =>
  letIn(
    { _u: sql`arraySort(arrayDistinct(${texts}))` },
    sql`if(length(_u) = 1, arrayElement(_u, 1), concat('[', arrayStringConcat(_u, ','), ']'))`,
  );

/** Schemas of the places at one depth become the objects that hold them. */
function assembled(places: Sql): Sql {
  let body = places;
  for (let level = depth; level > 0; level--) {
    const here = sql`countSubstrings(tupleElement(_t, 1), ${mark}) = ${{ text: String(level) }}`;
    const merged = sql`arrayMap(_p -> tuple(_p, ${union(sql`arrayMap(_t -> tupleElement(_t, 2), arrayFilter(_t -> tupleElement(_t, 1) = _p, _h))`)}), arrayDistinct(arrayMap(_t -> tupleElement(_t, 1), _h)))`;
    const parent = (path: Sql) =>
      sql`arrayStringConcat(arrayPopBack(splitByString(${mark}, ${path})), ${mark})`;
    const name = sql`arrayElement(splitByString(${mark}, tupleElement(_t, 1)), -1)`;
    const held = sql`arrayMap(_t -> concat(toJSONString(${name}), ':', tupleElement(_t, 2)), arrayFilter(_t -> ${parent(sql`tupleElement(_t, 1)`)} = _p, _m))`;
    const objects = sql`arrayMap(_p -> tuple(_p, concat('{', arrayStringConcat(${held}, ','), '}')), arrayDistinct(arrayMap(_t -> ${parent(sql`tupleElement(_t, 1)`)}, _m)))`;
    body = letIn(
      { _a: body },
      letIn(
        { _h: sql`arrayFilter(_t -> ${here}, _a)` },
        letIn({ _m: merged }, sql`arrayConcat(arrayFilter(_t -> NOT (${here}), _a), ${objects})`),
      ),
    );
  }
  return letIn({ _a: body }, union(sql`arrayMap(_t -> tupleElement(_t, 2), _a)`));
}

export const schemaAggregates: Readonly<Record<string, AggregateFunction>> = {
  buildschema: {
    doc: 'buildschema-aggregation-function',
    nullable: 'never',
    emit: (_call, value: Operand) => {
      const places = sql`groupUniqArrayArrayIf(${mostPlaces})(${leavesOf(value)}, notEmpty(${value}))`;
      return letIn({ _z: places }, sql`if(empty(_z), '', ${assembled(sql`_z`)})`);
    },
    examples: [
      [
        'datatable(d: dynamic) [dynamic({"a": 1}), dynamic({"a": ["x"]})] | summarize buildschema(d)',
        '{"a":["long",{"`indexer`":"string"}]}',
      ],
    ],
  },
};
