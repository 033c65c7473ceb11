import type { LiteralValue } from '../../../kql/literals.js';
import type { LogicalPlan, PlanColumn } from '../../../plan/plan.js';
import { convert } from '../../convert.js';
import type { CallSite, ScalarFunction } from '../../functions.js';
import { elementsOf, isArray } from '../../json.js';
import { columnName, constantText, literalSql, type Operand } from '../../operand.js';
import { join, literal, type Sql, sql } from '../../sql.js';
import { foldedText, termsOf } from '../../terms.js';
import { comparable } from './comparison.js';
import { folded, has, hasPhrase, testTerms } from './text-search.js';

type Site = Pick<CallSite, 'span' | 'filter'>;

/** The right side of a list operator. */
interface List {
  readonly values: readonly Operand[];
  /** Dynamics whose elements count, known only when the query runs. */
  readonly arrays: readonly Operand[];
  readonly tables: readonly Operand[];
}

/** A dynamic array counts as its elements, and a table of literals as its values. */
function listOf(items: readonly Operand[]): List {
  const values: Operand[] = [];
  const arrays: Operand[] = [];
  const tables: Operand[] = [];
  for (const item of items) {
    const known = item.table ? tableElements(item) : dynamicElements(item);
    if (known) values.push(...known);
    else if (item.table) tables.push(item);
    else if (item.type === 'dynamic') arrays.push(item);
    else values.push(item);
  }
  return { values, arrays, tables };
}

function constantOperand(value: LiteralValue, { expression }: Operand): Operand {
  const isText = value.type === 'string' || value.type === 'dynamic';
  return {
    ...literalSql(value),
    type: value.type,
    nullable: value.value === null && !isText,
    constant: value,
    expression,
  };
}

function tableElements(table: Operand): Operand[] | undefined {
  const { expression } = table;
  if (expression.kind !== 'tableArgument') return undefined;
  const found = literalsOf(expression.input, expression.column);
  return found?.flatMap((value) => {
    const operand = constantOperand(value, table);
    return dynamicElements(operand) ?? [operand];
  });
}

/** The values of a column that are written in the query, or undefined. */
function literalsOf(plan: LogicalPlan, column: PlanColumn): LiteralValue[] | undefined {
  switch (plan.kind) {
    case 'values': {
      const place = plan.columns.indexOf(column);
      const cells = plan.rows.map((row) => row[place]);
      const found = cells.filter((cell) => cell?.kind === 'literal');
      return found.length === cells.length ? found : undefined;
    }
    case 'shared': {
      const source = plan.columns.find((candidate) => candidate.column === column)?.source;
      return source && literalsOf(plan.shared.plan, source);
    }
    case 'project': {
      const source = plan.columns.find((candidate) => candidate.column === column)?.expression;
      return source?.kind === 'column' ? literalsOf(plan.input, source.column) : undefined;
    }
    default:
      return undefined;
  }
}

/** The elements of a dynamic that is written in the query; undefined for anything else. */
export function dynamicElements(item: Operand): Operand[] | undefined {
  if (item.type !== 'dynamic') return undefined;
  const { constant, expression } = item;
  if (constant && typeof constant.value === 'string') {
    const parsed: unknown = JSON.parse(constant.value);
    const elements = Array.isArray(parsed) ? parsed : [parsed];
    return elements.map((element) => constantOperand(literalOf(element), item));
  }
  if (constant) return [];
  if (expression.kind !== 'call' || expression.name !== 'pack_array') return undefined;
  const parts = expression.arguments.filter((part) => part.kind === 'literal');
  return parts.length === expression.arguments.length
    ? parts.map((part) => constantOperand(part, item))
    : undefined;
}

