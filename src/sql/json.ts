import { bound } from './bound.js';
import { arrayElements, objectMembers } from './json-literal.js';
import type { Operand } from './operand.js';
import { join, literal, type Sql, sql } from './sql.js';

/** A JSON text in SQL; a literal knows its value. */
export type Json = Sql & { readonly constant?: Operand['constant'] | undefined };

/**
 * Dynamics are JSON texts; this is how SQL takes them apart and puts them together. The engine reprints
 * what it extracts and then writes 1.0 as 1, which in KQL is another type: texts with such numbers,
 * which are rare, are read with these numbers dressed as strings.
 */

/** A text in which paths can be looked up: the dynamic itself, or what it was parsed from. */
export function jsonOf(value: Operand): Json {
  return value.read?.('json') ?? value;
}

function literalOf({ constant }: Json): string | undefined {
  return constant?.type === 'dynamic' && typeof constant.value === 'string'
    ? constant.value
    : undefined;
}

export function isArray(json: Sql): Sql {
  return sql`startsWith(${json}, '[')`;
}

export function isBag(json: Sql): Sql {
  return sql`startsWith(${json}, '{')`;
}

/** The null dynamic inside a document. */
export function orNull(json: Sql): Sql {
  return bound(json, (text) => sql`if(empty(${text}), 'null', ${text})`);
}

/** A JSON array of the JSON texts in a ClickHouse array. */
export function arrayText(elements: Sql): Sql {
  return sql`concat('[', arrayStringConcat(${elements}, ','), ']')`;
}

/** A JSON object of the (name, JSON text) tuples in a ClickHouse array. */
export function bagText(pairs: Sql): Sql {
  return sql`concat('{', arrayStringConcat(arrayMap(_p -> concat(toJSONString(_p.1), ':', _p.2), ${pairs}), ','), '}')`;
}

/** The JSON texts of an array's elements; what is no array has none. */
export function elementsOf(json: Json): Sql {
  const known = literalOf(json);
  if (known !== undefined) return textArray((arrayElements(known) ?? []).map(literal));
  return exact(
    json,
    (text) => sql`JSONExtractArrayRaw(${text})`,
    (texts) => sql`arrayMap(_e -> ${restored(sql`_e`)}, ${texts})`,
  );
}

/** A bag's members as (name, JSON text) tuples; what is no bag has none. */
export function pairsOf(json: Json): Sql {
  const known = literalOf(json);
  if (known !== undefined) {
    const pairs = (objectMembers(known) ?? []).map((pair) => sql`(${join(pair.map(literal))})`);
    return pairs.length > 0
      ? sql`[${join(pairs)}]`
      : sql`arrayZip(emptyArrayString(), emptyArrayString())`;
  }
  return exact(
    json,
    (text) => sql`JSONExtractKeysAndValuesRaw(${text})`,
    (pairs) => sql`arrayMap(_p -> (_p.1, ${restored(sql`_p.2`)}), ${pairs})`,
  );
}

/** What `read` gives of the document, with its numbers as they were written. */
export function exact(json: Json, read: (json: Sql) => Sql, restore: (found: Sql) => Sql): Sql {
  return bound(json, (text) => {
    const test = isReprinted(text);
    if (test.text === 'false') return read(text);
    return sql`if(${test}, ${restore(read(dressed(onlyIf(test, text))))}, ${read(text)})`;
  });
}

const wholeReal = String.raw`-?[0-9]+(?:\.0+|(?:\.[0-9]+)?[eE]\+?[0-9]+)`;
const pattern = String.raw`(?:^|[\[,:])\s*${wholeReal}\s*(?:[\],}]|$)`;
const inPlace = literal(pattern);
const alone = literal(String.raw`^\s*${wholeReal}\s*$`);
const token = literal(String.raw`"(?:[^"\\]|\\.)*"|[^"\[\],:{}]+|[\[\],:{}]`);
const hugeInPlace = literal(String.raw`(?:^|[\[,:])\s*-?[0-9]{19,}\s*(?:[\],}]|$)`);
const hugeAlone = literal(String.raw`^\s*-?[0-9]{19,}\s*$`);
const mark = String.raw`"\u0001`;

/** Whether the document holds a number that reprinting would change into a whole one. */
export function isReprinted(json: Json): Sql {
  const known = literalOf(json);
  if (known !== undefined) return new RegExp(pattern).test(known) ? sql`true` : sql`false`;
  const mayBe = sql`multiSearchAny(${json}, ['.0', 'e+', 'E+'])`;
  return sql`(${mayBe} AND match(${onlyIf(mayBe, json)}, ${inPlace}))`;
}

/**
 * The text where the test holds, else an empty one: what is done with it then costs nothing. Inside a
 * lambda the engine evaluates both branches of a condition.
 */
export function onlyIf(test: Sql, text: Sql): Sql {
  return sql`if(${test}, ${text}, '')`;
}

/** Integers of more than 64 bits, for which the engine gives up the whole document. */
export function isTooWide(json: Sql): Sql {
  return sql`match(${json}, ${hugeInPlace})`;
}

/** The text's strings, numbers, words and punctuation marks as a ClickHouse array. */
export function jsonTokens(json: Sql): Sql {
  return sql`extractAll(${json}, ${token})`;
}

/** The document with such numbers as marked strings; integers of more than 64 bits are reals. */
export function dressed(json: Sql): Sql {
  const marked = (number: Sql) => sql`concat(${literal(mark)}, ${number}, '"')`;
  const number = sql`trim(_t)`;
  const isWide = sql`match(_t, ${hugeAlone}) AND isNull(toInt64OrNull(${number})) AND isNull(toUInt64OrNull(${number}))`;
  const real = sql`toString(toFloat64(${number}))`;
  const wide = sql`concat(${real}, if(position(${real}, 'e') > 0, '', '.0'))`;
  return sql`arrayStringConcat(arrayMap(_t -> multiIf(match(_t, ${alone}), ${marked(number)}, ${isWide}, ${marked(wide)}, _t), ${jsonTokens(json)}))`;
}

/** A text read from a dressed document, its marked strings numbers again. */
export function restored(text: Sql): Sql {
  return sql`replaceRegexpAll(${text}, ${literal(String.raw`"\\u0001([^"]*)"`)}, ${literal(String.raw`\1`)})`;
}

/** JSON texts as the elements of a ClickHouse array, without commas of their own. */
export function textArray(texts: readonly Sql[]): Sql {
  return texts.length === 0 ? sql`emptyArrayString()` : sql`[${join(texts)}]`;
}
