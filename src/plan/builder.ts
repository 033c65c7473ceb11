import type { ScalarType } from '../catalog/types.js';
import type { TextSpan } from '../errors.js';
import { newColumn, type PlanContext } from './context.js';
import {
  columnReference,
  type JoinKind,
  type LogicalPlan,
  longLiteral,
  type PlanAssignment,
  type PlanColumn,
  type PlanExpression,
  type Relation,
  type SortKey,
} from './plan.js';
import { tableVariable, useTable } from './tables.js';

type Value = PlanExpression | PlanColumn;

/** An aggregate or a window function by its registry name. */
export interface Measure {
  readonly column: PlanColumn;
  readonly name: string;
  readonly arguments: readonly Value[];
}

/** Steps of an operator that is made of others, as plan nodes with the operator's span. */
export class Builder {
  readonly #context: PlanContext;
  readonly #span: TextSpan;

  constructor(context: PlanContext, span: TextSpan) {
    this.#context = context;
    this.#span = span;
  }

  column(name: string, type: ScalarType): PlanColumn {
    return newColumn(this.#context, name, type);
  }

  call(name: string, parts: readonly Value[], type: ScalarType): PlanExpression {
    return { kind: 'call', name, arguments: parts.map(expressionOf), type, span: this.#span };
  }

  all(...conditions: Value[]): PlanExpression {
    return this.call('and', conditions, 'bool');
  }

  filter(input: Relation, condition: PlanExpression): Relation {
    return { ...input, plan: { kind: 'filter', input: input.plan, condition } };
  }

  /** The input with more columns. */
  extend(input: Relation, assignments: readonly PlanAssignment[]): Relation {
    const kept = [...new Set([...input.columns, ...orderColumns(input)])].map(same);
    return {
      ...input,
      plan: { kind: 'project', input: input.plan, columns: [...kept, ...assignments] },
      columns: [...input.columns, ...assignments.map(({ column }) => column)],
    };
  }

  /** These columns only. */
  project(input: Relation, assignments: readonly PlanAssignment[]): Relation {
    return relationOf(
      { kind: 'project', input: input.plan, columns: assignments },
      assignments.map(({ column }) => column),
    );
  }

  group(
    input: Relation,
    keys: readonly (PlanColumn | PlanAssignment)[],
    measures: readonly Measure[] = [],
  ): Relation {
    const assignments = keys.map((key) => ('expression' in key ? key : same(key)));
    const span = this.#span;
    const aggregates = measures.map(({ column, name, arguments: parts }) => ({
      column,
      name,
      arguments: parts.map(expressionOf),
      position: null,
      span,
    }));
    return relationOf(
      { kind: 'aggregate', input: input.plan, keys: assignments, aggregates },
      [...assignments, ...aggregates].map(({ column }) => column),
    );
  }

  /** Window functions over the rows with equal `by` columns, in the order of `order`. */
  window(
    input: Relation,
    by: readonly PlanColumn[],
    order: readonly PlanColumn[],
    functions: readonly Measure[],
  ): Relation {
    const span = this.#span;
    return {
      ...input,
      plan: {
        kind: 'window',
        input: input.plan,
        partitionBy: by,
        orderBy: order.map(ascending),
        functions: functions.map(({ column, name, arguments: parts }) => ({
          column,
          name,
          arguments: parts.map(expressionOf),
          span,
        })),
      },
      columns: [...input.columns, ...functions.map(({ column }) => column)],
    };
  }

  /** All columns of the left side, and `right` columns of the other. Nulls equal nothing. */
  join(
    join: JoinKind,
    left: Relation,
    right: Relation,
    on: readonly (readonly [left: Value, right: Value])[],
    kept: readonly PlanColumn[] = [],
  ): Relation {
    return relationOf(
      {
        kind: 'join',
        join,
        uniqueLeft: false,
        left: left.plan,
        right: right.plan,
        on: on.map(([first, second]) => ({
          left: expressionOf(first),
          right: expressionOf(second),
        })),
        output: [
          ...left.columns.map((column) => ({ column, source: column, side: 'left' as const })),
          ...kept.map((column) => ({ column, source: column, side: 'right' as const })),
        ],
      },
      [...left.columns, ...kept],
    );
  }

  /** One row for each whole number from `from` up to below `to`. */
  eachNumber(input: Relation, from: Value, to: Value): [Relation, PlanColumn] {
    const text = this.column('number', 'dynamic');
    const number = this.column('number', 'long');
    const unnested: Relation = {
      ...input,
      plan: {
        kind: 'unnest',
        input: input.plan,
        items: [{ column: text, expression: this.call('numbers_between', [from, to], 'dynamic') }],
        index: null,
        limit: null,
      },
      columns: [...input.columns, text],
    };
    const value = { column: number, expression: this.call('tolong', [text], 'long') };
    return [this.extend(unnested, [value]), number];
  }

  /** A table that is used several times: each use has columns of its own, in the same places. */
  shared(relation: Relation): () => Relation {
    const variable = tableVariable(relation, this.#context, true);
    if (variable.kind !== 'table') throw new Error('a table variable is a table');
    return () => useTable(variable, this.#context);
  }
}

export function expressionOf(value: Value): PlanExpression {
  return 'kind' in value ? value : columnReference(value);
}

export function same(column: PlanColumn): PlanAssignment {
  return { column, expression: columnReference(column) };
}

export const zero = longLiteral(0);
export const one = longLiteral(1);

function ascending(column: PlanColumn): SortKey {
  return { expression: columnReference(column), descending: false, nullsFirst: true };
}

function orderColumns(input: Relation): PlanColumn[] {
  return input.order.flatMap(({ expression }) =>
    expression.kind === 'column' ? [expression.column] : [],
  );
}

function relationOf(plan: LogicalPlan, columns: readonly PlanColumn[]): Relation {
  return { plan, columns, order: [], ingestionTime: null };
}