function literalOf(element: unknown): LiteralValue {
  switch (typeof element) {
    case 'string':
      return { type: 'string', value: element };
    case 'number':
      return Number.isSafeInteger(element)
        ? { type: 'long', value: BigInt(element) }
        : { type: 'real', value: element };
    case 'boolean':
      return { type: 'bool', value: element };
    default:
      return { type: 'dynamic', value: element === null ? null : JSON.stringify(element) };
  }
}

/** A dynamic's elements as JSON texts; what is no array is its own only element. */
function elementTexts(value: Sql): Sql {
  return sql`multiIf(${isArray(value)}, ${elementsOf(value)}, empty(${value}), emptyArrayString(), [${value}])`;
}

function elementOperand(text: Sql, { expression }: Operand): Operand {
  return { ...text, type: 'dynamic', nullable: false, expression };
}

/** The column of a table argument, as its SELECT names it. */
function columnOf(table: Operand): Operand {
  if (table.expression.kind !== 'tableArgument') throw new Error('not a table argument');
  const isText = table.type === 'string' || table.type === 'dynamic';
  return {
    ...columnName(table.expression.column.id),
    type: table.type,
    nullable: !isText,
    expression: table.expression,
  };
}

// ---- in ------------------------------------------------------------------------------------------

type Fold = (operand: Operand) => Sql;

/** `x in (…)`. A null is in no list. */
function contained(subject: Operand, items: readonly Operand[], isFolded: boolean): Sql {
  const fold: Fold = (operand) =>
    isFolded && operand.type === 'string' ? folded(operand) : operand;
  const { values, arrays, tables } = listOf(items);
  const tests = [
    ...amongValues(subject, values, fold),
    ...arrays.map((array) => amongElements(subject, array, fold)),
    ...tables.map((table) => inTable(subject, table, fold)),
  ];
  const test = tests.length === 0 ? sql`false` : sql`(${join(tests, sql` OR `)})`;
  return subject.nullable || subject.type === 'dynamic' ? sql`ifNull(${test}, false)` : test;
}

/** One IN for all constants that compare with the value in the same form, and comparisons with the rest. */
function amongValues(subject: Operand, values: readonly Operand[], fold: Fold): Sql[] {
  const sets = new Map<string, { left: Sql; items: Sql[] }>();
  const tests: Sql[] = [];
  for (const value of values) {
    if (value.constant && value.nullable) continue;
    const [a, b] = comparable(subject, value);
    const [left, right] = [fold(a), fold(b)];
    if (value.constant) {
      const set = sets.get(left.text) ?? { left, items: [] };
      set.items.push(right);
      sets.set(left.text, set);
    } else tests.push(sql`ifNull(${left} = ${right}, false)`);
  }
  const inSets = [...sets.values()].map(({ left, items }) => sql`${left} IN (${join(items)})`);
  return [...inSets, ...tests];
}

function amongElements(subject: Operand, array: Operand, fold: Fold): Sql {
  const type = subject.type === 'dynamic' ? 'string' : subject.type;
  const left = fold(convert(subject, type));
  const element = fold(convert(elementOperand(sql`_e`, array), type));
  const elements = sql`arrayMap(_e -> ${element}, ${elementTexts(array)})`;
  // Known once for all rows: a set is faster than a look through the array.
  return array.expression.kind === 'scalarSubquery'
    ? sql`${left} IN (SELECT arrayJoin(${elements}))`
    : sql`has(${elements}, ${left})`;
}

function inTable(subject: Operand, table: Operand, fold: Fold): Sql {
  const type = subject.type === 'dynamic' ? 'string' : subject.type;
  const left = fold(convert(subject, type));
  const column = columnOf(table);
  if (table.type === 'dynamic') {
    const element = fold(convert(elementOperand(sql`_e`, table), type));
    return sql`${left} IN (SELECT arrayJoin(arrayMap(_e -> ${element}, ${elementTexts(column)})) FROM (${table}))`;
  }
  const right = fold(convert(column, type));
  if (right.text === column.text) return sql`${left} IN (${table})`;
  return sql`${left} IN (SELECT ${right} FROM (${table}))`;
}

