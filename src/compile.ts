import type { Catalog, ScalarType } from './catalog/types.js';
import type { Scope } from './plan/scope.js';

export interface ResultColumn {
  readonly name: string;
  readonly type: ScalarType;
}

/** How the row text is written: `legacy` for the generations before Graph, `graph` for Graph. */
export type RowEncoding = 'legacy' | 'graph';

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

export type ProbeAnswers = ReadonlyMap<string, readonly Record<string, unknown>[]>;

export interface CompileOptions {
  readonly encoding?: RowEncoding;
  readonly probes?: ProbeAnswers;
  /** Values of `declare query_parameters`. */
  readonly parameters?: Readonly<Record<string, string>>;
}

/**
 * No I/O, no clock: the same SQL for the same text, catalog and scope.
 * @throws HuntError `kql.syntax` `kql.semantic` `kql.unsupported`, with a span where there is one
 */
export function compile(
  _text: string,
  _catalog: Catalog,
  _scope: Scope,
  _options: CompileOptions = {},
): SqlQuery | SchemaProbe {
  throw new Error('under construction');
}
