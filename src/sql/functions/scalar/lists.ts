import { convert } from '../../convert.js';
import type { ScalarFunction } from '../../functions.js';
import { literalSql, type Operand } from '../../operand.js';
import { join, literal, type Sql, sql } from '../../sql.js';
import { comparable } from './comparison.js';
import { needleTests } from './text-search.js';

/** The values of a list operator's right side: constants, other values, and tables. */
interface List {
  readonly values: readonly Operand[];
  /** Dynamic arrays that are known only when the query runs. */
  readonly arrays: readonly Operand[];
  readonly tables: readonly Operand[];
}

/** A dynamic array counts as its elements. */
function listOf(items: readonly Operand[]): List {
  const values: Operand[] = [];
  const arrays: Operand[] = [];
  const tables: Operand[] = [];
  for (const item of items) {
    if (item.table) tables.push(item);
    else if (item.type === 'dynamic') {
      const known = constantElements(item);
      if (known) values.push(...known);
      else arrays.push(item);
    } else values.push(item);
  }
  return { values, arrays, tables };
}

function constantElements(item: Operand): Operand[] | undefined {
  const { constant, expression } = item;
  if (constant && typeof constant.value === 'string') {
    const parsed: unknown = JSON.parse(constant.value);
    const elements = Array.isArray(parsed) ? parsed : [parsed];
    return elements.map((element) => elementOperand(element, item));
  }
  if (constant) return [];
  if (
    expression.kind === 'call' &&
    expression.name === 'pack_array' &&
    expression.arguments.every((part) => part.kind === 'literal')
  ) {
    return expression.arguments.flatMap((part) =>
      part.kind === 'literal'
        ? [
            {
              ...literalSql(part),
              type: part.type,
              nullable: part.value === null,
              constant: part,
              expression: part,
            },
          ]
        : [],
    );
  }
  return undefined;
}

function elementOperand(element: unknown, item: Operand): Operand {
  const constant =
    typeof element === 'string'
      ? { type: 'string' as const, value: element }
      : typeof element === 'number' && Number.isInteger(element)
        ? { type: 'long' as const, value: BigInt(element) }
        : typeof element === 'number'
          ? { type: 'real' as const, value: element }
          : typeof element === 'boolean'
            ? { type: 'bool' as const, value: element }
            : {
                type: 'dynamic' as const,
                value: element === null ? null : JSON.stringify(element),
              };
  return {
    ...literalSql(constant),
    type: constant.type,
    nullable: false,
    constant,
    expression: item.expression,
  };
}

type Fold = (operand: Operand) => Sql;

/** `x in (…)`: `fold` is the identity or the lower case. */
function contained(value: Operand, items: readonly Operand[], isFolded: boolean): Sql {
  const subject = value.type === 'dynamic' ? convert(value, dominantType(items)) : value;
  const fold: Fold = (operand) =>
    isFolded && operand.type === 'string' ? needleTests.folded(operand) : operand;
  const { values, arrays, tables } = listOf(items);
  const left = fold(subject);
  const tests: Sql[] = [];
  if (values.length > 0) {
    const shown = values.map((item) => fold(comparable(subject, item)[1]));
    tests.push(sql`${left} IN (${join(shown)})`);
  }
  for (const array of arrays) {
    const texts = sql`arrayMap(_e -> JSONExtract(_e, 'String'), ${elementsOf(array)})`;
    const asText = isFolded
      ? sql`lowerUTF8(${convert(subject, 'string')})`
      : convert(subject, 'string');
    tests.push(
      sql`has(${isFolded ? sql`arrayMap(_e -> lowerUTF8(_e), ${texts})` : texts}, ${asText})`,
    );
  }
  for (const table of tables) tests.push(inTable(subject, table, isFolded));
  const test = tests.length === 0 ? sql`false` : sql`(${join(tests, sql` OR `)})`;
  return subject.nullable ? sql`ifNull(${test}, false)` : test;
}

function dominantType(items: readonly Operand[]): Operand['type'] {
  const [first] = listOf(items).values;
  return first && first.type !== 'dynamic' ? first.type : 'string';
}

/** The table's column is aliased so that its values can be converted and folded. */
function inTable(subject: Operand, table: Operand, isFolded: boolean): Sql {
  const column: Operand = {
    ...sql`_v`,
    type: table.type,
    nullable: table.type !== 'string' && table.type !== 'dynamic',
    expression: table.expression,
  };
  const named = sql`(SELECT * FROM (${table})) AS _s`;
  if (table.type === subject.type && !(isFolded && subject.type === 'string')) {
    return sql`${subject} IN (${table})`;
  }
  const asText = convert(column, subject.type === 'dynamic' ? 'string' : subject.type);
  const inner = isFolded && subject.type === 'string' ? sql`lowerUTF8(${asText})` : asText;
  const left = isFolded && subject.type === 'string' ? needleTests.folded(subject) : subject;
  return sql`${left} IN (SELECT ${inner} FROM (SELECT arrayJoin([${firstColumn(table)}]) AS _v FROM ${named}))`;
}

