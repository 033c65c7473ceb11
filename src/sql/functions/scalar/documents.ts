import { bound } from '../../bound.js';
import { convert } from '../../convert.js';
import { unlessFailing } from '../../fail.js';
import type { ScalarFunction } from '../../functions.js';
import { arrayText, exact, isBag, jsonTokens, restored } from '../../json.js';
import type { Operand } from '../../operand.js';
import { type Sql, sql } from '../../sql.js';

/** How deep values may be nested for `dynamic_to_json`: SQL has no recursion, each level is written out. */
const maxDepth = 12;

function isContainer(json: Sql): Sql {
  return sql`(left(${json}, 1) IN ('{', '['))`;
}

/** The value with the names of its bags in order, on every level. */
function canonical(json: Sql, depth: number): Sql {
  const item = { text: `_d${depth}` };
  const pairs = sql`arrayMap(_p -> (concat(toJSONString(_p.1), ':'), _p.2), arraySort(_p -> _p.1, JSONExtractKeysAndValuesRaw(${json})))`;
  const elements = sql`arrayMap(_e -> ('', _e), JSONExtractArrayRaw(${json}))`;
  const inner =
    depth < maxDepth
      ? canonical(sql`${item}.2`, depth + 1)
      : unlessFailing(
          isContainer(sql`${item}.2`),
          'dynamic_to_json(): the value is nested too deeply',
          sql`${item}.2`,
          sql`''`,
        );
  const body = sql`arrayStringConcat(arrayMap(${item} -> concat(${item}.1, ${inner}), if(${isBag(json)}, ${pairs}, ${elements})), ',')`;
  return sql`if(${isContainer(json)}, concat(left(${json}, 1), ${body}, right(${json}, 1)), ${json})`;
}

/** Tokens of a document that `treepath` walks through: it goes through them one by one. */
const maxTokens = 20_000;

/**
 * Every path that occurs, in the order of the document; all elements of an array share one. A walk over
 * the tokens with the open containers' paths, their kinds (1: bag), the path of the next value, whether
 * a name is due, and what was found.
 */
function paths(json: Sql): Sql {
  const parent = sql`_a.1[-1]`;
  const isName = sql`(startsWith(_t, '"') AND _a.4 = 1)`;
  const isValue = sql`(_t NOT IN ('}', ']', ',', ':') AND NOT ${isName})`;
  const next = [
    sql`multiIf(_t IN ('{', '['), arrayPushBack(_a.1, _a.3), _t IN ('}', ']'), arrayPopBack(_a.1), _a.1)`,
    sql`multiIf(_t IN ('{', '['), arrayPushBack(_a.2, toUInt8(_t = '{')), _t IN ('}', ']'), arrayPopBack(_a.2), _a.2)`,
    sql`multiIf(_t = '{', '', _t = '[', concat(_a.3, '[0]'), ${isName}, concat(${parent}, '[\\'', JSONExtractString(_t), '\\']'), _t = ',' AND _a.2[-1] = 0, concat(${parent}, '[0]'), _a.3)`,
    sql`toUInt8(multiIf(_t = '{', 1, _t = ',', _a.2[-1], _t = '[' OR ${isName}, 0, _a.4))`,
    sql`if(${isValue} AND notEmpty(_a.3) AND NOT has(_a.5, _a.3), arrayPushBack(_a.5, _a.3), _a.5)`,
  ];
  const start = sql`(emptyArrayString(), emptyArrayUInt8(), '', toUInt8(0), emptyArrayString())`;
  const walk = sql`arrayFold((_a, _t) -> (${next[0] ?? start}, ${next[1] ?? start}, ${next[2] ?? start}, ${next[3] ?? start}, ${next[4] ?? start}), ${jsonTokens(json)}, ${start}).5`;
  return unlessFailing(
    sql`length(${jsonTokens(json)}) > ${{ text: String(maxTokens) }}`,
    'treepath(): the value has too many parts',
    walk,
    sql`emptyArrayString()`,
  );
}

export const documentFunctions = {
  dynamic_to_json: {
    doc: 'dynamic-to-json-function',
    emit: (value: Operand) =>
      value.type === 'dynamic'
        ? exact(value, (json) => bound(json, (text) => canonical(text, 1)), restored)
        : convert(value, 'string'),
    examples: [
      [
        'dynamic_to_json(dynamic({"b":{"d":1,"c":[2.0]},"a":"x"}))',
        '{"a":"x","b":{"c":[2.0],"d":1}}',
      ],
    ],
  },
  treepath: {
    doc: 'treepath-function',
    emit: (value: Operand) =>
      bound(
        convert(value, 'dynamic'),
        (json) =>
          sql`if(${isContainer(json)}, ${arrayText(sql`arrayMap(_e -> toJSONString(_e), ${paths(json)})`)}, '')`,
      ),
    examples: [
      ['treepath(dynamic({"a":[1,{"b":2}]}))', "[\"['a']\",\"['a'][0]\",\"['a'][0]['b']\"]"],
    ],
  },
} satisfies Record<string, ScalarFunction>;