// ---- has_any, has_all ----------------------------------------------------------------------------

/** Needles that a table may give, as Kusto bounds them. */
const maxNeedles = sql`10000`;

/** How one of several needles, or all of them, are looked for. */
interface Combination {
  readonly isAny: boolean;
  readonly tokens: Sql;
  readonly array: Sql;
  readonly operator: Sql;
}

const any: Combination = {
  isAny: true,
  tokens: sql`hasAnyTokens`,
  array: sql`arrayExists`,
  operator: sql` OR `,
};
const every: Combination = {
  isAny: false,
  tokens: sql`hasAllTokens`,
  array: sql`arrayAll`,
  operator: sql` AND `,
};

function hasList(
  call: Site,
  subject: Operand,
  items: readonly Operand[],
  combination: Combination,
): Sql {
  const { values, arrays, tables } = listOf(items);
  const haystack = convert(subject, 'string');
  const tests = [
    ...needleTests(call, subject, values, combination),
    ...arrays.map((array) =>
      array.expression.kind === 'scalarSubquery'
        ? hasTable(subject, sql`SELECT arrayJoin(${needleTexts(array)}) AS _n`, combination)
        : hasElements(haystack, array, combination),
    ),
    ...tables.map((table) => hasTable(subject, needleRows(table), combination)),
  ];
  if (tests.length === 0) return combination.isAny ? sql`false` : sql`true`;
  return sql`(${join(tests, combination.operator)})`;
}

/** Of several needles, those of one term each go to the index together. */
function needleTests(
  call: Site,
  subject: Operand,
  values: readonly Operand[],
  { isAny }: Combination,
): Sql[] {
  const needles = values.map(textNeedle);
  const terms = new Set<string>();
  const others: Operand[] = [];
  for (const needle of needles) {
    const lower = constantText(needle)?.toLowerCase();
    if (lower !== undefined && termsOf(lower)[0] === lower) terms.add(lower);
    else others.push(needle);
  }
  if (!isAny || terms.size < 2) return needles.map((needle) => has(call, subject, needle));
  return [
    hasAnyTerm(call, subject, [...terms]),
    ...others.map((needle) => has(call, subject, needle)),
  ];
}

function hasAnyTerm(call: Site, subject: Operand, terms: readonly string[]): Sql {
  const list = sql`[${join(terms.map(literal))}]`;
  const test = testTerms(subject, (searched) => sql`hasAnyTokens(${searched}, ${list})`);
  // For the index alone: see `narrowed`.
  const isNarrowed =
    call.filter && subject.type === 'dynamic' && subject.expression.kind === 'column';
  const isPlain = terms.length <= maxSearched && terms.every((term) => /^[a-z0-9]{4,}$/.test(term));
  return isNarrowed && isPlain
    ? sql`(multiSearchAny(${foldedText(subject)}, ${list}) AND ${test})`
    : test;
}

/** What the engine takes at a time. */
const maxSearched = 255;

function textNeedle(value: Operand): Operand {
  if (value.type === 'string') return value;
  const constant = value.constant;
  const isPlain =
    constant &&
    (constant.type === 'long' || constant.type === 'int' || constant.type === 'dynamic');
  return isPlain && constant.value !== null
    ? constantOperand({ type: 'string', value: String(constant.value) }, value)
    : convert(value, 'string');
}

function needleTexts(array: Operand): Sql {
  const text = convert(elementOperand(sql`_e`, array), 'string');
  return sql`arrayMap(_e -> ${foldedText(text)}, ${elementTexts(array)})`;
}

function hasElements(haystack: Operand, array: Operand, { array: fn }: Combination): Sql {
  const searched = folded(haystack);
  return sql`${fn}(_n -> ${hasPhrase(searched, sql`_n`)}, ${needleTexts(array)})`;
}