/** The one column of a table argument, whose name its SELECT gives. */
function firstColumn(table: Operand): Sql {
  if (table.expression.kind !== 'tableArgument') throw new Error('not a table argument');
  return { text: `_s._q${table.expression.column.id}` };
}

/** JSON texts of a dynamic array's elements; what is no array has none. */
export function elementsOf(array: Sql): Sql {
  return sql`JSONExtractArrayRaw(${array})`;
}

function hasAny(subject: Operand, items: readonly Operand[]): Sql {
  const { values, arrays, tables } = listOf(items);
  const haystack = convert(subject, 'string');
  const tests: Sql[] = [];
  const texts = values.map((value) => convert(value, 'string'));
  const single: string[] = [];
  for (const [index, value] of texts.entries()) {
    const constant = values[index]?.constant?.value;
    const lower = typeof constant === 'string' ? constant.toLowerCase() : undefined;
    if (lower !== undefined && /^[a-z0-9]+$/.test(lower)) single.push(lower);
    else
      tests.push(
        needleTests.has(haystack, {
          ...value,
          ...(values[index]?.constant?.type === 'string' && { constant: values[index].constant }),
        }),
      );
  }
  if (single.length === 1)
    tests.push(sql`hasToken(lowerUTF8(${haystack}), ${literal(single[0] ?? '')})`);
  else if (single.length > 1) {
    tests.push(sql`hasAnyTokens(lowerUTF8(${haystack}), [${join(single.map(literal))}])`);
  }
  for (const array of arrays)
    tests.push(
      hasAnyOf(
        haystack,
        sql`arrayMap(_e -> lowerUTF8(JSONExtract(_e, 'String')), ${elementsOf(array)})`,
      ),
    );
  for (const table of tables) {
    const list = sql`(SELECT groupUniqArray(lowerUTF8(toString(${firstColumn(table)}))) FROM (${table}) AS _s)`;
    tests.push(hasAnyOf(haystack, list));
  }
  return tests.length === 0 ? sql`false` : sql`(${join(tests, sql` OR `)})`;
}

/** Whether one of the lower-case phrases stands in the text between term boundaries. */
function hasAnyOf(haystack: Operand, phrases: Sql): Sql {
  const pattern = sql`concat('(?s)(?:^|[^\\\\p{L}\\\\p{N}])', regexpQuoteMeta(_p), '(?:[^\\\\p{L}\\\\p{N}]|$)')`;
  return sql`arrayExists(_p -> position(lowerUTF8(${haystack}), _p) > 0 AND match(concat(' ', lowerUTF8(${haystack}), ' '), if(match(_p, '^[\\\\p{L}\\\\p{N}].*[\\\\p{L}\\\\p{N}]$|^[\\\\p{L}\\\\p{N}]$'), ${pattern}, concat('(?s)', regexpQuoteMeta(_p)))), ${phrases})`;
}

function hasAll(subject: Operand, items: readonly Operand[]): Sql {
  const { values, arrays, tables } = listOf(items);
  const haystack = convert(subject, 'string');
  const tests = values.map((value) => {
    const textValue = convert(value, 'string');
    return needleTests.has(haystack, {
      ...textValue,
      ...(value.constant?.type === 'string' && { constant: value.constant }),
    });
  });
  const all = (phrases: Sql) => sql`arrayAll(_w -> ${hasAnyOf(haystack, sql`[_w]`)}, ${phrases})`;
  for (const array of arrays)
    tests.push(
      all(sql`arrayMap(_e -> lowerUTF8(JSONExtract(_e, 'String')), ${elementsOf(array)})`),
    );
  for (const table of tables)
    tests.push(
      all(
        sql`(SELECT groupUniqArray(lowerUTF8(toString(${firstColumn(table)}))) FROM (${table}) AS _s)`,
      ),
    );
  return tests.length === 0 ? sql`true` : sql`(${join(tests, sql` AND `)})`;
}

export const listFunctions = {
  in: {
    doc: 'in-cs-operator',
    nullable: 'never',
    emit: (value: Operand, ...items: Operand[]) => contained(value, items, false),
  },
  '!in': {
    doc: 'not-in-cs-operator',
    nullable: 'never',
    emit: (value: Operand, ...items: Operand[]) => sql`(NOT ${contained(value, items, false)})`,
  },
  'in~': {
    doc: 'in-operator',
    nullable: 'never',
    emit: (value: Operand, ...items: Operand[]) => contained(value, items, true),
  },
  '!in~': {
    doc: 'not-in-operator',
    nullable: 'never',
    emit: (value: Operand, ...items: Operand[]) => sql`(NOT ${contained(value, items, true)})`,
  },
  has_any: {
    doc: 'has-any-operator',
    nullable: 'never',
    emit: (value: Operand, ...items: Operand[]) => hasAny(value, items),
  },
  has_all: {
    doc: 'has-all-operator',
    nullable: 'never',
    emit: (value: Operand, ...items: Operand[]) => hasAll(value, items),
  },
} satisfies Record<string, ScalarFunction>;
