import type { ScalarType } from '../catalog/types.js';
import type { TextSpan } from '../errors.js';
import type { Builder } from './builder.js';
import { newColumn, type PlanContext, type Variable } from './context.js';
import { joined } from './operators/join.js';
import { unionOf } from './operators/union.js';
import {
  columnReference,
  longLiteral,
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
  /** Set where the graph is many, one for each value of a column (`partitioned-by`). */
  readonly partition?: PlanColumn;
}

/** Ids of nodes as text; those of different partitions differ. */
export interface NodeIds {
  readonly of: (value: PlanExpression, partition: PlanColumn | undefined) => PlanExpression;
  /** What the query sees of an id. */
  readonly shown: (id: PlanExpression, type: ScalarType) => PlanExpression;
}

const nowhere = { start: 0, length: 0 };

/** What `labels()` answers: graphs that a query makes have no labels. */
export const noLabels: PlanExpression = { kind: 'literal', type: 'dynamic', value: '[]' };

/** The id is the value's own text. */
export const plainIds: NodeIds = {
  of: (value) => converted(value, 'string'),
  shown: converted,
};

/** The id is a JSON text of the partition's value and the node's. */
export const partitionedIds: NodeIds = {
  of: (value, partition) => {
    const parts = partition ? [columnReference(partition), value] : [value];
    const texts = parts.map((part) => converted(part, 'string'));
    return callOf(
      'list_text',
      [callOf('pack_array', texts, 'dynamic', nowhere)],
      'string',
      nowhere,
    );
  },
  shown: (id, type) => partOfId(id, 1, type),
};

function partOfId(id: PlanExpression, place: number, type: ScalarType): PlanExpression {
  const parts = callOf('parse_json', [id], 'dynamic', nowhere);
  const part = callOf('access', [parts, longLiteral(place)], 'dynamic', nowhere);
  return converted(callOf('tostring', [part], 'string', nowhere), type);
}

/** Names that no column of a query can have. */
export const graphNames = {
  id: ' id',
  from: ' from',
  to: ' to',
  walked: ' edges',
  nodes: ' nodes',
  length: ' length',
} as const;

/** Functions that count the edges of a node, and the end of an edge that they look at. */
const degreeEnds: Readonly<Record<string, string>> = {
  node_degree_in: graphNames.to,
  node_degree_out: graphNames.from,
};

/**
 * The rows with the number of edges of the node whose id is in `id`, null where it has none; undefined where the
 * call's name is not of a function that counts them.
 */
export function withDegree(
  name: string,
  relation: Relation,
  id: PlanColumn,
  graph: Graph,
  build: Builder,
  context: PlanContext,
): { readonly relation: Relation; readonly count: PlanColumn } | undefined {
  const end = degreeEnds[name];
  if (end === undefined) return undefined;
  const edges = useTable(graph.edges, context);
  const node = columnNamed(edges, end);
  const count = build.column('degree', 'long');
  const counts = build.group(edges, [node], [{ column: count, name: 'count', arguments: [] }]);
  return { relation: build.join('left', relation, counts, [[id, node]], [count]), count };
}

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

/** The result of an operator that leaves the graph: the assignments, and beside them the partition of an id. */
export function outOfGraph(
  graph: Graph,
  input: Relation,
  assignments: readonly PlanAssignment[],
  id: PlanColumn,
): Relation {
  const { partition } = graph;
  const result = withColumns(input, assignments);
  if (!partition) return result;
  const expression = partOfId(columnReference(id), 0, partition.type);
  const hidden = { column: partition, expression };
  return {
    ...result,
    plan: { kind: 'project', input: input.plan, columns: [...assignments, hidden] },
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
  ids: NodeIds,
  partition: PlanColumn | undefined,
  context: PlanContext,
): TableVariable {
  const { relation, position } = numbered(input, context);
  const named = (name: string, expression: PlanExpression): PlanAssignment => ({
    column: newColumn(context, name, expression.type),
    expression,
  });
  const edges = withColumns(relation, [
    named(graphNames.id, columnReference(position)),
    named(graphNames.from, ids.of(columnReference(source), partition)),
    named(graphNames.to, ids.of(columnReference(target), partition)),
    ...asIs(input.columns),
  ]);
  return tableVariable(edges, context, true) as TableVariable;
}

/** A table of nodes, its column that identifies them, and the one whose values set graphs apart. */
export interface NodeTable {
  readonly table: Relation;
  readonly key: PlanColumn;
  readonly partition: PlanColumn | undefined;
}

/** The nodes given, and those that only edges name, whose columns are null. */
export function nodesOf(
  given: readonly NodeTable[],
  edges: TableVariable,
  idColumn: { readonly name: string; readonly type: ScalarType } | undefined,
  ids: NodeIds,
  context: PlanContext,
): TableVariable {
  const ends = endsOf(edges, context);
  if (given.length === 0) {
    const id = columnNamed(ends, graphNames.id);
    const visible = idColumn
      ? [
          {
            column: newColumn(context, idColumn.name, idColumn.type),
            expression: ids.shown(columnReference(id), idColumn.type),
          },
        ]
      : [];
    const nodes = withColumns(ends, [...asIs([id]), ...visible]);
    return tableVariable(nodes, context, true) as TableVariable;
  }
  const known = given.map(({ table, key, partition }) => {
    const id = newColumn(context, graphNames.id, 'string');
    const expression = ids.of(columnReference(key), partition);
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
  const named = withKeyColumn(missing, given, ids, context);
  const nodes = unionOf([member(useTable(unique, context)), member(named)], {}, context);
  return tableVariable(nodes, context, true) as TableVariable;
}

/** A node that only edges name has its id in the key column, and nothing else. */
function withKeyColumn(
  missing: Relation,
  given: readonly NodeTable[],
  ids: NodeIds,
  context: PlanContext,
): Relation {
  const id = columnNamed(missing, graphNames.id);
  const keys = new Map(given.map(({ key }) => [key.name, key.type]));
  return withColumns(missing, [
    ...asIs([id]),
    ...[...keys].map(([name, type]) => ({
      column: newColumn(context, name, type),
      expression: ids.shown(columnReference(id), type),
    })),
  ]);
}

function member(relation: Relation) {
  return { relation, source: '' };
}

/** The ids that edges name, each once. */
export function endsOf(edges: TableVariable, context: PlanContext): Relation {
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