function needleRows(table: Operand): Sql {
  const column = columnOf(table);
  if (table.type === 'dynamic') {
    return sql`SELECT arrayJoin(${needleTexts(column)}) AS _n FROM (${table})`;
  }
  return sql`SELECT ${foldedText(convert(column, 'string'))} AS _n FROM (${table})`;
}

/** Needles that are known when the query starts: one-term ones for the index, and the rest. */
function hasTable(
  subject: Operand,
  rows: Sql,
  { isAny, tokens, array, operator }: Combination,
): Sql {
  const isSingle = sql`match(_n, '^[\\\\p{L}\\\\p{N}]+$')`;
  const needles = sql`(SELECT (groupUniqArrayIf(${maxNeedles})(_n, ${isSingle}), groupUniqArrayIf(${maxNeedles})(_n, NOT ${isSingle})) FROM (${rows}))`;
  const [single, phrases] = [sql`tupleElement(${needles}, 1)`, sql`tupleElement(${needles}, 2)`];
  const ofPhrases = sql`${array}(_n -> ${hasPhrase(folded(convert(subject, 'string')), sql`_n`)}, ${phrases})`;
  // Constants: where there is no such needle the engine drops the test.
  const some = (list: Sql, test: Sql) =>
    isAny ? sql`(notEmpty(${list}) AND ${test})` : sql`(empty(${list}) OR ${test})`;
  const ofSingle = testTerms(subject, (searched) => sql`${tokens}(${searched}, ${single})`);
  return sql`(${some(single, ofSingle)}${operator}${some(phrases, ofPhrases)})`;
}

type Examples = readonly (readonly [kql: string, value: string])[];

function membership(
  doc: string,
  isFolded: boolean,
  isIn: boolean,
  examples: Examples,
): ScalarFunction {
  return {
    doc,
    nullable: 'never',
    emit: (value: Operand, ...items: Operand[]) => {
      const test = contained(value, items, isFolded);
      return isIn ? test : sql`(NOT ${test})`;
    },
    examples,
  };
}

export const listFunctions = {
  in: membership('in-cs-operator', false, true, [
    ['"abc" in ("123", "abc")', 'true'],
    ['2 in (dynamic([1, 2]))', 'true'],
    ['int(null) in (1)', 'false'],
  ]),
  '!in': membership('not-in-cs-operator', false, false, [['"bca" !in ("123", "abc")', 'true']]),
  'in~': membership('in-operator', true, true, [['"Abc" in~ ("123", "ABC")', 'true']]),
  '!in~': membership('not-in-operator', true, false, [['"Abc" !in~ ("ABC")', 'false']]),
  has_any: {
    doc: 'has-any-operator',
    nullable: 'never',
    emitCall: (call, value: Operand, ...items: Operand[]) => hasList(call, value, items, any),
    examples: [
      ['"North America" has_any ("south", "north")', 'true'],
      ['"cmd.exe /c whoami" has_any (dynamic(["net.exe", "cmd.exe"]))', 'true'],
    ],
  },
  has_all: {
    doc: 'has-all-operator',
    nullable: 'never',
    emitCall: (call, value: Operand, ...items: Operand[]) => hasList(call, value, items, every),
    examples: [['"visual studio code" has_all ("code", "Visual")', 'true']],
  },
  has_any_index: {
    doc: 'has-any-index-function',
    nullable: 'never',
    emit: (source: Operand, values: Operand) => {
      const searched = folded(convert(source, 'string'));
      const list = needleTexts(convert(values, 'dynamic'));
      return sql`(toInt64(arrayFirstIndex(_n -> ${hasPhrase(searched, sql`_n`)}, ${list})) - 1)`;
    },
    examples: [
      ['has_any_index("this is an example", dynamic(["not", "example"]))', '1'],
      ['has_any_index("this is an example", dynamic([]))', '-1'],
    ],
  },
} satisfies Record<string, ScalarFunction>;
