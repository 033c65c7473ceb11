import type { Catalog, ScalarType } from './catalog/types.js';
import { HuntError } from './errors.js';
import { type BoundQuery, binderFailure, ColumnsNamedLate, NamesUnknown } from './kql/bind.js';
import { BoundQueries } from './kql/bound-queries.js';
import { functionsNameDatabases, mayNameDatabases } from './kql/databases.js';
import { declaredParameters, type FunctionText, functionsIn } from './kql/declarations.js';
import { checkDeclared, type DeclaredFunction } from './kql/declared-function.js';
import { hintsOn, hintsOnTables, type QueryHint } from './kql/hints.js';
import type { Edit } from './kql/source.js';
import { type SyntaxNode, startOf } from './kql/syntax.js';
import { type Visualization, visualizationOf } from './kql/visualization.js';
import { type QueryParameters, unsupported } from './plan/context.js';
import { explainPlan } from './plan/explain.js';
import { ExternalDataNeeded, type ExternalSource } from './plan/external-data.js';
import { answeredValue, type Evaluate, ValueNeeded, valueTable } from './plan/known-value.js';
import type { LogicalPlan, PlanExpression, Relation } from './plan/plan.js';
import { planQuery, tableNames } from './plan/query.js';
import { type TableRead, tableReads } from './plan/reads.js';
import { SchemaNeeded, schemaClause } from './plan/schema-probe.js';
import type { Scope } from './plan/scope.js';
import { type RowEncoding, rowText } from './sql/encode.js';
import { generateSql, type RowWriter } from './sql/generate.js';
import { atMoment, type TimelessSql, timeless } from './sql/moments.js';
import { longestSql, type Sql } from './sql/sql.js';

export interface ResultColumn {
  readonly name: string;
  readonly type: ScalarType;
}

/** A hunt as SQL: one SELECT whose only column `row` is the row's JSON object text. */
export interface SqlQuery {
  readonly kind: 'query';
  readonly sql: string;
  readonly columns: readonly ResultColumn[];
  /** How the query wants its rows shown. */
  readonly visualization?: Visualization | undefined;
  /** What the query calls its tables, where it may have several; undefined where it calls one nothing. */
  readonly tables?: readonly (string | undefined)[];
}

/**
 * A question that has to be answered before the hunt can be compiled, because its columns depend on the
 * data (`evaluate bag_unpack`) or its SQL on a value (`prev(x, toint("1"))`). Run `sql`, add its rows
 * under `key`, compile again.
 */
export interface Probe {
  readonly kind: 'probe';
  readonly key: string;
  readonly sql: string;
}

/** Files that the query names (`externaldata`). Fetch them, add their rows under the key, compile again. */
export interface ExternalProbe {
  readonly kind: 'external';
  readonly source: ExternalSource;
}

export type ProbeAnswers = ReadonlyMap<string, readonly Record<string, unknown>[]>;

export interface CompileOptions {
  readonly encoding?: RowEncoding;
  readonly probes?: ProbeAnswers;
  /** Values of `declare query_parameters`. */
  readonly parameters?: QueryParameters;
  /** Which of the query's tables, from 0; absent: it may have one alone. */
  readonly table?: number;
}

/** What compiling a hunt gives, for a hunt of any moment where it has `sql`. */
export interface Compiled {
  readonly query: Timeless<SqlQuery> | Timeless<Probe> | ExternalProbe;
  /** Whether it does for the same text, catalog, scope and options at any other moment and clock, whoever asks. */
  readonly isLasting: boolean;
}

type Timeless<Query> = Omit<Query, 'sql'> & { readonly sql: TimelessSql };

/** Binding is most of what compiling costs; dashboards and rules send the same texts again and again. */
const boundQueries = new BoundQueries(500);

/**
 * No I/O, no clock: the same SQL for the same text, catalog and scope.
 * @throws HuntError `kql.syntax` `kql.semantic` `kql.unsupported`, with a span where there is one
 */
export function compile(
  text: string,
  catalog: Catalog,
  scope: Scope,
  options: CompileOptions = {},
): Compiled {
  const watched = watchedScope(scope);
  const { bound, outcome } = planned(text, catalog, watched.scope, options);
  if (outcome.kind === 'external') return { query: outcome, isLasting: false };
  if (outcome.kind === 'probe') {
    const { sql } = outcome.query;
    return { query: { kind: 'probe', key: outcome.key, sql: timeless(sql) }, isLasting: false };
  }
  const { sql, columns } = outcome.query;
  const query: Timeless<SqlQuery> = {
    kind: 'query',
    sql: timeless(sql),
    columns,
    visualization: /\brender\b/.test(text) ? visualizationOf(bound.root) : undefined,
    ...(options.table !== undefined && { tables: tableNames(bound.root) }),
  };
  return { query, isLasting: !watched.wasRead() };
}

