import type { ScalarType } from '../../../catalog/types.js';
import { bound } from '../../bound.js';
import { convert } from '../../convert.js';
import type { ScalarFunction } from '../../functions.js';
import { dressed, isArray, isReprinted, type Json, jsonOf, onlyIf, restored } from '../../json.js';
import type { Operand, ReadForm } from '../../operand.js';
import { join, type Sql, sql } from '../../sql.js';

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
  const { document, keys } = guarded(place);
  return extracted(sql`JSONExtractRaw`, document, keys);
}

/** The place in a document that is empty where a condition does not hold. */
function guarded(place: Place): Place {
  const { document, keys, conditions } = place;
  if (conditions.length === 0) return place;
  return { document: onlyIf(join(conditions, sql` AND `), document), keys, conditions: [] };
}

function extracted(fn: Sql, document: Sql, keys: readonly Sql[], type?: Sql): Sql {
  return sql`${fn}(${join([document, ...keys, ...(type ? [type] : [])])})`;
}

/** The place with its document named, so that it can be read in several ways. */
function atPlace(base: Operand, path: readonly Operand[], use: (place: Place) => Sql): Sql {
  // What was itself found by a path is looked up from where that one starts.
  const [document, ...before] = base.path ?? [base];
  if (document && before.length > 0) return atPlace(document, [...before, ...path], use);
  return bound(jsonOf(base), (json) => {
    const place = guarded(placeOf(json, path));
    return near(place.document, (text) => use({ ...place, document: text }));
  });
}

/** What is found at a place, as it was written: the engine prints the real 1.0 as 1, also inside what it finds. */
function asWritten({ document, keys }: Place, read: (json: Sql) => Sql, isNull: Sql): Sql {
  return near(read(document), (found) => {
    const isContainer = sql`match(${found}, '^[{\\\\[]')`;
    const holder = onlyIf(isContainer, document);
    const isChanged = isReprinted(holder);
    const rewritten = restored(read(dressed(onlyIf(isChanged, holder))));
    const isWhole = sql`match(${found}, '^-?[0-9]+$')`;
    const isReal = sql`JSONType(${join([onlyIf(isWhole, document), ...keys])}) = 'Double'`;
    return sql`multiIf(${isNull}${found} = '', '', ${isWhole} AND ${isReal}, concat(${found}, '.0'), ${isContainer} AND ${isChanged}, ${rewritten}, ${found})`;
  });
}

/** A short extraction is written again: outside lambdas equal ones are evaluated once, and branches when needed. */
function near(value: Sql, use: (name: Sql) => Sql): Sql {
  return value.text.length < 300 && !value.text.includes('->') ? use(value) : bound(value, use);
}

/** A value by a path of keys and indexes; an index into what is no array, or a key of what is no bag, is null. */
function access(base: Operand, ...path: Operand[]): Sql {
  return atPlace(base, path, (place) => {
    const read = (json: Sql) => extracted(sql`JSONExtractRaw`, json, place.keys);
    return asWritten(place, read, sql`${read(place.document)} = 'null', '', `);
  });
}

/** The text of the value in one extraction: a string's characters, else its JSON. */
function accessedText(base: Operand, path: readonly Operand[]): Sql {
  const [step, ...further] = path;
  const known = step && further.length === 0 ? base.textAt?.(step) : undefined;
  if (known) return known;
  return atPlace(base, path, (place) =>
    asWritten(place, (json) => extracted(sql`JSONExtract`, json, place.keys, sql`'String'`), sql``),
  );
}

/** What is found at a place, for a number: 1.0 and 1 are the same one, and a null and what has members are none. */
function accessedNumber(base: Operand, path: readonly Operand[]): Sql {
  return atPlace(base, path, (place) => raw(place));
}

/** Types that read a dynamic bool as a number: the text alone would not tell it from a string. */
const numeric: ReadonlySet<ReadForm> = new Set(['int', 'long', 'real', 'decimal']);

function readAccess(form: ReadForm, base: Operand, ...path: Operand[]): Sql | undefined {
  if (form === 'dynamic' || form === 'json') return undefined;
  const { expression } = base;
  if (numeric.has(form)) {
    // How many digits a decimal has is as it was written.
    const found = form === 'decimal' ? access(base, ...path) : accessedNumber(base, path);
    return bound(found, (json) =>
      convert({ ...json, type: 'dynamic', nullable: false, expression }, form as ScalarType),
    );
  }
  const text = accessedText(base, path);
  return convert({ ...text, type: 'string', nullable: false, expression }, form);
}

export const pathFunctions = {
  access: {
    doc: 'scalar-data-types/dynamic',
    trap: 'negative indexes count from the end; a path that leads nowhere is null',
    emit: access,
    read: readAccess,
    isPath: true,
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
} satisfies Record<string, ScalarFunction>;
