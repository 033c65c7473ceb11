import type { Catalog, ScalarType } from './catalog/types.js';
import { HuntError } from './errors.js';
import type { BoundQuery } from './kql/bind.js';
import { BoundQueries } from './kql/bound-queries.js';
import { explainPlan } from './plan/explain.js';
import { ExternalDataNeeded, type ExternalSource } from './plan/external-data.js';
import type { LogicalPlan, Relation } from './plan/plan.js';
import { planQuery } from './plan/query.js';
import type { Scope } from './plan/scope.js';
import { type RowEncoding, rowText } from './sql/encode.js';
import { generateSql, type RowWriter } from './sql/generate.js';

export interface ResultColumn {
  readonly name: string;
  readonly type: ScalarType;
}

/** A hunt as SQL: one SELECT whose only column `row` is the row's JSON object text. */
export interface SqlQuery {
  readonly kind: 'query';
  readonly sql: string;
  readonly columns: readonly ResultColumn[];
}

/**
 * A question that has to be answered from the data before the hunt can be bound, because its
 * columns depend on them (`evaluate bag_unpack`). Run `sql`, add its rows under `key`, compile again.
 */
export interface SchemaProbe {
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
  readonly parameters?: Readonly<Record<string, string>>;
}

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
): SqlQuery | SchemaProbe | ExternalProbe {
  const bound = boundQueries.get(text, catalog);
  try {
    const relation = planQuery(bound.root, {
      catalog,
      scope,
      parameters: options.parameters ?? {},
      probes: options.probes ?? new Map(),
    });
    return queryOf(relation, options.encoding ?? 'legacy');
  } catch (error) {
    if (error instanceof ExternalDataNeeded) {
      const span = bound.spanInQuery(error.source.span);
      return { kind: 'external', source: { ...error.source, span } };
    }
    throw inQuery(error, bound);
  }
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
  if (!(error instanceof HuntError) || !error.span) return error;
  const span = bound.spanInQuery(error.span);
  return new HuntError(error.code, error.parameters, { span, cause: error });
}

/** What becomes of a query on its way to the engine. */
export interface Explanation {
  readonly columns: readonly ResultColumn[];
  /** The logical plan, a line for each node. */
  readonly plan: string;
  readonly sql: string;
}

/** @throws HuntError as `compile` does */
export function explain(
  text: string,
  catalog: Catalog,
  scope: Scope,
  options: CompileOptions = {},
): Explanation {
  const query = compile(text, catalog, scope, options);
  const bound = boundQueries.get(text, catalog);
  const parameters = options.parameters ?? {};
  const probes = options.probes ?? new Map();
  if (query.kind === 'external') {
    return { columns: bound.columns, plan: 'fetch the files of externaldata first', sql: '' };
  }
  const relation = planQuery(bound.root, { catalog, scope, parameters, probes });
  return {
    columns: query.kind === 'query' ? query.columns : bound.columns,
    plan: explainPlan(inOrder(relation)),
    sql: query.sql,
  };
}

function queryOf(relation: Relation, encoding: RowEncoding): SqlQuery {
  const { columns } = relation;
  const write: RowWriter = (operands) =>
    rowText(
      operands.map((operand, index) => ({ name: columns[index]?.name ?? '', operand })),
      encoding,
    );
  return {
    kind: 'query',
    sql: generateSql(inOrder(relation), columns, write).text,
    columns: columns.map(({ name, type }) => ({ name, type })),
  };
}

/** The plan with its rows in their order, unless it ends in just that. */
function inOrder({ plan, order }: Relation): LogicalPlan {
  if (order.length === 0) return plan;
  if (plan.kind === 'limit' && plan.by.length === 0 && plan.input.kind === 'sort') return plan;
  return { kind: 'sort', input: plan, keys: order };
}
