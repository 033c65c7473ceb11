import type { ScalarType } from '../catalog/types.js';
import type { TextSpan } from '../errors.js';
import { newColumn, type PlanContext, type Variable } from './context.js';
import { joined } from './operators/join.js';
import { unionOf } from './operators/union.js';
import {
  columnReference,
  type PlanAssignment,
  type PlanColumn,
  type PlanExpression,
  type Relation,
} from './plan.js';
import { converted } from './scan.js';
import { tableVariable, useTable } from './tables.js';
import { numbered } from './windows.js';

type TableVariable = Extract<Variable, { kind: 'table' }>;

/** What `make-graph` makes: edges between nodes that are known by text ids. */
export interface Graph {
  /** A row for each edge: ` id`, ` from`, ` to`, and the edge's own columns. */
  readonly edges: TableVariable;
  readonly edgeColumns: readonly string[];
  /** A row for each node: ` id` and the node's own columns. */
  readonly nodes: TableVariable;
  readonly nodeColumns: readonly string[];
}

/** Names that no column of a query can have. */
export const graphNames = { id: ' id', from: ' from', to: ' to' } as const;

export function columnNamed(relation: Relation, name: string): PlanColumn {
  const column = relation.columns.find((candidate) => candidate.name === name);
  if (!column) throw new Error(`no column '${name}'`);
  return column;
}

export function callOf(
  name: string,
  parts: readonly PlanExpression[],
  type: ScalarType,
  span: TextSpan,
): PlanExpression {
  return { kind: 'call', name, arguments: parts, type, span };
}

/** The relation with these columns only. */
export function withColumns(input: Relation, assignments: readonly PlanAssignment[]): Relation {
  return {
    plan: { kind: 'project', input: input.plan, columns: assignments },
    columns: assignments.map(({ column }) => column),
    order: [],
    ingestionTime: null,
  };
}

export function asIs(columns: readonly PlanColumn[]): PlanAssignment[] {
  return columns.map((column) => ({ column, expression: columnReference(column) }));
}

/** Edges numbered and with their ends as text. */
export function edgesOf(
  input: Relation,
  source: PlanColumn,
  target: PlanColumn,
  context: PlanContext,
): TableVariable {
  const { relation, position } = numbered(input, context);
  const named = (name: string, expression: PlanExpression): PlanAssignment => ({
    column: newColumn(context, name, expression.type),
    expression,
  });
  const edges = withColumns(relation, [
    named(graphNames.id, columnReference(position)),
    named(graphNames.from, converted(columnReference(source), 'string')),
    named(graphNames.to, converted(columnReference(target), 'string')),
    ...asIs(input.columns),
  ]);
  return tableVariable(edges, context, true) as TableVariable;
}

/** The nodes given, and those that only edges name, whose columns are null. */
export function nodesOf(
  given: readonly { readonly table: Relation; readonly key: PlanColumn }[],
  edges: TableVariable,
  idColumn: { readonly name: string; readonly type: ScalarType } | undefined,
  context: PlanContext,
): TableVariable {
  const ends = endsOf(edges, context);
  if (given.length === 0) {
    const id = columnNamed(ends, graphNames.id);
    const visible = idColumn
      ? [
          {
            column: newColumn(context, idColumn.name, idColumn.type),
            expression: converted(columnReference(id), idColumn.type),
          },
        ]
      : [];
    const nodes = withColumns(ends, [...asIs([id]), ...visible]);
    return tableVariable(nodes, context, true) as TableVariable;
  }
  const known = given.map(({ table, key }) => {
    const id = newColumn(context, graphNames.id, 'string');
    const expression = converted(columnReference(key), 'string');
    return withColumns(table, [{ column: id, expression }, ...asIs(table.columns)]);
  });
  const all = known.length === 1 && known[0] ? known[0] : unionOf(known.map(member), {}, context);
  const id = columnNamed(all, graphNames.id);
  const unique = tableVariable(
    {
      ...all,
      plan: {
        kind: 'limit',
        input: all.plan,
        count: { kind: 'literal', type: 'long', value: 1n },
        by: [id],
      },
    },
    context,
    true,
  ) as TableVariable;
  const others = useTable(unique, context);
  const condition = {
    left: columnReference(columnNamed(ends, graphNames.id)),
    right: columnReference(columnNamed(others, graphNames.id)),
  };
  const output = ends.columns.map((column) => ({ column, source: column, side: 'left' as const }));
  const missing = joined('leftAnti', ends, others, [condition], output, context);
  const named = withKeyColumn(missing, given, context);
  const nodes = unionOf([member(useTable(unique, context)), member(named)], {}, context);
  return tableVariable(nodes, context, true) as TableVariable;
}

/** A node that only edges name has its id in the key column, and nothing else. */
function withKeyColumn(
  missing: Relation,
  given: readonly { readonly key: PlanColumn }[],
  context: PlanContext,
): Relation {
  const id = columnNamed(missing, graphNames.id);
  const keys = new Map(given.map(({ key }) => [key.name, key.type]));
  return withColumns(missing, [
    ...asIs([id]),
    ...[...keys].map(([name, type]) => ({
      column: newColumn(context, name, type),
      expression: converted(columnReference(id), type),
    })),
  ]);
}

function member(relation: Relation) {
  return { relation, source: '' };
}

/** The ids that edges name, each once. */
function endsOf(edges: TableVariable, context: PlanContext): Relation {
  const ends = [graphNames.from, graphNames.to].map((name) => {
    const relation = useTable(edges, context);
    const id = newColumn(context, graphNames.id, 'string');
    const expression = columnReference(columnNamed(relation, name));
    return withColumns(relation, [{ column: id, expression }]);
  });
  const all = unionOf(ends.map(member), {}, context);
  return {
    plan: { kind: 'aggregate', input: all.plan, keys: asIs(all.columns), aggregates: [] },
    columns: all.columns,
    order: [],
    ingestionTime: null,
  };
}
