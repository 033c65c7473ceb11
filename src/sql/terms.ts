import { literal, type Sql, sql } from './sql.js';

/**
 * Kusto's terms: maximal runs of letters and digits of any script. The expressions here are also those
 * that the indexes of stored columns are built on: a query uses an index through the same expression.
 */

/** Lower case of every script. */
export function foldedText(text: Sql): Sql {
  return sql`lowerUTF8(${text})`;
}

/**
 * The lower case of Σ is σ or, by what stands around it, ς: a part of a text does not show which of them
 * it is in the text. To find parts, both count as σ.
 */
const sigma = /[σς]/;

export function hasSigma(lower: string): boolean {
  return sigma.test(lower);
}

/** The lower case for tests of parts that may have a sigma. */
export function partText(text: Sql): Sql {
  return sql`replaceAll(${foldedText(text)}, 'ς', 'σ')`;
}

/** A text and what is looked for in it, both in a lower case in which it is found. */
export function foldedPair(
  text: Sql,
  lower: string,
): { readonly text: Sql; readonly part: string } {
  return hasSigma(lower)
    ? { text: partText(text), part: lower.replaceAll('ς', 'σ') }
    : { text: foldedText(text), part: lower };
}

const foreignSeparator = literal(String.raw`[^\x00-\x7f\p{L}\p{N}]`);

function separated(text: Sql): Sql {
  return sql`replaceRegexpAll(lowerUTF8(${text}), ${foreignSeparator}, ' ')`;
}

/**
 * The lower case as the engine's tokenizer has to see it. The tokenizer takes all that is not ASCII for
 * letters, so typographic quotes, dashes and spaces would stick to their neighbours.
 */
export function termText(text: Sql): Sql {
  return sql`if(isValidASCII(${text}), lower(${text}), ${separated(text)})`;
}

/** A test of the terms of a dictionary's values: once for each of them. */
export function ofDictionary(column: Sql, test: (terms: Sql) => Sql): Sql {
  return sql`(${test(foldedText(column))} OR (NOT isValidASCII(${column}) AND ${test(separated(column))}))`;
}

/**
 * A test of a column's terms. The engine knows the column's type when it reads the query and drops the
 * branch that is not for it: values of a dictionary are tested once each, others through their index.
 */
export function overTerms(column: Sql, test: (terms: Sql) => Sql): Sql {
  return sql`if(startsWith(toTypeName(${column}), 'LowCardinality'), ${ofDictionary(column, test)}, ${test(termText(column))})`;
}

/** The terms of a text in the order in which they stand. */
export function termsOf(text: string): string[] {
  return text.match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** Whether the phrase's first and last characters belong to terms, so that a boundary has to be there. */
export function edgesOf(phrase: string): { readonly first: boolean; readonly last: boolean } {
  return { first: /^[\p{L}\p{N}]/u.test(phrase), last: /[\p{L}\p{N}]$/u.test(phrase) };
}

/** RE2 for the places where a term may begin and end. */
export const beforeTerm = String.raw`(?:^|[^\p{L}\p{N}])`;
export const afterTerm = String.raw`(?:[^\p{L}\p{N}]|$)`;
