import { allBound, bound } from './bound.js';
import { convert, ticksFromYear1 } from './convert.js';
import { arrayText, isArray } from './json.js';
import { arrayElements } from './json-literal.js';
import type { Operand } from './operand.js';
import { join, literal, type Sql, sql } from './sql.js';

/**
 * Series are dynamic arrays of numbers. SQL works on them as `Array(Nullable(Float64))`: what is no
 * number is NULL. Numbers that are not finite stand in JSON as strings, as KQL writes them; instants
 * count as their ticks.
 */

const numbersType = sql`Array(Nullable(Float64))`;

const unquoted = sql`trim(BOTH '"' FROM _e)`;
/** An instant as KQL writes it into JSON. */
const instant = String.raw`^"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z"$`;
const ticks = ticksFromYear1(sql`parseDateTime64BestEffortOrNull(${unquoted}, 7, 'UTC')`);

/** An element's JSON text as a number. */
const strict = sql`multiIf(match(_e, '^-?[0-9]'), toFloat64OrNull(_e), _e = 'true', 1, _e = 'false', 0, _e IN ('"NaN"', '"Infinity"', '"-Infinity"'), toFloat64OrNull(${unquoted}), match(_e, ${literal(instant)}), toFloat64(${ticks}), NULL)`;

/** The numbers of a JSON array; what is no array has none. */
export function numbersOf(json: Sql & { readonly constant?: Operand['constant'] }): Sql {
  const known = json.constant?.type === 'dynamic' ? json.constant.value : undefined;
  const elements = typeof known === 'string' ? (arrayElements(known) ?? []) : undefined;
  if (elements && !elements.some((element) => new RegExp(instant).test(element))) {
    const numbers = elements.map(literalNumber);
    return sql`CAST([${join(numbers)}] AS ${numbersType})`;
  }
  return bound(
    json,
    (text) =>
      sql`if(position(${text}, '"') = 0, JSONExtract(${text}, 'Array(Nullable(Float64))'), arrayMap(_e -> ${strict}, JSONExtractArrayRaw(${text})))`,
  );
}

const specialNumbers: Readonly<Record<string, string>> = {
  true: '1',
  false: '0',
  '"NaN"': 'nan',
  '"Infinity"': 'inf',
  '"-Infinity"': '-inf',
};

function literalNumber(json: string): Sql {
  if (/^-?[0-9.]+(?:[eE][-+]?[0-9]+)?$/.test(json)) return { text: String(Number(json)) };
  return { text: specialNumbers[json] ?? 'NULL' };
}

/** A series' numbers, handed to `use` where the value is an array; else `otherwise`. */
export function overSeries(
  value: Operand,
  use: (numbers: Sql, json: Sql) => Sql,
  otherwise: Sql = sql`''`,
): Sql {
  return bound(
    convert(value, 'dynamic'),
    (json) =>
      sql`if(${isArray(json)}, ${bound(numbersOf(json), (numbers) => use(numbers, json))}, ${otherwise})`,
  );
}

/** A series' numbers where all are known: most functions have no answer for a series with gaps. */
export function overKnown(
  value: Operand,
  use: (numbers: Sql) => Sql,
  otherwise: Sql = sql`''`,
): Sql {
  return overSeries(
    value,
    (numbers) => sql`if(has(${numbers}, NULL), ${otherwise}, ${bound(known(numbers), use)})`,
    otherwise,
  );
}

/** The same numbers as `Array(Float64)`. */
export function known(numbers: Sql): Sql {
  return sql`arrayMap(_v -> assumeNotNull(_v), ${numbers})`;
}

/** Whether the series holds whole numbers and gaps alone, and a number at all. */
export function isWhole(json: Sql): Sql {
  return sql`(match(${json}, '[0-9]') AND NOT match(${json}, '[.eE"]'))`;
}

/** A number inside a JSON document; NULL is `null`. */
export function numberText(number: Sql): Sql {
  const value: Operand = {
    ...sql`assumeNotNull(${number})`,
    type: 'real',
    nullable: false,
    expression: { kind: 'literal', type: 'real', value: null },
  };
  return sql`if(isNull(${number}), 'null', ${convert(value, 'dynamic')})`;
}

/** Numbers as a JSON array of reals. */
export function seriesText(numbers: Sql): Sql {
  return arrayText(sql`arrayMap(_v -> ${numberText(sql`_v`)}, ${numbers})`);
}

/** Numbers as a JSON array of whole numbers; what is none any more is null. */
export function wholeText(numbers: Sql): Sql {
  return arrayText(
    sql`arrayMap(_v -> ifNull(toString(accurateCastOrNull(_v, 'Int64')), 'null'), ${numbers})`,
  );
}

/** Values as a JSON array that the planner takes apart into columns: JSON texts and numbers. */
export function tuple(...items: Sql[]): Sql {
  return arrayText(sql`[${join(items)}]`);
}

/** JSON texts as a JSON object. */
export function bag(members: Readonly<Record<string, Sql>>): Sql {
  const texts = Object.entries(members).map(
    ([name, text], index) => sql`${literal(`${index > 0 ? ',' : '{'}"${name}":`)}, ${text}`,
  );
  return sql`concat(${join(texts)}, '}')`;
}

/** Numbers of a numeric value as a series of the other's length: `series_add(s, 1)`. */
export function broadcast(value: Operand, size: Sql): Sql {
  const number = convert(value, 'real');
  return sql`CAST(arrayWithConstant(${size}, ${number}) AS ${numbersType})`;
}

/** Two series, padded to the same length with NULL; `use` is handed their numbers and what they are written as. */
export function overPair(
  left: Operand,
  right: Operand,
  use: (a: Sql, b: Sql, isWhole: Sql) => Sql,
): Sql {
  const isSeries = (value: Operand) => value.type === 'dynamic';
  if (!isSeries(left) && !isSeries(right)) return sql`''`;
  const texts = [left, right].map((value) => convert(value, 'dynamic'));
  return allBound(texts, (a = sql`''`, b = sql`''`) => {
    const arrays = [left, right].flatMap((value, index) =>
      isSeries(value) ? [isArray(index === 0 ? a : b)] : [],
    );
    const numbers = [left, right].map((value, index) =>
      isSeries(value) ? numbersOf(index === 0 ? a : b) : sql`[${convert(value, 'real')}]`,
    );
    const body = allBound(numbers, (x = sql``, y = sql``) => {
      if (!isSeries(left)) return use(broadcast(left, sql`length(${y})`), y, whole(a, b));
      if (!isSeries(right)) return use(x, broadcast(right, sql`length(${x})`), whole(a, b));
      const size = sql`greatest(length(${x}), length(${y}))`;
      return allBound(
        [sql`arrayResize(${x}, ${size}, NULL)`, sql`arrayResize(${y}, ${size}, NULL)`],
        (p = sql``, q = sql``) => use(p, q, whole(a, b)),
      );
    });
    return sql`if(${join(arrays, sql` AND `)}, ${body}, '')`;
  });
}

function whole(a: Sql, b: Sql): Sql {
  return sql`(${isWhole(a)} AND ${isWhole(b)})`;
}
