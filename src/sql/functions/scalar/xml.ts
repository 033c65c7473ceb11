import { bound } from '../../bound.js';
import { unlessFailing } from '../../fail.js';
import type { ScalarFunction } from '../../functions.js';
import { letIn } from '../../let.js';
import type { Operand } from '../../operand.js';
import { literal, type Sql, sql } from '../../sql.js';
import { text } from './text.js';

/** Longer texts are null, as in Kusto. */
const maxBytes = sql`1048576`;

/** A document is gone through token by token, and each step copies what is gathered. */
const maxTokens = 5000;

const name = String.raw`[^\s<>/="'!?]+`;
const attributes = String.raw`((?:\s+${name}\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)`;

/** Groups: a closed element's name; an opened one's name, its attributes, whether it is closed at once; text; a stray `<`. */
const token = literal(
  String.raw`(?s)<!--.*?-->|<\?.*?\?>|<!\[CDATA\[.*?\]\]>|<![^>]*>|</(${name})\s*>|<(${name})${attributes}\s*(/?)>|([^<]+)|(<)`,
);
const attribute = literal(String.raw`(${name})\s*=\s*(?:"([^"]*)"|'([^']*)')`);

const noMembers = sql`CAST([], 'Array(Tuple(String, String))')`;

/** (name, JSON) tuples as the value of the element that has them: repeated names become arrays. */
function elementValue(members: Sql): Sql {
  const values = sql`arrayMap(_y -> _y.2, arrayFilter(_y -> _y.1 = _n, ${members}))`;
  const member = sql`concat(toJSONString(_n), ':', if(length(${values}) = 1, ${values}[1], concat('[', arrayStringConcat(${values}, ','), ']')))`;
  const object = sql`concat('{', arrayStringConcat(arrayMap(_n -> ${member}, arrayDistinct(arrayMap(_y -> _y.1, ${members}))), ','), '}')`;
  return sql`multiIf(empty(${members}), 'null', length(${members}) = 1 AND ${members}[1].1 = '#text', ${members}[1].2, ${object})`;
}

/** One token further: the open elements' names, their members and those outside all, whether all is well. */
function step(): Sql {
  const [closed, opened, given, slash, content, stray] = [1, 2, 3, 4, 5, 6].map(
    (index) => sql`_t[${{ text: String(index) }}]`,
  ) as [Sql, Sql, Sql, Sql, Sql, Sql];
  const own = sql`arrayMap(_m -> (concat('@', _m[1]), toJSONString(decodeXMLComponent(concat(_m[2], _m[3])))), extractAllGroupsVertical(${given}, ${attribute}))`;
  const withLast = (list: Sql, last: Sql) => sql`arrayPushBack(arrayPopBack(${list}), ${last})`;
  const shown = sql`trimBoth(${content}, ' \\t\\r\\n')`;
  const isText = sql`notEmpty(${shown})`;
  const added = (members: Sql, key: Sql, value: Sql) =>
    sql`arrayPushBack(${members}, (${key}, ${value}))`;
  const selfClosed = withLast(sql`_a.2`, added(sql`_a.2[-1]`, opened, elementValue(own)));
  const left = sql`arrayPopBack(_a.2)`;
  const afterClosing = withLast(left, added(sql`_a.2[-2]`, closed, elementValue(sql`_a.2[-1]`)));
  const withText = withLast(
    sql`_a.2`,
    added(sql`_a.2[-1]`, sql`'#text'`, sql`toJSONString(decodeXMLComponent(${shown}))`),
  );
  const isWell = sql`multiIf(notEmpty(${stray}), false, notEmpty(${closed}), _a.1[-1] = ${closed}, ${isText}, notEmpty(_a.1), true)`;
  const names = sql`multiIf(notEmpty(${closed}), arrayPopBack(_a.1), notEmpty(${opened}) AND empty(${slash}), arrayPushBack(_a.1, ${opened}), _a.1)`;
  const members = sql`multiIf(notEmpty(${closed}), ${afterClosing}, notEmpty(${opened}) AND empty(${slash}), arrayPushBack(_a.2, ${own}), notEmpty(${opened}), ${selfClosed}, ${isText}, ${withText}, _a.2)`;
  return sql`if(NOT (_a.3 AND ${isWell}), (_a.1, _a.2, toBool(false)), (${names}, ${members}, toBool(true)))`;
}

/** '' where the text is no document of one element. */
function parsed(source: Sql): Sql {
  const tokens = sql`extractAllGroupsVertical(${source}, ${token})`;
  const walk = sql`arrayFold((_a, _t) -> ${step()}, _x, (emptyArrayString(), [${noMembers}], toBool(true)))`;
  const isDocument = sql`_r.3 AND empty(_r.1) AND length(_r.2) = 1 AND length(_r.2[1]) = 1`;
  const shown = sql`concat('{', toJSONString(_r.2[1][1].1), ':', _r.2[1][1].2, '}')`;
  const result = letIn({ _r: walk }, sql`if(${isDocument}, ${shown}, '')`);
  return letIn(
    { _x: tokens },
    unlessFailing(
      sql`length(_x) > ${{ text: String(maxTokens) }}`,
      'parse_xml(): the document has too many parts',
      result,
      sql`''`,
    ),
  );
}

export const xmlFunctions = {
  parse_xml: {
    doc: 'parse-xml-function',
    trap: 'attributes are @name, text beside other members is #text, repeated elements are arrays',
    emit: (source: Operand) =>
      bound(
        text(source),
        (xml) => sql`if(empty(${xml}) OR length(${xml}) > ${maxBytes}, '', ${parsed(xml)})`,
      ),
    examples: [
      ['parse_xml("<e name=\'v\'>text</e>")', '{"e":{"@name":"v","#text":"text"}}'],
      ['parse_xml("<e> <a>1</a> <a>2</a> </e>").e.a[1]', '2'],
      ['parse_xml("<e/>")', '{"e":null}'],
    ],
  },
} satisfies Record<string, ScalarFunction>;
