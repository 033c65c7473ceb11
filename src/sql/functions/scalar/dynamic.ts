import type { ScalarType } from '../../../catalog/types.js';
import { bound } from '../../bound.js';
import { convert } from '../../convert.js';
import type { ScalarFunction } from '../../functions.js';
import {
  dressed,
  exact,
  isArray,
  isBag,
  isReprinted,
  isTooWide,
  type Json,
  jsonOf,
  restored,
} from '../../json.js';
import type { Operand, ReadForm } from '../../operand.js';
import { join, literal, type Sql, sql } from '../../sql.js';

/** A text as a dynamic: compact JSON; a text that is none is a JSON string. A dynamic stays as it is. */
export function parsedJson(value: Operand): Sql {
  if (value.type !== 'string') return convert(value, 'dynamic');
  return bound(value, (text) => {
    const parsed = exact(text, (json) => sql`JSONExtractRaw(${json})`, restored);
    return bound(parsed, (json) => {
      const wide = restored(sql`JSONExtractRaw(${dressed(text)})`);
      return sql`multiIf(${json} = 'null', '', notEmpty(${json}), ${json}, match(${text}, '^\\\\s*$'), '', ${isTooWide(text)} AND notEmpty(JSONExtractRaw(${dressed(text)})), ${wide}, toJSONString(${text}))`;
    });
  });
}

/** Paths find in the text itself what they find in its parsed form, and in no JSON nothing. */
function readParsed(form: ReadForm, value: Operand): Sql | undefined {
  if (value.type !== 'string') return value.read?.(form);
  return form === 'json' ? value : undefined;
}

export const parseJson: ScalarFunction = {
  doc: 'parse-json-function',
  trap: 'a text that is no JSON is a dynamic string, and the JSON null is null',
  emit: parsedJson,
  read: readParsed,
  examples: [
    ['parse_json(\'{"a": [1, 2.0]}\')', '{"a":[1,2.0]}'],
    ['parse_json("no JSON")', 'no JSON'],
  ],
};

/** Where a path leads inside one document: what the engine's functions take, and what has to hold. */
interface Place {
  readonly document: Json;
  readonly keys: readonly Sql[];
  readonly conditions: readonly Sql[];
}

/** The place of a path; a selector that is itself dynamic decides when it runs whether it is a key. */
function placeOf(document: Json, path: readonly Operand[]): Place {
  let place: Place = { document, keys: [], conditions: [] };
  for (const step of path) {
    place = step.type === 'dynamic' ? byDynamic(place, step) : stepped(place, step);
  }
  return place;
}

function stepped({ document, keys, conditions }: Place, step: Operand): Place {
  if (step.type !== 'int' && step.type !== 'long' && step.type !== 'bool') {
    return { document, keys: [...keys, convert(step, 'string')], conditions };
  }
  const index = convert(step, 'long');
  const position = positionOf(index);
  // The engine would also count the members of an object.
  const holder =
    keys.length === 0
      ? isArray(sql`trimLeft(${document})`)
      : sql`JSONType(${join([document, ...keys])}) = 'Array'`;
  const some = index.nullable ? [sql`isNotNull(${index})`] : [];
  return { document, keys: [...keys, position], conditions: [...conditions, ...some, holder] };
}

/** KQL counts from 0 and the engine from 1, but both from -1 at the end. */
function positionOf(index: Operand): Sql {
  const value = index.constant?.value;
  if (typeof value === 'bigint') return { text: String(value >= 0n ? value + 1n : value) };
  const position = bound(index, (n) => sql`(${n} + (${n} >= 0))`);
  return index.nullable ? sql`ifNull(${position}, 0)` : position;
}

function byDynamic(place: Place, step: Operand): Place {
  const text: Operand = { ...convert(step, 'string'), type: 'string' };
  const byKey = raw(stepped(place, text));
  const byIndex = raw(stepped(place, convert(step, 'long')));
  const document = sql`if(startsWith(${step}, '"'), ${byKey}, ${byIndex})`;
  return { document, keys: [], conditions: [] };
}

/** What stands at the place, as the engine prints it; '' where there is nothing. */
function raw(place: Place): Sql {
  return guarded(place, ({ document, keys }) => extracted(sql`JSONExtractRaw`, document, keys));
}

function guarded(place: Place, read: (place: Place) => Sql): Sql {
  if (place.conditions.length === 0) return read(place);
  return sql`if(${join(place.conditions, sql` AND `)}, ${read(place)}, '')`;
}

