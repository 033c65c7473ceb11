import type { ScalarType } from '../catalog/types.js';
import type { SchemaColumn, SyntaxNode } from '../kql/syntax.js';
import type { Relation } from './plan.js';

/**
 * Thrown while planning: the columns of a plugin's result depend on the data. Without `columns` the
 * probe has to be run and its rows given as the answer to `key`; with them the query has to be bound
 * again as if it declared them behind `call`.
 */
export class SchemaNeeded extends Error {
  readonly key: string;
  readonly call: SyntaxNode;
  readonly probe: Relation;
  readonly columns: readonly SchemaColumn[] | undefined;
  /** The data had no row to name columns: the query may name any, of this type. */
  readonly unnamed: ScalarType | undefined;

  constructor(parts: Pick<SchemaNeeded, 'key' | 'call' | 'probe' | 'columns' | 'unnamed'>) {
    super('schema needed');
    this.name = 'SchemaNeeded';
    this.key = parts.key;
    this.call = parts.call;
    this.probe = parts.probe;
    this.columns = parts.columns;
    this.unnamed = parts.unnamed;
  }
}

/** ` : (Name: type, …)`, the clause that declares a plugin's columns. */
export function schemaClause(columns: readonly SchemaColumn[]): string {
  const items = columns.map(({ name, type }) => `${bracketed(name)}: ${type}`);
  return ` : (${items.join(', ')})`;
}

function bracketed(name: string): string {
  const escaped = name
    .replace(/[\\"]/g, '\\$&')
    .replace(/[\n\r\t]/g, (c) => JSON.stringify(c).slice(1, -1));
  return `["${escaped}"]`;
}