/**
 * The scope, and whether what differs from hunt to hunt has been read: its moment, the clock, who asks. Without that
 * the SQL serves other hunts too.
 */
function watchedScope(scope: Scope): { readonly scope: Scope; readonly wasRead: () => boolean } {
  let read = false;
  const watched = {
    ...scope,
    get now() {
      read = true;
      return scope.now;
    },
    get clock() {
      read = true;
      return scope.clock;
    },
    get principal() {
      read = true;
      return scope.principal;
    },
  };
  return { scope: watched, wasRead: () => read };
}

/**
 * Whether hunts could call a function that somebody wants to keep in the catalog.
 * @throws HuntError `catalog.invalid` with the line and column of what is wrong
 */
export function checkFunction(declared: DeclaredFunction, catalog: Catalog): void {
  checkDeclared(declared, catalog);
}

export { declaredParameters, type FunctionText, functionsIn };

/** The plan of the query, or of what has to be asked first. */
type Outcome =
  | { readonly kind: 'query'; readonly relation: Relation; readonly query: WrittenQuery }
  | {
      readonly kind: 'probe';
      readonly key: string;
      readonly relation: Relation;
      readonly query: WrittenQuery;
    }
  | ExternalProbe;

/** Computes values from the answers that there are; each once, however often the query reads it. */
function evaluator(probes: ProbeAnswers): Evaluate {
  const values = new Map<PlanExpression, PlanExpression>();
  return function evaluate(expression) {
    const known = values.get(expression);
    if (known) return known;
    const relation = valueTable(expression);
    const key = queryOf(relation, 'legacy', evaluate).sql.text;
    const answer = probes.get(key);
    if (!answer) throw new ValueNeeded(key, relation);
    const value = answeredValue(answer, expression.type);
    values.set(expression, value);
    return value;
  };
}

/** A question, unless it needs a value itself: then that comes first. */
function asked(key: string, relation: Relation, evaluate: Evaluate): Outcome {
  try {
    return { kind: 'probe', key, relation, query: queryOf(relation, 'legacy', evaluate) };
  } catch (error) {
    if (!(error instanceof ValueNeeded)) throw error;
    return asked(error.key, error.relation, evaluate);
  }
}

/** Plans the query; where its columns come from the data, it is bound again as if it declared them. */
function planned(
  text: string,
  catalog: Catalog,
  scope: Scope,
  options: CompileOptions,
  evaluate: Evaluate = evaluator(options.probes ?? new Map()),
): { readonly bound: BoundQuery; readonly outcome: Outcome } {
  const named = new Set<string>();
  // Columns that rows would have named, had there been one.
  const guessed = new Set<string>();
  let edits: Edit[] = [];
  let isGuessable = false;
  const probes = options.probes ?? new Map();
  const isNaming = mayNameDatabases(text) || functionsNameDatabases(catalog);
  const databases = isNaming ? scope.databaseNames : [];
  for (;;) {
    let bound: BoundQuery;
    try {
      bound = boundQueries.get(text, catalog, edits, named, guessed, databases);
    } catch (error) {
      const late = lateNames(error, named, isGuessable ? guessed : undefined);
      for (const name of late.names) late.known.add(name);
      edits = [];
      isGuessable = false;
      continue;
    }
    const endOf = (node: SyntaxNode) =>
      bound.spanInQuery({ start: startOf(node) + node.Width, length: 0 }).start;
    const ask = (key: string, probe: Relation) => {
      try {
        return { bound, outcome: asked(key, probe, evaluate) };
      } catch (error) {
        throw inQuery(error, bound);
      }
    };
    try {
      const relation = planQuery(
        bound.root,
        {
          catalog,
          named: bound.named,
          scope,
          parameters: options.parameters ?? {},
          probes,
          evaluate,
          placeOf: (node) => String(endOf(node)),
        },
        options.table,
      );
      const query = queryOf(relation, options.encoding ?? 'legacy', evaluate);
      return { bound, outcome: { kind: 'query', relation, query } };
    } catch (error) {
      if (error instanceof ValueNeeded) return ask(error.key, error.relation);
      if (error instanceof ExternalDataNeeded) {
        const span = bound.spanInQuery(error.source.span);
        return { bound, outcome: { kind: 'external', source: { ...error.source, span } } };
      }
      if (!(error instanceof SchemaNeeded)) throw inQuery(error, bound);
      const { key, call, probe, columns, unnamed } = error;
      if (!columns) return ask(key, probe);
      const start = endOf(call);
      // A catalog's function is no part of the query.
      if (start === 0) {
        throw inQuery(
          unsupported(call, 'A plugin whose columns depend on the data', 'declare them here'),
          bound,
        );
      }
      const there = new Set(columns.map(({ name }) => name));
      const guesses = unnamed ? [...guessed].filter((name) => !there.has(name)) : [];
      const all = [...columns, ...guesses.map((name) => ({ name, type: unnamed ?? 'string' }))];
      // What an earlier call of the same function had no row to name is named now.
      edits = edits.filter((edit) => edit.start !== start);
      edits.push({ start, length: 0, text: schemaClause(all) });
      isGuessable ||= unnamed !== undefined;
    }
  }
}

