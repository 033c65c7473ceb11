import { type Builder, same } from '../builder.js';
import {
  type LogicalPlan,
  longLiteral,
  type PlanColumn,
  type PlanExpression,
  type Relation,
  stringLiteral,
} from '../plan.js';
import { converted } from '../scan.js';

/** Sets of columns that are tried: the work for each combination of values. */
const mostSets = 5_000;

/** What is searched for patterns: the columns of a table, and what its rows count in each of some sets. */
export interface PatternSearch {
  readonly input: Relation;
  readonly columns: readonly PlanColumn[];
  readonly weights: readonly PlanExpression[];
  /** The least part of one of the sets that a value has to have. */
  readonly threshold: number;
  /** Columns of a pattern, without those whose values follow from the others'. */
  readonly dimensions: number;
}

/** Patterns, a row each: of every column the value that its rows share, or ''; and how much they count. */
export interface Patterns {
  readonly relation: Relation;
  readonly values: readonly PlanColumn[];
  readonly counts: readonly PlanColumn[];
  /** What all rows of each set count. */
  readonly totals: readonly PlanExpression[];
}

/** Combinations of frequent values, each with what its rows count: the others' place is left empty. */
export interface Combinations {
  readonly rows: () => Relation;
  readonly totals: readonly PlanExpression[];
}

/** How many columns can be searched: their sets have to be written out. */
export function setsOf(columns: number, dimensions: number): number[] | undefined {
  const sets: number[] = [];
  const visit = (from: number, set: number, size: number): boolean => {
    if (size > 0) sets.push(set);
    if (size === dimensions) return true;
    for (let index = from; index < columns; index++) {
      if (sets.length > mostSets || !visit(index + 1, set + 2 ** index, size + 1)) return false;
    }
    return true;
  };
  return columns <= 50 && visit(0, 0, 0) && sets.length <= mostSets ? sets : undefined;
}

/** The distinct rows, in which only values stay that are frequent in one of the sets. */
export function combinationsOf(build: Builder, search: PatternSearch): Combinations {
  const { input, columns, weights, threshold } = search;
  const texts = columns.map((column) => ({
    column: build.column(column.name, 'string'),
    expression: converted({ kind: 'column', column, type: column.type }, 'string'),
  }));
  const weighed = weights.map((weight) => ({
    column: build.column('weight', 'long'),
    expression: converted(weight, 'long'),
  }));
  const rows = build.project(input, [...texts, ...weighed]);
  const counts = weighed.map(() => build.column('count', 'long'));
  const distinct = build.group(
    rows,
    texts.map(({ column }) => column),
    counts.map((column, index) => sum(column, weighed[index]?.column)),
  );
  const shared = build.shared(distinct);
  const totals = counts.map((_, index) => totalOf(build, shared(), columns.length + index));
  let frequent = shared();
  const keys = frequent.columns.slice(0, columns.length);
  const parts = frequent.columns.slice(columns.length);
  const items = keys.map((key) => {
    const sums = parts.map((part) => ({
      column: build.column('total', 'long'),
      name: 'total',
      arguments: [part],
    }));
    frequent = build.window(frequent, [key], [], sums);
    const enough = sums.map(({ column }, index) =>
      build.call('>=', [column, shareOf(build, totals[index], threshold)], 'bool'),
    );
    const kept = build.call('or', enough, 'bool');
    return {
      column: build.column(key.name, 'string'),
      expression: build.call('iff', [kept, key, stringLiteral('')], 'string'),
    };
  });
  const combined = build.group(
    frequent,
    items,
    parts.map((part) => sum(build.column('count', 'long'), part)),
  );
  return { rows: build.shared(combined), totals };
}

