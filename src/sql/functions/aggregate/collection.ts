import { convert, jsonElement } from '../../convert.js';
import type { AggregateCall, AggregateFunction } from '../../functions.js';
import { letIn } from '../../let.js';
import type { Operand } from '../../operand.js';
import { type Sql, sql } from '../../sql.js';
import { all, condition, oneForAll, presence, writtenNumber } from './arguments.js';

/** The most elements that Kusto puts into one array or bag, and the default. */
const most = 1_048_576;
/** The default of the names before `make_…`. */
const mostOfOldNames = 128;

/** The collection with as many elements as the limit lets in. */
function limited(
  call: AggregateCall,
  limit: Operand | undefined,
  otherwise: number,
  collect: (size: number) => Sql,
): Sql {
  const written = limit ? writtenNumber(limit) : otherwise;
  if (limit && written === undefined) {
    return shortened(collect(most), convert(oneForAll(call, limit, 'A size of an array'), 'long'));
  }
  return collect(Math.trunc(Math.min(Math.max(written ?? most, 0), most)));
}

/** The first elements of an array or members of a bag. */
function shortened(json: Sql, size: Operand): Sql {
  const first = (items: Sql) =>
    sql`arraySlice(${items}, 1, toInt64(least(greatest(ifNull(${size}, 0), 0), ${{ text: String(most) }})))`;
  return letIn(
    { _cj: json },
    sql`if(startsWith(_cj, '{'), ${bagText(first(sql`JSONExtractKeysAndValuesRaw(_cj)`))}, ${jsonArray(first(sql`JSONExtractArrayRaw(_cj)`))})`,
  );
}

function bagText(members: Sql): Sql {
  const texts = sql`arrayMap(_m -> concat(toJSONString(tupleElement(_m, 1)), ':', tupleElement(_m, 2)), ${members})`;
  return sql`concat('{', arrayStringConcat(${texts}, ','), '}')`;
}

/** The first `size` values of the kept rows: in the rows' order where they have one. */
function gathered(
  fn: Sql,
  call: AggregateCall,
  value: Sql,
  size: number,
  kept: Sql | undefined,
): Sql {
  const ordered = call.position !== null;
  const of = call.position ? sql`tuple(${call.position}, ${value})` : value;
  // The engine takes no limit of 0; an order is known only when all are there.
  const limit = ordered ? sql`` : sql`(${{ text: String(Math.max(size, 1)) }})`;
  const all = kept ? sql`${fn}If${limit}(${of}, ${kept})` : sql`${fn}${limit}(${of})`;
  if (!ordered) return size > 0 ? all : sql`arraySlice(${all}, 1, 0)`;
  return sql`arrayMap(_p -> tupleElement(_p, 2), arraySort(_p -> tupleElement(_p, 1), ${all}))`;
}

/** A JSON array of values: they are aggregated as they are, and become text once they are chosen. */
function jsonArray(texts: Sql): Sql {
  return sql`concat('[', arrayStringConcat(${texts}, ','), ']')`;
}

function jsonTexts(value: Operand, elements: Sql): Sql {
  if (value.type === 'dynamic') return elements;
  const element = jsonElement({ ...value, ...sql`_e`, nullable: false });
  return sql`arrayMap(_e -> ${element}, ${elements})`;
}

/** A value that is never NULL, since rows without one are left out. */
function certain(value: Operand): Sql {
  return value.nullable ? sql`assumeNotNull(${value})` : value;
}

function firstOf(elements: Sql, size: number): Sql {
  return sql`arraySlice(${elements}, 1, ${{ text: String(size) }})`;
}

function list(call: AggregateCall, value: Operand, size: number, test?: Operand): Sql {
  const kept = all(test && condition(test), presence(value));
  if (value.type === 'dynamic') return listOfElements(call, value, size, kept);
  const elements = gathered(sql`groupArray`, call, certain(value), size, kept);
  return jsonArray(jsonTexts(value, call.position ? firstOf(elements, size) : elements));
}

/** Nulls stand in the list as `null`. */
function listWithNulls(call: AggregateCall, value: Operand): Sql {
  const elements = gathered(sql`groupArray`, call, jsonElement(value), most, undefined);
  return jsonArray(call.position ? firstOf(elements, most) : elements);
}

function set(call: AggregateCall, value: Operand, size: number, test?: Operand): Sql {
  const kept = all(test && condition(test), presence(value));
  if (value.type === 'dynamic') return setOfElements(call, value, size, kept);
  if (!call.position) {
    return jsonArray(
      jsonTexts(value, gathered(sql`groupUniqArray`, call, certain(value), size, kept)),
    );
  }
  const elements = gathered(sql`groupArray`, call, certain(value), size, kept);
  return jsonArray(jsonTexts(value, firstOf(sql`arrayDistinct(${elements})`, size)));
}

