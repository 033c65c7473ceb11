import type { Catalog, ScalarType } from '../catalog/types.js';
import { HuntError } from '../errors.js';
import { type Expression, type SyntaxNode, spanOf } from '../kql/syntax.js';
import type { Evaluate } from './known-value.js';
import type { PlanColumn, PlanExpression, Relation, SharedPlan } from './plan.js';
import type { Scope } from './scope.js';

export interface TableVariable {
  readonly kind: 'table';
  readonly relation: Relation;
  readonly shared: SharedPlan;
  readonly parts?: Parts;
}

/** It names the rows of each part: `as` inside `partition`. */
export interface Parts {
  /** What tells the parts apart. */
  readonly columns: readonly PlanColumn[];
  /** The same in the rows at hand; undefined where they do not have it. */
  readonly here: readonly PlanColumn[] | undefined;
  /** The stages of a sub-query on the rows of each part. */
  readonly run: (stages: readonly Expression[], rows: Relation, context: PlanContext) => Relation;
}

/** What a name that is no column means: `let`, a function's parameter, `as`. */
export type Variable =
  | { readonly kind: 'scalar'; readonly expression: PlanExpression }
  | TableVariable
  /** A `let` function; its body sees the names of the place where it was declared. */
  | { readonly kind: 'function'; readonly declaration: SyntaxNode; readonly context: PlanContext }
  /** `declare pattern`: bodies chosen by the values of constant arguments. */
  | { readonly kind: 'pattern'; readonly declaration: SyntaxNode; readonly context: PlanContext };

/** Values of `declare query_parameters`, by name: plain text, or as KQL writes it (`"a\nb"`). */
export type QueryParameters = Readonly<Record<string, string | { readonly literal: string }>>;

/** Everything that the meaning of a piece of query text depends on, besides its input rows. */
export interface PlanContext {
  readonly catalog: Catalog;
  /** The columns outside `*` that the query names. */
  readonly named: ReadonlySet<string>;
  readonly scope: Scope;
  readonly variables: ReadonlyMap<string, Variable>;
  /**
   * Columns whose values set apart the rows that one run of a sub-query sees (`partition`,
   * `mv-apply`): operators that look at several rows look at rows with equal ones.
   */
  readonly partition: readonly PlanColumn[];
  /** Values of `declare query_parameters`, by name. */
  readonly parameters: QueryParameters;
  /** What had to be asked before the query could be planned, by key: external files, columns that depend on data. */
  readonly probes: ReadonlyMap<string, readonly Record<string, unknown>[]>;
  /** A name for a node's end that stays the same when the query is bound again with edits behind it. */
  readonly placeOf: (node: SyntaxNode) => string;
  readonly counter: { next: number };
  /** Computes an expression without columns. */
  readonly evaluate: Evaluate;
  /** The translation of expressions, which needs that of tables and the reverse. */
  readonly plan: {
    /** A tabular expression; `input` is what a leading operator without a source reads. */
    readonly table: (node: Expression, context: PlanContext, input?: Relation) => Relation;
    readonly scalar: (node: Expression, context: PlanContext, row: Row) => PlanExpression;
  };
}

/** The names that a scalar expression can see. */
export interface Row {
  readonly columns: readonly PlanColumn[];
  /** Qualified names: `$left` and `$right` of a join, the variables of a graph pattern. */
  readonly members?: ReadonlyMap<string, readonly PlanColumn[]>;
  readonly ingestionTime?: PlanColumn | null;
  /** Takes over calls that the operator evaluates itself: aggregates, window functions. */
  readonly intercept?: (call: Expression, name: string, row: Row) => PlanExpression | undefined;
  /** A column that only other tables of a `search` or `find` have counts as null. */
  readonly lenient?: true;
}

export const noRow: Row = { columns: [] };

export function rowOf(relation: Relation): Row {
  return { columns: relation.columns, ingestionTime: relation.ingestionTime };
}

export function newColumn(context: PlanContext, name: string, type: ScalarType): PlanColumn {
  return { id: context.counter.next++, name, type };
}

export function withVariables(
  context: PlanContext,
  added: Iterable<readonly [string, Variable]>,
): PlanContext {
  return { ...context, variables: new Map([...context.variables, ...added]) };
}

/** The context of a table that is the same for every row and every part: it sees no value of theirs. */
export function apartFromRows(context: PlanContext): PlanContext {
  const variables = new Map(
    [...context.variables].filter(
      ([, variable]) => variable.kind !== 'scalar' || isConstant(variable.expression),
    ),
  );
  return { ...context, variables, partition: [] };
}

/** It has one value for all rows. */
export function isConstant(expression: PlanExpression): boolean {
  if (expression.kind === 'column') return false;
  return expression.kind !== 'call' || expression.arguments.every(isConstant);
}

/** Refuses a part of the query that Quarry cannot run. */
export function unsupported(node: SyntaxNode, what: string, because: string): HuntError {
  return new HuntError('kql.unsupported', { what, because }, { span: spanOf(node) });
}