/** All patterns of the combinations that are as narrow as their rows allow: a value that all share is part of it. */
export function patternsOf(
  build: Builder,
  { rows, totals }: Combinations,
  { columns, threshold }: PatternSearch,
  sets: readonly number[],
): Patterns {
  const combined = rows();
  const items = combined.columns.slice(0, columns.length);
  const parts = combined.columns.slice(columns.length);
  const text = build.column('set', 'string');
  const set = build.column('set', 'long');
  const there = build.column('there', 'long');
  const plan: LogicalPlan = {
    kind: 'unnest',
    input: combined.plan,
    items: [
      {
        column: text,
        expression: build.call(
          'texts',
          sets.map((each) => stringLiteral(String(each))),
          'dynamic',
        ),
      },
    ],
    index: null,
    limit: null,
  };
  const numbered = build.extend({ ...combined, plan, columns: [...combined.columns, text] }, [
    { column: set, expression: build.call('tolong', [text], 'long') },
    { column: there, expression: presence(build, items) },
  ]);
  const chosen = build.call('binary_and', [set, there], 'long');
  const possible = build.filter(numbered, build.call('==', [chosen, set], 'bool'));
  const keys = items.map((item, index) => ({
    column: build.column(item.name, 'string'),
    expression: build.call('iff', [hasBit(build, set, index), item, stringLiteral('')], 'string'),
  }));
  const least = items.map((item) => build.column(item.name, 'string'));
  const most = items.map((item) => build.column(item.name, 'string'));
  const sums = parts.map(() => build.column('count', 'long'));
  const grouped = build.group(
    possible,
    [set, ...keys],
    [
      ...sums.map((column, index) => sum(column, parts[index])),
      ...least.map((column, index) => ({
        column,
        name: 'min',
        arguments: items.slice(index, index + 1),
      })),
      ...most.map((column, index) => ({
        column,
        name: 'max',
        arguments: items.slice(index, index + 1),
      })),
    ],
  );
  const enough = sums.map((count, index) =>
    build.call('>=', [count, shareOf(build, totals[index], threshold)], 'bool'),
  );
  const frequent = build.filter(grouped, build.call('or', enough, 'bool'));
  const values = least.map((low, index) => {
    const isShared = build.call('==', [low, most[index] ?? low], 'bool');
    return {
      column: build.column(low.name, 'string'),
      expression: build.call('iff', [isShared, low, stringLiteral('')], 'string'),
    };
  });
  const counts = sums.map(() => build.column('count', 'long'));
  const relation = build.group(
    build.project(frequent, [...values, ...sums.map(same)]),
    values.map(({ column }) => column),
    counts.map((column, index) => ({
      column,
      name: 'max',
      arguments: sums.slice(index, index + 1),
    })),
  );
  return { relation, values: values.map(({ column }) => column), counts, totals };
}

function sum(column: PlanColumn, value: PlanColumn | undefined) {
  return { column, name: 'sum', arguments: value ? [value] : [] };
}

function totalOf(build: Builder, table: Relation, place: number): PlanExpression {
  const column = build.column('total', 'long');
  const { plan } = build.group(table, [], [sum(column, table.columns[place])]);
  return { kind: 'scalarSubquery', input: plan, column, type: 'long' };
}

function shareOf(build: Builder, total: PlanExpression | undefined, share: number): PlanExpression {
  const part: PlanExpression = { kind: 'literal', type: 'real', value: share };
  // What counts nothing has no frequent values.
  const most = build.call('max_of', [total ?? longLiteral(0), longLiteral(1)], 'long');
  return build.call('*', [most, part], 'real');
}

function bit(index: number): PlanExpression {
  return longLiteral(2n ** BigInt(index));
}

function hasBit(build: Builder, set: PlanColumn, index: number): PlanExpression {
  const chosen = build.call('binary_and', [set, bit(index)], 'long');
  return build.call('!=', [chosen, longLiteral(0)], 'bool');
}

/** A bit for each column that has a value. */
function presence(build: Builder, items: readonly PlanColumn[]): PlanExpression {
  return items
    .map((item, index) => {
      const isThere = build.call('!=', [item, stringLiteral('')], 'bool');
      return build.call('iff', [isThere, bit(index), longLiteral(0)], 'long');
    })
    .reduce((all, each) => build.call('+', [all, each], 'long'), longLiteral(0));
}