/** An array stands for its elements; nulls are none. */
const membersOf = (value: Operand) =>
  sql`if(startsWith(${value}, '['), arrayFilter(_e -> _e != 'null', JSONExtractArrayRaw(${value})), [${value}])`;

/** A list of arrays is the list of their elements. */
function listOfElements(
  call: AggregateCall,
  value: Operand,
  size: number,
  kept: Sql | undefined,
): Sql {
  const elements = membersOf(value);
  if (!call.position) return jsonArray(gathered(sql`groupArrayArray`, call, elements, size, kept));
  const arrays = gathered(sql`groupArray`, call, elements, size, kept);
  return jsonArray(firstOf(sql`arrayFlatten(${arrays})`, size));
}

/** A set of arrays is the set of their elements. */
function setOfElements(
  call: AggregateCall,
  value: Operand,
  size: number,
  kept: Sql | undefined,
): Sql {
  const elements = membersOf(value);
  if (!call.position)
    return jsonArray(gathered(sql`groupUniqArrayArray`, call, elements, size, kept));
  const arrays = gathered(sql`groupArray`, call, elements, size, kept);
  return jsonArray(firstOf(sql`arrayDistinct(arrayFlatten(${arrays}))`, size));
}

/** One bag of all the bags' members; of members with the same name the first counts. */
function bag(call: AggregateCall, value: Operand, size: number, test?: Operand): Sql {
  const kept = all(test && condition(test), sql`startsWith(${value}, '{')`);
  const members = sql`JSONExtractKeysAndValuesRaw(${value})`;
  const pairs = call.position
    ? sql`arrayFlatten(${gathered(sql`groupArray`, call, members, size, kept)})`
    : gathered(sql`groupArrayArray`, call, members, most, kept);
  const names = sql`arrayEnumerateUniq(arrayMap(_m -> tupleElement(_m, 1), ${pairs}))`;
  const first = firstOf(sql`arrayFilter((_m, _n) -> _n = 1, ${pairs}, ${names})`, size);
  return bagText(first);
}

type Collect = (call: AggregateCall, value: Operand, size: number, test?: Operand) => Sql;
type Example = readonly [kql: string, value: string];

function collector(
  doc: string,
  collect: Collect,
  example: Example,
  size = most,
): AggregateFunction {
  return {
    doc,
    nullable: 'never',
    emit: (call, value: Operand, limit?: Operand) =>
      limited(call, limit, size, (most) => collect(call, value, most)),
    examples: [example],
  };
}

function collectorIf(doc: string, collect: Collect, example: Example): AggregateFunction {
  return {
    doc,
    nullable: 'never',
    emit: (call, value: Operand, test: Operand, limit?: Operand) =>
      limited(call, limit, most, (size) => collect(call, value, size, test)),
    examples: [example],
  };
}

const three = 'range x from 1 to 3 step 1';
const bags = 'datatable(d: dynamic) [dynamic({"a": 1}), dynamic({"a": 2, "b": 3})]';

export const collectionAggregates: Readonly<Record<string, AggregateFunction>> = {
  make_list: collector('make-list-aggregation-function', list, [
    `${three} | summarize make_list(x, 2)`,
    '[1,2]',
  ]),
  makelist: collector(
    'make-list-aggregation-function',
    list,
    [`${three} | summarize makelist(x)`, '[1,2,3]'],
    mostOfOldNames,
  ),
  make_list_if: collectorIf('make-list-if-aggregation-function', list, [
    `${three} | summarize make_list_if(x, x > 1)`,
    '[2,3]',
  ]),
  make_list_with_nulls: {
    doc: 'make-list-with-nulls-aggregation-function',
    nullable: 'never',
    emit: (call, value: Operand) => listWithNulls(call, value),
    examples: [
      ['datatable(x: long) [1, long(null)] | summarize make_list_with_nulls(x)', '[1,null]'],
    ],
  },
  make_set: collector('make-set-aggregation-function', set, [
    'datatable(d: dynamic) [dynamic(["a"]), dynamic(["a"])] | summarize make_set(d)',
    '["a"]',
  ]),
  makeset: collector(
    'make-set-aggregation-function',
    set,
    ['datatable(x: long) [1, 1] | summarize makeset(x)', '[1]'],
    mostOfOldNames,
  ),
  make_set_if: collectorIf('make-set-if-aggregation-function', set, [
    `${three} | summarize make_set_if(x, x > 2)`,
    '[3]',
  ]),
  make_bag: collector('make-bag-aggregation-function', bag, [
    `${bags} | summarize make_bag(d)`,
    '{"a":1,"b":3}',
  ]),
  make_bag_if: collectorIf('make-bag-if-aggregation-function', bag, [
    `${bags} | summarize make_bag_if(d, d.a == 2)`,
    '{"a":2,"b":3}',
  ]),
  make_dictionary: collector(
    'make-bag-aggregation-function',
    bag,
    [`${bags} | summarize make_dictionary(d)`, '{"a":1,"b":3}'],
    mostOfOldNames,
  ),
};