function extracted(fn: Sql, document: Sql, keys: readonly Sql[], type?: Sql): Sql {
  return sql`${fn}(${join([document, ...keys, ...(type ? [type] : [])])})`;
}

/** The place with its document named, so that it can be read in several ways. */
function atPlace(base: Operand, path: readonly Operand[], use: (place: Place) => Sql): Sql {
  return bound(jsonOf(base), (json) => {
    const place = placeOf(json, path);
    return bound(place.document, (document) => guarded({ ...place, document }, use));
  });
}

/** A real that the engine prints as a whole number gets its fraction back. */
function withFraction({ document, keys }: Place, found: Sql, otherwise: Sql): Sql {
  const isReal = sql`JSONType(${join([document, ...keys])}) = 'Double'`;
  return sql`if(match(${found}, '^-?[0-9]+$') AND ${isReal}, concat(${found}, '.0'), ${otherwise})`;
}

/** A value by a path of keys and indexes; an index into what is no array, or a key of what is no bag, is null. */
function access(base: Operand, ...path: Operand[]): Sql {
  return atPlace(base, path, (place) => {
    const read = (json: Sql) => extracted(sql`JSONExtractRaw`, json, place.keys);
    return bound(read(place.document), (found) => {
      const inside = sql`${found} IN ('', 'null'), '', match(${found}, '^[{\\\\[]') AND ${isReprinted(place.document)}, ${restored(read(dressed(place.document)))}`;
      return sql`multiIf(${inside}, ${withFraction(place, found, found)})`;
    });
  });
}

/** The text of the value in one extraction: a string's characters, else its JSON. */
function accessedText(base: Operand, path: readonly Operand[]): Sql {
  return atPlace(base, path, (place) => {
    const read = (json: Sql) => extracted(sql`JSONExtract`, json, place.keys, sql`'String'`);
    return bound(read(place.document), (found) => {
      const inside = sql`match(${found}, '^[{\\\\[]') AND ${isReprinted(place.document)}, ${restored(read(dressed(place.document)))}`;
      return sql`multiIf(${inside}, ${withFraction(place, found, found)})`;
    });
  });
}

/** Types that read a dynamic bool as a number: the text alone would not tell it from a string. */
const numeric: ReadonlySet<ReadForm> = new Set(['int', 'long', 'real', 'decimal']);

function readAccess(form: ReadForm, base: Operand, ...path: Operand[]): Sql | undefined {
  if (form === 'dynamic' || form === 'json') return undefined;
  const { expression } = base;
  if (numeric.has(form)) {
    return bound(access(base, ...path), (json) =>
      convert({ ...json, type: 'dynamic', nullable: false, expression }, form as ScalarType),
    );
  }
  const text = accessedText(base, path);
  return convert({ ...text, type: 'string', nullable: false, expression }, form);
}

/** The runtime type of a dynamic; its instants are strings in the form that KQL writes. */
function typeName(value: Operand): Sql {
  if (value.type !== 'dynamic') return literal(value.type);
  return bound(
    value,
    (json) =>
      sql`multiIf(empty(${json}), 'null', ${isArray(json)}, 'array', ${isBag(json)}, 'dictionary', match(${json}, '^"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}[.][0-9]{7}Z"$'), 'datetime', startsWith(${json}, '"'), 'string', ${json} IN ('true', 'false'), 'bool', match(${json}, '^-?[0-9]+$'), 'long', 'real')`,
  );
}

export const dynamicFunctions = {
  access: {
    doc: 'scalar-data-types/dynamic',
    trap: 'negative indexes count from the end; a path that leads nowhere is null',
    emit: access,
    read: readAccess,
    examples: [
      ['dynamic({"a":[1,{"b":"x"}]}).a[1].b', 'x'],
      ['dynamic([1,2,3])[-1]', '3'],
    ],
  },
  /** One of the results of a function that has several, which come as an array. */
  tuple_item: {
    doc: 'extend-operator',
    nullable: 'always',
    emitCall: ({ type }, tuple: Operand, index: Operand) =>
      readAccess(type, tuple, index) ?? access(tuple, index),
  },
  todynamic: parseJson,
  toobject: parseJson,
  parse_json: parseJson,
  parsejson: parseJson,
  gettype: {
    doc: 'gettype-function',
    emit: typeName,
    examples: [
      ['gettype(dynamic([1]))', 'array'],
      ['gettype(parse_json("1.0"))', 'real'],
    ],
  },
} satisfies Record<string, ScalarFunction>;