/** The names that a binding failed for and that the next one may know; an error that they do not mend is thrown. */
function lateNames(error: unknown, named: Set<string>, guessed: Set<string> | undefined) {
  if (error instanceof ColumnsNamedLate) return { names: error.names, known: named };
  if (!(error instanceof NamesUnknown)) throw error;
  const names = error.names.filter((name) => guessed && !guessed.has(name));
  if (!guessed || names.length === 0) throw error.cause;
  return { names, known: guessed };
}

/** The error with its span in the query as it was written. */
function inQuery(error: unknown, bound: BoundQuery): unknown {
  // Depth is bounded by the stack alone; an overflow unwinds cleanly, for all of this is pure.
  if (error instanceof RangeError) {
    return new HuntError(
      'kql.syntax',
      { message: 'The query is nested too deeply' },
      { cause: error },
    );
  }
  if (!(error instanceof HuntError)) return binderFailure(error) ?? error;
  if (!error.span) return error;
  const span = bound.spanInQuery(error.span);
  return new HuntError(error.code, error.parameters, { span, cause: error });
}

/** What becomes of a query on its way to the engine. */
export interface Explanation {
  readonly columns: readonly ResultColumn[];
  /** The logical plan, a line for each node. */
  readonly plan: string;
  readonly sql: string;
  readonly visualization?: Visualization | undefined;
  /** The stored tables that are read. */
  readonly reads: readonly TableRead[];
  readonly hints: readonly QueryHint[];
}

/** The query with its computed constants where they stand, if it can be written so: nothing is run to explain it. */
function outlined(...query: Parameters<typeof planned>): ReturnType<typeof planned> {
  try {
    const [text, catalog, scope, options] = query;
    return planned(text, catalog, scope, options, (expression) => expression);
  } catch (error) {
    if (!(error instanceof HuntError)) throw error;
    return planned(...query);
  }
}

/** @throws HuntError as `compile` does */
export function explain(
  text: string,
  catalog: Catalog,
  scope: Scope,
  options: CompileOptions = {},
): Explanation {
  const { bound, outcome } = outlined(text, catalog, scope, options);
  const columns = bound.columns;
  if (outcome.kind === 'external') {
    const plan = 'fetch the files of externaldata first';
    return { columns, plan, sql: '', reads: [], hints: hintsOn(bound) };
  }
  try {
    const { query } = outcome;
    const plan = inOrder(outcome.relation);
    const reads = tableReads(plan, outcome.relation.columns);
    return {
      columns: outcome.kind === 'query' ? query.columns : columns,
      plan: explainPlan(plan),
      sql: atMoment(timeless(query.sql), scope.now),
      visualization: visualizationOf(bound.root),
      reads,
      hints: [...hintsOn(bound), ...hintsOnTime(bound, reads, scope)],
    };
  } catch (error) {
    throw inQuery(error, bound);
  }
}

/** A query that neither says how far back it looks nor is told. */
function hintsOnTime(
  bound: BoundQuery,
  reads: readonly TableRead[],
  { askedFrom }: Scope,
): readonly QueryHint[] {
  if (askedFrom) return [];
  const endless = reads.filter(({ timeColumn, bounded }) => timeColumn !== null && !bounded);
  return hintsOnTables(
    bound,
    new Set(endless.map(({ table }) => table)),
    (table) => `No limit on time: this reads all of ${table} that is kept.`,
  );
}

interface WrittenQuery {
  readonly sql: Sql;
  readonly columns: readonly ResultColumn[];
}

function queryOf(relation: Relation, encoding: RowEncoding, evaluate: Evaluate): WrittenQuery {
  const { columns } = relation;
  const write: RowWriter = (operands) =>
    rowText(
      operands.map((operand, index) => ({ name: columns[index]?.name ?? '', operand })),
      encoding,
    );
  const sql = generateSql(inOrder(relation), columns, write, evaluate);
  if (sql.text.length > longestSql) {
    throw new HuntError('kql.unsupported', {
      what: `A query that becomes more than ${longestSql.toLocaleString('en')} characters of SQL`,
      because: 'it has to be simplified or split',
    });
  }
  return {
    sql,
    columns: columns.map(({ name, type }) => ({ name, type })),
  };
}

/** The plan with its rows in their order, unless it ends in just that. */
function inOrder({ plan, order }: Relation): LogicalPlan {
  if (order.length === 0) return plan;
  if (plan.kind === 'limit' && plan.by.length === 0 && plan.input.kind === 'sort') return plan;
  return { kind: 'sort', input: plan, keys: order };
}
